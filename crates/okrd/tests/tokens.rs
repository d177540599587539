//! Tokens and login codes: made, narrowed, listed, ended; and what stands in the access log about it.

use std::time::Duration;

use okr_core::event::{CommentEvent, CycleEvent, Event, PersonEvent, Topic};
use okr_core::value::Role;
use okr_proto::{ApiError, Excess, PushOutcome, v1};
use okr_testkit::sample::{BEN, CAI, ORG, VIC, comment_id, cycle_id, new_comment, new_cycle};
use serde_json::Value;
use tonic::Status;

use crate::client::{Pulling, TestClient, after_position, change, refusal};
use crate::harness::{ANA, TestServer, ZOE};

const ADDED_BEN: Event = Event::Person(BEN, PersonEvent::Added(Role::Member));
const ADDED_VIC: Event = Event::Person(VIC, PersonEvent::Added(Role::Viewer));

/// The longest time until what was revoked must have ended.
const SECONDS: Duration = Duration::from_secs(5);

fn scope(access: v1::Access) -> v1::Scope {
    v1::Scope {
        access: access.into(),
        team: bytes::Bytes::new(),
    }
}

impl TestClient {
    async fn create_token(
        &self,
        message: v1::CreateTokenRequest,
    ) -> Result<v1::CreateTokenResponse, Status> {
        let request = self.request(message);
        let answer = self.credentials().create_token(request).await?;
        Ok(answer.into_inner())
    }

    /// Makes a token that allows less, and returns a client that uses it.
    pub(crate) async fn narrowed(&self, access: v1::Access) -> (Self, v1::Token) {
        let made = self
            .create_token(v1::CreateTokenRequest {
                name: "script".to_owned(),
                scope: Some(scope(access)),
                ..v1::CreateTokenRequest::default()
            })
            .await
            .unwrap();
        (self.with_token(&made.token), made.about.unwrap())
    }

    async fn tokens(&self, everybody: bool) -> Result<Vec<v1::Token>, Status> {
        let request = self.request(v1::ListTokensRequest {
            everybody,
            ..v1::ListTokensRequest::default()
        });
        let answer = self.credentials().list_tokens(request).await?;
        Ok(answer.into_inner().tokens)
    }

    pub(crate) async fn revoke(&self, id: &[u8]) -> Result<(), Status> {
        let id = bytes::Bytes::copy_from_slice(id);
        let request = self.request(v1::RevokeTokenRequest { id });
        self.credentials().revoke_token(request).await?;
        Ok(())
    }

    async fn codes(&self, everybody: bool) -> Result<Vec<v1::LoginCode>, Status> {
        let request = self.request(v1::ListLoginCodesRequest {
            everybody,
            ..v1::ListLoginCodesRequest::default()
        });
        let answer = self.credentials().list_login_codes(request).await?;
        Ok(answer.into_inner().codes)
    }

    async fn revoke_code(&self, id: &[u8]) -> Result<(), Status> {
        let id = bytes::Bytes::copy_from_slice(id);
        let request = self.request(v1::RevokeLoginCodeRequest { id });
        self.credentials().revoke_login_code(request).await?;
        Ok(())
    }

    async fn follow(&self) -> Pulling {
        let request = v1::PullRequest {
            follow: true,
            ..after_position(0)
        };
        self.pull(request).await.unwrap()
    }
}

/// Reads what a stream still brings, and returns how it ends, which must be soon.
async fn end_of(mut stream: Pulling) -> ApiError {
    let end = async {
        loop {
            if let Err(status) = stream.next().await {
                return refusal::<()>(Err(status));
            }
        }
    };
    tokio::time::timeout(SECONDS, end).await.unwrap()
}

/// The lines of the access log.
fn access_log(server: &TestServer) -> Vec<Value> {
    let text = std::fs::read_to_string(server.data().join("access.log")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

fn acts(lines: &[Value]) -> Vec<String> {
    let word = |line: &Value| {
        let (act, outcome) = (
            line["act"].as_str().unwrap(),
            line["outcome"].as_str().unwrap(),
        );
        format!("{act} {outcome}")
    };
    lines.iter().map(word).collect()
}

fn permission(error: &ApiError) -> &str {
    match error {
        ApiError::PermissionDenied { refusal, .. } => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_token_for_reading_reads_everything_and_writes_nothing() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let (reader, about) = ana.narrowed(v1::Access::Reads).await;
    assert_eq!(about.name, "script");
    assert_eq!(reader.pull_all(0).await.unwrap().0.len(), 1);
    let identity = reader.who_am_i().await.unwrap();
    assert_eq!(identity.scope, Some(scope(v1::Access::Reads)));
    assert_eq!(
        identity.role(),
        v1::Role::Admin,
        "the person stays who they are"
    );

    let cycle = Event::Cycle(cycle_id(1), CycleEvent::Created(new_cycle()));
    let outcomes = reader.push(&[change(2, vec![cycle])]).await.unwrap();
    let [PushOutcome::Rejected(refused)] = outcomes.as_slice() else {
        panic!("{outcomes:?}");
    };
    assert_eq!(refused.code, "not-permitted");
    assert_eq!(refused.facts["refusal"], "scope-reads");
    assert_eq!(
        refused.message,
        "not permitted: the token is for reading only"
    );

    let refused = [
        refusal(reader.issue_code(None).await),
        refusal(reader.create_token(v1::CreateTokenRequest::default()).await),
        refusal(reader.update_directory(&[(ANA.person, "anna")]).await),
        refusal(reader.tokens(false).await),
        refusal(reader.codes(true).await),
        refusal(reader.revoke(&about.id).await),
        refusal(reader.revoke_code(&about.id).await),
    ];
    for error in &refused {
        assert_eq!(permission(error), "scope-reads", "{error:?}");
    }
}

#[tokio::test]
async fn a_token_for_check_ins_says_nothing_else() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let (script, _) = ana.narrowed(v1::Access::Reports).await;
    let said = new_comment(ANA.person, Topic::Org(ORG), "Hello");
    let said = Event::Comment(comment_id(1), CommentEvent::Added(said));
    let outcomes = script.push(&[change(2, vec![said.clone()])]).await.unwrap();
    assert!(
        matches!(&outcomes[..], [PushOutcome::Rejected(refused)] if refused.facts["refusal"] == "scope-reports")
    );
    let outcomes = ana.push(&[change(3, vec![said])]).await.unwrap();
    assert!(matches!(outcomes[..], [PushOutcome::Accepted { .. }]));
}

#[tokio::test]
async fn a_token_is_seen_used_and_ended_by_its_holder_and_by_administrators() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    ana.push(&[change(2, vec![ADDED_BEN, ADDED_VIC])])
        .await
        .unwrap();
    let (ben, vic) = (ana.invite(BEN).await, ana.invite(VIC).await);
    let (script, about) = ben.narrowed(v1::Access::Reads).await;
    assert_eq!(about.last_used_at_us, 0);
    script.who_am_i().await.unwrap();

    // Both were made at the same moment of this clock, so their order says nothing.
    let mut own = ben.tokens(false).await.unwrap();
    own.sort_by_key(|token| token.name.clone());
    let names: Vec<_> = own
        .iter()
        .map(|token| (&*token.name, token.current))
        .collect();
    assert_eq!(names, [("script", false), ("test", true)]);
    assert!(own[0].last_used_at_us >= about.issued_at_us);
    assert_eq!(own[0].issued_by, BEN.to_bytes().to_vec());
    assert_eq!(own[1].issued_by, Vec::<u8>::new());
    assert_eq!(permission(&refusal(ben.tokens(true).await)), "needs-admin");
    assert_eq!(permission(&refusal(vic.tokens(true).await)), "viewer");
    assert_eq!(ana.tokens(true).await.unwrap().len(), 4);

    // To somebody else it does not exist.
    let hidden = refusal(vic.revoke(&about.id).await);
    let unknown = refusal(vic.revoke(&[7; 16]).await);
    assert_eq!(hidden, unknown);
    assert!(script.who_am_i().await.is_ok());
    ben.revoke(&about.id).await.unwrap();
    assert_eq!(refusal(script.who_am_i().await), ApiError::Unauthenticated);
    assert_eq!(refusal(ben.revoke(&about.id).await), unknown);
    ana.revoke(&own[1].id).await.unwrap();
    assert_eq!(refusal(ben.who_am_i().await), ApiError::Unauthenticated);
}

#[tokio::test]
async fn revoking_a_token_ends_the_streams_that_were_opened_with_it() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let (reader, about) = ana.narrowed(v1::Access::Reads).await;
    let (theirs, own) = (reader.follow().await, ana.follow().await);
    ana.revoke(&about.id).await.unwrap();
    assert_eq!(end_of(theirs).await, ApiError::Unauthenticated);
    let mut own = own;
    own.round(&server.verifier(ANA)).await;
    let more = tokio::time::timeout(Duration::from_millis(200), own.next()).await;
    assert!(more.is_err(), "other streams stay: {more:?}");
}

#[tokio::test]
async fn whoever_is_let_go_is_out_at_once_and_stays_out() {
    let mut server = TestServer::start().await;
    let ana = server.ana().await;
    ana.push(&[change(2, vec![ADDED_BEN])]).await.unwrap();
    let ben = ana.invite(BEN).await;
    let waiting = ana.issue_code(Some(BEN)).await.unwrap();
    let stream = ben.follow().await;
    let left = Event::Person(BEN, PersonEvent::Deactivated);
    ana.push(&[change(3, vec![left])]).await.unwrap();
    let end = end_of(stream).await;
    assert!(
        matches!(
            end,
            ApiError::PermissionDenied { .. } | ApiError::Unauthenticated
        ),
        "{end:?}"
    );
    assert_eq!(refusal(ben.login(&waiting).await), ApiError::CodeRefused);
    let again = refusal(ana.issue_code(Some(BEN)).await);
    assert!(
        matches!(&again, ApiError::InvalidRequest { problem, .. } if problem.contains("left")),
        "{again:?}"
    );
    server.restart().await;
    let ana = server.stranger().await.with_token(&ana.token);
    let back = Event::Person(BEN, PersonEvent::Reactivated);
    ana.push(&[change(4, vec![back])]).await.unwrap();
    let ben = ana.with_token(&ben.token);
    assert_eq!(
        refusal(ben.who_am_i().await),
        ApiError::Unauthenticated,
        "a new login is needed"
    );
    assert_eq!(refusal(ben.login(&waiting).await), ApiError::CodeRefused);
    assert!(ana.invite(BEN).await.who_am_i().await.is_ok());
    let lines = access_log(&server);
    assert!(acts(&lines).contains(&"end-sessions done".to_owned()));
}

#[tokio::test]
async fn codes_are_listed_and_taken_back() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    ana.push(&[change(2, vec![ADDED_BEN])]).await.unwrap();
    let ben = ana.invite(BEN).await;
    let code = ana.issue_code(Some(BEN)).await.unwrap();
    let seen = ben.codes(false).await.unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].issued_by, ANA.person.to_bytes().to_vec());
    assert_eq!(permission(&refusal(ben.codes(true).await)), "needs-admin");
    ana.revoke_code(&seen[0].id).await.unwrap();
    assert_eq!(refusal(ana.login(&code).await), ApiError::CodeRefused);
    assert!(ana.codes(true).await.unwrap().is_empty());

    let request = ana.request(v1::IssueLoginCodeRequest {
        lifetime_s: 3600,
        ..v1::IssueLoginCodeRequest::default()
    });
    let short = ana.identity().issue_login_code(request).await.unwrap();
    server.advance_hours(1);
    assert!(ana.codes(false).await.unwrap().is_empty(), "it has expired");
    let late = refusal(ana.login(&short.into_inner().code).await);
    assert_eq!(late, ApiError::CodeRefused);
    for lifetime_s in [59, 30 * 86_400 + 1, u64::MAX] {
        let request = ana.request(v1::IssueLoginCodeRequest {
            lifetime_s,
            ..v1::IssueLoginCodeRequest::default()
        });
        let refused = refusal(ana.identity().issue_login_code(request).await);
        assert!(
            matches!(&refused, ApiError::InvalidRequest { field, .. } if field == "lifetime_s")
        );
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_wish_for_a_token_is_said() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let wish = v1::CreateTokenRequest {
        name: "script".to_owned(),
        ..v1::CreateTokenRequest::default()
    };
    let no_access = v1::Scope::default();
    let bad = [
        (
            "name",
            v1::CreateTokenRequest {
                name: "two\nlines".to_owned(),
                ..wish.clone()
            },
        ),
        (
            "scope.access",
            v1::CreateTokenRequest {
                scope: Some(no_access),
                ..wish.clone()
            },
        ),
        (
            "lifetime_s",
            v1::CreateTokenRequest {
                lifetime_s: 367 * 86_400,
                ..wish.clone()
            },
        ),
        (
            "person",
            v1::CreateTokenRequest {
                person: vec![1; 3].into(),
                ..wish.clone()
            },
        ),
        (
            "person",
            v1::CreateTokenRequest {
                person: CAI.to_bytes().to_vec().into(),
                ..wish.clone()
            },
        ),
    ];
    for (expected, message) in bad {
        let refused = refusal(ana.create_token(message).await);
        assert!(
            matches!(&refused, ApiError::InvalidRequest { field, .. } if field == expected),
            "{refused:?}"
        );
    }
    let made = ana.create_token(wish).await.unwrap().about.unwrap();
    assert_eq!(made.scope, Some(scope(v1::Access::Full)));
    let days = (made.expires_at_us - made.issued_at_us) / 86_400_000_000;
    assert_eq!(days, 90);
}

#[tokio::test]
async fn a_thousand_wrong_tokens_are_slowed_down_and_nobody_else_is() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let other = okrd::BearerToken::generate().unwrap().reveal();
    let body = format!("{}{}", &ana.token[..37], &other[37..80]);
    let forged = format!("{body}_{:08x}", crc32c::crc32c(body.as_bytes()));
    let mut slowed = 0;
    for number in 0..1_000 {
        let unknown = okrd::BearerToken::generate().unwrap().reveal();
        let wrong = if number % 2 == 0 { &forged } else { &unknown };
        match refusal(ana.with_token(wrong).who_am_i().await) {
            ApiError::Unauthenticated => {}
            ApiError::Overloaded {
                retry_after_ms,
                excess: Excess::WrongTokens,
            } => {
                assert!(retry_after_ms > 0);
                slowed += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(slowed, 1_000 - 2 * okrd::limits::WRONG_TOKENS_PER_MINUTE);
    let (reader, _) = {
        // The token whose id was tried is refused for the rest of the minute; others work.
        assert!(matches!(
            refusal(ana.who_am_i().await),
            ApiError::Overloaded { .. }
        ));
        server.advance_hours(1);
        ana.narrowed(v1::Access::Reads).await
    };
    assert!(reader.who_am_i().await.is_ok());
    let lines = access_log(&server);
    let refused = acts(&lines)
        .iter()
        .filter(|act| *act == "call refused")
        .count();
    assert_eq!(refused, 60, "they do not fill the access log");
}

/// Checks the lines of a token that was made and of a push that was refused.
fn says_who_where_and_when(lines: &[Value]) {
    let created = lines
        .iter()
        .find(|line| line["act"] == "create-token")
        .unwrap();
    assert_eq!(created["by"], BEN.uuid().to_string());
    assert_eq!(created["org"], ANA.org.uuid().to_string());
    assert_eq!(created["detail"], "read-only");
    assert!(created["from"].as_str().unwrap().starts_with("127.0.0.1:"));
    assert!(created["request_id"].is_string());
    assert_eq!(created["at"], "2026-11-23T12:00:00Z");
    let refused = lines
        .iter()
        .find(|line| line["detail"] == "push needs-admin");
    assert!(refused.is_some(), "{lines:#?}");
}

#[tokio::test]
async fn the_access_log_tells_who_did_what_from_where_and_no_secret() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    ana.push(&[change(2, vec![ADDED_BEN])]).await.unwrap();
    let code = ana.issue_code(Some(BEN)).await.unwrap();
    let ben = ana.with_token(&ana.login(&code).await.unwrap().token);
    let (script, about) = ben.narrowed(v1::Access::Reads).await;
    ben.update_directory(&[(BEN, "ben")]).await.unwrap();
    ben.update_directory(&[(BEN, "ben")]).await.unwrap();
    refusal(ben.update_directory(&[(ANA.person, "x")]).await);
    refusal(ben.login("guess").await);
    refusal(ben.with_token("okr_nonsense").who_am_i().await);
    let promoted = PersonEvent::RoleChanged {
        from: Role::Member,
        to: Role::Admin,
    };
    let promotion = change(3, vec![Event::Person(BEN, promoted)]);
    let outcomes = ben.push(&[promotion]).await.unwrap();
    assert!(matches!(outcomes[..], [PushOutcome::Rejected(_)]));
    ben.revoke(&about.id).await.unwrap();

    let lines = access_log(&server);
    let expected = [
        "operate done",
        "issue-code done",
        "operate done",
        "issue-code done",
        "login done",
        "change-people done",
        "change-people done",
        "issue-code done",
        "login done",
        "create-token done",
        "update-directory done",
        "update-directory refused",
        "login refused",
        "call refused",
        "call refused",
        "revoke-token done",
    ];
    // Founding an organisation also tells that of the organisation itself.
    let acts: Vec<_> = acts(&lines)
        .into_iter()
        .filter(|act| !act.starts_with("change-organisation"))
        .collect();
    assert_eq!(acts, expected);
    says_who_where_and_when(&lines);
    let text = format!("{lines:?}");
    for secret in [
        &code,
        &ben.token,
        &script.token,
        &ben.token[37..80].to_owned(),
    ] {
        assert!(!text.contains(secret.as_str()), "{secret}");
    }
    assert!(!text.contains("ben@"), "no names");
}

#[tokio::test]
async fn last_uses_survive_a_restart() {
    let mut server = TestServer::start().await;
    let ana = server.ana().await;
    server.advance_hours(1);
    ana.who_am_i().await.unwrap();
    let used = ana.tokens(false).await.unwrap()[0].last_used_at_us;
    server.restart().await;
    let zoe = server.founder(ZOE).await;
    assert!(
        zoe.tokens(true)
            .await
            .unwrap()
            .iter()
            .all(|token| token.current)
    );
    server.advance_hours(1);
    let ana = server.stranger().await.with_token(&ana.token);
    let now = ana.tokens(false).await.unwrap()[0].last_used_at_us;
    assert_eq!(now - used, 3_600_000_000, "it was kept, then used again");
}
