//! What differs between two moments of one axis: fields, values, how goals stand, and who did it.
//!
//! The cost grows with the goals of the cycles that were touched, not with the history: these are
//! found by indexes, and only they are compared.

mod goals;
mod touched;

use std::collections::BTreeSet;
use std::rc::Rc;

use okr_core::entity::{CheckIn, Entity};
use okr_core::field::{FieldStep, field_steps};
use okr_core::id::{CycleId, EntityId, ObjectiveId, TeamId};
use okr_core::progress::Progress;
use okr_core::status::Status;
use okr_core::view::View as _;

use super::Reading;
use super::life::{Between, Lived};
use crate::error::ReplicaError;
use crate::log::LogEntry;
use crate::moment::{Axis, Confirmed};
use goals::Goals;
use touched::Touched;

/// What is compared; everything by default. The conditions add up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiffScope {
    /// Only goals of these cycles, and the cycles themselves.
    pub cycles: Option<BTreeSet<CycleId>>,
    /// Only goals of these teams, and the teams themselves.
    pub teams: Option<BTreeSet<TeamId>>,
    /// Only these objectives, key results, teams and cycles, and what belongs to them.
    pub things: Option<BTreeSet<EntityId>>,
}

/// What differs between two moments.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// The things that differ: organisation, people, teams, cycles, initiatives, health metrics and
    /// their values, then goals by cycle and team, each objective before its key results.
    pub things: Vec<Changed>,
    /// The progress of objectives, teams and cycles that moved.
    pub roll_ups: Vec<RollUp>,
}

/// A thing that differs.
#[derive(Clone, Debug)]
pub struct Changed {
    /// What it is at the later moment.
    pub entity: Entity,
    /// The change that made it, when it came between the moments.
    pub added: Option<Rc<LogEntry>>,
    /// Whether it came after the commitment of its cycle.
    pub late_addition: bool,
    /// Its fields that differ; of something added, those that hold something.
    pub fields: Vec<ChangedField>,
    /// How a key result stood and stands, when that differs.
    pub stands: Option<Box<Stands>>,
}

/// A field that differs.
#[derive(Clone, Debug)]
pub struct ChangedField {
    /// The field, with both of its values.
    pub step: FieldStep,
    /// The change that gave it the later one; none when only a newer program knows.
    pub by: Option<Rc<LogEntry>>,
}

/// How a key result stood and stands.
#[derive(Clone, Debug)]
pub struct Stands {
    /// At the earlier moment; none when it was not there.
    pub before: Option<Stand>,
    /// At the later moment.
    pub after: Stand,
    /// The change that made another check-in count, or the same one say something else; none when
    /// the same one says the same, so that definitions or days have moved the rest.
    pub by: Option<Rc<LogEntry>>,
}

/// How a key result stands at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    /// The check-in that counts.
    pub check_in: Option<CheckIn>,
    /// Whether that was recorded when the cycle was closed.
    pub late: bool,
    /// How far its value has come.
    pub progress: Option<Progress>,
    /// How it stands, in one word.
    pub status: Status,
}

/// A progress that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollUp {
    /// Of what.
    pub of: RollUpOf,
    /// What it was.
    pub before: Option<Progress>,
    /// What it is.
    pub after: Option<Progress>,
}

/// What a progress is rolled up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RollUpOf {
    /// A cycle.
    Cycle(CycleId),
    /// The goals of a team in a cycle; none: of the organisation as a whole.
    Team(CycleId, Option<TeamId>),
    /// An objective.
    Objective(ObjectiveId),
}

impl DiffScope {
    /// Says whether nothing is left out.
    const fn is_everything(&self) -> bool {
        self.cycles.is_none() && self.teams.is_none() && self.things.is_none()
    }

    /// Says whether something that is no goal is compared.
    fn has_other(&self, id: EntityId) -> bool {
        if self.is_everything() {
            return true;
        }
        let named = self
            .things
            .as_ref()
            .is_some_and(|things| things.contains(&id));
        named
            || match id {
                EntityId::Cycle(id) => {
                    let cycles = self.cycles.as_ref();
                    cycles.is_some_and(|cycles| cycles.contains(&id)) && self.things.is_none()
                }
                EntityId::Team(id) => {
                    let teams = self.teams.as_ref();
                    teams.is_some_and(|teams| teams.contains(&id)) && self.things.is_none()
                }
                EntityId::Org(_)
                | EntityId::Person(_)
                | EntityId::Objective(_)
                | EntityId::KeyResult(_)
                | EntityId::CheckIn(_)
                | EntityId::Comment(_)
                | EntityId::Initiative(_)
                | EntityId::Metric(_)
                | EntityId::MetricValue(_) => false,
            }
    }

    /// Returns what is no goal and is named, when it is known without looking what was touched.
    fn named(&self) -> Touched {
        let mut named = Touched::default();
        for id in self.things.iter().flatten() {
            match id {
                EntityId::Cycle(cycle) => {
                    named.cycles.insert(*cycle);
                    named.others.insert(*id);
                }
                EntityId::Team(_)
                | EntityId::Person(_)
                | EntityId::Org(_)
                | EntityId::Initiative(_)
                | EntityId::Metric(_)
                | EntityId::MetricValue(_) => {
                    named.others.insert(*id);
                }
                EntityId::Objective(_)
                | EntityId::KeyResult(_)
                | EntityId::CheckIn(_)
                | EntityId::Comment(_) => {}
            }
        }
        let cycles = self.cycles.iter().flatten();
        named.cycles.extend(cycles.clone());
        named.others.extend(cycles.map(|id| EntityId::from(*id)));
        let teams = self.teams.iter().flatten();
        named.others.extend(teams.map(|id| EntityId::from(*id)));
        named
    }

    /// Says whether goals anywhere can be meant, so that what was touched must be looked for.
    fn is_open(&self) -> bool {
        let only_goals_and_cycles = self.things.as_ref().is_some_and(|things| {
            things.iter().all(|id| match id {
                EntityId::Cycle(_) | EntityId::Objective(_) | EntityId::KeyResult(_) => true,
                EntityId::Org(_)
                | EntityId::Person(_)
                | EntityId::Team(_)
                | EntityId::CheckIn(_)
                | EntityId::Comment(_)
                | EntityId::Initiative(_)
                | EntityId::Metric(_)
                | EntityId::MetricValue(_) => false,
            })
        });
        self.cycles.is_none() && !only_goals_and_cycles
    }
}

impl Reading<'_> {
    /// Returns what differs from an earlier moment of the same axis.
    ///
    /// # Errors
    /// The store's failures.
    pub fn diff(&self, earlier: &Reading<'_>, scope: &DiffScope) -> Result<Diff, ReplicaError> {
        let mut touched = scope.named();
        if scope.is_open() {
            let found = touched::between(earlier, self)?;
            touched.cycles.extend(found.cycles);
            touched.others.extend(found.others);
            touched.cycles.extend(self.open_cycles()?);
        }
        if let Some(cycles) = &scope.cycles {
            touched.cycles.retain(|cycle| cycles.contains(cycle));
        }
        let mut diff = Diff::default();
        for id in touched.others {
            if scope.has_other(id) {
                diff.things.extend(self.other(earlier, id)?);
            }
        }
        Goals::read(earlier, self, scope, &touched.cycles)?.compare(&mut diff)?;
        Ok(diff)
    }

    /// Returns the cycles that are open at the moment: in these, time alone moves goals.
    fn open_cycles(&self) -> Result<Vec<CycleId>, ReplicaError> {
        let cycles = self.cycles()?.into_iter();
        let open = cycles.filter(|cycle| cycle.state == okr_core::value::CycleState::Open);
        Ok(open.map(|cycle| cycle.id).collect())
    }

    /// Compares something that is no goal.
    fn other(&self, earlier: &Reading<'_>, id: EntityId) -> Result<Option<Changed>, ReplicaError> {
        let (before, after) = (earlier.entity(id)?, self.entity(id)?);
        self.changed(earlier, before.as_ref(), after)
    }

    /// Compares the fields of something; none when nothing differs or it is not there.
    fn changed(
        &self,
        earlier: &Reading<'_>,
        before: Option<&Entity>,
        after: Option<Entity>,
    ) -> Result<Option<Changed>, ReplicaError> {
        let Some(entity) = after.filter(|after| Some(after) != before) else {
            return Ok(None);
        };
        let lives = self.lives(earlier, before, entity.id())?;
        let between = self.between_moments(earlier, entity.id());
        let steps = field_steps(before, Some(&entity)).into_iter();
        let fields = steps.map(|step| ChangedField {
            by: setter(&lives, step.word, between),
            step,
        });
        Ok(Some(Changed {
            fields: fields.collect(),
            added: match before {
                Some(_) => None,
                None => lives.first().map(|lived| Rc::clone(&lived.entry)),
            },
            late_addition: false,
            entity,
            stands: None,
        }))
    }

    /// Returns the changes that can have made a difference to something.
    ///
    /// On the effective axis a value of a metric counts from its day on, whenever it came.
    fn between_moments(&self, earlier: &Reading<'_>, id: EntityId) -> Between {
        let between = self.between(earlier, id);
        match id {
            EntityId::MetricValue(_) if self.is_effective() => Between {
                after: None,
                ..between
            },
            _ => between,
        }
    }

    /// Returns what the changes between the moments did to something, in their order.
    fn lives(
        &self,
        earlier: &Reading<'_>,
        before: Option<&Entity>,
        id: EntityId,
    ) -> Result<Vec<Lived>, ReplicaError> {
        let mut between = self.between_moments(earlier, id);
        let mut start = before.cloned();
        if let Confirmed::Authored(_) = between.until.confirmed {
            // Changes apply in the order of the log, in which later written ones can come first.
            between.after = None;
            start = None;
        }
        self.lived(id, start, between)
    }

    /// Returns the last change about one of some check-ins between the moments: of the first one that
    /// has any, else the last one at all about the first.
    ///
    /// On the effective axis it does not matter when it came; and by the clocks of devices a check-in
    /// can be there before its key result.
    fn last_about<'c>(
        &self,
        earlier: &Reading<'_>,
        check_ins: impl Iterator<Item = &'c CheckIn> + Clone,
    ) -> Result<Option<Rc<LogEntry>>, ReplicaError> {
        let last = |check_in: &CheckIn, is_between: bool| {
            let id = EntityId::from(check_in.id);
            let mut between = self.between(earlier, id);
            if !is_between {
                between.after = None;
            }
            let entries = self.entries_about(id, between)?;
            Ok::<_, ReplicaError>(entries.into_iter().next_back().map(Rc::new))
        };
        if self.moment.axis != Axis::Effective {
            for check_in in check_ins.clone() {
                if let Some(found) = last(check_in, true)? {
                    return Ok(Some(found));
                }
            }
        }
        match check_ins.into_iter().next() {
            Some(first) => last(first, false),
            None => Ok(None),
        }
    }
}

/// Returns the last change between the moments that set a field.
///
/// Something that came between them can have what was written of it before; that is told then.
fn setter(lives: &[Lived], word: &str, between: Between) -> Option<Rc<LogEntry>> {
    let sets = |lived: &&Lived| lived.steps.iter().any(|step| step.word == word);
    let mut setting = lives.iter().rev().filter(sets);
    let within = setting
        .clone()
        .find(|lived| between.is_authored_within(&lived.entry));
    let last = within.or_else(|| setting.next())?;
    Some(Rc::clone(&last.entry))
}

#[cfg(test)]
mod tests;
