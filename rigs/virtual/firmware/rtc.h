/* The clock of the board: the RTC on the 32.768 kHz crystal, which runs on from VBAT while the supply is away.
 * Its counter is seconds since 1970-01-01 in civil time. */
#ifndef RTC_H
#define RTC_H

#include <stdbool.h>
#include <stdint.h>

/* 2000-01-01 00:00:00: what a clock that was lost stands at. */
#define CLOCK_LOST_TIME 946684800u

/* The time now. It steps with the second interrupt. */
extern uint32_t g_now;
/* 1 = the clock was set and has not lost its supply since; 0 = lost. */
extern uint32_t g_clock_valid;

/* Takes the clock over if it kept running; otherwise starts the crystal, which takes seconds, and returns at once. */
void rtc_start(void);
/* The crystal is up and seconds are coming. */
bool rtc_running(void);
/* Every tenth of a second until the RTC runs. */
void rtc_tenth(void);
/* After a second interrupt. False if the time did not just step by one second and must be taken as set anew. */
bool rtc_second(void);
/* Sets the clock; the second begins now. False if the RTC does not respond. */
bool rtc_set(uint32_t t);
/* Marks the clock as lost. */
void rtc_forget(void);

#endif
