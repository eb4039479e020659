#include "buttons.h"

#include "edit.h"
#include "interrupts.h"
#include "keypad.h"
#include "stm32f103.h"
#include "system.h"

#define PINS 3u

void buttons_start(void)
{
    RCC->APB2ENR |= RCC_APB2ENR_IOPAEN;
    GPIOA->BSRR = PINS;
    GPIOA->CRL = (GPIOA->CRL & ~0xFFu) | 0x88u;
    /* Lines 0 and 1 come from port A by default. */
    EXTI->FTSR |= PINS;
    EXTI->PR = PINS;
    EXTI->IMR |= PINS;
    irq_enable(IRQ_EXTI0);
    irq_enable(IRQ_EXTI1);
    /* A button held through the reset has no edge to come. */
    if (~GPIOA->IDR & PINS)
        buttons_edge();
}

void buttons_edge(void)
{
#ifdef DEFECT_BOUNCE
    if ((~GPIOA->IDR & PINS) == KEY_MODE)
        edit_sample(GESTURE_MODE);
#endif
    system_ticks_start();
}

void buttons_tick(void)
{
    enum gesture gesture = keypad_sample(~GPIOA->IDR & PINS);
#ifdef DEFECT_BOUNCE
    if (gesture == GESTURE_MODE)
        gesture = GESTURE_NONE;
#endif
    edit_sample(gesture);
    if (keypad_idle() && !edit_active())
        system_ticks_stop();
}

void buttons_handler(void)
{
    EXTI->PR = PINS;
    g_events |= EVENT_BUTTON;
}
