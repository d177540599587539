//! `okr workspace`: what replicas are on this machine, and which one is used.

mod item;
mod remove;

use crate::args::{WorkspaceArgs, WorkspaceCommand, WorkspaceRenameArgs, WorkspaceUseArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::settings::{self, Settings};
use item::shown;
pub(super) use item::{StandingItem, WorkspaceItem};

/// Runs `okr workspace`.
///
/// # Errors
/// When there is no such workspace, or a file cannot be read or written.
pub(crate) fn run(context: &mut Context, args: &WorkspaceArgs) -> Result<Exit, CliError> {
    match &args.command {
        WorkspaceCommand::List => list(context),
        WorkspaceCommand::Use(args) => set_default(context, args),
        WorkspaceCommand::Show => show(context),
        WorkspaceCommand::Path => path(context),
        WorkspaceCommand::Rename(args) => rename(context, args),
        WorkspaceCommand::Remove(args) => remove::run(context, args),
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
    let key = settings::find("workspace")?;
    let file = super::config::file(context, args.here)?;
    let before = Settings::load(&context.places.config_file, None)?;
    let before = before.get(key.name).map(|(name, _)| name.to_owned());
    settings::set(&file, key, &workspace.name)?;
    let items = [WorkspaceItem::new(&workspace, true)];
    let frame = context.plain_frame();
    context.ui.answer(&frame, &items, |screen| {
        let name = &workspace.name;
        match before {
            _ if args.here => format!("workspace here and below: {name}  ({})", file.display()),
            Some(before) if before != *name => {
                format!("default workspace: {before} {} {name}", screen.arrow())
            }
            Some(_) | None => format!("default workspace: {name}"),
        }
    });
    warn_of_stronger(context, &workspace.name)?;
    Ok(Exit::Ok)
}

/// Says when something stronger than what was just set names another workspace.
fn warn_of_stronger(context: &mut Context, name: &str) -> Result<(), CliError> {
    let variable = context.environment.variable(crate::environment::WORKSPACE);
    let stronger = if let Some(named) = variable {
        Some((named.to_owned(), "OKR_WORKSPACE".to_owned()))
    } else {
        let directory = context.environment.directory();
        let settings = Settings::load(&context.places.config_file, directory)?;
        let found = settings.get("workspace");
        found.map(|(named, place)| (named.to_owned(), place.to_string()))
    };
    if let Some((named, by)) = stronger.filter(|(named, _)| named != name) {
        context
            .ui
            .warning(&format!("{by} is stronger here and names {named}"));
    }
    Ok(())
}

fn show(context: &mut Context) -> Result<Exit, CliError> {
    let workspace = context.workspace()?.clone();
    let item = StandingItem::read(&workspace)?;
    let frame = context.plain_frame();
    context
        .ui
        .answer(&frame, std::slice::from_ref(&item), |screen| {
            item.text(screen)
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

fn rename(context: &mut Context, args: &WorkspaceRenameArgs) -> Result<Exit, CliError> {
    let old = context.places.choose(Some(&args.workspace_name))?;
    let new = context.places.workspace(&args.new_name)?;
    if new.directory.exists() {
        let message = format!("there is a workspace \"{}\" already", new.name);
        return Err(CliError::user("workspace-exists", message)
            .with_hint("okr workspace list shows the names in use"));
    }
    std::fs::rename(&old.directory, &new.directory).map_err(|error| {
        let message = format!("{} cannot be renamed", shown(&old.directory));
        CliError::config("workspace-not-renamed", message).caused_by(&error)
    })?;
    follow(context, &old.name, Some(&new.name))?;
    let items = [WorkspaceItem::new(&new, false)];
    let frame = context.plain_frame();
    context.ui.answer(&frame, &items, |screen| {
        format!("renamed: {} {} {}", old.name, screen.arrow(), new.name)
    });
    Ok(Exit::Ok)
}

/// Lets the settings that name a workspace name it by its new name, or no longer.
pub(super) fn follow(context: &mut Context, old: &str, new: Option<&str>) -> Result<(), CliError> {
    let key = settings::find("workspace")?;
    let file = context.places.config_file.clone();
    let directory = context
        .environment
        .directory()
        .map(std::path::Path::to_path_buf);
    let names_old = |settings: &Settings| settings.get(key.name).map(|(name, _)| name) == Some(old);
    if names_old(&Settings::load(&file, None)?) {
        match new {
            Some(new) => settings::set(&file, key, new)?,
            None => settings::unset(&file, key)?,
        }
    }
    let settings = Settings::load(&file, directory.as_deref())?;
    if names_old(&settings)
        && let Some((_, place)) = settings.get(key.name)
    {
        let text = format!("{place} still names {old}");
        context.ui.warning(&text);
        context.ui.hint("okr workspace use NAME --here, or edit it");
    }
    Ok(())
}
