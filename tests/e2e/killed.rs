//! `okr` is killed at any moment: whatever it was doing, the next command goes on, and nothing is lost or doubled.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use okr_e2e::{Home, Server};

use crate::network::{MANY, code, history, length, write_many};
use crate::programs;
use crate::sync::{founded, plan};

/// How often each command is killed, at moments spread over the time that it takes.
const KILLS: u32 = 8;

/// Changes of a batch: the check-ins, and those that make the person, cycle, objective and key result, and open the cycle.
const MANY_IN_ALL: usize = MANY + 5;

/// A server, somebody whose commands run to their end, and the pending changes of a second batch.
struct Site {
    directory: tempfile::TempDir,
    server: Server,
    near: Home,
}

impl Site {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (server, near) = founded(directory.path());
        plan(&near);
        Self {
            directory,
            server,
            near,
        }
    }

    fn home(&self, name: &str) -> Home {
        Home::new(&programs(), &self.directory.path().join(name)).unwrap()
    }

    /// Clones to its end.
    fn clone(&self, name: &str) -> Home {
        let home = self.home(name);
        let code = code(&self.near);
        home.okr(&["clone", self.server.url(), "acme", "--code", &code])
            .unwrap();
        home
    }
}

/// Runs a command and kills it after a while, unless it is quicker.
fn kill_after(mut command: Command, moment: Duration) {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    thread::sleep(moment);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Returns the moments at which something that takes so long is killed.
fn moments(whole: Duration) -> impl Iterator<Item = Duration> {
    (0..KILLS).map(move |kill| whole * (2 * kill + 1) / (2 * KILLS))
}

/// Runs a command to its end and notes how long it took or, when that is known, kills it after so many quarters of it.
fn killed_or_whole(home: &Home, line: &[&str], (whole, quarters): (&mut Option<Duration>, u32)) {
    match *whole {
        None => {
            let started = Instant::now();
            home.okr(line).unwrap();
            *whole = Some(started.elapsed());
        }
        Some(whole) => kill_after(home.command(line), whole * quarters / 4),
    }
}

/// Copies the home of a person as it is on disk.
fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").args([from, to]).status();
    assert!(status.unwrap().success());
}

#[test]
fn a_clone_that_is_killed_is_continued() {
    let site = Site::new();
    write_many(&site.near, 1);
    site.near.okr(&["sync"]).unwrap();
    let whole = history(&site.near);
    let started = Instant::now();
    site.clone("timed");
    for (number, moment) in moments(started.elapsed()).enumerate() {
        let home = site.home(&format!("home-{number}"));
        let login = code(&site.near);
        let line = ["clone", site.server.url(), "acme", "--code", &login];
        kill_after(home.command(&line), moment);
        // What to type next depends on how far it came: nothing was begun, nobody is logged in, or it only has to go on.
        let run = home.run(&["sync", "-w", "acme"]).unwrap();
        match run.code {
            Some(0) => {}
            Some(4) => {
                let login = code(&site.near);
                home.okr(&["login", "-w", "acme", "--code", &login])
                    .unwrap();
                home.okr(&["sync", "-w", "acme"]).unwrap();
            }
            _ => {
                assert!(run.stderr.contains("okr clone URL"), "{run:?}");
                let login = code(&site.near);
                home.okr(&["clone", site.server.url(), "acme", "--code", &login])
                    .unwrap();
            }
        }
        let home = home.with("OKR_WORKSPACE", "acme");
        assert_eq!(history(&home), whole, "killed after {moment:?}");
    }
}

#[test]
fn a_sync_that_is_killed_is_continued() {
    let site = Site::new();
    let started = Instant::now();
    let waiting = site.clone("waiting");
    let moments = moments(started.elapsed());
    write_many(&waiting, 1);
    let before = length(&history(&site.near));
    for (number, moment) in moments.enumerate() {
        // Each begins with everything pending, as a device does that was restored from a copy: to the server most of it
        // is there already from the second one on.
        let place = site.directory.path().join(format!("copy-{number}"));
        copy(waiting.directory(), &place);
        let home = Home::new(&programs(), &place).unwrap();
        kill_after(home.command(&["sync"]), moment);
        home.okr(&["status", "--offline"]).unwrap();
        home.okr(&["sync"]).unwrap();
        site.near.okr(&["sync"]).unwrap();
        let here = history(&home);
        assert_eq!(here, history(&site.near), "killed after {moment:?}");
        assert_eq!(length(&here), before + MANY_IN_ALL);
    }
}

#[test]
fn a_write_that_is_killed_is_there_or_not() {
    let site = Site::new();
    let home = site.clone("writer");
    let before = length(&history(&site.near));
    let line = ["checkin", "api-p99", "300", "-C", "5"];
    let started = Instant::now();
    home.okr(&line).unwrap();
    for moment in moments(started.elapsed()) {
        kill_after(home.command(&line), moment);
        home.okr(&["status", "--offline"]).unwrap();
    }
    home.okr(&line).unwrap();
    home.okr(&["sync"]).unwrap();
    site.near.okr(&["sync"]).unwrap();
    let here = history(&home);
    assert_eq!(here, history(&site.near));
    let written = length(&here) - before;
    let most = usize::try_from(KILLS).unwrap() + 2;
    assert!((2..=most).contains(&written), "{written} check-ins");
}

/// Exports a history into a file, and returns its name.
fn exported(site: &Site) -> String {
    let file = site.directory.path().join("acme.jsonl");
    let to = file.to_str().unwrap().to_owned();
    let line = ["export", "--events", "--offline", "--to", to.as_str()];
    site.near.okr(&line).unwrap();
    to
}

/// Returns some members of the changes of an exported history, the founding left out.
fn told(text: &str, members: &[&str]) -> Vec<serde_json::Value> {
    let lines = text.lines().skip(2).map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        members.iter().map(|name| line[*name].clone()).collect()
    });
    lines.collect()
}

#[test]
fn an_import_that_is_killed_is_continued() {
    let site = Site::new();
    write_many(&site.near, 1);
    let file = exported(&site);
    let line = ["import", file.as_str()];
    let members = ["change", "authored_at", "reason", "events", "texts"];
    let history = told(&std::fs::read_to_string(&file).unwrap(), &members);
    let empty = |name: &str| {
        let home = site.home(name);
        home.okr(&["init", "copy", "--handle", "zed"]).unwrap();
        home
    };
    let started = Instant::now();
    empty("timed").okr(&line).unwrap();
    for (number, moment) in moments(started.elapsed()).enumerate() {
        let home = empty(&format!("import-{number}"));
        kill_after(home.command(&line), moment);
        home.okr(&["status"]).unwrap();
        home.okr(&line).unwrap();
        let again = home.json(&line).unwrap();
        assert_eq!(again["items"][0]["changes"], 0, "{again}");
        // The founding of the file is the second change here: it names the organisation anew.
        let here = told(&home.okr(&["export", "--events"]).unwrap(), &members);
        assert!(here[1..] == history, "killed after {moment:?}");
    }
}

#[test]
fn an_import_over_a_server_that_is_killed_is_continued() {
    let site = Site::new();
    write_many(&site.near, 1);
    let file = exported(&site);
    let line = ["import", file.as_str()];
    let history = told(&std::fs::read_to_string(&file).unwrap(), &["change"]);
    let mut whole = None;
    for number in 0..4 {
        let (_server, home) = founded(&site.directory.path().join(format!("server-{number}")));
        killed_or_whole(&home, &line, (&mut whole, number));
        home.okr(&line).unwrap();
        let text = home.okr(&["export", "--events"]).unwrap();
        // Whoever founded both organisations is the same person: nothing is left of the founding.
        assert!(told(&text, &["change"]) == history, "{number}: {text:.300}");
        let head: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!(head["pending"], 0);
    }
}

/// Rows of a table of check-ins: more than go in one part.
const ROWS: u32 = 5_000;

#[test]
fn a_table_over_a_server_that_is_killed_is_continued() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("values.csv");
    let rows = (0..ROWS).map(|row| format!("{row},api-p99,2026-10-{:02},{row}\r\n", row % 20 + 1));
    let rows: Vec<String> = rows.collect();
    std::fs::write(&file, format!("id,kr,date,value\r\n{}", rows.concat())).unwrap();
    let file = file.display().to_string();
    let line = ["import", file.as_str()];
    let mut whole = None;
    for number in 0..4 {
        let (_server, home) = founded(&directory.path().join(format!("server-{number}")));
        plan(&home);
        killed_or_whole(&home, &line, (&mut whole, number));
        home.okr(&line).unwrap();
        let again = home.json(&line).unwrap();
        assert_eq!(again["items"][0]["changes"], 0, "{again}");
        assert_eq!(again["items"][0]["already_known"], ROWS, "{again}");
        assert_eq!(again["replica"]["pending"], 0, "{again}");
        let table = home
            .okr(&["export", "--kind", "checkins", "-o", "csv"])
            .unwrap();
        assert_eq!(table.lines().count(), ROWS as usize + 1);
    }
}
