//! Arguments of `okr report`.

use clap::{Args, Subcommand, ValueEnum};
use okr_report::words::Language;

use crate::{environment, help};

/// Arguments of `okr report`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ReportArgs {
    #[command(subcommand)]
    pub(crate) command: ReportCommand,
}

/// The kinds of reports.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// Report on a week: what moved, what did not, what was decided, what is next
    #[command(after_help = help::REPORT_WEEKLY)]
    Weekly(WeeklyArgs),
    /// Report half-way: where everything stands, where it leads, what to drop or change
    #[command(after_help = help::REPORT_MID)]
    Mid(CycleReportArgs),
    /// Report on the end of a cycle: scores, reflections, and what becomes of each goal
    #[command(after_help = help::REPORT_FINAL)]
    Final(CycleReportArgs),
}

/// Arguments of `okr report weekly`.
#[derive(Args, Clone, Debug)]
pub(crate) struct WeeklyArgs {
    /// The week, as 2026-W47 or any of its days; without it, the week of the moment
    #[arg(value_name = "WEEK")]
    pub(crate) week: Option<String>,

    #[command(flatten)]
    pub(crate) flags: ReportFlags,
}

/// Arguments of `okr report mid` and `okr report final`.
#[derive(Args, Clone, Debug)]
pub(crate) struct CycleReportArgs {
    /// The cycle; without it, the current one
    #[arg(value_name = "CYCLE")]
    pub(crate) named: Option<String>,

    #[command(flatten)]
    pub(crate) flags: ReportFlags,
}

/// The flags of every report.
#[derive(Args, Clone, Debug)]
pub(crate) struct ReportFlags {
    /// Report on the goals that somebody owns: @me, or a handle
    #[arg(long, value_name = "PERSON", conflicts_with = "team")]
    pub(crate) who: Option<String>,

    /// Write it to this file, as its suffix says: .md, .html, .json or .txt; - is standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<String>,

    /// The language of the report
    #[arg(long, value_enum, value_name = "LANGUAGE", env = environment::LANGUAGE, hide_env_values = true, default_value_t = ReportLanguage::En)]
    pub(crate) lang: ReportLanguage,
}

/// A language that reports are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportLanguage {
    /// English
    En,
    /// Norwegian (bokmål)
    Nb,
}

impl ReportLanguage {
    /// Returns the language.
    pub(crate) const fn language(self) -> Language {
        match self {
            Self::En => Language::English,
            Self::Nb => Language::Bokmal,
        }
    }
}
