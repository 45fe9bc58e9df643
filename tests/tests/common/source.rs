//! Parses as much of Rust's syntax as is needed to find the paths that begin at the crate's root,
//! and the modules and `use` items of a root file. Macros are not expanded.

/// A token of a source file: a word or a punctuation mark. Comments, literals and lifetimes give no
/// tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    pub text: &'a str,
    /// The line number, counted from 1.
    pub line: usize,
}

/// A path from the crate's root, without `crate`: `["a", "B"]` for `crate::a::B`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path<'a> {
    pub segments: Vec<&'a str>,
    /// The name of the path where it is used: its last segment, or the name behind `as`.
    pub name: &'a str,
    pub line: usize,
}

/// Returns the tokens of a source file.
pub fn tokens(source: &str) -> Vec<Token<'_>> {
    let (mut found, mut rest, mut line) = (Vec::new(), source, 1);
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (len, is_token) = if let Some(len) = literal(rest).or_else(|| comment(rest)) {
            (len, false)
        } else if word > 0 {
            (word, !first.is_ascii_digit())
        } else if rest.starts_with("::") {
            (2, true)
        } else {
            (first.len_utf8(), !first.is_whitespace())
        };
        let (text, after) = rest.split_at(len);
        if is_token {
            found.push(Token { text, line });
        }
        line += text.matches('\n').count();
        rest = after;
    }
    found
}

/// Returns the length of the comment at the beginning of `rest`.
fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if !rest.starts_with("/*") {
        return None;
    }
    let (mut depth, mut at) = (0, 0);
    loop {
        let left = &rest[at..];
        match left.chars().next() {
            None => return Some(at),
            _ if left.starts_with("/*") => (depth, at) = (depth + 1, at + 2),
            _ if left.starts_with("*/") => (depth, at) = (depth - 1, at + 2),
            Some(c) => at += c.len_utf8(),
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

/// Returns the length of the string, character or lifetime at the beginning of `rest`.
fn literal(rest: &str) -> Option<usize> {
    let unprefixed = rest.trim_start_matches(['b', 'c']);
    let prefix = rest.len() - unprefixed.len();
    if let Some(raw) = unprefixed.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let content = raw[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", &raw[..hashes]);
        let len = content.find(&end).map_or(content.len(), |at| at + end.len());
        return Some(prefix + 1 + hashes + 1 + len);
    }
    if prefix > 1 {
        return None;
    }
    if let Some(content) = unprefixed.strip_prefix('"') {
        return Some(prefix + 1 + quoted(content, '"'));
    }
    let content = unprefixed.strip_prefix('\'')?;
    let second = content.chars().nth(1);
    if content.starts_with('\\') || second == Some('\'') {
        return Some(prefix + 1 + quoted(content, '\''));
    }
    // This is a lifetime.
    let end = content.find(|c: char| !c.is_alphanumeric() && c != '_');
    Some(prefix + 1 + end.unwrap_or(content.len()))
}

/// Returns the length of a quoted text, with the quote at its end.
fn quoted(content: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in content.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    content.len()
}

/// Returns the tokens without the items that only a test build has.
pub fn without_tests<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let (mut kept, mut at) = (Vec::new(), 0);
    while let Some(&token) = tokens.get(at) {
        let texts: Vec<_> = tokens[at..].iter().take(7).map(|token| token.text).collect();
        if texts == ["#", "[", "cfg", "(", "test", ")", "]"] {
            at = item_end(tokens, at + texts.len());
        } else {
            kept.push(token);
            at += 1;
        }
    }
    kept
}

/// Returns the end of the item that begins at `at`: behind its semicolon or its braces.
fn item_end(tokens: &[Token<'_>], mut at: usize) -> usize {
    let mut depth = 0usize;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token.text {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 && matches!(token.text, "}" | ";") {
            break;
        }
    }
    at
}

/// Returns all paths from the crate's root in a file that lies `depth` modules below it: those that
/// begin with `crate`, and those that begin with enough `super`.
pub fn paths<'a>(tokens: &[Token<'a>], depth: usize) -> Vec<Path<'a>> {
    let (mut found, mut braces, mut modules, mut at) = (Vec::new(), 0usize, Vec::new(), 0);
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text);
    while at < tokens.len() {
        let begins = at == 0 || text(at - 1) != "::";
        let mut next = at + 1;
        match text(at) {
            "{" => {
                braces += 1;
                if at >= 2 && text(at - 2) == "mod" {
                    modules.push(braces);
                }
            }
            "}" => {
                if modules.last() == Some(&braces) {
                    modules.pop();
                }
                braces = braces.saturating_sub(1);
            }
            "crate" if begins && text(next) == "::" => {
                next = tree(tokens, next + 1, &[], &mut found);
            }
            "super" if begins => {
                let mut supers = 1;
                while text(next) == "::" && text(next + 1) == "super" {
                    (supers, next) = (supers + 1, next + 2);
                }
                if supers == depth + modules.len() && text(next) == "::" {
                    next = tree(tokens, next + 1, &[], &mut found);
                }
            }
            _ => {}
        }
        at = next;
    }
    found
}

/// Reads the path at `at`, or the paths in braces, behind `prefix`, and returns where they end.
fn tree<'a>(
    tokens: &[Token<'a>],
    mut at: usize,
    prefix: &[&'a str],
    found: &mut Vec<Path<'a>>,
) -> usize {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text);
    let mut segments = prefix.to_vec();
    while at < tokens.len() {
        if text(at) == "{" {
            at += 1;
            while at < tokens.len() && text(at) != "}" {
                at = if text(at) == "," { at + 1 } else { tree(tokens, at, &segments, found) };
            }
            return at + 1;
        }
        if text(at) == "<" {
            // The arguments of a generic function are not part of a path.
            break;
        }
        let line = tokens[at].line;
        if text(at) != "self" {
            segments.push(text(at));
        }
        at += 1;
        if text(at) == "::" {
            at += 1;
            continue;
        }
        let mut name = segments.last().copied().unwrap_or_default();
        if text(at) == "as" {
            (name, at) = (text(at + 1), at + 2);
        }
        found.push(Path { segments, name, line });
        return at;
    }
    let line = tokens.get(at).map_or(0, |token| token.line);
    let name = segments.last().copied().unwrap_or_default();
    found.push(Path { segments, name, line });
    at
}

/// Returns the names of the modules that a root file declares.
pub fn modules<'a>(root: &[Token<'a>]) -> Vec<&'a str> {
    let is_module = |three: &&[Token<'a>]| three[0].text == "mod" && three[2].text == ";";
    root.windows(3).filter(is_module).map(|three| three[1].text).collect()
}

/// Returns the paths in the `use` items of a root file.
pub fn uses<'a>(root: &[Token<'a>]) -> Vec<Path<'a>> {
    let mut found = Vec::new();
    for (at, token) in root.iter().enumerate() {
        if token.text == "use" {
            let from_root = root.get(at + 1).is_some_and(|token| token.text == "crate");
            tree(root, if from_root { at + 3 } else { at + 1 }, &[], &mut found);
        }
    }
    found
}
