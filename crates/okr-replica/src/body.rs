//! Bodies: entities as JSON, readable by anyone with the `sqlite3` shell.
//!
//! SCHEMA.md describes them. What is absent, empty, false or a weight of 1 is left out. The id of
//! the entity stands beside the body, not in it. Numbers are strings, because JSON's are floats.

mod comment;
mod cursor;
mod goal;
mod measure;
mod word;
mod work;

use jiff::civil::Date;
use okr_core::calendar::FiscalStart;
use okr_core::entity::{Cycle, Entity, Org, Person, Team};
use okr_core::event::NewCheckIn;
use okr_core::id::{CycleId, EntityId, OrgId, PersonId, TeamId};
use okr_core::text::{Name, Slug, TimeZoneName};
use okr_core::value::{
    CadenceDays, Calendar, CyclePeriod, CycleState, EditPolicy, Role, ValueError, WeekStart, Weight,
};
use serde::{Deserialize, Serialize};

use crate::error::ReplicaError;
use comment::CommentBody;
use cursor::{Cursor, key};
use goal::{CheckInBody, KeyResultBody, ObjectiveBody, RecordedBody};
use word::Word;
use work::{InitiativeBody, MetricBody, MetricValueBody};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrgBody {
    name: Word<Name>,
    time_zone: Word<TimeZoneName>,
    week_start: Word<WeekStart>,
    edit_policy: Word<EditPolicy>,
    reason_after_commitment: bool,
    cadence_days: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    calendar: Option<Word<Calendar>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fiscal_start: Option<Word<FiscalStart>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonBody {
    role: Word<Role>,
    active: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TeamBody {
    name: Word<Name>,
    slug: Word<Slug>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<Word<TeamId>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    leads: Vec<Word<PersonId>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    members: Vec<Word<PersonId>>,
    #[serde(default, skip_serializing_if = "is_false")]
    archived: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CycleBody {
    name: Word<Name>,
    start: Word<Date>,
    end: Word<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cadence_days: Option<u16>,
    state: Word<CycleState>,
}

impl CycleBody {
    /// Reads a body as it is nearly always written; none where anything is different.
    fn exact(json: &str) -> Option<Self> {
        let mut members = Cursor::open(json)?;
        let body = Self {
            name: members.word(key!("name"))?,
            start: members.word(key!("start"))?,
            end: members.word(key!("end"))?,
            cadence_days: members.maybe_number(key!("cadence_days")),
            state: members.word(key!("state"))?,
        };
        members.end()?;
        Some(body)
    }

    fn into_entity(self, id: CycleId) -> Result<Cycle, ValueError> {
        Ok(Cycle {
            id,
            name: self.name.0,
            period: CyclePeriod::new(self.start.0, self.end.0)?,
            cadence: self.cadence_days.map(CadenceDays::new).transpose()?,
            state: self.state.0,
        })
    }
}

/// Writes an entity as JSON, without its id.
pub(crate) fn write(entity: &Entity) -> String {
    let json = match entity {
        Entity::Org(org) => serde_json::to_string(&OrgBody {
            name: Word(org.name.clone()),
            time_zone: Word(org.time_zone.clone()),
            week_start: Word(org.week_start),
            edit_policy: Word(org.edit_policy),
            reason_after_commitment: org.reason_after_commitment,
            cadence_days: org.cadence.get(),
            calendar: (org.calendar != Calendar::Quarter).then_some(Word(org.calendar)),
            fiscal_start: (org.fiscal_start != FiscalStart::JANUARY)
                .then_some(Word(org.fiscal_start)),
        }),
        Entity::Person(person) => serde_json::to_string(&PersonBody {
            role: Word(person.role),
            active: person.active,
        }),
        Entity::Team(team) => serde_json::to_string(&TeamBody {
            name: Word(team.name.clone()),
            slug: Word(team.slug.clone()),
            parent: team.parent.map(Word),
            leads: team.leads.iter().copied().map(Word).collect(),
            members: team.members.iter().copied().map(Word).collect(),
            archived: team.archived,
        }),
        Entity::Cycle(cycle) => serde_json::to_string(&CycleBody {
            name: Word(cycle.name.clone()),
            start: Word(cycle.period.start()),
            end: Word(cycle.period.end()),
            cadence_days: cycle.cadence.map(CadenceDays::get),
            state: Word(cycle.state),
        }),
        Entity::Objective(objective) => {
            serde_json::to_string(&ObjectiveBody::from(objective.as_ref()))
        }
        Entity::KeyResult(key_result) => {
            serde_json::to_string(&KeyResultBody::from(key_result.as_ref()))
        }
        Entity::CheckIn(check_in) => serde_json::to_string(&CheckInBody::from(check_in)),
        Entity::Comment(comment) => serde_json::to_string(&CommentBody::from(comment)),
        Entity::Initiative(initiative) => {
            serde_json::to_string(&InitiativeBody::from(initiative.as_ref()))
        }
        Entity::Metric(metric) => serde_json::to_string(&MetricBody::from(metric.as_ref())),
        Entity::MetricValue(value) => serde_json::to_string(&MetricValueBody::from(value)),
    };
    json.expect("bodies have string keys and writing to memory does not fail")
}

/// Writes a check-in as it is at first, as [`write()`] would.
pub(crate) fn recorded(new: &NewCheckIn) -> String {
    let json = serde_json::to_string(&RecordedBody::from(new));
    json.expect("bodies have string keys and writing to memory does not fail")
}

/// Reads an entity of an id back.
///
/// # Errors
/// [`ReplicaError::Damaged`] when the JSON is not what [`write()`] makes of an entity of that kind.
pub(crate) fn read(id: EntityId, json: &str) -> Result<Entity, ReplicaError> {
    parse(id, json).map_err(|problem| ReplicaError::damaged(format!("body of {id}: {problem}")))
}

/// Why a body is not one.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error("{0}")]
    Value(#[from] ValueError),
}

impl OrgBody {
    fn into_entity(self, id: OrgId) -> Result<Org, ValueError> {
        Ok(Org {
            id,
            name: self.name.0,
            time_zone: self.time_zone.0,
            week_start: self.week_start.0,
            edit_policy: self.edit_policy.0,
            reason_after_commitment: self.reason_after_commitment,
            cadence: CadenceDays::new(self.cadence_days)?,
            calendar: self.calendar.map_or(Calendar::Quarter, |word| word.0),
            fiscal_start: self
                .fiscal_start
                .map_or(FiscalStart::JANUARY, |word| word.0),
        })
    }
}

fn parse(id: EntityId, json: &str) -> Result<Entity, Problem> {
    exact(id, json).map_or_else(|| whole(id, json), Ok)
}

/// Reads what there are many of as it is nearly always written; none where anything is different.
fn exact(id: EntityId, json: &str) -> Option<Entity> {
    Some(match id {
        EntityId::Cycle(id) => Entity::Cycle(CycleBody::exact(json)?.into_entity(id).ok()?),
        EntityId::Objective(id) => {
            Entity::Objective(Box::new(ObjectiveBody::exact(json)?.into_entity(id)))
        }
        EntityId::KeyResult(id) => {
            let body = KeyResultBody::exact(json)?;
            Entity::KeyResult(Box::new(body.into_entity(id).ok()?))
        }
        EntityId::CheckIn(id) => Entity::CheckIn(CheckInBody::exact(json)?.into_entity(id).ok()?),
        EntityId::Org(_)
        | EntityId::Person(_)
        | EntityId::Team(_)
        | EntityId::Comment(_)
        | EntityId::Initiative(_)
        | EntityId::Metric(_)
        | EntityId::MetricValue(_) => return None,
    })
}

/// Reads any body.
fn whole(id: EntityId, json: &str) -> Result<Entity, Problem> {
    Ok(match id {
        EntityId::Org(id) => {
            let body: OrgBody = serde_json::from_str(json)?;
            Entity::Org(body.into_entity(id)?)
        }
        EntityId::Person(id) => {
            let body: PersonBody = serde_json::from_str(json)?;
            Entity::Person(Person {
                id,
                role: body.role.0,
                active: body.active,
            })
        }
        EntityId::Team(id) => {
            let body: TeamBody = serde_json::from_str(json)?;
            Entity::Team(Team {
                id,
                name: body.name.0,
                slug: body.slug.0,
                parent: body.parent.map(|parent| parent.0),
                leads: body.leads.into_iter().map(|person| person.0).collect(),
                members: body.members.into_iter().map(|person| person.0).collect(),
                archived: body.archived,
            })
        }
        EntityId::Cycle(id) => {
            let body: CycleBody = serde_json::from_str(json)?;
            Entity::Cycle(body.into_entity(id)?)
        }
        EntityId::Objective(id) => {
            Entity::Objective(Box::new(body::<ObjectiveBody>(json)?.into_entity(id)))
        }
        EntityId::KeyResult(id) => {
            Entity::KeyResult(Box::new(body::<KeyResultBody>(json)?.into_entity(id)?))
        }
        EntityId::CheckIn(id) => Entity::CheckIn(body::<CheckInBody>(json)?.into_entity(id)?),
        EntityId::Comment(id) => Entity::Comment(body::<CommentBody>(json)?.into_entity(id)),
        EntityId::Initiative(id) => {
            Entity::Initiative(Box::new(body::<InitiativeBody>(json)?.into_entity(id)))
        }
        EntityId::Metric(id) => {
            Entity::Metric(Box::new(body::<MetricBody>(json)?.into_entity(id)?))
        }
        EntityId::MetricValue(id) => {
            Entity::MetricValue(body::<MetricValueBody>(json)?.into_entity(id))
        }
    })
}

fn body<'j, T: Deserialize<'j>>(json: &'j str) -> Result<T, serde_json::Error> {
    serde_json::from_str(json)
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

const fn one() -> Word<Weight> {
    Word(Weight::ONE)
}

fn is_one(weight: &Word<Weight>) -> bool {
    weight.0 == Weight::ONE
}

#[cfg(test)]
mod tests;
