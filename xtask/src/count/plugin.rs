//! The plugin that counts in QEMU: compiling it, running firmware with it, reading its result.

use object::{Object, ObjectSymbol};

use crate::boards;
use crate::prelude::*;
use crate::qemu::{self, End};
use crate::setup;

/// The time limit of a run. It is enough for a model a hundred times as large as any here.
const LIMIT: Duration = Duration::from_secs(300);

/// The functions of gan-core that run one layer, for one image and for two.
const LAYERS: [&[&str]; 2] =
    [&["gan_core", "generator", "integer", "rows"], &["gan_core", "generator", "pair", "rows"]];

/// The counts of what ran between the markers.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// The number of instructions.
    pub total: u64,
    /// The number of instructions before each run of one of [`LAYERS`].
    pub layers: Vec<u64>,
    /// The straight pieces of code that ran.
    pub blocks: Vec<Block>,
}

/// Instructions that follow each other in memory and run one after the other.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// How often it ran.
    pub runs: u64,
    /// How often the last instruction jumped.
    pub taken: u64,
    /// The addresses of its instructions.
    pub addresses: Vec<u64>,
}

/// Compiles the plugin for a board's QEMU and returns its path.
pub fn build(board: &Board) -> Result<PathBuf> {
    setup::need("cc")?;
    let said = boards::version(board)?;
    let major =
        said.split("version ").nth(1).and_then(|rest| rest.split('.').next()?.parse::<u32>().ok());
    let major = major.with_context(|| format!("QEMU says no version in `{}`", said.trim()))?;
    let version = if major < 9 { 1 } else { 2 };
    let path = shell::scratch("")?.join(format!("count-{version}.so"));
    let flags = "-O2 -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -shared -fPIC";
    let mut compiler = tool("cc", flags);
    compiler.arg(format!("-DPLUGIN_VERSION={version}")).arg("-o").arg(&path);
    compiler.arg(root().join("xtask/plugin/count.c")).run()?;
    Ok(path)
}

/// Runs firmware with the plugin. Returns what the plugin counted, and the lines that the firmware
/// wrote.
pub fn run(plugin: &Path, board: &Board, elf: &Path) -> Result<(Counts, Vec<String>)> {
    let out = shell::scratch("")?.join("count.txt");
    if out.exists() {
        fs::remove_file(&out).with_context(|| relative(&out))?;
    }
    let bytes = shell::read(elf)?;
    let mut arguments = vec![escape(plugin)];
    for (name, symbol) in [("start", "mark_start"), ("stop", "mark_stop")] {
        let found = addresses(&bytes, |name| name == symbol)?;
        let [address] = found[..] else {
            bail!("{}: {} symbols {symbol}, expected one", relative(elf), found.len())
        };
        arguments.push(format!("{name}={address:x}"));
    }
    let layers = addresses(&bytes, is_layer)?;
    arguments.extend(layers.iter().map(|address| format!("layer={address:x}")));
    arguments.push(format!("out={}", escape(&out)));
    let run = qemu::run_with(&["-plugin", &arguments.join(",")], board, elf, LIMIT)?;
    match (run.end, fs::read_to_string(&out)) {
        (End::Exit(0), Ok(text)) => {
            let wrong = || format!("{}: not what the plugin writes", relative(&out));
            Ok((parse(&text).with_context(wrong)?, run.lines))
        }
        (end, text) => {
            let hint = "; nothing was counted: it needs a QEMU with plugins, as Debian's is";
            let hint = if text.is_err() { hint } else { "" };
            bail!("{end}{hint}\n  {}", run.lines.join("\n  "))
        }
    }
}

/// Returns a path as QEMU wants it in an option.
fn escape(path: &Path) -> String {
    path.display().to_string().replace(',', ",,")
}

/// Returns the addresses of the functions with such names.
fn addresses(elf: &[u8], name: impl Fn(&str) -> bool) -> Result<Vec<u64>> {
    let file = object::File::parse(elf)?;
    // Bit 0 of a Thumb function's address says that it is one.
    let matching = file
        .symbols()
        .filter(|symbol| symbol.name().is_ok_and(&name))
        .map(|symbol| symbol.address() & !1);
    Ok(matching.collect())
}

/// Returns whether a mangled name is that of one of [`LAYERS`], and not of a closure in it.
fn is_layer(name: &str) -> bool {
    LAYERS.iter().any(|path| is(name, path))
}

fn is(name: &str, path: &[&str]) -> bool {
    let path: String = path.iter().map(|part| format!("{}{part}", part.len())).collect();
    match name.split_once(&path) {
        // The legacy scheme has a hash behind the path, in v0 it may be instantiated for types.
        Some((start, rest)) if start.starts_with("_ZN") => {
            rest.len() == "17h0123456789abcdefE".len() && rest.starts_with("17h")
        }
        Some((start, rest)) if start.starts_with("_R") => {
            rest.is_empty() || start.starts_with("_RI") || rest.starts_with("Cs")
        }
        _ => false,
    }
}

/// Reads what the plugin wrote.
fn parse(text: &str) -> Option<Counts> {
    let mut counts = Counts::default();
    for line in text.lines() {
        let mut words = line.split(' ');
        let kind = words.next()?;
        let mut number = || words.next()?.parse::<u64>().ok();
        match kind {
            "total" => counts.total = number()?,
            "layer" => counts.layers.push(number()?),
            "block" => {
                let (runs, taken) = (number()?, number()?);
                let addresses = words
                    .map(|word| u64::from_str_radix(word, 16))
                    .collect::<Result<_, _>>()
                    .ok()?;
                counts.blocks.push(Block { runs, taken, addresses });
            }
            _ => return None,
        }
    }
    let sum: u64 =
        counts.blocks.iter().map(|block| block.runs * block.addresses.len() as u64).sum();
    (counts.total > 0 && counts.total == sum).then_some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_result() {
        let counts =
            parse("total 8\nlayer 2\nlayer 6\nblock 3 2 100 102\nblock 1 0 1a 1c\n").unwrap();
        assert_eq!((counts.total, counts.layers.as_slice()), (8, &[2, 6][..]));
        assert_eq!(counts.blocks[1], Block { runs: 1, taken: 0, addresses: vec![0x1A, 0x1C] });
        for wrong in [
            "",
            "total 7\nblock 3 2 100 102\n",
            "total 6\nblock 3 2 100 10x\n",
            "total 6\nblack 3 2 100 102\n",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn finds_the_function_of_a_layer() {
        for name in [
            "_ZN8gan_core9generator7integer4rows17h0123456789abcdefE",
            "_RNvNtNtCs1a2b_8gan_core9generator7integer4rows",
            "_RNvNtNtCs1a2b_8gan_core9generator7integer4rowsCs3c4d_5count",
            "_RINvNtNtCs1a2b_8gan_core9generator7integer4rowsNtB2_5ImageECs3c4d_5count",
        ] {
            assert!(is_layer(name), "{name}");
        }
        for name in [
            "_ZN8gan_core9generator7integer4rows28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE",
            "_ZN8gan_core9generator7integer8rows_end17h0123456789abcdefE",
            "_RNCNvNtNtCs1a2b_8gan_core9generator7integer4rows0",
            "mark_start",
        ] {
            assert!(!is_layer(name), "{name}");
        }
    }
}
