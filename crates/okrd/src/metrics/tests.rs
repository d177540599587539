//! The catalogue against what is served.

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::{ALL, Kind};
use super::*;
use crate::readiness::DiskSpace;

/// Readings in which nothing is missing.
fn full() -> Readings {
    Readings {
        head: 70_000,
        storage_bytes: Some(1),
        disk: Some(DiskSpace { free: 1, size: 2 }),
        disk_reserve_bytes: Some(1),
        last_backup: Some("2026-11-23T12:00:00Z".parse().unwrap()),
        certificate_expiry: Some("2027-02-26T12:00:00Z".parse().unwrap()),
        started: Some("2026-11-28T12:00:00.5Z".parse().unwrap()),
        tasks: Some(3),
        ..Readings::default()
    }
}

/// What a scrape says of one metric.
#[derive(Debug, Default, PartialEq, Eq)]
struct Served {
    kind: String,
    help: String,
    labels: BTreeSet<String>,
}

/// Reads the text format, as far as it is used here.
fn read(text: &str) -> BTreeMap<String, Served> {
    let mut served = BTreeMap::<String, Served>::new();
    for line in text.lines() {
        let words: Vec<&str> = line.splitn(4, ' ').collect();
        match words[..] {
            ["#", "HELP", name, help] => {
                served.entry(name.to_owned()).or_default().help = help.to_owned();
            }
            ["#", "TYPE", name, kind] => {
                served.entry(name.to_owned()).or_default().kind = kind.to_owned();
            }
            _ => {
                let name = line.split(['{', ' ']).next().unwrap();
                let endings = ["", "_bucket", "_sum", "_count"];
                let family = endings.iter().find_map(|ending| {
                    let family = name.strip_suffix(ending)?;
                    served.contains_key(family).then(|| family.to_owned())
                });
                let family = family.unwrap_or_else(|| panic!("no type before {line}"));
                let labels = line
                    .split_once('{')
                    .map_or("", |(_, rest)| rest.split('}').next().unwrap());
                let labels = labels.split(',').filter_map(|label| label.split_once('='));
                let names = labels
                    .map(|(name, _)| name.to_owned())
                    .filter(|name| name != "le");
                served.get_mut(&family).unwrap().labels.extend(names);
            }
        }
    }
    served
}

#[test]
fn what_is_served_is_what_the_catalogue_says() {
    let text = Metrics::default().render(&full());
    let served = read(&text);
    let names: Vec<&str> = served.keys().map(String::as_str).collect();
    let mut described: Vec<&str> = ALL.iter().map(|described| described.name).collect();
    described.sort_unstable();
    assert_eq!(names, described);
    for described in ALL {
        let served = &served[described.name];
        assert_eq!(served.kind, described.kind.word(), "{described:?}");
        assert_eq!(served.help, format!("{}.", described.help), "{described:?}");
        let labels: BTreeSet<String> = described.labels.iter().map(ToString::to_string).collect();
        assert_eq!(served.labels, labels, "{described:?}");
    }
}

#[test]
fn names_carry_units_and_counters_their_ending() {
    for described in ALL {
        let name = described.name;
        assert_eq!(
            name.ends_with("_total"),
            described.kind == Kind::Counter,
            "{name}"
        );
        assert!(
            ["okrd_", "grpc_server_", "process_"]
                .iter()
                .any(|prefix| name.starts_with(prefix)),
            "{name}"
        );
        assert!(
            name.chars().all(|c| c.is_ascii_lowercase() || c == '_'),
            "{name}"
        );
        for identity in [
            "org", "person", "user", "team", "goal", "peer", "token", "path",
        ] {
            assert!(
                !described.labels.contains(&identity),
                "{name} names somebody"
            );
        }
    }
}

#[test]
fn every_label_value_has_a_number_before_anything_happens() {
    let text = Metrics::default().render(&full());
    for line in [
        "okrd_changes_total{result=\"already-so\"} 0",
        "okrd_rejections_total{code=\"conflict\"} 0",
        "okrd_appends_total{result=\"unknown\"} 0",
        "okrd_calls_refused_total{reason=\"unauthenticated\"} 0",
        "okrd_limit_hits_total{limit=\"failed_logins_per_minute\"} 0",
        "okrd_limit_hits_total{limit=\"connections\"} 0",
        "grpc_server_handled_total{grpc_service=\"okr.v1.Sync\",grpc_method=\"Push\",grpc_code=\"OK\"} 0",
        "okrd_not_ready{cause=\"disk\"} 0",
        "okrd_ready 1",
        "okrd_head_position 70000",
        "okrd_backup_last_success_timestamp_seconds 1795435200.0",
        "okrd_tls_certificate_expiry_timestamp_seconds 1803643200.0",
        "process_start_time_seconds 1795867200.5",
    ] {
        assert!(text.contains(&format!("\n{line}\n")), "{line}: {text}");
    }
}

#[test]
fn what_happens_is_counted() {
    let metrics = Metrics::default();
    let refusal = okr_proto::Refusal {
        code: "conflict".to_owned(),
        message: String::new(),
        subject: None,
        facts: BTreeMap::new(),
    };
    let stranger = okr_proto::Refusal {
        code: "evil\"} 7".to_owned(),
        ..refusal.clone()
    };
    metrics.count_changes(&[
        PushOutcome::AlreadySo,
        PushOutcome::Rejected(refusal),
        PushOutcome::Rejected(stranger),
    ]);
    metrics.hits.note(hits::Limit::CallTime);
    metrics.hits.note(hits::Limit::Connections);
    metrics.count_refusal(&ApiError::Unauthenticated);
    metrics.count_refusal(&ApiError::TooLarge {
        what: "changes".to_owned(),
        limit: 1,
        actual: 2,
    });
    metrics.count_records_sent(5);
    metrics.measure_group(3, Duration::from_millis(4));
    let method = Methods::default().of_path("/okr.v1.Sync/Pull");
    metrics.count_call(&EndedCall {
        method,
        code: Code::Cancelled,
        took: Duration::from_secs(2),
        received: 10,
        sent: 20,
    });
    let text = metrics.render(&full());
    for line in [
        "okrd_changes_total{result=\"already-so\"} 1",
        "okrd_changes_total{result=\"rejected\"} 2",
        "okrd_rejections_total{code=\"conflict\"} 1",
        "okrd_limit_hits_total{limit=\"call_time\"} 1",
        "okrd_limit_hits_total{limit=\"connections\"} 1",
        "okrd_calls_refused_total{reason=\"unauthenticated\"} 1",
        "okrd_calls_refused_total{reason=\"too-large\"} 1",
        "okrd_limit_hits_total{limit=\"changes_per_push\"} 1",
        "okrd_records_sent_total 5",
        "okrd_append_group_changes_bucket{le=\"4.0\"} 1",
        "okrd_append_duration_seconds_bucket{le=\"0.004\"} 1",
        "grpc_server_handled_total{grpc_service=\"okr.v1.Sync\",grpc_method=\"Pull\",grpc_code=\"Canceled\"} 1",
        "okrd_received_bytes_total 10",
        "okrd_sent_bytes_total 20",
    ] {
        assert!(text.contains(&format!("\n{line}\n")), "{line}: {text}");
    }
    assert!(!text.contains("evil"), "{text}");
}
