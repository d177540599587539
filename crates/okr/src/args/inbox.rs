//! Arguments of `okr inbox`, `okr follow` and `okr unfollow`.

use clap::{ArgGroup, Args, Subcommand};

use super::read::{Limit, parse_limit};
use crate::help;
use crate::parse::Honours;

/// Arguments of `okr inbox`.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = help::INBOX, group = ArgGroup::new("which"))]
pub(crate) struct InboxArgs {
    /// Only what came since you looked; so it is without --all and --since
    #[arg(long, group = "which")]
    pub(crate) unread: bool,

    /// Also what you have looked at, as far back as there is something
    #[arg(long, group = "which")]
    pub(crate) all: bool,

    /// What came from this moment on, looked at or not; a date means its beginning
    #[arg(long, group = "which", value_name = "WHEN")]
    pub(crate) since: Option<String>,

    /// Show at most this many changes, the newest, or "all" [default: 50]
    #[arg(long, value_name = "N", value_parser = parse_limit, allow_negative_numbers = true, conflicts_with = "ack")]
    pub(crate) limit: Option<Limit>,

    /// Mark all of it as seen; at a terminal, a list that is shown as a whole is marked anyway
    #[arg(long, conflicts_with_all = ["all", "since", "no_ack"])]
    pub(crate) ack: bool,

    /// Leave it unread, also at a terminal
    #[arg(long)]
    pub(crate) no_ack: bool,

    /// End with exit code 3 when something is unread; marks nothing
    #[arg(long, conflicts_with = "ack")]
    pub(crate) check: bool,
}

/// Arguments of `okr follow`.
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = help::FOLLOW
)]
pub(crate) struct FollowArgs {
    #[command(subcommand)]
    pub(crate) command: Option<FollowCommand>,

    /// What to follow: goals, initiatives, health metrics, teams and cycles with their goals
    #[arg(value_name = "REF", required = true)]
    pub(crate) references: Vec<String>,
}

impl FollowArgs {
    pub(super) const fn honours(&self) -> Honours {
        match self.command {
            Some(FollowCommand::List) => Honours::MANAGES,
            None => Honours::WRITES,
        }
    }
}

/// What can be asked about following.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum FollowCommand {
    /// List what you follow on this machine
    #[command(visible_alias = "ls", after_help = help::FOLLOW_LIST)]
    List,
}

/// Arguments of `okr unfollow`.
#[derive(Args, Debug)]
#[command(after_help = help::UNFOLLOW)]
pub(crate) struct UnfollowArgs {
    /// What to follow no more
    #[arg(value_name = "REF", required = true)]
    pub(crate) references: Vec<String>,
}
