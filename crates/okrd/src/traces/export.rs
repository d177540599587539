//! The way of spans to the collector: a queue with an end, and one task that sends what is in it.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::trace::v1::Span;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};

use super::context::Context;
use super::{EndedCall, TraceOptions, TracesError, span};

/// Spans that wait for the collector; further ones are lost.
const WAITING_SPANS: usize = 4_096;
/// Spans of one message.
const SPANS_PER_MESSAGE: usize = 512;
/// How long the first span of a message waits for others.
const GATHERING: Duration = Duration::from_secs(1);
/// Time for a message, from the connection to the answer.
const MESSAGE_TIME: Duration = Duration::from_secs(5);

/// Sends spans. Cloning shares it.
#[derive(Clone, Debug)]
pub(crate) struct Traces(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    sampled_percent: u32,
    spans: mpsc::Sender<Span>,
    lost: Arc<Lost>,
    stop: watch::Sender<bool>,
    sending: Mutex<Sending>,
}

#[derive(Debug)]
enum Sending {
    Prepared(Box<(Endpoint, mpsc::Receiver<Span>)>),
    Started(JoinHandle<()>),
    Ended,
}

/// The place of a call in a trace, until it ends.
#[derive(Debug)]
pub(crate) struct CallTrace {
    context: Context,
    spans: mpsc::Sender<Span>,
    lost: Arc<Lost>,
}

/// Counts spans that never reach the collector.
#[derive(Debug, Default)]
struct Lost(AtomicU64);

impl Traces {
    /// Checks where spans go, and sends none yet.
    ///
    /// # Errors
    ///
    /// What is wrong with the options.
    pub(crate) fn prepare(options: &TraceOptions) -> Result<Self, TracesError> {
        let (sender, receiver) = mpsc::channel(WAITING_SPANS);
        Ok(Self(Arc::new(Shared {
            sampled_percent: options.sampled_percent,
            spans: sender,
            lost: Arc::default(),
            stop: watch::Sender::new(false),
            sending: Mutex::new(Sending::Prepared(Box::new((endpoint(options)?, receiver)))),
        })))
    }

    /// Begins to send. Within a runtime; a second call does nothing.
    pub(crate) fn start(&self) {
        let mut sending = self.sending();
        match std::mem::replace(&mut *sending, Sending::Ended) {
            Sending::Prepared(prepared) => {
                let (endpoint, spans) = *prepared;
                let sender = Sender {
                    client: TraceServiceClient::new(endpoint.connect_lazy()),
                    spans,
                    stopping: self.0.stop.subscribe(),
                    lost: Arc::clone(&self.0.lost),
                };
                *sending = Sending::Started(tokio::spawn(sender.run()));
            }
            other => *sending = other,
        }
    }

    /// Finds the place of a call, if it is recorded.
    pub(crate) fn begin(&self, headers: &HeaderMap) -> Option<CallTrace> {
        let context = Context::of(headers, || rand::random::<u128>().max(1));
        let sampled = context.sampled.unwrap_or_else(|| {
            // The id is one of ours, and random.
            u32::try_from(context.trace % 100).is_ok_and(|part| part < self.0.sampled_percent)
        });
        sampled.then(|| CallTrace {
            context,
            spans: self.0.spans.clone(),
            lost: Arc::clone(&self.0.lost),
        })
    }

    /// Sends what waits, for so long, and then nothing more.
    pub(crate) async fn end(&self, within: Duration) {
        self.0.stop.send_replace(true);
        let sending = std::mem::replace(&mut *self.sending(), Sending::Ended);
        if let Sending::Started(mut task) = sending
            && timeout(within, &mut task).await.is_err()
        {
            task.abort();
            tracing::warn!("the collector did not take the last spans in time");
        }
    }

    fn sending(&self) -> std::sync::MutexGuard<'_, Sending> {
        // Each use is one assignment.
        let sending = self.0.sending.lock();
        sending.unwrap_or_else(PoisonError::into_inner)
    }
}

impl CallTrace {
    /// Leaves the span of the call for the collector, or loses it: nobody waits.
    pub(crate) fn end(self, call: &EndedCall<'_>) {
        let id = rand::random::<u64>().max(1);
        let span = span::of(call, self.context, id, SystemTime::now());
        if self.spans.try_send(span).is_err() {
            self.lost.note(1, "too many wait");
        }
    }
}

impl Lost {
    /// Counts lost spans. The log gets a line whenever the count has doubled.
    fn note(&self, spans: usize, why: &str) {
        let before = self.0.fetch_add(spans as u64, Ordering::Relaxed);
        let lost = before + spans as u64;
        if before.checked_ilog2() != lost.checked_ilog2() {
            tracing::warn!(lost, why, "spans do not reach the collector");
        }
    }
}

/// Makes the way to the collector, which is tried when there is something to send.
fn endpoint(options: &TraceOptions) -> Result<Endpoint, TracesError> {
    let bad = || TracesError::Endpoint(options.endpoint.clone());
    let endpoint = Endpoint::from_shared(options.endpoint.clone()).map_err(|_| bad())?;
    let endpoint = endpoint.connect_timeout(MESSAGE_TIME).timeout(MESSAGE_TIME);
    if !options.endpoint.starts_with("https:") {
        return Ok(endpoint);
    }
    let tls = match &options.authorities {
        None => ClientTlsConfig::new().with_native_roots(),
        Some(path) => {
            let pem = fs::read(path)
                .map_err(|error| TracesError::Authorities(path.clone(), error.into()))?;
            ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem))
        }
    };
    let refused = |error: tonic::transport::Error| match &options.authorities {
        Some(path) => TracesError::Authorities(path.clone(), error.into()),
        None => bad(),
    };
    endpoint.tls_config(tls).map_err(refused)
}

/// Sends spans until it is told to stop and none wait.
struct Sender {
    client: TraceServiceClient<Channel>,
    spans: mpsc::Receiver<Span>,
    stopping: watch::Receiver<bool>,
    lost: Arc<Lost>,
}

impl Sender {
    async fn run(mut self) {
        let mut message = Vec::new();
        while let Some(first) = self.next().await {
            message.push(first);
            self.gather(&mut message).await;
            self.send(std::mem::take(&mut message)).await;
        }
    }

    /// Waits for a span; none when there will be no more.
    async fn next(&mut self) -> Option<Span> {
        let Self {
            spans, stopping, ..
        } = self;
        let open = !spans.is_closed();
        let stopped = async { drop(stopping.wait_for(|stopping| *stopping).await) };
        tokio::select! {
            span = spans.recv() => return span,
            () = stopped, if open => {}
        }
        // Those that wait still come; later calls lose theirs.
        spans.close();
        spans.recv().await
    }

    /// Adds what else comes within a moment.
    async fn gather(&mut self, message: &mut Vec<Span>) {
        let end = Instant::now() + GATHERING;
        while message.len() < SPANS_PER_MESSAGE {
            match timeout_at(end, self.next()).await {
                Ok(Some(span)) => message.push(span),
                Ok(None) | Err(_) => return,
            }
        }
    }

    async fn send(&mut self, spans: Vec<Span>) {
        let count = spans.len();
        let request = ExportTraceServiceRequest {
            resource_spans: vec![span::envelope(spans)],
        };
        match timeout(MESSAGE_TIME, self.client.export(request)).await {
            Err(_) => self.lost.note(count, "the collector does not answer"),
            // What it says in words may be anything.
            Ok(Err(status)) => self.lost.note(count, status.code().description()),
            Ok(Ok(answer)) => {
                let partial = answer.into_inner().partial_success;
                let refused = partial.map_or(0, |partial| partial.rejected_spans);
                if let Ok(refused @ 1..) = usize::try_from(refused) {
                    self.lost.note(refused, "the collector refuses them");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use okr_proto::methods;
    use tonic::Code;

    use super::*;
    use crate::telemetry::Methods;

    fn options(endpoint: &str) -> TraceOptions {
        TraceOptions {
            endpoint: endpoint.to_owned(),
            authorities: None,
            sampled_percent: 100,
        }
    }

    fn end(trace: CallTrace) {
        let method = Methods::default().of_path(&format!("/{}", methods()[0]));
        trace.end(&EndedCall {
            method,
            code: Code::Ok,
            took: Duration::from_millis(3),
            request_id: "r",
            org: None,
        });
    }

    #[test]
    fn what_the_collector_does_not_take_is_lost_and_counted() {
        let traces = Traces::prepare(&options("http://127.0.0.1:9")).unwrap();
        for _ in 0..WAITING_SPANS + 7 {
            end(traces.begin(&HeaderMap::new()).unwrap());
        }
        assert_eq!(traces.0.lost.0.load(Ordering::Relaxed), 7);
    }

    #[test]
    fn a_caller_decides_whether_its_trace_is_recorded_and_else_the_share_does() {
        let never = TraceOptions {
            sampled_percent: 0,
            ..options("http://127.0.0.1:9")
        };
        let never = Traces::prepare(&never).unwrap();
        let always = Traces::prepare(&options("http://127.0.0.1:9")).unwrap();
        assert!(never.begin(&HeaderMap::new()).is_none());
        assert!(always.begin(&HeaderMap::new()).is_some());
        for (flags, recorded) in [("01", true), ("00", false)] {
            let given = format!("00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-{flags}");
            let mut headers = HeaderMap::new();
            headers.insert("traceparent", given.parse().unwrap());
            for traces in [&never, &always] {
                assert_eq!(traces.begin(&headers).is_some(), recorded, "{flags}");
            }
        }
    }

    #[test]
    fn authorities_that_are_none_are_refused_before_anything_is_sent() {
        let missing = TraceOptions {
            authorities: Some("/nowhere/ca.pem".into()),
            ..options("https://127.0.0.1:4317")
        };
        let refused = Traces::prepare(&missing).unwrap_err();
        assert!(
            matches!(refused, TracesError::Authorities(..)),
            "{refused:?}"
        );
    }
}
