//! Arguments of `okr plan`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::goal::Reason;
use crate::help;
use crate::parse::Honours;

/// Arguments of `okr plan`.
#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    #[command(subcommand)]
    pub(crate) command: PlanCommand,
}

/// What can be done with plan files.
#[derive(Debug, Subcommand)]
pub(crate) enum PlanCommand {
    /// Write the goals of a cycle, a team or an objective as a plan file
    #[command(after_help = help::PLAN_PULL)]
    Pull(PlanPullArgs),
    /// Check plan files, with line and column of what is wrong
    #[command(after_help = help::PLAN_CHECK)]
    Check(PlanCheckArgs),
    /// Make the workspace as plan files say
    #[command(after_help = help::PLAN_APPLY)]
    Apply(PlanApplyArgs),
    /// Edit many goals at once in $EDITOR
    #[command(after_help = help::PLAN_EDIT)]
    Edit(PlanEditArgs),
}

impl PlanArgs {
    /// Returns what the command can honour of the flags that every command takes.
    pub(super) const fn honours(&self) -> Honours {
        match &self.command {
            PlanCommand::Pull(_) => Honours::PLANS,
            PlanCommand::Edit(_) => Honours {
                dry_run: true,
                ..Honours::PLANS
            },
            PlanCommand::Check(_) => Honours::MANAGES,
            PlanCommand::Apply(_) => Honours {
                scope: false,
                ..Honours::WRITES
            },
        }
    }
}

/// Arguments of `okr plan pull`.
#[derive(Args, Debug)]
pub(crate) struct PlanPullArgs {
    /// A cycle, a team or an objective; without it, the current cycle
    #[arg(value_name = "REF")]
    pub(crate) reference: Option<String>,

    /// Write it to this file, as its suffix says: .yaml or .md; - is standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<String>,

    /// Replace the file even when edits or comments in it get lost
    #[arg(long, requires = "to")]
    pub(crate) force: bool,
}

/// What a plan file is compared with.
#[derive(Args, Debug, Default)]
pub(crate) struct PlanBase {
    /// Compare with this moment instead of the base in the file: a change, a position, or now
    #[arg(long, value_name = "CHANGE")]
    pub(crate) base: Option<String>,
}

/// Arguments of `okr plan check`.
#[derive(Args, Debug)]
pub(crate) struct PlanCheckArgs {
    /// The files; - is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) base: PlanBase,
}

/// Arguments of `okr plan apply`.
#[derive(Args, Debug)]
pub(crate) struct PlanApplyArgs {
    /// The files; - is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// Where both the file and somebody else changed the same, take what the file says or what is
    /// there
    #[arg(long, value_enum, value_name = "SIDE")]
    pub(crate) take: Option<PlanSide>,

    /// Archive the goals that were pulled and are no longer in the file
    #[arg(long)]
    pub(crate) archive_missing: bool,

    #[command(flatten)]
    pub(crate) base: PlanBase,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr plan edit`.
#[derive(Args, Debug)]
pub(crate) struct PlanEditArgs {
    /// A cycle, a team or an objective; without it, the current cycle
    #[arg(value_name = "REF")]
    pub(crate) reference: Option<String>,

    /// Archive the goals that are taken out of the text
    #[arg(long)]
    pub(crate) archive_missing: bool,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// A side of a conflict between a file and the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanSide {
    /// What the file says
    Mine,
    /// What is there
    Theirs,
}
