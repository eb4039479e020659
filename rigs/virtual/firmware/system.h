/* System clock, tenth-of-a-second tick, watchdog, reset and its cause. */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

enum reset_cause {
    RESET_UNKNOWN,
    RESET_POR,
    RESET_PIN,
    RESET_SOFTWARE,
    RESET_IWDG,
    RESET_WWDG,
    RESET_LOW_POWER,
    RESET_FAULT
};

/* Why the processor last started (enum reset_cause). */
extern uint32_t g_reset_cause;
/* After RESET_FAULT: the exception number (3 = HardFault) and the program counter it struck at. */
extern uint32_t g_fault_exception;
extern uint32_t g_fault_pc;

void system_start(void);
const char *system_reset_cause_name(void);
void system_delay_cycles(uint32_t cycles);
/* Sleeps until an interrupt leaves an event; gives the events (enum event) and clears them. */
uint32_t system_wait_for_events(void);
/* The same without sleeping. */
uint32_t system_take_events(void);

/* A tenth of a second, while the RTC does not run yet. */
void system_tenths_start(void);
void system_tenths_stop(void);
/* A hundredth, while buttons are sampled. Both may be on. */
void system_ticks_start(void);
void system_ticks_stop(void);

/* The watchdog bites 8 s (5.3 to 10.7 s over the spread of the LSI) after the last feeding. */
void watchdog_start(void);
void watchdog_settle(void);
void watchdog_feed(void);

_Noreturn void system_reset(void);
_Noreturn void system_fault(uint32_t exception, uint32_t pc);

#endif
