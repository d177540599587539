//! Comments at the moment, with who made them and when.

use std::collections::BTreeSet;

use okr_core::Timestamp;
use okr_core::entity::{Comment, Entity};
use okr_core::event::Topic;
use okr_core::id::{CheckInId, CommentId, EntityId, PersonId};
use okr_core::value::{CommentKind, Source};
use okr_core::view::View as _;

use super::{Known, Reading};
use crate::error::ReplicaError;
use crate::log::Place;
use crate::version::{self, CORRECTED, EntityKey, Version};

/// A comment, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentFact {
    /// What it says, edits included.
    pub comment: Comment,
    /// Where the change that made it stands.
    pub place: Place,
    /// Who recorded it; who said it stands in the comment.
    pub author: PersonId,
    /// How it came to be.
    pub source: Source,
    /// When it was written.
    pub authored_at: Timestamp,
    /// Whether it was put in another way since.
    pub edited: bool,
}

/// Which comments are wanted; all that were not taken back by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommentFilter {
    /// Those on any of these things; on anything when none is given.
    pub about: Option<BTreeSet<EntityId>>,
    /// Those of any of these kinds; of every kind when none is given.
    pub kinds: BTreeSet<CommentKind>,
    /// Those of this person.
    pub author: Option<PersonId>,
    /// Those written at or after this moment.
    pub since: Option<Timestamp>,
    /// Those written at or before this moment.
    pub until: Option<Timestamp>,
    /// Also those that were taken back.
    pub retracted: bool,
    /// At most so many.
    pub limit: Option<usize>,
}

impl CommentFilter {
    fn lets_through(&self, comment: &Comment) -> bool {
        let about = self.about.as_ref();
        about.is_none_or(|about| about.contains(&comment.topic.entity()))
            && (self.kinds.is_empty() || self.kinds.contains(&comment.kind))
            && self.author.is_none_or(|author| author == comment.author)
            && (self.retracted || !comment.retracted)
    }

    fn holds(&self, authored_at: Timestamp) -> bool {
        self.since.is_none_or(|since| authored_at >= since)
            && self.until.is_none_or(|until| authored_at <= until)
    }
}

impl Reading<'_> {
    /// Returns the comments on a thing, retracted ones among them, in the order in which they came.
    ///
    /// # Errors
    /// The store's failures.
    pub fn comments_on(&self, topic: Topic) -> Result<Vec<CommentFact>, ReplicaError> {
        let mut found = self.newest_comments(&CommentFilter {
            about: Some(BTreeSet::from([topic.entity()])),
            retracted: true,
            ..CommentFilter::default()
        })?;
        found.reverse();
        Ok(found)
    }

    /// Returns the comments on a key result and on its check-ins, retracted ones among them, in the
    /// order in which they came; of another thing those on it.
    ///
    /// # Errors
    /// The store's failures.
    pub fn comments_at(&self, topic: Topic) -> Result<Vec<CommentFact>, ReplicaError> {
        let mut found = self.found_from(topic.entity())?;
        found.sort_by_key(|known| known.order);
        found
            .into_iter()
            .filter_map(|known| self.comment_fact(known).transpose())
            .collect()
    }

    /// Returns a comment.
    ///
    /// # Errors
    /// The store's failures.
    pub fn comment_by(&self, id: CommentId) -> Result<Option<CommentFact>, ReplicaError> {
        match self.known(id.into())? {
            Some(known) => self.comment_fact(known),
            None => Ok(None),
        }
    }

    /// Returns the comments that a filter lets through, the newest first.
    ///
    /// # Errors
    /// The store's failures.
    pub fn newest_comments(
        &self,
        filter: &CommentFilter,
    ) -> Result<Vec<CommentFact>, ReplicaError> {
        let fitting = |known: Known| -> Result<Option<(i64, CommentFact)>, ReplicaError> {
            let order = known.order;
            let fits = matches!(&known.entity, Entity::Comment(one) if filter.lets_through(one));
            let fact = if fits {
                self.comment_fact(known)?
            } else {
                None
            };
            Ok(fact
                .filter(|fact| filter.holds(fact.authored_at))
                .map(|fact| (order, fact)))
        };
        let limit = filter.limit.unwrap_or(usize::MAX);
        let mut wanted = Vec::new();
        if let Some(about) = &filter.about {
            for id in about {
                for known in self.found_from(*id)? {
                    wanted.extend(fitting(known)?);
                }
            }
        } else {
            for known in self.laid_over_comments() {
                wanted.extend(fitting(known.clone())?);
            }
            let enough = wanted.len().saturating_add(limit);
            self.walk_comments("kind > 7 AND kind = ?1", 8, |known| {
                wanted.extend(fitting(known)?);
                Ok(wanted.len() < enough)
            })?;
        }
        wanted.sort_by_key(|(order, _)| std::cmp::Reverse(*order));
        // A check-in and its key result lead to the same comments.
        wanted.dedup_by_key(|(order, _)| *order);
        wanted.truncate(limit);
        Ok(wanted.into_iter().map(|(_, fact)| fact).collect())
    }

    /// Finds the comments on a thing; with those on its check-ins for a key result.
    fn found_from(&self, id: EntityId) -> Result<Vec<Known>, ReplicaError> {
        let mut found = Vec::new();
        // Comments on a check-in are found from its key result.
        let from = match id {
            EntityId::CheckIn(check_in) => self.key_above(check_in)?,
            other => version::find(self.db(), other)?,
        };
        if let Some(key) = from {
            self.walk_comments("parent = ?1 AND day IS NULL AND kind = 8", key.0, |known| {
                found.push(known);
                Ok(true)
            })?;
        }
        if matches!(id, EntityId::CheckIn(_)) {
            found.retain(
                |known| matches!(&known.entity, Entity::Comment(one) if one.topic.entity() == id),
            );
        }
        for known in self.laid_over_comments() {
            if let Entity::Comment(comment) = &known.entity
                && self.is_found_from(comment.topic, id)?
            {
                found.push(known.clone());
            }
        }
        Ok(found)
    }

    /// Returns the number of the key result of a check-in.
    ///
    /// It does not matter whether the check-in is there at this moment: by the clocks of their
    /// devices, a comment can be older than what it is about.
    fn key_above(&self, id: CheckInId) -> Result<Option<EntityKey>, ReplicaError> {
        match self.check_in(id)? {
            Some(check_in) => version::find(self.db(), check_in.key_result.into()),
            None => version::find_parent(self.db(), id.into()),
        }
    }

    fn is_found_from(&self, topic: Topic, from: EntityId) -> Result<bool, ReplicaError> {
        if topic.entity() == from {
            return Ok(true);
        }
        let (Topic::CheckIn(id), EntityId::KeyResult(key_result)) = (topic, from) else {
            return Ok(false);
        };
        if let Some(check_in) = self.check_in(id)? {
            return Ok(check_in.key_result == key_result);
        }
        let above = self.key_above(id)?;
        Ok(above.is_some() && above == version::find(self.db(), from)?)
    }

    /// Gives the comments that no pending change is about to `take`, the newest first, until it says
    /// false.
    fn walk_comments(
        &self,
        which: &str,
        value: i64,
        mut take: impl FnMut(Known) -> Result<bool, ReplicaError>,
    ) -> Result<(), ReplicaError> {
        let confirmed = self.definitions.confirmed;
        let sql = format!(
            "SELECT {} FROM versions WHERE {which} AND {} ORDER BY key DESC",
            version::COLUMNS,
            version::condition(confirmed)
        );
        let mut statement = self.db().prepare_cached(&sql)?;
        let mut rows = statement.query((value, version::condition_value(confirmed)))?;
        while let Some(row) = rows.next()? {
            let known = Known::from(Version::read(row)?);
            if !self.is_laid_over(known.entity.id()) && !take(known)? {
                break;
            }
        }
        Ok(())
    }

    fn laid_over_comments(&self) -> impl Iterator<Item = &Known> {
        let all = self.changed.values();
        all.filter(|known| matches!(known.entity, Entity::Comment(_)))
    }

    /// Adds to a comment where it comes from.
    fn comment_fact(&self, known: Known) -> Result<Option<CommentFact>, ReplicaError> {
        let made = self.made(&known)?;
        let Entity::Comment(comment) = known.entity else {
            return Ok(None);
        };
        Ok(Some(CommentFact {
            comment,
            place: made.place,
            author: made.author,
            source: made.source,
            authored_at: made.authored_at,
            edited: known.flags & CORRECTED != 0,
        }))
    }
}
