//! Text files that a person names on the command line; `-` is standard input.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::error::CliError;

/// Reads a text file whole, without the mark that some editors put at its beginning.
///
/// # Errors
/// When it cannot be read, has more than so many bytes, or is not UTF-8.
pub(crate) fn read(path: &Path, bytes_max: u64) -> Result<String, CliError> {
    let name = path.display();
    let failed = |error: &io::Error| {
        CliError::user("unreadable-file", format!("{name} cannot be read")).caused_by(error)
    };
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        let stdin = io::stdin().lock();
        stdin.take(bytes_max + 1).read_to_end(&mut bytes)
    } else {
        let file = File::open(path).map_err(|error| failed(&error))?;
        file.take(bytes_max + 1).read_to_end(&mut bytes)
    };
    read.map_err(|error| failed(&error))?;
    if bytes.len() as u64 > bytes_max {
        let message = format!("{name} has more than {} MiB", bytes_max >> 20);
        return Err(CliError::user("bad-file", message));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.split(|byte| *byte == b'\n').count();
        let message = format!("{name} is not UTF-8 from line {line} on");
        CliError::user("bad-file", message).with_hint("save it as UTF-8")
    })?;
    match text.strip_prefix('\u{feff}') {
        Some(rest) => Ok(rest.to_owned()),
        None => Ok(text),
    }
}
