//! gan.h says what the library has: numbers, sizes and offsets, as compilers of C11 and C++17 see
//! them.

use gan_c::exports::ABI_VERSION;
use gan_c::status::ALL;
use gan_c::types::{GENERATOR_WORDS, GanGenerator, GanInfo, GanInput, NAME_SIZE};
use std::fmt::Write as _;
use std::mem::offset_of;
use std::process::{Command, Stdio};

const HEADER: &str = include_str!("../include/gan.h");
const EXPORTS: &str =
    concat!(include_str!("../src/exports.rs"), include_str!("../src/exports/transform.rs"));

/// Compiles a text without a warning; false if there is no such compiler.
fn compiles([compiler, language, standard]: [&str; 3], text: &str) -> bool {
    let include = concat!("-I", env!("CARGO_MANIFEST_DIR"), "/include");
    let flags = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only", include];
    let mut command = Command::new(compiler);
    command.args(flags).args([standard, "-x", language, "-"]).stdin(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        println!("SKIPPED: no {compiler}");
        return false;
    };
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{compiler} {standard}");
    true
}

const COMPILERS: [[&str; 3]; 2] = [["cc", "c", "-std=c11"], ["c++", "c++", "-std=c++17"]];

#[test]
fn numbers_sizes_and_offsets_are_the_librarys() {
    let mut text = "#include <gan.h>\n#include <assert.h>\n#include <stddef.h>\n".to_owned();
    let mut is = |expression: &str, value: usize| {
        let _ = writeln!(text, "static_assert({expression} == {value}, \"{value}\");");
    };
    for &(name, code) in ALL {
        is(name, code as usize);
    }
    is("GAN_ABI_VERSION", ABI_VERSION as usize);
    is("GAN_GENERATOR_WORDS", GENERATOR_WORDS);
    is("GAN_NAME_SIZE", NAME_SIZE);
    is("sizeof(gan_status)", size_of::<i32>());
    is("sizeof(gan_generator)", size_of::<GanGenerator>());
    is("sizeof(gan_info)", size_of::<GanInfo>());
    macro_rules! offsets {
        ($($field:ident),*) => {
            $(is(
                concat!("offsetof(gan_info, ", stringify!($field), ")"),
                offset_of!(GanInfo, $field),
            );)*
        };
    }
    offsets!(
        macs,
        crc,
        blob_len,
        latent_len,
        classes,
        width,
        height,
        channels,
        pixels_len,
        line_len,
        scratch_len,
        is_native,
        makes_numbers,
        image_width,
        image_height,
        image_channels,
        image_len,
        mask_width,
        mask_height,
        mask_len,
        codes_len,
        name
    );
    is("sizeof(gan_input)", size_of::<GanInput>());
    is("offsetof(gan_input, label)", offset_of!(GanInput, label));
    is("offsetof(gan_input, mask)", offset_of!(GanInput, mask));
    is("offsetof(gan_input, latent_len)", offset_of!(GanInput, latent_len));
    for compiler in COMPILERS {
        compiles(compiler, &text);
    }
    // The assertions are looked at.
    if let Ok(wrong) = std::panic::catch_unwind(|| {
        let wrong = "#include <gan.h>\n#include <assert.h>\nstatic_assert(GAN_OK == 1, \"\");\n";
        compiles(COMPILERS[0], wrong)
    }) {
        assert!(!wrong, "a wrong assertion compiles");
    }
}

#[test]
fn every_function_is_declared_and_every_code_is_the_librarys() {
    let functions: Vec<&str> = EXPORTS
        .split("extern \"C\" fn ")
        .skip(1)
        .filter_map(|rest| rest.split('(').next())
        .filter(|name| name.starts_with("gan_"))
        .collect();
    assert_eq!(functions.len(), 10, "{functions:?}");
    for name in &functions {
        assert!(HEADER.contains(&format!("{name}(")), "gan.h lacks {name}");
    }
    let declared = |line: &&str| line.starts_with("    GAN_") && line.contains(" = ");
    assert_eq!(HEADER.lines().filter(declared).count(), ALL.len());
    for line in HEADER.lines() {
        assert!(line.len() <= 100, "{line}");
    }
}
