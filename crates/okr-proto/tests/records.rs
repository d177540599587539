//! Records of the log as confirmed changes.

use okr_core::Timestamp;
use okr_core::id::{PersonId, Position};
use okr_log::{AuthorId, Record, RecordText, RecordedAt, TokenId};
use okr_proto::{
    ConfirmedChange, Decoded, EncodedChange, MAX_BODY_BYTES, MAX_TEXT_BYTES, MAX_TEXTS, Problem,
    RecordError, SaltedText, ToLog as _,
};

use crate::codec::encoded;
use crate::samples;

fn record() -> Record {
    let change = samples::check_in();
    let (body, texts) = encoded(&change).into_record_parts();
    Record {
        position: okr_log::Position::new(9),
        recorded_at: RecordedAt::from_micros(1_000_001),
        author: AuthorId([0xa1; 16]),
        token: TokenId([0x7e; 16]),
        change_id: change.id.to_log(),
        body,
        texts,
    }
}

fn read(record: &Record) -> Result<ConfirmedChange, RecordError> {
    ConfirmedChange::read(&record.encode().unwrap())
}

#[test]
fn a_record_is_a_confirmed_change() {
    let bytes = record().encode().unwrap();
    let expected = ConfirmedChange {
        position: Position::new(9),
        recorded_at: Timestamp::from_microsecond(1_000_001).unwrap(),
        author: PersonId::from_bytes([0xa1; 16]),
        token: [0x7e; 16],
        decoded: Decoded::Known(samples::check_in()),
        leaf: okr_log::RecordView::parse(&bytes).unwrap().leaf_hash(),
    };
    assert_eq!(ConfirmedChange::read(&bytes), Ok(expected));
}

#[test]
fn an_erased_text_changes_neither_leaf_nor_anything_else() {
    let whole = read(&record()).unwrap();
    let mut record = record();
    let hash = record.texts[0].hash();
    record.texts[0] = RecordText::Erased { hash };
    let erased = read(&record).unwrap();
    assert_eq!(erased.leaf, whole.leaf);
    assert_ne!(erased.decoded, whole.decoded);
    assert_eq!(erased.decoded.id(), whole.decoded.id());
    assert_eq!(erased.decoded.authored_at(), whole.decoded.authored_at());
}

#[test]
fn a_record_that_names_another_change_is_refused() {
    let mut record = record();
    record.change_id = okr_log::ChangeId([0; 16]);
    let error = read(&record).unwrap_err();
    let position = Position::new(9);
    assert!(
        matches!(error, RecordError::ChangeId { position: at, found, .. }
            if at == position && found == samples::check_in().id),
        "{error}"
    );
}

#[test]
fn a_record_says_where_it_cannot_be_read() {
    let mut record = record();
    record.texts.clear();
    let Err(RecordError::Change { position, problem }) = read(&record) else {
        panic!("it was read");
    };
    assert_eq!(position, Position::new(9));
    assert_eq!(problem.path, "events[0].check_in.recorded.note");
    assert_eq!(problem.problem, Problem::NoSuchText { index: 1, count: 0 });
    record.recorded_at = RecordedAt::from_micros(i64::MAX);
    let error = read(&record).unwrap_err();
    assert!(matches!(error, RecordError::RecordedAt { .. }), "{error}");
    let error = ConfirmedChange::read(b"\x01").unwrap_err();
    assert!(matches!(error, RecordError::Record(_)), "{error}");
}

/// A change of this many bytes and texts, which says nothing.
fn change_of(body: usize, texts: &[usize]) -> EncodedChange {
    let text = |bytes: &usize| SaltedText {
        salt: [0; 16],
        text: "x".repeat(*bytes),
    };
    EncodedChange {
        body: vec![0; body].into(),
        texts: texts.iter().map(text).collect(),
    }
}

#[test]
fn the_limits_are_those_of_the_log() {
    // With the last text, the record has exactly 1 MiB.
    let mut most = vec![MAX_TEXT_BYTES; 11];
    most.push(65_213);
    let cases = [
        (0, vec![]),
        (MAX_BODY_BYTES, vec![MAX_TEXT_BYTES]),
        (MAX_BODY_BYTES + 1, vec![]),
        (1, vec![MAX_TEXT_BYTES + 1]),
        (1, vec![1; MAX_TEXTS]),
        (1, vec![1; MAX_TEXTS + 1]),
        (MAX_BODY_BYTES, most.clone()),
        (MAX_BODY_BYTES, [most, vec![1]].concat()),
    ];
    let mut exceeded = 0;
    for (body, texts) in cases {
        let change = change_of(body, &texts);
        let checked = change.check_limits();
        let (body, texts) = change.into_record_parts();
        let record = Record {
            body,
            texts,
            ..record()
        };
        assert_eq!(checked, record.check_limits());
        exceeded += usize::from(checked.is_err());
    }
    assert_eq!(exceeded, 4);
}
