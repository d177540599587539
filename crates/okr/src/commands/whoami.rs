//! `okr whoami`: which person, workspace, server and login. Asks nobody but this machine.

use okr_core::view::View as _;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::counted;
use crate::context::Context;
use crate::credentials;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::render::{Screen, iso};
use crate::ui::Item;

/// Who somebody is here, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct WhoamiItem {
    person: Uuid,
    handle: Option<String>,
    name: Option<String>,
    email: Option<String>,
    role: Option<&'static str>,
    org: Uuid,
    org_name: Option<String>,
    workspace: String,
    path: String,
    server: Option<String>,
    logged_in: bool,
    token_from: Option<String>,
    synced_at: Option<String>,
    pending: usize,
    conflicts: usize,
}

impl Item for WhoamiItem {
    const TYPE: &'static str = "whoami";
    const SCHEMA: &'static str = "WhoamiList";

    fn id(&self) -> Option<Uuid> {
        Some(self.person)
    }
}

pub(crate) fn run(context: &mut Context) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let info = replica.info().map_err(failure::replica)?;
    let directory = replica.directory().map_err(failure::replica)?;
    let entry = directory.entries.get(&info.me);
    let (reading, clock) = context.present(&replica)?;
    let person = reading.person(info.me).map_err(failure::replica)?;
    let org = reading.org().map_err(failure::replica)?;
    let workspace = context.workspace()?.clone();
    let token = credentials::find(&context.environment, &workspace)?;
    let token_from = token.as_ref().map(|_| {
        let variable = credentials::variable(&context.environment);
        variable.map_or_else(
            || workspace.token_file().display().to_string(),
            str::to_owned,
        )
    });
    let item = WhoamiItem {
        person: info.me.uuid(),
        handle: entry.map(|entry| entry.handle.clone()),
        name: entry.map(|entry| entry.name.clone()),
        email: entry
            .map(|entry| entry.email.clone())
            .filter(|email| !email.is_empty()),
        role: person.map(|person| person.role.word()),
        org: info.org.uuid(),
        org_name: org.map(|org| org.name.to_string()),
        workspace: workspace.name.clone(),
        path: workspace.directory.display().to_string(),
        server: info.remote.map(|remote| remote.url),
        logged_in: token.is_some(),
        token_from,
        synced_at: info.synced_at.map(|then| iso(then, &clock.zone)),
        pending: info.pending,
        conflicts: info.conflicts,
    };
    drop(reading);
    let frame = context.frame(&replica, &clock)?;
    context
        .ui
        .answer(&frame, std::slice::from_ref(&item), |screen| {
            text(&item, screen)
        });
    Ok(Exit::Ok)
}

fn text(item: &WhoamiItem, screen: &Screen) -> String {
    let mut text = String::new();
    let mut line = |label: &str, value: String| {
        if screen.terminal {
            let line = format!("{label:<13} {value}\n");
            text.push_str(&line);
        } else {
            let line = format!("{label}\t{value}\n");
            text.push_str(&line);
        }
    };
    let handle = item.handle.as_ref().map(|handle| format!("@{handle}"));
    let name = item.name.clone().unwrap_or_default();
    let role = item.role.unwrap_or("no role yet");
    let who = handle.unwrap_or_else(|| item.person.to_string());
    line("you", format!("{who}  {name}  {role}"));
    let org = item.org_name.clone().unwrap_or_default();
    line("organisation", format!("{org}  {}", item.org));
    line("workspace", format!("{}  {}", item.workspace, item.path));
    line(
        "server",
        match (&item.server, item.logged_in) {
            (None, _) => "none; everything is on this machine".to_owned(),
            (Some(url), false) => format!("{url}  not logged in"),
            (Some(url), true) => url.clone(),
        },
    );
    if let Some(token) = &item.token_from {
        line("token", format!("from {token}"));
    }
    line(
        "synced",
        item.synced_at.clone().unwrap_or_else(|| "never".to_owned()),
    );
    line(
        "waiting",
        format!(
            "{}, {}",
            counted(item.pending, "change"),
            counted(item.conflicts, "conflict")
        ),
    );
    text
}
