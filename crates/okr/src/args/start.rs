//! Arguments of the commands that begin: what is on this machine.

use clap::{Args, Subcommand};

use crate::help;

/// Arguments of `okr workspace`.
#[derive(Args, Debug)]
pub(crate) struct WorkspaceArgs {
    #[command(subcommand)]
    pub(crate) command: WorkspaceCommand,
}

/// What can be done with workspaces.
#[derive(Debug, Subcommand)]
pub(crate) enum WorkspaceCommand {
    /// List the workspaces of this machine
    #[command(visible_alias = "ls", after_help = help::WORKSPACE_LIST)]
    List,
    /// Set the default workspace
    Use(WorkspaceUseArgs),
    /// Print the directory of the workspace
    #[command(after_help = help::WORKSPACE_PATH)]
    Path,
}

/// Arguments of `okr workspace use`.
#[derive(Args, Debug)]
#[command(after_help = help::WORKSPACE_USE)]
pub(crate) struct WorkspaceUseArgs {
    /// The name of a workspace of this machine
    pub(crate) workspace_name: String,
}
