//! Arguments of `okr status` and `okr due`, and whose goals they are about.

use clap::Args;

use crate::help;

/// Whose goals a command is about.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct WhoseArgs {
    /// The goals that you own; without any, those of your team or of all are shown
    #[arg(long)]
    pub(crate) mine: bool,

    /// Everybody's goals
    #[arg(long, conflicts_with_all = ["mine", "team"])]
    pub(crate) all: bool,
}

/// Arguments of `okr status`.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = help::STATUS)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub(crate) whose: WhoseArgs,

    /// End with exit code 3 when a check-in is overdue or a change is in conflict
    #[arg(long)]
    pub(crate) check: bool,
}

/// Arguments of `okr due`.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = help::DUE)]
pub(crate) struct DueArgs {
    #[command(flatten)]
    pub(crate) whose: WhoseArgs,

    /// Only those whose day has passed, not those of today
    #[arg(long)]
    pub(crate) overdue: bool,

    /// End with exit code 3 when a check-in is overdue
    #[arg(long)]
    pub(crate) check: bool,
}
