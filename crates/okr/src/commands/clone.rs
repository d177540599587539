//! `okr clone`: a workspace that is a replica of a server.

use std::fs;

use okr_core::view::View as _;
use okr_replica::{NewReplica, Replica};

use super::counted;
use super::init;
use super::login::{self, Login, LoginItem};
use crate::args::CloneArgs;
use crate::config::WorkspaceConfig;
use crate::context::Context;
use crate::error::CliError;
use crate::exchange;
use crate::exit::Exit;
use crate::failure;
use crate::slug;
use crate::workspace::{Places, Workspace};

pub(crate) fn run(context: &mut Context, args: &CloneArgs) -> Result<Exit, CliError> {
    // A code works once, so whatever can be refused is refused before it is used.
    refuse_taken(context, args)?;
    let mut settings = WorkspaceConfig::default();
    settings.take_certificates(&args.credential);
    let options = settings.grpc_options();
    let login = login::log_in(context, (&args.credential, None), (&args.url, &options))?;
    let started = start(context, args, (&login, &settings)).and_then(|workspace| {
        let token_file = login::keep(&workspace, &login)?;
        Ok((workspace, token_file))
    });
    let (workspace, token_file) = match started {
        Ok(started) => started,
        Err(error) => return Err(login.undone(error)),
    };
    context.choose(workspace.clone());
    let mut item = LoginItem::new(&login, &args.url, token_file);
    let mut replica = context.replica()?;
    let fetched = exchange::exchange_with(context, &mut replica, &login.token, &args.url);
    let report = match fetched {
        Ok(report) => report,
        Err(error) => {
            let said = item.text(&login, &context.present(&replica)?.1);
            context.ui.note(said.trim_end());
            let hint = format!(
                "what came is kept; okr sync -w {} goes on from there",
                workspace.name
            );
            return Err(error.with_hint(hint));
        }
    };
    // What happened before somebody came is no news to them.
    replica.see_inbox(report.head).map_err(failure::replica)?;
    let clock = context.present(&replica)?.1;
    drop(replica);
    let workspace = settle(context, args, workspace)?;
    item.token_file = item.token_file.map(|_| login::token_file(&workspace));
    init::prefer(context, &workspace)?;
    let frame = crate::ui::Context {
        workspace: workspace.name.clone(),
        ..context.plain_frame()
    };
    context.ui.answer(&frame, std::slice::from_ref(&item), |_| {
        format!(
            "{}fetched {}, verified, head {}\nworkspace {}  {}\n",
            item.text(&login, &clock),
            counted(report.pulled, "change"),
            report.head,
            workspace.name,
            workspace.directory.display()
        )
    });
    context.ui.hint("okr cycle list, okr checkin KR VALUE");
    Ok(Exit::Ok)
}

/// Refuses a name that is taken.
fn refuse_taken(context: &Context, args: &CloneArgs) -> Result<(), CliError> {
    let Some(name) = &args.workspace_name else {
        return Ok(());
    };
    if !context.places.workspace(name)?.is_founded() {
        return Ok(());
    }
    let message = format!("there is a workspace \"{name}\" already");
    let hint =
        format!("okr sync -w {name} goes on where a clone broke off; or choose another name");
    Err(CliError::user("workspace-exists", message).with_hint(hint))
}

/// Creates the workspace under its name, or under the server's until the organisation's is known.
fn start(
    context: &Context,
    args: &CloneArgs,
    (login, settings): (&Login, &WorkspaceConfig),
) -> Result<Workspace, CliError> {
    let workspace = match &args.workspace_name {
        Some(name) => context.places.workspace(name)?,
        None => free(&context.places, &by_host(&args.url))?,
    };
    let new = NewReplica {
        org: login.identity.org,
        me: login.identity.person,
        remote: Some(login.remote(&args.url)),
    };
    let created = Replica::create(&workspace.directory, &new)
        .map_err(|error| failure::not_made(error, &workspace.directory))?;
    drop(created);
    workspace.save_config(settings)?;
    Ok(workspace)
}

/// Gives the workspace the name of its organisation, unless another one was asked for.
fn settle(
    context: &mut Context,
    args: &CloneArgs,
    workspace: Workspace,
) -> Result<Workspace, CliError> {
    if args.workspace_name.is_some() {
        return Ok(workspace);
    }
    let replica = context.replica()?;
    let (reading, _) = context.present(&replica)?;
    let Some(org) = reading.org().map_err(failure::replica)? else {
        return Ok(workspace);
    };
    let name = slug::from_title(org.name.as_str(), &workspace.name, |_| false).to_string();
    drop(org);
    drop(reading);
    drop(replica);
    if name == workspace.name {
        return Ok(workspace);
    }
    let settled = free(&context.places, &name)?;
    // Where it cannot be renamed it keeps working under the name that it has.
    if fs::rename(&workspace.directory, &settled.directory).is_err() {
        return Ok(workspace);
    }
    context.choose(settled.clone());
    Ok(settled)
}

fn by_host(url: &str) -> String {
    let host = failure::host(url);
    slug::from_title(host, "server", |_| false).to_string()
}

/// Finds a name that no workspace has.
fn free(places: &Places, name: &str) -> Result<Workspace, CliError> {
    let taken = |name: &str| {
        places
            .workspace(name)
            .is_ok_and(|workspace| workspace.directory.exists())
    };
    let name = slug::from_title(name, "server", taken);
    places.workspace(name.as_str())
}
