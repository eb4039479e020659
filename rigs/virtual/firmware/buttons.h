/* Buttons SET on PA0 and MODE on PA1, to ground, with the internal pull-ups. An edge wakes the processor; from then on they
 * are sampled each 10 ms, until they are free and no digits are being entered. */
#ifndef BUTTONS_H
#define BUTTONS_H

void buttons_start(void);
/* After an edge. */
void buttons_edge(void);
/* Each 10 ms while they are sampled. */
void buttons_tick(void);

#endif
