/* 600 s of a 1 kHz tick with a handler of about 40 instructions, from 8 MHz, and sleep in between. */
#include "../host.h"

#define TICKS 600000u
#define SYST_CSR (*(volatile uint32_t *)0xE000E010)
#define SYST_RVR (*(volatile uint32_t *)0xE000E014)
#define SYST_CVR (*(volatile uint32_t *)0xE000E018)

void systick_handler(void);
static volatile uint32_t ticks, seconds, minutes, sum;
static volatile uint32_t timers[4];

void systick_handler(void)
{
    uint32_t now = ++ticks;
    if (now % 1000 == 0 && ++seconds % 60 == 0)
        minutes++;
    timers[0]++;
    timers[1] += now & 1;
    timers[2] ^= now;
    timers[3] = timers[2] >> 1;
    sum = (sum << 1 | sum >> 31) + now;
}

int main(void)
{
    SYST_RVR = 8000 - 1;
    SYST_CVR = 0;
    SYST_CSR = 7;
    while (ticks < TICKS)
        __asm__ volatile("wfi");
    say_number("minutes", minutes);
    say_hex("sum", sum);
    return 0;
}
