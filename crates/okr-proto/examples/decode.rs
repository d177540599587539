//! Measures how many check-ins a second are decoded, on one thread.
//!
//! `cargo run --release -p okr-proto --example decode` prints two figures: changes as they are pushed, with the check that
//! they are written in the one canonical way; and records as they are stored. A check-in has a value, a confidence and a
//! note of 44 characters.

use std::hint::black_box;
use std::io::{self, Write};
use std::time::Instant;

use bytes::Bytes;
use okr_core::change::Change;
use okr_core::event::{CheckInEvent, Event, NewCheckIn};
use okr_core::id::{ChangeId, CheckInId};
use okr_core::value::Source;
use okr_log::{AuthorId, Position, Record, RecordView, RecordedAt, TokenId};
use okr_proto::{EncodedChange, ToLog as _, decode_record, encode};
use okr_testkit::sample::{TODAY, confidence, key_result_id, text, value};

const ROUNDS: u32 = 5;
const CHANGES: u32 = 200_000;

fn main() -> io::Result<()> {
    let changes: Vec<EncodedChange> = (0..CHANGES).map(pushed).collect();
    let records: Vec<Bytes> = (1..).zip(&changes).map(stored).collect();
    let decoded = best(|| {
        for change in &changes {
            black_box(change.decode().expect("it was encoded here"));
        }
    });
    let read = best(|| {
        for record in &records {
            let view = RecordView::parse(record).expect("it was encoded here");
            black_box(decode_record(&view).expect("it was encoded here"));
        }
    });
    let mut out = io::stdout().lock();
    writeln!(out, "changes as pushed            {decoded:>9} changes/s")?;
    writeln!(out, "records as stored            {read:>9} changes/s")
}

/// Returns the rate of the best round.
fn best(mut round: impl FnMut()) -> u64 {
    let rates = (0..ROUNDS).map(|_| {
        let started = Instant::now();
        round();
        let nanoseconds = started.elapsed().as_nanos().max(1);
        u64::try_from(u128::from(CHANGES) * 1_000_000_000 / nanoseconds).unwrap_or(u64::MAX)
    });
    rates.max().unwrap_or_default()
}

fn pushed(number: u32) -> EncodedChange {
    let id = uuid::Uuid::from_u128(u128::from(number));
    let new = NewCheckIn {
        key_result: key_result_id(number % 400),
        effective: TODAY,
        value: value(&(number % 1000).to_string()),
        confidence: Some(confidence(7)),
        note: Some(text("Gains from pooling are in, the planner is ne")),
        blocker: None,
    };
    let change = Change {
        id: ChangeId::new(id),
        authored_at: okr_core::Timestamp::UNIX_EPOCH,
        on_behalf_of: None,
        source: Source::Human,
        reason: None,
        amendment: None,
        events: vec![Event::CheckIn(
            CheckInId::new(id),
            CheckInEvent::Recorded(new),
        )],
    };
    encode(&change, || [7; 16])
}

fn stored((position, change): (u64, &EncodedChange)) -> Bytes {
    let id = change.decode().expect("it was encoded here").id();
    let (body, texts) = change.clone().into_record_parts();
    let record = Record {
        position: Position::new(position),
        recorded_at: RecordedAt::from_micros(0),
        author: AuthorId([1; 16]),
        token: TokenId([2; 16]),
        change_id: id.to_log(),
        body,
        texts,
    };
    record.encode().expect("it is within the limits")
}
