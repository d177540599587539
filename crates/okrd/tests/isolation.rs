//! Two organisations on one server: whoever belongs to one sees and does nothing in the other, by any call.

use okr_core::event::{Event, OrgEdit, OrgEvent, PersonEvent};
use okr_core::value::Role;
use okr_proto::v1::pull_response::What;
use okr_proto::{ApiError, PushOutcome, v1};
use okr_testkit::sample::{self, BEN, ORG};

use crate::client::{TestClient, after_position, change, refusal};
use crate::harness::{ANA, TestServer, ZOE};

/// Every call of the protocol that this file makes with the credentials of the wrong organisation. A call that is
/// added to the protocol is missing here until somebody has thought about it.
const TRIED: &[&str] = &[
    "Credentials/CreateToken",
    "Credentials/ListLoginCodes",
    "Credentials/ListTokens",
    "Credentials/RevokeLoginCode",
    "Credentials/RevokeToken",
    "Identity/ErasePerson",
    "Identity/IssueLoginCode",
    "Identity/Login",
    "Identity/UpdateDirectory",
    "Identity/WhoAmI",
    "Sync/GetCheckpoint",
    "Sync/Pull",
    "Sync/Push",
    "Sync/PushStream",
];

/// Lists the calls of /proto, as service and method.
fn calls() -> Vec<String> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto/okr/v1");
    let files = std::fs::read_dir(directory).unwrap();
    let mut calls = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let mut service = "";
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("service ") {
                service = rest.trim_end_matches(" {");
            } else if let Some(rest) = line.trim_start().strip_prefix("rpc ") {
                let (method, _) = rest.split_once('(').unwrap();
                calls.push(format!("{service}/{method}"));
            }
        }
    }
    calls.sort();
    calls
}

#[test]
fn every_call_of_the_protocol_is_tried() {
    assert_eq!(calls(), TRIED);
}

/// Ana's organisation has Ben and a directory; Zoe's is founded.
async fn both(server: &TestServer) -> (TestClient, TestClient) {
    let ana = server.ana().await;
    let added = Event::Person(BEN, PersonEvent::Added(Role::Member));
    ana.push(&[change(2, vec![added])]).await.unwrap();
    ana.update_directory(&[(BEN, "ben")]).await.unwrap();
    let zoe = server.founder(ZOE).await;
    let founding = [
        Event::Org(ZOE.org, OrgEvent::Created(sample::new_org())),
        Event::Person(ZOE.person, PersonEvent::Added(Role::Admin)),
    ];
    let outcomes = zoe.push(&[change(1, founding.to_vec())]).await.unwrap();
    // The same id of a change as in the other organisation means nothing.
    assert!(
        matches!(outcomes[..], [PushOutcome::Accepted { position, .. }] if position.get() == 1)
    );
    (ana, zoe)
}

#[tokio::test]
async fn the_history_of_another_organisation_is_neither_read_nor_written() {
    let server = TestServer::start().await;
    let (_ana, zoe) = both(&server).await;
    let (records, note) = zoe.pull_all(0).await.unwrap();
    assert_eq!(records.len(), 1);
    assert!(
        note.starts_with(&format!("test.example.org/{}\n1\n", ZOE.org)),
        "{note}"
    );
    let mut stream = zoe.pull(after_position(0)).await.unwrap();
    let Some(What::Directory(directory)) = stream.next().await.unwrap() else {
        panic!("the directory comes first");
    };
    let handles: Vec<_> = directory
        .entries
        .iter()
        .map(|entry| &*entry.handle)
        .collect();
    assert_eq!(handles, ["zoe"]);
    let ahead = refusal(zoe.pull(after_position(2)).await);
    assert_eq!(
        ahead,
        ApiError::PositionAhead { head: 1 },
        "the other one has 2"
    );
    let request = zoe.request(v1::GetCheckpointRequest {});
    let checkpoint = zoe
        .sync()
        .get_checkpoint(request)
        .await
        .unwrap()
        .into_inner();
    assert!(
        checkpoint
            .checkpoint
            .unwrap()
            .note
            .contains(&ZOE.org.to_string())
    );

    let edit = OrgEdit::Name(sample::edit(sample::name("Acme"), sample::name("Mine")));
    let events = [
        Event::Org(ORG, OrgEvent::Edited(edit)),
        Event::Person(BEN, PersonEvent::Deactivated),
        Event::Person(ANA.person, PersonEvent::Deactivated),
    ];
    let mut stream = zoe.push_stream().await.unwrap();
    for (number, event) in (10..).zip(events) {
        let changes = [change(number, vec![event])];
        let outcomes = zoe.push(&changes).await.unwrap();
        assert!(
            matches!(&outcomes[..], [PushOutcome::Rejected(refused)] if refused.code == "unknown-subject"),
            "{outcomes:?}"
        );
        assert_eq!(stream.push(&changes).await.unwrap(), outcomes);
    }
}

#[tokio::test]
async fn people_of_another_organisation_are_nobody() {
    let server = TestServer::start().await;
    let (ana, zoe) = both(&server).await;
    let identity = zoe.who_am_i().await.unwrap();
    assert_eq!(identity.org, ZOE.org.to_bytes().to_vec());
    for person in [BEN, ANA.person] {
        let stranger = refusal(zoe.issue_code(Some(sample::person_id(99))).await);
        assert_eq!(refusal(zoe.issue_code(Some(person)).await), stranger);
        let request = zoe.request(v1::CreateTokenRequest {
            person: person.to_bytes().to_vec().into(),
            name: "script".to_owned(),
            ..v1::CreateTokenRequest::default()
        });
        assert_eq!(
            refusal(zoe.credentials().create_token(request).await),
            stranger
        );
    }
    let erase = async |person: okr_core::id::PersonId| {
        let request = zoe.request(v1::ErasePersonRequest {
            person: person.to_bytes().to_vec().into(),
        });
        refusal(zoe.identity().erase_person(request).await)
    };
    assert_eq!(erase(BEN).await, erase(sample::person_id(99)).await);
    // An entry under the same id is one of Zoe's own directory.
    zoe.update_directory(&[(BEN, "ben")]).await.unwrap();
    zoe.update_directory(&[(BEN, "mallory")]).await.unwrap();
    let mut stream = ana.pull(after_position(0)).await.unwrap();
    let Some(What::Directory(directory)) = stream.next().await.unwrap() else {
        panic!("the directory comes first");
    };
    assert!(directory.entries.iter().any(|entry| entry.handle == "ben"));
    assert!(
        directory
            .entries
            .iter()
            .all(|entry| entry.handle != "mallory")
    );
}

/// Returns the id of a token and that of a login code, as an administrator sees them.
async fn everybodys(admin: &TestClient) -> (bytes::Bytes, bytes::Bytes) {
    let request = admin.request(v1::ListTokensRequest {
        everybody: true,
        ..v1::ListTokensRequest::default()
    });
    let tokens = admin.credentials().list_tokens(request).await.unwrap();
    let request = admin.request(v1::ListLoginCodesRequest {
        everybody: true,
        ..v1::ListLoginCodesRequest::default()
    });
    let codes = admin.credentials().list_login_codes(request).await.unwrap();
    (
        tokens.into_inner().tokens[0].id.clone(),
        codes.into_inner().codes[0].id.clone(),
    )
}

#[tokio::test]
async fn tokens_and_codes_of_another_organisation_are_neither_seen_nor_ended() {
    let server = TestServer::start().await;
    let (ana, zoe) = both(&server).await;
    let code = ana.issue_code(Some(BEN)).await.unwrap();
    let (theirs, waiting) = everybodys(&ana).await;

    for person in [
        Vec::new(),
        BEN.to_bytes().to_vec(),
        ANA.person.to_bytes().to_vec(),
    ] {
        let everybody = person.is_empty();
        let person = bytes::Bytes::from(person);
        let request = zoe.request(v1::ListTokensRequest {
            person: person.clone(),
            everybody,
        });
        let tokens = zoe.credentials().list_tokens(request).await.unwrap();
        let own = ZOE.person.to_bytes().to_vec();
        assert!(
            tokens
                .into_inner()
                .tokens
                .iter()
                .all(|token| token.person == own)
        );
        let request = zoe.request(v1::ListLoginCodesRequest { person, everybody });
        let codes = zoe.credentials().list_login_codes(request).await.unwrap();
        assert!(codes.into_inner().codes.is_empty());
    }
    let nothing = bytes::Bytes::from_static(&[7; 16]);
    let end_token = async |id| {
        let request = zoe.request(v1::RevokeTokenRequest { id });
        refusal(zoe.credentials().revoke_token(request).await)
    };
    assert_eq!(end_token(theirs).await, end_token(nothing.clone()).await);
    let end_code = async |id| {
        let request = zoe.request(v1::RevokeLoginCodeRequest { id });
        refusal(zoe.credentials().revoke_login_code(request).await)
    };
    assert_eq!(end_code(waiting).await, end_code(nothing).await);
    assert!(ana.who_am_i().await.is_ok());
    let login = zoe
        .with_token("")
        .login(&code)
        .await
        .unwrap()
        .identity
        .unwrap();
    assert_eq!(
        login.org,
        ANA.org.to_bytes().to_vec(),
        "a code belongs to its organisation"
    );
}
