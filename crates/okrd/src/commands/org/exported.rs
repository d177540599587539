//! Reading what `okrd org export` wrote.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use okr_core::id::{OrgId, PersonId};
use okr_proto::{DirectoryEntry, DisplayName, Email, Handle};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::export::SCHEMA;
use crate::admin::read_line;
use crate::failure::{Exit, Failure};
use crate::limits::EXPORT_LINE_BYTES;

/// A file whose beginning was read: what it is, and who the people are.
pub(super) struct Exported {
    path: PathBuf,
    first: First,
    people: Vec<DirectoryEntry>,
}

/// What sees the bytes of every record.
pub(super) type Visiting<'a> = dyn FnMut(&[u8]) -> Result<(), Failure> + 'a;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct First {
    schema: String,
    org: Uuid,
    changes: u64,
    root: String,
    checkpoint: Option<String>,
    verifier_key: String,
    people: u64,
    /// Whose entries were erased; not there when nobody's was.
    #[serde(default)]
    erased: Vec<Uuid>,
}

/// Somebody of its directory.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Somebody {
    person: Uuid,
    handle: String,
    name: String,
    email: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    position: u64,
    record: String,
}

/// The lines of the file, counted.
struct Lines<'a> {
    path: &'a Path,
    input: BufReader<File>,
    number: u64,
}

impl Exported {
    /// Reads the first line and those of the people.
    ///
    /// # Errors
    ///
    /// `Configuration` when it cannot be read, `Integrity` when it is no such file.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let mut lines = Lines::open(path)?;
        let first: First = lines.need()?;
        if first.schema != SCHEMA {
            return Err(lines.malformed("it is no export of an organisation"));
        }
        let mut people = Vec::new();
        for _ in 0..first.people {
            let person: Somebody = lines.need()?;
            let entry = person
                .entry()
                .map_err(|problem| lines.malformed(&problem))?;
            people.push(entry);
        }
        let path = path.to_owned();
        Ok(Self {
            path,
            first,
            people,
        })
    }

    pub(super) const fn org(&self) -> OrgId {
        OrgId::new(self.first.org)
    }

    /// Returns how many records it has, as it says.
    pub(super) const fn changes(&self) -> u64 {
        self.first.changes
    }

    pub(super) fn root(&self) -> &str {
        &self.first.root
    }

    /// Returns the signed statement of number and root; none of an organisation without changes.
    pub(super) fn checkpoint(&self) -> Option<&str> {
        self.first.checkpoint.as_deref()
    }

    pub(super) fn verifier_key(&self) -> &str {
        &self.first.verifier_key
    }

    pub(super) fn people(&self) -> &[DirectoryEntry] {
        &self.people
    }

    /// Returns whose entries were erased for good.
    pub(super) fn erased(&self) -> impl Iterator<Item = PersonId> {
        self.first.erased.iter().copied().map(PersonId::new)
    }

    /// Reads all records, in order.
    pub(super) fn records(&self, visit: &mut Visiting<'_>) -> Result<(), Failure> {
        let mut lines = Lines::open(&self.path)?;
        for _ in 0..=self.first.people {
            lines.need::<serde_json::Value>()?;
        }
        let mut expected = 1;
        while let Some(line) = lines.next::<Line>()? {
            let record = BASE64.decode(&line.record);
            let record = record.map_err(|_| lines.malformed("its record is no base64"))?;
            if line.position != expected {
                let problem = format!("it has position {}, not {expected}", line.position);
                return Err(lines.malformed(&problem));
            }
            visit(&record)?;
            expected += 1;
        }
        Ok(())
    }

    /// Says that something is the matter with the file.
    pub(super) fn problem(&self, what: &str) -> String {
        format!("{} {what}", self.path.display())
    }

    /// Says that the file is not what was written.
    pub(super) fn malformed(&self, problem: &str) -> Failure {
        malformed(&self.path, 1, problem)
    }
}

impl Somebody {
    fn entry(self) -> Result<DirectoryEntry, String> {
        let said = |error: &dyn std::fmt::Display| error.to_string();
        Ok(DirectoryEntry {
            person: PersonId::new(self.person),
            handle: Handle::new(&self.handle).map_err(|error| said(&error))?,
            name: DisplayName::new(&self.name).map_err(|error| said(&error))?,
            email: Email::new(&self.email).map_err(|error| said(&error))?,
        })
    }
}

impl<'a> Lines<'a> {
    fn open(path: &'a Path) -> Result<Self, Failure> {
        let input = File::open(path).map_err(|error| {
            let message = format!("cannot read {}", path.display());
            Failure::new(Exit::Configuration, message).caused_by(&error)
        })?;
        Ok(Self {
            path,
            input: BufReader::new(input),
            number: 0,
        })
    }

    /// Reads the next line, which must be there.
    fn need<T: DeserializeOwned>(&mut self) -> Result<T, Failure> {
        self.next()?
            .ok_or_else(|| self.malformed("the file ends before it"))
    }

    /// Reads the next line, if there is one.
    fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Failure> {
        self.number += 1;
        let line =
            read_line(&mut self.input, EXPORT_LINE_BYTES).map_err(|error| match error.kind() {
                io::ErrorKind::InvalidData => self.malformed(&error.to_string()),
                _ => Failure::new(Exit::Error, format!("cannot read {}", self.path.display()))
                    .caused_by(&error),
            })?;
        let Some(line) = line else { return Ok(None) };
        let value = serde_json::from_slice(&line);
        value
            .map(Some)
            .map_err(|error| self.malformed(&error.to_string()))
    }

    fn malformed(&self, problem: &str) -> Failure {
        malformed(self.path, self.number, problem)
    }
}

fn malformed(path: &Path, number: u64, problem: &str) -> Failure {
    let message = format!(
        "line {number} of {} cannot be used: {problem}",
        path.display()
    );
    Failure::new(Exit::Integrity, message)
        .hint("it was not written by `okrd org export`, or was changed or cut off since")
}
