//! The program's settings: from a file, variables and flags; what `okrd config` says of them.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder with a file of settings and a data directory.
struct World(TempDir);

impl World {
    fn new(settings: &str) -> Self {
        let world = Self(tempfile::tempdir().unwrap());
        fs::write(world.file(), settings).unwrap();
        world
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("okrd.toml")
    }

    /// Makes a command that reads the file; the words are separated by single blanks.
    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_okrd"));
        command
            .args(line.split(' '))
            .env("OKRD_CONFIG", self.file());
        command
    }

    /// Makes a command that serves under limits of a shell.
    fn limited(&self, limits: &str) -> Command {
        let okrd = env!("CARGO_BIN_EXE_okrd");
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("{limits}; exec '{okrd}' serve")])
            .env("OKRD_CONFIG", self.file());
        command
    }

    fn run(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }

    fn answer(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// Checks the exit code and returns what stands on standard error.
fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(78), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn mistakes_are_found_by_every_command_that_reads_settings() {
    let world = World::new("[server]\nlistn = \"127.0.0.1:0\"\n");
    for line in [
        "config check",
        "config print",
        "serve",
        "verify",
        "code --person ana",
    ] {
        let text = refused(&world.run(line));
        assert!(
            text.starts_with("Error: the configuration has a mistake\n"),
            "{text}"
        );
        assert!(
            text.contains("okrd.toml:2:1: [server] has no key \"listn\""),
            "{text}"
        );
    }
    let output = world.run("config check -o json");
    refused(&output);
    let checked: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&checked["schema"], &checked["ok"]),
        (&"okrd.v1.ConfigCheck".into(), &false.into())
    );
    let origin = checked["mistakes"][0]["origin"].as_str().unwrap();
    assert!(origin.ends_with("okrd.toml:2:1"), "{origin}");
}

#[test]
fn check_reads_the_certificate_as_well() {
    let world = World::new("[tls]\ncert_file = \"cert.pem\"\nkey_file = \"key.pem\"\n");
    fs::write(world.0.path().join("key.pem"), "a secret nobody may see").unwrap();
    let text = refused(&world.run("config check"));
    assert!(text.contains("key.pem"), "{text}");
    for line in ["config print --origin", "config print -o json"] {
        let answer = world.answer(line);
        assert!(
            answer.contains("key.pem") && !answer.contains("nobody"),
            "{answer}"
        );
    }
}

#[test]
fn a_certificate_that_is_not_there_is_a_setting_that_cannot_be_used() {
    let world = World::new("[server]\ndata = \"here\"\n");
    world.answer("init --org Acme --time-zone UTC --admin ana");
    let line = "serve --tls-cert-file none.pem --tls-key-file none.key";
    assert!(refused(&world.run(line)).contains("none."));
}

#[test]
fn print_says_which_layer_a_value_comes_from() {
    let world = World::new("[server]\nlisten = \"127.0.0.1:0\"\n");
    let text = world.answer("config check");
    assert!(text.ends_with("okrd.toml: ok\n"), "{text}");
    let mut command = world.command("config print --origin --log-filter debug");
    let printed = command.env("OKRD_DATA", "/data").output().unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    for (start, end) in [
        ("listen = \"127.0.0.1:0\"", "okrd.toml:2:10"),
        ("data = \"/data\"", "# OKRD_DATA"),
        ("filter = \"debug\"", "# --log-filter"),
        ("format = \"text\"", "# default"),
    ] {
        let line = printed.lines().find(|line| line.starts_with(start));
        assert!(line.unwrap().ends_with(end), "{start}: {printed}");
    }
    let schema: Value = serde_json::from_str(&world.answer("config schema")).unwrap();
    assert_eq!(schema["properties"]["server"]["type"], "object");
}

#[test]
fn what_is_printed_means_the_same_in_another_folder() {
    let world = World::new("[server]\ndata = \"here\"\n");
    let mut command = world.command("config print");
    command.env("OKRD_TELEMETRY_OTLP_CA_FILE", "ca.pem");
    let printed = command.current_dir(world.0.path()).output().unwrap().stdout;
    let elsewhere = world.0.path().join("etc");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("okrd.toml"), &printed).unwrap();
    let mut again = world.command("config print");
    again.env("OKRD_CONFIG", elsewhere.join("okrd.toml"));
    let again = again.output().unwrap();
    assert_eq!(again.stdout, printed, "{again:?}");
    let printed = String::from_utf8(printed).unwrap();
    let data = world.0.path().join("here");
    assert!(
        printed.contains(&format!("data = \"{}\"", data.display())),
        "{printed}"
    );
}

#[test]
fn one_address_for_both_is_found_before_it_is_listened_on() {
    let world = World::new(
        "[server]\nlisten = \"127.0.0.1:7420\"\n[metrics]\nlisten = \"localhost:7420\"\n",
    );
    let text = refused(&world.run("config check"));
    assert!(text.contains("okrd.toml:4:10: metrics.listen"), "{text}");
    // Two free ports are two.
    fs::write(
        world.file(),
        "[server]\nlisten = \"127.0.0.1:0\"\n[metrics]\nlisten = \"127.0.0.1:0\"\n",
    )
    .unwrap();
    let output = world.run("config check");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("no data directory is named"), "{said}");
}

/// A shell gives a thousand files, and a server has ten thousand connections.
#[cfg(target_os = "linux")]
#[test]
fn a_server_takes_the_files_that_it_may_have_and_says_when_they_are_too_few() {
    let settings =
        "[server]\nlisten = \"127.0.0.1:0\"\ndata = \"here\"\n[limits]\nconnections = 200\n";
    let world = World::new(settings);
    world.answer("init --org Acme --time-zone UTC --admin ana");
    for (limits, raised, is_said) in [
        ("ulimit -Sn 100; ulimit -Hn 400", "400", false),
        ("ulimit -n 300", "300", true),
    ] {
        let mut serving = Serving::of(&mut world.limited(limits), |_| ());
        let process = serving.process.id();
        let text = fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
        let line = text.lines().find(|line| line.starts_with("Max open files"));
        assert_eq!(line.unwrap().split_whitespace().nth(3), Some(raised));
        serving.process.kill().unwrap();
        let mut said = String::new();
        serving.log.read_to_string(&mut said).unwrap();
        assert_eq!(said.contains("fewer files"), is_said, "{said}");
    }
}

#[test]
fn init_and_serve_take_everything_from_a_file() {
    let world = World::new("[server]\nlisten = \"127.0.0.1:0\"\ndata = \"here\"\n");
    world.answer("init --org Acme --time-zone UTC --admin ana");
    assert!(world.0.path().join("here").join("server.json").exists());
    let text = refused(&world.run("serve --limits-connections 0"));
    assert!(
        text.contains("--limits-connections: limits.connections: \"0\""),
        "{text}"
    );
    Serving::start(&world);
}

#[test]
fn without_a_data_directory_the_three_ways_to_name_one_are_told() {
    let text = refused(&World::new("").run("serve"));
    for way in ["--data DIR", "OKRD_DATA", "[server]"] {
        assert!(text.contains(way), "{text}");
    }
}

/// A server whose log is read line by line.
struct Serving {
    process: Child,
    log: BufReader<ChildStderr>,
}

impl Serving {
    fn start(world: &World) -> Self {
        Self::starting(world, |_| ())
    }

    /// Starts one, and does something with its process before it is ready.
    fn starting(world: &World, meanwhile: impl FnOnce(&Child)) -> Self {
        Self::of(&mut world.command("serve"), meanwhile)
    }

    fn of(command: &mut Command, meanwhile: impl FnOnce(&Child)) -> Self {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        meanwhile(&process);
        let mut line = String::new();
        let out = process.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        assert!(line.starts_with("okrd listening on http"), "{line}");
        let log = BufReader::new(process.stderr.take().unwrap());
        Self { process, log }
    }

    /// Sends SIGHUP, and returns the lines up to the one that says how it went.
    fn reload(&mut self) -> Vec<Value> {
        hang_up(&self.process);
        self.until_reloaded()
    }

    fn until_reloaded(&mut self) -> Vec<Value> {
        let mut lines: Vec<Value> = Vec::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.log.read_line(&mut line).unwrap(), 0, "{lines:?}");
            lines.push(serde_json::from_str(&line).unwrap());
            let message = lines.last().unwrap()["message"].as_str().unwrap();
            if message.starts_with("settings ") {
                return lines;
            }
        }
    }
}

fn hang_up(process: &Child) {
    let pid = process.id().to_string();
    let sent = Command::new("kill").args(["-HUP", &pid]).status().unwrap();
    assert!(sent.success());
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// As a hook sends it that has renewed a certificate, while a long log is read.
#[test]
fn a_hangup_while_it_starts_is_obeyed_when_it_has_started() {
    let settings =
        "[server]\nlisten = \"127.0.0.1:0\"\ndata = \"here\"\n[log]\nformat = \"json\"\n";
    let world = World::new(settings);
    world.answer("init --org Acme --time-zone UTC --admin ana");
    // Reading this one ends when the test says so.
    let key = world.0.path().join("here").join("server.key");
    let aside = world.0.path().join("aside");
    fs::rename(&key, &aside).unwrap();
    let made = Command::new("mkfifo")
        .args(["-m", "600"])
        .arg(&key)
        .status();
    assert!(made.unwrap().success());
    let mut serving = Serving::starting(&world, |process| {
        let mut pipe = fs::OpenOptions::new().write(true).open(&key).unwrap();
        hang_up(process);
        let content = fs::read(&aside).unwrap();
        fs::rename(&aside, &key).unwrap();
        pipe.write_all(&content).unwrap();
    });
    let lines = serving.until_reloaded();
    assert_eq!(lines.last().unwrap()["message"], "settings reloaded");
}

#[test]
fn a_hangup_takes_what_is_new_and_names_what_waits_for_a_restart() {
    let settings =
        "[server]\nlisten = \"127.0.0.1:0\"\ndata = \"here\"\n[log]\nformat = \"json\"\n";
    let world = World::new(settings);
    world.answer("init --org Acme --time-zone UTC --admin ana");
    let mut serving = Serving::start(&world);
    assert_eq!(
        serving.reload().last().unwrap()["message"],
        "settings reloaded"
    );

    fs::write(world.file(), format!("{settings}filter = \"loud\"\n")).unwrap();
    let lines = serving.reload();
    let [mistake, end] = &lines[..] else {
        panic!("{lines:?}")
    };
    assert!(
        mistake["origin"]
            .as_str()
            .unwrap()
            .ends_with("okrd.toml:6:10"),
        "{mistake}"
    );
    assert_eq!(
        end["message"],
        "settings not reloaded; everything stays as it was"
    );

    let connections = "[limits]\nstreams_per_connection = 9\n";
    fs::write(
        world.file(),
        format!("{settings}filter = \"warn,okrd=info\"\n{connections}"),
    )
    .unwrap();
    let lines = serving.reload();
    let [waiting, end] = &lines[..] else {
        panic!("{lines:?}")
    };
    assert_eq!(waiting["setting"], "limits.streams_per_connection");
    assert_eq!(end["message"], "settings reloaded");
}

#[test]
fn certificates_for_development_are_made_once_and_served() {
    let world = World::new("[server]\nlisten = \"127.0.0.1:0\"\ndata = \"here\"\n");
    world.answer("init --org Acme --time-zone UTC --admin ana");
    let folder = world.0.path().join("tls");
    let line = format!("cert new {} --client laptop", folder.display());
    let made = world.answer(&line);
    assert!(made.contains("for localhost, 127.0.0.1, ::1"), "{made}");
    let again = refused(&world.run(&line));
    assert!(again.contains("ca.pem is there already"), "{again}");
    let tls = "[tls]\ncert_file = \"tls/cert.pem\"\nkey_file = \"tls/key.pem\"\nclient_ca = \"tls/ca.pem\"\n";
    let settings = fs::read_to_string(world.file()).unwrap();
    fs::write(world.file(), settings + tls).unwrap();
    world.answer("config check");
    Serving::start(&world);

    fs::copy(folder.join("client-key.pem"), folder.join("key.pem")).unwrap();
    for line in ["config check", "serve"] {
        let text = refused(&world.run(line));
        assert!(
            text.contains("cert.pem cannot be used with the key in"),
            "{text}"
        );
    }
}
