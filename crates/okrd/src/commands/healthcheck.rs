//! `okrd healthcheck`: asks a running server whether it is ready, for containers that have no other tool.

mod own;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::args::HealthcheckArguments;
use crate::config::Settings;
use crate::failure::{Exit, Failure};
use crate::output;
use crate::server::SYNC;

/// The longest answer that is read, in bytes.
const ANSWER_BYTES: usize = 4 * 1024;

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Where a server answers.
enum Place {
    /// Somewhere.
    Url(String),
    /// Its listener for monitoring.
    Monitor(String),
    /// The server itself, over TLS.
    Tls(SocketAddr),
    /// The server itself, in plain text.
    Plain(SocketAddr),
}

impl Place {
    /// Finds it as the settings say.
    fn of(settings: &Settings) -> Result<Self, Failure> {
        if let Some(listen) = &settings.metrics.listen {
            return Ok(Self::Monitor(listen.as_str().to_owned()));
        }
        let unusable = |problem| Failure::new(Exit::Configuration, problem);
        let addresses = settings.addresses().map_err(unusable)?;
        let found = addresses.first().copied().map(reachable);
        let address = found.filter(|address| address.port() != 0).ok_or_else(|| {
            unusable("server.listen names no port that could be asked".to_owned())
                .hint("set metrics.listen, or give --url")
        })?;
        match settings.tls_files() {
            Some(files) if files.client_ca.is_some() => {
                let problem = "the server asks for certificates of its clients";
                Err(unusable(problem.to_owned())
                    .hint("set metrics.listen: the listener for monitoring asks for none"))
            }
            Some(_) => Ok(Self::Tls(address)),
            None => Ok(Self::Plain(address)),
        }
    }
}

pub(super) fn run(arguments: &HealthcheckArguments) -> Result<(), Failure> {
    let place = match &arguments.url {
        Some(url) => Place::Url(url.clone()),
        None => Place::of(&arguments.place.settings()?)?,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::new(Exit::Error, "the runtime cannot be started").caused_by(&error)
        })?;
    let time = Duration::from_secs(arguments.timeout);
    runtime.block_on(async {
        let asked = async {
            match &place {
                Place::Url(url) => over_grpc(url, arguments.ca_cert.as_deref()).await,
                Place::Monitor(address) => over_http(address).await,
                Place::Tls(address) => {
                    over_channel(own::connect(*address).await, &address.to_string()).await
                }
                Place::Plain(address) => over_grpc(&format!("http://{address}"), None).await,
            }
        };
        let late = || {
            Failure::new(
                Exit::Error,
                format!("no answer within {} s", time.as_secs()),
            )
        };
        tokio::time::timeout(time, asked)
            .await
            .map_err(|_| late())?
    })?;
    output::print("ready")
}

fn not_ready(why: &str) -> Failure {
    Failure::new(Exit::Error, "the server is not ready").hint(why)
}

/// Says what is at the bottom: what stands above it says "transport error".
fn no_answer(whom: &str, error: &AnyError) -> Failure {
    let mut cause = &**error as &dyn std::error::Error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Failure::new(Exit::Error, format!("{whom} does not answer")).caused_by(cause)
}

/// Asks `/readyz` of the monitoring listener.
async fn over_http(listen: &str) -> Result<(), Failure> {
    let ask = async || -> Result<(StatusCode, String), AnyError> {
        let addresses: Vec<SocketAddr> = listen.to_socket_addrs()?.map(reachable).collect();
        let stream = TcpStream::connect(&*addresses).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let request = Request::get("/readyz").header("host", listen);
        let answer = sender
            .send_request(request.body(Empty::<Bytes>::new())?)
            .await?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES)
            .collect()
            .await?;
        let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
        Ok((status, body))
    };
    let (status, body) = ask().await.map_err(|error| no_answer(listen, &error))?;
    match status {
        StatusCode::OK => Ok(()),
        StatusCode::SERVICE_UNAVAILABLE => {
            let causes: Vec<&str> = body.lines().skip(1).collect();
            Err(not_ready(&causes.join("; ")))
        }
        _ => Err(no_answer(listen, &format!("it answered {status}").into())),
    }
}

/// An address that is listened on everywhere is asked on this machine.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

/// Asks `grpc.health.v1` of the server itself.
async fn over_grpc(url: &str, ca_cert: Option<&Path>) -> Result<(), Failure> {
    let pem = ca_cert.map(|path| {
        std::fs::read(path).map_err(|error| {
            let message = format!("cannot read {}", path.display());
            Failure::new(Exit::Configuration, message).caused_by(&error)
        })
    });
    let pem = pem.transpose()?;
    let connect = async || -> Result<Channel, AnyError> {
        let mut endpoint = Endpoint::from_shared(url.to_owned())?;
        if url.starts_with("https:") {
            let tls = match &pem {
                Some(pem) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)),
                None => ClientTlsConfig::new().with_native_roots(),
            };
            endpoint = endpoint.tls_config(tls)?;
        }
        Ok(endpoint.connect().await?)
    };
    over_channel(connect().await, url).await
}

/// Asks over a connection, if there is one.
async fn over_channel(channel: Result<Channel, AnyError>, whom: &str) -> Result<(), Failure> {
    let ask = async || -> Result<ServingStatus, AnyError> {
        let service = SYNC.to_owned();
        let mut client = HealthClient::new(channel?);
        let answer = client.check(HealthCheckRequest { service }).await?;
        Ok(answer.into_inner().status())
    };
    match ask().await.map_err(|error| no_answer(whom, &error))? {
        ServingStatus::Serving => Ok(()),
        _ => Err(not_ready("the log of the server says why")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Key, Sources};

    fn place(settings: &[(&'static str, &str)]) -> Result<Place, Failure> {
        let flags = settings.iter().map(|(path, value)| {
            let key = Key::all().find(|key| key.path() == *path);
            (key.unwrap(), (*value).to_owned())
        });
        let sources = Sources {
            flags: flags.collect(),
            ..Sources::default()
        };
        Place::of(&sources.load().unwrap().settings)
    }

    #[test]
    fn the_server_is_found_by_the_settings_that_it_was_started_with() {
        let tls = [("tls.cert_file", "c"), ("tls.key_file", "k")];
        let listen = ("server.listen", "0.0.0.0:7000");
        let monitor = ("metrics.listen", "127.0.0.1:7421");
        assert!(matches!(place(&[]), Ok(Place::Plain(at)) if at.port() == 7420));
        assert!(
            matches!(place(&[listen]), Ok(Place::Plain(at)) if at.to_string() == "127.0.0.1:7000")
        );
        assert!(
            matches!(place(&[listen, tls[0], tls[1]]), Ok(Place::Tls(at)) if at.port() == 7000)
        );
        let found = place(&[listen, tls[0], tls[1], monitor]);
        assert!(matches!(found, Ok(Place::Monitor(at)) if at == "127.0.0.1:7421"));
        let asking = [tls[0], tls[1], ("tls.client_ca", "a")];
        for unusable in [&asking[..], &[("server.listen", "127.0.0.1:0")]] {
            let failure = place(unusable).err().unwrap();
            assert_eq!(failure.exit(), Exit::Configuration);
            assert!(
                failure.to_string().contains("Hint: set metrics.listen"),
                "{failure}"
            );
        }
    }

    #[test]
    fn an_address_for_everybody_is_asked_on_this_machine() {
        for (listen, asked) in [
            ("0.0.0.0:7421", "127.0.0.1:7421"),
            ("[::]:7421", "[::1]:7421"),
            ("10.0.0.1:7421", "10.0.0.1:7421"),
        ] {
            let asked: SocketAddr = asked.parse().unwrap();
            assert_eq!(reachable(listen.parse().unwrap()), asked);
        }
    }
}
