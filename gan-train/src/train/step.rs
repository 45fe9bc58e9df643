//! One step: who is updated when, with which gradients.

use super::batch::Batch;
use super::{Losses, State, Trainer};
use crate::config::Network;
use crate::nn::matrix::Matrix;
use crate::nn::network::{Mode, Tape};
use crate::nn::rounding;
use crate::nn::simd::column_sums;
use crate::optim::Pace;
use crate::penalty;
use crate::random::{Purpose, extend_normal, stream};
use anyhow::{Result, ensure};
use rand_pcg::Pcg64Mcg;
use std::borrow::Cow;

impl Trainer {
    /// One step: the updates of both networks in their order, then the average's.
    ///
    /// # Errors
    ///
    /// A loss that is not finite; it names the step.
    pub fn step(&mut self) -> Result<Losses> {
        // From outside rayon's pool every product and every loop would wake it anew and wait for
        // it.
        rayon::scope(|_| self.step_in_pool())
    }

    fn step_in_pool(&mut self) -> Result<Losses> {
        self.state.discriminator.iterate();
        let step = self.state.step;
        let training = &self.config.training;
        let updates = training.batches_in_step();
        let generator_first = training.first == Network::Generator;
        let [train_d, train_g] =
            [Network::Discriminator, Network::Generator].map(|network| self.updates(network, step));
        let mut batch = self.batches.batch(self.first_batch(step));
        let mut tape = self.generate(&mut batch);
        // The generator's update takes the tape along, so what the discriminator needs of it is
        // kept.
        let mut fake = tape.output().clone();
        if generator_first && train_g {
            self.update_generator(&batch, std::mem::take(&mut tape))?;
        }
        if train_d {
            self.update_discriminator(&batch, &fake)?;
            for _ in 1..updates {
                self.state.discriminator.iterate();
                batch = self.batches.batch(batch.index + 1);
                tape = self.generate(&mut batch);
                fake = tape.output().clone();
                self.update_discriminator(&batch, &fake)?;
            }
        }
        if !generator_first && train_g {
            self.update_generator(&batch, tape)?;
        }
        self.state.step += 1;
        Ok(self.state.losses)
    }

    /// The images of a batch's latents. Takes the latents out of the batch.
    fn generate(&mut self, batch: &mut Batch) -> Tape {
        let latents = std::mem::take(&mut batch.latents);
        let mode = Mode { groups: 1, dropout: self.dropout(3 * batch.index) };
        self.rounded.as_mut().unwrap_or(&mut self.state.generator).forward(
            latents,
            mode,
            &self.device,
        )
    }

    /// Seed and index of a pass's dropout; there are three passes with a batch.
    fn dropout(&self, pass: u64) -> Option<(u64, u64)> {
        Some((self.config.seed, pass))
    }

    fn update_discriminator(&mut self, batch: &Batch, fake: &Matrix) -> Result<()> {
        let step = self.state.step;
        let training = &self.config.training;
        let diversity = variance(fake) / self.variance;
        let mut rng = stream(self.config.seed, Purpose::Noise, batch.index);
        let noise = training.noise(self.state.step) as f32;
        let [real, fake] = [&batch.real, fake].map(|images| with_noise(images, noise, &mut rng));
        let (real, fake) = (&*real, &*fake);
        let moved = penalty::moved(training, [real, fake], &mut rng);
        let mut groups = vec![real, fake];
        groups.extend(moved.iter().map(|moved| &moved.images));

        let mode = Mode { groups: groups.len(), dropout: self.dropout(3 * batch.index + 1) };
        let input = stack(&groups, &batch.labels);
        let mut tape = self.state.discriminator.forward(input, mode, &self.device);
        let size = batch.real.rows();
        let logits: Vec<&[f32]> = tape.output().values().chunks_exact(size).collect();

        let objective = training.objective;
        let loss = objective.discriminator(logits[0], logits[1], training.label_smoothing);
        let mut gradient = vec![0.0; groups.len() * size];
        gradient[..size].copy_from_slice(&loss.real);
        gradient[size..2 * size].copy_from_slice(&loss.fake);
        let mut penalty = 0.0;
        for (index, moved) in moved.iter().enumerate() {
            penalty += moved.add_gradient(index, &logits, &mut gradient);
        }
        self.state.losses = Losses {
            discriminator: loss.value,
            score_real: objective.score(logits[0]),
            score_fake: objective.score(logits[1]),
            spread: spread(&tape.output().values()[..2 * size]),
            diversity,
            ..self.state.losses
        };
        let outputs = Matrix::new(gradient.len(), 1, gradient);
        let pace =
            self.pace(Network::Discriminator, batch.index - self.first_batch(self.state.step));
        let points = penalty::exact(&self.config.training, [real, fake], &mut rng);
        let State { discriminator, discriminator_optimizer: optimizer, losses, .. } =
            &mut self.state;
        if points.is_empty() {
            losses.penalty = penalty;
            check_finite(step, "discriminator", loss.value + penalty)?;
            discriminator.train(
                &mut tape,
                outputs,
                &self.device,
                &mut |index, param, gradient, first| {
                    optimizer.update(index, param, gradient, first, pace, None);
                },
            );
            return Ok(());
        }
        let mut gradients = discriminator.gradients(&mut tape, outputs, &self.device);
        for point in points {
            let input = stack(&[&point.images], &batch.labels);
            let mut tape = discriminator.forward(input, Mode { groups: 1, ..mode }, &self.device);
            let pixels = self.shape.pixels();
            let more =
                discriminator.gradients_through_input_gradient(&mut tape, &self.device, |slopes| {
                    let (value, gradient) = point.value_and_gradient(slopes, pixels);
                    penalty += value;
                    gradient
                });
            for (sum, more) in gradients.iter_mut().zip(&more) {
                sum.values_mut().iter_mut().zip(more.values()).for_each(|(sum, more)| *sum += more);
            }
        }
        losses.penalty = penalty;
        check_finite(step, "discriminator", loss.value + penalty)?;
        for (index, (param, gradient)) in
            discriminator.params.iter_mut().zip(&gradients).enumerate()
        {
            optimizer.update(index, param, gradient, 0, pace, None);
        }
        Ok(())
    }

    fn update_generator(&mut self, batch: &Batch, mut tape: Tape) -> Result<()> {
        let training = &self.config.training;
        let noise = training.noise(self.state.step) as f32;
        // Not the discriminator's noise: as if it were the next batch's.
        let mut rng = stream(self.config.seed, Purpose::Noise, !batch.index);
        let fake = with_noise(tape.output(), noise, &mut rng);
        let mode = Mode { groups: 1, dropout: self.dropout(3 * batch.index + 2) };
        let discriminator = &mut self.state.discriminator;
        let real = if training.objective == crate::config::Objective::Relativistic {
            let input = stack(&[&with_noise(&batch.real, noise, &mut rng)], &batch.labels);
            discriminator.forward(input, mode, &self.device).output().values().to_vec()
        } else {
            Vec::new()
        };
        let mut judged = discriminator.forward(stack(&[&fake], &batch.labels), mode, &self.device);
        let loss = training.objective.generator(&real, judged.output().values());
        let logits = Matrix::new(loss.fake.len(), 1, loss.fake);
        let gradient = discriminator
            .input_gradient(&mut judged, logits, &self.device)
            .left(self.shape.pixels());
        self.state.losses.generator = loss.value;
        check_finite(self.state.step, "generator", loss.value)?;
        let pace = self.pace(Network::Generator, 0);
        let State { generator, generator_optimizer: optimizer, average, .. } = &mut self.state;
        let Some(rounded) = &mut self.rounded else {
            generator.train(
                &mut tape,
                gradient,
                &self.device,
                &mut |index, param, gradient, first| {
                    optimizer.update(index, param, gradient, first, pace, average.get_mut(index));
                },
            );
            return Ok(());
        };
        rounded.train(&mut tape, gradient, &self.device, &mut |index, _, gradient, first| {
            optimizer.update(
                index,
                &mut generator.params[index],
                gradient,
                first,
                pace,
                average.get_mut(index),
            );
        });
        rounding::update(self.config.training.bits(), rounded, &generator.params);
        Ok(())
    }

    /// The pace of a network's update in this step, after `earlier` others. The average's decay is
    /// at most `(1 + t) / (10 + t)`, so that the first steps are forgotten.
    fn pace(&self, network: Network, earlier: u64) -> Pace {
        let step = self.state.step;
        let time = self.updates_before(network, step) + earlier;
        let decay =
            self.config.training.ema_decay.min((1.0 + time as f64) / (10.0 + time as f64)) as f32;
        Pace { rate: self.rate(network, step), time: time + 1, decay }
    }
}

fn check_finite(step: u64, network: &str, loss: f64) -> Result<()> {
    ensure!(
        loss.is_finite(),
        "step {}: the {network}'s loss is {loss}: training has diverged. The last checkpoint is from before; try a lower training.rate or a higher training.r1_gamma",
        step + 1
    );
    Ok(())
}

/// All groups' images below each other, each with the labels to its right.
fn stack(groups: &[&Matrix], labels: &Matrix) -> Matrix {
    let (rows, pixels, classes) = (labels.rows(), groups[0].columns(), labels.columns());
    let mut values = Vec::with_capacity(groups.len() * rows * (pixels + classes));
    for images in groups {
        if classes == 0 {
            values.extend_from_slice(images.values());
            continue;
        }
        for (image, label) in
            images.values().chunks_exact(pixels).zip(labels.values().chunks_exact(classes))
        {
            values.extend_from_slice(image);
            values.extend_from_slice(label);
        }
    }
    Matrix::new(groups.len() * rows, pixels + classes, values)
}

/// The images, with normal noise of standard deviation `sigma` if that is not 0.
fn with_noise<'m>(images: &'m Matrix, sigma: f32, rng: &mut Pcg64Mcg) -> Cow<'m, Matrix> {
    if sigma <= 0.0 {
        return Cow::Borrowed(images);
    }
    let mut noisy = images.clone();
    let mut noise = Vec::with_capacity(noisy.values().len());
    extend_normal(&mut noise, noisy.values().len(), rng);
    noisy.values_mut().iter_mut().zip(noise).for_each(|(pixel, noise)| *pixel += sigma * noise);
    Cow::Owned(noisy)
}

fn spread(logits: &[f32]) -> f64 {
    let count = logits.len() as f64;
    let mean = logits.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
    (logits.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / count).sqrt()
}

/// Mean variance of a column.
fn variance(images: &Matrix) -> f64 {
    let (rows, columns) = (images.rows() as f32, images.columns());
    let sums = column_sums(images.values(), columns, |x| x);
    let squares = column_sums(images.values(), columns, |x| x * x);
    let variance =
        |(sum, square): (f32, f32)| f64::from(square / rows) - f64::from(sum / rows).powi(2);
    sums.into_iter().zip(squares).map(variance).sum::<f64>() / columns as f64
}
