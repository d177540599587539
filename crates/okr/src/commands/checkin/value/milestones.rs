//! Which milestones are done, in the words of the command line.

use std::collections::BTreeSet;

use okr_core::measure::{MilestoneKey, Milestones, Value};
use okr_core::value::Number;

use super::super::super::counted;
use super::{Asked, wrong_value};
use crate::error::CliError;
use crate::value_text::{Amount, ValueText};

impl Asked<'_> {
    pub(super) fn milestones(
        self,
        list: &Milestones,
        parsed: ValueText,
    ) -> Result<Value, CliError> {
        match parsed {
            ValueText::Done => Ok(Value::Milestones(every(list))),
            ValueText::Keys(keys) => {
                let keys = keys.into_iter().map(|key| known_key(list, key));
                keys.collect::<Result<_, _>>().map(Value::Milestones)
            }
            ValueText::Absolute(amount) => {
                let key = bare(amount).and_then(key_of);
                let key = known_key(list, key.ok_or_else(|| self.wrong_kind())?)?;
                Ok(Value::Milestones(BTreeSet::from([key])))
            }
            ValueText::Relative(amount) => self.step(list, amount),
            ValueText::Of { done, all } => self.counted(list, (done, all)),
            ValueText::Zone(_) => Err(self.wrong_kind()),
        }
    }

    /// Returns those that are done by the last report.
    fn done_before(self) -> BTreeSet<MilestoneKey> {
        match self.before {
            Some(Value::Milestones(done)) => done.clone(),
            Some(Value::Number(_) | Value::Zone(_)) | None => BTreeSet::new(),
        }
    }

    /// Adds a milestone to those that are done, or takes one out.
    fn step(self, list: &Milestones, amount: Amount) -> Result<Value, CliError> {
        let number = bare(amount).ok_or_else(|| self.wrong_kind())?;
        let is_undone = number < Number::ZERO;
        let number = if is_undone {
            Number::from_decimal(-number.decimal()).ok()
        } else {
            Some(number)
        };
        let key = number.and_then(key_of).ok_or_else(|| self.wrong_kind())?;
        let key = known_key(list, key)?;
        let mut done = self.done_before();
        if is_undone {
            done.remove(&key);
        } else {
            done.insert(key);
        }
        Ok(Value::Milestones(done))
    }

    /// Returns the milestones that are done, where a count says which.
    fn counted(self, list: &Milestones, (done, all): (Number, Number)) -> Result<Value, CliError> {
        let (text, every) = (self.text, every(list));
        let is_count_of = |number: Number, keys: &BTreeSet<MilestoneKey>| {
            number.scale() == 0 && i64::try_from(keys.len()).ok() == Some(number.units())
        };
        if !is_count_of(all, &every) || done > all || done.scale() != 0 {
            let slug = &self.key_result.slug;
            let count = counted(every.len(), "milestone");
            let message = format!("\"{text}\" does not fit {slug}, which has {count}");
            return Err(listed(list, wrong_value(message)));
        }
        let certain = [BTreeSet::new(), every, self.done_before()];
        let mut certain = certain.into_iter().filter(|keys| is_count_of(done, keys));
        certain.next().map(Value::Milestones).ok_or_else(|| {
            let message = format!("\"{text}\" does not say which milestones are done");
            listed(list, wrong_value(message))
                .with_hint("name them by their numbers, such as 1,3; +2 adds one to those before")
        })
    }
}

fn every(list: &Milestones) -> BTreeSet<MilestoneKey> {
    list.list().iter().map(|one| one.key).collect()
}

/// Returns a number that nothing was written after.
fn bare(amount: Amount) -> Option<Number> {
    let is_bare = !amount.percent && amount.time.is_none();
    is_bare.then_some(amount.number)
}

/// Reads a whole number from 1 as the number of a milestone.
fn key_of(number: Number) -> Option<u32> {
    if number.scale() != 0 {
        return None;
    }
    u32::try_from(number.units()).ok().filter(|key| *key > 0)
}

fn known_key(list: &Milestones, key: u32) -> Result<MilestoneKey, CliError> {
    let key = MilestoneKey(key);
    if list.get(key).is_some() {
        return Ok(key);
    }
    let error = wrong_value(format!("there is no milestone {}", key.0));
    Err(listed(list, error)
        .with_hint("name what is done by its numbers, such as 1,3; +2 adds one, done is all"))
}

/// Adds the milestones with their numbers to an error.
pub(super) fn listed(list: &Milestones, mut error: CliError) -> CliError {
    for one in list.list() {
        error = error.with_detail(format!("{}  {}", one.key.0, one.title));
    }
    error
}
