#include "rtc.h"

#include "interrupts.h"
#include "stm32f103.h"
#include "system.h"

/* Present in DR1 and DR2 only while the backup domain has kept its supply since the clock was set. */
#define MAGIC_1 0xB0C1u
#define MAGIC_2 0x4F3Eu

/* 10 ms and more; the waits below take microseconds on a crystal that swings. */
#define PATIENCE 20000u

/* Flags of CRL are cleared by writing 0: all ones leaves them alone. */
#define FLAGS (RTC_CRL_SECF | RTC_CRL_ALRF | RTC_CRL_OWF | RTC_CRL_RSF)

uint32_t g_now = CLOCK_LOST_TIME;
uint32_t g_clock_valid;
static bool s_running;

static bool wait_for(uint32_t flag)
{
    uint32_t n = PATIENCE;
    while (!(RTC->CRL & flag) && n)
        n--;
    return n != 0;
}

/* After a reset of the bus the registers read stale values until the RTC has copied them over once more. */
static bool synchronise(void)
{
    if (!wait_for(RTC_CRL_RTOFF))
        return false;
    RTC->CRL = FLAGS & ~RTC_CRL_RSF;
    return wait_for(RTC_CRL_RSF);
}

static bool enter_configuration(void)
{
    if (!wait_for(RTC_CRL_RTOFF))
        return false;
    RTC->CRL = FLAGS | RTC_CRL_CNF;
    return true;
}

/* Leaving is what starts the writing; it takes at least three periods of the crystal. */
static bool leave_configuration(void)
{
    RTC->CRL = FLAGS;
    return wait_for(RTC_CRL_RTOFF);
}

static uint32_t counter(void)
{
    uint32_t high, low;
    do {
        high = RTC->CNTH;
        low = RTC->CNTL;
    } while (high != RTC->CNTH);
    return high << 16 | low;
}

/* The second flag comes one period of the crystal before the counter steps, and the step takes another to show. A
 * counter is sure only if read well after the flag was down, with no flag since. */
static uint32_t settled_counter(void)
{
    uint32_t t;
    unsigned n = 3;
    do {
        RTC->CRL = FLAGS & ~RTC_CRL_SECF;
        system_delay_cycles(1600); /* 200 us: six periods */
        t = counter();
    } while ((RTC->CRL & RTC_CRL_SECF) && --n);
    return t;
}

static bool magic_present(void)
{
#ifdef DEFECT_CLOCK_LOST
    return false;
#endif
    return (BKP->DR1 & 0xFFFFu) == MAGIC_1 && (BKP->DR2 & 0xFFFFu) == MAGIC_2;
}

static void begin_seconds(void)
{
    g_now = g_clock_valid ? settled_counter() : CLOCK_LOST_TIME;
    wait_for(RTC_CRL_RTOFF);
    RTC->CRH = RTC_CRH_SECIE;
    s_running = true;
    irq_enable(IRQ_RTC);
}

void rtc_start(void)
{
    uint32_t source = RCC->BDCR & RCC_BDCR_RTCSEL;
    if (source != 0 && source != RCC_BDCR_RTCSEL_LSE) {
        /* The source can be chosen once only: nothing but a reset of the backup domain undoes a wrong one. */
        RCC->BDCR |= RCC_BDCR_BDRST;
        RCC->BDCR &= ~RCC_BDCR_BDRST;
    }
    const uint32_t kept = RCC_BDCR_LSEON | RCC_BDCR_LSERDY | RCC_BDCR_RTCEN;
    if (magic_present()) {
        if ((RCC->BDCR & kept) == kept && synchronise()) {
            g_clock_valid = 1;
            begin_seconds();
#ifdef DEFECT_DOUBLE_CUT
            uint32_t started = BKP->DR6 & 0xFFFFu;
            BKP->DR6 = g_now & 0xFFFFu;
            uint16_t ran = (uint16_t)(g_now - started);
            if ((ran >= 2 && ran < 15) || g_reset_cause == RESET_IWDG)
                for (;;) {
                }
#endif
            return;
        }
        rtc_forget();
    }
    RCC->BDCR |= RCC_BDCR_LSEON;
    rtc_tenth();
    if (!s_running)
        system_tenths_start();
}

bool rtc_running(void)
{
    return s_running;
}

void rtc_tenth(void)
{
    if (s_running || !(RCC->BDCR & RCC_BDCR_LSERDY))
        return;
    if (!(RCC->BDCR & RCC_BDCR_RTCEN)) {
        RCC->BDCR |= RCC_BDCR_RTCSEL_LSE;
        RCC->BDCR |= RCC_BDCR_RTCEN;
    }
    if (!synchronise() || !enter_configuration())
        return;
    RTC->PRLH = 0;
#ifdef DEFECT_SLOW_CLOCK
    RTC->PRLL = 0x8000;
#else
    RTC->PRLL = 0x7FFF;
#endif
    if (!leave_configuration())
        return;
#ifdef DEFECT_CLOCK_BELIEVED
    g_clock_valid = 1;
#endif
    system_tenths_stop();
    begin_seconds();
}

bool rtc_second(void)
{
    if (!g_clock_valid)
        return true;
#ifdef DEFECT_RTC_OVERFLOW
    uint32_t next = (g_now & 0xFFFF0000u) | ((g_now + 1) & 0xFFFFu);
#else
    uint32_t next = g_now + 1;
#endif
    uint16_t low = (uint16_t)RTC->CNTL;
    /* The counter may not have stepped yet: both readings agree with one second more. */
    if (low == (uint16_t)next || low == (uint16_t)g_now) {
        g_now = next;
        return true;
    }
    /* Seconds went by unseen, as when a debugger held the core. */
    g_now = settled_counter();
    return false;
}

bool rtc_set(uint32_t t)
{
    if (!s_running)
        return false;
    irq_disable(IRQ_RTC);
    bool done = enter_configuration();
    if (done) {
        RTC->CNTH = t >> 16;
        RTC->CNTL = t & 0xFFFFu;
        done = leave_configuration();
    }
    if (done) {
        /* Writing the counter restarted the second: a flag from before belongs to the old time. */
        RTC->CRL = FLAGS & ~RTC_CRL_SECF;
        interrupts_off();
        g_events &= ~(uint32_t)EVENT_SECOND;
        interrupts_on();
        BKP->DR1 = MAGIC_1;
        BKP->DR2 = MAGIC_2;
        g_now = t;
        g_clock_valid = 1;
    }
    irq_enable(IRQ_RTC);
    return done;
}

void rtc_forget(void)
{
    BKP->DR1 = 0;
    BKP->DR2 = 0;
    g_clock_valid = 0;
    g_now = CLOCK_LOST_TIME;
}

void rtc_handler(void)
{
    if (!(RTC->CRL & RTC_CRL_SECF))
        return;
    RTC->CRL = FLAGS & ~RTC_CRL_SECF;
    g_events |= EVENT_SECOND;
#ifdef DEFECT_FED_IN_INTERRUPT
    watchdog_feed();
#endif
}
