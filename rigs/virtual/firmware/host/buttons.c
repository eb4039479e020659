/* The two buttons: taps, holds, chords, and every function entered with them. */
#include "edit.h"
#include "host.h"
#include "keypad.h"
#include "relay.h"
#include "rtc.h"
#include "timer.h"

static void hold(uint32_t keys, unsigned samples)
{
    while (samples--)
        edit_sample(keypad_sample(keys));
}

/* A tap as short as it may be, every change with bounce. */
static void tap(uint32_t key)
{
    for (int i = 0; i < 6; i++)
        hold(i & 1 ? 0 : key, 1);
    hold(key, KEYPAD_SETTLED);
    for (int i = 0; i < 6; i++)
        hold(i & 1 ? key : 0, 1);
    hold(0, KEYPAD_SETTLED);
    CHECK(keypad_idle());
}

static void enter(const char *digits)
{
    hold(KEY_SET, KEYPAD_HOLD + KEYPAD_SETTLED);
    hold(0, KEYPAD_SETTLED);
    CHECK(edit_active());
    for (; *digits; digits++) {
        for (int i = '0'; i < *digits; i++)
            tap(KEY_MODE);
        tap(KEY_SET);
    }
}

static void entered(const char *digits, const char *told)
{
    g_output[0] = 0;
    enter(digits);
    CHECK(!edit_active());
    char expected[64];
    sprintf(expected, "# button edit\n# button %s\n", told);
    if (strcmp(g_output, expected) != 0) {
        printf("entered %s: expected %sgot %s", digits, expected, g_output);
        exit(1);
    }
}

void test_buttons(void)
{
    blank_flash();
    rtc_forget();
    timer_start();
    g_output[0] = 0;
    hold(KEY_MODE, KEYPAD_SETTLED - 1); /* a spike */
    hold(0, 10);
    CHECK(g_mode == MODE_AUTO && keypad_idle());
    for (uint32_t mode = MODE_ON; mode != MODE_OFF + 2; mode++) {
        tap(KEY_MODE);
        CHECK(g_mode == mode % 3 && g_relay == (g_mode == MODE_ON));
    }
    CHECK(strcmp(g_output, "# button mode ON\n# button mode OFF\n# button mode AUTO\n") == 0);
    g_output[0] = 0;
    tap(KEY_SET);
    hold(KEY_MODE, 700); /* too long for a tap */
    hold(0, 10);
    hold(KEY_SET, KEYPAD_HOLD + 1); /* not long enough to edit */
    hold(0, 10);
    CHECK(g_output[0] == 0 && g_mode == MODE_AUTO && !edit_active());

    entered("1240229235958", "done");
    expect("CLOCK\n", "OK 2024-02-29 23:59:58 Thu valid\n");
    entered("1230229235958", "refused"); /* no such day */
    entered("1240229245958", "refused");
    expect("CLOCK\n", "OK 2024-02-29 23:59:58 Thu valid\n");
    entered("201080000180000", "done");
    entered("215235959000001", "done");
    entered("216080000180000", "refused"); /* no such group */
    entered("200080000186000", "refused");
    expect("PROG LIST\n", "P 0 12345 08:00:00 18:00:00\nP 1 7 23:59:59 00:00:01\nOK 2\n");
    entered("300", "done");
    entered("300", "refused");
    entered("317", "refused");
    expect("PROG LIST\n", "P 1 7 23:59:59 00:00:01\nOK 1\n");
    entered("51", "done");
    CHECK(g_mode == MODE_ON);
    entered("53", "refused");
    entered("0", "left");
    entered("6", "refused");
    entered("4", "done");
    CHECK(g_program_count == 0 && g_mode == MODE_ON);
    for (int slot = 0; slot < PROGRAM_SLOTS; slot++)
        entered("200080000180000", "done");
    entered("200080000180000", "refused"); /* full */
    entered("50", "done");

    /* Half entered, then left alone: as if nothing had been. MODE is the mode's again. */
    g_output[0] = 0;
    enter("4000");
    CHECK(!edit_active()); /* 4 was enough; the rest is SET taps outside */
    CHECK(g_program_count == 0);
    enter("12402");
    hold(0, EDIT_TIMEOUT - 10);
    CHECK(edit_active());
    hold(0, 10);
    CHECK(!edit_active() && strstr(g_output, "# button timeout\n"));
    enter("12402");
    hold(KEY_SET, KEYPAD_HOLD + KEYPAD_SETTLED);
    CHECK(!edit_active());
    hold(0, 10);
    tap(KEY_MODE);
    CHECK(g_mode == MODE_ON);

    /* The chord, and what is none: too short, one finger lifted, SET first for so long that it edits. */
    CHECK(g_clock_valid);
    g_output[0] = 0;
    hold(KEY_BOTH, KEYPAD_CHORD);
    hold(0, 10);
    hold(KEY_SET, 20);
    hold(KEY_BOTH, 400);
    hold(KEY_MODE, 20);
    hold(KEY_BOTH, 400);
    hold(KEY_SET, 400);
    hold(0, 10);
    CHECK(g_output[0] == 0 && g_mode == MODE_ON && g_clock_valid && !edit_active());
    hold(KEY_SET, 300);
    hold(KEY_BOTH, 600);
    hold(0, 10);
    CHECK(edit_active() && g_clock_valid);
    g_supply_low = true;
    hold(KEY_BOTH, KEYPAD_CHORD + KEYPAD_SETTLED);
    CHECK(!edit_active() && g_clock_valid && g_mode == MODE_ON);
    hold(0, 10);
    g_supply_low = false;
    g_output[0] = 0;
    hold(KEY_MODE, 20);
    hold(KEY_BOTH, KEYPAD_CHORD + KEYPAD_SETTLED);
    CHECK(!g_clock_valid && g_mode == MODE_AUTO && g_program_count == 0);
    hold(KEY_BOTH, 2000);
    hold(KEY_SET, 400);
    hold(0, 10);
    CHECK(strcmp(g_output, "# button factory\n") == 0 && !edit_active() && keypad_idle());

    /* Anything pressed at any time: never a gesture without its time, and always back to rest. */
    for (long i = 0; i < 40000; i++) {
        hold(random32() % 3 ? random32() % 4 : 0, random32() % 2 ? random32() % 8 : random32() % 600);
        g_output[0] = 0;
    }
    hold(0, EDIT_TIMEOUT + 10);
    CHECK(keypad_idle() && !edit_active());
    printf("buttons: taps, holds, chords and their near misses, every function\n");
}
