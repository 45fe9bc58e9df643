//! Images of latents that were not drawn from a seed: chosen codes, and those on the way from one
//! image to another.

use gan_core::latent::Morph;

use super::App;
use super::draw::latent_of;
use crate::board::Board;
use crate::command::{Codes, MORPH};
use crate::show::{self, say};

impl App<'_, '_> {
    /// Whether the current image is that of chosen codes.
    pub(super) fn is_chosen(&mut self) -> bool {
        self.chosen > 0 && self.chosen == self.latent_len()
    }

    fn latent_len(&mut self) -> usize {
        latent_of(self.generator, self.memory).len()
    }

    /// Takes codes for the latent, and draws the image once all are there.
    pub(super) fn choose<B: Board>(&mut self, board: &mut B, codes: Option<Codes>) {
        let chosen = self.chosen;
        let latent = latent_of(self.generator, self.memory);
        let len = latent.len();
        if let Some(codes) = codes {
            let first = usize::from(codes.first);
            let place =
                latent.get_mut(first..).and_then(|rest| rest.get_mut(..codes.as_slice().len()));
            if let Some(place) = place.filter(|_| first == 0 || first == chosen) {
                place.copy_from_slice(codes.as_slice());
                self.chosen = first + codes.as_slice().len();
                if self.is_chosen() {
                    self.draw(board);
                    return;
                }
            }
        }
        let next = self.chosen.checked_rem(len).unwrap_or(0);
        say(
            board,
            format_args!(
                "latent takes this model's {len} codes of 0 to 127, in several lines if need be: \
                 next is `latent {next}: CODES`"
            ),
        );
    }

    /// Draws the images of an interpolation: from one label to another, and from the current image
    /// of the seed to the next one. For a model without labels it goes from one seed's first image
    /// to another's.
    pub(super) fn morph<B: Board>(&mut self, board: &mut B, [from, to]: [u64; 2], steps: u16) {
        let (classes, len) = (u64::from(self.generator.classes()), self.latent_len());
        if len == 0 {
            say(board, format_args!("this model takes no latent"));
            return;
        }
        if steps == 0 {
            say(board, format_args!("{MORPH}"));
            return;
        }
        if classes > 0 && from.max(to) >= classes {
            self.say_labels(board);
            return;
        }
        let ends = if classes == 0 {
            [(from, 0), (to, 0)]
        } else {
            [(self.seed, self.image), (self.seed, self.image.wrapping_add(1))]
        };
        let [first, last] = ends.map(|(seed, image)| self.sampler(seed, image));
        let morph = Morph::new(first, last, steps);
        for frame in 0..=steps {
            if classes > 0 {
                self.label = if morph.is_late(frame) { to } else { from } as u16;
                show::text(board, format_args!("label {}, ", self.label));
            }
            say(board, format_args!("frame {frame} of {steps}"));
            morph.fill(frame, latent_of(self.generator, self.memory));
            self.chosen = len;
            self.show(board);
        }
        let [_, end] = ends;
        (self.seed, self.image) = end;
        self.chosen = 0;
    }
}
