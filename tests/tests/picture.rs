//! These tests draw an `image::Picture` on a mock display that shows its pixels as characters: `0`
//! to `F` are the greys 0x00 to 0xFF.

use embedded_graphics::Drawable;
use embedded_graphics::geometry::Dimensions;
use embedded_graphics::mock_display::MockDisplay;
use embedded_graphics::pixelcolor::{BinaryColor, Gray4, Gray8, PixelColor};
use embedded_graphics::prelude::Point;
use embedded_graphics::primitives::Rectangle;
use gan_core::image::Picture;
use gan_core::{Aligned, ImageShape, LatentSampler, decode};

const GREY: ImageShape = ImageShape { width: 3, height: 2, channels: 1 };
const PIXELS: [u8; 6] = [0x00, 0x77, 0xFF, 0x11, 0x22, 0x33];

/// Returns what the picture draws on a display of this colour type.
fn drawn<C: PixelColor + From<Gray8>>(picture: Picture<'_, C>) -> MockDisplay<C> {
    let mut display = MockDisplay::new();
    picture.draw(&mut display).unwrap();
    display
}

#[test]
fn one_dot_a_pixel() {
    drawn::<Gray8>(Picture::new(&PIXELS, GREY)).assert_pattern(&["07F", "123"]);
}

#[test]
fn scaled_and_moved() {
    let picture = Picture::new(&PIXELS, GREY).at(Point::new(1, 2)).scaled(2);
    assert_eq!(picture.bounding_box(), Rectangle::new(Point::new(1, 2), (6, 4).into()));
    drawn::<Gray8>(picture)
        .assert_pattern(&["       ", "       ", " 0077FF", " 0077FF", " 112233", " 112233"]);
}

#[test]
fn line_by_line_is_the_same() {
    let mut display: MockDisplay<Gray8> = MockDisplay::new();
    for (y, line) in PIXELS.chunks(3).enumerate() {
        Picture::new(line, GREY)
            .at(Point::new(1, 2))
            .scaled(2)
            .below(y)
            .draw(&mut display)
            .unwrap();
    }
    display.assert_eq(&drawn(Picture::new(&PIXELS, GREY).at(Point::new(1, 2)).scaled(2)));
}

#[test]
fn colours_of_other_displays() {
    drawn::<Gray4>(Picture::new(&PIXELS, GREY)).assert_pattern(&["07F", "123"]);
    drawn::<BinaryColor>(Picture::new(&PIXELS, GREY)).assert_pattern(&["..#", "..."]);
}

#[test]
fn rgb_is_drawn_in_grey() {
    let shape = ImageShape { width: 2, height: 1, channels: 3 };
    // The weight of blue in ITU-R BT.601 is 0.114, here 29/256. Of 255 that is 28, rounded down.
    let pixels = [0x55, 0x55, 0x55, 0, 0, 255];
    let display = drawn::<Gray8>(Picture::new(&pixels, shape));
    assert_eq!(
        [0, 1].map(|x| display
            .get_pixel(Point::new(x, 0))
            .map(|color| embedded_graphics::prelude::GrayColor::luma(&color))),
        [Some(0x55), Some(28)]
    );
}

#[test]
fn surplus_and_missing_bytes_draw_whole_lines_only() {
    drawn::<Gray8>(Picture::new(&PIXELS[..5], GREY)).assert_pattern(&["07F"]);
    drawn::<Gray8>(Picture::new(&[PIXELS, PIXELS].concat(), GREY)).assert_pattern(&["07F", "123"]);
    assert_eq!(drawn::<Gray8>(Picture::new(&[], GREY)).affected_area(), Rectangle::zero());
}

/// Draws a digit of a real model in black and white. A Cortex-M4 in QEMU writes the same for the
/// commands `7` and `seed 42`.
#[test]
fn a_digit() {
    static BLOB: &Aligned<[u8]> = &Aligned(*include_bytes!("../../models/digits8.gan"));
    let generator = decode(&BLOB.0).unwrap();
    let mut latent = vec![0; generator.latent_len()];
    LatentSampler::new(42).fill(&mut latent);
    let mut pixels = vec![0; generator.pixels_len()];
    generator
        .generate(&latent, Some(7), &mut vec![0; generator.scratch_len()], &mut pixels)
        .unwrap();
    drawn::<BinaryColor>(Picture::new(&pixels, generator.image())).assert_pattern(&[
        "...####.", //
        "..#####.", "..#..#..", "....##..", "...####.", "...###..", "...#....", "...#....",
    ]);
}

/// The expected values are the nearest of ten steps, computed in f64.
#[test]
fn glyphs_are_the_nearest() {
    for pixel in 0..=255u8 {
        let nearest = (f64::from(pixel) * 9.0 / 255.0).round() as usize;
        let expected = b" .:-=+*#%@"[nearest];
        assert_eq!(gan_core::image::glyph(pixel), char::from(expected), "{pixel}");
    }
}
