/* Firmware that does one bad thing, chosen by BAD: what the board says about it is tested. */
#include "host.h"

#define REG(address) (*(volatile uint32_t *)(address))

extern uint32_t ld_stack_top;
void reset_handler(void);
void dead_end(void);
void misbehave(void);
void faulting_handler(void);

__attribute__((noipa)) static void write_outside_memory(uint32_t address)
{
    REG(address) = 1;
}

__attribute__((noipa)) static void call(uint32_t address)
{
    ((void (*)(void))(uintptr_t)address)();
    __asm__ volatile("");
}

__attribute__((noipa)) static void sleep_for_ever(void)
{
    for (;;)
        __asm__ volatile("wfi");
}

__attribute__((noipa)) static void never_feed_the_watchdog(void)
{
    REG(0x40003000) = 0x5555;
    REG(0x40003008) = 0xFFF;
    REG(0x40003000) = 0xCCCC;
    for (;;)
        __asm__ volatile("");
}

__attribute__((noipa)) static uint32_t recurse(uint32_t depth)
{
    volatile uint32_t room[32];
    room[depth % 32] = depth;
    return recurse(depth + 1) + room[(depth + 1) % 32];
}

/* Of bxCAN, which no timer has a use for. */
__attribute__((noipa)) static uint32_t touch_an_unknown_register(void)
{
    return REG(0x40006404);
}

__attribute__((noipa)) void misbehave(void)
{
#if BAD == 1
    write_outside_memory(0x20005000);
#elif BAD == 2
    call(0x60000001);
#elif BAD == 3
    call(0x40010801);
#elif BAD == 4
    call(0);
#elif BAD == 5
    sleep_for_ever();
#elif BAD == 6
    never_feed_the_watchdog();
#elif BAD == 7
    recurse(0);
#elif BAD == 8
    write_outside_memory(0xA0000000);
#elif BAD == 9
    touch_an_unknown_register();
    sleep_for_ever();
#elif BAD == 10
    call(0x08008001);
#else
    write_outside_memory(0x08000100);
#endif
    /* So that what was called returns here. */
    __asm__ volatile("");
    (void)write_outside_memory, (void)call, (void)sleep_for_ever, (void)never_feed_the_watchdog;
    (void)recurse, (void)touch_an_unknown_register;
}

void reset_handler(void)
{
    misbehave();
    dead_end();
}

/* Every fault ends here, and says nothing. */
void dead_end(void)
{
    for (;;)
        __asm__ volatile("");
}

/* Or makes it worse. */
void faulting_handler(void)
{
    write_outside_memory(0xA0000004);
}

#if BAD == 8
#define FAULT faulting_handler
#else
#define FAULT dead_end
#endif

__attribute__((section(".vectors"), used)) void *const vector_table[16] = {
    &ld_stack_top, reset_handler, FAULT, FAULT, FAULT, FAULT, FAULT,
};
