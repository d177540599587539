//! A call as a span, in the words of OpenTelemetry (semantic conventions for gRPC).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use tonic::Code;

use super::EndedCall;
use super::context::Context;

/// The flags of a span (trace.proto): recorded; it is known where the parent is; that is another process.
const SAMPLED: u32 = 0x001;
const KNOWS_WHETHER_REMOTE: u32 = 0x100;
const PARENT_IS_REMOTE: u32 = 0x200;

/// Makes the span of a call that ended at this moment.
pub(super) fn of(call: &EndedCall<'_>, context: Context, id: u64, ended: SystemTime) -> Span {
    let remote = context.parent.map_or(0, |_| PARENT_IS_REMOTE);
    let parent = context.parent.map(|id| id.to_be_bytes().to_vec());
    let mut attributes = vec![
        text("rpc.system", "grpc"),
        text("rpc.service", call.method.service),
        text("rpc.method", call.method.name),
        attribute(
            "rpc.grpc.status_code",
            Value::IntValue(i64::from(i32::from(call.code))),
        ),
        text("okr.request_id", call.request_id),
    ];
    attributes.extend(
        call.org
            .map(|org| text("okr.organisation", &org.to_string())),
    );
    Span {
        trace_id: context.trace.to_be_bytes().to_vec(),
        span_id: id.to_be_bytes().to_vec(),
        parent_span_id: parent.unwrap_or_default(),
        flags: SAMPLED | KNOWS_WHETHER_REMOTE | remote,
        name: call.method.to_string(),
        kind: SpanKind::Server.into(),
        start_time_unix_nano: nanos(ended.checked_sub(call.took).unwrap_or(UNIX_EPOCH)),
        end_time_unix_nano: nanos(ended),
        attributes,
        status: is_fault(call.code).then(|| Status {
            message: String::new(),
            code: StatusCode::Error.into(),
        }),
        ..Span::default()
    }
}

/// Says who sends spans, around them.
pub(super) fn envelope(spans: Vec<Span>) -> ResourceSpans {
    let version = env!("CARGO_PKG_VERSION");
    ResourceSpans {
        resource: Some(Resource {
            attributes: vec![
                text("service.name", "okrd"),
                text("service.version", version),
            ],
            ..Resource::default()
        }),
        scope_spans: vec![ScopeSpans {
            scope: Some(InstrumentationScope {
                name: "okrd".to_owned(),
                version: version.to_owned(),
                ..InstrumentationScope::default()
            }),
            spans,
            ..ScopeSpans::default()
        }],
        ..ResourceSpans::default()
    }
}

/// Says whether the server is to blame: what a client did wrong is no error of a server's span.
const fn is_fault(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.to_owned()))
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}

fn nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Methods;

    #[test]
    fn a_span_has_the_time_of_the_call_and_says_when_the_server_is_to_blame() {
        let ended = UNIX_EPOCH + Duration::from_secs(100);
        let context = Context {
            trace: 1,
            parent: None,
            sampled: None,
        };
        for (code, fault) in [
            (Code::Ok, false),
            (Code::InvalidArgument, false),
            (Code::ResourceExhausted, false),
            (Code::Internal, true),
            (Code::Unavailable, true),
        ] {
            let call = EndedCall {
                method: Methods::default().of_path("/okr.v1.Sync/Pull"),
                code,
                took: Duration::from_millis(1_500),
                request_id: "r",
                org: None,
            };
            let span = of(&call, context, 2, ended);
            assert_eq!(span.status.is_some(), fault, "{code:?}");
            assert_eq!(
                (span.start_time_unix_nano, span.end_time_unix_nano),
                (98_500_000_000, 100_000_000_000)
            );
            assert_eq!(span.name, "okr.v1.Sync/Pull");
            assert!(span.parent_span_id.is_empty());
        }
    }
}
