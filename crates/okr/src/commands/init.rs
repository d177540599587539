//! `okr init`: a workspace on this machine, without a server.

use jiff::tz::TimeZone;
use okr_core::decide::{Command, Proposal};
use okr_core::event::NewOrg;
use okr_core::id::{ChangeId, OrgId, PersonId};
use okr_core::text::{Name, TimeZoneName};
use okr_core::value::{CadenceDays, EditPolicy, Role, Source, ValueError, WeekStart};
use okr_replica::{DirectoryEntry, NewReplica, Proposed, Replica};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::args::InitArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::settings::{self, Settings};
use crate::slug;
use crate::ui::Item;
use crate::workspace::Workspace;
use crate::zone::{zone_given, zone_named};

/// A new workspace in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct NewWorkspaceItem {
    pub(super) workspace: String,
    pub(super) path: String,
    pub(super) org: Uuid,
    pub(super) person: Uuid,
    pub(super) handle: String,
}

impl Item for NewWorkspaceItem {
    const TYPE: &'static str = "new_workspace";
    const SCHEMA: &'static str = "NewWorkspaceList";

    fn id(&self) -> Option<Uuid> {
        Some(self.org)
    }
}

pub(crate) fn run(context: &mut Context, args: &InitArgs) -> Result<Exit, CliError> {
    let workspace = context.places.workspace(&args.workspace_name)?;
    if workspace.is_founded() {
        let message = format!("there is a workspace \"{}\" already", workspace.name);
        return Err(CliError::user("workspace-exists", message)
            .with_hint("choose another name; okr workspace list shows those in use"));
    }
    let Founded {
        org, me, handle, ..
    } = found(context, &workspace, args)?;
    prefer(context, &workspace)?;
    tell(context, &workspace, (org, me, handle));
    Ok(Exit::Ok)
}

/// A workspace that was begun, with its organisation and the one person in it.
pub(super) struct Founded {
    pub(super) replica: Replica,
    pub(super) org: OrgId,
    pub(super) me: PersonId,
    pub(super) handle: String,
}

/// Makes the replica of a workspace, with an organisation and the one person in it.
pub(super) fn found(
    context: &mut Context,
    workspace: &Workspace,
    args: &InitArgs,
) -> Result<Founded, CliError> {
    let new = new_org(workspace, args)?;
    let org = OrgId::new(context.new_uuid());
    let me = PersonId::new(context.new_uuid());
    let entry = entry(context, args, me)?;
    let today = zone_named(new.time_zone.as_str())?
        .to_datetime(context.now)
        .date();
    let proposal = Proposal {
        id: ChangeId::new(context.new_uuid()),
        authored_at: context.now,
        on_behalf_of: None,
        source: Source::Human,
        reason: None,
        amendment: None,
        commands: vec![
            Command::CreateOrg { id: org, new },
            Command::AddPerson {
                id: me,
                role: Role::Admin,
            },
        ],
    };
    let mut replica = create(workspace, org, me)?;
    context.begin_operation(&mut replica)?;
    match replica.propose(proposal, today).map_err(failure::replica)? {
        Proposed::Written(_) => {}
        Proposed::NothingToDo => return Err(CliError::internal("a new workspace had a history")),
        Proposed::Rejected(rejection) => return Err(failure::rejected(&rejection, None)),
    }
    replica
        .set_directory_entry(&entry)
        .map_err(failure::replica)?;
    Ok(Founded {
        replica,
        org,
        me,
        handle: entry.handle,
    })
}

fn new_org(workspace: &Workspace, args: &InitArgs) -> Result<NewOrg, CliError> {
    let zone = time_zone(args)?;
    let name = args.name.as_ref().unwrap_or(&workspace.name);
    Ok(NewOrg {
        name: Name::new(name.clone()).map_err(|error| bad_value("--name", &error))?,
        time_zone: TimeZoneName::new(zone).map_err(|error| bad_value("--tz", &error))?,
        week_start: WeekStart::Monday,
        edit_policy: EditPolicy::Everyone,
        reason_after_commitment: true,
        cadence: CadenceDays::WEEKLY,
    })
}

fn create(workspace: &Workspace, org: OrgId, me: PersonId) -> Result<Replica, CliError> {
    let new = NewReplica {
        org,
        me,
        remote: None,
    };
    Replica::create(&workspace.directory, &new)
        .map_err(|error| failure::not_made(error, &workspace.directory))
}

/// Makes a workspace the default one where there is none yet.
pub(super) fn prefer(context: &Context, workspace: &Workspace) -> Result<(), CliError> {
    let file = &context.places.config_file;
    if Settings::load(file, None)?.get("workspace").is_none() {
        settings::set(file, settings::find("workspace")?, &workspace.name)?;
    }
    Ok(())
}

fn tell(
    context: &mut Context,
    workspace: &Workspace,
    (org, me, handle): (OrgId, PersonId, String),
) {
    let items = [NewWorkspaceItem {
        workspace: workspace.name.clone(),
        path: workspace.directory.display().to_string(),
        org: org.uuid(),
        person: me.uuid(),
        handle: handle.clone(),
    }];
    let frame = crate::ui::Context {
        workspace: workspace.name.clone(),
        pending: 1,
        ..context.plain_frame()
    };
    context.ui.answer(&frame, &items, |_| {
        format!(
            "workspace     {}  {}\norganisation  {org}\nyou           {me}  @{handle}, admin\n",
            workspace.name,
            workspace.directory.display()
        )
    });
    context
        .ui
        .hint("okr cycle add 2026-Q4 --open, then okr objective add TITLE");
    context.ui.hint(&format!(
        "to share it later: okrd init --data DIR --adopt {org}:{me} --admin {handle}, then okr \
         login URL --code CODE"
    ));
}

fn time_zone(args: &InitArgs) -> Result<String, CliError> {
    match &args.time_zone {
        Some(name) => {
            zone_given(name)?;
            Ok(name.clone())
        }
        None => Ok(TimeZone::system().iana_name().unwrap_or("UTC").to_owned()),
    }
}

fn entry(context: &Context, args: &InitArgs, me: PersonId) -> Result<DirectoryEntry, CliError> {
    let handle = if let Some(handle) = &args.handle {
        handle_of(handle)?
    } else {
        let user = context.environment.get("USER").unwrap_or_default();
        user_as_handle(user)
    };
    checked(DirectoryEntry {
        person: me,
        name: args.person.clone().unwrap_or_else(|| handle.clone()),
        email: args.email.clone().unwrap_or_default(),
        handle,
    })
}

/// Makes a handle of a login name, which may hold anything.
fn user_as_handle(user: &str) -> String {
    slug::from_title(user, "owner", |slug| slug == "me").to_string()
}

/// Reads a handle, with or without the @; words that mean somebody else already are none.
///
/// # Errors
/// A usage error for such a word.
pub(super) fn handle_of(text: &str) -> Result<String, CliError> {
    let handle = text.strip_prefix('@').unwrap_or(text);
    if matches!(handle, "me" | "last" | "none") {
        let message = format!("@{handle} has a meaning of its own and cannot be a handle");
        return Err(CliError::usage("bad-handle", message));
    }
    Ok(handle.to_owned())
}

/// Checks a directory entry as the server will, before anything is written.
///
/// # Errors
/// A usage error that says what is not allowed.
pub(super) fn checked(entry: DirectoryEntry) -> Result<DirectoryEntry, CliError> {
    match entry.check() {
        Ok(()) => Ok(entry),
        Err(error) => Err(CliError::usage("bad-handle", error.to_string())),
    }
}

/// Says that a value of the command line is outside its limits.
pub(crate) fn bad_value(flag: &str, error: &ValueError) -> CliError {
    CliError::usage("bad-value", format!("{flag}: {error}"))
}
