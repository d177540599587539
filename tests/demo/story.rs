//! The story of the demonstration, step by step, each with the command line that it runs.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::{Context, Result};
use jiff::{ToSpan, ZonedDateTime};
use okr_e2e::{Home, Programs, Server};

/// The real histories, relative to the root of the repository.
const EXAMPLES: &[&str] = &["student-class", "chrome", "ipld-2019-q1", "ipld-2019-q2"];

/// Prints a line.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    // A closed pipe ends the story at the next command; nothing is lost.
    drop(writeln!(out, "{text}"));
}

fn chapter(title: &str) {
    say(&format!("\n== {title}\n"));
}

/// Somebody at a terminal.
struct Person {
    name: &'static str,
    home: Home,
}

impl Person {
    fn new(programs: &Programs, directory: &Path, name: &'static str) -> Result<Self> {
        Ok(Self {
            name,
            home: Home::new(programs, &directory.join(name))?,
        })
    }

    /// Runs `okr`, shows command line and answer, and demands success.
    fn okr(&self, arguments: &[&str]) -> Result<()> {
        let shown: Vec<String> = arguments.iter().map(|word| quoted(word)).collect();
        say(&format!("{}$ okr {}", self.name, shown.join(" ")));
        let code = if std::io::stdout().is_terminal() {
            // Whoever watches sees what they would see: the layout for a terminal.
            self.home.command(arguments).status()?.code()
        } else {
            let run = self.home.run(arguments)?;
            for line in run.stdout.lines().chain(run.stderr.lines()) {
                say(&format!("  {line}"));
            }
            run.code
        };
        anyhow::ensure!(code == Some(0), "okr ended with {code:?}");
        Ok(())
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@=%+".contains(c);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("\"{word}\"")
    }
}

/// Makes the directory of the story anew.
pub(crate) fn prepare(directory: &Path) -> Result<()> {
    if directory.exists() {
        std::fs::remove_dir_all(directory).context("the last demonstration is still there")?;
    }
    std::fs::create_dir_all(directory)?;
    say(&format!(
        "Everything of this demonstration is in {}.",
        directory.display()
    ));
    Ok(())
}

/// Tells the whole story in a directory.
pub(crate) fn tell(programs: &Programs, root: &Path, directory: &Path) -> Result<()> {
    chapter("A server with one organisation and its first administrator");
    let data = directory.join("server");
    let arguments = [
        "--org",
        "Acme",
        "--time-zone",
        "Europe/Oslo",
        "--admin",
        "ana",
        "--admin-name",
        "Ana",
    ];
    say(&format!(
        "$ okrd init --data {} {}",
        data.display(),
        arguments.join(" ")
    ));
    let answer = Server::init(programs, &data, &arguments)?;
    let code = answer["code"]
        .as_str()
        .context("okrd init prints a login code")?;
    let server = Server::start(programs, &data)?;
    say(&format!(
        "$ okrd serve --data {} --listen 127.0.0.1:0",
        data.display()
    ));
    say(&format!("  okrd listening on {}", server.url()));
    let address = server.url().trim_start_matches("http://").to_owned();

    let ana = Person::new(programs, directory, "ana")?;
    let ben = Person::new(programs, directory, "ben")?;
    join(&ana, &ben, &server, code)?;
    load(&ana, root)?;
    plan(&ana)?;
    edit_offline(&ana, &ben)?;
    look(&ana)?;

    let (status, _) = server.stop()?;
    anyhow::ensure!(status.success(), "okrd ended with {status}");
    next(&ana, programs, (&data, &address));
    Ok(())
}

fn join(ana: &Person, ben: &Person, server: &Server, code: &str) -> Result<()> {
    chapter("Two people log in, each with a full copy");
    ana.okr(&["clone", server.url(), "acme", "--code", code])?;
    ana.okr(&["member", "add", "ben", "--name", "Ben"])?;
    let invitation = ana.home.json(&["member", "invite", "ben"])?;
    let code = invitation
        .pointer("/items/0/code")
        .and_then(|code| code.as_str());
    let code = code.context("okr member invite prints a login code")?;
    say("ana$ okr member invite ben");
    ben.okr(&["clone", server.url(), "acme", "--code", code])
}

fn load(ana: &Person, root: &Path) -> Result<()> {
    chapter("Four real histories, with their true dates");
    let files: Vec<String> = EXAMPLES
        .iter()
        .map(|name| {
            root.join("crates/okr/examples")
                .join(format!("{name}.yaml"))
        })
        .map(|path| path.display().to_string())
        .collect();
    for file in &files {
        ana.okr(&["import", file])?;
    }
    ana.okr(&["sync"])
}

fn plan(ana: &Person) -> Result<()> {
    chapter("A plan for this quarter");
    let today = ZonedDateTime::now().date();
    let start = today.checked_sub(30.days())?.to_string();
    let end = today.checked_add(60.days())?.to_string();
    ana.okr(&[
        "cycle",
        "add",
        "this-quarter",
        "--from",
        &start,
        "--to",
        &end,
    ])?;
    ana.okr(&["team", "add", "Platform"])?;
    ana.okr(&[
        "objective",
        "add",
        "Fast enough to feel instant",
        "--slug",
        "fast",
        "-t",
        "platform",
        "-c",
        "this-quarter",
    ])?;
    ana.okr(&[
        "kr",
        "add",
        "p99 latency of the public API",
        "-O",
        "fast",
        "--slug",
        "api-p99",
        "--from",
        "480",
        "--to",
        "200",
        "--unit",
        "ms",
    ])?;
    ana.okr(&["cycle", "open", "this-quarter"])?;
    ana.okr(&["sync"])
}

fn edit_offline(ana: &Person, ben: &Person) -> Result<()> {
    chapter("Both edit offline, then sync: different things merge");
    ben.okr(&["sync"])?;
    let reason = "The hardware order moved to January";
    ana.okr(&[
        "--offline",
        "kr",
        "set",
        "api-p99",
        "--target",
        "150",
        "-m",
        reason,
        "--category",
        "external-change",
    ])?;
    ben.okr(&[
        "--offline",
        "checkin",
        "api-p99",
        "420",
        "-C",
        "6",
        "-m",
        "Pooling is in",
    ])?;
    ana.okr(&["sync"])?;
    ben.okr(&["sync"])?;
    ana.okr(&["sync"])
}

fn look(ana: &Person) -> Result<()> {
    chapter("What is true now");
    ana.okr(&["tree", "-c", "this-quarter"])?;
    chapter("What had been written by 11 April 2019 (IPLD, first quarter)");
    ana.okr(&[
        "tree",
        "-c",
        "2019-Q1",
        "--at",
        "2019-04-11",
        "--axis",
        "authored",
    ])?;
    chapter("A target that moved: 20, 50, 100 million");
    ana.okr(&["log", "active-users"])?;
    chapter("And how it went, frame by frame");
    ana.okr(&["replay", "active-users"])
}

/// Says what to type next.
fn next(ana: &Person, programs: &Programs, (data, address): (&Path, &str)) {
    let home = ana.home.directory();
    say("\n== Next\n");
    say("Ana's copy answers without the server. Be Ana in this shell:");
    say(&format!(
        "  export XDG_DATA_HOME={0}/data XDG_CONFIG_HOME={0}/config",
        home.display()
    ));
    say(&format!("  alias okr={}", programs.okr.display()));
    say("  okr                                   what is due");
    say("  okr checkin api-p99 390 -C 7 -m \"two regions moved\"");
    say("  okr tree --at 2d ago                  as it was");
    say("Start the server again, where the two look for it, and sync:");
    say(&format!(
        "  {} serve --data {} --listen {address}",
        programs.okrd.display(),
        data.display()
    ));
}
