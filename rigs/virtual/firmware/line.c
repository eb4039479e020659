#include "line.h"

enum line_result line_feed(struct line *line, uint8_t byte)
{
    if (byte == LINE_LOST) {
        line->damaged = 1;
        return LINE_INCOMPLETE;
    }
    if (byte == '\r')
        return LINE_INCOMPLETE;
    if (byte != '\n') {
        /* A byte that is no text must not end the string early, nor match anything. */
        if (line->length < LINE_MAX)
            line->text[line->length] = byte >= ' ' && byte < 0x7F ? (char)byte : '\x01';
#ifdef DEFECT_LONG_LINE
        line->length = (line->length + 1) % LINE_MAX;
#else
        if (line->length <= LINE_MAX)
            line->length++;
#endif
        return LINE_INCOMPLETE;
    }
    enum line_result result = line->damaged ? LINE_DAMAGED : line->length > LINE_MAX ? LINE_TOO_LONG : LINE_READY;
    if (result == LINE_READY)
        line->text[line->length] = 0;
    line->length = 0;
    line->damaged = 0;
    return result;
}
