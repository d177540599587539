//! The fields of an entity as it stands: what two states are compared by, field by field.
//!
//! The parts of a measure are fields of their own, so that a moved target is a moved target. Who
//! shows them replaces ids by names.

use std::collections::BTreeSet;

use crate::blocker::BlockerReport;
use crate::entity::{
    CheckIn, Comment, Cycle, Entity, HealthMetric, Initiative, KeyResult, MetricValue, Objective,
    Org, Person, Team,
};
use crate::event::Support;
use crate::field::Shown;
use crate::id::{EntityId, PersonId};
use crate::measure::{Measure, Milestones, Value};
use crate::text::{Tag, Unit};
use crate::value::{Number, Weight};

/// A field and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The stable word for the field.
    pub word: &'static str,
    /// What it holds.
    pub value: FieldValue,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// Nothing.
    None,
    /// What somebody wrote: a title, a description, a note.
    Text(String),
    /// A word, a day, a period, a count.
    Word(String),
    /// A number with its unit.
    Quantity(Number, Option<Unit>),
    /// Somebody.
    Person(PersonId),
    /// Some people; none of them is [`FieldValue::None`].
    People(BTreeSet<PersonId>),
    /// Another thing.
    Thing(EntityId),
    /// Other things; none of them is [`FieldValue::None`].
    Things(BTreeSet<EntityId>),
    /// Tags; none of them is [`FieldValue::None`].
    Tags(BTreeSet<Tag>),
    /// A checklist.
    Milestones(Milestones),
    /// What a check-in reports.
    Reported(Value),
}

/// Every word that [`Entity::fields`] gives, in alphabetical order.
pub const FIELD_WORDS: &[&str] = &[
    "about",
    "author",
    "band",
    "baseline",
    "blocker",
    "cadence",
    "calendar",
    "commit",
    "confidence",
    "continues",
    "cycle",
    "description",
    "due",
    "edit policy",
    "effective date",
    "fed by",
    "fiscal start",
    "high",
    "key result",
    "key results",
    "kind",
    "leads",
    "low",
    "measure",
    "members",
    "metric",
    "milestones",
    "name",
    "note",
    "objective",
    "order",
    "owner",
    "parent",
    "period",
    "reason after commitment",
    "reflection",
    "reply to",
    "role",
    "score",
    "slug",
    "start",
    "state",
    "stretch",
    "supports",
    "tags",
    "target",
    "team",
    "text",
    "time zone",
    "title",
    "unit",
    "url",
    "value",
    "week start",
    "weight",
];

impl Entity {
    /// Returns every field with its value, in the order in which people read them.
    pub fn fields(&self) -> Vec<Field> {
        match self {
            Self::Org(org) => of_org(org),
            Self::Person(person) => of_person(person),
            Self::Team(team) => of_team(team),
            Self::Cycle(cycle) => of_cycle(cycle),
            Self::Objective(objective) => of_objective(objective),
            Self::KeyResult(key_result) => of_key_result(key_result),
            Self::CheckIn(check_in) => of_check_in(check_in),
            Self::Comment(comment) => of_comment(comment),
            Self::Initiative(initiative) => of_initiative(initiative),
            Self::Metric(metric) => of_metric(metric),
            Self::MetricValue(value) => of_metric_value(value),
        }
    }
}

impl FieldValue {
    /// Returns the things that it names, people apart.
    pub fn things(&self) -> Vec<EntityId> {
        match self {
            Self::Thing(id) => vec![*id],
            Self::Things(ids) => ids.iter().copied().collect(),
            Self::None
            | Self::Text(_)
            | Self::Word(_)
            | Self::Quantity(..)
            | Self::Person(_)
            | Self::People(_)
            | Self::Tags(_)
            | Self::Milestones(_)
            | Self::Reported(_) => Vec::new(),
        }
    }
}

impl Shown for FieldValue {
    fn shown(&self) -> String {
        match self {
            Self::None => "none".to_owned(),
            Self::Text(text) | Self::Word(text) => text.clone(),
            Self::Quantity(number, None) => number.to_string(),
            Self::Quantity(number, Some(unit)) => format!("{number} {unit}"),
            Self::Person(id) => id.to_string(),
            Self::People(people) => people.shown(),
            Self::Thing(id) => id.uuid().to_string(),
            Self::Things(things) => {
                let ids = things.iter().map(|id| id.uuid()).collect();
                joined(&ids)
            }
            Self::Tags(tags) => joined(tags),
            Self::Milestones(milestones) => Measure::Milestones(milestones.clone()).shown(),
            Self::Reported(value) => value.shown(),
        }
    }
}

fn joined<T: ToString>(parts: &BTreeSet<T>) -> String {
    let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
    parts.join(", ")
}

const fn field(word: &'static str, value: FieldValue) -> Field {
    Field { word, value }
}

fn text(text: &impl ToString) -> FieldValue {
    FieldValue::Text(text.to_string())
}

fn word(word: &impl Shown) -> FieldValue {
    FieldValue::Word(word.shown())
}

fn optional<T>(value: Option<T>, held: impl FnOnce(T) -> FieldValue) -> FieldValue {
    value.map_or(FieldValue::None, held)
}

fn thing(id: impl Into<EntityId>) -> FieldValue {
    FieldValue::Thing(id.into())
}

fn weight(weight: Weight) -> FieldValue {
    FieldValue::Quantity(weight.number(), None)
}

fn people(people: &BTreeSet<PersonId>) -> FieldValue {
    if people.is_empty() {
        FieldValue::None
    } else {
        FieldValue::People(people.clone())
    }
}

fn tags(tags: &BTreeSet<Tag>) -> FieldValue {
    if tags.is_empty() {
        FieldValue::None
    } else {
        FieldValue::Tags(tags.clone())
    }
}

fn state(state: &str) -> Field {
    field("state", FieldValue::Word(state.to_owned()))
}

fn of_org(org: &Org) -> Vec<Field> {
    let Org {
        id: _,
        name,
        time_zone,
        week_start,
        edit_policy,
        reason_after_commitment,
        cadence,
        calendar,
        fiscal_start,
    } = org;
    vec![
        field("name", text(name)),
        field("time zone", FieldValue::Word(time_zone.to_string())),
        field("week start", word(week_start)),
        field("edit policy", word(edit_policy)),
        field("reason after commitment", word(reason_after_commitment)),
        field("cadence", word(cadence)),
        field("calendar", word(calendar)),
        field("fiscal start", word(fiscal_start)),
    ]
}

fn of_person(person: &Person) -> Vec<Field> {
    let Person {
        id: _,
        role,
        active,
    } = person;
    vec![
        field("role", word(role)),
        state(if *active { "active" } else { "left" }),
    ]
}

fn of_team(team: &Team) -> Vec<Field> {
    let Team {
        id: _,
        name,
        slug,
        parent,
        leads,
        members,
        archived,
    } = team;
    vec![
        field("name", text(name)),
        field("slug", FieldValue::Word(slug.to_string())),
        field("parent", optional(*parent, thing)),
        field("leads", people(leads)),
        field("members", people(members)),
        state(if *archived { "archived" } else { "active" }),
    ]
}

fn of_cycle(cycle: &Cycle) -> Vec<Field> {
    let Cycle {
        id: _,
        name,
        period,
        cadence,
        state: phase,
    } = cycle;
    vec![
        field("name", text(name)),
        field("period", word(period)),
        field("cadence", optional(cadence.as_ref(), word)),
        state(phase.word()),
    ]
}

fn of_objective(objective: &Objective) -> Vec<Field> {
    let Objective {
        id: _,
        title,
        description,
        slug,
        owner,
        team,
        cycle,
        kind,
        weight: own_weight,
        supports,
        continues,
        tags: own_tags,
        stage: _,
        archived: _,
        score,
        reflection,
    } = objective;
    let supported = |support| match support {
        Support::Objective(id) => thing(id),
        Support::KeyResult(id) => thing(id),
    };
    vec![
        field("title", text(title)),
        field("description", optional(description.as_ref(), text)),
        field("slug", FieldValue::Word(slug.to_string())),
        field("owner", FieldValue::Person(*owner)),
        field("team", optional(*team, thing)),
        field("cycle", thing(*cycle)),
        field("kind", word(kind)),
        field("weight", weight(*own_weight)),
        field("supports", optional(*supports, supported)),
        field("continues", optional(*continues, thing)),
        field("tags", tags(own_tags)),
        state(objective.state().word()),
        field("score", optional(*score, |score| word(&score.number()))),
        field("reflection", optional(reflection.as_ref(), text)),
    ]
}

fn of_key_result(key_result: &KeyResult) -> Vec<Field> {
    let KeyResult {
        id: _,
        objective,
        title,
        description,
        slug,
        owner,
        measure,
        weight: own_weight,
        order,
        start,
        due,
        tags: own_tags,
        fed_by,
        stage: _,
        archived: _,
        score,
    } = key_result;
    let mut fields = vec![
        field("title", text(title)),
        field("description", optional(description.as_ref(), text)),
        field("slug", FieldValue::Word(slug.to_string())),
        field("objective", thing(*objective)),
        field("owner", FieldValue::Person(*owner)),
    ];
    fields.extend(of_measure(measure));
    fields.extend([
        field("weight", weight(*own_weight)),
        field("order", word(order)),
        field("start", optional(start.as_ref(), word)),
        field("due", optional(due.as_ref(), word)),
        field("tags", tags(own_tags)),
        field("fed by", optional(*fed_by, thing)),
        state(key_result.state().word()),
        field("score", optional(*score, |score| word(&score.number()))),
    ]);
    fields
}

/// Returns the parts of a measure, its kind first.
pub(super) fn of_measure(measure: &Measure) -> Vec<Field> {
    let unit = measure.unit();
    let number = |number| FieldValue::Quantity(number, unit.cloned());
    let mut fields = vec![field(
        "measure",
        FieldValue::Word(measure.word().to_owned()),
    )];
    let own_unit = || {
        let unit = unit.map(ToString::to_string);
        field("unit", optional(unit, FieldValue::Word))
    };
    match measure {
        Measure::Metric(metric) => fields.extend([
            own_unit(),
            field("baseline", number(metric.baseline)),
            field("target", number(metric.target)),
            field("commit", optional(metric.commit, number)),
            field("stretch", optional(metric.stretch, number)),
        ]),
        Measure::Hold(hold) => fields.extend([
            own_unit(),
            field("low", optional(hold.low(), number)),
            field("high", optional(hold.high(), number)),
        ]),
        Measure::Milestones(milestones) => fields.push(field(
            "milestones",
            FieldValue::Milestones(milestones.clone()),
        )),
        Measure::Zones(zones) => fields.extend([
            field("commit", text(&zones.commit)),
            field("target", text(&zones.target)),
            field("stretch", text(&zones.stretch)),
        ]),
    }
    fields
}

fn reported_blocker(report: &BlockerReport) -> FieldValue {
    match report {
        BlockerReport::Stands(stands) => text(stands),
        BlockerReport::Lifted => word(report),
    }
}

fn of_check_in(check_in: &CheckIn) -> Vec<Field> {
    let CheckIn {
        id: _,
        key_result,
        effective,
        value,
        confidence,
        note,
        blocker,
        retracted,
    } = check_in;
    vec![
        field("key result", thing(*key_result)),
        field("effective date", word(effective)),
        field("value", FieldValue::Reported(value.clone())),
        field("confidence", optional(confidence.as_ref(), word)),
        field("note", optional(note.as_ref(), text)),
        field("blocker", optional(blocker.as_ref(), reported_blocker)),
        state(if *retracted { "retracted" } else { "recorded" }),
    ]
}

fn of_comment(comment: &Comment) -> Vec<Field> {
    let Comment {
        id: _,
        topic,
        reply_to,
        author,
        kind,
        text: said,
        retracted,
    } = comment;
    vec![
        field("about", thing(topic.entity())),
        field("reply to", optional(*reply_to, thing)),
        field("author", FieldValue::Person(*author)),
        field("kind", word(kind)),
        field("text", text(said)),
        state(if *retracted { "retracted" } else { "added" }),
    ]
}

fn of_initiative(initiative: &Initiative) -> Vec<Field> {
    let Initiative {
        id: _,
        title,
        slug,
        owner,
        key_results,
        due,
        url,
        state: _,
        archived: _,
    } = initiative;
    let served = key_results.iter().copied().map(EntityId::from);
    vec![
        field("title", text(title)),
        field("slug", FieldValue::Word(slug.to_string())),
        field("owner", FieldValue::Person(*owner)),
        field("key results", FieldValue::Things(served.collect())),
        field("due", optional(due.as_ref(), word)),
        field("url", optional(url.as_ref(), text)),
        state(initiative.state_word()),
    ]
}

fn of_metric(metric: &HealthMetric) -> Vec<Field> {
    let HealthMetric {
        id: _,
        name,
        slug,
        unit,
        owner,
        team,
        band,
        description,
        archived,
    } = metric;
    vec![
        field("name", text(name)),
        field("description", optional(description.as_ref(), text)),
        field("slug", FieldValue::Word(slug.to_string())),
        field("owner", FieldValue::Person(*owner)),
        field("team", optional(*team, thing)),
        field("unit", optional(unit.as_ref(), word)),
        field("band", word(band)),
        state(if *archived { "archived" } else { "active" }),
    ]
}

fn of_metric_value(reported: &MetricValue) -> Vec<Field> {
    let MetricValue {
        id: _,
        metric,
        effective,
        value,
        note,
        retracted,
    } = reported;
    vec![
        field("metric", thing(*metric)),
        field("effective date", word(effective)),
        field("value", FieldValue::Reported(Value::Number(*value))),
        field("note", optional(note.as_ref(), text)),
        state(if *retracted { "retracted" } else { "recorded" }),
    ]
}
