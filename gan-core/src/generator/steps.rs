//! Makes an image in steps, between which other things can be done: a task of an executor lets
//! others run, a watchdog is fed, a display that fails ends the image.

use super::{FURTHER_CLASS, Generator, Input, Last, check_output};
use crate::error::GenerateError;
use crate::header::LayerSpec;
use crate::kernel;
use crate::payload::{Layer, Layers};

/// An image in the making: see [`Generator::begin`].
#[derive(Debug)]
pub struct Steps<'s, 'a> {
    generator: &'s Generator<'a>,
    latent: &'s [u8],
    /// The layers after the current one.
    layers: Layers<'s, 'a>,
    layer: Layer<'a>,
    /// The number of the current layer, from 0.
    index: usize,
    /// Number of rows of the current layer that are computed.
    row: usize,
    /// The current layer's row of biases.
    class: usize,
    /// The parts of the scratch: of integers, staged inputs and codes; of reals, the outputs of
    /// layers with even and with odd numbers.
    parts: [&'s mut [u32]; 2],
}

impl<'a> Generator<'a> {
    /// Begins an image that is made in steps. It is the same as that of
    /// [`generate`](Self::generate), in a little more time.
    ///
    /// ```
    /// use gan_core::{Known, include_model};
    ///
    /// const MODEL: Known = include_model!("../../data/v1-tiny.gan");
    ///
    /// # fn let_others_run() {}
    /// # fn draw(_: usize, _: &[u8]) -> Result<(), Box<dyn std::error::Error>> { Ok(()) }
    /// let generator = MODEL.check()?;
    /// let (mut scratch, mut line) = ([0; MODEL.scratch_len()], [0; MODEL.line_len()]);
    /// let mut image = generator.begin(&[64, 64], Some(0), &mut scratch)?;
    /// while image.advance(16) {
    ///     let_others_run();
    /// }
    /// while let Some(y) = image.line(&mut line)? {
    ///     draw(y, &line)?; // ends the image if the display fails
    ///     let_others_run();
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`generate`](Self::generate), but for the length of the output.
    pub fn begin<'s>(
        &'s self,
        latent: &'s [u8],
        label: Option<u16>,
        scratch: &'s mut [u32],
    ) -> Result<Steps<'s, 'a>, GenerateError> {
        self.check_draws()?;
        let (class, parts) = self.prepare(latent, label, scratch)?;
        let mut layers = self.layers();
        // decode accepts no empty list.
        let no_layer = GenerateError::ScratchLen { expected: self.scratch_len() };
        let layer = layers.next().ok_or(no_layer)?;
        let mut steps =
            Steps { generator: self, latent, layers, layer, index: 0, row: 0, class, parts };
        steps.stage();
        Ok(steps)
    }
}

impl Steps<'_, '_> {
    /// Computes up to `rows` outputs of a hidden layer, and at least one. It returns whether
    /// outputs of hidden layers are left; if there are none, only the pixels are left.
    ///
    /// Multiples of 16 waste nothing. A row takes as many multiply-accumulates as the layer has
    /// inputs.
    pub fn advance(&mut self, rows: usize) -> bool {
        let generator = self.generator;
        let specs = generator.header.layers.as_slice();
        let Some(spec) = specs.get(self.index).filter(|_| self.index + 1 < specs.len()) else {
            return false;
        };
        let end = self.row.saturating_add(rows.max(1)).min(spec.outputs.into());
        self.hidden(spec, end);
        self.row = end;
        if end == usize::from(spec.outputs)
            && let Some(layer) = self.layers.next()
        {
            (self.layer, self.class) = (layer, FURTHER_CLASS);
            (self.index, self.row) = (self.index + 1, 0);
            self.stage();
        }
        self.index + 1 < specs.len()
    }

    /// Writes the next pixels to the beginning of `pixels`, a byte each, as many as are left and
    /// fit, and returns how many. Hidden layers that are not computed yet are computed first.
    pub fn pixels(&mut self, pixels: &mut [u8]) -> usize {
        while self.advance(usize::MAX) {}
        let generator = self.generator;
        let count = generator.pixels_len().saturating_sub(self.row).min(pixels.len());
        if let (Some(spec), Some(pixels)) =
            (generator.header.layers.get(self.index), pixels.get_mut(..count))
        {
            let last = Last { spec, layer: self.layer, class: self.class, input: self.input() };
            last.rows(&generator.plan, self.row, pixels);
            self.row += count;
        } else {
            debug_assert!(false, "the current layer is one of the header's");
        }
        count
    }

    /// Writes the next line of the image and returns its number, from 0, or `None` after the last.
    /// If [`pixels`](Self::pixels) has been called before and has not ended at the end of a line,
    /// the bytes continue from there, and the number is that of the line in which they begin.
    ///
    /// # Errors
    ///
    /// [`GenerateError::OutputLen`] if `line` has not [`line_len`](Generator::line_len) bytes.
    pub fn line(&mut self, line: &mut [u8]) -> Result<Option<usize>, GenerateError> {
        check_output(line, self.generator.line_len())?;
        while self.advance(usize::MAX) {}
        let number = self.row.checked_div(line.len()).unwrap_or_default();
        Ok((self.pixels(line) > 0).then_some(number))
    }

    /// Puts the inputs of the current layer where the code that runs it reads them.
    fn stage(&mut self) {
        let generator = self.generator;
        let [staged, codes] = &mut self.parts;
        let before =
            self.index.checked_sub(1).and_then(|before| generator.header.layers.get(before));
        let Some(spec) = generator.header.layers.get(self.index) else {
            debug_assert!(false, "the current layer is one of the header's");
            return;
        };
        if generator.plan.float {
            return;
        }
        let codes = match before {
            None => self.latent,
            Some(before) => kernel::bytes(codes).get(..before.outputs.into()).unwrap_or_default(),
        };
        super::integer::stage(&generator.plan, spec, codes, staged);
    }

    /// Computes the rows of the current layer, a hidden one, that are not computed yet, up to
    /// `end`.
    fn hidden(&mut self, spec: &LayerSpec, end: usize) {
        let plan = &self.generator.plan;
        let [first, second] = &mut self.parts;
        #[cfg(feature = "float")]
        if plan.float {
            let (from, to) =
                if self.index.is_multiple_of(2) { (second, first) } else { (first, second) };
            let input =
                if self.index == 0 { Input::Codes(self.latent) } else { Input::Reals(from) };
            let outputs = to.get_mut(self.row..end).unwrap_or_default();
            super::float::hidden(spec, &self.layer, self.class, input, self.row, outputs);
            return;
        }
        let outputs = kernel::bytes_mut(second).get_mut(self.row..end).unwrap_or_default();
        super::integer::rows(plan, spec, &self.layer, self.class, first, self.row, outputs);
    }

    /// The inputs of the current layer.
    fn input(&self) -> Input<'_> {
        let [first, second] = &self.parts;
        #[cfg(feature = "float")]
        if self.generator.plan.float {
            return match self.index {
                0 => Input::Codes(self.latent),
                index if index.is_multiple_of(2) => Input::Reals(second),
                _ => Input::Reals(first),
            };
        }
        let _ = second;
        Input::Staged(first)
    }
}
