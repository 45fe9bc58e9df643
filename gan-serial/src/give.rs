//! Sending a model, or an image to a model that takes one.

use anyhow::{Context, Result, bail};

use crate::{PROMPT, Session};

/// How the board says that it waits for bytes.
const SEND: &[u8] = b" bytes now\r\n";
/// So many bytes are written before the progress is told. At 115,200 baud they take 90 ms.
const PIECE: usize = 1024;

impl Session {
    /// The name of the kernel that computes on the board, from the answer to `info`.
    ///
    /// # Errors
    ///
    /// The board does not answer, or with something else.
    pub fn kernel(&mut self) -> Result<String> {
        let answer = self.ask("info")?;
        let text = String::from_utf8_lossy(&answer);
        let line = text.lines().find_map(|line| line.strip_prefix("kernel "));
        let name = line.and_then(|line| line.trim_start().split(',').next());
        Ok(name.with_context(|| format!("no kernel in the board's `info`: {text:?}"))?.to_owned())
    }

    /// Sends a model, and waits for the board's answer: what runs there from now on. `sent` gets
    /// the number of bytes that were written so far.
    ///
    /// # Errors
    ///
    /// The board's own words if it refuses the model; then the model that ran before still runs.
    pub fn load(&mut self, blob: &[u8], mut sent: impl FnMut(usize)) -> Result<String> {
        self.announce(&format!("load {}", blob.len()))?;
        for (index, piece) in blob.chunks(PIECE).enumerate() {
            self.send(piece)?;
            sent(index * PIECE + piece.len());
        }
        let answer = text(&self.until(PROMPT)?);
        // The last line of a refusal says which model still runs; that of a greeting, what can be
        // typed.
        if answer.trim_end().lines().next_back().is_some_and(|line| line.starts_with("still ")) {
            bail!("the board refuses: {}", answer.trim());
        }
        Ok(answer)
    }

    /// Sends the pixels of an image to a model that takes one, and returns the board's answer:
    /// what the model makes of it.
    ///
    /// # Errors
    ///
    /// The board's own words if its model takes no image, or one of another size.
    pub fn image(&mut self, pixels: &[u8]) -> Result<Vec<u8>> {
        let said = self.announce("image")?;
        let wanted = said.trim().rsplit(' ').next().unwrap_or_default();
        if wanted != pixels.len().to_string() {
            bail!("the board's model takes {wanted} bytes of pixels, not {}", pixels.len());
        }
        self.send(pixels)?;
        let answer = self.until(PROMPT)?;
        Ok(answer.strip_prefix(b"\r\n").unwrap_or(&answer).to_vec())
    }

    /// Sends a line and waits until the board takes bytes. Returns how it announced that, up to
    /// the number of bytes.
    fn announce(&mut self, line: &str) -> Result<String> {
        self.begin(line)?;
        let (said, end) = self.until_one_of(&[SEND, PROMPT])?;
        if end == 1 {
            bail!("the board refuses: {}", text(&said).trim());
        }
        Ok(text(&said))
    }
}

/// What the board wrote, with the line ends of a host.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n")
}
