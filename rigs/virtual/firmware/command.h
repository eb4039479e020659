/* The line protocol (PROTOCOL.md): one command line in, its answer out. */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>

#include "line.h"

/* The line at start-up. */
void command_boot_line(void);
/* Answers one received line; a LINE_READY one is cut into words in place. */
void command_line(enum line_result result, char *text);
/* A CLOCK command waits for the crystal: no further line is taken until it is answered. */
bool command_waiting(void);
/* Every tenth of a second until the RTC runs. */
void command_tenth(void);

#endif
