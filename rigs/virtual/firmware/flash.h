/* The three things the settings store does to flash. A host test puts an array behind them.
 * Addresses are byte offsets from the start of the store's pages. */
#ifndef FLASH_H
#define FLASH_H

#include <stdbool.h>
#include <stdint.h>

enum { FLASH_PAGE = 1024, STORE_PAGES = 2 };

uint16_t flash_read(uint32_t offset);
/* Both give true when the controller reported no error; what was written is for the caller to read back. */
bool flash_erase_page(uint32_t offset);
bool flash_program(uint32_t offset, uint16_t value);

#endif
