//! Arguments of `okr cycle`.

use clap::{Args, Subcommand, ValueEnum};
use okr_core::text::Name;

use super::goal::Reason;
use super::parse::{self, Cadence};
use super::read::ShowOneArgs;
use crate::help;
use crate::parse::Honours;

/// Arguments of `okr cycle`.
#[derive(Args, Debug)]
pub(crate) struct CycleArgs {
    #[command(subcommand)]
    pub(crate) command: CycleCommand,
}

/// What can be done with cycles.
#[derive(Debug, Subcommand)]
pub(crate) enum CycleCommand {
    /// Plan a cycle
    Add(CycleAddArgs),
    /// List the cycles
    #[command(visible_alias = "ls", after_help = help::CYCLE_LIST)]
    List,
    /// Show a cycle in full
    #[command(after_help = help::CYCLE_SHOW)]
    Show(ShowOneArgs),
    /// Change fields of a cycle
    Set(CycleSetArgs),
    /// Open a cycle: its measures become commitments
    Open(CycleStepArgs),
    /// Close a cycle: only late facts and corrections follow
    Close(CycleCloseArgs),
    /// Take up a closed cycle again
    Reopen(CycleStepArgs),
    /// Set the cycle that commands work in
    Use(CycleReference),
    /// Show the days of a cycle: start, check-ins, half-way, end, closing
    Calendar(CycleCalendarArgs),
}

impl CycleCommand {
    /// Returns what the command can honour of the flags that every command takes.
    pub(super) const fn honours(&self) -> Honours {
        match self {
            Self::List | Self::Show(_) | Self::Calendar(_) => Honours::READS,
            Self::Use(_) => Honours::MANAGES,
            Self::Add(_) | Self::Set(_) | Self::Open(_) | Self::Close(_) | Self::Reopen(_) => {
                Honours::WRITES
            }
        }
    }
}

/// Arguments of `okr cycle add`.
#[derive(Args, Debug)]
#[command(after_help = help::CYCLE_ADD)]
pub(crate) struct CycleAddArgs {
    /// Its name, such as 2026-Q4; without one the next cycle of the calendar is planned
    #[arg(value_parser = parse::cycle_name)]
    pub(crate) name: Option<Name>,

    /// Plan the next cycle of the organisation's calendar
    #[arg(long, conflicts_with_all = ["name", "from", "to"])]
    pub(crate) next: bool,

    /// Its first day; read from a name such as 2026-Q4, 2026-T3, 2026-H1, 2026-11 or 2026 unless
    /// given
    #[arg(long, value_name = "DATE", requires = "name")]
    pub(crate) from: Option<String>,

    /// Its last day
    #[arg(long, value_name = "DATE", requires = "name")]
    pub(crate) to: Option<String>,

    /// How often its key results expect a check-in: 7, 2w, month; as the organisation unless given
    #[arg(long, value_name = "DAYS", value_parser = parse::cadence)]
    pub(crate) cadence: Option<Cadence>,

    /// Open it at once
    #[arg(long)]
    pub(crate) open: bool,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// A cycle.
#[derive(Args, Debug)]
#[command(after_help = help::CYCLE_SHOW)]
pub(crate) struct CycleReference {
    /// Its name, a short id or a full id
    #[arg(value_name = "CYCLE")]
    pub(crate) reference: String,
}

/// What becomes of goals without a score when their cycle ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum GradeHow {
    /// They get the suggested score
    Auto,
    /// They stay without one
    #[default]
    Skip,
}

/// Arguments of `okr cycle close`.
#[derive(Args, Debug)]
#[command(after_help = help::CYCLE_CLOSE)]
pub(crate) struct CycleCloseArgs {
    /// Its name, a short id or a full id
    #[arg(value_name = "CYCLE")]
    pub(crate) reference: String,

    /// What becomes of goals without a score
    #[arg(long, value_name = "HOW", default_value = "skip")]
    pub(crate) grade: GradeHow,

    /// Let the objectives that are open go on in this cycle
    #[arg(long, value_name = "CYCLE")]
    pub(crate) carry: Option<String>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr cycle calendar`.
#[derive(Args, Debug)]
#[command(after_help = help::CYCLE_CALENDAR)]
pub(crate) struct CycleCalendarArgs {
    /// Its name, a short id or a full id; the current cycle unless given
    #[arg(value_name = "CYCLE")]
    pub(crate) reference: Option<String>,

    /// Write the days to a file that calendars of people read (iCalendar); - is standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) ics: Option<String>,
}

/// Arguments of `okr cycle set`.
#[derive(Args, Debug)]
#[command(after_help = help::CYCLE_SET)]
pub(crate) struct CycleSetArgs {
    /// Its name, a short id or a full id
    #[arg(value_name = "CYCLE")]
    pub(crate) reference: String,

    /// Its name
    #[arg(long, value_parser = parse::cycle_name)]
    pub(crate) name: Option<Name>,

    /// Its first day
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<String>,

    /// Its last day
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<String>,

    /// How often its key results expect a check-in: 7, 2w, month, or none for as the organisation
    #[arg(long, value_name = "DAYS", value_parser = parse::cadence)]
    pub(crate) cadence: Option<Cadence>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// A cycle, and why something happens to it.
#[derive(Args, Debug)]
#[command(after_help = help::CYCLE_STEP)]
pub(crate) struct CycleStepArgs {
    /// Its name, a short id or a full id
    #[arg(value_name = "CYCLE")]
    pub(crate) reference: String,

    #[command(flatten)]
    pub(crate) reason: Reason,
}
