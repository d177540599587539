//! Arguments of `okr undo` and `okr redo`.

use clap::Args;

use super::goal::Reason;
use crate::help;

/// Arguments of `okr undo`.
#[derive(Args, Debug)]
#[command(after_help = help::UNDO)]
pub(crate) struct UndoArgs {
    /// A change as `okr log` shows it, or an operation as `okr op log` does; all that your newest
    /// command wrote and is not undone unless said otherwise
    #[arg(value_name = "CHANGE|OP")]
    pub(crate) change: Option<String>,

    /// Also when other things build on what it made; they go with it
    #[arg(long)]
    pub(crate) with_dependents: bool,

    /// Take back what can be, where a part has to stay
    #[arg(long)]
    pub(crate) partly: bool,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr redo`.
#[derive(Args, Debug)]
#[command(after_help = help::REDO)]
pub(crate) struct RedoArgs {
    /// Take forward what can be, where a part has to stay
    #[arg(long)]
    pub(crate) partly: bool,

    #[command(flatten)]
    pub(crate) reason: Reason,
}
