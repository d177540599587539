//! A log for tests: makes records and signed checkpoints as a server would, without one.

use bytes::Bytes;
use okr_core::Timestamp;
use okr_core::change::Change;
use okr_core::id::{PersonId, Position};
use okr_log::{Checkpoint, Frontier, KeyName, Origin, Record, RecordedAt, SigningKey, TokenId};
use okr_proto::{ToLog as _, encode};
use okr_testkit::sample::{ANA, ORG};
use tempfile::TempDir;

use crate::ingest::{IngestError, Ingested};
use crate::meta::{NewReplica, RemoteInfo};
use crate::replica::Replica;

/// When the first record is appended, in microseconds: 2026-01-01.
pub(crate) const START_US: i64 = 1_767_225_600_000_000;
/// How far apart records are appended: six hours.
pub(crate) const STEP_US: i64 = 6 * 3_600_000_000;

/// A log and its key.
pub(crate) struct FakeLog {
    key: SigningKey,
    origin: Origin,
    pub(crate) records: Vec<Bytes>,
    frontier: Frontier,
    /// When the next record is appended.
    pub(crate) now: i64,
}

impl FakeLog {
    pub(crate) fn new() -> Self {
        let name = KeyName::new("okr.example").unwrap();
        Self {
            key: SigningKey::from_bytes(name, &[7; 32]),
            origin: Origin::new("okr.example/acme").unwrap(),
            records: Vec::new(),
            frontier: Frontier::new(),
            now: START_US,
        }
    }

    /// Makes the log of a history.
    pub(crate) fn of(history: &[(PersonId, Change)]) -> Self {
        let mut log = Self::new();
        for (author, change) in history {
            log.append(*author, change);
        }
        log
    }

    pub(crate) fn remote(&self) -> RemoteInfo {
        RemoteInfo {
            url: "http://127.0.0.1:1".to_owned(),
            origin: self.origin.to_string(),
            verifier_key: self.key.verifying_key().to_string(),
        }
    }

    /// Makes an empty replica of this log, whose owner is the administrator.
    pub(crate) fn replica(&self) -> (TempDir, Replica) {
        let dir = tempfile::tempdir().unwrap();
        let new = NewReplica {
            org: ORG,
            me: ANA,
            remote: Some(self.remote()),
        };
        let replica = Replica::create(dir.path(), &new).unwrap();
        (dir, replica)
    }

    pub(crate) fn append(&mut self, author: PersonId, change: &Change) {
        let encoded = encode(change, || [9; 16]);
        let (body, texts) = encoded.into_record_parts();
        let record = Record {
            position: okr_log::Position::new(self.frontier.size() + 1),
            recorded_at: RecordedAt::from_micros(self.now),
            author: author.to_log(),
            token: TokenId([1; 16]),
            change_id: change.id.to_log(),
            body,
            texts,
        };
        self.push(record.encode().unwrap());
        self.now += STEP_US;
    }

    /// Appends the bytes of a record, whatever they say.
    pub(crate) fn push(&mut self, bytes: Bytes) {
        let leaf = okr_log::RecordView::parse(&bytes).unwrap().leaf_hash();
        self.frontier.push(leaf);
        self.records.push(bytes);
    }

    pub(crate) fn head(&self) -> Position {
        Position::new(self.frontier.size())
    }

    /// Signs what the first records are.
    pub(crate) fn checkpoint_of(&self, size: usize) -> String {
        let mut frontier = Frontier::new();
        for bytes in &self.records[..size] {
            frontier.push(okr_log::RecordView::parse(bytes).unwrap().leaf_hash());
        }
        let checkpoint = Checkpoint {
            origin: self.origin.clone(),
            size: okr_log::Position::new(frontier.size()),
            root: frontier.root(),
        };
        checkpoint.sign(&self.key).to_string()
    }

    /// Brings a replica to a number of records.
    pub(crate) fn give(&self, replica: &mut Replica, size: usize) -> Result<Ingested, IngestError> {
        let mut ingest = replica.ingest()?;
        let after = usize::try_from(ingest.position().get()).unwrap();
        ingest.records(self.records[after..size].to_vec())?;
        ingest.checkpoint(&self.checkpoint_of(size), Timestamp::UNIX_EPOCH)
    }

    /// Brings a replica to the head.
    pub(crate) fn give_all(&self, replica: &mut Replica) -> Ingested {
        self.give(replica, self.records.len()).unwrap()
    }
}
