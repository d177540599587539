//! Arguments of `okr import`.

use std::path::PathBuf;

use clap::Args;

use crate::help;

/// Arguments of `okr import`.
#[derive(Args, Debug)]
#[command(after_help = help::IMPORT)]
pub(crate) struct ImportArgs {
    /// YAML plan-and-history files (- is standard input), or one file that okr export --events wrote
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}
