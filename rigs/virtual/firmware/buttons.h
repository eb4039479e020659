/* Buttons SET on PA0 and MODE on PA1, to ground, with the internal pull-ups. So far only wired. */
#ifndef BUTTONS_H
#define BUTTONS_H

void buttons_start(void);

#endif
