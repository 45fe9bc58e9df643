use super::*;
use crate::config::{Damage, Recipe, Style, value};
use crate::random::{Purpose, stream};
use gan_tools::images::Images;

fn task(preset: &str, settings: &[(&str, &str)], size: [usize; 2]) -> Task {
    let mut config = Config::preset(preset, Recipe::Default).unwrap();
    settings.iter().for_each(|(key, text)| config.set(key, value(text)).unwrap());
    fill(&mut config, None, size).unwrap();
    config.check().unwrap();
    Task::of(&config).unwrap().unwrap()
}

fn rng(index: u64) -> Pcg64Mcg {
    stream(5, Purpose::Task, index)
}

/// What a `picture` of digits and blanks stands for: a digit's tens of brightness.
fn pixels(picture: &str) -> Vec<u8> {
    picture.split_whitespace().collect::<String>().bytes().map(|byte| (byte - b'0') * 10).collect()
}

#[test]
fn what_goes_in_is_counted() {
    let inpaint = task("inpaint", &[], [28, 28]);
    let image = InputPart::Image(ImageShape { width: 28, height: 28, channels: 1 });
    let mask = InputPart::Mask(MaskShape { width: 7, height: 7 });
    assert_eq!(inpaint.inputs().as_slice(), [image, mask]);
    assert_eq!(inpaint.codes(), 833);
    assert_eq!(task("super-res-7", &[], [28, 28]).input_size(), [7, 7]);
    assert_eq!(task("super-res-14", &[], [28, 12]).input_size(), [14, 6]);
    assert_eq!(task("stylize", &[], [28, 28]).styles(), Some(3));
    let mut config = Config::preset("super-res-7", Recipe::Default).unwrap();
    let error = fill(&mut config, None, [28, 30]).unwrap_err().to_string();
    assert!(error.starts_with("task.scale: 4 does not divide the images' 28x30"), "{error}");
    let error = fill(&mut config, Some([3, 3]), [28, 28]).unwrap_err().to_string();
    assert!(error.contains("not with super-res"), "{error}");
    let mut config = Config::preset("pairs", Recipe::Default).unwrap();
    assert!(fill(&mut config, None, [4, 4]).unwrap_err().to_string().starts_with("--targets"));
    fill(&mut config, Some([3, 2]), [4, 4]).unwrap();
    assert_eq!(config.generator.latent, 6);
    // A configuration that is complete stays as it is.
    fill(&mut config, Some([3, 2]), [4, 4]).unwrap();
    let error = fill(&mut config, Some([3, 3]), [4, 4]).unwrap_err().to_string();
    assert!(error.contains("task.input_size: 3x2, but the data's images make it 3x3"), "{error}");
}

/// Expected values: each code's number by the format, `(c - 64) / 16`, and by training, `c / 127`.
#[test]
fn both_readings_of_a_code_agree() {
    let (factor, offset) = affine();
    for code in 0..=127u8 {
        let read = (f32::from(code) - 64.0) / 16.0;
        assert!((factor * read + offset - seen(code)).abs() < 1e-6, "{code}");
    }
}

/// Expected values: the field's ranges, in cells of 4 pixels; and that everything is drawn.
#[test]
fn rectangles_are_of_whole_cells_everywhere() {
    let task = task("inpaint", &[], [28, 28]);
    let image = vec![200; 784];
    let (mut seen, mut sizes) = (vec![0u32; 784], std::collections::BTreeSet::new());
    for index in 0..500 {
        let example = task.example(&image, 0, &mut rng(index));
        assert_eq!(example, task.example(&image, 0, &mut rng(index)));
        assert_eq!(example.target, image);
        let missing: Vec<bool> = example.holes.as_ref().unwrap().pixels().collect();
        let places: Vec<usize> = (0..784).filter(|&at| missing[at]).collect();
        let range = |of: fn(usize) -> usize| {
            let least = places.iter().map(|&at| of(at)).min().unwrap();
            (least, places.iter().map(|&at| of(at)).max().unwrap() + 1 - least)
        };
        let ((left, width), (top, height)) = (range(|at| at % 28), range(|at| at / 28));
        assert_eq!(places.len(), width * height);
        assert_eq!([left % 4, top % 4, width % 4, height % 4], [0; 4]);
        sizes.insert((width, height));
        for (at, (&missing, &pixel)) in missing.iter().zip(&example.input).enumerate() {
            assert_eq!(pixel, if missing { UNKNOWN } else { 200 });
            seen[at] += u32::from(missing);
        }
        let codes: Vec<u8> = example.codes().collect();
        assert_eq!(codes.len(), 833);
        assert_eq!(codes[784..].iter().filter(|&&code| code == 127).count(), places.len() / 16);
        assert!(codes[..784].iter().all(|&code| code == 100 || code == 64));
    }
    assert_eq!(sizes.len(), 9, "{sizes:?}");
    assert!(seen.iter().all(|&count| count > 0));
}

#[test]
fn scratches_are_lines_from_cell_to_cell() {
    let scratches = task("inpaint", &[("task.damage", "scratches")], [28, 28]);
    for index in 0..200 {
        let example = scratches.example(&[9; 784], 0, &mut rng(index));
        let holes = example.holes.unwrap();
        let mask: Vec<bool> = holes.mask().map(|byte| byte == 255).collect();
        let count = mask.iter().filter(|&&missing| missing).count();
        assert!((1..=2 * 14).contains(&count), "{count}");
        // A cell of a line has a neighbour in it, unless it is all of the line.
        let near = |a: usize, b: usize| (a % 7).abs_diff(b % 7) < 2 && (a / 7).abs_diff(b / 7) < 2;
        let alone = |&cell: &usize| {
            mask[cell] && !(0..49).any(|other| other != cell && mask[other] && near(cell, other))
        };
        assert!((0..49).filter(alone).count() <= 2, "{mask:?}");
    }
    assert_eq!(scratches.config().damage, Damage::Scratches);
}

#[test]
fn only_missing_pixels_are_replaced() {
    let holes = Holes::of([4, 2], [2, 1], &[false, true]);
    assert_eq!(holes.pixels().collect::<Vec<_>>(), [false, false, true, true].repeat(2));
    let input = holes.cut_out(&[1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(input, [1, 2, 128, 128, 5, 6, 128, 128]);
    let example = Example { input, holes: Some(holes), label: 0, target: vec![0; 8] };
    let mut output = vec![90; 8];
    example.compose(&mut output);
    assert_eq!(output, [1, 2, 90, 90, 5, 6, 90, 90]);
    assert_eq!(example.codes().collect::<Vec<_>>(), [0, 1, 64, 64, 2, 3, 64, 64, 0, 127]);
}

/// Expected values: by hand.
#[test]
fn styles_are_what_their_names_say() {
    let size = [5, 4];
    let image = pixels("00000 00900 00900 00000");
    let of = |style| styles::apply(style, &image, size);
    assert_eq!(of(Style::Bold), pixels("09990 09990 09990 09990"));
    assert_eq!(of(Style::Outline), pixels("09990 09990 09990 09990"));
    let filled = pixels("99990 99990 99990 99990");
    assert_eq!(styles::apply(Style::Outline, &filled, size), pixels("00099 00099 00099 00099"));
    // Line 1 is half a line above the middle, so it moves by 0.175 to the right, and line 2 as far
    // to the left: 90 (1 - 0.175) = 74.25, and 15.75.
    let mut slanted = vec![0; 20];
    (slanted[7], slanted[8], slanted[11], slanted[12]) = (74, 16, 16, 74);
    assert_eq!(of(Style::Slant), slanted);
}

/// Expected values: by hand.
#[test]
fn means_of_areas() {
    let image = pixels("1300 5300 0008 0000");
    assert_eq!(resize::area_mean(&image, [4, 4], 2), [30, 0, 0, 20]);
    assert_eq!(resize::area_mean(&[1, 0, 0, 1], [2, 2], 2), [1]);
}

/// Expected values: by hand, from the kernels' formulas. At a scale of 2 the new pixels lie a
/// quarter of a pixel from the old ones: cubic weights are K(1.25) = -0.0703125, K(0.25) =
/// 0.8671875, K(0.75) = 0.2265625 and K(1.75) = -0.0234375, times 200 for one pixel that is lit.
#[test]
fn interpolation() {
    let line = [0, 0, 200, 0, 0];
    let of = |kernel| resized(&line, [5, 1], [10, 1], kernel);
    assert_eq!(of(Kernel::Nearest), [0, 0, 0, 0, 200, 200, 0, 0, 0, 0]);
    assert_eq!(of(Kernel::Bilinear), [0, 0, 0, 50, 150, 150, 50, 0, 0, 0]);
    assert_eq!(of(Kernel::Bicubic), [0, 0, 0, 45, 173, 173, 45, 0, 0, 0]);
    // sinc(0.25) sinc(1/12) = 0.90032 0.98862 and sinc(0.75) sinc(0.25) = 0.30011 0.90032; the six
    // weights' sum is 0.99698.
    let lanczos = of(Kernel::Lanczos);
    assert_eq!((lanczos[4], lanczos[3]), (179, 54));
    for kernel in [Kernel::Nearest, Kernel::Bilinear, Kernel::Bicubic, Kernel::Lanczos] {
        assert_eq!(resized(&[77; 6], [3, 2], [9, 4], kernel), [77; 36]);
        assert_eq!(resized(&line, [1, 5], [1, 10], kernel), of(kernel));
    }
}

#[test]
fn pairs_are_rows_of_both_images() {
    let dataset = |name: &str, width: usize, count: usize, first: u8| crate::data::Dataset {
        name: name.into(),
        train: Split {
            images: Images {
                count,
                width,
                height: 2,
                pixels: (0..count * width * 2).map(|at| first + at as u8).collect(),
            },
            labels: Some((0..count).map(|at| at as u8).collect()),
        },
        test: None,
        label_names: vec![],
        files: vec![],
    };
    let both = joined(dataset("a", 1, 3, 0), dataset("b", 2, 3, 100)).unwrap();
    assert_eq!(both.train.images.image_len(), 6);
    assert_eq!(both.train.images.pixels[6..12], [2, 3, 104, 105, 106, 107]);
    let error = joined(dataset("a", 1, 3, 0), dataset("b", 1, 2, 0)).unwrap_err().to_string();
    assert!(error.contains("b: 2 training images, and a has 3"), "{error}");

    let mut config = Config::preset("pairs", Recipe::Default).unwrap();
    fill(&mut config, Some([1, 2]), [2, 2]).unwrap();
    let task = Task::of(&config).unwrap().unwrap();
    task.check(&both.train).unwrap();
    let cases = Cases::new(&task, &both.train, 0);
    assert_eq!(cases.examples[1].input, [2, 3]);
    assert_eq!(cases.targets().pixels[4..8], [104, 105, 106, 107]);
    assert_eq!(cases.samples().codes, [0, 0, 1, 1, 2, 2]);
    assert_eq!(cases.samples().labels, [0, 1, 2]);
}
