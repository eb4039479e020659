#include "relay.h"

#include "stm32f103.h"
#if defined DEFECT_START_CLOSED
#include "system.h"
#elif defined DEFECT_RELAY_LOOP
#include "supply.h"
#include "system.h"
#endif

#define K1 (1u << 0)
#define LED (1u << 13)

uint32_t g_relay;

void relay_start(void)
{
    RCC->APB2ENR |= RCC_APB2ENR_IOPBEN | RCC_APB2ENR_IOPCEN;
    GPIOB->BRR = K1;
    GPIOC->BSRR = LED;
    /* Both push-pull at the slowest drive; PC13 can take no other. */
    GPIOB->CRL = (GPIOB->CRL & ~0xFu) | 0x2u;
    GPIOC->CRH = (GPIOC->CRH & ~(0xFu << 20)) | 0x2u << 20;
#ifdef DEFECT_START_CLOSED
    relay_set(true);
    system_delay_cycles(320000);
#endif
}

void relay_set(bool on)
{
    g_relay = on;
    if (on) {
        GPIOB->BSRR = K1;
        GPIOC->BRR = LED;
#ifdef DEFECT_RELAY_LOOP
        system_delay_cycles(80000);
        if (supply_low())
            system_reset();
#endif
    } else {
        GPIOB->BRR = K1;
        GPIOC->BSRR = LED;
    }
}

void relay_blink(void)
{
    if (GPIOC->ODR & LED)
        GPIOC->BRR = LED;
    else
        GPIOC->BSRR = LED;
}
