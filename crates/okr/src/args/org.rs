//! Arguments of `okr org`.

use clap::{Args, Subcommand};
use okr_core::calendar::FiscalStart;
use okr_core::text::Name;
use okr_core::value::{Calendar, EditPolicy, WeekStart};

use super::goal::Reason;
use super::parse::{self, Cadence};
use crate::help;
use crate::parse::Honours;

/// Arguments of `okr org`.
#[derive(Args, Debug)]
pub(crate) struct OrgArgs {
    #[command(subcommand)]
    pub(crate) command: OrgCommand,
}

/// What can be done with the organisation.
#[derive(Debug, Subcommand)]
pub(crate) enum OrgCommand {
    /// Show the organisation and its policies
    #[command(after_help = help::ORG_SHOW)]
    Show,
    /// Change the organisation and its policies; takes an administrator
    Set(OrgSetArgs),
}

impl OrgCommand {
    /// Returns what the command can honour of the flags that every command takes.
    pub(super) const fn honours(&self) -> Honours {
        match self {
            Self::Show => Honours {
                scope: false,
                ..Honours::READS
            },
            Self::Set(_) => Honours {
                scope: false,
                ..Honours::WRITES
            },
        }
    }
}

/// Arguments of `okr org set`.
#[derive(Args, Debug)]
#[command(after_help = help::ORG_SET)]
pub(crate) struct OrgSetArgs {
    /// Its name
    #[arg(long, value_parser = parse::name)]
    pub(crate) name: Option<Name>,

    /// The IANA time zone in which its days begin and end
    #[arg(long = "tz", value_name = "ZONE")]
    pub(crate) time_zone: Option<String>,

    /// The first day of its week
    #[arg(long, value_name = "DAY", value_parser = parse::week_start())]
    pub(crate) week_start: Option<WeekStart>,

    /// Who may edit goals: everyone, or stewards (owners, leads of the team, administrators)
    #[arg(long, value_name = "WHO", value_parser = parse::edit_policy())]
    pub(crate) policy: Option<EditPolicy>,

    /// Ask for a reason and a category when a commitment is changed
    #[arg(long, overrides_with = "no_reasons")]
    pub(crate) reasons: bool,

    /// Let commitments be changed without a reason
    #[arg(long, overrides_with = "reasons")]
    pub(crate) no_reasons: bool,

    /// How often key results expect a check-in: 7, 2w, month
    #[arg(long, value_name = "DAYS", value_parser = parse::cadence)]
    pub(crate) cadence: Option<Cadence>,

    /// Which cycles follow each other; custom: none by themselves
    #[arg(long, value_name = "CYCLES", value_parser = parse::calendar())]
    pub(crate) calendar: Option<Calendar>,

    /// The day on which the fiscal year begins, such as 04-01; 01-01 is the calendar year
    #[arg(long, value_name = "MM-DD")]
    pub(crate) fiscal_start: Option<FiscalStart>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}
