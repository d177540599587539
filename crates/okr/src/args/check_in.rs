//! Arguments of `okr checkin`.

use clap::{Args, Subcommand};
use okr_core::blocker::BlockerReport;
use okr_core::text::{BlockerText, LongText};
use okr_core::value::Confidence;

use super::parse;
use crate::help;

/// Arguments of `okr checkin`.
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = help::CHECKIN
)]
pub(crate) struct CheckInArgs {
    #[command(subcommand)]
    pub(crate) command: Option<CheckInCommand>,

    #[command(flatten)]
    pub(crate) record: RecordArgs,
}

/// What can be done with check-ins that were recorded.
#[derive(Debug, Subcommand)]
pub(crate) enum CheckInCommand {
    /// Correct a check-in; what it said before stays in history
    Amend(AmendArgs),
    /// Take a check-in back; it stays in history
    Retract(RetractArgs),
    /// List the check-ins of a key result
    #[command(visible_alias = "ls")]
    List(CheckInListArgs),
}

/// What is reported, on what.
#[derive(Args, Debug)]
pub(crate) struct RecordArgs {
    /// The key result: a slug, a short id or a full id; without one you are asked about each that is
    /// due
    #[arg(value_name = "KR")]
    pub(crate) key_result: Option<String>,

    #[command(flatten)]
    pub(crate) walk: WalkArgs,

    /// The value: 42, +5, -3, 45%, 1.2k, 30min, 3/5, done; milestones 1,3 or +2; fail, commit, target
    /// or stretch (okr help values)
    #[arg(value_name = "VALUE", value_parser = parse::value_text, allow_negative_numbers = true)]
    pub(crate) value: Option<String>,

    /// How sure you are that the target will be met: 0 (no chance) to 10 (certain)
    #[arg(short = 'C', long, value_name = "0-10", value_parser = parse::confidence, allow_negative_numbers = true, requires = "value")]
    pub(crate) confidence: Option<Confidence>,

    /// What is behind the number
    #[arg(short = 'm', long, value_name = "TEXT", value_parser = parse::long_text, allow_hyphen_values = true, requires = "value")]
    pub(crate) note: Option<LongText>,

    /// Write the note in your editor
    #[arg(long, requires = "value")]
    pub(crate) edit: bool,

    #[command(flatten)]
    pub(crate) blocker: BlockerArgs,

    /// The day on which the value was true; today unless said otherwise
    #[arg(long, value_name = "DATE", requires = "value")]
    pub(crate) on: Option<String>,
}

/// Which key results are gone through when none is named.
#[derive(Args, Debug)]
pub(crate) struct WalkArgs {
    /// Go through what is due; so it is without a key result
    #[arg(long, conflicts_with_all = ["key_result", "all"])]
    pub(crate) due: bool,

    /// Go through what is not due as well
    #[arg(long, conflicts_with = "key_result")]
    pub(crate) all: bool,

    /// Go through your own key results even where a team is named
    #[arg(long, conflicts_with = "key_result")]
    pub(crate) mine: bool,
}

/// What is said of a blocker.
#[derive(Args, Debug)]
pub(crate) struct BlockerArgs {
    /// What stands in the way, up to 1,000 characters; it stands until a check-in says otherwise
    #[arg(long, value_name = "TEXT", value_parser = parse::blocker, allow_hyphen_values = true, conflicts_with = "unblocked")]
    pub(crate) blocker: Option<BlockerText>,

    /// Nothing stands in the way any more
    #[arg(long)]
    pub(crate) unblocked: bool,
}

impl BlockerArgs {
    /// Returns what is said; none: nothing.
    pub(crate) fn report(&self) -> Option<BlockerReport> {
        let lifted = self.unblocked.then_some(BlockerReport::Lifted);
        self.blocker.clone().map(BlockerReport::Stands).or(lifted)
    }
}

/// Arguments of `okr checkin amend`.
#[derive(Args, Debug)]
#[command(after_help = help::CHECKIN_AMEND)]
pub(crate) struct AmendArgs {
    /// The check-in by id, or a key result for its latest one
    #[arg(value_name = "REF")]
    pub(crate) reference: String,

    /// The value that it should have said
    #[arg(long, value_name = "VALUE", value_parser = parse::value_text, allow_negative_numbers = true)]
    pub(crate) value: Option<String>,

    /// The confidence that it should have said, 0 to 10
    #[arg(short = 'C', long, value_name = "0-10", value_parser = parse::confidence, allow_negative_numbers = true)]
    pub(crate) confidence: Option<Confidence>,

    /// The note that it should have had
    #[arg(short = 'm', long, value_name = "TEXT", value_parser = parse::long_text, allow_hyphen_values = true)]
    pub(crate) note: Option<LongText>,

    #[command(flatten)]
    pub(crate) blocker: BlockerArgs,

    /// It should have said nothing of a blocker
    #[arg(long, conflicts_with_all = ["blocker", "unblocked"])]
    pub(crate) no_blocker: bool,

    /// The day on which the value was true
    #[arg(long, value_name = "DATE")]
    pub(crate) on: Option<String>,

    /// Why it is corrected
    #[arg(long, value_name = "TEXT", value_parser = parse::long_text)]
    pub(crate) reason: Option<LongText>,
}

/// Arguments of `okr checkin retract`.
#[derive(Args, Debug)]
#[command(after_help = help::CHECKIN_RETRACT)]
pub(crate) struct RetractArgs {
    /// The check-in by id, or a key result for its latest one
    #[arg(value_name = "REF")]
    pub(crate) reference: String,

    /// Why it is taken back
    #[arg(short = 'm', long, value_name = "TEXT", value_parser = parse::long_text)]
    pub(crate) reason: LongText,
}

/// Arguments of `okr checkin list`.
#[derive(Args, Debug)]
#[command(after_help = help::CHECKIN_LIST)]
pub(crate) struct CheckInListArgs {
    /// The key result: a slug, a short id or a full id
    #[arg(value_name = "KR")]
    pub(crate) key_result: String,

    /// Show at most this many, the newest
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
}
