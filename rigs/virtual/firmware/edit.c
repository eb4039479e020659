#include "edit.h"

#include "console.h"
#include "relay.h"
#include "text.h"
#include "timer.h"

enum { MOST_DIGITS = 15, BLINK = 10 };
enum function { LEAVE, CLOCK, ADD, DELETE, CLEAR, SELECT, FUNCTIONS };

/* Digits of each function, its own included. */
static const uint8_t LENGTHS[FUNCTIONS] = {
    [LEAVE] = 1, [CLOCK] = 13, [ADD] = 15, [DELETE] = 3, [CLEAR] = 1, [SELECT] = 2,
};

#ifdef DEFECT_MODE_ORDER
enum { NEXT_MODE = 2 };
#else
enum { NEXT_MODE = 1 };
#endif

static bool s_active;
static uint8_t s_digits[MOST_DIGITS];
static uint32_t s_count, s_digit, s_idle;

static void tell(const char *what)
{
    console_write("# button ");
    console_write(what);
    console_write("\n");
}

static uint32_t two_digits(unsigned at)
{
    return s_digits[at] * 10u + s_digits[at + 1];
}

/* The six digits of a time of day. */
static bool time_at(unsigned at, struct civil *c)
{
    c->hour = two_digits(at);
    c->minute = two_digits(at + 2);
    c->second = two_digits(at + 4);
    return civil_valid(c);
}

static bool set_clock(void)
{
    struct civil c = {.year = 2000 + two_digits(1), .month = two_digits(3), .day = two_digits(5)};
    return time_at(7, &c) && timer_set_clock(civil_to_seconds(&c));
}

static bool add_program(void)
{
    struct civil on = {.year = YEAR_FIRST, .month = 1, .day = 1}, off = on;
    uint32_t slot;
    struct program p = {.days = schedule_group(two_digits(1))};
    if (!p.days || !time_at(3, &on) || !time_at(9, &off))
        return false;
    p.on = civil_second_of_day(&on);
    p.off = civil_second_of_day(&off);
    return timer_add(&p, &slot) == STORE_SAVED && slot < PROGRAM_SLOTS;
}

static bool delete_program(void)
{
    struct settings next = timer_settings();
    uint32_t slot = two_digits(1);
    if (slot >= PROGRAM_SLOTS || !next.programs[slot].days)
        return false;
    next.programs[slot] = (struct program){0};
    return timer_change(&next) == STORE_SAVED;
}

static bool clear_programs(void)
{
    struct settings next = {.mode = g_mode};
    return timer_change(&next) == STORE_SAVED;
}

static bool select_mode(uint32_t mode)
{
    struct settings next = timer_settings();
    next.mode = mode;
    return mode <= MODE_OFF && timer_change(&next) == STORE_SAVED;
}

static bool apply(enum function function)
{
    switch (function) {
    case CLOCK:
        return set_clock();
    case ADD:
        return add_program();
    case DELETE:
        return delete_program();
    case CLEAR:
        return clear_programs();
    case SELECT:
        return select_mode(s_digits[1]);
    default:
        return true;
    }
}

static void leave(void)
{
    s_active = false;
    relay_set(g_relay); /* the LED shows the relay again */
}

static void digit_done(void)
{
    s_digits[s_count++] = (uint8_t)s_digit;
    s_digit = 0;
    uint32_t function = s_digits[0];
    if (function < FUNCTIONS && s_count < LENGTHS[function])
        return;
    bool done = function < FUNCTIONS && apply(function);
    leave();
    tell(!done ? "refused" : function == LEAVE ? "left" : "done");
}

static void begin(void)
{
    s_active = true;
    s_count = s_digit = 0;
    tell("edit");
}

void edit_sample(enum gesture gesture)
{
    s_idle = gesture == GESTURE_NONE ? s_idle + 1 : 0;
#ifdef DEFECT_EDIT_TIMEOUT
    if (false) {
#else
    if (s_active && s_idle == EDIT_TIMEOUT) {
#endif
        leave();
        tell("timeout");
    } else if (s_active && s_idle % BLINK == 0) {
        relay_blink();
    }
    switch (gesture) {
    case GESTURE_FACTORY:
        s_active = false;
#ifdef DEFECT_CHORD_HALF
        tell(clear_programs() ? "factory" : "refused");
#else
        tell(timer_factory() == STORE_SAVED ? "factory" : "refused");
#endif
        break;
    case GESTURE_HOLD:
        if (s_active) {
            leave();
            tell("left");
        } else {
            begin();
        }
        break;
    case GESTURE_SET:
        if (s_active)
            digit_done();
        break;
    case GESTURE_MODE:
        if (s_active) {
            s_digit = (s_digit + 1) % 10;
        } else {
            static const char *const TOLD[] = {"mode AUTO", "mode ON", "mode OFF"};
            tell(select_mode((g_mode + NEXT_MODE) % 3) ? TOLD[g_mode] : "refused");
        }
        break;
    default:
        break;
    }
}

bool edit_active(void)
{
    return s_active;
}
