//! The outsider's package: files of `xtask/outsider`, which are what any firmware has, and between
//! them the lines of README.md. It lies in the system's folder for temporary files, beside a link
//! to this repository, so that nothing of this repository's own settings reaches it.

use std::{env, io};

use super::readme::{self, Readme};
use crate::prelude::*;

/// The function `main` and what goes with it.
const MAIN: &str = include_str!("../../outsider/main.rs");
const MANIFEST: &str = include_str!("../../outsider/manifest.toml");
const CONFIG: &str = include_str!("../../outsider/config.toml");
/// Memory layouts, by the machine of QEMU.
const LAYOUTS: [(&str, &str); 2] = [
    ("mps2", include_str!("../../outsider/mps2.x")),
    ("virt", include_str!("../../outsider/virt.x")),
];

/// The way in which the model gets into the firmware.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// The build script packs it.
    BuildScript,
    /// `gan pack` packs it, as README.md says or for another target.
    Pack(Option<&'static str>),
}

/// The package's folder, which goes when this is dropped.
pub struct Package {
    /// The folder with the package and the link.
    around: PathBuf,
    folder: PathBuf,
}

/// Makes a symbolic link to a folder.
fn link(folder: &Path, name: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::symlink(folder, name);
    #[cfg(windows)]
    return std::os::windows::fs::symlink_dir(folder, name);
}

impl Drop for Package {
    fn drop(&mut self) {
        // What cannot be removed is removed before the next package is made.
        let _ = fs::remove_dir_all(&self.around);
    }
}

impl Package {
    /// Returns a package that has what any firmware has. Its path is always the same, so that the
    /// next one finds its dependencies built, and another one for each clone of the repository.
    pub fn new() -> Result<Self> {
        let root = root();
        let key = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC)
            .checksum(root.as_os_str().as_encoded_bytes());
        let around = env::temp_dir().join(format!("gan-outsider-{key:08x}"));
        shell::remove(&around)?;
        let package = Self { folder: around.join("firmware"), around };
        fs::create_dir_all(package.folder.join("src"))?;
        fs::create_dir(package.folder.join(".cargo"))?;
        link(&root, &package.around.join("gan"))?;
        package.write("Cargo.toml", MANIFEST)?;
        package.write(".cargo/config.toml", CONFIG)?;
        package.write("src/main.rs", MAIN)?;
        Ok(package)
    }

    /// Makes sure that the crates of any firmware are there.
    pub fn fetch(&self) -> Result<()> {
        self.cargo().arg("fetch").read().map(|_| ())
    }

    /// Writes what README.md says.
    pub fn follow(&self, readme: &Readme, route: Route) -> Result<()> {
        self.write("Cargo.toml", &format!("{MANIFEST}\n{}", readme.manifest))?;
        let program = match route {
            Route::BuildScript => {
                self.write("build.rs", &readme.build_script)?;
                readme.program.clone()
            }
            Route::Pack(target) => {
                let script = self.folder.join("build.rs");
                if script.exists() {
                    fs::remove_file(script)?;
                }
                let mut words: Vec<_> = readme.pack.split_whitespace().collect();
                let at = words.iter().position(|word| *word == "--target");
                let named = at.and_then(|at| words.get_mut(at + 1));
                let named = named.context("README.md: `gan pack` without --target CORE")?;
                *named = target.unwrap_or(named);
                self.gan(&words[1..])?;
                readme::with_line(&readme.program, &readme.packed)?
            }
        };
        self.write("src/readme.rs", &format!("{{\n{}}}\n", readme::with_markers(&program)?))
    }

    /// Builds it for a board's target and returns the path of its ELF file.
    pub fn build(&self, board: &Board) -> Result<PathBuf> {
        let qemu = board.qemu.as_deref().unwrap_or_default();
        let layout = LAYOUTS.iter().find(|(machine, _)| qemu.contains(machine));
        let Some((_, layout)) = layout else {
            bail!("{}: no memory layout for it in xtask/outsider", board.name)
        };
        self.write("memory.x", layout)?;
        let target = shell::scratch("outsider")?;
        let mut build = self.cargo();
        build.words("build --quiet --release --target-dir").arg(&target);
        build.args(["--target", &board.target]).run()?;
        Ok(target.join(&board.target).join("release/outsider"))
    }

    /// Runs `gan` in the package's folder, and returns its output.
    pub fn gan(&self, arguments: &[&str]) -> Result<String> {
        let mut gan = self.cargo();
        gan.words("run --quiet --release --package gan-tools --manifest-path");
        gan.arg(root().join("Cargo.toml")).arg("--").args(arguments);
        gan.read()
    }

    /// Returns where a file or a folder of the package is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn cargo(&self) -> Command {
        shell::cargo(&self.folder)
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        fs::write(self.path(name), text).with_context(|| name.to_owned())
    }
}

/// Counts the lines of code that are neither blank nor comments alone: those of README.md, and
/// those around them.
pub fn lines(readme: &Readme, route: Route) -> (usize, usize) {
    let is_code = |line: &&str| {
        let line = line.trim();
        !line.is_empty() && !["//", "# "].iter().any(|start| line.starts_with(start))
    };
    let code = |texts: &[&str]| {
        texts.iter().map(|text| text.lines().filter(is_code).count()).sum::<usize>()
    };
    let model = match route {
        Route::BuildScript => &readme.build_script,
        Route::Pack(_) => &readme.pack,
    };
    (code(&[&readme.manifest, model, &readme.program]), code(&[MANIFEST, CONFIG, MAIN]))
}
