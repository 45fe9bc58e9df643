//! `gan export --c`: C source that compilers take, with the bytes that `gan pack` writes.

mod common;

use common::{fail, folder, succeed};
use std::fs;
use std::path::Path;
use std::process::Command;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");
const IMAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/stylize.gan");

const MASK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/v3-mask.gan");

/// Prints the sizes, and then the blob.
const PROGRAM: &str = r#"
#include "gan_model.h"
#include <stdio.h>
int main(void) {
    printf("%u %u %u %u %u %u %u %08x %u\n", GAN_MODEL_LATENT_LEN, GAN_MODEL_CLASSES,
        GAN_MODEL_WIDTH, GAN_MODEL_HEIGHT, GAN_MODEL_CHANNELS, GAN_MODEL_PIXELS_LEN,
        GAN_MODEL_LINE_LEN, GAN_MODEL_CRC, (unsigned)((uintptr_t)gan_model % 16));
    return fwrite(gan_model, 1, GAN_MODEL_LEN, stdout) == GAN_MODEL_LEN ? 0 : 1;
}
"#;

/// Compiles both files with a compiler, and returns what the program prints.
fn compiled(path: &Path, [compiler, language, standard]: [&str; 3]) -> Option<Vec<u8>> {
    let flags = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-x", language, standard];
    let mut command = Command::new(compiler);
    command.current_dir(path).args(flags).args(["main.c", "c/gan_model.c", "-Ic", "-o", "main"]);
    let Ok(output) = command.output() else {
        println!("SKIPPED: no {compiler}");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = Command::new(path.join("main")).output().unwrap();
    assert!(output.status.success());
    Some(output.stdout)
}

#[test]
fn c_source_compiles_and_has_the_packed_blob() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("main.c"), PROGRAM).unwrap();
    let inspected = succeed(path, &format!("inspect {MODEL}"));
    let crc = inspected.lines().next().unwrap().rsplit(' ').next().unwrap().to_owned();
    for (core, packing) in
        [("--target cortex-m4", "paired-halfword"), ("--board pico", "byte-lane")]
    {
        let written = succeed(path, &format!("export {MODEL} --c c {core}"));
        assert_eq!(written, "c/gan_model.h\nc/gan_model.c\n");
        succeed(path, &format!("pack {MODEL} {core} -o packed.gan"));
        let header = fs::read_to_string(path.join("c/gan_model.h")).unwrap();
        assert!(header.contains(packing), "{header}");
        let blob = fs::read(path.join("packed.gan")).unwrap();
        let expected = [format!("16 10 8 8 1 64 8 {crc} 0\n").as_bytes(), &blob].concat();
        for compiler in [["cc", "c", "-std=c11"], ["c++", "c++", "-std=c++17"]] {
            if let Some(printed) = compiled(path, compiler) {
                assert!(
                    printed == expected,
                    "{compiler:?}: {}",
                    &String::from_utf8_lossy(&printed)[..60]
                );
            }
        }
    }
}

/// Prints the sizes of what goes in.
const IMAGE_PROGRAM: &str = r#"
#include "gan_model.h"
#include <stdio.h>
int main(void) {
    printf("%u %u %u %u %u\n", GAN_MODEL_IMAGE_LEN, GAN_MODEL_MASK_LEN, GAN_MODEL_LATENT_LEN,
        GAN_MODEL_CODES_LEN, GAN_MODEL_PIXELS_LEN);
    return gan_model[0] == 0;
}
"#;

#[test]
fn a_model_that_takes_an_image_has_the_sizes_of_all_that_goes_in() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("main.c"), IMAGE_PROGRAM).unwrap();
    for (model, expected) in [(IMAGE, "784 0 0 784 784\n"), (MASK, "63 12 0 75 63\n")] {
        succeed(path, &format!("export {model} --c c --target any"));
        if let Some(printed) = compiled(path, ["cc", "c", "-std=c11"]) {
            assert_eq!(String::from_utf8(printed).unwrap(), expected, "{model}");
        }
    }
}

#[test]
fn what_cannot_be_exported() {
    let folder = folder();
    let path = folder.path();
    let c = |more: &str| format!("export {MODEL} --c c {more}");
    fail(path, &c(""), 2, &["--target", "--board"]);
    fail(path, &format!("export {MODEL} --target cortex-m4"), 2, &["--c"]);
    fail(path, &c("--board z80"), 1, &["z80", "microbit"]);
    fail(path, "export missing.gan --c c --target any", 1, &["missing.gan"]);
    assert!(!path.join("c").exists());
    fs::create_dir(path.join("c")).unwrap();
    fs::write(path.join("c/gan_model.c"), "int precious;\n").unwrap();
    fail(path, &c("--target any"), 1, &["gan_model.c", "not replaced"]);
    assert_eq!(fs::read_to_string(path.join("c/gan_model.c")).unwrap(), "int precious;\n");
    assert!(!path.join("c/gan_model.h").exists());
}
