//! The log of a data directory: opened, verified, its state taken in, and read again by the rules.

mod replay;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use okr_core::change::Change;
use okr_core::event::TextPlace;
use okr_core::id::{ChangeId, OrgId, Position};
use okr_log::{Log, LogOptions, OpenError, PositionIndex, RecordTextView, RecordView};
use okr_proto::{Decoded, ToCore, ToLog, decode_record};

use crate::history::{Erasure, History, HistoryError};
use crate::sequencer::Sequencer;

/// Bytes of records that are read at a time when all of them are.
const VISIT_BYTES: usize = 4 * 1024 * 1024;

/// What keeps a record from being read.
type Cause = Box<dyn Error + Send + Sync>;

/// The log of this server as history; empty until the log is open.
#[derive(Clone, Debug, Default)]
pub(crate) struct StoredLog(Arc<Stored>);

#[derive(Debug, Default)]
struct Stored {
    /// Where indexes may keep what is old; in memory without it.
    directory: Option<PathBuf>,
    log: OnceLock<Log>,
}

/// Why a stored record stops the start.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A newer program wrote it.
    #[error("it holds something that only a newer okrd understands: upgrade this one")]
    Newer,
    /// It does not hold a change.
    #[error(transparent)]
    Record(#[from] okr_proto::RecordError),
    /// The organisation is not listed in `server.json`.
    #[error("organisation {0} is not listed in server.json")]
    UnknownOrg(OrgId),
}

/// Opens the log and takes in all of it.
///
/// # Errors
///
/// As [`Log::open_with`]; `Refused` carries a [`ReplayError`].
pub(crate) fn open(
    directory: &Path,
    options: LogOptions,
    orgs: &BTreeSet<OrgId>,
) -> Result<(Log, Sequencer<StoredLog>), OpenError> {
    let history = StoredLog::of(directory);
    let sequencer = Sequencer::new(&history, orgs.iter().copied());
    let (log, mut sequencer) = replay::open(directory, options, sequencer)?;
    history.attach(&log);
    sequencer
        .erase_again()
        .map_err(|error| OpenError::Refused {
            organisation: error.org().to_log(),
            position: error.position().to_log(),
            source: error.into(),
        })?;
    Ok((log, sequencer))
}

impl StoredLog {
    /// Makes the empty history of a log that will be opened in a directory.
    pub(crate) fn of(directory: &Path) -> Self {
        Self(Arc::new(Stored {
            directory: Some(directory.to_owned()),
            log: OnceLock::new(),
        }))
    }

    /// Makes the history readable; before, it is empty.
    pub(crate) fn attach(&self, log: &Log) {
        // Set once, right after opening.
        drop(self.0.log.set(log.clone()));
    }

    fn read(&self, org: OrgId, position: Position) -> Result<Change, Cause> {
        decode(&self.record(org, position)?)
    }

    fn record(&self, org: OrgId, position: Position) -> Result<Bytes, Cause> {
        let log = self.0.log.get().ok_or("the log is not open")?;
        let before = Position::new(position.get().saturating_sub(1));
        // A budget of one byte gives one record.
        let records = log.read(org.to_log(), before.to_log(), 1)?;
        let record = records.into_iter().next();
        Ok(record.ok_or("there is no such record")?)
    }

    /// Finds the texts in the records that have them, and counts those that can still be read.
    fn places(&self, org: OrgId, texts: &BTreeSet<TextPlace>) -> Result<Places, HistoryError> {
        let mut places = Places::default();
        for place in texts {
            let Some(position) = self.position_of(org, place.change)? else {
                places.unknown.get_or_insert(*place);
                continue;
            };
            let failed = |source| HistoryError::Change {
                org,
                position,
                source,
            };
            let bytes = self.record(org, position).map_err(failed)?;
            let record = RecordView::parse(&bytes).map_err(|error| failed(error.into()))?;
            // Texts are counted from 1 in a change and from 0 in a record.
            let number = place.text.saturating_sub(1);
            match record.texts().nth(number.into()) {
                Some(RecordTextView::Present { .. }) => places.present += 1,
                Some(RecordTextView::Erased { .. }) => {}
                None => {
                    places.unknown.get_or_insert(*place);
                    continue;
                }
            }
            places.records.entry(position).or_default().insert(number);
        }
        Ok(places)
    }
}

/// Texts by the record that has them.
#[derive(Default)]
struct Places {
    records: BTreeMap<Position, BTreeSet<u16>>,
    /// How many can still be read.
    present: usize,
    /// The first one that is nowhere.
    unknown: Option<TextPlace>,
}

fn decode(bytes: &[u8]) -> Result<Change, Cause> {
    match decode_record(&RecordView::parse(bytes)?)? {
        Decoded::Known(change) => Ok(change),
        Decoded::Newer { .. } => Err(ReplayError::Newer.into()),
    }
}

impl History for StoredLog {
    fn position_of(&self, org: OrgId, change: ChangeId) -> Result<Option<Position>, HistoryError> {
        let Some(log) = self.0.log.get() else {
            return Ok(None);
        };
        let position = log.position_of(org.to_log(), change.to_log());
        let position = position.map_err(|error| HistoryError::Index {
            org,
            source: error.into(),
        })?;
        Ok(position.map(ToCore::to_core))
    }

    fn prefetch(&self, org: OrgId, changes: &mut dyn Iterator<Item = ChangeId>) {
        if let Some(log) = self.0.log.get() {
            log.prefetch(org.to_log(), changes.map(ToLog::to_log));
        }
    }

    fn index(&self) -> PositionIndex {
        PositionIndex::new(self.0.directory.as_deref())
    }

    fn change_at(&self, org: OrgId, position: Position) -> Result<Change, HistoryError> {
        self.read(org, position)
            .map_err(|source| HistoryError::Change {
                org,
                position,
                source,
            })
    }

    fn visit(&self, org: OrgId, visit: &mut dyn FnMut(Change)) -> Result<(), HistoryError> {
        let Some(log) = self.0.log.get() else {
            return Ok(());
        };
        let head = log.head(org.to_log()).position.to_core();
        let mut position = Position::ZERO;
        while position < head {
            let failed = |source| HistoryError::Change {
                org,
                position: position.next(),
                source,
            };
            let records = log
                .read(org.to_log(), position.to_log(), VISIT_BYTES)
                .map_err(|error| failed(error.into()))?;
            for bytes in &records {
                visit(decode(bytes).map_err(failed)?);
            }
            position = Position::new(position.get() + records.len() as u64);
        }
        Ok(())
    }

    fn erase(&self, org: OrgId, texts: &BTreeSet<TextPlace>) -> Result<Erasure, HistoryError> {
        let places = self.places(org, texts)?;
        if let Some(place) = places.unknown {
            return Ok(Erasure::Unknown(place));
        }
        if let (Some(log), true) = (self.0.log.get(), places.present > 0) {
            for (position, numbers) in &places.records {
                log.erase(org.to_log(), position.to_log(), numbers);
            }
        }
        Ok(Erasure::Done {
            present: places.present,
        })
    }
}
