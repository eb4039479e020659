/* CRC-32 by bit and by table, CRC-16, Adler-32 and FNV-1a over the same bytes. */
#include "../host.h"

static uint8_t bytes[1000];
static uint32_t table[256];

static uint32_t crc32(uint32_t length)
{
    uint32_t crc = ~0u;
    for (uint32_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

static uint32_t crc32_by_table(uint32_t length)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (-(crc & 1) & 0xEDB88320u);
        table[i] = crc;
    }
    uint32_t crc = ~0u;
    for (uint32_t i = 0; i < length; i++)
        crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 0xFF];
    return ~crc;
}

static uint16_t crc16(uint32_t length)
{
    uint16_t crc = 0xFFFF;
    for (uint32_t i = 0; i < length; i++) {
        crc ^= (uint16_t)(bytes[i] << 8);
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
    }
    return crc;
}

static uint32_t adler(uint32_t length)
{
    uint32_t a = 1, b = 0;
    for (uint32_t i = 0; i < length; i++) {
        a = (a + bytes[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

int main(void)
{
    uint32_t x = 1;
    for (uint32_t i = 0; i < sizeof bytes; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        bytes[i] = (uint8_t)x;
    }
    for (uint32_t length = 0; length <= sizeof bytes; length += 200) {
        say_number("bytes", length);
        say_hex("crc32", crc32(length));
        say_hex("crc32 by table", crc32_by_table(length));
        say_hex("crc16", crc16(length));
        say_hex("adler", adler(length));
        uint32_t fnv = 2166136261u;
        for (uint32_t i = 0; i < length; i++)
            fnv = (fnv ^ bytes[i]) * 16777619u;
        say_hex("fnv", fnv);
    }
    return 0;
}
