//! What machines ask over plain HTTP: `/metrics`, `/livez`, `/readyz`, on a listener of their own.
//!
//! There is no secret and no name of anybody in it, and nothing can be changed by it. It answers one question per
//! connection, and only so many at a time.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::metrics::{MEDIA_TYPE, Metrics, Readings};
use crate::readiness::Readiness;

/// Time from a connection to the end of its answer.
const ANSWER_TIME: Duration = Duration::from_secs(10);
/// Connections at one time; more wait to be accepted.
const CONNECTIONS: usize = 32;
/// Time to wait when the system gives no connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
const PLAIN_TEXT: &str = "text/plain; charset=utf-8";
const PAGES: &str = "okrd: /metrics /livez /readyz\n";

/// Reads how things stand. May block on the disk.
pub(crate) type Look = Arc<dyn Fn() -> Readings + Send + Sync>;

/// What is answered from.
#[derive(Clone)]
pub(crate) struct Monitor {
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) readiness: Arc<Readiness>,
    pub(crate) look: Look,
}

type Answer = Response<Full<Bytes>>;

impl Monitor {
    /// Answers for ever.
    pub(crate) async fn serve(self, listener: TcpListener) {
        // They end with this: what they hold must be free when the server has stopped.
        let mut talks = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                Some(_) = talks.join_next() => continue,
                accepted = listener.accept(), if talks.len() < CONNECTIONS => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    talks.spawn(self.clone().talk(stream));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection of the monitoring");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    async fn talk(self, stream: TcpStream) {
        let service = service_fn(move |request: Request<Incoming>| {
            let monitor = self.clone();
            async move { Ok::<_, Infallible>(monitor.answer(&request).await) }
        });
        let talk = http1::Builder::new()
            .keep_alive(false)
            .serve_connection(TokioIo::new(stream), service);
        // Who goes away, sends nonsense or is slow gets no answer, and nobody else notices.
        drop(timeout(ANSWER_TIME, talk).await);
    }

    async fn answer<B>(&self, request: &Request<B>) -> Answer {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n".into());
            let allowed = HeaderValue::from_static("GET, HEAD");
            answer.headers_mut().insert(ALLOW, allowed);
            return answer;
        }
        match request.uri().path() {
            "/metrics" => self.metrics().await,
            // That there is an answer is the answer.
            "/livez" => text(StatusCode::OK, "alive\n".into()),
            "/readyz" => {
                let causes = self.readiness.causes();
                let status = if causes.is_ready() {
                    StatusCode::OK
                } else {
                    StatusCode::SERVICE_UNAVAILABLE
                };
                text(status, causes.to_string())
            }
            "/" => text(StatusCode::OK, PAGES.into()),
            _ => text(StatusCode::NOT_FOUND, PAGES.into()),
        }
    }

    async fn metrics(&self) -> Answer {
        let (metrics, look) = (Arc::clone(&self.metrics), Arc::clone(&self.look));
        match tokio::task::spawn_blocking(move || metrics.render(&look())).await {
            Ok(rendered) => respond(StatusCode::OK, MEDIA_TYPE, rendered),
            Err(error) => {
                tracing::error!(%error, "the metrics cannot be read");
                text(StatusCode::INTERNAL_SERVER_ERROR, "failed\n".into())
            }
        }
    }
}

fn text(status: StatusCode, body: String) -> Answer {
    respond(status, PLAIN_TEXT, body)
}

fn respond(status: StatusCode, media_type: &'static str, body: String) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
