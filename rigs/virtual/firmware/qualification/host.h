/* What the qualification firmware says goes to the host by semihosting: QEMU's, or that of the tests. */
#ifndef HOST_H
#define HOST_H

#include <stddef.h>
#include <stdint.h>

void say(const char *text);
void say_hex(const char *name, uint32_t value);
void say_hex64(const char *name, uint64_t value);
void say_number(const char *name, uint32_t value);
/* Ends the program; the host stops. */
void finish(void) __attribute__((noreturn));

int main(void);

/* As the C library has them; the compiler may call them. */
void *memcpy(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);

#endif
