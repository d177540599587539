//! What is exported comes back, whoever takes it in; what was cut off goes on; what was edited is refused.

use std::collections::BTreeMap;
use std::fs;

use okr_core::change::Change;
use okr_core::decide::{Command, Proposal};
use okr_core::entity::Entity;
use okr_core::id::{ChangeId, EntityId, OrgId, PersonId, Position};
use okr_core::value::{Role, Source};
use okr_core::view::View as _;
use okr_testkit::generate::{TODAY, histories, history, replay};
use okr_testkit::sample::{ANA, BEN, ORG, change_id, new_org};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::body;
use crate::fake_log::FakeLog;
use crate::meta::NewReplica;
use crate::moment::Moment;
use crate::replica::Replica;

/// The organisation that takes a history in, and who does it.
const HERE: OrgId = OrgId::new(Uuid::from_u128(0x77));
const ZOE: PersonId = PersonId::new(Uuid::from_u128(0x78));
const FOUNDING: ChangeId = ChangeId::new(Uuid::from_u128(0x79));

fn entry(person: PersonId, handle: &str) -> DirectoryEntry {
    DirectoryEntry {
        person,
        handle: handle.to_owned(),
        name: format!("{handle} \u{e6}\u{1f600}"),
        email: format!("{handle}@example.org"),
    }
}

/// A replica to which a server has confirmed a history.
pub(super) fn confirmed(history: &[(PersonId, Change)]) -> (TempDir, Replica) {
    let log = FakeLog::of(history);
    let (dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    replica.set_directory_entry(&entry(ANA, "ana")).unwrap();
    replica.set_directory_entry(&entry(BEN, "ben")).unwrap();
    (dir, replica)
}

/// An organisation with nothing but its founding, whose founder has this handle.
fn empty(handle: &str) -> (TempDir, Replica) {
    let dir = tempfile::tempdir().unwrap();
    let new = NewReplica {
        org: HERE,
        me: ZOE,
        remote: None,
    };
    let mut replica = Replica::create(dir.path(), &new).unwrap();
    let mut org = new_org();
    org.name = okr_core::text::Name::new("Elsewhere").unwrap();
    let commands = vec![
        Command::CreateOrg { id: HERE, new: org },
        Command::AddPerson {
            id: ZOE,
            role: Role::Admin,
        },
    ];
    let founding = proposal(FOUNDING, commands);
    let written = replica.propose(founding, TODAY).unwrap();
    assert!(
        matches!(written, crate::Proposed::Written(_)),
        "{written:?}"
    );
    replica.set_directory_entry(&entry(ZOE, handle)).unwrap();
    (dir, replica)
}

fn proposal(id: ChangeId, commands: Vec<Command>) -> Proposal {
    Proposal {
        id,
        authored_at: okr_core::Timestamp::UNIX_EPOCH,
        on_behalf_of: None,
        source: Source::Human,
        reason: None,
        amendment: None,
        commands,
    }
}

pub(super) fn export(replica: &Replica) -> String {
    let mut bytes = Vec::new();
    let written = replica
        .export_events(None, &mut bytes, &mut |_| {})
        .unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(text.lines().count() as u64, written.changes + 1);
    text
}

fn file(directory: &TempDir, text: &str) -> EventsFile {
    let path = directory.path().join("history.jsonl");
    fs::write(&path, text).unwrap();
    EventsFile::open(&path).unwrap()
}

const ALL: EventsOrder = EventsOrder {
    today: TODAY,
    dry_run: false,
    most: u64::MAX,
};

fn take_in(replica: &mut Replica, text: &str, order: EventsOrder) -> TakenIn {
    let directory = tempfile::tempdir().unwrap();
    let mut file = file(&directory, text);
    let checked = file.check(replica, &mut |_| {}).unwrap();
    replica.may_take_in(file.head(), &checked).unwrap();
    match replica
        .take_in_events(&mut file, order, &mut |_| {})
        .unwrap()
    {
        EventsTaken::Taken(taken) => taken,
        refused @ EventsTaken::Refused { .. } => panic!("{refused:?}"),
    }
}

fn lines(text: &str) -> Vec<Map<String, Value>> {
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

/// Puts lists of texts in order: sets of people are written in the order of their ids.
fn in_order(value: &mut Value) {
    match value {
        Value::Array(values) => {
            values.iter_mut().for_each(in_order);
            if values.iter().all(Value::is_string) {
                values.sort_by_key(ToString::to_string);
            }
        }
        Value::Object(members) => members.values_mut().for_each(in_order),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Tells a value of the other organisation, and of its founder where the handle is the same.
fn told(value: &Value, same: bool) -> Value {
    let mut text = value.to_string();
    text = text.replace(&ORG.uuid().to_string(), &HERE.uuid().to_string());
    if same {
        text = text.replace(&ANA.uuid().to_string(), &ZOE.uuid().to_string());
    }
    let mut value = serde_json::from_str(&text).unwrap();
    in_order(&mut value);
    value
}

/// What a line of the first export is expected to be in the second one, by EXPORT.md; none when it is left out.
fn expected(line: &Map<String, Value>, is_first: bool, same: bool) -> Option<Value> {
    let told = told(&Value::Object(line.clone()), same);
    let mut line = told.as_object().unwrap().clone();
    let original = match &line["on_behalf_of"] {
        Value::Null => line["author"].clone(),
        person => person.clone(),
    };
    line.insert("on_behalf_of".to_owned(), original);
    line.insert("source".to_owned(), json!("import"));
    let me = json!(ZOE.uuid());
    let mut events = line["events"].as_array().unwrap().clone();
    events.retain(|event| !(event["about"] == "person" && event["id"] == me));
    if is_first {
        // The name is the one field in which the two organisations differ.
        let founding = events.remove(0);
        let name = &founding["state"]["name"];
        events.insert(
            0,
            json!({
                "about": "org", "id": HERE.uuid(), "event": "edited", "field": "name",
                "from": "Elsewhere", "to": name,
            }),
        );
        let before = if same { me } else { Value::Null };
        line.insert("on_behalf_of".to_owned(), before);
    }
    if events.is_empty() {
        return None;
    }
    let subjects = events.iter().map(|event| event["id"].clone()).collect();
    let mut subjects: Value = subjects;
    in_order(&mut subjects);
    line.insert("subjects".to_owned(), subjects);
    line.insert("events".to_owned(), Value::Array(events));
    Some(Value::Object(line))
}

/// Leaves out what the new log gives, and how the bytes say it.
fn compared(mut line: Value) -> Value {
    let members = line.as_object_mut().unwrap();
    let given = [
        "position",
        "recorded_at",
        "recorded_at_us",
        "token",
        "author",
        "body",
    ];
    for name in given {
        members.remove(name).unwrap();
    }
    if members["events"][0]["field"] == "name" && members["events"][0]["about"] == "org" {
        // An edit says both names.
        members.remove("texts").unwrap();
    }
    line
}

fn comes_back(history: &[(PersonId, Change)], handle: &str) -> Result<(), TestCaseError> {
    let same = handle == "ana";
    let (_there, there) = confirmed(history);
    let first = export(&there);
    prop_assert_eq!(
        &first,
        &export(&there),
        "the same history gives the same file"
    );
    let (_here, mut here) = empty(handle);
    let taken = take_in(&mut here, &first, ALL);
    let second = export(&here);

    let expected: Vec<Value> = lines(&first)[1..]
        .iter()
        .enumerate()
        .filter_map(|(index, line)| expected(line, index == 0, same))
        .map(compared)
        .collect();
    let found: Vec<Value> = lines(&second)[2..]
        .iter()
        .map(|line| compared(told(&Value::Object(line.clone()), false)))
        .collect();
    prop_assert_eq!(taken.written, found.len() as u64);
    for (found, expected) in found.iter().zip(&expected) {
        prop_assert_eq!(found, expected);
    }
    prop_assert_eq!(found.len(), expected.len());

    let reading = here.reading(Moment::now(TODAY)).unwrap();
    for entity in replay(history).entities() {
        let id = match entity.id() {
            EntityId::Org(_) => HERE.into(),
            EntityId::Person(id) if same && id == ANA => continue,
            id => id,
        };
        let state =
            |entity: &Entity| -> Value { serde_json::from_str(&body::write(entity)).unwrap() };
        let here = reading.entity(id).unwrap().map(|entity| state(&entity));
        let mut here = here.unwrap_or_default();
        in_order(&mut here);
        prop_assert_eq!(here, told(&state(&entity), same), "{:?}", id);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn every_history_comes_back(history in histories(120), same in any::<bool>()) {
        comes_back(&history, if same { "ana" } else { "zoe" })?;
    }

    #[test]
    fn a_history_comes_in_parts_as_well_as_at_once(history in histories(60), most in 1..9_u64) {
        let (_there, there) = confirmed(&history);
        let text = export(&there);
        let (_once, mut once) = empty("zoe");
        take_in(&mut once, &text, ALL);
        // Each part is one of a run that is cut off after it: the next one begins at the first line.
        let (_parts, mut parts) = empty("zoe");
        let mut runs = 0;
        while !take_in(&mut parts, &text, EventsOrder { most, ..ALL }).ended {
            runs += 1;
            prop_assert!(runs <= history.len());
        }
        prop_assert_eq!(export(&once), export(&parts));
        let again = take_in(&mut parts, &text, ALL);
        prop_assert_eq!((again.written, again.ended), (0, true));
        prop_assert_eq!(again.known + again.nothing_to_do, history.len() as u64);
    }
}

#[test]
fn what_waits_is_exported_as_pending_and_comes_back() {
    let (_here, mut here) = empty("zoe");
    take_in(&mut here, &export(&confirmed(&history(4, 40)).1), ALL);
    let text = export(&here);
    let head = &lines(&text)[0];
    assert_eq!(
        (&head["head"], &head["pending"]),
        (&json!(0), &head["changes"])
    );
    assert_eq!(lines(&text)[1]["position"], Value::Null);
    assert_eq!(lines(&text)[1]["author"], json!(ZOE.uuid()));
    // Taken in by somebody else once more, the people of the beginning are still who did it.
    let dir = tempfile::tempdir().unwrap();
    let third = OrgId::new(Uuid::from_u128(0x99));
    let new = NewReplica {
        org: third,
        me: ZOE,
        remote: None,
    };
    let mut replica = Replica::create(dir.path(), &new).unwrap();
    let commands = vec![
        Command::CreateOrg {
            id: third,
            new: new_org(),
        },
        Command::AddPerson {
            id: ZOE,
            role: Role::Admin,
        },
    ];
    let founding = proposal(change_id(900), commands);
    let founded = replica.propose(founding, TODAY).unwrap();
    assert!(matches!(founded, crate::Proposed::Written(_)));
    take_in(&mut replica, &text, ALL);
    let behalf = |text: &str| -> BTreeMap<String, Value> {
        let lines = lines(text);
        let named = lines[1..].iter().map(|line| {
            let id = line["change"].as_str().unwrap().to_owned();
            (id, line["on_behalf_of"].clone())
        });
        named.collect()
    };
    let (before, mut after) = (behalf(&text), behalf(&export(&replica)));
    after.remove(&change_id(900).uuid().to_string()).unwrap();
    for (id, person) in after {
        let expected = match &before[&id] {
            Value::Null => json!(ZOE.uuid()),
            person => person.clone(),
        };
        assert_eq!(person, expected, "{id}");
    }
}

#[test]
fn an_export_of_the_past_has_the_changes_until_then() {
    let (_dir, replica) = confirmed(&history(8, 30));
    let whole = export(&replica);
    let mut bytes = Vec::new();
    replica
        .export_events(Some(Position::new(12)), &mut bytes, &mut |_| {})
        .unwrap();
    let part = String::from_utf8(bytes).unwrap();
    assert_eq!(part.lines().count(), 13);
    for (part, whole) in part.lines().zip(whole.lines()).skip(1) {
        assert_eq!(part, whole);
    }
}

#[test]
fn a_rehearsal_writes_nothing() {
    let text = export(&confirmed(&history(2, 50)).1);
    let (_here, mut here) = empty("zoe");
    let before = export(&here);
    let order = EventsOrder {
        dry_run: true,
        ..ALL
    };
    let rehearsed = take_in(&mut here, &text, order);
    assert_eq!(export(&here), before);
    assert_eq!(take_in(&mut here, &text, ALL), rehearsed);
}

/// Says why a file is not taken in.
fn refused(text: &str) -> String {
    let (_here, mut here) = empty("zoe");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("history.jsonl");
    fs::write(&path, text).unwrap();
    let checked = EventsFile::open(&path).and_then(|mut file| {
        let checked = file.check(&here, &mut |_| {})?;
        here.may_take_in(file.head(), &checked)?;
        here.take_in_events(&mut file, ALL, &mut |_| {})
    });
    let error = match checked {
        Err(error) => {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            [Some(error.to_string()), source]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(": ")
        }
        Ok(EventsTaken::Refused { line, rejection }) => format!("line {line}: {rejection}"),
        Ok(EventsTaken::Taken(taken)) => panic!("{taken:?}"),
    };
    assert_eq!(lines(&export(&here)).len(), 2, "nothing was written");
    error
}

/// Changes one line of a text, which is counted from 1.
fn with_line(text: &str, number: usize, change: impl Fn(&str) -> String) -> String {
    let lines = text.lines().enumerate().map(|(index, line)| {
        let line = if index + 1 == number {
            change(line)
        } else {
            line.to_owned()
        };
        line + "\n"
    });
    lines.collect()
}

/// Gives a member of the line another value.
fn member(line: &str, name: &str, value: Value) -> String {
    let mut line: Map<String, Value> = serde_json::from_str(line).unwrap();
    line.insert(name.to_owned(), value);
    Value::Object(line).to_string()
}

/// Keeps some lines of a text, by their numbers from 1.
fn kept(text: &str, keep: impl Fn(usize) -> bool) -> String {
    let lines = text.split_inclusive('\n').enumerate();
    lines
        .filter(|(index, _)| keep(index + 1))
        .map(|(_, line)| line)
        .collect()
}

#[test]
fn what_is_wrong_with_the_first_line_is_said() {
    let text = export(&confirmed(&history(6, 20)).1);
    let head =
        |name: &str, value: Value| with_line(&text, 1, |line| member(line, name, value.clone()));
    let nobody = json!([{ "id": ANA.uuid(), "handle": "A B" }]);
    let cases: &[(String, &str)] = &[
        (
            String::new(),
            "line 1 is not the first line of an exported history",
        ),
        ("a,b,c\n1,2,3\n".to_owned(), "line 1 is not the first line"),
        (head("format", json!("okr-events/2")), "\"okr-events/2\""),
        (head("format", json!("other")), "no \"format\""),
        (head("people", nobody), "the person A B"),
        (
            kept(&text, |line| line < 10),
            "the file has 8 of 20 changes",
        ),
        (head("changes", json!(19)), "the file has 20 of 19 changes"),
    ];
    for (text, expected) in cases {
        let error = refused(text);
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

#[test]
fn what_is_wrong_with_a_change_is_said_with_its_line() {
    let text = export(&confirmed(&history(6, 20)).1);
    let seventh =
        |name: &str, value: Value| with_line(&text, 7, |line| member(line, name, value.clone()));
    let cut = with_line(&text, 7, |line| line[..line.len() - 5].to_owned());
    let emptied = with_line(&text, 7, |_| "{}".to_owned());
    // Without the founding nobody of the history is there.
    let headless = with_line(&kept(&text, |line| line != 2), 1, |line| {
        member(line, "changes", json!(19))
    });
    let cases: &[(String, &str)] = &[
        (cut, "line 7: column"),
        (emptied, "line 7: \"author\" is missing"),
        (
            seventh("author", json!("ana")),
            "line 7: \"author\" is not the id",
        ),
        (
            seventh("body", json!("###")),
            "line 7: \"body\" is no base64",
        ),
        (
            seventh("body", json!("AAAA")),
            "line 7: \"body\" and \"texts\" hold no change",
        ),
        (
            seventh("texts", json!([1])),
            "line 7: \"texts\" holds something else",
        ),
        (
            seventh("reason", json!("a better one")),
            "line 7: \"reason\" does not say",
        ),
        (
            seventh("events", json!([])),
            "line 7: \"events\" does not say",
        ),
        (
            seventh("authored_at", json!("2020-01-01T00:00:00Z")),
            "line 7: \"authored_at\"",
        ),
        (headless, "line 2"),
    ];
    for (text, expected) in cases {
        let error = refused(text);
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

#[test]
fn a_text_that_was_erased_stays_erased() {
    let text = export(&confirmed(&history(6, 20)).1);
    let number = lines(&text)
        .iter()
        .position(|line| line.get("reason").is_some_and(Value::is_string))
        .unwrap();
    let erased = with_line(&text, number + 1, |line| {
        let mut line: Map<String, Value> = serde_json::from_str(line).unwrap();
        line["texts"][0] = Value::Null;
        line.insert("reason".to_owned(), json!("erased"));
        Value::Object(line).to_string()
    });
    let (_here, mut here) = empty("zoe");
    take_in(&mut here, &erased, ALL);
    let id = &lines(&text)[number]["change"];
    let lines = lines(&export(&here));
    let line = lines.iter().find(|line| line.get("change") == Some(id));
    assert_eq!(line.unwrap()["reason"], "erased");
}

#[test]
fn only_an_empty_organisation_takes_a_history_in() {
    let (_there, there) = confirmed(&history(3, 20));
    let text = export(&there);
    let directory = tempfile::tempdir().unwrap();
    let judge = |replica: &Replica, text: &str| {
        let mut file = file(&directory, text);
        let checked = file.check(replica, &mut |_| {}).unwrap();
        replica.may_take_in(file.head(), &checked)
    };
    let (_here, mut here) = empty("zoe");
    here.propose(
        proposal(
            change_id(901),
            vec![Command::AddPerson {
                id: BEN,
                role: Role::Member,
            }],
        ),
        TODAY,
    )
    .unwrap();
    assert!(matches!(
        judge(&here, &text),
        Err(EventsError::NotEmpty { foreign: 1 })
    ));
    assert!(judge(&there, &text).is_ok(), "all of it is there");
    let (_shorter, shorter) = confirmed(&history(3, 10));
    assert!(matches!(judge(&shorter, &text), Err(EventsError::Same)));
}
