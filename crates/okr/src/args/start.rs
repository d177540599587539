//! Arguments of the commands that begin: init, workspace.

use clap::{Args, Subcommand};

use crate::help;

/// Arguments of `okr init`.
#[derive(Args, Debug)]
#[command(after_help = help::INIT)]
pub(crate) struct InitArgs {
    /// The name of the workspace: letters, digits, hyphens
    pub(crate) workspace_name: String,

    /// The name of the organisation; the workspace's name unless said otherwise
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,

    /// The IANA time zone in which its days begin and end; this machine's unless said otherwise
    #[arg(long = "tz", value_name = "ZONE")]
    pub(crate) time_zone: Option<String>,

    /// Your short name, without the @; your login name unless said otherwise
    #[arg(long, value_name = "HANDLE")]
    pub(crate) handle: Option<String>,

    /// Your full name; the handle unless said otherwise
    #[arg(long, value_name = "TEXT")]
    pub(crate) person: Option<String>,

    /// Your e-mail address
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,
}

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
