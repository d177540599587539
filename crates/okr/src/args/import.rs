//! Arguments of `okr import`.

use std::path::PathBuf;

use clap::Args;

use crate::help;

/// Arguments of `okr import`.
#[derive(Args, Debug)]
#[command(after_help = help::IMPORT)]
pub(crate) struct ImportArgs {
    /// Plan-and-history files (YAML), or one history that okr export --events wrote; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}
