//! Who is in a team and who leads it.

use std::collections::BTreeSet;

use okr_core::decide::{Command, TeamPatch};
use okr_core::entity::Team;
use okr_core::id::{PersonId, TeamId};
use okr_core::view::View as _;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::people;
use crate::args::{
    ShowOneArgs, TeamLeadArgs, TeamLeadCommand, TeamMemberArgs, TeamMemberChange,
    TeamMemberCommand, TeamStepArgs,
};
use crate::commands::past::Past;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::names::Names;
use crate::output::{PersonRef, ThingRef};
use crate::render::{Cell, Column, Table};
use crate::resolve::{Resolver, look};
use crate::ui::Item;
use crate::write::{Wish, write_and_tell};

/// A person in a team.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct TeamMemberItem {
    team: ThingRef,
    person: PersonRef,
    name: Option<String>,
    lead: bool,
    member: bool,
}

impl Item for TeamMemberItem {
    const TYPE: &'static str = "team_member";
    const SCHEMA: &'static str = "TeamMemberList";

    fn id(&self) -> Option<Uuid> {
        Some(self.person.id.0)
    }
}

pub(super) fn member(context: &mut Context, args: &TeamMemberArgs) -> Result<Exit, CliError> {
    match &args.command {
        TeamMemberCommand::Add(args) => change(context, args, |team, people| {
            let people = people.iter().copied();
            let add = |person| Command::AddTeamMember {
                team: team.id,
                person,
            };
            people.map(add).collect()
        }),
        TeamMemberCommand::Remove(args) => change(context, args, |team, people| {
            let people = people.iter().copied();
            let remove = |person| Command::RemoveTeamMember {
                team: team.id,
                person,
            };
            people.map(remove).collect()
        }),
        TeamMemberCommand::List(args) => list(context, args),
    }
}

pub(super) fn lead(context: &mut Context, args: &TeamLeadArgs) -> Result<Exit, CliError> {
    match &args.command {
        TeamLeadCommand::Add(args) => change(context, args, |team, people| {
            vec![led_by(team, &team.leads | people)]
        }),
        TeamLeadCommand::Remove(args) => change(context, args, |team, people| {
            vec![led_by(team, &team.leads - people)]
        }),
    }
}

pub(super) fn join(context: &mut Context, args: &TeamStepArgs) -> Result<Exit, CliError> {
    alone(context, args, |team, person| {
        vec![Command::AddTeamMember {
            team: team.id,
            person,
        }]
    })
}

/// Takes the person who types out of a team; whoever leaves it leads it no more.
pub(super) fn leave(context: &mut Context, args: &TeamStepArgs) -> Result<Exit, CliError> {
    alone(context, args, |team, person| {
        let mut commands = vec![Command::RemoveTeamMember {
            team: team.id,
            person,
        }];
        if team.leads.contains(&person) {
            commands.push(led_by(team, &team.leads - &BTreeSet::from([person])));
        }
        commands
    })
}

fn led_by(team: &Team, leads: BTreeSet<PersonId>) -> Command {
    Command::SetTeam {
        id: team.id,
        patch: TeamPatch {
            leads: Some(leads),
            ..TeamPatch::default()
        },
    }
}

fn found(resolver: &Resolver<'_, '_>, text: &str) -> Result<Team, CliError> {
    let id: TeamId = resolver.team(text)?;
    let team = resolver.reading.team(id).map_err(failure::replica)?;
    let team = team.ok_or_else(|| CliError::internal("a team that was found is not there"))?;
    Ok(team.into_owned())
}

fn change(
    context: &mut Context,
    args: &TeamMemberChange,
    commands: impl FnOnce(&Team, &BTreeSet<PersonId>) -> Vec<Command>,
) -> Result<Exit, CliError> {
    let (mut replica, (id, commands)) = look(context, |resolver, _| {
        let team = found(resolver, &args.reference)?;
        let people = people(resolver, &args.people)?;
        Ok((team.id, commands(&team, &people)))
    })?;
    let wish = Wish::all(commands, &args.reason);
    write_and_tell(context, &mut replica, wish, (id.into(), None))
}

fn alone(
    context: &mut Context,
    args: &TeamStepArgs,
    commands: impl FnOnce(&Team, PersonId) -> Vec<Command>,
) -> Result<Exit, CliError> {
    let (mut replica, (id, commands)) = look(context, |resolver, _| {
        let team = found(resolver, &args.reference)?;
        Ok((team.id, commands(&team, resolver.me)))
    })?;
    let wish = Wish::all(commands, &args.reason);
    write_and_tell(context, &mut replica, wish, (id.into(), None))
}

fn list(context: &mut Context, args: &ShowOneArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let past = Past::open(context, &replica)?;
    let id = past.with_resolver(context, |resolver| resolver.team(&args.reference))?;
    let team = past.teams.iter().find(|team| team.id == id);
    let items = team.map_or_else(Vec::new, |team| items(team, &past.names));
    let frame = past.frame(context)?;
    context.ui.answer(&frame, &items, |screen| {
        let mut table = Table::new([
            Column::left("PERSON"),
            Column::left("NAME").flexible(),
            Column::left("IN"),
        ]);
        for item in &items {
            let place = match (item.lead, item.member) {
                (true, true) => "lead, member",
                (true, false) => "lead",
                (false, _) => "member",
            };
            table.row([
                Cell::from(format!("@{}", item.person.called())),
                Cell::from(item.name.clone().unwrap_or_default()),
                Cell::from(place.to_owned()),
            ]);
        }
        table.render(screen)
    });
    past.warn_upgrade(context);
    if team.is_none() {
        past.hint_empty(context);
    } else if items.is_empty() {
        context
            .ui
            .hint("nobody is in it; okr team member add TEAM @PERSON");
    }
    Ok(Exit::Ok)
}

fn items(team: &Team, names: &Names) -> Vec<TeamMemberItem> {
    let everybody = &team.leads | &team.members;
    let mut items: Vec<TeamMemberItem> = everybody
        .iter()
        .map(|id| TeamMemberItem {
            team: ThingRef::new(team.id, names),
            person: PersonRef::new(*id, names),
            name: names.entry(*id).map(|entry| entry.name.clone()),
            lead: team.leads.contains(id),
            member: team.members.contains(id),
        })
        .collect();
    items.sort_by_key(|item| (!item.lead, item.person.called()));
    items
}
