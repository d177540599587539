//! Arguments of `okr objective`.

use clap::{Args, Subcommand};
use okr_core::text::{LongText, Slug, Tag, Title};
use okr_core::value::{ObjectiveKind, Score, Weight};

use super::goal::{AbandonArgs, ArchiveArgs, Reason, StepArgs, TagArgs};
use super::parse;
use super::read::{GoalListArgs, ShowOneArgs};
use crate::help;
use crate::parse::Honours;

/// Arguments of `okr objective`.
#[derive(Args, Debug)]
pub(crate) struct ObjectiveArgs {
    #[command(subcommand)]
    pub(crate) command: ObjectiveCommand,
}

/// What can be done with objectives.
#[derive(Debug, Subcommand)]
pub(crate) enum ObjectiveCommand {
    /// Add an objective to the current cycle
    Add(Box<ObjectiveAddArgs>),
    /// List objectives
    #[command(visible_alias = "ls")]
    List(GoalListArgs),
    /// Show an objective in full
    Show(ShowOneArgs),
    /// Change fields of an objective
    Set(Box<ObjectiveSetArgs>),
    /// Make a draft a goal
    Publish(StepArgs),
    /// End an objective with a score
    Close(ObjectiveCloseArgs),
    /// Give an objective up
    Abandon(AbandonArgs),
    /// Take up a closed or abandoned objective again
    Reopen(StepArgs),
    /// Put objectives away
    #[command(after_help = help::ARCHIVE)]
    Archive(ArchiveArgs),
    /// Take archived objectives out again
    #[command(after_help = help::ARCHIVE)]
    Restore(ArchiveArgs),
    /// Put tags on an objective
    Tag(TagArgs),
    /// Take tags off an objective
    Untag(TagArgs),
}

impl ObjectiveCommand {
    /// Returns what the command can honour of the flags that every command takes.
    pub(super) const fn honours(&self) -> Honours {
        match self {
            Self::List(_) | Self::Show(_) => Honours::READS,
            Self::Add(_)
            | Self::Set(_)
            | Self::Publish(_)
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

/// Arguments of `okr objective add`.
#[derive(Args, Debug)]
#[command(after_help = help::OBJECTIVE_ADD)]
pub(crate) struct ObjectiveAddArgs {
    /// What is to be achieved, in words
    #[arg(value_parser = parse::title)]
    pub(crate) title: Title,

    /// More about it
    #[arg(long, value_name = "TEXT", value_parser = parse::long_text)]
    pub(crate) description: Option<LongText>,

    /// Its everyday name on the command line; made from the title unless said otherwise
    #[arg(long, value_parser = parse::slug)]
    pub(crate) slug: Option<Slug>,

    /// Who answers for it; you unless said otherwise
    #[arg(long, value_name = "PERSON")]
    pub(crate) owner: Option<String>,

    /// What success means
    #[arg(long, value_name = "KIND", default_value = "aspirational", value_parser = parse::objective_kind())]
    pub(crate) kind: ObjectiveKind,

    /// How much it counts among the objectives of its team: 0 to 1000
    #[arg(long, value_name = "NUMBER", value_parser = parse::weight, allow_negative_numbers = true)]
    pub(crate) weight: Option<Weight>,

    /// The objective or key result that it supports
    #[arg(long, value_name = "REF")]
    pub(crate) supports: Option<String>,

    /// The objective of an earlier cycle that it continues
    #[arg(long, value_name = "REF")]
    pub(crate) continues: Option<String>,

    /// A tag; may be given several times
    #[arg(long, value_parser = parse::tag)]
    pub(crate) tag: Vec<Tag>,

    /// Write it down as a draft, to be published later
    #[arg(long)]
    pub(crate) draft: bool,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr objective set`.
#[derive(Args, Debug)]
#[command(after_help = help::OBJECTIVE_SET)]
pub(crate) struct ObjectiveSetArgs {
    /// A slug, a short id or a full id
    #[arg(value_name = "REF")]
    pub(crate) reference: String,

    /// What is to be achieved, in words
    #[arg(long, value_parser = parse::title)]
    pub(crate) title: Option<Title>,

    /// More about it, or none
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,

    /// Its everyday name on the command line
    #[arg(long, value_parser = parse::slug)]
    pub(crate) slug: Option<Slug>,

    /// Who answers for it
    #[arg(long, value_name = "PERSON")]
    pub(crate) owner: Option<String>,

    /// The team that pursues it, or none for the organisation as a whole
    #[arg(long, value_name = "TEAM")]
    pub(crate) to_team: Option<String>,

    /// The cycle that it belongs to
    #[arg(long, value_name = "CYCLE")]
    pub(crate) to_cycle: Option<String>,

    /// What success means
    #[arg(long, value_name = "KIND", value_parser = parse::objective_kind())]
    pub(crate) kind: Option<ObjectiveKind>,

    /// How much it counts among the objectives of its team: 0 to 1000
    #[arg(long, value_name = "NUMBER", value_parser = parse::weight, allow_negative_numbers = true)]
    pub(crate) weight: Option<Weight>,

    /// The objective or key result that it supports, or none
    #[arg(long, value_name = "REF")]
    pub(crate) supports: Option<String>,

    /// The objective of an earlier cycle that it continues, or none
    #[arg(long, value_name = "REF")]
    pub(crate) continues: Option<String>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr objective close`.
#[derive(Args, Debug)]
#[command(after_help = help::OBJECTIVE_CLOSE)]
pub(crate) struct ObjectiveCloseArgs {
    /// A slug, a short id or a full id
    #[arg(value_name = "REF")]
    pub(crate) reference: String,

    /// The grade, 0 to 1 or in percent; the progress unless said otherwise
    #[arg(long, value_name = "SCORE", value_parser = parse::score)]
    pub(crate) score: Option<Score>,

    /// What was learned
    #[arg(long, value_name = "TEXT", value_parser = parse::long_text)]
    pub(crate) reflection: Option<LongText>,

    /// End its open key results with it, with their progress as score
    #[arg(long)]
    pub(crate) with_krs: bool,

    #[command(flatten)]
    pub(crate) reason: Reason,
}
