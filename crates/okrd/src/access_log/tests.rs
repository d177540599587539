//! Lines, files that are full, refusals that are too many, and what a crash leaves.

use okr_core::id::{OrgId, PersonId};
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::credentials::Principal;

const ANA: Principal = Principal {
    org: OrgId::new(Uuid::from_u128(1)),
    person: PersonId::new(Uuid::from_u128(2)),
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn login(second: i64) -> Entry {
    Entry::done(Act::Login, at(second)).by(ANA, Uuid::from_u128(3))
}

fn log() -> (TempDir, PathBuf, AccessLog) {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("access.log");
    let log = AccessLog::open(path.clone()).unwrap();
    (root, path, log)
}

fn entries(path: &Path) -> Vec<Entry> {
    let lines = read(path).unwrap();
    lines.into_iter().map(|line| line.entry.unwrap()).collect()
}

#[test]
fn a_line_reads_back_and_says_nothing_that_is_not_known() {
    let (_root, path, log) = log();
    let source = Source {
        peer: Some("127.0.0.1:5000".parse().unwrap()),
        request_id: Some("r-1".to_owned()),
    };
    let full = Entry::refused(Act::RevokeToken, at(0), "needs-admin")
        .by(ANA, Uuid::from_u128(3))
        .about(PersonId::new(Uuid::from_u128(4)))
        .subject(Uuid::from_u128(5))
        .called_from(&source);
    log.record(&full);
    log.record(&login(1));
    assert_eq!(entries(&path), [full, login(1)]);
    let text = fs::read_to_string(&path).unwrap();
    let second = text.lines().nth(1).unwrap();
    assert!(
        !second.contains("null") && !second.contains("from"),
        "{second}"
    );
    assert!(
        second.contains("\"at\":\"2027-01-15T08:00:01Z\""),
        "{second}"
    );
}

#[test]
fn lines_are_added_to_what_is_there_also_after_a_cut_one() {
    let (_root, path, log) = log();
    log.record(&login(0));
    drop(log);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 9]).unwrap();
    let log = AccessLog::open(path.clone()).unwrap();
    log.record(&login(1));
    let lines = read(&path).unwrap();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].entry.is_none(), "{}", lines[0].text);
    assert_eq!(lines[1].entry, Some(login(1)));
}

#[test]
fn full_files_are_put_away_and_the_oldest_goes() {
    let (_root, path, log) = log();
    log.record(&login(0));
    let length = fs::metadata(&path).unwrap().len();
    drop(log);
    let limits = Limits {
        file_bytes: 2 * length,
        full_files: 2,
    };
    let log = AccessLog::with_limits(path.clone(), limits).unwrap();
    for second in 1..8 {
        log.record(&login(second));
    }
    let kept: Vec<Entry> = (2..8).map(login).collect();
    assert_eq!(entries(&path), kept);
    assert!(!full_file(&path, 3).exists());
}

#[test]
fn refusals_cannot_push_out_what_was_done() {
    let (_root, path, log) = log();
    let refused = |second| Entry::refused(Act::Call, at(second), "token is not valid");
    for _ in 0..1000 {
        log.record(&refused(0));
    }
    log.record(&login(1));
    log.record(&refused(61));
    let written = entries(&path);
    assert_eq!(written.len(), 60 + 1 + 2);
    assert_eq!(written[60], login(1));
    assert_eq!(written[61].detail.as_deref(), Some("940 more in a minute"));
    assert_eq!(written[62], refused(61));
}

#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_root, path, log) = log();
    log.record(&login(0));
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn the_words_are_those_of_the_file() {
    use clap::ValueEnum as _;
    for act in Act::value_variants() {
        let written = serde_json::to_string(act).unwrap();
        assert_eq!(written, format!("\"{}\"", act.word()));
        let typed = act.to_possible_value().unwrap();
        assert_eq!(typed.get_name(), act.word());
    }
}
