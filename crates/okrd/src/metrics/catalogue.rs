//! Every metric that there is: its name with its unit, its labels, and what it says.
//!
//! `okrd metrics` prints this list, deploy/monitoring/METRICS.md is it, and tests compare both with what is served.
//! Labels have few values, all known beforehand: never an organisation, a person, a goal or an address.

/// What kind of number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Grows, and begins at 0 when the process does.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts by size; has `_bucket`, `_sum` and `_count`.
    Histogram,
}

/// One metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Described {
    /// The name, as it is served.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) labels: &'static [&'static str],
    /// One sentence without a full stop.
    pub(crate) help: &'static str,
}

impl Kind {
    /// Returns the word for it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

impl Described {
    /// Returns the name without the ending that the format adds to counters.
    pub(crate) fn family(&self) -> &'static str {
        self.name.strip_suffix("_total").unwrap_or(self.name)
    }
}

const fn counter(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> Described {
    let kind = Kind::Counter;
    Described {
        name,
        kind,
        labels,
        help,
    }
}

const fn gauge(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> Described {
    let kind = Kind::Gauge;
    Described {
        name,
        kind,
        labels,
        help,
    }
}

const fn histogram(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> Described {
    let kind = Kind::Histogram;
    Described {
        name,
        kind,
        labels,
        help,
    }
}

pub(crate) const CHANGES: Described = counter(
    "okrd_changes_total",
    &["result"],
    "Changes that clients pushed, by what became of them",
);
pub(crate) const REJECTIONS: Described = counter(
    "okrd_rejections_total",
    &["code"],
    "Changes that the rules refused, by the code of the refusal",
);
pub(crate) const APPENDS: Described = counter(
    "okrd_appends_total",
    &["result"],
    "Blocks of records, one of each organisation in a group, by what became of them; all but `appended` stop all writing",
);
pub(crate) const APPEND_SECONDS: Described = histogram(
    "okrd_append_duration_seconds",
    &[],
    "Time to write a group of records and to make it survive a power cut",
);
pub(crate) const GROUP_CHANGES: Described = histogram(
    "okrd_append_group_changes",
    &[],
    "Records that became durable together",
);
pub(crate) const RECORDS_SENT: Described = counter(
    "okrd_records_sent_total",
    &[],
    "Records that were sent to pulling and following clients",
);
pub(crate) const REFUSED: Described = counter(
    "okrd_calls_refused_total",
    &["reason"],
    "Calls that were refused as a whole, by the reason that the client is told (proto/README.md)",
);
pub(crate) const LIMIT_HITS: Described = counter(
    "okrd_limit_hits_total",
    &["limit"],
    "Times that somebody was turned away by a limit; who waits on their own side because the server told them its limit (`streams_per_connection`) is seen by nobody",
);
pub(crate) const HANDLED: Described = counter(
    "grpc_server_handled_total",
    &["grpc_service", "grpc_method", "grpc_code"],
    "Calls that ended, by how",
);
pub(crate) const HANDLING_SECONDS: Described = histogram(
    "grpc_server_handling_seconds",
    &["grpc_service", "grpc_method"],
    "Time from the first byte of a call to the last one of its answer; a following pull or a stream of pushes stays for long",
);
pub(crate) const RECEIVED_BYTES: Described = counter(
    "okrd_received_bytes_total",
    &[],
    "Bytes of the bodies of calls",
);
pub(crate) const SENT_BYTES: Described = counter(
    "okrd_sent_bytes_total",
    &[],
    "Bytes of the bodies of answers",
);
pub(crate) const HEAD: Described = gauge(
    "okrd_head_position",
    &[],
    "Durable changes of all organisations together",
);
pub(crate) const ORGANISATIONS: Described = gauge(
    "okrd_organisations",
    &[],
    "Organisations that the server holds",
);
pub(crate) const FOLLOWERS: Described = gauge(
    "okrd_followers",
    &[],
    "Clients that follow the history of an organisation",
);
pub(crate) const FOLLOWER_LAG: Described = gauge(
    "okrd_follower_lag_changes",
    &[],
    "Changes that the slowest follower has yet to be sent",
);
pub(crate) const TASKS: Described = gauge(
    "okrd_tasks",
    &[],
    "Tasks of the runtime: some of the server itself, a few for each connection and one for each follower",
);
pub(crate) const STORAGE_BYTES: Described = gauge(
    "okrd_storage_bytes",
    &[],
    "Bytes of the files in the data directory",
);
pub(crate) const DISK_FREE_BYTES: Described = gauge(
    "okrd_disk_free_bytes",
    &[],
    "Bytes that the server may still write on the file system of its data",
);
pub(crate) const DISK_SIZE_BYTES: Described = gauge(
    "okrd_disk_size_bytes",
    &[],
    "Bytes of the file system of the data",
);
pub(crate) const DISK_RESERVE_BYTES: Described = gauge(
    "okrd_disk_reserve_bytes",
    &[],
    "Free bytes below which nothing more is written",
);
pub(crate) const READY: Described = gauge(
    "okrd_ready",
    &[],
    "1 while the server can append durably, else 0",
);
pub(crate) const NOT_READY: Described = gauge(
    "okrd_not_ready",
    &["cause"],
    "1 for each cause that keeps the server from appending, else 0",
);
pub(crate) const LAST_BACKUP: Described = gauge(
    "okrd_backup_last_success_timestamp_seconds",
    &[],
    "Which moment the last whole backup shows, in seconds since 1970; absent before the first",
);
pub(crate) const CERTIFICATE_EXPIRY: Described = gauge(
    "okrd_tls_certificate_expiry_timestamp_seconds",
    &[],
    "When the certificate that is shown ends, in seconds since 1970; absent without TLS",
);
pub(crate) const BUILD: Described = gauge(
    "okrd_build_info",
    &["version"],
    "Always 1; the label says which version runs",
);
pub(crate) const STARTED: Described = gauge(
    "process_start_time_seconds",
    &[],
    "When the process started, in seconds since 1970",
);

/// All of them, in the order in which they are served.
pub(crate) const ALL: [&Described; 27] = [
    &CHANGES,
    &REJECTIONS,
    &APPENDS,
    &APPEND_SECONDS,
    &GROUP_CHANGES,
    &RECORDS_SENT,
    &REFUSED,
    &LIMIT_HITS,
    &HANDLED,
    &HANDLING_SECONDS,
    &RECEIVED_BYTES,
    &SENT_BYTES,
    &HEAD,
    &ORGANISATIONS,
    &FOLLOWERS,
    &FOLLOWER_LAG,
    &TASKS,
    &STORAGE_BYTES,
    &DISK_FREE_BYTES,
    &DISK_SIZE_BYTES,
    &DISK_RESERVE_BYTES,
    &READY,
    &NOT_READY,
    &LAST_BACKUP,
    &CERTIFICATE_EXPIRY,
    &BUILD,
    &STARTED,
];
