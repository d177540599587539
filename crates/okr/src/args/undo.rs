//! Arguments of `okr undo` and `okr redo`.

use clap::Args;

use super::goal::Reason;
use crate::help;

/// Arguments of `okr undo`.
#[derive(Args, Debug)]
#[command(after_help = help::UNDO)]
pub(crate) struct UndoArgs {
    /// The change, as `okr log` shows it; your newest one that is not undone unless said otherwise
    #[arg(value_name = "CHANGE")]
    pub(crate) change: Option<String>,

    /// Also when other things build on what it made; they go with it
    #[arg(long)]
    pub(crate) with_dependents: bool,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr redo`.
#[derive(Args, Debug)]
#[command(after_help = help::REDO)]
pub(crate) struct RedoArgs {
    #[command(flatten)]
    pub(crate) reason: Reason,
}
