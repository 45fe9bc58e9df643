//! Everything that has to pass. A step that fails does not keep the others from running.

mod steps;

use crate::boards;
use crate::firmware::{self, Input};
use crate::prelude::*;
use crate::runner::Runner;
use crate::shell::host;
use crate::{
    api, builds, c, console, count, docs, embassy, emulated, fit, fuzz, hardware, models, oracle,
    outsider, parity, publish, python, scale, setup, size, sources, symbols, tables, template, web,
};

use steps::{SETUP, Steps, cargo_test};

/// The profile of what users run.
const RELEASE: &str = "release";
/// The profile that ends a test where arithmetic overflows or a debug assertion fails.
const CHECKED: &str = "checked";
/// The packages that do not need burn.
const OTHERS: &str = "--workspace --exclude gan-train";

/// Runs all steps, or setup and those whose name contains `only`. The last line on standard output
/// is the sum, `N passed, N failed`.
pub fn run(only: Option<String>) -> Tally {
    let mut steps = Steps { only, ..Steps::default() };
    let toolchain = steps.value(SETUP, setup::run);

    steps.check("format: host", || host("fmt --all --check").run());
    steps.check("format: firmware", sources::firmware_format);
    steps.check("format: tables of boards", || tables::run(true));
    steps.found("format: columns and lengths", sources::check);

    steps.found("docs: links", docs::check);
    steps.found("docs: book", docs::book::check);
    steps.found("licences", builds::licences);
    steps.check("publish: packages", || publish::check(false));

    // Release everywhere: what clippy checked of the dependencies serves rustdoc, and burn is built
    // in one profile only.
    let clippy = "clippy --release --workspace --all-targets -- -D warnings";
    steps.check("clippy: host", || host(clippy).run());
    let doc = || host("doc --release --workspace --no-deps");
    steps.check("doc: host", || doc().env("RUSTDOCFLAGS", "-D warnings").run());

    steps.found("doc: gan-core's public interface", api::check);

    steps.check("gan-core: each feature alone", builds::core_features);
    steps.check("gan-tools: without burn", builds::tools_without_burn);
    steps.counted("gan and xtask on Windows and macOS", builds::other_systems);
    // gan-train by itself: together with the others' test dependencies, its own dependencies would
    // have other features, and burn would be built a second time next to the one of `cargo run
    // --release -p gan-train`.
    steps.tests("tests: gan-train", RELEASE, "-p gan-train");
    steps.tests("tests: all others", RELEASE, OTHERS);
    steps.tests("tests: all others, with the compiler's checks", CHECKED, OTHERS);
    let micromath = "-p gan-core -p gan-tests --features gan-core/micromath,gan-tests/micromath";
    steps.tests("tests: micromath", RELEASE, micromath);
    steps.counted("scale: a set of shards by several processes", scale::check);
    steps.counted("python: the package, and models as ONNX", python::run);
    steps.counted("tests: host kernels in emulators", |tally| emulated::run(tally, cargo_test));
    steps.counted("tests: registers, by an oracle", |tally| oracle::check(tally, cargo_test));
    steps.other_devices();

    steps.counted("web: the module in Node.js and the page in a browser", web::check);
    steps.found("fuzz", fuzz::check);
    steps.check("vectors", vectors::check);
    steps.check("models", models::check);
    match toolchain {
        Some(toolchain) => steps.firmware(toolchain),
        None => steps.check("firmware", || bail!("not built: setup failed")),
    }

    println!("\nslowest steps:");
    steps.times.sort_by(|one, other| other.1.total_cmp(&one.1));
    for (name, seconds) in steps.times.iter().take(5) {
        println!("{seconds:>8.1} s  {name}");
    }
    for name in &steps.failed {
        println!("failed: {name}");
    }
    println!("{}", steps.tally);
    steps.tally
}

/// The boards that also run in the newer QEMU: cores that no board has which runs there anyhow.
const IN_NEWER_QEMU: [&str; 2] = ["microbit", "mps2-an505"];

/// Checks parity in the QEMU that `setup` has unpacked beside the installed one, if there is one.
fn in_newer_qemu(tally: &mut Tally) -> Result<()> {
    if !boards::newer_folder().exists() || boards::is_refused() {
        println!("SKIPPED: no QEMU is unpacked beside the installed one (docs/testing.md)");
        return Ok(());
    }
    for board in IN_NEWER_QEMU {
        let mut parity = Command::new(std::env::current_exe()?);
        parity.args(["parity", "--board", board]).env(boards::CHOICE, "newer");
        let mut sum = None;
        // Its last line begins with `parity: `.
        let of_line = |line: &str| Tally::parse(line.strip_prefix("parity: ")?, ',');
        parity.stream(|line| sum = of_line(line).or(sum))?;
        *tally += sum.with_context(|| format!("parity of {board} ended without a sum"))?;
    }
    Ok(())
}

/// Runs a check of every board, for several packages at once.
fn each(tally: &mut Tally, check: impl Fn(&Board) -> Result<()> + Sync) -> Result<()> {
    let checks = boards::by_package(&boards::all(), |board| {
        let checked = check(board);
        if let Err(error) = &checked {
            println!("{}: {error:#}", board.name);
        }
        Ok(Tally::one(checked.is_ok()))
    })?;
    checks.into_iter().for_each(|one| *tally += one);
    Ok(())
}

impl Steps {
    /// gan-train with the compiler's checks and with the devices beside flex, because both need
    /// burn a second time.
    fn other_devices(&mut self) {
        const NAME: &str = "tests: gan-train, with the compiler's checks, ndarray and wgpu";
        if !self.wants(NAME) {
            return;
        }
        if std::env::var_os("CI").is_none() {
            println!("\nSKIPPED {NAME}: burn is built a second time for it; CI=true runs it");
            return;
        }
        let vulkan = shell::or_skip(&format!("wgpu's part of {NAME}"), setup::vulkan());
        let features = if vulkan.is_some() { "ndarray,wgpu" } else { "ndarray" };
        self.tests(NAME, CHECKED, &format!("-p gan-train --features {features}"));
    }

    fn firmware(&mut self, toolchain: Toolchain) {
        let model =
            || -> Result<PathBuf> { vectors::default_model().context("a model to build with") };
        let (all, hardware) = (boards::emulated(), boards::hardware());
        self.counted("clippy: firmware", |tally| match toolchain {
            Toolchain::Rustup => {
                each(tally, |board| firmware::clippy(board, Input::model(&model()?)))
            }
            Toolchain::Debian => {
                println!("SKIPPED: the toolchain that has clippy lacks the targets");
                Ok(())
            }
        });
        self.counted("doc: firmware", |tally| {
            each(tally, |board| firmware::doc(toolchain, board, Input::model(&model()?)))
        });
        self.check("firmware: size", || size::check(&boards::all()));
        self.check("firmware: sizes for fit", || fit::boards::check(toolchain));
        self.check("firmware: hardware boards build", || hardware::check(toolchain, &hardware));
        self.check("firmware: nothing can panic", || {
            // It links only where the optimizer has proved that; there is nothing to run.
            // The features are those that the models need.
            let synthetic = |stem: &str| vectors::folder().join(format!("{stem}.gan"));
            for model in [synthetic("v1-float"), synthetic("v2-int4"), vectors::default_model()?] {
                for board in &all {
                    for bin in ["", "_known", "_table", "_transform"] {
                        let bin = &format!("panic_free{bin}");
                        firmware::build(toolchain, board, bin, Input::model(&model))?;
                    }
                }
            }
            Ok(())
        });
        self.check("firmware: the application cannot panic", || symbols::check(toolchain, &all));
        self.check("firmware: console", || console::check(toolchain, &all));
        self.check("firmware: display", || console::display::check(toolchain));
        self.counted("firmware: pico in rp2040js", |tally| {
            if boards::is_skipped("pico") {
                println!("SKIPPED: the Pico's crates");
            } else if let Some(emulator) =
                shell::or_skip("rp2040js", shell::npm(console::pico::VERSION))
            {
                console::pico::check(toolchain, &emulator)?;
                tally.pass();
            }
            Ok(())
        });
        self.counted("firmware: the C library", |tally| c::check(toolchain, tally));
        self.counted("firmware: an outsider's crate", |tally| outsider::check(toolchain, tally));
        self.counted("firmware: template", |tally| template::check(toolchain, tally));
        self.counted("firmware: embassy", |tally| embassy::check(toolchain, tally));
        self.check("count", || count::check(toolchain, &all));
        self.counted("parity", |tally| {
            *tally += parity::run(&all, None, &Runner::Qemu)?;
            Ok(())
        });
        self.counted("parity: in the newer QEMU", in_newer_qemu);
    }
}
