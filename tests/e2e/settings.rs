//! Settings as people keep them: files, directories, names for commands, workspaces that come and go.

use std::fs;
use std::path::Path;

use okr_e2e::{Home, Run};

use crate::session::planned;

fn within(home: &Home, directory: &Path, arguments: &[&str]) -> Run {
    fs::create_dir_all(directory).unwrap();
    home.run_in(directory, arguments).unwrap()
}

#[test]
fn a_directory_pins_what_is_worked_in_and_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(&directory.path().join("home"));
    home.okr(&["init", "beta", "--handle", "ana"]).unwrap();
    let pinned = directory.path().join("project");
    let below = pinned.join("src/deep");
    let set = within(
        &home,
        &pinned,
        &["config", "set", "workspace", "beta", "--here"],
    );
    assert_eq!(set.code, Some(0), "{}", set.stderr);
    assert!(set.stdout.contains("acme → beta"), "{}", set.stdout);
    let workspace = |at: &Path, more: &[&str]| {
        let mut arguments = vec!["whoami", "-o", "json"];
        arguments.extend(more);
        let run = within(&home, at, &arguments);
        let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        answer["workspace"].as_str().unwrap().to_owned()
    };
    assert_eq!(workspace(&below, &[]), "beta");
    assert_eq!(
        workspace(&below, &["-w", "acme"]),
        "acme",
        "a flag is stronger"
    );
    assert_eq!(
        workspace(directory.path(), &[]),
        "acme",
        "elsewhere nothing changed"
    );
    let list = within(&home, &below, &["config", "list", "--origin"]).stdout;
    let line = list
        .lines()
        .find(|line| line.starts_with("workspace"))
        .unwrap();
    assert!(
        line.contains("beta") && line.ends_with("project/.okr.toml:1"),
        "{line}"
    );
    let variable = home.clone().with("OKR_WORKSPACE", "acme");
    let list = within(&variable, &below, &["config", "list", "--origin"]).stdout;
    assert!(list.contains("OKR_WORKSPACE of the environment"), "{list}");
}

#[test]
fn what_is_wrong_in_a_file_is_named_and_can_be_mended() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let file = home.directory().join("config/okr/config.toml");
    fs::write(&file, "workspace = \"acme\"\n[ui]\ncolour = \"never\"\n").unwrap();
    let run = home.run(&["tree"]).unwrap();
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    assert!(
        run.stderr
            .contains("config.toml:3: there is no setting \"ui.colour\""),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("Did you mean ui.color?"),
        "{}",
        run.stderr
    );
    let path = home.okr(&["config", "path"]).unwrap();
    assert_eq!(Path::new(path.trim()), file);
    assert_eq!(home.run(&["help"]).unwrap().code, Some(0));
    let run = home.run(&["config", "set", "ui.colour", "never"]).unwrap();
    assert_eq!(run.code, Some(6), "{}", run.stderr);
    assert_eq!(home.run(&["config", "get", "team"]).unwrap().code, Some(1));
    fs::write(&file, "workspace = \"acme\"\n").unwrap();
    assert_eq!(home.run(&["config", "get", "team"]).unwrap().code, Some(3));
    let run = home
        .run(&["config", "set", "ui.editor", "vim", "--here"])
        .unwrap();
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr.contains("cannot be set for a directory"),
        "{}",
        run.stderr
    );
}

#[test]
fn settings_change_what_screens_look_like_and_never_what_programs_read() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let before = home.okr(&["tree", "-o", "json"]).unwrap();
    for (key, value) in [
        ("ui.color", "always"),
        ("ui.ascii", "true"),
        ("ui.time", "relative"),
        ("ui.hints", "false"),
    ] {
        home.okr(&["config", "set", key, value]).unwrap();
    }
    assert_eq!(home.okr(&["tree", "-o", "json"]).unwrap(), before);
    let tree = home.okr(&["tree"]).unwrap();
    assert!(tree.contains("\u{1b}[") && tree.is_ascii(), "{tree}");
    let plain = home
        .okr(&["tree", "--color", "never", "--no-ascii"])
        .unwrap();
    assert!(!plain.contains('\u{1b}') && !plain.is_ascii(), "{plain}");
    let quiet = home
        .run(&["list", "krs", "--owner", "ana", "--status", "closed"])
        .unwrap();
    assert_eq!(quiet.stderr, "", "hints are off");
}

#[test]
fn names_for_commands_are_kept_and_cannot_hide_one() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    home.okr(&["alias", "set", "mine", "list", "krs", "--owner", "@me"])
        .unwrap();
    assert_eq!(
        home.okr(&["alias", "list"]).unwrap(),
        "mine  okr list krs --owner @me\n"
    );
    let named = home.okr(&["mine", "-o", "id"]).unwrap();
    assert_eq!(
        named,
        home.okr(&["list", "krs", "--owner", "@me", "-o", "id"])
            .unwrap()
    );
    assert_eq!(named.lines().count(), 2);
    for (line, message) in [
        (
            &["alias", "set", "tree", "sync"][..],
            "a name of yours cannot hide",
        ),
        (&["alias", "set", "x", "mine"], "must begin with a command"),
        (&["alias", "set", "a b", "sync"], "is no name for a command"),
        (&["alias", "set", "x", "show 'a"], "a quote is not closed"),
    ] {
        let run = home.run(line).unwrap();
        assert_eq!(run.code, Some(2), "{line:?}");
        assert!(run.stderr.contains(message), "{line:?}: {}", run.stderr);
    }
    let run = home.run(&["alias", "delete", "mien"]).unwrap();
    assert!(run.stderr.contains("Did you mean mine?"), "{}", run.stderr);
    home.okr(&["alias", "delete", "mine"]).unwrap();
    assert_eq!(home.run(&["mine"]).unwrap().code, Some(2));
}

/// How `okr workspace remove` can be meant otherwise, how it ends, and what it says.
const NOT_REMOVED: [(&str, i32, &str); 4] = [
    ("work", 2, "are nowhere else and would be lost"),
    ("work --delete-data -y", 1, "add --confirm work"),
    (
        "work --delete-data --confirm acme",
        1,
        "nothing was deleted",
    ),
    (
        "acme --delete-data --confirm acme",
        6,
        "no workspace \"acme\"",
    ),
];

#[test]
fn a_workspace_is_renamed_and_removed_only_by_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    home.okr(&["workspace", "rename", "acme", "work"]).unwrap();
    assert_eq!(
        home.json(&["workspace", "show"]).unwrap()["items"][0]["name"],
        "work"
    );
    assert_eq!(
        home.json(&["tree"]).unwrap()["workspace"],
        "work",
        "the default goes along"
    );
    for (rest, exit, message) in NOT_REMOVED {
        let line: Vec<&str> = ["workspace", "remove"]
            .into_iter()
            .chain(rest.split(' '))
            .collect();
        let run = home.run(&line).unwrap();
        assert_eq!(run.code, Some(exit), "{line:?}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{line:?}: {}", run.stderr);
    }
    assert_eq!(
        home.okr(&["list", "krs", "-o", "id"])
            .unwrap()
            .lines()
            .count(),
        2
    );
    home.okr(&[
        "workspace",
        "remove",
        "work",
        "--delete-data",
        "--confirm",
        "work",
    ])
    .unwrap();
    assert_eq!(home.okr(&["workspace", "list"]).unwrap(), "");
    assert!(
        fs::read_dir(home.directory().join("data/okr"))
            .unwrap()
            .next()
            .is_none()
    );
    let run = home.run(&["tree"]).unwrap();
    assert!(
        run.stderr.contains("there is no workspace yet"),
        "{}",
        run.stderr
    );
}

#[test]
fn man_pages_are_read_by_man() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let pages = home.directory().join("man1");
    home.okr(&["util", "man", &pages.display().to_string()])
        .unwrap();
    let names: Vec<_> = fs::read_dir(&pages)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(names.len() > 80, "only {}", names.len());
    for page in &names {
        let groff = std::process::Command::new("groff")
            .args(["-man", "-Kutf8", "-Tutf8", "-ww", "-P-cbu"])
            .arg(page)
            .output();
        let Ok(output) = groff else {
            let line = b"skipped: groff is not installed, so no man page was formatted\n";
            std::io::Write::write_all(&mut std::io::stderr(), line).unwrap();
            return;
        };
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && complaints.is_empty(),
            "{}: {complaints}",
            page.display()
        );
        assert!(
            String::from_utf8_lossy(&output.stdout).contains("NAME"),
            "{}",
            page.display()
        );
    }
}

#[test]
fn all_goals_are_shown_where_a_team_is_pinned() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    home.okr(&["team", "add", "Sales"]).unwrap();
    let due = home.json(&["due", "--all"]).unwrap();
    assert!(!due["items"].as_array().unwrap().is_empty(), "{due}");
    let pinned = home.with("OKR_TEAM", "sales");
    assert_eq!(
        pinned.json(&["due"]).unwrap()["items"],
        serde_json::json!([])
    );
    assert_eq!(
        pinned.json(&["due", "--all"]).unwrap()["items"],
        due["items"]
    );
    let scope = |words: &[&str]| pinned.json(words).unwrap()["items"][0]["scope"].clone();
    assert_eq!(scope(&["status"]), "team");
    assert_eq!(scope(&["status", "--all"]), "all");
}
