/* What the tests on the development machine share: the board and the flash that they play, and chance. */
#ifndef HOST_H
#define HOST_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flash.h"
#include "store.h"

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);                                             \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

/* The same numbers in every run. */
uint32_t random32(void);

/* The board: what it is told and what it says. A reset jumps to g_reset. */
extern bool g_supply_low, g_rtc_running;
extern char g_output[4096];
extern jmp_buf g_reset;

/* The flash, as the store sees it. The operation numbered g_cut_at is cut and jumps to g_cut. */
enum { WORDS = FLASH_PAGE * STORE_PAGES / 2 };
extern uint16_t g_flash[WORDS];
/* Bits that a cut left between 0 and 1: they are drawn anew at each start. */
extern uint16_t g_unsure[WORDS];
extern bool g_dead_word[WORDS]; /* programs wrongly, as worn-out flash does */
extern long g_operations, g_cut_at;
extern jmp_buf g_cut;

/* What the flash reads after the next power-up. */
void power_up(void);
void blank_flash(void);

struct settings random_settings(void);
/* Bytes to the console's receiver; what comes back is in g_output. */
void send_bytes(const char *bytes, size_t n);
void expect(const char *sent, const char *answer);

void test_store(void);
void test_civil(void);
void test_schedule(void);
void test_protocol(void);
void test_protocol_noise(void);
void test_buttons(void);

#endif
