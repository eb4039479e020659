/* Exceptions that check themselves: each check says "ok" or "wrong" and what was seen. ARM DDI 0403, chapter B1.
 *
 * Interrupts 0 to 3 are raised by software through ISPR, so that no device is needed and the same ELF runs on QEMU. The vector table
 * lies in RAM: each check puts its handlers there. */
#include "host.h"

#define REG(address) (*(volatile uint32_t *)(address))
#define REG8(address) (*(volatile uint8_t *)(address))
#define SYST_CSR REG(0xE000E010)
#define SYST_RVR REG(0xE000E014)
#define SYST_CVR REG(0xE000E018)
#define ISER REG(0xE000E100)
#define ICER REG(0xE000E180)
#define ISPR REG(0xE000E200)
#define ICPR REG(0xE000E280)
#define IABR REG(0xE000E300)
#define IPR(n) REG8(0xE000E400 + (n))
#define ICSR REG(0xE000ED04)
#define VTOR REG(0xE000ED08)
#define AIRCR REG(0xE000ED0C)
#define SCR REG(0xE000ED10)
#define CCR REG(0xE000ED14)
#define SHPR(n) REG8(0xE000ED14 + (n))
#define SHCSR REG(0xE000ED24)
#define CFSR REG(0xE000ED28)
#define HFSR REG(0xE000ED2C)
#define BFAR REG(0xE000ED38)
#define STIR REG(0xE000EF00)
#define DEMCR REG(0xE000EDFC)
#define DWT_CTRL REG(0xE0001000)
#define DWT_CYCCNT REG(0xE0001004)

#define PENDSVSET (1u << 28)
#define PENDSTSET (1u << 26)
#define RETTOBASE (1u << 11)

extern uint32_t ld_stack_top, ld_bss_start[], ld_bss_end[];
void reset_handler(void);
void unexpected(void);
void fault_entry(void);
void svc_entry(void);
void count_fault(uint32_t *frame, uint32_t link);
void serve_call(uint32_t *frame, uint32_t link);

typedef void (*handler)(void);
static handler table[64] __attribute__((aligned(256)));

/* What the handlers note. */
static volatile uint32_t order, depth, deepest, seen, faults, fault_link, fault_pc, fault_sp, fault_cfsr, fault_hfsr, skip;
static volatile uint32_t call_link, call_number, call_psr;
extern volatile uint32_t times[4];
volatile uint32_t times[4];
static uint32_t process_stack[64] __attribute__((aligned(8)));

static void check(const char *what, uint32_t got, uint32_t expected)
{
    if (got == expected) {
        say("ok ");
        say(what);
        say("\n");
    } else {
        say("wrong ");
        say(what);
        say_hex(": got", got);
        say_hex("    expected", expected);
    }
}

static inline void barrier(void) { __asm__ volatile("dsb\n isb" ::: "memory"); }
static inline void set_primask(uint32_t v) { __asm__ volatile("msr primask, %0\n isb" ::"r"(v) : "memory"); }
static inline void set_faultmask(uint32_t v) { __asm__ volatile("msr faultmask, %0\n isb" ::"r"(v) : "memory"); }
static inline void set_basepri(uint32_t v) { __asm__ volatile("msr basepri, %0\n isb" ::"r"(v) : "memory"); }
static inline uint32_t ipsr(void)
{
    uint32_t v;
    __asm__ volatile("mrs %0, ipsr" : "=r"(v));
    return v;
}

static void note(uint32_t what) { order = order << 4 | what; }
static void pend(uint32_t interrupt)
{
    ISPR = 1u << interrupt;
    barrier();
}

/* Everything as after reset, but for the vector table. */
static void start_over(void)
{
    set_primask(0);
    set_basepri(0);
    set_faultmask(0);
    ICER = 15;
    ICPR = 15;
    AIRCR = 0x05FA0000;
    CCR = 0x200;
    SCR = 0;
    SHCSR = 0;
    CFSR = ~0u;
    HFSR = ~0u;
    for (uint32_t i = 0; i < 4; i++)
        IPR(i) = 0;
    for (uint32_t i = 4; i < 16; i++)
        if (i < 7 || i == 11 || i >= 14)
            SHPR(i) = 0;
    for (uint32_t i = 0; i < 64; i++)
        table[i] = unexpected;
    table[3] = table[4] = table[5] = table[6] = fault_entry;
    table[11] = svc_entry;
    order = depth = deepest = seen = faults = fault_link = skip = 0;
    barrier();
}

void unexpected(void)
{
    say("wrong: an exception that nobody expected");
    say_hex("", ipsr());
    finish();
}

/* The frame is on the stack that LR names. */
__attribute__((naked)) void fault_entry(void)
{
    __asm__("tst lr, #4\n ite eq\n mrseq r0, msp\n mrsne r0, psp\n mov r1, lr\n b count_fault");
}
__attribute__((naked)) void svc_entry(void)
{
    __asm__("tst lr, #4\n ite eq\n mrseq r0, msp\n mrsne r0, psp\n mov r1, lr\n b serve_call");
}

/* Notes the fault and goes on behind the instruction, or where `skip` says. */
void count_fault(uint32_t *frame, uint32_t link)
{
    faults++;
    note(ipsr());
    fault_link = link;
    fault_pc = frame[6];
    fault_sp = (uint32_t)(uintptr_t)frame;
    fault_cfsr = CFSR;
    fault_hfsr = HFSR;
    CFSR = ~0u;
    HFSR = ~0u;
    if (skip) {
        frame[6] = skip & ~1u;
        frame[7] |= 1u << 24;
    } else {
        uint16_t first = *(volatile uint16_t *)(uintptr_t)frame[6];
        frame[6] += first >= 0xE800 ? 4 : 2;
    }
}

void serve_call(uint32_t *frame, uint32_t link)
{
    call_link = link;
    call_psr = frame[7];
    call_number = *(volatile uint16_t *)(uintptr_t)(frame[6] - 2) & 0xFF;
    note(11);
}

static void irq_leaf0(void) { note(1); }
static void irq_leaf1(void) { note(2); }
static void irq_leaf2(void) { note(3); }

static void irq_low(void)
{
    note(1);
    depth++;
    deepest = depth > deepest ? depth : deepest;
    seen = ICSR & RETTOBASE;
    pend(1);
    seen |= IABR << 24;
    depth--;
    note(0xE);
}
static void irq_middle(void)
{
    note(2);
    depth++;
    deepest = depth > deepest ? depth : deepest;
    pend(2);
    depth--;
    note(0xD);
}
static void irq_high(void)
{
    note(3);
    depth++;
    deepest = depth > deepest ? depth : deepest;
    seen |= ICSR & 0x1FF;
    depth--;
}

static void nesting(void)
{
    start_over();
    table[16] = irq_low;
    table[17] = irq_middle;
    table[18] = irq_high;
    IPR(0) = 0xC0;
    IPR(1) = 0x80;
    IPR(2) = 0x40;
    ISER = 7;
    pend(0);
    check("nesting: order of three levels", order, 0x123DE);
    check("nesting: depth", deepest, 3);
    check("nesting: RETTOBASE in the first, VECTACTIVE in the last, IABR", seen, RETTOBASE | 18 | 1u << 24);
    check("nesting: nothing is left active", IABR & 7, 0);
    check("nesting: ICSR is idle in thread mode", ICSR & 0x1FF, 0);

    start_over();
    table[16] = irq_low;
    table[17] = irq_leaf1;
    IPR(0) = IPR(1) = 0x80;
    ISER = 3;
    pend(0);
    check("equal priorities do not nest", order, 0x1E2);

    start_over();
    table[16] = irq_leaf0;
    table[17] = irq_leaf1;
    table[18] = irq_leaf2;
    IPR(0) = 0x80;
    IPR(1) = 0x40;
    IPR(2) = 0x80;
    ISER = 7;
    set_primask(1);
    ISPR = 7;
    barrier();
    check("PRIMASK holds interrupts back", order, 0);
    check("the most urgent is shown in VECTPENDING", ICSR >> 12 & 0x1FF, 17);
    set_primask(0);
    check("priority first, then number", order, 0x213);
    pend(0);
    STIR = 1;
    barrier();
    check("STIR pends as ISPR does", order, 0x21312);
    ICER = 1;
    pend(0);
    check("disabled: pending, not taken", order | (ISPR & 1) << 31, 0x21312 | 1u << 31);
    ICPR = 1;
    check("ICPR clears", ISPR & 1, 0);
}

static void grouping(void)
{
    start_over();
    table[16] = irq_low;
    table[17] = irq_leaf1;
    ISER = 3;
    IPR(0) = 0x90;
    IPR(1) = 0x80;
    AIRCR = 0x05FA0000 | 4 << 8;
    pend(0);
    check("PRIGROUP 4: three bits decide, 0x80 does not preempt 0x90", order, 0x1E2);
    order = 0;
    AIRCR = 0x05FA0000 | 3 << 8;
    pend(0);
    check("PRIGROUP 3: four bits decide, it does", order, 0x12E);
    AIRCR = 0x12340000 | 7 << 8;
    check("AIRCR needs its key", AIRCR >> 8 & 7, 3);
    check("AIRCR reads its other key", AIRCR >> 16, 0xFA05);
    order = 0;
    AIRCR = 0x05FA0000 | 7 << 8;
    pend(0);
    check("PRIGROUP 7: nothing preempts", order, 0x1E2);
    IPR(3) = 0xFF;
    check("four bits of priority are implemented", IPR(3), 0xF0);
}

static void masks(void)
{
    start_over();
    table[16] = irq_leaf0;
    table[17] = irq_leaf1;
    IPR(0) = 0x80;
    IPR(1) = 0x40;
    ISER = 3;
    set_basepri(0x80);
    ISPR = 3;
    barrier();
    check("BASEPRI 0x80 holds 0x80 back, not 0x40", order, 2);
    set_basepri(0xC0);
    check("BASEPRI 0xC0 holds neither back", order, 0x21);
    set_basepri(0x40);
    __asm__ volatile("msr basepri_max, %0" ::"r"(0x80));
    uint32_t value;
    __asm__ volatile("mrs %0, basepri" : "=r"(value));
    check("BASEPRI_MAX does not lower", value, 0x40);
    __asm__ volatile("msr basepri_max, %0" ::"r"(0x20));
    __asm__ volatile("mrs %0, basepri" : "=r"(value));
    check("BASEPRI_MAX raises", value, 0x20);
    set_basepri(0);

    set_faultmask(1);
    pend(1);
    check("FAULTMASK holds interrupts back", order, 0x21);
    set_faultmask(0);
    check("until it is cleared", order, 0x212);
    /* The priority within a handler returns FAULTMASK to 0 by itself. */
    __asm__ volatile("cpsid i\n cpsid f");
    uint32_t primask, faultmask;
    __asm__ volatile("mrs %0, primask\n mrs %1, faultmask" : "=r"(primask), "=r"(faultmask));
    __asm__ volatile("cpsie i\n cpsie f");
    check("CPSID i and f", primask | faultmask << 1, 3);
}

static void calls(void)
{
    start_over();
    call_link = 0;
    __asm__ volatile("svc #42" ::: "memory");
    check("SVC: its number", call_number, 42);
    check("SVC: EXC_RETURN to thread mode and MSP", call_link, 0xFFFFFFF9);
    check("SVC: stacked IPSR is thread's", call_psr & 0x1FF, 0);
    check("SVC: stacked T", call_psr >> 24 & 1, 1);

    table[14] = irq_leaf2;
    table[15] = irq_leaf1;
    order = 0;
    SHPR(14) = 0xF0;
    SHPR(15) = 0x80;
    set_primask(1);
    ICSR = PENDSVSET;
    ICSR = PENDSTSET;
    barrier();
    check("PendSV and SysTick are pending", ICSR & (PENDSVSET | PENDSTSET), PENDSVSET | PENDSTSET);
    set_primask(0);
    check("SysTick before PendSV", order, 0x23);
    set_primask(1);
    ICSR = PENDSVSET;
    ICSR = 1u << 27;
    set_primask(0);
    check("PENDSVCLR", order, 0x23);

    /* SVC with interrupts masked escalates (B1.5.4). */
    set_primask(1);
    faults = 0;
    skip = 0;
    uint32_t after;
    __asm__ volatile("adr %0, 1f\n str %0, [%1]\n svc #1\n .balign 4\n 1: nop" : "=&r"(after) : "r"(&skip) : "memory");
    set_primask(0);
    check("SVC under PRIMASK is a HardFault", order & 0xF, 3);
    check("forced", fault_hfsr, 1u << 30);
}

static void process(void)
{
    start_over();
    process_stack[60] = 0;
    uint32_t top = (uint32_t)(uintptr_t)&process_stack[62];
    uint32_t control;
    __asm__ volatile("msr psp, %1\n movs r1, #2\n msr control, r1\n isb\n svc #7\n mrs %0, control\n movs r1, #0\n msr control, r1\n isb"
                     : "=&r"(control)
                     : "r"(top)
                     : "r1", "memory");
    check("PSP: EXC_RETURN says so", call_link, 0xFFFFFFFD);
    check("PSP: CONTROL", control, 2);
    uint32_t psp;
    __asm__ volatile("mrs %0, psp" : "=r"(psp));
    check("PSP: the frame was taken back", psp, top);
    /* The frame on the process stack: PC of the instruction behind SVC. */
    check("PSP: the call's number came from its frame", call_number, 7);

    /* A frame on a stack that is not aligned to 8 bytes: STKALIGN moves it, and bit 9 says so. */
    call_psr = 0;
    top -= 4;
    __asm__ volatile("msr psp, %0\n movs r1, #2\n msr control, r1\n isb\n svc #8\n movs r1, #0\n msr control, r1\n isb" ::"r"(top)
                     : "r1", "memory");
    check("STKALIGN: bit 9 of the stacked PSR", call_psr >> 9 & 1, 1);
    __asm__ volatile("mrs %0, psp" : "=r"(psp));
    check("STKALIGN: the stack pointer comes back", psp, top);

    /* Unprivileged code cannot write masks, and faults on the system registers. */
    order = 0;
    faults = 0;
    SHCSR = 1u << 17;
    skip = 0;
    __asm__ volatile("movs r1, #1\n msr control, r1\n isb\n msr primask, r1\n str r1, [%1]\n svc #9\n" ::"r"(0), "r"(&VTOR)
                     : "r1", "memory");
    check("unprivileged: the system registers are a bus fault", order, 0x5B);
    /* Thread mode is still unprivileged: only a handler may change that. */
    __asm__ volatile("mrs %0, control" : "=r"(control));
    check("unprivileged: CONTROL reads so", control & 1, 1);
}

/* Gives thread mode its privilege back. */
static void irq_restore(void)
{
    __asm__ volatile("movs r1, #0\n msr control, r1\n isb" ::: "r1", "memory");
}

__attribute__((noinline)) static uint32_t load(uint32_t address) { return *(volatile uint32_t *)(uintptr_t)address; }
__attribute__((noinline, naked)) static void go_to(uint32_t address __attribute__((unused)))
{
    __asm__("push {r4, lr}\n adr r4, 1f\n ldr r1, =skip\n str r4, [r1]\n bx r0\n .balign 4\n 1: ldr r1, =skip\n movs r0, #0\n str r0, [r1]\n pop {r4, pc}");
}

/* Faults of each kind, with their own handlers and escalated. */
static void fault_kinds(void)
{
    for (uint32_t enabled = 0; enabled < 2; enabled++) {
        const char *how = enabled ? "enabled" : "escalated";
        start_over();
        SHCSR = enabled ? 7u << 16 : 0;
        say("ok ");
        say(how);
        say(":\n");
#define FAULT(what, number, bits, action)                                     \
    order = faults = fault_cfsr = fault_hfsr = 0;                              \
    action;                                                                    \
    check(what ": once", faults, 1);                                           \
    check(what ": exception", order, enabled ? number : 3);                    \
    check(what ": status", fault_cfsr, bits);                                  \
    check(what ": HFSR", fault_hfsr, enabled ? 0 : 1u << 30);
        FAULT("undefined instruction", 6, 1u << 16, __asm__ volatile("udf #0" ::: "memory"))
        FAULT("coprocessor", 6, 1u << 19, __asm__ volatile(".short 0xee10, 0x0f10" ::: "memory", "r0"))
        FAULT("BX to an even address", 6, 1u << 17, go_to((uint32_t)(uintptr_t)&load & ~1u))
        CCR = 0x218;
        FAULT("division by zero", 6, 1u << 25, { uint32_t q; __asm__ volatile("udiv %0, %1, %2" : "=r"(q) : "r"(5), "r"(0) : "memory"); })
        FAULT("unaligned word with UNALIGN_TRP", 6, 1u << 24, load(0x20000101))
        CCR = 0x200;
        FAULT("unaligned LDM, always", 6, 1u << 24, __asm__ volatile("ldm %0, {r1, r2}" ::"r"(0x20000102) : "r1", "r2", "memory"))
        FAULT("load from nowhere", 5, 0x8200, load(0xA0000004))
        check("load from nowhere: BFAR", BFAR, 0xA0000004);
        FAULT("code in a device", 4, 1, go_to(0x40000401))
    }
    start_over();
    uint32_t words[2] = {0x44332211, 0x88776655};
    __asm__ volatile("" ::"r"(words) : "memory");
    check("unaligned word without UNALIGN_TRP", load((uint32_t)(uintptr_t)words + 1), 0x55443322);
    uint32_t quotient;
    __asm__ volatile("udiv %0, %1, %2" : "=r"(quotient) : "r"(5), "r"(0));
    check("division by zero without DIV_0_TRP", quotient, 0);
    check("no fault for these", faults, 0);
}

__attribute__((naked)) static void irq_bad_return(void)
{
    __asm__("ldr r0, =0xfffffff5\n bx r0");
}

__attribute__((used)) static void count_bad_return(uint32_t link)
{
    fault_link = link;
    fault_cfsr = CFSR;
    note(ipsr());
}

/* Its LR is the bad value again; the frame is still that of thread mode. */
__attribute__((naked)) static void bad_return_entry(void)
{
    __asm__("mov r0, lr\n bl count_bad_return\n ldr r0, =0xfffffff9\n bx r0");
}

/* B1.5.8: a bad EXC_RETURN is a UsageFault, taken on the frame that is there. */
static void returns(void)
{
    start_over();
    SHCSR = 1u << 18;
    table[6] = bad_return_entry;
    table[16] = irq_bad_return;
    ISER = 1;
    pend(0);
    check("a bad EXC_RETURN: UsageFault", order, 6);
    check("a bad EXC_RETURN: INVPC", fault_cfsr, 1u << 18);
    check("a bad EXC_RETURN: LR", fault_link, 0xFFFFFFF5);
    check("a bad EXC_RETURN: nothing is left active", IABR & 1, 0);
}

/* Sleep: what ends it. */
static void sleeping(void)
{
    start_over();
    table[16] = irq_leaf0;
    ISER = 1;
    set_primask(1);
    pend(0);
    __asm__ volatile("wfi" ::: "memory");
    check("WFI ends for a pending interrupt under PRIMASK", order, 0);
    set_primask(0);
    check("which is taken afterwards", order, 1);
    __asm__ volatile("sev\n wfe" ::: "memory");
    check("WFE takes an event that came before", order, 1);
    set_primask(1);
    __asm__ volatile("sev\n wfe" ::: "memory");
    ICER = 1;
    ICPR = 1;
    SCR = 1u << 4;
    pend(0);
    __asm__ volatile("wfe" ::: "memory");
    check("SEVONPEND: a disabled interrupt ends WFE", order, 1);
    ICPR = 1;
    set_primask(0);
    table[15] = irq_leaf1;
    SYST_RVR = 5000;
    SYST_CVR = 0;
    SYST_CSR = 7;
    __asm__ volatile("wfi" ::: "memory");
    SYST_CSR = 0;
    check("SysTick ends WFI", order, 0x12);
}

__attribute__((naked)) static void timed0(void)
{
    __asm__("ldr r0, =0xe0001004\n ldr r0, [r0]\n ldr r1, =times\n str r0, [r1, #4]\n bx lr");
}
__attribute__((naked)) static void timed1(void)
{
    __asm__("ldr r0, =0xe0001004\n ldr r0, [r0]\n ldr r1, =times\n str r0, [r1, #8]\n bx lr");
}

/* Cycle counts (Cortex-M3 TRM, 5.5): for cores that count cycles; QEMU's DWT does not. */
static void timing(void)
{
    start_over();
    DEMCR = 1u << 24;
    DWT_CYCCNT = 0;
    DWT_CTRL = 1;
    uint32_t before = DWT_CYCCNT;
    if (DWT_CYCCNT == before) {
        say("ok (no cycle counter)\n");
        return;
    }
    table[16] = timed0;
    table[17] = timed1;
    ISER = 3;
    IPR(1) = 0x10;
    /* Both at once: the second tail-chains. */
    __asm__ volatile("ldr r2, [%2]\n str %1, [%0]\n nop\n nop\n nop\n nop\n ldr r3, [%2]\n str r2, [%3]\n str r3, [%3, #12]"
                     ::"r"(&ISPR), "r"(3), "r"(&DWT_CYCCNT), "r"(times)
                     : "r2", "r3", "memory");
    /* Between two readings lie loads and stores of 2 cycles, BX of 3, NOPs of 1 (TRM, 18.2), and what is asked for. */
    check("entry takes 12 cycles", times[1] - times[0] - 3 * 2, 12);
    check("tail-chaining takes 6", times[2] - times[1] - (4 * 2 + 3), 6);
    check("return takes 12", times[3] - times[2] - (3 * 2 + 3 + 4), 12);
}

/* Late arrival: SysTick, the more urgent, comes ever earlier round the entry of interrupt 0: while that one's handler runs, while it is
 * being entered, before it is pending. */
extern volatile uint32_t begun, ticked;
volatile uint32_t begun, ticked;
static volatile uint32_t nested, arrived_late, before, halfway, wrong_frame;
void tick_entry(void);
void tick_arrived(uint32_t link);

__attribute__((naked)) void tick_entry(void)
{
    __asm__("mov r0, lr\n b tick_arrived");
}

void tick_arrived(uint32_t link)
{
    uint32_t active = IABR & 1, pending = ISPR & 1;
    SYST_CSR = 0;
    ticked = 1;
    /* Until its first instruction an exception can be put back, and then there is one frame, that of thread mode. */
    if (active && begun)
        nested++;
    else if (active)
        halfway++;
    else if (pending)
        arrived_late++;
    else
        before++;
    wrong_frame += link != (active ? 0xFFFFFFF1 : 0xFFFFFFF9);
}

/* Its first instruction tells that it has begun: R4 and R5 are those of thread mode. Then it waits for SysTick. */
__attribute__((naked)) static void irq_begins(void)
{
    __asm__("str r5, [r4]\n ldr r0, =ticked\n 1: ldr r1, [r0]\n cmp r1, #0\n beq 1b\n bx lr");
}

/* Interrupt 0 becomes pending this many turns of a loop after SysTick was started. */
static void pend_after(uint32_t turns)
{
    __asm__ volatile("mov r4, %0\n movs r5, #1\n mov r6, %1\n movs r7, #7\n"
                     "str r7, [%2]\n 1: subs r6, #1\n bne 1b\n str r5, [%3]\n nop\n nop\n nop\n nop"
                     ::"r"(&begun), "r"(turns), "r"(&SYST_CSR), "r"(&ISPR)
                     : "r4", "r5", "r6", "r7", "cc", "memory");
}

static void late(void)
{
    start_over();
    table[15] = tick_entry;
    table[16] = irq_begins;
    IPR(0) = 0x80;
    ISER = 1;
    /* A turn takes four cycles, so that the four reload values let no cycle out. Where a tick is many instructions long, it takes more
     * turns to get past it. */
    for (uint32_t turns = 1, passed = 0; turns < 20000 && passed < 40; turns++)
        for (uint32_t reload = 63; reload >= 60; reload--) {
            SYST_RVR = reload;
            SYST_CVR = 0;
            begun = ticked = 0;
            uint32_t earlier = before;
            pend_after(turns);
            while (!ticked || !begun) {
            }
            passed += before - earlier;
        }
    check("late arrival: some come in the handler, and nest", nested > 0, 1);
    check("late arrival: some come before", before > 0, 1);
    check("late arrival: none finds an exception active that has not begun", halfway, 0);
    check("late arrival: one frame, or two where it nests", wrong_frame, 0);
    DEMCR = 1u << 24;
    DWT_CTRL = 1;
    uint32_t cycle = DWT_CYCCNT;
    if (DWT_CYCCNT == cycle)
        say("ok (entry takes no time)\n");
    else
        check("late arrival: as many cycles long as the entry", arrived_late >= 12 && arrived_late <= 15, 1);
}

/* A bus fault that HardFault's priority is allowed to ignore (B3.2.8). Last, since QEMU 7.2 gives up here. */
static void ignored(void)
{
    start_over();
    CCR = 0x300;
    set_faultmask(1);
    load(0xA0000000);
    set_faultmask(0);
    check("BFHFNMIGN under FAULTMASK", faults, 0);
}

void reset_handler(void)
{
    for (uint32_t *to = ld_bss_start; to < ld_bss_end;)
        *to++ = 0;
    VTOR = (uint32_t)(uintptr_t)table;
    check("VTOR takes a table in RAM", VTOR, (uint32_t)(uintptr_t)table);
    nesting();
    grouping();
    masks();
    calls();
    late();
    process();
    table[16] = irq_restore;
    faults = 0;
    /* Thread mode is unprivileged here; an SVC handler gives it back. */
    table[11] = irq_restore;
    __asm__ volatile("svc #0" ::: "memory");
    fault_kinds();
    returns();
    sleeping();
    timing();
    ignored();
    say("ok done\n");
    finish();
}

__attribute__((section(".vectors"), used)) void *const vector_table[16] = {
    &ld_stack_top, reset_handler, unexpected, unexpected, unexpected, unexpected, unexpected,
    0, 0, 0, 0, unexpected, unexpected, 0, unexpected, unexpected,
};
