//! The stored-event codec: there and back, and the same bytes for ever.

use std::fmt::Write as _;

use okr_core::change::Change;
use okr_proto::{Decoded, EncodedChange, StoredText, decode, encode, v1};
use okr_testkit::generate;
use proptest::prelude::*;

use crate::samples;

/// Encodes with salts that count.
pub(crate) fn encoded(change: &Change) -> EncodedChange {
    let mut count = 0;
    encode(change, || {
        count = u8::wrapping_add(count, 1);
        [count; 16]
    })
}

#[test]
fn every_event_is_the_same_there_and_back() {
    for change in samples::all() {
        let stored = encoded(&change);
        assert_eq!(stored.decode(), Ok(Decoded::Known(change)));
    }
}

#[test]
fn a_change_has_up_to_500_events() {
    let mut change = samples::check_in();
    change.events = vec![change.events[0].clone(); Change::MAX_EVENTS];
    let stored = encoded(&change);
    assert_eq!(stored.texts.len(), 500);
    assert_eq!(stored.decode(), Ok(Decoded::Known(change)));
}

/// Bytes and texts of a change, as a line of `samples.txt`.
fn line(change: &Change) -> String {
    let stored = encoded(change);
    let mut line = String::new();
    for byte in &stored.body {
        write!(line, "{byte:02x}").unwrap();
    }
    let texts: Vec<&str> = stored.texts.iter().map(|text| text.text.as_str()).collect();
    write!(line, " {texts:?}").unwrap();
    line
}

#[test]
fn the_bytes_of_every_sample_stay_what_they_are() {
    // A line may be added. A line that changes means that what is stored cannot be read any more.
    let samples = samples::all();
    let lines: Vec<&str> = include_str!("samples.txt").lines().collect();
    assert_eq!(lines.len(), samples.len());
    for (change, expected) in samples.iter().zip(lines) {
        assert_eq!(line(change), expected, "{change:?}");
    }
}

#[test]
fn the_same_change_has_the_same_bytes_whatever_the_salts() {
    for change in samples::all() {
        let one = encode(&change, || [1; 16]);
        let other = encode(&change, || [2; 16]);
        assert_eq!(one.body, other.body);
        assert!(one.texts.iter().all(|text| text.salt == [1; 16]));
    }
}

#[test]
fn a_change_is_the_same_through_the_message_of_a_push() {
    for change in samples::all() {
        let stored = encoded(&change);
        let message = v1::NewChange::from(stored.clone());
        assert_eq!(EncodedChange::try_from(message), Ok(stored));
    }
}

#[test]
fn a_salt_of_another_length_is_refused() {
    let mut message = v1::NewChange::from(encoded(&samples::check_in()));
    message.texts[0].salt = vec![0; 15].into();
    let error = EncodedChange::try_from(message).unwrap_err();
    assert_eq!((error.index, error.found), (0, 15));
}

#[test]
fn every_text_may_be_erased() {
    for change in samples::all() {
        let stored = encoded(&change);
        let erased = vec![StoredText::Erased; stored.texts.len()];
        let Ok(Decoded::Known(read)) = decode(&stored.body, &erased) else {
            panic!("{change:?}");
        };
        assert_eq!(read.events.len(), change.events.len());
        assert_eq!(read.reason.is_some(), change.reason.is_some());
        let texts = encoded(&read).texts;
        assert!(texts.iter().all(|text| text.text == okr_proto::ERASED));
    }
}

proptest! {
    #[test]
    fn random_histories_are_the_same_there_and_back(history in generate::histories(60)) {
        for (_, change) in history {
            let stored = encoded(&change);
            prop_assert_eq!(stored.check_limits(), Ok(()));
            prop_assert_eq!(stored.decode(), Ok(Decoded::Known(change)));
        }
    }
}
