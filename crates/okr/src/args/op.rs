//! Arguments of `okr op`.

use clap::{Args, Subcommand};

use super::read::{Limit, parse_limit};
use crate::help;

/// Arguments of `okr op`.
#[derive(Args, Debug)]
pub(crate) struct OpArgs {
    #[command(subcommand)]
    pub(crate) command: OpCommand,
}

/// What can be done with operations.
#[derive(Debug, Subcommand)]
pub(crate) enum OpCommand {
    /// List the commands that wrote, the newest first
    Log(OpLogArgs),
    /// Show one of them, and what became of its changes
    Show(OpShowArgs),
}

/// Arguments of `okr op log`.
#[derive(Args, Debug)]
#[command(after_help = help::OP_LOG)]
pub(crate) struct OpLogArgs {
    /// Show at most this many, or "all"
    #[arg(long, value_name = "N", default_value = "20", value_parser = parse_limit, allow_negative_numbers = true)]
    pub(crate) limit: Limit,

    /// Only those from this moment on; a date means its beginning
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
}

/// Arguments of `okr op show`.
#[derive(Args, Debug)]
#[command(after_help = help::OP_SHOW)]
pub(crate) struct OpShowArgs {
    /// The operation, as `okr op log` shows it
    #[arg(value_name = "OP")]
    pub(crate) operation: String,
}
