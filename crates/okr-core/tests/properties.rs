//! What holds of every history, and not only of the examples.

use std::collections::HashSet;

use okr_core::Timestamp;
use okr_core::admit::{MAX_LINKS, Verdict, admit};
use okr_core::change::Change;
use okr_core::decide::{Command, Decision, ObjectivePatch, Proposal, decide};
use okr_core::entity::{Entity, Objective};
use okr_core::event::{Event, Support};
use okr_core::id::{ChangeId, EntityId, ObjectiveId, PersonId};
use okr_core::value::{AmendmentCategory, Source};
use okr_core::view::{MemoryView, Overlay, View};
use okr_testkit::Random;
use okr_testkit::generate::{ORG, histories, history, replay};
use okr_testkit::sample::{change_id, context, text, title};
use okr_testkit::scenario::never;
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

type History = Vec<(PersonId, Change)>;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_decided_is_admitted(history in histories(120)) {
        let mut view = MemoryView::new();
        for (author, change) in &history {
            let verdict = never(admit(&view, &context(*author), ORG, change));
            prop_assert_eq!(verdict, Verdict::Admitted);
            view.apply(change);
        }
    }

    #[test]
    fn what_was_admitted_is_already_so_or_refused_the_second_time(history in histories(120)) {
        let mut view = MemoryView::new();
        for (author, change) in &history {
            view.apply(change);
            let again = never(admit(&view, &context(*author), ORG, change));
            if again != Verdict::AlreadySo {
                let refused = matches!(again, Verdict::Rejected(_));
                prop_assert!(refused || change.events.len() > 1, "{:?}", change);
            }
        }
    }

    #[test]
    fn replaying_a_prefix_and_then_the_rest_is_replaying_all(
        history in histories(150),
        cut in any::<proptest::sample::Index>(),
    ) {
        let (prefix, rest) = history.split_at(cut.index(history.len() + 1));
        let mut view = replay(prefix);
        for (_, change) in rest {
            view.apply(change);
        }
        prop_assert_eq!(view, replay(&history));
    }

    #[test]
    fn an_overlay_shows_what_applying_would_give(
        history in histories(150),
        cut in any::<proptest::sample::Index>(),
    ) {
        let (prefix, rest) = history.split_at(cut.index(history.len() + 1));
        let base = replay(prefix);
        let mut overlay = Overlay::new(&base);
        for (_, change) in rest {
            never(overlay.apply(change));
        }
        for entity in replay(&history).entities() {
            prop_assert_eq!(never(overlay.entity(entity.id())), Some(entity));
        }
    }

    #[test]
    fn evolve_is_total(seed in any::<u64>(), other in any::<u64>()) {
        // The events of one history, in any order, on the entities of another.
        let mut view = replay(&history(seed, 60));
        let mut events = events_of(&history(other, 60));
        shuffle(&mut events, &mut Random::new(seed ^ other));
        for event in &events {
            let before = never(view.entity(event.subject()));
            view.apply_event(event);
            let after = never(view.entity(event.subject()));
            prop_assert!(before.is_none() || after.is_some(), "nothing disappears");
            prop_assert_eq!(Entity::evolve(before, event), after);
        }
    }

    #[test]
    fn evolve_ignores_what_is_about_another_entity(seed in any::<u64>()) {
        let view = replay(&history(seed, 60));
        let events = events_of(&history(seed.wrapping_add(1), 60));
        for (entity, event) in view.entities().zip(&events) {
            if entity.id() != event.subject() {
                let untouched = Entity::evolve(Some(entity.clone()), event);
                prop_assert_eq!(untouched, Some(entity));
            }
        }
    }

    #[test]
    fn alignment_and_lineage_stay_acyclic(history in histories(400)) {
        let view = replay(&history);
        for entity in view.entities() {
            if let Some(objective) = entity.into_objective() {
                prop_assert!(ends(&view, objective.id, next_support), "{:?}", objective.id);
                prop_assert!(ends(&view, objective.id, |_, found| found.continues));
            }
        }
    }

    #[test]
    fn teams_stay_a_tree(history in histories(400)) {
        let view = replay(&history);
        for entity in view.entities() {
            let mut next = entity.into_team().map(|team| team.id);
            let mut seen = HashSet::new();
            while let Some(id) = next {
                prop_assert!(seen.insert(id), "{id} is part of itself");
                next = never(view.team(id)).and_then(|team| team.parent);
            }
        }
    }

    #[test]
    fn of_two_different_edits_of_one_field_only_one_is_admitted(seed in any::<u64>()) {
        let (view, author, goal) = editable(seed);
        let mine = retitle(&view, author, goal.id, "mine");
        let theirs = retitle(&view, author, goal.id, "theirs");
        let (Decision::Change(mine), Decision::Change(theirs)) = (mine, theirs) else {
            return Ok(());
        };
        let mut after = view;
        after.apply(&theirs);
        let verdict = never(admit(&after, &context(author), ORG, &mine));
        let Verdict::Rejected(rejection) = verdict else {
            panic!("both were admitted: {verdict:?}");
        };
        prop_assert_eq!(rejection.code(), "conflict");
        prop_assert_eq!(rejection.subject(), Some(EntityId::Objective(goal.id)));
    }
}

#[test]
fn the_last_property_is_not_empty() {
    let decided = (0..64).filter(|seed| {
        let (view, author, goal) = editable(*seed);
        matches!(retitle(&view, author, goal.id, "mine"), Decision::Change(_))
    });
    assert!(decided.count() > 16, "hardly any objective can be edited");
}

/// Returns a state with an objective, and somebody to edit it.
fn editable(seed: u64) -> (MemoryView, PersonId, Objective) {
    let mut changes = 100;
    loop {
        let history = history(seed, changes);
        let view = replay(&history);
        let mut objectives: Vec<Objective> =
            view.entities().filter_map(Entity::into_objective).collect();
        // The order of a hash map is no property.
        objectives.sort_by_key(|objective| objective.id);
        if let Some(goal) = objectives.pop() {
            let author = history.first().map(|(author, _)| *author);
            return (view, author.expect("a history has a first change"), goal);
        }
        changes += 100;
    }
}

fn retitle(view: &MemoryView, author: PersonId, id: ObjectiveId, to: &str) -> Decision {
    let patch = ObjectivePatch {
        title: Some(title(to)),
        ..ObjectivePatch::default()
    };
    let proposal = Proposal {
        id: change_id(1),
        authored_at: Timestamp::UNIX_EPOCH,
        on_behalf_of: None,
        source: Source::Human,
        reason: Some(text("clearer")),
        amendment: Some(AmendmentCategory::Correction),
        commands: vec![Command::SetObjective {
            id,
            patch: Box::new(patch),
        }],
    };
    never(decide(view, &context(author), ORG, proposal))
}

fn next_support(view: &MemoryView, objective: &Objective) -> Option<ObjectiveId> {
    match objective.supports? {
        Support::Objective(id) => Some(id),
        Support::KeyResult(id) => never(view.key_result(id)).map(|found| found.objective),
    }
}

/// Says whether following links from an objective comes to an end without a repetition.
fn ends(
    view: &MemoryView,
    first: ObjectiveId,
    next: impl Fn(&MemoryView, &Objective) -> Option<ObjectiveId>,
) -> bool {
    let mut seen = HashSet::new();
    let mut current = Some(first);
    while let Some(id) = current {
        if !seen.insert(id) || seen.len() > 100 * MAX_LINKS {
            return false;
        }
        current = never(view.objective(id)).and_then(|found| next(view, &found));
    }
    true
}

fn events_of(history: &History) -> Vec<Event> {
    let events = history.iter().flat_map(|(_, change)| change.events.iter());
    events.cloned().collect()
}

fn shuffle(events: &mut [Event], random: &mut Random) {
    for last in (1..events.len()).rev() {
        events.swap(last, random.below(last + 1));
    }
}

#[test]
fn ids_of_a_history_are_fresh() {
    let ids: Vec<ChangeId> = history(5, 300)
        .iter()
        .map(|(_, change)| change.id)
        .collect();
    let distinct: HashSet<ChangeId> = ids.iter().copied().collect();
    assert_eq!(distinct.len(), ids.len());
}
