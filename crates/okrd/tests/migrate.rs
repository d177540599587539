//! `okrd migrate`: what it says of a directory of today, of an earlier okrd and of a newer one.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::command::World;

/// What has no version: it is a lock, a socket, or lines that each stand for themselves.
const UNVERSIONED: [&str; 4] = ["access.log", "admin.sock", "lock", "organisations.lock"];

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn document(world: &World, line: &str) -> Value {
    let output = world.run(&format!("{line} -o json"));
    assert!(output.status.success(), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Makes of the credentials what the first okrd wrote, with a login code that still works.
fn age(world: &World) -> Vec<u8> {
    let path = world.data().join("credentials.json");
    let mut file = read(&path);
    assert_eq!(file["version"], 2);
    file["version"] = json!(1);
    for code in file["codes"].as_array_mut().unwrap() {
        code.as_object_mut().unwrap().remove("id");
    }
    let bytes = serde_json::to_vec(&file).unwrap();
    fs::write(&path, &bytes).unwrap();
    bytes
}

#[test]
fn a_directory_of_today_needs_nothing_and_every_file_of_it_is_looked_at() {
    let (world, _) = World::initialised();
    let serving = world.serve();
    for line in ["migrate --dry-run", "migrate"] {
        let answer = document(&world, line);
        assert_eq!(
            (&answer["older"], &answer["changed"]),
            (&json!(0), &json!(false))
        );
        let looked_at: Vec<&str> = answer["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| file["name"].as_str().unwrap())
            .collect();
        for entry in fs::read_dir(world.data()).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let known = looked_at.contains(&name.as_str()) || UNVERSIONED.contains(&name.as_str());
            assert!(known, "nobody looks at the version of {name}");
        }
    }
    let text = said(&world.run("migrate --dry-run"));
    assert!(
        text.contains("  log                   version 2, up to date\n"),
        "{text}"
    );
    assert!(text.contains("Nothing is to be done"), "{text}");
    assert!(
        text.lines()
            .all(|line| line.len() <= 80 || line.contains('/')),
        "{text}"
    );
    drop(serving);
}

#[test]
fn a_dry_run_changes_nothing_and_a_migration_what_it_said() {
    let (world, made) = World::initialised();
    let before = age(&world);
    let dry = document(&world, "migrate --dry-run");
    assert_eq!((&dry["older"], &dry["changed"]), (&json!(1), &json!(false)));
    assert_eq!(dry["bytes"], before.len());
    let file = world.data().join("credentials.json");
    assert_eq!(fs::read(&file).unwrap(), before);
    let text = said(&world.run("migrate --dry-run"));
    assert!(
        text.contains("credentials.json      version 1, would become 2"),
        "{text}"
    );
    assert!(text.contains("okrd backup --data "), "{text}");

    let done = document(&world, "migrate");
    assert_eq!(
        (&done["older"], &done["changed"]),
        (&json!(1), &json!(true))
    );
    let after = read(&file);
    assert_eq!(after["version"], 2);
    assert!(after["codes"][0]["id"].is_string());
    assert_eq!(
        after["codes"][0]["hash"],
        serde_json::from_slice::<Value>(&before).unwrap()["codes"][0]["hash"]
    );
    assert_eq!(document(&world, "migrate")["changed"], false);
    assert!(made["code"].is_string());
}

#[test]
fn what_is_written_to_an_older_file_makes_it_one_of_today() {
    let (world, _) = World::initialised();
    age(&world);
    let issued = world.run("code --person ana");
    assert!(issued.status.success(), "{}", said(&issued));
    assert_eq!(read(&world.data().join("credentials.json"))["version"], 2);
}

#[test]
fn a_running_server_is_not_migrated_under_its_feet() {
    let (world, _) = World::initialised();
    let serving = world.serve();
    let before = age(&world);
    let refused = world.run("migrate");
    assert_eq!(refused.status.code(), Some(75), "{}", said(&refused));
    assert_eq!(
        fs::read(world.data().join("credentials.json")).unwrap(),
        before
    );
    assert!(world.run("migrate --dry-run").status.success());
    drop(serving);
}

#[test]
fn what_a_newer_okrd_wrote_is_refused_by_its_version() {
    let (world, _) = World::initialised();
    for (name, content) in [
        ("server.json", "{\"version\":3}"),
        ("credentials.json", "{\"version\":3}"),
        ("last-used.json", "{\"version\":2}"),
        ("last-backup.json", "{\"version\":2}"),
        ("log/MANIFEST", "okr-log format 3\n"),
    ] {
        let path = world.data().join(name);
        let before = fs::read(&path).ok();
        fs::write(&path, content).unwrap();
        for line in ["migrate --dry-run", "migrate"] {
            let refused = world.run(line);
            let said = said(&refused);
            assert_eq!(refused.status.code(), Some(11), "{name}: {said}");
            assert!(said.contains("Hint: "), "{said}");
        }
        match before {
            Some(before) => fs::write(&path, before).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
    }
}

#[test]
fn a_directory_of_version_0_1_is_migrated_verified_and_served() {
    let world = World::new();
    fs::create_dir(world.data()).unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/0.1");
    let unpacked = Command::new("tar")
        .arg("-xzf")
        .arg(fixture.join("server.tar.gz"))
        .arg("-C")
        .arg(world.data())
        .output()
        .unwrap();
    assert!(unpacked.status.success(), "{}", said(&unpacked));
    let before = document(&world, "verify");
    let dry = document(&world, "migrate --dry-run");
    let older = dry["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|file| file["older"] == true);
    let older: Vec<&Value> = older.map(|file| &file["name"]).collect();
    assert_eq!(older, ["server.json", "credentials.json", "log"]);
    assert_eq!(document(&world, "migrate")["changed"], true);
    assert_eq!(document(&world, "verify"), before);
    let serving = world.serve();
    assert!(serving.url.starts_with("http://"));
}
