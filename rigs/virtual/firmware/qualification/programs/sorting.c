/* Quicksort, heapsort and insertion sort must agree with each other, and with QEMU. */
#include "../host.h"

#define COUNT 200
static int32_t numbers[3][COUNT];

static void swap(int32_t *a, int32_t *b)
{
    int32_t t = *a;
    *a = *b;
    *b = t;
}

static void quick(int32_t *a, int low, int high)
{
    while (low < high) {
        int32_t pivot = a[(low + high) / 2];
        int i = low, j = high;
        while (i <= j) {
            while (a[i] < pivot)
                i++;
            while (a[j] > pivot)
                j--;
            if (i <= j)
                swap(&a[i++], &a[j--]);
        }
        if (j - low < high - i) {
            quick(a, low, j);
            low = i;
        } else {
            quick(a, i, high);
            high = j;
        }
    }
}

static void sift(int32_t *a, int root, int count)
{
    for (int child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && a[child] < a[child + 1])
            child++;
        if (a[root] >= a[child])
            return;
        swap(&a[root], &a[child]);
    }
}

static void heap(int32_t *a, int count)
{
    for (int i = count / 2; i--;)
        sift(a, i, count);
    for (int i = count; --i > 0;) {
        swap(&a[0], &a[i]);
        sift(a, 0, i);
    }
}

static void insertion(int32_t *a, int count)
{
    for (int i = 1; i < count; i++) {
        int32_t x = a[i];
        int j = i;
        for (; j > 0 && a[j - 1] > x; j--)
            a[j] = a[j - 1];
        a[j] = x;
    }
}

int main(void)
{
    uint32_t seed = 12345;
    for (int i = 0; i < COUNT; i++) {
        seed = seed * 1664525u + 1013904223u;
        for (int k = 0; k < 3; k++)
            numbers[k][i] = (int32_t)seed >> (i % 24);
    }
    quick(numbers[0], 0, COUNT - 1);
    heap(numbers[1], COUNT);
    insertion(numbers[2], COUNT);
    uint32_t sum = 0, different = 0;
    for (int i = 0; i < COUNT; i++) {
        sum = sum * 31 + (uint32_t)numbers[0][i];
        different += numbers[0][i] != numbers[1][i] || numbers[0][i] != numbers[2][i];
        if (i % 25 == 0)
            say_hex("sorted", (uint32_t)numbers[0][i]);
    }
    say_hex("sum", sum);
    say_number("different", different);
    return 0;
}
