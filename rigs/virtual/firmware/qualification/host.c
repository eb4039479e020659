/* Semihosting: BKPT 0xAB with an operation in r0 and its argument in r1. */
#include "host.h"

#define SYS_WRITE0 0x04u
#define SYS_EXIT 0x18u
#define ADP_STOPPED_APPLICATION_EXIT 0x20026u

static uint32_t call_host(uint32_t operation, uint32_t argument)
{
    register uint32_t r0 __asm__("r0") = operation;
    register uint32_t r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void say(const char *text)
{
    call_host(SYS_WRITE0, (uint32_t)(uintptr_t)text);
}

static void say_digits(const char *name, uint64_t value, int digits)
{
    char text[24];
    char *at = text;
    *at++ = ' ';
    while (digits--)
        *at++ = "0123456789abcdef"[(value >> (4 * digits)) & 15];
    *at++ = '\n';
    *at = 0;
    say(name);
    say(text);
}

void say_hex(const char *name, uint32_t value)
{
    say_digits(name, value, 8);
}

void say_hex64(const char *name, uint64_t value)
{
    say_digits(name, value, 16);
}

void say_number(const char *name, uint32_t value)
{
    char text[16];
    char *at = text + sizeof text - 1;
    *at = 0;
    *--at = '\n';
    do
        *--at = (char)('0' + value % 10);
    while (value /= 10);
    *--at = ' ';
    say(name);
    say(at);
}

void finish(void)
{
    call_host(SYS_EXIT, ADP_STOPPED_APPLICATION_EXIT);
    for (;;)
        ;
}

void *memcpy(void *to, const void *from, size_t count)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    while (count--)
        *t++ = *f++;
    return to;
}

void *memset(void *to, int value, size_t count)
{
    uint8_t *t = to;
    while (count--)
        *t++ = (uint8_t)value;
    return to;
}
