//! Patches against the states before and after each change.

use okr_core::id::Position;
use okr_core::view::{MemoryView, View as _};
use okr_testkit::generate::{TODAY, histories};
use okr_testkit::sample::ANA;
use proptest::prelude::*;

use super::*;
use crate::fake_log::FakeLog;
use crate::log::LogFilter;
use crate::moment::Moment;
use crate::pending;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_patch_is_what_differs_before_and_after_a_change(
        history in histories(60), cut in any::<prop::sample::Index>(),
    ) {
        let cut = cut.index(history.len()) + 1;
        let log = FakeLog::of(&history[..cut]);
        let (_dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        // What the others made meanwhile is missing, so only a beginning is sure to fit.
        let own = history[cut..].iter().take_while(|(author, _)| *author == ANA);
        let own: Vec<_> = own.cloned().collect();
        replica.write(|db| {
            for (_, change) in &own {
                pending::append(db, change, &pending::encode(change)?)?;
            }
            Ok::<_, ReplicaError>(())
        }).unwrap();
        let filter = LogFilter { pending: true, oldest_first: true, ..LogFilter::default() };
        let entries = replica.log(&filter).unwrap();
        prop_assert_eq!(entries.len(), cut + own.len());
        let reading = replica.reading(Moment::now(TODAY)).unwrap();
        let mut state = MemoryView::new();
        for (entry, (_, change)) in entries.iter().zip(&history) {
            let before = state.clone();
            state.apply(change);
            for patch in reading.patch(entry).unwrap() {
                let then = before.entity(patch.about).unwrap();
                let now = state.entity(patch.about).unwrap();
                prop_assert_eq!(patch.created, then.is_none() && now.is_some());
                prop_assert_eq!(patch.steps, field_steps(then.as_ref(), now.as_ref()));
            }
        }
        prop_assert_eq!(log.head(), Position::new(cut as u64));
    }
}
