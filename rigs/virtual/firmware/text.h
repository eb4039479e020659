/* Reading and writing of words and numbers, without a C library. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "civil.h"

bool text_equal(const char *a, const char *b);
/* Reads exactly `digits` decimal digits (at most 9) at *s and moves past them. */
bool text_number(const char **s, unsigned digits, uint32_t *value);
/* `YYYY-MM-DD`, to the end of the word; whether such a date exists is for civil_valid to say. */
bool text_date(const char *word, struct civil *c);
/* `HH:MM:SS`, to the end of the word. */
bool text_time(const char *word, struct civil *c);
/* Cuts `line` at its spaces; gives the number of words, or `most` + 1 if there are more than `most`. */
unsigned text_split(char *line, char **words, unsigned most);

/* Appends to *out, moves it, and leaves a terminating zero. */
void text_put(char **out, const char *s);
/* At least `digits` digits, with leading zeros. */
void text_put_number(char **out, uint32_t value, unsigned digits);
void text_put_time(char **out, uint32_t second_of_day);
void text_put_date(char **out, const struct civil *c);
void text_put_hex(char **out, uint32_t value);

#endif
