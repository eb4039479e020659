#include "keypad.h"

static uint32_t s_last, s_same; /* the last sample, and how often it came in a row */
static uint32_t s_pressed;      /* what is pressed, debounced */
static uint32_t s_held;         /* samples since that changed */
static uint32_t s_seen;         /* what was pressed since all buttons were free */
static bool s_told;             /* its gesture was told */

static enum gesture held(void)
{
    if (s_told)
        return GESTURE_NONE;
    s_held++;
    enum gesture gesture = GESTURE_NONE;
    if (s_pressed == KEY_SET && s_seen == KEY_SET && s_held == KEYPAD_HOLD)
        gesture = GESTURE_HOLD;
    if (s_pressed == KEY_BOTH && s_held == KEYPAD_CHORD)
        gesture = GESTURE_FACTORY;
    s_told = gesture != GESTURE_NONE;
    return gesture;
}

static enum gesture released(void)
{
    bool tap = !s_told && s_held < KEYPAD_TAP;
    uint32_t seen = s_seen;
    s_seen = 0;
    s_told = false;
    return !tap ? GESTURE_NONE : seen == KEY_SET ? GESTURE_SET : seen == KEY_MODE ? GESTURE_MODE : GESTURE_NONE;
}

enum gesture keypad_sample(uint32_t pressed)
{
    s_same = pressed == s_last ? s_same + 1 : 1;
    s_last = pressed;
    if (pressed == s_pressed)
        return pressed ? held() : GESTURE_NONE;
    if (s_same < KEYPAD_SETTLED)
        return GESTURE_NONE;
    s_pressed = pressed;
    if (!pressed)
        return released();
    s_seen |= pressed;
    s_held = 0;
    return GESTURE_NONE;
}

bool keypad_idle(void)
{
    return !s_pressed && !s_last;
}
