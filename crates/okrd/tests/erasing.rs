//! Erasing who somebody was: what goes, what stays, who may, and that it is for good.

use std::path::Path;
use std::time::Duration;

use okr_core::change::Change;
use okr_core::event::{Event, OrgEvent, PersonEvent, TeamEdit, TeamEvent, TextPlace};
use okr_core::id::PersonId;
use okr_core::value::Role;
use okr_proto::v1::pull_response::What;
use okr_proto::{ApiError, PushOutcome, v1};
use okr_testkit::sample::{self, BEN, CAI, ORG, person_id, team_id};
use serde_json::Value;
use tonic::Status;

use crate::client::{Pulling, TestClient, after_position, change, frontier, refusal};
use crate::harness::{ANA, TestServer};

const ADDED: PersonEvent = PersonEvent::Added(Role::Member);

impl TestClient {
    pub(crate) async fn erase(&self, person: PersonId) -> Result<u64, Status> {
        let request = self.request(v1::ErasePersonRequest {
            person: person.to_bytes().to_vec().into(),
        });
        let answer = self.identity().erase_person(request).await?;
        Ok(answer.into_inner().version)
    }

    async fn directory(&self) -> v1::Directory {
        let mut stream = self.pull(after_position(0)).await.unwrap();
        match stream.next().await.unwrap() {
            Some(What::Directory(directory)) => directory,
            other => panic!("the directory comes first: {other:?}"),
        }
    }
}

fn about(event: PersonEvent, number: u64) -> okr_core::change::Change {
    change(number, vec![Event::Person(BEN, event)])
}

/// A change with a reason.
fn reasoned(number: u64, reason: &str, events: Vec<Event>) -> Change {
    Change {
        reason: Some(sample::text(reason)),
        ..change(number, events)
    }
}

fn places(texts: &[(u64, u16)]) -> Vec<Event> {
    let place = |(number, text): &(u64, u16)| TextPlace {
        change: change(*number, Vec::new()).id,
        text: *text,
    };
    let places = texts.iter().map(place).collect();
    vec![Event::Org(ORG, OrgEvent::TextsErased(places))]
}

fn renamed(from: &str, to: &str) -> Event {
    let edit = sample::edit(sample::name(from), sample::name(to));
    Event::Team(team_id(1), TeamEvent::Edited(TeamEdit::Name(edit)))
}

async fn pushed(client: &TestClient, change: Change) -> PushOutcome {
    client.push(&[change]).await.unwrap().remove(0)
}

fn code(outcome: &PushOutcome) -> &str {
    match outcome {
        PushOutcome::Rejected(refusal) => &refusal.code,
        other => panic!("{other:?}"),
    }
}

/// Pulls everything, verifies it, and returns the bytes of the records.
async fn verified(server: &TestServer, client: &TestClient, size: u64) -> Vec<u8> {
    let verifier = server.verifier(ANA);
    let mut stream = client.pull(after_position(0)).await.unwrap();
    let round = stream.round(&verifier).await;
    assert_eq!((round.size, round.records.len() as u64), (size, size));
    assert_eq!(frontier(&round.records).root(), round.root);
    let mut stream = client.pull(after_position(0)).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(what) = stream.next().await.unwrap() {
        if let What::Records(records) = what {
            bytes.extend(records.records.concat());
        }
    }
    bytes
}

fn says(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

/// A team that was given a name, another one and a reason, which are to be erased.
async fn planted(server: &TestServer) -> TestClient {
    let ana = server.ana().await;
    let team = TeamEvent::Created(sample::new_team("planted-one"));
    let created = vec![Event::Team(team_id(1), team)];
    ana.push(&[reasoned(2, "planted reason", created)])
        .await
        .unwrap();
    ana.push(&[change(3, vec![renamed("planted-one", "planted-two")])])
        .await
        .unwrap();
    ana
}

#[tokio::test]
async fn an_erased_text_is_given_to_nobody_and_everything_still_verifies() {
    let mut server = TestServer::start().await;
    let ana = planted(&server).await;
    assert!(says(&verified(&server, &ana, 3).await, "planted-two"));
    // Reason, name and slug; from and to.
    let all = places(&[(2, 1), (2, 2), (2, 3), (3, 1), (3, 2)]);
    let outcomes = ana
        .push(&[
            change(4, vec![renamed("planted-two", "planted-three")]),
            reasoned(5, "the law", all),
            reasoned(6, "the law", places(&[(4, 1), (4, 2)])),
            change(7, vec![renamed("erased", "Platform")]),
        ])
        .await
        .unwrap();
    let accepted = |outcome: &PushOutcome| matches!(outcome, PushOutcome::Accepted { .. });
    assert!(outcomes.iter().all(accepted), "{outcomes:?}");
    let clash = pushed(&ana, change(8, vec![renamed("planted-three", "x")])).await;
    assert_eq!(code(&clash), "conflict");
    assert!(!says(&verified(&server, &ana, 7).await, "planted"));

    server.restart().await;
    let ana = server.stranger().await.with_token(&ana.token);
    assert!(!says(&verified(&server, &ana, 7).await, "planted"));
    let again = pushed(&ana, change(9, vec![renamed("Platform", "Plumbing")])).await;
    assert!(accepted(&again), "{again:?}");
    let text = std::fs::read_to_string(server.data().join("access.log")).unwrap();
    let erasures = text.lines().filter(|line| line.contains("\"erase-texts\""));
    assert_eq!(erasures.count(), 2, "{text}");
}

#[tokio::test]
async fn a_compacted_server_has_no_byte_of_an_erased_text_in_any_file() {
    let mut server = TestServer::start().await;
    let ana = planted(&server).await;
    let all = places(&[(2, 1), (2, 2), (2, 3), (3, 1), (3, 2)]);
    let erased = pushed(&ana, reasoned(4, "the law", all)).await;
    assert!(matches!(erased, PushOutcome::Accepted { .. }), "{erased:?}");
    let backup = tempfile::tempdir().unwrap();
    let file = backup.path().join("b.okrb");
    let data = server.data().display().to_string();
    okrd(&format!("backup --data {data} --to {}", file.display()));
    server.stop().await;
    let looked = okrd(&format!("compact --data {data} --dry-run -o json"));
    assert!(looked.contains("\"erased_changes\":2"), "{looked}");
    assert!(!holding(&server.data(), "planted").is_empty(), "not yet");
    let done = okrd(&format!("compact --data {data}"));
    assert!(done.contains("erased from 2 changes"), "{done}");
    assert_eq!(holding(&server.data(), "planted"), Vec::<String>::new());
    let again = okrd(&format!("compact --data {data} -n -o json"));
    assert!(again.contains("\"erased_changes\":0"), "{again}");
    okrd(&format!("verify --data {data}"));

    let restored = backup.path().join("restored");
    let (from, to) = (file.display(), restored.display());
    okrd(&format!("restore --from {from} --data {to}"));
    assert_eq!(holding(&restored, "planted"), Vec::<String>::new());
    server.run().await;
    let ana = server.stranger().await.with_token(&ana.token);
    assert!(!says(&verified(&server, &ana, 4).await, "planted"));
    let edited = pushed(&ana, change(5, vec![renamed("erased", "Platform")])).await;
    assert!(matches!(edited, PushOutcome::Accepted { .. }), "{edited:?}");
}

#[tokio::test]
async fn only_an_administrator_with_a_reason_erases_and_only_what_is_there() {
    let server = TestServer::start().await;
    let ana = planted(&server).await;
    ana.push(&[about(ADDED, 4)]).await.unwrap();
    let ben = ana.invite(BEN).await;
    let refused = pushed(&ben, reasoned(5, "x", places(&[(2, 1)]))).await;
    assert_eq!(code(&refused), "not-permitted");
    let refused = pushed(&ana, change(6, places(&[(2, 1)]))).await;
    assert_eq!(code(&refused), "reason-required");
    for place in [(2, 9), (99, 1)] {
        let refused = pushed(&ana, reasoned(7, "x", places(&[(2, 1), place]))).await;
        assert_eq!(code(&refused), "unknown-text", "{place:?}");
    }
    assert!(says(&verified(&server, &ana, 4).await, "planted reason"));
}

/// Runs okrd and returns what it prints.
fn okrd(line: &str) -> String {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_okrd"));
    let output = command.args(line.split(' ')).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "okrd {line}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn problem(error: ApiError) -> String {
    match error {
        ApiError::InvalidRequest { problem, .. } => problem,
        other => panic!("{other:?}"),
    }
}

/// The files in a directory and below it that hold a text.
fn holding(directory: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(directory).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else if let Ok(bytes) = std::fs::read(&path)
            && bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
    found
}

async fn ended(mut stream: Pulling) -> ApiError {
    let end = async {
        loop {
            if let Err(status) = stream.next().await {
                return refusal::<()>(Err(status));
            }
        }
    };
    let patience = Duration::from_secs(5);
    tokio::time::timeout(patience, end).await.unwrap()
}

#[tokio::test]
async fn an_erased_person_leaves_an_id_and_nothing_else_on_the_server() {
    let mut server = TestServer::start().await;
    let ana = server.ana().await;
    ana.push(&[about(ADDED, 2)]).await.unwrap();
    ana.update_directory(&[(BEN, "bencoulter")]).await.unwrap();
    ana.update_directory(&[(BEN, "benjaminc")]).await.unwrap();
    let ben = ana.invite(BEN).await;
    ana.issue_code(Some(BEN)).await.unwrap();
    assert!(!holding(&server.data(), "benjaminc").is_empty());
    ana.push(&[about(PersonEvent::Deactivated, 3)])
        .await
        .unwrap();

    let version = ana.erase(BEN).await.unwrap();
    assert_eq!(ana.erase(BEN).await.unwrap(), version, "twice is once");
    let directory = ana.directory().await;
    assert_eq!(directory.version, version);
    let handles: Vec<_> = directory
        .entries
        .iter()
        .map(|entry| &entry.handle)
        .collect();
    assert_eq!(handles, ["ana"]);
    assert_eq!(directory.erased, [BEN.to_bytes().to_vec()]);
    assert_eq!(refusal(ben.who_am_i().await), ApiError::Unauthenticated);
    for text in ["bencoulter", "benjaminc"] {
        assert_eq!(holding(&server.data(), text), Vec::<String>::new());
    }
    let credentials = std::fs::read_to_string(server.data().join("credentials.json")).unwrap();
    assert!(!credentials.contains(&BEN.uuid().to_string()));

    server.restart().await;
    let ana = server.stranger().await.with_token(&ana.token);
    ana.push(&[about(PersonEvent::Reactivated, 4)])
        .await
        .unwrap();
    let entry = refusal(ana.update_directory(&[(BEN, "ben"), (CAI, "cai")]).await);
    assert!(problem(entry).contains("was erased"));
    let code = refusal(ana.issue_code(Some(BEN)).await);
    assert!(problem(code).contains("is erased; add them anew"));
    assert_eq!(ana.directory().await.entries.len(), 1);
}

#[tokio::test]
async fn the_streams_of_an_erased_person_end_and_those_of_others_are_told() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    // Somebody who is in the directory only, as before their first change.
    ana.update_directory(&[(CAI, "cai")]).await.unwrap();
    let cai = ana.invite(CAI).await;
    let (theirs, mut own) = (
        cai.pull(following()).await.unwrap(),
        ana.pull(following()).await.unwrap(),
    );
    let version = ana.erase(CAI).await.unwrap();
    assert_eq!(ended(theirs).await, ApiError::Unauthenticated);
    let told = async {
        loop {
            if let Some(What::Directory(directory)) = own.next().await.unwrap()
                && directory.version == version
            {
                return directory;
            }
        }
    };
    let told = tokio::time::timeout(Duration::from_secs(5), told).await;
    assert_eq!(told.unwrap().erased, [CAI.to_bytes().to_vec()]);
}

fn following() -> v1::PullRequest {
    v1::PullRequest {
        follow: true,
        ..after_position(0)
    }
}

#[tokio::test]
async fn only_an_administrator_erases_and_only_who_was_let_go() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    ana.push(&[about(ADDED, 2)]).await.unwrap();
    ana.update_directory(&[(BEN, "ben")]).await.unwrap();
    let ben = ana.invite(BEN).await;
    for person in [BEN, ANA.person, person_id(99)] {
        let refused = refusal(ben.erase(person).await);
        assert!(
            matches!(&refused, ApiError::PermissionDenied { refusal, .. } if refusal == "needs-admin"),
            "{refused:?}"
        );
    }
    // The last administrator is always in the organisation: nobody lets themselves go.
    for person in [BEN, ANA.person] {
        let refused = problem(refusal(ana.erase(person).await));
        assert!(refused.contains("let them go first"), "{refused}");
    }
    let nobody = problem(refusal(ana.erase(person_id(99)).await));
    assert!(nobody.contains("neither in the log nor"), "{nobody}");
    let request = ana.request(v1::ErasePersonRequest {
        person: bytes::Bytes::from_static(b"ben"),
    });
    let no_id = problem(refusal(ana.identity().erase_person(request).await));
    assert_eq!(no_id, "an id has 16 bytes");
    assert!(ben.who_am_i().await.is_ok(), "nothing of it happened");
    assert_eq!(ana.directory().await.entries.len(), 2);
}

#[tokio::test]
async fn the_access_log_says_who_erased_whom_by_their_ids() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    ana.push(&[about(ADDED, 2)]).await.unwrap();
    ana.update_directory(&[(BEN, "benjaminc")]).await.unwrap();
    let ben = ana.invite(BEN).await;
    refusal(ben.erase(ANA.person).await);
    ana.push(&[about(PersonEvent::Deactivated, 3)])
        .await
        .unwrap();
    ana.erase(BEN).await.unwrap();
    let text = std::fs::read_to_string(server.data().join("access.log")).unwrap();
    assert!(!text.contains("benjaminc"));
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["act"] == "erase-person")
        .collect();
    let [refused, done] = &lines[..] else {
        panic!("{lines:#?}");
    };
    assert_eq!(
        (&refused["outcome"], &done["outcome"]),
        (&"refused".into(), &"done".into())
    );
    assert_eq!(refused["by"], BEN.uuid().to_string());
    assert_eq!(done["by"], ANA.person.uuid().to_string());
    assert_eq!(done["person"], BEN.uuid().to_string());
}
