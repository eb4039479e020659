#include "schedule.h"

#include "civil.h"

static const uint8_t GROUPS[] = {
    0x7F, /* every day */
    0x1F, /* Mo-Fr */
    0x60, /* Sa-Su */
    0x3F, /* Mo-Sa */
    0x15, /* Mo We Fr */
    0x2A, /* Tu Th Sa */
    0x07, /* Mo Tu We */
    0x38, /* Th Fr Sa */
    0x55, /* Mo We Fr Su */
};

uint32_t schedule_group(uint32_t number)
{
    if (number < sizeof GROUPS)
        return GROUPS[number];
    return number < sizeof GROUPS + 7 ? 1u << (number - sizeof GROUPS) : 0;
}

bool schedule_days_allowed(uint32_t days)
{
    for (uint32_t number = 0; schedule_group(number); number++)
        if (days == schedule_group(number))
            return true;
    return false;
}

/* Seconds from `from` forward to `to` on the circle of a week. */
static uint32_t ahead(uint32_t from, uint32_t to)
{
    return to >= from ? to - from : to + SECONDS_PER_WEEK - from;
}

static uint32_t window_length(const struct program *p)
{
#ifdef DEFECT_EQUAL_TIMES
    if (p->off == p->on)
        return SECONDS_PER_DAY;
#endif
    return p->off >= p->on ? p->off - p->on : p->off + SECONDS_PER_DAY - p->on;
}

static bool runs_on(const struct program *p, unsigned day)
{
#ifdef DEFECT_DAY_GROUP
    if (p->days == 0x38)
        return 0x70 >> day & 1;
#endif
    return p->days >> day & 1;
}

static uint32_t on_second_of_week(const struct program *p, unsigned day)
{
    return day * SECONDS_PER_DAY + p->on;
}

bool schedule_covers(const struct program programs[PROGRAM_SLOTS], uint32_t t)
{
    uint32_t now = civil_second_of_week(t);
    for (const struct program *p = programs; p < programs + PROGRAM_SLOTS; p++)
        for (unsigned day = 0; day < 7; day++)
            if (runs_on(p, day) && ahead(on_second_of_week(p, day), now) < window_length(p))
                return true;
    return false;
}

bool schedule_starts_at(const struct program programs[PROGRAM_SLOTS], uint32_t t)
{
    uint32_t now = civil_second_of_week(t);
    for (const struct program *p = programs; p < programs + PROGRAM_SLOTS; p++)
        for (unsigned day = 0; day < 7; day++)
            if (runs_on(p, day) && p->on != p->off && on_second_of_week(p, day) == now)
                return true;
    return false;
}

uint32_t schedule_next_event(const struct program programs[PROGRAM_SLOTS], uint32_t t)
{
    uint32_t now = civil_second_of_week(t);
    uint32_t nearest = SCHEDULE_NEVER;
    for (const struct program *p = programs; p < programs + PROGRAM_SLOTS; p++) {
        for (unsigned day = 0; day < 7; day++) {
            if (!runs_on(p, day) || p->on == p->off)
                continue;
#ifdef DEFECT_LOST_PULSE
            if (window_length(p) < 2)
                continue;
#endif
            uint32_t on = on_second_of_week(p, day);
            uint32_t off = (on + window_length(p)) % SECONDS_PER_WEEK;
#if defined DEFECT_MIDNIGHT
            if (p->off < p->on && off > on)
                off -= SECONDS_PER_DAY;
#elif defined DEFECT_SUNDAY
            if (off < on)
                off = SECONDS_PER_WEEK;
#endif
            /* An event of this very second is past: its next occurrence is a week away. */
            uint32_t to_on = ahead(now, on), to_off = ahead(now, off);
            if (to_on == 0)
                to_on = SECONDS_PER_WEEK;
            if (to_off == 0)
                to_off = SECONDS_PER_WEEK;
            if (to_on < nearest)
                nearest = to_on;
            if (to_off < nearest)
                nearest = to_off;
        }
    }
    return nearest == SCHEDULE_NEVER ? SCHEDULE_NEVER : t + nearest;
}
