//! `okrd serve`: runs the server until it is told to stop.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};

use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::args::ServeArguments;
use crate::failure::{Exit, Failure};
use crate::server::{ServeOptions, Server};
use crate::tls::TlsFiles;
use crate::{output, telemetry};

pub(super) fn run(arguments: ServeArguments) -> Result<(), Failure> {
    telemetry::init(arguments.log_format);
    let addresses = resolve(&arguments)?;
    let tls = arguments.tls_cert.zip(arguments.tls_key);
    let tls = tls.map(|(certificate, key)| TlsFiles { certificate, key });
    let scheme = if tls.is_some() { "https" } else { "http" };
    let mut options = ServeOptions::new(arguments.data.path);
    options.tls = tls;
    options.reflection = !arguments.no_reflection;
    // Everything that can be wrong with the data is found before anybody can connect.
    let server = Server::open(&options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::new(Exit::Error, "the runtime cannot be started").caused_by(&error)
        })?;
    runtime.block_on(async move {
        let listener = TcpListener::bind(addresses.as_slice()).await;
        let listener = listener.map_err(|error| {
            Failure::new(
                Exit::Error,
                format!("cannot listen on {}", arguments.listen),
            )
            .caused_by(&error)
        })?;
        let address = listener.local_addr().map_err(|error| io_failure(&error))?;
        let shutdown = shutdown_signal().map_err(|error| io_failure(&error))?;
        output::print(&format!("okrd listening on {scheme}://{address}"));
        server.run(listener, shutdown).await.map_err(Failure::from)
    })
}

/// Finds the addresses, and refuses to speak plain text to the network.
fn resolve(arguments: &ServeArguments) -> Result<Vec<SocketAddr>, Failure> {
    let listen = &arguments.listen;
    let message = format!("cannot listen on {listen}");
    let addresses = listen.to_socket_addrs().map_err(|error| {
        Failure::new(Exit::Configuration, message.clone())
            .caused_by(&error)
            .hint("an address and a port are expected, such as 127.0.0.1:7420 or [::1]:7420")
    })?;
    let addresses: Vec<SocketAddr> = addresses.collect();
    let plain = arguments.tls_cert.is_none();
    if plain && !addresses.iter().all(|address| address.ip().is_loopback()) {
        let message = format!("{message} in plain text: the network could read every token");
        let hint = "give --tls-cert and --tls-key, or listen on a loopback address behind a proxy";
        return Err(Failure::new(Exit::Configuration, message).hint(hint));
    }
    Ok(addresses)
}

fn io_failure(error: &io::Error) -> Failure {
    Failure::new(Exit::Error, "cannot start serving").caused_by(error)
}

/// Completes at the first SIGTERM or SIGINT; the second one ends the process at once.
fn shutdown_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        next(&mut terminate, &mut interrupt).await;
        tokio::spawn(async move {
            next(&mut terminate, &mut interrupt).await;
            tracing::warn!("told to stop twice: ending at once");
            std::process::exit(i32::from(Exit::Error.code()));
        });
    })
}

async fn next(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
