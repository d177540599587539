//! Five quarters of an organisation of a real size, typed command by command, and every report of it.

use std::collections::BTreeMap;
use std::path::Path;

use okr_core::{Date, Timestamp};
use okr_replica::Replica;
use okr_testkit::world::CalmServer;
use okr_testkit::year::{QUARTERS, acts, moments};
use serde_json::Value;

use super::*;

/// Whose goals the reports are about.
const SCOPES: [&[&str]; 3] = [&[], &["-t", "platform"], &["--who", "@cleo"]];
/// Long after the last quarter.
const NOW: &str = "2027-01-20T09:00:00+01:00";

/// Makes a directory in memory, where a system has one: thousands of writes would wait for a disk.
fn in_memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// Types what people typed, and lets the server confirm it every evening, as people do: what was never
/// pushed would be applied again by each command.
fn lived() -> Machine {
    let machine = Machine {
        seed: "1",
        directory: in_memory(),
    };
    let mut server = None;
    let mut today = Date::MIN;
    for act in acts() {
        if act.day != today && today != Date::MIN {
            confirm(&machine, &mut server, today);
        }
        today = act.day;
        let now = format!("{today}T10:00:00+01:00");
        let words = act.words.iter().map(String::as_str);
        let words: Vec<&str> = words.chain(["--now", &now, "--offline"]).collect();
        machine.done(&words);
    }
    confirm(&machine, &mut server, today);
    machine
}

/// Exchanges everything with the server, which is made when it is first asked.
fn confirm(machine: &Machine, server: &mut Option<CalmServer>, day: Date) {
    let now: Timestamp = format!("{day}T18:00:00+01:00").parse().unwrap();
    let path = machine.done(&["workspace", "path"]);
    let mut replica = Replica::open(Path::new(path.trim())).unwrap();
    let info = replica.info().unwrap();
    let server = server.get_or_insert_with(|| CalmServer::new(info.org, info.me));
    replica.connect(&server.info()).unwrap();
    server.set_time(now);
    let report = replica.sync(server, now, &mut |_| {}).unwrap();
    assert_eq!(report.conflicts, []);
    assert_eq!(replica.info().unwrap().pending, 0);
}

fn on_terminal(machine: &Machine, words: &[&str]) -> String {
    let streams = Streams {
        answer_is_terminal: true,
        width: Some(80),
        ..Streams::default()
    };
    let words: Vec<&str> = words
        .iter()
        .copied()
        .chain(["--no-ascii", "--now", NOW])
        .collect();
    let said = machine.run_on(streams, &words);
    assert_eq!(said.exit, Exit::Ok, "{words:?}: {}", said.remarks);
    said.answer
}

fn json(machine: &Machine, words: &[&str]) -> Value {
    let words: Vec<&str> = words.iter().copied().chain(["-o", "json"]).collect();
    let document: Value = serde_json::from_str(&on_terminal(machine, &words)).unwrap();
    document["items"][0].clone()
}

/// Returns the progress of each key result below the keys, by slug.
fn progress(report: &Value, keys: &[&str]) -> BTreeMap<String, Value> {
    let lists = keys.iter().filter_map(|key| report[*key].as_array());
    let mut found = BTreeMap::new();
    for one in lists.flatten() {
        match one["key_results"].as_array() {
            Some(_) => found.extend(progress(one, &["key_results"])),
            None => {
                found.insert(
                    one["slug"].as_str().unwrap().to_owned(),
                    one["progress"].clone(),
                );
            }
        }
    }
    found
}

/// Renders every report of a moment in every form, and compares its numbers with those of the tree.
fn render(machine: &Machine, day: Date) {
    let (cycle, _, _) = *QUARTERS
        .iter()
        .find(|(_, start, end)| (*start..=*end).contains(&day))
        .unwrap();
    let day = day.to_string();
    let at = ["-c", cycle, "--at", &day];
    for scope in SCOPES {
        let about = match scope {
            ["--who", who] => vec!["tree", *who],
            scope => [&["tree"], scope].concat(),
        };
        let tree = json(machine, &[&about[..], &at].concat());
        let of_tree = progress(&tree, &["objectives"]);
        for kind in ["weekly", "mid", "final"] {
            let words = [&["report", kind][..], scope, &at].concat();
            let facts = json(machine, &words);
            let of_report = progress(&facts, &["moved", "still", "objectives"]);
            assert!(!of_report.is_empty() || of_tree.is_empty(), "{words:?}");
            for (slug, progress) in &of_report {
                assert_eq!(Some(progress), of_tree.get(slug), "{slug} of {words:?}");
            }
            if !scope.contains(&"--who") {
                let roll_up = match kind {
                    "weekly" => &facts["cycles"][0]["progress"],
                    _ => &facts["cycle"]["progress"],
                };
                assert_eq!(*roll_up, tree["progress"], "{words:?}");
            }
            // A form is made of the same document, whoever it is about.
            let forms: &[&str] = if scope.is_empty() {
                &["term", "md", "html"]
            } else {
                &["term"]
            };
            for form in forms {
                let answer = on_terminal(machine, &[&words[..], &["-o", form]].concat());
                assert!(answer.contains(cycle), "{words:?} -o {form}");
                let wide = answer
                    .lines()
                    .find(|line| crate::render::text_width(line) > 80);
                assert!(*form != "term" || wide.is_none(), "{words:?}: {wide:?}");
            }
        }
    }
}

/// Ids differ from run to run, and positions from year to year.
fn golden(machine: &Machine, words: &[&str]) -> String {
    let answer = on_terminal(machine, words);
    let (answer, change) = answer.split_once(", change ").unwrap();
    let (_, rest) = change.split_once(')').unwrap();
    let rest = rest.replace(&change[..8], "########");
    format!("{answer}, change ######## (position ###){rest}")
}

#[test]
fn every_report_of_every_moment() {
    let machine = lived();
    let moments = moments();
    // Reports only read, and several may do so at once.
    std::thread::scope(|scope| {
        for some in moments.chunks(moments.len().div_ceil(2)) {
            scope.spawn(|| some.iter().for_each(|day| render(&machine, *day)));
        }
    });
    let weekly = ["report", "weekly", "2026-W20", "-t", "platform"];
    insta::assert_snapshot!("quarter_weekly", golden(&machine, &weekly));
    let mid = ["report", "mid", "2026-Q2", "-t", "platform"];
    insta::assert_snapshot!("quarter_mid", golden(&machine, &mid));
    let end = ["report", "final", "2026-Q2", "--who", "@cleo"];
    insta::assert_snapshot!("quarter_final", golden(&machine, &end));
}
