//! Arguments of `okr pending`.

use clap::{Args, Subcommand};

use crate::help;
use crate::parse::Honours;

/// Arguments of `okr pending`.
#[derive(Args, Debug)]
#[command(after_help = help::PENDING, args_conflicts_with_subcommands = true)]
pub(crate) struct PendingArgs {
    #[command(subcommand)]
    pub(crate) command: Option<PendingCommand>,
}

/// What can be done with what waits.
#[derive(Debug, Subcommand)]
pub(crate) enum PendingCommand {
    /// Drop a change that waits, as if it had never been written
    Drop(PendingDropArgs),
}

/// Arguments of `okr pending drop`.
#[derive(Args, Debug)]
#[command(after_help = help::PENDING_DROP)]
pub(crate) struct PendingDropArgs {
    /// The change, as okr pending shows it
    #[arg(value_name = "CHANGE")]
    pub(crate) change: String,

    /// Also drop the changes that build on it
    #[arg(long)]
    pub(crate) with_dependents: bool,
}

impl PendingArgs {
    /// Returns what the command can honour of the flags that every command takes.
    pub(super) const fn honours(&self) -> Honours {
        match self.command {
            Some(PendingCommand::Drop(_)) => Honours {
                scope: false,
                ..Honours::WRITES
            },
            None => Honours::MANAGES,
        }
    }
}
