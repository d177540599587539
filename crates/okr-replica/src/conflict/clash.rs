//! What exactly clashes in a conflict: field by field, with the change that stands against it.

use okr_core::entity::Entity;
use okr_core::event::Event;
use okr_core::id::{ChangeId, EntityId, PersonId, Position};
use okr_core::view::{Overlay, View as _};
use okr_proto::Refusal;
use rusqlite::Connection;
use uuid::Uuid;

use super::{Conflict, FOLLOWS, afresh};
use crate::aspect::Aspect;
use crate::error::ReplicaError;
use crate::log::{self, LogEntry};
use crate::pending::{self, PendingChange};
use crate::rebase::{self, Bench};
use crate::replica::Replica;
use crate::view::ConfirmedView;
use crate::{meta, reversed, setter, version};

/// A field of a change in conflict that has a third value now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The edit as it was written here: from the base to mine.
    pub mine: Event,
    /// The same edit made now: from theirs to mine.
    pub again: Event,
    /// The change that set what is there now: the newest that set the field.
    pub by: Option<LogEntry>,
}

/// Why a change is in conflict, as far as the history tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explained {
    /// The fields that have a third value now.
    pub clashes: Vec<Clash>,
    /// The change behind a refusal that is not about a field: the one that closed the cycle, say.
    pub cause: Option<LogEntry>,
    /// The refused change that this one depends on.
    pub follows: Option<ChangeId>,
}

impl Replica {
    /// Says why changes are in conflict: with which values of whom, or because of what.
    ///
    /// # Errors
    /// Only when the store fails.
    pub fn explain(&self, conflicts: &[Conflict]) -> Result<Vec<Explained>, ReplicaError> {
        if conflicts.is_empty() {
            return Ok(Vec::new());
        }
        let snapshot = self.snapshot()?;
        let db = snapshot.db;
        let (bench, view) = (Bench::read(db)?, rebase::head_view(db)?);
        let mut state = Overlay::new(&view);
        let waiting = rebase::rebase_onto(&mut state, bench, pending::all(db)?)?.fitting;
        let court = Court {
            db,
            head: meta::head(db)?,
            me: bench.me,
            state,
            waiting,
        };
        conflicts.iter().map(|one| court.explain(one)).collect()
    }
}

/// What conflicts are explained by.
struct Court<'a, 'db> {
    db: &'db Connection,
    head: Position,
    me: PersonId,
    state: Overlay<'a, ConfirmedView<'db>>,
    /// What waits to be pushed and fits, in order.
    waiting: Vec<PendingChange>,
}

impl Court<'_, '_> {
    fn explain(&self, conflict: &Conflict) -> Result<Explained, ReplicaError> {
        let mut clashes = Vec::new();
        for event in &conflict.change.events {
            if let Some(now) = self.state.entity(event.subject())?
                && stand(event, &now) == Stand::Clashes
            {
                clashes.push(self.clash(event, &now)?);
            }
        }
        let follows = follows(&conflict.refusal);
        let cause = if clashes.is_empty() && follows.is_none() {
            cause(self.db, &conflict.refusal, self.head)?
        } else {
            None
        };
        Ok(Explained {
            clashes,
            cause,
            follows,
        })
    }

    fn clash(&self, event: &Event, now: &Entity) -> Result<Clash, ReplicaError> {
        let mut again = event.clone();
        afresh::see_now(&mut again, now);
        let (entity, aspect) = (event.subject(), Aspect::of(event));
        let mut waiting = self.waiting.iter().rev();
        let own = waiting.find(|one| setter::event_of(&one.change, entity, &aspect).is_some());
        let by = match own {
            Some(own) => Some(log::pending_entry(self.me, own.change.clone())),
            None => setter::last(self.db, (entity, &aspect), self.head)?,
        };
        Ok(Clash {
            mine: event.clone(),
            again,
            by,
        })
    }
}

/// Finds the change that brought about the state which a refusal is about.
fn cause(
    db: &Connection,
    refusal: &Refusal,
    head: Position,
) -> Result<Option<LogEntry>, ReplicaError> {
    let fact = |name: &str| {
        let text = refusal.facts.get(name)?;
        // A thing is shown as its kind and its UUID.
        let (_, uuid) = text.rsplit_once(' ').unwrap_or(("", text));
        uuid.parse::<Uuid>().ok()
    };
    let (uuid, aspects): (Option<Uuid>, &[Aspect]) = match refusal.code.as_str() {
        "wrong-state" => match refusal.facts.get("state").map(String::as_str) {
            Some("archived") => (refusal.subject, &[Aspect::Archived]),
            Some("retracted") => (refusal.subject, &[Aspect::Retracted]),
            Some(_) | None => (refusal.subject, &[Aspect::Stage]),
        },
        "cycle-closed" => (fact("cycle"), &[Aspect::Stage]),
        "inactive-person" => (fact("person"), &[Aspect::Presence]),
        "already-exists" => (refusal.subject, &[Aspect::Existence]),
        _ => (None, &[]),
    };
    let Some(uuid) = uuid else {
        return Ok(None);
    };
    let Some(entity) = version::entity_with(db, uuid)? else {
        return Ok(None);
    };
    for aspect in aspects {
        if let Some(entry) = setter::last(db, (entity, aspect), head)? {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

/// Returns the refused change that a refused change depends on.
pub(crate) fn follows(refusal: &Refusal) -> Option<ChangeId> {
    let uuid = refusal.facts.get(FOLLOWS)?.parse().ok()?;
    Some(ChangeId::new(uuid))
}

/// How an event stands to what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stand {
    /// It is an edit, and its author saw the value that is there; or it is no edit.
    Fits,
    /// It is an edit to the value that is there already.
    AlreadySo,
    /// It is an edit of a field that has a third value.
    Clashes,
}

/// Says how an event stands to what its entity is now.
pub(crate) fn stand(event: &Event, now: &Entity) -> Stand {
    let Some(back) = reversed::reversed(event) else {
        return Stand::Fits;
    };
    let (mut seen, mut seen_back) = (event.clone(), back.clone());
    afresh::see_now(&mut seen, now);
    afresh::see_now(&mut seen_back, now);
    if seen_back == back {
        Stand::AlreadySo
    } else if seen == *event {
        Stand::Fits
    } else {
        Stand::Clashes
    }
}

/// Says whether an event is the edit that was refused.
pub(crate) fn is_refused(conflict: &Conflict, event: &Event) -> bool {
    let refusal = &conflict.refusal;
    let field = refusal.facts.get("field");
    refusal.code == "conflict"
        && refusal.subject == Some(event.subject().uuid())
        && event
            .field_change()
            .is_some_and(|change| field.is_some_and(|field| field == change.field))
}

/// Finds the edit of the same field of the same entity.
pub(crate) fn same_field<'e>(event: &Event, among: &'e [Event]) -> Option<&'e Event> {
    let key = |event: &Event| -> (EntityId, Aspect) { (event.subject(), Aspect::of(event)) };
    among.iter().find(|one| key(one) == key(event))
}
