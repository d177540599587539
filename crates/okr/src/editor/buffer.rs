//! The file that holds a text while it is written.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use uuid::Uuid;

use super::MARK;
use crate::error::CliError;
use crate::workspace::{Environment, base};

/// The file that holds a text while it is written.
#[derive(Debug)]
pub(crate) struct Buffer {
    path: PathBuf,
}

impl Buffer {
    /// Makes an empty file that nobody else can read.
    pub(super) fn new(environment: &Environment, id: Uuid, suffix: &str) -> Result<Self, CliError> {
        let directory = base(environment, "XDG_STATE_HOME", ".local/state")
            .map_err(|error| error.with_hint("set XDG_STATE_HOME"))?
            .join("rescue");
        let failed = |path: &Path, error: &io::Error| {
            let message = format!("{} cannot be made", path.display());
            CliError::config("no-state", message)
                .caused_by(error)
                .with_hint("set XDG_STATE_HOME to a directory that can be written to")
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&directory)
            .map_err(|error| failed(&directory, &error))?;
        let path = directory.join(format!("{id}.{suffix}"));
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(|error| failed(&path, &error))?;
        Ok(Self { path })
    }

    /// Puts a text into the file, in place of what is there.
    pub(super) fn fill(&self, text: &str) -> Result<(), CliError> {
        let written = OpenOptions::new()
            .write(true)
            .truncate(true)
            .open(&self.path)
            .and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| self.unusable("written", &error))
    }

    /// Opens the file in an editor and waits for its end.
    pub(super) fn open_in(&self, editor: &str) -> Result<(), CliError> {
        run(editor, &self.path)
    }

    /// Reads what is in the file, up to so many bytes.
    pub(super) fn text(&self, bytes_max: u64) -> Result<String, CliError> {
        let mut bytes = Vec::new();
        let file = OpenOptions::new().read(true).open(&self.path);
        let read = file.and_then(|file| file.take(bytes_max + 1).read_to_end(&mut bytes));
        read.map_err(|error| self.unusable("read", &error))?;
        if bytes.len() as u64 > bytes_max {
            let message = format!("the text has more than {} MiB", bytes_max >> 20);
            return Err(self.kept(CliError::user("bad-text", message)));
        }
        String::from_utf8(bytes).map_err(|error| {
            let line = error.as_bytes()[..error.utf8_error().valid_up_to()]
                .split(|byte| *byte == b'\n')
                .count();
            let message = format!("the text is not UTF-8 from line {line} on");
            self.kept(CliError::user("bad-text", message))
        })
    }

    /// Takes the file away when the text is in the history, and says where it is when it is not.
    ///
    /// # Errors
    /// The error that was given, with the path.
    pub(crate) fn settle<T>(self, result: Result<T, CliError>) -> Result<T, CliError> {
        match result {
            Ok(done) => {
                self.remove();
                Ok(done)
            }
            Err(error) => Err(self.kept(error)),
        }
    }

    /// Adds to an error where the text is.
    pub(super) fn kept(&self, error: CliError) -> CliError {
        error.with_hint(format!("what you wrote is kept in {}", self.place()))
    }

    /// Returns where the text is.
    pub(super) fn place(&self) -> impl std::fmt::Display + '_ {
        self.path.display()
    }

    /// Takes the file away: there is nothing in it that anybody would miss.
    pub(super) fn dropped(&self, error: CliError) -> CliError {
        self.remove();
        error
    }

    fn remove(&self) {
        // A file that stays does no harm.
        let _gone = fs::remove_file(&self.path);
    }

    fn unusable(&self, done: &str, error: &io::Error) -> CliError {
        let message = format!("{} cannot be {done}", self.path.display());
        CliError::config("no-state", message).caused_by(error)
    }
}

/// Opens a file in an editor and waits for its end.
///
/// The command is read by the shell, so that it can have arguments: `code --wait`.
pub(super) fn run(editor: &str, path: &Path) -> Result<(), CliError> {
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("{editor} \"$@\""))
        .arg("sh")
        .arg(path)
        .status();
    let failed = |message: String| CliError::user("editor-failed", message);
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(
            failed(format!("the editor \"{editor}\" ended with {status}"))
                .with_hint("OKR_EDITOR, VISUAL or EDITOR name another one"),
        ),
        Err(error) => Err(failed("the shell does not start".to_owned()).caused_by(&error)),
    }
}

/// Returns what somebody wrote: without what explains, and without blank lines around it.
pub(crate) fn read_back(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let kept = text.lines().filter(|line| !line.starts_with(MARK));
    let lines: Vec<&str> = kept.map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buffer(directory: &Path) -> Buffer {
        let state = directory.display().to_string();
        let environment = Environment::of([("XDG_STATE_HOME", state.as_str())]);
        Buffer::new(&environment, Uuid::from_u128(7), "md").unwrap()
    }

    #[test]
    fn blank_lines_inside_stay_and_those_around_go() {
        assert_eq!(read_back("\n\n a \r\n\nb\n\n\nOKR: x\n"), " a\n\nb");
        assert_eq!(read_back("\u{feff}a"), "a");
        assert_eq!(read_back("OKR: only this\n\n"), "");
    }

    #[test]
    fn an_editor_is_a_command_with_arguments_and_paths_may_have_blanks() {
        let directory = tempfile::tempdir().unwrap();
        let buffer = buffer(&directory.path().join("a place"));
        buffer.fill("one\n").unwrap();
        buffer.open_in("sed -i -e s/one/two/").unwrap();
        assert_eq!(buffer.text(1 << 20).unwrap(), "two\n");
        let error = buffer.open_in("false").unwrap_err();
        assert_eq!(error.code(), "editor-failed");
        assert!(buffer.open_in("/nonexistent/editor").is_err());
    }

    #[test]
    fn the_file_is_private_and_goes_only_when_the_text_was_taken() {
        use std::os::unix::fs::PermissionsExt as _;

        let directory = tempfile::tempdir().unwrap();
        let made = buffer(directory.path());
        let path = made.path.clone();
        let rights = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (rights(&path), rights(path.parent().unwrap())),
            (0o600, 0o700)
        );
        made.fill("text").unwrap();
        let refused: Result<(), CliError> = Err(CliError::user("rejected", "no"));
        let error = made.settle(refused).unwrap_err();
        let said = error.to_text(&crate::render::Screen::piped(), false);
        assert!(said.contains(&path.display().to_string()), "{said}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "text");
        Buffer { path: path.clone() }.settle(Ok(())).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn what_is_not_text_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let made = buffer(directory.path());
        fs::write(&made.path, b"a\n\xff").unwrap();
        let error = made.text(1 << 20).unwrap_err();
        assert!(error.message().contains("line 2"), "{error}");
        assert!(made.path.exists());
    }
}
