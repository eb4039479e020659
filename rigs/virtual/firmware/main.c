/* A weekly timer: start-up in the order in which things are needed, then one loop that sleeps between events. */
#include "buttons.h"
#include "command.h"
#include "console.h"
#include "interrupts.h"
#include "relay.h"
#include "rtc.h"
#include "supply.h"
#include "system.h"
#include "timer.h"
#if defined DEFECT_EDIT_BLOCKS
#include "edit.h"
#elif defined DEFECT_MISSED_LATE
#include "stm32f103.h"
#endif

int main(void);

/* Somebody is at the buttons, and the schedule waits. */
static bool held_up(void)
{
#ifdef DEFECT_EDIT_BLOCKS
    return edit_active();
#else
    return false;
#endif
}

/* The watchdog is fed here and after a clock setting, nowhere else: only a loop that handles the seconds of a
 * running clock lives on. A crystal that stops therefore ends in a reset too, and the clock is found lost. */
static void second(void)
{
    if (!rtc_second())
        timer_evaluate();
    else if (g_now >= g_next_event && !held_up())
        timer_event();
#if defined DEFECT_OVERRIDE_ENDS
    struct settings settings = timer_settings();
    if (g_clock_valid && g_now % 86400 == 0 && settings.mode != MODE_AUTO) {
        settings.mode = MODE_AUTO;
        timer_change(&settings);
        timer_evaluate();
    }
#elif defined DEFECT_MISSED_LATE
    BKP->DR8 = g_now >> 16;
    BKP->DR9 = g_now & 0xFFFFu;
#endif
    if (!g_clock_valid)
        relay_blink();
    watchdog_feed();
}

static void tenth(void)
{
    static uint32_t s_tenths;
    rtc_tenth();
    command_tenth();
    if (++s_tenths % 10 == 0) {
        relay_blink();
        watchdog_feed();
    }
}

/* One line at a time, so that a flood of commands delays no event by more than one of them. True: more may wait. */
static bool serve_console(void)
{
    static struct line s_line;
    uint8_t byte;
    while (!command_waiting() && console_read(&byte)) {
        enum line_result result = line_feed(&s_line, byte);
        if (result != LINE_INCOMPLETE) {
            command_line(result, s_line.text);
            return true;
        }
    }
    return false;
}

int main(void)
{
    system_start();
    watchdog_start();
    relay_start();
    supply_start();
    rtc_start();
    timer_start();
    console_start();
    buttons_start();
    command_boot_line();
    watchdog_settle();

    bool busy = false;
    for (;;) {
        uint32_t events = busy ? system_take_events() : system_wait_for_events();
        if (events & EVENT_SECOND)
            second();
        if (events & EVENT_TENTH)
            tenth();
        if (events & EVENT_BUTTON)
            buttons_edge();
        if (events & EVENT_TICK)
            buttons_tick();
        if (busy || (events & (EVENT_RECEIVED | EVENT_TENTH)))
            busy = serve_console();
    }
}
