//! Sequences of calls that nobody would make, to a running server: right, wrong, broken, repeated and out of order.
//!
//! Any number of calls: `OKR_TEST_ROUNDS=100000 cargo test -p okrd --test main fuzzing -- --nocapture`.

mod caller;

use std::time::Duration;

use okr_log::Frontier;
use okr_proto::{ConfirmedChange, Decoded};
use okr_testkit::generate::history;
use okr_testkit::rounds;

use crate::client::TestClient;
use crate::harness::{ANA, TestServer};
use caller::Caller;

/// How long any call may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// After how many calls an hour has passed, so that codes and tokens end.
const CALLS_PER_HOUR: usize = 500;
/// Limits that would end a long run of calls as fast as they can be made.
const LIMITS: &[(&str, &str)] = &[
    ("calls_per_second", "1000000"),
    ("calls_per_second_per_address", "1000000"),
    ("streams_per_token", "1000"),
    ("failed_logins_per_minute", "10000"),
];

#[tokio::test]
#[expect(
    clippy::print_stdout,
    reason = "the harness keeps figures back unless they are wanted"
)]
async fn no_sequence_of_calls_breaks_the_server() {
    let rounds = rounds(400);
    let mut server = TestServer::stopped();
    server.limits = LIMITS;
    server.run().await;
    let ana = server.founder(ANA).await;
    let changes = history(5, 120 + rounds / 5).into_iter();
    let clients = vec![ana.clone(), ana.clone(), server.stranger().await];
    let mut caller = Caller::new(clients, changes.map(|(_, change)| change).collect());
    caller.spare_tokens(&ana).await;
    for round in 1..=rounds {
        let call = tokio::time::timeout(PATIENCE, caller.call());
        call.await.expect("every call is answered");
        if round % CALLS_PER_HOUR == 0 {
            server.advance_hours(1);
        }
    }
    let (records, note) = ana.pull_all(0).await.unwrap();
    judge(&caller, &records);
    let mut frontier = Frontier::new();
    for record in &records {
        frontier.push(record.leaf);
    }
    let (key, origin) = server.verifier(ANA);
    let signed = okr_log::SignedCheckpoint::verify(&note, &key, &origin).unwrap();
    assert_eq!(
        (signed.size.get(), signed.root),
        (records.len() as u64, frontier.root())
    );
    println!("{rounds} calls: {:?}", caller.answers);
    server.restart().await;
    let (again, _) = ana_again(&server, &ana).await.pull_all(0).await.unwrap();
    assert_eq!(
        again, records,
        "what was acknowledged is there after a restart"
    );
}

/// Demands that the log has what was acknowledged, where it was, and nothing else.
fn judge(caller: &Caller, records: &[ConfirmedChange]) {
    let answers = &caller.answers;
    assert!(records.len() > 10, "many calls were right: {answers:?}");
    assert_eq!(records.len(), caller.acknowledged.len());
    for record in records {
        let Decoded::Known(change) = &record.decoded else {
            continue;
        };
        if let Some(id) = caller.acknowledged[&record.position] {
            assert_eq!(change.id, id, "at {}", record.position);
        }
    }
}

/// The same token on a connection to the server as it is now.
async fn ana_again(server: &TestServer, ana: &TestClient) -> TestClient {
    server.stranger().await.with_token(&ana.token)
}
