//! The real histories of crates/okr/examples, taken in through the public path.

use std::path::Path;

use serde_json::Value;

use crate::sync::founded;

fn example(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/okr/examples");
    root.join(name).display().to_string()
}

fn means(tree: &Value) -> Vec<(String, u64)> {
    let objectives = tree["items"][0]["objectives"].as_array().unwrap();
    let mean = |objective: &Value| {
        let slug = objective["slug"].as_str().unwrap().to_owned();
        (slug, objective["progress"]["percent"].as_u64().unwrap())
    };
    let mut means: Vec<_> = objectives.iter().map(mean).collect();
    means.sort();
    means
}

#[test]
fn the_published_means_after_import_and_sync() {
    let directory = tempfile::tempdir().unwrap();
    let (_server, ana) = founded(directory.path());
    for name in [
        "student-class.yaml",
        "chrome.yaml",
        "ipld-2019-q1.yaml",
        "ipld-2019-q2.yaml",
    ] {
        ana.okr(&["import", &example(name)]).unwrap();
    }
    ana.okr(&["sync"]).unwrap();
    let tree = ana
        .json(&[
            "tree",
            "--cycle",
            "2019-Q1",
            "--at",
            "2019-04-11",
            "--axis",
            "authored",
        ])
        .unwrap();
    assert_eq!(tree["replica"]["pending"], 0);
    let expected = [
        ("experiments", 100),
        ("interfaces", 85),
        ("replicate", 100),
        ("unixfsv2", 100),
    ];
    assert_eq!(
        means(&tree),
        expected.map(|(slug, mean)| (slug.to_owned(), mean))
    );

    // By then nothing was recorded here, and half-way through the quarter less had been written.
    let recorded = ana.json(&["tree", "--cycle", "2019-Q1", "--at", "2019-04-11"]);
    let items = recorded.map(|tree| tree["items"].as_array().unwrap().len());
    assert!(items.is_err() || items.is_ok_and(|items| items == 0));
    let middle = ana
        .json(&[
            "tree",
            "--cycle",
            "2019-Q1",
            "--at",
            "2019-03-31",
            "--axis",
            "authored",
        ])
        .unwrap();
    assert_ne!(means(&middle), means(&tree));

    let again = ana.json(&["import", &example("chrome.yaml")]).unwrap();
    assert_eq!(
        again["items"][0]["changes"], 0,
        "a second import adds nothing: {again:#}"
    );
}

#[test]
fn imported_history_is_labelled_and_its_moves_are_told() {
    let directory = tempfile::tempdir().unwrap();
    let (_server, ana) = founded(directory.path());
    ana.okr(&["import", &example("chrome.yaml")]).unwrap();
    let log = ana.okr(&["log", "active-users"]).unwrap();
    for line in log.lines().skip(1) {
        assert!(line.contains("sundar, imported by ana"), "{line}");
    }
    for moved in ["20 → 50 million users", "50 → 100 million users"] {
        assert!(log.contains(moved), "{log}");
    }
    let frames = ana.okr(&["replay", "active-users"]).unwrap();
    assert!(
        frames.contains("2008") && frames.contains("2010"),
        "{frames}"
    );
}

#[test]
fn a_file_with_a_mistake_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let (_server, ana) = founded(directory.path());
    let text = std::fs::read_to_string(example("chrome.yaml")).unwrap();
    let broken = directory.path().join("broken.yaml");
    for (from, to, fact) in [
        ("value: 111", "value: lots", "history line 3"),
        (
            "category: other",
            "category: whim",
            "\"whim\" is no category",
        ),
        ("  - name: 2008-2010", "  - nam: 2008-2010", "line 9"),
        (
            "to: 2010-12-31",
            "to: 2007-12-31",
            "the end is before the start",
        ),
    ] {
        std::fs::write(&broken, text.replacen(from, to, 1)).unwrap();
        let run = ana.run(&["import", &broken.display().to_string()]).unwrap();
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        assert!(run.stderr.contains(fact), "{fact}: {}", run.stderr);
        let log = ana.json(&["log"]).unwrap();
        assert_eq!(
            log["items"].as_array().unwrap().len(),
            1,
            "only the founding is there"
        );
    }
}
