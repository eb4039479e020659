/* What the buttons do (PROTOCOL.md, "Buttons"): the mode, the factory reset, and programming digit by digit. */
#ifndef EDIT_H
#define EDIT_H

#include <stdbool.h>

#include "keypad.h"

enum { EDIT_TIMEOUT = 3000 /* samples of 10 ms */ };

/* Once for each sample. */
void edit_sample(enum gesture gesture);
/* Digits are being entered. */
bool edit_active(void);

#endif
