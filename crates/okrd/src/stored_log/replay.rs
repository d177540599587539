//! Taking in a stored log while it is verified.
//!
//! Decoding costs more than reading, so it has a thread of its own: the scan copies records into portions and goes on.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use okr_core::id::OrgId;
use okr_log::{Log, LogId, LogOptions, OpenError, Position, RecordView, VisitError};
use okr_proto::{Decoded, ToCore as _, decode_record};

use super::{ReplayError, StoredLog};
use crate::sequencer::{SequenceError, Sequencer};

/// Bytes of records that travel together.
const PORTION_BYTES: usize = 256 * 1024;
/// Portions that wait to be decoded.
const WAITING_PORTIONS: usize = 4;

/// Consecutive records of one organisation.
struct Portion {
    org: LogId,
    records: Vec<u8>,
    /// Where each record ends in `records`.
    ends: Vec<usize>,
}

/// A record that stops the start.
struct Stop {
    org: LogId,
    position: Position,
    error: ReplayError,
}

/// The decoding thread has stopped; it says why when it is joined.
#[derive(Debug, thiserror::Error)]
#[error("a record cannot be taken in")]
struct Stopped;

/// Opens a log with the sequencer that its records belong to.
pub(super) fn open(
    directory: &Path,
    options: LogOptions,
    sequencer: Sequencer<StoredLog>,
) -> Result<(Log, Sequencer<StoredLog>), OpenError> {
    let (sender, receiver) = sync_channel(WAITING_PORTIONS);
    thread::scope(|scope| {
        let decoder = scope.spawn(move || decode_all(sequencer, &receiver));
        let mut gatherer = Gatherer {
            portion: Portion::of(LogId([0; 16])),
            sender,
        };
        let opened = Log::open_with(directory, options, &mut |org, record| {
            gatherer.take(org, &record)
        });
        let rest = gatherer.finish();
        let replayed = match decoder.join() {
            Ok(replayed) => replayed,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        match (opened, replayed) {
            // What is wrong with the log itself comes first, unless it is only that the decoder has stopped.
            (Err(OpenError::Refused { .. }) | Ok(_), Err(stop)) => Err(stop.into()),
            (Err(error), _) => Err(error),
            (Ok(log), Ok(sequencer)) => {
                debug_assert!(
                    rest.is_ok(),
                    "a decoder that took everything has not stopped"
                );
                Ok((log, sequencer))
            }
        }
    })
}

/// Collects records of the scan into portions.
struct Gatherer {
    portion: Portion,
    sender: SyncSender<Portion>,
}

impl Gatherer {
    fn take(&mut self, org: LogId, record: &RecordView<'_>) -> Result<(), VisitError> {
        if org != self.portion.org || self.portion.records.len() >= PORTION_BYTES {
            self.send(org)?;
        }
        self.portion.records.extend_from_slice(record.bytes());
        self.portion.ends.push(self.portion.records.len());
        Ok(())
    }

    fn send(&mut self, next: LogId) -> Result<(), Stopped> {
        let portion = std::mem::replace(&mut self.portion, Portion::of(next));
        self.sender.send(portion).map_err(|_| Stopped)
    }

    /// Sends the last portion and lets the decoder end.
    fn finish(mut self) -> Result<(), Stopped> {
        self.send(LogId([0; 16]))
    }
}

impl Portion {
    fn of(org: LogId) -> Self {
        Self {
            org,
            records: Vec::with_capacity(PORTION_BYTES),
            ends: Vec::new(),
        }
    }
}

fn decode_all(
    mut sequencer: Sequencer<StoredLog>,
    portions: &Receiver<Portion>,
) -> Result<Sequencer<StoredLog>, Stop> {
    for portion in portions {
        let mut start = 0;
        for end in portion.ends {
            // The scan has parsed it before.
            if let Ok(record) = RecordView::parse(&portion.records[start..end]) {
                take_in(&mut sequencer, portion.org.to_core(), &record).map_err(|error| Stop {
                    org: portion.org,
                    position: record.position(),
                    error,
                })?;
            }
            start = end;
        }
    }
    Ok(sequencer)
}

fn take_in(
    sequencer: &mut Sequencer<StoredLog>,
    org: OrgId,
    record: &RecordView<'_>,
) -> Result<(), ReplayError> {
    let Decoded::Known(change) = decode_record(record)? else {
        return Err(ReplayError::Newer);
    };
    match sequencer.replay(org, &change, record.recorded_at()) {
        Ok(()) => Ok(()),
        Err(
            SequenceError::UnknownOrg(_) | SequenceError::Unsettled(_) | SequenceError::History(_),
        ) => Err(ReplayError::UnknownOrg(org)),
    }
}

impl From<Stop> for OpenError {
    fn from(stop: Stop) -> Self {
        Self::Refused {
            organisation: stop.org,
            position: stop.position,
            source: stop.error.into(),
        }
    }
}

#[cfg(test)]
mod tests;
