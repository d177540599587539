//! The program itself: what it prints, its exit codes, its signals.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

pub(crate) struct World(TempDir);

/// A running server, ended with the test.
pub(crate) struct Serving {
    child: Child,
    pub(crate) url: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn initialised() -> (Self, Value) {
        let world = Self::new();
        let made = world.run(&format!("{INIT} -o json"));
        let made = serde_json::from_slice(&made.stdout).unwrap();
        (world, made)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// Runs okrd on the data directory; the words are separated by single blanks.
    pub(crate) fn run(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_okrd"));
        command.args(line.split(' ')).arg("--data").arg(self.data());
        command
    }

    pub(crate) fn serve(&self) -> Serving {
        Serving::start(self.command("serve --listen 127.0.0.1:0"))
    }

    /// Serves with more flags, and keeps the log in a file of the world.
    pub(crate) fn serve_logging(&self, flags: &str) -> Serving {
        let mut command = self.command(&format!("serve --listen 127.0.0.1:0 {flags}"));
        command.stderr(fs::File::create(self.log_file()).unwrap());
        Serving::start(command)
    }

    fn log_file(&self) -> PathBuf {
        self.0.path().join("log")
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap()
    }
}

impl Serving {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        child.stdout = Some(out.into_inner());
        let url = line.trim_end().strip_prefix("okrd listening on ");
        Self {
            url: url.unwrap_or_else(|| panic!("{line:?}")).to_owned(),
            child,
        }
    }

    /// Tells it to stop, and waits until it has.
    pub(crate) fn stop(&mut self) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(status.success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

/// How long a message may take.
const PATIENCE: Duration = Duration::from_mins(1);

const INIT: &str = "init --org Acme --time-zone Europe/Oslo --admin ana";

/// Checks the exit code and returns what stands on standard error.
fn refused(output: &Output, code: i32) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert_eq!(output.stdout, b"", "the answer is empty");
    assert!(text.starts_with("Error: "), "{text}");
    text
}

#[test]
fn a_service_manager_is_told_when_it_can_be_reached_and_when_it_stops() {
    let (world, _) = World::initialised();
    let path = world.0.path().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut command = world.command("serve --listen 127.0.0.1:0");
    command.env("NOTIFY_SOCKET", &path);
    let told = || {
        let mut buffer = [0; 100];
        let length = manager.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    let mut serving = Serving::start(command);
    assert_eq!(told(), "READY=1\n");
    serving.stop();
    assert_eq!(told(), "STOPPING=1\n");
}

#[test]
fn a_service_manager_that_is_gone_keeps_nobody_from_serving() {
    let (world, _) = World::initialised();
    let mut command = world.command("serve --listen 127.0.0.1:0");
    command.env("NOTIFY_SOCKET", world.0.path().join("nobody"));
    Serving::start(command).stop();
}

#[test]
fn init_prints_what_the_administrator_needs_once() {
    let (world, made) = World::initialised();
    assert_eq!(made["schema"], "okrd.v1.Init");
    assert_eq!(made["handle"], "ana");
    let code = made["code"].as_str().unwrap();
    assert_eq!(code.len(), 29, "{code}");
    let key = made["verifier_key"].as_str().unwrap();
    assert!(key.starts_with("okrd+"), "{key}");
    let origin = format!("okrd/{}", made["org"].as_str().unwrap());
    assert_eq!(made["origin"], origin);
    let next = made["next"].as_str().unwrap();
    assert!(next.starts_with("okrd serve --data "), "{next}");

    let again = refused(&world.run(INIT), 78);
    assert!(again.contains("is not empty"), "{again}");
    let other = World::new();
    let text = String::from_utf8(other.run(INIT).stdout).unwrap();
    for word in [
        "organisation   Acme (",
        "administrator  ana (",
        "login code     ",
        "Next: okrd serve",
        "Then: okr clone http://127.0.0.1:7420 --code ",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[test]
fn an_interrupted_init_is_explained_by_the_next_one() {
    let (world, _) = World::initialised();
    // What a crash before the last step leaves.
    fs::rename(
        world.data().join("server.json"),
        world.data().join("unfinished"),
    )
    .unwrap();
    for line in [INIT, "serve", "verify"] {
        let text = refused(&world.run(line), 78);
        assert!(
            text.contains("did not finish") && text.contains("delete it"),
            "{text}"
        );
    }
}

#[test]
fn a_directory_that_was_in_use_is_not_said_to_be_a_remainder() {
    let (world, _) = World::initialised();
    fs::remove_file(world.data().join("server.json")).unwrap();
    for line in [INIT, "serve", "verify", "code --person ana", "org list"] {
        let text = refused(&world.run(line), 9);
        for said in [
            "server.json is missing in ",
            "  still there: log, server.key, credentials.json, directory.json, ",
            "okrd restore",
        ] {
            assert!(text.contains(said), "{line}: {said}: {text}");
        }
        assert!(!text.contains("delete it"), "{line}: {text}");
    }
}

#[test]
fn a_directory_that_lacks_a_file_is_incomplete_and_says_how_it_is_had_back() {
    let (world, _) = World::initialised();
    for name in ["server.key", "credentials.json", "directory.json"] {
        let file = world.data().join(name);
        let before = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        for line in ["serve --listen 127.0.0.1:0", "backup --to -"] {
            // With 1 a service manager would start it again for ever.
            let text = refused(&world.run(line), 9);
            let said = format!("Error: {} is missing\nHint: delete nothing", file.display());
            assert!(text.contains(&said), "{line}: {text}");
            assert!(text.contains("okrd restore"), "{line}: {text}");
        }
        fs::write(&file, before).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    }
    drop(world.serve());
}

#[test]
fn a_key_of_another_server_is_refused_before_any_client_meets_it() {
    let (world, _) = World::initialised();
    let (other, _) = World::initialised();
    let key = world.data().join("server.key");
    let own = fs::read(&key).unwrap();
    fs::copy(other.data().join("server.key"), &key).unwrap();
    for line in [
        "serve --listen 127.0.0.1:0",
        "verify",
        "backup --to -",
        "org create Summit --time-zone UTC --admin zoe",
        "org export Acme --to no",
    ] {
        let text = refused(&world.run(line), 9);
        for said in [
            "the server's key cannot be used",
            "this server signs with okrd+",
        ] {
            assert!(text.contains(said), "{line}: {text}");
        }
    }
    // A directory of an earlier okrd does not know its own, but from the first start on.
    let manifest = world.data().join("server.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let mut older = of_version_1(&text);
    fs::write(&manifest, older.to_string()).unwrap();
    fs::write(&key, own).unwrap();
    drop(world.serve());
    assert_eq!(fs::read_to_string(&manifest).unwrap(), text);
    fs::copy(other.data().join("server.key"), &key).unwrap();
    refused(&world.run("serve --listen 127.0.0.1:0"), 9);

    // What it knew was the name.
    older["server_name"] = "okr.example.org".into();
    fs::write(&manifest, older.to_string()).unwrap();
    let text = refused(&world.run("verify"), 9);
    assert!(
        text.contains("it is okrd, and this server signs with okr.example.org"),
        "{text}"
    );
}

/// Makes of a `server.json` what an earlier okrd wrote.
fn of_version_1(text: &str) -> Value {
    let mut older: Value = serde_json::from_str(text).unwrap();
    older["version"] = 1.into();
    let members = older.as_object_mut().unwrap();
    members.remove("verifier_key").unwrap();
    older
}

#[test]
fn what_was_settled_is_missed_when_its_file_is_gone() {
    let (world, _) = World::initialised();
    assert!(world.run("org freeze Acme").status.success());
    let settled = world.data().join("organisations.json");
    let before = fs::read(&settled).unwrap();
    fs::remove_file(&settled).unwrap();
    for line in [
        "serve --listen 127.0.0.1:0",
        "verify",
        "stats",
        "backup --to -",
        "org list",
        "org unfreeze Acme",
    ] {
        let text = refused(&world.run(line), 9);
        let said = format!("{} is missing\nHint: ", settled.display());
        assert!(text.contains(&said), "{line}: {text}");
        assert!(!settled.exists(), "{line} made another");
    }
    fs::write(&settled, before).unwrap();
    drop(world.serve());
}

#[test]
fn a_directory_without_the_file_of_what_is_settled_gets_one_at_the_first_start() {
    let (world, _) = World::initialised();
    let (manifest, settled) = (
        world.data().join("server.json"),
        world.data().join("organisations.json"),
    );
    // As an earlier okrd left it when nothing was settled.
    let text = fs::read_to_string(&manifest).unwrap();
    let older = of_version_1(&text).to_string();
    fs::write(&manifest, &older).unwrap();
    fs::remove_file(&settled).unwrap();
    for line in ["verify", "org list", "migrate --dry-run"] {
        assert!(world.run(line).status.success(), "{line}");
        assert_eq!(fs::read_to_string(&manifest).unwrap(), older, "{line}");
        assert!(!settled.exists(), "{line}");
    }
    drop(world.serve());
    assert_eq!(fs::read_to_string(&manifest).unwrap(), text);
    assert!(settled.exists());
}

#[test]
fn an_adopted_organisation_keeps_its_ids_and_has_no_change_yet() {
    let world = World::new();
    let (org, person) = (
        "01920304-0506-7708-890a-0b0c0d0e0f10",
        "01920304-0506-7708-890a-0b0c0d0e0f11",
    );
    let output = world.run(&format!("init --adopt {org}:{person} --admin ana -o json"));
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&made["org"], &made["person"]),
        (&org.into(), &person.into())
    );
    let verified: Value = serde_json::from_slice(&world.run("verify -o json").stdout).unwrap();
    assert_eq!(
        (&verified["org"], &verified["changes"]),
        (&org.into(), &0.into())
    );
}

#[test]
fn serve_prints_one_line_and_ends_in_order_when_it_is_told_to() {
    let (world, _) = World::initialised();
    let mut serving = world.serve();
    assert!(
        serving.url.starts_with("http://127.0.0.1:"),
        "{}",
        serving.url
    );
    let locked = refused(&world.run("serve --listen 127.0.0.1:0"), 75);
    let pid = serving.child.id().to_string();
    assert!(locked.contains(&pid), "{locked}");
    let code = refused(&world.run("code --person ana"), 75);
    assert!(code.contains("okr member invite ana"), "{code}");

    let status = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    assert!(status.success());
    let mut rest = String::new();
    let mut out = serving.child.stdout.take().unwrap();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "nothing follows the line");
    assert_eq!(serving.child.wait().unwrap().code(), Some(0));
}

#[test]
fn code_makes_another_code_for_somebody_who_is_there() {
    let (world, made) = World::initialised();
    let output = world.run("code --person ana -o json");
    let code: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(code["person"], made["person"]);
    assert_ne!(code["code"], made["code"]);
    let nobody = refused(&world.run("code --person bo"), 6);
    assert!(nobody.contains("the handles are: ana"), "{nobody}");
}

#[test]
fn verify_says_what_it_found() {
    let (world, made) = World::initialised();
    let verified: Value = serde_json::from_slice(&world.run("verify -o json").stdout).unwrap();
    assert_eq!(
        (&verified["org"], &verified["changes"]),
        (&made["org"], &1.into())
    );
    let text = String::from_utf8(world.run("verify").stdout).unwrap();
    assert!(text.contains("  1 change  ok\n  root "), "{text}");

    let witness = world.data().join("log").join("witness");
    fs::remove_file(witness).unwrap();
    for line in ["verify", "serve --listen 127.0.0.1:0"] {
        let text = refused(&world.run(line), 9);
        assert!(text.contains("nothing was repaired"), "{text}");
    }
}

#[test]
fn verify_names_the_first_change_that_is_not_whole() {
    let (world, made) = World::initialised();
    let org = made["org"].as_str().unwrap();
    let store = world.data().join("log").join("store").join("db");
    let whole = fs::read(&store).unwrap();
    // Every record of the founding names the organisation's time zone.
    let zone = b"Europe/Oslo";
    let is_zone = |at: &usize| whole[*at..].starts_with(zone);
    let places: Vec<usize> = (0..whole.len()).filter(is_zone).collect();
    assert!(!places.is_empty());
    let mut damaged = whole.clone();
    for at in places {
        damaged[at] ^= 0x20;
    }
    fs::write(&store, &damaged).unwrap();
    for _ in 0..2 {
        let text = refused(&world.run("verify"), 9);
        let expected = format!("{org}: change 1 is the first that is not whole; 0 of 1");
        assert!(text.contains(&expected), "{text}");
        assert_eq!(fs::read(&store).unwrap(), damaged, "it is left as it was");
    }
    fs::write(&store, whole).unwrap();
    assert!(world.run("verify").status.success());
}

#[test]
fn what_cannot_be_used_as_it_is_ends_with_78() {
    let (world, _) = World::initialised();
    let plain = refused(&world.run("serve --listen 0.0.0.0:0"), 78);
    assert!(plain.contains("tls.cert_file"), "{plain}");
    refused(&world.run("serve --listen nonsense"), 78);
    let nothing = World::new();
    let text = refused(&nothing.run("serve --listen 127.0.0.1:0"), 78);
    assert!(text.contains("okrd init"), "{text}");
    assert!(!nothing.data().exists(), "nothing was made");
}

#[test]
fn a_newer_directory_and_a_damaged_file_are_told_apart() {
    let (world, _) = World::initialised();
    let manifest = world.data().join("server.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("\"version\": 2", "\"version\": 3")).unwrap();
    let newer = refused(&world.run("serve --listen 127.0.0.1:0"), 11);
    assert!(newer.contains("layout version 3"), "{newer}");
    fs::write(&manifest, text).unwrap();
    fs::write(world.data().join("credentials.json"), "{").unwrap();
    let damaged = refused(&world.run("serve --listen 127.0.0.1:0"), 9);
    assert!(damaged.contains("credentials.json"), "{damaged}");
}
