//! Searching at any time: every time in which the texts of a thing had the words.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use okr_core::id::EntityId;

use super::life::{Start, lives};
use super::texts::TextField;
use super::walk::{CHANGES, Candidate, THINGS, Walk, What, each_match, pending_newness};
use super::{Hits, SearchKind, SearchOrder};
use crate::error::ReplicaError;
use crate::moment::{Bound, Confirmed, Waiting};
use crate::reading::Reading;
use crate::version::{self, EntityKey};
use crate::{meta, record};

/// Finds what ever had the words in its texts.
pub(super) fn search(reading: &Reading<'_>, order: &SearchOrder) -> Result<Hits, ReplicaError> {
    let Some(mut walk) = Walk::new(reading, order)? else {
        return Ok(Hits::default());
    };
    let head = meta::head(reading.db())?;
    walk.add_pending_changes(Bound {
        confirmed: Confirmed::Until(head),
        waiting: Waiting::Everything,
    })?;
    let fitting = fitting(&walk)?;
    for number in fitting.changes {
        walk.add_change(record::position(number)?)?;
    }
    let mut things: Vec<EntityId> = reading.queue().order.clone();
    for key in fitting.things {
        let at_head = version::at(reading.db(), key, Confirmed::Until(head))?;
        things.extend(at_head.map(|version| version.entity.id()));
    }
    let mut seen = BTreeSet::new();
    things.retain(|id| seen.insert(*id));
    add_lives(&mut walk, &things)?;
    walk.hits()
}

/// The changes and things that fit by the index, or by what it lacks.
#[derive(Default)]
struct Fitting {
    changes: BTreeSet<i64>,
    /// In the order in which they were found.
    things: Vec<EntityKey>,
    seen: BTreeSet<EntityKey>,
}

impl Fitting {
    fn add(&mut self, number: i64) {
        if number <= CHANGES.1 {
            self.changes.insert(number);
        } else if self.seen.insert(EntityKey::of_row(number)) {
            self.things.push(EntityKey::of_row(number));
        }
    }

    fn count(&self) -> usize {
        self.changes.len() + self.things.len()
    }
}

/// Finds enough of what fits in some texts, the newest first.
fn fitting(walk: &Walk<'_, '_>) -> Result<Fitting, ReplicaError> {
    let db = walk.reading.db();
    let mut fitting = Fitting::default();
    for number in walk.lacking(meta::head(db)?)? {
        fitting.add(number);
    }
    // A scope may take most of it away again, so that nothing is enough then.
    let narrowed = walk.order.teams.is_some() || walk.order.cycles.is_some();
    let enough = if narrowed { usize::MAX } else { walk.enough };
    for (fields, numbers) in [
        (&[TextField::Title][..], THINGS),
        (&walk.fields, THINGS),
        (&[TextField::Reason], CHANGES),
    ] {
        if !fields.iter().all(|field| walk.fields.contains(field)) {
            continue;
        }
        let expression = walk.order.query.expression(fields);
        let most = fitting.count().saturating_add(enough);
        each_match(db, &expression, numbers, |number| {
            fitting.add(number);
            Ok(if fitting.count() < most {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        })?;
    }
    Ok(fitting)
}

/// Adds the times in which the texts of things fit.
fn add_lives(walk: &mut Walk<'_, '_>, things: &[EntityId]) -> Result<(), ReplicaError> {
    let mut all = Vec::new();
    for id in things {
        if SearchKind::of(id.kind()).is_none_or(|kind| !walk.order.wants(kind)) {
            continue;
        }
        for life in lives(walk.reading, *id)? {
            if walk.scope.holds_place(&life.entity)? {
                all.push(life);
            }
        }
    }
    let sifted = walk.sieve.sift(all.iter().map(|life| &life.texts))?;
    let mut all: Vec<_> = all.into_iter().map(Some).collect();
    for one in sifted {
        let Some(life) = all[one.place].take() else {
            continue;
        };
        walk.found.push(Candidate {
            titled: Walk::is_titled(&one.matches),
            newness: match life.since {
                Start::At(position) => record::number(position),
                Start::Pending(place) => pending_newness(place),
            },
            texts: life.texts.clone(),
            what: What::Life(life),
        });
    }
    Ok(())
}
