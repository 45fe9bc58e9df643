/* Start-up code for QEMU's MPS2 boards: memory, the FPU where there is one, and newlib's
 * semihosting, by which printf and the exit code reach the host. */
#include <stdint.h>
#include <stdlib.h>

extern uint32_t data_start[], data_end[], data_load[], bss_start[], bss_end[], stack_top[];
extern void initialise_monitor_handles(void);
extern int main(void);

void reset(void) {
    const uint32_t *from = data_load;
    for (uint32_t *to = data_start; to < data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *to = bss_start; to < bss_end;) {
        *to++ = 0;
    }
#if defined(__ARM_FP)
    /* CPACR: full access to coprocessors 10 and 11. */
    *(volatile uint32_t *)0xE000ED88u |= 0xFu << 20;
#endif
    initialise_monitor_handles();
    exit(main());
}

static void fault(void) {
    exit(70);
}

/* The first entries of the vector table: initial stack, reset, NMI and HardFault. */
static const struct {
    uint32_t *stack;
    void (*handlers[3])(void);
} vectors __attribute__((section(".vectors"), used)) = {stack_top, {reset, fault, fault}};
