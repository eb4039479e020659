/* What an erase does to interrupts: for the board, since QEMU has no such flash. A tick of 1 kHz is counted while a page is erased, once
 * with the handler in flash, where it has to wait, and once with handler, vectors and the waiting loop in RAM, where it goes on. */
#include "host.h"

#define REG(address) (*(volatile uint32_t *)(address))
#define FLASH_KEYR REG(0x40022004)
#define FLASH_SR REG(0x4002200C)
#define FLASH_CR REG(0x40022010)
#define FLASH_AR REG(0x40022014)
#define SYST_CSR REG(0xE000E010)
#define SYST_RVR REG(0xE000E014)
#define SYST_CVR REG(0xE000E018)
#define VTOR REG(0xE000ED08)
#define DEMCR REG(0xE000EDFC)
#define DWT_CTRL REG(0xE0001000)
#define DWT_CYCCNT REG(0xE0001004)

#define PAGE 0x0800F000u
#define IN_RAM __attribute__((section(".ramcode"), noinline, long_call))

void systick_handler(void);

/* Read by the test: ticks counted in each erase, and its cycles. */
volatile uint32_t g_ticks_from_flash, g_ticks_from_ram, g_cycles_from_flash, g_cycles_from_ram, g_done;
static volatile uint32_t ticks;
static void (*table[16])(void) __attribute__((aligned(256)));

void systick_handler(void)
{
    ticks++;
}

IN_RAM static void tick_in_ram(void)
{
    ticks++;
}

static void erase(void)
{
    FLASH_CR = 2;
    FLASH_AR = PAGE;
    FLASH_CR = 2 | 1 << 6;
    while (FLASH_SR & 1)
        ;
}

IN_RAM static void erase_in_ram(void)
{
    FLASH_CR = 2;
    FLASH_AR = PAGE;
    FLASH_CR = 2 | 1 << 6;
    while (FLASH_SR & 1)
        ;
}

int main(void)
{
    FLASH_KEYR = 0x45670123;
    FLASH_KEYR = 0xCDEF89AB;
    DEMCR = 1u << 24;
    DWT_CTRL = 1;
    SYST_RVR = 8000 - 1;
    SYST_CVR = 0;
    SYST_CSR = 7;
    uint32_t before = DWT_CYCCNT, ticked = ticks;
    erase();
    g_cycles_from_flash = DWT_CYCCNT - before;
    g_ticks_from_flash = ticks - ticked;
    table[15] = tick_in_ram;
    VTOR = (uint32_t)(uintptr_t)table;
    before = DWT_CYCCNT;
    ticked = ticks;
    erase_in_ram();
    g_cycles_from_ram = DWT_CYCCNT - before;
    g_ticks_from_ram = ticks - ticked;
    g_done = 1;
    for (;;)
        ;
}
