#include "text.h"

bool text_equal(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

bool text_number(const char **s, unsigned digits, uint32_t *value)
{
    const char *p = *s;
    uint32_t v = 0;
    for (; digits; digits--, p++) {
        if (*p < '0' || *p > '9')
            return false;
        v = v * 10 + (uint32_t)(*p - '0');
    }
    *s = p;
    *value = v;
    return true;
}

static bool text_char(const char **s, char expected)
{
    if (**s != expected)
        return false;
    ++*s;
    return true;
}

bool text_date(const char *s, struct civil *c)
{
    return text_number(&s, 4, &c->year) && text_char(&s, '-') && text_number(&s, 2, &c->month) && text_char(&s, '-') &&
           text_number(&s, 2, &c->day) && !*s;
}

bool text_time(const char *s, struct civil *c)
{
    return text_number(&s, 2, &c->hour) && text_char(&s, ':') && text_number(&s, 2, &c->minute) &&
           text_char(&s, ':') && text_number(&s, 2, &c->second) && !*s && c->hour < 24 && c->minute < 60 &&
           c->second < 60;
}

unsigned text_split(char *line, char **words, unsigned most)
{
    unsigned n = 0;
    for (;;) {
        while (*line == ' ')
            *line++ = 0;
        if (!*line)
            return n;
#if defined DEFECT_TOO_MANY_WORDS || defined DEFECT_FED_IN_INTERRUPT
        if (n == most)
            continue;
#else
        if (n == most)
            return most + 1;
#endif
        words[n++] = line;
        while (*line && *line != ' ')
            line++;
    }
}

void text_put(char **out, const char *s)
{
    while (*s)
        *(*out)++ = *s++;
    **out = 0;
}

void text_put_number(char **out, uint32_t value, unsigned digits)
{
    char reversed[10];
    unsigned n = 0;
    do {
        reversed[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value || n < digits);
    while (n)
        *(*out)++ = reversed[--n];
    **out = 0;
}

void text_put_time(char **out, uint32_t t)
{
    text_put_number(out, t / 3600, 2);
    text_put(out, ":");
    text_put_number(out, t / 60 % 60, 2);
    text_put(out, ":");
    text_put_number(out, t % 60, 2);
}

void text_put_date(char **out, const struct civil *c)
{
    text_put_number(out, c->year, 4);
    text_put(out, "-");
    text_put_number(out, c->month, 2);
    text_put(out, "-");
    text_put_number(out, c->day, 2);
}

void text_put_hex(char **out, uint32_t value)
{
    for (int shift = 28; shift >= 0; shift -= 4)
        *(*out)++ = "0123456789abcdef"[value >> shift & 15];
    **out = 0;
}
