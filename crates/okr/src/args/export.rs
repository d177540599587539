//! Arguments of `okr export`.

use clap::{Args, ValueEnum};

use crate::help;

/// Arguments of `okr export`.
#[derive(Args, Clone, Debug)]
#[command(after_help = help::EXPORT)]
pub(crate) struct ExportArgs {
    /// Write every change with everything in it, as JSON lines that okr import takes in again
    #[arg(long, conflicts_with = "kind")]
    pub(crate) events: bool,

    /// Only things of this kind; may be given several times, or as a list with commas
    #[arg(long, value_enum, value_name = "KIND", value_delimiter = ',')]
    pub(crate) kind: Vec<ExportKind>,

    /// Write into this file, in the form that its suffix names: .json, .yaml, .csv, .xlsx, .md, or .jsonl for --events; - is standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<String>,
}

/// What can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub(crate) enum ExportKind {
    /// Objectives
    Objectives,
    /// Key results with how they stand
    Krs,
    /// Check-ins
    Checkins,
    /// Teams
    Teams,
    /// Cycles
    Cycles,
    /// People
    People,
    /// Comments
    Comments,
    /// Initiatives
    Initiatives,
    /// Health metrics with how they stand
    Metrics,
    /// Values of health metrics
    MetricValues,
}

impl ExportKind {
    /// Returns the word for it, as it is typed.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Objectives => "objectives",
            Self::Krs => "krs",
            Self::Checkins => "checkins",
            Self::Teams => "teams",
            Self::Cycles => "cycles",
            Self::People => "people",
            Self::Comments => "comments",
            Self::Initiatives => "initiatives",
            Self::Metrics => "metrics",
            Self::MetricValues => "metric-values",
        }
    }
}
