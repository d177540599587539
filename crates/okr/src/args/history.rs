//! Arguments of the commands that ask what changed, and who did it.

use clap::Args;

use crate::help;

/// Arguments of `okr diff`.
#[derive(Args, Clone, Debug)]
#[command(after_help = help::DIFF)]
pub(crate) struct DiffArgs {
    /// The moments A..B; A alone, or A.., means until now, and nothing at all the current week. Then
    /// the objectives, key results, teams and cycles to compare; without any, everything
    #[arg(value_name = "A[..B]|REF")]
    pub(crate) words: Vec<String>,

    /// Show numbers only: how much differs
    #[arg(long)]
    pub(crate) stat: bool,

    /// Exit with 3 when anything differs, and with 0 when nothing does
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// Arguments of `okr blame`.
#[derive(Args, Clone, Debug)]
#[command(after_help = help::BLAME)]
pub(crate) struct BlameArgs {
    /// An objective, key result, team, cycle, check-in or person; with a dot and the name of a field
    /// that field alone, with all that it was before
    #[arg(value_name = "REF[.FIELD]")]
    pub(crate) reference: String,
}
