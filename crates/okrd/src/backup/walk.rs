//! Following the records of one organisation: dense, in order, and hashed to the root that was signed.

use jiff::Timestamp;
use okr_core::change::Change;
use okr_core::id::OrgId;
use okr_log::{
    CheckpointError, Frontier, Origin, RecordView, RecordedAt, SignedCheckpoint, VerifyingKey,
};
use okr_proto::{Decoded, RecordError, decode_record};

use super::snapshot::OrgEnd;

/// How far the records of an organisation were followed.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    org: OrgId,
    frontier: Frontier,
    recorded_at: RecordedAt,
}

/// Why a record does not follow, or an end is not the one that was signed.
#[derive(Debug, thiserror::Error)]
#[error("organisation {org}, position {position}")]
pub(crate) struct WalkError {
    /// Whose log.
    pub org: OrgId,
    /// The first position that cannot be trusted.
    pub position: u64,
    /// What is wrong there.
    #[source]
    pub source: Fault,
}

/// What is wrong at a position.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The bytes are not a record.
    #[error(transparent)]
    Record(#[from] okr_log::DecodeError),
    /// The record does not hold a change.
    #[error(transparent)]
    Change(#[from] RecordError),
    /// A newer program wrote the change.
    #[error("it holds something that only a newer okrd understands")]
    Newer,
    /// Another record stands there.
    #[error("the record there says it is at position {0}")]
    Position(u64),
    /// The clock runs backwards.
    #[error("it was recorded before its predecessor")]
    RecordedAt,
    /// The records end elsewhere than they should.
    #[error("the records end at position {0}")]
    Ends(u64),
    /// The records are not those that were signed.
    #[error("the Merkle root up to here is {found}, it should be {stated}")]
    Root {
        /// The root over the records.
        found: String,
        /// The root that was stated.
        stated: String,
    },
    /// The checkpoint does not hold.
    #[error("its checkpoint does not hold")]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint speaks of something else.
    #[error("its checkpoint speaks of another position or root")]
    OtherCheckpoint,
}

impl WalkError {
    /// Says whether only a newer program can tell.
    pub(crate) const fn is_newer(&self) -> bool {
        matches!(self.source, Fault::Newer)
    }
}

impl Walk {
    /// Begins before the first record.
    pub(crate) fn new(org: OrgId) -> Self {
        Self::after(org, Frontier::new(), None)
    }

    /// Begins after the records that a frontier speaks of.
    pub(crate) fn after(org: OrgId, frontier: Frontier, recorded_at: Option<Timestamp>) -> Self {
        let micros = recorded_at.map_or(i64::MIN, Timestamp::as_microsecond);
        Self {
            org,
            frontier,
            recorded_at: RecordedAt::from_micros(micros),
        }
    }

    /// Returns the position that was reached.
    pub(crate) fn position(&self) -> u64 {
        self.frontier.size()
    }

    /// Returns what the next walk goes on from.
    pub(crate) fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Takes the next record.
    pub(crate) fn take<'a>(&mut self, record: &'a [u8]) -> Result<RecordView<'a>, WalkError> {
        let record = RecordView::parse(record).map_err(|error| self.fault(error))?;
        let position = record.position().get();
        if position != self.position() + 1 {
            return Err(self.fault(Fault::Position(position)));
        }
        if record.recorded_at() < self.recorded_at {
            return Err(self.fault(Fault::RecordedAt));
        }
        self.recorded_at = record.recorded_at();
        self.frontier.push(record.leaf_hash());
        Ok(record)
    }

    /// Reads the change in a record that was just taken.
    pub(crate) fn change(&self, record: &RecordView<'_>) -> Result<Change, WalkError> {
        let fault = |source| WalkError {
            org: self.org,
            position: record.position().get(),
            source,
        };
        match decode_record(record).map_err(|error| fault(error.into()))? {
            Decoded::Known(change) => Ok(change),
            Decoded::Newer { .. } => Err(fault(Fault::Newer)),
        }
    }

    /// Compares what was reached with what was stated and signed.
    pub(crate) fn finish(&self, end: &OrgEnd, key: &VerifyingKey) -> Result<(), WalkError> {
        if self.position() != end.head {
            return Err(self.fault(Fault::Ends(self.position())));
        }
        let at_the_end = |source| WalkError {
            org: self.org,
            position: end.head,
            source,
        };
        let (found, stated) = (self.frontier.root().to_string(), end.root.clone());
        if found != stated {
            return Err(at_the_end(Fault::Root { found, stated }));
        }
        let signed = Origin::new(&end.origin)
            .and_then(|origin| SignedCheckpoint::verify(&end.checkpoint, key, &origin))
            .map_err(|error| at_the_end(error.into()))?;
        if signed.size.get() != end.head || signed.root != self.frontier.root() {
            return Err(at_the_end(Fault::OtherCheckpoint));
        }
        Ok(())
    }

    fn fault(&self, source: impl Into<Fault>) -> WalkError {
        WalkError {
            org: self.org,
            position: self.position() + 1,
            source: source.into(),
        }
    }
}
