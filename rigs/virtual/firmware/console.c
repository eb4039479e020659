#include "console.h"

#include "interrupts.h"
#include "line.h"
#include "stm32f103.h"

/* Powers of two. The longest answer, a full PROG LIST, is under 640 bytes: it never waits for the wire. */
enum { TX_SIZE = 1024, RX_SIZE = 256 };

static uint8_t s_tx[TX_SIZE], s_rx[RX_SIZE];
/* Heads are where bytes go in, tails where they come out; both only grow. */
static volatile uint32_t s_tx_head, s_tx_tail, s_rx_head, s_rx_tail;

void console_start(void)
{
    RCC->APB2ENR |= RCC_APB2ENR_IOPAEN | RCC_APB2ENR_USART1EN;
    USART1->BRR = 69; /* 8 MHz / 69 = 115942 Bd: 0.6 % fast */
    USART1->CR1 = USART_CR1_UE | USART_CR1_TE;
    /* The pins after the transmitter: one without it would pull TX low, which reads as a break. RX is pulled up: an
     * open line is an idle line. PA9 alternate function push-pull, PA10 input with pull. */
    GPIOA->BSRR = 1u << 10;
    GPIOA->CRH = (GPIOA->CRH & ~(0xFFu << 4)) | 0x8Au << 4;
    USART1->CR1 = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE | USART_CR1_RXNEIE;
    irq_enable(IRQ_USART1);
}

static void put(uint8_t byte)
{
    while (s_tx_head - s_tx_tail == TX_SIZE) {
    }
    s_tx[s_tx_head % TX_SIZE] = byte;
    interrupts_off();
    s_tx_head++;
    USART1->CR1 |= USART_CR1_TXEIE;
    interrupts_on();
}

void console_write(const char *s)
{
    for (; *s; s++)
        put((uint8_t)*s);
}

void console_flush(void)
{
    while (s_tx_head != s_tx_tail) {
    }
    for (uint32_t n = 10000; !(USART1->SR & USART_SR_TC) && n; n--) {
    }
}

bool console_read(uint8_t *byte)
{
    if (s_rx_head == s_rx_tail)
        return false;
    *byte = s_rx[s_rx_tail % RX_SIZE];
    s_rx_tail++;
    return true;
}

static void receive(uint8_t byte)
{
    uint32_t filled = s_rx_head - s_rx_tail;
    if (filled == RX_SIZE)
        return;
    /* The last place is kept for the mark that bytes are missing from here on. */
    s_rx[s_rx_head % RX_SIZE] = filled == RX_SIZE - 1 ? (uint8_t)LINE_LOST : byte;
    s_rx_head++;
    g_events |= EVENT_RECEIVED;
}

void usart1_handler(void)
{
    uint32_t status = USART1->SR;
    if (status & (USART_SR_RXNE | USART_SR_ORE)) {
        uint8_t byte = (uint8_t)USART1->DR; /* this read clears the error flags too */
        bool framing = status & USART_SR_FE;
        if (framing && byte == 0) {
            /* A break: the other side has no power or is only just plugged in. */
        } else if ((status & USART_SR_NE) || framing) {
            receive(LINE_LOST);
        } else if (status & USART_SR_RXNE) {
            receive(byte == LINE_LOST ? 0 : byte);
        }
        /* An overrun lost what came after the byte just read. */
        if (status & USART_SR_ORE)
            receive(LINE_LOST);
    }
    if ((status & USART_SR_TXE) && (USART1->CR1 & USART_CR1_TXEIE)) {
        if (s_tx_head != s_tx_tail) {
            USART1->DR = s_tx[s_tx_tail % TX_SIZE];
            s_tx_tail++;
        }
        if (s_tx_head == s_tx_tail)
            USART1->CR1 &= ~USART_CR1_TXEIE;
    }
}
