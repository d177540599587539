//! Searching at a moment: the newest of what fits and was there.

use std::collections::HashSet;
use std::ops::ControlFlow;

use okr_core::entity::Entity;
use okr_core::id::Position;
use rusqlite::Connection;

use super::index::{self, New};
use super::life::{Life, Start, Starts};
use super::scope::Scope;
use super::sieve::{BATCH, Sieve, TextMatch};
use super::texts::{TextField, Texts};
use super::{Hits, RANKED, SearchKind, SearchOrder};
use crate::error::ReplicaError;
use crate::meta::{self, Meta};
use crate::moment::{Bound, Confirmed, Waiting};
use crate::reading::Reading;
use crate::version::{self, EntityKey, Version};
use crate::{log, record};

/// Something that may be a hit.
pub(super) struct Candidate {
    pub(super) what: What,
    pub(super) texts: Texts,
    /// Whether all the words are in the title.
    pub(super) titled: bool,
    /// Greater for what is newer.
    pub(super) newness: i64,
}

/// What may be a hit.
pub(super) enum What {
    Thing(Entity),
    Life(Life),
    Change(Start),
}

/// The numbers of the index: those of changes are positions, those of versions are their keys.
pub(super) type Numbers = (i64, i64);
pub(super) const CHANGES: Numbers = (0, 1 << 31);
pub(super) const THINGS: Numbers = (1 << 32, i64::MAX);

/// A search that is under way.
pub(super) struct Walk<'a, 'r> {
    pub(super) reading: &'a Reading<'r>,
    pub(super) order: &'a SearchOrder,
    pub(super) scope: Scope<'a, 'r>,
    pub(super) sieve: Sieve,
    pub(super) fields: Vec<TextField>,
    /// How many are enough.
    pub(super) enough: usize,
    pub(super) found: Vec<Candidate>,
    taken: HashSet<i64>,
}

/// Finds what has the words in its texts at the moment of a reading.
pub(super) fn search(reading: &Reading<'_>, order: &SearchOrder) -> Result<Hits, ReplicaError> {
    let Some(mut walk) = Walk::new(reading, order)? else {
        return Ok(Hits::default());
    };
    walk.add_pending_things()?;
    walk.add_pending_changes(reading.definitions())?;
    let until = match walk.last_position() {
        Some(position) => position,
        None => meta::head(reading.db())?,
    };
    for number in walk.lacking(until)? {
        walk.take(number, false)?;
    }
    let things = (THINGS.0, walk.last_thing()?);
    walk.add_indexed(&[TextField::Title], things)?;
    walk.add_indexed(&walk.fields.clone(), things)?;
    walk.add_indexed(&[TextField::Reason], (CHANGES.0, record::number(until)))?;
    walk.hits()
}

impl<'a, 'r> Walk<'a, 'r> {
    /// Prepares a search; none when no text is searched.
    pub(super) fn new(
        reading: &'a Reading<'r>,
        order: &'a SearchOrder,
    ) -> Result<Option<Self>, ReplicaError> {
        let fields = order.searched();
        if fields.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            reading,
            order,
            scope: Scope::new(reading, order),
            sieve: Sieve::new(order.query.expression(&fields))?,
            fields,
            enough: order.limit.saturating_add(1).max(RANKED),
            found: Vec::new(),
            taken: HashSet::new(),
        }))
    }

    /// Says whether all the words of a match are in a title.
    pub(super) fn is_titled(matches: &[TextMatch]) -> bool {
        matches.iter().all(|one| one.field == TextField::Title)
    }

    fn add_pending_things(&mut self) -> Result<(), ReplicaError> {
        let wanted = |entity: &&Entity| self.wants(entity);
        let things: Vec<&Entity> = self.reading.laid_over().filter(wanted).collect();
        let texts: Vec<Texts> = things.iter().map(|entity| Texts::of(entity)).collect();
        let queue = self.reading.queue();
        for sifted in self.sieve.sift(&texts)? {
            let entity = things[sifted.place];
            let newest = queue.events(entity.id(), Waiting::Everything).last();
            if self.scope.holds(entity)? {
                self.found.push(Candidate {
                    what: What::Thing(entity.clone()),
                    texts: texts[sifted.place].clone(),
                    titled: Self::is_titled(&sifted.matches),
                    newness: pending_newness(newest.map_or(0, |event| event.place)),
                });
            }
        }
        Ok(())
    }

    /// Adds the pending changes whose reasons fit, of those that count.
    pub(super) fn add_pending_changes(&mut self, bound: Bound) -> Result<(), ReplicaError> {
        let queue = self.reading.queue();
        if queue.changes.is_empty() || !self.fields.contains(&TextField::Reason) {
            return Ok(());
        }
        let mut starts = Starts::default();
        let mut reasons = Vec::new();
        for (place, queued) in queue.changes.iter().enumerate() {
            if bound
                .waiting
                .counts(place, queued.authored_at.as_microsecond())
                && let Some(entry) = starts.entry(self.reading, Start::Pending(place))?
                && let Some(reason) = &entry.reason
            {
                reasons.push((place, Texts::of_reason(reason), entry));
            }
        }
        for sifted in self.sieve.sift(reasons.iter().map(|(_, texts, _)| texts))? {
            let (place, texts, entry) = &reasons[sifted.place];
            if self.scope.holds_change(entry)? {
                self.found.push(Candidate {
                    what: What::Change(Start::Pending(*place)),
                    texts: texts.clone(),
                    titled: false,
                    newness: pending_newness(*place),
                });
            }
        }
        Ok(())
    }

    /// Finds the numbers of what fits among the changes up to a position that the index lacks.
    pub(super) fn lacking(&self, until: Position) -> Result<Vec<i64>, ReplicaError> {
        let db = self.reading.db();
        let (mut fitting, mut batch) = (Vec::new(), Vec::new());
        let mut sift = |batch: &mut Vec<(i64, Texts)>| -> Result<(), ReplicaError> {
            let sifted = self.sieve.sift(batch.iter().map(|(_, texts)| texts))?;
            fitting.extend(sifted.iter().map(|one| batch[one.place].0));
            batch.clear();
            Ok(())
        };
        let from = index::position(db)?.next().get();
        index::each_new(db, from..=until.get(), &mut |new| match new {
            New::Texts(number, texts) => {
                batch.push((number, texts));
                if batch.len() < BATCH {
                    return Ok(());
                }
                sift(&mut batch)
            }
            New::Rewritten(_) => Ok(()),
        })?;
        sift(&mut batch)?;
        fitting.sort_unstable_by_key(|number| std::cmp::Reverse(*number));
        Ok(fitting)
    }

    /// Adds enough of what the index finds in some fields, the newest first.
    fn add_indexed(&mut self, fields: &[TextField], numbers: Numbers) -> Result<(), ReplicaError> {
        let fields: Vec<TextField> = fields
            .iter()
            .copied()
            .filter(|field| self.fields.contains(field))
            .collect();
        if fields.is_empty() {
            return Ok(());
        }
        let titled = fields == [TextField::Title];
        let expression = self.order.query.expression(&fields);
        let mut left = self.enough;
        each_match(self.reading.db(), &expression, numbers, |number| {
            if self.take(number, titled)? {
                left -= 1;
            }
            Ok(if left > 0 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        })
    }

    /// Adds what has a number in the index, if it is wanted and was there at the moment.
    fn take(&mut self, number: i64, titled: bool) -> Result<bool, ReplicaError> {
        if !self.taken.insert(number) {
            return Ok(false);
        }
        if number <= CHANGES.1 {
            return self.take_change(number);
        }
        let Some((version, newness)) = self.version_there(number)? else {
            return Ok(false);
        };
        if !self.scope.holds(&version.entity)? {
            return Ok(false);
        }
        self.found.push(Candidate {
            texts: Texts::of(&version.entity),
            what: What::Thing(version.entity),
            titled,
            newness,
        });
        Ok(true)
    }

    fn take_change(&mut self, number: i64) -> Result<bool, ReplicaError> {
        let position = record::position(number)?;
        let bound = self.reading.definitions();
        let is_there = match bound.confirmed {
            Confirmed::Until(until) => position <= until,
            Confirmed::Authored(i64::MAX) => true,
            Confirmed::Authored(until) => log::entry(self.reading.db(), position)?
                .is_some_and(|entry| entry.authored_at.as_microsecond() <= until),
        };
        if is_there {
            self.add_change(position)
        } else {
            Ok(false)
        }
    }

    /// Adds a confirmed change, if it is in scope.
    pub(super) fn add_change(&mut self, position: Position) -> Result<bool, ReplicaError> {
        let Some(entry) = log::entry(self.reading.db(), position)? else {
            return Ok(false);
        };
        let Some(reason) = &entry.reason else {
            return Ok(false);
        };
        if !self.order.wants(SearchKind::Change) || !self.scope.holds_change(&entry)? {
            return Ok(false);
        }
        self.found.push(Candidate {
            texts: Texts::of_reason(reason),
            what: What::Change(Start::At(position)),
            titled: false,
            newness: match self.reading.definitions().confirmed {
                Confirmed::Until(_) => record::number(position),
                Confirmed::Authored(_) => entry.authored_at.as_microsecond(),
            },
        });
        Ok(true)
    }

    /// Reads a version that was there at the moment and that no pending change is about.
    fn version_there(&self, key: i64) -> Result<Option<(Version, i64)>, ReplicaError> {
        let db = self.reading.db();
        let mut statement = db.prepare_cached(
            "SELECT key, kind, id, flags, body, authored_from, recorded_from, recorded_to,
                 authored_to, day
             FROM versions WHERE key = ?1",
        )?;
        let mut rows = statement.query([key])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let id = version::entity_id(row.get(1)?, row.get(2)?)?;
        let wanted = SearchKind::of(id.kind()).is_some_and(|kind| self.order.wants(kind));
        if !wanted || self.reading.is_laid_over(id) {
            return Ok(None);
        }
        let confirmed = self.reading.bound(id).confirmed;
        let (from, to): (Option<i64>, Option<i64>) = match confirmed {
            Confirmed::Until(_) => (row.get(6)?, row.get(7)?),
            Confirmed::Authored(_) => (row.get(5)?, row.get(8)?),
        };
        let moment = version::condition_value(confirmed);
        let Some(from) = from.filter(|from| *from <= moment) else {
            return Ok(None);
        };
        if to.is_some_and(|to| to <= moment) {
            return Ok(None);
        }
        // Most check-ins are about other days; they are not worth being read.
        let (day, last): (Option<i64>, _) = (row.get(9)?, self.reading.last_day_number());
        if day.zip(last).is_some_and(|(day, last)| day > last) {
            return Ok(None);
        }
        Ok(Some((Version::read(row)?, from)))
    }

    fn wants(&self, entity: &Entity) -> bool {
        SearchKind::of(entity.id().kind()).is_some_and(|kind| self.order.wants(kind))
    }

    /// Returns the newest position that counts; none when positions do not decide.
    fn last_position(&self) -> Option<Position> {
        match self.reading.definitions().confirmed {
            Confirmed::Until(position) => Some(position),
            Confirmed::Authored(_) => None,
        }
    }

    /// Returns the last number of a version that can have been there at the moment.
    ///
    /// Entities are numbered in the order in which they appear, so halving finds the last one.
    fn last_thing(&self) -> Result<i64, ReplicaError> {
        let db = self.reading.db();
        let Some(position) = self
            .last_position()
            .filter(|_| !self.reading.is_effective())
        else {
            return Ok(THINGS.1);
        };
        if position >= meta::head(db)? {
            return Ok(THINGS.1);
        }
        let mut first = db.prepare_cached("SELECT min(key) FROM versions WHERE key >= ?1")?;
        let newest: i64 = Meta::Entities.require(db)?;
        let (mut before, mut after) = (0, newest + 1);
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            let key: i64 = first.query_row([EntityKey(middle).first_row()], |row| row.get(0))?;
            if version::position_of_row(key).is_some_and(|began| began <= position) {
                before = middle;
            } else {
                after = middle;
            }
        }
        Ok(EntityKey(before).last_row())
    }
}

/// What is pending is newer than everything else, in its order.
pub(super) fn pending_newness(place: usize) -> i64 {
    (1 << 62) + i64::try_from(place).unwrap_or(0)
}

/// Gives the numbers of what the index finds, the newest first, until it is told to stop.
pub(super) fn each_match(
    db: &Connection,
    expression: &str,
    (first, last): Numbers,
    mut take: impl FnMut(i64) -> Result<ControlFlow<()>, ReplicaError>,
) -> Result<(), ReplicaError> {
    let mut statement = db.prepare_cached(
        "SELECT rowid FROM search WHERE search MATCH ?1 AND rowid BETWEEN ?2 AND ?3
         ORDER BY rowid DESC",
    )?;
    let mut rows = statement.query((expression, first, last))?;
    while let Some(row) = rows.next()? {
        if take(row.get(0)?)?.is_break() {
            break;
        }
    }
    Ok(())
}
