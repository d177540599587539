//! Real processes over a network that fails: cut at any byte, silent, slow. Nothing is lost, doubled or hung.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use okr_e2e::{Direction, Fault, Home, Proxy, Run, Server};
use serde_json::Value;

use crate::programs;
use crate::sync::{founded, plan};

/// What ends a test that would hang; no assertion is made about time.
const WATCHDOG: Duration = Duration::from_mins(1);

/// Changes that a sync has to carry.
pub(crate) const MANY: usize = 200;

/// Runs a command that may fail, but must end.
fn ends(home: &Home, arguments: &[&str]) -> Run {
    home.run_within(WATCHDOG, arguments).unwrap()
}

/// Runs a command over a broken network: it may succeed, or say that there is no server to be had.
fn survives(home: &Home, arguments: &[&str], fault: Fault) -> bool {
    let run = ends(home, arguments);
    let said = format!("{fault:?}: {}: {}{}", run.line, run.stdout, run.stderr);
    assert!(matches!(run.code, Some(0 | 7)), "{:?} {said}", run.code);
    if run.code == Some(7) {
        assert!(run.stderr.contains("Error: "), "{said}");
        assert!(run.stderr.contains("Hint: "), "{said}");
    }
    run.code == Some(0)
}

/// Makes many check-ins on this machine, in a cycle of their own, without a server.
pub(crate) fn write_many(home: &Home, batch: usize) {
    let mut file = format!(
        "format: okr-history/1\nsource: batch-{batch}\npeople: [zoe]\ncycles:\n\
         - name: batch-{batch}\n  from: 2008-01-01\n  to: 2009-12-31\n  cadence_days: 366\n  \
         written: 2008-01-01\n  opened: 2008-01-01\n  objectives:\n  - slug: many-{batch}\n    \
         title: Many {batch}\n    owner: zoe\n    key_results:\n    - slug: value-{batch}\n      \
         title: Value {batch}\n      measure: {{unit: points, from: 0, to: {MANY}}}\n      history:\n"
    );
    let first: jiff::civil::Date = "2008-02-01".parse().unwrap();
    for number in 0..MANY {
        let day = first.saturating_add(jiff::Span::new().days(i64::try_from(number).unwrap()));
        let note = format!("note {number} of batch {batch}, with some words to make it longer");
        writeln!(
            file,
            "      - {{written: {day}, on: {day}, value: {number}, note: \"{note}\"}}"
        )
        .unwrap();
    }
    let path = home.directory().join("batch.yaml");
    std::fs::write(&path, file).unwrap();
    home.okr(&["import", "--offline", path.to_str().unwrap()])
        .unwrap();
}

/// Returns everything that a copy of the history says, without what depends on when it was asked.
pub(crate) fn history(home: &Home) -> Value {
    let mut answer = home.json(&["log", "--offline", "--limit", "all"]).unwrap();
    assert_eq!(answer["replica"]["pending"], 0);
    let changes = answer["items"].take();
    let ids: BTreeSet<_> = changes
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), changes.as_array().unwrap().len(), "doubled");
    let mut tree = home.json(&["tree", "--offline"]).unwrap();
    serde_json::json!({"changes": changes, "tree": tree["items"].take()})
}

pub(crate) fn length(history: &Value) -> usize {
    history["changes"].as_array().unwrap().len()
}

fn pending(home: &Home) -> u64 {
    let answer = home.json(&["status", "--offline"]).unwrap();
    answer["replica"]["pending"].as_u64().unwrap()
}

pub(crate) fn code(ana: &Home) -> String {
    let answer = ana.json(&["member", "invite", "ana"]).unwrap();
    answer["items"][0]["code"].as_str().unwrap().to_owned()
}

/// A server behind a bad network, somebody who reaches it directly, and somebody who does not.
struct Site {
    _directory: tempfile::TempDir,
    server: Server,
    proxy: Proxy,
    near: Home,
    far: Home,
}

impl Site {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (server, near) = founded(directory.path());
        plan(&near);
        let proxy = Proxy::start(server.url()).unwrap();
        let far = Home::new(&programs(), &directory.path().join("far")).unwrap();
        far.okr(&["clone", proxy.url(), "acme", "--code", &code(&near)])
            .unwrap();
        Self {
            _directory: directory,
            server,
            proxy,
            near,
            far,
        }
    }

    /// Syncs over a network that works again, and checks that both copies are equal.
    fn settle(&self) -> Value {
        self.proxy.hang_up();
        self.proxy.set(Fault::Pass);
        self.far.okr(&["sync"]).unwrap();
        self.near.okr(&["sync"]).unwrap();
        let here = history(&self.far);
        assert_eq!(here, history(&self.near));
        here
    }

    /// Checks that a new clone says the same.
    fn check_with_a_clone(&self) {
        let here = history(&self.far);
        let third = Home::new(&programs(), &self.near.directory().join("third")).unwrap();
        third
            .okr(&[
                "clone",
                self.server.url(),
                "acme",
                "--code",
                &code(&self.near),
            ])
            .unwrap();
        assert_eq!(here, history(&third));
    }
}

/// Returns places to cut a conversation of so many bytes: its first frames, its middle, its end.
fn offsets(whole: u64) -> Vec<u64> {
    let mut offsets: Vec<u64> = [0, 1, 24, 60, 150, 400]
        .into_iter()
        .chain((1..4).map(|quarter| whole * quarter / 4))
        .chain([whole.saturating_sub(40), whole.saturating_sub(1)])
        .filter(|offset| *offset < whole)
        .collect();
    offsets.sort_unstable();
    offsets.dedup();
    offsets
}

#[test]
fn a_clone_that_is_cut_at_any_byte_is_continued() {
    let site = Site::new();
    write_many(&site.near, 0);
    site.near.okr(&["sync"]).unwrap();
    let expected = history(&site.near);
    let clone = |home: &Home, code: &str, fault: Fault| {
        site.proxy.set(fault);
        survives(
            home,
            &["clone", site.proxy.url(), "acme", "--code", code],
            fault,
        )
    };
    let home = |name: &str| Home::new(&programs(), &site.near.directory().join(name)).unwrap();
    assert!(clone(&home("whole"), &code(&site.near), Fault::Pass));
    for direction in [Direction::Down, Direction::Up] {
        let whole = site.proxy.carried(direction);
        for offset in offsets(whole) {
            let (home, code_once) = (home(&format!("{direction:?}-{offset}")), code(&site.near));
            clone(&home, &code_once, Fault::Cut(direction, offset));
            site.proxy.set(Fault::Pass);
            finish(&home, &site, &code_once);
            assert_eq!(
                history(&home),
                expected,
                "after a cut {direction:?} at {offset}"
            );
        }
        clone(
            &home(&format!("again-{direction:?}")),
            &code(&site.near),
            Fault::Pass,
        );
    }
}

/// Does what the failed clone said to do.
fn finish(home: &Home, site: &Site, code_once: &str) {
    if home.run(&["sync", "-w", "acme"]).unwrap().code == Some(0) {
        return;
    }
    let line = ["clone", site.proxy.url(), "acme", "--code"];
    let again = home.run(&[&line[..], &[code_once]].concat()).unwrap();
    if again.code != Some(0) {
        // The answer to the login was lost: the code is used, and the token is nowhere.
        assert_eq!(again.code, Some(4), "{}", again.stderr);
        home.okr(&[&line[..], &[&code(&site.near)]].concat())
            .unwrap();
    }
}

#[test]
fn a_sync_of_many_changes_that_is_cut_at_any_byte_loses_and_doubles_nothing() {
    let site = Site::new();
    write_many(&site.far, 0);
    site.proxy.set(Fault::Pass);
    site.far.okr(&["sync"]).unwrap();
    let (up, down) = (
        site.proxy.carried(Direction::Up),
        site.proxy.carried(Direction::Down),
    );
    let mut before = length(&history(&site.far));
    let cuts = offsets(up)
        .into_iter()
        .map(|offset| Fault::Cut(Direction::Up, offset));
    let cuts = cuts.chain(
        offsets(down)
            .into_iter()
            .map(|offset| Fault::Cut(Direction::Down, offset)),
    );
    // One in four, to keep it short: heads, middles and ends in turn.
    for (batch, fault) in cuts.step_by(4).enumerate() {
        write_many(&site.far, batch + 1);
        let waiting = pending(&site.far);
        site.proxy.set(fault);
        let ok = survives(&site.far, &["sync"], fault);
        assert!(ok || site.proxy.struck() > 0, "{fault:?} was never reached");
        let after = length(&site.settle());
        assert_eq!(
            after,
            before + usize::try_from(waiting).unwrap(),
            "{fault:?}"
        );
        before = after;
    }
    site.check_with_a_clone();
}

#[test]
fn a_write_succeeds_whatever_becomes_of_the_push_after_it() {
    let site = Site::new();
    site.proxy.set(Fault::Pass);
    site.far.okr(&["checkin", "api-p99", "470"]).unwrap();
    let (up, down) = (
        site.proxy.carried(Direction::Up),
        site.proxy.carried(Direction::Down),
    );
    let mut faults = vec![Fault::Refuse, Fault::Mute];
    for (direction, whole) in [(Direction::Up, up), (Direction::Down, down)] {
        for eighth in [0, 3, 6] {
            faults.push(Fault::Cut(direction, whole * eighth / 8));
            faults.push(Fault::Stall(direction, whole * eighth / 8));
        }
    }
    for (number, fault) in faults.into_iter().enumerate() {
        let before = length(&site.settle());
        site.proxy.set(fault);
        // The sync before went well, so the push after the write is tried.
        let run = ends(
            &site.far,
            &["checkin", "api-p99", &(400 - number).to_string()],
        );
        assert_eq!(run.code, Some(0), "{fault:?}: {}", run.stderr);
        assert!(site.proxy.struck() > 0, "{fault:?} was never reached");
        let waiting = pending(&site.far);
        assert!(waiting <= 1);
        if matches!(fault, Fault::Refuse | Fault::Mute) {
            assert_eq!(waiting, 1, "{fault:?}");
            assert!(run.stderr.contains("1 change waits"), "{}", run.stderr);
        }
        assert_eq!(length(&site.settle()), before + 1, "{fault:?}");
    }
    site.check_with_a_clone();
}

#[test]
fn a_server_that_falls_silent_is_given_up() {
    let site = Site::new();
    std::thread::scope(|scope| {
        for (name, fault) in [
            ("mute", Fault::Mute),
            ("stall", Fault::Stall(Direction::Down, 200)),
        ] {
            let site = &site;
            scope.spawn(move || silent(site, name, fault));
        }
    });
}

/// Syncs with a server that falls silent, through a network of its own.
fn silent(site: &Site, name: &str, fault: Fault) {
    let proxy = Proxy::start(site.server.url()).unwrap();
    let home = Home::new(&programs(), &site.near.directory().join(name)).unwrap();
    home.okr(&["clone", proxy.url(), "acme", "--code", &code(&site.near)])
        .unwrap();
    home.okr(&["--offline", "checkin", "api-p99", "300"])
        .unwrap();
    proxy.set(fault);
    let run = ends(&home, &["sync"]);
    assert_eq!(run.code, Some(7), "{fault:?}: {}", run.stderr);
    assert!(run.stderr.contains("did not answer"), "{}", run.stderr);
    assert!(run.stderr.contains("okr sync"), "{}", run.stderr);
    assert_eq!(pending(&home), 1);
    proxy.set(Fault::Pass);
    home.okr(&["sync"]).unwrap();
    assert_eq!(pending(&home), 0);
}

#[test]
fn a_slow_network_only_takes_longer() {
    let site = Site::new();
    let pause = Duration::from_millis(2);
    for (batch, fault) in [
        Fault::Drip(Direction::Up, 500, pause),
        Fault::Drip(Direction::Down, 500, pause),
        Fault::Delay(Duration::from_millis(20)),
    ]
    .into_iter()
    .enumerate()
    {
        write_many(&site.far, batch);
        site.proxy.set(fault);
        let run = ends(&site.far, &["sync"]);
        assert_eq!(run.code, Some(0), "{fault:?}: {}", run.stderr);
        assert_eq!(pending(&site.far), 0);
        site.settle();
    }
}
