//! The files of deploy/monitoring: all of them are well formed, and use only metrics and labels that there are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Labels that Prometheus adds.
const ADDED_LABELS: [&str; 4] = ["job", "instance", "le", "alertstate"];
/// Words of the language that are no metrics.
const WORDS: [&str; 4] = ["and", "or", "unless", "bool"];
/// Words before a list of labels.
const GROUPING: [&str; 4] = ["by", "without", "on", "ignoring"];

/// The alert that waits for more than a day.
const PATIENT: &str = "OkrdNoBackup";

/// What the program says that it has: names with their labels.
struct Catalogue(BTreeMap<String, BTreeSet<String>>);

impl Catalogue {
    fn ask() -> Self {
        let output = Command::new(env!("CARGO_BIN_EXE_okrd"))
            .args(["metrics", "-o", "json"])
            .output()
            .unwrap();
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["schema"], "okrd.v1.Metrics");
        let mut served = BTreeMap::new();
        served.insert("up".to_owned(), BTreeSet::new());
        for metric in document["metrics"].as_array().unwrap() {
            let labels = metric["labels"].as_array().unwrap().iter();
            let labels: BTreeSet<String> =
                labels.map(|it| it.as_str().unwrap().to_owned()).collect();
            let name = metric["name"].as_str().unwrap();
            let endings: &[&str] = match metric["type"].as_str().unwrap() {
                "histogram" => &["_bucket", "_sum", "_count"],
                _ => &[""],
            };
            for ending in endings {
                served.insert(format!("{name}{ending}"), labels.clone());
            }
        }
        Self(served)
    }

    /// Checks an expression and returns the metrics in it.
    fn check(&self, expression: &str) -> BTreeSet<String> {
        let found = names(expression);
        assert!(!found.metrics.is_empty(), "no metric in {expression}");
        let mut labels: BTreeSet<&str> = ADDED_LABELS.into();
        for metric in &found.metrics {
            let known = self.0.get(metric);
            let known = known.unwrap_or_else(|| panic!("there is no {metric}: {expression}"));
            labels.extend(known.iter().map(String::as_str));
        }
        for label in &found.labels {
            assert!(
                labels.contains(label.as_str()),
                "there is no label {label}: {expression}"
            );
        }
        found.metrics
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Names {
    metrics: BTreeSet<String>,
    labels: BTreeSet<String>,
}

/// Finds the names in an expression of Prometheus's language, as far as it is used here.
fn names(expression: &str) -> Names {
    let mut found = Names::default();
    let mut rest = expression;
    let mut in_labels = false;
    let mut grouping = false;
    while let Some(first) = rest.chars().next() {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
        let length = match first {
            '"' => rest[1..].find('"').unwrap() + 2,
            '[' => rest.find(']').unwrap() + 1,
            c if is_name(c) => rest.find(|c: char| !is_name(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        match first {
            '{' => in_labels = true,
            '}' => in_labels = false,
            ')' => grouping = false,
            c if c.is_ascii_alphabetic() || c == '_' => {
                let next = after.trim_start();
                let calls = next.starts_with('(')
                    || GROUPING
                        .iter()
                        .any(|word| next.starts_with(&format!("{word} (")));
                if in_labels || grouping {
                    found.labels.insert(token.to_owned());
                } else if GROUPING.contains(&token) {
                    grouping = true;
                } else if !calls && !WORDS.contains(&token) {
                    found.metrics.insert(token.to_owned());
                }
            }
            _ => {}
        }
        rest = after;
    }
    found
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/monitoring")
}

fn read(name: &str) -> String {
    let path = directory().join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn yaml(name: &str) -> Value {
    serde_saphyr::from_str(&read(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    let text = value[name].as_str();
    text.unwrap_or_else(|| panic!("{name} is missing: {value}"))
}

fn rules() -> Vec<Value> {
    let groups = yaml("alerts.yml");
    let groups = groups["groups"].as_array().unwrap().iter();
    groups
        .flat_map(|group| group["rules"].as_array().unwrap().clone())
        .collect()
}

#[test]
fn the_names_in_an_expression_are_found() {
    let found = names(
        r#"sum by (le, job) (rate(a_total{code=~"x|y",job="{z}"}[5m])) / b > 0.5e3 and on (c) (d)"#,
    );
    let set = |names: &[&str]| {
        names
            .iter()
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(found.labels, set(&["c", "code", "job", "le"]));
    assert_eq!(found.metrics, set(&["a_total", "b", "d"]));
}

#[test]
#[should_panic(expected = "there is no okrd_nothing")]
fn a_metric_that_there_is_not_is_found_out() {
    Catalogue::ask().check("rate(okrd_nothing[5m])");
}

#[test]
#[should_panic(expected = "there is no label org")]
fn a_label_that_there_is_not_is_found_out() {
    Catalogue::ask().check("okrd_ready{org=\"acme\"}");
}

#[test]
fn alerts_use_metrics_that_there_are_and_say_what_to_do() {
    let catalogue = Catalogue::ask();
    let rules = rules();
    assert!(rules.len() >= 10);
    for rule in &rules {
        catalogue.check(text(rule, "expr"));
        let severity = text(&rule["labels"], "severity");
        assert!(
            ["critical", "warning", "info"].contains(&severity),
            "{rule}"
        );
        for part in ["summary", "description"] {
            assert!(text(&rule["annotations"], part).len() > 30, "{rule}");
        }
    }
}

#[test]
fn each_alert_has_a_test_that_it_is_silent_and_one_that_it_fires() {
    let tests = yaml("alerts.test.yml");
    assert_eq!(tests["rule_files"], serde_json::json!(["alerts.yml"]));
    let cases = tests["tests"].as_array().unwrap();
    let silent = cases[0]["alert_rule_test"].as_array().unwrap();
    let silent: BTreeSet<&str> = silent.iter().map(|it| text(it, "alertname")).collect();
    let rules = rules();
    let alerts: BTreeSet<&str> = rules.iter().map(|rule| text(rule, "alert")).collect();
    assert_eq!(silent, alerts);
    let firing = &cases[1]["promql_expr_test"][0]["exp_samples"][0]["value"];
    // The slow disk of this case is slow enough for both of its alerts. One alert waits for more than a day, and so has a
    // case of its own.
    assert_eq!(firing.as_u64(), Some(alerts.len() as u64 - 1));
    let fires = |case: &Value| case["promql_expr_test"].to_string().contains(PATIENT);
    assert!(alerts.contains(PATIENT) && cases.iter().any(fires));
}

#[test]
fn the_dashboard_shows_every_metric_and_nothing_else() {
    let catalogue = Catalogue::ask();
    let dashboard: Value = serde_json::from_str(&read("grafana-okrd.json")).unwrap();
    let mut shown = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        assert!(
            ids.insert(panel["id"].as_u64().unwrap()),
            "two panels have one id"
        );
        for part in ["title", "description"] {
            assert!(!text(panel, part).is_empty(), "{panel}");
        }
        for target in panel["targets"].as_array().unwrap() {
            // What the dashboard fills in stands where a duration does.
            shown.extend(catalogue.check(text(target, "expr")));
        }
    }
    let family = |name: &str| {
        let endings = ["_bucket", "_sum", "_count"];
        let cut = endings.iter().find_map(|ending| name.strip_suffix(ending));
        cut.unwrap_or(name).to_owned()
    };
    let shown: BTreeSet<String> = shown.iter().map(|name| family(name)).collect();
    let mut all: BTreeSet<String> = catalogue.0.keys().map(|name| family(name)).collect();
    all.remove("up");
    assert_eq!(shown, all);
}

#[test]
fn the_example_for_prometheus_asks_the_usual_address() {
    let example = yaml("prometheus.yml");
    let job = &example["scrape_configs"][0];
    assert_eq!(
        text(job, "job_name"),
        "okrd",
        "the alerts ask for this name"
    );
    assert_eq!(
        job["static_configs"][0]["targets"],
        serde_json::json!(["127.0.0.1:7421"])
    );
    assert_eq!(example["rule_files"], serde_json::json!(["alerts.yml"]));
}
