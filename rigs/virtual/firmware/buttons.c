#include "buttons.h"

#include "stm32f103.h"

void buttons_start(void)
{
    RCC->APB2ENR |= RCC_APB2ENR_IOPAEN;
    GPIOA->BSRR = 1u << 0 | 1u << 1;
    GPIOA->CRL = (GPIOA->CRL & ~0xFFu) | 0x88u;
}
