/* What the core is measured with: the kind of work timer firmware does, without devices. Linked at 0x08000000:
 *
 *   arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -Os -ffreestanding -nostdlib \
 *       -Wl,--section-start=.vectors=0x08000000,-Ttext=0x08000008,-e,round_for_ever -o workload.elf workload.c
 *   arm-none-eabi-objcopy -O binary workload.elf workload.bin
 *
 * It never returns; after each round it counts at 0x20000000 and leaves a checksum behind that. */

typedef unsigned int u32;
typedef unsigned char u8;

#define ROUNDS (*(volatile u32 *)0x20000000)
#define RESULT (*(volatile u32 *)0x20000004)
#define WORDS ((u32 *)0x20000100)
#define TEXT ((u8 *)0x20000800)

void round_for_ever(void);

__attribute__((section(".vectors"), used)) static const u32 vectors[2] = {0x20004000, (u32)round_for_ever};

__attribute__((noinline)) static u32 crc32(const u8 *data, u32 length) {
    u32 crc = ~0u;
    while (length--) {
        crc ^= *data++;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

__attribute__((noinline)) static void sort(u32 *words, int count) {
    for (int i = 1; i < count; i++) {
        u32 word = words[i];
        int j = i;
        for (; j > 0 && words[j - 1] > word; j--)
            words[j] = words[j - 1];
        words[j] = word;
    }
}

__attribute__((noinline)) static u8 *decimal(u8 *text, u32 number) {
    u8 digits[10];
    int count = 0;
    do
        digits[count++] = '0' + number % 10;
    while (number /= 10);
    while (count)
        *text++ = digits[--count];
    *text++ = ' ';
    return text;
}

__attribute__((noinline)) static u32 weekday_of(u32 day, u32 month, u32 year) {
    static const u8 offsets[12] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
    year -= month < 3;
    return (year + year / 4 - year / 100 + year / 400 + offsets[month - 1] + day) % 7;
}

void round_for_ever(void) {
    u32 seed = 1;
    for (;;) {
        for (int i = 0; i < 64; i++) {
            seed = seed * 1664525 + 1013904223;
            WORDS[i] = seed;
        }
        sort(WORDS, 64);
        u8 *text = TEXT;
        for (int i = 0; i < 16; i++)
            text = decimal(text, WORDS[i]);
        u32 sum = crc32(TEXT, text - TEXT);
        for (u32 i = 0; i < 64; i++)
            sum += weekday_of(1 + (seed >> 8) % 28, 1 + i % 12, 2000 + i);
        RESULT = sum;
        ROUNDS++;
    }
}
