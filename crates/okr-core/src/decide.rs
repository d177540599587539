//! Decisions: from what a person wants to the change that says so, or to a rejection.
//!
//! A command becomes events by comparing what is wanted with what is there. Whether they may happen
//! is decided by [`admit`] alone: every decision ends in it.

mod command;
mod events;
mod patch;

use jiff::Timestamp;

use crate::admit::{Context, Verdict, admit};
use crate::change::Change;
use crate::event::Event;
use crate::id::{ChangeId, OrgId, PersonId};
use crate::rejection::Rejection;
use crate::text::LongText;
use crate::value::{AmendmentCategory, Source};
use crate::view::{Overlay, View};

pub use command::Command;
pub use patch::{
    CheckInPatch, CommentPatch, CyclePatch, InitiativePatch, KeyResultPatch, MetricPatch,
    ObjectivePatch, OrgPatch, TeamPatch,
};

/// What somebody wants to do in one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The id that the change will have.
    pub id: ChangeId,
    /// When it was written, by the device's clock or by an import's source.
    pub authored_at: Timestamp,
    /// The person who originally did this, when somebody else records it.
    pub on_behalf_of: Option<PersonId>,
    /// How it came to be.
    pub source: Source,
    /// Why.
    pub reason: Option<LongText>,
    /// What kind of amendment it is.
    pub amendment: Option<AmendmentCategory>,
    /// What to do, in order; each command sees the state that the ones before it leave.
    pub commands: Vec<Command>,
}

/// The answer of [`decide`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The change that does it; it is admissible on the state it was decided on.
    Change(Change),
    /// Everything is already as wanted.
    NothingToDo,
    /// The rules refuse.
    Rejected(Rejection),
}

/// Turns commands into a change that may follow the state.
///
/// # Errors
/// Only when the store behind the view fails.
pub fn decide<V: View>(
    view: &V,
    context: &Context,
    org: OrgId,
    proposal: Proposal,
) -> Result<Decision, V::Error> {
    let events = match events_of(view, &proposal.commands)? {
        Ok(events) => events,
        Err(rejection) => return Ok(Decision::Rejected(rejection)),
    };
    if events.is_empty() {
        return Ok(Decision::NothingToDo);
    }
    let mut change = Change {
        id: proposal.id,
        authored_at: proposal.authored_at,
        on_behalf_of: proposal.on_behalf_of,
        source: proposal.source,
        reason: proposal.reason,
        amendment: proposal.amendment,
        events,
    };
    Ok(match admit(view, context, org, &change)? {
        Verdict::Admitted => {
            change.events = telling(view, change.events)?;
            Decision::Change(change)
        }
        Verdict::AlreadySo => Decision::NothingToDo,
        Verdict::Rejected(rejection) => Decision::Rejected(rejection),
    })
}

/// Returns the events of all commands, or the first refusal.
fn events_of<V: View>(
    view: &V,
    commands: &[Command],
) -> Result<Result<Vec<Event>, Rejection>, V::Error> {
    if let [command] = commands {
        return events::of(view, command);
    }
    let mut overlay = Overlay::new(view);
    let mut all = Vec::new();
    for command in commands {
        match events::of(&overlay, command)? {
            Ok(events) => {
                for event in &events {
                    overlay.apply_event(event)?;
                }
                all.extend(events);
            }
            Err(rejection) => return Ok(Err(rejection)),
        }
    }
    Ok(Ok(all))
}

/// Leaves out the events of an admitted change that say what is so already.
fn telling<V: View>(view: &V, events: Vec<Event>) -> Result<Vec<Event>, V::Error> {
    if events.len() == 1 {
        return Ok(events);
    }
    let mut overlay = Overlay::new(view);
    let mut telling = Vec::with_capacity(events.len());
    for event in events {
        let before = overlay.entity(event.subject())?;
        overlay.apply_event(&event)?;
        if overlay.entity(event.subject())? != before {
            telling.push(event);
        }
    }
    Ok(telling)
}
