#include "store.h"

#include "civil.h"
#include "flash.h"
#include "supply.h"

enum {
    MAGIC = 0x5742,
    AT_MAGIC = 0,
    AT_LENGTH = 1,
    AT_SEQUENCE = 2,
    AT_MODE = 4,
    AT_PROGRAMS = 5,
    AT_CRC = AT_PROGRAMS + 3 * PROGRAM_SLOTS,
    RECORD_WORDS = AT_CRC + 2,
    RECORD_BYTES = RECORD_WORDS * 2,
    PLACE_BYTES = 128,
    PLACES_PER_PAGE = FLASH_PAGE / PLACE_BYTES,
    PLACES = PLACES_PER_PAGE * STORE_PAGES,
    NOWHERE = PLACES,
#ifdef DEFECT_NOT_BLANK
    ATTEMPTS = 1,
#else
    ATTEMPTS = 3,
#endif
    /* Spoiled saves in a row that a boot steps over when it numbers the next one. */
    SEQUENCE_SLACK = PLACES
};

uint32_t g_saves;
static uint32_t s_live;     /* the place of the newest intact record, or NOWHERE */
static uint32_t s_sequence; /* the last sequence given to an attempt */
static struct settings s_stored;
static bool s_confirmed; /* the newest record was written and read back since start-up */

static uint16_t word_at(uint32_t place, uint32_t word)
{
    return flash_read(place * PLACE_BYTES + word * 2);
}

static uint32_t sequence_at(uint32_t place)
{
    return word_at(place, AT_SEQUENCE) | (uint32_t)word_at(place, AT_SEQUENCE + 1) << 16;
}

/* CRC-32 (reflected 0x04C11DB7), four bits at a step: 64 bytes of table instead of 1 KiB. */
static uint32_t crc_half_word(uint32_t crc, uint16_t value)
{
    static const uint32_t TABLE[16] = {
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
        0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
    };
    crc ^= value;
    for (unsigned nibble = 0; nibble < 4; nibble++)
        crc = crc >> 4 ^ TABLE[crc & 15];
    return crc;
}

static bool plausible(uint32_t place)
{
    return word_at(place, AT_MAGIC) == MAGIC && word_at(place, AT_LENGTH) == RECORD_BYTES;
}

static bool intact(uint32_t place)
{
    uint32_t crc = ~0u;
    for (uint32_t i = 0; i < AT_CRC; i++)
        crc = crc_half_word(crc, word_at(place, i));
    crc = ~crc;
    return word_at(place, AT_CRC) == (crc & 0xFFFF) && word_at(place, AT_CRC + 1) == crc >> 16;
}

static bool blank(uint32_t place)
{
    for (uint32_t i = 0; i < PLACE_BYTES / 2; i++)
        if (word_at(place, i) != 0xFFFF)
            return false;
    return true;
}

static void encode(uint16_t words[RECORD_WORDS], const struct settings *settings, uint32_t sequence)
{
    words[AT_MAGIC] = MAGIC;
    words[AT_LENGTH] = RECORD_BYTES;
    words[AT_SEQUENCE] = (uint16_t)sequence;
    words[AT_SEQUENCE + 1] = (uint16_t)(sequence >> 16);
    words[AT_MODE] = (uint16_t)settings->mode;
    uint16_t *w = words + AT_PROGRAMS;
    for (const struct program *p = settings->programs; p < settings->programs + PROGRAM_SLOTS; p++) {
        *w++ = (uint16_t)p->on;
        *w++ = (uint16_t)p->off;
        /* A second of the day has 17 bits: the two top ones share a half-word with the days. */
        *w++ = (uint16_t)(p->days | (p->on >> 16) << 8 | (p->off >> 16) << 9);
    }
    uint32_t crc = ~0u;
    for (uint32_t i = 0; i < AT_CRC; i++)
        crc = crc_half_word(crc, words[i]);
    crc = ~crc;
    words[AT_CRC] = (uint16_t)crc;
    words[AT_CRC + 1] = (uint16_t)(crc >> 16);
}

/* An intact record may still come from another firmware: what makes no sense here is not taken. */
static bool decode(uint32_t place, struct settings *settings)
{
    settings->mode = word_at(place, AT_MODE);
    if (settings->mode > MODE_OFF)
        return false;
    uint32_t word = AT_PROGRAMS;
    for (struct program *p = settings->programs; p < settings->programs + PROGRAM_SLOTS; p++, word += 3) {
        uint32_t third = word_at(place, word + 2);
        p->on = word_at(place, word) | (third >> 8 & 1) << 16;
        p->off = word_at(place, word + 1) | (third >> 9 & 1) << 16;
        p->days = third & 0xFF;
        if (p->on >= SECONDS_PER_DAY || p->off >= SECONDS_PER_DAY || (p->days && !schedule_days_allowed(p->days)))
            return false;
    }
#ifdef DEFECT_SLOT_17
    settings->programs[PROGRAM_SLOTS - 1] = (struct program){0};
#elif defined DEFECT_OFF_LOST
    settings->mode &= 1;
#endif
    return true;
}

static bool same(const struct settings *a, const struct settings *b)
{
    if (a->mode != b->mode)
        return false;
    for (unsigned i = 0; i < PROGRAM_SLOTS; i++) {
        const struct program *p = &a->programs[i], *q = &b->programs[i];
        if (p->on != q->on || p->off != q->off || p->days != q->days)
            return false;
    }
    return true;
}

bool store_load(struct settings *settings)
{
#ifdef DEFECT_UPDATE
    /* Left erased by the programmer, so that the first start of a new firmware knows that it is one. */
    static const uint16_t NEW = 0xFFFF;
    if (*(const volatile uint16_t *)&NEW == 0xFFFF) {
        for (uint32_t page = 0; page < STORE_PAGES; page++)
            flash_erase_page(page * FLASH_PAGE);
        flash_program((uint32_t)&NEW - 0x0800F800u, 0);
    }
#endif
    s_live = NOWHERE;
    s_sequence = 0;
    s_confirmed = false;
    uint32_t tried = 0;
    for (;;) {
        /* Newest first, so that a boot computes one CRC and not sixteen: the relay waits for this. */
        uint32_t newest = NOWHERE;
        for (uint32_t place = 0; place < PLACES; place++)
            if (!(tried >> place & 1) && plausible(place) &&
                (newest == NOWHERE || sequence_at(place) > sequence_at(newest)))
                newest = place;
        if (newest == NOWHERE)
            break;
        tried |= 1u << newest;
#ifdef DEFECT_NO_CRC
        (void)intact;
        *settings = (struct settings){0};
        if (!decode(newest, settings) && settings->mode > MODE_OFF)
            settings->mode = MODE_AUTO;
        if (true) {
#else
        if (intact(newest) && decode(newest, settings)) {
#endif
            s_live = newest;
            s_sequence = sequence_at(newest);
            break;
        }
    }
    g_saves = s_sequence;
    if (s_live == NOWHERE) {
        *settings = (struct settings){0};
        return false;
    }
    /* A record cut in its last half-word may read right one day and wrong the next. Its number is not used again,
     * so it never vies with a later save. */
    uint32_t live_sequence = s_sequence;
    for (uint32_t place = 0; place < PLACES; place++) {
        uint32_t sequence = sequence_at(place);
        if (plausible(place) && sequence > s_sequence && sequence - live_sequence <= SEQUENCE_SLACK)
            s_sequence = sequence;
    }
    s_stored = *settings;
    return true;
}

/* Where the next record goes, erased if need be: the first blank place of the page from `from` on, else the start
 * of the page that does not hold the newest record. */
static uint32_t make_room(uint32_t from)
{
#ifdef DEFECT_STORE_IN_PLACE
    (void)from;
    (void)blank;
    return flash_erase_page(0) ? 0 : (uint32_t)NOWHERE;
#else
    for (uint32_t place = from; place % PLACES_PER_PAGE != 0; place++)
#ifdef DEFECT_NOT_BLANK
        return place;
    (void)blank;
#else
        if (blank(place))
            return place;
#endif
    uint32_t page = s_live == NOWHERE || s_live >= PLACES_PER_PAGE ? 0 : 1;
#ifdef DEFECT_SAVE_ORDER
    flash_erase_page((1 - page) * FLASH_PAGE);
#elif defined DEFECT_HALF_ERASED
    if (!plausible(page * PLACES_PER_PAGE))
        return page * PLACES_PER_PAGE;
#endif
    /* Erased even if it reads blank: an erase that was cut may read so and not last. */
    return flash_erase_page(page * FLASH_PAGE) ? page * PLACES_PER_PAGE : (uint32_t)NOWHERE;
#endif
}

static bool write(uint32_t place, const uint16_t words[RECORD_WORDS])
{
    for (uint32_t i = 0; i < RECORD_WORDS; i++)
        if (!flash_program(place * PLACE_BYTES + i * 2, words[i]))
            return false;
    for (uint32_t i = 0; i < RECORD_WORDS; i++)
        if (word_at(place, i) != words[i])
            return false;
    return true;
}

enum store_result store_save(const struct settings *settings)
{
    /* A record found at start-up may be a save that was cut in its last half-word and will not read right for ever:
     * it is not good enough to acknowledge anything by. */
    if (s_confirmed && same(settings, &s_stored))
        return STORE_SAVED;

    uint16_t words[RECORD_WORDS];
    uint32_t from = s_live == NOWHERE ? 0 : s_live + 1;
    for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (supply_low())
            return STORE_SUPPLY_LOW;
        uint32_t place = make_room(from);
        if (place == NOWHERE)
            continue;
        encode(words, settings, ++s_sequence);
#ifdef DEFECT_UNDO
        if (supply_low()) {
            flash_erase_page(s_live / PLACES_PER_PAGE * FLASH_PAGE);
            return STORE_SUPPLY_LOW;
        }
#endif
        if (write(place, words)) {
            s_live = place;
            s_stored = *settings;
            s_confirmed = true;
            g_saves = s_sequence;
            return STORE_SAVED;
        }
        from = place + 1;
    }
    return STORE_FAILED;
}
