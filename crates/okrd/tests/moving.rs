//! An organisation moves to another server: what `okrd org export` wrote is taken in, or refused with what is wrong.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use okr_core::event::{Event, OrgEdit, OrgEvent};
use okr_testkit::sample::{self, BEN, ORG};
use serde_json::Value;
use tempfile::TempDir;

use crate::client::{TestClient, change};
use crate::harness::{ANA, TestServer};

/// Runs okrd and returns its exit code and what it printed.
fn okrd(arguments: &[&str], data: &Path) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_okrd"))
        .args(arguments)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    (output.status.code().unwrap(), said)
}

/// Gives the organisation another name, so often.
async fn rename(ana: &TestClient, numbers: std::ops::Range<u64>) {
    for number in numbers {
        let name = |number: u64| match number {
            1 => sample::name("Acme"),
            number => sample::name(&format!("Acme {number}")),
        };
        let edit = sample::edit(name(number - 1), name(number));
        let event = Event::Org(ORG, OrgEvent::Edited(OrgEdit::Name(edit)));
        ana.push(&[change(number, vec![event])]).await.unwrap();
    }
}

/// A stopped server with five changes, their export, and where else there could be a server.
struct World {
    server: TestServer,
    directory: TempDir,
    ana: TestClient,
}

impl World {
    async fn new() -> Self {
        let mut server = TestServer::start().await;
        let ana = server.ana().await;
        rename(&ana, 2..6).await;
        server.stop().await;
        let directory = tempfile::tempdir().unwrap();
        let world = Self {
            server,
            directory,
            ana,
        };
        world.export("export");
        let elsewhere = world.elsewhere();
        let line = [
            "init",
            "--org",
            "Other",
            "--time-zone",
            "UTC",
            "--admin",
            "zoe",
        ];
        let (code, said) = okrd(&line, &elsewhere);
        assert_eq!(code, 0, "{said}");
        world
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn elsewhere(&self) -> PathBuf {
        self.file("elsewhere")
    }

    fn export(&self, name: &str) {
        let to = self.file(name).display().to_string();
        let line = ["org", "export", &ORG.to_string(), "--to", &to];
        let (code, said) = okrd(&line, &self.server.data());
        assert_eq!(code, 0, "{said}");
    }

    fn import(&self, name: &str) -> (i32, String) {
        let from = self.file(name).display().to_string();
        okrd(&["org", "import", &from], &self.elsewhere())
    }

    fn imported(&self, name: &str) -> Value {
        let from = self.file(name).display().to_string();
        let (code, said) = okrd(&["org", "import", &from, "-o", "json"], &self.elsewhere());
        assert_eq!(code, 0, "{said}");
        serde_json::from_str(&said).unwrap()
    }

    /// What another server says of the organisation: its lines without the signature, which is its own.
    fn exported_elsewhere(&self) -> Vec<String> {
        let to = self.file("again");
        drop(fs::remove_file(&to));
        let line = [
            "org",
            "export",
            &ORG.to_string(),
            "--to",
            to.to_str().unwrap(),
        ];
        let (code, said) = okrd(&line, &self.elsewhere());
        assert_eq!(code, 0, "{said}");
        lines(&to)
    }
}

fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn the_history_is_the_same_on_the_other_server_and_people_can_be_let_in() {
    let world = World::new().await;
    let (code, said) = world.import("export");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("5 changes and 1 person here"), "{said}");
    let (before, after) = (lines(&world.file("export")), world.exported_elsewhere());
    assert_eq!(before[1..], after[1..]);
    let root = |lines: &[String]| {
        let first: Value = serde_json::from_str(&lines[0]).unwrap();
        (first["root"].clone(), first["changes"].clone())
    };
    assert_eq!(root(&before), root(&after));
    let (code, said) = okrd(&["verify"], &world.elsewhere());
    assert_eq!(code, 0, "{said}");
    let line = ["code", "--person", "ana", "--org", &ORG.to_string()];
    let (code, said) = okrd(&line, &world.elsewhere());
    assert_eq!(code, 0, "{said}");
}

#[tokio::test]
async fn a_second_import_changes_nothing_and_a_later_export_adds_what_is_new() {
    let mut world = World::new().await;
    assert_eq!(world.imported("export")["added"], 5);
    assert_eq!(world.imported("export")["added"], 0);
    world.server.run().await;
    let channel = world.server.stranger().await;
    let ana = channel.with_token(&world.ana.token);
    rename(&ana, 6..9).await;
    world.server.stop().await;
    world.export("later");
    assert_eq!(world.imported("later")["added"], 3);
    let before = lines(&world.file("later"));
    assert_eq!(before[1..], world.exported_elsewhere()[1..]);
    // The earlier one would have to take changes away.
    let (code, said) = world.import("export");
    assert_eq!(code, 78, "{said}");
    assert!(said.contains("it has more changes than the file"), "{said}");
}

#[tokio::test]
async fn who_was_erased_here_is_erased_on_the_other_server() {
    let mut world = World::new().await;
    world.server.run().await;
    let channel = world.server.stranger().await;
    let ana = channel.with_token(&world.ana.token);
    ana.update_directory(&[(BEN, "benjaminc")]).await.unwrap();
    world.server.stop().await;
    world.export("before");
    world.imported("before");
    let line = ["code", "--person", "benjaminc", "--org", &ORG.to_string()];
    let (code, said) = okrd(&line, &world.elsewhere());
    assert_eq!(code, 0, "{said}");

    world.server.run().await;
    let channel = world.server.stranger().await;
    let ana = channel.with_token(&world.ana.token);
    ana.erase(BEN).await.unwrap();
    world.server.stop().await;
    world.export("after");
    world.imported("after");
    let first: Value = serde_json::from_str(&world.exported_elsewhere()[0]).unwrap();
    assert_eq!(first["erased"], serde_json::json!([BEN.uuid().to_string()]));
    for name in ["directory.json", "credentials.json"] {
        let text = fs::read_to_string(world.elsewhere().join(name)).unwrap();
        assert!(!text.contains("benjaminc"), "{name}: {text}");
    }
    let text = fs::read_to_string(world.elsewhere().join("credentials.json")).unwrap();
    assert!(!text.contains(&BEN.uuid().to_string()), "{text}");
    // An export from before brings nobody back.
    let (code, said) = world.import("before");
    assert_eq!(code, 9, "{said}");
    assert!(said.contains("was erased"), "{said}");
}

#[tokio::test]
async fn a_file_that_was_changed_is_refused_wherever_that_was_and_nothing_is_taken_in() {
    let world = World::new().await;
    let whole = lines(&world.file("export"));
    let without = |index: usize| {
        let mut lines = whole.clone();
        lines.remove(index);
        lines
    };
    let mut damaged: Vec<Vec<String>> = (0..whole.len()).map(without).collect();
    for index in 0..whole.len() {
        // Another digit or letter somewhere in the middle; in a person's line that is their name, which nobody signed.
        let mut lines = whole.clone();
        let line = &mut lines[index];
        let middle = line
            .rfind("\"record\":\"")
            .map_or(line.len() / 2, |at| at + 40);
        let other = if line.as_bytes()[middle] == b'A' {
            "B"
        } else {
            "A"
        };
        line.replace_range(middle..=middle, other);
        if index != 1 {
            damaged.push(lines);
        }
    }
    let mut swapped = whole.clone();
    swapped.swap(3, 4);
    damaged.push(swapped);
    damaged.push(vec!["{}".to_owned()]);
    damaged.push(Vec::new());
    for (number, lines) in damaged.iter().enumerate() {
        fs::write(world.file("damaged"), lines.join("\n") + "\n").unwrap();
        let (code, said) = world.import("damaged");
        assert_eq!(code, 9, "{number}: {said}");
        assert!(
            said.starts_with("Error: ") && said.contains("Hint: "),
            "{number}: {said}"
        );
    }
    let list = okrd(&["org", "list"], &world.elsewhere()).1;
    assert!(!list.contains(&ORG.to_string()), "{list}");
    let (code, said) = world.import("nowhere");
    assert_eq!(code, 78, "{said}");
}

#[tokio::test]
async fn two_histories_of_one_organisation_are_never_mixed() {
    let world = World::new().await;
    world.imported("export");
    let mut other = TestServer::start().await;
    let stranger = other.ana().await;
    rename(&stranger, 2..9).await;
    other.stop().await;
    let to = world.file("other").display().to_string();
    let line = ["org", "export", &ANA.org.to_string(), "--to", &to];
    let (code, said) = okrd(&line, &other.data());
    assert_eq!(code, 0, "{said}");
    let (code, said) = world.import("other");
    assert_eq!(code, 78, "{said}");
    assert!(said.contains("another history"), "{said}");
    let before = lines(&world.file("export"));
    assert_eq!(before[1..], world.exported_elsewhere()[1..]);
}

#[tokio::test]
async fn a_running_server_is_left_alone() {
    let mut world = World::new().await;
    world.server.run().await;
    let from = world.file("export").display().to_string();
    let (code, said) = okrd(&["org", "import", &from], &world.server.data());
    assert_eq!(code, 75, "{said}");
}
