//! The drill of an operator: back up under load, lose the machine, restore, and let everybody come back.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use okr_e2e::{Home, Server};
use serde_json::Value;

use crate::full_disk::Small;
use crate::programs;
use crate::sync::{founded, joined, plan, tree};

fn okrd(arguments: &[&str]) -> Output {
    Command::new(programs().okrd)
        .args(arguments)
        .output()
        .unwrap()
}

fn answer(arguments: &[&str]) -> Value {
    let output = okrd(&[arguments, &["-o", "json"]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "okrd {arguments:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn check_in(home: &Home, values: std::ops::Range<u32>) {
    for value in values {
        home.okr(&["checkin", "api-p99", &value.to_string()])
            .unwrap();
    }
    home.okr(&["sync"]).unwrap();
}

fn values(home: &Home) -> usize {
    let shown = home.json(&["checkin", "list", "api-p99"]).unwrap();
    shown["items"].as_array().unwrap().len()
}

#[test]
fn a_server_that_burned_down_is_restored_and_everybody_comes_back() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    let ben = joined(&server, &ana, directory.path(), "ben");
    plan(&ana);
    ben.okr(&["sync"]).unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    let (full, next) = (path("full.okrb"), path("next.okrb"));
    let data = server.data().display().to_string();

    // Both are written while Ana works.
    std::thread::scope(|scope| {
        scope.spawn(|| check_in(&ana, 300..310));
        answer(&["backup", "--data", &data, "--to", &full]);
    });
    let last = std::thread::scope(|scope| {
        scope.spawn(|| check_in(&ana, 310..320));
        answer(&["backup", "--data", &data, "--to", &next, "--since", &full])
    });
    ben.okr(&["sync"]).unwrap();
    check_in(&ben, 320..323);
    ana.okr(&["sync"]).unwrap();
    let before = values(&ana);

    let listen = server.listen();
    server.kill().unwrap();
    fs::remove_dir_all(Path::new(&data)).unwrap();
    let restored = answer(&["restore", "--from", &full, &next, "--data", &data]);
    assert_eq!(restored["orgs"][0]["root"], last["orgs"][0]["root"]);
    assert_eq!(restored["orgs"][0]["changes"], last["orgs"][0]["head"]);
    let server = Server::start_with(&programs(), Path::new(&data), &["--listen", &listen]).unwrap();

    // Nobody follows it without being asked, and nobody has to log in again.
    for home in [&ben, &ana] {
        let said = home.run(&["sync"]).unwrap();
        assert_eq!(said.code, Some(9), "{}{}", said.stdout, said.stderr);
        home.okr(&["sync", "--accept-restored", "-y"]).unwrap();
        home.okr(&["sync"]).unwrap();
    }
    ben.okr(&["sync"]).unwrap();
    assert_eq!(tree(&ana), tree(&ben));
    assert_eq!((values(&ana), values(&ben)), (before, before));
    ana.okr(&["verify"]).unwrap();
    let verified = answer(&["verify", "--data", &data]);
    let again = answer(&["backup", "--data", &data, "--to", &path("again.okrb")]);
    assert_eq!(again["orgs"][0]["root"], verified["root"]);
    server.stop().unwrap();
}

#[test]
fn a_restore_onto_a_disk_without_room_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (server, _ana) = founded(directory.path());
    let full = directory.path().join("full.okrb").display().to_string();
    let data = server.data().display().to_string();
    answer(&["backup", "--data", &data, "--to", &full]);
    let small = directory.path().join("small");
    fs::create_dir(&small).unwrap();
    let Some(mounted) = Small::mount(&small) else {
        std::io::stderr()
            .write_all(b"skipped: no file system can be mounted here\n")
            .unwrap();
        return;
    };
    let to = small.join("data").display().to_string();
    let output = okrd(&["restore", "--from", &full, "--data", &to]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("Error: "), "{said}");
    assert_eq!(fs::read_dir(&small).unwrap().count(), 0, "{said}");
    drop(mounted);
}
