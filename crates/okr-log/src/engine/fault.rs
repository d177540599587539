//! The steps that make a group durable, by name, and the seam where a test lets one fail.

use std::fmt;
use std::io;
use std::sync::Arc;

/// One step on the way from memory to "this survives a power cut", in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The blocks are handed to the store.
    WriteBlocks,
    /// The store writes them to its file.
    FlushStore,
    /// The file of the store is synced to the device.
    SyncStore,
    /// The witness file is written.
    WriteWitness,
    /// The witness file is synced to the device.
    SyncWitness,
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::WriteBlocks => "write blocks to the store",
            Self::FlushStore => "flush the store",
            Self::SyncStore => "sync the store",
            Self::WriteWitness => "write the witness",
            Self::SyncWitness => "sync the witness",
        })
    }
}

/// Asked before each step; an error makes the step fail with it. For tests of what happens when a disk is full or broken.
pub type FaultHook = Arc<dyn Fn(Step) -> io::Result<()> + Send + Sync>;
