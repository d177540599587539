//! A server with an honest client, whom others try to harm.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use okr_bench::{Load, Login, Peer, login};
use okr_e2e::Server;
use okr_proto::v1;
use tokio::runtime::Runtime;

use super::figure;
use crate::programs;

/// How long an answer to the honest client may take, on a machine that does other things.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// By how much the server may grow, in KiB.
const GROWTH: u64 = 150 * 1024;
/// Descriptors that the server and its honest client may need more than before.
const SPARE: usize = 8;

/// A server, and somebody who uses it as it is meant.
pub(super) struct Site {
    _directory: tempfile::TempDir,
    pub(super) server: Server,
    pub(super) runtime: Runtime,
    pub(super) login: Login,
    pub(super) load: Arc<Load>,
}

impl Site {
    pub(super) fn new(arguments: &[&str]) -> Self {
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
    pub(super) fn while_honest(&self, what: &str, harm: impl FnOnce()) {
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

    /// Returns a push that is nearly as large as one may be, 1 MiB.
    pub(super) fn large_push(&self) -> Vec<v1::NewChange> {
        let note = "n".repeat(8_000);
        let change = || self.load.check_in_noting(&note).unwrap().1;
        (0..125).map(|_| change()).collect()
    }

    /// Ends the server, which has had no accident.
    pub(super) fn end(self) {
        let (status, log) = self.server.stop().unwrap();
        assert!(status.success(), "{status}: {log}");
        assert!(!log.contains("panicked"), "{log}");
    }

    /// Waits until the server has let go of what others had open, and says how long that took.
    ///
    /// It is asked itself: a client cannot tell whether a connection that it takes for open is one.
    pub(super) fn until_free(&self, descriptors: usize) -> Duration {
        let begun = Instant::now();
        while self.server.descriptors().unwrap() > descriptors + SPARE {
            assert!(begun.elapsed() < PATIENCE, "connections are closed in time");
            std::thread::sleep(Duration::from_millis(20));
        }
        begun.elapsed()
    }
}
