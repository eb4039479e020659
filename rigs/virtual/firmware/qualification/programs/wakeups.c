/* A week of waking once a second: SysTick at 1 Hz, from 8 MHz, and sleep in between. */
#include "../host.h"

#define SECONDS (7u * 24 * 3600)
#define SYST_CSR (*(volatile uint32_t *)0xE000E010)
#define SYST_RVR (*(volatile uint32_t *)0xE000E014)
#define SYST_CVR (*(volatile uint32_t *)0xE000E018)

void systick_handler(void);
static volatile uint32_t seconds;

void systick_handler(void)
{
    seconds++;
}

int main(void)
{
    SYST_RVR = 8000000 - 1;
    SYST_CVR = 0;
    SYST_CSR = 7;
    while (seconds < SECONDS)
        __asm__ volatile("wfi");
    say_number("seconds", seconds);
    return 0;
}
