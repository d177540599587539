//! Arguments of the commands that prove the history: verify, anchor.

use std::path::PathBuf;

use clap::Args;

use crate::help;

/// Arguments of `okr verify`.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = help::VERIFY)]
pub(crate) struct VerifyArgs {
    /// Check that the history goes on from the checkpoints in this file, as okr anchor writes them
    #[arg(long, value_name = "FILE")]
    pub(crate) anchor: Vec<PathBuf>,

    /// Leave out what takes longest: making everything that is derived from the records again
    #[arg(long)]
    pub(crate) quick: bool,
}

/// Arguments of `okr anchor`.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = help::ANCHOR)]
pub(crate) struct AnchorArgs {
    /// Add the checkpoint to this file, unless it is there already
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<PathBuf>,
}
