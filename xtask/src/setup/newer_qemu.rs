//! Unpacks a newer QEMU beside the installed one, for boards whose machine the installed one lacks.
//!
//! Its packages come from the backports of the Debian that runs here, and are unpacked into
//! `target/qemu`. Installing them (`apt-get install -t bookworm-backports`) would need a source of
//! packages in `/etc/apt` and would replace the QEMU that the user has, for all that they do with
//! it. So apt works here with lists and a source of its own, needs no rights, and nothing that is
//! installed changes. Deleting the folder takes it back.

use std::io::stderr;

use crate::boards;
use crate::prelude::*;

/// With this key Debian signs its lists of packages.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Unpacks it if the installed QEMU lacks the board's machine. What keeps it from that is said, and
/// is no error: the board is left out.
pub fn unpack_for(board: &Board, package: &str) {
    let Some((program, machine)) = boards::program_and_machine(board) else { return };
    let unpacked = boards::newer_folder().join("usr/bin").join(program);
    if boards::has_machine(program, machine) != Some(false) || unpacked.exists() {
        return;
    }
    if boards::is_refused() {
        eprintln!("setup: no newer QEMU for {}: {} refuses it", board.name, boards::CHOICE);
    } else if let Err(error) = unpack(package, program) {
        eprintln!("SKIPPED a newer QEMU for {}: {error:#}", board.name);
    }
}

fn unpack(package: &str, program: &str) -> Result<()> {
    let release = shell::text("/etc/os-release")?;
    let mut sites = tool("apt-get", "indextargets --format");
    sites.args(["$(REPO_URI) $(CODENAME) $(COMPONENT)", "Identifier: Packages"]);
    let sites = sites.read()?;
    let (site, codename) = source(&release, &sites)
        .context("only Debian's own packages are taken, from the site that apt takes them from")?;
    let suite = format!("{codename}-backports");
    let folder = boards::newer_folder();
    eprintln!(
        "setup: downloading {package} from {suite} and unpacking it into {}; the installed QEMU \
         stays as it is ({}=installed refuses this)",
        relative(&folder),
        boards::CHOICE
    );
    let new = folder.with_extension("new");
    shell::remove(&new)?;
    for lists in ["apt/lists/partial", "apt/cache/archives/partial"] {
        shell::create(new.join(lists))?;
    }
    let lines =
        [&suite, &codename].map(|suite| format!("deb [signed-by={KEYRING}] {site} {suite} main\n"));
    shell::write(&new.join("apt/sources.list"), lines.concat().as_bytes())?;
    apt_get(&new, "update")?;
    let wanted = [package, "qemu-system-common", "qemu-system-data"];
    let wanted = wanted.map(|name| format!("{name}/{suite}"));
    apt_get(&new, &format!("download {}", wanted.join(" ")))?;
    shell::remove(&new.join("apt"))?;
    for path in shell::files(&new)? {
        tool("dpkg-deb", "--extract").arg(&path).arg(&new).run()?;
        fs::remove_file(&path).with_context(|| relative(&path))?;
    }
    // A library that it needs beyond those of the installed QEMU would be missing here.
    let version = tool(new.join("usr/bin").join(program), "--version").read()?;
    shell::remove(&folder)?;
    fs::rename(&new, &folder).with_context(|| relative(&folder))?;
    eprintln!("setup: {}", version.lines().next().unwrap_or_default());
    Ok(())
}

/// apt-get with the lists and the source in this folder, and the packages that it downloads.
fn apt_get(folder: &Path, words: &str) -> Result<()> {
    let apt = folder.join("apt");
    let mut command = tool("apt-get", "-qq");
    for (name, value) in [
        ("Dir::Etc::sourcelist", apt.join("sources.list")),
        ("Dir::Etc::sourceparts", "/dev/null".into()),
        ("Dir::State::lists", apt.join("lists")),
        ("Dir::Cache", apt.join("cache")),
    ] {
        command.arg("-o").arg(format!("{name}={}", value.display()));
    }
    command.words(words).current_dir(folder).stdout(stderr()).run()
}

/// Returns where apt has this Debian's packages from, and the name of this Debian.
fn source(release: &str, sites: &str) -> Option<(String, String)> {
    let field = |name: &str| {
        let mut values = release.lines().filter_map(|line| line.strip_prefix(name));
        values.next().map(|value| value.trim_matches('"').to_owned())
    };
    let codename =
        field("VERSION_CODENAME=").filter(|_| field("ID=").as_deref() == Some("debian"))?;
    sites.lines().find_map(|line| match line.split(' ').collect::<Vec<_>>()[..] {
        [site, of, "main"] if of == codename => Some((site.to_owned(), codename.clone())),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_site_of_this_debian_only() {
        let release = "NAME=\"Debian GNU/Linux\"\nVERSION_CODENAME=bookworm\nID=debian\n";
        let sites = "file:/security bookworm-security main\nfile:/more bookworm contrib\n\
                     file:/mirror bookworm main\n";
        let found = source(release, sites);
        assert_eq!(found, Some(("file:/mirror".into(), "bookworm".into())));
        assert_eq!(source(&release.replace("=debian", "=ubuntu"), sites), None);
        assert_eq!(source(&release.replace("bookworm", "trixie"), sites), None);
        assert_eq!(source("", sites), None);
    }
}
