//! Settling a conflict: the same edits made again, with what a person wants where values clash.
//!
//! Whatever a decision takes away is kept among what was dropped. Changes that followed from the
//! conflict wait to be pushed again as soon as they fit.

use std::collections::HashSet;

use okr_core::Date;
use okr_core::admit::{Context, Verdict, admit};
use okr_core::change::Change;
use okr_core::event::Event;
use okr_core::id::ChangeId;
use okr_core::text::LongText;
use okr_core::value::AmendmentCategory;
use okr_core::view::{Overlay, View};
use okr_proto::Refusal;
use rusqlite::Connection;

use super::clash::{self, Stand};
use super::{Conflict, Resolution, Resolved, all, follows, moment_of, remove};
use crate::dropped::{self, How};
use crate::error::ReplicaError;
use crate::pending;
use crate::rebase::{self, Bench};
use crate::replica::Replica;

/// A decision about a conflict, with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// What is decided.
    pub resolution: Resolution,
    /// The values that [`Resolution::Value`] sets: for each field that clashes an edit whose `to`
    /// is the value. What its author saw is taken from what is there now.
    pub values: Vec<Event>,
    /// Why; none: the reason that the change had.
    pub reason: Option<LongText>,
    /// The category of an amendment; none: the one that the change had.
    pub amendment: Option<AmendmentCategory>,
    /// The id of the change that is made. When it is a UUIDv7, its time is that of the decision,
    /// else that is the time at which the original was written.
    pub new_id: ChangeId,
    /// The day in the organisation's time zone.
    pub today: Date,
}

/// What a decision did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// What came of the change itself.
    pub resolved: Resolved,
    /// The changes that had followed from it and wait to be pushed again, oldest first.
    pub returned: Vec<ChangeId>,
    /// The changes that follow from it and are conflicts still, oldest first.
    pub left: Vec<ChangeId>,
}

impl Replica {
    /// Settles a conflict; durable when it returns.
    ///
    /// Also a change that was dropped can be settled: [`Resolution::Mine`] makes it again.
    ///
    /// # Errors
    /// Only when the store fails. What the rules refuse is a [`Resolved`].
    pub fn settle(
        &mut self,
        change: ChangeId,
        settlement: &Settlement,
    ) -> Result<Settled, ReplicaError> {
        self.write(|db| {
            let nothing = |resolved| Settled {
                resolved,
                returned: Vec::new(),
                left: Vec::new(),
            };
            let Some((found, conflict)) = find(db, (change, settlement.resolution))? else {
                return Ok(nothing(Resolved::NoSuchConflict));
            };
            let (resolved, rest) = decide(db, (&found, conflict.as_ref()), settlement)?;
            let gone = match &resolved {
                Resolved::StillRefused(_) | Resolved::NoSuchConflict | Resolved::NothingClashes => {
                    return Ok(nothing(resolved));
                }
                Resolved::Again(again) => rest.then_some(Some(again.id)),
                Resolved::Dropped => Some(None),
                Resolved::AlreadySo => None,
            };
            match (gone, settlement.resolution.how()) {
                (Some(by), Some(how)) => {
                    let encoded = pending::encode(&found)?;
                    let at = made_at(settlement.new_id).unwrap_or(found.authored_at);
                    dropped::keep(db, (&found, &encoded), (how, by), at)?;
                }
                (_, _) => dropped::forget(db, change)?,
            }
            remove(db, change)?;
            let (returned, left) = free_followers(db, change)?;
            Ok(Settled {
                resolved,
                returned,
                left,
            })
        })
    }
}

impl Resolution {
    /// Returns how what this takes away counts as dropped; none when nothing is taken away.
    const fn how(self) -> Option<How> {
        match self {
            Self::Mine => None,
            Self::Theirs => Some(How::Theirs),
            Self::Base => Some(How::Base),
            Self::Value => Some(How::Value),
            Self::Drop => Some(How::Drop),
        }
    }
}

/// Finds what is to be settled: a conflict, or a change that was dropped.
fn find(
    db: &Connection,
    (id, resolution): (ChangeId, Resolution),
) -> Result<Option<(Change, Option<Conflict>)>, ReplicaError> {
    let conflict = all(db)?.into_iter().find(|kept| kept.change.id == id);
    if let Some(conflict) = conflict {
        return Ok(Some((conflict.change.clone(), Some(conflict))));
    }
    if resolution != Resolution::Mine {
        return Ok(None);
    }
    match dropped::find(db, id)? {
        Some(encoded) => Ok(Some((pending::decode(&encoded)?, None))),
        None => Ok(None),
    }
}

/// Makes the change again as decided. Says also whether anything of the original was left out.
fn decide(
    db: &Connection,
    (original, conflict): (&Change, Option<&Conflict>),
    settlement: &Settlement,
) -> Result<(Resolved, bool), ReplicaError> {
    match settlement.resolution {
        Resolution::Drop => return Ok((Resolved::Dropped, true)),
        Resolution::Mine | Resolution::Theirs | Resolution::Base | Resolution::Value => {}
    }
    let bench = Bench::read(db)?;
    let view = rebase::head_view(db)?;
    let mut state = Overlay::new(&view);
    rebase::rebase_onto(&mut state, bench, pending::all(db)?)?;

    let rewritten = rewrite(&state, (original, conflict), settlement)?;
    match (settlement.resolution, rewritten.clashes) {
        (Resolution::Theirs, 0) => return Ok((Resolved::Dropped, true)),
        (Resolution::Base | Resolution::Value, 0) => return Ok((Resolved::NothingClashes, false)),
        (
            Resolution::Mine
            | Resolution::Theirs
            | Resolution::Base
            | Resolution::Value
            | Resolution::Drop,
            _,
        ) => {}
    }
    let left_out = rewritten.clashes > 0;
    if rewritten.events.is_empty() {
        let done = match settlement.resolution {
            Resolution::Mine => Resolved::AlreadySo,
            Resolution::Theirs | Resolution::Base | Resolution::Value | Resolution::Drop => {
                Resolved::Dropped
            }
        };
        return Ok((done, left_out));
    }
    let change = Change {
        id: settlement.new_id,
        authored_at: made_at(settlement.new_id).unwrap_or(original.authored_at),
        reason: settlement.reason.clone().or(original.reason.clone()),
        amendment: settlement.amendment.or(original.amendment),
        events: rewritten.events,
        ..original.clone()
    };
    let context = Context::new(bench.me, settlement.today);
    crate::upgrade::refuse_unknown(db, &state, &change)?;
    let resolved = match admit(&state, &context, bench.org, &change)? {
        Verdict::Rejected(rejection) => Resolved::StillRefused(Refusal::from(&rejection)),
        Verdict::AlreadySo => Resolved::AlreadySo,
        Verdict::Admitted => {
            pending::append(db, &change, &pending::encode(&change)?)?;
            Resolved::Again(change)
        }
    };
    Ok((resolved, left_out))
}

/// The events of a change as they are made now.
#[derive(Debug, Default)]
struct Rewritten {
    /// Those that alter something.
    events: Vec<Event>,
    /// How many fields have a third value.
    clashes: usize,
}

fn rewrite<V: View>(
    state: &V,
    (original, conflict): (&Change, Option<&Conflict>),
    settlement: &Settlement,
) -> Result<Rewritten, V::Error> {
    let mut overlay = Overlay::new(state);
    let mut rewritten = Rewritten::default();
    for event in &original.events {
        let Some(now) = overlay.entity(event.subject())? else {
            overlay.apply_event(event)?;
            rewritten.events.push(event.clone());
            continue;
        };
        let was_refused = conflict.is_some_and(|conflict| clash::is_refused(conflict, event));
        let clashes = was_refused || clash::stand(event, &now) == Stand::Clashes;
        rewritten.clashes += usize::from(clashes);
        let wanted = if clashes {
            match settlement.resolution {
                Resolution::Mine => Some(event.clone()),
                Resolution::Theirs | Resolution::Drop => None,
                Resolution::Base => crate::reversed::reversed(event),
                Resolution::Value => clash::same_field(event, &settlement.values).cloned(),
            }
        } else {
            Some(event.clone())
        };
        let Some(mut again) = wanted else { continue };
        super::afresh::see_now(&mut again, &now);
        overlay.apply_event(&again)?;
        // What is so already is not told again.
        if overlay.entity(event.subject())?.as_ref() != Some(&now) {
            rewritten.events.push(again);
        }
    }
    Ok(rewritten)
}

/// Lets the conflicts that follow from a change wait to be pushed again, where they fit by now.
fn free_followers(
    db: &Connection,
    cause: ChangeId,
) -> Result<(Vec<ChangeId>, Vec<ChangeId>), ReplicaError> {
    let (mut returned, mut left) = (Vec::new(), Vec::new());
    // Conflicts stand in the order in which they were written, so a cause comes before its effects.
    let mut causes = HashSet::from([cause]);
    let mut following = all(db)?;
    following.retain(|conflict| {
        let is_one = follows(&conflict.refusal).is_some_and(|id| causes.contains(&id));
        if is_one {
            causes.insert(conflict.change.id);
        }
        is_one
    });
    if following.is_empty() {
        return Ok((returned, left));
    }
    let bench = Bench::read(db)?;
    let view = rebase::head_view(db)?;
    let mut state = Overlay::new(&view);
    rebase::rebase_onto(&mut state, bench, pending::all(db)?)?;
    for conflict in following {
        let change = conflict.change;
        match admit(&state, &bench.rejudging(), bench.org, &change)? {
            Verdict::Admitted => {
                state.apply(&change)?;
                pending::append(db, &change, &encoded(db, change.id)?)?;
                remove(db, change.id)?;
                returned.push(change.id);
            }
            Verdict::AlreadySo | Verdict::Rejected(_) => left.push(change.id),
        }
    }
    Ok((returned, left))
}

/// Returns a conflict as it was encoded, with the salts that it had.
fn encoded(db: &Connection, id: ChangeId) -> Result<okr_proto::EncodedChange, ReplicaError> {
    let mut statement =
        db.prepare_cached("SELECT body, texts FROM conflicts WHERE change_id = ?1")?;
    let (body, texts): (Vec<u8>, Vec<u8>) =
        statement.query_row([id.to_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    pending::read_encoded(body, &texts)
}

/// Returns the time that an id was made at, if it says so.
fn made_at(id: ChangeId) -> Option<okr_core::Timestamp> {
    id.uuid().get_timestamp().and_then(moment_of)
}
