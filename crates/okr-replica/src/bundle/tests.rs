//! What is written is believed, by this program and by the one in Python; what is altered is not.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use okr_core::change::Change;
use okr_core::event::{Event, OrgEvent, TextPlace};
use okr_core::id::Position;
use okr_core::value::Source;
use okr_log::RecordView;
use okr_proto::ToCore as _;
use okr_testkit::generate::{histories, history};
use okr_testkit::sample::{self, ANA, ORG, change_id};
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::fake_log::FakeLog;
use crate::replica::Replica;

const SIZE: usize = 30;

/// A replica whose newest change erased a text of an older one.
fn replica(seed: u64) -> (TempDir, Replica) {
    let mut log = FakeLog::of(&history(seed, SIZE - 1));
    let with_text = log.records[5..].iter().find_map(|bytes| {
        let record = RecordView::parse(bytes).unwrap();
        record.texts().next().map(|_| record.change_id().to_core())
    });
    let place = TextPlace {
        change: with_text.unwrap(),
        text: 1,
    };
    let erased = OrgEvent::TextsErased([place].into());
    let erasure = Change {
        id: change_id(9999),
        authored_at: okr_core::Timestamp::UNIX_EPOCH,
        on_behalf_of: None,
        source: Source::Human,
        reason: Some(sample::text("the law")),
        amendment: None,
        events: vec![Event::Org(ORG, erased)],
    };
    log.append(ANA, &erasure);
    let (dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    (dir, replica)
}

fn export(replica: &Replica, to: &Path, selection: &Selection) -> Result<Bundled, BundleError> {
    let mut examination = replica.examine().unwrap();
    assert_eq!(examination.records(&mut |_| {}).unwrap(), None);
    let signed = examination.signature().unwrap().unwrap();
    examination.root(&signed).unwrap();
    examination.export(&signed, (to, selection), &mut |_| {})
}

fn check(directory: &Path) -> Result<BundleReport, BundleError> {
    check_bundle(directory, &mut |_| {})
}

/// A bundle of everything and one of a selection, in a directory that goes away.
fn bundles() -> (TempDir, [PathBuf; 2]) {
    let (_dir, replica) = replica(21);
    let directory = tempfile::tempdir().unwrap();
    let (all, some) = (directory.path().join("all"), directory.path().join("some"));
    let selection = Selection {
        after: Some(Position::new(4)),
        until: Some(Position::new(25)),
        ..Selection::default()
    };
    let bundled = export(&replica, &all, &Selection::default()).unwrap();
    assert_eq!((bundled.changes, bundled.complete), (SIZE as u64, true));
    let bundled = export(&replica, &some, &selection).unwrap();
    assert_eq!((bundled.changes, bundled.complete), (21, false));
    (directory, [all, some])
}

fn files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn every_history_is_written_and_believed_and_always_the_same(
        history in histories(60), cut in any::<prop::sample::Index>(),
    ) {
        let log = FakeLog::of(&history);
        let (_dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        let directory = tempfile::tempdir().unwrap();
        let until = Position::new(cut.index(history.len()) as u64 + 1);
        let part = Selection { until: Some(until), ..Selection::default() };
        for (number, selection) in [Selection::default(), part].into_iter().enumerate() {
            let [first, second] = ["a", "b"].map(|name| directory.path().join(format!("{name}{number}")));
            let bundled = export(&replica, &first, &selection).unwrap();
            export(&replica, &second, &selection).unwrap();
            prop_assert_eq!(files(&first), files(&second));
            let report = check(&first).unwrap();
            prop_assert_eq!((report.changes, report.complete), (bundled.changes, bundled.complete));
            prop_assert_eq!(report.size, log.head());
            prop_assert!(report.own_verifier);
        }
    }
}

/// How a bundle is altered.
struct Alteration {
    what: &'static str,
    file: &'static str,
    alter: fn(&str) -> String,
    /// Whether the program in Python notices; it does not read the bodies of records.
    in_python: bool,
}

fn without_line(text: &str, dropped: usize) -> String {
    let lines = text.split_inclusive('\n').enumerate();
    lines
        .filter(|(index, _)| *index != dropped)
        .map(|(_, line)| line)
        .collect()
}

fn swapped(text: &str) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    lines.swap(6, 7);
    lines.concat()
}

fn doubled(text: &str) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    lines.insert(6, lines[6]);
    lines.concat()
}

/// Changes one letter of the base64 of one record.
fn bent(text: &str) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let place = lines[9].find("\"record\":\"").unwrap() + 60;
    let other = if lines[9].as_bytes()[place] == b'A' {
        "B"
    } else {
        "A"
    };
    lines[9].replace_range(place..=place, other);
    lines.concat()
}

const ALTERATIONS: &[Alteration] = &[
    Alteration {
        what: "a byte of a record",
        file: RECORDS,
        alter: bent,
        in_python: true,
    },
    Alteration {
        what: "a record dropped",
        file: RECORDS,
        alter: |text| without_line(text, 5),
        in_python: true,
    },
    Alteration {
        what: "the last record dropped",
        file: RECORDS,
        alter: |text| without_line(text, text.lines().count() - 1),
        in_python: true,
    },
    Alteration {
        what: "records exchanged",
        file: RECORDS,
        alter: swapped,
        in_python: true,
    },
    Alteration {
        what: "a record inserted",
        file: RECORDS,
        alter: doubled,
        in_python: true,
    },
    Alteration {
        what: "records cut off",
        file: RECORDS,
        alter: |text| text[..text.len() / 2].to_owned(),
        in_python: true,
    },
    Alteration {
        what: "a change dropped",
        file: CHANGES,
        alter: |text| without_line(text, 5),
        in_python: true,
    },
    Alteration {
        what: "changes exchanged",
        file: CHANGES,
        alter: swapped,
        in_python: true,
    },
    Alteration {
        what: "another position",
        file: CHANGES,
        alter: |text| text.replace("\"position\":7,", "\"position\":8,"),
        in_python: true,
    },
    Alteration {
        what: "another author",
        file: CHANGES,
        alter: |text| text.replacen("\"author\":\"0", "\"author\":\"1", 1),
        in_python: true,
    },
    Alteration {
        what: "another text",
        file: CHANGES,
        alter: |text| text.replacen("\"texts\":[\"", "\"texts\":[\"not ", 1),
        in_python: true,
    },
    Alteration {
        what: "another event",
        file: CHANGES,
        alter: |text| text.replacen("\"event\":\"", "\"event\":\"un", 1),
        in_python: false,
    },
    Alteration {
        what: "another size",
        file: CHECKPOINT,
        alter: |text| text.replacen("\n30\n", "\n31\n", 1),
        in_python: true,
    },
    Alteration {
        what: "no signature",
        file: CHECKPOINT,
        alter: |text| text.split('\u{2014}').next().unwrap().to_owned(),
        in_python: true,
    },
    Alteration {
        what: "another log",
        file: ABOUT,
        alter: |text| text.replace("okr.example/acme", "okr.example/other"),
        in_python: true,
    },
    Alteration {
        what: "fewer changes",
        file: ABOUT,
        alter: |text| text.replace("\"changes\": ", "\"changes\": 1"),
        in_python: true,
    },
    Alteration {
        what: "the other kind of bundle",
        file: ABOUT,
        alter: |text| {
            text.replace("true", "maybe")
                .replace("false", "true")
                .replace("maybe", "false")
        },
        in_python: true,
    },
];

/// Alters a file for as long as `look` runs.
fn altered<T>(directory: &Path, alteration: &Alteration, look: impl FnOnce() -> T) -> T {
    let path = directory.join(alteration.file);
    let before = fs::read_to_string(&path).unwrap();
    let after = (alteration.alter)(&before);
    assert_ne!(before, after, "{}", alteration.what);
    fs::write(&path, after).unwrap();
    let seen = look();
    fs::write(&path, before).unwrap();
    seen
}

#[test]
fn whatever_is_altered_in_a_bundle_is_noticed() {
    let (_directory, both) = bundles();
    for directory in &both {
        for alteration in ALTERATIONS {
            let error = altered(directory, alteration, || check(directory)).unwrap_err();
            assert!(error.is_proof_failed(), "{}: {error}", alteration.what);
        }
        check(directory).unwrap();
    }
}

/// Returns Python, or none after a line that says that the test is skipped.
fn python() -> Option<&'static str> {
    let found = Command::new("python3").arg("--version").output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some("python3");
    }
    // Not by a macro: the test harness would keep the line to itself.
    let line = b"skipped: there is no python3 here to run the verifier of bundles\n";
    std::io::stderr().write_all(line).unwrap();
    None
}

#[test]
fn the_verifier_in_python_comes_to_the_same() {
    let Some(python) = python() else { return };
    let lines = VERIFIER.1.lines().count();
    assert!(lines < 150, "{lines} lines");
    let (_directory, both) = bundles();
    // Once with whatever packages there are, and once with nothing but the standard library.
    for flags in [&["-B"][..], &["-B", "-I", "-S"]] {
        let run = |directory: &Path, key: Option<&str>| {
            let mut command = Command::new(python);
            command
                .args(flags)
                .arg(directory.join(VERIFIER.0))
                .arg(directory);
            let output = command.args(key).output().unwrap();
            let said = [output.stdout, output.stderr].concat();
            (
                output.status.success(),
                String::from_utf8_lossy(&said).into_owned(),
            )
        };
        for directory in &both {
            let report = check(directory).unwrap();
            let (is_good, said) = run(directory, None);
            assert!(is_good && said.contains(&report.root.to_string()), "{said}");
            assert!(run(directory, Some(&report.verifier_key)).0);
            let (is_good, said) = run(directory, Some("okr.example+00000000+AAAA"));
            assert!(!is_good && said.contains("another key"), "{said}");
            // Packages make no difference to what is altered.
            let alterations = ALTERATIONS.iter().filter(|_| flags.len() > 1);
            for alteration in alterations {
                let (is_good, said) = altered(directory, alteration, || run(directory, None));
                assert_eq!(
                    is_good, !alteration.in_python,
                    "{}: {said}",
                    alteration.what
                );
                assert!(is_good || said.starts_with("WRONG: "), "{said}");
            }
        }
    }
}

#[test]
fn what_was_cut_off_is_not_taken_for_a_bundle() {
    let (directory, [all, _]) = bundles();
    for file in [ABOUT, CHECKPOINT, RECORDS, CHANGES] {
        let kept = fs::read(all.join(file)).unwrap();
        fs::remove_file(all.join(file)).unwrap();
        let error = check(&all).unwrap_err();
        assert!(
            matches!(error, BundleError::Incomplete { file: named } if named == file),
            "{error}"
        );
        fs::write(all.join(file), kept).unwrap();
    }
    // A killed export leaves no more than this, and the next one clears it away.
    let partial = directory.path().join("later.partial");
    fs::create_dir(&partial).unwrap();
    fs::write(partial.join(RECORDS), "{").unwrap();
    assert!(matches!(
        check(&partial),
        Err(BundleError::Incomplete { file: ABOUT })
    ));
    let (_dir, replica) = replica(22);
    export(
        &replica,
        &directory.path().join("later"),
        &Selection::default(),
    )
    .unwrap();
    assert!(!partial.exists());
}

#[test]
fn nothing_is_written_over_and_nothing_half_stays() {
    let (directory, [all, _]) = bundles();
    let (_dir, replica) = replica(23);
    let before = files(&all);
    let everything = Selection::default();
    let error = export(&replica, &all, &everything).unwrap_err();
    assert!(matches!(error, BundleError::Exists { .. }), "{error}");
    assert_eq!(files(&all), before);
    let nothing = Selection {
        after: Some(Position::new(SIZE as u64)),
        ..Selection::default()
    };
    let place = directory.path().join("nothing");
    let error = export(&replica, &place, &nothing).unwrap_err();
    assert!(matches!(error, BundleError::Nothing), "{error}");
    let missing = directory.path().join("no/such/place");
    let error = export(&replica, &missing, &everything).unwrap_err();
    assert!(matches!(error, BundleError::Io { .. }), "{error}");
    let left = fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(left, 2, "the two bundles and nothing else");
}
