//! `okr workspace remove`: the only command that takes history off a machine.

use super::follow;
use super::item::{StandingItem, WorkspaceItem, shown};
use crate::args::WorkspaceRemoveArgs;
use crate::commands::counted;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;

pub(super) fn run(context: &mut Context, args: &WorkspaceRemoveArgs) -> Result<Exit, CliError> {
    let workspace = context.places.choose(Some(&args.workspace_name))?;
    let name = workspace.name.clone();
    // What cannot be read can be removed as well; then nobody knows what is lost.
    let standing = StandingItem::read(&workspace).ok();
    let lost = match &standing {
        Some(standing) if standing.pending + standing.conflicts > 0 => format!(
            "{} and {} are nowhere else and would be lost.",
            counted(standing.pending, "change"),
            counted(standing.conflicts, "conflict")
        ),
        Some(_) => "Every change of it is on the server as well.".to_owned(),
        None => "It cannot be read, so nobody knows what would be lost.".to_owned(),
    };
    if !args.delete_data {
        let message = format!(
            "a workspace is its data, in {}",
            shown(&workspace.directory)
        );
        return Err(CliError::usage("needs-delete-data", message)
            .with_detail(lost)
            .with_hint(format!(
                "okr workspace remove {name} --delete-data --confirm {name}   deletes it"
            )));
    }
    confirm(context, args, &lost)?;
    workspace.delete()?;
    follow(context, &name, None)?;
    let items = [WorkspaceItem::new(&workspace, false)];
    let frame = context.plain_frame();
    context
        .ui
        .answer(&frame, &items, |_| format!("removed: {name}"));
    Ok(Exit::Ok)
}

/// Wants the name of the workspace, from the flag or from somebody at a terminal; -y is not enough.
fn confirm(context: &mut Context, args: &WorkspaceRemoveArgs, lost: &str) -> Result<(), CliError> {
    let name = &args.workspace_name;
    let given = match &args.confirm {
        Some(given) => given.clone(),
        None if context.may_ask() => {
            let question = format!("{lost}\nType {name} to delete it: ");
            context.ask(&question)?
        }
        None => {
            let message = format!("deleting {name} needs its name once more");
            return Err(CliError::user("needs-confirm", message)
                .with_detail(lost)
                .with_hint(format!("add --confirm {name}")));
        }
    };
    if given == *name {
        return Ok(());
    }
    let message = format!("nothing was deleted: \"{given}\" is not \"{name}\"");
    Err(CliError::user("not-confirmed", message))
}
