//! The commands of the console. Each line holds one command.

mod codes;

pub use codes::Codes;

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
    /// Take these codes for the latent, and draw the image once they are all there. `None` if the
    /// line has something else than codes.
    Latent(Option<Codes>),
    /// Draw the images of an interpolation in so many steps: from one label to another, or for a
    /// model without labels from one seed to another.
    Morph([u64; 2], u16),
    /// Print so many rows, or windows of rows, of a model that makes numbers.
    #[cfg(feature = "series")]
    Series(u16),
    /// Receive an image for a model that takes one.
    #[cfg(feature = "transform")]
    Image,
    /// Mark a rectangle of the mask's cells as missing: its first column and line, its width and
    /// its height.
    #[cfg(feature = "transform")]
    Damage([u16; 4]),
    /// Run the model on the image that was given, with this label if there is one.
    #[cfg(feature = "transform")]
    Run(Verb, Option<u16>),
}

/// What a model that takes an image makes of it.
#[cfg(feature = "transform")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// The model takes a mask, and fills in the pixels that it calls missing.
    Restore,
    /// The model makes a larger image.
    Enlarge,
    /// The model makes another image of the same size.
    Style,
}

/// The answer to a line that is no command, in two lines that fit a terminal.
pub const HELP: &str = "\
a label such as 7 | seed N | truncate PERCENT | next | grid | latent CODES
morph A B [STEPS] | bench | info | raw (PGM) | load BYTES";
/// The answer to a wrong argument of `truncate`.
pub(crate) const PERCENT: &str = "truncate takes 0 to 100 percent";
/// The answer to wrong arguments of `morph`.
pub(crate) const MORPH: &str =
    "morph takes two labels, or of a model without labels two seeds, and perhaps how many steps";
/// The number of steps of a morph whose line gives none.
const STEPS: u16 = 8;

impl Command {
    /// Reads a line, whose words are separated by blanks.
    ///
    /// # Errors
    ///
    /// If it is no command, what to answer: what the command takes, if its name is one, otherwise
    /// the list of commands.
    ///
    /// ```
    /// use gan_app::command::{Command, HELP};
    /// assert_eq!(Command::parse(" seed  42 "), Ok(Command::Seed(42)));
    /// assert_eq!(Command::parse("7"), Ok(Command::Label(7)));
    /// assert_eq!(Command::parse("7 8"), Err(HELP));
    /// ```
    pub fn parse(line: &str) -> Result<Self, &'static str> {
        Self::read(line).ok_or_else(|| match line.split_ascii_whitespace().next() {
            Some("seed") => "seed takes a whole number of 64 bits, as in seed 42",
            Some("truncate") => PERCENT,
            Some("load") => "load takes the number of bytes that will follow",
            Some("morph") => MORPH,
            #[cfg(feature = "series")]
            Some("series") => "series takes how many to print, 1 to 65535, or nothing",
            #[cfg(feature = "transform")]
            Some("damage") => "damage takes X Y WIDTH HEIGHT, in cells of the mask",
            _ => HELP,
        })
    }

    /// Reads a line. Returns `None` if it is no command.
    fn read(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        let command = match words.next()? {
            "seed" => Self::Seed(number(words.next()?)?),
            "truncate" => Self::Truncate(short(words.next()?)?),
            "next" => Self::Next,
            "grid" => Self::Grid,
            "bench" => Self::Bench,
            "info" => Self::Info,
            "raw" => Self::Raw,
            "load" => Self::Load(number(words.next()?)?.try_into().ok()?),
            "latent" => return Some(Self::Latent(Codes::parse(words))),
            "morph" => {
                let ends = [number(words.next()?)?, number(words.next()?)?];
                Self::Morph(ends, optional(words.next())?.unwrap_or(STEPS))
            }
            #[cfg(feature = "series")]
            "series" => Self::Series(optional(words.next())?.unwrap_or(1)),
            #[cfg(feature = "transform")]
            "image" => Self::Image,
            #[cfg(feature = "transform")]
            "damage" => {
                let mut cells = [0; 4];
                for cell in &mut cells {
                    *cell = short(words.next()?)?;
                }
                Self::Damage(cells)
            }
            #[cfg(feature = "transform")]
            "restore" => Self::Run(Verb::Restore, optional(words.next())?),
            #[cfg(feature = "transform")]
            "enlarge" => Self::Run(Verb::Enlarge, optional(words.next())?),
            #[cfg(feature = "transform")]
            "style" => Self::Run(Verb::Style, optional(words.next())?),
            label => Self::Label(short(label)?),
        };
        words.next().is_none().then_some(command)
    }
}

/// Reads the number that may follow. Returns `None` if what follows is none.
fn optional(word: Option<&str>) -> Option<Option<u16>> {
    word.map_or(Some(None), |word| short(word).map(Some))
}

fn short(word: &str) -> Option<u16> {
    number(word)?.try_into().ok()
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
    use super::{HELP, PERCENT};

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
            ("morph 3 8", Some(Morph([3, 8], 8))),
            ("morph 0 18446744073709551615 65535", Some(Morph([0, u64::MAX], 65535))),
            #[cfg(feature = "series")]
            ("series", Some(Series(1))),
            #[cfg(feature = "series")]
            ("series 65535", Some(Series(65535))),
            ("morph 3", None),
            ("morph 3 8 65536", None),
            ("morph 3 8 4 2", None),
            ("series x", None),
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
            assert_eq!(Command::parse(line).ok(), command, "{line:?}");
        }
    }

    #[test]
    fn what_a_command_takes_is_the_answer_to_something_else() {
        for (line, word) in [
            ("seed x", "seed takes"),
            ("seed", "seed takes"),
            ("seed 1 2", "seed takes"),
            ("truncate 0.7", PERCENT),
            ("load x", "load takes"),
            ("morph 3", "morph takes"),
            #[cfg(feature = "series")]
            ("series 1 2", "series takes"),
            #[cfg(feature = "transform")]
            ("damage 1", "damage takes"),
            ("what", HELP),
            ("7 7", HELP),
            ("SEED 1", HELP),
        ] {
            let answer = Command::parse(line).unwrap_err();
            assert!(answer.starts_with(word), "{line}: {answer}");
        }
    }
}
