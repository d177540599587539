//! What the observer sees of calls, without a network.

use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};

use tower::{ServiceBuilder, ServiceExt as _, service_fn};
use tracing_subscriber::fmt::MakeWriter;

use super::*;
use crate::telemetry::lines::OneLineEach;

/// Keeps the lines of a test.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = OneLineEach<Self>;

    fn make_writer(&'a self) -> Self::Writer {
        OneLineEach(self.clone())
    }
}

/// Sends one frame of data, then trailers, as an answered call does.
struct Answer {
    frames: Vec<Frame<Bytes>>,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.frames.pop().map(Ok))
    }
}

fn trailers(code: &'static str) -> Frame<Bytes> {
    let mut trailers = HeaderMap::new();
    trailers.insert(GRPC_STATUS, HeaderValue::from_static(code));
    Frame::trailers(trailers)
}

fn answer(code: &'static str) -> Answer {
    Answer {
        frames: vec![trailers(code), Frame::data(Bytes::from_static(b"12345"))],
    }
}

async fn next<B: Body + Unpin>(body: &mut B) -> bool {
    std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context))
        .await
        .is_some()
}

/// Makes a call, reads so many frames of its answer, and returns its request id and its lines.
async fn call(path: &str, name: Option<&str>, frames: usize) -> (String, String) {
    let kept = Kept::default();
    let lines = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(kept.clone())
        .finish();
    let silenced = tracing::subscriber::set_default(lines);
    let service = ServiceBuilder::new()
        .layer(ObserveLayer::new(Arc::default(), None))
        .service(service_fn(async |request: Request<AnyBody>| {
            let mut question = request.into_body();
            while next(&mut question).await {}
            Ok::<_, Infallible>(Response::new(answer("7")))
        }));
    let question = AnyBody::new(Answer {
        frames: vec![Frame::data(Bytes::from_static(b"123"))],
    });
    let mut request = Request::builder().uri(path);
    if let Some(name) = name {
        request = request.header(REQUEST_ID_METADATA_KEY, name);
    }
    let request = request.body(question).unwrap();
    let response = service.oneshot(request).await.unwrap();
    let id = response.headers()[REQUEST_ID_METADATA_KEY]
        .to_str()
        .unwrap()
        .to_owned();
    let mut body = response.into_body();
    for _ in 0..frames {
        assert!(next(&mut body).await);
    }
    drop(body);
    drop(silenced);
    let bytes = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
    (id, String::from_utf8(bytes.clone()).unwrap())
}

#[tokio::test]
async fn a_call_has_one_line_with_its_bytes_and_its_end() {
    let (id, line) = call("/okr.v1.Sync/Push", Some("from-client"), 2).await;
    assert_eq!(id, "from-client");
    assert_eq!(line.lines().count(), 1, "{line}");
    for part in [
        "INFO rpc: method=okr.v1.Sync/Push code=\"PermissionDenied\" ms=",
        " received=3 sent=5 request_id=from-client",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
}

#[tokio::test]
async fn a_client_that_goes_away_before_the_end_is_told_apart() {
    let (_, line) = call("/okr.v1.Sync/Pull", None, 1).await;
    assert!(line.contains("code=\"Canceled\""), "{line}");
}

#[tokio::test]
async fn what_a_stranger_writes_into_a_path_or_a_name_is_not_repeated() {
    let (id, line) = call("/evil.Service/Secret", Some("evil name"), 2).await;
    assert_eq!(id.len(), 16, "{id}");
    assert!(line.contains("method=unknown"), "{line}");
    assert!(!line.to_lowercase().contains("evil"), "{line}");
}

#[tokio::test]
async fn probes_leave_no_line() {
    let (id, line) = call("/grpc.health.v1.Health/Check", None, 2).await;
    assert_eq!((id.len(), line.as_str()), (16, ""));
}
