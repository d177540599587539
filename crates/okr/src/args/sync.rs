//! Arguments of the commands that exchange changes and decide conflicts.

use clap::{Args, ValueEnum};

use crate::help;

/// Arguments of `okr sync`.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = help::SYNC)]
pub(crate) struct SyncArgs {
    /// Follow a server that was restored from an older backup (okr help restored)
    #[arg(long)]
    pub(crate) accept_restored: bool,
}

/// Whose side of a conflict holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Take {
    /// My change, made again over what is there now.
    Mine,
    /// What is there now; my change is dropped and stays in history of this machine only.
    Theirs,
}

/// Arguments of `okr resolve`.
#[derive(Args, Debug)]
#[command(after_help = help::RESOLVE)]
pub(crate) struct ResolveArgs {
    /// The thing in conflict, or the change as `okr conflicts` shows it
    #[arg(value_name = "REF|CHANGE")]
    pub(crate) reference: String,

    /// Whose side holds
    #[arg(long, value_enum, value_name = "SIDE")]
    pub(crate) take: Take,
}
