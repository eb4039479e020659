#include "civil.h"

/* 1970-01-01 was a Thursday: Monday-based weeks started three days earlier. */
enum { EPOCH_WEEKDAY = 3 };

static bool leap(uint32_t year)
{
#ifdef DEFECT_CENTURY
    return year % 4 == 0;
#endif
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static uint32_t days_in_month(uint32_t year, uint32_t month)
{
    static const uint8_t DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
#ifdef DEFECT_LEAP_DAY
    return DAYS[month - 1];
#endif
    return month == 2 && leap(year) ? 29 : DAYS[month - 1];
}

static uint32_t days_in_year(uint32_t year)
{
    return leap(year) ? 366 : 365;
}

bool civil_valid(const struct civil *c)
{
    return c->year >= YEAR_FIRST && c->year <= YEAR_LAST && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= days_in_month(c->year, c->month) && c->hour < 24 && c->minute < 60 && c->second < 60;
}

uint32_t civil_second_of_day(const struct civil *c)
{
    return c->hour * 3600 + c->minute * 60 + c->second;
}

uint32_t civil_to_seconds(const struct civil *c)
{
    uint32_t days = c->day - 1;
    for (uint32_t year = 1970; year < c->year; year++)
        days += days_in_year(year);
    for (uint32_t month = 1; month < c->month; month++)
        days += days_in_month(c->year, month);
    return days * SECONDS_PER_DAY + civil_second_of_day(c);
}

struct civil civil_from_seconds(uint32_t t)
{
    uint32_t days = t / SECONDS_PER_DAY;
    uint32_t rest = t % SECONDS_PER_DAY;
    struct civil c = {.year = 1970, .month = 1, .hour = rest / 3600, .minute = rest / 60 % 60, .second = rest % 60};
    for (; days >= days_in_year(c.year); c.year++)
        days -= days_in_year(c.year);
    for (; days >= days_in_month(c.year, c.month); c.month++)
        days -= days_in_month(c.year, c.month);
    c.day = days + 1;
    return c;
}

uint32_t civil_weekday(uint32_t t)
{
#ifdef DEFECT_YEAR_2038
    return (uint32_t)(((int32_t)t / (int32_t)SECONDS_PER_DAY + EPOCH_WEEKDAY) % 7 + 7) % 7;
#endif
    return (t / SECONDS_PER_DAY + EPOCH_WEEKDAY) % 7;
}

uint32_t civil_second_of_week(uint32_t t)
{
    return civil_weekday(t) * SECONDS_PER_DAY + t % SECONDS_PER_DAY;
}
