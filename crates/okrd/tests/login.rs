//! Codes, tokens, versions of the protocol, the directory of people.

use okr_core::event::{Event, PersonEvent};
use okr_core::id::PersonId;
use okr_core::value::Role;
use okr_proto::v1::pull_response::What;
use okr_proto::{ApiError, v1};
use okr_testkit::sample::{BEN, CAI, VIC};
use okrd::{BearerToken, CODE_LIFETIME, TOKEN_LIFETIME};

use crate::client::{after_position, change, entry, reason, refusal, without_metadata};
use crate::harness::{ANA, TestServer};

const ADDED_BEN: Event = Event::Person(BEN, PersonEvent::Added(Role::Member));
const ADDED_VIC: Event = Event::Person(VIC, PersonEvent::Added(Role::Viewer));

#[tokio::test]
async fn a_code_logs_one_device_in() {
    let server = TestServer::start().await;
    let code = server.made[0].code.secret.reveal();
    let stranger = server.stranger().await;
    let login = stranger.login(&code.to_lowercase()).await.unwrap();
    let identity = login.identity.unwrap();
    assert_eq!(identity.org, ANA.org.to_bytes().to_vec());
    assert_eq!(identity.person, ANA.person.to_bytes().to_vec());
    assert_eq!(identity.verifier_key, server.made[0].verifier_key);
    assert_eq!(identity.origin, format!("test.example.org/{}", ANA.org));
    assert_eq!(identity.entry, Some(entry(ANA.person, "ana")));
    assert_eq!(identity.role(), v1::Role::Unspecified);

    let ana = stranger.with_token(&login.token);
    assert_eq!(ana.who_am_i().await.unwrap(), identity);
    assert_eq!(refusal(stranger.login(&code).await), ApiError::CodeRefused);
}

#[tokio::test]
async fn an_expired_code_is_refused_and_an_expired_token_too() {
    let server = TestServer::start().await;
    let ana = server.founder(ANA).await;
    let late = ana.issue_code(None).await.unwrap();
    let in_time = ana.issue_code(None).await.unwrap();
    server.advance_hours(CODE_LIFETIME.as_hours() - 1);
    assert!(ana.login(&in_time).await.is_ok());
    server.advance_hours(1);
    assert_eq!(refusal(ana.login(&late).await), ApiError::CodeRefused);

    assert!(ana.who_am_i().await.is_ok());
    server.advance_hours(TOKEN_LIFETIME.as_hours() - CODE_LIFETIME.as_hours());
    assert_eq!(refusal(ana.who_am_i().await), ApiError::Unauthenticated);
}

#[tokio::test]
async fn a_wrong_token_is_refused_by_every_call() {
    let server = TestServer::start().await;
    let unknown = BearerToken::generate().unwrap().reveal();
    let stranger = server.stranger().await;
    for token in ["", "nonsense", &unknown] {
        let client = stranger.with_token(token);
        let refused = [
            refusal(client.who_am_i().await),
            refusal(client.issue_code(None).await),
            refusal(client.update_directory(&[(BEN, "ben")]).await),
            refusal(client.push(&[]).await),
            refusal(client.pull(after_position(0)).await),
            refusal(
                client
                    .sync()
                    .get_checkpoint(client.request(v1::GetCheckpointRequest {}))
                    .await,
            ),
        ];
        assert!(
            refused
                .iter()
                .all(|error| *error == ApiError::Unauthenticated),
            "{token:?} {refused:?}"
        );
    }
}

#[tokio::test]
async fn a_client_of_another_protocol_is_told_which_one_is_spoken() {
    let server = TestServer::start().await;
    let ana = server.founder(ANA).await;
    let mut request = ana.request(v1::WhoAmIRequest {});
    request
        .metadata_mut()
        .insert("okr-protocol", "2".parse().unwrap());
    let status = ana.identity().who_am_i(request).await.unwrap_err();
    assert_eq!(status.code(), tonic::Code::FailedPrecondition);
    let spoken = |client: &str| ApiError::ProtocolVersion {
        client: client.to_owned(),
        oldest: 1,
        newest: 1,
    };
    assert_eq!(reason(&status), spoken("2"));
    let request = without_metadata(ana.request(v1::LoginRequest::default()));
    assert_eq!(refusal(ana.identity().login(request).await), spoken(""));
}

#[tokio::test]
async fn guessing_codes_is_slowed_down() {
    let server = TestServer::start().await;
    let stranger = server.stranger().await;
    for _ in 0..10 {
        assert_eq!(
            refusal(stranger.login("guess").await),
            ApiError::CodeRefused
        );
    }
    let code = server.made[0].code.secret.reveal();
    let refused = refusal(stranger.login(&code).await);
    assert!(matches!(refused, ApiError::Overloaded { retry_after_ms, .. } if retry_after_ms > 0));
    server.advance_hours(1);
    assert!(
        stranger.login(&code).await.is_ok(),
        "the code was not used up"
    );
}

#[tokio::test]
async fn administrators_let_people_in_and_members_only_themselves() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let nobody = refusal(ana.issue_code(Some(CAI)).await);
    assert!(matches!(nobody, ApiError::InvalidRequest { field, .. } if field == "person"));

    ana.push(&[change(2, vec![ADDED_BEN, ADDED_VIC])])
        .await
        .unwrap();
    let ben = ana.invite(BEN).await;
    let identity = ben.who_am_i().await.unwrap();
    assert_eq!(identity.role(), v1::Role::Member);
    assert_eq!(identity.entry, None);
    assert!(ben.issue_code(None).await.is_ok());
    assert!(ben.issue_code(Some(BEN)).await.is_ok());
    let denied = refusal(ben.issue_code(Some(VIC)).await);
    assert!(matches!(denied, ApiError::PermissionDenied { .. }));
}

#[tokio::test]
async fn somebody_who_has_left_is_let_in_nowhere() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    ana.push(&[change(2, vec![ADDED_BEN])]).await.unwrap();
    let ben = ana.invite(BEN).await;
    assert!(ben.pull_all(0).await.is_ok());
    let left = Event::Person(BEN, PersonEvent::Deactivated);
    ana.push(&[change(3, vec![left])]).await.unwrap();
    // At first because they left, then because their token has ended.
    let denied = refusal(ben.pull_all(0).await);
    assert!(matches!(
        denied,
        ApiError::PermissionDenied { .. } | ApiError::Unauthenticated
    ));
}

#[tokio::test]
async fn people_correct_their_own_entry_and_administrators_any() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    ana.push(&[change(2, vec![ADDED_BEN])]).await.unwrap();
    let ben = ana.invite(BEN).await;
    assert_eq!(ben.update_directory(&[(BEN, "ben")]).await.unwrap(), 2);
    assert_eq!(ben.update_directory(&[(BEN, "ben")]).await.unwrap(), 2);
    let denied = refusal(ben.update_directory(&[(BEN, "b"), (CAI, "cai")]).await);
    assert!(matches!(denied, ApiError::PermissionDenied { .. }));
    let taken = refusal(ben.update_directory(&[(BEN, "ana")]).await);
    assert!(
        matches!(&taken, ApiError::InvalidRequest { problem, .. } if problem.contains("taken")),
        "{taken:?}"
    );
    assert_eq!(
        ana.update_directory(&[(CAI, "cai"), (BEN, "bo")])
            .await
            .unwrap(),
        3
    );

    let mut pulling = ben.pull(after_position(0)).await.unwrap();
    let Some(What::Directory(directory)) = pulling.next().await.unwrap() else {
        panic!("the directory comes first");
    };
    assert_eq!(directory.version, 3);
    let mut entries = vec![
        entry(ANA.person, "ana"),
        entry(BEN, "bo"),
        entry(CAI, "cai"),
    ];
    entries.sort_by(|a, b| a.person.cmp(&b.person));
    assert_eq!(directory.entries, entries);
    let known = v1::PullRequest {
        directory_version: 3,
        ..after_position(0)
    };
    let mut pulling = ben.pull(known).await.unwrap();
    assert!(matches!(pulling.next().await, Ok(Some(What::Records(_)))));
}

#[tokio::test]
async fn a_bad_entry_is_named_by_its_place() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let mut bad = entry(BEN, "ben");
    bad.handle = "Ben".to_owned();
    let request = ana.request(v1::UpdateDirectoryRequest {
        entries: vec![entry(CAI, "cai"), bad],
    });
    let refused = refusal(ana.identity().update_directory(request).await);
    assert!(
        matches!(&refused, ApiError::InvalidRequest { field, .. } if field == "entries[1].handle"),
        "{refused:?}"
    );
    let many: Vec<(PersonId, &str)> = vec![(BEN, "ben"); 1_001];
    let refused = refusal(ana.update_directory(&many).await);
    assert!(matches!(
        refused,
        ApiError::TooLarge {
            limit: 1_000,
            actual: 1_001,
            ..
        }
    ));
}
