//! okrd behind nginx and Caddy, with the configurations that deploy/proxy has: people work, followers stay, and the
//! server knows whose calls it answers.

use std::fs;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use okr_e2e::{Home, Running, Server};
use serde_json::Value;
use tempfile::TempDir;

use crate::programs;
use crate::sync::{plan, tree};

/// How long a proxy takes to listen at most.
const START: Duration = Duration::from_secs(20);
/// How long nginx waits for a word of the server in these tests, in seconds.
const PATIENCE: u64 = 2;

/// What stands in front of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Nginx,
    Caddy,
}

/// A proxy in front of a server, ended with the test.
struct Front {
    child: Child,
    url: String,
    files: PathBuf,
}

impl Drop for Front {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Caddy => "caddy",
        }
    }

    /// Says whether it is installed, and that a test is left out when it is not.
    fn is_there(self) -> bool {
        let asked = match self {
            Self::Nginx => Command::new("nginx").arg("-v").output(),
            Self::Caddy => Command::new("caddy").arg("version").output(),
        };
        if asked.is_err() {
            let line = format!("skipped: {} is not installed\n", self.name());
            std::io::stderr().write_all(line.as_bytes()).unwrap();
        }
        asked.is_ok()
    }

    /// Returns the configuration that operators get, with the places of this test in it.
    fn configuration(self, files: &Path, port: u16, upstream: &str) -> String {
        let name = match self {
            Self::Nginx => "nginx.conf",
            Self::Caddy => "Caddyfile",
        };
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/proxy");
        let mut text = fs::read_to_string(root.join(name)).unwrap();
        let (certificate, key) = (files.join("cert.pem"), files.join("key.pem"));
        let (certificate, key) = (certificate.display(), key.display());
        let directory = files.display();
        let mut put = |from: &str, to: String| {
            assert_eq!(text.matches(from).count(), 1, "{from} in {name}");
            text = text.replace(from, &to);
        };
        match self {
            Self::Nginx => {
                put(
                    "listen 443 ssl http2",
                    format!("listen 127.0.0.1:{port} ssl http2"),
                );
                put(
                    "/etc/nginx/tls/okr.example.org.pem",
                    certificate.to_string(),
                );
                put("/etc/nginx/tls/okr.example.org.key", key.to_string());
                put(
                    "grpc_pass grpc://127.0.0.1:7420",
                    format!("grpc_pass grpc://{upstream}"),
                );
                put(
                    "grpc_read_timeout 60s",
                    format!("grpc_read_timeout {PATIENCE}s"),
                );
                let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
                let places = places.map(|place| format!("{place}_temp_path {directory}/{place};"));
                format!(
                    "daemon off; master_process off; pid {directory}/pid; events {{}}\n\
                     http {{ access_log off; {}\n{text} }}\n",
                    places.join(" ")
                )
            }
            Self::Caddy => {
                put(
                    "\treverse_proxy",
                    format!("\tbind 127.0.0.1\n\ttls {certificate} {key}\n\treverse_proxy"),
                );
                put(
                    "{$OKRD_SITE:okr.example.org}",
                    format!("https://localhost:{port}"),
                );
                put("{$OKRD_UPSTREAM:127.0.0.1:7420}", upstream.to_owned());
                format!("{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{text}")
            }
        }
    }

    fn command(self, files: &Path) -> Command {
        let mut command = Command::new(self.name());
        match self {
            Self::Nginx => command.arg("-p").arg(files).args(["-e", "stderr", "-c"]),
            Self::Caddy => command
                .env("XDG_DATA_HOME", files)
                .env("XDG_CONFIG_HOME", files)
                .args(["run", "--adapter", "caddyfile", "--config"]),
        };
        command.arg(files.join("configuration"));
        command
    }
}

impl Front {
    /// Starts a proxy before a server and waits until it listens.
    fn start(kind: Kind, files: &Path, server: &Server) -> Self {
        fs::create_dir_all(files).unwrap();
        let made = Command::new(programs().okrd)
            .args(["cert", "new"])
            .arg(files)
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        for _ in 0..10 {
            // Somebody else may take the port in between; then the proxy ends, and another one is tried.
            let port = TcpListener::bind("127.0.0.1:0")
                .unwrap()
                .local_addr()
                .unwrap()
                .port();
            let text = kind.configuration(files, port, &server.listen());
            fs::write(files.join("configuration"), text).unwrap();
            let log = fs::File::create(files.join("log")).unwrap();
            let mut command = kind.command(files);
            command
                .stdin(Stdio::null())
                .stderr(log)
                .stdout(Stdio::null());
            let mut front = Self {
                child: command.spawn().unwrap(),
                url: format!("https://localhost:{port}"),
                files: files.to_owned(),
            };
            let until = Instant::now() + START;
            while Instant::now() < until && front.child.try_wait().unwrap().is_none() {
                if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                    return front;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        panic!(
            "{kind:?} does not start: {}",
            fs::read_to_string(files.join("log")).unwrap()
        );
    }

    /// Makes a replica through the proxy.
    fn clone_with(&self, home: &Home, code: &str) {
        let authority = self.files.join("ca.pem").display().to_string();
        home.okr(&[
            "clone",
            &self.url,
            "acme",
            "--code",
            code,
            "--ca-cert",
            &authority,
        ])
        .unwrap();
    }
}

/// A server behind a proxy, and two people who know the proxy only.
struct World {
    server: Server,
    front: Front,
    ana: Home,
    ben: Home,
    directory: TempDir,
}

impl World {
    fn new(kind: Kind, heartbeat: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("server");
        let arguments = [
            "--org",
            "Acme",
            "--time-zone",
            "Europe/Oslo",
            "--admin",
            "ana",
        ];
        let made = Server::init(&programs(), &data, &arguments).unwrap();
        let settings = [
            "--listen",
            "127.0.0.1:0",
            "--proxy-trusted",
            "127.0.0.1",
            "--limits-heartbeat-interval",
        ];
        let settings = [&settings[..], &[heartbeat]].concat();
        let server = Server::start_with(&programs(), &data, &settings).unwrap();
        let front = Front::start(kind, &directory.path().join("front"), &server);
        let home = |name: &str| Home::new(&programs(), &directory.path().join(name)).unwrap();
        let (ana, ben) = (home("ana"), home("ben"));
        front.clone_with(&ana, made["code"].as_str().unwrap());
        plan(&ana);
        ana.okr(&["member", "add", "ben"]).unwrap();
        ana.okr(&["sync"]).unwrap();
        let invited = ana.json(&["member", "invite", "ben"]).unwrap();
        front.clone_with(&ben, invited["items"][0]["code"].as_str().unwrap());
        Self {
            server,
            front,
            ana,
            ben,
            directory,
        }
    }

    /// Has Ben follow.
    fn watching(&self) -> Running {
        let watch = self.ben.start(&["watch", "-o", "jsonl"]).unwrap();
        let remark = watch.remark().unwrap();
        assert!(remark.contains("watching"), "{remark}");
        watch
    }

    fn check_in(&self, value: &str) {
        self.ana.okr(&["checkin", "api-p99", value]).unwrap();
        self.ana.okr(&["sync"]).unwrap();
    }
}

/// Waits for a line with a check-in, and returns the remarks until the watch ended.
fn heard(watch: Running, value: &str) -> String {
    let line = watch.line().unwrap();
    assert!(line.contains(value), "{line}");
    watch.interrupt().unwrap();
    let (_, more, remarks) = watch.end().unwrap();
    assert_eq!(more, Vec::<String>::new(), "the change comes once");
    remarks.join("\n")
}

#[test]
fn people_work_through_a_proxy_and_the_server_knows_from_where() {
    for kind in [Kind::Nginx, Kind::Caddy] {
        if !kind.is_there() {
            continue;
        }
        let world = World::new(kind, "20s");
        world.check_in("430");
        world.ben.okr(&["checkin", "api-p99", "420"]).unwrap();
        for home in [&world.ben, &world.ana] {
            home.okr(&["sync"]).unwrap();
        }
        assert_eq!(tree(&world.ana), tree(&world.ben));
        world.ana.okr(&["verify"]).unwrap();
        let log = fs::read_to_string(world.directory.path().join("server/access.log")).unwrap();
        let logins = log
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        let logins: Vec<Value> = logins.filter(|line| line["act"] == "login").collect();
        assert_eq!(logins.len(), 2);
        for login in logins {
            // The proxy's own connections have a port; what it says of its clients has none.
            assert_eq!(login["from"], "127.0.0.1", "{kind:?}");
        }
    }
}

#[test]
fn who_follows_is_not_cut_off_by_the_time_out_of_a_proxy() {
    for kind in [Kind::Nginx, Kind::Caddy] {
        if !kind.is_there() {
            continue;
        }
        let world = World::new(kind, "500ms");
        let watch = world.watching();
        // Nothing happens for longer than the proxy waits, twice.
        std::thread::sleep(Duration::from_secs(2 * PATIENCE + 1));
        world.check_in("430");
        let remarks = heard(watch, "430");
        assert!(!remarks.contains("lost"), "{kind:?}: {remarks}");
    }
}

#[test]
fn who_is_cut_off_by_a_proxy_comes_back_and_misses_nothing() {
    if !Kind::Nginx.is_there() {
        return;
    }
    let world = World::new(Kind::Nginx, "30s");
    let watch = world.watching();
    let remark = watch.remark().unwrap();
    assert!(remark.contains("connection lost"), "{remark}");
    world.check_in("430");
    heard(watch, "430");
}

#[test]
fn a_server_that_is_gone_is_told_apart_from_one_that_refuses() {
    for kind in [Kind::Nginx, Kind::Caddy] {
        if !kind.is_there() {
            continue;
        }
        let World {
            server,
            front,
            ana,
            directory,
            ..
        } = World::new(kind, "20s");
        let listen = server.listen();
        server.kill().unwrap();
        ana.okr(&["--offline", "checkin", "api-p99", "410"])
            .unwrap();
        let refused = ana.run(&["sync"]).unwrap();
        assert_eq!(refused.code, Some(7), "{kind:?}: {}", refused.stderr);
        let data = directory.path().join("server");
        let _server = Server::start_with(&programs(), &data, &["--listen", &listen]).unwrap();
        ana.okr(&["sync"]).unwrap();
        drop(front);
    }
}
