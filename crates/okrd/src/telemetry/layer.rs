//! Between the transport and everything that answers: names each request, counts its bytes, sees how it ends.
//!
//! It stands outside of all services, so that what no service answers (an unknown method, a message that is too large)
//! has its line and its request id as well.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::{Body, Frame, SizeHint};
use okr_proto::REQUEST_ID_METADATA_KEY;
use tonic::{Code, Status};
use tower::{Layer, Service};

use super::RequestId;
use super::call::{CallNotes, ObservedCall};
use super::method::Methods;
use crate::accept::Connection;
use crate::metrics::Metrics;
use crate::traces::Traces;

/// The name under which gRPC says how a call ended.
const GRPC_STATUS: &str = "grpc-status";

type AnyBody = tonic::body::Body;
type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Makes services that are observed.
#[derive(Clone, Debug)]
pub(crate) struct ObserveLayer {
    methods: Arc<Methods>,
    metrics: Arc<Metrics>,
    traces: Option<Traces>,
}

/// A service with an observer before it.
#[derive(Clone, Debug)]
pub(crate) struct Observe<S> {
    inner: S,
    layer: ObserveLayer,
}

impl ObserveLayer {
    /// Observes for the numbers of a server, and for its traces if it has any.
    pub(crate) fn new(metrics: Arc<Metrics>, traces: Option<Traces>) -> Self {
        Self {
            methods: Arc::default(),
            metrics,
            traces,
        }
    }
}

impl<S> Layer<S> for ObserveLayer {
    type Service = Observe<S>;

    fn layer(&self, inner: S) -> Observe<S> {
        Observe {
            inner,
            layer: self.clone(),
        }
    }
}

impl<S, B> Service<Request<AnyBody>> for Observe<S>
where
    S: Service<Request<AnyBody>, Response = Response<B>>,
    S::Future: Send + 'static,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
{
    type Response = Response<AnswerBody<B>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<AnyBody>) -> Self::Future {
        let (request, call) = begin(&self.layer, request);
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await?;
            Ok(note_answer(answer, call))
        })
    }
}

/// Names a request and makes its notes.
fn begin(layer: &ObserveLayer, mut request: Request<AnyBody>) -> (Request<AnyBody>, ObservedCall) {
    let given = request.headers().get(REQUEST_ID_METADATA_KEY);
    let request_id = RequestId::taken(given.and_then(|value| value.to_str().ok()));
    let notes = CallNotes::new(request_id, Arc::clone(&layer.metrics));
    let method = layer.methods.of_path(request.uri().path());
    let traces = layer.traces.as_ref().filter(|_| !method.is_probe());
    let call = ObservedCall {
        notes: notes.clone(),
        method,
        trace: traces.and_then(|traces| traces.begin(request.headers())),
        peer: request.extensions().get::<Connection>().map(|it| it.peer),
        started: Instant::now(),
        code: None,
    };
    request.extensions_mut().insert(notes.clone());
    let request = request.map(|body| AnyBody::new(QuestionBody { body, notes }));
    (request, call)
}

/// Puts the name of the request into its answer, and watches the rest of it.
fn note_answer<B>(mut answer: Response<B>, mut call: ObservedCall) -> Response<AnswerBody<B>> {
    let name = call.notes.request_id().as_str();
    if let Ok(mut name) = HeaderValue::from_str(name) {
        // Each is another one, so neither side should keep it in its table of headers (RFC 7541, section 6.2.3).
        name.set_sensitive(true);
        answer.headers_mut().insert(REQUEST_ID_METADATA_KEY, name);
    }
    call.code = code_in(answer.headers());
    answer.map(|body| AnswerBody { body, call })
}

/// Reads how a call ended, where that is said.
fn code_in(headers: &HeaderMap) -> Option<Code> {
    let status = headers.get(GRPC_STATUS)?;
    Some(Code::from_bytes(status.as_bytes()))
}

/// The body of a request, counted.
struct QuestionBody {
    body: AnyBody,
    notes: CallNotes,
}

/// The body of an answer, counted, with how the call ends.
pub(crate) struct AnswerBody<B> {
    body: B,
    call: ObservedCall,
}

impl Body for QuestionBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.notes.add_received(data.len());
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Body for AnswerBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<AnyError>,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    self.call.notes.add_sent(data.len());
                }
                if let Some(trailers) = frame.trailers_ref() {
                    self.call.code = code_in(trailers).or(self.call.code);
                }
            }
            Poll::Ready(Some(Err(_))) => self.call.code = Some(Code::Internal),
            Poll::Ready(None) => self.call.code = self.call.code.or(Some(Code::Unknown)),
            Poll::Pending => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests;
