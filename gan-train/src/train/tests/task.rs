//! A step of a task: its loss by the definition, in f64, and its gradient by finite differences.

use super::*;
use crate::task;

const LR: f64 = 0.5;

/// Inpainting of images of four pixels, one of which is missing.
fn inpainting(adversarial: f64) -> Config {
    let training = "optimizer = \"sgd\"\nbeta1 = 0.0\nr1_gamma = 0.0\nlr = 0.5\nlr_hold = 0.9\n\
                    l1_image = 0.25";
    let task = format!(
        "[task]\nkind = \"inpaint\"\nmask = 2\nsmallest = 1\nlargest = 1\nl2 = 2\n\
         adversarial = {adversarial}\n"
    );
    let mut config = config(["", "", "", &format!("{training}\n{task}")]);
    config.generator.latent = 0;
    task::fill(&mut config, None, [2, 2]).unwrap();
    assert_eq!(config.generator.latent, 8);
    config.check().unwrap();
    config
}

#[test]
fn the_generator_is_drawn_to_what_is_missing_and_by_the_discriminator() {
    for adversarial in [0.0, 0.5] {
        let config = inpainting(adversarial);
        let mut trainer = trainer(&config);
        let batch = Batches::new(&config, data(), 0, &trainer.device).unwrap().batch(0);
        let (seen, real) = (rows(&batch.latents), rows(&batch.real));
        let missing = rows(batch.missing.as_ref().unwrap());
        for ((seen, real), missing) in seen.iter().zip(&real).zip(&missing) {
            assert_eq!(missing.iter().sum::<f64>(), 1.0);
            for pixel in 0..4 {
                // Cells are pixels here: the mask says which one, and its code says nothing.
                assert_eq!(seen[4 + pixel], missing[pixel]);
                let code = if missing[pixel] > 0.0 { 64.0 } else { (real[pixel] * 127.5).floor() };
                assert!((seen[pixel] - code / 127.0).abs() < 1e-6, "{seen:?} {real:?}");
            }
        }
        let g = trainer.state.generator.clone();
        let before = numbers(&trainer.state.discriminator);
        trainer.step().unwrap();
        // The discriminator's update comes first.
        let d = trainer.state.discriminator.clone();
        let d_numbers = numbers(&d);
        assert_eq!(before == d_numbers, adversarial == 0.0);
        let loss = |numbers: &[f64]| {
            let mut fake = forward(&g.shapes(), numbers, &seen, false);
            for ((fake, real), missing) in fake.iter_mut().zip(&real).zip(&missing) {
                (0..4).filter(|&at| missing[at] == 0.0).for_each(|at| fake[at] = real[at]);
            }
            let differences = |of: fn(f64) -> f64| {
                let pairs = fake.iter().flatten().zip(real.iter().flatten());
                mean(pairs.map(|(a, b)| of(a - b)).collect::<Vec<_>>().into_iter())
            };
            let logits = forward(&d.shapes(), &d_numbers, &beside(&fake, &seen), false);
            let fooled = mean(logits.iter().map(|row| (1.0 + (-row[0]).exp()).ln()));
            2.0 * differences(|x| x * x) + 0.25 * differences(f64::abs) + adversarial * fooled
        };
        let start = numbers(&g);
        assert!((trainer.state.losses.generator - loss(&start)).abs() < 1e-5);
        let slope = differentiate(&start, loss);
        let found = numbers(&trainer.state.generator);
        for ((found, start), slope) in found.iter().zip(&start).zip(slope) {
            let expected = start - LR * slope;
            assert!((found - expected).abs() < 1e-5, "{found}, expected {expected}");
        }
        // It learns in every second step, and then not.
        trainer.step().unwrap();
        assert_eq!(numbers(&trainer.state.discriminator), d_numbers);
        trainer.step().unwrap();
        assert_eq!(numbers(&trainer.state.discriminator) == d_numbers, adversarial == 0.0);
    }
}

#[test]
fn labels_are_styles_and_the_discriminator_sees_all_that_goes_in() {
    let table = "[task]\nkind = \"stylize\"\nstyles = [\"bold\", \"slant\"]\n";
    let mut config = config(["conditional = true", "", "", table]);
    config.generator.latent = 0;
    task::fill(&mut config, None, [2, 2]).unwrap();
    let trainer = trainer(&config);
    let inputs = |network: &Mlp| network.shapes()[0].inputs;
    assert_eq!(trainer.shape.classes, 2);
    let state = &trainer.state;
    assert_eq!([inputs(&state.generator), inputs(&state.discriminator)], [4 + 2, 4 + 4 + 2]);
    let mut batches = Batches::new(&config, data(), 2, &trainer.device).unwrap();
    let all: Rows = (0..6).flat_map(|index| rows(&batches.batch(index).latents)).collect();
    let styles: Vec<[f64; 2]> = all.iter().map(|row| [row[4], row[5]]).collect();
    assert!(styles.iter().all(|style| [[1.0, 0.0], [0.0, 1.0]].contains(style)));
    let bold = styles.iter().filter(|style| style[0] == 1.0).count();
    assert!((6..=30).contains(&bold), "{bold} of 36");
}
