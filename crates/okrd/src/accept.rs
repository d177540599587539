//! Accepting connections: how many there may be, TLS, and how long one may stay silent.
//!
//! The transport limits neither number nor silence, and keeps one certificate for ever: so connections are counted,
//! greeted and timed here, and the transport gets those that are ready to speak HTTP/2.

mod frames;
mod guarded;
mod queue;
mod room;
mod verdict;
mod wire;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;

pub(crate) use self::guarded::GuardedStream;
pub(crate) use self::queue::bind;
pub(crate) use self::room::subscriber;

use self::room::{Place, Room};
use self::wire::Wire;
use crate::hits::{Hits, Limit};
use crate::limits::LiveLimits;
use crate::peer::Peer;
use crate::proxies::TrustedProxies;
use crate::tls::TlsSlot;

/// Time to wait when the system gives no connection, most likely for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// That it gives none is said so often, however often it does.
const SAID_EVERY: Duration = Duration::from_secs(10);
/// Accepted connections that wait for the transport.
const WAITING_CONNECTIONS: usize = 16;

/// What a connection has to pass.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(crate) limits: Arc<LiveLimits>,
    /// Through them come many clients: they may have every connection.
    pub(crate) proxies: Arc<TrustedProxies>,
    /// None: plain text.
    pub(crate) tls: Option<TlsSlot>,
    pub(crate) hits: Arc<Hits>,
}

/// What the calls of a connection know of it.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    /// Who is at the other end, or at the other end of a proxy.
    pub(crate) peer: Peer,
    has_called: Arc<AtomicBool>,
}

type Accepted = mpsc::Sender<io::Result<GuardedStream>>;

/// Accepts connections until the stream is dropped, which closes the listener.
pub(crate) fn accept(
    listener: TcpListener,
    gate: Gate,
) -> ReceiverStream<io::Result<GuardedStream>> {
    let (sender, receiver) = mpsc::channel(WAITING_CONNECTIONS);
    tokio::spawn(accept_all(listener, gate, sender));
    ReceiverStream::new(receiver)
}

async fn accept_all(listener: TcpListener, gate: Gate, accepted: Accepted) {
    let room = Room::default();
    let mut said: Option<Instant> = None;
    loop {
        let next = tokio::select! {
            () = accepted.closed() => return,
            next = listener.accept() => next,
        };
        let (stream, peer) = match next {
            Ok(next) => next,
            Err(error) => {
                if said.is_none_or(|said| said.elapsed() >= SAID_EVERY) {
                    tracing::warn!(%error, "cannot accept a connection");
                    said = Some(Instant::now());
                }
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let limits = gate.limits.get();
        let all = limits.connections.to_usize();
        let each = if gate.proxies.include(peer.ip()) {
            all
        } else {
            limits.connections_per_address.to_usize()
        };
        match room.enter(peer.ip(), all, each) {
            Ok(place) => {
                let deadline = Instant::now() + limits.handshake_time.get();
                let newcomer = Newcomer {
                    stream,
                    peer: peer.into(),
                    place,
                    deadline,
                };
                // Each one is greeted on its own: a slow handshake holds up nobody else.
                tokio::spawn(greet(newcomer, gate.clone(), accepted.clone()));
            }
            Err(limit) => gate.hits.note(limit),
        }
    }
}

/// A connection that has said nothing yet.
struct Newcomer {
    stream: TcpStream,
    peer: Peer,
    place: Place,
    deadline: Instant,
}

async fn greet(newcomer: Newcomer, gate: Gate, accepted: Accepted) {
    let Newcomer {
        stream,
        peer,
        place,
        deadline,
    } = newcomer;
    // Only costs latency when it fails.
    drop(stream.set_nodelay(true));
    let wire = match &gate.tls {
        None => Wire::Plain(stream),
        Some(tls) => {
            let greeting = TlsAcceptor::from(tls.get()).accept(stream);
            match timeout_at(deadline, greeting).await {
                Ok(Ok(stream)) => Wire::Tls(Box::new(stream)),
                Ok(Err(error)) => {
                    tracing::warn!(target: "audit", %peer, %error, "TLS refused");
                    return;
                }
                Err(_) => return gate.hits.note(Limit::HandshakeTime),
            }
        }
    };
    let connection = Connection {
        peer,
        has_called: Arc::default(),
    };
    let limits = gate.limits.get();
    let patience = limits.keepalive_interval.get() + limits.keepalive_time.get();
    let guarded = GuardedStream::new(wire, connection, (deadline, patience), (gate.hits, place));
    // A server that stops takes no more connections; this one is closed.
    drop(accepted.send(Ok(guarded)).await);
}

/// Notes that a connection has made a request.
pub(crate) fn note_call<B>(request: http::Request<B>) -> http::Request<B> {
    if let Some(connection) = request.extensions().get::<Connection>() {
        connection.has_called.store(true, Ordering::Relaxed);
    }
    request
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio_stream::StreamExt as _;
    use tonic::transport::server::Connected as _;

    use super::*;
    use crate::config::Limits;

    type Incoming = ReceiverStream<io::Result<GuardedStream>>;

    async fn listen(limits: &[(&str, &str)]) -> (SocketAddr, Incoming, Gate) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let gate = Gate {
            limits: Arc::new(LiveLimits::new(Limits::new(limits).unwrap())),
            proxies: Arc::default(),
            tls: None,
            hits: Arc::default(),
        };
        (address, accept(listener, gate.clone()), gate)
    }

    fn note_call_of(stream: &GuardedStream) {
        let mut request = http::Request::new(());
        request.extensions_mut().insert(stream.connect_info());
        note_call(request);
    }

    async fn is_closed(stream: &mut TcpStream) -> bool {
        matches!(stream.read(&mut [0]).await, Ok(0) | Err(_))
    }

    #[tokio::test]
    async fn a_connection_that_is_one_too_many_is_closed_and_a_new_limit_takes_effect() {
        let (address, mut accepted, gate) = listen(&[("connections", "1")]).await;
        let _first = TcpStream::connect(address).await.unwrap();
        let first = accepted.next().await.unwrap().unwrap();
        let mut second = TcpStream::connect(address).await.unwrap();
        assert!(is_closed(&mut second).await);
        assert_eq!(gate.hits.count(Limit::Connections), 1);

        gate.limits
            .set(Limits::new(&[("connections", "2")]).unwrap());
        let _third = TcpStream::connect(address).await.unwrap();
        assert!(accepted.next().await.unwrap().is_ok());
        drop(first);
    }

    #[tokio::test]
    async fn one_address_cannot_take_every_connection() {
        let (address, mut accepted, gate) = listen(&[("connections_per_address", "1")]).await;
        let _first = TcpStream::connect(address).await.unwrap();
        let _accepted = accepted.next().await.unwrap().unwrap();
        let mut second = TcpStream::connect(address).await.unwrap();
        assert!(is_closed(&mut second).await);
        assert_eq!(gate.hits.count(Limit::ConnectionsPerAddress), 1);
    }

    #[tokio::test]
    async fn a_silent_connection_is_closed_and_one_that_called_is_not() {
        let (address, mut accepted, gate) = listen(&[("handshake_time", "100ms")]).await;
        let _silent = TcpStream::connect(address).await.unwrap();
        let mut silent = accepted.next().await.unwrap().unwrap();
        let end = silent.read(&mut [0]).await.unwrap_err();
        assert_eq!(end.kind(), io::ErrorKind::TimedOut);
        assert_eq!(gate.hits.count(Limit::HandshakeTime), 1);

        let mut calling = TcpStream::connect(address).await.unwrap();
        let mut called = accepted.next().await.unwrap().unwrap();
        note_call_of(&called);
        sleep(Duration::from_millis(150)).await;
        calling.write_all(b"x").await.unwrap();
        assert_eq!(called.read(&mut [0]).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_connection_whose_client_takes_nothing_is_closed() {
        let limits = [("keepalive_interval", "1s"), ("keepalive_time", "1s")];
        let (address, mut accepted, gate) = listen(&limits).await;
        let _deaf = TcpStream::connect(address).await.unwrap();
        let mut deaf = accepted.next().await.unwrap().unwrap();
        note_call_of(&deaf);
        // What the system takes for a client that does not read is bounded; then writing waits.
        let much = vec![0; 64 * 1024];
        let end = loop {
            if let Err(error) = deaf.write_all(&much).await {
                break error;
            }
        };
        assert_eq!(end.kind(), io::ErrorKind::TimedOut);
        assert_eq!(gate.hits.count(Limit::KeepaliveTime), 1);
    }

    #[tokio::test]
    async fn a_connection_whose_client_is_slow_and_not_deaf_goes_on() {
        let limits = [("keepalive_interval", "1s"), ("keepalive_time", "1s")];
        let (address, mut accepted, gate) = listen(&limits).await;
        let mut slow = TcpStream::connect(address).await.unwrap();
        let mut served = accepted.next().await.unwrap().unwrap();
        note_call_of(&served);
        let writing = tokio::spawn(async move { served.write_all(&vec![0; 32 << 20]).await });
        // Longer in all than a client may take nothing.
        let mut some = vec![0; 8 << 20];
        for _ in 0..4 {
            sleep(Duration::from_millis(700)).await;
            slow.read_exact(&mut some).await.unwrap();
        }
        writing.await.unwrap().unwrap();
        assert_eq!(gate.hits.count(Limit::KeepaliveTime), 0);
    }

    #[tokio::test]
    async fn dropping_the_stream_closes_the_listener() {
        let (address, accepted, _) = listen(&[]).await;
        drop(accepted);
        // The listener goes when its task notices; until then the system may still queue connections.
        while let Ok(mut stream) = TcpStream::connect(address).await {
            assert!(is_closed(&mut stream).await);
        }
    }
}
