//! Changes that hold every event, every edit and every kind of value once or more.

use std::collections::BTreeSet;

use okr_core::change::Change;
use okr_core::event::{
    CheckInEdit, CheckInEvent, CycleEdit, CycleEvent, Edit, Event, KeyResultEdit, KeyResultEvent,
    NewCheckIn, NewCycle, NewKeyResult, NewObjective, NewOrg, NewTeam, ObjectiveEdit,
    ObjectiveEvent, OrgEdit, OrgEvent, PersonEvent, Support, TeamEdit, TeamEvent,
};
use okr_core::id::{
    ChangeId, CheckInId, CycleId, KeyResultId, ObjectiveId, OrgId, PersonId, TeamId,
};
use okr_core::measure::{Hold, Measure, Metric, Milestone, MilestoneKey, Milestones, Value, Zones};
use okr_core::text::{LongText, Name, Slug, Tag, TimeZoneName, Title, Unit};
use okr_core::value::{
    AmendmentCategory, CadenceDays, Confidence, CyclePeriod, EditPolicy, Number, ObjectiveKind,
    Role, Score, Source, WeekStart, Weight, Zone,
};
use okr_core::{Date, Timestamp};

pub(crate) const PERSON: PersonId = PersonId::from_bytes([0xa1; 16]);
const OTHER: PersonId = PersonId::from_bytes([0xa2; 16]);
const TEAM: TeamId = TeamId::from_bytes([0xb1; 16]);
const CYCLE: CycleId = CycleId::from_bytes([0xc1; 16]);
const OBJECTIVE: ObjectiveId = ObjectiveId::from_bytes([0xd1; 16]);
const KEY_RESULT: KeyResultId = KeyResultId::from_bytes([0xe1; 16]);

/// Makes an edit.
fn edit<T>(from: T, to: T) -> Edit<T> {
    Edit { from, to }
}

fn long(text: &str) -> LongText {
    LongText::new(text).unwrap()
}

fn title(text: &str) -> Title {
    Title::new(text).unwrap()
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn slug(text: &str) -> Slug {
    Slug::new(text).unwrap()
}

pub(crate) fn tag(text: &str) -> Tag {
    Tag::new(text).unwrap()
}

pub(crate) fn number(text: &str) -> Number {
    text.parse().unwrap()
}

fn weight(text: &str) -> Weight {
    Weight::new(number(text)).unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn period(start: &str, end: &str) -> CyclePeriod {
    CyclePeriod::new(day(start), day(end)).unwrap()
}

/// Makes a change about one thing in an otherwise plain envelope.
pub(crate) fn change(events: Vec<Event>) -> Change {
    Change {
        id: ChangeId::from_bytes(*b"change of a test"),
        authored_at: "2026-10-05T07:30:00.123456Z".parse().unwrap(),
        on_behalf_of: None,
        source: Source::Human,
        reason: None,
        amendment: None,
        events,
    }
}

/// Makes a check-in, the most frequent change.
pub(crate) fn check_in() -> Change {
    let recorded = CheckInEvent::Recorded(NewCheckIn {
        key_result: KEY_RESULT,
        effective: day("2026-10-04"),
        value: Value::Number(number("12.5")),
        confidence: Some(Confidence::new(7).unwrap()),
        note: Some(long("Two customers signed.")),
    });
    change(vec![check_in_event(recorded)])
}

fn check_in_event(event: CheckInEvent) -> Event {
    Event::CheckIn(CheckInId::from_bytes([0xf1; 16]), event)
}

/// Every change of this module.
pub(crate) fn all() -> Vec<Change> {
    let mut changes = envelopes();
    let events = [
        org(),
        person(),
        team(),
        cycle(),
        objective(),
        key_result(),
        check_ins(),
    ]
    .concat();
    changes.extend(events.iter().map(|event| change(vec![event.clone()])));
    changes.push(change(events));
    changes.push(check_in());
    changes
}

fn envelopes() -> Vec<Change> {
    let event = Event::Cycle(CYCLE, CycleEvent::Opened);
    let mut changes = Vec::new();
    for source in Source::ALL {
        changes.push(Change {
            source: *source,
            on_behalf_of: Some(OTHER),
            authored_at: Timestamp::from_microsecond(-1).unwrap(),
            ..change(vec![event.clone()])
        });
    }
    for category in AmendmentCategory::ALL {
        changes.push(Change {
            reason: Some(long("The baseline\nwas a guess.")),
            amendment: Some(*category),
            authored_at: Timestamp::UNIX_EPOCH,
            ..change(vec![event.clone(); 500])
        });
    }
    changes
}

fn org() -> Vec<Event> {
    let mut events = vec![OrgEvent::Created(NewOrg {
        name: name("Ærlig"),
        time_zone: TimeZoneName::new("Europe/Oslo").unwrap(),
        week_start: WeekStart::Saturday,
        edit_policy: EditPolicy::Stewards,
        reason_after_commitment: true,
        cadence: CadenceDays::new(366).unwrap(),
    })];
    let zone = |name: &str| TimeZoneName::new(name).unwrap();
    let edits = [
        OrgEdit::Name(edit(name("Ærlig"), name("erased"))),
        OrgEdit::TimeZone(edit(zone("Europe/Oslo"), zone("UTC"))),
        OrgEdit::WeekStart(edit(WeekStart::Monday, WeekStart::Sunday)),
        OrgEdit::EditPolicy(edit(EditPolicy::Everyone, EditPolicy::Stewards)),
        OrgEdit::ReasonAfterCommitment(edit(true, false)),
        OrgEdit::ReasonAfterCommitment(edit(false, false)),
        OrgEdit::Cadence(edit(CadenceDays::WEEKLY, CadenceDays::new(1).unwrap())),
    ];
    events.extend(edits.map(OrgEvent::Edited));
    let id = OrgId::from_bytes([0x91; 16]);
    events
        .into_iter()
        .map(|event| Event::Org(id, event))
        .collect()
}

fn person() -> Vec<Event> {
    let mut events: Vec<PersonEvent> = Role::ALL.iter().copied().map(PersonEvent::Added).collect();
    events.extend([
        PersonEvent::RoleChanged {
            from: Role::Viewer,
            to: Role::Admin,
        },
        PersonEvent::Deactivated,
        PersonEvent::Reactivated,
    ]);
    events
        .into_iter()
        .map(|event| Event::Person(PERSON, event))
        .collect()
}

fn team() -> Vec<Event> {
    let new = |parent, leads| {
        TeamEvent::Created(NewTeam {
            name: name("Platform"),
            slug: slug("platform"),
            parent,
            leads,
        })
    };
    let leads = BTreeSet::from([OTHER, PERSON]);
    [
        new(None, BTreeSet::new()),
        new(Some(TEAM), leads.clone()),
        TeamEvent::Edited(TeamEdit::Name(edit(name("Same"), name("Same")))),
        TeamEvent::Edited(TeamEdit::Slug(edit(slug("a"), slug("b-2")))),
        TeamEvent::Edited(TeamEdit::Parent(edit(None, Some(TEAM)))),
        TeamEvent::Edited(TeamEdit::Leads(edit(leads, BTreeSet::new()))),
        TeamEvent::MemberAdded(PERSON),
        TeamEvent::MemberRemoved(OTHER),
        TeamEvent::Archived,
        TeamEvent::Restored,
    ]
    .map(|event| Event::Team(TEAM, event))
    .to_vec()
}

fn cycle() -> Vec<Event> {
    let new = |period, cadence| {
        CycleEvent::Created(NewCycle {
            name: name("2026-Q4"),
            period,
            cadence,
        })
    };
    let quarter = period("2026-10-01", "2026-12-31");
    let first = period("1970-01-01", "1970-01-01");
    let last = period("9999-12-31", "9999-12-31");
    [
        new(quarter, None),
        new(first, Some(CadenceDays::WEEKLY)),
        CycleEvent::Edited(CycleEdit::Name(edit(name("a"), name("b")))),
        CycleEvent::Edited(CycleEdit::Period(edit(first, last))),
        CycleEvent::Edited(CycleEdit::Cadence(edit(None, Some(CadenceDays::WEEKLY)))),
        CycleEvent::Edited(CycleEdit::Cadence(edit(Some(CadenceDays::WEEKLY), None))),
        CycleEvent::Opened,
        CycleEvent::Closed,
        CycleEvent::Reopened,
    ]
    .map(|event| Event::Cycle(CYCLE, event))
    .to_vec()
}

/// Makes an objective with everything given.
pub(crate) fn full_objective() -> NewObjective {
    NewObjective {
        title: title("Customers find what they look for"),
        description: Some(long("In words,\n\tand in more words.")),
        slug: slug("findable"),
        owner: PERSON,
        team: Some(TEAM),
        cycle: CYCLE,
        kind: ObjectiveKind::Learning,
        weight: weight("1000"),
        supports: Some(Support::KeyResult(KEY_RESULT)),
        continues: Some(OBJECTIVE),
        tags: BTreeSet::from([tag("growth"), tag("api")]),
        draft: true,
    }
}

fn objective() -> Vec<Event> {
    let bare = NewObjective {
        description: None,
        team: None,
        kind: ObjectiveKind::Committed,
        weight: weight("0"),
        supports: None,
        continues: None,
        tags: BTreeSet::new(),
        draft: false,
        ..full_objective()
    };
    let closed = |score: &str, reflection| ObjectiveEvent::Closed {
        score: Score::new(number(score)).unwrap(),
        reflection,
    };
    let mut events = vec![
        ObjectiveEvent::Created(full_objective()),
        ObjectiveEvent::Created(bare),
        ObjectiveEvent::Tagged(tag("new")),
        ObjectiveEvent::Untagged(tag("old")),
        ObjectiveEvent::Published,
        closed("0", None),
        closed("0.7", Some(long("We learned."))),
        ObjectiveEvent::Abandoned,
        ObjectiveEvent::Reopened,
        ObjectiveEvent::Archived,
        ObjectiveEvent::Restored,
    ];
    let kinds = edit(ObjectiveKind::Committed, ObjectiveKind::Aspirational);
    let goals = edit(Some(Support::Objective(OBJECTIVE)), None);
    let edits = [
        ObjectiveEdit::Title(edit(title("a"), title("b"))),
        ObjectiveEdit::Description(edit(None, Some(long("b")))),
        ObjectiveEdit::Description(edit(None, None)),
        ObjectiveEdit::Slug(edit(slug("a"), slug("b"))),
        ObjectiveEdit::Owner(edit(PERSON, OTHER)),
        ObjectiveEdit::Team(edit(Some(TEAM), None)),
        ObjectiveEdit::Cycle(edit(CYCLE, CYCLE)),
        ObjectiveEdit::Kind(kinds),
        ObjectiveEdit::Weight(edit(weight("0"), weight("0.000000001"))),
        ObjectiveEdit::Supports(goals),
        ObjectiveEdit::Continues(edit(None, Some(OBJECTIVE))),
    ];
    events.extend(edits.map(ObjectiveEvent::Edited));
    events
        .into_iter()
        .map(|event| Event::Objective(OBJECTIVE, event))
        .collect()
}

fn measures() -> Vec<Measure> {
    let unit = || Some(Unit::new("%").unwrap());
    let line = |key, text: &str, counts: &str| Milestone {
        key: MilestoneKey(key),
        title: title(text),
        weight: weight(counts),
    };
    vec![
        Measure::Metric(Metric {
            unit: unit(),
            baseline: number("-9223372036854775808"),
            target: number("9223372036.854775807"),
            commit: Some(number("0")),
            stretch: Some(number("0.5")),
        }),
        Measure::Metric(Metric {
            unit: None,
            baseline: number("0"),
            target: number("0"),
            commit: None,
            stretch: None,
        }),
        Measure::Hold(Hold::new(unit(), Some(number("1")), None).unwrap()),
        Measure::Hold(Hold::new(None, Some(number("1")), Some(number("1.5"))).unwrap()),
        Measure::Milestones(
            Milestones::new(vec![
                line(7, "Second", "2"),
                line(0, "First", "0"),
                line(u32::MAX, "Third", "0.5"),
            ])
            .unwrap(),
        ),
        Measure::Zones(Zones {
            commit: long("ok"),
            target: long("good"),
            stretch: long("great"),
        }),
    ]
}

fn key_result() -> Vec<Event> {
    let full = |measure| NewKeyResult {
        objective: OBJECTIVE,
        title: title("Search answers within 100 ms"),
        description: Some(long("p99, from the dashboard")),
        slug: slug("search-p99"),
        owner: PERSON,
        measure,
        weight: Weight::ONE,
        order: u32::MAX,
        start: Some(day("1970-01-01")),
        due: Some(day("-009999-01-01")),
        tags: BTreeSet::from([tag("a"), tag("a-b"), tag("b")]),
    };
    let bare = NewKeyResult {
        description: None,
        order: 0,
        start: None,
        due: None,
        tags: BTreeSet::new(),
        ..full(measures().remove(0))
    };
    let mut events = vec![
        KeyResultEvent::Created(bare),
        KeyResultEvent::Tagged(tag("new")),
        KeyResultEvent::Untagged(tag("old")),
        KeyResultEvent::Closed {
            score: Score::new(Number::ONE).unwrap(),
        },
        KeyResultEvent::Abandoned,
        KeyResultEvent::Reopened,
        KeyResultEvent::Archived,
        KeyResultEvent::Restored,
    ];
    for measure in measures() {
        events.push(KeyResultEvent::Created(full(measure.clone())));
        let edit = edit(measure, measures().remove(1));
        events.push(KeyResultEvent::Edited(KeyResultEdit::Measure(edit)));
    }
    let edits = [
        KeyResultEdit::Objective(edit(OBJECTIVE, ObjectiveId::from_bytes([0; 16]))),
        KeyResultEdit::Title(edit(title("a"), title("b"))),
        KeyResultEdit::Description(edit(Some(long("a")), None)),
        KeyResultEdit::Slug(edit(slug("a"), slug("b"))),
        KeyResultEdit::Owner(edit(PERSON, OTHER)),
        KeyResultEdit::Weight(edit(weight("1"), weight("0"))),
        KeyResultEdit::Order(edit(0, u32::MAX)),
        KeyResultEdit::Start(edit(None, Some(day("1970-01-01")))),
        KeyResultEdit::Due(edit(Some(day("9999-12-31")), None)),
    ];
    events.extend(edits.map(KeyResultEvent::Edited));
    events
        .into_iter()
        .map(|event| Event::KeyResult(KEY_RESULT, event))
        .collect()
}

fn check_ins() -> Vec<Event> {
    let done = |keys: &[u32]| Value::Milestones(keys.iter().copied().map(MilestoneKey).collect());
    let mut values = vec![Value::Number(number("0")), done(&[]), done(&[0, 7, 300])];
    values.extend(Zone::ALL.iter().copied().map(Value::Zone));
    let mut events = vec![CheckInEvent::Retracted];
    for value in values {
        events.push(CheckInEvent::Recorded(NewCheckIn {
            key_result: KEY_RESULT,
            effective: day("1970-01-01"),
            value: value.clone(),
            confidence: None,
            note: None,
        }));
        let edit = edit(value, Value::Number(number("-3")));
        events.push(CheckInEvent::Corrected(CheckInEdit::Value(edit)));
    }
    let confidence = edit(None, Some(Confidence::new(0).unwrap()));
    let edits = [
        CheckInEdit::Effective(edit(day("1970-01-01"), day("1969-12-31"))),
        CheckInEdit::Confidence(confidence),
        CheckInEdit::Note(edit(Some(long("a")), Some(long("a")))),
    ];
    events.extend(edits.map(CheckInEvent::Corrected));
    events.into_iter().map(check_in_event).collect()
}
