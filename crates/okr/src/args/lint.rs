//! Arguments of `okr lint`.

use clap::{Args, ValueEnum};

use crate::help;

/// Arguments of `okr lint`.
#[derive(Args, Clone, Debug)]
#[command(after_help = help::LINT)]
pub(crate) struct LintArgs {
    /// Only this rule; may be given several times
    #[arg(long, value_enum, value_name = "NAME")]
    pub(crate) rule: Vec<LintRule>,

    /// End with exit code 3 when something was found
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// What makes a goal or cycle weak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub(crate) enum LintRule {
    /// A cycle that began without being opened: nobody is committed to anything
    Uncommitted,
    /// A cycle that is past its end and still open
    Unclosed,
    /// A goal whose owner has left
    NoOwner,
    /// An objective that nothing measures
    NoKeyResult,
    /// An objective with more than five key results
    ManyKeyResults,
    /// An objective whose key results all have the weight 0
    Weightless,
    /// An objective that supports nothing and that nothing supports, where others do
    Orphan,
    /// A key result whose target is its baseline
    NoBaseline,
    /// A key result that is a task: done or not, and nothing changes by it
    TaskLike,
    /// A key result on which nobody has ever reported
    NoCheckIn,
    /// A key result without a check-in for two cadences
    Stale,
}

impl LintRule {
    /// Returns the word for it, as it is typed.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Uncommitted => "uncommitted",
            Self::Unclosed => "unclosed",
            Self::NoOwner => "no-owner",
            Self::NoKeyResult => "no-key-result",
            Self::ManyKeyResults => "many-key-results",
            Self::Weightless => "weightless",
            Self::Orphan => "orphan",
            Self::NoBaseline => "no-baseline",
            Self::TaskLike => "task-like",
            Self::NoCheckIn => "no-check-in",
            Self::Stale => "stale",
        }
    }
}
