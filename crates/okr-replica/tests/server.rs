//! A server in memory: admits, appends, signs, and answers as proto/README.md says. No I/O, no clock.
//!
//! A [`Fault`] makes it lie or lose answers, once each.

mod connection;
mod erasing;
mod following;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use bytes::Bytes;
use okr_core::Timestamp;
use okr_core::admit::{Context, Verdict, admit};
use okr_core::change::Change;
use okr_core::event::TextPlace;
use okr_core::id::{ChangeId, PersonId, Position};
use okr_core::rejection::Rejection;
use okr_core::view::MemoryView;
use okr_log::{
    Checkpoint, Frontier, Hash, KeyName, Origin, Record, RecordView, RecordedAt, SigningKey,
    TokenId,
};
use okr_proto::{Decoded, EncodedChange, ToLog as _, decode_record};
use okr_replica::{Directory, Pulled, PushOutcome, Refusal, RemoteError, RemoteInfo};
use okr_testkit::sample::{ORG, TODAY};
use okr_testkit::scenario::never;

use crate::fault::Fault;

pub(crate) use connection::Connection;
pub(crate) use following::Watched;

/// How many records the server puts into one message.
const RECORDS_PER_MESSAGE: usize = 3;
/// The server's clock at the first change, in microseconds since 1970.
const FIRST_RECORDED_AT: i64 = 1_790_000_000_000_000;
/// How far the server's clock moves between two changes, in microseconds.
const TICK: i64 = 1_000_000;

/// The server and what it stores.
pub(crate) struct Server {
    records: Vec<Bytes>,
    positions: HashMap<ChangeId, Position>,
    view: MemoryView,
    directory: Directory,
    key_seed: u8,
    origin: Origin,
    fault: Option<Fault>,
    overtaking: Vec<(PersonId, EncodedChange)>,
    unreadable: Option<ChangeId>,
    pushes: usize,
    pulls: usize,
}

impl Server {
    /// Starts a server with an empty log.
    pub(crate) fn start() -> Rc<RefCell<Self>> {
        Rc::new(RefCell::new(Self {
            records: Vec::new(),
            positions: HashMap::new(),
            view: MemoryView::new(),
            directory: Directory::default(),
            key_seed: 7,
            origin: Origin::new("okr.example.org/sample").unwrap(),
            fault: None,
            overtaking: Vec::new(),
            unreadable: None,
            pushes: 0,
            pulls: 0,
        }))
    }

    /// What a client pins at its first login.
    pub(crate) fn info(&self) -> RemoteInfo {
        RemoteInfo {
            url: "https://okr.example.org".to_owned(),
            origin: self.origin.to_string(),
            verifier_key: key(self.key_seed).verifying_key().to_string(),
        }
    }

    /// Lets the next call that it concerns go wrong.
    pub(crate) fn fail_next(&mut self, fault: Fault) {
        self.fault = Some(fault);
    }

    /// Lets nothing go wrong any more.
    pub(crate) fn be_honest(&mut self) {
        self.fault = None;
    }

    /// Appends a change of somebody else at the beginning of the next push.
    pub(crate) fn overtake(&mut self, author: PersonId, change: &Change) {
        let encoded = okr_proto::encode(change, || [3; 16]);
        self.overtaking.push((author, encoded));
    }

    /// Takes a change from somebody, and expects that the rules admit it.
    pub(crate) fn append(&mut self, author: PersonId, change: &Change) {
        let encoded = okr_proto::encode(change, || [5; 16]);
        let outcome = self.push_one(author, encoded);
        let accepted = matches!(outcome, PushOutcome::Accepted { .. });
        assert!(accepted, "{outcome:?}");
    }

    /// Lets the server read everything but this change.
    pub(crate) fn cannot_read(&mut self, change: ChangeId) {
        self.unreadable = Some(change);
    }

    /// Says whether the fault is still to come.
    pub(crate) fn is_fault_waiting(&self) -> bool {
        self.fault.is_some()
    }

    /// The newest position.
    pub(crate) fn head(&self) -> Position {
        Position::new(self.records.len() as u64)
    }

    /// The state after every change.
    pub(crate) fn view(&self) -> &MemoryView {
        &self.view
    }

    /// The changes in the log, in order.
    pub(crate) fn changes(&self) -> Vec<Change> {
        self.records
            .iter()
            .map(|record| known(decode_record(&RecordView::parse(record).unwrap()).unwrap()))
            .collect()
    }

    /// The root over the whole log.
    pub(crate) fn root(&self) -> Hash {
        root_of(&self.records)
    }

    /// How many pushes and pulls there were, lost ones included.
    pub(crate) fn calls(&self) -> (usize, usize) {
        (self.pushes, self.pulls)
    }

    /// Forgets the newest changes, as a restored backup does.
    pub(crate) fn restore_to(&mut self, head: usize) {
        self.records.truncate(head);
        self.rebuild();
    }

    /// Puts another history of the same length in place of this one, from a position on.
    pub(crate) fn rewrite_from(&mut self, first: usize) {
        for record in &mut self.records[first - 1..] {
            let mut rewritten = Record::decode(record).unwrap();
            rewritten.token = TokenId([0xEE; 16]);
            *record = rewritten.encode().unwrap();
        }
    }

    /// Forgets what is said about somebody, as a restored backup does.
    pub(crate) fn forget_person(&mut self, person: PersonId) {
        self.directory.entries.remove(&person);
        self.directory.version += 1;
    }

    /// Who the people are.
    pub(crate) const fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Signs with another key from now on, as another server of the same name does.
    pub(crate) const fn change_key(&mut self) {
        self.key_seed = 8;
    }

    /// Lets the newest change say that somebody else made it.
    pub(crate) fn ascribe_last_to(&mut self, author: PersonId) {
        self.ascribe_to(self.records.len(), author);
    }

    /// Lets one change say that somebody else made it.
    pub(crate) fn ascribe_to(&mut self, position: usize, author: PersonId) {
        let bytes = &mut self.records[position - 1];
        let mut record = Record::decode(bytes).unwrap();
        record.author = author.to_log();
        *bytes = record.encode().unwrap();
    }

    fn rebuild(&mut self) {
        let changes = self.changes();
        self.view = MemoryView::new();
        self.positions.clear();
        for (index, change) in changes.iter().enumerate() {
            self.view.apply(change);
            self.positions
                .insert(change.id, Position::new(index as u64 + 1));
        }
    }

    fn takes(&mut self, fault: Fault) -> bool {
        let now = self.fault == Some(fault);
        if now {
            self.fault = None;
        }
        now
    }

    fn gate(&mut self) -> Result<(), RemoteError> {
        if self.takes(Fault::OtherVersion) {
            return Err(RemoteError::Incompatible {
                ours: 1,
                theirs: "version 2".to_owned(),
            });
        }
        if self.takes(Fault::Revoked) {
            return Err(RemoteError::LoginNeeded);
        }
        Ok(())
    }

    fn read_all(&mut self, changes: &[EncodedChange]) -> Result<(), RemoteError> {
        if self.takes(Fault::TooLarge) {
            return Err(RemoteError::TooLarge {
                what: "changes of a push".to_owned(),
                limit: 2,
                actual: changes.len() as u64,
            });
        }
        for (index, change) in changes.iter().enumerate() {
            let problem = match change.decode() {
                Ok(decoded) if self.unreadable == Some(decoded.id()) => "too new".to_owned(),
                Ok(_) => continue,
                Err(error) => error.to_string(),
            };
            return Err(RemoteError::InvalidChange { index, problem });
        }
        Ok(())
    }

    fn push_one(&mut self, author: PersonId, encoded: EncodedChange) -> PushOutcome {
        let change = known(encoded.decode().unwrap());
        if let Some(position) = self.positions.get(&change.id) {
            return PushOutcome::Duplicate {
                position: *position,
            };
        }
        let context = Context::new(author, TODAY);
        match never(admit(&self.view, &context, ORG, &change)) {
            Verdict::Admitted => {}
            Verdict::AlreadySo => return PushOutcome::AlreadySo,
            Verdict::Rejected(rejection) => {
                return PushOutcome::Rejected(Refusal::from(&rejection));
            }
        }
        let erased = erasing::erased_by(&change);
        if let Some(unknown) = erased.iter().find(|place| !self.has(place)) {
            let TextPlace { change, text } = *unknown;
            let rejection = Rejection::UnknownText { change, text };
            return PushOutcome::Rejected(Refusal::from(&rejection));
        }
        let position = self.head().next();
        if self.takes(Fault::FalseAccept) {
            let recorded_at = Timestamp::UNIX_EPOCH;
            return PushOutcome::Accepted {
                position,
                recorded_at,
            };
        }
        let recorded_at = FIRST_RECORDED_AT + self.records.len().cast_signed() as i64 * TICK;
        let (body, texts) = encoded.into_record_parts();
        let record = Record {
            position: position.to_log(),
            recorded_at: RecordedAt::from_micros(recorded_at),
            author: author.to_log(),
            token: TokenId([1; 16]),
            change_id: change.id.to_log(),
            body,
            texts,
        };
        self.records.push(record.encode().unwrap());
        self.positions.insert(change.id, position);
        self.view.apply(&change);
        if !erased.is_empty() {
            self.erase(&erased);
        }
        PushOutcome::Accepted {
            position,
            recorded_at: Timestamp::from_microsecond(recorded_at).unwrap(),
        }
    }

    /// Returns the directory, if it is another one, and the records after a position, in messages.
    fn news(&mut self, after: Position, directory_version: u64) -> Vec<Pulled> {
        let mut messages = Vec::new();
        if self.directory.version != directory_version {
            messages.push(Pulled::Directory(self.directory.clone()));
        }
        let after = usize::try_from(after.get()).unwrap();
        for chunk in self.sent(after).chunks(RECORDS_PER_MESSAGE) {
            messages.push(Pulled::Records(chunk.to_vec()));
        }
        messages
    }

    /// Returns the records to send, with the faults that concern them.
    fn sent(&mut self, after: usize) -> Vec<Bytes> {
        let mut sent = self.records[after..].to_vec();
        let last = sent.len().saturating_sub(1);
        let edit = |record: &Bytes, edit: &dyn Fn(&mut Record)| {
            let mut record = Record::decode(record).unwrap();
            edit(&mut record);
            record.encode().unwrap()
        };
        if sent.len() < 2 {
            return sent;
        }
        if self.takes(Fault::Gap) {
            sent.remove(last / 2);
        } else if self.takes(Fault::ForgedPositions) {
            sent.swap(last - 1, last);
            for (index, record) in sent.iter_mut().enumerate() {
                let position = okr_log::Position::new((after + index) as u64 + 1);
                *record = edit(record, &|record| record.position = position);
            }
        } else if self.takes(Fault::OtherRecord) {
            sent[last] = edit(&sent[last], &|record| record.author.0[0] ^= 1);
        } else if self.takes(Fault::Garbage) {
            sent[last] = Bytes::from_static(b"\x01no record");
        } else if self.takes(Fault::GarbageChange) {
            sent[last] = edit(&sent[last], &|record| {
                record.body = Bytes::from_static(&[0xFF; 9]);
            });
        } else if self.takes(Fault::ClockBackwards) {
            sent[last] = edit(&sent[last], &|record| {
                record.recorded_at = RecordedAt::from_micros(FIRST_RECORDED_AT - 1);
            });
        } else if self.takes(Fault::Repeated) {
            sent.insert(last, sent[last].clone());
        }
        sent
    }

    fn checkpoint(&mut self) -> Option<String> {
        let mut size = self.records.len();
        let mut root = self.root();
        let mut origin = self.origin.clone();
        let mut signer = key(self.key_seed);
        if self.takes(Fault::NoCheckpoint) {
            return None;
        } else if self.takes(Fault::GarbageCheckpoint) {
            return Some("good morning\n".to_owned());
        } else if self.takes(Fault::WrongRoot) {
            root.0[0] ^= 1;
        } else if self.takes(Fault::OldCheckpoint) {
            size -= 1;
            root = root_of(&self.records[..size]);
        } else if self.takes(Fault::CheckpointAhead) {
            size += 1;
        } else if self.takes(Fault::OtherKey) {
            signer = key(8);
        } else if self.takes(Fault::OtherOrigin) {
            origin = Origin::new("okr.example.org/other").unwrap();
        }
        let checkpoint = Checkpoint {
            origin,
            size: okr_log::Position::new(size as u64),
            root,
        };
        Some(checkpoint.sign(&signer).to_string())
    }
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(KeyName::new("okr.example.org").unwrap(), &[seed; 32])
}

fn root_of(records: &[Bytes]) -> Hash {
    let mut frontier = Frontier::new();
    for record in records {
        frontier.push(RecordView::parse(record).unwrap().leaf_hash());
    }
    frontier.root()
}

fn known(decoded: Decoded) -> Change {
    match decoded {
        Decoded::Known(change) => change,
        Decoded::Newer { .. } => panic!("a test writes what it knows"),
    }
}
