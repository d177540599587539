//! Copies of goals for a later cycle: what stays as it was, and what begins anew.

use std::collections::BTreeMap;

use okr_core::decide::Command;
use okr_core::entity::HealthMetric;
use okr_core::event::{NewKeyResult, NewObjective, Support};
use okr_core::id::{CycleId, KeyResultId, ObjectiveId};
use okr_core::measure::{Measure, Metric, Milestones, Value};
use okr_core::progress::Progress;
use okr_core::text::Slug;
use okr_core::value::{GoalState, Number, Score};
use okr_replica::{KeyResultStanding, ObjectiveStanding};
use uuid::Uuid;

use super::How;
use crate::commands::counted;
use crate::slug;

/// Makes the copies.
pub(super) struct Copier<'a> {
    pub(super) to: CycleId,
    pub(super) how: How,
    /// The new objectives, by those that they continue.
    pub(super) objectives: &'a BTreeMap<ObjectiveId, ObjectiveId>,
    /// The new key results, by those that they are copies of.
    pub(super) key_results: BTreeMap<KeyResultId, KeyResultId>,
    /// The slugs that are in use in the cycle.
    pub(super) taken: Vec<String>,
    /// The health metrics in use, any of which goes on feeding a copy.
    pub(super) metrics: Vec<HealthMetric>,
    pub(super) commands: Vec<Command>,
    pub(super) told: Vec<String>,
}

/// Says whether there is still something to reach, or to hold.
fn goes_on(standing: &KeyResultStanding) -> bool {
    let key_result = &standing.key_result;
    match key_result.state() {
        GoalState::Abandoned | GoalState::Archived => return false,
        GoalState::Draft | GoalState::Active | GoalState::Closed => {}
    }
    if matches!(key_result.measure, Measure::Hold(_)) {
        return true;
    }
    match key_result.score {
        Some(score) => score < Score::ONE,
        None => standing
            .progress
            .is_none_or(|progress| progress < Progress::ONE),
    }
}

impl Copier<'_> {
    /// Gives ids to the key results of an objective that go on.
    pub(super) fn plan(&mut self, standing: &ObjectiveStanding, fresh: &mut dyn FnMut() -> Uuid) {
        for one in standing.key_results.iter().filter(|one| goes_on(one)) {
            let new = KeyResultId::new(fresh());
            self.key_results.insert(one.key_result.id, new);
        }
    }

    /// Copies an objective and those of its key results that go on.
    pub(super) fn copy(&mut self, standing: &ObjectiveStanding) {
        let old = &standing.objective;
        let id = *self
            .objectives
            .get(&old.id)
            .expect("every objective was given an id before");
        let new = NewObjective {
            title: old.title.clone(),
            description: old.description.clone(),
            slug: self.slug(&old.slug),
            owner: old.owner,
            team: old.team,
            cycle: self.to,
            kind: old.kind,
            weight: old.weight,
            supports: old.supports.and_then(|support| self.supported(support)),
            continues: Some(old.id),
            tags: old.tags.clone(),
            draft: self.how.draft,
        };
        if old.supports.is_some() && new.supports.is_none() {
            self.told.push(format!(
                "{}: what it supports is not carried with it, so it supports nothing",
                old.slug
            ));
        }
        self.commands.push(Command::AddObjective {
            id,
            new: Box::new(new),
        });
        let mut left = 0;
        for one in &standing.key_results {
            match self.key_results.get(&one.key_result.id).copied() {
                Some(new) => self.copy_key_result((id, new), one),
                None => left += 1,
            }
        }
        if left > 0 {
            let those = counted(left, "key result");
            self.told.push(format!(
                "{}: {those} reached or given up, left behind",
                old.slug
            ));
        }
    }

    fn copy_key_result(
        &mut self,
        (objective, id): (ObjectiveId, KeyResultId),
        standing: &KeyResultStanding,
    ) {
        let old = &standing.key_result;
        let measure = if self.how.rebase {
            self.rebased(standing)
        } else {
            old.measure.clone()
        };
        let feeds = |metric: &&HealthMetric| {
            old.fed_by == Some(metric.id) && metric.unit.as_ref() == measure.unit()
        };
        let fed_by = self.metrics.iter().find(feeds).map(|metric| metric.id);
        let new = NewKeyResult {
            objective,
            title: old.title.clone(),
            description: old.description.clone(),
            slug: self.slug(&old.slug),
            owner: old.owner,
            measure,
            weight: old.weight,
            order: old.order,
            start: None,
            due: None,
            tags: old.tags.clone(),
            fed_by,
        };
        self.commands.push(Command::AddKeyResult {
            id,
            new: Box::new(new),
        });
    }

    /// Returns the copy of what an objective supports; none when that is not carried.
    fn supported(&self, support: Support) -> Option<Support> {
        match support {
            Support::Objective(id) => self.objectives.get(&id).copied().map(Support::Objective),
            Support::KeyResult(id) => self.key_results.get(&id).copied().map(Support::KeyResult),
        }
    }

    /// Keeps a slug where it is free in the cycle, and makes one like it elsewhere.
    fn slug(&mut self, old: &Slug) -> Slug {
        let is_taken = |slug: &str| self.taken.iter().any(|one| one == slug);
        let slug = if is_taken(old.as_str()) {
            slug::from_title(old.as_str(), "goal", is_taken)
        } else {
            old.clone()
        };
        self.taken.push(slug.to_string());
        slug
    }

    /// Returns a measure that begins where the last value is.
    fn rebased(&mut self, standing: &KeyResultStanding) -> Measure {
        let key_result = &standing.key_result;
        let value = standing.latest.as_ref().map(|fact| &fact.check_in.value);
        match (&key_result.measure, value) {
            (Measure::Metric(metric), Some(Value::Number(value))) => {
                Measure::Metric(self.rebased_metric(&key_result.slug, (metric, *value)))
            }
            (Measure::Milestones(milestones), Some(Value::Milestones(done))) => {
                let open = milestones.list().iter();
                let open = open.filter(|one| !done.contains(&one.key)).cloned();
                // What is left may be nothing, or weigh nothing: then the list stays whole.
                match Milestones::new(open.collect()) {
                    Ok(open) => Measure::Milestones(open),
                    Err(_) => key_result.measure.clone(),
                }
            }
            (measure, _) => measure.clone(),
        }
    }

    fn rebased_metric(&mut self, slug: &Slug, (metric, value): (&Metric, Number)) -> Metric {
        let unit = metric.unit.as_ref();
        let unit = unit.map_or_else(String::new, |unit| format!(" {unit}"));
        if let Some(rebased) = from_value(metric, value) {
            self.told.push(format!("{slug}: begins at {value}{unit}"));
            return rebased;
        }
        let baseline = metric.baseline;
        self.told.push(format!(
            "{slug}: {value}{unit} is at or beyond the target, so it begins at {baseline} again"
        ));
        metric.clone()
    }
}

/// Returns the metric with a value as its baseline; none when that leaves nothing to reach.
fn from_value(metric: &Metric, value: Number) -> Option<Metric> {
    let upwards = metric.target > metric.baseline;
    let is_ahead = |goal: Number| if upwards { goal > value } else { goal < value };
    is_ahead(metric.target).then(|| Metric {
        baseline: value,
        // A commitment that is reached already is none any more.
        commit: metric.commit.filter(|commit| is_ahead(*commit)),
        ..metric.clone()
    })
}

#[cfg(test)]
mod tests {
    use okr_testkit::sample::{metric, number};

    use super::*;

    fn of(baseline: &str, target: &str, commit: Option<&str>) -> Metric {
        let Measure::Metric(mut metric) = metric(baseline, target) else {
            panic!("no metric");
        };
        metric.commit = commit.map(number);
        metric
    }

    #[test]
    fn a_metric_begins_at_its_value_while_there_is_a_way_to_go() {
        let rebased = from_value(&of("480", "200", Some("300")), number("312")).unwrap();
        assert_eq!(rebased.baseline, number("312"));
        assert_eq!(rebased.commit, Some(number("300")));
        let rebased = from_value(&of("480", "200", Some("300")), number("250")).unwrap();
        assert_eq!(rebased.commit, None);
        // Below the first baseline the way is longer.
        let longer = from_value(&of("10", "20", None), number("5")).unwrap();
        assert_eq!(longer.baseline, number("5"));
        for value in ["200", "199"] {
            assert_eq!(from_value(&of("480", "200", None), number(value)), None);
        }
    }
}
