//! Spans of calls, as a collector receives them (feature `otlp`).

use std::fs;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use okr_core::event::{Event, PersonEvent};
use okr_core::value::Role;
use okr_testkit::sample::BEN;
use okrd::{TraceOptions, TracesError};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server as Transport;
use tonic::{Request, Response, Status};

use crate::client::{TestClient, change};
use crate::harness::{ANA, TestServer};

/// A collector that keeps what it is sent.
#[derive(Clone, Debug, Default)]
struct Collector(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Collector {
    /// Starts it on a free port, and returns its address.
    async fn start() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let collector = Self::default();
        let served = TraceServiceServer::new(collector.clone());
        let incoming = TcpListenerStream::new(listener);
        tokio::spawn(async move {
            let served = Transport::builder().add_service(served);
            served.serve_with_incoming(incoming).await.unwrap();
        });
        (collector, address)
    }

    fn spans(&self) -> Vec<Span> {
        let messages = self.0.lock().unwrap();
        let resources = messages.iter().flat_map(|message| &message.resource_spans);
        let scopes = resources.flat_map(|resource| &resource.scope_spans);
        scopes.flat_map(|scope| scope.spans.clone()).collect()
    }

    /// All that it was told, as text.
    fn text(&self) -> String {
        format!("{:?}", self.0.lock().unwrap())
    }
}

async fn start(endpoint: &str) -> TestServer {
    let mut server = TestServer::stopped();
    server.traces = Some(TraceOptions {
        endpoint: endpoint.to_owned(),
        authorities: None,
        sampled_percent: 100,
    });
    server.limits = &[("drain_time", "1s")];
    server.run().await;
    server
}

fn attributes(span: &Span) -> Vec<(String, String)> {
    let written = span.attributes.iter().map(|attribute| {
        let value = attribute.value.clone().unwrap().value.unwrap();
        let value = match value {
            Value::StringValue(text) => text,
            Value::IntValue(number) => number.to_string(),
            other => panic!("{other:?}"),
        };
        (attribute.key.clone(), value)
    });
    written.collect()
}

/// Pushes as part of a trace of the client's, with everything about it that must not be passed on.
async fn push_traced(ana: &TestClient) {
    let added = Event::Person(BEN, PersonEvent::Added(Role::Member));
    let message = okr_proto::v1::PushRequest {
        changes: vec![crate::client::new_change(&change(2, vec![added]))],
        ..Default::default()
    };
    let mut request = ana.request(message);
    let metadata = request.metadata_mut();
    for (key, value) in [
        (
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01",
        ),
        ("tracestate", "planted=state"),
        ("baggage", "planted=baggage"),
        ("x-planted", "planted"),
        ("x-request-id", "request-7"),
    ] {
        metadata.insert(key, value.parse().unwrap());
    }
    ana.sync().push(request).await.unwrap();
}

#[tokio::test]
async fn a_push_is_a_span_in_the_trace_of_its_client_and_says_nothing_secret() {
    let (collector, endpoint) = Collector::start().await;
    let mut server = start(&endpoint).await;
    let ana = server.ana().await;
    push_traced(&ana).await;
    server.stop().await;

    let spans = collector.spans();
    let traced: Vec<&Span> = spans
        .iter()
        .filter(|span| span.parent_span_id == [0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7])
        .collect();
    let [push] = traced[..] else {
        panic!("{spans:?}")
    };
    assert_eq!(push.name, "okr.v1.Sync/Push");
    let trace = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128;
    assert_eq!(push.trace_id, trace.to_be_bytes());
    assert!(push.end_time_unix_nano > push.start_time_unix_nano);
    let expected = [
        ("rpc.system", "grpc"),
        ("rpc.service", "okr.v1.Sync"),
        ("rpc.method", "Push"),
        ("rpc.grpc.status_code", "0"),
        ("okr.request_id", "request-7"),
        ("okr.organisation", &ANA.org.to_string()),
    ];
    let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(attributes(push), expected);
    assert!(spans.iter().any(|span| span.name.ends_with("/Login")));

    let told = collector.text();
    let secret = ana.token.rsplit('_').nth(1).unwrap();
    for hidden in ["planted", secret, &ANA.person.to_string(), "127.0.0.1"] {
        assert!(!told.contains(hidden), "{hidden}: {told}");
    }
}

#[tokio::test]
async fn a_collector_that_is_away_or_deaf_holds_up_no_call_and_no_stop() {
    let deaf = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let away = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = |listener: &TcpListener| format!("http://{}", listener.local_addr().unwrap());
    let endpoints = [endpoint(&deaf), endpoint(&away)];
    drop(away);
    for endpoint in endpoints {
        let mut server = start(&endpoint).await;
        let ana = server.ana().await;
        let began = Instant::now();
        for _ in 0..200 {
            ana.who_am_i().await.unwrap();
        }
        assert!(began.elapsed() < Duration::from_secs(5), "{endpoint}");
        let began = Instant::now();
        server.stop().await;
        // The time to drain is a second; closing the log takes some.
        assert!(began.elapsed() < Duration::from_secs(4), "{endpoint}");
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_before_anything_is_served() {
    let server = TestServer::stopped();
    let mut options = server.options();
    options.traces = Some(TraceOptions {
        endpoint: "not an address".to_owned(),
        authorities: None,
        sampled_percent: 100,
    });
    let refused = okrd::Server::open(&options).err().unwrap();
    assert!(
        matches!(refused, okrd::ServeError::Traces(TracesError::Endpoint(_))),
        "{refused:?}"
    );
}

#[test]
fn a_check_of_the_settings_finds_authorities_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("okrd.toml");
    let settings =
        "[telemetry]\notlp_endpoint = \"https://127.0.0.1:4317\"\notlp_ca_file = \"none.pem\"\n";
    fs::write(&file, settings).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_okrd"));
    command.args(["config", "check"]).env("OKRD_CONFIG", &file);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(78), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("none.pem cannot be used"), "{text}");
    assert!(text.contains("telemetry.otlp_"), "{text}");
}
