//! `okrd healthcheck`: asks a running server whether it is ready, for containers that have no other tool.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::args::HealthcheckArguments;
use crate::failure::{Exit, Failure};
use crate::output;
use crate::server::SYNC;

/// The longest answer that is read, in bytes.
const ANSWER_BYTES: usize = 4 * 1024;

type AnyError = Box<dyn std::error::Error + Send + Sync>;

pub(super) fn run(arguments: &HealthcheckArguments) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::new(Exit::Error, "the runtime cannot be started").caused_by(&error)
        })?;
    let time = Duration::from_secs(arguments.timeout);
    runtime.block_on(async {
        let asked = async {
            match &arguments.metrics_listen {
                Some(address) => over_http(address).await,
                None => over_grpc(&arguments.url, arguments.ca_cert.as_deref()).await,
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
    output::print("ready");
    Ok(())
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
    let ask = async || -> Result<ServingStatus, AnyError> {
        let mut endpoint = Endpoint::from_shared(url.to_owned())?;
        if url.starts_with("https:") {
            let tls = match &pem {
                Some(pem) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)),
                None => ClientTlsConfig::new().with_native_roots(),
            };
            endpoint = endpoint.tls_config(tls)?;
        }
        let service = SYNC.to_owned();
        let mut client = HealthClient::new(endpoint.connect().await?);
        let answer = client.check(HealthCheckRequest { service }).await?;
        Ok(answer.into_inner().status())
    };
    match ask().await.map_err(|error| no_answer(url, &error))? {
        ServingStatus::Serving => Ok(()),
        _ => Err(not_ready("the log of the server says why")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
