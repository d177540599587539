//! Start, stop, restart, and storage that fails.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use okr_core::event::{Event, PersonEvent};
use okr_core::value::Role;
use okr_log::Step;
use okr_proto::{ApiError, PushOutcome, v1};
use okr_testkit::sample::{BEN, CAI};
use okrd::{DataError, ServeError, Server};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::client::{TestClient, after_position, change, frontier, reason, refusal};
use crate::harness::{ANA, TestServer};

const ADDED_BEN: Event = Event::Person(BEN, PersonEvent::Added(Role::Member));
const ADDED_CAI: Event = Event::Person(CAI, PersonEvent::Added(Role::Member));

async fn health(client: &TestClient, service: &str) -> ServingStatus {
    let request = HealthCheckRequest {
        service: service.to_owned(),
    };
    let response = HealthClient::new(client.channel()).check(request).await;
    response.unwrap().into_inner().status()
}

#[tokio::test]
async fn a_restart_keeps_everything_and_knows_what_it_has() {
    let mut server = TestServer::start().await;
    let ana = server.ana().await;
    ana.push(&[change(2, vec![ADDED_BEN])]).await.unwrap();
    let ben = ana.invite(BEN).await;
    let (before, note) = ana.pull_all(0).await.unwrap();
    server.restart().await;

    let ana = server.stranger().await.with_token(&ana.token);
    let (after, same) = ana.pull_all(0).await.unwrap();
    assert_eq!((after, same), (before, note));
    let outcomes = ana
        .push(&[
            change(2, vec![ADDED_BEN]),
            change(3, vec![ADDED_BEN]),
            change(4, vec![ADDED_CAI]),
        ])
        .await
        .unwrap();
    assert!(
        matches!(
            &outcomes[..],
            [
                PushOutcome::Duplicate { .. },
                PushOutcome::Rejected(_) | PushOutcome::AlreadySo,
                PushOutcome::Accepted { .. }
            ]
        ),
        "{outcomes:?}"
    );
    let ben = server.stranger().await.with_token(&ben.token);
    assert_eq!(ben.who_am_i().await.unwrap().role(), v1::Role::Member);
}

#[tokio::test]
async fn stopping_tells_followers_and_ends() {
    let mut server = TestServer::start().await;
    let ana = server.ana().await;
    let mut followers = Vec::new();
    for _ in 0..20 {
        let request = v1::PullRequest {
            follow: true,
            ..after_position(0)
        };
        let mut follower = ana.pull(request).await.unwrap();
        follower.round(&server.verifier(ANA)).await;
        followers.push(follower);
    }
    let stopped = server.begin_stop();
    for mut follower in followers {
        let end = follower.next().await.unwrap_err();
        assert_eq!(end.code(), tonic::Code::Unavailable);
        assert_eq!(reason(&end), ApiError::ShuttingDown);
    }
    stopped.await.unwrap().unwrap();
    // Everything is closed: the directory can be opened again at once.
    server.run().await;
    let ana = server.stranger().await.with_token(&ana.token);
    assert_eq!(ana.pull_all(0).await.unwrap().0.len(), 1);
}

#[tokio::test]
async fn stopping_tells_whoever_watches_its_health() {
    let mut server = TestServer::start().await;
    let request = HealthCheckRequest {
        service: "okr.v1.Sync".to_owned(),
    };
    let client = server.stranger().await;
    let watching = HealthClient::new(client.channel()).watch(request).await;
    let mut watching = watching.unwrap().into_inner();
    let mut seen = Vec::new();
    seen.push(watching.message().await.unwrap().unwrap().status());
    let stopped = server.begin_stop();
    while let Ok(Some(message)) = watching.message().await {
        seen.push(message.status());
    }
    assert_eq!(seen, [ServingStatus::Serving, ServingStatus::NotServing]);
    stopped.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_directory_serves_one_process_and_says_so() {
    let server = TestServer::start().await;
    let error = Server::open(&server.options()).err().unwrap();
    assert!(matches!(error, ServeError::Data(DataError::Locked { .. })));
    assert!(server.ana().await.pull_all(0).await.is_ok());
}

#[tokio::test]
async fn a_damaged_log_is_not_served() {
    let mut server = TestServer::start().await;
    server.ana().await;
    server.stop().await;
    let witness = server.data().join("log").join("witness");
    std::fs::remove_file(witness).unwrap();
    let error = Server::open(&server.options()).err().unwrap();
    assert!(matches!(error, ServeError::Log(_)), "{error:?}");
}

#[tokio::test]
async fn the_server_says_that_it_is_healthy_and_what_it_offers() {
    let server = TestServer::start().await;
    let client = server.stranger().await;
    assert_eq!(health(&client, "").await, ServingStatus::Serving);
    assert_eq!(health(&client, "okr.v1.Sync").await, ServingStatus::Serving);
}

#[tokio::test]
async fn after_a_failed_write_nothing_more_is_written_and_reading_goes_on() {
    let failing = Arc::new(AtomicBool::new(false));
    let fails = Arc::clone(&failing);
    let mut server = TestServer::stopped();
    server.faults = Some(Arc::new(move |step| {
        if step == Step::WriteJournal && fails.load(Ordering::SeqCst) {
            return Err(io::Error::other("the device is on fire"));
        }
        Ok(())
    }));
    server.run().await;
    let ana = server.ana().await;
    failing.store(true, Ordering::SeqCst);
    let unknown = refusal(ana.push(&[change(2, vec![ADDED_BEN])]).await);
    assert_eq!(unknown, ApiError::OutcomeUnknown);
    failing.store(false, Ordering::SeqCst);
    let refused = refusal(ana.push(&[change(3, vec![ADDED_CAI])]).await);
    assert_eq!(refused, ApiError::StorageRefusesWrites);
    assert_eq!(
        ana.pull_all(0).await.unwrap().0.len(),
        1,
        "nothing that is not durable shows"
    );
    let mut watching = HealthClient::new(ana.channel())
        .watch(HealthCheckRequest {
            service: "okr.v1.Sync".to_owned(),
        })
        .await
        .unwrap()
        .into_inner();
    loop {
        let status = watching.message().await.unwrap().unwrap().status();
        if status == ServingStatus::NotServing {
            break;
        }
    }
    drop(watching);

    server.faults = None;
    server.restart().await;
    let ana = server.stranger().await.with_token(&ana.token);
    let again = [change(2, vec![ADDED_BEN]), change(3, vec![ADDED_CAI])];
    for outcome in ana.push(&again).await.unwrap() {
        assert!(matches!(
            outcome,
            PushOutcome::Accepted { .. } | PushOutcome::Duplicate { .. }
        ));
    }
    let (records, _) = ana.pull_all(0).await.unwrap();
    assert_eq!(frontier(&records).size(), 3);
}
