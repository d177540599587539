//! Erasing a text of the history, from the first command to the last byte: server, copies, what waits, proofs.

mod killed;

use std::fs;
use std::path::Path;
use std::process::Command;

use okr_e2e::Home;

use crate::access::refused;
use crate::programs;
use crate::sync::{founded, joined, plan};

/// The files of a directory and below it that hold a text.
pub(crate) fn holding(directory: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for file in fs::read_dir(directory).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else if let Ok(bytes) = fs::read(&path)
            && bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
    found
}

const TEXT: &str = "Please the planted customer";

/// A new title of a goal that its team has committed to.
fn retitled(title: &str) -> [&str; 9] {
    [
        "objective",
        "set",
        "fast",
        "--title",
        title,
        "--category",
        "correction",
        "-m",
        "it was wrong",
    ]
}

/// Nothing is erased without a text, a confirmation and a reason.
fn refuses_what_is_not_meant(ana: &Home, line: &[&str]) {
    let (code, said) = refused(ana, &["erase", "text", "fast.weight"]);
    assert_eq!(code, 6, "{said}");
    assert!(
        said.contains("it has texts in ") && said.contains("title"),
        "{said}"
    );
    let (code, said) = refused(ana, &["erase", "text", "fast.title"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("add --confirm fast.title"), "{said}");
    assert!(said.contains(TEXT), "what would go is shown: {said}");
    let (_, said) = refused(ana, line);
    assert!(said.contains("needs a reason"), "{said}");
    assert!(!said.contains("--category"), "{said}");
    let repeated = format!("it said: {TEXT}");
    let (_, said) = refused(ana, &[line, &["-m", &repeated]].concat());
    assert!(said.contains("the reason repeats the text"), "{said}");
    let places = ana.okr(&["erase", "text", "fast.title", "-n"]).unwrap();
    assert!(places.contains("would erase 1 text"), "{places}");
}

#[test]
fn an_erased_text_leaves_every_copy_and_no_proof_breaks() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    let cai = joined(&server, &ana, directory.path(), "cai");
    plan(&ana);
    ana.okr(&retitled(TEXT)).unwrap();
    for home in [&ana, &cai] {
        home.okr(&["sync"]).unwrap();
    }
    let anchor = directory.path().join("anchor");
    let anchor = anchor.to_str().unwrap();
    ana.okr(&["anchor", "--to", anchor]).unwrap();
    cai.okr(&["search", "planted"]).unwrap();
    let (code, said) = refused(&cai, &["erase", "text", "fast.title", "--confirm", "x"]);
    assert_eq!(code, 1, "{said}");
    cai.okr(&[&["--offline"], &retitled("Mine")[..]].concat())
        .unwrap();

    let line = ["erase", "text", "fast.title", "--confirm", "fast.title"];
    refuses_what_is_not_meant(&ana, &line);
    let because = [&line[..], &["-m", "the law"]].concat();
    ana.okr(&["--offline", "comment", "fast", "It waits."])
        .unwrap();
    let dry = ana.okr(&[&because[..], &["-n"]].concat()).unwrap();
    assert!(dry.contains("would erase 1 text"), "{dry}");
    let waits = ana.json(&["sync", "status"]).unwrap();
    assert_eq!(waits["items"][0]["pending"], 1, "a rehearsal sends nothing");

    let done = ana.json(&because).unwrap();
    assert_eq!(done["items"][0]["erased"], true, "{done}");
    assert_eq!(done["items"][0]["clean"], true, "{done}");
    cai.okr(&["sync"]).unwrap();
    for home in [&ana, &cai] {
        assert_eq!(holding(home.directory(), TEXT), Vec::<String>::new());
        home.okr(&["verify"]).unwrap();
    }
    ana.okr(&["verify", "--anchor", anchor]).unwrap();
    let log = cai.okr(&["log", "fast"]).unwrap();
    assert!(log.contains("erased by ana"), "{log}");
    assert!(log.contains("the law"), "{log}");
    let blame = cai.okr(&["blame", "fast.title"]).unwrap();
    assert!(blame.contains("Mine"), "what waited fits: {blame}");
    assert_eq!(
        cai.json(&["sync", "status"]).unwrap()["items"][0]["pending"],
        0
    );
    let (code, said) = refused(
        &ana,
        &["undo", done["items"][0]["short_id"].as_str().unwrap()],
    );
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("nobody has the erased texts"), "{said}");

    let data = server.data().to_owned();
    server.stop().unwrap();
    assert!(!holding(&data, TEXT).is_empty(), "not compacted yet");
    let compact = Command::new(&programs().okrd)
        .args(["compact", "--data"])
        .arg(&data)
        .output()
        .unwrap();
    assert!(compact.status.success(), "{compact:?}");
    assert_eq!(holding(&data, TEXT), Vec::<String>::new());
}
