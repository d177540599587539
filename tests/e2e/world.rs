//! Worlds at rest, as people see them: every replica prints the same tree.

use std::fs;

use okr_e2e::Home;
use okr_testkit::world::{Faults, Plan, run};
use serde_json::Value;

use crate::programs;

#[test]
fn every_replica_of_a_world_at_rest_prints_the_same() {
    let plan = Plan {
        steps: 40,
        faults: Faults::NONE,
    };
    for seed in 2000..2003 {
        let ended = run(seed, &plan).unwrap_or_else(|failure| panic!("{failure}"));
        let root = tempfile::tempdir().unwrap();
        let mut first: Option<Vec<Value>> = None;
        for (number, replica) in ended.replicas().iter().enumerate() {
            let home = Home::new(&programs(), &root.path().join(number.to_string())).unwrap();
            let workspace = home.directory().join("data/okr/world");
            fs::create_dir_all(&workspace).unwrap();
            for file in fs::read_dir(replica).unwrap() {
                let path = file.unwrap().path();
                fs::copy(&path, workspace.join(path.file_name().unwrap())).unwrap();
            }
            // When it was asked, and when it was last synced, may differ.
            let items = |arguments: &[&str]| home.json(arguments).unwrap()["items"].take();
            let printed = vec![
                items(&["tree"]),
                items(&["tree", "--at", "3"]),
                items(&["log", "--limit", "all"]),
            ];
            assert!(printed.iter().all(|items| items.as_array().is_some()));
            let goals = printed[0][0]["objectives"].as_array();
            assert!(goals.is_some_and(|goals| !goals.is_empty()), "seed {seed}");
            assert_eq!(
                first.get_or_insert_with(|| printed.clone()),
                &printed,
                "seed {seed}"
            );
        }
    }
}
