/* A firmware that reads beyond its RAM as soon as it starts. */
#include <stdint.h>

void misbehave(void);
uint32_t read_beyond_ram(uint32_t address);

__attribute__((noinline)) uint32_t read_beyond_ram(uint32_t address)
{
    return *(volatile uint32_t *)(uintptr_t)address;
}

void misbehave(void)
{
    read_beyond_ram(0x20005000u);
}
