/* Relay K1 on PB0 (high = coil driven) and the status LED on PC13 (low = lit). */
#ifndef RELAY_H
#define RELAY_H

#include <stdbool.h>
#include <stdint.h>

/* 1 = coil driven. */
extern uint32_t g_relay;

void relay_start(void);
/* The LED shows the relay. */
void relay_set(bool on);
/* While the clock is lost the LED blinks instead: one call, one change. */
void relay_blink(void);

#endif
