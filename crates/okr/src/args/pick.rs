//! What is picked from a list of goals: the flags that `okr list`, `okr objective list` and
//! `okr kr list` share.

use clap::Args;
use okr_core::text::Tag;

use super::parse;

/// Which goals are picked from a list.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct PickArgs {
    /// Only objectives or key results with this tag; given several times, with all of them
    #[arg(long = "tag", value_name = "TAG", value_parser = parse::tag)]
    pub(crate) tags: Vec<Tag>,
}
