#include "flash.h"

#include "stm32f103.h"

#define STORE_BASE 0x0800F800u

/* Fetching the next instruction waits for the flash as well, so this counts few rounds; the bound is for a
 * controller that never comes back. */
static bool finish(void)
{
    uint32_t n = 1000000;
    while ((FLASH->SR & FLASH_SR_BSY) && n)
        n--;
    uint32_t status = FLASH->SR;
    FLASH->SR = FLASH_SR_EOP | FLASH_SR_PGERR | FLASH_SR_WRPRTERR;
    return n != 0 && !(status & (FLASH_SR_PGERR | FLASH_SR_WRPRTERR));
}

/* Unlocked for one operation at a time: code gone astray finds the controller locked. */
static bool unlock(void)
{
    if (FLASH->CR & FLASH_CR_LOCK) {
        FLASH->KEYR = FLASH_KEY1;
        FLASH->KEYR = FLASH_KEY2;
    }
    return !(FLASH->CR & FLASH_CR_LOCK) && finish();
}

uint16_t flash_read(uint32_t offset)
{
    return *(const volatile uint16_t *)(STORE_BASE + offset);
}

bool flash_erase_page(uint32_t offset)
{
    if (!unlock())
        return false;
    FLASH->CR = FLASH_CR_PER;
    FLASH->AR = STORE_BASE + offset;
    FLASH->CR = FLASH_CR_PER | FLASH_CR_STRT;
    bool done = finish();
    FLASH->CR = FLASH_CR_LOCK;
    return done;
}

bool flash_program(uint32_t offset, uint16_t value)
{
    if (!unlock())
        return false;
    FLASH->CR = FLASH_CR_PG;
    *(volatile uint16_t *)(STORE_BASE + offset) = value;
    bool done = finish();
    FLASH->CR = FLASH_CR_LOCK;
    return done;
}
