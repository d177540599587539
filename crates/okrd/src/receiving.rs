//! Requests that are on their way: how much of them there may be at one time, and for how long.
//!
//! The transport keeps what it has of a message until the rest comes, and only then is anybody asked who is calling. So
//! without these bounds a stranger could begin thousands of messages and end none.

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body::{Body, Frame, SizeHint};
use okr_proto::{ApiError, Excess};
use tokio::time::{Instant, Sleep, sleep};
use tonic::{Code, Status};

use crate::accept::{Connection, subscriber};
use crate::hits::{Hits, Limit};
use crate::limits::{LiveLimits, RETRY_AFTER_MS};
use crate::push::too_large;

type AnyBody = tonic::body::Body;

/// The part of all bytes that one address may have on their way: one of so many.
const SHARES: usize = 4;

/// What is on its way. Cloning shares it.
#[derive(Clone, Debug)]
pub(crate) struct Receiving {
    counts: Arc<Mutex<Counts>>,
    limits: Arc<LiveLimits>,
    hits: Arc<Hits>,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    from: HashMap<IpAddr, usize>,
}

/// Counts the messages of a stream that have come whole: the next one has a time of its own and takes the same memory.
/// Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Whole(Arc<AtomicU64>);

/// The body of a request, counted until nobody reads it any more.
struct HeldBody {
    body: AnyBody,
    receiving: Receiving,
    whole: Whole,
    /// How many messages were whole when this was last looked at.
    seen: u64,
    /// None in tests without a network.
    from: Option<IpAddr>,
    /// Bytes of the message that is coming.
    coming: usize,
    /// Bytes that are counted: those of the largest message so far, whose memory the transport keeps.
    held: usize,
    call_time: Duration,
    /// There from the first moment at which the client keeps the server waiting.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Receiving {
    pub(crate) fn new(limits: Arc<LiveLimits>, hits: Arc<Hits>) -> Self {
        Self {
            counts: Arc::default(),
            limits,
            hits,
        }
    }

    /// Counts the body of a request while it comes.
    pub(crate) fn hold(&self, mut request: Request<AnyBody>) -> Request<AnyBody> {
        let whole = Whole::default();
        request.extensions_mut().insert(whole.clone());
        let from = request.extensions().get::<Connection>();
        let from = from.map(|connection| subscriber(connection.peer.ip()));
        let receiving = self.clone();
        let call_time = self.limits.get().call_time.get();
        request.map(|body| {
            AnyBody::new(HeldBody {
                body,
                receiving,
                whole,
                seen: 0,
                from,
                coming: 0,
                held: 0,
                call_time,
                deadline: None,
            })
        })
    }

    /// Counts more bytes from an address, unless they are too many.
    fn take(&self, from: Option<IpAddr>, bytes: usize) -> bool {
        let most = self.limits.get().receiving_size.to_usize();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let of_address = from.and_then(|from| counts.from.get(&from));
        let of_address = of_address.copied().unwrap_or(0) + bytes;
        if counts.all + bytes > most || of_address > most / SHARES {
            drop(counts);
            self.hits.note(Limit::ReceivingSize);
            return false;
        }
        counts.all += bytes;
        if let Some(from) = from {
            counts.from.insert(from, of_address);
        }
        true
    }

    fn give_back(&self, from: Option<IpAddr>, bytes: usize) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all -= bytes;
        let Some(from) = from else { return };
        // An address with nothing on its way is forgotten, so that the table is no larger than what it counts.
        match counts.from.get_mut(&from) {
            Some(count) if *count > bytes => *count -= bytes,
            Some(_) | None => {
                counts.from.remove(&from);
            }
        }
    }
}

/// Counts and names it when the transport refused a request of more than `limit` bytes: what it says itself has no
/// details.
pub(crate) fn too_large_request(refusal: &Status, limit: usize, hits: &Hits) -> Option<ApiError> {
    if refusal.code() != Code::OutOfRange || !refusal.details().is_empty() {
        return None;
    }
    hits.note(Limit::RequestSize);
    Some(too_large("request in bytes", limit, limit + 1))
}

impl Whole {
    /// Notes that one more message has come whole.
    pub(crate) fn note(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl HeldBody {
    /// Begins with the next message when the last one has come whole.
    fn begin_next(&mut self) {
        let whole = self.whole.0.load(Ordering::Relaxed);
        if whole != self.seen {
            self.seen = whole;
            self.coming = 0;
            let end = Instant::now() + self.call_time;
            if let Some(deadline) = &mut self.deadline {
                deadline.as_mut().reset(end);
            }
        }
    }

    /// Counts more bytes of the message that is coming, unless they are too many.
    fn take(&mut self, bytes: usize) -> bool {
        let coming = self.coming + bytes;
        let more = coming.saturating_sub(self.held);
        if more > 0 && !self.receiving.take(self.from, more) {
            return false;
        }
        self.coming = coming;
        self.held += more;
        true
    }

    /// Refuses a client that keeps the server waiting for too long.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<Status> {
        let call_time = self.call_time;
        let deadline = self
            .deadline
            .get_or_insert_with(|| Box::pin(sleep(call_time)));
        deadline.as_mut().poll(context).map(|()| {
            self.receiving.hits.note(Limit::CallTime);
            Status::deadline_exceeded("the request took too long to come")
        })
    }
}

impl Body for HeldBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.begin_next();
        let frame = match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(frame) => frame,
            Poll::Pending => return self.poll_deadline(context).map(|late| Some(Err(late))),
        };
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
            && !self.take(data.len())
        {
            let refusal = ApiError::Overloaded {
                retry_after_ms: RETRY_AFTER_MS,
                excess: Excess::Work,
            };
            return Poll::Ready(Some(Err(refusal.into())));
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for HeldBody {
    fn drop(&mut self) {
        if self.held > 0 {
            self.receiving.give_back(self.from, self.held);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Limits;

    /// Sends so many bytes, one frame after the other, and then keeps the server waiting.
    struct Endless(Vec<usize>);

    impl Body for Endless {
        type Data = Bytes;
        type Error = Status;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
            match self.0.pop() {
                Some(size) => Poll::Ready(Some(Ok(Frame::data(vec![0; size].into())))),
                None => Poll::Pending,
            }
        }
    }

    fn receiving(limits: &[(&str, &str)]) -> Receiving {
        let limits = Limits::new(limits).unwrap();
        Receiving::new(Arc::new(LiveLimits::new(limits)), Arc::default())
    }

    fn body(receiving: &Receiving, frames: &[usize]) -> AnyBody {
        let body = AnyBody::new(Endless(frames.to_vec()));
        receiving.hold(Request::new(body)).into_body()
    }

    async fn next(body: &mut AnyBody) -> Result<usize, Status> {
        let frame = std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await;
        frame.unwrap().map(|frame| frame.into_data().unwrap().len())
    }

    #[tokio::test]
    async fn more_than_may_be_on_its_way_is_refused_until_something_of_it_is_gone() {
        let receiving = receiving(&[("receiving_size", "4MiB")]);
        let mebibyte = 1 << 20;
        let mut bodies = Vec::new();
        for _ in 0..4 {
            let mut body = body(&receiving, &[mebibyte]);
            assert_eq!(next(&mut body).await.unwrap(), mebibyte);
            bodies.push(body);
        }
        let mut late = body(&receiving, &[1, 1]);
        let refused = next(&mut late).await.unwrap_err();
        assert_eq!(refused.code(), Code::ResourceExhausted, "{refused:?}");
        assert_eq!(receiving.hits.count(Limit::ReceivingSize), 1);
        bodies.pop();
        assert_eq!(next(&mut late).await.unwrap(), 1);
        drop((late, bodies));
        assert_eq!(receiving.counts.lock().unwrap().all, 0);
    }

    #[test]
    fn one_address_has_a_share_and_is_forgotten() {
        let receiving = receiving(&[("receiving_size", "4MiB")]);
        let here = Some(IpAddr::from([192, 0, 2, 1]));
        let there = Some(IpAddr::from([192, 0, 2, 2]));
        let mebibyte = 1 << 20;
        assert!(receiving.take(here, mebibyte - 1));
        assert!(!receiving.take(here, 2));
        assert!(receiving.take(there, mebibyte) && receiving.take(here, 1));
        receiving.give_back(here, 1);
        receiving.give_back(here, mebibyte - 1);
        receiving.give_back(there, mebibyte);
        let counts = receiving.counts.lock().unwrap();
        assert_eq!((counts.all, counts.from.len()), (0, 0));
    }

    #[tokio::test]
    async fn messages_of_a_stream_take_the_same_memory_and_have_their_own_time() {
        let receiving = receiving(&[("receiving_size", "4MiB"), ("call_time", "1s")]);
        let frames = [2, 1 << 19, 1 << 20];
        let mut request = receiving.hold(Request::new(AnyBody::new(Endless(frames.to_vec()))));
        let whole: Whole = request.extensions_mut().remove().unwrap();
        let mut body = request.into_body();
        // One address has a quarter of all: together they would be too large.
        for size in frames.into_iter().rev() {
            assert_eq!(next(&mut body).await.unwrap(), size);
            assert_eq!(receiving.counts.lock().unwrap().all, 1 << 20);
            whole.note();
        }
        let late = next(&mut body).await.unwrap_err();
        assert_eq!(late.code(), Code::DeadlineExceeded, "nothing more comes");
        drop(body);
        assert_eq!(receiving.counts.lock().unwrap().all, 0);
    }

    #[tokio::test]
    async fn a_request_that_does_not_come_to_its_end_is_given_up() {
        let receiving = receiving(&[("call_time", "1s")]);
        let mut body = body(&receiving, &[1, 1]);
        assert_eq!(next(&mut body).await.unwrap(), 1);
        assert_eq!(next(&mut body).await.unwrap(), 1);
        let late = next(&mut body).await.unwrap_err();
        assert_eq!(late.code(), Code::DeadlineExceeded);
        assert_eq!(receiving.hits.count(Limit::CallTime), 1);
    }
}
