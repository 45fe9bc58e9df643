//! Smaller images by the mean of areas, and images of any size by interpolation.

/// What interpolates between pixels: weights by the distance `t` in source pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// The nearest pixel alone.
    Nearest,
    /// `1 - |t|` up to 1.
    Bilinear,
    /// Keys' cubic convolution (1981) with `a = -0.5`, up to 2.
    Bicubic,
    /// `sinc(t) sinc(t / 3)` up to 3.
    Lanczos,
}

impl Kernel {
    /// How far it reaches, in pixels.
    fn reach(self) -> isize {
        match self {
            Self::Nearest | Self::Bilinear => 1,
            Self::Bicubic => 2,
            Self::Lanczos => 3,
        }
    }

    fn weight(self, t: f64) -> f64 {
        let d = t.abs();
        match self {
            // Halfway between two pixels it is the one to the right.
            Self::Nearest => f64::from(u8::from(-0.5 < t && t <= 0.5)),
            Self::Bilinear => (1.0 - d).max(0.0),
            Self::Bicubic if d < 1.0 => (1.5 * d - 2.5) * d * d + 1.0,
            Self::Bicubic if d < 2.0 => ((-0.5 * d + 2.5) * d - 4.0) * d + 2.0,
            Self::Lanczos if d < 3.0 => sinc(d) * sinc(d / 3.0),
            Self::Bicubic | Self::Lanczos => 0.0,
        }
    }

    /// The source pixels of each of `to` pixels, with their weights, which sum up to 1. Pixels are
    /// squares, so pixel `i` lies at `i + 1/2`; beyond the border the last pixel goes on.
    fn taps(self, from: usize, to: usize) -> Vec<Vec<(usize, f64)>> {
        let scale = from as f64 / to as f64;
        let of = |index: usize| {
            let at = (index as f64 + 0.5) * scale - 0.5;
            let first = at.floor() as isize - self.reach() + 1;
            let taps: Vec<_> = (first..first + 2 * self.reach())
                .map(|tap| (tap, self.weight(tap as f64 - at)))
                .collect();
            let sum: f64 = taps.iter().map(|(_, weight)| weight).sum();
            let inside = |tap: isize| tap.clamp(0, from as isize - 1) as usize;
            taps.into_iter().map(|(tap, weight)| (inside(tap), weight / sum)).collect()
        };
        (0..to).map(of).collect()
    }
}

fn sinc(t: f64) -> f64 {
    let x = std::f64::consts::PI * t;
    if x == 0.0 { 1.0 } else { x.sin() / x }
}

/// The image in another size, [width, height]. It is not smoothed before it is made smaller.
pub fn resized(image: &[u8], from: [usize; 2], to: [usize; 2], kernel: Kernel) -> Vec<u8> {
    let (columns, rows) = (kernel.taps(from[0], to[0]), kernel.taps(from[1], to[1]));
    let line = |y: usize| {
        let line = &image[y * from[0]..][..from[0]];
        let pixel = |taps: &Vec<(usize, f64)>| -> f64 {
            taps.iter().map(|&(x, weight)| weight * f64::from(line[x])).sum()
        };
        columns.iter().map(pixel).collect::<Vec<f64>>()
    };
    let wide: Vec<Vec<f64>> = (0..from[1]).map(line).collect();
    let mut pixels = Vec::with_capacity(to[0] * to[1]);
    for taps in &rows {
        let pixel = |x: usize| -> u8 {
            let sum: f64 = taps.iter().map(|&(y, weight)| weight * wide[y][x]).sum();
            sum.round().clamp(0.0, 255.0) as u8
        };
        pixels.extend((0..to[0]).map(pixel));
    }
    pixels
}

/// The image with each square of `scale` by `scale` pixels as one, their mean; `scale` divides both
/// sides.
pub(super) fn area_mean(image: &[u8], [width, height]: [usize; 2], scale: usize) -> Vec<u8> {
    let area = scale * scale;
    let mut pixels = Vec::with_capacity(image.len() / area);
    for y in (0..height).step_by(scale) {
        for x in (0..width).step_by(scale) {
            let lines = (y..y + scale).flat_map(|y| &image[y * width + x..][..scale]);
            let sum: usize = lines.map(|&pixel| usize::from(pixel)).sum();
            pixels.push(((sum + area / 2) / area) as u8);
        }
    }
    pixels
}
