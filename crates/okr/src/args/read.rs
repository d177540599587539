//! Arguments of the commands that read goals and history.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use okr_core::field::FIELD_WORDS;
use okr_replica::ChangeKind;

use super::pick::PickArgs;
use super::work::{InitiativeListArgs, MetricListArgs};
use crate::help;
use crate::wording::{field_named, typed_field};

/// Arguments of `okr tree`.
#[derive(Args, Clone, Debug)]
#[command(after_help = help::TREE)]
pub(crate) struct TreeArgs {
    /// Show this team, objective, key result or person's goals only, or this cycle
    pub(crate) reference: Option<String>,

    /// Go this far down: 0 is teams, 1 objectives, 2 key results
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(crate) depth: usize,
}

/// The kinds of things that can be listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListKind {
    /// Objectives
    #[default]
    #[value(aliases = ["objective", "obj", "goals"])]
    Objectives,
    /// Key results
    #[value(aliases = ["kr", "key-results", "key-result"])]
    Krs,
    /// Teams
    #[value(alias = "team")]
    Teams,
    /// Cycles
    #[value(alias = "cycle")]
    Cycles,
    /// People
    #[value(aliases = ["person", "members", "member"])]
    People,
    /// Initiatives of the cycle; --status is todo, doing, done, dropped, open or overdue
    #[value(alias = "initiative")]
    Initiatives,
    /// Health metrics; --status is healthy, outside or unknown
    #[value(alias = "metric")]
    Metrics,
    /// Check-ins, newest first
    #[value(aliases = ["checkin", "check-ins", "check-in"])]
    Checkins,
}

/// Arguments of `okr list`.
#[derive(Args, Clone, Debug)]
#[command(after_help = help::LIST)]
pub(crate) struct ListArgs {
    /// What to list
    #[arg(value_enum, default_value_t = ListKind::Objectives, value_name = "KIND")]
    pub(crate) kind: ListKind,

    /// Only what this person owns, or reported
    #[arg(long, value_name = "PERSON")]
    pub(crate) owner: Option<String>,

    /// Only what stands so: on-track, at-risk, off-track, stale, no-check-in, achieved, missed,
    /// abandoned; for objectives and cycles their state
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Option<String>,

    /// Only key results in whose way something stands, and what that is
    #[arg(long)]
    pub(crate) blocked: bool,

    #[command(flatten)]
    pub(crate) pick: PickArgs,

    /// Also what was put away
    #[arg(long)]
    pub(crate) archived: bool,

    /// List at most this many; of check-ins 50 unless said otherwise
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
}

/// Arguments of `okr objective list` and `okr kr list`.
#[derive(Args, Clone, Debug)]
#[command(after_help = help::GOAL_LIST)]
pub(crate) struct GoalListArgs {
    /// Only what this person owns
    #[arg(long, value_name = "PERSON")]
    pub(crate) owner: Option<String>,

    /// Only what stands so: on-track, at-risk, off-track, stale, no-check-in, achieved, missed,
    /// abandoned; for objectives their state
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Option<String>,

    /// Only key results in whose way something stands, and what that is
    #[arg(long)]
    pub(crate) blocked: bool,

    #[command(flatten)]
    pub(crate) pick: PickArgs,

    /// Also what was put away
    #[arg(long)]
    pub(crate) archived: bool,

    /// List at most this many
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
}

impl GoalListArgs {
    /// Lists goals of one kind.
    pub(crate) fn of(&self, kind: ListKind) -> ListArgs {
        ListArgs {
            kind,
            owner: self.owner.clone(),
            status: self.status.clone(),
            blocked: self.blocked,
            pick: self.pick.clone(),
            archived: self.archived,
            limit: self.limit,
        }
    }
}

impl ListArgs {
    /// Lists initiatives.
    pub(crate) fn initiatives(&self) -> InitiativeListArgs {
        InitiativeListArgs {
            owner: self.owner.clone(),
            state: self.status.clone(),
            archived: self.archived,
            order: self.pick.order.clone(),
            limit: self.limit,
            ..InitiativeListArgs::default()
        }
    }

    /// Lists health metrics.
    pub(crate) fn metrics(&self) -> MetricListArgs {
        MetricListArgs {
            owner: self.owner.clone(),
            health: self.status.clone(),
            archived: self.archived,
            order: self.pick.order.clone(),
            limit: self.limit,
            ..MetricListArgs::default()
        }
    }

    /// Lists everything of one kind.
    pub(crate) fn all(kind: ListKind) -> Self {
        Self {
            kind,
            owner: None,
            status: None,
            blocked: false,
            pick: PickArgs::default(),
            archived: false,
            limit: None,
        }
    }
}

/// One thing of the kind that the command is about.
#[derive(Args, Clone, Debug)]
#[command(after_help = help::GOAL_SHOW)]
pub(crate) struct ShowOneArgs {
    /// A slug, a short id or a full id
    #[arg(value_name = "REF")]
    pub(crate) reference: String,

    /// Show so many check-ins and changes
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) history: usize,
}

/// Arguments of `okr show`.
#[derive(Args, Clone, Debug)]
#[command(after_help = help::SHOW)]
pub(crate) struct ShowArgs {
    /// Objectives, key results, teams, cycles, people, check-ins or changes
    #[arg(required = true, value_name = "REF")]
    pub(crate) references: Vec<String>,

    /// Show so many check-ins and changes of each
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) history: usize,
}

/// Arguments of `okr log`.
#[derive(Args, Clone, Debug)]
#[command(after_help = help::LOG)]
pub(crate) struct LogArgs {
    /// Only changes of these, and of what belongs to them; without any, all changes
    #[arg(value_name = "REF")]
    pub(crate) references: Vec<String>,

    /// Only changes from this moment on; a date means its beginning
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,

    /// Only changes up to this moment; a date means its end
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<String>,

    /// Only changes by this person
    #[arg(long, value_name = "PERSON")]
    pub(crate) by: Option<String>,

    /// Only changes that set this field, such as target, value, owner or state
    #[arg(long, value_name = "FIELD", value_parser = parse_field)]
    pub(crate) field: Option<&'static str>,

    /// Only changes of these kinds, separated by commas
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = change_kind())]
    pub(crate) kind: Vec<ChangeKind>,

    /// Only changes in which this text was written: titles, notes, reasons
    #[arg(long, value_name = "TEXT")]
    pub(crate) grep: Option<String>,

    /// Show at most this many changes, or "all"; 50 unless said otherwise, with --stat all
    #[arg(long, value_name = "N", value_parser = parse_limit, allow_negative_numbers = true)]
    pub(crate) limit: Option<Limit>,

    /// Show the oldest first
    #[arg(long)]
    pub(crate) reverse: bool,

    /// Show every field that a change set, from what to what, in full
    #[arg(long)]
    pub(crate) patch: bool,

    /// Count the changes by kind, person and goal instead
    #[arg(long, conflicts_with_all = ["patch", "reverse"])]
    pub(crate) stat: bool,

    /// Show each change on one line
    #[arg(long, conflicts_with_all = ["patch", "stat"])]
    pub(crate) oneline: bool,
}

/// How many changes of the log are shown unless said otherwise.
pub(crate) const LOG_LIMIT: usize = 50;

fn parse_field(text: &str) -> Result<&'static str, String> {
    field_named(text).ok_or_else(|| {
        let words: Vec<String> = FIELD_WORDS.iter().map(|word| typed_field(word)).collect();
        format!("fields are {}", words.join(", "))
    })
}

fn change_kind() -> impl TypedValueParser<Value = ChangeKind> {
    PossibleValuesParser::new(ChangeKind::ALL.map(ChangeKind::word)).map(|word| {
        let mut kinds = ChangeKind::ALL.into_iter();
        kinds
            .find(|kind| kind.word() == word)
            .expect("the words offered are the words understood")
    })
}

/// How much of a history is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// At most this many.
    At(usize),
    /// All.
    All,
}

pub(super) fn parse_limit(text: &str) -> Result<Limit, String> {
    if text == "all" {
        return Ok(Limit::All);
    }
    match text.parse() {
        Ok(count) if count > 0 => Ok(Limit::At(count)),
        Ok(_) | Err(_) => Err("a whole number from 1, or \"all\"".to_owned()),
    }
}

/// What makes a frame of a replay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReplayStep {
    /// Every change
    #[default]
    Change,
    /// Every day on which something changed
    Day,
    /// Every week in which something changed
    Week,
}

/// Arguments of `okr replay`.
#[derive(Args, Clone, Debug)]
#[command(after_help = help::REPLAY)]
pub(crate) struct ReplayArgs {
    /// Replay this objective, key result, team or cycle; without it, the current cycle
    #[arg(value_name = "REF")]
    pub(crate) reference: Option<String>,

    /// Begin at this moment; a date means its beginning
    #[arg(long, value_name = "WHEN")]
    pub(crate) from: Option<String>,

    /// End at this moment; a date means its end
    #[arg(long, value_name = "WHEN")]
    pub(crate) to: Option<String>,

    /// Make one frame of
    #[arg(long, value_enum, default_value_t = ReplayStep::Change, value_name = "STEP")]
    pub(crate) by: ReplayStep,

    /// Play so many frames a second in the player
    #[arg(
        long,
        value_name = "N",
        value_parser = ["0.25", "0.5", "1", "2", "4", "8", "16"],
        conflicts_with_all = ["plain", "frames"]
    )]
    pub(crate) speed: Option<String>,

    /// Print the frames one under the other, also on a terminal, where the player opens otherwise
    #[arg(long)]
    pub(crate) plain: bool,

    /// Write each frame to a file of its own in this directory, and an index
    #[arg(long, value_name = "DIR", conflicts_with = "plain")]
    pub(crate) frames: Option<PathBuf>,

    /// Write frames of this kind
    #[arg(long, value_enum, default_value_t = FrameKind::Txt, value_name = "KIND", requires = "frames")]
    pub(crate) frames_as: FrameKind,
}

/// What a frame is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FrameKind {
    /// Plain text
    #[default]
    Txt,
    /// A picture of the text, with colours
    Svg,
}
