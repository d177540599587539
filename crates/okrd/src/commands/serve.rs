//! `okrd serve`: runs the server until it is told to stop.

use std::future::Future;
use std::io;
use std::sync::Arc;

use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::args::ServeArguments;
use crate::config::Settings;
use crate::failure::{Exit, Failure};
use crate::reload::Reloader;
use crate::server::{ServeOptions, Server};
use crate::{accept, descriptors, output, telemetry};

pub(super) fn run(arguments: &ServeArguments) -> Result<(), Failure> {
    let config = arguments.settings.load()?.checked()?;
    let settings = &config.settings;
    let filter = telemetry::init(settings.log.format, &settings.log.filter);
    for unknown in &config.unknown {
        tracing::warn!(variable = %unknown.origin, "{}", unknown.problem);
    }
    descriptors::take_all(settings.limits.connections.to_u32().into());
    let mut options = ServeOptions::new(settings.data()?.to_owned());
    options.tls = settings.tls_files();
    options.proxies = settings.proxies();
    options.reflection = settings.server.reflection;
    options.limits = settings.limits.clone();
    options.traces = settings.traces();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::new(Exit::Error, "the runtime cannot be started").caused_by(&error)
        })?;
    // Before the log is opened, which may take long: a hangup that nobody awaits ends a process.
    let hangup = {
        let _entered = runtime.enter();
        signal(SignalKind::hangup()).map_err(|error| io_failure(&error))?
    };
    // Everything that can be wrong with the data is found before anybody can connect.
    let server = Server::open(&options)?;
    let reloader = Reloader {
        sources: arguments.settings.sources().clone(),
        started: config.clone(),
        filter,
        controls: server.controls(),
    };
    runtime.block_on(async move {
        let server = match &settings.metrics.listen {
            Some(address) => server.with_monitor(monitor(address.as_str()).await?),
            None => server,
        };
        let listener = listen(settings)?;
        let address = listener.local_addr().map_err(|error| io_failure(&error))?;
        let shutdown = shutdown_signal().map_err(|error| io_failure(&error))?;
        let reloading = tokio::spawn(reload_at_hangup(hangup, reloader));
        let scheme = settings.scheme();
        let listening = format!("okrd listening on {scheme}://{address}");
        if output::print(&listening).is_err() {
            tracing::warn!("{listening}");
        }
        tell_manager(NotifyState::Ready);
        let shutdown = async {
            shutdown.await;
            tell_manager(NotifyState::Stopping);
        };
        let end = server.run(listener, shutdown).await;
        reloading.abort();
        end.map_err(Failure::from)
    })
}

/// Tells the service manager where the server is, if one asked for it (the protocol of `sd_notify`): systemd starts what comes
/// after it when it can be reached, and not before.
fn tell_manager(state: NotifyState) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the service manager cannot be told of the state of the server");
    }
}

/// Binds the address of the monitoring, and says which one it is.
async fn monitor(address: &str) -> Result<TcpListener, Failure> {
    let bound = async {
        let listener = TcpListener::bind(address).await?;
        tracing::info!(address = %listener.local_addr()?, "metrics and probes are answered");
        Ok(listener)
    };
    bound.await.map_err(|error: io::Error| {
        Failure::new(
            Exit::Error,
            format!("cannot listen on {address} for the monitoring"),
        )
        .caused_by(&error)
        .hint("an address and a free port are expected, such as 127.0.0.1:7421")
    })
}

fn listen(settings: &Settings) -> Result<TcpListener, Failure> {
    let addresses = settings
        .addresses()
        .map_err(|problem| Failure::new(Exit::Configuration, problem))?;
    accept::bind(&addresses).map_err(|error| {
        let listen = settings.server.listen.as_str();
        // No mistake of the settings: a service manager may try again when the port is free or the address there.
        Failure::new(Exit::Error, format!("cannot listen on {listen}"))
            .caused_by(&error)
            .hint("an address of this machine and a free port are expected; `ss -ltnp` lists whose they are")
    })
}

/// Reads the settings again at each SIGHUP. They are read from the disk on a thread that may block.
async fn reload_at_hangup(mut hangup: Signal, reloader: Reloader) {
    let reloader = Arc::new(reloader);
    while hangup.recv().await.is_some() {
        let reloader = Arc::clone(&reloader);
        // Only a panic makes this fail, and it has been logged.
        drop(tokio::task::spawn_blocking(move || reloader.reload()).await);
    }
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
