/* What the programmes say, as pure functions of an instant.
 *
 * A programme switches on at `on` of each of its days and off at `off`; where off <= on the off falls on the
 * day after. Its window is [on, off). With on == off it has no window and no events. */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

enum { PROGRAM_SLOTS = 17 };

struct program {
    uint32_t on, off; /* seconds of the day */
    uint32_t days;    /* bit 0 = Monday; 0 = the slot is free */
};

#define SCHEDULE_NEVER UINT32_MAX

/* The groups by number, 0 to 8, then the single days from Monday on, 9 to 15; 0 for any other number. */
uint32_t schedule_group(uint32_t number);
/* One of the day groups, or a single day. */
bool schedule_days_allowed(uint32_t days);
/* Some window covers `t`. */
bool schedule_covers(const struct program programs[PROGRAM_SLOTS], uint32_t t);
/* Some programme switches on at exactly `t`. */
bool schedule_starts_at(const struct program programs[PROGRAM_SLOTS], uint32_t t);
/* The first instant after `t` at which a programme switches on or off. */
uint32_t schedule_next_event(const struct program programs[PROGRAM_SLOTS], uint32_t t);

#endif
