//! A half-way review for machines.

use okr_report::reports::{KeyResultMid, Mid, Projection, Rule};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{
    CycleStandingItem, DecisionItem, KeyResultItem, ObjectiveItem, SaidItem, StateItem, VitalItem,
    thing,
};
use crate::names::Names;
use crate::output::progress::ProgressItem;
use crate::output::reference::ThingRef;
use crate::ui::Item;

/// How a cycle stands half-way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct MidItem {
    /// None: there is no such cycle at the moment.
    cycle: Option<CycleStandingItem>,
    state: StateItem,
    objectives: Vec<ObjectiveMidItem>,
    /// What could be dropped or changed.
    candidates: Vec<CandidateItem>,
    /// The health metrics that the report is about.
    health: Vec<VitalItem>,
    decisions: Vec<DecisionItem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct ObjectiveMidItem {
    #[serde(flatten)]
    objective: ObjectiveItem,
    /// How far it will be; none unless that is known of every key result that counts.
    projected_progress: Option<ProgressItem>,
    /// Those of the objective and of its key results, oldest first.
    reviews: Vec<SaidItem>,
    key_results: Vec<KeyResultMidItem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct KeyResultMidItem {
    #[serde(flatten)]
    key_result: KeyResultItem,
    /// Of each report, the oldest first; null: it did not say.
    confidences: Vec<Option<u8>>,
    /// None: too few check-ins to say, no number, or over.
    projection: Option<ProjectionItem>,
}

/// The value on the last day, with the band that half of the check-ins lie in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct ProjectionItem {
    low: String,
    value: String,
    high: String,
    progress: Option<ProgressItem>,
}

impl From<Projection> for ProjectionItem {
    fn from(projection: Projection) -> Self {
        Self {
            low: projection.value.low.normalize().to_string(),
            value: projection.value.value.normalize().to_string(),
            high: projection.value.high.normalize().to_string(),
            progress: projection.progress.map(ProgressItem::from),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct CandidateItem {
    subject: ThingRef,
    /// `never-reported`, `off-track-and-silent`, `projected-low`, `below-baseline`, `no-key-results`,
    /// `overdue-work` or `serves-nothing`.
    rules: Vec<&'static str>,
}

impl KeyResultMidItem {
    fn new(one: &KeyResultMid, names: &Names) -> Self {
        Self {
            key_result: KeyResultItem::new(&one.goal, names),
            confidences: one.confidences.clone(),
            projection: one.projection.map(ProjectionItem::from),
        }
    }
}

impl MidItem {
    pub(crate) fn new(mid: &Mid, names: &Names) -> Self {
        let objectives = mid.objectives.iter().map(|one| ObjectiveMidItem {
            objective: ObjectiveItem::new(&one.objective, names),
            projected_progress: one.projected.map(ProgressItem::from),
            reviews: SaidItem::all(&one.reviews, names),
            key_results: one
                .key_results
                .iter()
                .map(|one| KeyResultMidItem::new(one, names))
                .collect(),
        });
        let candidates = mid.candidates.iter().map(|one| CandidateItem {
            subject: thing(one.subject, names),
            rules: one.rules.iter().copied().map(Rule::word).collect(),
        });
        let cycle = mid.cycle.as_ref();
        Self {
            cycle: cycle.map(|cycle| CycleStandingItem::new(cycle, names)),
            state: (&mid.frame).into(),
            objectives: objectives.collect(),
            candidates: candidates.collect(),
            health: VitalItem::all(&mid.vitals, names),
            decisions: DecisionItem::all(&mid.decisions, names),
        }
    }
}

impl Item for MidItem {
    const TYPE: &'static str = "mid_report";
    const SCHEMA: &'static str = "MidReportList";

    fn id(&self) -> Option<Uuid> {
        self.cycle.as_ref().map(|cycle| cycle.cycle.id.0)
    }
}
