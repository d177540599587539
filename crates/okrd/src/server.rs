//! The life of the server: open, serve, drain, close.

use std::collections::BTreeSet;
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use okr_core::id::OrgId;
use okr_log::{CheckpointError, Head, Log, LogOptions, OpenError, Origin};
use okr_proto::v1::credentials_server::CredentialsServer;
use okr_proto::v1::identity_server::IdentityServer;
use okr_proto::v1::sync_server::SyncServer;
use okr_proto::{FILE_DESCRIPTOR_SET, ToLog as _};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tonic::Status;
use tonic::transport::Server as Transport;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;
use tower::util::{MapRequestLayer, MapResponseLayer};
use uuid::Uuid;

use crate::accept::{Gate, accept, note_call};
use crate::access_log::AccessLog;
use crate::admin;
use crate::clock::Clock;
use crate::config::Limits;
use crate::credentials::Credentials;
use crate::data::{DataDir, DataError, Manifest};
use crate::directory::Directory;
use crate::guard::Guard;
use crate::heads::Heads;
use crate::hits::Limit;
use crate::key::{self, KeyFileError};
use crate::last_used::LastUsed;
use crate::limits::{LiveLimits, QUESTION_BYTES, RESPONSE_BYTES};
use crate::lookout::Lookout;
use crate::metrics::Metrics;
use crate::organisations::{self, Organisations};
use crate::proxies::TrustedProxies;
use crate::readiness::{Cause, DiskProbe};
use crate::receiving::{Receiving, too_large_request};
use crate::refusals::Refusals;
use crate::reload::Controls;
use crate::service::{CredentialsService, IdentityService, Shared, SyncService};
use crate::sessions;
use crate::standing::Standing;
use crate::stored_log;
use crate::telemetry::ObserveLayer;
use crate::tls::{TlsError, TlsFiles, TlsSlot};
use crate::traces::{TraceOptions, Traces, TracesError};
use crate::usage::Usage;
use crate::versions::renew_layout;
use crate::writer::{Writer, WriterLimits, WriterParts};

/// The name under which the health of the whole server is asked for.
const WHOLE_SERVER: &str = "";
/// A disk that is only busy answers within a few seconds; whoever pushes is answered after thirty.
const STALL_AFTER: Duration = Duration::from_secs(10);
/// The name under which its readiness for pushes is asked for.
pub(crate) const SYNC: &str = "okr.v1.Sync";

/// What to serve, and how.
#[derive(Clone)]
pub struct ServeOptions {
    /// The data directory.
    pub data: PathBuf,
    /// Certificate and key; none: plain text.
    pub tls: Option<TlsFiles>,
    /// Whose word is taken for where a call came from.
    pub proxies: TrustedProxies,
    /// Whether clients may ask what the services look like.
    pub reflection: bool,
    /// What clients may use of the server.
    pub limits: Limits,
    /// How much room the disk has.
    pub disk: DiskProbe,
    /// After what time a write that has not ended makes the server not ready.
    pub stall_after: Duration,
    /// The time of day.
    pub clock: Clock,
    /// How the log is opened.
    pub log: LogOptions,
    /// Where spans of calls go; none: nowhere.
    pub traces: Option<TraceOptions>,
}

/// A server whose data is open and verified.
pub struct Server {
    reflection: bool,
    gate: Gate,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    lookout: Arc<Lookout>,
    /// Where machines ask how things stand, if anywhere.
    monitor: Option<TcpListener>,
    /// Where spans of calls go, if anywhere.
    traces: Option<Traces>,
    /// When the time to drain is over, once it has begun.
    drained_at: OnceLock<Instant>,
    /// Held until everything else is closed.
    data: DataDir,
}

/// Why the server does not start, or ends.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data directory cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The log is not opened.
    #[error("the log cannot be opened")]
    Log(#[from] OpenError),
    /// The key cannot be used.
    #[error("the server's key cannot be used")]
    Key(#[from] KeyFileError),
    /// The certificate or key for TLS cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Spans cannot be sent.
    #[error("traces cannot be sent")]
    Traces(#[from] TracesError),
    /// The name of the server gives no origin for checkpoints.
    #[error("the server's name cannot be used")]
    Name(#[from] CheckpointError),
    /// `server.json` lists something else than organisations.
    #[error("server.json lists {0:?}, which is no id of an organisation")]
    OrgId(String),
    /// The system gives no threads.
    #[error("the writer threads cannot be started")]
    Threads(#[source] io::Error),
    /// The transport failed.
    #[error("serving failed")]
    Transport(#[source] tonic::transport::Error),
}

impl ServeOptions {
    /// Makes the usual options.
    pub fn new(data: PathBuf) -> Self {
        Self {
            data,
            tls: None,
            proxies: TrustedProxies::default(),
            reflection: true,
            limits: Limits::default(),
            disk: DiskProbe::system(),
            stall_after: STALL_AFTER,
            clock: Clock::system(),
            log: LogOptions::new(),
            traces: None,
        }
    }
}

impl Server {
    /// Opens the data directory and verifies the log. Blocks on the disk.
    ///
    /// # Errors
    ///
    /// What is wrong with the directory, the key or the log; nothing was repaired or changed.
    pub fn open(options: &ServeOptions) -> Result<Self, ServeError> {
        let traces = options.traces.as_ref().map(Traces::prepare).transpose()?;
        let (data, manifest) = DataDir::open(&options.data)?;
        let now = options.clock.now();
        let tls = options
            .tls
            .as_ref()
            .map(|files| files.load(now))
            .transpose()?;
        let orgs = read_orgs(&manifest)?;
        let key = key::of(&data, &manifest)?;
        let credentials = Credentials::open(data.credentials_file())?;
        let directory = Directory::open(data.directory_file())?;
        let log_directory = data.log_directory();
        let (log, sequencer) = stored_log::open(&log_directory, options.log.clone(), &orgs)?;
        warn_of_erased(&log);
        let standing = Arc::new(Standing::of(sequencer.people()));
        let heads = Arc::new(Heads::new(key, ends(&manifest, &log, orgs)?));
        let observed = Arc::clone(&heads);
        log.on_durable(Box::new(move |org, head| observed.publish(org, head)));
        let appender = log
            .appender()
            .expect("a log that was just opened has its appender");
        let metrics = Arc::<Metrics>::default();
        let writer = Writer::start(WriterParts {
            sequencer,
            appender,
            standing: Arc::clone(&standing),
            metrics: Arc::clone(&metrics),
            clock: options.clock.clone(),
            limits: WriterLimits::new(&options.limits),
        });
        let gate = gate(options, tls.map(TlsSlot::new), &metrics);
        // All of it has been verified by now. A server that starts notices from then on what goes.
        renew_layout(&data, manifest, heads.verifier_key())?;
        let (stop, stopping) = watch::channel(false);
        let readiness = Arc::default();
        let shared = Shared {
            clock: options.clock.clone(),
            credentials,
            directory,
            standing,
            heads,
            log,
            writer: writer.map_err(ServeError::Threads)?,
            guard: Guard::new(Arc::clone(&gate.limits), Arc::clone(&gate.hits)),
            metrics,
            readiness,
            refusals: Refusals::default(),
            last_used: LastUsed::open(data.last_used_file())?,
            access: AccessLog::open(data.access_log_file())?,
            organisations: Organisations::open(data.organisations_file())?,
            usage: Usage::default(),
            stopping,
        };
        let mut server = Self::around(shared, options, (gate, stop, data));
        server.traces = traces;
        Ok(server)
    }

    fn around(
        shared: Shared,
        options: &ServeOptions,
        (gate, stop, data): (Gate, watch::Sender<bool>, DataDir),
    ) -> Self {
        let shared = Arc::new(shared);
        let lookout = Lookout::new(Arc::clone(&shared), gate.clone(), options);
        Self {
            reflection: options.reflection,
            gate,
            shared,
            stop,
            lookout: Arc::new(lookout),
            monitor: None,
            traces: None,
            drained_at: OnceLock::new(),
            data,
        }
    }

    /// Returns what can be changed while it runs.
    pub fn controls(&self) -> Controls {
        Controls::new(self.gate.clone(), self.shared.clock.clone())
    }

    /// Answers machines that ask how things stand on a listener of its own, over plain HTTP: `/metrics`, `/livez`,
    /// `/readyz`.
    #[must_use]
    pub fn with_monitor(mut self, listener: TcpListener) -> Self {
        self.monitor = Some(listener);
        self
    }

    /// Serves until `shutdown` completes, then drains: no new connections and pushes, calls under way end within
    /// the time to drain, followers are told, everything is flushed.
    ///
    /// # Errors
    ///
    /// `Tls` and `Transport`; the log is closed in any case.
    pub async fn run(
        mut self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        if let Some(traces) = &self.traces {
            traces.start();
        }
        let monitor = self.monitor.take();
        let monitor = monitor.map(|listener| tokio::spawn(self.lookout.monitor().serve(listener)));
        let administration = admin::serve(self.data.path(), Arc::clone(&self.shared));
        let served = self.serve(listener, shutdown).await;
        if let Some(traces) = &self.traces {
            let drain_time = self.gate.limits.get().drain_time.get();
            let left = self.drained_at.get().map(|end| *end - Instant::now());
            traces.end(left.unwrap_or(drain_time)).await;
        }
        let shared = Arc::clone(&self.shared);
        let close = move || {
            // Before the log, which its connections read.
            drop(administration);
            shared.writer.close();
            sessions::save(&shared);
        };
        // Only a panic makes this fail, and it has been logged.
        drop(tokio::task::spawn_blocking(close).await);
        if let Some(monitor) = monitor {
            end(monitor).await;
        }
        tracing::info!("stopped");
        served
    }

    async fn serve(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        let health = HealthReporter::new();
        self.lookout.tell(&health).await;
        let watching = tokio::spawn(Arc::clone(&self.lookout).watch(health.clone()));
        let readiness = Arc::clone(&self.shared.readiness);
        let sessions = tokio::spawn(sessions::watch_over(Arc::clone(&self.shared)));
        let settled = tokio::spawn(organisations::follow(Arc::clone(&self.shared)));
        let (begin_drain, drain_begun) = oneshot::channel();
        let stop = self.stop.clone();
        let mut reporter = health.clone();
        let signal = async move {
            shutdown.await;
            tracing::info!("stopping");
            stop.send_replace(true);
            readiness.set(Cause::Draining, true);
            for service in [WHOLE_SERVER, SYNC] {
                reporter
                    .set_service_status(service, ServingStatus::NotServing)
                    .await;
                // Whoever watches has been told; its stream ends, which would otherwise hold up the drain.
                reporter.clear_service_status(service).await;
            }
            // Whoever waits for it is gone when this fails.
            begin_drain.send(()).ok();
        };
        let serving = self.transport(listener, health, signal);
        let drain = async {
            if drain_begun.await.is_err() {
                std::future::pending::<()>().await;
            }
            let end = Instant::now() + self.gate.limits.get().drain_time.get();
            tokio::time::sleep_until(*self.drained_at.get_or_init(|| end)).await;
        };
        let served = tokio::select! {
            served = serving => served.map_err(ServeError::Transport),
            () = drain => {
                self.gate.hits.note(Limit::DrainTime);
                tracing::warn!("calls were still under way after the time to drain");
                Ok(())
            }
        };
        end(watching).await;
        // Also when the transport failed; the log is closed when nobody holds it any more.
        self.stop.send_replace(true);
        drop(tokio::join!(sessions, settled));
        served
    }

    fn transport(
        &self,
        listener: TcpListener,
        health: HealthReporter,
        signal: impl Future<Output = ()>,
    ) -> impl Future<Output = Result<(), tonic::transport::Error>> {
        let limits = self.gate.limits.get();
        let transport = Transport::builder()
            .max_concurrent_streams(limits.streams_per_connection.to_u32())
            .http2_max_header_list_size(limits.header_size.to_u32())
            // CVE-2023-44487.
            .http2_max_pending_accept_reset_streams(Some(limits.pending_resets.to_usize()))
            .http2_keepalive_interval(Some(limits.keepalive_interval.get()))
            .http2_keepalive_timeout(Some(limits.keepalive_time.get()));
        let sync = SyncServer::new(SyncService(Arc::clone(&self.shared)))
            .max_decoding_message_size(limits.request_size.to_usize())
            .max_encoding_message_size(RESPONSE_BYTES);
        let identity = IdentityServer::new(IdentityService(Arc::clone(&self.shared)))
            .max_decoding_message_size(limits.request_size.to_usize())
            .max_encoding_message_size(RESPONSE_BYTES);
        let credentials = CredentialsServer::new(CredentialsService(Arc::clone(&self.shared)))
            .max_decoding_message_size(QUESTION_BYTES)
            .max_encoding_message_size(RESPONSE_BYTES);
        let health = tonic_health::server::HealthService::from_health_reporter(health);
        let health = tonic_health::pb::health_server::HealthServer::new(health)
            .max_decoding_message_size(QUESTION_BYTES);
        let reflection = self.reflection.then(|| {
            tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
                .build_v1()
                .expect("the descriptors were made by this build")
        });
        let limit = limits.request_size.to_usize();
        let accepted = accept(listener, self.gate.clone());
        let metrics = Arc::clone(&self.shared.metrics);
        let proxies = Arc::clone(&self.gate.proxies);
        let receiving = Receiving::new(Arc::clone(&self.gate.limits), Arc::clone(&self.gate.hits));
        transport
            .layer(MapRequestLayer::new(note_call))
            .layer(MapRequestLayer::new(move |request| {
                proxies.name_client(request)
            }))
            .layer(MapRequestLayer::new(move |request| receiving.hold(request)))
            .layer(ObserveLayer::new(
                Arc::clone(&self.shared.metrics),
                self.traces.clone(),
            ))
            .layer(MapResponseLayer::new(move |response| {
                name_limit(response, limit, &metrics)
            }))
            .add_service(sync)
            .add_service(identity)
            .add_service(credentials)
            .add_service(health)
            .add_optional_service(reflection)
            .serve_with_incoming_shutdown(accepted, signal)
    }
}

/// Makes what connections have to pass.
fn gate(options: &ServeOptions, tls: Option<TlsSlot>, metrics: &Metrics) -> Gate {
    Gate {
        limits: Arc::new(LiveLimits::new(options.limits.clone())),
        proxies: Arc::new(options.proxies.clone()),
        tls,
        hits: Arc::clone(&metrics.hits),
    }
}

/// Ends a task, and returns when what it holds is free.
async fn end(task: JoinHandle<()>) {
    task.abort();
    // Only that it was told to end, or a panic, which has been logged.
    drop(task.await);
}

/// Gives a request that is too large the status that the protocol promises, in place of the transport's own.
fn name_limit<B: Default>(
    response: http::Response<B>,
    limit: usize,
    metrics: &Metrics,
) -> http::Response<B> {
    let refusal = response.extensions().get::<Status>();
    let named = refusal.and_then(|refusal| too_large_request(refusal, limit, &metrics.hits));
    let Some(error) = named else {
        return response;
    };
    metrics.count_refusal(&error);
    Status::from(error).into_http()
}

/// Says that the files have more of erased texts than anybody is given.
fn warn_of_erased(log: &Log) {
    let changes = log.erased_records();
    if changes > 0 {
        tracing::warn!(
            changes,
            "bytes of erased texts are still in the files: stop the server and run okrd compact"
        );
    }
}

/// Returns the organisations that a data directory holds.
pub(crate) fn read_orgs(manifest: &Manifest) -> Result<BTreeSet<OrgId>, ServeError> {
    let parse = |text: &String| match text.parse::<Uuid>() {
        Ok(id) => Ok(OrgId::new(id)),
        Err(_) => Err(ServeError::OrgId(text.clone())),
    };
    manifest.orgs.iter().map(parse).collect()
}

/// Returns the first line of an organisation's checkpoints: server and organisation.
pub(crate) fn origin(manifest: &Manifest, org: OrgId) -> Result<Origin, CheckpointError> {
    Origin::new(&format!("{}/{org}", manifest.server_name))
}

/// Returns where the log of each organisation ends, with the first line of its checkpoints.
pub(crate) fn ends(
    manifest: &Manifest,
    log: &Log,
    orgs: BTreeSet<OrgId>,
) -> Result<Vec<(OrgId, Origin, Head)>, CheckpointError> {
    let end = |org: OrgId| Ok((org, origin(manifest, org)?, log.head(org.to_log())));
    orgs.into_iter().map(end).collect()
}
