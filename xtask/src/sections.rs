//! Measures the flash and RAM that a program takes, by the sections of its ELF file.

use object::{Object, ObjectSection, SectionFlags, SectionKind, elf};

use crate::prelude::*;

/// Bytes of an ELF file's sections, as the device has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Code and constants, blob included: flash only.
    pub text: u64,
    /// Statics with a value: in flash and in RAM.
    pub data: u64,
    /// Statics that begin as zeros: RAM only.
    pub bss: u64,
}

impl Size {
    /// Returns the bytes in flash.
    pub fn flash(self) -> u64 {
        self.text + self.data
    }

    /// Returns the bytes in RAM besides the stack.
    pub fn ram(self) -> u64 {
        self.data + self.bss
    }
}

/// Measures an ELF file.
pub fn of(path: &Path) -> Result<Size> {
    let bytes = shell::read(path)?;
    let file = object::File::parse(&*bytes).with_context(|| relative(path))?;
    let mut size = Size::default();
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags } = section.flags() else { continue };
        // The linker scripts reserve heap and stack as sections: no static is in them. That of
        // esp-hal reserves addresses of code as many as there are of constants.
        if sh_flags & u64::from(elf::SHF_ALLOC) == 0
            || matches!(section.name(), Ok(".stack" | ".heap" | ".rotext_dummy"))
        {
            continue;
        }
        match section.kind() {
            SectionKind::UninitializedData => size.bss += section.size(),
            SectionKind::Data => size.data += section.size(),
            // A model that is copied into RAM is not writable, but lies there.
            _ if section.name() == Ok(".data") => size.data += section.size(),
            _ => size.text += section.size(),
        }
    }
    Ok(size)
}

/// Returns a number with commas between its thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
