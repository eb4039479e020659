/* Early warning of a falling supply, by the programmable voltage detector at its highest level (2.88 V rising, 2.78 V
 * falling, typically): still well above the 2.0 V that writing flash needs. */
#ifndef SUPPLY_H
#define SUPPLY_H

#include <stdbool.h>
#include <stdint.h>

/* Times the supply fell below the level since start-up. */
extern uint32_t g_pvd_events;

void supply_start(void);
/* The supply is below the level now: begin no write. */
bool supply_low(void);

#endif
