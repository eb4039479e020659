#ifndef VERSION_H
#define VERSION_H

#define FIRMWARE_NAME "brownout-weekly"
#define FIRMWARE_VERSION "1.0.0"

#endif
