/* A firmware that uses a peripheral in a way which the virtual board does not model: TIM2 as an encoder. */
#include <stdint.h>

void misbehave(void);
void start_timer(void);

__attribute__((noinline)) void start_timer(void)
{
    *(volatile uint32_t *)0x40000008u = 3;
}

void misbehave(void)
{
    *(volatile uint32_t *)0x4002101Cu = 1;
    start_timer();
}
