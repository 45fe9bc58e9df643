//! What of the library is in a program, from the linker's map: by function, and in all.

use std::collections::BTreeMap;

use super::LIBRARY;
use crate::prelude::*;

/// How many of the largest functions are shown.
const SHOWN: usize = 8;

/// Prints the bytes of flash that the library's code and tables take, and its largest parts. What
/// the library brings along of Rust's compiler_builtins, division for one, is counted by itself:
/// it takes the place of the C compiler's own.
pub fn print(map: &Path) -> Result<()> {
    let text = shell::text(map)?;
    let mut sizes = BTreeMap::<String, u64>::new();
    let mut builtins = 0;
    for (section, size, from) in parts(&text) {
        if from.contains("compiler_builtins") {
            builtins += size;
        } else {
            *sizes.entry(section).or_default() += size;
        }
    }
    let all: u64 = sizes.values().sum();
    ensure!(all > 0, "{}: nothing of {LIBRARY}", relative(map));
    println!("  gan: {all} bytes of flash, and {builtins} of compiler_builtins");
    let mut largest: Vec<_> = sizes.into_iter().collect();
    largest.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    for (section, size) in largest.iter().take(SHOWN) {
        println!("  {size:>6}  {section}");
    }
    Ok(())
}

/// Returns the sections that the linker kept of the library: name, bytes, and the file they are
/// from. In the map a long name stands on a line of its own.
fn parts(map: &str) -> Vec<(String, u64, String)> {
    let mut found = Vec::new();
    let mut name = "";
    // Before this line the map lists what was thrown away.
    let kept = map.split_once("Linker script and memory map").map_or("", |(_, kept)| kept);
    for line in kept.lines() {
        let mut words = line.split_whitespace();
        if let Some(first) = words.next().filter(|_| line.starts_with(" .")) {
            name = first;
        } else {
            words = line.split_whitespace();
        }
        let (Some(address), Some(size), Some(from)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        let is_flash = [".text", ".rodata"].iter().any(|section| name.starts_with(section));
        if !is_flash || !address.starts_with("0x") || !from.contains(LIBRARY) {
            continue;
        }
        let size = u64::from_str_radix(size.trim_start_matches("0x"), 16).unwrap_or(0);
        if size > 0 {
            found.push((short(name), size, from.to_owned()));
        }
    }
    found
}

/// Returns a section's name without what all begin with, and without a hash.
fn short(section: &str) -> String {
    let name = section.trim_start_matches(".text.").trim_start_matches(".rodata.");
    let name = name.split("17h").next().unwrap_or(name);
    name.trim_start_matches("unlikely.").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_of_the_library_are_counted_once() {
        let map = "\
 .text.thrown_away
                0x00000000       0x40 a/libgan_c.a(x.o)
Linker script and memory map
 .text.reset    0x00000010       0x20 /tmp/start.o
 .text.gan_abi_version
                0x00000030       0x06 a/libgan_c.a(x.o)
 .rodata..L1    0x00000040      0x100 a/libgan_c.a(x.o)
 .text.empty    0x00000040        0x0 a/libgan_c.a(x.o)
 .bss.place     0x20000000       0x10 a/libgan_c.a(x.o)
";
        let parts = parts(map);
        assert_eq!(parts.iter().map(|(_, size, _)| size).sum::<u64>(), 0x106);
        assert_eq!(parts[0].0, "gan_abi_version");
    }
}
