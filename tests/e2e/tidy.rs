//! Checks the source tree: crate edges, file length, module docs, registered tests, stray marks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Which crates of ours each crate may use, outside its tests.
const EDGES: &[(&str, &[&str])] = &[
    ("okr-core", &[]),
    ("okr-log", &[]),
    ("okr-proto", &["okr-core", "okr-log"]),
    ("okr-replica", &["okr-core", "okr-log", "okr-proto"]),
    ("okrd", &["okr-core", "okr-log", "okr-proto"]),
    ("okr-report", &["okr-core"]),
    ("okr", &["okr-core", "okr-replica", "okr-report"]),
    // Beyond the core for its feature `world` only.
    (
        "okr-testkit",
        &["okr-core", "okr-log", "okr-proto", "okr-replica", "okrd"],
    ),
    (
        "okr-bench",
        &[
            "okr-core",
            "okr-log",
            "okr-proto",
            "okr-replica",
            "okr-testkit",
            "okrd",
        ],
    ),
];

/// Which crates alone may name a crate from outside.
const KEEPERS: &[(&str, &[&str])] = &[
    ("rust_decimal", &["okr-core"]),
    ("sled", &["okr-log"]),
    ("zstd", &["okrd"]),
    ("prost", &["okr-proto"]),
    ("tonic-prost", &["okr-proto"]),
    ("rusqlite", &["okr-replica"]),
    ("tonic", &["okr-proto", "okr-replica", "okrd", "okr-bench"]),
    ("tokio-rustls", &["okrd"]),
    ("rustls-native-certs", &["okr-replica"]),
    ("x509-parser", &["okrd"]),
    ("opentelemetry-proto", &["okrd"]),
    ("rcgen", &["okrd"]),
    ("clap", &["okr", "okrd", "okr-bench"]),
    ("mimalloc", &["okrd"]),
    ("granit-parser", &["okr"]),
    ("clap_complete", &["okr", "okrd"]),
    ("clap_mangen", &["okr", "okrd"]),
    ("toml_edit", &["okr"]),
    ("jaq-core", &["okr"]),
    ("jaq-json", &["okr"]),
    ("jaq-std", &["okr"]),
    ("schemars", &["okr"]),
    ("rust_xlsxwriter", &["okr"]),
    ("ratatui-core", &["okr"]),
    ("ratatui-crossterm", &["okr"]),
    ("proptest", &["okr-testkit"]),
];

/// What may stand at the top of the repository.
const TOP: &[&str] = &[
    ".cargo",
    ".ci",
    ".git",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "clippy.toml",
    "crates",
    "deny.toml",
    "deploy",
    "proto",
    "rustfmt.toml",
    "target",
    "tests",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
}

fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in entries(directory) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" && name != ".git" {
                found.extend(files(&path, extension));
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found
}

fn rust_files() -> Vec<PathBuf> {
    let mut found = files(&root().join("crates"), "rs");
    found.extend(files(&root().join("tests"), "rs"));
    assert!(found.len() > 50, "the tree was found");
    found
}

fn manifest(name: &str) -> toml::Table {
    read(&root().join("crates").join(name).join("Cargo.toml"))
        .parse()
        .unwrap()
}

fn dependencies(name: &str) -> BTreeSet<String> {
    let manifest = manifest(name);
    let table = manifest.get("dependencies").and_then(toml::Value::as_table);
    table
        .map(|table| table.keys().cloned().collect())
        .unwrap_or_default()
}

fn crate_names() -> Vec<String> {
    entries(&root().join("crates"))
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn crates_know_only_what_lies_below_them() {
    let known: BTreeSet<&str> = EDGES.iter().map(|(name, _)| *name).collect();
    for name in crate_names() {
        assert!(
            known.contains(name.as_str()),
            "{name} is not in the table of edges"
        );
        let allowed = EDGES
            .iter()
            .find(|(crate_name, _)| *crate_name == name)
            .unwrap()
            .1;
        for dependency in dependencies(&name) {
            let ours = dependency == "okr" || dependency.starts_with("okr");
            assert!(
                !ours || allowed.contains(&dependency.as_str()),
                "{name} must not use {dependency}"
            );
        }
    }
}

#[test]
fn each_outside_crate_has_its_keepers() {
    for name in crate_names() {
        for dependency in dependencies(&name) {
            let keepers = KEEPERS
                .iter()
                .find(|(crate_name, _)| *crate_name == dependency);
            if let Some((_, keepers)) = keepers {
                assert!(
                    keepers.contains(&name.as_str()),
                    "{name} must not use {dependency}"
                );
            }
        }
    }
}

#[test]
fn the_testkit_is_only_used_by_tests_and_benchmarks() {
    for name in crate_names() {
        let used = dependencies(&name).contains("okr-testkit");
        assert!(
            !used || name == "okr-bench",
            "{name} uses okr-testkit outside its tests"
        );
    }
}

#[test]
fn the_testkit_needs_nothing_but_the_core_unless_a_world_is_asked_for() {
    let manifest = manifest("okr-testkit");
    for (name, dependency) in manifest["dependencies"].as_table().unwrap() {
        let optional = dependency.get("optional").and_then(toml::Value::as_bool);
        assert!(
            name == "okr-core" || !name.starts_with("okr") || optional == Some(true),
            "okr-testkit needs {name} always"
        );
    }
    assert!(manifest["features"].get("default").is_none());
}

#[test]
fn every_file_says_what_it_is_for() {
    for path in rust_files() {
        assert!(
            read(&path).starts_with("//! "),
            "{} has no module doc",
            path.display()
        );
    }
}

#[test]
fn files_are_short() {
    for path in rust_files() {
        let text = read(&path);
        // Tests below the code do not count; a file of tests only may be as long as it needs.
        let is_test = path.components().any(|part| part.as_os_str() == "tests")
            || path.file_name().is_some_and(|name| name == "tests.rs");
        let code = text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default();
        let lines = code.lines().count();
        let limit = if is_test { 1200 } else { 600 };
        assert!(
            lines <= limit,
            "{} has {lines} lines, the limit is {limit}",
            path.display()
        );
    }
}

#[test]
fn no_marks_of_unfinished_work() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        "#[ignore",
    ];
    for path in rust_files() {
        if path.ends_with("tidy.rs") {
            continue;
        }
        let text = read(&path);
        for mark in marks {
            assert!(!text.contains(mark), "{} contains {mark}", path.display());
        }
    }
}

#[test]
fn every_end_to_end_test_file_is_registered() {
    let main = read(&root().join("tests/e2e/main.rs"));
    for path in entries(&root().join("tests/e2e")) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_file() && name != "main" {
            assert!(
                main.contains(&format!("mod {name};")),
                "{name} is not registered"
            );
        }
    }
}

#[test]
fn only_the_agreed_names_stand_at_the_top() {
    for path in entries(&root()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(
            TOP.contains(&name.as_str()),
            "{name} does not belong at the top"
        );
    }
}

#[test]
fn the_architecture_document_is_short_and_names_every_crate() {
    let text = read(&root().join("ARCHITECTURE.md"));
    let lines = text.lines().count();
    assert!(lines <= 200, "ARCHITECTURE.md has {lines} lines");
    for name in crate_names() {
        assert!(
            text.contains(&name),
            "ARCHITECTURE.md does not mention {name}"
        );
    }
}

#[test]
fn every_path_that_a_document_names_exists() {
    for document in [
        "README.md",
        "ARCHITECTURE.md",
        "proto/README.md",
        "crates/okr-replica/PROOF.md",
    ] {
        let text = read(&root().join(document));
        for word in text.split(|c: char| c.is_whitespace() || "`()[],;:|\"'".contains(c)) {
            let word = word.trim_end_matches('.');
            let is_path = ["crates/", "proto/", "tests/", "deploy/"]
                .iter()
                .any(|prefix| word.starts_with(prefix) && word.len() > prefix.len());
            if is_path && !word.contains(['*', '<', '{', '$']) {
                assert!(
                    root().join(word).exists(),
                    "{document} names {word}, which does not exist"
                );
            }
        }
    }
}

#[test]
fn every_test_that_the_table_of_attacks_names_exists() {
    assert_tests_exist("crates/okr-replica/PROOF.md", 15);
}

#[test]
fn every_test_that_the_table_of_complaints_names_exists() {
    assert_tests_exist("crates/okr/COMPLAINTS.md", 30);
    let table = read(&root().join("crates/okr/COMPLAINTS.md"));
    for number in 1..=15 {
        assert!(
            table.contains(&format!("\n| C{number} ")),
            "C{number} is missing"
        );
    }
}

#[test]
fn every_test_that_the_table_of_demands_names_exists() {
    assert_tests_exist("deploy/SECURITY.md", 50);
}

/// Looks for every test that the last column of the tables of a document names.
fn assert_tests_exist(document: &str, at_least: usize) {
    let code: String = rust_files().iter().map(|path| read(path)).collect();
    let table = read(&root().join(document));
    let rows = table
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains('`'));
    let mut named = 0;
    for row in rows {
        let cell = row
            .trim_end_matches(" |")
            .rsplit(" | ")
            .next()
            .unwrap_or_default();
        for name in cell.split("`, `").map(|name| name.trim_matches('`')) {
            assert!(
                code.contains(&format!("fn {name}(")),
                "no test is called {name}"
            );
            named += 1;
        }
    }
    assert!(named > at_least, "only {named} tests are named");
}
