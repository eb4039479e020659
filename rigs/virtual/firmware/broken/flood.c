/* A firmware that never stops talking: the console carries nothing else. */
#include "../stm32f103.h"

void misbehave(void);

void misbehave(void)
{
    RCC->APB2ENR |= RCC_APB2ENR_IOPAEN | RCC_APB2ENR_USART1EN;
    GPIOA->CRH = (GPIOA->CRH & ~0xf0u) | 0xb0u; /* PA9: alternate function, push-pull */
    USART1->BRR = 69;                           /* 8 MHz / 115200 */
    USART1->CR1 = USART_CR1_UE | USART_CR1_TE;
    for (;;) {
        for (const char *text = "all is well\n"; *text != 0; text++) {
            while ((USART1->SR & USART_SR_TXE) == 0) {
            }
            USART1->DR = (uint8_t)*text;
        }
    }
}
