//! TAB: what shells are told, in the shells themselves where this machine has them.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use okr_e2e::{Home, Run};

use crate::session::planned;

/// Says what bash's own script hands over, for a line up to the cursor.
fn asked(home: &Home, line: &str) -> Run {
    let home = home
        .clone()
        .with("COMPLETE", "bash")
        .with("_OKR_LINE", line)
        .with("_OKR_TYPE", "63")
        .with("_OKR_BREAKS", "@=:");
    home.run(&["--", "okr"]).unwrap()
}

fn candidates(home: &Home, line: &str) -> Vec<String> {
    let run = asked(home, line);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{line}");
    let first = |line: &str| line.split("  ").next().unwrap().to_owned();
    run.stdout.lines().map(first).collect()
}

/// Runs a script in a shell that has `okr` on its path; none where there is no such shell.
fn shell(home: &Home, program: &str, arguments: &[&str]) -> Option<String> {
    let directory = home.directory().join("bin");
    fs::create_dir_all(&directory).unwrap();
    let okr = directory.join("okr");
    if !okr.exists() {
        let program = home.command(&[]).get_program().to_owned();
        std::os::unix::fs::symlink(program, &okr).unwrap();
    }
    let mut path = directory.into_os_string();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let like = home.command(&[]);
    let mut command = Command::new(program);
    command.args(arguments).env_clear().stdin(Stdio::null());
    let set = |(name, value): (&OsStr, Option<&OsStr>)| Some((name.to_owned(), value?.to_owned()));
    command
        .envs(like.get_envs().filter_map(set))
        .env("PATH", path);
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let skipped = format!("skipped: there is no {program} here to complete in\n");
            std::io::stderr().write_all(skipped.as_bytes()).unwrap();
            return None;
        }
        Err(error) => panic!("{program}: {error}"),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {said}");
    assert_eq!(said, "", "{program} said something");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn what_is_known_here_is_completed_with_where_it_stands() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let said = asked(&home, "okr checkin api-").stdout;
    assert_eq!(
        said.lines().collect::<Vec<_>>(),
        [
            "api-p99   (340 → 200 ms  50%  platform)",
            "api-docs  (3 steps  no check-in  platform)"
        ]
    );
    let initiative = ["initiative", "add", "Pooling", "--kr", "api-p99"];
    home.okr(&[&initiative[..], &["--slug", "pooling"]].concat())
        .unwrap();
    let metric = ["metric", "add", "Satisfaction", "--slug", "csat"];
    home.okr(&[&metric[..], &["--at-least", "80"]].concat())
        .unwrap();
    home.okr(&["kr", "tag", "api-p99", "growth", "emea"])
        .unwrap();
    for (line, expected) in [
        ("okr objective set ", &["fast"][..]),
        ("okr show csat", &["csat"]),
        ("okr follow poo", &["pooling"]),
        ("okr comment @a", &["@ana"]),
        ("okr log @", &["@me", "@ana", "@last"]),
        ("okr follow @", &["@last"]),
        ("okr kr add x -O f", &["fast"]),
        ("okr show --team pl", &["platform"]),
        ("okr team tree pl", &["platform"]),
        ("okr member show @a", &["@ana"]),
        ("okr tree -c 2026", &["2026-Q4"]),
        // bash itself keeps what stands before the last = and before @.
        ("okr list --owner=@a", &["@ana"]),
        ("okr list --owner @", &["@me", "@ana"]),
        ("okr show 2026-Q4:api-p", &["api-p99"]),
        ("okr -w ", &["acme"]),
        ("okr workspace use a", &["acme"]),
        ("okr help exi", &["exit-codes"]),
        ("okr help kr a", &["add", "abandon", "archive"]),
        ("okr list --status off", &["off-track"]),
        ("okr list krs --tag ", &["emea", "growth"]),
        ("okr kr untag api-p99 gr", &["growth"]),
        ("okr list krs --sort pro", &["progress"]),
        ("okr list --sort=-we", &["-weight"]),
        ("okr kr list --sort status,-sl", &["status,-slug"]),
        ("okr metric list --sort age,a", &[]),
        ("okr chec", &["checkin"]),
        ("okr kr set api-p99 --wei", &["--weight"]),
        ("okr show -o jsonl", &["jsonl"]),
        ("okr show nothing-like-this", &[]),
    ] {
        assert_eq!(candidates(&home, line), expected, "{line}");
    }
    let id = candidates(&home, "okr undo ");
    let log = home.json(&["log", "--limit", "1"]).unwrap();
    assert_eq!(log["items"][0]["short_id"], id[0].as_str());
}

#[test]
fn it_is_silent_about_everything_that_goes_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let nowhere = Home::new(&crate::programs(), directory.path()).unwrap();
    let flags = candidates(&nowhere, "okr show ");
    assert!(flags.iter().all(|flag| flag.starts_with("--")), "{flags:?}");
    let home = planned(&directory.path().join("home"));
    for line in [
        "okr -w nowhere checkin api",
        "okr -c never checkin api",
        "okr \"",
        "",
        "okr \\",
    ] {
        let run = asked(&home, line);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{line}");
    }
    let replica = home.directory().join("data/okr/acme/replica.db");
    fs::write(&replica, "no replica at all").unwrap();
    assert_eq!(candidates(&home, "okr checkin api"), [""; 0]);
    assert_eq!(fs::read(&replica).unwrap(), b"no replica at all");
    let config = home.directory().join("config/okr/config.toml");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    fs::write(&config, "workspace = [").unwrap();
    assert_eq!(candidates(&home, "okr checkin api"), [""; 0]);
}

#[test]
fn an_unknown_shell_is_refused_and_nothing_is_left_on_stdout() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path()).with("COMPLETE", "tcsh");
    let run = home.run(&[]).unwrap();
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(
        run.stderr.contains("there is: bash, zsh, fish"),
        "{}",
        run.stderr
    );
    // While somebody types there is nobody to tell.
    let run = home.run(&["--", "okr", "show"]).unwrap();
    assert_eq!(
        (run.code, run.stdout, run.stderr),
        (Some(0), String::new(), String::new())
    );
    // Other programs use the variable too, and switch it off with 0.
    let off = home.with("COMPLETE", "0").run(&["--version"]).unwrap();
    assert!(off.stdout.starts_with("okr "), "{}", off.stdout);
}

#[test]
fn a_shell_that_goes_away_is_no_error() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path()).with("COMPLETE", "bash");
    for arguments in [&[][..], &["--", "okr", ""]] {
        let mut command = home.command(arguments);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments:?}");
        assert!(output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn bash_completes() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let script = r#"
        source <(COMPLETE=bash okr)
        complete -p okr
        tab() {
            COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9 COMP_WORDS=($1) COMP_CWORD=1
            _okr_complete
            echo "$1|${COMPREPLY[*]}"
        }
        tab "okr show api-p"; tab "okr show nothing"; tab "okr list --owner=@a"
    "#;
    let Some(said) = shell(&home, "bash", &["--norc", "-c", script]) else {
        return;
    };
    let lines: Vec<&str> = said.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "okr show api-p|api-p99",
            "okr show nothing|",
            "okr list --owner=@a|@ana"
        ]
    );
    // No -o default: files are no goals.
    assert!(
        said.starts_with("complete -o nosort -F _okr_complete okr"),
        "{said}"
    );
}

#[test]
fn zsh_completes() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let script = r#"
        compdef() { print "compdef $*" }
        _describe() { local name=${@[-1]}; print -l -- ${(P)name} }
        source <(COMPLETE=zsh okr)
        words=(okr show api-) CURRENT=3
        _clap_dynamic_completer_okr
    "#;
    let Some(said) = shell(&home, "zsh", &["-f", "-c", script]) else {
        return;
    };
    assert_eq!(
        said,
        "compdef _clap_dynamic_completer_okr okr\n\
         api-p99:340 → 200 ms  50%  platform\n\
         api-docs:3 steps  no check-in  platform\n"
    );
}

#[test]
fn fish_completes() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let script = "COMPLETE=fish okr | source; complete -C 'okr show api-'";
    let Some(said) = shell(&home, "fish", &["--private", "-c", script]) else {
        return;
    };
    assert_eq!(
        said,
        "api-p99\t340 → 200 ms  50%  platform\napi-docs\t3 steps  no check-in  platform\n"
    );
}

#[test]
fn the_files_for_packages_ask_the_program() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let at = |name: &str, text: &str| {
        let path = home.directory().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let stub = |shell: &str| home.okr(&["completions", shell]).unwrap();
    let (bash, fish) = (at("okr.bash", &stub("bash")), at("okr.fish", &stub("fish")));
    let script = format!("source {bash}; complete -p okr");
    let said = shell(&home, "bash", &["--norc", "-c", &script]);
    assert!(said.is_none_or(|said| said.contains("_okr_complete")));
    let script = format!("source {fish}; complete -C 'okr show api-p'");
    let said = shell(&home, "fish", &["--private", "-c", &script]);
    assert!(said.is_none_or(|said| said.starts_with("api-p99\t")));
    // zsh calls the file itself the first time that somebody presses TAB.
    let functions = home.directory().join("functions");
    fs::create_dir_all(&functions).unwrap();
    fs::write(Path::new(&functions).join("_okr"), stub("zsh")).unwrap();
    let script = format!(
        "compdef() {{ : }}; _describe() {{ local name=${{@[-1]}}; print -l -- ${{(P)name}} }}; \
         fpath=({} $fpath); autoload -Uz _okr; words=(okr show api-p) CURRENT=3; _okr",
        functions.display()
    );
    let said = shell(&home, "zsh", &["-f", "-c", &script]);
    assert!(said.is_none_or(|said| said.starts_with("api-p99:")));
}
