//! A server on a free port, with a clock and faults that tests set.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use okr_core::Timestamp;
use okr_core::id::{OrgId, PersonId};
use okr_log::{CreateError, LogOptions, VerifyingKey};
use okr_proto::{DisplayName, Email, Handle, PushOutcome};
use okr_testkit::sample;
use okrd::{
    Administrator, Clock, Controls, DataError, DiskProbe, InitError, Initialised, Limits,
    NewServer, Organisation, Principal, ServeError, ServeOptions, Server, TlsFiles, TrustedProxies,
};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::Endpoint;
use uuid::Uuid;

use crate::client::{TestClient, founding};

/// The founder of the sample organisation.
pub(crate) const ANA: Principal = Principal {
    org: sample::ORG,
    person: sample::ANA,
};
/// An organisation beside it.
pub(crate) const OTHER_ORG: OrgId =
    OrgId::new(Uuid::from_u128(0x0192_0304_0506_7708_890a_0b0c_0d0e_0f10));
/// Its founder.
pub(crate) const ZOE: Principal = Principal {
    org: OTHER_ORG,
    person: PersonId::new(Uuid::from_u128(0x0192_0304_0506_7708_890a_0b0c_0d0e_0f11)),
};

/// A data directory, and the server on it when it runs.
pub(crate) struct TestServer {
    root: TempDir,
    /// What `init` printed, for each organisation.
    pub made: Vec<Initialised>,
    time: Arc<AtomicI64>,
    running: Option<Running>,
    pub faults: Option<okr_log::FaultHook>,
    /// After how many records a pull has a checkpoint; the usual number if none is given.
    pub round: Option<NonZeroU64>,
    pub tls: Option<TlsFiles>,
    /// Whose word is taken for where a call came from.
    pub proxies: TrustedProxies,
    /// What differs from the usual limits.
    pub limits: &'static [(&'static str, &'static str)],
    /// What the disk says; the real one if none is given.
    pub disk: Option<DiskProbe>,
    /// When a write has stalled; the usual time if none is given.
    pub stall_after: Option<Duration>,
    /// Where spans of calls go.
    pub traces: Option<okrd::TraceOptions>,
}

struct Running {
    url: String,
    controls: Controls,
    monitor: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServeError>>,
}

impl TestServer {
    /// Makes a data directory for Ana's and Zoe's organisations, both adopted, and starts the server.
    pub(crate) async fn start() -> Self {
        let mut server = Self::stopped();
        server.run().await;
        server
    }

    /// Makes the data directory only.
    ///
    /// A process that another test starts at this moment may hold the new log, which is made and then
    /// opened, until it is the other program.
    pub(crate) fn stopped() -> Self {
        for _ in 0..100 {
            match Self::made() {
                Err(InitError::Log(CreateError::Open(_))) => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                made => return made.unwrap(),
            }
        }
        panic!("a new log is always in use");
    }

    fn made() -> Result<Self, InitError> {
        let root = tempfile::tempdir().unwrap();
        let noon = "2026-11-23T12:00:00Z".parse::<Timestamp>().unwrap();
        let time = Arc::new(AtomicI64::new(noon.as_microsecond()));
        let name = okr_log::KeyName::new("test.example.org").unwrap();
        let data = root.path().join("data");
        let new = NewServer::create(&data, &name, clock(&time))?;
        let orgs = [("ana", ANA), ("zoe", ZOE)].map(|(handle, principal)| {
            let administrator = Administrator {
                handle: Handle::new(handle).unwrap(),
                name: DisplayName::new("").unwrap(),
                email: Email::new("").unwrap(),
            };
            (Organisation::Adopted(principal), administrator)
        });
        let made = new.finish(orgs.into())?;
        Ok(Self {
            root,
            made,
            time,
            running: None,
            faults: None,
            round: None,
            tls: None,
            proxies: TrustedProxies::default(),
            limits: &[],
            disk: None,
            stall_after: None,
            traces: None,
        })
    }

    /// Starts the server on the directory as it is.
    pub(crate) async fn run(&mut self) {
        let monitor = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let monitor_address = monitor.local_addr().unwrap();
        let server = self.open().with_monitor(monitor);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move { drop(stopped.await) };
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        self.running = Some(Running {
            url: format!("{scheme}://localhost:{port}"),
            controls: server.controls(),
            monitor: monitor_address.to_string(),
            stop,
            task: tokio::spawn(server.run(listener, shutdown)),
        });
    }

    /// Opens the directory, which a process that another test starts at this moment may hold as well.
    fn open(&self) -> Server {
        for _ in 0..100 {
            match Server::open(&self.options()) {
                Err(ServeError::Data(DataError::Locked { .. })) => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                opened => return opened.unwrap(),
            }
        }
        panic!("a data directory is always in use");
    }

    pub(crate) fn options(&self) -> ServeOptions {
        let mut options = ServeOptions::new(self.root.path().join("data"));
        options.clock = clock(&self.time);
        options.tls.clone_from(&self.tls);
        options.traces.clone_from(&self.traces);
        options.proxies.clone_from(&self.proxies);
        options.limits = Limits::new(self.limits).unwrap();
        if let Some(disk) = &self.disk {
            options.disk = disk.clone();
        }
        if let Some(after) = self.stall_after {
            options.stall_after = after;
        }
        if let Some(faults) = &self.faults {
            options.log = LogOptions::new().faults(Arc::clone(faults));
        }
        if let Some(round) = self.round {
            options.log = options.log.waypoints_every(round);
        }
        options
    }

    pub(crate) fn data(&self) -> std::path::PathBuf {
        self.root.path().join("data")
    }

    pub(crate) fn url(&self) -> String {
        self.running.as_ref().unwrap().url.clone()
    }

    /// Where it listens, for those who bring bytes of their own.
    pub(crate) fn address(&self) -> (&'static str, u16) {
        let url = self.url();
        let (_, port) = url.rsplit_once(':').unwrap();
        ("localhost", port.parse().unwrap())
    }

    /// Returns what can be changed while it runs.
    pub(crate) fn controls(&self) -> Controls {
        self.running.as_ref().unwrap().controls.clone()
    }

    /// Where machines ask how it stands.
    pub(crate) fn monitor(&self) -> String {
        self.running.as_ref().unwrap().monitor.clone()
    }

    /// Tells the server to stop, without waiting for it.
    pub(crate) fn begin_stop(&mut self) -> JoinHandle<Result<(), ServeError>> {
        let Running { stop, task, .. } = self.running.take().unwrap();
        stop.send(()).unwrap();
        task
    }

    /// Stops the server and waits until it is closed.
    pub(crate) async fn stop(&mut self) {
        self.begin_stop().await.unwrap().unwrap();
    }

    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.run().await;
    }

    /// Moves the server's clock.
    pub(crate) fn advance_hours(&self, hours: i64) {
        let micros = hours * 3_600_000_000;
        self.time.fetch_add(micros, Ordering::SeqCst);
    }

    /// Connects without a token.
    pub(crate) async fn stranger(&self) -> TestClient {
        let endpoint = Endpoint::from_shared(self.url()).unwrap();
        TestClient {
            channel: endpoint.connect().await.unwrap(),
            token: String::new(),
        }
    }

    /// Logs a founder in with the code that `init` printed.
    pub(crate) async fn founder(&self, principal: Principal) -> TestClient {
        let made = self.made.iter().find(|made| made.principal == principal);
        let code = made.unwrap().code.secret.reveal();
        let mut client = self.stranger().await;
        client.token = client.login(&code).await.unwrap().token;
        client
    }

    /// Logs Ana in and founds the sample organisation.
    pub(crate) async fn ana(&self) -> TestClient {
        let ana = self.founder(ANA).await;
        let outcomes = ana.push(&[founding(1)]).await.unwrap();
        assert!(matches!(outcomes[..], [PushOutcome::Accepted { .. }]));
        ana
    }

    /// Returns what verifies an organisation's checkpoints.
    pub(crate) fn verifier(&self, principal: Principal) -> (VerifyingKey, okr_log::Origin) {
        let made = self.made.iter().find(|made| made.principal == principal);
        let made = made.unwrap();
        (made.verifier_key.parse().unwrap(), made.origin.clone())
    }
}

fn clock(time: &Arc<AtomicI64>) -> Clock {
    let time = Arc::clone(time);
    Clock::from_fn(move || Timestamp::from_microsecond(time.load(Ordering::SeqCst)).unwrap())
}
