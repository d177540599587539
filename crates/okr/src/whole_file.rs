//! Files that are written for people: as a whole or not at all.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
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
    place(context, to, text.as_bytes())
}

/// Writes what is no text, as [`write()`] writes text.
///
/// # Errors
/// As [`write()`], and when it would go to a terminal.
pub(crate) fn write_bytes(context: &mut Context, to: &str, bytes: &[u8]) -> Result<(), CliError> {
    if to == "-" {
        not_for_terminal(context, to)?;
        context.ui.print_bytes(bytes);
        return Ok(());
    }
    place(context, to, bytes)
}

/// Refuses to write what is no text to a terminal.
///
/// # Errors
/// When that is where it would go.
pub(crate) fn not_for_terminal(context: &Context, to: &str) -> Result<(), CliError> {
    if to != "-" || !context.ui.screen().terminal {
        return Ok(());
    }
    let message = "it is no text, and standard output is a terminal";
    Err(CliError::usage("not-for-terminal", message)
        .with_hint("add --to FILE, or send it on with > FILE or a pipe"))
}

fn place(context: &mut Context, to: &str, bytes: &[u8]) -> Result<(), CliError> {
    let path = Path::new(to);
    fill(path, |file| {
        file.write_all(bytes)
            .map_err(|error| not_written(path, &error))
    })?;
    context.ui.note(&format!("wrote {to}"));
    Ok(())
}

/// Says that a file cannot be written.
pub(crate) fn not_written(path: &Path, error: &io::Error) -> CliError {
    let message = format!("{} cannot be written", path.display());
    CliError::config("file-not-written", message).caused_by(error)
}

/// Puts a file in place of another: readers see the old one or the new one, never a part.
///
/// # Errors
/// What `write_into` gives, and when the file cannot be written; what was there before is there still.
pub(crate) fn fill<T>(
    path: &Path,
    write_into: impl FnOnce(&mut dyn Write) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let refused = |error: io::Error| not_written(path, &error);
    // What a link leads to is replaced, not the link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let before = fs::metadata(&path).ok();
    if before.as_ref().is_some_and(|before| !before.is_file()) {
        // A device or a pipe cannot be replaced: it takes what it is given.
        let file = fs::OpenOptions::new().write(true).open(&path);
        let mut file = BufWriter::new(file.map_err(refused)?);
        let done = write_into(&mut file)?;
        file.flush().map_err(refused)?;
        return Ok(done);
    }
    let beside = beside(&path).map_err(refused)?;
    let written = fs::File::create_new(&beside)
        .map_err(refused)
        .and_then(|file| {
            let mut file = BufWriter::with_capacity(1 << 16, file);
            let done = write_into(&mut file)?;
            file.flush().map_err(refused)?;
            let file = file.get_ref();
            if let Some(before) = before {
                file.set_permissions(before.permissions())
                    .map_err(refused)?;
            }
            file.sync_all().map_err(refused)?;
            Ok(done)
        });
    let placed = written.and_then(|done| {
        fs::rename(&beside, &path).map_err(refused)?;
        Ok(done)
    });
    if placed.is_err() {
        // What was begun is of no use to anybody; that it cannot be removed either is no news.
        fs::remove_file(&beside).ok();
    }
    placed
}

/// Names the place in which a file is written before it takes the place of another.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::other("it names no file"))?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.part", process::id()));
    Ok(path.with_file_name(beside))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn text(text: &'static str) -> impl FnOnce(&mut dyn Write) -> Result<(), CliError> {
        move |file| {
            file.write_all(text.as_bytes()).unwrap();
            Ok(())
        }
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn what_cannot_be_filled_leaves_what_was_there() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("goals.csv");
        fill(&path, text("old")).unwrap();
        let failed = fill(&path, |file| -> Result<(), CliError> {
            file.write_all(b"half").unwrap();
            Err(CliError::internal("no more"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names(directory.path()), ["goals.csv"]);
    }

    #[test]
    fn a_link_stays_one_and_rights_stay_as_they_were() {
        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (directory.path().join("kept"), directory.path().join("link"));
        fill(&path, text("old")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        symlink(&path, &link).unwrap();
        fill(&link, text("new")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_device_takes_what_it_is_given_and_stays_a_device() {
        use std::os::unix::fs::FileTypeExt as _;
        // A pipe in place of /dev/null, which must not be lost to a defect.
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        let made = process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::read_to_string(pipe).unwrap()
        });
        fill(&pipe, text("through")).unwrap();
        assert_eq!(reader.join().unwrap(), "through");
        assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
        assert_eq!(names(directory.path()), ["pipe"]);
    }
}
