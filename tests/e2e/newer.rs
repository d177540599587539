//! Events of a program that does not exist yet: kept, marked, not written to; a server refuses them.

use std::path::Path;

use base64::Engine as _;
use bytes::Bytes;
use okr_core::Timestamp;
use okr_core::change::Change;
use okr_core::event::{CheckInEvent, Event, NewCheckIn};
use okr_core::id::{ChangeId, CheckInId, EntityId, KeyResultId};
use okr_core::measure::Value;
use okr_core::value::Source;
use okr_e2e::{Home, Server};
use okr_log::{
    AppendOutcome, Batch, Checkpoint, Frontier, KeyName, LogId, LogOptions, Origin, Position,
    Record, RecordView, SigningKey,
};
use okr_replica::Replica;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::programs;
use crate::proof::free;
use crate::session::key_result;
use crate::sync::{founded, plan, tree};

/// Writes a protobuf field with bytes in it, by hand.
fn field(number: u32, bytes: &[u8]) -> Vec<u8> {
    let mut all = varint(number << 3 | 2);
    all.extend(varint(u32::try_from(bytes.len()).unwrap()));
    all.extend(bytes);
    all
}

fn varint(mut number: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap());
    bytes
}

/// The body of a change with one event that nobody has defined yet, about a thing.
fn future_body(id: Uuid, subject: Uuid) -> Bytes {
    let event = [field(1, subject.as_bytes()), field(99, b"from 2031")].concat();
    let time = [&[2 << 3][..], &varint(2_000_000)[..]].concat();
    let source = [4 << 3, 1];
    [
        field(1, id.as_bytes()),
        time,
        source.to_vec(),
        field(7, &event),
    ]
    .concat()
    .into()
}

/// Reads the key of a server that is stopped.
fn signing_key(data: &Path) -> SigningKey {
    let text = std::fs::read_to_string(data.join("server.key")).unwrap();
    let file: Json = serde_json::from_str(&text).unwrap();
    let secret = base64::engine::general_purpose::STANDARD
        .decode(file["secret"].as_str().unwrap())
        .unwrap();
    let name = KeyName::new(file["name"].as_str().unwrap()).unwrap();
    SigningKey::from_bytes(name, &secret.try_into().unwrap())
}

/// Appends changes to the log of a server that is stopped, as a newer one would have.
///
/// Returns everything in the log, and the checkpoint of it.
fn append(
    data: &Path,
    origin: &str,
    bodies: Vec<(Uuid, Bytes, Vec<okr_log::RecordText>)>,
) -> (Vec<Bytes>, String) {
    let log = free(|| okr_log::Log::open(&data.join("log"), LogOptions::new()));
    let (organisation, head): (LogId, _) = log.organisations()[0];
    let all = |after| log.read(organisation, after, usize::MAX).unwrap();
    let model = RecordView::parse(&all(Position::ZERO)[0])
        .unwrap()
        .to_record();
    let records: Vec<Record> = bodies
        .into_iter()
        .enumerate()
        .map(|(index, (id, body, texts))| Record {
            position: Position::new(head.position.get() + 1 + index as u64),
            recorded_at: head.recorded_at,
            change_id: okr_log::ChangeId(id.into_bytes()),
            body,
            texts,
            ..model.clone()
        })
        .collect();
    let batch = Batch {
        organisation,
        expected_head: head.position,
        records,
    };
    let outcome = log.appender().unwrap().append(&[batch]).remove(0);
    assert!(
        matches!(outcome, AppendOutcome::Appended { .. }),
        "{outcome:?}"
    );
    let records = all(Position::ZERO);
    let mut frontier = Frontier::new();
    for record in &records {
        frontier.push(RecordView::parse(record).unwrap().leaf_hash());
    }
    let checkpoint = Checkpoint {
        origin: Origin::new(origin).unwrap(),
        size: Position::new(frontier.size()),
        root: frontier.root(),
    };
    let note = checkpoint.sign(&signing_key(data));
    (records, note.to_string())
}

/// Gives a replica what a server would send.
fn receive(home: &Home, records: &[Bytes], note: &str) {
    let mut replica = Replica::open(&home.directory().join("data/okr/acme")).unwrap();
    let mut ingest = replica.ingest().unwrap();
    let after = usize::try_from(ingest.position().get()).unwrap();
    ingest.records(records[after..].to_vec()).unwrap();
    ingest.checkpoint(note, Timestamp::now()).unwrap();
}

fn origin(home: &Home) -> String {
    let replica = Replica::open(&home.directory().join("data/okr/acme")).unwrap();
    replica.info().unwrap().remote.unwrap().origin
}

/// A change that every program knows: a check-in.
fn check_in(key_result: Uuid, value: &str) -> (Uuid, Bytes, Vec<okr_log::RecordText>) {
    let id = Uuid::from_u128(0x42);
    let change = Change {
        id: ChangeId::new(id),
        authored_at: Timestamp::from_second(1_790_000_000).unwrap(),
        on_behalf_of: None,
        source: Source::Human,
        reason: None,
        amendment: None,
        events: vec![Event::CheckIn(
            CheckInId::new(Uuid::from_u128(0x43)),
            CheckInEvent::Recorded(NewCheckIn {
                key_result: KeyResultId::new(key_result),
                effective: jiff::civil::date(2026, 10, 2),
                value: Value::Number(value.parse().unwrap()),
                confidence: None,
                note: None,
                blocker: None,
            }),
        )],
    };
    assert!(matches!(change.events[0].subject(), EntityId::CheckIn(_)));
    let (body, texts) = okr_proto::encode(&change, || [1; 16]).into_record_parts();
    (id, body, texts)
}

/// Ana's plan, to which a newer server added an unknown event about `api-p99` and a check-in on
/// `errors`. Returns the data of the server, which is stopped, and Ana's machine.
fn with_future(directory: &Path) -> (std::path::PathBuf, Home) {
    let (server, ana) = founded(directory);
    plan(&ana);
    let line = ["kr", "add", "Errors", "-O", "fast", "--slug", "errors"];
    ana.okr(&[&line[..], &["--from", "5", "--to", "1"]].concat())
        .unwrap();
    ana.okr(&["sync"]).unwrap();
    let id = |slug: &str| -> Uuid {
        let shown = ana.json(&["tree"]).unwrap();
        key_result(&shown, slug)["id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap()
    };
    let (p99, errors) = (id("api-p99"), id("errors"));
    let (data, origin) = (server.data().to_owned(), origin(&ana));
    server.stop().unwrap();
    let future = Uuid::from_u128(0x41);
    let bodies = vec![
        (future, future_body(future, p99), Vec::new()),
        check_in(errors, "4"),
    ];
    let (records, note) = append(&data, &origin, bodies);
    receive(&ana, &records, &note);

    (data, ana)
}

#[test]
fn a_newer_event_is_kept_and_marked_and_its_thing_is_not_written_to() {
    let directory = tempfile::tempdir().unwrap();
    let (_, ana) = with_future(directory.path());
    // What came after it counts.
    let shown = ana.json(&["tree", "--offline"]).unwrap();
    assert_eq!(
        key_result(&shown, "errors")["progress"]["fraction"],
        "0.25",
        "{shown:#}"
    );
    assert_eq!(key_result(&shown, "errors")["upgrade_needed"], false);
    assert_eq!(key_result(&shown, "api-p99")["upgrade_needed"], true);
    for line in [
        &["tree"][..],
        &["list", "krs"],
        &["show", "api-p99"],
        &["status"],
    ] {
        let said = ana.run(line).unwrap();
        assert_eq!(said.code, Some(0), "{line:?}: {}", said.stderr);
        assert!(
            said.stdout.contains("upgrade okr"),
            "{line:?}: {}",
            said.stdout
        );
        assert!(
            said.stderr.contains("upgrade okr"),
            "{line:?}: {}",
            said.stderr
        );
    }
    let log = ana.okr(&["log", "api-p99"]).unwrap();
    assert!(log.contains("upgrade okr to read this"), "{log}");

    for line in [
        &["--offline", "checkin", "api-p99", "300"][..],
        &["--offline", "kr", "set", "api-p99", "--title", "Slow"],
    ] {
        let said = ana.run(line).unwrap();
        assert_eq!(
            said.code,
            Some(11),
            "{line:?}: {}{}",
            said.stdout,
            said.stderr
        );
        assert!(
            said.stderr.contains("api-p99") && said.stderr.contains("Hint:"),
            "{}",
            said.stderr
        );
    }
    let before = tree(&ana);
    ana.okr(&["--offline", "checkin", "errors", "3"]).unwrap();
    assert_ne!(
        tree(&ana),
        before,
        "what is understood is written to as before"
    );
}

#[test]
fn a_server_that_is_older_than_its_own_log_does_not_start() {
    let directory = tempfile::tempdir().unwrap();
    let (data, _) = with_future(directory.path());
    let error = Server::start(&programs(), &data).unwrap_err().to_string();
    assert!(error.contains("upgrade okrd"), "{error}");
}
