//! Reports for machines: the same facts that the documents are made of.

mod closing;
mod mid;
mod weekly;

use okr_core::field::Shown as _;
use okr_core::id::EntityId;
use okr_core::rhythm::Share;
use okr_core::value::Score;
use okr_report::reports::{
    Cycle, Decision, Deed, Frame, Goal, Held, Objective, Report, Said, Vital,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::goal::CycleItem;
use super::measure::{MeasureItem, ValueItem};
use super::progress::ProgressItem;
use super::reference::{Id, PersonRef, ThingRef};
use crate::names::Names;

pub(crate) use closing::FinalItem;
pub(crate) use mid::MidItem;
pub(crate) use weekly::WeeklyItem;

/// What a report was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct StateItem {
    /// The short id of the last change that counts; none of nothing.
    change: Option<String>,
    /// Its position; none while it waits for the server.
    position: Option<u64>,
    /// How many changes count that only this machine has.
    pending: usize,
    /// The day by which pace and status are judged.
    day: String,
    /// The command that makes the report again.
    command: String,
}

impl From<&Frame> for StateItem {
    fn from(frame: &Frame) -> Self {
        Self {
            change: frame.state.change.clone(),
            position: frame.state.position,
            pending: frame.state.pending,
            day: frame.state.today.to_string(),
            command: frame.command.clone(),
        }
    }
}

/// A cycle and how the goals in it stand that the report is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct CycleStandingItem {
    #[serde(flatten)]
    cycle: CycleItem,
    /// None where nothing counts, and of a person's goals, which have no roll-up.
    progress: Option<ProgressItem>,
    /// Against what was committed to, where that differs.
    original_progress: Option<ProgressItem>,
    /// What an even pace would have reached.
    expected: ProgressItem,
}

impl CycleStandingItem {
    fn new(cycle: &Cycle, names: &Names) -> Self {
        Self {
            cycle: CycleItem::new(&cycle.cycle, names),
            progress: cycle.progress.map(ProgressItem::from),
            original_progress: cycle.original.map(ProgressItem::from),
            expected: cycle.expected.into(),
        }
    }
}

/// An objective and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct ObjectiveItem {
    id: Id,
    slug: String,
    title: String,
    owner: PersonRef,
    team: Option<ThingRef>,
    /// `committed`, `aspirational` or `learning`.
    kind: &'static str,
    weight: String,
    /// `draft`, `active`, `closed`, `abandoned` or `archived`.
    state: &'static str,
    progress: Option<ProgressItem>,
    /// Against what was committed to, where that differs.
    original_progress: Option<ProgressItem>,
    late_addition: bool,
}

impl ObjectiveItem {
    fn new(facts: &Objective, names: &Names) -> Self {
        let objective = &facts.objective;
        Self {
            id: Id(objective.id.uuid()),
            slug: objective.slug.to_string(),
            title: objective.title.to_string(),
            owner: PersonRef::new(objective.owner, names),
            team: objective.team.map(|team| ThingRef::new(team, names)),
            kind: objective.kind.word(),
            weight: objective.weight.number().to_string(),
            state: objective.state().word(),
            progress: facts.progress.map(ProgressItem::from),
            original_progress: facts.original.map(ProgressItem::from),
            late_addition: facts.late_addition,
        }
    }
}

/// A key result and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct KeyResultItem {
    id: Id,
    slug: String,
    title: String,
    objective: ThingRef,
    owner: PersonRef,
    measure: MeasureItem,
    /// The measure that was committed to, where it was another.
    original_measure: Option<MeasureItem>,
    /// `on-track`, `at-risk`, `off-track`, `stale`, `no-check-in`, `achieved` and so on.
    status: &'static str,
    progress: Option<ProgressItem>,
    original_progress: Option<ProgressItem>,
    expected: ProgressItem,
    late_addition: bool,
    /// None: nothing was ever reported.
    latest: Option<ReportItem>,
}

impl KeyResultItem {
    fn new(goal: &Goal, names: &Names) -> Self {
        let key_result = &goal.key_result;
        Self {
            id: Id(key_result.id.uuid()),
            slug: key_result.slug.to_string(),
            title: key_result.title.to_string(),
            objective: ThingRef::new(key_result.objective, names),
            owner: PersonRef::new(key_result.owner, names),
            measure: (&key_result.measure).into(),
            original_measure: goal.original_measure.as_ref().map(MeasureItem::from),
            status: goal.status.word(),
            progress: goal.progress.map(ProgressItem::from),
            original_progress: goal.original.map(ProgressItem::from),
            expected: goal.expected.into(),
            late_addition: goal.late_addition,
            latest: goal.latest.as_ref().map(ReportItem::from),
        }
    }
}

/// What was last reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct ReportItem {
    /// The day that it is about.
    effective: String,
    value: ValueItem,
    confidence: Option<u8>,
    note: Option<String>,
    /// Whether it was recorded after the cycle was closed.
    late: bool,
}

impl From<&Report> for ReportItem {
    fn from(report: &Report) -> Self {
        Self {
            effective: report.day.to_string(),
            value: (&report.value).into(),
            confidence: report.confidence.map(okr_core::value::Confidence::get),
            note: report.note.clone(),
            late: report.late,
        }
    }
}

/// What somebody decided in one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct DecisionItem {
    /// The change.
    id: Id,
    /// The day on which it was written.
    day: String,
    by: PersonRef,
    /// `external-change`, `better-measure` and so on; none: no amendment, or it does not say.
    category: Option<&'static str>,
    reason: Option<String>,
    steps: Vec<StepItem>,
}

impl DecisionItem {
    fn all(decisions: &[Decision], names: &Names) -> Vec<Self> {
        let decisions = decisions.iter().map(|decision| Self {
            id: Id(decision.change.uuid()),
            day: decision.day.to_string(),
            by: PersonRef::new(decision.person, names),
            category: decision
                .category
                .map(okr_core::value::AmendmentCategory::word),
            reason: decision.reason.clone(),
            steps: decision
                .steps
                .iter()
                .map(|step| StepItem {
                    subject: ThingRef::new(step.subject, names),
                    deed: (&step.deed).into(),
                })
                .collect(),
        });
        decisions.collect()
    }
}

/// What was done to a goal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct StepItem {
    subject: ThingRef,
    #[serde(flatten)]
    deed: DeedItem,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "deed", rename_all = "kebab-case")]
enum DeedItem {
    Measured {
        from: MeasureItem,
        to: MeasureItem,
    },
    Edited {
        field: &'static str,
        from: Option<String>,
        to: Option<String>,
    },
    Added,
    Closed {
        score: String,
    },
    Graded {
        score: String,
    },
    Abandoned,
    Archived,
    Reopened,
    Restored,
    Published,
}

/// Writes what a field holds, whatever the language of the report; none where it holds nothing.
fn held(held: &Held) -> Option<String> {
    match held {
        Held::Nothing => None,
        Held::Text(text) => Some(text.clone()),
        Held::Number(number) => Some(number.to_string()),
        Held::Day(day) => Some(day.to_string()),
        Held::Period(period) => Some(period.shown()),
        Held::Kind(kind) => Some(kind.to_string()),
    }
}

impl From<&Deed> for DeedItem {
    fn from(deed: &Deed) -> Self {
        match deed {
            Deed::Measured { from, to } => Self::Measured {
                from: (&**from).into(),
                to: (&**to).into(),
            },
            Deed::Edited { field, from, to } => Self::Edited {
                field,
                from: held(from),
                to: held(to),
            },
            Deed::Added => Self::Added,
            Deed::Closed(score) => Self::Closed {
                score: score_text(*score),
            },
            Deed::Graded(score) => Self::Graded {
                score: score_text(*score),
            },
            Deed::Abandoned => Self::Abandoned,
            Deed::Archived => Self::Archived,
            Deed::Reopened => Self::Reopened,
            Deed::Restored => Self::Restored,
            Deed::Published => Self::Published,
        }
    }
}

/// What somebody said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct SaidItem {
    /// The comment.
    id: Id,
    /// `recognition`, `feedback` or `review`.
    kind: &'static str,
    /// The day on which it was written.
    day: String,
    by: PersonRef,
    /// What it is about; of a check-in, its key result.
    about: ThingRef,
    text: String,
}

impl SaidItem {
    fn all(said: &[Said], names: &Names) -> Vec<Self> {
        let said = said.iter().map(|one| Self {
            id: Id(one.id.uuid()),
            kind: one.kind.word(),
            day: one.day.to_string(),
            by: PersonRef::new(one.person, names),
            about: ThingRef::new(one.subject, names),
            text: one.text.clone(),
        });
        said.collect()
    }
}

/// A health metric and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct VitalItem {
    id: Id,
    slug: String,
    name: String,
    owner: PersonRef,
    /// None: of the organisation as a whole.
    team: Option<ThingRef>,
    unit: Option<String>,
    /// The least healthy value.
    low: Option<String>,
    /// The greatest healthy value.
    high: Option<String>,
    /// `healthy`, `outside` or `unknown`.
    health: &'static str,
    /// The day since which it is so.
    since: Option<String>,
    /// The value that counts.
    value: Option<String>,
    /// The day that it is about.
    effective: Option<String>,
}

impl VitalItem {
    fn all(vitals: &[Vital], names: &Names) -> Vec<Self> {
        let vitals = vitals.iter().map(|one| {
            let metric = &one.metric;
            let number =
                |number: Option<okr_core::value::Number>| number.map(|one| one.to_string());
            Self {
                id: Id(metric.id.uuid()),
                slug: metric.slug.to_string(),
                name: metric.name.to_string(),
                owner: PersonRef::new(metric.owner, names),
                team: metric.team.map(|team| ThingRef::new(team, names)),
                unit: metric.unit.as_ref().map(ToString::to_string),
                low: number(metric.band.low()),
                high: number(metric.band.high()),
                health: one.health.word(),
                since: one.since.map(|day| day.to_string()),
                value: number(one.latest.map(|(_, value)| value)),
                effective: one.latest.map(|(day, _)| day.to_string()),
            }
        });
        vitals.collect()
    }
}

/// So many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct ShareItem {
    part: usize,
    whole: usize,
}

impl From<Share> for ShareItem {
    fn from(share: Share) -> Self {
        Self {
            part: share.part,
            whole: share.whole,
        }
    }
}

fn score_text(score: Score) -> String {
    score.number().to_string()
}

fn thing(id: EntityId, names: &Names) -> ThingRef {
    ThingRef::new(id, names)
}
