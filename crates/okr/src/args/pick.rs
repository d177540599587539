//! What is picked from a list of goals: the flags that `okr list`, `okr objective list` and
//! `okr kr list` share; and the order, which other lists have as well.

use clap::Args;
use okr_core::text::Tag;

use super::parse;

/// Which goals are picked from a list.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct PickArgs {
    /// Only objectives or key results with this tag; given several times, with all of them
    #[arg(long = "tag", value_name = "TAG", value_parser = parse::tag)]
    pub(crate) tags: Vec<Tag>,

    /// Only key results without a check-in for so many days, or more
    #[arg(long, value_name = "DAYS", value_parser = parse_days, allow_negative_numbers = true)]
    pub(crate) stale: Option<u16>,

    #[command(flatten)]
    pub(crate) order: OrderArgs,
}

fn parse_days(text: &str) -> Result<u16, String> {
    let days = text.parse().ok().filter(|days| *days > 0);
    days.ok_or_else(|| format!("a whole number of days, from 1 to {}", u16::MAX))
}

/// In which order things are listed.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct OrderArgs {
    /// Sort by a column, such as progress, owner or due, then by the next one; a - before it turns
    /// it round
    #[arg(long, value_name = "KEY[,-KEY]", allow_hyphen_values = true)]
    pub(crate) sort: Option<String>,
}
