//! Clients that mean harm, beside one that does not: the server's memory stays bounded, and the honest one is served.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use okr_bench::{Load, Login, Peer, login};
use okr_e2e::Server;
use okr_proto::v1;
use okr_proto::v1::sync_client::SyncClient;
use tokio::runtime::Runtime;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Streaming};

use super::rude::Rude;
use super::{figure, rounds};
use crate::programs;

/// How long an answer to the honest client may take, on a machine that does other things.
const PATIENCE: Duration = Duration::from_secs(10);
/// By how much the server may grow, in KiB.
const GROWTH: u64 = 150 * 1024;

/// A server, and somebody who uses it as it is meant.
struct Site {
    _directory: tempfile::TempDir,
    server: Server,
    runtime: Runtime,
    login: Login,
    load: Arc<Load>,
}

impl Site {
    fn new(arguments: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let founding = ["--org", "Acme", "--time-zone", "UTC", "--admin", "ana"];
        let answer = Server::init(&programs(), &data, &founding).unwrap();
        let line: Vec<&str> = ["--listen", "127.0.0.1:0"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        let server = Server::start_with(&programs(), &data, &line).unwrap();
        let runtime = Runtime::new().unwrap();
        let code = answer["code"].as_str().unwrap();
        let login = runtime.block_on(login(server.url(), code)).unwrap();
        let load = Arc::new(Load::new(login.person));
        let plan = load.plan().unwrap();
        runtime.block_on(async {
            let mut peer = Peer::new(server.url(), &login.token).await.unwrap();
            peer.push_all(plan).await.unwrap();
        });
        Self {
            _directory: directory,
            server,
            runtime,
            login,
            load,
        }
    }

    /// Lets the honest client push while something else goes on, and says how both fared.
    fn while_honest(&self, what: &str, harm: impl FnOnce()) {
        let before = self.server.resident_kib().unwrap();
        let done = Arc::new(AtomicBool::new(false));
        let (url, token) = (self.server.url().to_owned(), self.login.token.clone());
        let (load, over) = (Arc::clone(&self.load), Arc::clone(&done));
        let honest = self.runtime.spawn(async move {
            let mut peer = Peer::new(&url, &token).await.unwrap();
            let mut times = Vec::new();
            while !over.load(Ordering::Relaxed) || times.len() < 20 {
                let (_, change) = load.check_in().unwrap();
                let begun = Instant::now();
                let pushed = tokio::time::timeout(PATIENCE, peer.push_all(vec![change])).await;
                pushed.expect("an answer comes in time").unwrap();
                times.push(begun.elapsed());
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            times
        });
        harm();
        let during = self.server.resident_kib().unwrap();
        done.store(true, Ordering::Relaxed);
        let mut times = self.runtime.block_on(honest).unwrap();
        times.sort();
        let median = times[times.len() / 2];
        let slowest = times[times.len() - 1];
        figure(&format!(
            "{what}: {} to {} MiB; {} honest pushes, median {:.1} ms, slowest {:.0} ms",
            before / 1024,
            during / 1024,
            times.len(),
            median.as_secs_f64() * 1e3,
            slowest.as_secs_f64() * 1e3
        ));
        let growth = during.saturating_sub(before);
        assert!(growth < GROWTH, "{what}: the server grew by {growth} KiB");
    }

    fn end(self) {
        let (status, log) = self.server.stop().unwrap();
        assert!(status.success(), "{status}: {log}");
        assert!(!log.contains("panicked"), "{log}");
    }

    async fn follow(&self, channel: &Channel) -> Streaming<v1::PullResponse> {
        let mut request = Request::new(v1::PullRequest {
            after: 0,
            follow: true,
            directory_version: 0,
        });
        let metadata = request.metadata_mut();
        let version = okr_proto::PROTOCOL_VERSION.to_string();
        metadata.insert(okr_proto::PROTOCOL_METADATA_KEY, version.parse().unwrap());
        let credential = format!("Bearer {}", self.login.token);
        metadata.insert(
            okr_proto::AUTHORIZATION_METADATA_KEY,
            credential.parse().unwrap(),
        );
        let mut client = SyncClient::new(channel.clone());
        client.pull(request).await.unwrap().into_inner()
    }
}

#[test]
fn calls_that_are_begun_and_taken_back_do_no_harm() {
    let site = Site::new(&[]);
    let address = site.server.listen();
    let count = 20_000 * rounds(1);
    site.while_honest(&format!("{count} calls begun and reset at once"), || {
        let mut sent = 0;
        while sent < count {
            let mut rude = Rude::connect(&address).unwrap();
            // The server may end a connection that does this; then there is another.
            for number in 0..1000 {
                if rude.reset().is_err() {
                    break;
                }
                if number % 200 == 0 {
                    rude.listen();
                }
            }
            sent += 1000;
        }
    });
    site.end();
}

#[test]
fn headers_without_an_end_do_no_harm() {
    let site = Site::new(&[]);
    let address = site.server.listen();
    let connections = 20 * rounds(1);
    site.while_honest(
        &format!("{connections} connections with up to 16 MiB of header each"),
        || {
            let mut refused = 0;
            for _ in 0..connections {
                let mut rude = Rude::connect(&address).unwrap();
                refused += usize::from(rude.endless_header(1024).is_err());
            }
            assert_eq!(refused, connections, "nobody's header is read to its end");
        },
    );
    site.end();
}

#[test]
fn connections_that_say_nothing_are_closed() {
    let site = Site::new(&["--limits-handshake-time", "2s"]);
    let address = site.server.listen();
    let count = 500 * rounds(1);
    site.while_honest(&format!("{count} connections that say nothing"), || {
        let mut crowd: Vec<TcpStream> = Vec::new();
        for number in 0..count {
            let mut stream = TcpStream::connect(&address).unwrap();
            if number % 2 == 0 {
                stream.write_all(b"PRI * HT").unwrap();
            }
            crowd.push(stream);
        }
        let begun = Instant::now();
        for stream in &mut crowd {
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            // Whether it ends with a reset or in order, it ends.
            while matches!(std::io::Read::read(stream, &mut [0; 64]), Ok(1..)) {}
        }
        assert!(begun.elapsed() < PATIENCE, "they are closed in time");
    });
    site.end();
}

#[test]
fn readers_that_do_not_read_and_followers_that_wait_cost_little() {
    let site = Site::new(&["--limits-streams-per-token", "100000"]);
    let count = 200 * rounds(1);
    let before = site.server.resident_kib().unwrap();
    let mut kept: Vec<Streaming<v1::PullResponse>> = Vec::new();
    site.while_honest(&format!("{count} followers that read nothing"), || {
        site.runtime.block_on(async {
            let mut channel = None;
            for number in 0..count {
                if number % 100 == 0 {
                    let endpoint = Endpoint::from_shared(site.server.url().to_owned()).unwrap();
                    channel = Some(endpoint.connect().await.unwrap());
                }
                kept.push(site.follow(channel.as_ref().unwrap()).await);
            }
        });
    });
    let after = site.server.resident_kib().unwrap();
    let each = after.saturating_sub(before) / count as u64;
    figure(&format!("{count} followers: {each} KiB each"));
    assert!(each < 200, "{each} KiB for a follower");
    drop(kept);
    site.end();
}

#[test]
fn pushes_of_as_many_changes_as_may_be_do_no_harm() {
    let site = Site::new(&[]);
    let count = 32 * rounds(1);
    site.while_honest(&format!("{count} pushes of 500 changes"), || {
        site.runtime.block_on(async {
            let mut pushes = Vec::new();
            for _ in 0..count {
                let changes = site.load.check_ins(500).unwrap();
                let mut peer = Peer::new(site.server.url(), &site.login.token)
                    .await
                    .unwrap();
                pushes.push(tokio::spawn(
                    async move { peer.push(changes).await.is_ok() },
                ));
            }
            let mut taken = 0;
            for push in pushes {
                taken += usize::from(push.await.unwrap());
            }
            assert!(taken > 0, "what may be pushed is taken");
        });
    });
    site.end();
}
