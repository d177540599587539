//! Records, batches and directories for the tests of the log.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tempfile::TempDir;

use crate::engine::{AppendOutcome, Appender, Batch, Head, Log, LogOptions, OpenError};
use crate::id::{AuthorId, ChangeId, LogId, Position, RecordedAt, TokenId};
use crate::merkle::Frontier;
use crate::record::{Record, RecordText, RecordView};

pub(crate) const ACME: LogId = LogId([0xac; 16]);
pub(crate) const UMBRELLA: LogId = LogId([0xad; 16]);

/// A log with its appender, in a directory that goes away with it.
pub(crate) struct Subject {
    /// Dropped before the directory.
    open: Option<(Log, Appender)>,
    directory: TempDir,
    /// Whether [`Subject::settle`] closes and opens the log.
    reopens: bool,
}

impl Subject {
    pub(crate) fn new(reopens: bool) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let log = Log::create(&directory.path().join("log"), options()).unwrap();
        let appender = log.appender().unwrap();
        Self {
            open: Some((log, appender)),
            directory,
            reopens,
        }
    }

    /// One subject that stays open and one that is reopened at every [`Subject::settle`].
    pub(crate) fn both() -> [Self; 2] {
        [Self::new(false), Self::new(true)]
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("log")
    }

    pub(crate) fn log(&self) -> &Log {
        &self.open.as_ref().unwrap().0
    }

    pub(crate) fn append(&mut self, batches: &[Batch]) -> Vec<AppendOutcome> {
        self.open.as_mut().unwrap().1.append(batches)
    }

    /// Appends records that must be accepted and returns the new end.
    pub(crate) fn appended(&mut self, organisation: LogId, records: Vec<Record>) -> Head {
        let expected_head = self.log().head(organisation).position;
        let batch = Batch {
            organisation,
            expected_head,
            records,
        };
        match self.append(&[batch]).as_slice() {
            [AppendOutcome::Appended { head }] => *head,
            other => panic!("expected one appended batch, found {other:?}"),
        }
    }

    /// Closes the log and opens it again, if this subject does that.
    pub(crate) fn settle(&mut self) {
        if self.reopens {
            self.reopen();
        }
    }

    pub(crate) fn reopen(&mut self) {
        self.close();
        let log = Log::open(&self.path(), options()).unwrap();
        let appender = log.appender().unwrap();
        self.open = Some((log, appender));
    }

    pub(crate) fn close(&mut self) {
        self.open = None;
    }

    /// Copies the directory when the witness knows everything acknowledged.
    pub(crate) fn image(&mut self) -> Image {
        if let Some((_, appender)) = &mut self.open {
            appender.settle().unwrap();
        }
        self.killed()
    }

    /// Copies the directory as it is now: what a kill at this moment leaves.
    pub(crate) fn killed(&self) -> Image {
        let directory = tempfile::tempdir().unwrap();
        copy_tree(&self.path(), &directory.path().join("log"));
        Image { directory }
    }
}

/// A copy of a data directory.
pub(crate) struct Image {
    directory: TempDir,
}

impl Image {
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("log")
    }

    pub(crate) fn copy(&self) -> Self {
        let directory = tempfile::tempdir().unwrap();
        copy_tree(&self.path(), &directory.path().join("log"));
        Self { directory }
    }

    pub(crate) fn open(&self) -> Result<Log, OpenError> {
        Log::open(&self.path(), options())
    }

    /// Opens the image, which must fail.
    pub(crate) fn refusal(&self) -> OpenError {
        match self.open() {
            Ok(log) => panic!("expected a refusal, found {log:?}"),
            Err(error) => error,
        }
    }
}

pub(crate) fn options() -> LogOptions {
    LogOptions::new().cache_bytes(1024 * 1024)
}

pub(crate) fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub(crate) fn change(number: u64) -> ChangeId {
    ChangeId(u128::from(number).to_be_bytes())
}

/// A record whose change is numbered like its position.
pub(crate) fn record(position: u64) -> Record {
    record_of(position, 100)
}

pub(crate) fn record_of(position: u64, body_bytes: usize) -> Record {
    let filler = u8::try_from(position % 251).unwrap();
    Record {
        position: Position::new(position),
        recorded_at: RecordedAt::from_micros(1_000_000 + i64::try_from(position).unwrap()),
        author: AuthorId([1; 16]),
        token: TokenId([2; 16]),
        change_id: change(position),
        body: Bytes::from(vec![filler; body_bytes]),
        texts: vec![RecordText::Present {
            salt: [filler; 16],
            text: format!("goal {position}"),
        }],
    }
}

pub(crate) fn records(positions: impl IntoIterator<Item = u64>) -> Vec<Record> {
    positions.into_iter().map(record).collect()
}

pub(crate) fn batch(organisation: LogId, expected_head: u64, records: Vec<Record>) -> Batch {
    Batch {
        organisation,
        expected_head: Position::new(expected_head),
        records,
    }
}

/// Reads a whole log in steps of this many bytes.
pub(crate) fn read_all(log: &Log, organisation: LogId, byte_budget: usize) -> Vec<Record> {
    let mut records = Vec::new();
    let mut after = Position::ZERO;
    loop {
        let read = log.read(organisation, after, byte_budget).unwrap();
        let Some(last) = read.last() else {
            return records;
        };
        after = RecordView::parse(last).unwrap().position();
        records.extend(read.iter().map(|bytes| Record::decode(bytes).unwrap()));
    }
}

/// The end that a log of exactly these records must have.
pub(crate) fn head_of(records: &[Record]) -> Head {
    let mut frontier = Frontier::new();
    for record in records {
        let bytes = record.encode().unwrap();
        frontier.push(RecordView::parse(&bytes).unwrap().leaf_hash());
    }
    records.last().map_or(Head::EMPTY, |last| Head {
        position: last.position,
        root: frontier.root(),
        recorded_at: last.recorded_at,
    })
}
