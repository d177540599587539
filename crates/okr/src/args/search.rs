//! Arguments of `okr search`.

use clap::{Args, ValueEnum};
use okr_replica::{SearchKind, TextField};

use super::read::{Limit, parse_limit};
use crate::help;

/// Arguments of `okr search`.
#[derive(Args, Clone, Debug)]
#[command(after_help = help::SEARCH)]
pub(crate) struct SearchArgs {
    /// Words that must all occur; "a phrase" in quotes of its own, the beginning of a word with *
    #[arg(required = true, value_name = "TEXT")]
    pub(crate) words: Vec<String>,

    /// Only things of these kinds: objective, kr, check-in, comment, initiative, metric, change (by its
    /// reason)
    #[arg(long, value_enum, value_name = "KIND", value_delimiter = ',')]
    pub(crate) kind: Vec<KindWord>,

    /// Only in these texts: title, description, measure (milestones and zones), reflection, note,
    /// reason
    #[arg(long = "in", value_enum, value_name = "TEXT", value_delimiter = ',')]
    pub(crate) fields: Vec<FieldWord>,

    /// Also what was put away, and check-ins and comments that were retracted
    #[arg(long)]
    pub(crate) archived: bool,

    /// At any time: when the texts had the words, and what they are now
    #[arg(long, conflicts_with_all = ["at", "axis"])]
    pub(crate) history: bool,

    /// Show at most this many, or "all"
    #[arg(long, value_name = "N", default_value = "20", value_parser = parse_limit, allow_negative_numbers = true)]
    pub(crate) limit: Limit,
}

/// A kind of thing, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindWord {
    /// Objectives
    #[value(aliases = ["objectives", "obj"])]
    Objective,
    /// Key results
    #[value(aliases = ["krs", "key-result", "key-results"])]
    Kr,
    /// Check-ins
    #[value(aliases = ["checkin", "checkins", "check-ins"])]
    CheckIn,
    /// Comments
    #[value(alias = "comments")]
    Comment,
    /// Initiatives
    #[value(alias = "initiatives")]
    Initiative,
    /// Health metrics, and the notes of their values
    #[value(alias = "metrics")]
    Metric,
    /// Changes, by their reasons
    #[value(alias = "changes")]
    Change,
}

impl KindWord {
    /// Returns what is meant.
    pub(crate) const fn kind(self) -> SearchKind {
        match self {
            Self::Objective => SearchKind::Objective,
            Self::Kr => SearchKind::KeyResult,
            Self::CheckIn => SearchKind::CheckIn,
            Self::Comment => SearchKind::Comment,
            Self::Initiative => SearchKind::Initiative,
            Self::Metric => SearchKind::Metric,
            Self::Change => SearchKind::Change,
        }
    }
}

/// A text, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FieldWord {
    /// Titles, and names of health metrics
    Title,
    /// Descriptions
    Description,
    /// Milestones and zones
    #[value(aliases = ["milestone", "milestones", "zones"])]
    Measure,
    /// What was learnt
    Reflection,
    /// Notes of check-ins and of values of health metrics
    #[value(alias = "notes")]
    Note,
    /// What comments say
    #[value(alias = "comments")]
    Comment,
    /// Reasons of changes
    #[value(alias = "reasons")]
    Reason,
}

impl FieldWord {
    /// Returns what is meant.
    pub(crate) const fn field(self) -> TextField {
        match self {
            Self::Title => TextField::Title,
            Self::Description => TextField::Description,
            Self::Measure => TextField::Measure,
            Self::Reflection => TextField::Reflection,
            Self::Note => TextField::Note,
            Self::Comment => TextField::Comment,
            Self::Reason => TextField::Reason,
        }
    }
}
