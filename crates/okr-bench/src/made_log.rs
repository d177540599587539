//! The log of a made history, with signed checkpoints as a server sends them, and without a server.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use anyhow::Result;
use bytes::Bytes;
use okr_core::Timestamp;
use okr_core::event::{Event, PersonEvent};
use okr_core::id::{PersonId, Position};
use okr_log::{
    Checkpoint, Frontier, KeyName, Origin, Record, RecordView, RecordedAt, SigningKey, TokenId,
};
use okr_proto::{EncodedChange, PushOutcome, ToLog as _};
use okr_replica::{
    Directory, DirectoryEntry, NewReplica, Pulled, Remote, RemoteError, RemoteInfo, Replica,
};
use okr_testkit::company::{ANA, ORG, Step, history};

use crate::figures::Watch;

/// Records in a round of a pull, as okrd sends them.
const ROUND: usize = 131_072;
/// Records in a message, as okrd sends them.
const MESSAGE: usize = 585;

/// A log that can be pulled.
pub(crate) struct MadeLog {
    key: SigningKey,
    origin: Origin,
    frontier: Frontier,
    directory: Directory,
    records: Vec<Bytes>,
    /// The checkpoint at the end of each round.
    checkpoints: Vec<String>,
    last: Timestamp,
}

impl MadeLog {
    /// Makes the log of a company with about so many changes.
    pub(crate) fn of_company(changes: usize) -> Result<Self> {
        let mut log = Self {
            key: SigningKey::from_bytes(KeyName::new("bench.example")?, &[7; 32]),
            origin: Origin::new("bench.example/acme")?,
            frontier: Frontier::new(),
            directory: Directory {
                version: 1,
                entries: BTreeMap::new(),
                erased: BTreeSet::new(),
            },
            records: Vec::with_capacity(changes),
            checkpoints: Vec::new(),
            last: Timestamp::UNIX_EPOCH,
        };
        let mut failed = None;
        history(changes, &mut |step| {
            if let Err(error) = log.append(&step) {
                failed.get_or_insert(error);
            }
        });
        if let Some(error) = failed {
            return Err(error);
        }
        if !log.records.len().is_multiple_of(ROUND) {
            log.sign();
        }
        Ok(log)
    }

    fn append(&mut self, step: &Step) -> Result<()> {
        for event in &step.change.events {
            if let Event::Person(id, PersonEvent::Added(_)) = event {
                self.introduce(*id);
            }
        }
        let (body, texts) = okr_proto::encode(&step.change, rand::random).into_record_parts();
        let record = Record {
            position: okr_log::Position::new(self.frontier.size() + 1),
            recorded_at: RecordedAt::from_micros(step.recorded_at.as_microsecond()),
            author: step.author.to_log(),
            token: TokenId([1; 16]),
            change_id: step.change.id.to_log(),
            body,
            texts,
        };
        let bytes = record.encode()?;
        self.frontier.push(RecordView::parse(&bytes)?.leaf_hash());
        self.records.push(bytes);
        self.last = step.recorded_at;
        if self.records.len().is_multiple_of(ROUND) {
            self.sign();
        }
        Ok(())
    }

    fn introduce(&mut self, person: PersonId) {
        let number = self.directory.entries.len();
        let handle = match number {
            0 => "ana".to_owned(),
            _ => format!("person-{number}"),
        };
        self.directory.set(DirectoryEntry {
            person,
            name: format!("Person {number}"),
            email: format!("{handle}@example.com"),
            handle,
        });
    }

    fn sign(&mut self) {
        let checkpoint = Checkpoint {
            origin: self.origin.clone(),
            size: okr_log::Position::new(self.frontier.size()),
            root: self.frontier.root(),
        };
        self.checkpoints
            .push(checkpoint.sign(&self.key).to_string());
    }

    pub(crate) const fn len(&self) -> usize {
        self.records.len()
    }

    /// Clones the log into a new replica, and returns how long that took.
    pub(crate) fn clone_into(&mut self, directory: &std::path::Path) -> Result<Watch> {
        let remote = RemoteInfo {
            url: "http://127.0.0.1:1".to_owned(),
            origin: self.origin.to_string(),
            verifier_key: self.key.verifying_key().to_string(),
        };
        let new = NewReplica {
            org: ORG,
            me: ANA,
            remote: Some(remote),
        };
        let mut watch = Watch::start();
        let mut replica = Replica::create(directory, &new)?;
        let now = self.last;
        let report = replica.sync(self, now, &mut |_| ())?;
        watch.stop();
        anyhow::ensure!(report.head.get() == self.records.len() as u64, "all came");
        Ok(watch)
    }
}

impl Remote for MadeLog {
    fn push(
        &mut self,
        _base: Position,
        _changes: Vec<EncodedChange>,
    ) -> Result<Vec<PushOutcome>, RemoteError> {
        Err(read_only())
    }

    fn pull(
        &mut self,
        after: Position,
        _directory_version: u64,
        sink: &mut dyn FnMut(Pulled) -> ControlFlow<()>,
    ) -> Result<(), RemoteError> {
        if after != Position::ZERO {
            return Err(read_only());
        }
        if sink(Pulled::Directory(self.directory.clone())).is_break() {
            return Ok(());
        }
        for (round, note) in self.records.chunks(ROUND).zip(&self.checkpoints) {
            for message in round.chunks(MESSAGE) {
                if sink(Pulled::Records(message.to_vec())).is_break() {
                    return Ok(());
                }
            }
            if sink(Pulled::Checkpoint(note.clone())).is_break() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn update_directory(&mut self, _entries: Vec<DirectoryEntry>) -> Result<u64, RemoteError> {
        Err(read_only())
    }
}

fn read_only() -> RemoteError {
    RemoteError::Unavailable {
        why: "a made log can be cloned and nothing else".to_owned(),
    }
}
