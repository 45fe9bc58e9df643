//! Scripts that run while a default build goes on: docs/dependencies.md has a row for each, which
//! says what it does, and no script has code of a network in it.

use std::collections::BTreeMap;

use crate::prelude::*;

/// What a script that downloads would have in it: a client, or a program that is one.
const NETWORK: [&str; 13] = [
    "std::net",
    "TcpStream",
    "UdpSocket",
    "ureq",
    "reqwest",
    "hyper::",
    "attohttpc",
    "isahc",
    "\"curl",
    "\"wget",
    "\"git",
    "\"powershell",
    "download",
];

/// A package of a build, where its source is, and what its manifest says.
struct Package {
    name: String,
    folder: PathBuf,
    manifest: toml::Table,
}

/// All packages that are built for the commands, but not for their tests.
fn packages() -> Vec<Package> {
    let words = "tree --locked --target x86_64-unknown-linux-gnu -p gan-train -p gan-tools \
                 -p gan-core -e normal,build --prefix none --no-dedupe -f {p}";
    let mut tree = shell::cargo(&root());
    let tree = tree.words(words).read().unwrap();
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo"))).unwrap();
    let registries: Vec<PathBuf> = fs::read_dir(home.join("registry/src"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let mut lines: Vec<&str> = tree.lines().filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    lines.dedup();
    let package = |line: &str| {
        let mut words = line.split(' ');
        let (name, version) = (words.next()?.to_owned(), words.next()?.strip_prefix('v')?);
        let folder = match line.split_once("(/") {
            Some((_, path)) => PathBuf::from(format!("/{}", path.trim_end_matches(')'))),
            None => {
                let name = format!("{name}-{version}");
                registries.iter().map(|at| at.join(&name)).find(|at| at.is_dir())?
            }
        };
        let manifest = shell::toml(folder.join("Cargo.toml")).ok()?;
        Some(Package { name, folder, manifest })
    };
    // `(proc-macro)` and `(*)` are no paths.
    lines.into_iter().map(|line| package(line).unwrap_or_else(|| panic!("{line}"))).collect()
}

impl Package {
    /// The script, if there is one.
    fn script(&self) -> Option<PathBuf> {
        let name = match self.manifest["package"].get("build") {
            Some(toml::Value::Boolean(false)) => return None,
            Some(toml::Value::String(name)) => name,
            _ => "build.rs",
        };
        Some(self.folder.join(name)).filter(|script| script.is_file())
    }

    /// The crates that the script is built with, without those that a feature has to ask for.
    fn helpers(&self) -> Vec<&str> {
        let table = self.manifest.get("build-dependencies").and_then(toml::Value::as_table);
        let needed =
            |of: &&toml::Value| of.get("optional").and_then(|it| it.as_bool()) != Some(true);
        let all = table.into_iter().flatten().filter(|(_, of)| needed(of));
        all.map(|(name, _)| name.as_str()).collect()
    }
}

/// The rows of the page by the crate's name.
fn rows() -> BTreeMap<String, Vec<String>> {
    let page = shell::text(root().join("docs/dependencies.md")).unwrap();
    let (_, scripts) = page.split_once("## Build scripts").expect("the page has the heading");
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().replace('`', "")).collect();
    let rows = scripts.lines().filter(|line| line.starts_with("| `")).map(cells);
    rows.map(|cells: Vec<String>| (cells[1].clone(), cells)).collect()
}

#[test]
fn every_script_was_read_and_none_downloads() {
    let (mut rows, mut faults) = (rows(), Vec::new());
    let packages = packages();
    assert!(packages.len() > 200, "only {} packages", packages.len());
    for package in &packages {
        let Some(script) = package.script() else { continue };
        let name = &package.name;
        match rows.remove(name) {
            Some(row) => {
                let helpers = package.helpers().join(", ");
                if row[3] != helpers {
                    faults.push(format!(
                        "{name} is built with {helpers:?}, the row says {:?}",
                        row[3]
                    ));
                }
            }
            None => faults.push(format!("{name} has a build script and no row")),
        }
        let text = shell::text(&script).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code = code.collect::<Vec<_>>().join("\n");
        let words = NETWORK.iter().filter(|word| code.contains(**word));
        faults.extend(words.map(|word| format!("{}: has {word:?}", script.display())));
    }
    faults.extend(rows.into_keys().map(|name| format!("{name} has a row and no build script")));
    assert!(faults.is_empty(), "docs/dependencies.md, Build scripts:\n{}", faults.join("\n"));
}
