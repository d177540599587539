//! Arguments of `okr kr`.

use clap::{Args, Subcommand};
use okr_core::text::{LongText, Slug, Tag, Title};
use okr_core::value::{Score, Weight};

use super::goal::{AbandonArgs, ArchiveArgs, Reason, StepArgs, TagArgs};
use super::parse;
use super::read::{GoalListArgs, ShowOneArgs};
use crate::help;
use crate::parse::Honours;

/// Arguments of `okr kr`.
#[derive(Args, Debug)]
pub(crate) struct KeyResultArgs {
    #[command(subcommand)]
    pub(crate) command: KeyResultCommand,
}

/// What can be done with key results.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyResultCommand {
    /// Add a key result to an objective
    Add(Box<KeyResultAddArgs>),
    /// List key results
    #[command(visible_alias = "ls")]
    List(GoalListArgs),
    /// Show a key result in full
    Show(ShowOneArgs),
    /// Change fields of a key result
    Set(Box<KeyResultSetArgs>),
    /// End a key result with a score
    Close(KeyResultCloseArgs),
    /// Give a key result up
    Abandon(AbandonArgs),
    /// Take up a closed or abandoned key result again
    Reopen(StepArgs),
    /// Put key results away
    #[command(after_help = help::ARCHIVE)]
    Archive(ArchiveArgs),
    /// Take archived key results out again
    #[command(after_help = help::ARCHIVE)]
    Restore(ArchiveArgs),
    /// Put tags on a key result
    Tag(TagArgs),
    /// Take tags off a key result
    Untag(TagArgs),
}

impl KeyResultCommand {
    /// Returns what the command can honour of the flags that every command takes.
    pub(super) const fn honours(&self) -> Honours {
        match self {
            Self::List(_) | Self::Show(_) => Honours::READS,
            Self::Add(_)
            | Self::Set(_)
            | Self::Close(_)
            | Self::Abandon(_)
            | Self::Reopen(_)
            | Self::Archive(_)
            | Self::Restore(_)
            | Self::Tag(_)
            | Self::Untag(_) => Honours::WRITES,
        }
    }
}

/// How a key result is measured: one of four ways.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "Measure")]
pub(crate) struct MeasureFlags {
    /// The value at the beginning
    #[arg(long, alias = "baseline", value_name = "N", value_parser = parse::value_text, allow_negative_numbers = true)]
    pub(crate) from: Option<String>,

    /// The value that is 100 %
    #[arg(long, alias = "target", value_name = "N", value_parser = parse::value_text, allow_negative_numbers = true)]
    pub(crate) to: Option<String>,

    /// A value on the way that is certain to be reached
    #[arg(long, value_name = "N", value_parser = parse::value_text, allow_negative_numbers = true)]
    pub(crate) commit: Option<String>,

    /// A value beyond the target
    #[arg(long, value_name = "N", value_parser = parse::value_text, allow_negative_numbers = true)]
    pub(crate) stretch: Option<String>,

    /// Keep it at this value or below
    #[arg(long, value_name = "N", value_parser = parse::value_text, allow_negative_numbers = true)]
    pub(crate) at_most: Option<String>,

    /// Keep it at this value or above
    #[arg(long, value_name = "N", value_parser = parse::value_text, allow_negative_numbers = true)]
    pub(crate) at_least: Option<String>,

    /// What is counted, such as ms, % or NOK; or none
    #[arg(long, value_name = "UNIT")]
    pub(crate) unit: Option<String>,

    /// A checklist: "Draft; Review; Launch=2", where 2 is a weight
    #[arg(long, value_name = "LIST")]
    pub(crate) milestones: Option<String>,

    /// Three described levels: "commit; target; stretch"
    #[arg(long, value_name = "LIST")]
    pub(crate) zones: Option<String>,
}

impl MeasureFlags {
    /// Says whether any of the flags was given.
    pub(crate) fn is_given(&self) -> bool {
        *self != Self::default()
    }
}

/// Arguments of `okr kr add`.
#[derive(Args, Debug)]
#[command(after_help = help::KR_ADD)]
pub(crate) struct KeyResultAddArgs {
    /// What is measured, in words
    #[arg(value_parser = parse::title)]
    pub(crate) title: Title,

    /// The objective that it measures
    #[arg(short = 'O', long, value_name = "REF")]
    pub(crate) objective: String,

    #[command(flatten)]
    pub(crate) measure: MeasureFlags,

    /// More about it, such as where the number comes from
    #[arg(long, value_name = "TEXT", value_parser = parse::long_text)]
    pub(crate) description: Option<LongText>,

    /// Its everyday name on the command line; made from the title unless said otherwise
    #[arg(long, value_parser = parse::slug)]
    pub(crate) slug: Option<Slug>,

    /// Who reports on it; the owner of the objective unless said otherwise
    #[arg(long, value_name = "PERSON")]
    pub(crate) owner: Option<String>,

    /// How much it counts in its objective: 0 to 1000
    #[arg(long, value_name = "NUMBER", value_parser = parse::weight, allow_negative_numbers = true)]
    pub(crate) weight: Option<Weight>,

    /// The day from which progress is expected; the start of the cycle unless said otherwise
    #[arg(long, value_name = "DATE")]
    pub(crate) start: Option<String>,

    /// The day on which it shall be reached; the end of the cycle unless said otherwise
    #[arg(long, value_name = "DATE")]
    pub(crate) due: Option<String>,

    /// A tag; may be given several times
    #[arg(long, value_parser = parse::tag)]
    pub(crate) tag: Vec<Tag>,

    /// The health metric whose values are recorded as check-ins on it
    #[arg(long, value_name = "METRIC")]
    pub(crate) fed_by: Option<String>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr kr set`.
#[derive(Args, Debug)]
#[command(after_help = help::KR_SET)]
pub(crate) struct KeyResultSetArgs {
    /// A slug, a short id or a full id
    #[arg(value_name = "REF")]
    pub(crate) reference: String,

    #[command(flatten)]
    pub(crate) measure: MeasureFlags,

    /// What is measured, in words
    #[arg(long, value_parser = parse::title)]
    pub(crate) title: Option<Title>,

    /// More about it, or none
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,

    /// Its everyday name on the command line
    #[arg(long, value_parser = parse::slug)]
    pub(crate) slug: Option<Slug>,

    /// Who reports on it
    #[arg(long, value_name = "PERSON")]
    pub(crate) owner: Option<String>,

    /// The objective that it measures
    #[arg(short = 'O', long, value_name = "REF")]
    pub(crate) objective: Option<String>,

    /// How much it counts in its objective: 0 to 1000
    #[arg(long, value_name = "NUMBER", value_parser = parse::weight, allow_negative_numbers = true)]
    pub(crate) weight: Option<Weight>,

    /// Its place among the key results of its objective, from the lowest number
    #[arg(long, value_name = "NUMBER")]
    pub(crate) order: Option<u32>,

    /// The day from which progress is expected, or none for the start of the cycle
    #[arg(long, value_name = "DATE")]
    pub(crate) start: Option<String>,

    /// The day on which it shall be reached, or none for the end of the cycle
    #[arg(long, value_name = "DATE")]
    pub(crate) due: Option<String>,

    /// The health metric whose values are recorded as check-ins on it, or none
    #[arg(long, value_name = "METRIC")]
    pub(crate) fed_by: Option<String>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr kr close`.
#[derive(Args, Debug)]
#[command(after_help = help::KR_CLOSE)]
pub(crate) struct KeyResultCloseArgs {
    /// A slug, a short id or a full id
    #[arg(value_name = "REF")]
    pub(crate) reference: String,

    /// The grade, 0 to 1 or in percent; the progress unless said otherwise
    #[arg(long, value_name = "SCORE", value_parser = parse::score)]
    pub(crate) score: Option<Score>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}
