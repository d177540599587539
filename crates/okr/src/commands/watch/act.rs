//! The command that a watch runs for each change.

use std::io::{self, Write as _};
use std::process::{Command, ExitStatus, Stdio};

use crate::error::CliError;
use crate::output::ChangeItem;

/// A command line for the shell.
#[derive(Clone, Debug)]
pub(super) struct Act<'a> {
    /// The command line.
    pub(super) line: &'a str,
    /// The workspace, so that `okr` in the command means the same one.
    pub(super) workspace: &'a str,
    /// Whether stdout is for machines, so that what the command prints goes to stderr.
    pub(super) is_stdout_taken: bool,
}

impl Act<'_> {
    /// Runs the command for a change, which it gets as `json`, and waits for its end.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn run(&self, change: &ChangeItem, json: &str) -> Result<ExitStatus, CliError> {
        let failed = |error: io::Error| {
            CliError::config("exec-failed", "the command of --exec cannot be started")
                .caused_by(&error)
        };
        let position = change.place.position.unwrap_or_default();
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(self.line)
            .env("OKR_CHANGE_ID", change.id.0.to_string())
            .env("OKR_POSITION", position.to_string())
            .env("OKR_AUTHOR", change.author.called())
            .env("OKR_WORKSPACE", self.workspace)
            .stdin(Stdio::piped());
        if self.is_stdout_taken {
            command.stdout(io::stderr());
        }
        let mut child = command.spawn().map_err(failed)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A command that does not read it is not wrong.
            stdin.write_all(json.as_bytes()).ok();
        }
        child.wait().map_err(failed)
    }
}
