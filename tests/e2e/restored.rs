//! A server whose data directory is put back to an older copy, and two servers of one organisation.

use std::fs;
use std::path::Path;

use okr_e2e::{Home, Server};
use serde_json::Value;

use crate::programs;
use crate::session::planned;
use crate::sync::{find, founded, joined, plan, tree};

/// Copies a directory with everything in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Stops a server, exchanges its data for a copy, and starts it again at the same address.
fn put_back(server: Server, backup: &Path) -> Server {
    let (listen, data) = (server.listen(), server.data().to_owned());
    server.stop().unwrap();
    fs::remove_dir_all(&data).unwrap();
    copy(backup, &data);
    Server::start_with(&programs(), &data, &["--listen", &listen]).unwrap()
}

/// Keeps a copy of the data of a server, which is stopped for that.
fn back_up(server: Server, backup: &Path) -> Server {
    let (listen, data) = (server.listen(), server.data().to_owned());
    server.stop().unwrap();
    copy(&data, backup);
    Server::start_with(&programs(), &data, &["--listen", &listen]).unwrap()
}

/// Two people with a plan, a backup of the server, and three changes after it.
fn with_backup(directory: &Path) -> (Server, Home, Home) {
    let (server, ana) = founded(directory);
    let ben = joined(&server, &ana, directory, "ben");
    plan(&ana);
    ben.okr(&["sync"]).unwrap();
    let server = back_up(server, &directory.join("backup"));
    ana.okr(&["checkin", "api-p99", "400"]).unwrap();
    ana.okr(&["sync"]).unwrap();
    ben.okr(&["sync"]).unwrap();
    ben.okr(&["checkin", "api-p99", "350", "-m", "from the load test"])
        .unwrap();
    ben.okr(&["sync"]).unwrap();
    let line = ["kr", "add", "Errors", "-O", "fast", "--slug", "errors"];
    ana.okr(&[&line[..], &["--from", "5", "--to", "1"]].concat())
        .unwrap();
    for home in [&ana, &ben] {
        home.okr(&["sync"]).unwrap();
    }
    (server, ana, ben)
}

/// Runs a sync that must find another history, and returns its error as JSON.
fn refused(home: &Home) -> Value {
    let said = home.run(&["sync", "-o", "json"]).unwrap();
    assert_eq!(said.code, Some(9), "{}{}", said.stdout, said.stderr);
    assert_eq!(said.stdout, "");
    serde_json::from_str(said.stderr.lines().last().unwrap()).unwrap()
}

fn details(error: &Value) -> String {
    error["details"].to_string()
}

/// Returns the files of the workspace whose names begin so.
fn files(home: &Home, prefix: &str) -> Vec<std::path::PathBuf> {
    let workspace = home.directory().join("data/okr/acme");
    let entries = fs::read_dir(workspace).unwrap();
    let mut found: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with(prefix)
        })
        .collect();
    found.sort();
    found
}

#[test]
fn a_restored_server_is_explained_and_followed_and_nothing_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana, ben) = with_backup(directory.path());
    let all = tree(&ana);
    let server = put_back(server, &directory.path().join("backup"));

    let before = ben.json(&["tree", "--offline"]).unwrap();
    let error = refused(&ben);
    assert_eq!(error["code"], "server-behind");
    let told = details(&error);
    for part in [
        "the server no longer has 3 changes: 1 of yours, 2 of @ana",
        "the first 6 are the same",
        "Nothing was changed here",
        "errors created",
    ] {
        assert!(told.contains(part), "no \"{part}\" in {told}");
    }
    assert!(error["hints"].to_string().contains("--accept-restored"));
    assert_eq!(before["items"], ben.json(&["tree"]).unwrap()["items"]);
    let said = ben.run(&["checkin", "api-p99", "340"]).unwrap();
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert_eq!(ben.json(&["tree"]).unwrap()["replica"]["pending"], 1);

    // Without a yes nothing is given up.
    let said = ana.run(&["sync", "--accept-restored"]).unwrap();
    assert_eq!(said.code, Some(1), "{}", said.stderr);
    assert!(files(&ana, "lost-").is_empty());

    let said = ana.run(&["sync", "--accept-restored", "-y"]).unwrap();
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.stderr.contains("ask @ben to run"), "{}", said.stderr);
    let lost = fs::read_to_string(&files(&ana, "lost-")[0]).unwrap();
    let line: Value = serde_json::from_str(lost.trim()).unwrap();
    assert_eq!(line["author"]["handle"], "ben");
    assert!(lost.contains("from the load test"), "{lost}");
    assert_eq!(files(&ana, "replica-before-").len(), 1);
    assert_eq!(ana.json(&["tree"]).unwrap()["replica"]["pending"], 2);
    ana.okr(&["sync"]).unwrap();

    // For Ben the server went on without him by now.
    let error = refused(&ben);
    assert_eq!(error["code"], "history-differs");
    assert!(details(&error).contains("1 change: 1 of yours"), "{error}");
    ben.okr(&["sync", "--accept-restored", "-y"]).unwrap();
    assert!(files(&ben, "lost-").is_empty(), "Ana's are back already");
    for home in [&ben, &ana] {
        home.okr(&["sync"]).unwrap();
    }
    assert_eq!(tree(&ana), tree(&ben));
    let now = tree(&ana).to_string();
    assert!(now.contains("errors") && now.contains("340"), "{now}");
    let values = |items: &Value| items.to_string().matches("\"slug\"").count();
    assert_eq!(values(&all), values(&tree(&ana)), "nothing stands twice");
    let log = ana.json(&["log", "--limit", "all"]).unwrap();
    assert_eq!(log["items"].as_array().unwrap().len(), 10);

    let said = ana.run(&["sync", "--accept-restored"]).unwrap();
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.stderr.contains("nothing to accept"), "{}", said.stderr);
    server.stop().unwrap();
}

#[test]
fn the_copy_of_the_replica_is_a_workspace_when_it_is_put_into_a_directory() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana, _ben) = with_backup(directory.path());
    let before = tree(&ana);
    let _server = put_back(server, &directory.path().join("backup"));
    ana.okr(&["sync", "--accept-restored", "-y"]).unwrap();
    let old = ana.directory().join("data/okr/old");
    fs::create_dir(&old).unwrap();
    fs::copy(&files(&ana, "replica-before-")[0], old.join("replica.db")).unwrap();
    let shown = ana.json(&["tree", "-w", "old"]).unwrap();
    assert_eq!(shown["items"], before);
}

#[test]
fn a_device_restored_from_an_old_backup_and_a_second_device_double_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    let ben = joined(&server, &ana, directory.path(), "ben");
    plan(&ana);
    ben.okr(&["sync"]).unwrap();
    ben.okr(&["--offline", "checkin", "api-p99", "400"])
        .unwrap();
    let (workspace, kept) = (
        ben.directory().join("data/okr/acme"),
        directory.path().join("kept"),
    );
    copy(&workspace, &kept);
    ben.okr(&["sync"]).unwrap();
    ben.okr(&["checkin", "api-p99", "390"]).unwrap();

    // A second device of the same person.
    let answer = ana.json(&["member", "invite", "ben"]).unwrap();
    let code = answer["items"][0]["code"].as_str().unwrap();
    let phone = Home::new(&programs(), &directory.path().join("phone")).unwrap();
    phone
        .okr(&["clone", server.url(), "acme", "--code", code])
        .unwrap();
    phone.okr(&["checkin", "api-p99", "380"]).unwrap();

    fs::remove_dir_all(&workspace).unwrap();
    copy(&kept, &workspace);
    assert_eq!(ben.json(&["tree"]).unwrap()["replica"]["pending"], 1);
    ben.okr(&["sync"]).unwrap();
    for home in [&ana, &phone] {
        home.okr(&["sync"]).unwrap();
        assert_eq!(tree(home), tree(&ben));
    }
    let shown = ben.json(&["checkin", "list", "api-p99"]).unwrap();
    assert_eq!(shown["items"].as_array().unwrap().len(), 3, "{shown:#}");
    assert_eq!(ben.json(&["tree"]).unwrap()["replica"]["pending"], 0);
}

#[test]
fn two_servers_of_one_organisation_are_told_apart_by_their_keys() {
    let directory = tempfile::tempdir().unwrap();
    let ana = planned(&directory.path().join("ana"));
    let me = ana.json(&["whoami"]).unwrap();
    let id = |name: &str| find(&me, name).unwrap();
    let adopt = format!("{}:{}", id("org"), id("person"));
    let start = |name: &str| {
        let data = directory.path().join(name);
        let arguments = ["--adopt", &adopt, "--admin", "ana"];
        let answer = Server::init(&programs(), &data, &arguments).unwrap();
        let code = answer["code"].as_str().unwrap().to_owned();
        (Server::start(&programs(), &data).unwrap(), code)
    };
    let ((first, code), (second, other_code)) = (start("first"), start("second"));
    ana.okr(&["login", first.url(), "--code", &code]).unwrap();
    ana.okr(&["sync"]).unwrap();
    let before = tree(&ana);

    let said = ana
        .run(&["login", second.url(), "--code", &other_code])
        .unwrap();
    assert_eq!(said.code, Some(9), "{}", said.stderr);
    assert!(said.stderr.contains(first.url()) && said.stderr.contains(second.url()));
    assert_eq!(said.stderr.matches("key ").count(), 2, "{}", said.stderr);
    assert!(said.stderr.contains("okr clone"), "{}", said.stderr);
    ana.okr(&["sync"]).unwrap();
    assert_eq!(tree(&ana), before);

    // Another server at the address of the first one does not know the login, and with a new login
    // it is told apart as well.
    let (listen, data) = (first.listen(), second.data().to_owned());
    first.stop().unwrap();
    second.stop().unwrap();
    let output = std::process::Command::new(programs().okrd)
        .args(["code", "--person", "ana", "-o", "json", "--data"])
        .arg(&data)
        .output();
    let answer: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    let second = Server::start_with(&programs(), &data, &["--listen", &listen]).unwrap();
    assert_eq!(ana.run(&["sync"]).unwrap().code, Some(4));
    let code = answer["code"].as_str().unwrap();
    let said = ana.run(&["login", second.url(), "--code", code]).unwrap();
    assert_eq!(said.code, Some(9), "{}", said.stderr);
    assert_eq!(tree(&ana), before);
}

#[test]
fn whoever_watches_is_told_what_a_restored_server_lost() {
    let directory = tempfile::tempdir().unwrap();
    let (server, _ana, ben) = with_backup(directory.path());
    let _server = put_back(server, &directory.path().join("backup"));
    let said = ben.run(&["watch", "--timeout", "20s"]).unwrap();
    assert_eq!(said.code, Some(9), "{}{}", said.stdout, said.stderr);
    assert!(
        said.stderr.contains("1 of yours, 2 of @ana"),
        "{}",
        said.stderr
    );
}
