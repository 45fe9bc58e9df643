//! Writes bills of materials: what each package is made of, with versions, licences and checksums,
//! as [CycloneDX](https://cyclonedx.org/docs/1.5/json/) 1.5.
//!
//! `cargo tree` says what is built into a package for any target; without a time and a serial
//! number, the same locked versions give the same file.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::prelude::*;
use crate::publish::{PACKAGES, version};

/// The packages that install a command.
const PROGRAMS: [&str; 2] = ["gan-tools", "gan-train"];
/// One line of `cargo tree`: how deep it is, name and version, licence.
const FORMAT: &str = "|{p}|{l}";

/// What is needed to build a package.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tree {
    /// The licence of each crate, by its name and version.
    crates: BTreeMap<(String, String), String>,
    /// Which crate needs which.
    needs: BTreeSet<[(String, String); 2]>,
}

/// Writes a file for each package.
pub fn write(to: &Path) -> Result<()> {
    let lock: toml::Table = fs::read_to_string(root().join("Cargo.lock"))?.parse()?;
    for package in PACKAGES {
        let tree = "tree --locked --edges normal,build --target all --prefix depth --charset ascii";
        let text = shell::host(tree).args(["--format", FORMAT, "--package", package]).read()?;
        let tree = Tree::read(&text).with_context(|| format!("cargo tree: {package}"))?;
        let version = version()?;
        let bill = tree.bill((package, &version), &checksums(&lock));
        let path = to.join(format!("{package}-{version}.cdx.json"));
        shell::write(&path, format!("{bill:#}\n").as_bytes())?;
        println!("{package}: {} crates", tree.crates.len() - 1);
    }
    Ok(())
}

/// Returns the checksum of each crate that a registry has.
fn checksums(lock: &toml::Table) -> BTreeMap<(String, String), String> {
    let packages = lock.get("package").and_then(toml::Value::as_array).into_iter().flatten();
    let text = |package: &toml::Value, key: &str| {
        package.get(key).and_then(toml::Value::as_str).map(str::to_owned)
    };
    packages
        .filter_map(|one| {
            Some(((text(one, "name")?, text(one, "version")?), text(one, "checksum")?))
        })
        .collect()
}

impl Tree {
    /// Reads lines as `2|crc v3.4.0 (proc-macro) (*)|MIT`. A crate whose dependencies stood before
    /// ends in `(*)`.
    fn read(text: &str) -> Result<Self> {
        let mut tree = Self::default();
        let mut above: Vec<(String, String)> = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty()) {
            let mut parts = line.splitn(3, '|');
            let mut part = || parts.next().with_context(|| line.to_owned());
            let (depth, named, licence) = (part()?, part()?, part()?);
            let mut words = named.split_whitespace();
            let mut word = || words.next().with_context(|| line.to_owned());
            let name = (word()?.to_owned(), word()?.trim_start_matches('v').to_owned());
            above.truncate(depth.parse().with_context(|| line.to_owned())?);
            if let Some(parent) = above.last() {
                tree.needs.insert([parent.clone(), name.clone()]);
            }
            // Older manifests have `MIT/Apache-2.0`.
            let licence = licence.trim_end_matches("(*)").split('/').map(str::trim);
            let licence = licence.collect::<Vec<_>>().join(" OR ");
            tree.crates.insert(name.clone(), licence);
            above.push(name);
        }
        Ok(tree)
    }

    fn bill(&self, of: (&str, &str), sums: &BTreeMap<(String, String), String>) -> Value {
        let is_it = |name: &(String, String)| (&*name.0, &*name.1) == of;
        let component = |name: &(String, String), licence: &String| {
            let is_program = is_it(name) && PROGRAMS.contains(&&*name.0);
            let kind = if is_program { "application" } else { "library" };
            let mut component = json!({
                "type": kind, "bom-ref": url(name), "name": name.0, "version": name.1,
                "purl": url(name), "licenses": [{ "expression": licence }],
            });
            if let Some(sum) = sums.get(name) {
                component["hashes"] = json!([{ "alg": "SHA-256", "content": sum }]);
            }
            component
        };
        let all = |wanted: bool| {
            let crates = self.crates.iter().filter(move |(name, _)| is_it(name) == wanted);
            crates.map(|(name, licence)| component(name, licence))
        };
        let needs = self.crates.keys().map(|name| {
            let needed = self.needs.iter().filter(|[parent, _]| parent == name);
            let needed: Vec<_> = needed.map(|[_, on]| url(on)).collect();
            json!({ "ref": url(name), "dependsOn": needed })
        });
        json!({
            "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
            "metadata": { "component": all(true).next() },
            "components": all(false).collect::<Vec<_>>(),
            "dependencies": needs.collect::<Vec<_>>(),
        })
    }
}

/// Returns a crate as a [package URL](https://github.com/package-url/purl-spec).
fn url((name, version): &(String, String)) -> String {
    format!("pkg:cargo/{name}@{version}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "0|a v1.0.0 (/b)|MIT\n1|c v2.0.0|MIT / Apache-2.0\n\
                        2|d v3.0.0 (proc-macro)|MIT\n1|d v3.0.0 (proc-macro)|MIT (*)\n";

    #[test]
    fn a_tree_has_each_crate_once_and_who_needs_it() {
        let tree = Tree::read(TEXT).unwrap();
        let name = |name: &str, version: &str| (name.to_owned(), version.to_owned());
        let (a, c, d) = (name("a", "1.0.0"), name("c", "2.0.0"), name("d", "3.0.0"));
        let needs = [[a.clone(), c.clone()], [a, d.clone()], [c.clone(), d.clone()]];
        assert_eq!(tree.needs, BTreeSet::from(needs));
        assert_eq!(tree.crates[&c], "MIT OR Apache-2.0");
        let bill = tree.bill(("a", "1.0.0"), &BTreeMap::from([(d, "ab".to_owned())]));
        assert_eq!(bill["metadata"]["component"]["purl"], "pkg:cargo/a@1.0.0");
        assert_eq!(bill["metadata"]["component"]["type"], "library");
        assert_eq!(bill["components"].as_array().unwrap().len(), 2);
        assert_eq!(bill["components"][1]["hashes"][0]["content"], "ab");
        let on = &bill["dependencies"][0]["dependsOn"];
        assert_eq!(*on, json!(["pkg:cargo/c@2.0.0", "pkg:cargo/d@3.0.0"]));
        assert!(Tree::read("no tree").is_err());
    }
}
