//! Arguments that objectives, key results and other things share.

use clap::Args;
use okr_core::text::{LongText, Tag};
use okr_core::value::AmendmentCategory;

use super::parse;
use crate::help;

/// Why something is changed.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Reason {
    /// Why; kept in history for ever
    #[arg(short = 'm', long, value_name = "TEXT", value_parser = parse::long_text, allow_hyphen_values = true)]
    pub(crate) reason: Option<LongText>,

    /// What kind of amendment it is; asked for once the cycle was opened
    #[arg(long, value_name = "CATEGORY", value_parser = parse::amendment_category())]
    pub(crate) category: Option<AmendmentCategory>,
}

/// One thing, and why.
#[derive(Args, Debug)]
#[command(after_help = help::STEP)]
pub(crate) struct StepArgs {
    /// A slug, a short id or a full id
    #[arg(value_name = "REF")]
    pub(crate) reference: String,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// One or more things that come to an end or back, and why.
#[derive(Args, Debug)]
pub(crate) struct ArchiveArgs {
    /// Slugs, short ids or full ids
    #[arg(value_name = "REF", required = true)]
    pub(crate) references: Vec<String>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// One goal to give up, and why.
#[derive(Args, Debug)]
#[command(after_help = help::ABANDON)]
pub(crate) struct AbandonArgs {
    /// A slug, a short id or a full id
    #[arg(value_name = "REF")]
    pub(crate) reference: String,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// One goal and its tags.
#[derive(Args, Debug)]
#[command(after_help = help::TAG)]
pub(crate) struct TagArgs {
    /// A slug, a short id or a full id
    #[arg(value_name = "REF")]
    pub(crate) reference: String,

    /// Tags: lower-case letters, digits, hyphens
    #[arg(value_name = "TAG", required = true, value_parser = parse::tag)]
    pub(crate) tags: Vec<Tag>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}
