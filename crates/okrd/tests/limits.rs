//! Every limit from outside: what a client that goes beyond it is told, and that it is counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use okr_core::event::{Event, PersonEvent};
use okr_core::id::PersonId;
use okr_core::text::LongText;
use okr_core::value::Role;
use okr_log::Step;
use okr_proto::{ApiError, Excess, v1};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tonic::transport::Endpoint;
use tonic::{Code, Request};
use uuid::Uuid;

use crate::client::{TestClient, after_position, change, reason, refusal};
use crate::harness::{ANA, TestServer, ZOE};
use crate::rude::Rude;

type Limits = &'static [(&'static str, &'static str)];

pub(crate) async fn start(limits: Limits) -> TestServer {
    let mut server = TestServer::stopped();
    server.limits = limits;
    server.run().await;
    server
}

pub(crate) fn hits(server: &TestServer, limit: &str) -> u64 {
    let controls = server.controls();
    let found = controls.limit_hits().find(|(name, _)| *name == limit);
    found.unwrap().1
}

fn following() -> v1::PullRequest {
    v1::PullRequest {
        follow: true,
        ..after_position(0)
    }
}

/// Calls until it is too often. Two calls may do, but a slow machine makes few in a second.
async fn call_until_refused(client: &TestClient) -> ApiError {
    for _ in 0..1_000 {
        let answer = client.who_am_i().await;
        if let Err(status) = answer
            && status.code() == Code::ResourceExhausted
        {
            return reason(&status);
        }
    }
    panic!("it may call as often as it likes");
}

/// Adds somebody for a long reason.
fn wordy(number: u64) -> okr_core::change::Change {
    let person = PersonId::new(Uuid::from_u128(u128::from(number)));
    let added = Event::Person(person, PersonEvent::Added(Role::Member));
    let mut change = change(number, vec![added]);
    change.reason = Some(LongText::new(format!("{}not", "why ".repeat(1_900))).unwrap());
    change
}

#[tokio::test]
async fn a_token_that_calls_too_often_is_told_when_to_come_back() {
    let server = start(&[("calls_per_second", "1")]).await;
    let ana = server.founder(ANA).await;
    let zoe = server.founder(ZOE).await;
    let refused = call_until_refused(&ana).await;
    assert!(
        matches!(
            refused,
            ApiError::Overloaded {
                retry_after_ms: 1..=1_000,
                excess: Excess::CallsOfToken,
            }
        ),
        "{refused:?}"
    );
    assert!(zoe.who_am_i().await.is_ok(), "others are not held up");
    assert_eq!(hits(&server, "calls_per_second"), 1);

    let generous = okrd::Limits::new(&[("calls_per_second", "1000000")]).unwrap();
    server.controls().set_limits(generous);
    assert!(
        ana.who_am_i().await.is_ok(),
        "a new limit takes effect at once"
    );
}

#[tokio::test]
async fn an_address_that_calls_too_often_is_refused_before_anything_is_looked_up() {
    let server = start(&[("calls_per_second_per_address", "1")]).await;
    let stranger = server.stranger().await.with_token("okr_guess");
    assert_eq!(
        refusal(stranger.who_am_i().await),
        ApiError::Unauthenticated
    );
    let refused = call_until_refused(&stranger).await;
    assert!(
        matches!(
            refused,
            ApiError::Overloaded {
                excess: Excess::CallsFromAddress,
                ..
            }
        ),
        "{refused:?}"
    );
    assert_eq!(hits(&server, "calls_per_second_per_address"), 1);
}

#[tokio::test]
async fn failed_logins_are_counted() {
    let server = start(&[("failed_logins_per_minute", "1")]).await;
    let stranger = server.stranger().await;
    assert_eq!(
        refusal(stranger.login("guess").await),
        ApiError::CodeRefused
    );
    let refused = refusal(stranger.login("guess").await);
    assert_eq!(
        refused,
        ApiError::Overloaded {
            retry_after_ms: 60_000,
            excess: Excess::FailedLogins,
        }
    );
    assert_eq!(hits(&server, "failed_logins_per_minute"), 1);
}

#[tokio::test]
async fn a_token_has_so_many_streams_and_one_that_ends_makes_room() {
    let server = start(&[("streams_per_token", "1")]).await;
    let ana = server.ana().await;
    let mut first = ana.pull(following()).await.unwrap();
    first.round(&server.verifier(ANA)).await;
    let refused = refusal(ana.pull(following()).await.map(|_| ()));
    let what = "streams of this token".to_owned();
    assert_eq!(
        refused,
        ApiError::TooLarge {
            what,
            limit: 1,
            actual: 2
        }
    );
    assert_eq!(hits(&server, "streams_per_token"), 1);
    drop(first);
    // The server learns of it with the next frame; each attempt is one.
    let mut attempts = 0;
    while ana.pull(following()).await.is_err() {
        attempts += 1;
        assert!(attempts < 1_000, "the place is never given back");
    }
}

#[tokio::test]
async fn a_connection_has_so_many_calls_and_further_ones_wait() {
    let server = start(&[("streams_per_connection", "1")]).await;
    let ana = server.ana().await;
    let mut only = ana.pull(following()).await.unwrap();
    only.round(&server.verifier(ANA)).await;
    let waiting = tokio::time::timeout(Duration::from_millis(300), ana.who_am_i()).await;
    assert!(waiting.is_err(), "{waiting:?}");
    drop(only);
    ana.who_am_i().await.unwrap();
}

#[tokio::test]
async fn a_request_that_is_too_large_is_refused_and_counted() {
    let server = start(&[]).await;
    let ana = server.founder(ANA).await;
    let change = v1::NewChange {
        change: vec![0; 1024 * 1024].into(),
        ..v1::NewChange::default()
    };
    let refused = refusal(ana.push_raw(0, vec![change]).await);
    assert!(
        matches!(
            refused,
            ApiError::TooLarge {
                limit: 1_048_576,
                ..
            }
        ),
        "{refused:?}"
    );
    assert_eq!(hits(&server, "request_size"), 1);
}

#[tokio::test]
async fn more_of_a_message_than_may_be_on_its_way_is_refused_and_counted() {
    let server = start(&[("request_size", "4MiB"), ("receiving_size", "4MiB")]).await;
    let ana = server.founder(ANA).await;
    let message = |size: usize| v1::NewChange {
        change: vec![0; size].into(),
        ..v1::NewChange::default()
    };
    // One address has a quarter.
    let refused = refusal(ana.push_raw(0, vec![message(1 << 20)]).await);
    assert!(
        matches!(refused, ApiError::Overloaded { .. }),
        "{refused:?}"
    );
    assert_eq!(hits(&server, "receiving_size"), 1);
    // It is let go with the call, so that the next one is looked at.
    let looked_at = refusal(ana.push_raw(0, vec![message(1 << 19)]).await);
    assert!(
        !matches!(looked_at, ApiError::Overloaded { .. }),
        "{looked_at:?}"
    );
}

#[tokio::test]
async fn metadata_that_is_too_large_is_refused_and_the_server_goes_on() {
    let server = start(&[("header_size", "4KiB")]).await;
    let ana = server.founder(ANA).await;
    let mut request = Request::new(v1::WhoAmIRequest {});
    request
        .metadata_mut()
        .insert("x-much", "x".repeat(64 * 1024).parse().unwrap());
    assert!(ana.identity().who_am_i(request).await.is_err());
    let again = server.stranger().await.with_token(&ana.token);
    assert!(again.who_am_i().await.is_ok());
    assert_eq!(hits(&server, "header_size"), 1, "much too large");

    let mut request = again.request(v1::WhoAmIRequest {});
    let metadata = request.metadata_mut();
    metadata.insert("x-much", "x".repeat(6 * 1024).parse().unwrap());
    assert!(again.identity().who_am_i(request).await.is_err());
    assert!(again.who_am_i().await.is_ok(), "the connection goes on");
    assert_eq!(hits(&server, "header_size"), 2, "too large");
}

#[tokio::test]
async fn a_client_that_does_not_wait_for_its_calls_is_refused_more_and_counted() {
    let server = start(&[("streams_per_connection", "2")]).await;
    let mut rude = Rude::connect(&server).await;
    rude.begin(5, 0).await;
    while hits(&server, "streams_per_connection") < 3 {
        rude.hear().await;
    }
    assert_eq!(hits(&server, "streams_per_connection"), 3);
}

#[tokio::test]
async fn every_call_with_too_much_metadata_is_counted() {
    let server = start(&[("header_size", "4KiB")]).await;
    let mut rude = Rude::connect(&server).await;
    rude.begin(3, 6 * 1024).await;
    while hits(&server, "header_size") < 3 {
        rude.hear().await;
    }
    assert!(server.ana().await.who_am_i().await.is_ok());
}

#[tokio::test]
async fn a_client_that_takes_its_calls_back_at_once_is_closed_and_counted() {
    let server = start(&[("pending_resets", "3")]).await;
    let mut rude = Rude::connect(&server).await;
    rude.begin_and_reset(100).await;
    rude.listen().await;
    assert_eq!(hits(&server, "pending_resets"), 1);
}

#[tokio::test]
async fn a_client_that_answers_no_ping_is_closed_and_one_that_leaves_is_not_counted() {
    let limits = &[("keepalive_interval", "1s"), ("keepalive_time", "1s")];
    let server = start(limits).await;
    let mut polite = Rude::connect(&server).await;
    polite.begin_and_reset(1).await;
    polite.leave().await;
    polite.listen().await;
    assert_eq!(hits(&server, "keepalive_time"), 0);

    let mut rude = Rude::connect(&server).await;
    rude.begin_and_reset(1).await;
    rude.listen().await;
    assert_eq!(hits(&server, "keepalive_time"), 1);
}

#[tokio::test]
async fn calls_that_outlast_the_stop_are_cut_off_and_counted() {
    let mut server = start(&[("drain_time", "100ms")]).await;
    let mut rude = Rude::connect(&server).await;
    rude.begin(1, 0).await;
    // A second client is served after the first one was heard.
    assert!(server.ana().await.who_am_i().await.is_ok());
    let controls = server.controls();
    server.stop().await;
    let mut hits = controls.limit_hits();
    assert!(hits.any(|hit| hit == ("drain_time", 1)));
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_given_up_and_counted() {
    let slow = Arc::new(AtomicBool::new(false));
    let is_slow = Arc::clone(&slow);
    let mut server = TestServer::stopped();
    server.limits = &[("call_time", "1s")];
    server.faults = Some(Arc::new(move |step| {
        if step == Step::WriteJournal && is_slow.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(1_500));
        }
        Ok(())
    }));
    server.run().await;
    let ana = server.ana().await;
    slow.store(true, Ordering::SeqCst);
    let status = ana.push(&[wordy(2)]).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert_eq!(hits(&server, "call_time"), 1);
}

#[tokio::test]
async fn a_follower_that_takes_nothing_is_cut_and_told_to_pull_again() {
    let server = start(&[("slow_reader_time", "100ms")]).await;
    let ana = server.ana().await;
    let changes: Vec<_> = (2..302).map(wordy).collect();
    for some in changes.chunks(100) {
        ana.push(some).await.unwrap();
    }
    // Two megabytes wait for a client that takes 64 KiB before it reads.
    let endpoint = Endpoint::from_shared(server.url()).unwrap();
    let endpoint = endpoint.initial_stream_window_size(65_535);
    let slow = TestClient {
        channel: endpoint.connect().await.unwrap(),
        token: ana.token.clone(),
    };
    let mut stream = slow.pull(following()).await.unwrap();
    let mut attempts = 0;
    while hits(&server, "slow_reader_time") == 0 {
        // Another client is served meanwhile, and its calls are the clock of this wait.
        ana.who_am_i().await.unwrap();
        tokio::time::sleep(Duration::from_millis(10)).await;
        attempts += 1;
        assert!(attempts < 1_000, "it is never cut");
    }
    let end = loop {
        match stream.next().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the stream ended in order"),
            Err(status) => break status,
        }
    };
    assert_eq!(end.code(), Code::Unavailable);
    assert!(end.message().contains("pull again"), "{end:?}");
}

#[tokio::test]
async fn a_silent_connection_is_closed_before_any_handshake() {
    let server = start(&[("handshake_time", "100ms")]).await;
    let mut silent = TcpStream::connect(server.address()).await.unwrap();
    // The server speaks first in HTTP/2; what counts is that it ends.
    let mut greeting = Vec::new();
    drop(silent.read_to_end(&mut greeting).await);
    assert_eq!(hits(&server, "handshake_time"), 1);
}

#[tokio::test]
async fn a_compressed_request_is_refused() {
    let server = start(&[]).await;
    let ana = server.founder(ANA).await;
    let mut request = ana.request(v1::WhoAmIRequest {});
    // The generated client compresses nothing; saying so is enough to be refused.
    request
        .metadata_mut()
        .insert("grpc-encoding", "gzip".parse().unwrap());
    let status = ana.identity().who_am_i(request).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented, "{status:?}");
}
