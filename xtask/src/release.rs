//! Makes a release: everything that is handed out, its checksums, and the tag.
//!
//! `--dry-run` makes all of it and changes nothing in the repository. Without it the changelog's
//! section gets its number, and the commit its tag. Nothing is sent anywhere: the last lines say
//! how, for the person who has the rights.

mod changelog;
mod sbom;

use clap::Args;
use sha2::{Digest, Sha256};

use crate::hardware::Outputs;
use crate::prelude::*;
use crate::{boards, c, hardware, publish, python, web};

/// Writes files into a folder.
type Make = fn(&Path) -> Result<()>;

/// What a release makes, and how. Each writes files into the folder that it is given, in folders of
/// it if it likes.
const ARTIFACTS: &[(&str, Make)] = &[
    ("packages", packages),
    ("bills of materials", sbom::write),
    ("firmware for the Pico", |to| firmware("pico", to)),
    ("firmware for the Pico 2", |to| firmware("pico2", to)),
    ("the C library", |to| c::library(Some(&to.join("c-library")))),
    ("the page", |to| web::write(&to.join("gan.html"))),
    ("the Python package", python::wheel),
    ("the command gan-train for Python", python::command_wheel),
];
/// The model that a Pico of a release draws.
const MODEL: &str = "models/mnist-small.gan";
/// The file with the checksums of all others, as `sha256sum --check` reads it.
const SUMS: &str = "SHA256SUMS";

/// Make what a release hands out, with checksums, and the changelog's section; then commit and tag
#[derive(Args)]
pub struct Release {
    /// Change nothing in the repository: no section, no commit, no tag
    #[arg(long)]
    dry_run: bool,
    /// Folder of the files; it must not have any yet [default: target/vVERSION]
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Makes the release.
pub fn run(release: &Release) -> Result<()> {
    let version = publish::version()?;
    let tag = format!("v{version}");
    let folder = match &release.output {
        Some(folder) => folder.clone(),
        None => root().join("target").join(&tag),
    };
    let changes = changelog::Changelog::read()?;
    let changes = changes.released(&version, &shell::today()?)?;
    ready(release.dry_run, &tag)?;
    empty(&folder, release.output.is_none())?;
    println!("{}", changes.section);

    publish::check(true)?;
    publish::docs_rs()?;
    for (name, make) in ARTIFACTS {
        println!("== {name}");
        make(&folder).with_context(|| (*name).to_owned())?;
    }
    let sums = checksums(&folder)?;
    shell::write(&folder.join(SUMS), sums.as_bytes())?;
    print!("\n{} of {}:\n{sums}", SUMS, relative(&folder));

    if release.dry_run {
        println!("\ndry run: {tag} would be tagged now; nothing was changed");
        return Ok(());
    }
    shell::write(&root().join(changelog::NAME), changes.text.as_bytes())?;
    git(&["commit", "--quiet", "--message", &format!("Release {version}"), changelog::NAME])?;
    git(&["tag", "--annotate", "--message", &format!("gan-core {version}"), &tag])?;
    println!("\n{tag} is tagged. To hand it out:");
    println!("  git push origin main {tag}");
    println!("  cargo publish --package {}", publish::PACKAGES.join(" --package "));
    println!("  and put the files of {} beside the tag", relative(&folder));
    Ok(())
}

/// Returns an error if a tag would be of something else than what is in Git, or is taken.
fn ready(dry_run: bool, tag: &str) -> Result<()> {
    let mut faults = Vec::new();
    if !git(&["status", "--porcelain"])?.is_empty() {
        faults.push("there are changes that are not committed".to_owned());
    }
    if !git(&["tag", "--list", tag])?.is_empty() {
        faults.push(format!("{tag} is tagged already: Cargo.toml, workspace.package.version"));
    }
    let (repository, origin) = (publish::repository()?, git(&["remote", "get-url", "origin"]));
    let origin = origin.unwrap_or_default();
    if origin.trim().trim_end_matches(".git") != repository {
        faults.push(format!("Git's origin is not {repository}, as Cargo.toml has it"));
    }
    for fault in &faults {
        println!("{}: {fault}", if dry_run { "note" } else { "error" });
    }
    ensure!(dry_run || faults.is_empty(), "not released");
    Ok(())
}

/// Makes the folder. What an earlier release left in the folder of its own is `ours`, and goes; of
/// another folder nothing is deleted.
fn empty(folder: &Path, ours: bool) -> Result<()> {
    if ours {
        shell::remove(folder)?;
    }
    shell::create(folder.into())?;
    let is_empty = fs::read_dir(folder)?.next().is_none();
    ensure!(is_empty, "--output {}: there are files in it", folder.display());
    Ok(())
}

/// Packs the files that the registry takes.
fn packages(to: &Path) -> Result<()> {
    for packed in publish::pack()? {
        let name = packed.file.file_name().context("a package without a name")?;
        fs::copy(&packed.file, to.join(name))?;
    }
    Ok(())
}

fn firmware(board: &str, to: &Path) -> Result<()> {
    let (board, model) = (boards::select_one(board)?, root().join(MODEL));
    let uf2 = to.join(format!("{}-{}.uf2", board.name, shell::stem(&model)));
    let wanted = hardware::Wanted::new(board, Some(model));
    hardware::firmware(&wanted, &Outputs { output: Some(uf2), ..Outputs::default() })
}

/// Returns a line `SHA-256  FILE` for each file below a folder, in order of their names.
fn checksums(folder: &Path) -> Result<String> {
    let line = |path: &PathBuf| {
        let hex = shell::hex(Sha256::digest(shell::read(path)?));
        Ok(format!("{hex}  {}\n", path.strip_prefix(folder)?.display()))
    };
    shell::files(folder)?.iter().map(line).collect()
}

fn git(arguments: &[&str]) -> Result<String> {
    Command::new("git").args(arguments).current_dir(root()).read()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_sha256sum() {
        let folder = Temporary::new().unwrap();
        fs::create_dir(folder.join("b")).unwrap();
        fs::write(folder.join("b/abc"), "abc").unwrap();
        fs::write(folder.join("a"), "").unwrap();
        let sums = checksums(&folder);
        let refused = empty(&folder, false).unwrap_err();
        // Of FIPS 180-2's example, and of nothing.
        let expected = "\
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a
ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b/abc
";
        assert_eq!(sums.unwrap(), expected);
        assert!(refused.to_string().contains("there are files in it"));
        assert!(folder.join("a").exists());
    }
}
