//! Who set each field of an entity last, with the value before: what `okr blame` shows.

use std::rc::Rc;

use okr_core::entity::{Entity, KeyResult};
use okr_core::event::{Event, KeyResultEdit, KeyResultEvent};
use okr_core::field::{Field, FieldValue};
use okr_core::id::EntityId;
use okr_core::view::View as _;

use super::kept::Kept;
use super::life::{Between, Lived};
use super::{KeyResultStanding, Known, Reading};
use crate::error::ReplicaError;
use crate::log::LogEntry;

/// How an entity came to be what it is at the moment.
#[derive(Clone, Debug)]
pub struct Blame {
    /// What it is.
    pub entity: Entity,
    /// Its fields; of a key result also the value and the confidence that count.
    pub fields: Vec<FieldBlame>,
    /// How a key result stands.
    pub standing: Option<KeyResultStanding>,
    /// The changes that moved the measure of a key result after its commitment, in order.
    pub amendments: Vec<Rc<LogEntry>>,
}

/// How a field came to hold what it holds.
#[derive(Clone, Debug)]
pub struct FieldBlame {
    /// The field.
    pub field: Field,
    /// What it was given, the newest first; none when it never held anything. Of the value and the
    /// confidence of a key result only the newest.
    pub given: Vec<Given>,
}

/// A value that a field was given.
#[derive(Clone, Debug)]
pub struct Given {
    /// What the field held before.
    pub before: FieldValue,
    /// What it was given.
    pub value: FieldValue,
    /// By which change.
    pub by: Rc<LogEntry>,
    /// Whether a check-in was put right by it.
    pub correction: bool,
    /// Whether it is of a check-in that was recorded when the cycle was closed.
    pub late: bool,
}

impl Reading<'_> {
    /// Returns who set each field of an entity; none when it is not there.
    ///
    /// # Errors
    /// The store's failures.
    pub fn blame(&self, id: EntityId) -> Result<Option<Blame>, ReplicaError> {
        let Some(known) = self.known(id)? else {
            return Ok(None);
        };
        let entity = known.entity;
        let lives = self.whole_life(id)?;
        let is_check_in = matches!(id, EntityId::CheckIn(_));
        let fields = entity.fields().into_iter();
        let mut fields: Vec<FieldBlame> = fields
            .map(|field| FieldBlame {
                given: given(&lives, field.word, is_check_in),
                field,
            })
            .collect();
        let mut blame = Blame {
            standing: None,
            amendments: Vec::new(),
            fields: Vec::new(),
            entity,
        };
        if let Entity::KeyResult(key_result) = &blame.entity {
            fields.extend(self.reported(key_result)?);
            blame.standing = self.standing(key_result.id)?;
            blame.amendments = self.amendments(key_result)?;
        }
        blame.fields = fields;
        Ok(Some(blame))
    }

    fn whole_life(&self, id: EntityId) -> Result<Vec<Lived>, ReplicaError> {
        let between = Between {
            until: self.bound(id),
            after: None,
        };
        self.lived(id, None, between)
    }

    /// Returns the value and the confidence that count, with who reported them.
    fn reported(&self, key_result: &KeyResult) -> Result<Vec<FieldBlame>, ReplicaError> {
        // The one that counts, and the one that counted before it.
        let mut newest = self
            .newest((key_result.id, None), 2, &Kept::default())?
            .into_iter();
        let (latest, before) = (newest.next(), newest.next());
        let Some(latest) = latest else {
            return Ok(Vec::new());
        };
        let before = before.map(|before| before.entity.fields());
        let id = latest.entity.id();
        let late = self.is_late_fact(&latest)?;
        let lives = self.whole_life(id)?;
        let mut reported = Vec::new();
        for field in latest.entity.fields() {
            if !matches!(field.word, "value" | "confidence") {
                continue;
            }
            let mut given = given(&lives, field.word, true);
            given.truncate(1);
            for given in &mut given {
                given.late = late;
                if !given.correction {
                    let fields = before.iter().flatten();
                    let mut same = fields.filter(|other| other.word == field.word);
                    let value = same.next().map(|other| other.value.clone());
                    given.before = value.unwrap_or(FieldValue::None);
                }
            }
            reported.push(FieldBlame { field, given });
        }
        Ok(reported)
    }

    fn is_late_fact(&self, known: &Known) -> Result<bool, ReplicaError> {
        let fact = self.fact(known)?;
        Ok(fact.is_some_and(|fact| fact.late))
    }

    /// Returns the changes that moved the measure of a key result after its commitment.
    fn amendments(&self, key_result: &KeyResult) -> Result<Vec<Rc<LogEntry>>, ReplicaError> {
        let Some(objective) = self.objective(key_result.objective)? else {
            return Ok(Vec::new());
        };
        let Some(commitment) = self.commitment(objective.cycle)? else {
            return Ok(Vec::new());
        };
        let id = EntityId::from(key_result.id);
        let between = Between {
            until: self.bound(id),
            after: Some(commitment),
        };
        let entries = self.entries_about(id, between)?.into_iter();
        let moved = entries.filter(|entry| {
            let mut events = entry.change.iter().flat_map(|change| &change.events);
            events.any(|event| {
                event.subject() == id
                    && matches!(
                        event,
                        Event::KeyResult(_, KeyResultEvent::Edited(KeyResultEdit::Measure(_)))
                    )
            })
        });
        Ok(moved.map(Rc::new).collect())
    }
}

/// Returns what a field was given, the newest first.
fn given(lives: &[Lived], word: &str, is_check_in: bool) -> Vec<Given> {
    let mut given = Vec::new();
    for (index, lived) in lives.iter().enumerate().rev() {
        for step in lived.steps.iter().filter(|step| step.word == word) {
            given.push(Given {
                before: step.from.clone(),
                value: step.to.clone(),
                by: Rc::clone(&lived.entry),
                correction: is_check_in && index > 0,
                late: false,
            });
        }
    }
    given
}

#[cfg(test)]
mod tests;
