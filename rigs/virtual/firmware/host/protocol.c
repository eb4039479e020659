/* The console's protocol: every command and error code, and noise. */
#include "command.h"
#include "host.h"
#include "line.h"
#include "relay.h"
#include "rtc.h"
#include "timer.h"

void send_bytes(const char *bytes, size_t n)
{
    static struct line s_line;
    g_output[0] = 0;
    for (size_t i = 0; i < n; i++) {
        enum line_result result = line_feed(&s_line, (uint8_t)bytes[i]);
        if (result != LINE_INCOMPLETE)
            command_line(result, s_line.text);
    }
}

void expect(const char *sent, const char *answer)
{
    send_bytes(sent, strlen(sent));
    if (strcmp(g_output, answer) != 0) {
        printf("sent %sexpected %sgot %s", sent, answer, g_output);
        exit(1);
    }
}

void test_protocol(void)
{
    blank_flash();
    rtc_forget();
    timer_start();
    expect("\n", "");
    expect("  \r\n", "");
    expect("VERSION\n", "OK brownout-weekly 1.0.0\n");
    expect("VERSION 1\n", "ERR 2 bad argument\n");
    expect("version\n", "ERR 1 unknown command\n");
    expect("VERSIO\n", "ERR 1 unknown command\n");
    expect("CLOCK\n", "OK 2000-01-01 00:00:00 Sat lost\n");
    expect("CLOCK 2024-01-01 07:59:55\r\n", "OK\n");
    expect("CLOCK\n", "OK 2024-01-01 07:59:55 Mon valid\n");
    expect("CLOCK 2024-02-30 07:59:55\n", "ERR 2 bad argument\n");
    expect("CLOCK 2024-01-01 24:00:00\n", "ERR 2 bad argument\n");
    expect("CLOCK 2024-01-01\n", "ERR 2 bad argument\n");
    expect("CLOCK 2024-01-01 07:59:551\n", "ERR 2 bad argument\n");
    expect("CLOCK 02024-01-01 07:59:55\n", "ERR 2 bad argument\n");
    expect("CLOCK\n", "OK 2024-01-01 07:59:55 Mon valid\n");
    expect("PROG ADD 12345 08:00:00 18:00:00\n", "OK 0\n");
    expect("PROG  ADD 7 23:59:59  00:00:01 \n", "OK 1\n");
    expect("PROG ADD 124 08:00:00 18:00:00\n", "ERR 2 bad argument\n");
    expect("PROG ADD 21 08:00:00 18:00:00\n", "ERR 2 bad argument\n");
    expect("PROG ADD 54321 08:00:00 18:00:00\n", "ERR 2 bad argument\n");
    expect("PROG ADD 11 08:00:00 18:00:00\n", "ERR 2 bad argument\n");
    expect("PROG ADD 8 08:00:00 18:00:00\n", "ERR 2 bad argument\n");
    expect("PROG ADD 1 8:00:00 18:00:00\n", "ERR 2 bad argument\n");
    expect("PROG ADD 1 08:00:00\n", "ERR 2 bad argument\n");
    expect("PROG ADD 1 08:00:00 18:00:00 x\n", "ERR 2 bad argument\n");
    expect("PROG LIST\n", "P 0 12345 08:00:00 18:00:00\nP 1 7 23:59:59 00:00:01\nOK 2\n");
    expect("PROG DEL 0\n", "OK\n");
    expect("PROG DEL 0\n", "ERR 4 no such slot\n");
    expect("PROG DEL 17\n", "ERR 4 no such slot\n");
    expect("PROG DEL 100\n", "ERR 2 bad argument\n");
    expect("PROG DEL -1\n", "ERR 2 bad argument\n");
    expect("PROG\n", "ERR 2 bad argument\n");
    for (int slot = 0; slot < PROGRAM_SLOTS; slot++) {
        char answer[16];
        sprintf(answer, "OK %d\n", slot);
        if (slot != 1)
            expect("PROG ADD 1234567 12:00:00 12:00:01\n", answer);
    }
    expect("PROG ADD 1 12:00:00 12:00:01\n", "ERR 3 no free slot\n");
    expect("PROG DEL 16\n", "OK\n");
    expect("PROG DEL 05\n", "OK\n");
    expect("PROG ADD 1 12:00:00 12:00:00\n", "OK 5\n");
    expect("MODE\n", "OK AUTO\n");
    expect("MODE ON\n", "OK\n");
    CHECK(g_relay == 1);
    expect("MODE AUTO\n", "OK\n");
    CHECK(g_relay == 1);
    expect("MODE MAYBE\n", "ERR 2 bad argument\n");
    g_supply_low = true;
    expect("MODE OFF\n", "ERR 7 supply low\n");
    expect("MODE\n", "OK AUTO\n");
    expect("FACTORY\n", "ERR 7 supply low\n");
    CHECK(g_clock_valid == 1 && g_program_count == 16);
    g_supply_low = false;
    memset(g_dead_word, 1, sizeof g_dead_word);
    expect("PROG CLEAR\n", "ERR 6 storage failed\n");
    CHECK(g_program_count == 16);
    memset(g_dead_word, 0, sizeof g_dead_word);
    expect("PROG CLEAR\n", "OK\n");
    expect("PROG LIST\n", "OK 0\n");
    char status[128];
    sprintf(status, "OK relay=on mode=AUTO clock=valid programs=0 reset=por saves=%u pvd=0\n", g_saves);
    expect("STATUS\n", status);
    expect("FACTORY\n", "OK\n");
    CHECK(g_relay == 0);
    expect("CLOCK\n", "OK 2000-01-01 00:00:00 Sat lost\n");
    expect("MODE ON\n", "OK\n");
    CHECK(g_relay == 1);
    expect("MODE AUTO\n", "OK\n");
    CHECK(g_relay == 0); /* without a clock AUTO has nothing to keep to */
    if (setjmp(g_reset) == 0) {
        expect("RESET\n", "never");
        CHECK(false);
    }
    CHECK(strcmp(g_output, "OK\n") == 0);
    g_output[0] = 0;
    command_boot_line();
    CHECK(strcmp(g_output, "\n# boot brownout-weekly 1.0.0 reset=por programs=0 clock=lost\n") == 0);

    char longest[90];
    memset(longest, 'A', sizeof longest);
    strcpy(longest + 80, "\n");
    expect(longest, "ERR 1 unknown command\n");
    memset(longest, 'A', 81);
    strcpy(longest + 81, "\n");
    expect(longest, "ERR 5 line too long\n");
    expect("MODE\xFF AUTO\n", "ERR 9 receive overrun\n");
    send_bytes("MODE\0\n", 6);
    CHECK(strcmp(g_output, "ERR 1 unknown command\n") == 0);

    /* The clock is set before the crystal is up: answered when it is, or refused after 3 s. */
    g_rtc_running = false;
    expect("CLOCK 2024-01-01 07:59:55\n", "");
    CHECK(command_waiting());
    for (int i = 0; i < 24; i++)
        command_tenth();
    CHECK(command_waiting() && g_output[0] == 0);
    g_rtc_running = true;
    command_tenth();
    CHECK(!command_waiting() && strcmp(g_output, "OK\n") == 0 && g_clock_valid);
    g_rtc_running = false;
    expect("CLOCK 2024-01-01 07:59:56\n", "");
    for (int i = 0; i < 30; i++)
        command_tenth();
    CHECK(!command_waiting() && strcmp(g_output, "ERR 8 clock not ready\n") == 0);
    g_rtc_running = true;
    printf("protocol: every command and error code\n");
}

/* Pieces of commands in any order, and noise: the sanitizers see what goes wrong. */
void test_protocol_noise(void)
{
    static const char *const PIECES[] = {"PROG", " ", "ADD", "1234567", "08:00:00", "LIST", "DEL", "0", "CLOCK",
                                         "2024-01-01", "MODE", "AUTO", "ON", "STATUS", "FACTORY", "\n", "\r", "CLEAR",
                                         "16", "\xFF", "VERSION", "\n", " ", " "};
    long bytes = 0;
    for (int i = 0; i < 300000; i++) {
        char piece[8];
        if (random32() % 8) {
            const char *p = PIECES[random32() % (sizeof PIECES / sizeof *PIECES)];
            send_bytes(p, strlen(p));
            bytes += (long)strlen(p);
        } else {
            for (size_t n = 0; n < sizeof piece; n++)
                piece[n] = (char)random32();
            send_bytes(piece, sizeof piece);
            bytes += (long)sizeof piece;
        }
    }
    printf("protocol: %ld bytes of noise survived\n", bytes);
}
