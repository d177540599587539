//! Events of objectives, key results and check-ins.

use std::collections::BTreeSet;

use okr_core::blocker::BlockerReport;
use okr_core::event::{
    CheckInEdit, CheckInEvent, Event, KeyResultEdit, KeyResultEvent, NewCheckIn, NewKeyResult,
    NewObjective, ObjectiveEdit, ObjectiveEvent, Support,
};
use okr_core::id::ObjectiveId;
use okr_core::measure::{Hold, Measure, Metric, Milestone, MilestoneKey, Milestones, Value, Zones};
use okr_core::text::{BlockerText, Unit};
use okr_core::value::{Confidence, Number, ObjectiveKind, Score, Weight, Zone};

use super::{
    CYCLE, KEY_RESULT, OBJECTIVE, OTHER, PERSON, TEAM, check_in_event, day, edit, long, number,
    slug, tag, title, weight,
};

/// Makes the event of a new objective with everything given.
pub(crate) fn created_objective() -> Event {
    Event::Objective(OBJECTIVE, ObjectiveEvent::Created(full_objective()))
}

fn full_objective() -> NewObjective {
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

pub(super) fn objective() -> Vec<Event> {
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

pub(super) fn key_result() -> Vec<Event> {
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
        fed_by: None,
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

pub(super) fn check_ins() -> Vec<Event> {
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
            blocker: None,
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

pub(super) fn blockers() -> Vec<Event> {
    let stands = || Some(BlockerReport::Stands(BlockerText::new("No staff").unwrap()));
    let recorded = |blocker| {
        CheckInEvent::Recorded(NewCheckIn {
            key_result: KEY_RESULT,
            effective: day("1970-01-02"),
            value: Value::Number(number("0")),
            confidence: None,
            note: None,
            blocker,
        })
    };
    let corrected = |from, to| CheckInEvent::Corrected(CheckInEdit::Blocker(edit(from, to)));
    let events = [
        recorded(stands()),
        recorded(Some(BlockerReport::Lifted)),
        corrected(None, stands()),
        corrected(stands(), Some(BlockerReport::Lifted)),
        corrected(Some(BlockerReport::Lifted), None),
    ];
    events.into_iter().map(check_in_event).collect()
}
