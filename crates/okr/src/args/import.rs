//! Arguments of `okr import`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use okr_core::Date;

use super::goal::Reason;
use crate::help;
use crate::table::{self, Separator};

/// Arguments of `okr import`.
#[derive(Args, Debug)]
#[command(after_help = help::IMPORT)]
pub(crate) struct ImportArgs {
    /// YAML plan-and-history files (- is standard input), or one table (.csv, .tsv, or rows as JSON), or one file that okr export --events wrote
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) table: TableArgs,
}

/// How a table is read.
#[derive(Args, Debug)]
#[command(next_help_heading = "Tables")]
pub(crate) struct TableArgs {
    /// What the rows are; without it, what the columns say
    #[arg(long, value_enum, value_name = "KIND")]
    pub(crate) kind: Option<TableKind>,

    /// Which column has a field: title="Key Result",value=Score; may be given several times
    #[arg(long, value_name = "FIELD=COLUMN")]
    pub(crate) map: Vec<String>,

    /// What stands between cells: , ; | or tab; without it, what the first row shows
    #[arg(long, value_name = "CHARACTER", value_parser = Separator::parse)]
    pub(crate) separator: Option<Separator>,

    /// A comma in a number is a decimal comma, and a point separates thousands
    #[arg(long)]
    pub(crate) decimal_comma: bool,

    /// The day of every value whose row names none
    #[arg(long, value_name = "DATE", value_parser = iso_day)]
    pub(crate) on: Option<Date>,

    /// Where the rows are from: sources that number their rows alike need a name each
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

impl TableArgs {
    /// Says whether anything is given that only a table has.
    pub(crate) const fn is_given(&self) -> bool {
        self.kind.is_some()
            || !self.map.is_empty()
            || self.separator.is_some()
            || self.decimal_comma
            || self.on.is_some()
            || self.source.is_some()
            || self.reason.reason.is_some()
            || self.reason.category.is_some()
    }
}

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableKind {
    /// Objectives
    Objectives,
    /// Key results, with the objectives that they belong to
    Krs,
    /// Check-ins
    Checkins,
}

impl From<TableKind> for table::Kind {
    fn from(kind: TableKind) -> Self {
        match kind {
            TableKind::Objectives => Self::Objectives,
            TableKind::Krs => Self::KeyResults,
            TableKind::Checkins => Self::CheckIns,
        }
    }
}

fn iso_day(text: &str) -> Result<Date, String> {
    table::day(text).map_err(|(message, help)| format!("{message}; {help}"))
}
