//! The steps that run on this computer: sources, the crates of the workspace, and what carries a
//! model elsewhere (Python, the web, other CPUs in emulators).

use super::steps::{Steps, cargo_test};
use crate::prelude::*;
use crate::shell::host;
use crate::{
    api, builds, docs, emulated, fuzz, models, oracle, publish, python, scale, setup, sources,
    tables, web,
};

/// The profile of what users run.
const RELEASE: &str = "release";
/// The profile that ends a test where arithmetic overflows or a debug assertion fails.
const CHECKED: &str = "checked";
/// The packages that do not need burn.
const OTHERS: &str = "--workspace --exclude gan-train";

impl Steps {
    /// Runs all of them.
    pub fn host(&mut self) {
        self.check("format: host", || host("fmt --all --check").run());
        self.check("format: firmware", sources::firmware_format);
        self.check("format: generated tables", || tables::run(true));
        self.found("format: columns and lengths", sources::check);

        self.found("docs: links", docs::check);
        self.found("docs: book", docs::book::check);
        self.found("licences", builds::licences);
        self.check("publish: packages", || publish::check(false));

        // Release everywhere: what clippy checked of the dependencies serves rustdoc, and burn is
        // built in one profile only.
        let clippy = "clippy --release --workspace --all-targets -- -D warnings";
        self.check("clippy: host", || host(clippy).run());
        let doc = || host("doc --release --workspace --no-deps");
        self.check("doc: host", || doc().env("RUSTDOCFLAGS", "-D warnings").run());

        self.found("doc: gan-core's public interface", api::check);

        self.check("gan-core: each feature alone", builds::core_features);
        self.check("gan-tools: without burn", builds::tools_without_burn);
        self.counted("gan and xtask on Windows and macOS", builds::other_systems);
        self.trainer();
        self.tests("tests: all others", RELEASE, OTHERS);
        self.tests("tests: all others, with the compiler's checks", CHECKED, OTHERS);
        let micromath =
            "-p gan-core -p gan-tests --features gan-core/micromath,gan-tests/micromath";
        self.tests("tests: micromath", RELEASE, micromath);
        self.counted("scale: a set of shards by several processes", scale::check);
        self.counted("python: the package, and models as ONNX", python::run);
        self.counted("tests: host kernels in emulators", |tally| emulated::run(tally, cargo_test));
        self.counted("tests: registers, by an oracle", |tally| oracle::check(tally, cargo_test));

        self.counted("web: the module in Node.js and the page in a browser", web::check);
        self.found("fuzz", fuzz::check);
        self.check("vectors", vectors::check);
        self.check("models", models::check);
    }

    /// The suites of gan-train. They take as long as all others, so they are run once: in CI with
    /// the compiler's checks, and otherwise built as what people run.
    ///
    /// gan-train comes by itself: together with the others' test dependencies, its own dependencies
    /// would have other features, and burn would be built a second time next to the one of `cargo
    /// run --release -p gan-train`. It would be in the profile `checked`, too.
    fn trainer(&mut self) {
        const DEVICES: &str = "devices: ndarray and wgpu";
        if std::env::var_os("CI").is_none() {
            self.tests("tests: gan-train", RELEASE, "-p gan-train");
        } else {
            let ours = ["gan-core", "gan-import", "gan-tools", "gan-train"].map(|package| {
                ["debug-assertions", "overflow-checks"]
                    .map(|check| format!("--config profile.release.package.{package}.{check}=true"))
                    .join(" ")
            });
            let checked = format!("-p gan-train {}", ours.join(" "));
            self.tests("tests: gan-train, with the compiler's checks", RELEASE, &checked);
        }
        if self.only.is_none() {
            println!("\nSKIPPED {DEVICES}: burn is built again for it; `--only devices` runs it");
        } else if self.wants(DEVICES) {
            let vulkan = shell::or_skip(&format!("wgpu's part of {DEVICES}"), setup::vulkan());
            let features = if vulkan.is_some() { "ndarray,wgpu" } else { "ndarray" };
            self.tests(DEVICES, CHECKED, &format!("-p gan-train --features {features}"));
        }
    }
}
