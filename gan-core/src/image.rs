//! Shows pixels as text, for terminals and serial lines, and draws them on a display.

#[cfg(feature = "embedded-graphics")]
mod picture;
#[cfg(feature = "embedded-graphics")]
pub use picture::Picture;

/// Characters for ink 0 to ink 255. Each has a little more ink than the one before.
const RAMP: &[u8; 10] = b" .:-=+*#%@";

/// The character that stands for a grey pixel: a blank for 0, `@` for 255.
///
/// ```
/// use gan_core::image::glyph;
/// assert_eq!((glyph(0), glyph(128), glyph(255)), (' ', '+', '@'));
/// ```
pub fn glyph(pixel: u8) -> char {
    let last = RAMP.len() - 1;
    char::from(RAMP[(usize::from(pixel) * last + 127) / 255])
}

/// Brightness of a grey or RGB pixel. Red, green and blue are weighted as in ITU-R BT.601, in
/// 256ths.
///
/// ```
/// use gan_core::image::luma;
/// assert_eq!((luma(&[7]), luma(&[255, 255, 255]), luma(&[255, 0, 0])), (7, 255, 76));
/// ```
pub fn luma(pixel: &[u8]) -> u8 {
    match *pixel {
        [grey] => grey,
        [red, green, blue] => {
            ((77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue)) >> 8) as u8
        }
        _ => 0,
    }
}
