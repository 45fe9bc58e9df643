//! Checks that the firmware cannot fail and look as if it had passed, and that what it says of a
//! wrong image is true: it is made to fail in every way there is.

use gan_tests::job::Drill;
use gan_tests::make;
use gan_tests::reference::write::write;
use gan_tests::reference::{self, Params, layers, sampler};
use gan_tests::synthetic::{self, ACTIVATIONS, Shape, SplitMix64};

use super::mismatch::{Mismatch, Place};
use super::model::Model;
use super::program::Program;
use super::{Output, say, summary};
use crate::blob::packing;
use crate::prelude::*;
use crate::qemu::{End, Run};

/// The time in which a failure shows, even on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);
/// The time after which a run hangs: one that goes on takes a tenth of it.
const HANG: Duration = Duration::from_secs(1);

/// The layer that gets a wrong weight: neither the first nor the last, and without a table.
const LAYER: usize = 3;

/// Returns the model that is drilled with: small, of every activation, and all in the packing of
/// whatever kernel.
fn drilled() -> Result<Model> {
    let [linear, relu, leaky, tanh, sigmoid] = ACTIVATIONS;
    let hidden = vec![(21, leaky), (30, relu), (19, tanh), (23, linear)];
    let shape = Shape {
        latent_len: 13,
        classes: 2,
        width: 5,
        height: 7,
        channels: 1,
        hidden,
        last: sigmoid,
    };
    let bytes = write(&shape.packable("drill", &mut SplitMix64(1)));
    Model::new(Blob::from_bytes(Path::new("drill.gan"), &bytes), make::images(&bytes)?)
}

/// Makes one check for each way to fail.
pub fn run(board: &Board, program: &Program<'_>, output: &mut Output) -> Result<Tally> {
    let model = drilled()?;
    let drills = Drills { board, program, model: &model };
    let mut results = Vec::new();
    for (drill, limit, expected) in [
        (Drill::Panic, LIMIT, End::Exit(101)),
        (Drill::Fault, LIMIT, End::Exit(2)),
        (Drill::Overflow, LIMIT, End::Exit(2)),
        (Drill::Hang, HANG, End::Timeout),
    ] {
        results.push((drill.name(), drills.fail(drill, limit, expected)));
    }
    results.push(("wrong pixel", drills.wrong_pixel()));
    results.push(("wrong digest", drills.wrong_digest()));
    results.push(("foreign vectors", drills.foreign_vectors()));
    results.push(("wrong weight", drills.wrong_weight()));
    let mut tally = Tally::default();
    for (what, result) in results {
        tally += Tally::one(result.is_ok());
        match result {
            Ok(text) => say!(output, "drill {} {what}: {text}", board.name),
            Err(error) => say!(output, "FAILED drill {} {what}: {error:#}", board.name),
        }
    }
    Ok(tally)
}

struct Drills<'a> {
    board: &'a Board,
    program: &'a Program<'a>,
    model: &'a Model,
}

impl Drills<'_> {
    fn fail(&self, drill: Drill, limit: Duration, expected: End) -> Result<String> {
        let Model { blob, images, cases, .. } = self.model;
        let job = self.model.job_with(self.board, drill, blob, images, cases)?;
        let begun =
            |run: &Run| run.lines.iter().any(|line| *line == format!("drill {}", drill.name()));
        let mut run = self.program.run("drill", &job, limit)?;
        if !begun(&run) && run.end == End::Timeout {
            // The machine is busy; a hang shows in any case.
            run = self.program.run("drill", &job, LIMIT)?;
        }
        ensure!(begun(&run), "it never got there: {}", run.end);
        if drill == Drill::Overflow {
            let said = run.lines.iter().any(|line| line.ends_with("the stack has overflowed"));
            ensure!(said, "it does not say what happened: {:?}", run.lines);
        }
        ends(&run, expected)
    }

    /// Checks that golden pixels of which the last is wrong are found out.
    fn wrong_pixel(&self) -> Result<String> {
        let mut images = self.model.images.clone();
        *images.last_mut().context("images")? ^= 1;
        let run = self.check(&self.model.blob, &images, &self.model.cases)?;
        self.expectation(&run)
    }

    /// Checks that a digest of another image is found out.
    fn wrong_digest(&self) -> Result<String> {
        let mut cases = self.model.cases.clone();
        cases.last_mut().context("cases")?.digest ^= 1;
        let run = self.check(&self.model.blob, &self.model.images, &cases)?;
        self.expectation(&run)
    }

    /// Checks that vectors of another blob are found out.
    fn foreign_vectors(&self) -> Result<String> {
        let other = make::images(&write(&synthetic::tiny()))?;
        ends(&self.check(&self.model.blob, &other, &self.model.cases)?, End::Exit(2))
    }

    /// Checks that a blob with one wrong weight is found out. The report has to name its layer and
    /// row, and the numbers that the reference computes with either weight.
    fn wrong_weight(&self) -> Result<String> {
        let (wrong, row) = wrong_weight(&self.model.reference)?;
        let blob = Blob::from_bytes(self.model.blob.path(), &write(&wrong));
        for (kind, blob) in [("right", &self.model.blob), ("wrong", &blob)] {
            let (packed, packing) = (blob.pack_for(self.board)?, packing(self.board)?);
            let whole = packed.decode()?.header().layers.iter().all(|spec| spec.packing == packing);
            ensure!(whole, "the blob with the {kind} weight is not all in the kernel's packing");
        }
        let run = self.check(&blob, &self.model.images, &self.model.cases)?;
        ends(&run, End::Exit(1))?;
        let mismatches = Mismatch::all(&run.lines);
        self.every_way(&mismatches)?;
        for mismatch in &mismatches {
            let latent = sampler::codes(mismatch.seed, 0, wrong.latent_len.into());
            let [expected, got] = [&self.model.reference, &wrong]
                .map(|model| layers(model, &latent, mismatch.label)[LAYER][row]);
            let place = mismatch.locate(&self.model.reference);
            let must = Place::Row { layer: LAYER, row, expected, got, more: 0 };
            ensure!(
                expected != got && place == must,
                "{}: the report is `{place}`, it must be `{must}`",
                mismatch.way
            );
        }
        let Some(mismatch) = mismatches.first() else { bail!("no mismatch") };
        Ok(format!("{}, as it must be", mismatch.locate(&self.model.reference)))
    }

    fn check(&self, blob: &Blob, images: &[u8], cases: &[gan_tests::job::Case]) -> Result<Run> {
        let job = self.model.job_with(self.board, Drill::None, blob, images, cases)?;
        self.program.run("drill", &job, LIMIT)
    }

    /// Checks that the run found a mismatch, counted it in its summary as well (for whoever reads
    /// only that), and blamed no layer.
    fn expectation(&self, run: &Run) -> Result<String> {
        ends(run, End::Exit(1))?;
        ensure!(summary(run).is_some_and(|counts| counts.failed > 0), "no failure in the summary");
        let mismatches = Mismatch::all(&run.lines);
        self.every_way(&mismatches)?;
        for mismatch in mismatches {
            let place = mismatch.locate(&self.model.reference);
            ensure!(place == Place::Expectation, "{}: the report is `{place}`", mismatch.way);
        }
        Ok(format!("{}, and no layer blamed, as it must be", run.end))
    }

    /// Checks that the mismatch was noticed in every way of making an image.
    fn every_way(&self, mismatches: &[Mismatch]) -> Result<()> {
        let ways: Vec<_> = mismatches.iter().map(|mismatch| &*mismatch.way).collect();
        let pairs = if self.board.kernel == "dsp" { &["pairs"][..] } else { &[] };
        let all = ways == [&["images", "rows"], pairs].concat();
        ensure!(all, "mismatches only in {}", ways.join(", "));
        Ok(())
    }
}

fn ends(run: &Run, expected: End) -> Result<String> {
    ensure!(run.end == expected, "{}, expected: {expected}\n  {}", run.end, run.lines.join("\n  "));
    Ok(format!("{expected}, as it must be"))
}

/// Returns the model with a weight of [`LAYER`] missing that the first image cannot do without, and
/// the weight's row. A weight of 0 leaves every sum in the range of every kernel.
fn wrong_weight(model: &reference::Model) -> Result<(reference::Model, usize)> {
    let latent = sampler::codes(0, 0, model.latent_len.into());
    let label = (model.classes > 0).then_some(0);
    let right = layers(model, &latent, label);
    let inputs = usize::from(model.layers[LAYER].inputs);
    // From the last on: a row in the middle of a group tells more than the first.
    for index in (0..inputs * usize::from(model.layers[LAYER].outputs)).rev() {
        let mut wrong = model.clone();
        let Params::I8(int8) = &mut wrong.layers[LAYER].params else {
            bail!("layer {LAYER} has no int8 weights")
        };
        int8.weights[index] = 0;
        if layers(&wrong, &latent, label).last() != right.last() {
            return Ok((wrong, index / inputs));
        }
    }
    bail!("no weight of layer {LAYER} makes a difference")
}
