//! Arguments of the commands that prove the history: verify, anchor, audit.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::help;
use crate::parse::Honours;

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

/// Arguments of `okr audit`.
#[derive(Args, Debug)]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    pub(crate) command: AuditCommand,
}

impl AuditArgs {
    /// Returns what the command can honour of the flags that every command takes.
    pub(crate) const fn honours(&self) -> Honours {
        match self.command {
            AuditCommand::Export(_) => Honours::MANAGES,
            AuditCommand::Verify(_) => Honours {
                workspace: false,
                ..Honours::MANAGES
            },
        }
    }
}

/// What can be done with a bundle.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Write the history with its proof into a directory that anybody can check
    #[command(after_help = help::AUDIT_EXPORT)]
    Export(AuditExportArgs),
    /// Check such a directory; no workspace and no server needed
    #[command(after_help = help::AUDIT_VERIFY)]
    Verify(AuditVerifyArgs),
}

/// Arguments of `okr audit export`.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct AuditExportArgs {
    /// Write into this directory, which must not exist or be empty
    #[arg(long, value_name = "DIR")]
    pub(crate) to: Option<PathBuf>,

    /// Only changes about this and what belongs to it; may be given several times
    #[arg(long, value_name = "REF")]
    pub(crate) about: Vec<String>,

    /// Only changes recorded from this moment on
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,

    /// Only changes recorded up to this moment
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<String>,
}

/// Arguments of `okr audit verify`.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct AuditVerifyArgs {
    /// The directory that okr audit export wrote
    #[arg(value_name = "DIR")]
    pub(crate) bundle: PathBuf,

    /// Demand that this key signed it: the verifier key that okr whoami shows
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
}
