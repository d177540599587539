//! Changes that hold every event, every edit and every kind of value once or more.

mod comments;
pub(crate) mod goals;
mod later;
mod work;

use std::collections::BTreeSet;

use okr_core::change::Change;
use okr_core::event::{
    CheckInEvent, CycleEdit, CycleEvent, Edit, Event, NewCheckIn, NewCycle, NewOrg, NewTeam,
    OrgEdit, OrgEvent, PersonEvent, TeamEdit, TeamEvent, TextPlace,
};
use okr_core::id::{
    ChangeId, CheckInId, CycleId, KeyResultId, ObjectiveId, OrgId, PersonId, TeamId,
};
use okr_core::measure::Value;
use okr_core::text::{LongText, Name, Slug, Tag, TimeZoneName, Title};
use okr_core::value::{
    AmendmentCategory, CadenceDays, Confidence, CyclePeriod, EditPolicy, Number, Role, Source,
    WeekStart, Weight,
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

fn tag(text: &str) -> Tag {
    Tag::new(text).unwrap()
}

fn number(text: &str) -> Number {
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
        blocker: None,
    });
    change(vec![check_in_event(recorded)])
}

fn check_in_event(event: CheckInEvent) -> Event {
    Event::CheckIn(CheckInId::from_bytes([0xf1; 16]), event)
}

/// Every change of this module. New ones come last, for the sake of `samples.txt`.
pub(crate) fn all() -> Vec<Change> {
    let mut changes = envelopes();
    let events = [
        org(),
        person(),
        team(),
        cycle(),
        goals::objective(),
        goals::key_result(),
        goals::check_ins(),
    ]
    .concat();
    changes.extend(events.iter().map(|event| change(vec![event.clone()])));
    changes.push(change(events));
    changes.push(check_in());
    let later = later::calendars_and_grades().into_iter();
    changes.extend(later.map(|event| change(vec![event])));
    changes.extend(
        goals::blockers()
            .into_iter()
            .map(|event| change(vec![event])),
    );
    let comments = comments::comments().into_iter();
    changes.extend(comments.map(|event| change(vec![event])));
    let later = [
        work::initiatives(),
        work::metrics(),
        work::metric_values(),
        work::fed_key_results(),
        comments::on_work(),
    ]
    .concat();
    changes.extend(later.into_iter().map(|event| change(vec![event])));
    changes.push(change(vec![erasure()]));
    changes
}

fn erasure() -> Event {
    let place = |change, text| TextPlace {
        change: ChangeId::from_bytes([change; 16]),
        text,
    };
    let erased = [place(1, 1), place(1, 3), place(2, 1)];
    Event::Org(
        OrgId::from_bytes([0x91; 16]),
        OrgEvent::TextsErased(erased.into()),
    )
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
            ..change(vec![event.clone(); 20])
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
