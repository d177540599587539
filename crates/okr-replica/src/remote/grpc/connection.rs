//! One connection with its runtime, credential and time limits.

use std::error::Error as _;
use std::future::Future;
use std::net::IpAddr;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use okr_proto::{
    AUTHORIZATION_METADATA_KEY, BEARER_PREFIX, PROTOCOL_METADATA_KEY, REQUEST_ID_METADATA_KEY,
};
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, timeout, timeout_at};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity, Uri};
use tonic::{Request, Status};
use uuid::Uuid;

use super::{ClientCertificate, GrpcOptions};
use super::{failure, greeting};
use crate::remote::RemoteError;

/// How long a server may stay silent; it gives up a call itself after 30 seconds.
const SILENCE_LIMIT: Duration = Duration::from_secs(35);

/// How long each step may take when it is looked for why a connection was cut.
const GREETING_PATIENCE: Duration = Duration::from_secs(1);

/// A connection to a server.
#[derive(Debug)]
pub(super) struct Connection {
    url: String,
    uri: Uri,
    options: GrpcOptions,
    channel: Channel,
    /// Whether the server has answered anything, so that it lets this machine in.
    was_answered: AtomicBool,
    /// None only while it is dropped.
    runtime: Option<Runtime>,
    token: Option<MetadataValue<Ascii>>,
    keep_alive: Option<Duration>,
    /// When everything has to be over, and how long that was from the start.
    deadline: Option<(Instant, Duration)>,
}

impl Connection {
    pub(super) fn open(url: &str, options: &GrpcOptions) -> Result<Self, RemoteError> {
        let started = Instant::now();
        let (url, uri) = address(url, options.allow_unencrypted)?;
        let endpoint = endpoint(&url, uri.clone(), options)?;
        let runtime = runtime(options);
        let runtime = runtime.map_err(|error| RemoteError::Local {
            cause: error.to_string(),
        })?;
        let limit = options
            .total_timeout
            .map_or(options.connect_timeout, |total| {
                total.min(options.connect_timeout)
            });
        let connected =
            runtime.block_on(async { timeout_at(started + limit, endpoint.connect()).await });
        let failed = match connected {
            Ok(Ok(channel)) => {
                return Ok(Self {
                    url,
                    uri,
                    options: options.clone(),
                    channel,
                    was_answered: AtomicBool::new(false),
                    runtime: Some(runtime),
                    token: None,
                    keep_alive: options.keep_alive,
                    deadline: options.total_timeout.map(|total| (started + total, total)),
                });
            }
            Ok(Err(error)) => match failure::refused_certificate(&error) {
                Some(cause) => RemoteError::ClientCertificate {
                    url,
                    was_shown: options.client_certificate.is_some(),
                    cause,
                },
                None => failure::of_connecting(&url, &error),
            },
            Err(_) => RemoteError::TimedOut { url, limit },
        };
        // A look-up of a name may hang in a thread of its own; nobody waits for it.
        runtime.shutdown_background();
        Err(failed)
    }

    /// Uses a token from now on.
    pub(super) fn set_token(&mut self, token: &str) -> Result<(), RemoteError> {
        // What cannot be sent was not issued by a server.
        let mut value: MetadataValue<Ascii> = format!("{BEARER_PREFIX}{token}")
            .parse()
            .map_err(|_| RemoteError::LoginNeeded)?;
        value.set_sensitive(true);
        self.token = Some(value);
        Ok(())
    }

    pub(super) fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// Adds to a message what every call carries.
    pub(super) fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        let metadata = request.metadata_mut();
        metadata.insert(
            PROTOCOL_METADATA_KEY,
            MetadataValue::from(okr_proto::PROTOCOL_VERSION),
        );
        metadata.insert(
            REQUEST_ID_METADATA_KEY,
            MetadataValue::from_static(request_id()),
        );
        if let Some(token) = &self.token {
            metadata.insert(AUTHORIZATION_METADATA_KEY, token.clone());
        }
        request
    }

    /// Waits for an answer within the limits.
    pub(super) fn wait<T>(
        &self,
        answer: impl Future<Output = Result<T, Status>>,
    ) -> Result<T, RemoteError> {
        let runtime = self
            .runtime
            .as_ref()
            .expect("the runtime is taken by drop only");
        let (until, limit) = self.limit();
        let started = Instant::now();
        match runtime.block_on(async { timeout_at(until, answer).await }) {
            Ok(Ok(answer)) => {
                self.was_answered.store(true, Ordering::Relaxed);
                Ok(answer)
            }
            Ok(Err(status)) => Err(self.failed(&status, started.elapsed())),
            Err(_) => Err(RemoteError::TimedOut {
                url: self.url.clone(),
                limit,
            }),
        }
    }

    /// Says why a call failed, after so long without an answer.
    fn failed(&self, status: &Status, waited: Duration) -> RemoteError {
        let error = self.reason(status);
        // A connection that ends in silence was given up for want of a sign of life. That is no lost
        // answer: to ask again would wait as long again.
        let silent = self.keep_alive.filter(|interval| waited >= *interval);
        match silent {
            Some(interval) if matches!(error, RemoteError::Unreachable { .. }) => {
                RemoteError::TimedOut {
                    url: self.url.clone(),
                    limit: interval * 2,
                }
            }
            Some(_) | None => error,
        }
    }

    /// Says why a call failed, also where only the greeting of a connection tells it.
    fn reason(&self, status: &Status) -> RemoteError {
        let source = status.source();
        if let Some(cause) = source.and_then(failure::refused_certificate) {
            return self.refused_certificate(cause);
        }
        let error = failure::of_call(&self.url, status);
        let is_cut = matches!(error, RemoteError::Unreachable { .. }) && source.is_some();
        if !is_cut {
            self.was_answered.store(true, Ordering::Relaxed);
        } else if !self.was_answered.load(Ordering::Relaxed) {
            return self.greeted().unwrap_or(error);
        }
        error
    }

    /// Finds out why a connection was cut before anything was answered. With TLS 1.3 a server says only
    /// after the greeting that it wants another certificate, and whoever writes meanwhile may miss it.
    fn greeted(&self) -> Option<RemoteError> {
        let left = self.limit().0.saturating_duration_since(Instant::now());
        let patience = left.min(GREETING_PATIENCE);
        if patience.is_zero() {
            return None;
        }
        if self.uri.scheme_str() == Some("http") {
            return matches!(greeting::speaks_tls(&self.uri, patience), Ok(true)).then(|| {
                RemoteError::Encrypted {
                    url: self.url.clone(),
                }
            });
        }
        let cause = greeting::refused_certificate(&self.uri, &self.options, patience)?;
        Some(self.refused_certificate(cause))
    }

    fn refused_certificate(&self, cause: String) -> RemoteError {
        RemoteError::ClientCertificate {
            url: self.url.clone(),
            was_shown: self.options.client_certificate.is_some(),
            cause,
        }
    }

    /// Waits for an answer, at most so long; none when it did not come in that time.
    pub(super) fn wait_at_most<T>(
        &self,
        patience: Duration,
        answer: impl Future<Output = Result<T, Status>>,
    ) -> Result<Option<T>, RemoteError> {
        let runtime = self
            .runtime
            .as_ref()
            .expect("the runtime is taken by drop only");
        match runtime.block_on(async { timeout(patience, answer).await }) {
            Ok(Ok(answer)) => Ok(Some(answer)),
            Ok(Err(status)) => Err(self.reason(&status)),
            Err(_) => Ok(None),
        }
    }

    /// Says that the server ended a stream that was to stay open, and not why.
    pub(super) fn ended(&self) -> RemoteError {
        RemoteError::Unreachable {
            url: self.url.clone(),
            cause: "the server ended the stream".to_owned(),
        }
    }

    /// Returns when the wait that starts now ends, and the limit behind it.
    fn limit(&self) -> (Instant, Duration) {
        let silence = Instant::now() + SILENCE_LIMIT;
        match self.deadline {
            Some((deadline, total)) if deadline < silence => (deadline, total),
            Some(_) | None => (silence, SILENCE_LIMIT),
        }
    }
}

/// Returns the name that every call of this process carries, and under which the server's log has them.
///
/// One name for all of them: what somebody reads out is what one command did.
pub fn request_id() -> &'static str {
    static ID: LazyLock<String> = LazyLock::new(|| {
        // The second half is the random one.
        let (_, random) = Uuid::now_v7().as_u64_pair();
        format!("{random:016x}")
    });
    &ID
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Starts what carries the calls: the caller's own thread, or one beside it that answers the server
/// also while the caller does other things.
fn runtime(options: &GrpcOptions) -> std::io::Result<Runtime> {
    let mut builder = match options.keep_alive {
        None => Builder::new_current_thread(),
        Some(_) => Builder::new_multi_thread(),
    };
    builder.worker_threads(1).enable_all().build()
}

/// Reads an address and returns it in full.
fn address(given: &str, allow_unencrypted: bool) -> Result<(String, Uri), RemoteError> {
    let given = given.trim();
    let wrong = |problem: &str| RemoteError::Address {
        url: given.to_owned(),
        problem: problem.to_owned(),
    };
    let mut url = if given.contains("://") {
        given.to_owned()
    } else {
        format!("https://{given}")
    };
    let uri: Uri = url.parse().map_err(|_| wrong("it is not a URL"))?;
    let host = uri.host().filter(|host| !host.is_empty());
    let host = host.ok_or_else(|| wrong("it names no host"))?;
    if uri
        .authority()
        .is_some_and(|part| part.as_str().contains('@'))
    {
        return Err(wrong("it must not hold a user"));
    }
    if uri.query().is_some() || !matches!(uri.path(), "" | "/") {
        return Err(wrong("it must end after host and port"));
    }
    url.truncate(url.trim_end_matches('/').len());
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if allow_unencrypted || is_this_machine(host) => {}
        Some("http") => return Err(RemoteError::NotEncrypted { url }),
        _ => return Err(wrong("it must begin with https:// or http://")),
    }
    Ok((url, uri))
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn endpoint(url: &str, uri: Uri, options: &GrpcOptions) -> Result<Endpoint, RemoteError> {
    let encrypted = uri.scheme_str() == Some("https");
    let mut endpoint = Endpoint::from(uri)
        .connect_timeout(options.connect_timeout)
        .tcp_nodelay(true);
    if let Some(interval) = options.keep_alive {
        endpoint = endpoint
            .http2_keep_alive_interval(interval)
            .keep_alive_timeout(interval);
    }
    if !encrypted {
        return Ok(endpoint);
    }
    let mut own = ClientTlsConfig::new();
    if let Some(path) = &options.ca_cert {
        own = own.ca_certificate(Certificate::from_pem(certificate(path)?));
    }
    if let Some(ClientCertificate {
        certificate: chain,
        key,
    }) = &options.client_certificate
    {
        own = own.identity(Identity::from_pem(certificate(chain)?, private_key(key)?));
    }
    let beside = endpoint.clone().tls_config(own.clone().with_native_roots());
    let secured = match beside {
        // A machine may have no authorities at all, as in a container: then the file alone counts.
        Err(_) if options.ca_cert.is_some() => endpoint.tls_config(own),
        beside => beside,
    };
    secured.map_err(|error| RemoteError::Tls {
        url: url.to_owned(),
        cause: failure::innermost(&error),
    })
}

fn certificate(path: &Path) -> Result<Vec<u8>, RemoteError> {
    pem(path, "certificate", b"-----BEGIN CERTIFICATE-----")
}

fn private_key(path: &Path) -> Result<Vec<u8>, RemoteError> {
    pem(path, "private key", b"PRIVATE KEY-----")
}

/// Reads a PEM file; one without what is looked for would only fail later, and without its name.
fn pem(path: &Path, what: &str, marker: &[u8]) -> Result<Vec<u8>, RemoteError> {
    let wrong = |cause: String| RemoteError::CertificateFile {
        path: path.to_owned(),
        cause,
    };
    let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    if !pem.windows(marker.len()).any(|window| window == marker) {
        return Err(wrong(format!("it holds no PEM {what}")));
    }
    Ok(pem)
}
