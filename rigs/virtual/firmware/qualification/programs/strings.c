/* Text: numbers to decimal and back, reversing, words, comparing, searching, moving by every alignment. */
#include "../host.h"

static char text[256];
static uint8_t field[64];

static uint32_t length(const char *s)
{
    uint32_t n = 0;
    while (s[n])
        n++;
    return n;
}

static char *append(char *to, const char *s)
{
    while ((*to = *s++))
        to++;
    return to;
}

static char *decimal(char *to, int32_t value)
{
    char digits[12];
    int count = 0;
    uint32_t rest = value < 0 ? -(uint32_t)value : (uint32_t)value;
    if (value < 0)
        *to++ = '-';
    do
        digits[count++] = (char)('0' + rest % 10);
    while (rest /= 10);
    while (count)
        *to++ = digits[--count];
    *to = 0;
    return to;
}

static int32_t parse(const char *s)
{
    int negative = *s == '-';
    uint32_t value = 0;
    for (s += negative; *s >= '0' && *s <= '9'; s++)
        value = value * 10 + (uint32_t)(*s - '0');
    return (int32_t)(negative ? -value : value);
}

static int compare(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a - *b;
}

int main(void)
{
    static const int32_t numbers[] = {0, 7, -1, 1234567890, 2147483647, -2147483647 - 1};
    for (uint32_t i = 0; i < 6; i++) {
        append(decimal(text, numbers[i]), "\n");
        say(text);
        say_hex("parsed", (uint32_t)parse(text));
    }
    char *end = append(append(text, "The timer switches the lamp on and the lamp off"), "\n");
    for (char *a = text, *b = end - 2; a < b;) {
        char c = *a;
        *a++ = *b;
        *b-- = c;
    }
    say(text);
    uint32_t words = 0;
    for (uint32_t i = 0; i < length(text); i++) {
        words += text[i] == ' ' || text[i] == '\n';
        if (text[i] >= 'a' && text[i] <= 'z')
            text[i] = (char)(text[i] - 'a' + 'A');
    }
    say(text);
    say_number("words", words);
    say_number("ordered", (uint32_t)(compare("lamp", "lamps") < 0) + (uint32_t)(compare("b", "abc") > 0));
    uint32_t sum = 0;
    for (uint32_t from = 0; from < 8; from++)
        for (uint32_t to = 8; to < 16; to++) {
            for (uint32_t i = 0; i < sizeof field; i++)
                field[i] = (uint8_t)(i * 7 + from);
            memcpy(field + 16 + to, field + from, 13);
            *(volatile uint32_t *)(void *)(field + from + 1) += to;
            *(volatile uint16_t *)(void *)(field + from + 9) ^= 0x5AA5;
            for (uint32_t i = 0; i < sizeof field; i++)
                sum = sum * 33 + field[i];
        }
    say_hex("moved", sum);
    return 0;
}
