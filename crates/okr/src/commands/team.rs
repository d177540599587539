//! `okr team`: teams and who is in them.

use std::collections::BTreeSet;

use okr_core::decide::{Command, TeamPatch};
use okr_core::entity::Team;
use okr_core::event::NewTeam;
use okr_core::id::{EntityId, EntityKind, PersonId, TeamId};
use okr_core::view::View as _;
use okr_replica::{Directory, Reading};
use serde::Serialize;
use uuid::Uuid;

use crate::args::{
    TeamAddArgs, TeamArgs, TeamCommand, TeamListArgs, TeamMemberChange, TeamMemberCommand,
    TeamSetArgs, TeamShowArgs, TeamStepArgs,
};
use crate::context::Context;
use crate::describe::Names;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::render::{Cell, Column, Screen, Table, Tone};
use crate::resolve::{Resolver, look, resolver};
use crate::short_id::{self, Alphabet};
use crate::ui::Item;
use crate::write::{Wish, write_and_tell};

/// A team in machine output.
#[derive(Serialize)]
struct TeamItem {
    id: Uuid,
    slug: String,
    name: String,
    parent: Option<Uuid>,
    parent_slug: Option<String>,
    leads: Vec<Uuid>,
    lead_handles: Vec<String>,
    members: Vec<Uuid>,
    member_handles: Vec<String>,
    archived: bool,
}

impl Item for TeamItem {
    const TYPE: &'static str = "team";
    const SCHEMA: &'static str = "TeamList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

impl TeamItem {
    fn new(team: &Team, reading: &Reading<'_>, directory: &Directory) -> Result<Self, CliError> {
        let parent = match team.parent {
            Some(parent) => reading.team(parent).map_err(failure::replica)?,
            None => None,
        };
        let names = Names {
            view: reading,
            directory,
        };
        let handles = |people: &BTreeSet<PersonId>| {
            let called = people.iter().map(|id| names.person(*id));
            called
                .map(|called| called.slug.unwrap_or(called.short_id))
                .collect()
        };
        let ids = |people: &BTreeSet<PersonId>| people.iter().map(|id| id.uuid()).collect();
        Ok(Self {
            id: team.id.uuid(),
            slug: team.slug.to_string(),
            name: team.name.to_string(),
            parent: team.parent.map(TeamId::uuid),
            parent_slug: parent.map(|parent| parent.slug.to_string()),
            leads: ids(&team.leads),
            lead_handles: handles(&team.leads),
            members: ids(&team.members),
            member_handles: handles(&team.members),
            archived: team.archived,
        })
    }

    fn short_id(&self) -> String {
        short_id::shown(Alphabet::Thing, self.id)
    }
}

pub(crate) fn run(context: &mut Context, args: &TeamArgs) -> Result<Exit, CliError> {
    match &args.command {
        TeamCommand::Add(args) => add(context, args),
        TeamCommand::List(args) => list(context, args),
        TeamCommand::Show(args) => show(context, args),
        TeamCommand::Set(args) => set(context, args),
        TeamCommand::Archive(args) => step(context, args, Command::ArchiveTeam),
        TeamCommand::Restore(args) => step(context, args, Command::RestoreTeam),
        TeamCommand::Member(args) => match &args.command {
            TeamMemberCommand::Add(args) => members(context, args, |team, person| {
                Command::AddTeamMember { team, person }
            }),
            TeamMemberCommand::Remove(args) => members(context, args, |team, person| {
                Command::RemoveTeamMember { team, person }
            }),
        },
    }
}

fn add(context: &mut Context, args: &TeamAddArgs) -> Result<Exit, CliError> {
    let id = TeamId::new(context.new_uuid());
    let (mut replica, commands) = look(context, |resolver, _| {
        let mut commands = vec![Command::AddTeam {
            id,
            new: NewTeam {
                name: args.name.clone(),
                slug: match &args.slug {
                    Some(slug) => slug.clone(),
                    None => free_slug(resolver, args.name.as_str())?,
                },
                parent: match &args.parent {
                    Some(parent) => Some(resolver.team(parent)?),
                    None => None,
                },
                leads: people(resolver, &args.lead)?,
            },
        }];
        for person in people(resolver, &args.member)? {
            commands.push(Command::AddTeamMember { team: id, person });
        }
        Ok(commands)
    })?;
    let next = format!("okr objective add TITLE -t {}", slug_of(&commands));
    write_and_tell(
        context,
        &mut replica,
        Wish::all(commands, &args.reason),
        (id.into(), Some(next)),
    )
}

fn slug_of(commands: &[Command]) -> String {
    let slug = commands.iter().find_map(|command| {
        if let Command::AddTeam { new, .. } = command {
            Some(new.slug.to_string())
        } else {
            None
        }
    });
    slug.unwrap_or_default()
}

fn free_slug(resolver: &Resolver<'_, '_>, name: &str) -> Result<okr_core::text::Slug, CliError> {
    super::free_slug(resolver, (name, "team"), |found| {
        found.id.kind() == EntityKind::Team
    })
}

fn people(resolver: &Resolver<'_, '_>, typed: &[String]) -> Result<BTreeSet<PersonId>, CliError> {
    if let [only] = typed
        && only == "none"
    {
        return Ok(BTreeSet::new());
    }
    typed.iter().map(|text| resolver.person(text)).collect()
}

fn set(context: &mut Context, args: &TeamSetArgs) -> Result<Exit, CliError> {
    let (mut replica, (id, patch)) = look(context, |resolver, _| {
        let patch = TeamPatch {
            name: args.name.clone(),
            slug: args.slug.clone(),
            parent: super::or_none(args.parent.as_deref(), |text| resolver.team(text))?,
            leads: if args.lead.is_empty() {
                None
            } else {
                Some(people(resolver, &args.lead)?)
            },
        };
        Ok((resolver.team(&args.reference)?, patch))
    })?;
    if patch == TeamPatch::default() {
        return Err(super::nothing_given("okr team set --help"));
    }
    let command = Command::SetTeam { id, patch };
    write_and_tell(
        context,
        &mut replica,
        Wish::new(command, &args.reason),
        (id.into(), None),
    )
}

fn step(
    context: &mut Context,
    args: &TeamStepArgs,
    command: fn(TeamId) -> Command,
) -> Result<Exit, CliError> {
    let (mut replica, id) = look(context, |resolver, _| resolver.team(&args.reference))?;
    let wish = Wish::new(command(id), &args.reason);
    write_and_tell(context, &mut replica, wish, (id.into(), None))
}

fn members(
    context: &mut Context,
    args: &TeamMemberChange,
    command: fn(TeamId, PersonId) -> Command,
) -> Result<Exit, CliError> {
    let (mut replica, (id, commands)) = look(context, |resolver, _| {
        let team = resolver.team(&args.reference)?;
        let people = people(resolver, &args.people)?;
        let commands = people.into_iter().map(|person| command(team, person));
        Ok((team, commands.collect()))
    })?;
    let wish = Wish::all(commands, &args.reason);
    write_and_tell(context, &mut replica, wish, (EntityId::Team(id), None))
}

fn list(context: &mut Context, args: &TeamListArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let directory = replica.directory().map_err(failure::replica)?;
    let (reading, at) = context.reading(&replica)?;
    let teams = reading.teams().map_err(failure::replica)?;
    let items: Vec<TeamItem> = teams
        .iter()
        .filter(|team| args.archived || !team.archived)
        .map(|team| TeamItem::new(team, &reading, &directory))
        .collect::<Result<_, _>>()?;
    drop(reading);
    let frame = context.frame_at(&replica, &at)?;
    context
        .ui
        .answer(&frame, &items, |screen| table(&items, screen));
    if items.is_empty() {
        context.ui.note("no team yet");
        context.ui.hint("okr team add NAME");
    }
    Ok(Exit::Ok)
}

fn table(items: &[TeamItem], screen: &Screen) -> String {
    let mut table = Table::new([
        Column::left("ID"),
        Column::left("SLUG"),
        Column::left("NAME").flexible(),
        Column::left("PART OF"),
        Column::left("LEADS"),
        Column::right("MEMBERS"),
    ]);
    for item in items {
        let name = if item.archived {
            format!("{} (archived)", item.name)
        } else {
            item.name.clone()
        };
        table.row([
            Cell::toned(Tone::Id, &item.short_id()),
            Cell::toned(Tone::Strong, &item.slug),
            name.into(),
            item.parent_slug.as_deref().unwrap_or("-").into(),
            joined(&item.lead_handles).into(),
            item.members.len().to_string().into(),
        ]);
    }
    table.render(screen)
}

fn joined(names: &[String]) -> String {
    if names.is_empty() {
        return "-".to_owned();
    }
    names.join(", ")
}

fn show(context: &mut Context, args: &TeamShowArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let directory = replica.directory().map_err(failure::replica)?;
    let (reading, at) = context.reading(&replica)?;
    let found = resolver(context, (&replica, &reading), &directory, &at.clock)?;
    let id = found.team(&args.reference)?;
    let team = reading.team(id).map_err(failure::replica)?;
    let team = team.ok_or_else(|| CliError::internal("a team that was found is not there"))?;
    let items = [TeamItem::new(&team, &reading, &directory)?];
    drop(team);
    drop(reading);
    let frame = context.frame_at(&replica, &at)?;
    context.ui.answer(&frame, &items, |screen| {
        let item = &items[0];
        let archived = if item.archived { "  archived" } else { "" };
        format!(
            "{}  {}  {}{archived}\npart of  {}\nleads    {}\nmembers  {}\n",
            screen.paint(Tone::Id, &item.short_id()),
            screen.paint(Tone::Strong, &item.slug),
            screen.paint(Tone::Plain, &item.name),
            item.parent_slug.as_deref().unwrap_or("-"),
            joined(&item.lead_handles),
            joined(&item.member_handles),
        )
    });
    Ok(Exit::Ok)
}
