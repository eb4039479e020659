/* Vector table and start-up of the programs; the exception firmware has its own. */
#include "host.h"

extern uint32_t ld_stack_top, ld_data_start[], ld_data_end[], ld_data_load[], ld_bss_start[], ld_bss_end[];

void reset_handler(void);
void unexpected(void);
/* Of the programs that have a tick. */
void systick_handler(void) __attribute__((weak, alias("unexpected")));

void reset_handler(void)
{
    const uint32_t *from = ld_data_load;
    for (uint32_t *to = ld_data_start; to < ld_data_end;)
        *to++ = *from++;
    for (uint32_t *to = ld_bss_start; to < ld_bss_end;)
        *to++ = 0;
    main();
    finish();
}

void unexpected(void)
{
    say("an exception that nobody expected\n");
    finish();
}

__attribute__((section(".vectors"), used)) void *const vector_table[16] = {
    &ld_stack_top, reset_handler, unexpected, unexpected, unexpected, unexpected, unexpected,
    0, 0, 0, 0, unexpected, unexpected, 0, unexpected, systick_handler,
};
