/* A firmware that uses a peripheral which the virtual board does not model yet: TIM2. */
#include <stdint.h>

void misbehave(void);
void start_timer(void);

__attribute__((noinline)) void start_timer(void)
{
    *(volatile uint32_t *)0x40000000u = 1;
}

void misbehave(void)
{
    start_timer();
}
