//! Pages that need nothing but themselves.

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gan_tools::picture::Picture;

/// Style of every page, light and dark.
const STYLE: &str = include_str!("page.css");
/// Pictures are enlarged by whole factors to about this width, so that browsers only ever make them
/// smaller and no pixel is blurred or wider than its neighbours.
const PICTURE_WIDTH: usize = 640;

/// Text where markup is expected.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A whole page; `title` is text, `body` is markup.
pub fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <main>\n{body}</main>\n</body>\n</html>\n"
    )
}

/// A section of a page; `title` and `lead` are text, `body` is markup.
pub fn section(title: &str, lead: &str, body: &str) -> String {
    let (title, lead) = (escape(title), escape(lead));
    let lead = if lead.is_empty() { lead } else { format!("<p class=\"lead\">{lead}</p>\n") };
    format!("<section>\n<h2>{title}</h2>\n{lead}{body}</section>\n")
}

/// What stands in a section that has nothing to show yet; `sentence` is markup.
pub fn missing(sentence: &str) -> String {
    format!("<p class=\"missing\">{sentence}</p>\n")
}

/// Numbers with what they count.
pub fn tiles(tiles: &[(&str, String)]) -> String {
    let tile = |(name, value): &(&str, String)| {
        format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(name), escape(value))
    };
    format!("<dl class=\"tiles\">\n{}</dl>\n", tiles.iter().map(tile).collect::<String>())
}

/// A picture with a caption; both texts are text.
///
/// # Errors
///
/// As [`Picture::to_png`].
pub fn figure(picture: &Picture, caption: &str, alt: &str) -> Result<String> {
    Ok(format!(
        "<figure>{}<figcaption>{}</figcaption></figure>\n",
        image(picture, alt)?,
        escape(caption)
    ))
}

/// A picture that is part of the page.
///
/// # Errors
///
/// As [`Picture::to_png`].
pub fn image(picture: &Picture, alt: &str) -> Result<String> {
    exact_image(&picture.enlarged_to(PICTURE_WIDTH), alt)
}

/// The same of a picture that is not enlarged.
///
/// # Errors
///
/// As [`Picture::to_png`].
pub fn exact_image(picture: &Picture, alt: &str) -> Result<String> {
    let (data, width, height) = (STANDARD.encode(picture.to_png()?), picture.width, picture.height);
    let alt = escape(alt);
    Ok(format!(
        "<img src=\"data:image/png;base64,{data}\" width=\"{width}\" height=\"{height}\" \
         alt=\"{alt}\">"
    ))
}

/// A table that scrolls by itself where the page is narrow; all cells are markup. The first cell of
/// a row names it.
pub fn table(head: &[String], rows: &[Vec<String>]) -> String {
    let head: String = head.iter().map(|cell| format!("<th scope=\"col\">{cell}</th>")).collect();
    let row = |cells: &Vec<String>| {
        let (first, rest) =
            cells.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
        let rest: String = rest.iter().map(|cell| format!("<td>{cell}</td>")).collect();
        format!("<tr><th scope=\"row\">{first}</th>{rest}</tr>\n")
    };
    let rows: String = rows.iter().map(row).collect();
    format!(
        "<div class=\"scroll\"><table>\n\
         <thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(escape("a<b> & \"c\" 'd'"), "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
        let page = page("<script>", &section("<b>", "1 < 2", &tiles(&[("<i>", "&".into())])));
        for part in [
            "<title>&lt;script&gt;</title>",
            "<h2>&lt;b&gt;</h2>",
            "1 &lt; 2",
            "<dt>&lt;i&gt;</dt><dd>&amp;</dd>",
        ] {
            assert!(page.contains(part), "no {part} in\n{page}");
        }
    }

    #[test]
    fn pages_load_nothing() {
        let page = page("", "");
        assert!(
            !["http", "url(", "@import", "src="].iter().any(|part| page.contains(part)),
            "{page}"
        );
    }
}
