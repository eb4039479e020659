/* The serial console: USART1 on PA9 (TX) and PA10 (RX), 115200 8N1, both directions buffered and interrupt-driven. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

void console_start(void);
/* Waits while the buffer is full, as long as the line takes to send. */
void console_write(const char *s);
/* Waits until the last bit is out. */
void console_flush(void);
/* Takes the next received byte, or LINE_LOST where some are missing. */
bool console_read(uint8_t *byte);

#endif
