//! What differs between two moments.

use okr_core::entity::Entity;
use okr_core::field::{FieldStep, FieldValue, Shown as _};
use okr_core::value::Confidence;
use okr_replica::{Changed, RollUp, RollUpOf, Stand, Stands};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::measure::ValueItem;
use super::progress::ProgressItem;
use super::reference::{Id, ThingRef};
use super::setter::SetterItem;
use crate::names::Names;
use crate::ui::Item;

/// The differences between two moments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct DiffItem {
    /// The earlier moment, RFC 3339.
    pub(crate) from: String,
    /// The later moment, RFC 3339.
    pub(crate) to: String,
    pub(crate) counts: DiffCountsItem,
    /// The progress of objectives, teams and cycles that moved.
    pub(crate) roll_ups: Vec<RollUpItem>,
    /// Left out with --stat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) things: Option<Vec<ChangedItem>>,
}

/// How much differs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct DiffCountsItem {
    /// Things that differ; those of every other count are among them.
    pub(crate) things: usize,
    pub(crate) added: usize,
    /// Of those added: after the commitment of their cycle.
    pub(crate) late_additions: usize,
    pub(crate) closed: usize,
    pub(crate) abandoned: usize,
    pub(crate) archived: usize,
    /// Fields with another value than before, of things that were there.
    pub(crate) fields: Vec<CountItem>,
    /// Fields that a change after commitment set, by its category.
    pub(crate) amendments: Vec<CountItem>,
    /// Key results whose value, confidence, progress or status is another one.
    pub(crate) values: usize,
    pub(crate) confidences: usize,
    pub(crate) progress: usize,
    pub(crate) statuses: usize,
    /// The people who set what differs, by how many things.
    pub(crate) people: Vec<CountItem>,
}

/// How often something counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct CountItem {
    pub(crate) name: String,
    pub(crate) count: usize,
}

/// A thing that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ChangedItem {
    #[serde(flatten)]
    pub(crate) thing: ThingRef,
    pub(crate) title: String,
    /// Of a key result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) objective: Option<ThingRef>,
    /// The change that made it, when that came between the moments.
    pub(crate) added: Option<SetterItem>,
    pub(crate) late_addition: bool,
    /// Those that differ; of something added those that hold something.
    pub(crate) fields: Vec<FieldStepItem>,
    /// Of a key result, when it stands otherwise than before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) standing: Option<StandsItem>,
}

/// A field that differs, with both values as text; ids are full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct FieldStepItem {
    pub(crate) field: &'static str,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<SetterItem>,
}

/// How a key result stood and stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct StandsItem {
    /// None when it was not there.
    pub(crate) from: Option<StandItem>,
    pub(crate) to: StandItem,
    /// The change that made the check-in count; none when the same one counts as before, so that
    /// definitions or days moved the rest.
    pub(crate) by: Option<SetterItem>,
}

/// How a key result stands at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct StandItem {
    /// None without a check-in.
    pub(crate) value: Option<ValueItem>,
    pub(crate) confidence: Option<u8>,
    /// The day on which the value was true.
    pub(crate) effective: Option<String>,
    /// Whether the check-in was recorded when the cycle was closed.
    pub(crate) late: bool,
    pub(crate) progress: Option<ProgressItem>,
    pub(crate) status: &'static str,
}

/// A progress that moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct RollUpItem {
    /// An objective, or a cycle.
    #[serde(flatten)]
    pub(crate) thing: ThingRef,
    /// The team whose goals in the cycle it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) team: Option<ThingRef>,
    /// Whether it is about the goals of the organisation as a whole, in the cycle.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) without_team: bool,
    pub(crate) from: Option<ProgressItem>,
    pub(crate) to: Option<ProgressItem>,
}

/// Returns what a field holds as text; none when it holds nothing.
pub(super) fn held(value: &FieldValue) -> Option<String> {
    match value {
        FieldValue::None => None,
        held => Some(held.shown()),
    }
}

impl FieldStepItem {
    pub(crate) fn new(step: &FieldStep, by: Option<SetterItem>) -> Self {
        Self {
            field: step.word,
            from: held(&step.from),
            to: held(&step.to),
            by,
        }
    }
}

impl ChangedItem {
    pub(crate) fn new(changed: &Changed, names: &Names) -> Self {
        let id = changed.entity.id();
        let setter = |entry| SetterItem::new(entry, names);
        Self {
            thing: ThingRef::new(id, names),
            title: names.title(id),
            objective: match &changed.entity {
                Entity::KeyResult(key_result) => Some(ThingRef::new(key_result.objective, names)),
                _ => None,
            },
            added: changed.added.as_deref().map(setter),
            late_addition: changed.late_addition,
            fields: changed
                .fields
                .iter()
                .map(|field| FieldStepItem::new(&field.step, field.by.as_deref().map(setter)))
                .collect(),
            standing: changed
                .stands
                .as_ref()
                .map(|stands| StandsItem::new(stands, names)),
        }
    }
}

impl StandsItem {
    fn new(stands: &Stands, names: &Names) -> Self {
        let by = stands.by.as_ref();
        Self {
            from: stands.before.as_ref().map(StandItem::new),
            to: StandItem::new(&stands.after),
            by: by.map(|entry| SetterItem::new(entry, names)),
        }
    }
}

impl StandItem {
    fn new(stand: &Stand) -> Self {
        let check_in = stand.check_in.as_ref();
        let confidence = check_in.and_then(|check_in| check_in.confidence);
        Self {
            value: check_in.map(|check_in| ValueItem::from(&check_in.value)),
            confidence: confidence.map(Confidence::get),
            effective: check_in.map(|check_in| check_in.effective.to_string()),
            late: stand.late,
            progress: stand.progress.map(ProgressItem::from),
            status: stand.status.word(),
        }
    }
}

impl RollUpItem {
    pub(crate) fn new(roll_up: &RollUp, names: &Names) -> Self {
        let (thing, team, without_team) = match roll_up.of {
            RollUpOf::Objective(id) => (ThingRef::new(id, names), None, false),
            RollUpOf::Cycle(id) => (ThingRef::new(id, names), None, false),
            RollUpOf::Team(cycle, team) => (
                ThingRef::new(cycle, names),
                team.map(|team| ThingRef::new(team, names)),
                team.is_none(),
            ),
        };
        Self {
            thing,
            team,
            without_team,
            from: roll_up.before.map(ProgressItem::from),
            to: roll_up.after.map(ProgressItem::from),
        }
    }
}

impl Item for DiffItem {
    const TYPE: &'static str = "diff";
    const SCHEMA: &'static str = "DiffList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}

impl Item for ChangedItem {
    const TYPE: &'static str = "changed";
    const SCHEMA: &'static str = "ChangedList";

    fn id(&self) -> Option<Uuid> {
        let Id(id) = self.thing.id;
        Some(id)
    }
}
