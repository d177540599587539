//! The steps that make a group durable, by name, and the seam where a test lets one fail.

use std::fmt;
use std::io;
use std::sync::Arc;

use crate::engine::append::AppendFailure;
use crate::engine::store::StoreError;

/// One step on the way from memory to "this survives a power cut", in the journal, and from there into the store.
///
/// Only the first two come before an acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// It is looked up whether the changes are in the log already; nothing is written.
    LookUpChanges,
    /// The blocks are written to the journal, durably.
    WriteJournal,
    /// Blocks from the journal are handed to the store.
    WriteBlocks,
    /// The store writes them to its file.
    FlushStore,
    /// The file of the store is synced to the device.
    SyncStore,
    /// The journal is told, durably, what has come to be in the store.
    MarkJournal,
    /// The witness file is told what has become durable.
    WriteWitness,
    /// The witness file is synced to the device.
    SyncWitness,
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::LookUpChanges => "look up changes in the index of the log",
            Self::WriteJournal => "write the journal",
            Self::WriteBlocks => "write blocks to the store",
            Self::FlushStore => "flush the store",
            Self::SyncStore => "sync the store",
            Self::MarkJournal => "mark the journal",
            Self::WriteWitness => "write the witness",
            Self::SyncWitness => "sync the witness",
        })
    }
}

/// Asked before each step; an error makes the step fail with it. For tests of what happens when a disk is full or broken.
pub type FaultHook = Arc<dyn Fn(Step) -> io::Result<()> + Send + Sync>;

/// Takes a step, unless the hook lets it fail.
pub(crate) fn perform(
    step: Step,
    faults: Option<&FaultHook>,
    action: impl FnOnce() -> Result<(), StoreError>,
) -> Result<(), AppendFailure> {
    let result = match faults {
        Some(faults) => faults(step).map_err(StoreError::Io).and_then(|()| action()),
        None => action(),
    };
    result.map_err(|source| AppendFailure {
        step,
        source: Arc::new(source),
    })
}
