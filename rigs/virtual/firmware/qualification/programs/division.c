/* Quotients, remainders and products of 32 and 64 bits; the long ones are libgcc's. */
#include "../host.h"

static const uint64_t edges[] = {
    1, 2, 3, 10, 0x7F, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000, 0x123456789ABCDEF0,
    0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF,
};
#define COUNT (sizeof edges / sizeof edges[0])

int main(void)
{
    uint64_t sum = 0;
    volatile uint64_t a, b;
    for (uint32_t i = 0; i < COUNT; i++) {
        for (uint32_t j = 0; j < COUNT; j++) {
            a = edges[i];
            b = edges[j];
            uint64_t q = a / b, r = a % b;
            int64_t sa = (int64_t)a, sb = (int64_t)b;
            /* The one signed quotient that C leaves undefined. */
            int bad = sb == -1;
            int64_t sq = bad ? 0 : sa / sb, sr = bad ? 0 : sa % sb;
            uint32_t q32 = (uint32_t)b ? (uint32_t)a / (uint32_t)b : 0;
            int32_t s32 = (int32_t)b && (int32_t)b != -1 ? (int32_t)a / (int32_t)b : 0;
            sum = sum * 1099511628211u + q + (r << 1) + ((uint64_t)sq << 2) + ((uint64_t)sr << 3) + q32 + (uint32_t)s32;
            sum += a * b + (uint64_t)(sa >> (j & 63)) + (a << (i & 63)) + (a >> (j & 31));
        }
        say_hex64("sum", sum);
    }
    return 0;
}
