/* Interrupt handlers, each beside the peripheral it serves, and the events they leave for the main loop. */
#ifndef INTERRUPTS_H
#define INTERRUPTS_H

#include <stdint.h>

void systick_handler(void);
void pvd_handler(void);
void rtc_handler(void);
void usart1_handler(void);
void buttons_handler(void);

enum event {
    EVENT_SECOND = 1 << 0,  /* the RTC completed a second */
    EVENT_TENTH = 1 << 1,   /* 100 ms of system clock, only while the RTC is not running yet */
    EVENT_RECEIVED = 1 << 2, /* the console has bytes to read */
    EVENT_BUTTON = 1 << 3, /* a button was pressed, or bounced */
    EVENT_TICK = 1 << 4 /* 10 ms of system clock, only while buttons are sampled */
};

/* Set by handlers, taken by the main loop. All handlers share one priority, so none interrupts
 * another's read-modify-write. */
extern volatile uint32_t g_events;

#endif
