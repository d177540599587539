//! A connection that is watched: how long it says nothing, how long it takes nothing, and what the transport refuses it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, sleep_until};
use tonic::transport::server::Connected;

use super::Connection;
use super::room::Place;
use super::verdict::Verdicts;
use super::wire::Wire;
use crate::hits::{Hits, Limit};

/// A connection that is closed when it makes no request in time, or takes no byte for too long.
#[derive(Debug)]
pub(crate) struct GuardedStream {
    wire: Wire,
    connection: Connection,
    /// Gone after the first request.
    deadline: Option<Pin<Box<Sleep>>>,
    /// There while bytes wait for the client. The transport closes a connection that answers no ping, but says so
    /// first: to a client that takes nothing it would say it for ever.
    stalled: Option<Pin<Box<Sleep>>>,
    /// How long bytes may wait for the client.
    patience: Duration,
    verdicts: Verdicts,
    hits: Arc<Hits>,
    _place: Place,
}

impl Connected for GuardedStream {
    type ConnectInfo = Connection;

    fn connect_info(&self) -> Connection {
        self.connection.clone()
    }
}

impl GuardedStream {
    /// Watches a connection: until when it must make a request, and how long bytes may wait for it.
    pub(super) fn new(
        wire: Wire,
        connection: Connection,
        (deadline, patience): (Instant, Duration),
        (hits, place): (Arc<Hits>, Place),
    ) -> Self {
        Self {
            wire,
            connection,
            deadline: Some(Box::pin(sleep_until(deadline))),
            stalled: None,
            patience,
            verdicts: Verdicts::new(),
            hits,
            _place: place,
        }
    }

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
            Poll::Ready(()) => {
                self.deadline = None;
                self.hits.note(Limit::HandshakeTime);
                Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "no request in time",
                ))
            }
            Poll::Pending => Ok(()),
        }
    }

    /// Passes on what became of bytes for the client, unless they have waited for too long.
    fn watch_progress<T>(
        &mut self,
        context: &mut Context<'_>,
        progress: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if progress.is_ready() {
            self.stalled = None;
            return progress;
        }
        let patience = self.patience;
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(sleep(patience)));
        std::task::ready!(stalled.as_mut().poll(context));
        self.stalled = None;
        self.hits.note(Limit::KeepaliveTime);
        Poll::Ready(Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the client takes nothing",
        )))
    }
}

impl AsyncRead for GuardedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll_deadline(context)?;
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.wire).poll_read(context, buffer);
        self.verdicts.hear(&buffer.filled()[before..]);
        read
    }
}

impl AsyncWrite for GuardedStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.wire).poll_write_vectored(context, slices);
        if let Poll::Ready(Ok(count)) = written {
            let mut left = count;
            for slice in slices {
                let said = &slice[..left.min(slice.len())];
                this.verdicts.say(said, |limit| this.hits.note(limit));
                left -= said.len();
            }
        }
        this.watch_progress(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.wire.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.wire).poll_flush(context);
        self.watch_progress(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.wire).poll_shutdown(context);
        self.watch_progress(context, shut)
    }
}
