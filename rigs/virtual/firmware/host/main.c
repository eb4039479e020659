/* Tests, on the development machine, of everything that needs no board: `make check`. */
#include "host.h"

int main(void)
{
    test_civil();
    test_store();
    test_schedule();
    test_protocol();
    test_buttons();
    test_protocol_noise();
    printf("all passed\n");
    return 0;
}
