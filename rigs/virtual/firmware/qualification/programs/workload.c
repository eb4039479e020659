/* What speed is measured with: the kind of work timer firmware does, without devices. */
#include "../host.h"

#define ROUNDS 20000
static uint32_t words[64];
static uint8_t text[256];

__attribute__((noinline)) static uint32_t crc32(const uint8_t *data, uint32_t length)
{
    uint32_t crc = ~0u;
    while (length--) {
        crc ^= *data++;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

__attribute__((noinline)) static void sort(uint32_t *w, int count)
{
    for (int i = 1; i < count; i++) {
        uint32_t word = w[i];
        int j = i;
        for (; j > 0 && w[j - 1] > word; j--)
            w[j] = w[j - 1];
        w[j] = word;
    }
}

__attribute__((noinline)) static uint8_t *decimal(uint8_t *to, uint32_t number)
{
    uint8_t digits[10];
    int count = 0;
    do
        digits[count++] = (uint8_t)('0' + number % 10);
    while (number /= 10);
    while (count)
        *to++ = digits[--count];
    *to++ = ' ';
    return to;
}

__attribute__((noinline)) static uint32_t weekday_of(uint32_t day, uint32_t month, uint32_t year)
{
    static const uint8_t offsets[12] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
    year -= month < 3;
    return (year + year / 4 - year / 100 + year / 400 + offsets[month - 1] + day) % 7;
}

int main(void)
{
    uint32_t seed = 1, sum = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < 64; i++) {
            seed = seed * 1664525 + 1013904223;
            words[i] = seed;
        }
        sort(words, 64);
        uint8_t *end = text;
        for (int i = 0; i < 16; i++)
            end = decimal(end, words[i]);
        sum += crc32(text, (uint32_t)(end - text));
        for (uint32_t i = 0; i < 64; i++)
            sum += weekday_of(1 + (seed >> 8) % 28, 1 + i % 12, 2000 + i);
    }
    say_hex("sum", sum);
    return 0;
}
