//! `gan export MODEL.gan --c DIR`.

use crate::blob_file;
use crate::cli::{self, core::Core};
use crate::export::c;
use crate::files::{atomic, refuse_input};
use anyhow::{Context, Result};
use std::path::Path;

/// Writes a model as C source into `folder`.
pub(super) fn write(model: &Path, core: &Core, folder: &Path) -> Result<()> {
    let file = blob_file::read(model)?;
    let packing = core.packing()?.context("export: expected --target or --board")?;
    let generator = file.generator();
    let source = c::source(&generator, packing)
        .with_context(|| format!("{}: cannot be exported to C", model.display()))?;
    atomic::create_folder(folder)?;
    let (header, code) = (folder.join(c::HEADER), folder.join(c::CODE));
    for path in [&header, &code] {
        refuse_input(path, model)?;
        c::refuse_other(path)?;
    }
    let mut files = [atomic::Writer::create(&header)?, atomic::Writer::create(&code)?];
    files[0].write(source.header.as_bytes())?;
    files[1].write(source.code.as_bytes())?;
    atomic::finish(files)?;
    cli::print(&format!("{}\n{}\n", header.display(), code.display()))
}
