/* Collects received bytes into lines. */
#ifndef LINE_H
#define LINE_H

#include <stdint.h>

enum { LINE_MAX = 80 };

/* Stands in the stream of received bytes where bytes were lost. */
#define LINE_LOST 0xFFu

enum line_result { LINE_INCOMPLETE, LINE_READY, LINE_TOO_LONG, LINE_DAMAGED };

struct line {
    char text[LINE_MAX + 1];
    uint32_t length; /* counted on past LINE_MAX, up to LINE_MAX + 1 */
    uint32_t damaged;
};

/* On anything but LINE_INCOMPLETE a line has ended, and the next byte begins a new one; on LINE_READY `text` holds it. */
enum line_result line_feed(struct line *line, uint8_t byte);

#endif
