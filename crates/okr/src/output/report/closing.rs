//! A final report for machines.

use okr_report::reports::{Final, KeyResultFinal, Lineage, ObjectiveFinal};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{
    CycleStandingItem, DecisionItem, KeyResultItem, ObjectiveItem, SaidItem, ShareItem, StateItem,
    VitalItem, score_text, thing,
};
use crate::names::Names;
use crate::output::reference::ThingRef;
use crate::ui::Item;

/// How a cycle ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct FinalItem {
    /// None: there is no such cycle at the moment.
    cycle: Option<CycleStandingItem>,
    state: StateItem,
    objectives: Vec<ObjectiveFinalItem>,
    decisions: Vec<DecisionItem>,
    /// Thanks of the cycle, oldest first.
    recognition: Vec<SaidItem>,
    /// Feedback of the cycle, oldest first.
    feedback: Vec<SaidItem>,
    /// The health metrics that the report is about.
    health: Vec<VitalItem>,
    check_ins: DisciplineItem,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct ObjectiveFinalItem {
    #[serde(flatten)]
    objective: ObjectiveItem,
    #[serde(flatten)]
    scores: ScoresItem,
    reflection: Option<String>,
    /// The objective of an earlier cycle that it continues.
    continues: Option<LineageItem>,
    /// Those of later cycles that continue it.
    continued_by: Vec<LineageItem>,
    /// Those of the objective and of its key results, oldest first.
    reviews: Vec<SaidItem>,
    key_results: Vec<KeyResultFinalItem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct KeyResultFinalItem {
    #[serde(flatten)]
    key_result: KeyResultItem,
    #[serde(flatten)]
    scores: ScoresItem,
}

/// Scores, from 0 to 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct ScoresItem {
    /// What was given; none while the goal is not closed.
    score: Option<String>,
    /// What the progress suggests, of an objective also the scores of its key results.
    suggested_score: Option<String>,
    /// What the progress against the commitment suggests, where that differs.
    original_suggested_score: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct LineageItem {
    objective: ThingRef,
    cycle: String,
    title: String,
    score: Option<String>,
}

/// How people checked in, by the end of the cycle or by the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct DisciplineItem {
    /// Of the check-ins that the cadence asked for, those that came.
    on_time: ShareItem,
    check_ins: usize,
    gap_median_days: Option<i32>,
    gap_90th_percentile_days: Option<i32>,
    /// The slugs of the key results that nobody ever reported on.
    never_reported_on: Vec<String>,
    /// How many check-ins were written too long after their day.
    back_filled: usize,
}

impl KeyResultFinalItem {
    fn new(one: &KeyResultFinal, names: &Names) -> Self {
        Self {
            key_result: KeyResultItem::new(&one.goal, names),
            scores: ScoresItem {
                score: one.goal.key_result.score.map(score_text),
                suggested_score: Some(score_text(one.suggested)),
                original_suggested_score: one.suggested_original.map(score_text),
            },
        }
    }
}

impl LineageItem {
    fn new(lineage: &Lineage, names: &Names) -> Self {
        Self {
            objective: ThingRef {
                name: lineage.objective.reference.clone(),
                ..thing(lineage.id.into(), names)
            },
            cycle: lineage.cycle.clone(),
            title: lineage.objective.title.clone(),
            score: lineage.score.map(score_text),
        }
    }
}

impl ObjectiveFinalItem {
    fn new(one: &ObjectiveFinal, names: &Names) -> Self {
        let objective = &one.objective.objective;
        let lineage = |lineage: &Lineage| LineageItem::new(lineage, names);
        Self {
            objective: ObjectiveItem::new(&one.objective, names),
            scores: ScoresItem {
                score: objective.score.map(score_text),
                suggested_score: one.suggested.map(|one| score_text(one.score)),
                original_suggested_score: one.suggested_original.map(score_text),
            },
            reflection: objective.reflection.as_ref().map(ToString::to_string),
            continues: one.continues.as_ref().map(lineage),
            continued_by: one.continued_by.iter().map(lineage).collect(),
            reviews: SaidItem::all(&one.reviews, names),
            key_results: one
                .key_results
                .iter()
                .map(|one| KeyResultFinalItem::new(one, names))
                .collect(),
        }
    }
}

impl FinalItem {
    pub(crate) fn new(found: &Final, names: &Names) -> Self {
        let cycle = found.cycle.as_ref();
        let objectives = found.objectives.iter();
        let discipline = &found.discipline;
        Self {
            cycle: cycle.map(|cycle| CycleStandingItem::new(cycle, names)),
            state: (&found.frame).into(),
            objectives: objectives
                .map(|one| ObjectiveFinalItem::new(one, names))
                .collect(),
            decisions: DecisionItem::all(&found.decisions, names),
            recognition: SaidItem::all(&found.recognition, names),
            feedback: SaidItem::all(&found.feedback, names),
            health: VitalItem::all(&found.vitals, names),
            check_ins: DisciplineItem {
                on_time: discipline.on_time.into(),
                check_ins: discipline.check_ins,
                gap_median_days: discipline.gaps.map(|(median, _)| median),
                gap_90th_percentile_days: discipline.gaps.map(|(_, most)| most),
                never_reported_on: discipline.never.clone(),
                back_filled: discipline.back_filled,
            },
        }
    }
}

impl Item for FinalItem {
    const TYPE: &'static str = "final_report";
    const SCHEMA: &'static str = "FinalReportList";

    fn id(&self) -> Option<Uuid> {
        self.cycle.as_ref().map(|cycle| cycle.cycle.id.0)
    }
}
