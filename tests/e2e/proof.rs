//! Whoever alters history is found: the administrator of a server, a server that shows two histories, whoever can write
//! to a copy. crates/okr-replica/PROOF.md has the table that these tests stand behind.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use okr_e2e::{Home, Server};
use okr_log::{
    AppendOutcome, Batch, CreateError, Log, LogOptions, OpenError, Position, Record, RecordText,
    RecordView, RecordedAt,
};
use okr_proto::{Decoded, decode_record, encode};
use serde_json::Value;
use uuid::Uuid;

use crate::programs;
use crate::restored::copy;
use crate::sync::{founded, joined, plan, tree};

/// What an attack is called, what it does to the log, and what it may be called by those who find it.
type Attack = (&'static str, fn(&mut Vec<Record>), &'static [&'static str]);

/// What one of the changes says.
const NOTE: &str = "pooling is in";

/// Two people with a plan and some check-ins, and the server stopped.
fn site(directory: &Path) -> (Home, Home, String) {
    let (server, ana) = founded(directory);
    let ben = joined(&server, &ana, directory, "ben");
    plan(&ana);
    for (value, note) in [("400", NOTE), ("380", "and it holds"), ("360", "and on")] {
        ana.okr(&["checkin", "api-p99", value, "-m", note]).unwrap();
    }
    for home in [&ana, &ben] {
        home.okr(&["sync"]).unwrap();
    }
    let listen = server.listen();
    server.stop().unwrap();
    (ana, ben, listen)
}

fn start(data: &Path, listen: &str) -> Server {
    Server::start_with(&programs(), data, &["--listen", listen]).unwrap()
}

/// Runs a command that must be refused as unproven, and returns its error as JSON.
fn refused(home: &Home, line: &[&str]) -> Value {
    let all = [line, &["-o", "json"]].concat();
    let run = home.run(&all).unwrap();
    assert_eq!(run.code, Some(9), "{}{}", run.stdout, run.stderr);
    let error: Value = serde_json::from_str(run.stderr.lines().last().unwrap()).unwrap();
    assert!(!error["hints"].as_array().unwrap().is_empty(), "{error:#}");
    error
}

/// Opens a log, which a process that another test starts at this moment may hold as well until it is the other program.
pub(crate) fn free(open: impl Fn() -> Result<Log, OpenError>) -> Log {
    for _ in 0..100 {
        match open() {
            Err(OpenError::InUse { .. }) => thread::sleep(Duration::from_millis(20)),
            opened => return opened.unwrap(),
        }
    }
    panic!("a log is always in use");
}

/// Writes the log of a stopped server anew, with everything in order: checksums, roots, witness.
fn rewrite(data: &Path, alter: impl FnOnce(&mut Vec<Record>)) {
    let directory = data.join("log");
    let log = free(|| Log::open(&directory, LogOptions::new()));
    let (organisation, _) = log.organisations()[0];
    let stored = log.read(organisation, Position::ZERO, usize::MAX).unwrap();
    let records = stored.iter().map(|bytes| Record::decode(bytes).unwrap());
    let mut records: Vec<Record> = records.collect();
    drop(stored);
    log.close();
    alter(&mut records);
    let mut recorded_at = RecordedAt::from_micros(0);
    for (index, record) in records.iter_mut().enumerate() {
        record.position = Position::new(index as u64 + 1);
        recorded_at = recorded_at.max(record.recorded_at);
        record.recorded_at = recorded_at;
    }
    fs::remove_dir_all(&directory).unwrap();
    let log = free(|| match Log::create(&directory, LogOptions::new()) {
        Err(CreateError::Open(error)) => Err(*error),
        made => Ok(made.unwrap()),
    });
    let batch = Batch {
        organisation,
        expected_head: Position::ZERO,
        records,
    };
    let outcome = log.appender().unwrap().append(&[batch]);
    assert!(matches!(outcome[0], AppendOutcome::Appended { .. }));
}

fn with_note(records: &[Record]) -> usize {
    let says = |text: &RecordText| matches!(text, RecordText::Present { text, .. } if text == NOTE);
    let found = records
        .iter()
        .position(|record| record.texts.iter().any(says));
    found.unwrap()
}

/// Makes the note say something else.
fn reword(records: &mut [Record]) {
    let place = with_note(records);
    for text in &mut records[place].texts {
        if let RecordText::Present { text, .. } = text
            && text == NOTE
        {
            "pooling is on".clone_into(text);
        }
    }
}

/// Puts a change in that nobody made.
fn insert(records: &mut Vec<Record>) {
    let place = with_note(records);
    let mut forged = records[place].clone();
    let bytes = forged.encode().unwrap();
    let Decoded::Known(mut change) = decode_record(&RecordView::parse(&bytes).unwrap()).unwrap()
    else {
        panic!("a change of a newer program")
    };
    let id = Uuid::now_v7();
    change.id = okr_core::id::ChangeId::new(id);
    (forged.body, forged.texts) = encode(&change, || [5; 16]).into_record_parts();
    forged.change_id = okr_log::ChangeId(id.into_bytes());
    records.insert(place, forged);
}

#[test]
fn an_administrator_who_rewrites_the_log_is_found_by_everybody_who_synced() {
    let directory = tempfile::tempdir().unwrap();
    let (ana, ben, listen) = site(directory.path());
    let data = directory.path().join("server");
    let kept = directory.path().join("kept");
    copy(&data, &kept);
    let before = tree(&ben);
    let attacks: [Attack; 5] = [
        (
            "reworded",
            |records| reword(records),
            &["history-rewritten"],
        ),
        (
            "dropped",
            |records| drop(records.remove(with_note(records))),
            &["history-differs", "server-behind"],
        ),
        ("inserted", insert, &["history-differs"]),
        (
            "exchanged",
            |records| {
                let place = with_note(records);
                records.swap(place, place + 1);
            },
            &["history-differs", "history-rewritten"],
        ),
        (
            "cut off",
            |records| records.truncate(records.len() - 2),
            &["server-behind"],
        ),
    ];
    for (what, alter, codes) in attacks {
        rewrite(&data, alter);
        let server = start(&data, &listen);
        for home in [&ana, &ben] {
            for command in ["verify", "sync"] {
                let error = refused(home, &[command]);
                let code = error["code"].as_str().unwrap();
                assert!(codes.contains(&code), "{what}, {command}: {error:#}");
            }
        }
        assert_eq!(tree(&ben), before, "{what}: nothing was taken over");
        server.stop().unwrap();
        fs::remove_dir_all(&data).unwrap();
        copy(&kept, &data);
    }
    let _server = start(&data, &listen);
    for home in [&ana, &ben] {
        home.okr(&["verify"]).unwrap();
    }
}

#[test]
fn a_log_altered_without_its_checksums_does_not_open() {
    let directory = tempfile::tempdir().unwrap();
    let (_ana, _ben, listen) = site(directory.path());
    let data = directory.path().join("server");
    let file = data.join("log/store/db");
    replace_bytes(&file, NOTE.as_bytes(), b"pooling is on");
    let started = Server::start_with(&programs(), &data, &["--listen", &listen]);
    let said = format!("{:?}", started.unwrap_err());
    assert!(said.contains("exit status: 9"), "{said}");
    assert!(said.contains("restore a backup"), "{said}");
}

/// Replaces bytes in a file wherever they stand.
fn replace_bytes(file: &Path, from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let mut bytes = fs::read(file).unwrap();
    let found: Vec<usize> = bytes
        .windows(from.len())
        .enumerate()
        .filter(|(_, window)| *window == from)
        .map(|(place, _)| place)
        .collect();
    assert!(!found.is_empty(), "{}", file.display());
    for place in found {
        bytes[place..place + to.len()].copy_from_slice(to);
    }
    fs::write(file, bytes).unwrap();
}

#[test]
fn a_server_that_shows_two_histories_is_found_when_two_people_compare() {
    let directory = tempfile::tempdir().unwrap();
    let (ana, ben, listen) = site(directory.path());
    let (data, fork) = (
        directory.path().join("server"),
        directory.path().join("fork"),
    );
    copy(&data, &fork);
    let on = |data: &Path, home: &Home, value: &str| {
        let server = start(data, &listen);
        home.okr(&["checkin", "api-p99", value]).unwrap();
        home.okr(&["sync"]).unwrap();
        home.okr(&["verify"]).unwrap();
        server.stop().unwrap();
    };
    // Each of the two sees one history that is right by itself.
    on(&data, &ana, "300");
    on(&fork, &ben, "310");
    let anchors = directory.path().join("anchors.txt");
    let anchors = anchors.to_str().unwrap();
    ana.okr(&["anchor", "--to", anchors]).unwrap();
    ana.okr(&["verify", "--offline", "--anchor", anchors])
        .unwrap();
    let error = refused(&ben, &["verify", "--offline", "--anchor", anchors]);
    assert_eq!(error["code"], "history-rewritten");
    let line = |home: &Home, at: &str| {
        let answer = home.json(&["anchor", "--at", at]).unwrap();
        answer["items"][0]["line"].as_str().unwrap().to_owned()
    };
    let head = ana.json(&["anchor"]).unwrap()["items"][0]["size"]
        .as_u64()
        .unwrap();
    let earlier = (head - 1).to_string();
    assert_eq!(line(&ana, &earlier), line(&ben, &earlier));
    assert_ne!(line(&ana, &head.to_string()), line(&ben, &head.to_string()));
    // One who meets the other's server notices without a word.
    let _server = start(&data, &listen);
    assert_eq!(refused(&ben, &["verify"])["code"], "history-differs");
    ana.okr(&["verify"]).unwrap();
}

#[test]
fn an_altered_copy_is_named_and_the_server_is_not_blamed() {
    let directory = tempfile::tempdir().unwrap();
    let (_ana, ben, listen) = site(directory.path());
    let _server = start(&directory.path().join("server"), &listen);
    let file = ben.directory().join("data/okr/acme/replica.db");
    replace_bytes(&file, NOTE.as_bytes(), b"pooling is on");
    let error = refused(&ben, &["verify"]);
    assert_eq!(error["code"], "replica-altered");
    let run = ben.run(&["verify"]).unwrap();
    for part in ["WRONG", "is not what it was: its bytes have another hash"] {
        assert!(run.stdout.contains(part), "{}", run.stdout);
    }
    assert!(run.stderr.contains("okr clone"), "{}", run.stderr);
    assert_eq!(
        refused(&ben, &["audit", "export"])["code"],
        "replica-altered"
    );
}

#[test]
fn without_the_server_the_copy_is_checked_all_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let (ana, _ben, _listen) = site(directory.path());
    let run = ana.run(&["verify"]).unwrap();
    assert_eq!(run.code, Some(7), "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("not checked"), "{}", run.stdout);
    let answer = ana.json(&["verify", "--offline"]).unwrap();
    assert_eq!(answer["schema"], "okr.v1.VerificationList");
    let outcomes = answer["items"].as_array().unwrap().iter();
    let outcomes: Vec<_> = outcomes
        .map(|item| {
            (
                item["check"].as_str().unwrap(),
                item["outcome"].as_str().unwrap(),
            )
        })
        .collect();
    let ok = ["records", "signature", "root", "derived", "waiting"].map(|check| (check, "ok"));
    assert_eq!(outcomes[..5], ok);
    assert_eq!(outcomes[5], ("server", "not_checked"));
}

#[test]
fn a_bundle_is_checked_without_a_workspace_and_an_altered_one_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (ana, _ben, _listen) = site(directory.path());
    let stranger = Home::new(&programs(), &directory.path().join("stranger")).unwrap();
    let key = ana.json(&["sync", "status"]).unwrap()["items"][0]["verifier_key"].take();
    let key = key.as_str().unwrap();
    for (name, selection) in [("all", &[][..]), ("some", &["--about", "api-p99"][..])] {
        let bundle = directory.path().join(name);
        let bundle = bundle.to_str().unwrap();
        let line = [&["audit", "export", "--to", bundle], selection].concat();
        let written = ana.json(&line).unwrap();
        assert_eq!(written["items"][0]["complete"], selection.is_empty());
        let checked = stranger
            .json(&["audit", "verify", bundle, "--key", key])
            .unwrap();
        assert_eq!(
            checked["items"][0]["changes"],
            written["items"][0]["changes"]
        );
        let error = refused(
            &stranger,
            &["audit", "verify", bundle, "--key", "okr+00+AA"],
        );
        assert_eq!(error["code"], "other-key");
        let shown = Path::new(bundle).join("changes.jsonl");
        let text = fs::read_to_string(&shown).unwrap();
        fs::write(&shown, text.replace(NOTE, "pooling is on")).unwrap();
        let error = refused(&stranger, &["audit", "verify", bundle]);
        assert_eq!(error["code"], "bundle-altered", "{error:#}");
        fs::remove_file(Path::new(bundle).join("bundle.json")).unwrap();
        let error = refused(&stranger, &["audit", "verify", bundle]);
        assert_eq!(error["code"], "bundle-incomplete", "{error:#}");
    }
}
