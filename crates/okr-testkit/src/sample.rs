//! People and things that tests talk about: fixed ids and shortcuts to plausible new entities.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use okr_core::admit::Context;
use okr_core::event::{
    Edit, Event, NewCheckIn, NewComment, NewCycle, NewInitiative, NewKeyResult, NewMetric,
    NewMetricValue, NewObjective, NewOrg, NewTeam, OrgEvent, PersonEvent, Topic,
};
use okr_core::id::{
    ChangeId, CheckInId, CommentId, CycleId, InitiativeId, KeyResultId, MetricId, MetricValueId,
    ObjectiveId, OrgId, PersonId, TeamId,
};
use okr_core::measure::{
    Band, Hold, Measure, Metric, Milestone, MilestoneKey, Milestones, Value, Zones,
};
use okr_core::text::{LongText, Name, Slug, Tag, TimeZoneName, Title, Unit, WebAddress};
use okr_core::value::{
    CadenceDays, CommentKind, Confidence, CyclePeriod, EditPolicy, InitiativeState, Number,
    ObjectiveKind, Role, Score, WeekStart, Weight,
};
use uuid::Uuid;

/// The organisation.
pub const ORG: OrgId = OrgId::new(uuid(1, 1));
/// An administrator: founds the organisation.
pub const ANA: PersonId = PersonId::new(uuid(2, 1));
/// A member.
pub const BEN: PersonId = PersonId::new(uuid(2, 2));
/// Another member.
pub const CAI: PersonId = PersonId::new(uuid(2, 3));
/// A viewer.
pub const VIC: PersonId = PersonId::new(uuid(2, 4));
/// The day of the tests, in the middle of the sample cycle.
pub const TODAY: Date = date(2026, 11, 23);

/// Makes an id that says what it is: a kind and a number.
const fn uuid(kind: u128, number: u128) -> Uuid {
    // Version 7, variant 1, at 2026-01-01T00:00:00Z.
    let base: u128 = 0x019b_76da_a800_7000_8000_0000_0000_0000;
    Uuid::from_u128(base | (kind << 32) | number)
}

/// Returns the id of the team with a number.
pub const fn team_id(number: u32) -> TeamId {
    TeamId::new(uuid(3, number as u128))
}

/// Returns the id of the cycle with a number.
pub const fn cycle_id(number: u32) -> CycleId {
    CycleId::new(uuid(4, number as u128))
}

/// Returns the id of the objective with a number.
pub const fn objective_id(number: u32) -> ObjectiveId {
    ObjectiveId::new(uuid(5, number as u128))
}

/// Returns the id of the key result with a number.
pub const fn key_result_id(number: u32) -> KeyResultId {
    KeyResultId::new(uuid(6, number as u128))
}

/// Returns the id of the check-in with a number.
pub const fn check_in_id(number: u32) -> CheckInId {
    CheckInId::new(uuid(7, number as u128))
}

/// Returns the id of the comment with a number.
pub const fn comment_id(number: u32) -> CommentId {
    CommentId::new(uuid(9, number as u128))
}

/// Returns the id of the change with a number.
pub const fn change_id(number: u32) -> ChangeId {
    ChangeId::new(uuid(8, number as u128))
}

/// Returns the id of the initiative with a number.
pub const fn initiative_id(number: u32) -> InitiativeId {
    InitiativeId::new(uuid(10, number as u128))
}

/// Returns the id of the health metric with a number.
pub const fn metric_id(number: u32) -> MetricId {
    MetricId::new(uuid(11, number as u128))
}

/// Returns the id of the value of a health metric with a number.
pub const fn metric_value_id(number: u32) -> MetricValueId {
    MetricValueId::new(uuid(12, number as u128))
}

/// Returns the id of a person who is in no scenario unless added.
pub const fn person_id(number: u32) -> PersonId {
    PersonId::new(uuid(2, 100 + number as u128))
}

/// Returns what a judge of a change by this author knows on the day of the tests.
pub const fn context(author: PersonId) -> Context {
    Context::new(author, TODAY)
}

/// Makes a name.
///
/// # Panics
/// When the text is no name.
pub fn name(text: &str) -> Name {
    Name::new(text).expect("a test gives a valid name")
}

/// Makes a title.
///
/// # Panics
/// When the text is no title.
pub fn title(text: &str) -> Title {
    Title::new(text).expect("a test gives a valid title")
}

/// Makes a slug.
///
/// # Panics
/// When the text is no slug.
pub fn slug(text: &str) -> Slug {
    Slug::new(text).expect("a test gives a valid slug")
}

/// Makes a tag.
///
/// # Panics
/// When the text is no tag.
pub fn tag(text: &str) -> Tag {
    Tag::new(text).expect("a test gives a valid tag")
}

/// Makes a long text.
///
/// # Panics
/// When the text is empty or too long.
pub fn text(text: &str) -> LongText {
    LongText::new(text).expect("a test gives a valid text")
}

/// Makes a unit.
///
/// # Panics
/// When the text is no unit.
pub fn unit(text: &str) -> Unit {
    Unit::new(text).expect("a test gives a valid unit")
}

/// Makes a web address.
///
/// # Panics
/// When the text is no address.
pub fn web_address(text: &str) -> WebAddress {
    WebAddress::new(text).expect("a test gives a valid address")
}

/// Makes a number.
///
/// # Panics
/// When the text is no number.
pub fn number(text: &str) -> Number {
    text.parse().expect("a test gives a valid number")
}

/// Makes a weight.
///
/// # Panics
/// When the text is no weight.
pub fn weight(text: &str) -> Weight {
    Weight::new(number(text)).expect("a test gives a valid weight")
}

/// Makes a score.
///
/// # Panics
/// When the text is no score.
pub fn score(text: &str) -> Score {
    Score::new(number(text)).expect("a test gives a valid score")
}

/// Makes a confidence.
///
/// # Panics
/// Above 10.
pub fn confidence(tenths: u8) -> Confidence {
    Confidence::new(tenths).expect("a test gives a valid confidence")
}

/// Makes a period.
///
/// # Panics
/// When the end is before the start, or too far away.
pub fn period(start: Date, end: Date) -> CyclePeriod {
    CyclePeriod::new(start, end).expect("a test gives a valid period")
}

/// Makes an edit.
pub const fn edit<T>(from: T, to: T) -> Edit<T> {
    Edit { from, to }
}

/// Returns an organisation in which every member edits and amendments need a reason.
pub fn new_org() -> NewOrg {
    NewOrg {
        name: name("Acme"),
        time_zone: TimeZoneName::new("Europe/Oslo").expect("Europe/Oslo is a zone name"),
        week_start: WeekStart::Monday,
        edit_policy: EditPolicy::Everyone,
        reason_after_commitment: true,
        cadence: CadenceDays::WEEKLY,
    }
}

/// Returns the events that found an organisation by an administrator.
pub fn founding(new: NewOrg, author: PersonId) -> Vec<Event> {
    vec![
        Event::Org(ORG, OrgEvent::Created(new)),
        Event::Person(author, PersonEvent::Added(Role::Admin)),
    ]
}

/// Returns a team without a parent and without leads.
pub fn new_team(text: &str) -> NewTeam {
    NewTeam {
        name: name(text),
        slug: slug(text),
        parent: None,
        leads: BTreeSet::new(),
    }
}

/// Returns the fourth quarter of 2026.
pub fn new_cycle() -> NewCycle {
    NewCycle {
        name: name("2026-Q4"),
        period: period(date(2026, 10, 1), date(2026, 12, 31)),
        cadence: None,
    }
}

/// Returns an objective of Ben's in the cycle with number 1, without a team.
pub fn new_objective(text: &str) -> NewObjective {
    NewObjective {
        title: title(text),
        description: None,
        slug: slug(text),
        owner: BEN,
        team: None,
        cycle: cycle_id(1),
        kind: ObjectiveKind::Aspirational,
        weight: Weight::ONE,
        supports: None,
        continues: None,
        tags: BTreeSet::new(),
        draft: false,
    }
}

/// Returns a key result of Ben's on the way from 0 to 100.
pub fn new_key_result(objective: ObjectiveId, text: &str) -> NewKeyResult {
    NewKeyResult {
        objective,
        title: title(text),
        description: None,
        slug: slug(text),
        owner: BEN,
        measure: metric("0", "100"),
        weight: Weight::ONE,
        order: 0,
        start: None,
        due: None,
        tags: BTreeSet::new(),
        fed_by: None,
    }
}

/// Returns a check-in of the day before [`TODAY`], without confidence and note.
pub fn new_check_in(key_result: KeyResultId, value: Value) -> NewCheckIn {
    NewCheckIn {
        key_result,
        effective: date(2026, 11, 22),
        value,
        confidence: None,
        note: None,
        blocker: None,
    }
}

/// Returns a comment by a person on a thing.
pub fn new_comment(author: PersonId, topic: Topic, said: &str) -> NewComment {
    NewComment {
        topic,
        reply_to: None,
        author,
        kind: CommentKind::Comment,
        text: text(said),
    }
}

/// Returns an initiative of Ben's that is not begun, without a due day and an address.
pub fn new_initiative(key_result: KeyResultId, text: &str) -> NewInitiative {
    NewInitiative {
        title: title(text),
        slug: slug(text),
        owner: BEN,
        key_results: BTreeSet::from([key_result]),
        due: None,
        url: None,
        state: InitiativeState::Todo,
    }
}

/// Returns a health metric of Ben's that shall stay at most 5, without a unit and a team.
pub fn new_metric(text: &str) -> NewMetric {
    NewMetric {
        name: name(text),
        slug: slug(text),
        unit: None,
        owner: BEN,
        team: None,
        band: band(None, Some("5")),
        description: None,
    }
}

/// Returns a value of a health metric on the day before [`TODAY`], without a note.
pub fn new_metric_value(metric: MetricId, value: &str) -> NewMetricValue {
    NewMetricValue {
        metric,
        effective: date(2026, 11, 22),
        value: number(value),
        note: None,
    }
}

/// Returns a healthy band.
///
/// # Panics
/// Without a bound, or with the low one above the high one.
pub fn band(low: Option<&str>, high: Option<&str>) -> Band {
    Band::new(low.map(number), high.map(number)).expect("a test gives valid bounds")
}

/// Returns a metric from a baseline to a target, without unit, commit and stretch.
pub fn metric(baseline: &str, target: &str) -> Measure {
    Measure::Metric(Metric {
        unit: None,
        baseline: number(baseline),
        target: number(target),
        commit: None,
        stretch: None,
    })
}

/// Returns a hold measure.
///
/// # Panics
/// Without a bound, or with the low one above the high one.
pub fn hold(low: Option<&str>, high: Option<&str>) -> Measure {
    let hold = Hold::new(None, low.map(number), high.map(number));
    Measure::Hold(hold.expect("a test gives valid bounds"))
}

/// Returns a checklist with these weights; the keys count from 1.
///
/// # Panics
/// Without any weight.
pub fn milestones(weights: &[&str]) -> Measure {
    let list = (1..)
        .zip(weights)
        .map(|(key, heavy)| Milestone {
            key: MilestoneKey(key),
            title: title(&format!("Step {key}")),
            weight: weight(heavy),
        })
        .collect();
    Measure::Milestones(Milestones::new(list).expect("a test gives a valid checklist"))
}

/// Returns an ordinal measure.
pub fn zones() -> Measure {
    Measure::Zones(Zones {
        commit: text("a demo"),
        target: text("a pilot"),
        stretch: text("in use"),
    })
}

/// Returns the value of a metric or hold measure.
pub fn value(text: &str) -> Value {
    Value::Number(number(text))
}

/// Returns the value of a checklist.
pub fn done(keys: &[u32]) -> Value {
    Value::Milestones(keys.iter().copied().map(MilestoneKey).collect())
}
