/* A fault in the HardFault handler: the core locks up. */
#include "host.h"

extern uint32_t ld_stack_top;
void reset_handler(void);
void hard_fault(void);

void hard_fault(void)
{
    say("ok in the HardFault handler\n");
    __asm__ volatile("udf #1");
    say("wrong: it went on\n");
    finish();
}

void reset_handler(void)
{
    __asm__ volatile("udf #0");
    say("wrong: no fault\n");
    finish();
}

__attribute__((section(".vectors"), used)) void *const vector_table[16] = {&ld_stack_top, reset_handler, hard_fault, hard_fault};
