//! Root and the data directory of another user, as on a server where the operator is root and okrd is not.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// `nobody`, who has this number and this name everywhere.
const NOBODY: u32 = 65_534;

/// A directory that others may enter, with the program and the data of `nobody`.
struct Shared(TempDir);

/// A server of `nobody`, ended with the test.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Shared {
    /// Returns nothing where the test cannot be: only root can hand a directory to another user.
    fn new() -> Option<Self> {
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let known = users
            .lines()
            .any(|line| line.starts_with("nobody:x:65534:"));
        if !rustix::process::geteuid().is_root() || !known {
            // Also where what tests print is kept back.
            let line = b"skipped: only root can hand a directory to another user, nobody (65534)\n";
            std::io::stderr().write_all(line).unwrap();
            return None;
        }
        let shared = Self(tempfile::tempdir().unwrap());
        let root = shared.0.path();
        fs::set_permissions(root, fs::Permissions::from_mode(0o755)).unwrap();
        // The one that was built may stand where nobody else may go. Were it copied here, a child that another test is
        // starting would have it open for writing, and it could not be run.
        let mut copy = Command::new("cp");
        copy.arg(env!("CARGO_BIN_EXE_okrd")).arg(shared.program());
        assert!(copy.status().unwrap().success());
        for name in ["data", "out"] {
            fs::create_dir(root.join(name)).unwrap();
            chown(root.join(name), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        Some(shared)
    }

    fn initialised() -> Option<Self> {
        let shared = Self::new()?;
        let made = shared.as_nobody(INIT).output().unwrap();
        assert!(made.status.success(), "{}", said(&made));
        Some(shared)
    }

    fn program(&self) -> PathBuf {
        self.0.path().join("okrd")
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// Makes a command of root; the words are separated by single blanks.
    fn as_root(&self, line: &str) -> Command {
        let mut command = Command::new(self.program());
        command.args(line.split(' ')).arg("--data").arg(self.data());
        command.current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    fn as_nobody(&self, line: &str) -> Command {
        let mut command = self.as_root(line);
        command.uid(NOBODY).gid(NOBODY);
        command
    }

    fn serve(&self) -> Serving {
        let mut command = self.as_nobody("serve --listen 127.0.0.1:0");
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        child.stdout = Some(out.into_inner());
        assert!(line.starts_with("okrd listening on "), "{line:?}");
        Serving(child)
    }

    /// Every file of the data, whose it is, and which one it is.
    fn files(&self) -> BTreeMap<PathBuf, (u32, u64)> {
        let mut found = BTreeMap::new();
        look(&self.data(), &mut found);
        found
    }
}

const INIT: &str = "init --org Acme --time-zone Europe/Oslo --admin ana";

fn look(directory: &Path, found: &mut BTreeMap<PathBuf, (u32, u64)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::symlink_metadata(&path).unwrap();
        found.insert(path.clone(), (metadata.uid(), metadata.ino()));
        if metadata.is_dir() {
            look(&path, found);
        }
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Checks that root is refused, and returns the command that the hint gives.
fn refused(output: &Output) -> String {
    let said = said(output);
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert!(said.contains("belongs to nobody, not to root"), "{said}");
    let command = said.split('`').nth(1).unwrap_or_else(|| panic!("{said}"));
    assert!(command.starts_with("runuser -u nobody -- "), "{command}");
    command.to_owned()
}

#[test]
fn root_changes_nothing_of_another_user_and_is_told_what_to_type() {
    let Some(shared) = Shared::initialised() else {
        return;
    };
    let before = shared.files();
    for line in [
        "serve --listen 127.0.0.1:0",
        "code --person ana",
        "compact",
        "verify",
        "stats",
        "backup --to out/full",
        "org list",
        "org create Summit --time-zone Europe/Oslo --admin zoe",
        "org rename Acme Summit",
        "org freeze Acme",
        "org unfreeze Acme",
        "org quota Acme --people 7",
        "org export Acme --to out/acme.jsonl",
        "org delete Acme --confirm Acme",
    ] {
        refused(&shared.as_root(line).output().unwrap());
        assert_eq!(shared.files(), before, "{line}");
    }
    let out = fs::read_dir(shared.0.path().join("out")).unwrap();
    assert_eq!(out.count(), 0, "nothing is left beside it");
}

#[test]
fn what_root_is_told_to_type_does_it() {
    let Some(shared) = Shared::initialised() else {
        return;
    };
    for line in [
        "compact",
        "org rename Acme Ana's",
        "org freeze Ana's",
        "code --person ana",
        "backup --to out/full",
    ] {
        let command = refused(&shared.as_root(line).output().unwrap());
        let mut shell = Command::new("sh");
        let shell = shell.args(["-c", &command]).current_dir(shared.0.path());
        let done = shell.output().unwrap();
        assert!(done.status.success(), "{command}: {}", said(&done));
    }
    let foreign =
        |(path, (user, _)): &(PathBuf, (u32, u64))| (*user != NOBODY).then(|| path.clone());
    let foreign: Vec<PathBuf> = shared
        .files()
        .into_iter()
        .filter_map(|it| foreign(&it))
        .collect();
    assert_eq!(foreign, Vec::<PathBuf>::new());
    drop(shared.serve());
}

#[test]
fn the_example_of_compacting_works_as_it_stands() {
    let Some(shared) = Shared::initialised() else {
        return;
    };
    let root = shared.0.path();
    // There is no service to stop.
    symlink("/bin/true", root.join("systemctl")).unwrap();
    let help = Command::new(shared.program())
        .args(["compact", "--help"])
        .output()
        .unwrap();
    let help = said(&help);
    let start = help.find("systemctl stop okrd").unwrap();
    let example = help[start..]
        .replace("runuser -u okrd", "runuser -u nobody")
        .replace("/var/lib/okrd", &shared.data().display().to_string());
    let path = std::env::var("PATH").unwrap();
    let mut shell = Command::new("sh");
    let done = shell
        .args(["-c", &example])
        .env("PATH", format!("{}:{path}", root.display()))
        .output()
        .unwrap();
    assert!(done.status.success(), "{example}: {}", said(&done));
    assert!(
        said(&done).contains("the log is written anew"),
        "{}",
        said(&done)
    );
    assert!(shared.files().values().all(|(user, _)| *user == NOBODY));
}

#[test]
fn root_makes_and_restores_nothing_in_the_place_of_another_user() {
    let Some(shared) = Shared::initialised() else {
        return;
    };
    let backup = shared.as_nobody("backup --to out/full").output().unwrap();
    assert!(backup.status.success(), "{}", said(&backup));
    fs::remove_dir_all(shared.data()).unwrap();
    fs::create_dir(shared.data()).unwrap();
    chown(shared.data(), Some(NOBODY), Some(NOBODY)).unwrap();
    for line in [INIT, "restore --from out/full"] {
        refused(&shared.as_root(line).output().unwrap());
        assert!(shared.files().is_empty(), "{line}");
    }
}

#[test]
fn root_backs_up_the_running_server_of_another_user_which_keeps_its_files() {
    let Some(shared) = Shared::initialised() else {
        return;
    };
    let serving = shared.serve();
    for line in ["backup --to full", "verify", "stats"] {
        let done = shared.as_root(line).output().unwrap();
        assert!(done.status.success(), "{line}: {}", said(&done));
    }
    let full = fs::metadata(shared.0.path().join("full")).unwrap();
    assert_eq!(full.uid(), 0, "the backup is of who made it");
    assert!(shared.data().join("last-backup.json").exists());
    assert!(shared.files().values().all(|(user, _)| *user == NOBODY));
    drop(serving);
    drop(shared.serve());
}

#[test]
fn whoever_may_not_enter_the_directory_is_told_whose_it_is() {
    let Some(shared) = Shared::new() else {
        return;
    };
    let data = shared.data().display().to_string();
    chown(&data, Some(0), Some(0)).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).unwrap();
    assert!(shared.as_root(INIT).output().unwrap().status.success());
    for line in [
        "serve --listen 127.0.0.1:0",
        "verify",
        "backup --to out/full",
        "code --person ana",
        "org list",
        "org freeze Acme",
        "access-log",
        "migrate --dry-run",
        INIT,
    ] {
        let output = shared.as_nobody(line).output().unwrap();
        let said = said(&output);
        assert_eq!(output.status.code(), Some(78), "{line}: {said}");
        let whose = format!("Hint: {data} belongs to root, and this is nobody: ");
        assert!(said.contains(&whose), "{line}: {said}");
        assert!(said.contains("Permission denied"), "{line}: {said}");
        assert!(!said.contains("okrd init"), "{line}: {said}");
    }

    let given = Command::new("chown")
        .args(["-R", "nobody:", &data])
        .status();
    assert!(given.unwrap().success());
    let mut stranger = shared.as_root("verify");
    stranger.uid(NOBODY - 1).gid(NOBODY - 1);
    let said = said(&stranger.output().unwrap());
    for part in [
        &format!("Hint: {data} belongs to nobody, and this is user 65533: ") as &str,
        "as root, type `runuser -u nobody -- ",
    ] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn a_file_of_root_among_those_of_the_server_is_named_and_not_tried_again() {
    let Some(shared) = Shared::initialised() else {
        return;
    };
    for name in [
        "server.json",
        "server.key",
        "credentials.json",
        "organisations.json",
        "log/MANIFEST",
        "log/witness",
        "log/store/db",
    ] {
        let path = shared.data().join(name);
        chown(&path, Some(0), Some(0)).unwrap();
        // Some of the log may be read by others where the mask of the process lets them.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let output = shared
            .as_nobody("serve --listen 127.0.0.1:0")
            .output()
            .unwrap();
        let said = said(&output);
        // An exit code with which the unit stays failed instead of starting it for ever.
        assert_eq!(output.status.code(), Some(78), "{name}: {said}");
        let hint = format!("as root, type `chown nobody: {}`", path.display());
        assert!(said.contains(&hint), "{name}: {said}");
        let done = Command::new("sh")
            .args(["-c", hint.split('`').nth(1).unwrap()])
            .status();
        assert!(done.unwrap().success(), "{name}");
    }
    drop(shared.serve());
}
