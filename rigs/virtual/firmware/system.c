#include "system.h"

#include "interrupts.h"
#include "stm32f103.h"

#define FAULT_MARK 0xFA00u
#define HSI_HZ 8000000u

uint32_t g_reset_cause;
uint32_t g_fault_exception;
uint32_t g_fault_pc;
volatile uint32_t g_events;

/* The backup registers are out of reach until the power interface is clocked and unlocked. */
static void open_backup_domain(void)
{
    RCC->APB1ENR |= RCC_APB1ENR_PWREN | RCC_APB1ENR_BKPEN;
    PWR->CR |= PWR_CR_DBP;
}

/* One flag of RCC_CSR seldom comes alone: every internal reset also pulls the pin. */
static uint32_t cause_from(uint32_t csr)
{
    if (csr & RCC_CSR_LPWRRSTF)
        return RESET_LOW_POWER;
    if (csr & RCC_CSR_WWDGRSTF)
        return RESET_WWDG;
    if (csr & RCC_CSR_IWDGRSTF)
        return RESET_IWDG;
    if (csr & RCC_CSR_PORRSTF)
        return RESET_POR;
    if (csr & RCC_CSR_SFTRSTF)
        return RESET_SOFTWARE;
    if (csr & RCC_CSR_PINRSTF)
        return RESET_PIN;
    return RESET_UNKNOWN;
}

void system_start(void)
{
    /* SYSCLK is the HSI at 8 MHz from reset on, with no flash wait state: nothing to switch. */
    for (uint32_t n = 10000; !(RCC->CR & RCC_CR_HSIRDY) && n; n--) {
    }
    open_backup_domain();

    g_reset_cause = cause_from(RCC->CSR);
    RCC->CSR |= RCC_CSR_RMVF;

    uint32_t mark = BKP->DR3;
    if ((mark & 0xFF00u) == FAULT_MARK) {
        if (g_reset_cause == RESET_SOFTWARE) {
            g_reset_cause = RESET_FAULT;
            g_fault_exception = mark & 0xFFu;
            g_fault_pc = (BKP->DR5 & 0xFFFFu) << 16 | (BKP->DR4 & 0xFFFFu);
        }
        BKP->DR3 = 0;
    }
}

const char *system_reset_cause_name(void)
{
    static const char *const NAMES[] = {"unknown", "por", "pin", "software", "iwdg", "wwdg", "low-power", "fault"};
    return NAMES[g_reset_cause];
}

/* At least this many cycles: the loop takes 3 or 4 each round. */
void system_delay_cycles(uint32_t cycles)
{
    for (uint32_t n = cycles / 3 + 1; n; n--)
        __asm volatile("" ::: "memory");
}

uint32_t system_wait_for_events(void)
{
    /* With interrupts masked a pending one still ends WFI: nothing can slip in between the test and the sleep. */
    interrupts_off();
    uint32_t events;
    while ((events = g_events) == 0) {
        __asm volatile("dsb\n\twfi" ::: "memory");
        interrupts_on();
        interrupts_off();
    }
    g_events = 0;
    interrupts_on();
    return events;
}

uint32_t system_take_events(void)
{
    interrupts_off();
    uint32_t events = g_events;
    g_events = 0;
    interrupts_on();
    return events;
}

/* Which events the tick gives. With both it ticks for the shorter one, and counts for the longer. */
static volatile uint32_t s_ticking, s_ticks;

static void tick_for(uint32_t events)
{
    if (events == s_ticking)
        return;
    SYSTICK->CTRL = 0;
    s_ticking = events;
    s_ticks = 0;
    if (!events)
        return;
    SYSTICK->LOAD = HSI_HZ / (events & EVENT_TICK ? 100 : 10) - 1;
    SYSTICK->VAL = 0;
    SYSTICK->CTRL = SYSTICK_HCLK | SYSTICK_TICKINT | SYSTICK_ENABLE;
}

void system_tenths_start(void)
{
    tick_for(s_ticking | EVENT_TENTH);
}

void system_tenths_stop(void)
{
    tick_for(s_ticking & ~(uint32_t)EVENT_TENTH);
}

void system_ticks_start(void)
{
    tick_for(s_ticking | EVENT_TICK);
}

void system_ticks_stop(void)
{
    tick_for(s_ticking & ~(uint32_t)EVENT_TICK);
}

void systick_handler(void)
{
    uint32_t events = s_ticking;
    if ((events & EVENT_TICK) && ++s_ticks % 10 != 0)
        events &= ~(uint32_t)EVENT_TENTH;
    g_events |= events;
}

void watchdog_start(void)
{
    IWDG->KR = IWDG_START;
    IWDG->KR = IWDG_UNLOCK;
    IWDG->PR = 6;     /* LSI / 256 */
    IWDG->RLR = 1250; /* 8 s at 40 kHz */
}

/* Prescaler and reload value cross into the LSI domain at their leisure; only a feeding after that counts from 8 s. */
void watchdog_settle(void)
{
    for (uint32_t n = 20000; IWDG->SR && n; n--) {
    }
    watchdog_feed();
}

void watchdog_feed(void)
{
    IWDG->KR = IWDG_RELOAD;
}

_Noreturn void system_reset(void)
{
    __asm volatile("dsb" ::: "memory");
    SCB_AIRCR = SCB_AIRCR_SYSRESETREQ;
    __asm volatile("dsb" ::: "memory");
    for (;;) {
    }
}

_Noreturn void system_fault(uint32_t exception, uint32_t pc)
{
    open_backup_domain();
    BKP->DR4 = pc & 0xFFFFu;
    BKP->DR5 = pc >> 16;
    BKP->DR3 = FAULT_MARK | (exception & 0xFFu);
    system_reset();
}
