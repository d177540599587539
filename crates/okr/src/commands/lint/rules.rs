//! The rules about goals and cycles, one after the other.

use std::collections::BTreeSet;

use okr_core::entity::Cycle;
use okr_core::id::{EntityId, PersonId};
use okr_core::measure::Measure;
use okr_core::status::Status;
use okr_core::value::{CycleState, GoalState, Number};
use okr_replica::{KeyResultStanding, ObjectiveStanding};

use super::super::past::Past;
use super::tasks;
use crate::args::LintRule;
use crate::command_line::typed;
use crate::context::Context;
use crate::error::CliError;
use crate::failure;
use crate::output::{LintItem, ThingRef};

/// From how many key results on an objective has too many.
const MANY: usize = 6;

/// What was found so far.
struct Findings<'a, 'r> {
    past: &'a Past<'r>,
    /// Who has left.
    gone: BTreeSet<PersonId>,
    items: Vec<LintItem>,
}

/// Looks at the cycles and goals in scope.
///
/// # Errors
/// When the scope names nothing, or the replica cannot be read.
pub(super) fn findings(
    context: &mut Context,
    past: &mut Past<'_>,
) -> Result<Vec<LintItem>, CliError> {
    let team = past.team_scope(context)?;
    let cycles = past.cycles_in_scope(context)?;
    let mut read = Vec::new();
    for cycle in cycles {
        let standing = past.cycle_standing(&cycle)?;
        let mut objectives = standing.map_or_else(Vec::new, |standing| standing.objectives);
        objectives.retain(|one| team.is_none_or(|team| past.is_within(one.objective.team, team)));
        read.push((cycle, objectives));
    }
    let people = past.reading.people().map_err(failure::replica)?;
    let gone = people.iter().filter(|person| !person.active);
    let mut findings = Findings {
        gone: gone.map(|person| person.id).collect(),
        past,
        items: Vec::new(),
    };
    for (cycle, objectives) in &read {
        findings.cycle(cycle, objectives.len());
        for objective in objectives {
            findings.objective(cycle, objective);
        }
    }
    Ok(findings.items)
}

impl Findings<'_, '_> {
    fn add(&mut self, rule: LintRule, id: impl Into<EntityId>, said: (&str, String, String)) {
        let (title, message, mend) = said;
        self.items.push(LintItem {
            rule: rule.word(),
            about: ThingRef::new(id, &self.past.names),
            title: title.to_owned(),
            message,
            mend,
        });
    }

    fn cycle(&mut self, cycle: &Cycle, objectives: usize) {
        let (day, name) = (self.past.at.moment.day, cycle.name.as_str());
        let (start, end) = (cycle.period.start(), cycle.period.end());
        match cycle.state {
            CycleState::Planned if start <= day && objectives > 0 => {
                let message = format!("it began on {start}, and nobody has committed to its goals");
                let mend = format!("okr cycle open {}", typed(name));
                self.add(LintRule::Uncommitted, cycle.id, (name, message, mend));
            }
            CycleState::Open if end < day => {
                let message = format!("it ended on {end} and is still open");
                let mend = format!("okr cycle close {}", typed(name));
                self.add(LintRule::Unclosed, cycle.id, (name, message, mend));
            }
            CycleState::Planned | CycleState::Open | CycleState::Closed => {}
        }
    }

    fn objective(&mut self, cycle: &Cycle, standing: &ObjectiveStanding) {
        let objective = &standing.objective;
        match objective.state() {
            GoalState::Draft | GoalState::Active => {}
            GoalState::Closed | GoalState::Abandoned | GoalState::Archived => return,
        }
        let (title, slug) = (objective.title.as_str(), &objective.slug);
        if self.gone.contains(&objective.owner) {
            let mend = format!("okr objective set {slug} --owner @PERSON");
            self.add(
                LintRule::NoOwner,
                objective.id,
                (title, self.left(objective.owner), mend),
            );
        }
        let pursued: Vec<&KeyResultStanding> = standing
            .key_results
            .iter()
            .filter(|one| one.key_result.state() == GoalState::Active)
            .collect();
        if standing.key_results.is_empty() && objective.state() == GoalState::Active {
            let message = "nothing says how one will know that it is reached".to_owned();
            let mend = format!("okr kr add TITLE -O {slug} --from N --to N");
            self.add(LintRule::NoKeyResult, objective.id, (title, message, mend));
        }
        if pursued.len() >= MANY {
            let message = format!(
                "{} key results are more than anybody keeps in mind",
                pursued.len()
            );
            let mend = format!("okr show {slug}, then okr kr abandon REF");
            self.add(
                LintRule::ManyKeyResults,
                objective.id,
                (title, message, mend),
            );
        }
        let weightless = |one: &&KeyResultStanding| one.key_result.weight.number() == Number::ZERO;
        if let Some(first) = pursued.first()
            && pursued.iter().all(weightless)
        {
            let message = "all its key results have the weight 0, so it has no progress".to_owned();
            let mend = format!("okr kr set {} --weight 1", first.key_result.slug);
            self.add(LintRule::Weightless, objective.id, (title, message, mend));
        }
        for one in pursued {
            self.key_result(one);
            // Of what nobody has committed to nobody reports.
            if cycle.state != CycleState::Planned {
                self.reported(one);
            }
        }
    }

    fn left(&self, owner: PersonId) -> String {
        format!("its owner {} has left", self.past.names.at_person(owner))
    }

    fn key_result(&mut self, standing: &KeyResultStanding) {
        let key_result = &standing.key_result;
        let (title, slug) = (key_result.title.as_str(), &key_result.slug);
        if self.gone.contains(&key_result.owner) {
            let mend = format!("okr kr set {slug} --owner @PERSON");
            self.add(
                LintRule::NoOwner,
                key_result.id,
                (title, self.left(key_result.owner), mend),
            );
        }
        match &key_result.measure {
            Measure::Metric(metric) if metric.baseline == metric.target => {
                let message = "its target is its baseline, so it has no progress".to_owned();
                let mend = format!("okr kr set {slug} --baseline N");
                self.add(LintRule::NoBaseline, key_result.id, (title, message, mend));
            }
            Measure::Milestones(_) => {
                if let Some(verb) = tasks::verb(title) {
                    let message =
                        format!("\"{verb}\" is a task: what will be different once it is done?");
                    let mend = "okr kr add for what it changes, okr initiative add for the task"
                        .to_owned();
                    self.add(LintRule::TaskLike, key_result.id, (title, message, mend));
                }
            }
            Measure::Metric(_) | Measure::Hold(_) | Measure::Zones(_) => {}
        }
    }

    /// Says what nobody reports on.
    fn reported(&mut self, standing: &KeyResultStanding) {
        let key_result = &standing.key_result;
        let (title, slug) = (key_result.title.as_str(), &key_result.slug);
        let mend = format!("okr checkin {slug} VALUE");
        match standing.status {
            Status::NoCheckIn => {
                let message = "nobody has ever reported on it".to_owned();
                self.add(LintRule::NoCheckIn, key_result.id, (title, message, mend));
            }
            Status::Stale => {
                let last = standing.latest.as_ref().map(|fact| fact.check_in.effective);
                let last = last.map_or_else(String::new, |day| format!(", the last on {day}"));
                let message = format!("no check-in for two cadences{last}");
                self.add(LintRule::Stale, key_result.id, (title, message, mend));
            }
            Status::Draft
            | Status::Achieved
            | Status::Missed
            | Status::Abandoned
            | Status::Archived
            | Status::OffTrack
            | Status::AtRisk
            | Status::OnTrack => {}
        }
    }
}
