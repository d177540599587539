//! `okr workspace`: what replicas are on this machine, and which one is used.

use std::path::Path;

use serde::Serialize;
use uuid::Uuid;

use crate::args::{WorkspaceArgs, WorkspaceCommand, WorkspaceUseArgs};
use crate::config;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::ui::Item;
use crate::workspace::Workspace;

/// A workspace in machine output.
#[derive(Serialize)]
struct WorkspaceItem {
    name: String,
    path: String,
    default: bool,
}

impl Item for WorkspaceItem {
    const TYPE: &'static str = "workspace";
    const SCHEMA: &'static str = "WorkspaceList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}

impl WorkspaceItem {
    fn new(workspace: &Workspace, default: bool) -> Self {
        Self {
            name: workspace.name.clone(),
            path: shown(&workspace.directory),
            default,
        }
    }
}

pub(crate) fn run(context: &mut Context, args: &WorkspaceArgs) -> Result<Exit, CliError> {
    match &args.command {
        WorkspaceCommand::List => list(context),
        WorkspaceCommand::Use(args) => set_default(context, args),
        WorkspaceCommand::Path => path(context),
    }
}

fn list(context: &mut Context) -> Result<Exit, CliError> {
    let default = context
        .workspace()
        .ok()
        .map(|workspace| workspace.name.clone());
    let items: Vec<WorkspaceItem> = context
        .places
        .workspaces()?
        .iter()
        .map(|workspace| {
            let is_default = default.as_ref() == Some(&workspace.name);
            WorkspaceItem::new(workspace, is_default)
        })
        .collect();
    let frame = context.plain_frame();
    context.ui.answer(&frame, &items, |_| {
        let width = items.iter().map(|item| item.name.len()).max().unwrap_or(0);
        let line = |item: &WorkspaceItem| {
            let mark = if item.default { '*' } else { ' ' };
            format!("{mark} {:width$}  {}\n", item.name, item.path)
        };
        items.iter().map(line).collect()
    });
    if items.is_empty() {
        context.ui.note("no workspace yet");
        context
            .ui
            .hint("okr init NAME, or okr clone URL --code CODE");
    }
    Ok(Exit::Ok)
}

fn set_default(context: &mut Context, args: &WorkspaceUseArgs) -> Result<Exit, CliError> {
    let workspace = context.places.choose(Some(&args.workspace_name))?;
    let mut config = context.places.user_config()?;
    let before = config.workspace.replace(workspace.name.clone());
    config::save(&context.places.config_file, &config)?;
    let items = [WorkspaceItem::new(&workspace, true)];
    let frame = context.plain_frame();
    context.ui.answer(&frame, &items, |_| match before {
        Some(before) if before != workspace.name => {
            format!("default workspace: {before} -> {}", workspace.name)
        }
        Some(_) | None => format!("default workspace: {}", workspace.name),
    });
    Ok(Exit::Ok)
}

fn path(context: &mut Context) -> Result<Exit, CliError> {
    let workspace = context.workspace()?.clone();
    let items = [WorkspaceItem::new(&workspace, false)];
    let frame = context.plain_frame();
    context
        .ui
        .answer(&frame, &items, |_| shown(&workspace.directory));
    Ok(Exit::Ok)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
