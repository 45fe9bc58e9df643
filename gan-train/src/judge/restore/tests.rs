use super::*;
use crate::config::{Config, Recipe};
use crate::data::Split;
use crate::task::{self, Example};

/// Expected values: by hand. A difference of 255 everywhere is 0 dB, one of 25.5 is 20 dB.
#[test]
fn decibels() {
    assert_eq!(psnr(255.0 * 255.0), Some(0.0));
    assert!((psnr(25.5 * 25.5).unwrap() - 20.0).abs() < 1e-12);
    assert_eq!(psnr(0.0), None);
    assert_eq!(differences::mean_square(&[1, 5, 0], &[4, 5, 4]), 25.0 / 3.0);
    assert_eq!(l1(&[1, 5, 0], &[4, 5, 4]), 7.0 / 3.0);
}

/// Expected values: for images of one grey each the index is `(2 a b + C1) / (a^2 + b^2 + C1)`; of
/// three pixels, the formula with one window.
#[test]
fn similarity_of_plain_images() {
    let plain = |grey: u8| vec![grey; 144];
    let c1 = 6.5025;
    let expected = |a: f64, b: f64| (2.0 * a * b + c1) / (a * a + b * b + c1);
    for (a, b) in [(0, 255), (100, 120), (7, 7)] {
        let found = ssim(&plain(a), &plain(b), [12, 12]);
        assert!((found - expected(a.into(), b.into())).abs() < 1e-9, "{a} {b}: {found}");
    }
    // A window of one pixel in height and three in width: weights e^(-1/4.5) : 1 : e^(-1/4.5).
    let side = (-1.0f64 / 4.5).exp();
    let (outer, inner) = (side / (1.0 + 2.0 * side), 1.0 / (1.0 + 2.0 * side));
    let (a, b) = ([10.0, 200.0, 30.0], [40.0, 90.0, 250.0]);
    let mean = |x: [f64; 3]| outer * (x[0] + x[2]) + inner * x[1];
    let product = |x: [f64; 3], y: [f64; 3]| mean([x[0] * y[0], x[1] * y[1], x[2] * y[2]]);
    let (m, n) = (mean(a), mean(b));
    let (va, vb) = (product(a, a) - m * m, product(b, b) - n * n);
    let (covariance, c2) = (product(a, b) - m * n, 58.5225);
    let expected =
        (2.0 * m * n + c1) * (2.0 * covariance + c2) / ((m * m + n * n + c1) * (va + vb + c2));
    let found = ssim(&[10, 200, 30], &[40, 90, 250], [3, 1]);
    assert!((found - expected).abs() < 1e-9, "{found}, expected {expected}");
}

/// Expected values: scikit-image 0.26.0, `structural_similarity(a, b, gaussian_weights=True,
/// sigma=1.5, use_sample_covariance=False, data_range=255)`.
#[test]
fn similarity_as_scikit_image_has_it() {
    let a: Vec<u8> = (0..256u32).map(|at| (at * 37 % 251) as u8).collect();
    let b: Vec<u8> = (0..256u32).map(|at| (at * 37 % 251) as u8 / 2 + (at % 16) as u8).collect();
    let found = ssim(&a, &b, [16, 16]);
    assert!((found - 0.681449288194158).abs() < 1e-6, "{found}");
    // 20 lines of 13 pixels, and the same moved on by three pixels.
    let a: Vec<u8> = (0..260u32).map(|at| (at * 37 % 251) as u8).collect();
    let b: Vec<u8> = (0..260).map(|at| a[(at + 257) % 260]).collect();
    let found = ssim(&a, &b, [13, 20]);
    assert!((found + 0.44300406942479714).abs() < 1e-6, "{found}");
}

/// Expected values: by hand. Images are all of one grey, and a hole is drawn black.
#[test]
fn a_method_is_judged_where_pixels_were_missing() {
    let mut config = Config::preset("inpaint", Recipe::Default).unwrap();
    (config.task.as_mut().unwrap().mask, config.task.as_mut().unwrap().smallest) = (2, 2);
    task::fill(&mut config, None, [4, 4]).unwrap();
    let task = Task::of(&config).unwrap().unwrap();
    let images = Images { count: 3, width: 4, height: 4, pixels: vec![100; 48] };
    let cases = Cases::new(&task, &Split { images, labels: None }, 1);
    let bench = Bench::new(&cases, None).unwrap();
    let black = Images { count: 3, width: 4, height: 4, pixels: vec![0; 48] };
    let row = bench.row("black", black).unwrap();
    // A hole is one cell of four, so a quarter of the pixels.
    assert_eq!(row.l1, 25.0);
    assert!((row.psnr.unwrap() - 10.0 * (65025.0f64 / 2500.0).log10()).abs() < 1e-9);
    assert!((row.psnr_missing.unwrap() - 10.0 * 6.5025f64.log10()).abs() < 1e-9);
    let all = row.psnr.unwrap();
    assert!((row.psnr_of_images.unwrap() - all).abs() < 1e-9);
    // One image is off by 10 everywhere and the others by 100.
    let mut grey = vec![0; 48];
    let targets = cases.targets();
    grey[..16].fill(90);
    let bench_of_plain = |pixels: Vec<u8>| {
        let examples =
            cases.examples.iter().map(|example| Example { holes: None, ..example.clone() });
        let cases = Cases { examples: examples.collect(), ..cases.clone() };
        let images = Images { pixels, ..targets.clone() };
        Bench::new(&cases, None).unwrap().row("grey", images).unwrap()
    };
    let row_of_grey = bench_of_plain(grey);
    let [near, far] = [100.0, 10_000.0].map(|square: f64| 10.0 * (65025.0 / square).log10());
    assert!((row_of_grey.psnr_of_images.unwrap() - (near + 2.0 * far) / 3.0).abs() < 1e-9);
    assert!((row_of_grey.psnr.unwrap() - 10.0 * (65025.0f64 / 6700.0).log10()).abs() < 1e-9);
    assert_eq!(bench_of_plain([vec![100; 16], vec![0; 32]].concat()).psnr_of_images, None);
    assert_eq!((row.accuracy, row.changed, bench.classifier_accuracy()), (None, None, None));
    let rows = bench.baselines(&task, &[50; 16]).unwrap();
    let l1 = |name: &str| rows.iter().find(|row| row.method == name).unwrap().l1;
    assert_eq!([l1("black"), l1("mean of the rest"), l1("harmonic (Laplace)")], [25.0, 0.0, 0.0]);
    assert_eq!(l1("the data's mean image"), 12.5);
    let other = Images { count: 1, width: 4, height: 4, pixels: vec![0; 16] };
    assert!(bench.row("x", other).unwrap_err().to_string().contains("another size or number"));
}
