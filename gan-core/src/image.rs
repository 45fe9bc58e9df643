//! Pixels as text, for terminals and serial lines.

/// From ink 0 to ink 255, each a little darker than the one before.
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
