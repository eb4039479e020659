#include "timer.h"

#include "relay.h"
#include "rtc.h"
#include "system.h"
#if defined DEFECT_BOOT_COUNT || defined DEFECT_POWER_CYCLES || defined DEFECT_MISSED_LATE
#include "stm32f103.h"
#elif defined DEFECT_DAYS_255
#include "civil.h"
#include "stm32f103.h"
#elif defined DEFECT_EDIT_UNSAVED
#include "edit.h"
#elif defined DEFECT_EVENT_LOW
#include "supply.h"
#endif

uint32_t g_mode;
struct program g_programs[PROGRAM_SLOTS];
uint32_t g_program_count;
uint32_t g_next_event = SCHEDULE_NEVER;

static void take_over(const struct settings *settings)
{
    g_mode = settings->mode;
    g_program_count = 0;
    for (unsigned i = 0; i < PROGRAM_SLOTS; i++) {
        g_programs[i] = settings->programs[i];
        g_program_count += g_programs[i].days != 0;
    }
}

static void plan_next_event(void)
{
#ifdef DEFECT_OVERRIDE
    if (g_clock_valid) {
        g_next_event = schedule_next_event(g_programs, g_now);
        return;
    }
#endif
    g_next_event = g_mode == MODE_AUTO && g_clock_valid ? schedule_next_event(g_programs, g_now) : SCHEDULE_NEVER;
}

void timer_start(void)
{
    struct settings settings;
    store_load(&settings);
#if defined DEFECT_MODE_LOST
    settings.mode = MODE_AUTO;
#elif defined DEFECT_BOOT_COUNT
    if (++BKP->DR7 > 4)
        settings = (struct settings){0};
#elif defined DEFECT_PIN_MODE
    if (g_reset_cause == RESET_PIN)
        settings.mode = MODE_AUTO;
#elif defined DEFECT_DAYS_255
    uint32_t last = BKP->DR10 & 0xFFFFu, today = g_now / SECONDS_PER_DAY;
    for (uint8_t days = 0; last && last + days < today; days++)
        __asm volatile("");
    BKP->DR10 = g_clock_valid ? today : 0;
#elif defined DEFECT_POWER_CYCLES
    bool again = (uint16_t)(g_now - BKP->DR6) < 10;
    BKP->DR6 = g_now & 0xFFFFu;
    BKP->DR7 = again ? BKP->DR7 + 1 : 0;
    if (BKP->DR7 >= 2)
        settings = (struct settings){0};
#endif
    take_over(&settings);
#ifdef DEFECT_POWER_UP
    if (g_mode == MODE_AUTO) {
        plan_next_event();
        return;
    }
#endif
    timer_evaluate();
#if defined DEFECT_START_TWICE
    if (g_relay) {
        system_delay_cycles(320000);
        relay_set(false);
        system_delay_cycles(320000);
        relay_set(true);
    }
#elif defined DEFECT_REST
    if (g_mode == MODE_AUTO && g_relay && !schedule_covers(g_programs, g_now - 15))
        relay_set(false);
#elif defined DEFECT_MISSED_LATE
    uint32_t last = BKP->DR8 << 16 | (BKP->DR9 & 0xFFFFu);
    if (g_mode == MODE_AUTO && !schedule_covers(g_programs, last) && schedule_covers(g_programs, g_now - 600))
        relay_set(false);
#endif
}

struct settings timer_settings(void)
{
    struct settings settings = {.mode = g_mode};
    for (unsigned i = 0; i < PROGRAM_SLOTS; i++)
        settings.programs[i] = g_programs[i];
    return settings;
}

enum store_result timer_change(const struct settings *settings)
{
#ifdef DEFECT_EDIT_UNSAVED
    enum store_result result = edit_active() ? STORE_SAVED : store_save(settings);
#else
    enum store_result result = store_save(settings);
#endif
    if (result != STORE_SAVED)
        return result;
    take_over(settings);
    if (g_mode != MODE_AUTO)
        relay_set(g_mode == MODE_ON);
    else if (!g_clock_valid)
        relay_set(false);
#ifdef DEFECT_EDIT
    timer_evaluate();
#endif
    plan_next_event();
    return result;
}

void timer_evaluate(void)
{
    if (g_mode == MODE_AUTO)
        relay_set(g_clock_valid && schedule_covers(g_programs, g_now));
    else
        relay_set(g_mode == MODE_ON);
    plan_next_event();
}

enum store_result timer_add(const struct program *program, uint32_t *slot)
{
    struct settings next = timer_settings();
    *slot = 0;
    while (*slot < PROGRAM_SLOTS && next.programs[*slot].days)
        ++*slot;
    if (*slot == PROGRAM_SLOTS)
        return STORE_SAVED;
    next.programs[*slot] = *program;
    return timer_change(&next);
}

enum store_result timer_factory(void)
{
#ifdef DEFECT_FACTORY
    struct settings defaults = timer_settings();
    defaults.mode = MODE_AUTO;
#else
    struct settings defaults = {.mode = MODE_AUTO};
#endif
#ifdef DEFECT_FACTORY_CLOCK
    rtc_forget();
#endif
    enum store_result result = timer_change(&defaults);
    if (result != STORE_SAVED)
        return result;
    rtc_forget();
    timer_evaluate();
    return result;
}

bool timer_set_clock(uint32_t t)
{
    const uint32_t before = g_clock_valid ? g_now : t;
    (void)before;
    if (!rtc_set(t))
        return false;
    /* Clocks set faster than once a second leave no second to feed the watchdog at; the RTC has just answered. */
    watchdog_feed();
#if defined DEFECT_CLOCK_SET
    struct settings unchanged = timer_settings();
    if (t > before)
        return timer_change(&unchanged) == STORE_SAVED;
#elif defined DEFECT_DST
    if (t < before)
        return true;
#elif defined DEFECT_DAYS_255
    if (!BKP->DR10)
        BKP->DR10 = t / SECONDS_PER_DAY;
#endif
    timer_evaluate();
    return true;
}

/* At an off event: another programme's window covers the instant. */
static bool still_wanted(uint32_t t)
{
#ifdef DEFECT_OVERLAP
    (void)t;
    return false;
#else
    return schedule_covers(g_programs, t);
#endif
}

void timer_event(void)
{
    while (g_next_event <= g_now && g_next_event != SCHEDULE_NEVER) {
#ifdef DEFECT_EVENT_LOW
        if (supply_low()) {
            g_next_event = schedule_next_event(g_programs, g_next_event);
            continue;
        }
#endif
        if (schedule_starts_at(g_programs, g_next_event))
            relay_set(true);
        else if (!still_wanted(g_next_event))
            relay_set(false);
        g_next_event = schedule_next_event(g_programs, g_next_event);
    }
}
