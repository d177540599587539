//! The log of a data directory: opened, verified, its state taken in, and read again by the rules.

mod replay;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use okr_core::change::Change;
use okr_core::id::{ChangeId, OrgId, Position};
use okr_log::{Log, LogOptions, OpenError, RecordView};
use okr_proto::{Decoded, ToCore as _, ToLog as _, decode_record};

use crate::history::{History, HistoryError};
use crate::sequencer::Sequencer;

/// The log of this server as history; empty until the log is open.
#[derive(Clone, Debug, Default)]
pub(crate) struct StoredLog(Arc<OnceLock<Log>>);

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
    let history = StoredLog::default();
    let sequencer = Sequencer::new(&history, orgs.iter().copied());
    let (log, sequencer) = replay::open(directory, options, sequencer)?;
    history.attach(&log);
    Ok((log, sequencer))
}

impl StoredLog {
    /// Makes the history readable; before, it is empty.
    pub(crate) fn attach(&self, log: &Log) {
        // Set once, right after opening.
        drop(self.0.set(log.clone()));
    }

    fn read(
        &self,
        org: OrgId,
        position: Position,
    ) -> Result<Change, Box<dyn std::error::Error + Send + Sync>> {
        let log = self.0.get().ok_or("the log is not open")?;
        let before = Position::new(position.get().saturating_sub(1));
        // A budget of one byte gives one record.
        let records = log.read(org.to_log(), before.to_log(), 1)?;
        let record = records.first().ok_or("there is no such record")?;
        let record = RecordView::parse(record)?;
        match decode_record(&record)? {
            Decoded::Known(change) => Ok(change),
            Decoded::Newer { .. } => Err(ReplayError::Newer.into()),
        }
    }
}

impl History for StoredLog {
    fn position_of(&self, org: OrgId, change: ChangeId) -> Option<Position> {
        let log = self.0.get()?;
        Some(log.position_of(org.to_log(), change.to_log())?.to_core())
    }

    fn change_at(&self, org: OrgId, position: Position) -> Result<Change, HistoryError> {
        self.read(org, position).map_err(|source| HistoryError {
            org,
            position,
            source,
        })
    }
}
