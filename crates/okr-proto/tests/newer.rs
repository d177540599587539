//! What a newer program wrote is no error: the envelope is read and the rest kept.

use okr_core::value::Source;
use okr_proto::{Decoded, EncodedChange, SaltedText, v1};
use prost::Message as _;
use uuid::Uuid;
use v1::event::What;

use crate::samples;

const SUBJECT: [u8; 16] = [0x77; 16];

/// A field that nobody has defined, with one byte in it.
const UNKNOWN_FIELD: [u8; 4] = [0xca, 0x3e, 0x01, 0x2a];

/// Writes a field with a message in it.
fn field(number: u8, message: &[u8]) -> Vec<u8> {
    let length = u8::try_from(message.len()).unwrap();
    assert!(number < 16 && length < 128, "one byte each");
    [&[number << 3 | 2, length], message].concat()
}

/// Makes a change of one event, whose alternative stands in a field and is given as bytes.
fn change_about(alternative: &[u8]) -> EncodedChange {
    let event = [field(1, &SUBJECT), alternative.to_vec()].concat();
    let envelope = v1::Change {
        id: vec![0x11; 16].into(),
        authored_at_us: 1_000_000,
        on_behalf_of: vec![0xa1; 16].into(),
        source: v1::Source::Import.into(),
        reason: 1,
        amendment: 0,
        events: Vec::new(),
    };
    let body = [envelope.encode_to_vec(), field(7, &event)].concat();
    let text = |text: &str| SaltedText {
        salt: [3; 16],
        text: text.to_owned(),
    };
    EncodedChange {
        body: body.into(),
        texts: vec![text("Because."), text("What only a newer program knows.")],
    }
}

fn assert_newer(stored: &EncodedChange) {
    let expected = Decoded::Newer {
        id: okr_core::id::ChangeId::from_bytes([0x11; 16]),
        authored_at: okr_core::Timestamp::from_second(1).unwrap(),
        on_behalf_of: Some(samples::PERSON),
        source: Some(Source::Import),
        reason: Some(okr_core::text::LongText::new("Because.").unwrap()),
        subjects: vec![Uuid::from_bytes(SUBJECT)],
    };
    assert_eq!(stored.decode(), Ok(expected));
}

/// Makes a change of one event that this program has a message for.
fn change_of(what: What) -> EncodedChange {
    let event = v1::Event {
        subject: vec![].into(),
        what: Some(what),
    };
    change_about(&event.encode_to_vec())
}

#[test]
fn an_unknown_kind_of_entity_is_newer() {
    assert_newer(&change_about(&field(9, &UNKNOWN_FIELD)));
}

#[test]
fn an_unknown_event_edit_or_measure_is_newer() {
    let team_event = field(4, &UNKNOWN_FIELD);
    assert_newer(&change_about(&team_event));
    let team_edit = field(4, &field(2, &UNKNOWN_FIELD));
    assert_newer(&change_about(&team_edit));
    let measure = field(7, &field(1, &field(6, &UNKNOWN_FIELD)));
    assert_newer(&change_about(&measure));
    let value = field(8, &field(1, &field(3, &UNKNOWN_FIELD)));
    assert_newer(&change_about(&value));
}

#[test]
fn an_unknown_field_of_a_known_event_is_newer() {
    let archived = field(4, &field(5, &UNKNOWN_FIELD));
    assert_newer(&change_about(&archived));
    assert_newer(&change_about(
        &[field(4, &field(5, &[])), UNKNOWN_FIELD.to_vec()].concat(),
    ));
}

#[test]
fn an_unknown_choice_is_newer() {
    let added = v1::person_event::What::Added(v1::PersonAdded { role: 4 });
    assert_newer(&change_of(What::Person(v1::PersonEvent {
        what: Some(added),
    })));
    let edit = v1::IntegerEdit { from: 1, to: 4 };
    let kind = v1::objective_edit::Field::Kind(edit);
    let edited = v1::objective_event::What::Edited(v1::ObjectiveEdit { field: Some(kind) });
    assert_newer(&change_of(What::Objective(v1::ObjectiveEvent {
        what: Some(edited),
    })));
}

#[test]
fn an_unknown_source_is_newer_and_unnamed() {
    let mut message = v1::Change::decode(change_about(&[]).body).unwrap();
    let opened = v1::cycle_event::What::Opened(v1::Nothing {});
    message.events[0].what = Some(What::Cycle(v1::CycleEvent { what: Some(opened) }));
    message.source = 4;
    message.reason = 0;
    let stored = EncodedChange {
        body: message.encode_to_vec().into(),
        texts: Vec::new(),
    };
    let Ok(Decoded::Newer { source, reason, .. }) = stored.decode() else {
        panic!("not newer");
    };
    assert_eq!((source, reason), (None, None));
}

#[test]
fn the_envelope_of_a_newer_change_is_checked_all_the_same() {
    let mut message = v1::Change::decode(change_about(&[]).body).unwrap();
    message.events[0].subject = vec![1; 17].into();
    let body = [message.encode_to_vec(), UNKNOWN_FIELD.to_vec()].concat();
    let stored = EncodedChange {
        body: body.into(),
        ..change_about(&[])
    };
    let error = stored.decode().unwrap_err();
    assert_eq!(
        error.to_string(),
        "events[0].subject: an id has 16 bytes, this has 17"
    );
}

#[test]
fn an_event_that_says_nothing_is_wrong_and_not_newer() {
    let error = change_about(&[]).decode().unwrap_err();
    assert_eq!(error.to_string(), "events[0].what: missing");
    let error = change_about(&field(4, &[])).decode().unwrap_err();
    assert_eq!(error.to_string(), "events[0].team: missing");
}
