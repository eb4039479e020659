/* The settings that survive a power cut: programmes and mode.
 *
 * A journal over two flash pages. Each save appends one whole record behind the newest one; a full page is left
 * as it is and the other one erased and begun. So the newest committed record is never on a page being erased, and
 * never in a place being programmed: a cut at any instant leaves it, or its successor, intact.
 *
 * A record is 58 half-words in a place of 128 bytes: magic, length in bytes, sequence (low, high), mode, three
 * half-words per programme slot, CRC-32 of all before it (low, high). It counts only if its CRC is right; of those
 * that count, the highest sequence holds. A place that is not blank and holds no intact record is a save that was
 * cut: it is passed over. */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "schedule.h"

enum mode { MODE_AUTO, MODE_ON, MODE_OFF };

struct settings {
    uint32_t mode; /* enum mode */
    struct program programs[PROGRAM_SLOTS];
};

enum store_result { STORE_SAVED, STORE_FAILED, STORE_SUPPLY_LOW };

/* Sequence of the newest intact record: saves over the life of the store, attempts that a cut spoiled included. */
extern uint32_t g_saves;

/* The newest settings, or defaults (AUTO, no programmes) and false where there is no intact record. */
bool store_load(struct settings *settings);
/* On STORE_SAVED the settings are in flash and were read back. Settings equal to those last saved since start-up are
 * not written again. */
enum store_result store_save(const struct settings *settings);

#endif
