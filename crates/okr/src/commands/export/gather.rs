//! What an export holds: the same items as the lists, of every cycle unless one is named.

mod work;

use std::collections::BTreeSet;

use okr_core::entity::{Cycle, Initiative, Team};
use okr_core::id::{EntityId, TeamId};
use okr_replica::{CommentFact, CommentFilter, MetricStanding, ObjectiveStanding};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::super::list::objectives_of;
use super::super::past::Past;
use crate::args::ExportKind;
use crate::context::Context;
use crate::error::CliError;
use crate::failure;
use crate::output::{
    CheckInItem, CommentItem, CycleItem, InitiativeItem, KeyResultItem, MetricItem,
    MetricValueItem, ObjectiveItem, OrgItem, PersonItem, TeamItem,
};
use crate::ui::Item;

/// A thing of any kind.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Exported {
    Org(OrgItem),
    Person(PersonItem),
    Team(TeamItem),
    Cycle(CycleItem),
    Objective(Box<ObjectiveItem>),
    KeyResult(Box<KeyResultItem>),
    CheckIn(Box<CheckInItem>),
    Comment(Box<CommentItem>),
    Initiative(Box<InitiativeItem>),
    Metric(Box<MetricItem>),
    MetricValue(Box<MetricValueItem>),
}

impl Item for Exported {
    const TYPE: &'static str = "export";
    const SCHEMA: &'static str = "ExportList";
    const SAYS_TYPE: bool = true;

    fn id(&self) -> Option<Uuid> {
        match self {
            Self::Org(item) => item.id(),
            Self::Person(item) => item.id(),
            Self::Team(item) => item.id(),
            Self::Cycle(item) => item.id(),
            Self::Objective(item) => item.id(),
            Self::KeyResult(item) => item.id(),
            Self::CheckIn(item) => item.id(),
            Self::Comment(item) => item.id(),
            Self::Initiative(item) => item.id(),
            Self::Metric(item) => item.id(),
            Self::MetricValue(item) => item.id(),
        }
    }
}

/// What was found, by kind.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) org: Option<OrgItem>,
    pub(super) people: Vec<PersonItem>,
    pub(super) teams: Vec<TeamItem>,
    pub(super) cycles: Vec<CycleItem>,
    pub(super) objectives: Vec<ObjectiveItem>,
    pub(super) key_results: Vec<KeyResultItem>,
    pub(super) check_ins: Vec<CheckInItem>,
    pub(super) comments: Vec<CommentItem>,
    pub(super) initiatives: Vec<InitiativeItem>,
    pub(super) metrics: Vec<MetricItem>,
    pub(super) metric_values: Vec<MetricValueItem>,
}

impl Found {
    /// Returns everything, what others refer to first.
    pub(super) fn items(&self) -> Vec<Exported> {
        let org = self.org.iter().cloned().map(Exported::Org);
        let people = self.people.iter().cloned().map(Exported::Person);
        let teams = self.teams.iter().cloned().map(Exported::Team);
        let cycles = self.cycles.iter().cloned().map(Exported::Cycle);
        let objectives = boxed(&self.objectives).map(Exported::Objective);
        let key_results = boxed(&self.key_results).map(Exported::KeyResult);
        let check_ins = boxed(&self.check_ins).map(Exported::CheckIn);
        let initiatives = boxed(&self.initiatives).map(Exported::Initiative);
        let metrics = boxed(&self.metrics).map(Exported::Metric);
        let values = boxed(&self.metric_values).map(Exported::MetricValue);
        let comments = boxed(&self.comments).map(Exported::Comment);
        let goals = objectives.chain(key_results).chain(check_ins);
        org.chain(people)
            .chain(teams)
            .chain(cycles)
            .chain(goals)
            .chain(initiatives)
            .chain(metrics)
            .chain(values)
            .chain(comments)
            .collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        let Self {
            org,
            people,
            teams,
            cycles,
            objectives,
            key_results,
            check_ins,
            comments,
            initiatives,
            metrics,
            metric_values,
        } = self;
        org.is_none()
            && people.is_empty()
            && teams.is_empty()
            && cycles.is_empty()
            && objectives.is_empty()
            && key_results.is_empty()
            && check_ins.is_empty()
            && comments.is_empty()
            && initiatives.is_empty()
            && metrics.is_empty()
            && metric_values.is_empty()
    }
}

fn boxed<T: Clone>(items: &[T]) -> impl Iterator<Item = Box<T>> {
    items.iter().cloned().map(Box::new)
}

/// What is wanted.
struct Wanted<'a> {
    kinds: &'a [ExportKind],
    team: Option<TeamId>,
    /// Whether only a part of the goals is.
    is_part: bool,
}

/// What things can be about: goals, the work for them, and health metrics.
struct Scope {
    goals: Vec<ObjectiveStanding>,
    initiatives: Vec<Initiative>,
    metrics: Vec<MetricStanding>,
}

impl Wanted<'_> {
    /// Says whether things of a kind are wanted; without any kind all are, but that key results come
    /// with their objectives.
    fn has(&self, kind: ExportKind) -> bool {
        match self.kinds {
            [] => kind != ExportKind::Krs,
            kinds => kinds.contains(&kind),
        }
    }
}

/// Reads what is wanted at the moment.
///
/// # Errors
/// When the scope names nothing, or the replica cannot be read.
pub(super) fn gather(
    context: &mut Context,
    past: &mut Past<'_>,
    kinds: &[ExportKind],
) -> Result<Found, CliError> {
    let team = past.team_scope(context)?;
    let cycles = match context.globals.cycle {
        Some(_) => past.cycles_in_scope(context)?,
        None => past.cycles.clone(),
    };
    let wanted = Wanted {
        kinds,
        team,
        is_part: team.is_some() || context.globals.cycle.is_some(),
    };
    let scope = scope(past, &wanted, &cycles)?;
    let mut found = around(past, &wanted, &cycles)?;
    if wanted.has(ExportKind::Checkins) {
        found.check_ins = check_ins(past, &scope.goals)?;
    }
    if wanted.has(ExportKind::Comments) {
        found.comments = comments(past, &wanted, &scope)?;
    }
    work::fill(&mut found, past, &wanted, &scope)?;
    let objectives = scope.goals.iter();
    let objectives = objectives.map(|one| ObjectiveItem::new(one, &past.names));
    let objectives: Vec<ObjectiveItem> = objectives.collect();
    if wanted.has(ExportKind::Krs) {
        let all = objectives.iter().flat_map(|one| one.key_results.clone());
        found.key_results = all.collect();
    }
    if wanted.has(ExportKind::Objectives) {
        found.objectives = objectives;
    }
    Ok(found)
}

/// Reads what is in scope, and learns the names in it.
fn scope(past: &mut Past<'_>, wanted: &Wanted<'_>, cycles: &[Cycle]) -> Result<Scope, CliError> {
    let mut goals = Vec::new();
    for cycle in cycles {
        goals.extend(objectives_of(past, cycle, true)?);
    }
    if let Some(team) = wanted.team {
        goals.retain(|one| past.is_within(one.objective.team, team));
    }
    // Comments of a part of the goals are also about these.
    let is_topic = wanted.is_part && wanted.has(ExportKind::Comments);
    let initiatives = if is_topic || wanted.has(ExportKind::Initiatives) {
        work::initiatives(past, wanted, &goals)?
    } else {
        Vec::new()
    };
    let is_measured = wanted.has(ExportKind::Metrics) || wanted.has(ExportKind::MetricValues);
    let metrics = if is_topic || is_measured {
        work::metrics(past, wanted.team)?
    } else {
        Vec::new()
    };
    Ok(Scope {
        goals,
        initiatives,
        metrics,
    })
}

/// Reads what stands around the goals.
fn around(past: &Past<'_>, wanted: &Wanted<'_>, cycles: &[Cycle]) -> Result<Found, CliError> {
    let (reading, names) = (&past.reading, &past.names);
    let mut found = Found::default();
    if wanted.kinds.is_empty() {
        use okr_core::view::View as _;
        let org = reading.org().map_err(failure::replica)?;
        found.org = org.map(|org| OrgItem::from(&*org));
    }
    if wanted.has(ExportKind::People) {
        let people = reading.people().map_err(failure::replica)?;
        let people = people.iter().map(|person| PersonItem::new(person, names));
        found.people = people.collect();
    }
    if wanted.has(ExportKind::Teams) {
        let is_wanted = |team: &&Team| {
            let within = |outer| past.is_within(Some(team.id), outer);
            wanted.team.is_none_or(within)
        };
        let teams = past.teams.iter().filter(is_wanted);
        found.teams = teams.map(|team| TeamItem::new(team, names)).collect();
    }
    if wanted.has(ExportKind::Cycles) {
        let cycles = cycles.iter().map(|cycle| CycleItem::new(cycle, names));
        found.cycles = cycles.collect();
    }
    Ok(found)
}

/// Reads the check-ins of goals, oldest first for each key result; what was taken back is left out.
fn check_ins(past: &Past<'_>, goals: &[ObjectiveStanding]) -> Result<Vec<CheckInItem>, CliError> {
    let mut items = Vec::new();
    for one in goals.iter().flat_map(|objective| &objective.key_results) {
        let facts = past.reading.check_ins(one.key_result.id, None);
        let mut facts = facts.map_err(failure::replica)?;
        facts.retain(|fact| !fact.check_in.retracted);
        // The one that counts comes last, also of several on one day.
        facts.reverse();
        items.extend(facts.iter().map(|fact| CheckInItem::new(fact, &past.names)));
    }
    Ok(items)
}

/// Reads what was said, oldest first: about anything or, of a part of the goals, about what is in
/// scope.
fn comments(
    past: &mut Past<'_>,
    wanted: &Wanted<'_>,
    scope: &Scope,
) -> Result<Vec<CommentItem>, CliError> {
    let facts = past.reading.newest_comments(&CommentFilter::default());
    let mut facts = facts.map_err(failure::replica)?;
    if wanted.is_part {
        let about = about(past, scope)?;
        facts.retain(|fact| about.contains(&fact.comment.topic.entity()));
    }
    let topics: Vec<EntityId> = facts.iter().map(topic).collect();
    past.learn(topics)?;
    let oldest_first = facts.iter().rev();
    Ok(oldest_first
        .map(|fact| CommentItem::new(fact, &past.names))
        .collect())
}

fn topic(fact: &CommentFact) -> EntityId {
    fact.comment.topic.entity()
}

/// Returns the goals in scope with their key results and check-ins, the work for them, and the
/// health metrics.
fn about(past: &Past<'_>, scope: &Scope) -> Result<BTreeSet<EntityId>, CliError> {
    let mut about = BTreeSet::new();
    for objective in &scope.goals {
        about.insert(objective.objective.id.into());
        for one in &objective.key_results {
            about.insert(one.key_result.id.into());
            let facts = past.reading.check_ins(one.key_result.id, None);
            let facts = facts.map_err(failure::replica)?;
            about.extend(facts.iter().map(|fact| EntityId::from(fact.check_in.id)));
        }
    }
    let initiatives = scope.initiatives.iter();
    about.extend(initiatives.map(|one| EntityId::from(one.id)));
    let metrics = scope.metrics.iter();
    about.extend(metrics.map(|one| EntityId::from(one.metric.id)));
    Ok(about)
}
