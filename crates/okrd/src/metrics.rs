//! What the server counts and measures, for Prometheus and whatever reads its format.
//!
//! Counters grow where things happen; what can be read at any time (heads, files, followers) is read when somebody asks.
//! The names stand in [`catalogue`].

pub(crate) mod catalogue;
mod followers;
mod limit;
mod readings;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use okr_core::rejection::Rejection;
use okr_log::AppendOutcome;
use okr_proto::{ApiError, PushOutcome};
use prometheus_client::encoding::text::encode_registry;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Metric, Registry};
use tonic::Code;

use self::catalogue::Described;
pub(crate) use self::followers::{FollowerMark, Followers};
pub(crate) use self::limit::Limit;
pub(crate) use self::readings::Readings;
use crate::hits::{self, Hits};
use crate::telemetry::{Method, Methods, code_name};

/// The media type of what [`Metrics::render`] returns.
pub(crate) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What becomes of changes.
const CHANGE_RESULTS: [&str; 4] = ["accepted", "duplicate", "already-so", "rejected"];
/// Reasons that alerts ask for, so that there is a number before the first one.
const WATCHED_REASONS: [&str; 4] = [
    "unauthenticated",
    "code-refused",
    "permission-denied",
    "internal",
];
/// What becomes of blocks.
const APPEND_RESULTS: [&str; 5] = ["appended", "unknown", "refused", "conflict", "invalid"];

type OneLabel = [(&'static str, &'static str); 1];
type MethodLabels = [(&'static str, &'static str); 2];
type HandledLabels = [(&'static str, &'static str); 3];

/// The numbers of one server.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    changes: Family<OneLabel, Counter>,
    rejections: Family<OneLabel, Counter>,
    appends: Family<OneLabel, Counter>,
    append_seconds: Histogram,
    group_changes: Histogram,
    records_sent: Counter,
    refused: Family<OneLabel, Counter>,
    limit_hits: Family<OneLabel, Counter>,
    handled: Family<HandledLabels, Counter>,
    handling_seconds: Family<MethodLabels, Histogram, fn() -> Histogram>,
    received_bytes: Counter,
    sent_bytes: Counter,
    /// The limits that are set, which their own places count.
    pub(crate) hits: Arc<Hits>,
    /// Who follows.
    pub(crate) followers: Followers,
}

impl Default for Metrics {
    /// Makes all numbers, each 0: a rate is known from the first event on only if there was a number before it.
    fn default() -> Self {
        let family = |label: &'static str, values: &[&'static str]| {
            let family = Family::<OneLabel, Counter>::default();
            for value in values {
                drop(family.get_or_create(&[(label, *value)]));
            }
            family
        };
        let mut metrics = Self {
            changes: family("result", &CHANGE_RESULTS),
            rejections: family("code", &Rejection::CODES),
            appends: family("result", &APPEND_RESULTS),
            // From a quarter of a millisecond to eight seconds.
            append_seconds: Histogram::new(exponential_buckets(0.000_25, 2.0, 16)),
            group_changes: Histogram::new(exponential_buckets(1.0, 4.0, 8)),
            records_sent: Counter::default(),
            refused: family("reason", &WATCHED_REASONS),
            limit_hits: family("limit", &limit_names()),
            handled: Family::default(),
            handling_seconds: Family::new_with_constructor(handling_histogram),
            received_bytes: Counter::default(),
            sent_bytes: Counter::default(),
            hits: Arc::default(),
            followers: Followers::default(),
            registry: Registry::default(),
        };
        for method in Methods::default().all() {
            drop(metrics.handled.get_or_create(&handled(method, Code::Ok)));
            drop(metrics.handling_seconds.get_or_create(&labels(method)));
        }
        let mut registry = Registry::default();
        metrics.register(&mut registry);
        metrics.registry = registry;
        metrics
    }
}

/// From a millisecond to half a minute, the time that a call may take.
fn handling_histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 16))
}

impl Metrics {
    fn register(&self, registry: &mut Registry) {
        add(registry, &catalogue::CHANGES, self.changes.clone());
        add(registry, &catalogue::REJECTIONS, self.rejections.clone());
        add(registry, &catalogue::APPENDS, self.appends.clone());
        add(
            registry,
            &catalogue::APPEND_SECONDS,
            self.append_seconds.clone(),
        );
        add(
            registry,
            &catalogue::GROUP_CHANGES,
            self.group_changes.clone(),
        );
        add(
            registry,
            &catalogue::RECORDS_SENT,
            self.records_sent.clone(),
        );
        add(registry, &catalogue::REFUSED, self.refused.clone());
        add(registry, &catalogue::LIMIT_HITS, self.limit_hits.clone());
        add(registry, &catalogue::HANDLED, self.handled.clone());
        add(
            registry,
            &catalogue::HANDLING_SECONDS,
            self.handling_seconds.clone(),
        );
        add(
            registry,
            &catalogue::RECEIVED_BYTES,
            self.received_bytes.clone(),
        );
        add(registry, &catalogue::SENT_BYTES, self.sent_bytes.clone());
    }

    /// Counts what became of the changes of a push.
    pub(crate) fn count_changes(&self, outcomes: &[PushOutcome]) {
        // In the order of CHANGE_RESULTS: a counter is looked for once in a push, not once in a change.
        let mut counts = [0_u64; CHANGE_RESULTS.len()];
        for outcome in outcomes {
            let [accepted, duplicate, already_so, rejected] = &mut counts;
            let count = match outcome {
                PushOutcome::Accepted { .. } => accepted,
                PushOutcome::Duplicate { .. } => duplicate,
                PushOutcome::AlreadySo => already_so,
                PushOutcome::Rejected(refusal) => {
                    let mut codes = Rejection::CODES.into_iter();
                    if let Some(code) = codes.find(|code| *code == refusal.code) {
                        self.rejections.get_or_create(&[("code", code)]).inc();
                    }
                    rejected
                }
            };
            *count += 1;
        }
        for (result, count) in CHANGE_RESULTS.into_iter().zip(counts) {
            if count > 0 {
                self.changes
                    .get_or_create(&[("result", result)])
                    .inc_by(count);
            }
        }
    }

    /// Counts what became of a block.
    pub(crate) fn count_append(&self, outcome: &AppendOutcome) {
        let [appended, unknown, refused, conflict, invalid] = APPEND_RESULTS;
        let result = match outcome {
            AppendOutcome::Appended { .. } => appended,
            AppendOutcome::Unknown { .. } => unknown,
            AppendOutcome::Refused { .. } => refused,
            AppendOutcome::Conflict { .. } => conflict,
            AppendOutcome::Invalid { .. } => invalid,
        };
        self.appends.get_or_create(&[("result", result)]).inc();
    }

    /// Measures a group that was written.
    pub(crate) fn measure_group(&self, records: usize, took: Duration) {
        self.append_seconds.observe(took.as_secs_f64());
        self.group_changes
            .observe(f64::from(u32::try_from(records).unwrap_or(u32::MAX)));
    }

    /// Counts records on their way to a client.
    pub(crate) fn count_records_sent(&self, records: usize) {
        self.records_sent.inc_by(records as u64);
    }

    /// Counts a call that was refused as a whole.
    pub(crate) fn count_refusal(&self, error: &ApiError) {
        let reason = error.reason();
        self.refused.get_or_create(&[("reason", reason)]).inc();
        if let Some(limit) = Limit::of(error) {
            self.count_limit(limit);
        }
    }

    /// Counts somebody whom a limit turned away.
    pub(crate) fn count_limit(&self, limit: Limit) {
        let hits = self.limit_hits.get_or_create(&[("limit", limit.name())]);
        hits.inc();
    }

    /// Counts and measures a call that ended.
    pub(crate) fn count_call(&self, call: &EndedCall) {
        let EndedCall {
            method,
            code,
            took,
            received,
            sent,
        } = *call;
        self.handled.get_or_create(&handled(method, code)).inc();
        self.handling_seconds
            .get_or_create(&labels(method))
            .observe(took.as_secs_f64());
        self.received_bytes.inc_by(received);
        self.sent_bytes.inc_by(sent);
    }

    /// Writes all numbers in the text format of Prometheus, which everything understands that reads metrics.
    pub(crate) fn render(&self, readings: &Readings) -> String {
        for limit in hits::Limit::ALL {
            let counter = self.limit_hits.get_or_create(&[("limit", limit.name())]);
            counter
                .inner()
                .store(self.hits.count(*limit), Ordering::Relaxed);
        }
        let mut text = String::with_capacity(32 * 1024);
        let written = encode_registry(&mut text, &self.registry)
            .and_then(|()| encode_registry(&mut text, &readings.registry()));
        written.expect("a string takes everything");
        text.lines().map(with_whole_name).collect()
    }
}

/// A call that ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EndedCall {
    pub(crate) method: Method,
    pub(crate) code: Code,
    pub(crate) took: Duration,
    pub(crate) received: u64,
    pub(crate) sent: u64,
}

fn limit_names() -> Vec<&'static str> {
    let set = hits::Limit::ALL.iter().map(|limit| limit.name());
    set.chain(Limit::ALL.map(Limit::name)).collect()
}

/// Ends a line, and puts the ending of counters into the lines about them: the encoder writes it in their values only, as
/// the format does that succeeds this one.
fn with_whole_name(line: &str) -> String {
    let about = line
        .strip_prefix("# ")
        .and_then(|about| about.split_once(' '));
    let about = about.and_then(|(word, rest)| Some((word, rest.split_once(' ')?)));
    if let Some((word, (family, rest))) = about {
        let described = catalogue::ALL.iter().find(|it| it.family() == family);
        if let Some(described) = described {
            return format!("# {word} {} {rest}\n", described.name);
        }
    }
    format!("{line}\n")
}

fn add(registry: &mut Registry, described: &Described, metric: impl Metric) {
    registry.register(described.family(), described.help, metric);
}

fn labels(method: Method) -> MethodLabels {
    [
        ("grpc_service", method.service),
        ("grpc_method", method.name),
    ]
}

fn handled(method: Method, code: Code) -> HandledLabels {
    let [service, name] = labels(method);
    [service, name, ("grpc_code", code_name(code))]
}

#[cfg(test)]
mod tests;
