//! Rules for objectives: usable references, states, acyclic alignment, reasons for amendments.

use crate::admit::judge::{
    Effect, Judge, Stop, already_exists, graded, room, unknown_subject, within, wrong_state,
};
use crate::amendment::of_objective;
use crate::authorize::Action;
use crate::entity::Objective;
use crate::event::{NewObjective, ObjectiveEdit, ObjectiveEvent};
use crate::field::Standing;
use crate::id::ObjectiveId;
use crate::value::GoalState;
use crate::view::View;

pub(super) fn judge<V: View>(
    judge: &Judge<'_, V>,
    id: ObjectiveId,
    event: &ObjectiveEvent,
) -> Result<Effect, Stop<V::Error>> {
    let objective = judge.objective(id)?;
    let Some(objective) = objective else {
        return if let ObjectiveEvent::Created(new) = event {
            created(judge, id, new)
        } else {
            Err(unknown_subject(id.into()))
        };
    };
    judge.permit(id.into(), Action::EditGoals, || judge.stewards(&objective))?;
    match event {
        ObjectiveEvent::Created(_) => Err(already_exists(id.into())),
        ObjectiveEvent::Edited(edit) => edited(judge, &objective, (event, edit)),
        ObjectiveEvent::Tagged(tag) => {
            if objective.tags.contains(tag) {
                return Ok(Effect::AlreadySo);
            }
            editable(judge, &objective, "be tagged")?;
            room(id.into(), "tags", &objective.tags, Objective::MAX_TAGS)?;
            Ok(Effect::Applies)
        }
        ObjectiveEvent::Untagged(tag) => {
            if !objective.tags.contains(tag) {
                return Ok(Effect::AlreadySo);
            }
            editable(judge, &objective, "be untagged")?;
            Ok(Effect::Applies)
        }
        ObjectiveEvent::Published
        | ObjectiveEvent::Closed { .. }
        | ObjectiveEvent::Abandoned
        | ObjectiveEvent::Reopened
        | ObjectiveEvent::Archived
        | ObjectiveEvent::Restored => moved(judge, &objective, event),
    }
}

fn created<V: View>(
    judge: &Judge<'_, V>,
    id: ObjectiveId,
    new: &NewObjective,
) -> Result<Effect, Stop<V::Error>> {
    let subject = id.into();
    judge.permit(subject, Action::EditGoals, || {
        Ok(new.owner == judge.context.author || judge.leads(new.team)?)
    })?;
    judge.unclosed_cycle(subject, new.cycle)?;
    if let Some(team) = new.team {
        judge.usable_team(subject, "team", team)?;
    }
    judge.usable_person(subject, "owner", new.owner)?;
    if let Some(support) = new.supports {
        judge.acyclic_support(subject, support)?;
    }
    if let Some(earlier) = new.continues {
        judge.acyclic_lineage(id, earlier)?;
    }
    within(subject, "tags", &new.tags, Objective::MAX_TAGS)?;
    Ok(Effect::Applies)
}

fn edited<V: View>(
    judge: &Judge<'_, V>,
    objective: &Objective,
    (event, edit): (&ObjectiveEvent, &ObjectiveEdit),
) -> Result<Effect, Stop<V::Error>> {
    let standing = edit.standing(objective);
    if matches!(standing, Standing::AlreadySo) {
        return Ok(Effect::AlreadySo);
    }
    let subject = objective.id.into();
    match edit {
        ObjectiveEdit::Score(edit) => {
            graded(subject, objective.state())?;
            standing.settle()?;
            judge.regrade(subject, edit.to)?;
            return Ok(Effect::Applies);
        }
        ObjectiveEdit::Reflection(_) => {
            graded(subject, objective.state())?;
            standing.settle()?;
            return Ok(Effect::Applies);
        }
        ObjectiveEdit::Title(_)
        | ObjectiveEdit::Description(_)
        | ObjectiveEdit::Slug(_)
        | ObjectiveEdit::Owner(_)
        | ObjectiveEdit::Team(_)
        | ObjectiveEdit::Cycle(_)
        | ObjectiveEdit::Kind(_)
        | ObjectiveEdit::Weight(_)
        | ObjectiveEdit::Supports(_)
        | ObjectiveEdit::Continues(_) => {}
    }
    editable(judge, objective, "be edited")?;
    standing.settle()?;
    references(judge, objective, edit)?;
    amendment(judge, objective, event)?;
    Ok(Effect::Applies)
}

/// Judges what the new value of a field refers to.
fn references<V: View>(
    judge: &Judge<'_, V>,
    objective: &Objective,
    edit: &ObjectiveEdit,
) -> Result<(), Stop<V::Error>> {
    let subject = objective.id.into();
    match edit {
        ObjectiveEdit::Title(_)
        | ObjectiveEdit::Description(_)
        | ObjectiveEdit::Slug(_)
        | ObjectiveEdit::Kind(_)
        | ObjectiveEdit::Weight(_)
        | ObjectiveEdit::Score(_)
        | ObjectiveEdit::Reflection(_) => {}
        ObjectiveEdit::Owner(edit) => judge.usable_person(subject, "owner", edit.to)?,
        ObjectiveEdit::Team(edit) => {
            if let Some(team) = edit.to {
                judge.usable_team(subject, "team", team)?;
            }
        }
        ObjectiveEdit::Cycle(edit) => {
            judge.unclosed_cycle(subject, edit.to)?;
        }
        ObjectiveEdit::Supports(edit) => {
            if let Some(support) = edit.to {
                judge.acyclic_support(subject, support)?;
            }
        }
        ObjectiveEdit::Continues(edit) => {
            if let Some(earlier) = edit.to {
                judge.acyclic_lineage(objective.id, earlier)?;
            }
        }
    }
    Ok(())
}

/// Judges a step from one state to another.
fn moved<V: View>(
    judge: &Judge<'_, V>,
    objective: &Objective,
    event: &ObjectiveEvent,
) -> Result<Effect, Stop<V::Error>> {
    let subject = objective.id.into();
    let state = objective.state();
    let (holds, allowed, action): (bool, &[GoalState], _) = match event {
        ObjectiveEvent::Published => (
            state == GoalState::Active,
            &[GoalState::Draft],
            "be published",
        ),
        ObjectiveEvent::Closed { score, reflection } => (
            state == GoalState::Closed
                && objective.score == Some(*score)
                && objective.reflection == *reflection,
            &[GoalState::Active],
            "be closed",
        ),
        ObjectiveEvent::Abandoned => (
            state == GoalState::Abandoned,
            &[GoalState::Draft, GoalState::Active],
            "be abandoned",
        ),
        ObjectiveEvent::Reopened => (
            state == GoalState::Active,
            &[GoalState::Closed, GoalState::Abandoned],
            "be reopened",
        ),
        ObjectiveEvent::Archived => (
            objective.archived,
            &[
                GoalState::Draft,
                GoalState::Active,
                GoalState::Closed,
                GoalState::Abandoned,
            ],
            "be archived",
        ),
        ObjectiveEvent::Restored => (!objective.archived, &[GoalState::Archived], "be restored"),
        ObjectiveEvent::Created(_)
        | ObjectiveEvent::Edited(_)
        | ObjectiveEvent::Tagged(_)
        | ObjectiveEvent::Untagged(_) => (false, &[], "change its state"),
    };
    if holds {
        return Ok(Effect::AlreadySo);
    }
    if !allowed.contains(&state) {
        return Err(wrong_state(subject, state.word(), action));
    }
    if matches!(event, ObjectiveEvent::Closed { .. }) {
        judge.known_cycle(subject, objective.cycle)?;
    } else {
        judge.unclosed_cycle(subject, objective.cycle)?;
    }
    amendment(judge, objective, event)?;
    Ok(Effect::Applies)
}

/// Refuses an edit unless objective and cycle are still open to it.
fn editable<V: View>(
    judge: &Judge<'_, V>,
    objective: &Objective,
    action: &'static str,
) -> Result<(), Stop<V::Error>> {
    let subject = objective.id.into();
    match objective.state() {
        GoalState::Draft | GoalState::Active => {}
        state @ (GoalState::Closed | GoalState::Abandoned | GoalState::Archived) => {
            return Err(wrong_state(subject, state.word(), action));
        }
    }
    judge.unclosed_cycle(subject, objective.cycle)?;
    Ok(())
}

/// Refuses what changes a commitment without what the policy asks for.
///
/// What was abandoned or archived before has left the commitment already.
fn amendment<V: View>(
    judge: &Judge<'_, V>,
    objective: &Objective,
    event: &ObjectiveEvent,
) -> Result<(), Stop<V::Error>> {
    let (Some(action), GoalState::Active | GoalState::Closed) =
        (of_objective(event), objective.state())
    else {
        return Ok(());
    };
    let subject = objective.id.into();
    let cycle = judge.known_cycle(subject, objective.cycle)?;
    judge.amendment(subject, &cycle, objective.stage, action)
}
