//! Who let whom in, who was refused, and what administrators did: one JSON object a line, appended, never changed.
//!
//! Ids only: no secrets, no names, no texts of people. The newest lines stand in `access.log`; full files are kept
//! as `access.log.1` and so on, the oldest last. Reading needs no lock, also while the server runs.

mod entry;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use okr_core::id::OrgId;

use crate::data::{DataError, PRIVATE_FILE, io_error, replace};
use crate::store::AsText;
pub(crate) use entry::{Act, Entry, Outcome, Source};

/// Bytes after which a file is full.
const FILE_BYTES: u64 = 8 * 1024 * 1024;
/// Full files that are kept.
const FULL_FILES: u32 = 9;
/// Refusals that are written in a minute; more are counted and told in one line, so that nobody can push the acts of
/// administrators out of the files by knocking.
const REFUSALS_PER_MINUTE: u32 = 60;

/// The log of one data directory.
#[derive(Debug)]
pub(crate) struct AccessLog {
    path: PathBuf,
    state: Mutex<State>,
    limits: Limits,
}

#[derive(Clone, Copy, Debug)]
struct Limits {
    file_bytes: u64,
    full_files: u32,
}

#[derive(Debug)]
struct State {
    file: File,
    bytes: u64,
    minute: Minute,
}

/// How many refusals there were in the minute that is running.
#[derive(Debug)]
struct Minute {
    began: Timestamp,
    written: u32,
    left_out: u32,
}

impl AccessLog {
    /// Opens the log, or begins one.
    pub(crate) fn open(path: PathBuf) -> Result<Self, DataError> {
        let limits = Limits {
            file_bytes: FILE_BYTES,
            full_files: FULL_FILES,
        };
        Self::with_limits(path, limits)
    }

    fn with_limits(path: PathBuf, limits: Limits) -> Result<Self, DataError> {
        let mut file = append_to(&path).map_err(io_error("open", &path))?;
        let bytes = file.metadata().map_err(io_error("read", &path))?.len();
        end_last_line(&mut file, &path).map_err(io_error("write", &path))?;
        let state = State {
            file,
            bytes,
            minute: Minute {
                began: Timestamp::MIN,
                written: 0,
                left_out: 0,
            },
        };
        Ok(Self {
            path,
            state: Mutex::new(state),
            limits,
        })
    }

    /// Writes what happened; what was done, not refused, is durable when this returns. Blocks on the disk.
    ///
    /// A line that cannot be written is told to the operator and stops nothing: who runs the server must be able to
    /// revoke a token also when the disk is full.
    pub(crate) fn record(&self, entry: &Entry) {
        // A line under the lock is either written or not; nothing is left half changed by a panic.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.write(&mut state, entry) {
            let act = entry.act.word();
            tracing::error!(target: "audit", %error, act, "the access log cannot be written");
        }
    }

    fn write(&self, state: &mut State, entry: &Entry) -> io::Result<()> {
        if entry.outcome == Outcome::Refused {
            let left_out = state.minute.ended(entry.at.0);
            if left_out > 0 {
                self.append(state, &Entry::left_out(entry.at.0, left_out))?;
            }
            if !state.minute.takes_one_more() {
                return Ok(());
            }
            return self.append(state, entry);
        }
        self.append(state, entry)?;
        state.file.sync_data()
    }

    fn append(&self, state: &mut State, entry: &Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        let length = line.len() as u64;
        if state.bytes > 0 && state.bytes + length > self.limits.file_bytes {
            self.turn_over(state)?;
        }
        entry.announce();
        state.file.write_all(&line)?;
        state.bytes += length;
        Ok(())
    }

    /// Puts the full file away, the oldest one out, and begins another.
    fn turn_over(&self, state: &mut State) -> io::Result<()> {
        state.file.sync_data()?;
        for number in (1..self.limits.full_files).rev() {
            let from = full_file(&self.path, number);
            if from.exists() {
                fs::rename(&from, full_file(&self.path, number + 1))?;
            }
        }
        fs::rename(&self.path, full_file(&self.path, 1))?;
        state.file = append_to(&self.path)?;
        state.bytes = 0;
        Ok(())
    }
}

impl Minute {
    /// Begins another minute when this one is over; returns how many refusals the old one left out.
    fn ended(&mut self, now: Timestamp) -> u32 {
        // A clock that was set back begins one as well.
        let runs =
            now >= self.began && now.duration_since(self.began) < SignedDuration::from_mins(1);
        if runs {
            return 0;
        }
        let left_out = self.left_out;
        *self = Self {
            began: now,
            written: 0,
            left_out: 0,
        };
        left_out
    }

    const fn takes_one_more(&mut self) -> bool {
        if self.written < REFUSALS_PER_MINUTE {
            self.written += 1;
            return true;
        }
        self.left_out += 1;
        false
    }
}

/// Reads all lines that are there, the oldest first. One that cannot be understood is given as it is.
///
/// # Errors
///
/// When a file cannot be read; that there is none yet is no error.
pub(crate) fn read(path: &Path) -> Result<Vec<Line>, DataError> {
    let mut paths: Vec<PathBuf> = (1..=FULL_FILES)
        .map(|number| full_file(path, number))
        .collect();
    paths.reverse();
    paths.push(path.to_owned());
    let mut lines = Vec::new();
    for path in paths {
        let text = match fs::read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(io_error("read", &path)(error)),
        };
        lines.extend(text.lines().filter(|line| !line.is_empty()).map(Line::of));
    }
    Ok(lines)
}

/// Takes out all lines about an organisation, while nobody writes.
///
/// # Errors
///
/// When a file cannot be read or replaced.
pub(crate) fn forget(path: &Path, org: OrgId) -> Result<(), DataError> {
    let mut paths: Vec<PathBuf> = (1..=FULL_FILES)
        .map(|number| full_file(path, number))
        .collect();
    paths.push(path.to_owned());
    for path in paths.iter().filter(|path| path.exists()) {
        let text = fs::read_to_string(path).map_err(io_error("read", path))?;
        let is_of = |line: &Line| {
            let entry = line.entry.as_ref();
            // What is not understood may name it as well.
            entry.map_or_else(
                || line.text.contains(&org.to_string()),
                |entry| entry.org == Some(AsText(org.uuid())),
            )
        };
        let kept = text.lines().map(Line::of).filter(|line| !is_of(line));
        let kept: String = kept.map(|line| line.text + "\n").collect();
        if kept != text {
            replace(path, kept.as_bytes())?;
        }
    }
    Ok(())
}

/// One line of the log.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// As it stands in the file.
    pub(crate) text: String,
    /// What it says; none when a crash cut it or a newer program wrote it.
    pub(crate) entry: Option<Entry>,
}

impl Line {
    fn of(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            entry: serde_json::from_str(text).ok(),
        }
    }
}

fn full_file(path: &Path, number: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}

fn append_to(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options
        .append(true)
        .create(true)
        .mode(PRIVATE_FILE)
        .open(path)
}

/// Ends a line that a crash cut, so that the next one stands alone.
fn end_last_line(file: &mut File, path: &Path) -> io::Result<()> {
    let whole = fs::read(path)?.last().is_none_or(|byte| *byte == b'\n');
    if whole { Ok(()) } else { file.write_all(b"\n") }
}

#[cfg(test)]
mod tests;
