//! Why a command of `okrd` ended, for a person: one sentence, its causes, what to type next, and the exit code.

use std::error::Error;
use std::fmt;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;

use okr_log::{CreateError, OpenError, StoreError};
use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, DEFAULT_FILE, FILE_VARIABLE};
use crate::data::{DataError, why_denied};
use crate::key::KeyFileError;
use crate::server::ServeError;
use crate::stored_log::ReplayError;
use crate::tls::TlsError;
use crate::traces::TracesError;

/// How a command ended. The words stand in `okrd --help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u8", from = "u8")]
pub enum Exit {
    /// It did what was asked.
    Ok = 0,
    /// Something failed that has no code of its own.
    Error = 1,
    /// There is nobody by that name, or no such organisation, position or moment.
    NotFound = 6,
    /// Stored history, a stored file or a backup is damaged.
    Integrity = 9,
    /// The data directory, the backup or the running server is from a newer program.
    Incompatible = 11,
    /// Another process uses the data directory.
    Locked = 75,
    /// Settings, directory, file or certificate cannot be used as they are.
    Configuration = 78,
}

/// What the exit codes mean, for the help.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0   done
  1   an error that has no code of its own, such as an address in use
  2   the command line cannot be understood
  6   there is nobody by that name, or no such organisation, position or moment
  9   the log, a stored file or a backup is damaged or incomplete
  11  the data directory, backup or running server is of a newer okrd
  75  another process uses the data directory
  78  a setting, directory, file or certificate cannot be used as it is";

/// Why a command failed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
    details: Vec<String>,
    causes: Vec<String>,
    hint: Option<String>,
}

impl Exit {
    /// Returns the code that the process ends with.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for u8 {
    fn from(exit: Exit) -> Self {
        exit.code()
    }
}

impl From<u8> for Exit {
    /// Reads what another process says; a code that is not known here is an error without a code of its own.
    fn from(code: u8) -> Self {
        let known = [
            Self::Ok,
            Self::NotFound,
            Self::Integrity,
            Self::Incompatible,
            Self::Locked,
            Self::Configuration,
        ];
        let found = known.into_iter().find(|exit| exit.code() == code);
        found.unwrap_or(Self::Error)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl Failure {
    /// Makes a failure of one sentence.
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            details: Vec::new(),
            causes: Vec::new(),
            hint: None,
        }
    }

    /// Adds a line for each of the things that are wrong.
    pub(crate) fn details(mut self, details: impl IntoIterator<Item = String>) -> Self {
        self.details.extend(details);
        self
    }

    /// Adds what caused it.
    pub(crate) fn caused_by(mut self, cause: &dyn Error) -> Self {
        let mut next = Some(cause);
        while let Some(cause) = next {
            self.causes.push(cause.to_string());
            next = cause.source();
        }
        self
    }

    /// Adds what caused an error that is the message already.
    pub(crate) fn caused_by_source_of(self, error: &dyn Error) -> Self {
        match error.source() {
            Some(source) => self.caused_by(source),
            None => self,
        }
    }

    /// Sets what to do next.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Returns how the process must end.
    pub(crate) const fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Error: {}", self.message)?;
        for detail in &self.details {
            write!(formatter, "\n  {detail}")?;
        }
        for cause in &self.causes {
            write!(formatter, "\nCaused by: {cause}")?;
        }
        match &self.hint {
            Some(hint) => write!(formatter, "\nHint: {hint}"),
            None => Ok(()),
        }
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        let (exit, hint) = match &error {
            DataError::Foreign { owner, .. } => {
                let command = owner.running(std::env::args_os());
                let hint =
                    format!("its server could not read what root makes there; type `{command}`");
                return Self::of(Exit::Configuration, &error, Some(&hint));
            }
            DataError::NotEmpty { .. } => {
                (Exit::Configuration, Some("choose a new or empty directory"))
            }
            DataError::NotInitialised { .. } => {
                (Exit::Configuration, Some("make one with `okrd init`"))
            }
            DataError::Unfinished { .. } => (
                Exit::Configuration,
                Some(
                    "nothing in it was ever in use: delete it, then run `okrd init` or `okrd restore` again",
                ),
            ),
            DataError::Incomplete { left, .. } => {
                let left = format!("still there: {}", left.join(", "));
                return Self::of(Exit::Integrity, &error, Some(MISSING_HINT)).details([left]);
            }
            DataError::Missing { .. } => (Exit::Integrity, Some(MISSING_HINT)),
            DataError::Locked { .. } => (
                Exit::Locked,
                Some("stop the other process first; a directory serves one at a time"),
            ),
            DataError::Newer { .. } | DataError::NewerFile { .. } => {
                (Exit::Incompatible, Some("upgrade okrd"))
            }
            DataError::Malformed { .. } => (
                Exit::Integrity,
                Some("restore the file from a backup; nothing was changed"),
            ),
            DataError::Exposed { .. } => (
                Exit::Configuration,
                Some("it holds a secret: `chmod 600` it, and consider it known"),
            ),
            DataError::Io { path, source, .. } => match source.kind() {
                ErrorKind::PermissionDenied => {
                    let hint = why_denied(path);
                    return Self::of(Exit::Configuration, &error, Some(&hint));
                }
                _ => (Exit::Error, None),
            },
        };
        Self::of(exit, &error, hint)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let failure = Self::of(Exit::Configuration, &error, None);
        match error {
            ConfigError::File { .. } => failure.hint(format!(
                "name another file with --config FILE or {FILE_VARIABLE}, or none to read {DEFAULT_FILE} if it is there"
            )),
            ConfigError::NoData => failure.hint(format!(
                "give --data DIR, set OKRD_DATA, or write `data` below [server] into {DEFAULT_FILE}"
            )),
            ConfigError::Mistakes(mistakes) => failure
                .details(mistakes.iter().map(ToString::to_string))
                .hint("`okrd config print` shows every setting; nothing was started or changed"),
        }
    }
}

impl From<TlsError> for Failure {
    fn from(error: TlsError) -> Self {
        let denied = matches!(&error, TlsError::File(DataError::Io { source, .. })
            if source.kind() == ErrorKind::PermissionDenied);
        let hint = match &error {
            TlsError::File(_) => None,
            TlsError::Expired { .. } => {
                Some("renew it, or make one for development with `okrd cert new`")
            }
            TlsError::Pair { .. } => {
                Some("the first certificate of the file must be the one of the key")
            }
            TlsError::Empty { .. } | TlsError::Broken { .. } | TlsError::Authorities { .. } => {
                Some("the file must be in PEM: -----BEGIN ...")
            }
        };
        let failure = match error {
            TlsError::File(error) => error.into(),
            error => Self::of(Exit::Configuration, &error, hint),
        };
        // Whoever runs okrd need not own a certificate.
        let failure = if denied {
            failure
                .hint("the user who runs okrd must be able to read it: `chgrp` and `chmod 640` it")
        } else {
            failure
        };
        // Whatever is wrong with the file, a setting names it.
        Self {
            exit: Exit::Configuration,
            ..failure
        }
    }
}

impl From<TracesError> for Failure {
    fn from(error: TracesError) -> Self {
        let hint = "the settings telemetry.otlp_... say where they go";
        Self::of(Exit::Configuration, &error, Some(hint))
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        match error {
            ServeError::Data(error) | ServeError::Key(KeyFileError::Data(error)) => error.into(),
            ServeError::Log(error) => error.into(),
            error @ (ServeError::Key(_) | ServeError::OrgId(_)) => Self::of(
                Exit::Integrity,
                &error,
                Some("restore the file from a backup; nothing was changed"),
            ),
            ServeError::Tls(error) => error.into(),
            ServeError::Traces(error) => error.into(),
            error @ ServeError::Name(_) => Self::of(Exit::Configuration, &error, None),
            error @ (ServeError::Threads(_) | ServeError::Transport(_)) => {
                Self::of(Exit::Error, &error, None)
            }
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        if let Some(path) = denied(&error) {
            return Self::of(Exit::Configuration, &error, Some(&why_denied(&path)));
        }
        let (exit, hint) = match &error {
            OpenError::InUse { .. } => (Exit::Locked, "stop the other process first"),
            OpenError::NewerFormat { .. } => (Exit::Incompatible, "upgrade okrd"),
            OpenError::Refused { source, .. } => match source.downcast_ref() {
                Some(ReplayError::Newer) => (Exit::Incompatible, "upgrade okrd"),
                Some(ReplayError::Record(_) | ReplayError::UnknownOrg(_)) | None => {
                    (Exit::Integrity, DAMAGED_HINT)
                }
            },
            // That the system refuses to read says nothing about what is stored.
            OpenError::File(_)
            | OpenError::Index { .. }
            | OpenError::Store {
                source: StoreError::Io(_),
                ..
            } => (Exit::Error, "nothing was changed"),
            OpenError::NotFound { .. }
            | OpenError::NotADirectory { .. }
            | OpenError::NotALog { .. }
            | OpenError::Manifest { .. }
            | OpenError::Witness { .. }
            | OpenError::Journal { .. }
            | OpenError::StoreMissing { .. }
            | OpenError::Store { .. }
            | OpenError::Damaged { .. }
            | OpenError::Missing { .. } => (Exit::Integrity, DAMAGED_HINT),
        };
        Self::of(exit, &error, Some(hint))
    }
}

/// Returns the file of a log with which the system did not let this user do something.
fn denied(error: &OpenError) -> Option<PathBuf> {
    let (path, source) = match error {
        OpenError::File(file) => (file.path.clone(), &file.source),
        // The store names its directory only.
        OpenError::Store {
            path,
            source: StoreError::Io(source),
        } => (path.join("db"), source),
        _ => return None,
    };
    (source.kind() == ErrorKind::PermissionDenied).then_some(path)
}

const MISSING_HINT: &str = "delete nothing, and keep a copy of the directory; `okrd restore` a backup into another one, \
and copy the file from there";

const DAMAGED_HINT: &str = "nothing was repaired or changed; keep a copy of the directory, restore a backup, and let \
the replicas push again what it lacks";

impl From<CreateError> for Failure {
    fn from(error: CreateError) -> Self {
        Self::of(Exit::Error, &error, None)
    }
}

impl Failure {
    fn of(exit: Exit, error: &dyn Error, hint: Option<&str>) -> Self {
        let failure = Self::new(exit, error.to_string()).caused_by_source_of(error);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_a_sentence_its_causes_and_a_hint() {
        let path = std::path::PathBuf::from("/data/server.key");
        let source = std::io::Error::other("disk on fire");
        let error = DataError::Io {
            action: "read",
            path,
            source,
        };
        let failure = Failure::new(Exit::Error, "cannot start").caused_by(&error);
        assert_eq!(
            failure.hint("try water").to_string(),
            "Error: cannot start\nCaused by: cannot read /data/server.key\n\
             Caused by: disk on fire\nHint: try water"
        );
    }

    #[test]
    fn the_help_names_every_exit_code() {
        for exit in [
            Exit::Ok,
            Exit::Error,
            Exit::NotFound,
            Exit::Integrity,
            Exit::Incompatible,
            Exit::Locked,
            Exit::Configuration,
        ] {
            let line = format!("\n  {:<4}", exit.code());
            assert!(EXIT_CODES.contains(&line), "{line}");
        }
    }
}
