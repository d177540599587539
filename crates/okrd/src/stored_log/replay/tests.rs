//! Logs that are taken in, and records that stop the start.

use std::collections::BTreeSet;

use jiff::Timestamp;
use okr_core::change::Change;
use okr_core::event::{Event, TeamEvent};
use okr_core::id::ChangeId;
use okr_core::value::Source;
use okr_log::{AppendOutcome, AuthorId, Batch, Record, RecordedAt, TokenId};
use okr_proto::ToLog as _;
use okr_testkit::sample::{self, ANA, ORG};
use tempfile::TempDir;
use uuid::Uuid;

use super::*;

fn change(number: u32, events: Vec<Event>) -> Change {
    Change {
        id: ChangeId::new(Uuid::from_u128(u128::from(number))),
        authored_at: Timestamp::UNIX_EPOCH,
        on_behalf_of: None,
        source: Source::Human,
        reason: None,
        amendment: None,
        events,
    }
}

/// Makes a log of a founding and teams; `spoil` has the last word on the bytes of each change.
fn log(teams: u32, spoil: impl Fn(u64, Vec<u8>) -> Vec<u8>) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let log = Log::create(&root.path().join("log"), LogOptions::new()).unwrap();
    let mut changes = vec![change(1_000_000, sample::founding(sample::new_org(), ANA))];
    changes.extend((0..teams).map(|number| {
        let new = sample::new_team(&format!("team-{number}"));
        let event = Event::Team(sample::team_id(number), TeamEvent::Created(new));
        change(number, vec![event])
    }));
    let records = (1..).zip(&changes).map(|(position, change)| {
        let (body, texts) = okr_proto::encode(change, || [7; 16]).into_record_parts();
        Record {
            position: Position::new(position),
            recorded_at: RecordedAt::from_micros(5),
            author: AuthorId([1; 16]),
            token: TokenId([2; 16]),
            change_id: change.id.to_log(),
            body: spoil(position, body.to_vec()).into(),
            texts,
        }
    });
    let batch = Batch {
        organisation: ORG.to_log(),
        expected_head: Position::ZERO,
        records: records.collect(),
    };
    let outcomes = log.appender().unwrap().append(&[batch]);
    assert!(matches!(outcomes[..], [AppendOutcome::Appended { .. }]));
    root
}

fn take(root: &TempDir, orgs: &[OrgId]) -> Result<(Log, Sequencer<StoredLog>), OpenError> {
    let orgs: BTreeSet<OrgId> = orgs.iter().copied().collect();
    super::super::open(&root.path().join("log"), LogOptions::new(), &orgs)
}

/// Returns where and why the start was stopped.
fn stop(root: &TempDir, orgs: &[OrgId]) -> (u64, String) {
    match take(root, orgs).err().unwrap() {
        OpenError::Refused {
            position, source, ..
        } => (position.get(), source.to_string()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_log_of_many_portions_is_taken_in() {
    let root = log(5_000, |_, body| body);
    let (log, sequencer) = take(&root, &[ORG]).unwrap();
    assert_eq!(log.head(ORG.to_log()).position.get(), 5_001);
    assert!(sequencer.person(ORG, ANA).is_some());
}

#[test]
fn what_only_a_newer_program_understands_stops_the_start() {
    // Field 99, a number: something of a later version.
    let later = |position, body: Vec<u8>| match position {
        3 => [&body[..], &[0x98, 0x06, 0x01]].concat(),
        _ => body,
    };
    let (position, why) = stop(&log(5_000, later), &[ORG]);
    assert_eq!(position, 3);
    assert!(why.contains("newer okrd"), "{why}");
}

#[test]
fn what_is_no_change_stops_the_start() {
    let garbage = |position, body: Vec<u8>| match position {
        4_000 => vec![0xff; 9],
        _ => body,
    };
    let (position, _) = stop(&log(5_000, garbage), &[ORG]);
    assert_eq!(position, 4_000);
}

#[test]
fn an_organisation_that_is_not_listed_stops_the_start() {
    let (position, why) = stop(&log(1, |_, body| body), &[]);
    assert_eq!(position, 1);
    assert!(why.contains("server.json"), "{why}");
}
