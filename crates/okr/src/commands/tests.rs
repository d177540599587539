//! Sessions on one machine, without a server: what is typed, what is said, how it ends.

mod aligning;
mod charting;
mod commenting;
mod ending;
mod first_use;
mod following;
mod goalposts;
mod history;
mod lines;
mod linting;
mod listing;
mod merging;
mod naming;
mod operations;
mod parts;
mod people;
mod planning;
mod plans;
mod porting;
mod presenting;
mod reading;
mod reporting;
mod reports;
mod searching;
mod series;
mod tables;
mod tutorial;
mod undoing;
mod work;
mod year;

use std::ffi::OsString;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use crate::context::Context;
use crate::exit::Exit;
use crate::parse::{self, Answered};
use crate::ui::{Streams, Ui, UiSettings};
use crate::workspace::Environment;

/// Memory that a run prints to.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Memory {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a command said and how it ended.
#[must_use]
struct Said {
    exit: Exit,
    answer: String,
    remarks: String,
}

/// A machine with its own directories, at a fixed moment.
struct Machine {
    directory: tempfile::TempDir,
    /// What its ids are made from.
    seed: &'static str,
}

impl Machine {
    fn new() -> Self {
        Self::with_ids("1")
    }

    /// A machine whose ids are others than those of the usual one.
    fn with_ids(seed: &'static str) -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            seed,
        }
    }

    /// A machine with an open cycle, an objective and a key result of each kind.
    fn with_goals() -> Self {
        let machine = Self::new();
        for line in [
            &["init", "acme", "--tz", "Europe/Oslo", "--handle", "ana"][..],
            &["cycle", "add", "2026-Q4", "--open"],
            &["team", "add", "Platform", "--lead", "@me"],
            &[
                "objective",
                "add",
                "Feel instant",
                "--slug",
                "fast",
                "-t",
                "platform",
            ],
            &[
                "kr",
                "add",
                "p99 latency",
                "-O",
                "fast",
                "--from",
                "480",
                "--to",
                "200",
                "--unit",
                "ms",
                "--slug",
                "api-p99",
            ],
            &["kr", "add", "Error budget", "-O", "fast", "--at-most", "1"],
            &[
                "kr",
                "add",
                "New CDN",
                "-O",
                "fast",
                "--milestones",
                "Contract; Pilot; All=2",
            ],
            &[
                "kr",
                "add",
                "Docs",
                "-O",
                "fast",
                "--zones",
                "pages; examples; playground",
            ],
        ] {
            machine.done(line);
        }
        machine
    }

    fn run(&self, words: &[&str]) -> Said {
        self.run_on(Streams::default(), words)
    }

    fn run_on(&self, streams: Streams, words: &[&str]) -> Said {
        let line = std::iter::once("okr").chain(words.iter().copied());
        let data = self.directory.path().join("data").display().to_string();
        let config = self.directory.path().join("config.toml");
        let config = config.display().to_string();
        let environment = Environment::of([
            ("OKR_DATA_DIR", data.as_str()),
            ("OKR_CONFIG", config.as_str()),
            ("OKR_SEED", self.seed),
            ("HOME", "/nonexistent"),
        ]);
        let mut parsed = match parse::command_line(line.map(OsString::from)) {
            Ok(parsed) => parsed,
            Err(Answered::Refused { error, .. }) => {
                return Said {
                    exit: error.exit(),
                    answer: String::new(),
                    remarks: error.to_text(&crate::render::Screen::piped(), true),
                };
            }
            Err(answered @ (Answered::Help(_) | Answered::Version)) => panic!("{answered:?}"),
        };
        let now = "2026-11-23T11:36:00+01:00";
        parsed.globals.now.get_or_insert_with(|| now.to_owned());
        parsed.globals.no_input = true;
        let (answer, remarks) = (Memory::default(), Memory::default());
        let settings = UiSettings::new(&parsed.globals.ui, streams);
        let ui = Ui::new(
            settings,
            Box::new(answer.clone()),
            Box::new(remarks.clone()),
        );
        let context = Context::new(ui, parsed.globals, environment);
        let mut context = match context {
            Ok(context) => context,
            Err((mut ui, error)) => {
                return Said {
                    exit: ui.error(&error),
                    answer: answer.text(),
                    remarks: remarks.text(),
                };
            }
        };
        context.command_line = parsed.line;
        let exit = crate::run(&mut context, parsed.command);
        let (answer, remarks) = (answer.text(), remarks.text());
        let output = context.ui.output();
        if !words.contains(&"--jq") {
            super::schema::tests::assert_described(words, output, (&answer, &remarks));
        }
        Said {
            exit,
            answer,
            remarks,
        }
    }

    /// Runs what must go well, and returns the answer.
    fn done(&self, words: &[&str]) -> String {
        let said = self.run(words);
        assert_eq!(said.exit, Exit::Ok, "{words:?}: {}", said.remarks);
        said.answer
    }

    /// Runs what must be refused, and returns why.
    fn refused(&self, words: &[&str], exit: Exit) -> String {
        let before = self.done(&["whoami", "-o", "json"]);
        let said = self.run(words);
        assert_eq!(
            said.exit, exit,
            "{words:?}: {}{}",
            said.answer, said.remarks
        );
        assert_eq!(said.answer, "", "{words:?}");
        // What is refused leaves everything as it was.
        assert_eq!(self.done(&["whoami", "-o", "json"]), before, "{words:?}");
        said.remarks
    }
}

fn without_ids(text: &str) -> String {
    text.lines()
        .map(|line| match line.split_once("  ") {
            Some((id, rest)) if id.len() == 4 => format!("....  {rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect()
}

#[test]
fn the_first_minutes_need_no_server() {
    let machine = Machine::new();
    let said = machine.run(&["whoami"]);
    assert_eq!(said.exit, Exit::Error);
    assert!(said.remarks.contains("okr init NAME"), "{}", said.remarks);
    let answer = machine.done(&["init", "acme", "--name", "Acme", "--handle", "ana"]);
    assert!(answer.contains("@ana, admin"), "{answer}");
    let again = machine.run(&["init", "acme"]);
    assert_eq!(again.exit, Exit::Error);
    assert!(again.remarks.contains("already"), "{}", again.remarks);
    let whoami = machine.done(&["whoami"]);
    assert!(whoami.contains("1 change, 0 conflicts"), "{whoami}");
}

#[test]
fn a_check_in_is_one_line_and_says_what_it_means() {
    let machine = Machine::with_goals();
    let check_in = |words: &[&str]| without_ids(&machine.done(words));
    insta::assert_snapshot!(check_in(&["checkin", "api-p99", "312", "-C", "6"]), @r"
    ....  api-p99  p99 latency
          312 ms · 60% of the way · at risk · confidence 6
    ");
    insta::assert_snapshot!(check_in(&["ci", "api-p99", "-12", "-C7", "-m", "pooling is in"]), @r"
    ....  api-p99  p99 latency
          312 → 300 ms · 64% of the way · on track · confidence 7 (was 6)
    ");
    insta::assert_snapshot!(check_in(&["checkin", "api-p99", "400", "--on", "2026-11-01"]), @r"
    ....  api-p99  p99 latency
          400 ms · 29% of the way
          as of Sun 2026-11-01; the latest stays that of Mon 2026-11-23
    ");
    insta::assert_snapshot!(check_in(&["checkin", "error-budget", "0.7"]), @r"
    ....  error-budget  Error budget
          0.7 · held · on track
    ");
    insta::assert_snapshot!(check_in(&["checkin", "new-cdn", "+2"]), @r"
    ....  new-cdn  New CDN
          milestones 2 · 25% of the way · at risk
    ");
    insta::assert_snapshot!(check_in(&["checkin", "docs", "target"]), @r"
    ....  docs  Docs
          target · 70% of the way · on track
    ");
}

/// What is typed, how it ends, and what is said.
const BAD_INPUT: &[(&[&str], Exit, &str)] = &[
    (
        &["checkin", "api-p98", "300"],
        Exit::NotFound,
        "Did you mean api-p99?",
    ),
    (
        &["checkin", "nothing-like-it", "300"],
        Exit::NotFound,
        "there is no key result",
    ),
    (
        &["checkin", "api-p99", "done"],
        Exit::Usage,
        "a number in ms",
    ),
    (
        &["checkin", "api-p99", "45%"],
        Exit::Usage,
        "a number in ms",
    ),
    (&["checkin", "new-cdn", "9"], Exit::Usage, "no milestone 9"),
    (&["checkin", "docs", "3"], Exit::Usage, "a level"),
    (
        &["checkin", "api-p99", "3", "--on", "2026-12-01"],
        Exit::Usage,
        "in the future",
    ),
    (
        &["checkin", "api-p99", "3", "-C", "11"],
        Exit::Usage,
        "from 0 to 10",
    ),
    (
        &["kr", "set", "api-p99", "--target", "100"],
        Exit::Error,
        "a reason and a category",
    ),
    (&["kr", "set", "api-p99"], Exit::Usage, "say what to change"),
    (&["cycle", "close", "2026-Q4"], Exit::Error, "add -y"),
    (&["cycle", "add", "someday"], Exit::Usage, "--from"),
    (&["cycle", "add", "2026-Q4"], Exit::Error, "already"),
    (&["member", "add", "Ben Ode"], Exit::Usage, "a handle"),
    (&["member", "add", "ana"], Exit::Error, "already"),
    (
        &["objective", "set", "fast", "--owner", "@bne"],
        Exit::NotFound,
        "no person",
    ),
    (&["sync"], Exit::LoginNeeded, "no server yet"),
    (
        &["resolve", "fast", "--take", "mine"],
        Exit::NotFound,
        "in no conflict",
    ),
    (&["help", "nonsense"], Exit::NotFound, "no help"),
];

#[test]
fn bad_input_is_refused_and_changes_nothing() {
    let machine = Machine::with_goals();
    for (words, exit, says) in BAD_INPUT {
        let remarks = machine.refused(words, *exit);
        assert!(remarks.contains(says), "{words:?}: {remarks}");
    }
}

#[test]
fn an_ambiguous_reference_lists_what_it_could_mean() {
    let machine = Machine::with_goals();
    machine.done(&["cycle", "add", "2027-Q1"]);
    machine.done(&[
        "objective",
        "add",
        "Faster",
        "--slug",
        "fast",
        "-c",
        "2027-Q1",
    ]);
    // The current cycle comes first; the other one is reached by its name.
    let shown = machine.done(&["objective", "tag", "fast", "now"]);
    assert!(shown.contains("tagged now"), "{shown}");
    machine.done(&[
        "objective",
        "set",
        "2027-Q1:fast",
        "--title",
        "Faster still",
    ]);
    machine.done(&["cycle", "add", "2027-Q2"]);
    let remarks = machine.refused(
        &["objective", "tag", "fast", "x", "-c", "2027-Q2"],
        Exit::NotFound,
    );
    assert!(
        remarks.contains("\"fast\" matches 2 objectives"),
        "{remarks}"
    );
    assert!(
        remarks.contains("2026-Q4") && remarks.contains("Faster still"),
        "{remarks}"
    );
}

#[test]
fn things_are_found_by_path_by_short_id_and_by_the_slug_they_had() {
    let machine = Machine::with_goals();
    let listed = machine.done(&["checkin", "platform/fast/api-p99", "300", "-o", "json"]);
    assert!(listed.contains("\"slug\": \"api-p99\""), "{listed}");
    let said = machine.done(&["checkin", "api-p99", "290"]);
    let short_id = said.split_whitespace().next().unwrap();
    assert!(
        machine
            .done(&["checkin", short_id, "280"])
            .contains("api-p99")
    );
    assert!(
        machine
            .done(&["checkin", &format!("id:{short_id}"), "270"])
            .contains("api-p99")
    );
    machine.done(&["kr", "set", "api-p99", "--slug", "latency"]);
    assert!(
        machine
            .done(&["checkin", "api-p99", "260"])
            .contains("latency")
    );
    let last = machine.done(&[
        "checkin", "amend", "@last", "--value", "261", "--reason", "typo",
    ]);
    assert!(last.contains("value: 260 → 261"), "{last}");
}

#[test]
fn an_amendment_tells_old_and_new_and_a_repetition_does_nothing() {
    let machine = Machine::with_goals();
    let amend = [
        "kr",
        "set",
        "api-p99",
        "--target",
        "180",
        "-m",
        "early",
        "--category",
        "external-change",
    ];
    insta::assert_snapshot!(without_ids(&machine.done(&amend)), @"
    ....  api-p99  measure: 480 to 200 ms → 480 to 180 ms
    ");
    let again = machine.done(&amend);
    assert!(again.contains("nothing to do"), "{again}");
    let json = machine.done(&["kr", "set", "api-p99", "--target", "180", "-o", "json"]);
    assert!(json.contains("\"outcome\": \"nothing_to_do\""), "{json}");
}

#[test]
fn a_dry_run_writes_nothing() {
    let machine = Machine::with_goals();
    let before = machine.done(&["whoami", "-o", "json"]);
    for words in [
        &["checkin", "api-p99", "300", "-n"][..],
        &[
            "objective",
            "abandon",
            "fast",
            "-n",
            "-m",
            "x",
            "--category",
            "other",
        ],
        &[
            "kr", "add", "More", "-O", "fast", "--from", "0", "--to", "1", "-n",
        ],
        &["cycle", "close", "2026-Q4", "-n"],
        &["member", "add", "ben", "-n"],
        &["team", "archive", "platform", "-n"],
    ] {
        let said = machine.run(words);
        assert_eq!(said.exit, Exit::Ok, "{words:?}: {}", said.remarks);
        assert!(
            said.remarks.contains("dry run"),
            "{words:?}: {}",
            said.remarks
        );
        assert!(!said.answer.is_empty(), "{words:?}");
    }
    assert_eq!(machine.done(&["whoami", "-o", "json"]), before);
    assert!(!machine.done(&["member", "list"]).contains("ben"));
}

#[test]
fn every_command_speaks_json_and_ids() {
    let machine = Machine::with_goals();
    machine.done(&["checkin", "api-p99", "300"]);
    for words in [
        &["whoami"][..],
        &["workspace", "list"],
        &["workspace", "path"],
        &["workspace", "use", "acme"],
        &["member", "list"],
        &["team", "list"],
        &["team", "show", "platform"],
        &["team", "set", "platform", "--name", "Core"],
        &["team", "member", "add", "platform", "@me"],
        &["cycle", "list"],
        &["cycle", "show", "2026-Q4"],
        &["cycle", "use", "2026-Q4"],
        &["objective", "list"],
        &["objective", "show", "fast"],
        &["kr", "list"],
        &["kr", "show", "api-p99"],
        &["objective", "tag", "fast", "cdn"],
        &["kr", "tag", "api-p99", "cdn"],
        &["checkin", "api-p99", "299"],
        &["checkin", "list", "api-p99"],
        &["checkin", "retract", "api-p99", "-m", "wrong"],
        &["conflicts"],
    ] {
        let mut json = words.to_vec();
        json.extend(["-o", "json"]);
        let answer = machine.done(&json);
        let document: serde_json::Value = serde_json::from_str(&answer).unwrap();
        assert!(document["items"].is_array(), "{words:?}: {answer}");
        assert!(document["schema"].as_str().unwrap().starts_with("okr.v1."));
        let mut ids = words.to_vec();
        ids.extend(["-o", "id"]);
        for line in machine.done(&ids).lines() {
            assert!(line.parse::<uuid::Uuid>().is_ok(), "{words:?}: {line}");
        }
    }
}

#[test]
fn goals_go_through_their_life() {
    let machine = Machine::with_goals();
    machine.done(&["checkin", "api-p99", "300"]);
    for words in [
        &["kr", "close", "api-p99"][..],
        &["kr", "reopen", "api-p99", "-m", "too early"],
        &[
            "kr",
            "archive",
            "docs",
            "-m",
            "elsewhere",
            "--category",
            "other",
        ],
        &[
            "kr",
            "restore",
            "docs",
            "-m",
            "here again",
            "--category",
            "other",
        ],
        &["objective", "add", "Later", "--draft", "--slug", "later"],
        &[
            "objective",
            "publish",
            "later",
            "-m",
            "agreed",
            "--category",
            "other",
        ],
        &[
            "objective",
            "abandon",
            "later",
            "-m",
            "no",
            "--category",
            "other",
        ],
        &[
            "objective",
            "close",
            "fast",
            "--score",
            "70%",
            "--reflection",
            "good",
            "--with-krs",
        ],
        &["cycle", "close", "2026-Q4", "-y"],
        &["cycle", "reopen", "2026-Q4", "-m", "one more week"],
    ] {
        machine.done(words);
    }
}
