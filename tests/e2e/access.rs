//! Who may use the server: tokens for scripts, invitations, people who come, change and go; and what tells of it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use okr_e2e::{Home, Server};
use serde_json::Value;

use crate::erasing::holding;
use crate::programs;
use crate::sync::{founded, joined, plan};

/// Runs a command that must be refused, and returns its exit code and what it says.
pub(crate) fn refused(home: &Home, arguments: &[&str]) -> (i32, String) {
    let run = home.run(arguments).unwrap();
    assert_ne!(run.code, Some(0), "{}", run.stdout);
    (run.code.unwrap(), run.stderr)
}

#[test]
fn a_script_has_a_token_that_allows_less() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    plan(&ana);
    let file = directory.path().join("nightly.token");
    let path = file.to_str().unwrap();
    let said = ana
        .okr(&[
            "token",
            "create",
            "nightly",
            "--check-ins",
            "--expires",
            "12h",
            "--to",
            path,
        ])
        .unwrap();
    assert!(
        said.contains("token kept in") && !said.contains("okr_"),
        "{said}"
    );
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (_, again) = refused(&ana, &["token", "create", "nightly", "--to", path]);
    assert!(again.contains("is there already"), "{again}");

    let script = Home::new(&programs(), &directory.path().join("script"))
        .unwrap()
        .with("OKR_TOKEN_FILE", path);
    let cloned = script.okr(&["clone", server.url(), "acme"]).unwrap();
    assert!(cloned.contains("environment and not kept"), "{cloned}");
    script.okr(&["checkin", "api-p99", "420"]).unwrap();
    let synced = script.json(&["sync"]).unwrap();
    assert_eq!(synced["replica"]["pending"], 0, "{synced}");
    script
        .okr(&["--offline", "kr", "set", "api-p99", "--description", "x"])
        .unwrap();
    let run = script.run(&["sync"]).unwrap();
    let conflicts = script.json(&["conflicts"]).unwrap().to_string();
    assert!(
        conflicts.contains("check-ins and values of metrics only"),
        "{conflicts} {}",
        run.stderr
    );
    let (code, denied) = refused(&script, &["member", "invite", "@me"]);
    assert_eq!(code, 5, "{denied}");
    assert!(
        denied.contains("the token allows less than you may do"),
        "{denied}"
    );

    shows_both_tokens(&ana);

    let ended = ana.okr(&["token", "revoke", "nightly"]).unwrap();
    assert!(ended.starts_with("ended: "), "{ended}");
    let (code, out) = refused(&script, &["sync"]);
    assert_eq!(code, 4, "{out}");
    names_the_variable(&out);
    let (code, unknown) = refused(&ana, &["token", "revoke", "nightly"]);
    assert_eq!(code, 6, "{unknown}");
}

/// Checks that a refusal says which variable gave the token: another login would not help.
fn names_the_variable(out: &str) {
    let hint = "Hint: the token of OKR_TOKEN_FILE is unknown, revoked or expired";
    assert!(out.contains(hint) && !out.contains("okr login"), "{out}");
}

/// Checks that the list has the token of the workspace and that of the script.
fn shows_both_tokens(ana: &Home) {
    let listed = ana.json(&["token", "list"]).unwrap();
    let tokens = listed["items"].as_array().unwrap();
    assert_eq!(tokens.len(), 2);
    assert_eq!(tokens[0]["current"], true);
    assert_eq!(
        (&tokens[1]["name"], &tokens[1]["access"]),
        (&"nightly".into(), &"check-ins".into())
    );
    assert!(tokens[1]["last_used_at"].is_string());
    let narrow = ana.clone().with("OKR_WIDTH", "60");
    let narrow = narrow.at_terminal(&["token", "list"]).unwrap().stdout;
    assert!(narrow.contains("(this one)"), "{narrow}");
    let text = ana.okr(&["token", "list"]).unwrap();
    assert!(
        text.contains("nightly") && text.lines().all(|line| line.len() < 200),
        "{text}"
    );
}

#[test]
fn an_erased_person_is_in_no_file_of_the_server_or_of_others() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    plan(&ana);
    let ben = joined(&server, &ana, directory.path(), "benjaminc");
    let cai = joined(&server, &ana, directory.path(), "cai");
    ben.okr(&["checkin", "api-p99", "420"]).unwrap();
    let address = ["member", "set", "@me", "--email", "benjaminc@example.org"];
    ben.okr(&address).unwrap();
    for home in [&ben, &ana, &cai] {
        home.okr(&["sync"]).unwrap();
    }
    let (code, said) = refused(&cai, &["erase", "person", "@benjaminc"]);
    assert_eq!(code, 5, "{said}");
    let (code, said) = refused(&ana, &["erase", "person", "@me"]);
    assert_eq!(code, 5, "{said}");
    let (code, said) = refused(&ana, &["erase", "person", "@benjaminc"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("add --confirm benjaminc"), "{said}");
    let dry = ana
        .okr(&["erase", "person", "@benjaminc", "--dry-run"])
        .unwrap();
    assert!(dry.contains("would be erased"), "{dry}");
    ben.okr(&["sync"]).unwrap();

    let watching = ben.start(&["watch"]).unwrap();
    assert!(watching.remark().unwrap().contains("watching"));
    let line = ["erase", "person", "@benjaminc", "--confirm", "benjaminc"];
    let answer = ana.json(&[&line[..], &["-m", "asked for it"]].concat());
    let answer = answer.unwrap();
    assert_eq!(answer["items"][0]["erased"], true, "{answer}");
    assert_eq!(answer["items"][0]["let_go"], true, "{answer}");
    assert_eq!(answer["items"][0]["clean"], true, "{answer}");
    let (status, _, remarks) = watching.end().unwrap();
    assert!(
        matches!(status.code(), Some(4 | 5)),
        "{:?} {remarks:?}",
        status.code()
    );
    cai.okr(&["sync"]).unwrap();
    for place in [server.data(), ana.directory(), cai.directory()] {
        assert_eq!(holding(place, "benjaminc"), Vec::<String>::new());
    }
    let people = cai.json(&["member", "list"]).unwrap();
    let erased: Vec<_> = people["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|person| person["erased"] == true)
        .collect();
    assert_eq!(erased.len(), 1, "{people}");
    assert!(erased[0]["handle"].is_null() && erased[0]["active"] == false);
    let log = cai.okr(&["log", "api-p99"]).unwrap();
    assert!(log.contains("(erased "), "{log}");
    let log = access_log(&server, &["--act", "erase-person"]);
    assert!(log.contains("erase-person"), "{log}");
}

#[test]
fn a_watch_ends_when_its_token_does() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    let ben = joined(&server, &ana, directory.path(), "ben");
    let watching = ben.start(&["watch"]).unwrap();
    assert!(watching.remark().unwrap().contains("watching"));
    let tokens = ana.json(&["token", "list", "--for", "@ben"]).unwrap();
    let id = tokens["items"][0]["id"].as_str().unwrap();
    ana.okr(&["token", "revoke", id]).unwrap();
    let (status, _, remarks) = watching.end().unwrap();
    assert_eq!(status.code(), Some(4), "{remarks:?}");
}

#[test]
fn invitations_are_listed_and_taken_back() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    ana.okr(&["member", "add", "ben"]).unwrap();
    let invited = ana
        .json(&["member", "invite", "@ben", "--expires", "3d"])
        .unwrap();
    let code = invited["items"][0]["code"].as_str().unwrap();
    let waiting = ana.json(&["member", "invitations", "--all"]).unwrap();
    let waiting = waiting["items"].as_array().unwrap().clone();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0]["handle"], "ben");
    assert!(!Value::from(waiting).to_string().contains(code));
    let text = ana
        .okr(&["member", "invitations", "--for", "@ben"])
        .unwrap();
    assert!(text.contains("@ben") && text.contains("@ana"), "{text}");
    let taken = ana.okr(&["member", "uninvite", "@ben"]).unwrap();
    assert!(taken.contains("taken back"), "{taken}");
    let home = Home::new(&programs(), &directory.path().join("ben")).unwrap();
    let (exit, out) = refused(&home, &["clone", server.url(), "acme", "--code", code]);
    assert_eq!(exit, 4, "{out}");
    let (exit, none) = refused(&ana, &["member", "uninvite", "@ben"]);
    assert_eq!(exit, 6, "{none}");
    let (exit, long) = refused(&ana, &["member", "invite", "@ben", "--expires", "31d"]);
    assert_eq!(exit, 1, "{long}");
    assert!(long.contains("at most 30 days"), "{long}");
}

#[test]
fn a_clone_says_where_the_token_is_once_the_workspace_has_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    let invited = ana.json(&["member", "invite", "@me"]).unwrap();
    let code = invited["items"][0]["code"].as_str().unwrap();
    let home = Home::new(&programs(), &directory.path().join("laptop")).unwrap();
    let cloned = home.json(&["clone", server.url(), "--code", code]).unwrap();
    let file = cloned["items"][0]["token_file"].as_str().unwrap();
    assert!(fs::metadata(file).unwrap().is_file(), "{file}");
    assert!(file.ends_with("/acme/token"), "{file}");
}

#[test]
fn people_are_corrected_and_let_go() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    let ben = joined(&server, &ana, directory.path(), "ben");
    ben.okr(&[
        "member",
        "set",
        "@me",
        "--name",
        "Ben Ode",
        "--email",
        "ben@acme.dev",
    ])
    .unwrap();
    let (exit, denied) = refused(&ben, &["member", "set", "@ana", "--name", "X"]);
    assert_eq!(exit, 5, "{denied}");
    let (exit, taken) = refused(&ben, &["member", "set", "@me", "--handle", "ana"]);
    assert_eq!(exit, 1, "{taken}");
    ana.okr(&["sync"]).unwrap();
    let people = ana.json(&["member", "list"]).unwrap().to_string();
    assert!(
        people.contains("Ben Ode") && people.contains("ben@acme.dev"),
        "{people}"
    );

    ana.okr(&[
        "member",
        "set",
        "@ben",
        "--role",
        "viewer",
        "-m",
        "reads only now",
    ])
    .unwrap();
    ana.okr(&["member", "deactivate", "@ben", "-m", "moves on"])
        .unwrap();
    ana.okr(&["sync"]).unwrap();
    let (exit, out) = refused(&ben, &["sync"]);
    assert!(matches!(exit, 4 | 5), "{out}");
    let (_, invited) = refused(&ana, &["member", "invite", "@ben"]);
    assert!(invited.contains("has left"), "{invited}");
    ana.okr(&["member", "reactivate", "@ben"]).unwrap();
    ana.okr(&["sync"]).unwrap();
    let code = ana.json(&["member", "invite", "@ben"]).unwrap();
    let code = code["items"][0]["code"].as_str().unwrap();
    ben.okr(&["login", "--code", code]).unwrap();
    ben.okr(&["sync"]).unwrap();

    let log = access_log(&server, &["-n", "1000"]);
    for line in [
        "done     change-people       by ana about ben from 127.0.0.1:",
        "role member to viewer",
        "let go",
        "done     end-sessions        about ben: 1 tokens and codes",
        "done     issue-code          by ana about ben",
    ] {
        assert!(log.contains(line), "{line}\n{log}");
    }
    let refusals = access_log(&server, &["--outcome", "refused", "--since", "1h"]);
    assert!(!refusals.contains(" done "), "{refusals}");
}

/// Runs okrd on a data directory that no server has open, and returns what it prints.
fn operated(arguments: &[&str], data: &Path) -> String {
    let output = Command::new(&programs().okrd)
        .args(arguments)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns how many tokens there are of somebody, or of whoever asks.
fn tokens(home: &Home, whose: &[&str]) -> usize {
    let listed = home.json(&[&["token", "list"], whose].concat()).unwrap();
    listed["items"].as_array().unwrap().len()
}

#[test]
fn a_refused_login_leaves_no_token_and_says_what_the_code_is_worth() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    ana.okr(&["member", "add", "ben"]).unwrap();
    ana.okr(&["sync"]).unwrap();
    let invited = ana.json(&["member", "invite", "@ben"]).unwrap();
    let code = invited["items"][0]["code"].as_str().unwrap();
    let (exit, said) = refused(&ana, &["login", "--code", code]);
    assert_eq!(exit, 5, "{said}");
    assert!(said.contains("another person"), "{said}");
    assert!(said.contains("the code is used up"), "{said}");
    assert_eq!(tokens(&ana, &["--for", "@ben"]), 0);

    let org = ana.json(&["org", "show"]).unwrap()["items"][0]["id"].clone();
    let (old, new) = (server.data().to_owned(), directory.path().join("new"));
    server.stop().unwrap();
    let file = directory.path().join("acme.jsonl");
    let file = file.to_str().unwrap();
    operated(&["org", "export", "Acme", "--to", file], &old);
    let other = ["--org", "Other", "--time-zone", "Europe/Oslo"];
    let made = Server::init(
        &programs(),
        &new,
        &[&other[..], &["--admin", "cai"]].concat(),
    );
    let foreign = made.unwrap()["code"].as_str().unwrap().to_owned();
    operated(&["org", "import", file], &new);
    let code = || {
        let line = ["code", "--person", "ana", "--org", org.as_str().unwrap()];
        let made = operated(&[&line[..], &["-o", "json"]].concat(), &new);
        let made: Value = serde_json::from_str(&made).unwrap();
        made["code"].as_str().unwrap().to_owned()
    };
    let (first, second) = (code(), code());
    let moved = Server::start(&programs(), &new).unwrap();
    let (exit, said) = refused(&ana, &["login", moved.url(), "--code", &first]);
    assert_eq!(exit, 9, "{said}");
    assert!(said.contains("the code is used up"), "{said}");
    let (exit, said) = refused(&ana, &["login", moved.url(), "--code", &foreign]);
    assert_eq!(exit, 5, "{said}");
    assert!(said.contains("another organisation"), "{said}");
    let line = ["clone", moved.url(), "moved", "--code", &second];
    ana.okr(&line).unwrap();
    assert_eq!(tokens(&ana, &["-w", "moved"]), 1, "that of the clone");
}

#[test]
fn who_is_let_go_has_access_until_the_server_knows_and_it_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    let ben = joined(&server, &ana, directory.path(), "ben");
    let (data, listen) = (server.data().to_owned(), server.listen());
    server.kill().unwrap();
    let said = |line: &[&str]| {
        let run = ana.run(line).unwrap();
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        run.stderr
    };
    let first = said(&["team", "add", "Platform"]);
    assert!(
        first.contains("1 change waits on this machine: "),
        "{first}"
    );
    // Not tried again so soon, and said all the same.
    let second = said(&["team", "add", "Growth"]);
    assert!(
        second.contains("2 changes wait on this machine: you are offline"),
        "{second}"
    );
    assert!(second.contains("okr sync tries again"), "{second}");
    let role = said(&["member", "set", "@ben", "--role", "viewer"]);
    let line = "Warning: @ben has the rights of the role member until this is synced: okr sync";
    assert!(role.contains(line), "{role}");
    let line = "Warning: @ben has access until this is synced: okr sync";
    let offline = said(&["--offline", "member", "deactivate", "@ben"]);
    assert!(offline.contains(line), "{offline}");
    let undone = said(&["--offline", "undo"]);
    assert!(!undone.contains("Warning"), "{undone}");

    // The last try failed less than a minute ago; this one is made all the same.
    let _server = Server::start_with(&programs(), &data, &["--listen", &listen]).unwrap();
    let away = said(&["member", "deactivate", "@ben"]);
    assert!(!away.contains("Warning"), "{away}");
    assert_eq!(
        ana.json(&["sync", "status"]).unwrap()["items"][0]["pending"],
        0
    );
    let (exit, out) = refused(&ben, &["sync"]);
    assert!(matches!(exit, 4 | 5), "{out}");
}

/// Reads the access log of a running server.
fn access_log(server: &Server, arguments: &[&str]) -> String {
    let output = Command::new(&programs().okrd)
        .arg("access-log")
        .arg("--data")
        .arg(server.data())
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}
