//! Commands that answer in lines: each line is what `okr schema COMMAND --lines` says of it.

use std::collections::BTreeSet;

use super::reading::{LATER, with_history};
use crate::commands::schema::tests::{answering, path};

/// What is typed for each command, in an order in which it can be; a space stands between words,
/// `OP` for the last operation, and `FILE` for one that is not there.
const TYPED: &[&str] = &[
    "initiative add Pooling --kr api-p99",
    "kr set docs --title Documents -m clearer --category other",
    "metric add Churn --at-most 2",
    "metric record churn 1.8",
    "checkin new-cdn 1",
    "comment api-p99 Why?",
    "follow fast",
    "alias set mine tree",
    "config set ui.pager cat",
    "objective add Orphan -t platform --supports fast",
    "",
    "status",
    "alias list",
    "align graph",
    "align list",
    "blame api-p99",
    "chart api-p99",
    "checkin list api-p99",
    "comment list",
    "completions bash",
    "config explain ui.pager",
    "config get ui.pager",
    "config list",
    "config path",
    "cycle calendar",
    "cycle list",
    "cycle show 2026-Q4",
    "diff 2026-11-23..",
    "doctor",
    "due",
    "export",
    "follow list",
    "goalposts",
    "help dates",
    "initiative list",
    "initiative show pooling",
    "kr list",
    "kr show api-p99",
    "lint",
    "list",
    "list kr",
    "list objective",
    "log",
    "log --patch",
    "log --stat",
    "member list",
    "member show @ana",
    "metric list",
    "metric show churn",
    "objective list",
    "objective show fast",
    "op log",
    "op show OP",
    "org show",
    "pending",
    "plan pull",
    "present --to FILE",
    "replay",
    "report final",
    "report mid",
    "report weekly",
    "schema",
    "schema tree",
    "search latency",
    "show api-p99",
    "show fast platform 2026-Q4 pooling churn",
    "stats",
    "sync status",
    "team list",
    "team tree",
    "team member list platform",
    "team show platform",
    "tree",
    "verify",
    "whoami",
    "workspace list",
    "workspace path",
    "workspace show",
    "cycle use 2026-Q4",
    "undo",
    "redo",
    "unfollow fast",
    "alias delete mine",
    "config unset ui.pager",
];

/// Those that need a server, a person at a terminal or a file, and those that find nothing here.
const OTHERS: &[&str] = &[
    "align check",
    "anchor",
    "audit export",
    "audit verify",
    "clone",
    "config edit",
    "conflicts",
    "erase person",
    "erase text",
    "import",
    "inbox",
    "init",
    "login",
    "member invitations",
    "member invite",
    "member set",
    "member uninvite",
    "pending drop",
    "plan apply",
    "plan check",
    "plan edit",
    "resolve",
    "sync",
    "token create",
    "token list",
    "token revoke",
    "tutorial",
    "tutorial back",
    "tutorial end",
    "tutorial next",
    "util man",
    "watch",
    "workspace remove",
    "workspace rename",
    "workspace use",
];

#[test]
fn every_line_is_what_the_schema_of_its_command_says() {
    let machine = with_history();
    let mut silent = Vec::new();
    let mut left = answering();
    for typed in TYPED {
        let operations = machine.done(&["op", "log", "-o", "id"]);
        let last = operations.lines().next().unwrap_or_default();
        let file = machine.directory.path().join("file.html");
        let file = file.display().to_string();
        let word = |word| match word {
            "OP" => last,
            "FILE" => &file,
            word => word,
        };
        let words: Vec<&str> = typed.split_whitespace().map(word).collect();
        left.remove(path(&words).as_str());
        // The machine holds each line against the schema.
        let said = machine.run(&[&words[..], &["-o", "jsonl", "--now", LATER]].concat());
        if said.answer.is_empty() {
            silent.push((typed, said.remarks));
        }
    }
    assert!(silent.is_empty(), "{silent:#?}");
    let others: BTreeSet<&str> = OTHERS.iter().copied().collect();
    assert_eq!(
        left, others,
        "what is not looked at stands among the others"
    );
}
