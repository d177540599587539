//! What is said to build on a change is what cannot do without it.

use std::collections::HashSet;

use okr_testkit::generate::history;
use okr_testkit::sample::ANA;

use super::*;
use crate::fake_log::FakeLog;
use crate::takeout::{self, TakenOut};

#[test]
fn whatever_cannot_do_without_a_change_is_said_to_build_on_it() {
    let mut checked = 0;
    for seed in 0..30 {
        let history = history(seed, 60);
        let log = FakeLog::of(&history[..20]);
        let (_dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        for (_, change) in history[20..].iter().filter(|(author, _)| *author == ANA) {
            let encoded = pending::encode(change).unwrap();
            replica
                .write(|db| pending::append(db, change, &encoded))
                .unwrap();
        }
        let entries = replica.pending().unwrap();
        for (index, entry) in entries.iter().enumerate() {
            let mut above = HashSet::from([entry.change.id]);
            for later in &entries[index + 1..] {
                if later.builds_on.iter().any(|id| above.contains(id)) {
                    above.insert(later.change.id);
                }
            }
            let planned = replica.write(|db| takeout::plan(db, &[entry.change.id], false));
            if let TakenOut::DependedOn(ids) = planned.unwrap() {
                checked += ids.len();
                let missing: Vec<ChangeId> =
                    ids.into_iter().filter(|id| !above.contains(id)).collect();
                let of = |id: &ChangeId| entries.iter().find(|one| one.change.id == *id).unwrap();
                let missing: Vec<_> = missing.iter().map(of).collect();
                assert!(
                    missing.is_empty(),
                    "seed {seed}: {missing:#?} on {entry:#?}"
                );
            }
        }
    }
    assert!(checked > 40, "only {checked} dependencies were tried");
}
