    // The wrappers and the handler for Cortex-M cores. The instructions are those of Armv6-M, so
    // that one text serves all cores. What only some cores have is given by its encoding, and
    // jumped over on the others.
    .syntax unified
    .thumb

    // A wrapper hands on the address of its function in r12, which any function may change.
    .macro gan_check_wrap name
    .weak __real_\name
    .global __wrap_\name
    .type __wrap_\name, %function
    .p2align 2
    .thumb_func
__wrap_\name:
    push {{r0, r1}}
    ldr r0, 8f
    mov r12, r0
    pop {{r0, r1}}
    b .Lgan_check_call
    .p2align 2
8:  .word __real_\name
    .endm

    .section .text.gan_check, "ax", %progbits
    .p2align 2
    gan_check_wrap gan_core_armv6m_rows
    gan_check_wrap gan_core_armv7m_rows
    gan_check_wrap gan_core_dsp_lanes
    gan_check_wrap gan_core_dsp_pair
    gan_check_wrap gan_core_dsp_row
    gan_check_wrap gan_core_dsp_rows
    gan_check_wrap gan_core_half_rows
    gan_check_wrap gan_core_half_rows_16
    gan_check_wrap gan_core_half_rows_32
    gan_check_wrap gan_core_mve_row
    gan_check_wrap gan_core_mve_rows
    gan_check_wrap gan_core_mve_stage

.Lgan_check_call:
    // What the caller has in its registers; the word below is for the result.
    push {{r4-r7, lr}}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {{r4-r7}}
    sub sp, #4

    ldr r4, 7f
    .if {floats}
    ldr r5, [r4, #{has_floats}]
    cmp r5, #0
    beq 1f
    .inst.w 0xED2D8B10 // vpush {{d8-d15}}
    // A rounding mode and a treatment of small numbers that are not those after a reset.
    .inst.w 0xEEF15A10 // vmrs r5, fpscr
    str r5, [r4, #{kept}]
    ldr r6, 8f
    orrs r5, r6
    .inst.w 0xEEE15A10 // vmsr fpscr, r5
    .inst.w 0xEEF15A10 // vmrs r5, fpscr
    str r5, [r4, #{before_fpscr}]
    mov r5, r4
    adds r5, #{before_floats}
    .inst.w 0xEC958A10 // vldmia r5, {{s16-s31}}
1:
    .endif
    mov r5, sp
    str r5, [r4, #{before_sp}]
    mrs r5, primask
    str r5, [r4, #{before_primask}]
    ldr r5, [r4, #{calls}]
    adds r5, #1
    str r5, [r4, #{calls}]
    movs r5, #1
    str r5, [r4, #{inside}]
    adds r4, #{before} + 16
    ldm r4, {{r4-r7}}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    ldr r4, 7f
    adds r4, #{before}
    ldm r4, {{r4-r7}}
    blx r12

    mov r12, r0
    ldr r2, 7f
    movs r3, #0
    str r3, [r2, #{inside}]
    mov r1, sp
    ldr r3, [r2, #{before_sp}]
    mov sp, r3
    movs r3, #{after}
    adds r2, r2, r3
    stm r2!, {{r4-r7}}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    stm r2!, {{r4-r7}}
    str r1, [r2]
    mrs r1, primask
    str r1, [r2, #4]
    .if {floats}
    ldr r3, 7f
    ldr r4, [r3, #{has_floats}]
    cmp r4, #0
    beq 2f
    .inst.w 0xEEF14A10 // vmrs r4, fpscr
    str r4, [r2, #8]
    adds r2, #12
    .inst.w 0xEC828A10 // vstmia r2, {{s16-s31}}
    ldr r4, [r3, #{kept}]
    .inst.w 0xEEE14A10 // vmsr fpscr, r4
    .inst.w 0xECBD8B10 // vpop {{d8-d15}}
2:
    .endif
    mov r4, r12
    str r4, [sp]
    bl gan_check_compare
    ldr r0, [sp]
    add sp, #4
    pop {{r4-r7}}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {{r4-r7, pc}}
    .p2align 2
7:  .word gan_check_watch
8:  .word 0x03C00000 // DN, FZ, and RMode: towards zero

    .section .text.SysTick, "ax", %progbits
    .global SysTick
    .type SysTick, %function
    .p2align 2
    .thumb_func
SysTick:
    ldr r0, 7f
    ldr r1, [r0, #{ticks}]
    adds r1, #1
    str r1, [r0, #{ticks}]
    ldr r1, [r0, #{inside}]
    cmp r1, #0
    beq 1f
    ldr r2, [r0, #{ticks_inside}]
    adds r2, #1
    str r2, [r0, #{ticks_inside}]
    // The bit of the place, from the pc that the exception put on the stack.
    ldr r1, [sp, #24]
    lsrs r1, r1, #1
    ldr r2, 8f
    ands r1, r2
    lsrs r2, r1, #3
    movs r3, #7
    ands r1, r3
    movs r3, #1
    lsls r3, r1
    movs r1, #{places}
    adds r0, r0, r1
    ldrb r1, [r0, r2]
    orrs r1, r3
    strb r1, [r0, r2]
1:  ldr r0, 7f
    .if {floats}
    ldr r1, [r0, #{has_floats}]
    cmp r1, #0
    beq 2f
    .inst.w 0xEC900A10 // vldmia r0, {{s0-s15}}
    .inst.w 0xEEF11A10 // vmrs r1, fpscr
    ldr r2, 9f
    orrs r1, r2
    .inst.w 0xEEE11A10 // vmsr fpscr, r1
2:  ldr r1, [r0, #{has_dsp}]
    cmp r1, #0
    beq 3f
    ldr r2, 9f
    mov r3, r2
    .inst.w 0xFA82F103 // sadd8 r1, r2, r3, which sets GE
    .inst.w 0xFA83F182 // qadd r1, r2, r3, which sets Q
3:  ldr r1, [r0, #{has_vectors}]
    cmp r1, #0
    beq 4f
    .inst.w 0xF001E801 // vctp.8 r1, which sets VPR
4:
    .endif
    ldr r0, 9f
    mov r1, r0
    mov r2, r0
    mov r3, r0
    mov r12, r0
    bx lr
    .p2align 2
7:  .word gan_check_watch
8:  .word {place_mask}
9:  .word 0xF800009F // of FPSCR what functions may change; elsewhere any number
    .purgem gan_check_wrap
    .text
