//! A run as its observer sees it, and how long it is to be.

use super::*;
use crate::data::Split;
use crate::train::{Shape, checkpoint, metrics};
use gan_tools::images::Images;

/// Notes what it hears, and answers as it was told to.
#[derive(Default)]
struct Scripted {
    /// The step of each evaluation, and how often it was asked whether to stop by then.
    evaluated: Vec<(u64, u64)>,
    recorded: Vec<u64>,
    asked: u64,
    verdict: Option<Verdict>,
    interrupt_after: Option<u64>,
}

impl Observer for Scripted {
    fn record(&mut self, record: &Record) -> Result<()> {
        self.recorded.push(record.step);
        Ok(())
    }

    fn evaluate(&mut self, trainer: &mut Trainer) -> Result<Verdict> {
        self.evaluated.push((trainer.state().step, self.asked));
        Ok(self.verdict.unwrap_or(Verdict::Skipped))
    }

    fn interrupted(&mut self) -> bool {
        self.asked += 1;
        self.interrupt_after.is_some_and(|step| self.asked >= step)
    }
}

/// Trains for seven steps, with evaluations every three. Returns why training ended, the steps
/// that were done, those with a line of metrics, and the step of the checkpoint, if there is
/// one.
fn run(name: &str, observer: &mut Scripted) -> (End, u64, Vec<u64>, Option<u64>) {
    let text = "name = \"t\"\n[generator]\nlatent = 2\nhidden = [3]\n\
                [discriminator]\nhidden = [3]\n\
                [training]\nbatch = 4\nsteps = 7\neval_every = 3\n";
    let config: Config = toml::from_str(text).unwrap();
    let pixels = (0..4 * 8u32).map(|index| (index * 97 % 251) as u8).collect();
    let images = Images { count: 8, width: 2, height: 2, pixels };
    let data = Split { images, labels: None };
    let shape = Shape::of(&config, &data).unwrap();
    let device = Device::flex();
    let state = State::new(&config, shape, &device);
    let mut trainer = Trainer::new(config.clone(), &device, data, shape, state).unwrap();
    let folder = std::env::temp_dir().join(format!("gan-train-run-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let end = train(&mut trainer, observer, &folder, Duration::from_secs(1000)).unwrap();
    let lines = metrics::read(&folder).unwrap().iter().map(|record| record.step).collect();
    let saved = folder.join(checkpoint::FILE).exists();
    let saved = saved.then(|| checkpoint::load(&folder, &config, &device).unwrap().state.step);
    std::fs::remove_dir_all(&folder).unwrap();
    (end, trainer.state().step, lines, saved)
}

#[test]
fn a_run_asks_for_evaluations_and_saves_its_last_step_itself() {
    let mut observer = Scripted::default();
    let (end, steps, lines, saved) = run("whole", &mut observer);
    assert_eq!((end, steps, saved), (End::Finished, 7, Some(7)));
    assert_eq!(observer.evaluated, [(3, 3), (6, 6), (7, 7)]);
    assert_eq!(observer.recorded, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(lines, observer.recorded);
}

#[test]
fn a_run_ends_when_an_evaluation_says_so_and_leaves_the_checkpoint_to_it() {
    let mut observer = Scripted { verdict: Some(Verdict::Reached), ..Scripted::default() };
    let (end, steps, lines, saved) = run("reached", &mut observer);
    assert_eq!((end, steps, lines.len(), saved), (End::Reached, 3, 3, None));
    let mut observer = Scripted { verdict: Some(Verdict::GoOn), ..Scripted::default() };
    let (end, steps, _, saved) = run("on", &mut observer);
    assert_eq!((end, steps, saved), (End::Finished, 7, None));
}

#[test]
fn an_interrupted_run_saves_the_step_that_it_was_at() {
    let mut observer = Scripted { interrupt_after: Some(5), ..Scripted::default() };
    let (end, steps, lines, saved) = run("interrupted", &mut observer);
    assert_eq!((end, steps, lines.len(), saved), (End::Interrupted, 5, 5, Some(5)));
    assert_eq!(observer.evaluated, [(3, 3)]);
}

/// Steps of the two kinds take different times, and a run has as many of the one as of the other:
/// each kind is tried by itself, and the mean counts.
#[test]
fn both_kinds_of_step_count_for_the_minutes() {
    assert_eq!(steps_that_fit(1.0, &[0.5]), 120);
    assert_eq!(steps_that_fit(1.0, &[0.5, 0.1]), 200);
    assert_eq!(steps_that_fit(0.001, &[10.0]), 1);

    let text = "name = \"t\"\n[generator]\nlatent = 2\nhidden = [3]\n\
                [discriminator]\nhidden = [3]\n\
                [training]\nbatch = 4\nsteps = 1000\nalternate = \"epochs\"\n";
    let config: Config = toml::from_str(text).unwrap();
    let pixels = (0..4 * 8u32).map(|index| (index * 97 % 251) as u8).collect();
    let images = Images { count: 8, width: 2, height: 2, pixels };
    let data = Split { images, labels: None };
    let (device, shape) = (Device::flex(), Shape::of(&config, &data).unwrap());
    let epoch = 2;
    for (first, of_discriminator) in [(0, true), (epoch, false)] {
        let state = State::new(&config, shape, &device);
        let mut trainer =
            Trainer::new(config.clone(), &device, data.clone(), shape, state).unwrap();
        let numbers = |trainer: &Trainer| {
            [trainer.state().discriminator.params(), trainer.state().generator.params()]
        };
        let before = numbers(&trainer);
        let seconds =
            seconds_of_step(&mut trainer, first, epoch, Duration::from_millis(1)).unwrap();
        assert!(seconds > 0.0 && seconds.is_finite());
        let after = numbers(&trainer);
        let changed = [before[0] != after[0], before[1] != after[1]];
        assert_eq!(changed, [of_discriminator, !of_discriminator]);
    }
}
