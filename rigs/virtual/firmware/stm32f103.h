/* The registers of the STM32F103C8 that this firmware touches, and no others.
 * Offsets and bit positions: reference manual RM0008; core registers: ARMv7-M architecture manual. */
#ifndef STM32F103_H
#define STM32F103_H

#include <stdint.h>

typedef volatile uint32_t reg;

struct rcc_regs {
    reg CR, CFGR, CIR, APB2RSTR, APB1RSTR, AHBENR, APB2ENR, APB1ENR, BDCR, CSR;
};
struct gpio_regs {
    reg CRL, CRH, IDR, ODR, BSRR, BRR, LCKR;
};
struct exti_regs {
    reg IMR, EMR, RTSR, FTSR, SWIER, PR;
};
struct usart_regs {
    reg SR, DR, BRR, CR1, CR2, CR3, GTPR;
};
struct rtc_regs {
    reg CRH, CRL, PRLH, PRLL, DIVH, DIVL, CNTH, CNTL, ALRH, ALRL;
};
struct bkp_regs {
    reg reserved, DR1, DR2, DR3, DR4, DR5, DR6, DR7, DR8, DR9, DR10;
};
struct pwr_regs {
    reg CR, CSR;
};
struct iwdg_regs {
    reg KR, PR, RLR, SR;
};
struct flash_regs {
    reg ACR, KEYR, OPTKEYR, SR, CR, AR;
};
struct systick_regs {
    reg CTRL, LOAD, VAL, CALIB;
};

#define RCC ((struct rcc_regs *)0x40021000u)
#define GPIOA ((struct gpio_regs *)0x40010800u)
#define GPIOB ((struct gpio_regs *)0x40010C00u)
#define GPIOC ((struct gpio_regs *)0x40011000u)
#define EXTI ((struct exti_regs *)0x40010400u)
#define USART1 ((struct usart_regs *)0x40013800u)
#define RTC ((struct rtc_regs *)0x40002800u)
#define BKP ((struct bkp_regs *)0x40006C00u)
#define PWR ((struct pwr_regs *)0x40007000u)
#define IWDG ((struct iwdg_regs *)0x40003000u)
#define FLASH ((struct flash_regs *)0x40022000u)
#define SYSTICK ((struct systick_regs *)0xE000E010u)
#define NVIC_ISER ((reg *)0xE000E100u)
#define NVIC_ICER ((reg *)0xE000E180u)
#define SCB_AIRCR (*(reg *)0xE000ED0Cu)

#define RCC_CR_HSIRDY (1u << 1)
#define RCC_APB2ENR_IOPAEN (1u << 2)
#define RCC_APB2ENR_IOPBEN (1u << 3)
#define RCC_APB2ENR_IOPCEN (1u << 4)
#define RCC_APB2ENR_USART1EN (1u << 14)
#define RCC_APB1ENR_BKPEN (1u << 27)
#define RCC_APB1ENR_PWREN (1u << 28)
#define RCC_BDCR_LSEON (1u << 0)
#define RCC_BDCR_LSERDY (1u << 1)
#define RCC_BDCR_RTCSEL (3u << 8)
#define RCC_BDCR_RTCSEL_LSE (1u << 8)
#define RCC_BDCR_RTCEN (1u << 15)
#define RCC_BDCR_BDRST (1u << 16)
#define RCC_CSR_RMVF (1u << 24)
#define RCC_CSR_PINRSTF (1u << 26)
#define RCC_CSR_PORRSTF (1u << 27)
#define RCC_CSR_SFTRSTF (1u << 28)
#define RCC_CSR_IWDGRSTF (1u << 29)
#define RCC_CSR_WWDGRSTF (1u << 30)
#define RCC_CSR_LPWRRSTF (1u << 31)

#define PWR_CR_PVDE (1u << 4)
#define PWR_CR_PLS_2V9 (7u << 5)
#define PWR_CR_DBP (1u << 8)
#define PWR_CSR_PVDO (1u << 2)
#define EXTI_PVD (1u << 16)

#define RTC_CRH_SECIE (1u << 0)
#define RTC_CRL_SECF (1u << 0)
#define RTC_CRL_ALRF (1u << 1)
#define RTC_CRL_OWF (1u << 2)
#define RTC_CRL_RSF (1u << 3)
#define RTC_CRL_CNF (1u << 4)
#define RTC_CRL_RTOFF (1u << 5)

#define USART_SR_FE (1u << 1)
#define USART_SR_NE (1u << 2)
#define USART_SR_ORE (1u << 3)
#define USART_SR_RXNE (1u << 5)
#define USART_SR_TC (1u << 6)
#define USART_SR_TXE (1u << 7)
#define USART_CR1_RE (1u << 2)
#define USART_CR1_TE (1u << 3)
#define USART_CR1_RXNEIE (1u << 5)
#define USART_CR1_TXEIE (1u << 7)
#define USART_CR1_UE (1u << 13)

#define FLASH_SR_BSY (1u << 0)
#define FLASH_SR_PGERR (1u << 2)
#define FLASH_SR_WRPRTERR (1u << 4)
#define FLASH_SR_EOP (1u << 5)
#define FLASH_CR_PG (1u << 0)
#define FLASH_CR_PER (1u << 1)
#define FLASH_CR_STRT (1u << 6)
#define FLASH_CR_LOCK (1u << 7)
#define FLASH_KEY1 0x45670123u
#define FLASH_KEY2 0xCDEF89ABu

#define IWDG_START 0xCCCCu
#define IWDG_UNLOCK 0x5555u
#define IWDG_RELOAD 0xAAAAu

#define SYSTICK_ENABLE (1u << 0)
#define SYSTICK_TICKINT (1u << 1)
#define SYSTICK_HCLK (1u << 2)
#define SCB_AIRCR_SYSRESETREQ 0x05FA0004u

enum irq { IRQ_PVD = 1, IRQ_RTC = 3, IRQ_EXTI0 = 6, IRQ_EXTI1 = 7, IRQ_USART1 = 37, IRQ_COUNT = 43 };

static inline void irq_enable(enum irq n)
{
    NVIC_ISER[(unsigned)n / 32] = 1u << ((unsigned)n % 32);
}

static inline void irq_disable(enum irq n)
{
    NVIC_ICER[(unsigned)n / 32] = 1u << ((unsigned)n % 32);
    __asm volatile("dsb\n\tisb" ::: "memory");
}

static inline void interrupts_off(void)
{
    __asm volatile("cpsid i" ::: "memory");
}

static inline void interrupts_on(void)
{
    __asm volatile("cpsie i\n\tisb" ::: "memory");
}

#endif
