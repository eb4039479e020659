/* Floating point in software: libgcc's arithmetic, comparisons and conversions, and a series on top of them. */
#include "../host.h"

static uint32_t bits(float f)
{
    union {
        float f;
        uint32_t u;
    } x = {f};
    return x.u;
}

static uint64_t bits64(double d)
{
    union {
        double d;
        uint64_t u;
    } x = {d};
    return x.u;
}

int main(void)
{
    static const float edges[] = {0.0f, -0.0f, 1.0f, -1.5f, 3.4e38f, 1.2e-38f, 1e-45f, 16777217.0f, 0.1f};
    uint32_t sum = 0;
    for (uint32_t i = 0; i < 9; i++)
        for (uint32_t j = 0; j < 9; j++) {
            volatile float a = edges[i], b = edges[j];
            sum = sum * 31 + bits(a + b);
            sum = sum * 31 + bits(a - b);
            sum = sum * 31 + bits(a * b);
            /* The sign of a NaN is libgcc's business; whether it is one is not. */
            float q = a / b;
            sum = sum * 31 + (q == q ? bits(q) : 0x7FC00000u);
            sum = sum * 31 + (uint32_t)((a < b) | (a <= b) << 1 | (a == b) << 2);
        }
    say_hex("single", sum);
    double pi = 0, e = 1, term = 1, root = 2;
    for (int k = 0; k < 40; k++) {
        pi += (k % 2 ? -4.0 : 4.0) / (2 * k + 1);
        term /= k + 1;
        e += term;
        root = (root + 2 / root) / 2;
    }
    say_hex64("pi", bits64(pi));
    say_hex64("e", bits64(e));
    say_hex64("root", bits64(root));
    volatile double big = 4294967295.0 * 65536.0, small = -123456.75;
    say_hex64("to u64", (uint64_t)big);
    say_hex("to i32", (uint32_t)(int32_t)small);
    say_hex("to float", bits((float)small));
    volatile int64_t whole = -9007199254740993;
    say_hex64("from i64", bits64((double)whole));
    return 0;
}
