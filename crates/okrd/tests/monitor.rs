//! Readiness, one test for each cause, and what is served for monitoring.

use std::io::{self, Write as _};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use okr_core::event::{Event, PersonEvent};
use okr_core::value::Role;
use okr_log::Step;
use okr_proto::{ApiError, PushOutcome, v1};
use okr_testkit::sample::{BEN, CAI};
use okrd::{DiskProbe, DiskSpace};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::client::{TestClient, after_position, change, refusal};
use crate::harness::{ANA, TestServer};

const ADDED_BEN: Event = Event::Person(BEN, PersonEvent::Added(Role::Member));
const ADDED_CAI: Event = Event::Person(CAI, PersonEvent::Added(Role::Member));
const GIB: u64 = 1024 * 1024 * 1024;

/// Sends one line over HTTP and returns status, head and body.
async fn ask(address: &str, line: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("{line} HTTP/1.1\r\nhost: test\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head.to_lowercase(), body.to_owned())
}

async fn get(server: &TestServer, path: &str) -> (u16, String) {
    let (status, _, body) = ask(&server.monitor(), &format!("GET {path}")).await;
    (status, body)
}

async fn grpc_status(client: &TestClient) -> ServingStatus {
    let request = HealthCheckRequest {
        service: "okr.v1.Sync".to_owned(),
    };
    let answer = HealthClient::new(client.channel()).check(request).await;
    answer.unwrap().into_inner().status()
}

/// Waits until both probes say the same thing, which they must within seconds.
async fn expect(server: &TestServer, client: &TestClient, ready: bool) -> String {
    let status = if ready {
        ServingStatus::Serving
    } else {
        ServingStatus::NotServing
    };
    let agreed = async {
        loop {
            let (http, body) = get(server, "/readyz").await;
            if (http == 200) == ready && grpc_status(client).await == status {
                return body;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let agreed = tokio::time::timeout(Duration::from_secs(20), agreed).await;
    agreed.expect("both probes agree within seconds")
}

/// Checks that each line is among the numbers, whole.
fn assert_lines(metrics: &str, lines: &[&str]) {
    for line in lines {
        assert!(
            metrics.contains(&format!("\n{line}\n")),
            "{line}: {metrics}"
        );
    }
}

async fn healthcheck(arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_okrd"));
    command.arg("healthcheck").args(arguments.split(' '));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("OKRD_") {
            command.env_remove(name);
        }
    }
    let output = tokio::task::spawn_blocking(move || command.output().unwrap());
    output.await.unwrap()
}

#[tokio::test]
async fn a_nearly_full_disk_stops_writing_and_not_reading_until_there_is_room() {
    let free = Arc::new(AtomicU64::new(GIB));
    let probed = Arc::clone(&free);
    let mut server = TestServer::stopped();
    server.disk = Some(DiskProbe::from_fn(move |_| {
        let free = probed.load(Ordering::SeqCst);
        Ok(DiskSpace {
            free,
            size: 100 * GIB,
        })
    }));
    server.run().await;
    let ana = server.ana().await;
    assert_eq!(expect(&server, &ana, true).await, "ready\n");

    free.store(GIB / 2 - 1, Ordering::SeqCst);
    let body = expect(&server, &ana, false).await;
    assert!(body.starts_with("not ready\ndisk: "), "{body}");
    let refused = refusal(ana.push(&[change(2, vec![ADDED_BEN])]).await);
    assert_eq!(refused, ApiError::DiskReserve);
    assert_eq!(ana.pull_all(0).await.unwrap().0.len(), 1);
    assert_eq!(get(&server, "/livez").await, (200, "alive\n".to_owned()));
    let (_, metrics) = get(&server, "/metrics").await;
    assert_lines(
        &metrics,
        &[
            "okrd_ready 0",
            "okrd_not_ready{cause=\"disk\"} 1",
            "okrd_not_ready{cause=\"storage\"} 0",
            "okrd_calls_refused_total{reason=\"disk-reserve\"} 1",
            "okrd_limit_hits_total{limit=\"disk_reserve\"} 1",
            "okrd_disk_free_bytes 536870911",
            "okrd_disk_reserve_bytes 536870912",
        ],
    );

    free.store(GIB, Ordering::SeqCst);
    expect(&server, &ana, true).await;
    let outcomes = ana.push(&[change(2, vec![ADDED_BEN])]).await.unwrap();
    assert!(
        matches!(outcomes[..], [PushOutcome::Accepted { .. }]),
        "{outcomes:?}"
    );
}

#[tokio::test]
async fn a_disk_that_is_nearly_full_at_the_start_is_noticed_before_the_first_push() {
    let mut server = TestServer::stopped();
    server.disk = Some(DiskProbe::from_fn(|_| Ok(DiskSpace { free: 0, size: GIB })));
    server.run().await;
    let ana = server.founder(ANA).await;
    let refused = refusal(ana.push(&[change(1, vec![ADDED_BEN])]).await);
    assert_eq!(refused, ApiError::DiskReserve);
    assert_eq!(get(&server, "/readyz").await.0, 503);
}

#[tokio::test]
async fn a_disk_that_says_nothing_stops_nobody() {
    let mut server = TestServer::stopped();
    server.disk = Some(DiskProbe::from_fn(|_| {
        Err(io::Error::other("no such call"))
    }));
    server.run().await;
    let ana = server.ana().await;
    assert_eq!(expect(&server, &ana, true).await, "ready\n");
    let (_, metrics) = get(&server, "/metrics").await;
    assert!(!metrics.contains("\nokrd_disk_free_bytes "), "{metrics}");
}

#[tokio::test]
async fn a_failed_write_makes_the_server_not_ready_for_good() {
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
    assert!(ana.push(&[change(2, vec![ADDED_BEN])]).await.is_err());
    failing.store(false, Ordering::SeqCst);
    let body = expect(&server, &ana, false).await;
    assert!(body.starts_with("not ready\nstorage: "), "{body}");
    assert!(ana.push(&[change(3, vec![ADDED_CAI])]).await.is_err());
    let (_, metrics) = get(&server, "/metrics").await;
    assert_lines(
        &metrics,
        &[
            "okrd_not_ready{cause=\"storage\"} 1",
            "okrd_appends_total{result=\"appended\"} 1",
            "okrd_appends_total{result=\"unknown\"} 1",
            "okrd_calls_refused_total{reason=\"storage-refuses-writes\"} 1",
            "okrd_calls_refused_total{reason=\"outcome-unknown\"} 1",
        ],
    );
}

/// The witness of the log is written after the answer, so nobody's push meets its failure.
#[tokio::test]
async fn a_witness_that_fails_makes_the_server_not_ready_without_another_push() {
    let (failing, synced) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicBool::new(false)),
    );
    let (fails, syncs) = (Arc::clone(&failing), Arc::clone(&synced));
    let mut server = TestServer::stopped();
    server.faults = Some(Arc::new(move |step| {
        if step == Step::SyncWitness {
            let fails = fails.load(Ordering::SeqCst);
            syncs.store(true, Ordering::SeqCst);
            if fails {
                return Err(io::Error::other("the device is on fire"));
            }
        }
        Ok(())
    }));
    server.run().await;
    let ana = server.ana().await;
    // The first change has reached the witness.
    while !synced.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    failing.store(true, Ordering::SeqCst);
    ana.push(&[change(2, vec![ADDED_BEN])]).await.unwrap();
    let body = expect(&server, &ana, false).await;
    assert!(body.starts_with("not ready\nstorage: "), "{body}");
    failing.store(false, Ordering::SeqCst);
    assert!(ana.push(&[change(3, vec![ADDED_CAI])]).await.is_err());
    assert_eq!(ana.pull_all(0).await.unwrap().0.len(), 2);
}

#[tokio::test]
async fn a_write_that_does_not_end_makes_the_server_not_ready_until_it_does() {
    let holding = Arc::new(AtomicBool::new(false));
    let holds = Arc::clone(&holding);
    let mut server = TestServer::stopped();
    server.stall_after = Some(Duration::from_millis(200));
    server.faults = Some(Arc::new(move |step| {
        while step == Step::WriteJournal && holds.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }));
    server.run().await;
    let ana = server.ana().await;
    // A server with nothing to do has not stalled, however long that lasts.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(expect(&server, &ana, true).await, "ready\n");

    holding.store(true, Ordering::SeqCst);
    let pushing = ana.clone();
    let push = tokio::spawn(async move { pushing.push(&[change(2, vec![ADDED_BEN])]).await });
    let body = expect(&server, &ana, false).await;
    assert!(body.starts_with("not ready\nstalled: "), "{body}");
    let (_, metrics) = get(&server, "/metrics").await;
    let stalled = "okrd_not_ready{cause=\"stalled\"} 1";
    assert_lines(&metrics, &["okrd_ready 0", stalled]);
    assert_eq!(ana.pull_all(0).await.unwrap().0.len(), 1);

    holding.store(false, Ordering::SeqCst);
    let outcomes = push.await.unwrap().unwrap();
    assert!(matches!(outcomes[..], [PushOutcome::Accepted { .. }]));
    expect(&server, &ana, true).await;
}

#[tokio::test]
async fn a_server_that_drains_is_not_ready_while_it_still_answers() {
    let (holding, held) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicBool::new(false)),
    );
    let (holds, reached) = (Arc::clone(&holding), Arc::clone(&held));
    let mut server = TestServer::stopped();
    server.faults = Some(Arc::new(move |step| {
        while step == Step::WriteJournal && holds.load(Ordering::SeqCst) {
            reached.store(true, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }));
    server.run().await;
    let ana = server.ana().await;
    let monitor = server.monitor();
    // A push that waits for the disk holds up the drain.
    holding.store(true, Ordering::SeqCst);
    let pushing = ana.clone();
    let pushed = tokio::spawn(async move { pushing.push(&[change(2, vec![ADDED_BEN])]).await });
    let request = HealthCheckRequest {
        service: "okr.v1.Sync".to_owned(),
    };
    let watching = HealthClient::new(ana.channel()).watch(request).await;
    let mut watching = watching.unwrap().into_inner();
    let first = watching.message().await.unwrap().unwrap();
    assert_eq!(first.status(), ServingStatus::Serving);
    while !held.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    let stopped = server.begin_stop();
    let next = watching.message().await.unwrap().unwrap();
    assert_eq!(next.status(), ServingStatus::NotServing);
    let (status, _, body) = ask(&monitor, "GET /readyz").await;
    assert_eq!(status, 503);
    assert!(body.starts_with("not ready\ndraining: "), "{body}");
    let (status, _, _) = ask(&monitor, "GET /livez").await;
    assert_eq!(status, 200);
    holding.store(false, Ordering::SeqCst);
    let outcomes = pushed.await.unwrap().unwrap();
    assert!(
        matches!(outcomes[..], [PushOutcome::Accepted { .. }]),
        "{outcomes:?}"
    );
    stopped.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_happens_is_served_as_numbers_and_names_nobody() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    ana.push(&[change(2, vec![ADDED_BEN]), change(2, vec![ADDED_BEN])])
        .await
        .unwrap();
    let stranger = server.stranger().await;
    assert!(stranger.who_am_i().await.is_err());
    for _ in 0..10 {
        assert!(stranger.login("guess").await.is_err());
    }
    assert!(stranger.login("guess").await.is_err());
    let request = v1::PullRequest {
        follow: true,
        ..after_position(0)
    };
    let mut follower = ana.pull(request).await.unwrap();
    follower.round(&server.verifier(ANA)).await;

    let (status, head, metrics) = ask(&server.monitor(), "GET /metrics").await;
    assert_eq!(status, 200);
    assert!(
        head.contains("content-type: text/plain; version=0.0.4"),
        "{head}"
    );
    assert_lines(
        &metrics,
        &[
            "okrd_changes_total{result=\"accepted\"} 2",
            "okrd_changes_total{result=\"duplicate\"} 1",
            "okrd_head_position 2",
            "okrd_organisations 2",
            "okrd_followers 1",
            "okrd_follower_lag_changes 0",
            "okrd_records_sent_total 2",
            "okrd_calls_refused_total{reason=\"unauthenticated\"} 1",
            "okrd_calls_refused_total{reason=\"code-refused\"} 10",
            "okrd_limit_hits_total{limit=\"failed_logins_per_minute\"} 1",
            "grpc_server_handled_total{grpc_service=\"okr.v1.Sync\",grpc_method=\"Push\",grpc_code=\"OK\"} 2",
            "okrd_ready 1",
        ],
    );
    for somebody in [
        ANA.org.to_string(),
        ANA.person.to_string(),
        "ana\"".to_owned(),
        ana.token.clone(),
    ] {
        assert!(!metrics.contains(&somebody), "{somebody}: {metrics}");
    }
    drop(follower);
}

#[tokio::test]
async fn a_follower_that_left_is_not_counted() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let request = v1::PullRequest {
        follow: true,
        ..after_position(0)
    };
    let mut follower = ana.pull(request).await.unwrap();
    follower.round(&server.verifier(ANA)).await;
    let (_, metrics) = get(&server, "/metrics").await;
    assert_lines(&metrics, &["okrd_followers 1"]);
    drop(follower);
    let gone = async {
        while !get(&server, "/metrics")
            .await
            .1
            .contains("\nokrd_followers 0\n")
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone)
        .await
        .expect("a follower that left is not counted");
}

#[tokio::test]
async fn only_three_pages_are_there_and_only_to_read() {
    let server = TestServer::start().await;
    let monitor = server.monitor();
    let (status, head, body) = ask(&monitor, "HEAD /readyz").await;
    assert_eq!((status, body.as_str()), (200, ""));
    assert!(head.contains("cache-control: no-store"), "{head}");
    assert_eq!(get(&server, "/").await.0, 200);
    for path in ["/debug", "/metrics/", "//metrics", "/../etc/passwd"] {
        assert_eq!(get(&server, path).await.0, 404, "{path}");
    }
    for method in ["POST", "DELETE", "PUT"] {
        let (status, head, _) = ask(&monitor, &format!("{method} /metrics")).await;
        assert_eq!(status, 405, "{method}");
        assert!(head.contains("allow: get, head"), "{head}");
    }
}

#[tokio::test]
async fn healthcheck_ends_with_0_only_when_the_server_is_ready() {
    let free = Arc::new(AtomicU64::new(GIB));
    let probed = Arc::clone(&free);
    let mut server = TestServer::stopped();
    server.disk = Some(DiskProbe::from_fn(move |_| {
        let free = probed.load(Ordering::SeqCst);
        Ok(DiskSpace { free, size: GIB })
    }));
    server.run().await;
    let client = server.stranger().await;
    let ways = [
        format!("--metrics-listen {}", server.monitor()),
        format!("--url {}", server.url()),
    ];
    for way in &ways {
        let output = healthcheck(way).await;
        assert_eq!(output.status.code(), Some(0), "{way}: {output:?}");
        assert_eq!(output.stdout, b"ready\n");
    }
    free.store(0, Ordering::SeqCst);
    expect(&server, &client, false).await;
    for way in &ways {
        let output = healthcheck(way).await;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{way}: {text}");
        assert!(
            text.starts_with("Error: the server is not ready\nHint: "),
            "{text}"
        );
    }
    drop(client);
    server.stop().await;
    for way in &ways {
        let output = healthcheck(way).await;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{way}: {text}");
        assert!(text.contains("does not answer\nCaused by: "), "{text}");
    }
}

#[tokio::test]
async fn healthcheck_finds_the_server_by_its_file_also_with_a_certificate_of_nobody_known() {
    let root = tempfile::tempdir().unwrap();
    let place = root.path().display();
    let made = Command::new(env!("CARGO_BIN_EXE_okrd"))
        .args(["cert", "new"])
        .arg(root.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    for secure in [false, true] {
        let mut server = TestServer::stopped();
        let mut tls = String::new();
        if secure {
            server.tls = Some(okrd::TlsFiles {
                certificate: root.path().join("cert.pem"),
                key: root.path().join("key.pem"),
                client_ca: None,
            });
            tls = format!("[tls]\ncert_file = '{place}/cert.pem'\nkey_file = '{place}/key.pem'\n");
        }
        server.run().await;
        let url = server.url();
        let port = url.rsplit(':').next().unwrap();
        let file = format!("{tls}[server]\nlisten = '127.0.0.1:{port}'\n");
        let path = root.path().join("okrd.toml");
        std::fs::write(&path, file).unwrap();
        let output = healthcheck(&format!("--config {}", path.display())).await;
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        server.stop().await;
        let output = healthcheck(&format!("--config {}", path.display())).await;
        assert_eq!(output.status.code(), Some(1), "{output:?}");
    }
    let output = healthcheck("--config /nowhere/okrd.toml").await;
    assert_eq!(output.status.code(), Some(78), "{output:?}");
}

#[tokio::test]
async fn promtool_finds_nothing_to_say_about_the_numbers() {
    let server = TestServer::start().await;
    let (_, metrics) = get(&server, "/metrics").await;
    let checking = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut checking) = checking else {
        io::stderr()
            .write_all(b"skipped: promtool is not installed\n")
            .unwrap();
        return;
    };
    let mut input = checking.stdin.take().unwrap();
    input.write_all(metrics.as_bytes()).unwrap();
    drop(input);
    let said = checking.wait_with_output().unwrap();
    let complaints = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.status.success(), "{complaints}");
    assert_eq!(complaints, "");
}
