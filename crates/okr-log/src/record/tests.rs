//! The record codec: round trip, canonical form, limits, and the leaf hash written down by hand.

use proptest::prelude::*;

use super::*;

fn sample() -> Record {
    Record {
        position: Position::new(7),
        recorded_at: RecordedAt::from_micros(1_700_000_000_000_000),
        author: AuthorId([1; 16]),
        token: TokenId([2; 16]),
        change_id: ChangeId([3; 16]),
        body: Bytes::from_static(b"body"),
        texts: vec![
            RecordText::Present {
                salt: [4; 16],
                text: "Größer".to_owned(),
            },
            RecordText::Erased {
                hash: Hash([5; 32]),
            },
        ],
    }
}

fn any_text() -> impl Strategy<Value = RecordText> {
    prop_oneof![
        (any::<[u8; 16]>(), ".{0,40}").prop_map(|(salt, text)| RecordText::Present { salt, text }),
        any::<[u8; 32]>().prop_map(|hash| RecordText::Erased { hash: Hash(hash) }),
    ]
}

prop_compose! {
    fn any_record()(
        position in 1_u64..,
        recorded_at in any::<i64>(),
        ids in any::<[[u8; 16]; 3]>(),
        body in prop::collection::vec(any::<u8>(), 0..200),
        texts in prop::collection::vec(any_text(), 0..5),
    ) -> Record {
        Record {
            position: Position::new(position),
            recorded_at: RecordedAt::from_micros(recorded_at),
            author: AuthorId(ids[0]),
            token: TokenId(ids[1]),
            change_id: ChangeId(ids[2]),
            body: body.into(),
            texts,
        }
    }
}

#[test]
fn bytes_are_those_of_the_format() {
    let bytes = sample().encode().unwrap();
    let mut expected = vec![1];
    expected.extend(7_u64.to_le_bytes());
    expected.extend(1_700_000_000_000_000_i64.to_le_bytes());
    expected.extend([[1; 16], [2; 16], [3; 16]].concat());
    expected.extend([4, 0, 0, 0]);
    expected.extend(b"body");
    expected.extend([2, 0]);
    let without_texts = expected.clone();
    expected.push(0);
    expected.extend([4; 16]);
    expected.extend([8, 0, 0, 0]);
    expected.extend("Größer".as_bytes());
    expected.push(1);
    expected.extend([5; 32]);
    assert_eq!(bytes, expected);
    assert_eq!(sample().encoded_len(), expected.len());

    let text_hash = sha256(&[&[4; 16], "Größer".as_bytes()]);
    let leaf = sha256(&[&[0], &without_texts, text_hash.as_bytes(), &[5; 32]]);
    assert_eq!(RecordView::parse(&bytes).unwrap().leaf_hash(), leaf);
}

/// Computed by the Python program of FORMAT.md.
#[test]
fn leaf_hash_is_the_documented_one() {
    let bytes = sample().encode().unwrap();
    let leaf = RecordView::parse(&bytes).unwrap().leaf_hash();
    assert_eq!(
        leaf.to_string(),
        "f92ba98bb4e07528190964520b60791ed81322da0825be17e07f5a08a0796809"
    );
}

#[test]
fn erasing_a_text_keeps_the_leaf_hash() {
    let record = sample();
    let mut erased = record.clone();
    erased.texts[0] = RecordText::Erased {
        hash: record.texts[0].hash(),
    };
    let (before, after) = (record.encode().unwrap(), erased.encode().unwrap());
    assert_ne!(before, after);
    let leaf = |bytes: &[u8]| RecordView::parse(bytes).unwrap().leaf_hash();
    assert_eq!(leaf(&before), leaf(&after));
}

#[test]
fn refuses_what_is_not_one_record() {
    let bytes = sample().encode().unwrap().to_vec();
    for length in 0..bytes.len() {
        let error = Record::decode(&bytes[..length]).unwrap_err();
        assert_eq!(error, DecodeError::Truncated { found: length });
    }
    let changed = |at: usize, value: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = value;
        Record::decode(&bytes).unwrap_err()
    };
    let trailing = [bytes.as_slice(), &[0, 0]].concat();
    assert_eq!(
        Record::decode(&trailing),
        Err(DecodeError::Trailing { count: 2 })
    );
    assert_eq!(changed(0, 2), DecodeError::Version(2));
    assert_eq!(changed(1, 0), DecodeError::PositionZero);
    assert_eq!(changed(75, 2), DecodeError::TextFlag { index: 0, flag: 2 });
    assert_eq!(changed(96, 0xff), DecodeError::TextUtf8 { index: 0 });
    let limit = DecodeError::Limit {
        what: "texts",
        found: 0xff02,
        limit: MAX_TEXTS,
    };
    assert_eq!(changed(74, 0xff), limit);
    assert!(matches!(
        changed(68, 1),
        DecodeError::Limit {
            what: "bytes of body",
            ..
        }
    ));
}

#[test]
fn refuses_records_beyond_the_limits() {
    let mut record = sample();
    record.body = vec![0; MAX_BODY_BYTES + 1].into();
    let bytes = MAX_BODY_BYTES + 1;
    assert_eq!(record.encode(), Err(LimitExceeded::Body { bytes }));

    let mut record = sample();
    let long = "x".repeat(MAX_TEXT_BYTES + 1);
    record.texts.push(RecordText::Present {
        salt: [0; 16],
        text: long,
    });
    let bytes = MAX_TEXT_BYTES + 1;
    assert_eq!(
        record.encode(),
        Err(LimitExceeded::Text { index: 2, bytes })
    );

    let mut record = sample();
    record.texts = vec![
        RecordText::Erased {
            hash: Hash([0; 32])
        };
        MAX_TEXTS + 1
    ];
    assert_eq!(
        record.encode(),
        Err(LimitExceeded::Texts {
            count: MAX_TEXTS + 1
        })
    );

    let mut record = sample();
    let text = RecordText::Present {
        salt: [0; 16],
        text: "x".repeat(MAX_TEXT_BYTES),
    };
    record.texts = vec![text; 16];
    assert!(matches!(record.encode(), Err(LimitExceeded::Record { .. })));
    record.texts.truncate(12);
    record.body = vec![0; MAX_BODY_BYTES - 4096].into();
    let bytes = record.encode().unwrap();
    assert_eq!(Record::decode(&bytes), Ok(record));
}

proptest! {
    #[test]
    fn round_trips(record in any_record()) {
        let bytes = record.encode().unwrap();
        prop_assert_eq!(bytes.len(), record.encoded_len());
        let view = RecordView::parse(&bytes).unwrap();
        prop_assert_eq!(view.to_record(), record.clone());
        prop_assert_eq!(view.texts().len(), record.texts.len());
    }

    #[test]
    fn every_changed_byte_changes_leaf_or_is_refused(
        record in any_record(),
        at in any::<prop::sample::Index>(),
        flip in 1_u8..,
    ) {
        let bytes = record.encode().unwrap();
        let leaf = RecordView::parse(&bytes).unwrap().leaf_hash();
        let mut damaged = bytes.to_vec();
        damaged[at.index(bytes.len())] ^= flip;
        if let Ok(view) = RecordView::parse(&damaged) {
            prop_assert_ne!(view.leaf_hash(), leaf);
        }
    }

    #[test]
    fn never_panics_on_foreign_bytes(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        genuine in any::<bool>(),
    ) {
        let mut bytes = bytes;
        if genuine && !bytes.is_empty() {
            bytes[0] = RECORD_VERSION;
        }
        if let Ok(record) = Record::decode(&bytes) {
            prop_assert_eq!(record.encode().unwrap(), bytes);
        }
    }
}
