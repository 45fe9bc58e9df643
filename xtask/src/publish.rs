//! Checks the packages that are published: that Cargo packs them, and that what was packed builds
//! without the rest of the repository.
//!
//! `cargo package` would verify each in the profile for development, and build burn once more for
//! that. Here the packed files are a workspace of their own, in a folder of the target folder, with
//! this one's profiles, locked versions and target folder, so that nothing of others is built anew.

use toml::{Table, Value};

use crate::prelude::*;
use crate::setup;

/// The packages that are published, in an order in which each depends on those before it only.
pub const PACKAGES: [&str; 7] =
    ["gan-core", "gan-build", "gan-serial", "gan-sign", "gan-tools", "gan-import", "gan-train"];
/// The package that depends on burn, which takes minutes to build.
pub const WITH_BURN: &str = "gan-train";

/// The fields of a manifest that a package's page shows, and that its author has to fill in.
const FIELDS: &str =
    "description repository documentation readme license rust-version keywords categories metadata";
/// Files that each package has.
const FILES: [&str; 3] = ["README.md", "LICENSE-MIT", "LICENSE-APACHE"];
/// Folders that no package has: they need what is not published.
const LEFT_OUT: [&str; 2] = ["benches", "tests"];

/// A packed package.
pub struct Packed {
    /// The file that the registry takes.
    pub file: PathBuf,
    /// Its content, unpacked.
    folder: PathBuf,
}

/// Returns the version that all packages of the workspace have.
pub fn version() -> Result<String> {
    of_workspace("version")
}

/// Returns where the repository is.
pub fn repository() -> Result<String> {
    of_workspace("repository")
}

fn of_workspace(field: &str) -> Result<String> {
    let value = &manifest(&root())?["workspace"]["package"][field];
    let value = value.as_str().with_context(|| format!("Cargo.toml: workspace.package.{field}"))?;
    Ok(value.to_owned())
}

/// Makes gan-core's documentation for each target as docs.rs does: with the features that its
/// manifest names, and `--cfg docsrs`, which lets it use a feature of the nightly compiler.
pub fn docs_rs() -> Result<()> {
    let manifest = manifest(&root().join("gan-core"))?;
    let wanted = &manifest["package"]["metadata"]["docs"]["rs"];
    let list = |key: &str| -> Vec<_> {
        let values = wanted[key].as_array().into_iter().flatten();
        values.filter_map(Value::as_str).collect()
    };
    for target in list("targets") {
        setup::target(target)?;
        let mut cargo = shell::host("doc --quiet --release --no-deps --package gan-core");
        cargo.args(["--target", target, "--features", &list("features").join(",")]);
        cargo.env("RUSTDOCFLAGS", "--cfg docsrs -D warnings").env("RUSTC_BOOTSTRAP", "1");
        cargo.env("CARGO_TARGET_DIR", home().join("docs")).run()?;
        println!("documentation of gan-core for {target}: made as docs.rs makes it");
    }
    Ok(())
}

/// Packs and checks all packages. `with_burn`: builds [`WITH_BURN`] from its packed files too.
pub fn check(with_burn: bool) -> Result<()> {
    let packed = pack()?;
    let (small, large): (Vec<_>, Vec<_>) =
        PACKAGES.into_iter().partition(|&name| name != WITH_BURN);
    let folder = workspace(&packed)?;
    let mut built = Vec::new();
    // One after the other, or what the tests of some need would change the features of burn, which
    // would be built a second time.
    for names in [small, large].into_iter().take(1 + usize::from(with_burn)) {
        for task in [&["build"][..], &["test", "--doc"]] {
            let mut cargo = shell::cargo(&folder);
            cargo.args(task).words("--release --quiet");
            cargo.args(names.iter().flat_map(|name| ["--package", name]));
            cargo.env("CARGO_TARGET_DIR", target());
            cargo.run().context("from the packed files")?;
        }
        built.extend(names);
    }
    for (name, packed) in PACKAGES.iter().zip(&packed) {
        let size = packed.file.metadata()?.len();
        let how =
            if built.contains(name) { "built and its documentation tested" } else { "packed" };
        println!("{name} {}: {size} bytes, {how}", version()?);
    }
    Ok(())
}

/// Packs all packages together, so that one may depend on another that no registry has yet.
pub fn pack() -> Result<Vec<Packed>> {
    let mut cargo = shell::host("package --no-verify --allow-dirty --quiet");
    cargo.args(PACKAGES.iter().flat_map(|name| ["--package", name]));
    // Its warnings name each suite that is left out.
    cargo.env("CARGO_TARGET_DIR", target()).read()?;
    let version = version()?;
    PACKAGES.iter().map(|name| unpack(name, &version).context(*name)).collect()
}

/// Unpacks a package and looks for what it has to have.
fn unpack(name: &str, version: &str) -> Result<Packed> {
    let file = target().join(format!("package/{name}-{version}.crate"));
    let folder = home().join(format!("{name}-{version}"));
    shell::remove(&folder)?;
    tool("tar", "-xzf").arg(&file).arg("-C").arg(shell::create(home())?).read()?;
    let manifest = manifest(&folder)?;
    let package = manifest["package"].as_table().context("no [package]")?;
    for field in FIELDS.split(' ') {
        ensure!(package.contains_key(field), "Cargo.toml: package.{field} is missing");
    }
    for name in FILES {
        let is_text = fs::read_to_string(folder.join(name)).is_ok_and(|text| text.len() > 500);
        ensure!(is_text, "{name} is not in the package");
    }
    for name in LEFT_OUT {
        ensure!(!folder.join(name).exists(), "{name}/ is in the package");
    }
    Ok(Packed { file, folder })
}

/// Writes the workspace of the packed files. Returns its folder.
fn workspace(packed: &[Packed]) -> Result<PathBuf> {
    let own = manifest(&root())?;
    let mut patches = Table::new();
    for (name, packed) in PACKAGES.iter().zip(packed) {
        let path = packed.folder.display().to_string();
        patches.insert((*name).to_owned(), Table::from_iter([("path".into(), path.into())]).into());
    }
    let members: Vec<_> = packed.iter().map(|packed| packed.folder.display().to_string()).collect();
    let mut written = Table::new();
    let resolver = own["workspace"]["resolver"].clone();
    let workspace =
        Table::from_iter([("members".into(), members.into()), ("resolver".into(), resolver)]);
    written.insert("workspace".into(), workspace.into());
    written.insert("patch".into(), Table::from_iter([("crates-io".into(), patches.into())]).into());
    written.insert("profile".into(), own["profile"].clone());
    fs::write(home().join("Cargo.toml"), toml::to_string(&written)?)?;
    fs::copy(root().join("Cargo.lock"), home().join("Cargo.lock"))?;
    Ok(home())
}

fn manifest(folder: &Path) -> Result<Table> {
    shell::toml(folder.join("Cargo.toml"))
}

fn target() -> PathBuf {
    root().join("target")
}

/// Returns the folder of the workspace of packed files.
fn home() -> PathBuf {
    target().join("published")
}
