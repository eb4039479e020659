/* The calendar against the C library's, and the schedule against a second-by-second model that shares no code with it. */
#include <time.h>

#include "civil.h"
#include "host.h"
#include "relay.h"
#include "rtc.h"
#include "schedule.h"
#include "timer.h"

void test_civil(void)
{
    for (uint32_t day = 0; day < 49673; day++) { /* to 2105-12-31 */
        uint32_t t = day * 86400u + random32() % 86400;
        time_t host = (time_t)t;
        struct tm tm;
        gmtime_r(&host, &tm);
        struct civil c = civil_from_seconds(t);
        CHECK(c.year == (uint32_t)tm.tm_year + 1900 && c.month == (uint32_t)tm.tm_mon + 1 &&
              c.day == (uint32_t)tm.tm_mday);
        CHECK(c.hour == (uint32_t)tm.tm_hour && c.minute == (uint32_t)tm.tm_min && c.second == (uint32_t)tm.tm_sec);
        CHECK(civil_weekday(t) == ((uint32_t)tm.tm_wday + 6) % 7);
        CHECK(civil_to_seconds(&c) == t);
        CHECK(civil_valid(&c) == (c.year >= YEAR_FIRST));
    }
    CHECK(civil_from_seconds(UINT32_MAX).year == 2106);
    static const struct {
        struct civil c;
        bool valid;
    } CASES[] = {
        {{2024, 2, 29, 0, 0, 0}, true},    {{2023, 2, 29, 0, 0, 0}, false},  {{2100, 2, 29, 0, 0, 0}, false},
        {{2000, 2, 29, 0, 0, 0}, true},    {{2024, 4, 31, 0, 0, 0}, false},  {{2024, 13, 1, 0, 0, 0}, false},
        {{2024, 0, 1, 0, 0, 0}, false},    {{2024, 1, 0, 0, 0, 0}, false},   {{1999, 12, 31, 0, 0, 0}, false},
        {{2105, 12, 31, 23, 59, 59}, true}, {{2106, 1, 1, 0, 0, 0}, false},  {{2024, 1, 1, 24, 0, 0}, false},
        {{2024, 1, 1, 0, 60, 0}, false},   {{2024, 1, 1, 0, 0, 60}, false},  {{2038, 1, 19, 3, 14, 8}, true},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        CHECK(civil_valid(&CASES[i].c) == CASES[i].valid);
    printf("civil: every day from 1970 to 2105 as the C library has it\n");
}

/* --- schedule --- */

/* On and off seconds marked in an array over the days from `first_day`, one day's run-in included. */
enum { MODEL_DAYS = 16 };
static uint8_t s_model_on[MODEL_DAYS * 86400], s_model_off[MODEL_DAYS * 86400];
static uint8_t s_model_cover[MODEL_DAYS * 86400];

static void model(const struct program *programs, uint32_t first_day)
{
    memset(s_model_on, 0, sizeof s_model_on);
    memset(s_model_off, 0, sizeof s_model_off);
    memset(s_model_cover, 0, sizeof s_model_cover);
    for (uint32_t d = 0; d < MODEL_DAYS; d++) {
        time_t noon = (time_t)(first_day + d) * 86400 + 43200;
        struct tm tm;
        gmtime_r(&noon, &tm);
        for (int i = 0; i < PROGRAM_SLOTS; i++) {
            const struct program *p = &programs[i];
            if (!(p->days & 1u << (tm.tm_wday + 6) % 7) || p->on == p->off)
                continue;
            uint32_t on = d * 86400 + p->on, off = d * 86400 + p->off + (p->off < p->on ? 86400 : 0);
            s_model_on[on] = 1;
            for (uint32_t s = on; s < off && s < sizeof s_model_cover; s++)
                s_model_cover[s] = 1;
            if (off < sizeof s_model_off)
                s_model_off[off] = 1;
        }
    }
}

static struct settings random_program_set(void)
{
    struct settings s = random_settings();
    s.mode = MODE_AUTO;
    uint32_t few = random32() % 4;
    for (int i = 0; i < PROGRAM_SLOTS; i++) {
        struct program *p = &s.programs[i];
        if (few && (uint32_t)i >= few)
            *p = (struct program){0};
        if (random32() % 3 == 0) { /* crowd: shared instants, one-second pulses, equal times, midnight */
            p->on = random32() % 4 * 21600;
            p->off = (p->on + random32() % 3 * (random32() % 2 ? 1 : 21600)) % 86400;
        }
    }
    return s;
}

void test_schedule(void)
{
    long seconds = 0, events = 0;
    for (int round = 0; round < 60; round++) {
        struct settings s = random_program_set();
        uint32_t first_day = 11000 + random32() % 38000;
        model(s.programs, first_day);
        uint32_t base = first_day * 86400u;

        blank_flash();
        store_load(&(struct settings){0});
        g_clock_valid = 1;
        g_now = base + 86400 + random32() % 86400; /* the day before carries windows over midnight */
        CHECK(store_save(&s) == STORE_SAVED);
        timer_start();
        bool output = s_model_cover[g_now - base];
        CHECK(g_relay == output);
        uint32_t end = base + MODEL_DAYS * 86400u;
        uint32_t expected_next = 0;
        for (g_now++; g_now < end; g_now++, seconds++) {
            uint32_t i = g_now - base;
            bool event = s_model_on[i] || s_model_off[i];
            if (expected_next)
                CHECK(event == (g_now == expected_next));
            if (event || expected_next == 0) {
                expected_next = schedule_next_event(s.programs, g_now);
                events += event;
            }
            if (random32() % 512 == 0 || event) {
                CHECK(schedule_covers(s.programs, g_now) == s_model_cover[i]);
                CHECK(schedule_starts_at(s.programs, g_now) == s_model_on[i]);
            }
            if (s_model_on[i])
                output = true;
            else if (s_model_off[i] && !s_model_cover[i])
                output = false;
            if (random32() % 40000 == 0) { /* by hand to ON or OFF and straight back to AUTO: the output is kept */
                struct settings manual = timer_settings();
                if (g_now >= g_next_event)
                    timer_event();
                output = random32() & 1;
                manual.mode = output ? MODE_ON : MODE_OFF;
                CHECK(timer_change(&manual) == STORE_SAVED);
                manual.mode = MODE_AUTO;
                CHECK(timer_change(&manual) == STORE_SAVED);
            }
            if (g_now >= g_next_event)
                timer_event();
            CHECK(g_relay == output);
        }
    }
    struct settings none = {0};
    CHECK(schedule_next_event(none.programs, 5) == SCHEDULE_NEVER);
    CHECK(schedule_days_allowed(0x7F) && schedule_days_allowed(0x55) && schedule_days_allowed(0x40));
    CHECK(!schedule_days_allowed(0) && !schedule_days_allowed(0x0B) && !schedule_days_allowed(0x80));
    printf("schedule: %ld seconds and %ld event instants as the model has them\n", seconds, events);
}
