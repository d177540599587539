//! Arguments of `okr close`, `okr grade` and `okr carry`.

use clap::Args;
use okr_core::text::LongText;
use okr_core::value::Score;

use super::goal::Reason;
use super::parse;
use crate::help;

/// Arguments of `okr close`.
#[derive(Args, Debug)]
#[command(after_help = help::CLOSE)]
pub(crate) struct CloseArgs {
    /// An objective or key result: a slug, a short id or a full id
    #[arg(value_name = "REF")]
    pub(crate) reference: String,

    /// The grade, 0 to 1 or in percent; the progress unless said otherwise
    #[arg(long, value_name = "SCORE", value_parser = parse::score)]
    pub(crate) score: Option<Score>,

    /// What was learned: the reflection of an objective, the reason of a key result
    #[arg(short = 'm', long, value_name = "TEXT", value_parser = parse::long_text, allow_hyphen_values = true)]
    pub(crate) reflection: Option<LongText>,

    /// Write what was learned in your editor
    #[arg(long)]
    pub(crate) edit: bool,

    /// End the open key results of an objective with it, with their progress as score
    #[arg(long)]
    pub(crate) with_krs: bool,

    /// Why it gets this score; kept in history for ever
    #[arg(long, value_name = "TEXT", value_parser = parse::long_text, allow_hyphen_values = true)]
    pub(crate) reason: Option<LongText>,
}

/// Arguments of `okr grade`.
#[derive(Args, Debug)]
#[command(after_help = help::GRADE)]
pub(crate) struct GradeArgs {
    /// An objective or key result: a slug, a short id or a full id
    #[arg(value_name = "REF")]
    pub(crate) reference: String,

    /// The grade, 0 to 1 or in percent
    #[arg(value_name = "SCORE", value_parser = parse::score, allow_negative_numbers = true)]
    pub(crate) score: Option<Score>,

    /// Take the suggested score: the progress, or what the scores of key results add up to
    #[arg(long, conflicts_with = "score")]
    pub(crate) auto: bool,

    /// End the open key results of an objective with it, with their progress as score
    #[arg(long)]
    pub(crate) with_krs: bool,

    /// Why it gets this score; asked for where a score is put right
    #[arg(short = 'm', long, value_name = "TEXT", value_parser = parse::long_text, allow_hyphen_values = true)]
    pub(crate) reason: Option<LongText>,
}

/// Arguments of `okr carry`.
#[derive(Args, Debug)]
#[command(after_help = help::CARRY)]
pub(crate) struct CarryArgs {
    /// Objectives: slugs, short ids or full ids
    #[arg(value_name = "REF", required_unless_present = "all_open")]
    pub(crate) references: Vec<String>,

    /// The cycle that they go on in
    #[arg(long, value_name = "CYCLE")]
    pub(crate) to: String,

    /// Carry every objective of the current cycle (or that of -c) that is open
    #[arg(long, conflicts_with = "references")]
    pub(crate) all_open: bool,

    /// Begin where the last value is: it becomes the baseline, and what is done of a checklist goes
    #[arg(long, overrides_with = "keep_target")]
    pub(crate) rebase: bool,

    /// Keep baseline and target as they are; this is what happens unless --rebase is given
    #[arg(long, overrides_with = "rebase")]
    pub(crate) keep_target: bool,

    /// Write the objectives as drafts
    #[arg(long)]
    pub(crate) draft: bool,

    #[command(flatten)]
    pub(crate) reason: Reason,
}
