/* A firmware that runs and never says a word: as after an update that went wrong. */
void misbehave(void);

void misbehave(void)
{
    for (;;)
        __asm volatile("wfi");
}
