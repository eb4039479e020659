/* Vector table, C environment, and what happens when the firmware itself fails. */
#include "interrupts.h"
#include "stm32f103.h"
#include "system.h"

extern uint32_t ld_stack_top, ld_data_load, ld_data_start, ld_data_end, ld_bss_start, ld_bss_end;

int main(void);
void reset_handler(void);
void fault_handler(void);
void fault_record(const uint32_t *frame);

void reset_handler(void)
{
    const uint32_t *from = &ld_data_load;
    for (uint32_t *to = &ld_data_start; to < &ld_data_end;)
        *to++ = *from++;
    for (uint32_t *to = &ld_bss_start; to < &ld_bss_end;)
        *to++ = 0;
    main();
    for (;;) { /* main never returns; if it did, the watchdog ends this */
    }
}

/* Every exception that has no handler of its own. Only the main stack is in use, so the
 * exception frame is where the stack pointer is. */
__attribute__((naked)) void fault_handler(void)
{
    __asm volatile("mov r0, sp\n\tb fault_record");
}

__attribute__((used)) void fault_record(const uint32_t *frame)
{
    uint32_t exception;
    __asm volatile("mrs %0, ipsr" : "=r"(exception));
    /* A stack pointer run out of RAM must not fault once more: that would lock up until the watchdog. */
    uintptr_t at = (uintptr_t)frame;
    uint32_t pc = at >= 0x20000000u && at <= 0x20005000u - 32u ? frame[6] : 0;
    system_fault(exception, pc);
}

typedef void (*handler)(void);

struct vector_table {
    uint32_t *stack;
    handler system[15];
    handler irq[IRQ_COUNT];
};

__attribute__((section(".vectors"), used)) const struct vector_table vector_table = {
    .stack = &ld_stack_top,
    .system =
        {
            [0] = reset_handler,
            [1 ... 13] = fault_handler,
            [14] = systick_handler,
        },
    .irq =
        {
            [0] = fault_handler,
            [IRQ_PVD] = pvd_handler,
            [2] = fault_handler,
            [IRQ_RTC] = rtc_handler,
            [4 ... 5] = fault_handler,
            [IRQ_EXTI0] = buttons_handler,
            [IRQ_EXTI1] = buttons_handler,
            [8 ... 36] = fault_handler,
            [IRQ_USART1] = usart1_handler,
            [38 ... 42] = fault_handler,
        },
};
