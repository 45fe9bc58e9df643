//! The commands of the console. Each line holds one command.

/// What a line of the console asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Draw an image of this label.
    Label(u16),
    /// Draw the images of this seed from now on, beginning with the first.
    Seed(u64),
    /// Scale the latents by this many percent from now on.
    Truncate(u16),
    /// Draw the next image.
    Next,
    /// Draw an image of every label.
    Grid,
    /// Measure how long an image takes.
    Bench,
    /// Tell which model runs on which board, and with how much memory.
    Info,
    /// Write the image that was drawn last as a binary PGM file, or as a PPM file if it is in RGB.
    Raw,
    /// Receive a model of this many bytes.
    Load(u32),
    /// Receive an image for a model that takes one.
    #[cfg(feature = "transform")]
    Image,
    /// Call so many cells of the mask missing, from this column and line on: column, line, width,
    /// height.
    #[cfg(feature = "transform")]
    Damage([u16; 4]),
    /// Do with the image what the model does, with this label if one is given.
    #[cfg(feature = "transform")]
    Run(Verb, Option<u16>),
}

/// What a model that takes an image makes of it.
#[cfg(feature = "transform")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// What is missing, of a model that takes a mask.
    Restore,
    /// A larger image.
    Enlarge,
    /// Another image.
    Style,
}

/// The answer to a line that is no command.
pub const HELP: &str = "a label such as 7 | seed N | truncate PERCENT | next | grid | bench | info \
                        | raw (PGM) | load BYTES";

impl Command {
    /// Reads a line, whose words are separated by blanks. Returns `None` if it is no command.
    ///
    /// ```
    /// use gan_app::command::Command;
    /// assert_eq!(Command::parse(" seed  42 "), Some(Command::Seed(42)));
    /// assert_eq!(Command::parse("7"), Some(Command::Label(7)));
    /// assert_eq!(Command::parse("7 8"), None);
    /// ```
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        let command = match words.next()? {
            "seed" => Self::Seed(number(words.next()?)?),
            "truncate" => Self::Truncate(number(words.next()?)?.try_into().ok()?),
            "next" => Self::Next,
            "grid" => Self::Grid,
            "bench" => Self::Bench,
            "info" => Self::Info,
            "raw" => Self::Raw,
            "load" => Self::Load(number(words.next()?)?.try_into().ok()?),
            #[cfg(feature = "transform")]
            "image" => Self::Image,
            #[cfg(feature = "transform")]
            "damage" => {
                let mut cells = [0; 4];
                for cell in &mut cells {
                    *cell = number(words.next()?)?.try_into().ok()?;
                }
                Self::Damage(cells)
            }
            #[cfg(feature = "transform")]
            "restore" => Self::Run(Verb::Restore, label(words.next())?),
            #[cfg(feature = "transform")]
            "enlarge" => Self::Run(Verb::Enlarge, label(words.next())?),
            #[cfg(feature = "transform")]
            "style" => Self::Run(Verb::Style, label(words.next())?),
            label => Self::Label(number(label)?.try_into().ok()?),
        };
        words.next().is_none().then_some(command)
    }
}

/// Reads the label that may follow. Returns `None` if what follows is none.
#[cfg(feature = "transform")]
fn label(word: Option<&str>) -> Option<Option<u16>> {
    match word {
        Some(word) => Some(Some(number(word)?.try_into().ok()?)),
        None => Some(None),
    }
}

/// Reads a number of any size, so that the code that reads one is linked once.
#[inline(never)]
fn number(word: &str) -> Option<u64> {
    word.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::Command::{self, *};
    #[cfg(feature = "transform")]
    use super::Verb;

    #[test]
    fn lines() {
        for (line, command) in [
            ("0", Some(Label(0))),
            ("65535", Some(Label(65535))),
            ("seed 18446744073709551615", Some(Seed(u64::MAX))),
            ("truncate 0", Some(Truncate(0))),
            ("truncate 65535", Some(Truncate(65535))),
            ("next", Some(Next)),
            ("grid", Some(Grid)),
            ("bench", Some(Bench)),
            ("\tinfo", Some(Info)),
            ("raw ", Some(Raw)),
            ("load 18116", Some(Load(18116))),
            #[cfg(feature = "transform")]
            ("image", Some(Image)),
            #[cfg(feature = "transform")]
            ("damage 1 2 3 65535", Some(Damage([1, 2, 3, 65535]))),
            #[cfg(feature = "transform")]
            ("restore", Some(Run(Verb::Restore, None))),
            #[cfg(feature = "transform")]
            ("enlarge 0", Some(Run(Verb::Enlarge, Some(0)))),
            #[cfg(feature = "transform")]
            ("style 65535", Some(Run(Verb::Style, Some(65535)))),
            ("style 65536", None),
            ("restore x", None),
            ("image 5", None),
            ("damage 1 2 3", None),
            ("damage 1 2 3 4 5", None),
            ("", None),
            ("-1", None),
            ("65536", None),
            ("seed", None),
            ("seed x", None),
            ("seed 18446744073709551616", None),
            ("seed 1 2", None),
            ("truncate", None),
            ("truncate -1", None),
            ("truncate 0.7", None),
            ("truncate 70%", None),
            ("truncate 70 %", None),
            ("Next", None),
            ("load", None),
            ("load 4294967296", None),
            ("grid grid", None),
        ] {
            assert_eq!(Command::parse(line), command, "{line:?}");
        }
    }
}
