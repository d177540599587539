//! Organisations come, freeze, fill up and go, while others on the same server stay as they are.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use okr_core::event::{Event, OrgEdit, OrgEvent, PersonEvent};
use okr_core::id::OrgId;
use okr_core::value::Role;
use okr_proto::{ApiError, PushOutcome};
use okr_testkit::sample::{self, BEN, CAI};
use serde_json::Value;

use crate::client::{change, refusal};
use crate::harness::{ANA, OTHER_ORG, TestServer, ZOE};

/// Runs `okrd org` on the data directory of a server and returns what it printed.
fn org(server: &TestServer, arguments: &[&str]) -> Result<String, (i32, String)> {
    let output = Command::new(env!("CARGO_BIN_EXE_okrd"))
        .arg("org")
        .args(arguments)
        .arg("--data")
        .arg(server.data())
        .output()
        .unwrap();
    match output.status.code() {
        Some(0) => Ok(String::from_utf8(output.stdout).unwrap()),
        code => Err((code.unwrap(), String::from_utf8(output.stderr).unwrap())),
    }
}

fn rename(number: u64, org: OrgId, from: &str, to: &str) -> okr_core::change::Change {
    let edit = OrgEdit::Name(sample::edit(sample::name(from), sample::name(to)));
    change(number, vec![Event::Org(org, OrgEvent::Edited(edit))])
}

/// Waits until a push is answered as expected: the server looks for what was settled every other second.
async fn until<T>(mut attempt: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..100 {
        if let Some(found) = attempt().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it did not come about");
}

#[tokio::test]
async fn a_frozen_organisation_is_read_and_not_written_and_others_are() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let id = ANA.org.to_string();
    let said = org(&server, &["freeze", &id]).unwrap();
    assert!(said.contains("is read-only"), "{said}");
    let refused = until(async || {
        let answer = ana.push(&[rename(2, ANA.org, "Acme", "Apex")]).await;
        answer.err().map(|status| crate::client::reason(&status))
    })
    .await;
    assert_eq!(refused, ApiError::Frozen);
    assert_eq!(
        refusal(ana.update_directory(&[(ANA.person, "anna")]).await),
        ApiError::Frozen
    );
    assert!(ana.pull_all(0).await.is_ok());
    let zoe = server.founder(ZOE).await;
    let founding = [
        Event::Org(OTHER_ORG, OrgEvent::Created(sample::new_org())),
        Event::Person(ZOE.person, PersonEvent::Added(Role::Admin)),
    ];
    let outcomes = zoe.push(&[change(1, founding.to_vec())]).await.unwrap();
    assert!(matches!(outcomes[..], [PushOutcome::Accepted { .. }]));

    org(&server, &["unfreeze", &id.to_uppercase()]).unwrap();
    until(async || ana.push(&[rename(3, ANA.org, "Acme", "Apex")]).await.ok()).await;
}

#[tokio::test]
async fn what_would_be_too_much_is_refused_with_what_and_how_much() {
    let mut server = TestServer::start().await;
    let ana = server.ana().await;
    server.stop().await;
    let id = ANA.org.to_string();
    org(
        &server,
        &["quota", &id, "--people", "2", "--changes-per-day", "4"],
    )
    .unwrap();
    server.run().await;
    let ana = server.stranger().await.with_token(&ana.token);
    let added = |number, person| {
        change(
            number,
            vec![Event::Person(person, PersonEvent::Added(Role::Member))],
        )
    };
    ana.push(&[added(2, BEN)]).await.unwrap();
    let refused = refusal(ana.push(&[added(3, CAI)]).await);
    let too_much = |what: &str, limit| ApiError::QuotaExceeded {
        what: what.to_owned(),
        limit,
    };
    assert_eq!(refused, too_much("people", 2));
    // The first two changes were before the server was started anew, and count.
    ana.push(&[rename(4, ANA.org, "Acme", "Apex")])
        .await
        .unwrap();
    ana.push(&[rename(5, ANA.org, "Apex", "Acme")])
        .await
        .unwrap();
    let more = [rename(6, ANA.org, "Acme", "Apex")];
    assert_eq!(refusal(ana.push(&more).await), too_much("changes today", 4));
    assert!(ana.push(&[]).await.unwrap().is_empty());
    server.advance_hours(24);
    assert!(ana.push(&more).await.is_ok(), "tomorrow there is room");
}

#[tokio::test]
async fn a_history_that_is_large_enough_grows_no_more() {
    let mut server = TestServer::start().await;
    let ana = server.ana().await;
    server.stop().await;
    let id = ANA.org.to_string();
    org(
        &server,
        &["quota", &id, "--people", "none", "--bytes", "1KiB"],
    )
    .unwrap();
    server.run().await;
    let ana = server.stranger().await.with_token(&ana.token);
    let mut number = 2;
    let refused = loop {
        let names = ["Acme", "Apex"];
        let (from, to) = (names[number % 2], names[(number + 1) % 2]);
        let change = rename(number as u64, ANA.org, from, to);
        match ana.push(&[change]).await {
            Ok(_) => number += 1,
            Err(status) => break crate::client::reason(&status),
        }
        assert!(number < 100, "a kilobyte has an end");
    };
    assert!(number > 3, "there was room for some");
    let too_much = ApiError::QuotaExceeded {
        what: "bytes of history".to_owned(),
        limit: 1024,
    };
    assert_eq!(refused, too_much);
}

#[tokio::test]
async fn an_organisation_is_made_beside_others_and_its_administrator_logs_in() {
    let mut server = TestServer::start().await;
    let (code, locked) = org(
        &server,
        &["create", "Summit", "--time-zone", "UTC", "--admin", "sia"],
    )
    .unwrap_err();
    assert_eq!(code, 75, "{locked}");
    server.stop().await;
    let made = org(
        &server,
        &[
            "create",
            "Summit",
            "--time-zone",
            "UTC",
            "--admin",
            "sia",
            "-o",
            "json",
        ],
    )
    .unwrap();
    let made: Value = serde_json::from_str(&made).unwrap();
    let (code, taken) = org(
        &server,
        &["create", "Summit", "--time-zone", "UTC", "--admin", "bo"],
    )
    .unwrap_err();
    assert_eq!(code, 78, "{taken}");
    server.run().await;
    let stranger = server.stranger().await;
    let login = stranger
        .login(made["code"].as_str().unwrap())
        .await
        .unwrap();
    let identity = login.identity.as_ref().unwrap();
    assert_eq!(identity.role(), okr_proto::v1::Role::Admin);
    let sia = stranger.with_token(&login.token);
    assert_eq!(sia.pull_all(0).await.unwrap().0.len(), 1);
    server.stop().await;
    let listed = org(&server, &["list"]).unwrap();
    assert!(listed.contains("Summit  1 change  1 person"), "{listed}");
    assert_eq!(listed.lines().count(), 3);
    let one = ["--people", "1", "--changes-per-day", "1", "--bytes", "2"];
    org(&server, &[&["quota", "Summit"], one.as_slice()].concat()).unwrap();
    let listed = org(&server, &["list"]).unwrap();
    let limits = "at most 1 change a day, 2 bytes, 1 person";
    assert!(listed.contains(limits), "{listed}");
    org(&server, &["rename", "Summit", "Peak"]).unwrap();
    let (code, gone) = org(&server, &["freeze", "Summit"]).unwrap_err();
    assert_eq!(code, 6, "{gone}");
    assert!(gone.contains("Peak"), "{gone}");
}

/// Says which files under a directory hold some bytes.
fn holding(directory: &Path, wanted: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, wanted));
        } else if fs::read(&path)
            .unwrap()
            .windows(wanted.len())
            .any(|window| window == wanted)
        {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test]
async fn nothing_is_left_of_a_deleted_organisation_and_others_are_as_they_were() {
    let mut server = TestServer::start().await;
    let ana = server.ana().await;
    ana.push(&[rename(2, ANA.org, "Acme", "Xylophone Works")])
        .await
        .unwrap();
    ana.update_directory(&[(ANA.person, "quetzal")])
        .await
        .unwrap();
    let zoe = server.founder(ZOE).await;
    let founding = [
        Event::Org(OTHER_ORG, OrgEvent::Created(sample::new_org())),
        Event::Person(ZOE.person, PersonEvent::Added(Role::Admin)),
    ];
    zoe.push(&[change(1, founding.to_vec())]).await.unwrap();
    let before = zoe.pull_all(0).await.unwrap();
    server.stop().await;
    let id = ANA.org.to_string();
    let secrets = [
        b"Xylophone Works".to_vec(),
        b"quetzal".to_vec(),
        ANA.org.to_bytes().to_vec(),
        ANA.person.to_bytes().to_vec(),
        ANA.person.uuid().to_string().into_bytes(),
    ];
    for secret in &secrets {
        assert!(!holding(&server.data(), secret).is_empty(), "it was there");
    }
    let (code, unsure) = org(&server, &["delete", &id, "--confirm", "Acme"]).unwrap_err();
    assert_eq!(code, 78, "{unsure}");
    assert!(unsure.contains(&id), "{unsure}");

    org(&server, &["delete", &id, "--confirm", &id]).unwrap();
    for secret in &secrets {
        assert_eq!(holding(&server.data(), secret), Vec::<String>::new());
    }
    assert!(!server.data().join("log.replaced").exists());
    server.run().await;
    let zoe = server.stranger().await.with_token(&zoe.token);
    assert_eq!(zoe.pull_all(0).await.unwrap(), before);
    let ana = zoe.with_token(&ana.token);
    assert_eq!(refusal(ana.who_am_i().await), ApiError::Unauthenticated);
    let log = fs::read_to_string(server.data().join("access.log")).unwrap();
    let about: Vec<&str> = log.lines().filter(|line| line.contains(&id)).collect();
    assert_eq!(about.len(), 1, "only that it was deleted: {about:?}");
    assert!(about[0].contains("org delete"));
}

#[tokio::test]
async fn an_export_has_the_exact_records_and_the_checkpoint_over_them() {
    use base64::Engine as _;
    let mut server = TestServer::start().await;
    let ana = server.ana().await;
    ana.push(&[rename(2, ANA.org, "Acme", "Apex")])
        .await
        .unwrap();
    let (records, note) = ana.pull_all(0).await.unwrap();
    server.stop().await;
    let file = server.data().parent().unwrap().join("acme.jsonl");
    let to = file.to_str().unwrap();
    let id = ANA.org.to_string();
    let said = org(&server, &["export", &id, "--to", to]).unwrap();
    assert!(said.contains("wrote 2 changes"), "{said}");
    let text = fs::read_to_string(&file).unwrap();
    let streamed = org(&server, &["export", &id, "--to", "-"]).unwrap();
    assert!(streamed == text, "a pipe is given the same");
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["checkpoint"], note);
    assert_eq!(lines[1]["handle"], "ana");
    let mut frontier = okr_log::Frontier::new();
    for (line, record) in lines[2..].iter().zip(&records) {
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(line["record"].as_str().unwrap())
            .unwrap();
        let view = okr_log::RecordView::parse(&bytes).unwrap();
        assert_eq!(view.position().get(), line["position"].as_u64().unwrap());
        frontier.push(record.leaf);
    }
    assert_eq!(lines.len(), 2 + records.len());
    assert_eq!(lines[0]["root"], frontier.root().to_string());
    let (code, again) = org(&server, &["export", &id, "--to", to]).unwrap_err();
    assert_eq!(code, 78, "{again}");
}
