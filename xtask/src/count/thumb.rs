//! Decodes Thumb instructions, as far as their cost depends on what they are.
//!
//! This is a decoder of its own because it is one page. A disassembler would be one more thing to
//! install, and its versions write the same instruction in different ways. The encodings are those
//! of Arm's Armv7-M Architecture Reference Manual, chapter A5.

/// What an instruction does, for its cost. Jumps are not told apart: the plugin counts those that
/// were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A load of one register.
    Load,
    /// A store of one register.
    Store,
    /// A load or store of this many registers: LDM, STM, PUSH, POP, LDRD, STRD.
    Multiple(u32),
    /// A multiplication with 32 bits of result and an addition or subtraction: MLA, MLS.
    MultiplyAdd,
    /// A multiplication with 64 bits of result: UMULL, SMULL.
    LongMultiply,
    /// A multiplication with 64 bits of result and an addition: UMLAL, SMLAL, UMAAL.
    LongMultiplyAdd,
    /// A division: UDIV, SDIV.
    Divide,
    /// A call: BL.
    Call,
    /// Any other instruction.
    Other,
}

/// Returns the class of the instruction that begins with these halfwords; the second does not
/// matter if it has only one.
pub fn class(first: u16, second: u16) -> Class {
    if is_wide(first) { wide(first, second) } else { narrow(first) }
}

fn is_wide(first: u16) -> bool {
    first >> 11 >= 0b11101
}

fn narrow(code: u16) -> Class {
    let registers = (code & 0xFF).count_ones();
    match code >> 12 {
        // LDR (literal), from the constants behind the code.
        0b0100 if code & 0x0800 != 0 => Class::Load,
        // Register offset: STR, STRH, STRB, then five loads.
        0b0101 if code >> 9 & 7 < 3 => Class::Store,
        0b0101 => Class::Load,
        0b0110..=0b1001 if code & 0x0800 == 0 => Class::Store,
        0b0110..=0b1001 => Class::Load,
        // PUSH and POP may have LR or PC as one more register.
        0b1011 if code & 0x0600 == 0x0400 => Class::Multiple(registers + u32::from(code >> 8 & 1)),
        0b1100 => Class::Multiple(registers),
        _ => Class::Other,
    }
}

fn wide(first: u16, second: u16) -> Class {
    match first >> 8 & 0xFE {
        0xE8 if first & 0x0040 == 0 => Class::Multiple(second.count_ones()),
        // LDRD and STRD have one of the bits P and W; the others are exclusive accesses and table
        // jumps.
        0xE8 if first & 0x0120 != 0 => Class::Multiple(2),
        0xE8 => Class::Load,
        0xF8 if first & 0x0010 == 0 => Class::Store,
        0xF8 => Class::Load,
        0xFA => match (first >> 4 & 0x1F, second >> 12, second >> 4 & 0xF) {
            // Without a register to add, the instruction is MUL.
            (0x10, 0xF, _) => Class::Other,
            (0x10, ..) => Class::MultiplyAdd,
            (0x18 | 0x1A, ..) => Class::LongMultiply,
            (0x19 | 0x1B, ..) => Class::Divide,
            (0x1C | 0x1E, ..) => Class::LongMultiplyAdd,
            _ => Class::Other,
        },
        0xF0..=0xF6 if second & 0xD000 == 0xD000 => Class::Call,
        _ => Class::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Encodings by LLVM's assembler.
    #[test]
    fn classes() {
        for (text, code, expected) in [
            ("ldr r0, [r1, #4]", 0x6848_u32, Class::Load),
            ("ldr r3, [pc, #8]", 0x4B02, Class::Load),
            ("ldrb r0, [r1, #3]", 0x78C8, Class::Load),
            ("ldrsb r0, [r1, r2]", 0x5688, Class::Load),
            ("ldrh r0, [r1, #2]", 0x8848, Class::Load),
            ("ldr r0, [sp, #4]", 0x9801, Class::Load),
            ("str r0, [r1, #4]", 0x6048, Class::Store),
            ("strb r0, [r1, r2]", 0x5488, Class::Store),
            ("strh r0, [r1, #2]", 0x8048, Class::Store),
            ("str r0, [sp, #4]", 0x9001, Class::Store),
            ("push {r4, r5, lr}", 0xB530, Class::Multiple(3)),
            ("pop {r4, pc}", 0xBD10, Class::Multiple(2)),
            ("ldm r0!, {r1, r2, r3}", 0xC80E, Class::Multiple(3)),
            ("stm r0!, {r1, r2}", 0xC006, Class::Multiple(2)),
            ("add sp, #8", 0xB002, Class::Other),
            ("cbz r0, 0f", 0xB108, Class::Other),
            ("muls r0, r1, r0", 0x4348, Class::Other),
            ("b 0f", 0xE7FF, Class::Other),
            ("bx lr", 0x4770, Class::Other),
            ("uxtb r0, r1", 0xB2C8, Class::Other),
            ("it eq", 0xBF08, Class::Other),
            ("ldr.w r0, [r1], #4", 0xF851_0B04, Class::Load),
            ("ldrsh.w r0, [r1, #-2]", 0xF931_0C02, Class::Load),
            ("ldrb.w r8, [r9, r10]", 0xF819_800A, Class::Load),
            ("ldrex r0, [r1]", 0xE851_0F00, Class::Load),
            ("str.w r8, [r1, #4]!", 0xF841_8F04, Class::Store),
            ("ldmia.w r0!, {r1, r8, r9, r10}", 0xE8B0_0702, Class::Multiple(4)),
            ("push.w {r4, r8, lr}", 0xE92D_4110, Class::Multiple(3)),
            ("ldrd r0, r1, [r2, #8]", 0xE9D2_0102, Class::Multiple(2)),
            ("strd r0, r1, [r2], #8", 0xE8E2_0102, Class::Multiple(2)),
            ("mul r8, r1, r2", 0xFB01_F802, Class::Other),
            ("mla r0, r1, r2, r3", 0xFB01_3002, Class::MultiplyAdd),
            ("mls r0, r1, r2, r3", 0xFB01_3012, Class::MultiplyAdd),
            ("smlad r0, r1, r2, r3", 0xFB21_3002, Class::Other),
            ("umull r0, r1, r2, r3", 0xFBA2_0103, Class::LongMultiply),
            ("smlal r0, r1, r2, r3", 0xFBC2_0103, Class::LongMultiplyAdd),
            ("umlal r0, r1, r2, r3", 0xFBE2_0103, Class::LongMultiplyAdd),
            ("udiv r0, r1, r2", 0xFBB1_F0F2, Class::Divide),
            ("sdiv r0, r1, r2", 0xFB91_F0F2, Class::Divide),
            ("bl 0f", 0xF000_F800, Class::Call),
            ("beq.w 0f", 0xF000_8000, Class::Other),
            ("b.w 0f", 0xF000_B800, Class::Other),
            ("dsb", 0xF3BF_8F4F, Class::Other),
            ("movw r0, #0x5678", 0xF245_6078, Class::Other),
            ("mrs r0, apsr", 0xF3EF_8000, Class::Other),
        ] {
            let (first, second) = ((code >> 16) as u16, code as u16);
            let (first, second) = if first == 0 { (second, 0) } else { (first, second) };
            assert_eq!(class(first, second), expected, "{text}");
        }
    }
}
