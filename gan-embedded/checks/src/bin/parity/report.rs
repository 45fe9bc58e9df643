//! Counts checks, and describes what is wrong with an image.

use core::fmt::{self, Write as _};

use gan_core::GenerateError;
use gan_embedded::console::Console;
use gan_tests::job::Digest;

/// Counts of checks that belong together.
pub struct Group {
    pub name: &'static str,
    pub passed: u32,
    pub failed: u32,
}

impl Group {
    pub fn new(name: &'static str) -> Self {
        Self { name, passed: 0, failed: 0 }
    }

    /// Counts one check, and describes it if it is the group's first to fail.
    pub fn check(
        &mut self,
        console: &mut Console,
        ok: bool,
        what: fmt::Arguments<'_>,
    ) -> fmt::Result {
        if ok {
            self.passed += 1;
        } else {
            self.failed += 1;
            if self.failed == 1 {
                writeln!(console, "{}: {what}", self.name)?;
            }
        }
        Ok(())
    }

    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    pub fn print(&self, console: &mut Console) -> fmt::Result {
        writeln!(console, "{}: {} passed, {} failed", self.name, self.passed, self.failed)
    }
}

/// What an image is compared with.
#[derive(Clone, Copy)]
pub enum Expected<'a> {
    /// All its pixels. Each may differ by this many levels.
    Pixels { pixels: &'a [u8], tolerance: u8 },
    /// The [`Digest`] of its pixels.
    Digest(u64),
}

/// An image that the device has to make.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    pub seed: u64,
    pub label: Option<u16>,
    /// The image and the mask that go into the model. Each is empty if the model takes none.
    pub given: [&'a [u8]; 2],
    pub expected: Expected<'a>,
}

impl fmt::Display for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {}, ", self.seed)?;
        match self.label {
            Some(label) => write!(f, "label {label}"),
            None => f.write_str("no label"),
        }
    }
}

/// The reason why an image is not the expected one.
#[derive(Clone, Copy)]
pub enum Fault {
    /// gan-core refused to make the image.
    Refused(GenerateError),
    /// A byte differs; `at` counts from the start of the image.
    Pixel { at: usize, expected: u8, got: u8 },
    /// The pixels have another digest.
    Digest { expected: u64, got: u64 },
    /// The lines that came are not all lines of the image in order.
    Lines,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Refused(error) => write!(f, "{error}"),
            Self::Pixel { at, expected, got } => {
                write!(f, "pixel byte {at}: expected {expected}, got {got}")
            }
            Self::Digest { expected, got } => {
                write!(f, "digest: expected {expected:016x}, got {got:016x}")
            }
            Self::Lines => f.write_str("the lines did not come all and in order"),
        }
    }
}

/// Compares an image that comes in one piece or line by line.
pub struct Comparison<'a> {
    expected: Expected<'a>,
    at: usize,
    digest: Digest,
    fault: Option<Fault>,
}

impl<'a> Comparison<'a> {
    pub fn new(expected: Expected<'a>) -> Self {
        Self { expected, at: 0, digest: Digest::new(), fault: None }
    }

    /// Takes the pixels that come next.
    pub fn add(&mut self, got: &[u8]) {
        match self.expected {
            Expected::Pixels { pixels, tolerance } => {
                let expected = pixels.get(self.at..).unwrap_or_default();
                let wrong = expected
                    .iter()
                    .zip(got)
                    .position(|(expected, got)| expected.abs_diff(*got) > tolerance);
                if let (None, Some(index)) = (self.fault, wrong) {
                    self.fault = Some(Fault::Pixel {
                        at: self.at + index,
                        expected: expected[index],
                        got: got[index],
                    });
                }
            }
            Expected::Digest(_) => self.digest.update(got),
        }
        self.at += got.len();
    }

    /// The result, once all `pixels_len` bytes of pixels have come.
    pub fn end(self, pixels_len: usize) -> Result<(), Fault> {
        let got = self.digest.value();
        match (self.fault, self.expected) {
            (Some(fault), _) => Err(fault),
            _ if self.at != pixels_len => Err(Fault::Lines),
            (None, Expected::Digest(expected)) if expected != got => {
                Err(Fault::Digest { expected, got })
            }
            (None, _) => Ok(()),
        }
    }
}
