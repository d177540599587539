//! Files that are written for people: as a whole or not at all.

use std::io::{self, Write as _};
use std::path::Path;
use std::{fs, process};

use crate::context::Context;
use crate::error::CliError;

/// Writes a text where `--to` or the like says, and says on stderr where it is; `-` is standard
/// output.
///
/// # Errors
/// When the file cannot be written; what was there before is there still.
pub(crate) fn write(context: &mut Context, to: &str, text: &str) -> Result<(), CliError> {
    if to == "-" {
        context.ui.print_file(text);
        return Ok(());
    }
    let path = Path::new(to);
    replace(path, text.as_bytes()).map_err(|error| {
        let message = format!("{} cannot be written", path.display());
        CliError::config("file-not-written", message).caused_by(&error)
    })?;
    context.ui.note(&format!("wrote {}", path.display()));
    Ok(())
}

/// Puts a file in place of another: readers see the old one or the new one, never a part.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::other("it names no file"))?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.part", process::id()));
    let beside = path.with_file_name(beside);
    let written = fs::File::create_new(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let placed = written.and_then(|()| fs::rename(&beside, path));
    if placed.is_err() {
        // What was begun is of no use to anybody; that it cannot be removed either is no news.
        fs::remove_file(&beside).ok();
    }
    placed
}
