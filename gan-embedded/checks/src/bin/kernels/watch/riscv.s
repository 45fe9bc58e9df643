    // The wrappers and the handler for RV32. A wrapper hands on the address of its function in t0,
    // which any function may change.
    .macro gan_check_wrap name
    .weak __real_\name
    .global __wrap_\name
    .type __wrap_\name, @function
__wrap_\name:
    la t0, __real_\name
    j .Lgan_check_call
    .endm

    .macro gan_check_each instruction, first, base
    \instruction s0, \first(\base)
    \instruction s1, \first + 4(\base)
    \instruction s2, \first + 8(\base)
    \instruction s3, \first + 12(\base)
    \instruction s4, \first + 16(\base)
    \instruction s5, \first + 20(\base)
    \instruction s6, \first + 24(\base)
    \instruction s7, \first + 28(\base)
    \instruction s8, \first + 32(\base)
    \instruction s9, \first + 36(\base)
    \instruction s10, \first + 40(\base)
    \instruction s11, \first + 44(\base)
    .endm

    // What the interrupted code has in the registers that functions may change.
    .macro gan_check_changeable instruction
    \instruction t0, 0(sp)
    \instruction t1, 4(sp)
    \instruction t2, 8(sp)
    \instruction t3, 12(sp)
    \instruction t4, 16(sp)
    \instruction t5, 20(sp)
    \instruction t6, 24(sp)
    \instruction a0, 28(sp)
    \instruction a1, 32(sp)
    \instruction a2, 36(sp)
    \instruction a3, 40(sp)
    \instruction a4, 44(sp)
    \instruction a5, 48(sp)
    \instruction a6, 52(sp)
    \instruction a7, 56(sp)
    \instruction ra, 60(sp)
    .endm

    .section .text.gan_check, "ax", @progbits
    .p2align 2
    gan_check_wrap gan_core_half_rows
    gan_check_wrap gan_core_rv32im_rows

.Lgan_check_call:
    addi sp, sp, -64
    gan_check_each sw, 0, sp
    sw ra, 48(sp)
    la t1, gan_check_watch
    sw sp, {before_sp}(t1)
    sw gp, {before_gp}(t1)
    sw tp, {before_tp}(t1)
    csrr t2, mstatus
    andi t2, t2, 8
    sw t2, {before_mie}(t1)
    lw t2, {calls}(t1)
    addi t2, t2, 1
    sw t2, {calls}(t1)
    li t2, 1
    sw t2, {inside}(t1)
    gan_check_each lw, {before}, t1
    jalr t0

    la t1, gan_check_watch
    sw zero, {inside}(t1)
    gan_check_each sw, {after}, t1
    sw sp, {after_sp}(t1)
    sw gp, {after_gp}(t1)
    sw tp, {after_tp}(t1)
    csrr t2, mstatus
    andi t2, t2, 8
    sw t2, {after_mie}(t1)
    lw sp, {before_sp}(t1)
    lw gp, {before_gp}(t1)
    lw tp, {before_tp}(t1)
    sw a0, 52(sp)
    call gan_check_compare
    lw a0, 52(sp)
    lw ra, 48(sp)
    gan_check_each lw, 0, sp
    addi sp, sp, 64
    ret

    // The handler of every trap. What is no interrupt of the timer goes to the handler before.
    .section .text.gan_check_trap, "ax", @progbits
    .p2align 2
    .global gan_check_trap
    .type gan_check_trap, @function
gan_check_trap:
    addi sp, sp, -64
    gan_check_changeable sw
    la a0, gan_check_watch
    csrr t0, mcause
    li t1, 0x80000007
    beq t0, t1, 1f
    lw t0, {kept}(a0)
    addi sp, sp, 64
    jr t0
1:  lw t0, {ticks}(a0)
    addi t0, t0, 1
    sw t0, {ticks}(a0)
    lw t0, {inside}(a0)
    beqz t0, 2f
    lw t0, {ticks_inside}(a0)
    addi t0, t0, 1
    sw t0, {ticks_inside}(a0)
    // The bit of the place.
    csrr t0, mepc
    srli t0, t0, 1
    li t1, {place_mask}
    and t0, t0, t1
    srli t1, t0, 5
    slli t1, t1, 2
    add a0, a0, t1
    li t1, 1
    sll t1, t1, t0
    lw t2, {places}(a0)
    or t2, t2, t1
    sw t2, {places}(a0)
    // The next interrupt; none may come while only half of the comparison is written.
2:  li a0, {mtimecmp}
    lw t0, 0(a0)
    lw t1, 4(a0)
    li t2, {period}
    add t2, t0, t2
    sltu t0, t2, t0
    add t1, t1, t0
    li t0, -1
    sw t0, 4(a0)
    sw t2, 0(a0)
    sw t1, 4(a0)
    gan_check_changeable lw
    addi sp, sp, 64
    mret
    .purgem gan_check_wrap
    .purgem gan_check_each
    .purgem gan_check_changeable
    .text
