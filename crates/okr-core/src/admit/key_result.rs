//! Rules for key results: a usable objective, a sound measure, states, reasons for amendments.

use jiff::civil::Date;

use crate::admit::judge::{
    Effect, Judge, Stop, already_exists, graded, inconsistent, room, unknown_subject, within,
    wrong_state,
};
use crate::admit::metric;
use crate::amendment::of_key_result;
use crate::authorize::Action;
use crate::entity::{KeyResult, Objective};
use crate::event::{KeyResultEdit, KeyResultEvent, NewKeyResult, Support};
use crate::field::Standing;
use crate::id::{EntityId, KeyResultId, ObjectiveId};
use crate::measure::{Measure, Metric};
use crate::value::GoalState;
use crate::view::View;

pub(super) fn judge<V: View>(
    judge: &Judge<'_, V>,
    id: KeyResultId,
    event: &KeyResultEvent,
) -> Result<Effect, Stop<V::Error>> {
    let Some(key_result) = judge.key_result(id)? else {
        return if let KeyResultEvent::Created(new) = event {
            created(judge, id, new)
        } else {
            Err(unknown_subject(id.into()))
        };
    };
    let objective = judge.known_objective(id.into(), key_result.objective)?;
    judge.permit(id.into(), Action::EditGoals, || {
        Ok(key_result.owner == judge.context.author || judge.stewards(&objective)?)
    })?;
    match event {
        KeyResultEvent::Created(_) => Err(already_exists(id.into())),
        KeyResultEvent::Edited(edit) => edited(judge, &key_result, &objective, (event, edit)),
        KeyResultEvent::Tagged(tag) => {
            if key_result.tags.contains(tag) {
                return Ok(Effect::AlreadySo);
            }
            editable(judge, &key_result, &objective, "be tagged")?;
            room(id.into(), "tags", &key_result.tags, KeyResult::MAX_TAGS)?;
            Ok(Effect::Applies)
        }
        KeyResultEvent::Untagged(tag) => {
            if !key_result.tags.contains(tag) {
                return Ok(Effect::AlreadySo);
            }
            editable(judge, &key_result, &objective, "be untagged")?;
            Ok(Effect::Applies)
        }
        KeyResultEvent::Closed { .. }
        | KeyResultEvent::Abandoned
        | KeyResultEvent::Reopened
        | KeyResultEvent::Archived
        | KeyResultEvent::Restored => moved(judge, &key_result, &objective, event),
    }
}

fn created<V: View>(
    judge: &Judge<'_, V>,
    id: KeyResultId,
    new: &NewKeyResult,
) -> Result<Effect, Stop<V::Error>> {
    let subject = id.into();
    usable_objective(judge, subject, new.objective)?;
    judge.usable_person(subject, "owner", new.owner)?;
    sound_measure(subject, &new.measure)?;
    dates_in_order(subject, new.start, new.due)?;
    within(subject, "tags", &new.tags, KeyResult::MAX_TAGS)?;
    if let Some(id) = new.fed_by {
        metric::feeds(judge, subject, (id, &new.measure))?;
    }
    Ok(Effect::Applies)
}

/// Refuses an objective that takes no key results, or that the author has no right to.
fn usable_objective<V: View>(
    judge: &Judge<'_, V>,
    subject: EntityId,
    id: ObjectiveId,
) -> Result<(), Stop<V::Error>> {
    let objective = judge.objective(id)?;
    // Who owns the key result gives no right here: anybody could name themselves.
    judge.permit(subject, Action::EditGoals, || match &objective {
        Some(objective) => judge.stewards(objective),
        None => Ok(true),
    })?;
    let objective = judge.known_objective(subject, id)?;
    pursued(&objective, "take a key result")?;
    judge.unclosed_cycle(subject, objective.cycle)?;
    Ok(())
}

fn edited<V: View>(
    judge: &Judge<'_, V>,
    key_result: &KeyResult,
    objective: &Objective,
    (event, edit): (&KeyResultEvent, &KeyResultEdit),
) -> Result<Effect, Stop<V::Error>> {
    let standing = edit.standing(key_result);
    if matches!(standing, Standing::AlreadySo) {
        return Ok(Effect::AlreadySo);
    }
    if let KeyResultEdit::Score(edit) = edit {
        let subject = key_result.id.into();
        graded(subject, key_result.state())?;
        taking_facts(objective, "have a key result graded")?;
        standing.settle()?;
        judge.regrade(subject, edit.to)?;
        return Ok(Effect::Applies);
    }
    editable(judge, key_result, objective, "be edited")?;
    standing.settle()?;
    new_value(judge, key_result, edit)?;
    amendment(judge, key_result, objective, event)?;
    Ok(Effect::Applies)
}

/// Judges the new value of a field.
fn new_value<V: View>(
    judge: &Judge<'_, V>,
    key_result: &KeyResult,
    edit: &KeyResultEdit,
) -> Result<(), Stop<V::Error>> {
    let subject = key_result.id.into();
    match edit {
        KeyResultEdit::Title(_)
        | KeyResultEdit::Description(_)
        | KeyResultEdit::Slug(_)
        | KeyResultEdit::Weight(_)
        | KeyResultEdit::Order(_)
        | KeyResultEdit::Score(_) => Ok(()),
        KeyResultEdit::Objective(edit) => {
            usable_objective(judge, subject, edit.to)?;
            judge.acyclic_support(subject, Support::Objective(edit.to))
        }
        KeyResultEdit::Owner(edit) => judge.usable_person(subject, "owner", edit.to),
        KeyResultEdit::Measure(edit) => {
            sound_measure(subject, &edit.to)?;
            match key_result.fed_by {
                Some(id) => metric::can_feed(judge, subject, (id, &edit.to)),
                None => Ok(()),
            }
        }
        KeyResultEdit::FedBy(edit) => match edit.to {
            Some(id) => metric::feeds(judge, subject, (id, &key_result.measure)),
            None => Ok(()),
        },
        KeyResultEdit::Start(edit) => dates_in_order(subject, edit.to, key_result.due),
        KeyResultEdit::Due(edit) => dates_in_order(subject, key_result.start, edit.to),
    }
}

/// Judges a step from one state to another.
fn moved<V: View>(
    judge: &Judge<'_, V>,
    key_result: &KeyResult,
    objective: &Objective,
    event: &KeyResultEvent,
) -> Result<Effect, Stop<V::Error>> {
    let subject = key_result.id.into();
    let state = key_result.state();
    let (holds, allowed, action): (bool, &[GoalState], _) = match event {
        KeyResultEvent::Closed { score } => (
            state == GoalState::Closed && key_result.score == Some(*score),
            &[GoalState::Active],
            "be closed",
        ),
        KeyResultEvent::Abandoned => (
            state == GoalState::Abandoned,
            &[GoalState::Active],
            "be abandoned",
        ),
        KeyResultEvent::Reopened => (
            state == GoalState::Active,
            &[GoalState::Closed, GoalState::Abandoned],
            "be reopened",
        ),
        KeyResultEvent::Archived => (
            key_result.archived,
            &[GoalState::Active, GoalState::Closed, GoalState::Abandoned],
            "be archived",
        ),
        KeyResultEvent::Restored => (!key_result.archived, &[GoalState::Archived], "be restored"),
        KeyResultEvent::Created(_)
        | KeyResultEvent::Edited(_)
        | KeyResultEvent::Tagged(_)
        | KeyResultEvent::Untagged(_) => (false, &[], "change its state"),
    };
    if holds {
        return Ok(Effect::AlreadySo);
    }
    if !allowed.contains(&state) {
        return Err(wrong_state(subject, state.word(), action));
    }
    if matches!(event, KeyResultEvent::Closed { .. }) {
        // Grading goes on after the objective or the cycle was closed.
        taking_facts(objective, "have a key result closed")?;
        return Ok(Effect::Applies);
    }
    pursued(objective, "have a key result changed")?;
    judge.unclosed_cycle(subject, objective.cycle)?;
    amendment(judge, key_result, objective, event)?;
    Ok(Effect::Applies)
}

/// Refuses an edit unless key result, objective and cycle are still open to it.
fn editable<V: View>(
    judge: &Judge<'_, V>,
    key_result: &KeyResult,
    objective: &Objective,
    action: &'static str,
) -> Result<(), Stop<V::Error>> {
    let subject = key_result.id.into();
    match key_result.state() {
        GoalState::Draft | GoalState::Active => {}
        state @ (GoalState::Closed | GoalState::Abandoned | GoalState::Archived) => {
            return Err(wrong_state(subject, state.word(), action));
        }
    }
    pursued(objective, "have a key result changed")?;
    judge.unclosed_cycle(subject, objective.cycle)?;
    Ok(())
}

/// Refuses an objective that is closed, abandoned or archived.
pub(super) fn pursued<E>(objective: &Objective, action: &'static str) -> Result<(), Stop<E>> {
    match objective.state() {
        GoalState::Draft | GoalState::Active => Ok(()),
        state @ (GoalState::Closed | GoalState::Abandoned | GoalState::Archived) => {
            Err(wrong_state(objective.id.into(), state.word(), action))
        }
    }
}

/// Refuses an objective that is abandoned or archived: it takes no facts any more.
pub(super) fn taking_facts<E>(objective: &Objective, action: &'static str) -> Result<(), Stop<E>> {
    match objective.state() {
        GoalState::Draft | GoalState::Active | GoalState::Closed => Ok(()),
        state @ (GoalState::Abandoned | GoalState::Archived) => {
            Err(wrong_state(objective.id.into(), state.word(), action))
        }
    }
}

/// Refuses what changes a commitment without what the policy asks for.
///
/// What was abandoned or archived before has left the commitment already.
fn amendment<V: View>(
    judge: &Judge<'_, V>,
    key_result: &KeyResult,
    objective: &Objective,
    event: &KeyResultEvent,
) -> Result<(), Stop<V::Error>> {
    let (Some(action), GoalState::Active | GoalState::Closed) =
        (of_key_result(event), key_result.state())
    else {
        return Ok(());
    };
    let subject = key_result.id.into();
    let cycle = judge.known_cycle(subject, objective.cycle)?;
    judge.amendment(subject, &cycle, objective.stage, action)
}

fn dates_in_order<E>(
    subject: EntityId,
    start: Option<Date>,
    due: Option<Date>,
) -> Result<(), Stop<E>> {
    match (start, due) {
        (Some(start), Some(due)) if due < start => {
            inconsistent(subject, "the due date is before the start")
        }
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

fn sound_measure<E>(subject: EntityId, measure: &Measure) -> Result<(), Stop<E>> {
    match measure {
        Measure::Metric(metric) => sound_metric(subject, metric),
        // Their constructors admit sound ones only.
        Measure::Hold(_) | Measure::Milestones(_) | Measure::Zones(_) => Ok(()),
    }
}

/// Refuses a metric that goes nowhere, or whose commit, target and stretch are out of order.
fn sound_metric<E>(subject: EntityId, metric: &Metric) -> Result<(), Stop<E>> {
    if metric.target == metric.baseline {
        return inconsistent(
            subject,
            "the target equals the baseline; to keep a number where it is, use a hold measure",
        );
    }
    let upwards = metric.target > metric.baseline;
    let in_order = |nearer, farther| {
        if upwards {
            nearer <= farther
        } else {
            nearer >= farther
        }
    };
    if let Some(commit) = metric.commit {
        if commit == metric.baseline || !in_order(metric.baseline, commit) {
            return inconsistent(subject, "the commit value is not beyond the baseline");
        }
        if !in_order(commit, metric.target) {
            return inconsistent(subject, "the commit value is beyond the target");
        }
    }
    match metric.stretch {
        Some(stretch) if stretch == metric.target || !in_order(metric.target, stretch) => {
            inconsistent(subject, "the stretch value is not beyond the target")
        }
        Some(_) | None => Ok(()),
    }
}
