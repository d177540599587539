//! Where a page is played: the machines of people, a clock that stands still, and a server that goes by it.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use okr_core::id::{OrgId, PersonId};
use okr_e2e::{Home, Seen, Size, seen};
use okr_log::KeyName;
use okr_proto::{DisplayName, Email, Handle};
use okrd::{Administrator, Clock, NewServer, Organisation, Principal, ServeOptions};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::compare::Names;
use super::document::{Aside, Command};
use crate::programs;

/// Where a page says that the server is.
const ADDRESS: &str = "127.0.0.1:47420";
/// Where a page says that somebody's home is, in front of the name.
const HOMES: &str = "/home/";

/// Where a page says that the example files are.
const EXAMPLES: &str = "crates/okr/examples";

/// Everything that a page is played with.
pub(crate) struct Stage {
    directory: tempfile::TempDir,
    clock: Arc<AtomicI64>,
    size: Size,
    /// What has another name on the page.
    pub(crate) names: Names,
    /// Lines that are typed while the next command asks.
    lines: Vec<String>,
    server: Option<Runtime>,
}

impl Stage {
    /// Makes an empty stage, where the programs are found by their own names.
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let programs = programs();
        let bin = directory.path().join("bin");
        fs::create_dir_all(&bin).unwrap();
        std::os::unix::fs::symlink(programs.okr, bin.join("okr")).unwrap();
        std::os::unix::fs::symlink(programs.okrd, bin.join("okrd")).unwrap();
        let mut names = Names::default();
        let home = directory.path().join("home").display().to_string();
        names.set(HOMES, &format!("{home}/"));
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/okr/examples");
        names.set(
            EXAMPLES,
            &root.canonicalize().unwrap().display().to_string(),
        );
        Self {
            directory,
            clock: Arc::default(),
            size: Size {
                columns: 80,
                rows: 24,
            },
            names,
            lines: Vec::new(),
            server: None,
        }
    }

    /// Does what a page does not show.
    pub(crate) fn prepare(&mut self, aside: &Aside) {
        match aside {
            Aside::Now(time) => {
                let time: Timestamp = time.parse().unwrap_or_else(|_| panic!("{time} is no time"));
                self.clock.store(time.as_second(), Ordering::SeqCst);
            }
            Aside::Width(columns) => self.size.columns = *columns,
            Aside::Types(lines) => self.lines.clone_from(lines),
            Aside::Run(command) => self.succeed(command),
            Aside::Server(code) => self.serve(code),
            Aside::Skip(_) | Aside::But(_) | Aside::File(_) => {}
        }
    }

    /// Writes a file where commands are typed.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.home("").directory().join(name), text).unwrap();
    }

    /// Runs a command at a terminal, and returns what is seen.
    pub(crate) fn run(&mut self, command: &Command) -> Seen {
        let lines = std::mem::take(&mut self.lines);
        let seen = seen(self.shell(command), self.size, &lines);
        seen.unwrap_or_else(|error| panic!("{}: {error:#}", command.line))
    }

    /// Runs a command as in a script, where it succeeds.
    pub(crate) fn succeed(&self, command: &Command) {
        let output = self.shell(command).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let Command { line, number, .. } = command;
        assert!(output.status.success(), "line {number}: {line}\n{said}");
    }

    fn shell(&self, command: &Command) -> std::process::Command {
        let home = self.home(&command.who);
        let bin = self.directory.path().join("bin");
        let path = format!("{}:/usr/bin:/bin", bin.display());
        let mut shell = home.shell(&self.names.of_run(&command.line), &path);
        shell.current_dir(home.directory());
        shell
    }

    /// Returns the machine of somebody; of `ana` where nobody is named.
    fn home(&self, who: &str) -> Home {
        let who = if who.is_empty() { "ana" } else { who };
        let now = Timestamp::from_second(self.clock.load(Ordering::SeqCst)).unwrap();
        let directory = self.directory.path().join("home").join(who);
        Home::new(&programs(), &directory)
            .unwrap()
            .with("OKR_NOW", &now.to_string())
            .with("OKR_SEED", who)
            .with("TERM", "xterm")
            .with("NO_COLOR", "1")
            .with("PAGER", "cat")
    }

    /// Starts a server that takes in the workspace of `ana`.
    fn serve(&mut self, code: &str) {
        let shown = self.home("ana").json(&["whoami"]).unwrap();
        let id =
            |name: &str| -> Uuid { shown["items"][0][name].as_str().unwrap().parse().unwrap() };
        let principal = Principal {
            org: OrgId::new(id("org")),
            person: PersonId::new(id("person")),
        };
        let clock = Arc::clone(&self.clock);
        let clock = Clock::from_fn(move || {
            Timestamp::from_second(clock.load(Ordering::SeqCst)).unwrap_or_default()
        });
        let data = self.directory.path().join("server");
        self.names
            .set(code, &found(&data, principal, clock.clone()));
        let options = ServeOptions {
            clock,
            ..ServeOptions::new(data)
        };
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        self.names.set(ADDRESS, &address.to_string());
        let server = okrd::Server::open(&options).unwrap();
        runtime.spawn(server.run(listener, std::future::pending()));
        self.server = Some(runtime);
    }
}

/// Makes the data of a server, and returns the login code of its administrator.
fn found(data: &Path, principal: Principal, clock: Clock) -> String {
    let server = NewServer::create(data, &KeyName::new("okrd").unwrap(), clock).unwrap();
    let administrator = Administrator {
        handle: Handle::new("ana").unwrap(),
        name: DisplayName::new("Ana Berg").unwrap(),
        email: Email::new("").unwrap(),
    };
    let organisation = Organisation::Adopted(principal);
    let made = server.finish(vec![(organisation, administrator)]).unwrap();
    made[0].code.secret.reveal().clone()
}
