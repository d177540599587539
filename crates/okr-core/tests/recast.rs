//! A history told of other people and another organisation: nothing else changes, and nobody is forgotten.

use okr_core::change::Change;
use okr_core::id::{OrgId, PersonId};
use okr_core::recast::Recast;
use okr_testkit::generate::history;
use okr_testkit::sample::{ANA, ORG};
use uuid::Uuid;

const HERE: PersonId = PersonId::new(Uuid::from_u128(0xabc0_ffee));
const NEW: OrgId = OrgId::new(Uuid::from_u128(0xdef0_0001));

fn told(change: &Change, recast: Recast) -> Change {
    let mut change = change.clone();
    for event in &mut change.events {
        recast.event(event);
    }
    change
}

#[test]
fn whoever_is_somebody_else_is_so_in_every_event() {
    let there = Recast {
        org: NEW,
        person: Some((ANA, HERE)),
    };
    let back = Recast {
        org: ORG,
        person: Some((HERE, ANA)),
    };
    let mut mentions = 0;
    for seed in 1..=4 {
        for (_, change) in history(seed, 2000) {
            let events = |change: &Change| format!("{:?}", change.events);
            let other = told(&change, there);
            let before = events(&change);
            mentions += before.matches(&format!("{ANA:?}")).count();
            let text = events(&other);
            assert!(!text.contains(&format!("{ANA:?}")), "{text}");
            assert!(!text.contains(&format!("{ORG:?}")), "{text}");
            assert_eq!(told(&other, back), change);
        }
    }
    assert!(mentions > 100, "only {mentions}");
}

#[test]
fn without_anybody_known_only_the_organisation_changes() {
    let recast = Recast {
        org: NEW,
        person: None,
    };
    for (_, change) in history(5, 300) {
        let other = told(&change, recast);
        let expected = format!("{change:?}").replace(&format!("{ORG:?}"), &format!("{NEW:?}"));
        assert_eq!(format!("{other:?}"), expected);
    }
}
