//! Admission: may this change follow this state? The rules, and nothing else.
//!
//! A change is judged event by event, each on the state that the ones before it leave. It is
//! admitted as a whole or not at all. The server and the replica call the same function.

mod check_in;
mod comment;
mod cycle;
mod initiative;
mod judge;
mod key_result;
mod links;
mod metric;
mod objective;
mod org;
mod person;
mod scope;
mod team;

use std::borrow::Cow;

use jiff::civil::Date;

use crate::authorize::{Action, Refusal, Scope};
use crate::change::Change;
use crate::event::{Event, OrgEvent, PersonEvent};
use crate::id::{EntityId, OrgId, PersonId};
use crate::rejection::Rejection;
use crate::value::{Role, Source};
use crate::view::{Overlay, View};

use judge::{Effect, Judge, Stop};

pub use links::MAX_LINKS;

/// What a judge knows beside the state: facts from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// Who made the change, as the credential says.
    pub author: PersonId,
    /// What the credential allows of what the author may do.
    pub scope: Scope,
    /// The day in the organisation's time zone, by the judge's clock.
    pub today: Date,
}

impl Context {
    /// Makes the context of somebody who may do all that their role allows.
    pub const fn new(author: PersonId, today: Date) -> Self {
        Self {
            author,
            scope: Scope::FULL,
            today,
        }
    }
}

/// The answer of [`admit`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The change may follow; at least one of its events alters something.
    Admitted,
    /// Everything is already as the change wants it.
    AlreadySo,
    /// The change may not follow, for the first reason found.
    Rejected(Rejection),
}

/// Says whether a change may follow a state.
///
/// # Errors
/// Only when the store behind the view fails.
pub fn admit<V: View>(
    view: &V,
    context: &Context,
    org: OrgId,
    change: &Change,
) -> Result<Verdict, V::Error> {
    match judge_change(view, context, org, change) {
        Ok(Effect::Applies) => Ok(Verdict::Admitted),
        Ok(Effect::AlreadySo) => Ok(Verdict::AlreadySo),
        Err(Stop::Rejected(rejection)) => Ok(Verdict::Rejected(rejection)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

fn judge_change<V: View>(
    view: &V,
    context: &Context,
    org: OrgId,
    change: &Change,
) -> Result<Effect, Stop<V::Error>> {
    let count = change.events.len();
    if count > Change::MAX_EVENTS {
        return Err(Stop::Rejected(Rejection::Limit {
            subject: None,
            what: "events in a change",
            limit: Change::MAX_EVENTS,
            given: count,
        }));
    }
    let exists = match view.org().map_err(Stop::Failed)? {
        Some(found) if found.id != org => {
            return Err(Stop::Rejected(Rejection::UnknownSubject {
                subject: EntityId::Org(org),
            }));
        }
        Some(_) => true,
        None => false,
    };
    match change.events.as_slice() {
        [] => Err(Stop::Rejected(Rejection::EmptyChange)),
        // Nearly every change is a single check-in or edit: no overlay, no allocation.
        [event] if exists => {
            let mut judge = Judge::new(view, context, change)?;
            provenance(&judge)?;
            judge_event(&mut judge, event)
        }
        events if exists => {
            provenance(&Judge::new(view, context, change)?)?;
            judge_in_turn(&mut Overlay::new(view), context, change, events)
        }
        events => {
            let rest = founding(context, org, events).ok_or(Rejection::NoOrganisation)?;
            let allowed = context.scope.allows(Action::ManageOrganisation, false);
            allowed.map_err(|refusal| Rejection::NotPermitted {
                subject: Some(EntityId::Org(org)),
                refusal,
            })?;
            let mut overlay = Overlay::new(view);
            for event in events.iter().take(events.len() - rest.len()) {
                overlay.apply_event(event).map_err(Stop::Failed)?;
            }
            provenance(&Judge::new(&overlay, context, change)?)?;
            judge_in_turn(&mut overlay, context, change, rest)?;
            Ok(Effect::Applies)
        }
    }
}

/// Returns what follows the two events that found the organisation, if the change begins so.
fn founding<'a>(context: &Context, org: OrgId, events: &'a [Event]) -> Option<&'a [Event]> {
    match events {
        [
            Event::Org(created, OrgEvent::Created(_)),
            Event::Person(person, PersonEvent::Added(Role::Admin)),
            rest @ ..,
        ] if *created == org && *person == context.author => Some(rest),
        _ => None,
    }
}

fn judge_in_turn<V: View>(
    overlay: &mut Overlay<'_, V>,
    context: &Context,
    change: &Change,
    events: &[Event],
) -> Result<Effect, Stop<V::Error>> {
    let mut overall = Effect::AlreadySo;
    for event in events {
        let mut judge = Judge::new(&*overlay, context, change)?;
        let effect = judge_event(&mut judge, event)?;
        if effect == Effect::Applies {
            overall = Effect::Applies;
            overlay.apply_event(event).map_err(Stop::Failed)?;
        }
    }
    Ok(overall)
}

/// Judges what the change says about where it comes from.
fn provenance<V: View>(judge: &Judge<'_, V>) -> Result<(), Stop<V::Error>> {
    let Some(person) = judge.change.on_behalf_of else {
        return Ok(());
    };
    let refuse = |refusal| {
        Err(Stop::Rejected(Rejection::NotPermitted {
            subject: None,
            refusal,
        }))
    };
    match judge.change.source {
        Source::Human => return refuse(Refusal::OnBehalfOfByHand),
        Source::Import if !judge.author_is_admin() => {
            return refuse(Refusal::OnBehalfOfNeedsAdmin);
        }
        Source::Import | Source::Automation => {}
    }
    if judge.person(person)?.is_none() {
        return Err(Stop::Rejected(Rejection::UnknownReference {
            subject: EntityId::Person(judge.context.author),
            field: "person on whose behalf it was done",
            reference: EntityId::Person(person),
        }));
    }
    Ok(())
}

fn judge_event<V: View>(judge: &mut Judge<'_, V>, event: &Event) -> Result<Effect, Stop<V::Error>> {
    if let Some(team) = judge.context.scope.team {
        let in_team = scope::is_about(judge.view, team, event);
        judge.in_team = in_team.map_err(Stop::Failed)?;
    }
    match event {
        Event::Org(id, event) => org::judge(judge, *id, event),
        Event::Person(id, event) => person::judge(judge, *id, *event),
        Event::Team(id, event) => team::judge(judge, *id, event),
        Event::Cycle(id, event) => cycle::judge(judge, *id, event),
        Event::Objective(id, event) => objective::judge(judge, *id, event),
        Event::KeyResult(id, event) => key_result::judge(judge, *id, event),
        Event::CheckIn(id, event) => check_in::judge(judge, *id, event),
        Event::Comment(id, event) => comment::judge(judge, *id, event),
        Event::Initiative(id, event) => initiative::judge(judge, *id, event),
        Event::Metric(id, event) => metric::judge(judge, *id, event),
        Event::MetricValue(id, event) => metric::judge_value(judge, *id, event),
    }
}

/// What the view holds under an id, or an absence.
type Found<'a, T> = Option<Cow<'a, T>>;
