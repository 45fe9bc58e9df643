//! A slider through frames that were made before: a strip of all frames, of which a window shows
//! one. Without its script the first one is seen.

use super::super::history::evenly;
use super::super::html::{escape, exact_image};
use crate::explore::frames::Frames;
use anyhow::Result;
use gan_tools::picture::Picture;

/// Frames of a slider at most; of more, evenly spaced ones are taken. A browser shows no picture of
/// any height.
const FRAMES: usize = 61;
/// A frame is enlarged by whole factors to about this width, and an image of it to half of that of
/// an image of our grids.
const FRAME_WIDTH: usize = 640;
const IMAGE_WIDTH: usize = 96;

/// Frames that a slider moves through.
pub struct Strip<'a> {
    /// The frames.
    pub frames: &'a Frames,
    /// Below them; may be empty.
    pub caption: &'a str,
    /// What is seen, for those who do not see it.
    pub alt: String,
}

/// A slider called `name` that moves all strips, which have as many frames as there are `words`:
/// these say where it stands.
///
/// # Errors
///
/// A picture that cannot be a PNG file.
pub fn slider(id: &str, name: &str, words: &[String], strips: &[Strip<'_>]) -> Result<String> {
    let chosen = evenly(words.len(), FRAMES);
    let option = |(index, &at): (usize, &usize)| {
        format!("<option value=\"{index}\" label=\"{}\"></option>", escape(&words[at]))
    };
    let options: String = chosen.iter().enumerate().map(option).collect();
    let first = words.first().map_or("", String::as_str);
    let mut html = format!(
        "<div class=\"slider\">\n<div class=\"control\"><label for=\"{id}\">{}</label>\
         <input type=\"range\" id=\"{id}\" min=\"0\" max=\"{}\" value=\"0\" \
         autocomplete=\"off\" disabled>\
         <output for=\"{id}\">{}</output></div>\n\
         <datalist id=\"{id}-words\">{options}</datalist>\n",
        escape(name),
        chosen.len().saturating_sub(1),
        escape(first)
    );
    for Strip { frames, caption, alt } in strips {
        let (window, strip) = picture(frames, &chosen);
        let caption = match escape(caption) {
            caption if caption.is_empty() => caption,
            caption => format!("<figcaption>{caption}</figcaption>"),
        };
        html.push_str(&format!(
            "<figure><div class=\"frames\" data-slider=\"{id}\" \
             style=\"aspect-ratio: {} / {}; max-width: {}px\">{}</div>{caption}</figure>\n",
            window[0],
            window[1],
            window[0].max(frames.columns * IMAGE_WIDTH),
            exact_image(&strip, alt)?
        ));
    }
    html.push_str("</div>\n");
    Ok(html)
}

/// The size of a frame, and these frames one below the other.
fn picture(frames: &Frames, chosen: &[usize]) -> ([usize; 2], Picture) {
    let plain = frames.picture(0);
    let most = (frames.columns * IMAGE_WIDTH).min(FRAME_WIDTH);
    let enlarged = |index: usize| frames.picture(index).enlarged((most / plain.width).max(1));
    let first = enlarged(0);
    let pixels: Vec<u8> = chosen.iter().flat_map(|&index| enlarged(index).pixels).collect();
    let strip = Picture { width: first.width, height: first.height * chosen.len(), pixels };
    ([first.width, first.height], strip)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gan_tools::images::Images;

    #[test]
    fn a_slider_has_a_frame_for_each_word() {
        let pixels = (0..200).collect();
        let images = Images { count: 200, width: 1, height: 1, pixels };
        let frames = Frames { columns: 1, images };
        let words: Vec<String> = (0..200).map(|at| format!("at <{at}>")).collect();
        let strip = Strip { frames: &frames, caption: "", alt: "dots & more".into() };
        let html = slider("s", "Dots", &words, &[strip]).unwrap();
        assert!(html.contains("max=\"60\"") && html.contains("alt=\"dots &amp; more\""), "{html}");
        assert!(html.contains("<label for=\"s\">Dots</label>"), "{html}");
        assert_eq!(html.matches("<option").count(), 61);
        assert!(html.contains("<option value=\"60\" label=\"at &lt;199&gt;\">"), "{html}");
        // 61 frames of 3x3 pixels with their gaps, each pixel 32 wide.
        let (window, strip) = picture(&frames, &evenly(200, 61));
        assert_eq!((window, strip.width, strip.height), ([96, 96], 96, 61 * 96));
        let middle = |frame: usize| strip.pixels[(frame * 96 + 48) * 96 + 48];
        assert_eq!((middle(0), middle(60)), (0, 199));
    }
}
