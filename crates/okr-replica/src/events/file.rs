//! Reading an exported history: line by line, each checked by itself.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use okr_core::Timestamp;
use okr_core::change::Change;
use okr_core::id::PersonId;
use okr_proto::{Decoded, StoredText};
use serde_json::{Map, Value};

use super::fault::EventsError;
use super::{EventsHead, FORMAT, FORMAT_NAME, LINE_BYTES_MAX};
use crate::readable;
use crate::record;
use crate::replica::Replica;

/// A file that holds an exported history.
#[derive(Debug)]
pub struct EventsFile {
    path: PathBuf,
    reader: BufReader<File>,
    head: EventsHead,
    /// The line that was read last, from 1.
    pub(super) line: u64,
}

/// A change of the file.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) author: PersonId,
    pub(super) change: Change,
}

/// What a file holds that was read to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventsChecked {
    /// How many changes it has.
    pub changes: u64,
    /// How many of them are known to the replica.
    pub known: u64,
    /// When the first and the last one were written.
    pub authored: Option<(Timestamp, Timestamp)>,
}

impl EventsFile {
    /// Opens a file and reads its first line.
    ///
    /// # Errors
    /// [`EventsError::Read`], [`EventsError::Head`] and [`EventsError::Newer`].
    pub fn open(path: &Path) -> Result<Self, EventsError> {
        let file = File::open(path).map_err(EventsError::reading(path))?;
        let mut reader = BufReader::with_capacity(1 << 20, file);
        let bytes = next_line(&mut reader, (path, 1))?.unwrap_or_default();
        Ok(Self {
            path: path.to_owned(),
            reader,
            head: read_head(&bytes)?,
            line: 1,
        })
    }

    /// Returns what the first line says.
    pub const fn head(&self) -> &EventsHead {
        &self.head
    }

    /// Reads every line, and counts what a replica has of them already.
    ///
    /// The next change that is taken in is the first one of the file.
    ///
    /// # Errors
    /// The first line that is not as it should be; the store's failures.
    pub fn check(
        &mut self,
        replica: &Replica,
        progress: &mut dyn FnMut(u64),
    ) -> Result<EventsChecked, EventsError> {
        self.rewind()?;
        let mut checked = EventsChecked::default();
        let waiting = crate::pending::ids(replica.db())?;
        while let Some(told) = self.next()? {
            let id = told.change.id;
            if waiting.contains(&id) || record::find_exact(replica.db(), id)?.is_some() {
                checked.known += 1;
            }
            let at = told.change.authored_at;
            let (first, last) = checked.authored.unwrap_or((at, at));
            checked.authored = Some((first.min(at), last.max(at)));
            checked.changes += 1;
            progress(checked.changes);
        }
        if checked.changes != self.head.changes {
            return Err(EventsError::Count {
                stated: self.head.changes,
                found: checked.changes,
            });
        }
        self.rewind()?;
        Ok(checked)
    }

    fn rewind(&mut self) -> Result<(), EventsError> {
        self.reader
            .rewind()
            .map_err(EventsError::reading(&self.path))?;
        next_line(&mut self.reader, (&self.path, 1))?;
        self.line = 1;
        Ok(())
    }

    /// Reads the next change; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Told>, EventsError> {
        let line = self.line + 1;
        let Some(bytes) = next_line(&mut self.reader, (&self.path, line))? else {
            return Ok(None);
        };
        self.line = line;
        read_change(&bytes, line).map(Some)
    }
}

/// Reads a line without its line feed; none at the end of the file.
fn next_line(
    reader: &mut BufReader<File>,
    (path, line): (&Path, u64),
) -> Result<Option<Vec<u8>>, EventsError> {
    let mut bytes = Vec::new();
    let read = reader
        .take(LINE_BYTES_MAX + 1)
        .read_until(b'\n', &mut bytes)
        .map_err(EventsError::reading(path))?;
    if read == 0 {
        return Ok(None);
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    } else if bytes.len() as u64 > LINE_BYTES_MAX {
        let problem = format!("longer than {} MiB", LINE_BYTES_MAX >> 20);
        return Err(EventsError::Malformed { line, problem });
    }
    Ok(Some(bytes))
}

pub(super) fn read_head(bytes: &[u8]) -> Result<EventsHead, EventsError> {
    let problem = |problem: String| EventsError::Head { problem };
    let value: Value = serde_json::from_slice(bytes).map_err(|error| problem(no_line(&error)))?;
    match value.get("format").and_then(Value::as_str) {
        Some(FORMAT) => {}
        Some(found) if found.starts_with(FORMAT_NAME) => {
            let found = found.to_owned();
            return Err(EventsError::Newer { found });
        }
        Some(_) | None => return Err(problem(format!("it has no \"format\": \"{FORMAT}\""))),
    }
    let head: EventsHead =
        serde_json::from_value(value).map_err(|error| problem(error.to_string()))?;
    for entry in head.people() {
        entry.check().map_err(|error| {
            problem(format!(
                "the person {}: {error}",
                entry.handle.escape_debug()
            ))
        })?;
    }
    Ok(head)
}

/// Says what is wrong with one line: the parser counts lines within it, of which there is one.
fn no_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match text.strip_suffix(&place) {
        Some(problem) if error.column() > 0 => format!("column {}: {problem}", error.column()),
        Some(problem) => problem.to_owned(),
        None => text,
    }
}

pub(super) fn read_change(bytes: &[u8], line: u64) -> Result<Told, EventsError> {
    let malformed = |problem: String| EventsError::Malformed { line, problem };
    let shown: Map<String, Value> =
        serde_json::from_slice(bytes).map_err(|error| malformed(no_line(&error)))?;
    let text = |name: &str| {
        let found = shown.get(name).and_then(Value::as_str);
        found.ok_or_else(|| malformed(format!("\"{name}\" is missing or no text")))
    };
    let author = text("author")?
        .parse()
        .map_err(|_| malformed("\"author\" is not the id of a person".to_owned()))?;
    let body = BASE64
        .decode(text("body")?)
        .map_err(|error| malformed(format!("\"body\" is no base64: {error}")))?;
    let texts = shown.get("texts").and_then(Value::as_array);
    let texts = texts.ok_or_else(|| malformed("\"texts\" is missing or no list".to_owned()))?;
    let texts = texts.iter().map(|text| match text {
        Value::String(text) => Ok(StoredText::Present(text)),
        Value::Null => Ok(StoredText::Erased),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Err(malformed(
            "\"texts\" holds something else than texts".to_owned(),
        )),
    });
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    let decoded =
        okr_proto::decode(&body, &texts).map_err(|problem| EventsError::Body { line, problem })?;
    let again = readable::change(&decoded);
    let mut said = shown;
    said.retain(|name, _| again.contains_key(name));
    if let Some(member) = readable::difference(&said, &again) {
        return Err(EventsError::Edited { line, member });
    }
    match decoded {
        Decoded::Known(change) => Ok(Told {
            author: PersonId::new(author),
            change,
        }),
        Decoded::Newer { .. } => Err(EventsError::NewerChange { line }),
    }
}
