//! A weekly report for machines.

use okr_core::value::Confidence;
use okr_report::reports::{Before, Weekly};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{
    CycleStandingItem, DecisionItem, KeyResultItem, SaidItem, ShareItem, StateItem, VitalItem,
};
use crate::names::Names;
use crate::output::InitiativeItem;
use crate::output::measure::ValueItem;
use crate::output::progress::ProgressItem;
use crate::output::reference::ThingRef;
use crate::ui::Item;

/// What happened in a week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct WeeklyItem {
    /// Such as `2026-W47` (ISO 8601).
    week: String,
    /// The days of the week, both included.
    from: String,
    to: String,
    state: StateItem,
    cycles: Vec<CycleStandingItem>,
    /// Those whose value or confidence is another than a week before.
    moved: Vec<MovedItem>,
    /// Those that are where they were.
    still: Vec<StillItem>,
    decisions: Vec<DecisionItem>,
    /// Those that stand, and those that were lifted in the week.
    blockers: Vec<BlockerItem>,
    /// Thanks of the week, oldest first.
    recognition: Vec<SaidItem>,
    /// Feedback of the week, oldest first.
    feedback: Vec<SaidItem>,
    /// The health metrics that the report is about.
    health: Vec<VitalItem>,
    /// The work that is to be done, by the day on which it is due.
    initiatives: Vec<InitiativeItem>,
    /// The references of the key results that wait for a check-in.
    due: Vec<String>,
    /// Of the check-ins that the cadence asked for by the end of the week, those that came.
    on_time: ShareItem,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct MovedItem {
    #[serde(flatten)]
    key_result: KeyResultItem,
    /// None: nothing was reported by the end of the week before.
    before: Option<BeforeItem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct BeforeItem {
    value: ValueItem,
    progress: Option<ProgressItem>,
    confidence: Option<u8>,
    status: &'static str,
}

impl From<&Before> for BeforeItem {
    fn from(before: &Before) -> Self {
        Self {
            value: (&before.value).into(),
            progress: before.progress.map(ProgressItem::from),
            confidence: before.confidence.map(Confidence::get),
            status: before.status.word(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct StillItem {
    #[serde(flatten)]
    key_result: KeyResultItem,
    /// None: nothing was ever reported.
    silent_days: Option<i32>,
    same_days: Option<i32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct BlockerItem {
    key_result: ThingRef,
    text: String,
    /// The day since which it stands in the way.
    since: String,
    /// The day on which it was gone; none while it stands.
    lifted: Option<String>,
}

impl WeeklyItem {
    pub(crate) fn new(weekly: &Weekly, names: &Names) -> Self {
        let (year, week) = weekly.week;
        let moved = weekly.moved.iter().map(|one| MovedItem {
            key_result: KeyResultItem::new(&one.goal, names),
            before: one.before.as_ref().map(BeforeItem::from),
        });
        let still = weekly.still.iter().map(|one| StillItem {
            key_result: KeyResultItem::new(&one.goal, names),
            silent_days: one.silent_days,
            same_days: one.same_days,
        });
        let cycles = weekly.cycles.iter();
        Self {
            week: format!("{year}-W{week:02}"),
            from: weekly.days.first.to_string(),
            to: weekly.days.last.to_string(),
            state: (&weekly.frame).into(),
            cycles: cycles
                .map(|cycle| CycleStandingItem::new(cycle, names))
                .collect(),
            moved: moved.collect(),
            still: still.collect(),
            decisions: DecisionItem::all(&weekly.decisions, names),
            blockers: weekly
                .blockers
                .iter()
                .map(|one| BlockerItem {
                    key_result: ThingRef::new(one.subject, names),
                    text: one.text.clone(),
                    since: one.since.to_string(),
                    lifted: one.lifted.as_ref().map(|(day, _)| day.to_string()),
                })
                .collect(),
            recognition: SaidItem::all(&weekly.recognition, names),
            feedback: SaidItem::all(&weekly.feedback, names),
            health: VitalItem::all(&weekly.vitals, names),
            initiatives: weekly
                .work
                .iter()
                .map(|one| InitiativeItem::new(&one.initiative, (weekly.frame.state.today, names)))
                .collect(),
            due: weekly.due.clone(),
            on_time: weekly.on_time.into(),
        }
    }
}

impl Item for WeeklyItem {
    const TYPE: &'static str = "weekly_report";
    const SCHEMA: &'static str = "WeeklyReportList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}
