//! One consistent moment of a server: where its logs end, and its small files.

use std::fs;
use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use jiff::Timestamp;
use okr_core::id::OrgId;
use okr_log::{Head, Log, Position, ReadError};
use okr_proto::ToLog as _;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::files::SmallFiles;
use crate::data::{CARRIED_FILES, CARRIED_IF_THERE, DataDir, DataError, ORGANISATIONS, io_error};
use crate::failure::{Exit, Failure};
use crate::heads::Heads;
use crate::store::AsText;

/// What a snapshot is taken of.
#[derive(Clone, Copy)]
pub(crate) struct Stock<'a> {
    /// The data directory.
    pub data: &'a Path,
    /// The ends of its logs.
    pub heads: &'a Heads,
    /// Its logs.
    pub log: &'a Log,
}

/// One moment of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    /// The version of the program.
    pub okrd: String,
    /// When it was taken.
    pub taken_at: AsText<Timestamp>,
    /// The key that verifies the checkpoints.
    pub verifier_key: String,
    /// The organisations, in order of their ids.
    pub orgs: Vec<OrgEnd>,
    /// The small files of the data directory.
    pub files: Vec<CarriedFile>,
}

/// Where the log of an organisation ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrgEnd {
    /// The organisation.
    pub org: AsText<Uuid>,
    /// The newest position; 0 when there is none.
    pub head: u64,
    /// The Merkle root up to there, in hex.
    pub root: String,
    /// When the newest record was appended; none when there is none.
    pub recorded_at: Option<AsText<Timestamp>>,
    /// The first line of the checkpoint.
    pub origin: String,
    /// The signed statement of head and root.
    pub checkpoint: String,
}

/// A small file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CarriedFile {
    /// Its name in the data directory.
    pub name: String,
    /// What is in it, in base64.
    pub content: String,
}

impl Snapshot {
    /// Understands the small files; `place` says where they are from.
    pub(crate) fn check_files(&self, place: &str) -> Result<SmallFiles, Failure> {
        SmallFiles::read(&self.files, &self.verifier_key, place)
    }
}

impl Stock<'_> {
    /// Takes a snapshot.
    ///
    /// The ends come first: who is in the logs up to there is in the files as well, which may know more.
    pub(crate) fn snapshot(&self, now: Timestamp) -> Result<Snapshot, Failure> {
        let mut orgs: Vec<OrgId> = self.heads.orgs().collect();
        orgs.sort();
        let orgs = orgs.into_iter().map(|org| self.end(org)).collect();
        let always_settled = DataDir::manifest_of(self.data)?.is_always_settled();
        let may_be_missing = |name: &str| {
            CARRIED_IF_THERE.contains(&name) && !(always_settled && name == ORGANISATIONS)
        };
        let mut files = Vec::new();
        for name in CARRIED_FILES.into_iter().chain(CARRIED_IF_THERE) {
            let path = self.data.join(name);
            let content = match fs::read(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    if may_be_missing(name) {
                        continue;
                    }
                    return Err(DataError::Missing { path }.into());
                }
                read => read.map_err(io_error("read", &path))?,
            };
            let content = BASE64.encode(content);
            let name = name.to_owned();
            files.push(CarriedFile { name, content });
        }
        Ok(Snapshot {
            okrd: env!("CARGO_PKG_VERSION").to_owned(),
            taken_at: AsText(now),
            verifier_key: self.heads.verifier_key(),
            orgs,
            files,
        })
    }

    fn end(&self, org: OrgId) -> OrgEnd {
        let head = self.heads.head(org);
        let checkpoint = self.heads.checkpoint(org, head.into());
        OrgEnd {
            org: AsText(org.uuid()),
            head: head.position.get(),
            root: head.root.to_string(),
            recorded_at: recorded_at(&head),
            origin: self
                .heads
                .origin(org)
                .map(ToString::to_string)
                .unwrap_or_default(),
            checkpoint: checkpoint.unwrap_or_default(),
        }
    }

    /// Reads records after a position, at least one if there is one.
    pub(crate) fn records(
        &self,
        org: OrgId,
        after: Position,
        bytes: usize,
    ) -> Result<Vec<Bytes>, Failure> {
        Ok(self.log.read(org.to_log(), after, bytes)?)
    }
}

fn recorded_at(head: &Head) -> Option<AsText<Timestamp>> {
    let micros = head.recorded_at.as_micros();
    let moment = Timestamp::from_microsecond(micros).ok();
    moment
        .filter(|_| head.position > Position::ZERO)
        .map(AsText)
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::new(Exit::Integrity, error.to_string()).caused_by_source_of(&error)
    }
}
