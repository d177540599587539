//! Objectives and key results with how they stand, and the teams, cycles and people around them.

use okr_core::entity::{Cycle, Objective, Person, Team};
use okr_core::event::Support;
use okr_core::value::{CadenceDays, Zone};
use okr_replica::{CheckInFact, KeyResultStanding, Latest, ObjectiveStanding, StandingBlocker};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::check_in::CheckInItem;
use super::measure::MeasureItem;
use super::progress::ProgressItem;
use super::reference::{Id, PersonRef, ThingRef, short};
use crate::names::Names;
use crate::ui::Item;

/// What stands in the way of a key result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct BlockerItem {
    pub(crate) text: String,
    /// The day of the check-in that first told it.
    pub(crate) since: String,
    /// The check-in that last told it.
    pub(crate) check_in: Id,
}

impl From<&StandingBlocker> for BlockerItem {
    fn from(blocker: &StandingBlocker) -> Self {
        Self {
            text: blocker.text.to_string(),
            since: blocker.since.to_string(),
            check_in: Id(blocker.told_by.uuid()),
        }
    }
}

/// A key result and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct KeyResultItem {
    pub(crate) id: Id,
    pub(crate) short_id: String,
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) objective: ThingRef,
    pub(crate) owner: PersonRef,
    pub(crate) measure: MeasureItem,
    pub(crate) weight: String,
    pub(crate) order: u32,
    pub(crate) start: Option<String>,
    pub(crate) due: Option<String>,
    pub(crate) tags: Vec<String>,
    /// The health metric whose values are reported on it.
    pub(crate) fed_by: Option<ThingRef>,
    /// `active`, `closed`, `abandoned` or `archived`.
    pub(crate) state: &'static str,
    pub(crate) score: Option<String>,
    /// `on-track`, `at-risk`, `off-track`, `stale`, `no-check-in`, `achieved` and so on.
    pub(crate) status: &'static str,
    /// None without a check-in, and where it is undefined.
    pub(crate) progress: Option<ProgressItem>,
    /// What an even pace would have reached.
    pub(crate) expected: ProgressItem,
    /// Against the measure of the original commitment or, of a late addition, the first one, where that
    /// is another.
    pub(crate) original_progress: Option<ProgressItem>,
    pub(crate) original_measure: Option<MeasureItem>,
    /// Whether it was added after the cycle was opened.
    pub(crate) late_addition: bool,
    /// `fail`, `commit`, `target` or `stretch`, for a metric with such levels.
    pub(crate) zone: Option<&'static str>,
    pub(crate) latest_check_in: Option<CheckInItem>,
    /// What stands in its way.
    pub(crate) blocker: Option<BlockerItem>,
    /// Whether anything of it waits for the server.
    pub(crate) pending: bool,
    /// Whether only a newer program knows what it is now.
    pub(crate) upgrade_needed: bool,
}

impl KeyResultItem {
    pub(crate) fn new(standing: &KeyResultStanding, names: &Names) -> Self {
        let key_result = &standing.key_result;
        Self {
            id: Id(key_result.id.uuid()),
            short_id: short(key_result.id.uuid()),
            slug: key_result.slug.to_string(),
            title: key_result.title.to_string(),
            description: key_result.description.as_ref().map(ToString::to_string),
            objective: ThingRef::new(key_result.objective, names),
            owner: PersonRef::new(key_result.owner, names),
            measure: MeasureItem::from(&key_result.measure),
            weight: key_result.weight.number().to_string(),
            order: key_result.order,
            start: key_result.start.map(|day| day.to_string()),
            due: key_result.due.map(|day| day.to_string()),
            tags: key_result.tags.iter().map(ToString::to_string).collect(),
            fed_by: key_result.fed_by.map(|id| ThingRef::new(id, names)),
            state: key_result.state().word(),
            score: key_result.score.map(|score| score.number().to_string()),
            status: standing.status.word(),
            progress: standing.progress.map(ProgressItem::from),
            expected: standing.expected.into(),
            original_progress: standing.original.map(ProgressItem::from),
            original_measure: standing.original_measure.as_ref().map(MeasureItem::from),
            late_addition: standing.late_addition,
            zone: standing.zone.map(Zone::word),
            latest_check_in: standing
                .latest
                .as_ref()
                .map(|latest| CheckInItem::new(&whole(latest), names)),
            blocker: standing.blocker.as_ref().map(BlockerItem::from),
            pending: standing.pending,
            upgrade_needed: names.needs_upgrade(key_result.id),
        }
    }
}

/// Returns a check-in with who made it, which is left out in tables for people only.
fn whole(latest: &Latest) -> CheckInFact {
    let fact = latest.fact();
    fact.expect("what is read for machines is read with who made it")
}

impl Item for KeyResultItem {
    const TYPE: &'static str = "key_result";
    const SCHEMA: &'static str = "KeyResultList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id.0)
    }
}

/// An objective with its key results and how they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ObjectiveItem {
    pub(crate) id: Id,
    pub(crate) short_id: String,
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) owner: PersonRef,
    /// None: a goal of the organisation as a whole.
    pub(crate) team: Option<ThingRef>,
    pub(crate) cycle: ThingRef,
    /// `committed`, `aspirational` or `learning`.
    pub(crate) kind: &'static str,
    pub(crate) weight: String,
    pub(crate) supports: Option<ThingRef>,
    pub(crate) continues: Option<ThingRef>,
    pub(crate) tags: Vec<String>,
    /// `draft`, `active`, `closed`, `abandoned` or `archived`.
    pub(crate) state: &'static str,
    pub(crate) score: Option<String>,
    pub(crate) reflection: Option<String>,
    pub(crate) progress: Option<ProgressItem>,
    /// Against the original commitments, where those differ; none of a late addition.
    pub(crate) original_progress: Option<ProgressItem>,
    pub(crate) late_addition: bool,
    pub(crate) pending: bool,
    pub(crate) upgrade_needed: bool,
    pub(crate) key_results: Vec<KeyResultItem>,
}

impl ObjectiveItem {
    pub(crate) fn new(standing: &ObjectiveStanding, names: &Names) -> Self {
        let objective = &standing.objective;
        Self {
            id: Id(objective.id.uuid()),
            short_id: short(objective.id.uuid()),
            slug: objective.slug.to_string(),
            title: objective.title.to_string(),
            description: objective.description.as_ref().map(ToString::to_string),
            owner: PersonRef::new(objective.owner, names),
            team: objective.team.map(|team| ThingRef::new(team, names)),
            cycle: ThingRef::new(objective.cycle, names),
            kind: objective.kind.word(),
            weight: objective.weight.number().to_string(),
            supports: supported(objective, names),
            continues: objective.continues.map(|id| ThingRef::new(id, names)),
            tags: objective.tags.iter().map(ToString::to_string).collect(),
            state: objective.state().word(),
            score: objective.score.map(|score| score.number().to_string()),
            reflection: objective.reflection.as_ref().map(ToString::to_string),
            progress: standing.progress.map(ProgressItem::from),
            original_progress: standing.original.map(ProgressItem::from),
            late_addition: standing.late_addition,
            pending: standing.pending,
            upgrade_needed: names.needs_upgrade(objective.id),
            key_results: standing
                .key_results
                .iter()
                .map(|standing| KeyResultItem::new(standing, names))
                .collect(),
        }
    }
}

fn supported(objective: &Objective, names: &Names) -> Option<ThingRef> {
    objective.supports.map(|support| match support {
        Support::Objective(id) => ThingRef::new(id, names),
        Support::KeyResult(id) => ThingRef::new(id, names),
    })
}

impl Item for ObjectiveItem {
    const TYPE: &'static str = "objective";
    const SCHEMA: &'static str = "ObjectiveList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id.0)
    }
}

/// A team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct TeamItem {
    pub(crate) id: Id,
    pub(crate) short_id: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) parent: Option<ThingRef>,
    pub(crate) leads: Vec<PersonRef>,
    pub(crate) members: Vec<PersonRef>,
    pub(crate) archived: bool,
    pub(crate) upgrade_needed: bool,
}

impl TeamItem {
    pub(crate) fn new(team: &Team, names: &Names) -> Self {
        let people = |people: &std::collections::BTreeSet<_>| {
            people.iter().map(|id| PersonRef::new(*id, names)).collect()
        };
        Self {
            id: Id(team.id.uuid()),
            short_id: short(team.id.uuid()),
            slug: team.slug.to_string(),
            name: team.name.to_string(),
            parent: team.parent.map(|parent| ThingRef::new(parent, names)),
            leads: people(&team.leads),
            members: people(&team.members),
            archived: team.archived,
            upgrade_needed: names.needs_upgrade(team.id),
        }
    }
}

impl Item for TeamItem {
    const TYPE: &'static str = "team";
    const SCHEMA: &'static str = "TeamList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id.0)
    }
}

/// A cycle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct CycleItem {
    pub(crate) id: Id,
    pub(crate) short_id: String,
    pub(crate) name: String,
    pub(crate) start: String,
    pub(crate) end: String,
    /// None: as often as the organisation says.
    pub(crate) cadence_days: Option<u16>,
    /// `planned`, `open` or `closed`.
    pub(crate) state: &'static str,
    pub(crate) upgrade_needed: bool,
}

impl CycleItem {
    pub(crate) fn new(cycle: &Cycle, names: &Names) -> Self {
        Self {
            id: Id(cycle.id.uuid()),
            short_id: short(cycle.id.uuid()),
            name: cycle.name.to_string(),
            start: cycle.period.start().to_string(),
            end: cycle.period.end().to_string(),
            cadence_days: cycle.cadence.map(CadenceDays::get),
            state: cycle.state.word(),
            upgrade_needed: names.needs_upgrade(cycle.id),
        }
    }
}

impl Item for CycleItem {
    const TYPE: &'static str = "cycle";
    const SCHEMA: &'static str = "CycleList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id.0)
    }
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct PersonItem {
    pub(crate) id: Id,
    pub(crate) handle: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    /// Whether it was erased who this is.
    pub(crate) erased: bool,
    /// `viewer`, `member` or `admin`.
    pub(crate) role: &'static str,
    pub(crate) active: bool,
    pub(crate) upgrade_needed: bool,
}

impl PersonItem {
    pub(crate) fn new(person: &Person, names: &Names) -> Self {
        let entry = names.entry(person.id);
        let filled = |text: &String| (!text.is_empty()).then(|| text.clone());
        Self {
            id: Id(person.id.uuid()),
            handle: names.known_handle(person.id).map(str::to_owned),
            name: entry.and_then(|entry| filled(&entry.name)),
            email: entry.and_then(|entry| filled(&entry.email)),
            erased: names.is_erased(person.id),
            role: person.role.word(),
            active: person.active,
            upgrade_needed: names.needs_upgrade(person.id),
        }
    }
}

impl Item for PersonItem {
    const TYPE: &'static str = "person";
    const SCHEMA: &'static str = "PersonList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id.0)
    }
}
