#include "supply.h"

#include "interrupts.h"
#ifdef DEFECT_LET_GO
#include "relay.h"
#endif
#include "stm32f103.h"
#ifdef DEFECT_BROWN_OUT_LOOP
#include "system.h"
#endif

uint32_t g_pvd_events;

void supply_start(void)
{
    PWR->CR |= PWR_CR_PLS_2V9 | PWR_CR_PVDE;
    /* The detector's output rises when the supply falls. */
    EXTI->RTSR |= EXTI_PVD;
    EXTI->PR = EXTI_PVD;
    EXTI->IMR |= EXTI_PVD;
    irq_enable(IRQ_PVD);
#ifdef DEFECT_BROWN_OUT_LOOP
    system_delay_cycles(1000);
    if (supply_low())
        system_reset();
#endif
}

bool supply_low(void)
{
#ifdef DEFECT_SUPPLY_IGNORED
    return false;
#endif
    return PWR->CSR & PWR_CSR_PVDO;
}

/* The relay is left as it is: to hold through the dip is what it is for, and a coil let go would be picked up
 * again at the worst moment. */
void pvd_handler(void)
{
    EXTI->PR = EXTI_PVD;
    g_pvd_events++;
#ifdef DEFECT_LET_GO
    relay_set(false);
#endif
}
