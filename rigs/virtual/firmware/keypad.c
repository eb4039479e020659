#include "keypad.h"

static uint32_t s_last, s_same; /* the last sample, and how often it came in a row */
static uint32_t s_pressed;      /* what is pressed, debounced */
static uint32_t s_held;         /* samples since that changed */
static uint32_t s_seen;         /* what was pressed since all buttons were free */
static bool s_told;             /* its gesture was told */

#ifdef DEFECT_CHORD_RUNS_ON
static uint32_t s_running; /* samples of a chord that both fingers left at once */
#endif

static enum gesture held(void)
{
    if (s_told)
        return GESTURE_NONE;
    s_held++;
    enum gesture gesture = GESTURE_NONE;
#ifdef DEFECT_HELD_KEY
    if (s_pressed == KEY_MODE && s_seen == KEY_MODE && s_held > 300 && s_held % 50 == 0)
        return GESTURE_MODE;
#endif
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
#ifdef DEFECT_CHORD_RUNS_ON
    if (s_running && ++s_running == KEYPAD_CHORD) {
        s_running = 0;
        return GESTURE_FACTORY;
    }
#endif
    if (pressed == s_pressed)
        return pressed ? held() : GESTURE_NONE;
    if (s_same < KEYPAD_SETTLED)
        return GESTURE_NONE;
#ifdef DEFECT_CHORD_RUNS_ON
    if (s_pressed == KEY_BOTH && !pressed && !s_told)
        s_running = s_held;
#endif
    s_pressed = pressed;
    if (!pressed)
        return released();
    uint32_t before = s_seen;
    (void)before;
    s_seen |= pressed;
#if defined DEFECT_CHORD_LATE
    if (before && before != KEY_BOTH)
        return GESTURE_NONE;
#elif defined DEFECT_CHORD_LIFTED
    if (before == KEY_BOTH)
        return GESTURE_NONE;
#endif
    s_held = 0;
    return GESTURE_NONE;
}

bool keypad_idle(void)
{
#ifdef DEFECT_CHORD_RUNS_ON
    if (s_running)
        return false;
#endif
    return !s_pressed && !s_last;
}
