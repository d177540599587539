//! Check-ins at the moment, with who reported them and when.

use std::cmp::Reverse;

use okr_core::Timestamp;
use okr_core::change::Change;
use okr_core::entity::{CheckIn, Entity};
use okr_core::id::{CheckInId, KeyResultId, PersonId};
use okr_core::value::Source;
use rusqlite::{OptionalExtension as _, Row};

use super::kept::Kept;
use super::latest::{Latest, Made};
use super::{Known, Reading};
use crate::error::ReplicaError;
use crate::log::Place;
use crate::moment::Confirmed;
use crate::version::{self, CORRECTED, EntityKey, LATE, RETRACTED, Version};
use crate::{meta, record};

/// A check-in, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckInFact {
    /// What it says, corrections included.
    pub check_in: CheckIn,
    /// Where the change that made it stands.
    pub place: Place,
    /// Who recorded it.
    pub author: PersonId,
    /// The person who originally reported it, when somebody else recorded it.
    pub on_behalf_of: Option<PersonId>,
    /// How it came to be.
    pub source: Source,
    /// When it was written.
    pub authored_at: Timestamp,
    /// Whether its cycle was closed when it was recorded.
    pub late: bool,
    /// Whether it was put right since.
    pub corrected: bool,
}

/// Which check-ins are walked through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// Every one, also what was taken back.
    All,
    /// What was not taken back.
    Counting,
}

/// Makes the query of a walk through the check-ins of a key result, on an axis.
macro_rules! walk_sql {
    ($axis:literal) => {
        concat!(
            "SELECT ",
            version::columns!(),
            " FROM versions WHERE parent = ?1 AND day <= ?2 AND ",
            version::counts!($axis, "?3"),
            " AND flags & ?4 = 0 ORDER BY day DESC, key DESC"
        )
    };
}

/// The query for the change that made something.
const MADE_SQL: &str = "SELECT recorded_at, authored_at, source, author, on_behalf_of FROM records WHERE position = ?1";

impl Which {
    /// Returns the flags that are not wanted.
    const fn hidden(self) -> i64 {
        match self {
            Self::All => 0,
            Self::Counting => RETRACTED,
        }
    }
}

impl Reading<'_> {
    /// Returns the check-ins of a key result, newest first; retracted ones are among them.
    ///
    /// # Errors
    /// The store's failures.
    pub fn check_ins(
        &self,
        key_result: KeyResultId,
        limit: Option<usize>,
    ) -> Result<Vec<CheckInFact>, ReplicaError> {
        let limit = limit.unwrap_or(usize::MAX);
        let mut found = self.changed_of(key_result);
        let changed = found.len();
        let key = self.key(key_result.into())?;
        self.walk(key, (Which::All, &Kept::default()), |known| {
            found.push(known);
            found.len() - changed < limit
        })?;
        found.sort_by_key(|known| Reverse(rank(known)));
        found.truncate(limit);
        let kept = Kept::default();
        found
            .into_iter()
            .filter_map(|known| self.fact_kept(&known, &kept).transpose())
            .collect()
    }

    /// Returns a check-in, also one that was taken back; none that is not there at the moment.
    ///
    /// # Errors
    /// The store's failures.
    pub fn check_in_by(&self, id: CheckInId) -> Result<Option<CheckInFact>, ReplicaError> {
        match self.known(id.into())? {
            Some(known) => self.fact(&known),
            None => Ok(None),
        }
    }

    /// Returns the check-in that counts: the greatest effective date, then the last recorded.
    ///
    /// # Errors
    /// The store's failures.
    pub fn latest_check_in(
        &self,
        key_result: KeyResultId,
    ) -> Result<Option<CheckInFact>, ReplicaError> {
        match self.latest(key_result, None)? {
            Some(known) => self.fact(&known),
            None => Ok(None),
        }
    }

    /// Finds the check-in that counts of a key result, whose number may be known already.
    pub(super) fn latest(
        &self,
        key_result: KeyResultId,
        key: Option<EntityKey>,
    ) -> Result<Option<Known>, ReplicaError> {
        let newest = self.newest((key_result, key), 1, &Kept::default())?;
        Ok(newest.into_iter().next())
    }

    /// Returns so many check-ins that were not taken back, the one that counts first.
    pub(super) fn newest<'a>(
        &'a self,
        (key_result, key): (KeyResultId, Option<EntityKey>),
        count: usize,
        kept: &Kept<'a>,
    ) -> Result<Vec<Known>, ReplicaError> {
        let mut found = self.changed_of(key_result);
        found.retain(|known| match &known.entity {
            Entity::CheckIn(check_in) => !check_in.retracted,
            _ => false,
        });
        let changed = found.len();
        let key = match key {
            Some(key) => Some(key),
            None => self.key(key_result.into())?,
        };
        self.walk(key, (Which::Counting, kept), |known| {
            found.push(known);
            found.len() - changed < count
        })?;
        found.sort_by_key(|known| Reverse(rank(known)));
        found.truncate(count);
        Ok(found)
    }

    /// Returns the check-ins that pending changes are about.
    pub(super) fn changed_of(&self, key_result: KeyResultId) -> Vec<Known> {
        self.changed_below(key_result.into())
            .filter(|known| self.counts(&known.entity))
            .cloned()
            .collect()
    }

    /// Gives the check-ins of a key result, or the values of a metric, that no pending change is about
    /// to `take`, newest first, until it says false.
    pub(super) fn walk<'a>(
        &'a self,
        parent: Option<EntityKey>,
        (which, kept): (Which, &Kept<'a>),
        mut take: impl FnMut(Known) -> bool,
    ) -> Result<(), ReplicaError> {
        let db = self.snapshot.db;
        let Some(parent) = parent else {
            return Ok(());
        };
        let confirmed = self.check_ins.confirmed;
        let sql = match confirmed {
            Confirmed::Until(_) => walk_sql!("recorded"),
            Confirmed::Authored(_) => walk_sql!("authored"),
        };
        let until = version::condition_value(confirmed);
        let parameters = (parent.0, self.seek_day, until, which.hidden());
        kept.with((db, sql), |statement| {
            let mut rows = statement.query(parameters)?;
            while let Some(row) = rows.next()? {
                // Their numbers are not remembered: hardly anybody asks for one, and there are many.
                let known = Known::from(Version::read(row)?);
                if self.changed.contains_key(&known.entity.id()) {
                    continue;
                }
                if !take(known) {
                    break;
                }
            }
            Ok(())
        })
    }

    /// Adds to a check-in where it comes from.
    pub(super) fn fact(&self, known: &Known) -> Result<Option<CheckInFact>, ReplicaError> {
        self.fact_kept(known, &Kept::default())
    }

    /// As [`Reading::fact`], by a statement for many check-ins.
    fn fact_kept<'a>(
        &'a self,
        known: &Known,
        kept: &Kept<'a>,
    ) -> Result<Option<CheckInFact>, ReplicaError> {
        let Entity::CheckIn(check_in) = &known.entity else {
            return Ok(None);
        };
        let made = self.made_kept(known, kept)?;
        Ok(Some(CheckInFact {
            late: self.is_late_report(known, check_in),
            check_in: check_in.clone(),
            place: made.place,
            author: made.author,
            on_behalf_of: made.on_behalf_of,
            source: made.source,
            authored_at: made.authored_at,
            corrected: known.flags & CORRECTED != 0,
        }))
    }

    /// Makes of a check-in the one that counts, with the change that made it if there is a statement
    /// to look that up.
    pub(super) fn latest_kept<'a>(
        &'a self,
        known: Known,
        kept: Option<&Kept<'a>>,
    ) -> Result<Option<Latest>, ReplicaError> {
        let made = match kept {
            Some(kept) => Some(self.made_kept(&known, kept)?),
            None => None,
        };
        let Entity::CheckIn(check_in) = &known.entity else {
            return Ok(None);
        };
        let late = self.is_late_report(&known, check_in);
        let corrected = known.flags & CORRECTED != 0;
        Ok(known.entity.into_check_in().map(|check_in| Latest {
            check_in,
            made,
            late,
            corrected,
        }))
    }

    /// Says whether the cycle of a check-in was closed when it was recorded; while it waits, by the
    /// changes that are confirmed and those that were written before it.
    fn is_late_report(&self, known: &Known, check_in: &CheckIn) -> bool {
        match known.born {
            Some(_) => self.queue.late.has_check_in(check_in.id),
            None => known.flags & LATE != 0,
        }
    }

    /// Returns the pending change that made something; none when it is confirmed.
    fn queued(&self, known: &Known) -> Option<&Change> {
        self.queue.changes.get(known.born?)
    }

    /// Returns the change that made something of which there are very many.
    pub(super) fn made(&self, known: &Known) -> Result<Made, ReplicaError> {
        self.made_kept(known, &Kept::default())
    }

    fn made_kept<'a>(&'a self, known: &Known, kept: &Kept<'a>) -> Result<Made, ReplicaError> {
        if let Some(queued) = self.queued(known) {
            return Ok(Made {
                place: Place::Pending,
                author: self.me,
                on_behalf_of: queued.on_behalf_of,
                source: queued.source,
                authored_at: queued.authored_at,
            });
        }
        let untouched = known
            .row
            .filter(|_| known.flags & (CORRECTED | RETRACTED) == 0);
        let position = untouched.and_then(|row| version::position_of_row(row.key));
        let position = match position {
            Some(position) => record::number(position),
            None => self.first_position(EntityKey(known.order))?,
        };
        let db = self.snapshot.db;
        kept.with((db, MADE_SQL), |statement| {
            let mut rows = statement.query([position])?;
            match rows.next()? {
                Some(row) => self.read_made(position, row),
                None => Err(ReplicaError::damaged(format!(
                    "record {position} is missing"
                ))),
            }
        })
    }

    fn read_made(&self, position: i64, row: &Row<'_>) -> Result<Made, ReplicaError> {
        let (db, numbers) = (self.snapshot.db, self.snapshot.numbers);
        let source = row.get_ref(2)?.as_str().ok().and_then(Source::from_word);
        Ok(Made {
            place: Place::Confirmed {
                position: record::position(position)?,
                recorded_at: meta::timestamp(row.get(0)?)?,
            },
            author: numbers.author(db, row.get(3)?)?,
            on_behalf_of: match row.get(4)? {
                Some(number) => Some(numbers.author(db, number)?),
                None => None,
            },
            source: source.ok_or_else(|| ReplicaError::damaged("a report without a source"))?,
            authored_at: meta::timestamp(row.get(1)?)?,
        })
    }

    /// Returns the position of the change that made an entity.
    pub(super) fn first_position(&self, key: EntityKey) -> Result<i64, ReplicaError> {
        let mut statement = self
            .snapshot
            .db
            .prepare_cached("SELECT key FROM versions WHERE key BETWEEN ?1 AND ?2 LIMIT 1")?;
        let first = statement
            .query_row((key.first_row(), key.last_row()), |row| row.get(0))
            .optional()?;
        first
            .and_then(version::position_of_row)
            .map(record::number)
            .ok_or_else(|| ReplicaError::damaged(format!("entity {} has no first row", key.0)))
    }
}

/// Returns by what the latest check-in, or value of a metric, is the greatest.
pub(super) fn rank(known: &Known) -> (Option<okr_core::Date>, i64) {
    let day = match &known.entity {
        Entity::CheckIn(check_in) => Some(check_in.effective),
        Entity::MetricValue(value) => Some(value.effective),
        _ => None,
    };
    (day, known.order)
}
