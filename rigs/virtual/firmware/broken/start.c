/* Vector table and start of the broken firmwares: no C environment, because they need none. */
#include <stdint.h>

extern uint32_t ld_stack_top;

void misbehave(void);
void reset_handler(void);
void dead_end(void);

void reset_handler(void)
{
    misbehave();
    dead_end();
}

/* Every fault ends here, and says nothing. */
void dead_end(void)
{
    for (;;)
        __asm volatile("");
}

__attribute__((section(".vectors"), used)) void *const vector_table[16] = {
    &ld_stack_top, reset_handler, dead_end, dead_end, dead_end, dead_end, dead_end,
};
