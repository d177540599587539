//! Arguments of the commands that exchange changes and decide conflicts.

use clap::{ArgGroup, Args, Subcommand};

use super::goal::Reason;
use crate::help;

/// Arguments of `okr sync`.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = help::SYNC, args_conflicts_with_subcommands = true)]
pub(crate) struct SyncArgs {
    #[command(subcommand)]
    pub(crate) command: Option<SyncCommand>,

    /// Follow a server that was restored from an older backup (okr help restored)
    #[arg(long)]
    pub(crate) accept_restored: bool,
}

/// What can be asked about exchanging changes.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum SyncCommand {
    /// Show how this machine stands to the server, without asking it
    #[command(after_help = help::SYNC_STATUS)]
    Status,
}

/// Arguments of `okr conflicts`.
#[derive(Args, Debug)]
#[command(after_help = help::CONFLICTS)]
pub(crate) struct ConflictsArgs {
    /// List the changes that were dropped on this machine instead, and how to bring them back
    #[arg(long)]
    pub(crate) dropped: bool,
}

/// Arguments of `okr resolve`.
#[derive(Args, Debug)]
#[command(after_help = help::RESOLVE, group = ArgGroup::new("decision").required(true))]
pub(crate) struct ResolveArgs {
    /// The thing in conflict, or the change as `okr conflicts` shows it
    #[arg(value_name = "REF|CHANGE")]
    pub(crate) reference: String,

    /// What holds where values clash: mine, theirs, base (what it was before both), or another
    /// value
    #[arg(long, group = "decision", value_name = "mine|theirs|base|VALUE", value_parser = super::parse::value_text, allow_negative_numbers = true)]
    pub(crate) take: Option<String>,

    /// Set a field that clashes to a value; once for each of them
    #[arg(long, group = "decision", value_name = "FIELD=VALUE")]
    pub(crate) set: Vec<String>,

    /// Drop the whole change, also what of it does not clash
    #[arg(long, group = "decision")]
    pub(crate) drop: bool,

    #[command(flatten)]
    pub(crate) reason: Reason,
}
