#include "command.h"

#include "console.h"
#include "relay.h"
#include "rtc.h"
#include "supply.h"
#include "system.h"
#include "text.h"
#include "timer.h"
#include "version.h"

enum error {
    DONE = 0,
    E_UNKNOWN = 1,
    E_ARGUMENT = 2,
    E_NO_FREE_SLOT = 3,
    E_NO_SUCH_SLOT = 4,
    E_TOO_LONG = 5,
    E_STORAGE = 6,
    E_SUPPLY_LOW = 7,
    E_CLOCK = 8,
    E_OVERRUN = 9,
    LATER = 100 /* the answer follows */
};

enum { MOST_WORDS = 5, CLOCK_PATIENCE_TENTHS = 30 };

/* A CLOCK command that came before the crystal was up. */
static uint32_t s_waiting_tenths;
static uint32_t s_waiting_time;

static const char *const MODES[] = {"AUTO", "ON", "OFF"};

static const char *clock_name(void)
{
    return g_clock_valid ? "valid" : "lost";
}

static enum error ok(void)
{
    console_write("OK\n");
    return DONE;
}

static void error(enum error code)
{
    static const char *const WORDS[] = {
        [E_UNKNOWN] = "unknown command",   [E_ARGUMENT] = "bad argument",    [E_NO_FREE_SLOT] = "no free slot",
        [E_NO_SUCH_SLOT] = "no such slot", [E_TOO_LONG] = "line too long",   [E_STORAGE] = "storage failed",
        [E_SUPPLY_LOW] = "supply low",     [E_CLOCK] = "clock not ready",    [E_OVERRUN] = "receive overrun",
    };
    char line[32], *out = line;
    text_put(&out, "ERR ");
    text_put_number(&out, code, 1);
    text_put(&out, " ");
    text_put(&out, WORDS[code]);
    text_put(&out, "\n");
    console_write(line);
}

static enum error stored(enum store_result result)
{
    switch (result) {
    case STORE_SAVED:
        return DONE;
    case STORE_SUPPLY_LOW:
#ifdef DEFECT_SAYS_OK
        return DONE;
#endif
        return E_SUPPLY_LOW;
    default:
        return E_STORAGE;
    }
}

static enum error change(const struct settings *settings)
{
    return stored(timer_change(settings));
}

static enum error version(unsigned n, char **words)
{
    (void)words;
    if (n != 1)
        return E_ARGUMENT;
    console_write("OK " FIRMWARE_NAME " " FIRMWARE_VERSION "\n");
    return DONE;
}

static enum error clock_show(void)
{
    static const char *const DAYS[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    uint32_t now = g_now;
    struct civil c = civil_from_seconds(now);
    char line[48], *out = line;
    text_put(&out, "OK ");
    text_put_date(&out, &c);
    text_put(&out, " ");
    text_put_time(&out, now % SECONDS_PER_DAY);
    text_put(&out, " ");
    text_put(&out, DAYS[civil_weekday(now)]);
    text_put(&out, " ");
    text_put(&out, clock_name());
    text_put(&out, "\n");
    console_write(line);
    return DONE;
}

static enum error clock_set(uint32_t t)
{
    return timer_set_clock(t) ? ok() : E_CLOCK;
}

static enum error clock(unsigned n, char **words)
{
    if (n == 1)
        return clock_show();
    struct civil c;
    if (n != 3 || !text_date(words[1], &c) || !text_time(words[2], &c) || !civil_valid(&c))
        return E_ARGUMENT;
    if (rtc_running())
        return clock_set(civil_to_seconds(&c));
    s_waiting_time = civil_to_seconds(&c);
    s_waiting_tenths = CLOCK_PATIENCE_TENTHS;
    return LATER;
}

/* Day digits, 1 = Monday, in rising order. */
static bool parse_days(const char *s, uint32_t *days)
{
    *days = 0;
    for (char last = '0'; *s; last = *s++) {
        if (*s <= last || *s > '7')
            return false;
        *days |= 1u << (*s - '1');
    }
    return schedule_days_allowed(*days);
}

static enum error program_add(char **words)
{
    struct program p;
    struct civil on, off;
    if (!parse_days(words[2], &p.days) || !text_time(words[3], &on) || !text_time(words[4], &off))
        return E_ARGUMENT;
    p.on = civil_second_of_day(&on);
    p.off = civil_second_of_day(&off);

    uint32_t slot;
    enum error failed = stored(timer_add(&p, &slot));
    if (failed)
        return failed;
    if (slot == PROGRAM_SLOTS)
        return E_NO_FREE_SLOT;
    char line[16], *out = line;
    text_put(&out, "OK ");
    text_put_number(&out, slot, 1);
    text_put(&out, "\n");
    console_write(line);
    return DONE;
}

static enum error program_list(void)
{
    char line[48], *out;
    for (uint32_t slot = 0; slot < PROGRAM_SLOTS; slot++) {
        const struct program *p = &g_programs[slot];
        if (!p->days)
            continue;
        out = line;
        text_put(&out, "P ");
        text_put_number(&out, slot, 1);
        text_put(&out, " ");
        for (unsigned day = 0; day < 7; day++)
            if (p->days >> day & 1)
                text_put_number(&out, day + 1, 1);
        text_put(&out, " ");
        text_put_time(&out, p->on);
        text_put(&out, " ");
        text_put_time(&out, p->off);
        text_put(&out, "\n");
        console_write(line);
    }
    out = line;
    text_put(&out, "OK ");
    text_put_number(&out, g_program_count, 1);
    text_put(&out, "\n");
    console_write(line);
    return DONE;
}

static enum error program_delete(const char *word)
{
    const char *s = word;
    uint32_t slot;
    if (!text_number(&s, word[1] ? 2 : 1, &slot) || *s)
        return E_ARGUMENT;
    if (slot >= PROGRAM_SLOTS || !g_programs[slot].days)
        return E_NO_SUCH_SLOT;
    struct settings next = timer_settings();
    next.programs[slot] = (struct program){0};
    enum error failed = change(&next);
    return failed ? failed : ok();
}

static enum error program_clear(void)
{
    struct settings next = {.mode = g_mode};
    enum error failed = change(&next);
    return failed ? failed : ok();
}

static enum error program(unsigned n, char **words)
{
    if (n == 5 && text_equal(words[1], "ADD"))
        return program_add(words);
    if (n == 2 && text_equal(words[1], "LIST"))
        return program_list();
    if (n == 3 && text_equal(words[1], "DEL"))
        return program_delete(words[2]);
    if (n == 2 && text_equal(words[1], "CLEAR"))
        return program_clear();
    return E_ARGUMENT;
}

static enum error mode(unsigned n, char **words)
{
    if (n == 1) {
        console_write("OK ");
        console_write(MODES[g_mode]);
        console_write("\n");
        return DONE;
    }
    for (uint32_t m = MODE_AUTO; n == 2 && m <= MODE_OFF; m++) {
        if (text_equal(words[1], MODES[m])) {
            struct settings next = timer_settings();
            next.mode = m;
            enum error failed = change(&next);
            return failed ? failed : ok();
        }
    }
    return E_ARGUMENT;
}

static enum error status(unsigned n, char **words)
{
    (void)words;
    if (n != 1)
        return E_ARGUMENT;
    char line[128], *out = line;
    text_put(&out, "OK relay=");
    text_put(&out, g_relay ? "on" : "off");
    text_put(&out, " mode=");
    text_put(&out, MODES[g_mode]);
    text_put(&out, " clock=");
    text_put(&out, clock_name());
    text_put(&out, " programs=");
    text_put_number(&out, g_program_count, 1);
    text_put(&out, " reset=");
    text_put(&out, system_reset_cause_name());
    text_put(&out, " saves=");
    text_put_number(&out, g_saves, 1);
    text_put(&out, " pvd=");
    text_put_number(&out, g_pvd_events, 1);
    text_put(&out, "\n");
    console_write(line);
    return DONE;
}

static enum error factory(unsigned n, char **words)
{
    (void)words;
    if (n != 1)
        return E_ARGUMENT;
    enum error failed = stored(timer_factory());
    return failed ? failed : ok();
}

static enum error reset(unsigned n, char **words)
{
    (void)words;
    if (n != 1)
        return E_ARGUMENT;
    ok();
    console_flush();
    system_reset();
}

void command_boot_line(void)
{
    char line[128], *out = line;
    /* The line feed ends whatever a power cut left half sent. */
    text_put(&out, "\n# boot " FIRMWARE_NAME " " FIRMWARE_VERSION " reset=");
    text_put(&out, system_reset_cause_name());
    text_put(&out, " programs=");
    text_put_number(&out, g_program_count, 1);
    text_put(&out, " clock=");
    text_put(&out, clock_name());
    text_put(&out, "\n");
    console_write(line);
    if (g_reset_cause == RESET_FAULT) {
        out = line;
        text_put(&out, "# fault exception=");
        text_put_number(&out, g_fault_exception, 1);
        text_put(&out, " pc=");
        text_put_hex(&out, g_fault_pc);
        text_put(&out, "\n");
        console_write(line);
    }
}

void command_line(enum line_result result, char *text)
{
    static const struct {
        const char *name;
        enum error (*run)(unsigned n, char **words);
    } COMMANDS[] = {
        {"VERSION", version}, {"CLOCK", clock},     {"PROG", program}, {"MODE", mode},
        {"STATUS", status},   {"FACTORY", factory}, {"RESET", reset},
    };
    if (result == LINE_TOO_LONG || result == LINE_DAMAGED) {
        error(result == LINE_TOO_LONG ? E_TOO_LONG : E_OVERRUN);
        return;
    }
#ifdef DEFECT_STACK_OVERFLOW
    char copy[36], *end = copy;
    text_put(&end, text);
    text = copy;
#endif
    char *words[MOST_WORDS];
    unsigned n = text_split(text, words, MOST_WORDS);
    if (n == 0)
        return;
    enum error code = E_UNKNOWN;
    for (unsigned i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++)
        if (text_equal(words[0], COMMANDS[i].name))
            code = COMMANDS[i].run(n, words);
    if (code != DONE && code != LATER)
        error(code);
}

bool command_waiting(void)
{
    return s_waiting_tenths != 0;
}

void command_tenth(void)
{
    if (!s_waiting_tenths)
        return;
    s_waiting_tenths--;
    if (rtc_running()) {
        s_waiting_tenths = 0;
        if (clock_set(s_waiting_time) != DONE)
            error(E_CLOCK);
    } else if (!s_waiting_tenths) {
        error(E_CLOCK);
    }
}
