//! Every use of `unsafe` in the repository with the sentence that says why it is sound.
//!
//! An unsafe block or implementation has its proof in a comment before it, which begins with
//! `SAFETY:`; an unsafe function says in its documentation, under `# Safety`, what its caller has
//! to keep. Attributes such as `#[unsafe(no_mangle)]`, types of functions and declarations of
//! foreign ones do nothing by themselves: whoever calls those needs an unsafe block.

use crate::prelude::*;

/// The largest number of lines between the beginning of a proof and the use.
const NEAR: usize = 20;

/// A use of `unsafe`, and its proof if it has one.
#[derive(Debug, PartialEq, Eq)]
struct Use {
    line: usize,
    code: String,
    proof: Option<String>,
}

/// Prints all uses, file by file; with `missing` only those without a proof.
pub fn run(missing: bool) -> Result<()> {
    let names = shell::tracked().unwrap_or_default();
    let (mut count, mut files, mut without) = (0, 0, 0);
    for name in names.iter().filter(|name| name.ends_with(".rs")) {
        let uses = uses(&shell::text(root().join(name))?);
        files += usize::from(!uses.is_empty());
        for Use { line, code, proof } in uses {
            count += 1;
            without += usize::from(proof.is_none());
            if proof.is_none() || !missing {
                println!("{name}:{line}: {code}");
                println!("    {}", proof.as_deref().unwrap_or("NO PROOF"));
            }
        }
    }
    println!("{count} uses of unsafe in {files} files, {without} without a proof");
    ensure!(count > 0, "no use was found, so this looks in the wrong place");
    ensure!(without == 0, "{without} uses of unsafe have no `SAFETY:` or `# Safety`");
    Ok(())
}

/// Returns the uses in a file.
fn uses(text: &str) -> Vec<Use> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_use = |line: &str| {
        let code = code_of(line);
        let is_type = code.contains("= unsafe extern");
        let forms = ["unsafe {", "unsafe impl", "unsafe fn", "unsafe extern \"C\" fn "];
        !line.starts_with("//") && !is_type && forms.iter().any(|form| code.contains(form))
    };
    let found = lines.iter().enumerate().filter(|(_, line)| is_use(line));
    found
        .map(|(at, line)| Use { line: at + 1, code: (*line).into(), proof: proof(&lines, at) })
        .collect()
}

/// Returns a line without the comment at its end, and without what stands in quotes.
fn code_of(line: &str) -> String {
    let code = line.split(" // ").next().unwrap_or_default().replace("extern \"C\"", "extern 'C'");
    let code: String = code.split('"').step_by(2).collect();
    code.replace("extern 'C'", "extern \"C\"")
}

/// Returns the comment that explains the use in this line: from its mark to the end of the comment.
fn proof(lines: &[&str], at: usize) -> Option<String> {
    let first = at.saturating_sub(NEAR);
    let start = (first..=at).rev().find(|&line| {
        let text = lines[line];
        text.starts_with("//") && (text.contains("SAFETY:") || text.contains("# Safety"))
    })?;
    let comment = lines[start..=at].iter().take_while(|line| line.starts_with("//"));
    let words = comment.map(|line| line.trim_start_matches('/').trim());
    Some(words.collect::<Vec<_>>().join(" ").replace("SAFETY: ", "").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_are_found_with_their_proofs() {
        let text = "\
// SAFETY: it is
// one byte.
let byte = unsafe { *place };
// unsafe { no code }
let text = \"unsafe { }\";
/// # Safety
///
/// A byte is there.
#[inline]
unsafe fn read(place: *const u8) {}";
        let found = uses(text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!((found[0].line, found[0].proof.as_deref()), (3, Some("it is one byte.")));
        assert_eq!(found[1].proof.as_deref(), Some("# Safety  A byte is there."));
        assert_eq!(uses("let byte = unsafe { *place };")[0].proof, None);
    }

    #[test]
    fn every_use_in_the_repository_has_a_proof() {
        run(true).unwrap();
    }
}
