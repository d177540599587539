//! Erasing who somebody was: what goes, what stays, who may, and that it is for good.

use std::path::Path;
use std::time::Duration;

use okr_core::event::{Event, PersonEvent};
use okr_core::id::PersonId;
use okr_core::value::Role;
use okr_proto::v1::pull_response::What;
use okr_proto::{ApiError, v1};
use okr_testkit::sample::{BEN, CAI, person_id};
use serde_json::Value;
use tonic::Status;

use crate::client::{Pulling, TestClient, after_position, change, refusal};
use crate::harness::{ANA, TestServer};

const ADDED: PersonEvent = PersonEvent::Added(Role::Member);

impl TestClient {
    async fn erase(&self, person: PersonId) -> Result<u64, Status> {
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
