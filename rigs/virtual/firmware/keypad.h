/* Two buttons, debounced, and the gestures made with them. No hardware: buttons.c gives the samples. */
#ifndef KEYPAD_H
#define KEYPAD_H

#include <stdbool.h>
#include <stdint.h>

enum { KEY_SET = 1 << 0, KEY_MODE = 1 << 1, KEY_BOTH = KEY_SET | KEY_MODE };

#ifdef DEFECT_CHORD_SHORT
#define KEYPAD_CHORD_LENGTH 300
#else
#define KEYPAD_CHORD_LENGTH 500
#endif

/* Samples are 10 ms apart. */
enum { KEYPAD_SETTLED = 3, KEYPAD_TAP = 100, KEYPAD_HOLD = 200, KEYPAD_CHORD = KEYPAD_CHORD_LENGTH };

enum gesture {
    GESTURE_NONE,
    GESTURE_SET,    /* SET alone, for less than 1 s; told at its release */
    GESTURE_MODE,   /* MODE alone, for less than 1 s; told at its release */
    GESTURE_HOLD,   /* SET alone for 2 s; told while it is still held */
    GESTURE_FACTORY /* both without a break for 5 s; told while they are still held */
};

/* Takes what is pressed now (KEY_…). From the first press to the release of all buttons there is one gesture at most. */
enum gesture keypad_sample(uint32_t pressed);
/* Nothing is pressed or was just now: no more samples are needed until something is. */
bool keypad_idle(void);

#endif
