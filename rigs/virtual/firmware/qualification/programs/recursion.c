/* Deep and wide recursion: Ackermann, Fibonacci, the towers of Hanoi, eight queens, a function through a table of pointers. */
#include "../host.h"

static uint32_t ackermann(uint32_t m, uint32_t n)
{
    return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

static uint32_t fibonacci(uint32_t n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static uint32_t moves;
static uint32_t pegs;

static void hanoi(int disks, uint32_t from, uint32_t to, uint32_t over)
{
    if (disks == 0)
        return;
    hanoi(disks - 1, from, over, to);
    moves++;
    pegs = pegs * 3 + from * 2 + to;
    hanoi(disks - 1, over, to, from);
}

static uint32_t queens(uint32_t columns, uint32_t left, uint32_t right)
{
    uint32_t count = 0;
    if (columns == 0xFF)
        return 1;
    for (uint32_t free = ~(columns | left | right) & 0xFF; free; free &= free - 1) {
        uint32_t bit = free & -free;
        count += queens(columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return count;
}

static uint32_t twice(uint32_t x) { return 2 * x; }
static uint32_t square(uint32_t x) { return x * x; }
static uint32_t mirror(uint32_t x) { return x << 16 | x >> 16; }
static uint32_t (*const steps[])(uint32_t) = {twice, square, mirror, fibonacci};

int main(void)
{
    say_number("ackermann", ackermann(2, 9));
    say_number("fibonacci", fibonacci(17));
    hanoi(10, 0, 2, 1);
    say_number("moves", moves);
    say_hex("pegs", pegs);
    say_number("queens", queens(0, 0, 0));
    uint32_t x = 3;
    for (uint32_t i = 0; i < 9; i++)
        x = steps[i % 4](i % 4 == 3 ? x % 12 : x) + i;
    say_hex("steps", x);
    return 0;
}
