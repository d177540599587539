//! From what was found to what is told about it: the order, and the changes that the texts came by.

use okr_core::entity::Entity;

use super::life::{self, Start, Starts};
use super::sieve::{Sieve, TextMatch};
use super::texts::Texts;
use super::walk::{Candidate, Walk, What};
use super::{Hit, Hits, RANKED};
use crate::error::ReplicaError;
use crate::moment::Confirmed;
use crate::reading::Reading;

impl Walk<'_, '_> {
    /// Puts what was found in order and reads what is told about it.
    pub(super) fn hits(mut self) -> Result<Hits, ReplicaError> {
        self.found
            .sort_by_key(|one| std::cmp::Reverse((one.titled, one.newness)));
        self.found.truncate(self.enough);
        let mut ranked = ranked(&self.sieve, self.found, |one| &one.texts)?;
        let more = ranked.len() > self.order.limit;
        ranked.truncate(self.order.limit);
        let mut starts = Starts::default();
        let mut hits = Vec::with_capacity(ranked.len());
        for (candidate, matches) in ranked {
            hits.push(hit(self.reading, (candidate, matches), &mut starts)?);
        }
        Ok(Hits { hits, more })
    }
}

/// Reads what is told about a hit.
fn hit(
    reading: &Reading<'_>,
    (candidate, matches): (Candidate, Vec<TextMatch>),
    starts: &mut Starts,
) -> Result<Hit, ReplicaError> {
    let mut entry = |start: Option<Start>| match start {
        Some(start) => starts.entry(reading, start),
        None => Ok(None),
    };
    Ok(match candidate.what {
        What::Thing(entity) => Hit {
            since: entry(began(reading, &entity, &candidate.texts)?)?,
            until: None,
            entity: Some(entity),
            matches,
        },
        What::Life(life) => Hit {
            since: entry(Some(life.since))?,
            until: entry(life.until)?,
            entity: Some(life.entity),
            matches,
        },
        What::Change(start) => Hit {
            since: entry(Some(start))?,
            until: None,
            entity: None,
            matches,
        },
    })
}

/// Finds the change since which a thing has had its texts at the moment.
fn began(
    reading: &Reading<'_>,
    entity: &Entity,
    texts: &Texts,
) -> Result<Option<Start>, ReplicaError> {
    let bound = reading.bound(entity.id());
    let counts = |start: Start| match (start, bound.confirmed) {
        (Start::At(position), Confirmed::Until(until)) => position <= until,
        (Start::At(_), Confirmed::Authored(_)) => true,
        (Start::Pending(place), _) => reading.queue().changes.get(place).is_some_and(|queued| {
            bound
                .waiting
                .counts(place, queued.authored_at.as_microsecond())
        }),
    };
    let lives = life::lives(reading, entity.id())?;
    let mut newest_first = lives.iter().rev();
    let life = newest_first.find(|life| life.texts == *texts && counts(life.since));
    Ok(life.map(|life| life.since))
}

/// Puts the newest of some things in order: those that fit best first, else as they are.
fn ranked<T>(
    sieve: &Sieve,
    found: Vec<T>,
    texts: impl Fn(&T) -> &Texts,
) -> Result<Vec<(T, Vec<TextMatch>)>, ReplicaError> {
    let mut sifted = sieve.sift(found.iter().map(texts))?;
    let newest = sifted.len().min(RANKED);
    sifted[..newest].sort_by_key(|one| std::cmp::Reverse(one.rank));
    let mut found: Vec<Option<T>> = found.into_iter().map(Some).collect();
    let ordered = sifted.into_iter().filter_map(|one| {
        let thing = found[one.place].take();
        thing.map(|thing| (thing, one.matches))
    });
    Ok(ordered.collect())
}
