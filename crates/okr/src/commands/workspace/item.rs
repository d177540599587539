//! Workspaces, for programs.

use std::fs;
use std::path::Path;

use okr_replica::{Replica, ReplicaInfo};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::commands::counted;
use crate::error::CliError;
use crate::failure;
use crate::render::Screen;
use crate::ui::Item;
use crate::workspace::Workspace;

/// A workspace in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct WorkspaceItem {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) default: bool,
}

impl Item for WorkspaceItem {
    const TYPE: &'static str = "workspace";
    const SCHEMA: &'static str = "WorkspaceList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}

impl WorkspaceItem {
    pub(super) fn new(workspace: &Workspace, default: bool) -> Self {
        Self {
            name: workspace.name.clone(),
            path: shown(&workspace.directory),
            default,
        }
    }
}

/// How a workspace stands, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct StandingItem {
    name: String,
    path: String,
    org: Uuid,
    person: Uuid,
    server: Option<String>,
    /// Whether a token is kept for it.
    logged_in: bool,
    synced_at: Option<String>,
    /// The newest confirmed position.
    head: u64,
    pub(super) pending: usize,
    pub(super) conflicts: usize,
    /// What its files take, in bytes.
    bytes: u64,
}

impl Item for StandingItem {
    const TYPE: &'static str = "workspace_standing";
    const SCHEMA: &'static str = "WorkspaceStandingList";

    fn id(&self) -> Option<Uuid> {
        Some(self.org)
    }
}

impl StandingItem {
    /// Looks at a workspace.
    ///
    /// # Errors
    /// When its replica cannot be read.
    pub(super) fn read(workspace: &Workspace) -> Result<Self, CliError> {
        let replica = Replica::open_to_read(&workspace.directory).map_err(failure::replica)?;
        let info = replica.info().map_err(failure::replica)?;
        Ok(Self::new(workspace, &info))
    }

    fn new(workspace: &Workspace, info: &ReplicaInfo) -> Self {
        Self {
            name: workspace.name.clone(),
            path: shown(&workspace.directory),
            org: info.org.uuid(),
            person: info.me.uuid(),
            server: info.remote.as_ref().map(|remote| remote.url.clone()),
            logged_in: workspace.token_file().exists(),
            synced_at: info.synced_at.map(|then| then.to_string()),
            head: info.head.get(),
            pending: info.pending,
            conflicts: info.conflicts,
            bytes: bytes(&workspace.directory),
        }
    }

    pub(super) fn text(&self, screen: &Screen) -> String {
        let server = match (&self.server, self.logged_in) {
            (None, _) => "none; everything is on this machine".to_owned(),
            (Some(url), false) => format!("{url}  not logged in"),
            (Some(url), true) => url.clone(),
        };
        let waiting = format!(
            "{}, {}",
            counted(self.pending, "change"),
            counted(self.conflicts, "conflict")
        );
        let mut text = String::new();
        for (label, value) in [
            ("workspace", self.name.clone()),
            ("path", self.path.clone()),
            ("size", format!("{} KiB", self.bytes.div_ceil(1024))),
            ("server", server),
            (
                "synced",
                self.synced_at.clone().unwrap_or_else(|| "never".to_owned()),
            ),
            ("confirmed", counted(self.head, "change")),
            ("waiting", waiting),
        ] {
            let line = if screen.terminal {
                format!("{label:<13} {value}\n")
            } else {
                format!("{label}\t{value}\n")
            };
            text.push_str(&line);
        }
        text
    }
}

/// Adds up the sizes of the files in a directory; those that cannot be looked at count nothing.
fn bytes(directory: &Path) -> u64 {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.metadata().ok())
        .filter(fs::Metadata::is_file)
        .map(|metadata| metadata.len())
        .sum()
}

/// Writes a path for people.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}
