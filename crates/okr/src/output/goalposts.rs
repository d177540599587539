//! The goalposts of a cycle: what moved after the commitment, and what that did to the numbers.

use okr_core::backfill::BACKFILL_CADENCES;
use okr_core::progress::Progress;
use okr_replica::{
    Both, Deed, Goalposts, KeyResultEffect, KeyResultSide, LateDeed, Moved, ObjectiveEffect,
    ObjectiveSide,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::change::ChangeItem;
use super::goal::CycleItem;
use super::measure::{MeasureItem, ValueItem};
use super::place::PlaceItem;
use super::progress::ProgressItem;
use super::reference::{Id, PersonRef, ThingRef};
use crate::commands::Counts;
use crate::names::Names;
use crate::ui::Item;

/// The goalposts of a cycle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct GoalpostsItem {
    #[serde(flatten)]
    cycle: CycleItem,
    /// The change that opened the cycle for the first time.
    commitment: ChangeItem,
    counts: CountsItem,
    /// Of what was asked for.
    progress: BothItem,
    teams: Vec<TeamItem>,
    /// In the order of the axis.
    moves: Vec<MovedItem>,
    objectives: Vec<ObjectiveItem>,
    /// Check-ins that were written long after their day.
    back_filled: Vec<LateDeedItem>,
    /// Check-ins whose value, day or confidence was put right long after their day.
    late_corrections: Vec<LateDeedItem>,
    /// Check-ins that were taken back long after their day.
    late_retractions: Vec<LateDeedItem>,
}

/// How many there are of everything that is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct CountsItem {
    amendments: usize,
    late_additions: usize,
    taken_out: usize,
    put_back: usize,
    /// Retracted ones are left out.
    check_ins: usize,
    /// Those about a day before the last one of the cycle.
    check_ins_before_last_day: usize,
    /// Those of them that were written after the end.
    written_after_end: usize,
    /// All that were written too late, those among them.
    back_filled: usize,
    late_corrections: usize,
    late_retractions: usize,
    /// A check-in that was written more days after its day is back-filled; a correction or retraction
    /// is late.
    days_in_time: i32,
}

/// Progress on both sides; none where nothing counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct BothItem {
    /// Against the goals, measures and weights of the commitment.
    committed: Option<ProgressItem>,
    /// Against those that count now.
    current: Option<ProgressItem>,
}

/// The progress of a team's own objectives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct TeamItem {
    /// None: the objectives of the organisation as a whole.
    team: Option<ThingRef>,
    #[serde(flatten)]
    progress: BothItem,
}

/// A change that moved something, with only the events that did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct MovedItem {
    /// For each subject in `change`, in order.
    steps: Vec<StepItem>,
    change: ChangeItem,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct StepItem {
    /// `amendment`, `late-addition`, `taken-out` or `put-back`.
    kind: &'static str,
    subject: ThingRef,
    objective: Option<ThingRef>,
    team: Option<ThingRef>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct ObjectiveItem {
    objective: ThingRef,
    /// The cycle that it is in at the moment.
    cycle: ThingRef,
    /// `draft`, `active`, `closed`, `abandoned` or `archived`, at the moment.
    state: &'static str,
    /// None: it was not committed to.
    committed: Option<ObjectiveSideItem>,
    /// None: it does not count at the moment.
    current: Option<ObjectiveSideItem>,
    key_results: Vec<KeyResultItem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct ObjectiveSideItem {
    team: Option<ThingRef>,
    weight: String,
    progress: Option<ProgressItem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct KeyResultItem {
    key_result: ThingRef,
    /// The objective that it belongs to at the moment.
    objective: ThingRef,
    /// `active`, `closed`, `abandoned` or `archived`, at the moment.
    state: &'static str,
    /// None: it was not committed to.
    committed: Option<KeyResultSideItem>,
    /// None: it does not count at the moment.
    current: Option<KeyResultSideItem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct KeyResultSideItem {
    measure: MeasureItem,
    weight: String,
    progress: Option<ProgressItem>,
    expected: ProgressItem,
    status: &'static str,
}

/// Something that was done to a check-in long after its day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct LateDeedItem {
    check_in: Id,
    key_result: ThingRef,
    effective: String,
    value: ValueItem,
    /// `recorded`, `corrected` or `retracted`.
    what: &'static str,
    /// When it counts as written: by the server's clock, for imports by their source.
    written_at: String,
    late_days: i32,
    /// Whether it was written after the end of the cycle about a day before the last one.
    after_end: bool,
    author: PersonRef,
    on_behalf_of: Option<PersonRef>,
    /// `human`, `import` or `automation`.
    source: &'static str,
    change: Id,
    #[serde(flatten)]
    place: PlaceItem,
}

impl GoalpostsItem {
    pub(crate) fn new(found: &Goalposts, progress: Both, names: &Names) -> Self {
        let late = |deed: Deed| {
            let all = found.reported.iter().flat_map(|one| &one.late);
            let such = all.filter(|one| one.deed == deed);
            such.map(|one| LateDeedItem::new(one, names)).collect()
        };
        let effect = &found.effect;
        Self {
            cycle: CycleItem::new(&found.standing.cycle, names),
            commitment: ChangeItem::new(&found.commitment, names),
            counts: CountsItem::of(found),
            progress: progress.into(),
            teams: effect
                .teams
                .iter()
                .map(|(team, progress)| TeamItem {
                    team: team.map(|team| ThingRef::new(team, names)),
                    progress: (*progress).into(),
                })
                .collect(),
            moves: found
                .moved
                .iter()
                .map(|moved| MovedItem::new(moved, names))
                .collect(),
            objectives: effect
                .objectives
                .iter()
                .map(|row| ObjectiveItem::new(row, names))
                .collect(),
            back_filled: late(Deed::Recorded),
            late_corrections: late(Deed::Corrected),
            late_retractions: late(Deed::Retracted),
        }
    }
}

impl CountsItem {
    fn of(found: &Goalposts) -> Self {
        let counts = Counts::of(found);
        Self {
            amendments: counts.amendments,
            late_additions: counts.late_additions,
            taken_out: counts.taken_out,
            put_back: counts.put_back,
            check_ins: counts.check_ins,
            check_ins_before_last_day: counts.before_last_day,
            written_after_end: counts.after_end,
            back_filled: counts.back_filled,
            late_corrections: counts.late_corrections,
            late_retractions: counts.late_retractions,
            days_in_time: BACKFILL_CADENCES * i32::from(found.standing.cadence.get()),
        }
    }
}

impl From<Both> for BothItem {
    fn from(both: Both) -> Self {
        let item = |progress: Option<Progress>| progress.map(ProgressItem::from);
        Self {
            committed: item(both.committed),
            current: item(both.current),
        }
    }
}

impl MovedItem {
    fn new(moved: &Moved, names: &Names) -> Self {
        let steps = moved.steps.iter().map(|step| StepItem {
            kind: step.kind.word(),
            subject: ThingRef::new(step.subject, names),
            objective: step.objective.map(|id| ThingRef::new(id, names)),
            team: step.team.map(|id| ThingRef::new(id, names)),
        });
        Self {
            steps: steps.collect(),
            change: ChangeItem::new(&moved.entry, names),
        }
    }
}

impl ObjectiveItem {
    fn new(row: &ObjectiveEffect, names: &Names) -> Self {
        let side = |side: ObjectiveSide| ObjectiveSideItem {
            team: side.team.map(|team| ThingRef::new(team, names)),
            weight: side.weight.number().to_string(),
            progress: side.progress.map(ProgressItem::from),
        };
        Self {
            objective: ThingRef::new(row.objective.id, names),
            cycle: ThingRef::new(row.objective.cycle, names),
            state: row.objective.state().word(),
            committed: row.committed.map(side),
            current: row.current.map(side),
            key_results: row
                .key_results
                .iter()
                .map(|row| KeyResultItem::new(row, names))
                .collect(),
        }
    }
}

impl KeyResultItem {
    fn new(row: &KeyResultEffect, names: &Names) -> Self {
        let side = |side: &KeyResultSide| KeyResultSideItem {
            measure: MeasureItem::from(&side.measure),
            weight: side.weight.number().to_string(),
            progress: side.progress.map(ProgressItem::from),
            expected: side.expected.into(),
            status: side.status.word(),
        };
        Self {
            key_result: ThingRef::new(row.key_result.id, names),
            objective: ThingRef::new(row.key_result.objective, names),
            state: row.key_result.state().word(),
            committed: row.committed.as_ref().map(side),
            current: row.current.as_ref().map(side),
        }
    }
}

impl LateDeedItem {
    fn new(one: &LateDeed, names: &Names) -> Self {
        let entry = &one.entry;
        Self {
            check_in: Id(one.check_in.id.uuid()),
            key_result: ThingRef::new(one.check_in.key_result, names),
            effective: one.check_in.effective.to_string(),
            value: ValueItem::from(&one.check_in.value),
            what: one.deed.word(),
            written_at: one.written_at.to_string(),
            late_days: one.lateness.days,
            after_end: one.lateness.after_end,
            author: PersonRef::new(entry.author, names),
            on_behalf_of: entry.on_behalf_of.map(|id| PersonRef::new(id, names)),
            source: entry.source.word(),
            change: Id(entry.id.uuid()),
            place: PlaceItem::new(&entry.place, entry.authored_at),
        }
    }
}

impl Item for GoalpostsItem {
    const TYPE: &'static str = "goalposts";
    const SCHEMA: &'static str = "GoalpostsList";

    fn id(&self) -> Option<Uuid> {
        Some(self.cycle.id.0)
    }
}
