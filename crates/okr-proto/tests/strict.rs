//! The codec takes nothing that it does not make, and tells what is newer from what is wrong.

use okr_proto::{Decoded, EncodedChange, Problem, SaltedText, decode, v1};
use proptest::prelude::*;
use prost::Message as _;
use v1::check_in_event::What as CheckInWhat;
use v1::event::What;
use v1::objective_event::What as ObjectiveWhat;

use crate::codec::encoded;
use crate::samples;

/// Reads a message and the texts beside it.
fn read(message: &v1::Change, texts: &[SaltedText]) -> Result<Decoded, String> {
    let stored = EncodedChange {
        body: message.encode_to_vec().into(),
        texts: texts.to_vec(),
    };
    stored.decode().map_err(|error| error.to_string())
}

/// Returns the error after a sample was spoilt.
fn spoilt(
    stored: &EncodedChange,
    spoil: impl FnOnce(&mut v1::Change, &mut Vec<SaltedText>),
) -> String {
    let mut message = v1::Change::decode(stored.body.clone()).unwrap();
    let mut texts = stored.texts.clone();
    spoil(&mut message, &mut texts);
    read(&message, &texts).unwrap_err()
}

fn check_in(message: &mut v1::Change) -> &mut v1::NewCheckIn {
    match &mut message.events[0].what {
        Some(What::CheckIn(v1::CheckInEvent {
            what: Some(CheckInWhat::Recorded(new)),
        })) => new,
        what => panic!("{what:?}"),
    }
}

fn objective(message: &mut v1::Change) -> &mut v1::NewObjective {
    match &mut message.events[0].what {
        Some(What::Objective(v1::ObjectiveEvent {
            what: Some(ObjectiveWhat::Created(new)),
        })) => new,
        what => panic!("{what:?}"),
    }
}

fn spoilt_check_in(spoil: impl FnOnce(&mut v1::NewCheckIn)) -> String {
    spoilt(&encoded(&samples::check_in()), |message, _| {
        spoil(check_in(message));
    })
}

fn spoilt_objective(spoil: impl FnOnce(&mut v1::NewObjective)) -> String {
    let created = samples::change(vec![samples::goals::created_objective()]);
    spoilt(&encoded(&created), |message, _| spoil(objective(message)))
}

#[test]
fn the_envelope_is_checked() {
    let stored = encoded(&samples::check_in());
    let id = spoilt(&stored, |change, _| change.id = vec![1; 15].into());
    assert_eq!(id, "id: an id has 16 bytes, this has 15");
    let id = spoilt(&stored, |change, _| change.id.clear());
    assert_eq!(id, "id: missing");
    let moment = spoilt(&stored, |change, _| change.authored_at_us = i64::MAX);
    assert_eq!(
        moment,
        "authored_at_us: 9223372036854775807 is out of range"
    );
    let source = spoilt(&stored, |change, _| change.source = 0);
    assert_eq!(source, "source: missing");
    let none = spoilt(&stored, |change, _| change.events.clear());
    assert_eq!(none, "events: 1 to 500 events are expected, there are 0");
    let many = spoilt(&stored, |change, _| {
        change.events = vec![change.events[0].clone(); 501];
    });
    assert_eq!(many, "events: 1 to 500 events are expected, there are 501");
}

#[test]
fn a_problem_is_found_by_its_path() {
    let stored = encoded(&samples::check_in());
    let subject = spoilt(&stored, |change, _| change.events[0].subject.clear());
    assert_eq!(subject, "events[0].subject: missing");
    let what = spoilt(&stored, |change, _| change.events[0].what = None);
    assert_eq!(what, "events[0].what: missing");
    let path = "events[0].check_in.recorded";
    let value = spoilt_check_in(|new| new.value = None);
    assert_eq!(value, format!("{path}.value: missing"));
    let confidence = spoilt_check_in(|new| new.confidence = Some(11));
    assert_eq!(
        confidence,
        format!("{path}.confidence: confidence must be a whole number from 0 to 10, not 11")
    );
    let confidence = spoilt_check_in(|new| new.confidence = Some(256));
    assert_eq!(
        confidence,
        format!("{path}.confidence: 256 is out of range")
    );
    let day = spoilt_check_in(|new| new.effective_day = i32::MAX);
    assert_eq!(
        day,
        format!("{path}.effective_day: 2147483647 is out of range")
    );
    let mut second = v1::Change::decode(stored.body.clone()).unwrap();
    second.events.push(v1::Event::default());
    let error = read(&second, &stored.texts).unwrap_err();
    assert_eq!(error, "events[1].what: missing");
}

#[test]
fn a_number_has_one_form() {
    let number = |units, scale| {
        spoilt_check_in(|new| {
            let number = v1::Number { units, scale };
            let kind = Some(v1::value::Kind::Number(number));
            new.value = Some(v1::Value { kind });
        })
    };
    let path = "events[0].check_in.recorded.value.number";
    let lowest = format!("{path}: a number in lowest form is expected");
    assert_eq!(number(1250, 2), lowest);
    assert_eq!(number(0, 1), lowest);
    assert!(number(1, 10).starts_with(path), "{}", number(1, 10));
    let keys = spoilt_check_in(|new| {
        let done = v1::DoneMilestones { keys: vec![2, 2] };
        let kind = Some(v1::value::Kind::Milestones(done));
        new.value = Some(v1::Value { kind });
    });
    assert!(
        keys.ends_with("keys: not in strictly ascending order"),
        "{keys}"
    );
}

#[test]
fn each_text_is_referred_to_once_and_in_order() {
    let path = "events[0].objective.created";
    let missing = spoilt_objective(|new| new.title = 0);
    assert_eq!(missing, format!("{path}.title: missing"));
    let range = spoilt_objective(|new| new.title = 6);
    assert_eq!(range, format!("{path}.title: refers to text 6 of 5"));
    let order = spoilt_objective(|new| new.title = 2);
    assert_eq!(
        order,
        format!("{path}.title: refers to text 2 before text 1")
    );
    let twice = spoilt_objective(|new| new.slug = 1);
    assert_eq!(
        twice,
        format!("{path}.slug: refers to text 1 a second time")
    );
    let unused = spoilt_objective(|new| new.tags.truncate(1));
    assert_eq!(unused, "texts[4]: nothing refers to it");
    let tags = spoilt_objective(|new| new.tags.swap(0, 1));
    assert_eq!(
        tags,
        format!("{path}.tags[0]: refers to text 5 before text 4")
    );
}

#[test]
fn tags_stand_in_ascending_order() {
    let stored = encoded(&samples::change(vec![samples::goals::created_objective()]));
    for spoilt_text in ["api", "zz"] {
        let error = spoilt(&stored, |_, texts| {
            texts[3].text = spoilt_text.to_owned();
            texts[4].text = "api".to_owned();
        });
        let expected = "events[0].objective.created.tags: not in strictly ascending order";
        assert_eq!(error, expected);
    }
}

#[test]
fn a_text_keeps_the_limits_of_its_field() {
    let stored = encoded(&samples::check_in());
    let error = spoilt(&stored, |_, texts| texts[0].text = "x".repeat(8001));
    assert!(error.contains("recorded.note: a text may have"), "{error}");
}

#[test]
fn bytes_have_one_form() {
    let stored = encoded(&samples::check_in());
    let texts = stored.decode().map(|_| &stored.texts).unwrap();
    let mut message = v1::Change::decode(stored.body.clone()).unwrap();
    let event = message.events.remove(0);
    // The same two fields, the later one first.
    let mut swapped = v1::Change {
        events: vec![event],
        ..v1::Change::default()
    }
    .encode_to_vec();
    swapped.extend(message.encode_to_vec());
    assert_eq!(swapped.len(), stored.body.len());
    let swapped = EncodedChange {
        body: swapped.into(),
        texts: texts.clone(),
    };
    let error = swapped.decode().unwrap_err();
    assert_eq!(error.problem, Problem::NotCanonical);
    let cut = decode(&stored.body[..stored.body.len() - 1], &[]).unwrap_err();
    assert!(matches!(cut.problem, Problem::NotAMessage(_)), "{cut}");
    let empty = decode(&[], &[]).unwrap_err();
    assert_eq!(empty.to_string(), "id: missing");
}

#[test]
fn a_flipped_bit_never_goes_unnoticed() {
    for change in samples::all() {
        let stored = encoded(&change);
        if stored.body.len() > 1000 {
            continue;
        }
        let unharmed = Ok(Decoded::Known(change));
        for bit in 0..stored.body.len() * 8 {
            let mut body = stored.body.to_vec();
            body[bit / 8] ^= 1 << (bit % 8);
            let flipped = EncodedChange {
                body: body.into(),
                texts: stored.texts.clone(),
            };
            assert_ne!(flipped.decode(), unharmed, "bit {bit}");
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(body: Vec<u8>) {
        if let Ok(Decoded::Known(change)) = decode(&body, &[]) {
            prop_assert_eq!(encoded(&change).body, body);
        }
    }

    #[test]
    fn spoilt_bytes_never_panic_and_are_never_taken_for_something_they_are_not(
        sample in proptest::sample::select(samples::all()),
        spoils in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut stored = encoded(&sample);
        let mut body = stored.body.to_vec();
        for (place, byte) in spoils {
            let place = place.index(body.len());
            body[place] = byte;
        }
        stored.body = body.into();
        if let Ok(Decoded::Known(change)) = stored.decode() {
            prop_assert_eq!(encoded(&change), stored);
        }
    }
}
