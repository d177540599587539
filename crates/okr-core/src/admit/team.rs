//! Rules for teams: members are known people, and parents form a tree.

use crate::admit::judge::{
    Effect, Judge, Stop, already_exists, room, unknown_subject, within, wrong_state,
};
use crate::authorize::Action;
use crate::entity::Team;
use crate::event::{NewTeam, TeamEdit, TeamEvent};
use crate::field::Standing;
use crate::id::{PersonId, TeamId};
use crate::view::View;

pub(super) fn judge<V: View>(
    judge: &Judge<'_, V>,
    id: TeamId,
    event: &TeamEvent,
) -> Result<Effect, Stop<V::Error>> {
    let team = judge.team(id)?;
    let team = match (team, event) {
        (None, TeamEvent::Created(new)) => return created(judge, id, new),
        (Some(_), TeamEvent::Created(_)) => {
            judge.permit(id.into(), Action::EditGoals, || Ok(true))?;
            return Err(already_exists(id.into()));
        }
        (
            None,
            TeamEvent::Edited(_)
            | TeamEvent::MemberAdded(_)
            | TeamEvent::MemberRemoved(_)
            | TeamEvent::Archived
            | TeamEvent::Restored,
        ) => return Err(unknown_subject(id.into())),
        (Some(team), _) => team,
    };
    judge.permit(id.into(), Action::EditGoals, || {
        Ok(team.leads.contains(&judge.context.author))
    })?;
    match event {
        TeamEvent::Created(_) => Err(already_exists(id.into())),
        TeamEvent::Edited(edit) => edited(judge, &team, edit),
        TeamEvent::MemberAdded(person) => member_added(judge, &team, *person),
        TeamEvent::MemberRemoved(person) => {
            if !team.members.contains(person) {
                return Ok(Effect::AlreadySo);
            }
            usable(&team, "lose a member")?;
            Ok(Effect::Applies)
        }
        TeamEvent::Archived if team.archived => Ok(Effect::AlreadySo),
        TeamEvent::Restored if !team.archived => Ok(Effect::AlreadySo),
        TeamEvent::Archived | TeamEvent::Restored => Ok(Effect::Applies),
    }
}

fn created<V: View>(
    judge: &Judge<'_, V>,
    id: TeamId,
    new: &NewTeam,
) -> Result<Effect, Stop<V::Error>> {
    // Whoever leads the team above may form one below it; naming oneself lead gives no right.
    judge.permit(id.into(), Action::EditGoals, || judge.leads(new.parent))?;
    if let Some(parent) = new.parent {
        place_below(judge, id, parent)?;
    }
    within(id.into(), "leads", &new.leads, Team::MAX_PEOPLE)?;
    for lead in &new.leads {
        judge.usable_person(id.into(), "lead", *lead)?;
    }
    Ok(Effect::Applies)
}

fn edited<V: View>(
    judge: &Judge<'_, V>,
    team: &Team,
    edit: &TeamEdit,
) -> Result<Effect, Stop<V::Error>> {
    let standing = edit.standing(team);
    if matches!(standing, Standing::AlreadySo) {
        return Ok(Effect::AlreadySo);
    }
    usable(team, "be edited")?;
    standing.settle()?;
    match edit {
        TeamEdit::Name(_) | TeamEdit::Slug(_) => {}
        TeamEdit::Parent(edit) => {
            if let Some(parent) = edit.to {
                place_below(judge, team.id, parent)?;
            }
        }
        TeamEdit::Leads(edit) => {
            within(team.id.into(), "leads", &edit.to, Team::MAX_PEOPLE)?;
            for lead in edit.to.difference(&team.leads) {
                judge.usable_person(team.id.into(), "lead", *lead)?;
            }
        }
    }
    Ok(Effect::Applies)
}

fn member_added<V: View>(
    judge: &Judge<'_, V>,
    team: &Team,
    person: PersonId,
) -> Result<Effect, Stop<V::Error>> {
    if team.members.contains(&person) {
        return Ok(Effect::AlreadySo);
    }
    usable(team, "gain a member")?;
    judge.usable_person(team.id.into(), "member", person)?;
    room(team.id.into(), "members", &team.members, Team::MAX_PEOPLE)?;
    Ok(Effect::Applies)
}

fn place_below<V: View>(
    judge: &Judge<'_, V>,
    team: TeamId,
    parent: TeamId,
) -> Result<(), Stop<V::Error>> {
    judge.acyclic_parent(team, parent)?;
    judge.usable_team(team.into(), "parent", parent)
}

fn usable<E>(team: &Team, action: &'static str) -> Result<(), Stop<E>> {
    if team.archived {
        return Err(wrong_state(team.id.into(), "archived", action));
    }
    Ok(())
}
