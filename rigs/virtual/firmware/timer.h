/* The timer proper: mode, programmes and clock decide the relay.
 *
 * ON and OFF are permanent. AUTO switches at the programmed events and keeps the output between them: an on event
 * closes; an off event opens unless the window of another programme covers that instant. Whenever the time does not
 * simply run on (power-up, clock set), AUTO takes the output that the programmes say for now. */
#ifndef TIMER_H
#define TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "schedule.h"
#include "store.h"

/* enum mode */
extern uint32_t g_mode;
extern struct program g_programs[PROGRAM_SLOTS];
/* Occupied slots. */
extern uint32_t g_program_count;
/* The second at which something is to be done next, or SCHEDULE_NEVER. */
extern uint32_t g_next_event;

void timer_start(void);
/* The present settings, to be changed and handed to timer_change. */
struct settings timer_settings(void);
/* Stores, then takes over. On any other result than STORE_SAVED nothing has changed. The output is kept until the next
 * event, except in the modes ON and OFF. */
enum store_result timer_change(const struct settings *settings);
/* Puts the programme into the lowest free slot; without one, `slot` is PROGRAM_SLOTS and nothing has changed. */
enum store_result timer_add(const struct program *program, uint32_t *slot);
/* Defaults: no programmes, AUTO, clock lost. On any other result than STORE_SAVED nothing has changed. */
enum store_result timer_factory(void);
/* Sets the clock; the second begins now. False if the RTC does not respond. */
bool timer_set_clock(uint32_t t);
/* The clock was set, lost or found to have jumped. */
void timer_evaluate(void);
/* g_now has reached g_next_event. */
void timer_event(void);

#endif
