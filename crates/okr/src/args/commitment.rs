//! Arguments of the commands that report on a cycle: what moved, and how often people check in.

use clap::{Args, ValueEnum};

use crate::help;

/// Arguments of `okr goalposts`.
#[derive(Args, Clone, Debug)]
#[command(after_help = help::GOALPOSTS)]
pub(crate) struct GoalpostsArgs {
    /// Report on this cycle, team, objective or key result; without it, on the current cycle
    #[arg(value_name = "REF")]
    pub(crate) reference: Option<String>,
}

/// What figures are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatsBy {
    /// The team that pursues the objective
    Team,
    /// The owner of the key result
    Owner,
    /// The week
    Week,
}

/// Arguments of `okr stats`.
#[derive(Args, Clone, Debug)]
#[command(after_help = help::STATS)]
pub(crate) struct StatsArgs {
    /// Count these days: a day, week, month or quarter, or A..B; without it, the cycle so far
    #[arg(value_name = "WHEN")]
    pub(crate) span: Option<String>,

    /// Show the figures of each
    #[arg(long, value_enum, value_name = "PART")]
    pub(crate) by: Option<StatsBy>,
}
