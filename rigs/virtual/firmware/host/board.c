/* What the board would provide: relay, supply, clock, console, reset; and flash that can be cut at any operation, leaving
 * torn half-words, a half-erased page, and bits that read differently at every start. */
#include "console.h"
#include "host.h"
#include "relay.h"
#include "rtc.h"
#include "supply.h"
#include "system.h"

uint32_t random32(void)
{
    static uint64_t s_state = 0x9E3779B97F4A7C15u;
    s_state ^= s_state << 13;
    s_state ^= s_state >> 7;
    s_state ^= s_state << 17;
    return (uint32_t)(s_state >> 32);
}

uint32_t g_relay, g_now = CLOCK_LOST_TIME, g_clock_valid, g_pvd_events, g_reset_cause, g_fault_exception, g_fault_pc;
bool g_supply_low, g_rtc_running = true;
char g_output[4096];
jmp_buf g_reset;

void relay_set(bool on)
{
    g_relay = on;
}
void relay_blink(void) {}
bool supply_low(void)
{
    return g_supply_low;
}
bool rtc_running(void)
{
    return g_rtc_running;
}
bool rtc_set(uint32_t t)
{
    g_now = t;
    g_clock_valid = 1;
    return true;
}
void rtc_forget(void)
{
    g_now = CLOCK_LOST_TIME;
    g_clock_valid = 0;
}
void console_write(const char *s)
{
    CHECK(strlen(g_output) + strlen(s) < sizeof g_output);
    strcat(g_output, s);
}
void console_flush(void) {}
void watchdog_feed(void) {}
const char *system_reset_cause_name(void)
{
    return "por";
}
_Noreturn void system_reset(void)
{
    longjmp(g_reset, 1);
}

/* --- flash --- */

uint16_t g_flash[WORDS], g_unsure[WORDS];
bool g_dead_word[WORDS];
long g_operations, g_cut_at = -1;
jmp_buf g_cut;

static bool cut_now(void)
{
    return g_operations++ == g_cut_at;
}

uint16_t flash_read(uint32_t offset)
{
    CHECK(offset % 2 == 0 && offset / 2 < WORDS);
    return g_flash[offset / 2];
}

/* One of the bits set in `bits`, or none. */
static uint16_t one_of(uint16_t bits)
{
    return (uint16_t)(bits & 1u << random32() % 16);
}

/* A cut erase leaves the page anywhere from as it was to blank but for one weak bit. */
bool flash_erase_page(uint32_t offset)
{
    CHECK(offset % FLASH_PAGE == 0 && offset / 2 < WORDS);
    uint16_t *page = g_flash + offset / 2, *unsure = g_unsure + offset / 2;
    bool cut = cut_now();
    uint32_t depth = cut ? random32() % 5 : 4;
    int weak = cut ? (int)(random32() % (FLASH_PAGE / 2)) : -1;
    for (int i = 0; i < FLASH_PAGE / 2; i++) {
        bool torn = depth > 0 && depth < 4;
        unsure[i] = (uint16_t)(torn ? random32() & random32() & ~page[i] : i == weak ? one_of((uint16_t)~page[i]) : 0);
        page[i] |= (uint16_t)(depth == 0 ? 0 : depth == 4 ? 0xFFFF : random32());
    }
    if (cut)
        longjmp(g_cut, 1);
    return true;
}

bool flash_program(uint32_t offset, uint16_t value)
{
    CHECK(offset % 2 == 0 && offset / 2 < WORDS);
    uint16_t *word = &g_flash[offset / 2];
    if (*word != 0xFFFF)
        return false; /* PGERR: the chip refuses */
    if (cut_now()) {
        /* Hardly begun, all but done, or anything between. */
        uint32_t depth = random32() % 3;
        *word = value | (uint16_t)(depth == 0 ? 0xFFFF : depth == 1 ? 0 : random32());
        g_unsure[offset / 2] = depth == 2 ? (uint16_t)(random32() & ~value) : one_of((uint16_t)~value);
        longjmp(g_cut, 1);
    }
    *word = g_dead_word[offset / 2] ? value | 0x0100 : value;
    g_unsure[offset / 2] &= value; /* a 0 driven home is sure; a weak 1 stays weak */
    return true;
}

void power_up(void)
{
    for (int i = 0; i < WORDS; i++)
        g_flash[i] = (uint16_t)((g_flash[i] & ~g_unsure[i]) | (random32() & g_unsure[i]));
    g_operations = 0;
    g_cut_at = -1;
}

void blank_flash(void)
{
    memset(g_flash, 0xFF, sizeof g_flash);
    memset(g_unsure, 0, sizeof g_unsure);
}
