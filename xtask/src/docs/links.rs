//! The links and headings of a Markdown file, as pulldown-cmark reads it: mdBook's parser.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

/// What a file refers to, and what can be referred to in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Of texts and of pictures.
    pub links: Vec<Link>,
    /// The headings as they are named behind the `#` of a link.
    pub anchors: Vec<String>,
}

/// One link or picture.
#[derive(Debug, PartialEq, Eq)]
pub struct Link {
    /// From 1.
    pub line: usize,
    /// As it is written.
    pub to: String,
    /// Where it begins and ends in the text, from its first bracket on.
    pub range: Range<usize>,
}

impl Page {
    /// Reads a text. What stands in blocks of code is no link.
    pub fn read(text: &str) -> Self {
        let mut page = Self::default();
        let mut heading: Option<String> = None;
        let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
        for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
            match event {
                Event::Start(
                    Tag::Link { dest_url, link_type, .. } | Tag::Image { dest_url, link_type, .. },
                ) if link_type != LinkType::Email => page.links.push(Link {
                    line: 1 + text.bytes().take(range.start).filter(|&byte| byte == b'\n').count(),
                    to: dest_url.into_string(),
                    range,
                }),
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::Text(words) | Event::Code(words) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&words);
                    }
                }
                Event::End(TagEnd::Heading(_)) => {
                    let anchor = page.anchor(&heading.take().unwrap_or_default());
                    page.anchors.push(anchor);
                }
                _ => {}
            }
        }
        page
    }

    /// Returns a heading in small letters, without punctuation, with `-` for each blank; a second
    /// one of the same words ends in `-1`. Forges and mdBook agree on it.
    fn anchor(&self, heading: &str) -> String {
        let kept = |letter: &char| letter.is_alphanumeric() || "-_ ".contains(*letter);
        let name: String = heading.to_lowercase().chars().filter(kept).collect();
        let name = name.replace(' ', "-");
        let numbered = (1..).map(|number| format!("{name}-{number}"));
        std::iter::once(name.clone())
            .chain(numbered)
            .find(|name| !self.anchors.contains(name))
            .unwrap_or(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_named_as_forges_name_them() {
        // What GitHub makes of these headings.
        let page = Page::read(
            "# 5. and 6. The names\n## `gan fit`: a model's size\n### A_b – c\n# A\n# A\n# A\n",
        );
        let expected = ["5-and-6-the-names", "gan-fit-a-models-size", "a_b--c", "a", "a-1", "a-2"];
        assert_eq!(page.anchors, expected);
    }

    #[test]
    fn links_of_texts_pictures_and_references_are_found() {
        let text =
            "[a](b)\n[![c](d)](e) `[f](g)`\n\n[h]\n\n[h]: i\n\n<j@example.org> <https://k>\n";
        let links = Page::read(text).links;
        let found: Vec<_> = links.iter().map(|link| (link.line, &*link.to)).collect();
        assert_eq!(found, [(1, "b"), (2, "e"), (2, "d"), (4, "i"), (8, "https://k")]);
        assert_eq!(&text[links[2].range.clone()], "![c](d)");
    }
}
