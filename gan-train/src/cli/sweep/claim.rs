//! The folder of a sweep: which sweep's it is.

use super::FILE;
use anyhow::{Context, Result, ensure};
use gan_tools::files::{self, absent, atomic};
use gan_train::train::lock;
use std::fs;
use std::path::Path;

/// Folder of what is being written when the sweep begins.
const UNFINISHED: &str = "unfinished";

/// Makes a folder that of the sweep with this text, or refuses that of another sweep. Several parts
/// of one sweep may do so at once: the first one to write the sweep's file decides.
pub fn claim(folder: &Path, text: &str) -> Result<()> {
    let file = folder.join(FILE);
    if !file.exists() {
        atomic::create_folder(folder)?;
        let cannot = || format!("{}: cannot be read", folder.display());
        let mut is_empty = true;
        for entry in fs::read_dir(folder).with_context(cannot)? {
            let name = entry.with_context(cannot)?.file_name();
            is_empty &= [FILE, UNFINISHED, lock::FILE].iter().any(|ours| name == *ours);
        }
        // Another part may have begun the sweep, and a run, since the file was looked for.
        ensure!(
            is_empty || file.exists(),
            "{}: there is something else in it: give another --out",
            folder.display()
        );
        let unfinished = folder.join(UNFINISHED);
        absent::put(&file, text.as_bytes(), &unfinished)?;
        // It stays while another part writes in it.
        let _ = fs::remove_dir(unfinished);
    }
    let found = files::read_settings_text(&file)?;
    ensure!(
        found == text,
        "{}: another sweep is in this folder: give another --out",
        file.display()
    );
    Ok(())
}
