//! Traces: a span of each call, for a collector that speaks OTLP (OpenTelemetry's protocol over gRPC). Only in a program
//! that was built with the feature `otlp`.
//!
//! A span says what the line of the call says, and less: no person, token or address. The way to the collector is a queue
//! with an end: a collector that is slow or away costs spans, and never a call.

#[cfg(not(feature = "otlp"))]
mod absent;
#[cfg(feature = "otlp")]
mod context;
#[cfg(feature = "otlp")]
mod export;
#[cfg(feature = "otlp")]
mod span;

use std::path::PathBuf;
use std::time::Duration;

use okr_core::id::OrgId;
use tonic::Code;

use crate::telemetry::Method;

#[cfg(not(feature = "otlp"))]
pub(crate) use self::absent::{CallTrace, Traces};
#[cfg(feature = "otlp")]
pub(crate) use self::export::{CallTrace, Traces};

/// Whether this program can send spans.
pub(crate) const BUILT: bool = cfg!(feature = "otlp");

/// Where spans go, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceOptions {
    /// The collector, such as `http://127.0.0.1:4317`.
    pub endpoint: String,
    /// The authorities (PEM) that its certificate is checked against; those of the system if there are none.
    pub authorities: Option<PathBuf>,
    /// Of a hundred calls whose client does not say whether they are traced, so many are.
    pub sampled_percent: u32,
}

/// Why no spans can be sent.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// The program cannot do it.
    #[error("this okrd was built without otlp")]
    NotBuilt,
    /// The address is none of a collector.
    #[error("{0} is not the address of a collector")]
    Endpoint(String),
    /// The authorities cannot be read.
    #[error("the authorities in {} cannot be used", .0.display())]
    Authorities(PathBuf, #[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What is known of a call when it ends.
#[cfg_attr(
    not(feature = "otlp"),
    expect(dead_code, reason = "nobody is told in a program without traces")
)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct EndedCall<'a> {
    pub(crate) method: Method,
    pub(crate) code: Code,
    pub(crate) took: Duration,
    pub(crate) request_id: &'a str,
    /// None when nobody proved to be calling.
    pub(crate) org: Option<OrgId>,
}
