//! Arguments of the commands that begin: init, clone, login, workspace.

use std::path::PathBuf;

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

impl InitArgs {
    /// Everything else as it is unless said otherwise.
    pub(crate) fn named(workspace_name: &str) -> Self {
        Self {
            workspace_name: workspace_name.to_owned(),
            name: None,
            time_zone: None,
            handle: None,
            person: None,
            email: None,
        }
    }
}

/// Arguments of `okr clone`.
#[derive(Args, Debug)]
#[command(after_help = help::CLONE)]
pub(crate) struct CloneArgs {
    #[arg(help = "The server, such as https://okr.acme.dev or http://127.0.0.1:7443")]
    pub(crate) url: String,

    /// The name of the new workspace; made from the organisation's name unless said otherwise
    pub(crate) workspace_name: Option<String>,

    #[command(flatten)]
    pub(crate) credential: Credential,
}

/// Arguments of `okr login`.
#[derive(Args, Debug)]
#[command(after_help = help::LOGIN)]
pub(crate) struct LoginArgs {
    /// The server; the one the workspace already has unless said otherwise
    pub(crate) url: Option<String>,

    #[command(flatten)]
    pub(crate) credential: Credential,
}

/// How somebody proves who they are. A code works once, so it may stand on the command line; a
/// token never may.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Login")]
pub(crate) struct Credential {
    /// A one-time code from an administrator
    #[arg(long, value_name = "CODE", group = "credential")]
    pub(crate) code: Option<String>,

    /// Read the one-time code from standard input
    #[arg(long, group = "credential")]
    pub(crate) code_stdin: bool,

    /// Read a token from standard input
    #[arg(long, group = "credential")]
    pub(crate) token_stdin: bool,

    #[arg(
        long,
        value_name = "FILE",
        group = "credential",
        help = "Read a token from this file [env: OKR_TOKEN_FILE, OKR_TOKEN]"
    )]
    pub(crate) token_file: Option<PathBuf>,

    /// Trust the authorities of this PEM file beside those of the system; "system" forgets them
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_cert: Option<PathBuf>,

    /// Show the certificate of this PEM file to a server that asks for one
    #[arg(long, value_name = "FILE", requires = "client_key")]
    pub(crate) client_cert: Option<PathBuf>,

    /// The private key of that certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub(crate) client_key: Option<PathBuf>,

    /// What this device is called on the server; the host's name unless said otherwise
    #[arg(long, value_name = "NAME")]
    pub(crate) device: Option<String>,
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
    /// Set the default workspace, or the one of this directory
    Use(WorkspaceUseArgs),
    /// Show how the workspace stands
    #[command(after_help = help::WORKSPACE_SHOW)]
    Show,
    /// Print the directory of the workspace
    #[command(after_help = help::WORKSPACE_PATH)]
    Path,
    /// Give a workspace another name
    Rename(WorkspaceRenameArgs),
    /// Delete a workspace from this machine
    Remove(WorkspaceRemoveArgs),
}

/// Arguments of `okr workspace use`.
#[derive(Args, Debug)]
#[command(after_help = help::WORKSPACE_USE)]
pub(crate) struct WorkspaceUseArgs {
    /// The name of a workspace of this machine
    pub(crate) workspace_name: String,

    /// Only in this directory and below it, by .okr.toml
    #[arg(long)]
    pub(crate) here: bool,
}

/// Arguments of `okr workspace rename`.
#[derive(Args, Debug)]
#[command(after_help = help::WORKSPACE_RENAME)]
pub(crate) struct WorkspaceRenameArgs {
    /// The name of a workspace of this machine
    pub(crate) workspace_name: String,

    /// Its new name
    #[arg(value_name = "NAME")]
    pub(crate) new_name: String,
}

/// Arguments of `okr workspace remove`.
#[derive(Args, Debug)]
#[command(after_help = help::WORKSPACE_REMOVE)]
pub(crate) struct WorkspaceRemoveArgs {
    /// The name of a workspace of this machine
    pub(crate) workspace_name: String,

    /// Delete the copy of the history and the token; the server keeps what it has
    #[arg(long)]
    pub(crate) delete_data: bool,

    /// The name once more, where nobody can be asked for it
    #[arg(long, value_name = "NAME")]
    pub(crate) confirm: Option<String>,
}

impl Credential {
    /// Says whether a login names certificates: whom to trust, or what to show.
    pub(crate) const fn names_certificates(&self) -> bool {
        self.ca_cert.is_some() || self.client_cert.is_some()
    }
}
