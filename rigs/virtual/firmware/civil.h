/* Civil dates of the proleptic Gregorian calendar, without zones: seconds since 1970-01-01 00:00:00 and back. */
#ifndef CIVIL_H
#define CIVIL_H

#include <stdbool.h>
#include <stdint.h>

enum { SECONDS_PER_DAY = 86400, SECONDS_PER_WEEK = 604800 };
/* The range CLOCK accepts; the 32-bit counter itself ends on 2106-02-07. */
enum { YEAR_FIRST = 2000, YEAR_LAST = 2105 };

struct civil {
    uint32_t year, month, day, hour, minute, second;
};

bool civil_valid(const struct civil *c);
/* `c` must be valid. */
uint32_t civil_to_seconds(const struct civil *c);
struct civil civil_from_seconds(uint32_t t);
uint32_t civil_second_of_day(const struct civil *c);
/* 0 = Monday. */
uint32_t civil_weekday(uint32_t t);
/* Seconds since Monday 00:00:00. */
uint32_t civil_second_of_week(uint32_t t);

#endif
