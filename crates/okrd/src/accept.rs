//! Accepting connections: how many there may be, and how long one may stay silent.
//!
//! The transport has neither limit: without them, peers that connect and say nothing are kept for ever.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Sleep, sleep};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::{Connected, TlsConnectInfo};

/// Time to wait when the system gives no connection, most likely for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Accepted connections that wait for the transport.
const WAITING_CONNECTIONS: usize = 16;

/// How many connections there may be, and how long one may take until its first request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AcceptLimits {
    pub(crate) connections: usize,
    pub(crate) first_request: Duration,
}

/// A connection that is closed when it makes no request in time.
#[derive(Debug)]
pub(crate) struct GuardedStream {
    stream: TcpStream,
    connection: Connection,
    /// Gone after the first request.
    deadline: Option<Pin<Box<Sleep>>>,
    _permit: OwnedSemaphorePermit,
}

/// What the calls of a connection know of it.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    /// Who is at the other end.
    pub(crate) peer: SocketAddr,
    has_called: Arc<AtomicBool>,
}

/// Accepts connections until the stream is dropped, which closes the listener.
pub(crate) fn accept(
    listener: TcpListener,
    limits: AcceptLimits,
) -> ReceiverStream<io::Result<GuardedStream>> {
    let (sender, receiver) = mpsc::channel(WAITING_CONNECTIONS);
    tokio::spawn(accept_all(listener, limits, sender));
    ReceiverStream::new(receiver)
}

async fn accept_all(
    listener: TcpListener,
    limits: AcceptLimits,
    accepted: mpsc::Sender<io::Result<GuardedStream>>,
) {
    let permits = Arc::new(Semaphore::new(limits.connections));
    loop {
        let next = tokio::select! {
            () = accepted.closed() => return,
            next = listener.accept() => next,
        };
        let (stream, peer) = match next {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Ok(permit) = Arc::clone(&permits).try_acquire_owned() else {
            tracing::warn!(%peer, limit = limits.connections, "too many connections");
            continue;
        };
        // Only costs latency when it fails.
        drop(stream.set_nodelay(true));
        let guarded = GuardedStream {
            stream,
            connection: Connection {
                peer,
                has_called: Arc::default(),
            },
            deadline: Some(Box::pin(sleep(limits.first_request))),
            _permit: permit,
        };
        if accepted.send(Ok(guarded)).await.is_err() {
            return;
        }
    }
}

/// Notes that a connection has made a request, and gives the request the connection's data.
pub(crate) fn note_call<B>(mut request: http::Request<B>) -> http::Request<B> {
    let extensions = request.extensions();
    let plain = extensions.get::<Connection>();
    let connection = plain.or_else(|| {
        extensions
            .get::<TlsConnectInfo<Connection>>()
            .map(TlsConnectInfo::get_ref)
    });
    if let Some(connection) = connection.cloned() {
        connection.has_called.store(true, Ordering::Relaxed);
        request.extensions_mut().insert(connection);
    }
    request
}

impl Connected for GuardedStream {
    type ConnectInfo = Connection;

    fn connect_info(&self) -> Connection {
        self.connection.clone()
    }
}

impl GuardedStream {
    /// Returns an error when the time for the first request is over.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let Some(deadline) = &mut self.deadline else {
            return Ok(());
        };
        if self.connection.has_called.load(Ordering::Relaxed) {
            self.deadline = None;
            return Ok(());
        }
        match deadline.as_mut().poll(context) {
            Poll::Ready(()) => Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "no request in time",
            )),
            Poll::Pending => Ok(()),
        }
    }
}

impl AsyncRead for GuardedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll_deadline(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for GuardedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio_stream::StreamExt as _;

    use super::*;

    async fn listen(
        limits: AcceptLimits,
    ) -> (SocketAddr, ReceiverStream<io::Result<GuardedStream>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        (address, accept(listener, limits))
    }

    #[tokio::test]
    async fn a_connection_that_is_one_too_many_is_closed() {
        let limits = AcceptLimits {
            connections: 1,
            first_request: Duration::from_mins(10),
        };
        let (address, mut accepted) = listen(limits).await;
        let _first = TcpStream::connect(address).await.unwrap();
        let first = accepted.next().await.unwrap().unwrap();
        let mut second = TcpStream::connect(address).await.unwrap();
        let end = second.read(&mut [0]).await;
        assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
        drop(first);
        let _third = TcpStream::connect(address).await.unwrap();
        assert!(accepted.next().await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn a_silent_connection_is_closed_and_one_that_called_is_not() {
        let limits = AcceptLimits {
            connections: 10,
            first_request: Duration::ZERO,
        };
        let (address, mut accepted) = listen(limits).await;
        let _silent = TcpStream::connect(address).await.unwrap();
        let mut silent = accepted.next().await.unwrap().unwrap();
        let end = silent.read(&mut [0]).await.unwrap_err();
        assert_eq!(end.kind(), io::ErrorKind::TimedOut);

        let mut calling = TcpStream::connect(address).await.unwrap();
        let mut called = accepted.next().await.unwrap().unwrap();
        let mut request = http::Request::new(());
        request.extensions_mut().insert(called.connect_info());
        note_call(request);
        calling.write_all(b"x").await.unwrap();
        assert_eq!(called.read(&mut [0]).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn dropping_the_stream_closes_the_listener() {
        let limits = AcceptLimits {
            connections: 10,
            first_request: Duration::ZERO,
        };
        let (address, accepted) = listen(limits).await;
        drop(accepted);
        // The listener goes when its task notices; until then the system may still queue connections.
        while let Ok(mut stream) = TcpStream::connect(address).await {
            assert!(matches!(stream.read(&mut [0]).await, Ok(0) | Err(_)));
        }
    }
}
