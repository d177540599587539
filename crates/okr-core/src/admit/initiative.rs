//! Rules for initiatives: key results that are pursued, an owner who is there, an address of the web.

use std::collections::BTreeSet;

use crate::admit::judge::{
    Effect, Judge, Stop, already_exists, inconsistent, unknown, unknown_subject, within,
    wrong_state,
};
use crate::admit::key_result::pursued;
use crate::authorize::Action;
use crate::entity::Initiative;
use crate::event::{InitiativeEdit, InitiativeEvent, NewInitiative};
use crate::field::Standing;
use crate::id::{EntityId, InitiativeId, KeyResultId};
use crate::text::WebAddress;
use crate::value::GoalState;
use crate::view::View;

pub(super) fn judge<V: View>(
    judge: &Judge<'_, V>,
    id: InitiativeId,
    event: &InitiativeEvent,
) -> Result<Effect, Stop<V::Error>> {
    let Some(initiative) = judge.initiative(id)? else {
        return if let InitiativeEvent::Created(new) = event {
            created(judge, id, new)
        } else {
            Err(unknown_subject(id.into()))
        };
    };
    judge.permit(id.into(), Action::EditGoals, || {
        Ok(initiative.owner == judge.context.author
            || stewards_any(judge, &initiative.key_results)?)
    })?;
    match event {
        InitiativeEvent::Created(_) => Err(already_exists(id.into())),
        InitiativeEvent::Edited(edit) => edited(judge, &initiative, edit),
        InitiativeEvent::Archived if initiative.archived => Ok(Effect::AlreadySo),
        InitiativeEvent::Restored if !initiative.archived => Ok(Effect::AlreadySo),
        InitiativeEvent::Archived | InitiativeEvent::Restored => Ok(Effect::Applies),
    }
}

fn created<V: View>(
    judge: &Judge<'_, V>,
    id: InitiativeId,
    new: &NewInitiative,
) -> Result<Effect, Stop<V::Error>> {
    let subject = id.into();
    judge.permit(subject, Action::EditGoals, || {
        Ok(new.owner == judge.context.author || stewards_any(judge, &new.key_results)?)
    })?;
    served(judge, subject, &new.key_results, &BTreeSet::new())?;
    judge.usable_person(subject, "owner", new.owner)?;
    address(subject, new.url.as_ref())?;
    Ok(Effect::Applies)
}

fn edited<V: View>(
    judge: &Judge<'_, V>,
    initiative: &Initiative,
    edit: &InitiativeEdit,
) -> Result<Effect, Stop<V::Error>> {
    let subject = initiative.id.into();
    let standing = edit.standing(initiative);
    if matches!(standing, Standing::AlreadySo) {
        return Ok(Effect::AlreadySo);
    }
    if initiative.archived {
        return Err(wrong_state(subject, "archived", "be edited"));
    }
    standing.settle()?;
    match edit {
        // Nobody committed to an initiative, so its state goes any way, also after the cycle.
        InitiativeEdit::Title(_)
        | InitiativeEdit::Slug(_)
        | InitiativeEdit::Due(_)
        | InitiativeEdit::State(_) => {}
        InitiativeEdit::Owner(edit) => judge.usable_person(subject, "owner", edit.to)?,
        InitiativeEdit::KeyResults(edit) => {
            served(judge, subject, &edit.to, &initiative.key_results)?;
        }
        InitiativeEdit::Url(edit) => address(subject, edit.to.as_ref())?,
    }
    Ok(Effect::Applies)
}

/// Says whether the author may write about one of the key results.
fn stewards_any<V: View>(
    judge: &Judge<'_, V>,
    key_results: &BTreeSet<KeyResultId>,
) -> Result<bool, Stop<V::Error>> {
    for id in key_results.iter().take(Initiative::MAX_KEY_RESULTS) {
        let Some(key_result) = judge.key_result(*id)? else {
            continue;
        };
        let objective = judge.objective(key_result.objective)?;
        let stewards = match &objective {
            Some(objective) => judge.stewards(objective)?,
            None => false,
        };
        if stewards || key_result.owner == judge.context.author {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Refuses to serve nothing or too much, and a key result that nobody pursues any more.
///
/// What it serves already may have ended meanwhile.
fn served<V: View>(
    judge: &Judge<'_, V>,
    subject: EntityId,
    key_results: &BTreeSet<KeyResultId>,
    already: &BTreeSet<KeyResultId>,
) -> Result<(), Stop<V::Error>> {
    if key_results.is_empty() {
        return inconsistent(subject, "an initiative serves at least one key result");
    }
    within(
        subject,
        "key results of an initiative",
        key_results,
        Initiative::MAX_KEY_RESULTS,
    )?;
    for id in key_results.difference(already) {
        let Some(key_result) = judge.key_result(*id)? else {
            return Err(unknown(subject, "key result", EntityId::KeyResult(*id)));
        };
        match key_result.state() {
            GoalState::Draft | GoalState::Active => {}
            state @ (GoalState::Closed | GoalState::Abandoned | GoalState::Archived) => {
                return Err(wrong_state(
                    EntityId::KeyResult(*id),
                    state.word(),
                    "be given an initiative",
                ));
            }
        }
        let objective = judge.known_objective(subject, key_result.objective)?;
        pursued(&objective, "be given an initiative")?;
        judge.unclosed_cycle(subject, objective.cycle)?;
    }
    Ok(())
}

/// Refuses an address of anything but the web.
fn address<E>(subject: EntityId, url: Option<&WebAddress>) -> Result<(), Stop<E>> {
    let Some(url) = url else { return Ok(()) };
    let text = url.as_str();
    let after = |scheme: &str| {
        let head = text.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme)
            .then(|| &text[scheme.len()..])
    };
    let host = after("https://").or_else(|| after("http://"));
    let is_host = |rest: &str| rest.chars().next().is_some_and(char::is_alphanumeric);
    if host.is_some_and(|rest| is_host(rest) || rest.starts_with('[')) {
        return Ok(());
    }
    inconsistent(
        subject,
        "the url does not begin with http:// or https:// and a host",
    )
}
