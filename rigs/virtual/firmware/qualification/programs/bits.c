/* Bit twiddling: counting, reversing, rotating, saturating, bit fields, permutations, tables of cases. */
#include "../host.h"

struct packed {
    uint32_t a : 3, b : 11, c : 17, d : 1;
    int32_t e : 5, f : 27;
};

static uint32_t ones(uint32_t x)
{
    x -= x >> 1 & 0x55555555u;
    x = (x & 0x33333333u) + (x >> 2 & 0x33333333u);
    return ((x + (x >> 4)) & 0x0F0F0F0Fu) * 0x01010101u >> 24;
}

static uint32_t turn(uint32_t x, uint32_t by)
{
    return x >> (by & 31) | x << (-by & 31);
}

static uint32_t choose(uint32_t what, uint32_t x)
{
    switch (what) {
    case 0: return x + 1;
    case 1: return x ^ 0xFF00FF00u;
    case 2: return turn(x, 5);
    case 3: return __builtin_bswap32(x);
    case 4: return (uint32_t)__builtin_clz(x | 1);
    case 5: return x * x;
    case 6: return (uint32_t)((int32_t)x >> 3);
    case 7: return x & -x;
    case 8: return ~x;
    default: return x - 12345;
    }
}

int main(void)
{
    uint32_t x = 0x12345678, sum = 0;
    for (uint32_t i = 0; i < 500; i++) {
        x = x * 1103515245u + 12345u;
        int32_t signed8, signed_wide;
        uint32_t unsigned12, reversed;
        __asm__("ssat %0, #8, %1" : "=r"(signed8) : "r"(x));
        __asm__("ssat %0, #20, %1, asr #5" : "=r"(signed_wide) : "r"(x));
        __asm__("usat %0, #12, %1, lsl #3" : "=r"(unsigned12) : "r"(x >> 16));
        __asm__("rbit %0, %1" : "=r"(reversed) : "r"(x));
        struct packed p = {.a = x, .b = x >> 3, .c = x >> 9, .d = x >> 31, .e = (int32_t)x, .f = (int32_t)x >> 2};
        sum = turn(sum, 1) + ones(x) + reversed + (uint32_t)signed8 + (uint32_t)signed_wide + unsigned12;
        sum += p.a + p.b + p.c + p.d + (uint32_t)p.e + (uint32_t)p.f + choose(i % 10, x);
        sum += (uint32_t)((uint64_t)x * sum >> 32) + (uint32_t)(((int64_t)(int32_t)x * (int32_t)sum) >> 32);
        if (i % 100 == 0)
            say_hex("sum", sum);
    }
    say_hex("sum", sum);
    return 0;
}
