//! The things whose changes concern somebody, and between which positions they did.

use std::collections::BTreeMap;

use okr_core::id::{EntityId, EntityKind, PersonId};
use rusqlite::{Connection, ToSql};

use super::{Because, InboxSpan, Positions, follow};
use crate::error::ReplicaError;
use crate::record;
use crate::version::{self, EntityKey};

/// The things, by number.
#[derive(Debug, Default)]
pub(super) struct Watched(BTreeMap<EntityKey, Vec<Stretch>>);

/// A stretch of the log in which a thing concerned somebody, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    from: i64,
    /// None: it still does.
    to: Option<i64>,
    why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// They own it: it begins and ends with a change of the owner.
    Owned,
    /// It belongs to something that they own, or it is themselves.
    Theirs,
    /// They follow it, or what it belongs to.
    Followed,
}

/// A version of a thing: which, and between which positions.
type Row = (EntityKey, i64, Option<i64>);

impl Stretch {
    const fn always(why: Why) -> Self {
        let (from, to) = (0, None);
        Self { from, to, why }
    }

    fn holds(self, position: i64) -> bool {
        self.from <= position && self.to.is_none_or(|to| position <= to)
    }

    /// Returns what of a version that belongs to the thing concerns somebody; none when nothing.
    fn of_below(self, (_, from, to): Row) -> Option<Self> {
        let from = from.max(self.from);
        let to = match (to, self.to) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        let why = match self.why {
            Why::Owned | Why::Theirs => Why::Theirs,
            Why::Followed => Why::Followed,
        };
        to.is_none_or(|to| from <= to)
            .then_some(Self { from, to, why })
    }

    const fn because(self, position: i64) -> Because {
        match (self.why, self.to) {
            (Why::Owned, _) if position == self.from => Because::Given,
            (Why::Owned, Some(to)) if position == to => Because::Taken,
            (Why::Owned | Why::Theirs, _) => Because::Yours,
            (Why::Followed, _) => Because::Followed,
        }
    }
}

impl Watched {
    /// Finds what somebody owned at any time of a span, what they follow, and what belongs to it.
    pub(super) fn read(
        db: &Connection,
        me: PersonId,
        span: InboxSpan,
    ) -> Result<Self, ReplicaError> {
        let mut watched = Self::default();
        if let Some(key) = version::find(db, me.into())? {
            watched.add(key, Stretch::always(Why::Theirs));
        }
        let mut objectives = Vec::new();
        for (kind, (key, from, to)) in owned(db, me, span)? {
            let why = Why::Owned;
            let stretch = Stretch { from, to, why };
            watched.add(key, stretch);
            if kind == version::kind_number(EntityKind::Objective) {
                objectives.push((key, stretch));
            }
        }
        watched.follow(db, span, &mut objectives)?;
        for (key, stretch) in objectives {
            watched.add_below(stretch, below(db, KEY_RESULTS_OF, (key, span))?);
        }
        Ok(watched)
    }

    /// Adds what somebody follows; of a team and of a cycle the objectives, too.
    fn follow(
        &mut self,
        db: &Connection,
        span: InboxSpan,
        objectives: &mut Vec<(EntityKey, Stretch)>,
    ) -> Result<(), ReplicaError> {
        for followed in follow::followed(db)? {
            let Some(key) = version::find(db, followed.thing)? else {
                continue;
            };
            let stretch = Stretch {
                from: record::number(followed.since.next()),
                ..Stretch::always(Why::Followed)
            };
            self.add(key, stretch);
            let goals = match followed.thing {
                EntityId::Objective(_) => {
                    objectives.push((key, stretch));
                    continue;
                }
                EntityId::Team(_) => OBJECTIVES_OF_TEAM,
                EntityId::Cycle(_) => OBJECTIVES_OF_CYCLE,
                EntityId::Org(_)
                | EntityId::Person(_)
                | EntityId::KeyResult(_)
                | EntityId::CheckIn(_)
                | EntityId::Comment(_)
                | EntityId::Initiative(_)
                | EntityId::Metric(_)
                | EntityId::MetricValue(_) => continue,
            };
            objectives.extend(self.add_below(stretch, below(db, goals, (key, span))?));
        }
        Ok(())
    }

    /// Adds what belongs to something that is watched, and returns what was added.
    fn add_below(&mut self, above: Stretch, rows: Vec<Row>) -> Vec<(EntityKey, Stretch)> {
        let mut added = Vec::new();
        for row in rows {
            if let Some(stretch) = above.of_below(row) {
                self.add(row.0, stretch);
                added.push((row.0, stretch));
            }
        }
        added
    }

    /// Adds a stretch; one that goes on where another of the same kind ends becomes part of it.
    fn add(&mut self, key: EntityKey, stretch: Stretch) {
        let known = self.0.entry(key).or_default();
        let before = known
            .iter_mut()
            .find(|before| before.why == stretch.why && before.to == Some(stretch.from));
        match before {
            Some(before) => before.to = stretch.to,
            None => known.push(stretch),
        }
    }

    /// Says why what happened to a thing at a position concerns somebody, if it does.
    pub(super) fn because(&self, key: EntityKey, position: i64) -> Option<Because> {
        let stretches = self.0.get(&key)?.iter();
        let holding = stretches.filter(|stretch| stretch.holds(position));
        holding.map(|stretch| stretch.because(position)).min()
    }

    /// Returns where something happened to the things within a span.
    pub(super) fn positions(
        &self,
        db: &Connection,
        span: InboxSpan,
    ) -> Result<Positions, ReplicaError> {
        let (first, last) = (
            record::number(span.after.next()),
            record::number(span.until),
        );
        let mut own = db.prepare_cached(POSITIONS_OF)?;
        let mut below = db.prepare_cached(POSITIONS_BELOW)?;
        let mut found: Vec<(i64, bool)> = Vec::new();
        for (key, stretches) in &self.0 {
            let mut take = |row: i64, is_comment: bool| {
                let position = version::position_of_row(row).map(record::number);
                let position = position
                    .filter(|position| stretches.iter().any(|stretch| stretch.holds(*position)));
                found.extend(position.map(|position| (position, is_comment)));
            };
            let mut rows = own.query((key.row(span.after.next()), key.row(span.until)))?;
            while let Some(row) = rows.next()? {
                take(row.get(0)?, false);
            }
            let mut rows = below.query((key.0, first, last))?;
            while let Some(row) = rows.next()? {
                take(row.get(0)?, row.get::<_, Option<i64>>(1)? == Some(COMMENT));
            }
        }
        // In order a map is made at once; of a position that was found twice it keeps the last, which says that
        // there is a comment if any does.
        found.sort_unstable();
        Ok(found.into_iter().collect())
    }
}

/// The number of comments among the kinds.
const COMMENT: i64 = version::kind_number(EntityKind::Comment);

/// Returns the versions of goals in which somebody owned them at any time of a span, with the kinds.
fn owned(db: &Connection, me: PersonId, span: InboxSpan) -> Result<Vec<(i64, Row)>, ReplicaError> {
    let mut statement = db.prepare_cached(OWNED)?;
    let mut rows = statement.query((
        me.uuid().to_string(),
        record::number(span.after),
        record::number(span.until),
    ))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((
            row.get(3)?,
            (EntityKey::of_row(row.get(0)?), row.get(1)?, row.get(2)?),
        ));
    }
    // In the order of the log, so that those of one thing that follow each other become one.
    found.sort_unstable();
    Ok(found)
}

/// Returns the versions of what belonged to something at any time of a span.
fn below(
    db: &Connection,
    sql: &str,
    (key, span): (EntityKey, InboxSpan),
) -> Result<Vec<Row>, ReplicaError> {
    let mut statement = db.prepare_cached(sql)?;
    let parameters: [&dyn ToSql; 3] = [
        &key.0,
        &record::number(span.after),
        &record::number(span.until),
    ];
    let rows = statement.query_map(parameters, |row| {
        Ok((EntityKey::of_row(row.get(0)?), row.get(1)?, row.get(2)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Goals by their owner; the rows of the authored axis have no position.
const OWNED: &str = "SELECT key, recorded_from, recorded_to, kind FROM versions
     WHERE kind IN (5, 6, 9, 10) AND body ->> '$.owner' = ?1
         AND recorded_from <= ?3 AND (recorded_to IS NULL OR recorded_to > ?2)";

const KEY_RESULTS_OF: &str = "SELECT key, recorded_from, recorded_to FROM versions
     WHERE parent = ?1 AND day IS NULL AND kind = 6
         AND recorded_from <= ?3 AND (recorded_to IS NULL OR recorded_to > ?2)
     ORDER BY key";

const OBJECTIVES_OF_TEAM: &str = "SELECT key, recorded_from, recorded_to FROM versions
     WHERE team = ?1 AND +kind = 5
         AND recorded_from <= ?3 AND (recorded_to IS NULL OR recorded_to > ?2)
     ORDER BY key";

const OBJECTIVES_OF_CYCLE: &str = "SELECT key, recorded_from, recorded_to FROM versions
     WHERE cycle = ?1 AND +kind = 5
         AND recorded_from <= ?3 AND (recorded_to IS NULL OR recorded_to > ?2)
     ORDER BY key";

const POSITIONS_OF: &str = "SELECT key FROM versions WHERE key BETWEEN ?1 AND ?2";

/// Read from the index alone, but for the kind of what has no day, as comments: the last digits of a
/// key are a position.
const POSITIONS_BELOW: &str = "SELECT key, CASE WHEN day IS NULL THEN kind END FROM versions
     WHERE parent = ?1 AND (key & 4294967295) BETWEEN ?2 AND ?3";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbox::COMMENTS_BETWEEN;
    use crate::inbox::unread::OWN_AFTER;
    use crate::schema;

    /// Returns how the database goes about a statement.
    fn plan(sql: &str, parameters: &[&dyn ToSql]) -> String {
        let db = schema::create_temporary(|_| Ok(())).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {sql}");
        let mut statement = db.prepare(&sql).unwrap();
        let details = statement.query_map(parameters, |row| row.get::<_, String>("detail"));
        let details: Vec<String> = details.unwrap().map(Result::unwrap).collect();
        details.join("; ")
    }

    #[test]
    fn everything_is_found_by_an_index() {
        for (sql, index) in [
            (OWNED, "COVERING INDEX versions_owner (<expr>=?"),
            (KEY_RESULTS_OF, "INDEX versions_parent (parent=? AND day=?"),
            (OBJECTIVES_OF_TEAM, "INDEX versions_team (team=?)"),
            (OBJECTIVES_OF_CYCLE, "INDEX versions_cycle (cycle=?)"),
            (POSITIONS_BELOW, "INDEX versions_parent (parent=?)"),
        ] {
            let plan = plan(sql, &[&"x", &1, &2]);
            assert!(plan.contains(index), "{sql}: {plan}");
            assert!(!plan.contains("SCAN"), "{sql}: {plan}");
        }
        let found = plan(OWN_AFTER, &[&1, &2]);
        assert!(
            found.contains("COVERING INDEX records_author (author=? AND rowid>"),
            "{found}"
        );
        let found = plan(POSITIONS_OF, &[&1, &2]);
        assert!(found.contains("INTEGER PRIMARY KEY"), "{found}");
        let found = plan(COMMENTS_BETWEEN, &[&1, &2]);
        assert!(
            found.contains("versions_later_kinds (kind=? AND rowid>"),
            "{found}"
        );
        assert!(!found.contains("TEMP B-TREE"), "{found}");
    }
}
