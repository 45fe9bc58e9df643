//! Pages, as far as tests can tell that a browser shows them.

/// Elements that have no end.
const VOID: [&str; 4] = ["meta", "img", "br", "input"];

/// Every tag and every attribute's value is closed, in order; returns the tags' texts, without
/// their brackets.
pub fn tags(page: &str) -> Vec<&str> {
    let mut rest = page.strip_prefix("<!DOCTYPE html>").expect("a document type");
    let (mut open, mut tags) = (Vec::new(), Vec::new());
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "a `>` outside of a tag: {}", &rest[..start]);
        let mut quoted = false;
        let end = rest[start..].find(|character| {
            quoted ^= character == '"';
            character == '>' && !quoted
        });
        let tag = &rest[start + 1..start + end.expect("every tag is closed")];
        assert!(!tag.contains('<'), "a `<` in a tag: {tag}");
        rest = &rest[start + tag.len() + 2..];
        let name = tag.split([' ', '/', '\n']).next().unwrap();
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "an end without its start"),
            None if tag.ends_with('/') || VOID.contains(&name) => {}
            None => open.push(name),
        }
        tags.push(tag);
        if ["style", "script"].contains(&name) {
            let end = rest.find(&format!("</{name}>")).expect("it ends");
            rest = &rest[end..];
        }
    }
    assert_eq!(open, Vec::<&str>::new(), "elements that do not end");
    tags
}

/// The page is well-formed, and all that it needs is in it.
pub fn check(page: &str) {
    for tag in tags(page) {
        for source in ["src=\"", "href=\""] {
            if let Some((_, value)) = tag.split_once(source) {
                assert!(value.starts_with("data:image/png;base64,"), "{tag}");
            }
        }
        // A script is one of the page's own, as `src` is none of the above.
        assert!(!tag.starts_with("link") && !tag.starts_with("script "), "{tag}");
    }
    for part in ["http", "@import", "url("] {
        assert!(!page.contains(part), "{part} in the page");
    }
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
}
