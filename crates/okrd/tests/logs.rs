//! What stands in the log of the program, and what never does; the names of requests.

use okr_core::event::{Edit, Event, OrgEdit, OrgEvent};
use okr_core::id::{OrgId, PersonId};
use okr_core::text::Name;
use okr_proto::{PushOutcome, v1};
use serde_json::Value;
use tonic::metadata::MetadataMap;
use tonic::transport::Endpoint;
use uuid::Uuid;

use crate::client::{TestClient, change, entry};
use crate::command::{Serving, World};
use crate::harness::TestServer;

async fn connect(url: &str) -> TestClient {
    let endpoint = Endpoint::from_shared(url.to_owned()).unwrap();
    TestClient {
        channel: endpoint.connect().await.unwrap(),
        token: String::new(),
    }
}

fn request_id(metadata: &MetadataMap) -> String {
    let id = metadata.get("x-request-id").expect("every answer has one");
    id.to_str().unwrap().to_owned()
}

/// Logs in, pushes, corrects the directory, and fails in several ways, with texts that are to stay out of the log.
async fn use_it(serving: &Serving, made: &Value) -> Vec<String> {
    let mut secrets = vec![made["code"].as_str().unwrap().to_owned()];
    let mut client = connect(&serving.url).await;
    let login = client.login(&secrets[0]).await.unwrap();
    client.token = login.token;
    secrets.push(client.token.clone());
    let person = login.identity.unwrap().person;
    let person = PersonId::new(Uuid::from_slice(&person).unwrap());

    let org = OrgId::new(made["org"].as_str().unwrap().parse().unwrap());
    let named = change(2, vec![Event::Org(org, renamed("Planted name"))]);
    let outcomes = client.push(&[named]).await.unwrap();
    assert!(
        matches!(outcomes[..], [PushOutcome::Accepted { .. }]),
        "{outcomes:?}"
    );
    let clash = change(3, vec![Event::Org(org, renamed("Planted clash"))]);
    let outcomes = client.push(&[clash]).await.unwrap();
    assert!(
        matches!(outcomes[..], [PushOutcome::Rejected(_)]),
        "{outcomes:?}"
    );
    client
        .update_directory(&[(person, "planted-handle")])
        .await
        .unwrap();
    let bad = v1::DirectoryEntry {
        handle: "Planted\nHandle".to_owned(),
        ..entry(person, "ana")
    };
    let bad = client.request(v1::UpdateDirectoryRequest { entries: vec![bad] });
    assert!(client.identity().update_directory(bad).await.is_err());

    let mut named = client.request(v1::WhoAmIRequest {});
    named
        .metadata_mut()
        .insert("x-request-id", "chosen-by-client".parse().unwrap());
    client.identity().who_am_i(named).await.unwrap();
    let stranger = client.with_token("okr_planted-token");
    assert!(stranger.who_am_i().await.is_err());
    assert!(stranger.login("PLANTED-CODE").await.is_err());
    let mut odd = client.request(v1::WhoAmIRequest {});
    odd.metadata_mut()
        .insert("okr-protocol", "Planted-protocol".parse().unwrap());
    assert!(client.identity().who_am_i(odd).await.is_err());
    secrets
}

fn renamed(to: &str) -> OrgEvent {
    let name = |text: &str| Name::new(text).unwrap();
    OrgEvent::Edited(OrgEdit::Name(Edit {
        from: name("Acme"),
        to: name(to),
    }))
}

fn assert_silent(log: &str, secrets: &[String]) {
    for secret in secrets {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
    assert!(!log.to_lowercase().contains("planted"), "{log}");
}

fn field<'a>(line: &'a Value, name: &str) -> &'a str {
    let text = line[name].as_str();
    text.unwrap_or_else(|| panic!("{name} is missing: {line}"))
}

#[tokio::test]
async fn a_json_log_has_a_line_for_each_call_and_no_secret_or_text_of_anybody() {
    let (world, made) = World::initialised();
    let mut serving = world.serve_logging("--log-format json");
    let secrets = use_it(&serving, &made).await;
    serving.stop();

    let log = world.log();
    assert_silent(&log, &secrets);
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let calls: Vec<&Value> = lines
        .iter()
        .filter(|line| line["target"] == "rpc")
        .collect();
    let called: Vec<(&str, &str)> = calls
        .iter()
        .map(|line| (field(line, "method"), field(line, "code")))
        .collect();
    assert_eq!(
        called,
        [
            ("okr.v1.Identity/Login", "OK"),
            ("okr.v1.Sync/Push", "OK"),
            ("okr.v1.Sync/Push", "OK"),
            ("okr.v1.Identity/UpdateDirectory", "OK"),
            ("okr.v1.Identity/UpdateDirectory", "InvalidArgument"),
            ("okr.v1.Identity/WhoAmI", "OK"),
            ("okr.v1.Identity/WhoAmI", "Unauthenticated"),
            ("okr.v1.Identity/Login", "Unauthenticated"),
            ("okr.v1.Identity/WhoAmI", "FailedPrecondition"),
        ]
    );
    let push = calls[1];
    let time: okr_core::Timestamp = field(push, "timestamp").parse().unwrap();
    assert!(field(push, "timestamp").ends_with('Z'), "{time} is in UTC");
    for id in ["org", "person", "token"] {
        let text = field(push, id);
        assert!(text.parse::<Uuid>().is_ok(), "{id}: {text}");
    }
    assert_eq!(field(push, "org"), made["org"]);
    assert_eq!(field(push, "request_id").len(), 16);
    for number in ["ms", "received", "sent"] {
        assert!(push[number].is_u64(), "{number}: {push}");
    }
    assert!(push["received"].as_u64() > Some(50), "{push}");
    assert_eq!(field(calls[5], "request_id"), "chosen-by-client");
    assert_eq!(
        calls[6].get("token"),
        None,
        "nobody is named who did not prove it"
    );
    let audited = lines.iter().filter(|line| line["target"] == "audit");
    assert!(audited.count() >= 4, "{log}");
}

#[tokio::test]
async fn a_text_log_says_the_same_on_whole_lines() {
    let (world, made) = World::initialised();
    let mut serving = world.serve_logging("--log-format text");
    let secrets = use_it(&serving, &made).await;
    serving.stop();
    let log = world.log();
    assert_silent(&log, &secrets);
    let calls = log.lines().filter(|line| line.contains(" rpc: "));
    assert_eq!(calls.count(), 9, "{log}");
    for line in log.lines() {
        let (time, _) = line.split_once(' ').unwrap();
        assert!(
            time.ends_with('Z') && time.parse::<okr_core::Timestamp>().is_ok(),
            "{line}"
        );
    }
}

#[tokio::test]
async fn every_answer_names_its_request() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let mut named = ana.request(v1::WhoAmIRequest {});
    named
        .metadata_mut()
        .insert("x-request-id", "4f3a".parse().unwrap());
    let answered = ana.identity().who_am_i(named).await.unwrap();
    assert_eq!(request_id(answered.metadata()), "4f3a");

    let pull = ana.request(crate::client::after_position(0));
    let streamed = ana.sync().pull(pull).await.unwrap();
    assert_eq!(request_id(streamed.metadata()).len(), 16);
    let ahead = ana.request(crate::client::after_position(99));
    let refused = ana.sync().pull(ahead).await.unwrap_err();
    assert_eq!(request_id(refused.metadata()).len(), 16);

    let mut large = ana.request(v1::PushRequest::default());
    large.get_mut().changes = vec![v1::NewChange {
        change: vec![0; 1024 * 1024].into(),
        ..v1::NewChange::default()
    }];
    large
        .metadata_mut()
        .insert("x-request-id", "too-large".parse().unwrap());
    let refused = ana.sync().push(large).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::ResourceExhausted);
    assert_eq!(request_id(refused.metadata()), "too-large");
    let stranger = server.stranger().await.who_am_i().await.unwrap_err();
    assert_eq!(request_id(stranger.metadata()).len(), 16);
}
