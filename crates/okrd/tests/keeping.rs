//! Backup, restore, verify and stats as an operator types them, of a server that runs meanwhile.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use okr_core::event::{Event, OrgEdit, OrgEvent};
use okr_testkit::sample::{self, ORG};
use okrd::{ServeOptions, Server};
use serde_json::Value;

use crate::client::{TestClient, change};
use crate::harness::{OTHER_ORG, TestServer};

/// Runs okrd; the words are separated by single blanks.
fn okrd(line: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_okrd"));
    command.args(line.split(' ')).stdin(Stdio::null());
    command.output().unwrap()
}

fn json(line: &str) -> Value {
    let output = okrd(&format!("{line} -o json"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "okrd {line}: {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Checks the exit code and returns what stands on standard error.
fn refused(line: &str, code: i32) -> String {
    let output = okrd(line);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "okrd {line}: {text}");
    assert_eq!(output.stdout, b"", "the answer is empty");
    assert!(text.starts_with("Error: "), "{text}");
    text
}

/// Renames the organisation, again and again: a change each.
async fn rename(ana: &TestClient, numbers: std::ops::Range<u64>) {
    let name = |number: u64| match number {
        1 => sample::name("Acme"),
        number => sample::name(&format!("Acme {number}")),
    };
    for number in numbers {
        let edit = sample::edit(name(number - 1), name(number));
        let event = Event::Org(ORG, OrgEvent::Edited(OrgEdit::Name(edit)));
        let outcomes = ana.push(&[change(number, vec![event])]).await.unwrap();
        let accepted = matches!(outcomes[..], [okr_proto::PushOutcome::Accepted { .. }]);
        assert!(accepted, "{number}: {outcomes:?}");
    }
}

/// What stands in a backup of one of the two organisations.
fn part(answer: &Value) -> &Value {
    let orgs = answer["orgs"].as_array().unwrap();
    let org = ORG.to_string();
    orgs.iter()
        .find(|part| part["org"] == org.as_str())
        .unwrap()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A running server with five changes, and a directory for backups.
async fn kept() -> (TestServer, TestClient, tempfile::TempDir) {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    rename(&ana, 2..6).await;
    (server, ana, tempfile::tempdir().unwrap())
}

fn in_directory(directory: &tempfile::TempDir) -> (String, impl Fn(&str) -> PathBuf) {
    let root = directory.path().to_owned();
    (root.display().to_string(), move |name: &str| {
        root.join(name)
    })
}

#[tokio::test]
async fn a_running_server_is_backed_up_continued_and_restored() {
    let (mut server, ana, directory) = kept().await;
    let (at, path) = in_directory(&directory);
    let data = server.data().display().to_string();
    let full = json(&format!("backup --data {data} --to {at}/full"));
    assert_eq!(
        (&full["schema"], &full["changes"]),
        (&"okrd.v1.Backup".into(), &5.into())
    );
    rename(&ana, 6..9).await;
    let line = format!("backup --data {data} --to {at}/next --since {at}/full");
    let next = json(&line);
    assert_eq!(
        (&next["changes"], &next["continues"]),
        (&3.into(), &full["id"])
    );
    assert_eq!(names(directory.path()), ["full", "next"], "no part is left");
    let mode = fs::metadata(path("full")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(refused(&line, 78).contains("exists already"));

    let verified = json(&format!("backup verify {at}/next {at}/full"));
    assert_eq!(verified["files"][1]["id"], next["id"]);
    server.stop().await;

    // A restart later the same answers come from the directory itself.
    let again = json(&format!("backup --data {data} --to {at}/again"));
    assert_eq!(part(&again)["root"], part(&next)["root"]);

    let restored = json(&format!(
        "restore --from {at}/full {at}/next --data {at}/restored"
    ));
    assert_eq!(part(&restored)["root"], part(&next)["root"]);
    // The token that was given before still works, and the history is the same.
    let (before, _) = {
        server.run().await;
        let ana = server.stranger().await.with_token(&ana.token);
        ana.pull_all(0).await.unwrap()
    };
    let options = ServeOptions::new(path("restored"));
    let log = okr_log::Log::open(&path("restored/log"), okr_log::LogOptions::new()).unwrap();
    let records = log.read(
        okr_log::LogId(ORG.to_bytes()),
        okr_log::Position::ZERO,
        1 << 20,
    );
    let leaf = |record: &bytes::Bytes| okr_log::RecordView::parse(record).unwrap().leaf_hash();
    let leaves: Vec<_> = records.unwrap().iter().map(leaf).collect();
    let expected: Vec<_> = before.iter().map(|record| record.leaf).collect();
    assert_eq!(leaves, expected);
    drop(log);
    assert!(Server::open(&options).is_ok());
}

#[tokio::test]
async fn every_position_can_be_restored_and_is_the_prefix() {
    let (server, ana, directory) = kept().await;
    let (at, path) = in_directory(&directory);
    let data = server.data().display().to_string();
    json(&format!("backup --data {data} --to {at}/full"));
    rename(&ana, 6..9).await;
    json(&format!(
        "backup --data {data} --to {at}/next --since {at}/full"
    ));
    let (records, _) = ana.pull_all(0).await.unwrap();
    let mut frontier = okr_log::Frontier::new();
    for (index, record) in records.iter().enumerate() {
        let position = index + 1;
        frontier.push(record.leaf);
        let to = format!("{at}/{position}");
        let restored = json(&format!(
            "restore --from {at}/next {at}/full --data {to} --to-position {ORG}:{position}"
        ));
        let restored = part(&restored);
        assert_eq!(restored["changes"], position);
        assert_eq!(restored["root"], frontier.root().to_string());
        assert_eq!(restored["left_out"], records.len() - position);
        assert!(Server::open(&ServeOptions::new(path(&position.to_string()))).is_ok());
    }
    let beyond = format!("restore --from {at}/full --data {at}/no --to-position {ORG}:6");
    assert!(refused(&beyond, 6).contains("they end at 5"));
    assert!(!path("no").exists());
}

#[tokio::test]
async fn what_was_deleted_between_two_backups_is_restored_from_the_first_alone() {
    let (mut server, ana, directory) = kept().await;
    let (at, _) = in_directory(&directory);
    let data = server.data().display().to_string();
    let orgs = |answer: &Value| -> Vec<String> {
        let orgs = answer["orgs"].as_array().unwrap().iter();
        orgs.map(|org| org["org"].as_str().unwrap().to_owned())
            .collect()
    };
    let full = json(&format!("backup --data {data} --to {at}/full"));
    let (org, other) = (ORG.to_string(), OTHER_ORG.to_string());
    assert_eq!(orgs(&full).len(), 2);

    server.stop().await;
    let deleted = okrd(&format!(
        "org delete {other} --confirm {other} --data {data}"
    ));
    assert!(deleted.status.success(), "{deleted:?}");
    server.run().await;
    let ana = server.stranger().await.with_token(&ana.token);
    rename(&ana, 6..9).await;
    let next = json(&format!(
        "backup --data {data} --to {at}/next --since {at}/full"
    ));
    assert_eq!(
        (orgs(&next), &next["changes"]),
        (vec![org.clone()], &3.into())
    );

    json(&format!("backup verify {at}/full {at}/next"));
    let restored = json(&format!(
        "restore --from {at}/full {at}/next --data {at}/both"
    ));
    assert_eq!(orgs(&restored), [org]);
    assert_eq!(
        orgs(&json(&format!("stats --data {at}/both"))),
        orgs(&restored)
    );
    let before = json(&format!("restore --from {at}/full --data {at}/first"));
    assert_eq!(orgs(&before), orgs(&full));
}

#[tokio::test]
async fn a_server_whose_history_was_rewritten_is_not_continued() {
    let (server, _, directory) = kept().await;
    let (at, _) = in_directory(&directory);
    let data = server.data().display().to_string();
    json(&format!("backup --data {data} --to {at}/full"));
    let mut other = TestServer::stopped();
    for name in ["server.key", "server.json"] {
        fs::copy(server.data().join(name), other.data().join(name)).unwrap();
    }
    other.run().await;
    let ana = other.ana().await;
    // The same changes, each a microsecond later than it was.
    other.advance_hours(1);
    rename(&ana, 2..7).await;
    let data = other.data().display().to_string();
    let line = format!("backup --data {data} --to {at}/next --since {at}/full");
    let said = refused(&line, 9);
    assert!(said.contains("not what the server signed"), "{said}");
    assert!(said.contains("make a full backup"), "{said}");
    assert_eq!(names(directory.path()), ["full"], "nothing is left of it");
}

#[tokio::test]
async fn verify_and_stats_ask_a_running_server_and_say_the_same_of_a_stopped_one() {
    let (mut server, _, _directory) = kept().await;
    let data = server.data().display().to_string();
    let verified = |data: &str| {
        let output = okrd(&format!("verify --data {data}"));
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    let running = verified(&data);
    assert_eq!(running.matches("  ok\n").count(), 2, "{running}");
    let stats = json(&format!("stats --data {data}"));
    let org = part(&stats);
    assert_eq!(
        (&stats["running"], &org["changes"]),
        (&true.into(), &5.into())
    );
    assert_eq!(
        (&org["name"], &org["people"]),
        (&"Acme 5".into(), &1.into())
    );
    assert_eq!(org["events"]["organisation"], 5);
    server.stop().await;
    assert_eq!(verified(&data), running);
    let stopped = json(&format!("stats --data {data}"));
    assert_eq!(stopped["running"], false);
    assert_eq!(part(&stopped), part(&stats));
}

#[tokio::test]
async fn whoever_adds_a_file_to_the_directory_decides_whether_a_backup_has_it() {
    let (server, _, _directory) = kept().await;
    let carried = [
        "credentials.json",
        "directory.json",
        "last-used.json",
        "organisations.json",
        "server.json",
        "server.key",
    ];
    // What was done with the server is no part of what it is; its files are copied like other logs.
    let not_carried = [
        "access.log",
        "admin.sock",
        "last-backup.json",
        "lock",
        "log",
        "organisations.lock",
    ];
    for name in names(&server.data()) {
        let name = name.as_str();
        assert!(
            carried.contains(&name) || not_carried.contains(&name),
            "{name}: add the file to those that are carried (data.rs), or to the list here"
        );
    }
}

#[tokio::test]
async fn a_backup_that_cannot_be_written_leaves_nothing() {
    let (server, _, directory) = kept().await;
    let data = server.data().display().to_string();
    let at = directory.path().display().to_string();
    let said = refused(&format!("backup --data {data} --to {at}/no/such"), 1);
    assert!(said.contains("cannot be made"), "{said}");
    // A device without room.
    let output = Command::new("sh")
        .arg("-c")
        .arg("exec \"$0\" backup --data \"$1\" --to - > /dev/full")
        .args([env!("CARGO_BIN_EXE_okrd"), &data])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("No space left"), "{said}");
    // And through a pipe it is whole.
    let line = format!("exec \"$0\" backup --data \"$1\" --to - | cat > {at}/piped");
    let mut piped = Command::new("sh");
    piped.args(["-c", &line, env!("CARGO_BIN_EXE_okrd"), &data]);
    let output = piped.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("Backed up to -"), "{said}");
    assert!(
        said.contains("the key that this server signs with"),
        "{said}"
    );
    json(&format!("backup verify {at}/piped"));
}
