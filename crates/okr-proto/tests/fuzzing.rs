//! Stored records and messages of the wire, mutated: nothing makes a reader panic, and what is read is written again the same.
//!
//! Any number of inputs: `OKR_TEST_ROUNDS=1000000 cargo test -p okr-proto --test main fuzzing -- --nocapture`.

use okr_log::{AuthorId, Frontier, Record, RecordedAt, SignedCheckpoint, TokenId};
use okr_proto::{ConfirmedChange, Decoded, PushOutcome, ToLog as _, encode, v1};
use okr_testkit::fuzz::Fuzz;
use prost::Message;

use crate::codec::encoded;
use crate::samples;

/// Every kind of change, as a record.
fn records() -> Vec<Record> {
    let record = |(position, change): (u64, okr_core::change::Change)| {
        let (body, texts) = encoded(&change).into_record_parts();
        Record {
            position: okr_log::Position::new(position),
            recorded_at: RecordedAt::from_micros(1_000_001),
            author: AuthorId([0xa1; 16]),
            token: TokenId([0x7e; 16]),
            change_id: change.id.to_log(),
            body,
            texts,
        }
    };
    (1..).zip(samples::all()).map(record).collect()
}

#[test]
fn records_of_the_log() {
    let seeds = records().into_iter().map(|record| record.encode().unwrap());
    Fuzz::new("records", seeds).bytes(|bytes| {
        if let Ok(record) = Record::decode(bytes) {
            assert_eq!(
                record.encode().unwrap(),
                bytes,
                "there is one way to write it"
            );
        }
        drop(ConfirmedChange::read(bytes));
    });
}

/// The body is changed and the frame around it is right: so the codec of changes is reached.
#[test]
fn bodies_of_changes() {
    let changes = samples::all();
    let seeds = records().into_iter().map(|record| record.body);
    let texts: Vec<_> = records().into_iter().map(|record| record.texts).collect();
    let mut turn = 0;
    Fuzz::new("bodies of changes", seeds).bytes(|body| {
        turn = (turn + 1) % changes.len();
        let record = Record {
            position: okr_log::Position::new(1),
            recorded_at: RecordedAt::from_micros(1_000_001),
            author: AuthorId([0xa1; 16]),
            token: TokenId([0x7e; 16]),
            change_id: changes[turn].id.to_log(),
            body: body.to_vec().into(),
            texts: texts[turn].clone(),
        };
        let Ok(bytes) = record.encode() else {
            return;
        };
        if let Ok(read) = ConfirmedChange::read(&bytes)
            && let Decoded::Known(change) = read.decoded
        {
            let again = encode(&change, || [7; 16]).decode();
            assert_eq!(again, Ok(Decoded::Known(change)), "it is written again");
        }
    });
}

fn message<M: Message + Default>(bytes: &[u8]) -> Option<M> {
    M::decode(bytes).ok()
}

/// What is read is written, and read again as the same.
fn tried<M: Message + Default + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
    if let Some(read) = message::<M>(bytes) {
        assert_eq!(message::<M>(&read.encode_to_vec()), Some(read));
    }
}

#[test]
fn messages_of_the_wire() {
    let change = |record: Record| v1::NewChange {
        change: record.body.to_vec().into(),
        ..v1::NewChange::default()
    };
    let push = v1::PushRequest {
        base_position: 3,
        changes: records().into_iter().take(3).map(change).collect(),
    };
    let pull = v1::PullRequest {
        after: 7,
        follow: true,
        directory_version: 1,
    };
    let seeds = [push.encode_to_vec(), pull.encode_to_vec()];
    Fuzz::new("messages", seeds).bytes(|bytes| {
        tried::<v1::PullRequest>(bytes);
        tried::<v1::PullResponse>(bytes);
        tried::<v1::UpdateDirectoryRequest>(bytes);
        tried::<v1::LoginRequest>(bytes);
        if let Some(push) = message::<v1::PushRequest>(bytes) {
            for change in push.changes {
                drop(okr_proto::decode(&change.change, &[]));
            }
        }
        if let Some(answer) = message::<v1::PushResponse>(bytes) {
            for result in answer.results {
                drop(PushOutcome::try_from(result));
            }
        }
    });
}

#[test]
fn checkpoints_and_frontiers() {
    let mut frontier = Frontier::new();
    for bytes in records().iter().map(|record| record.encode().unwrap()) {
        frontier.push(ConfirmedChange::read(&bytes).unwrap().leaf);
    }
    let note = "okr.example/acme\n12\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\u{2014} okr.example AAAAAAAA\n";
    let seeds = [frontier.to_bytes(), note.as_bytes().to_vec()];
    Fuzz::new("checkpoints", seeds).bytes(|bytes| {
        if let Ok(frontier) = Frontier::from_bytes(bytes) {
            assert_eq!(frontier.to_bytes(), bytes, "there is one way to write it");
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            drop(SignedCheckpoint::claimed(text));
        }
    });
}
