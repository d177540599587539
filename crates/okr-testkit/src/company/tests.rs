//! The company's history has the shape that it claims.

use okr_core::entity::Entity;
use okr_core::event::{CheckInEvent, Event};

use super::*;

fn median(mut numbers: Vec<usize>) -> usize {
    numbers.sort_unstable();
    numbers[numbers.len() / 2]
}

#[test]
fn a_history_has_its_length_and_the_shape_of_real_ones() {
    let mut steps = Vec::new();
    history(30_000, &mut |step| steps.push(step));
    assert!((27_000..33_000).contains(&steps.len()), "{}", steps.len());
    let times: Vec<Timestamp> = steps.iter().map(|step| step.recorded_at).collect();
    assert!(times.is_sorted(), "the server's clock never goes back");
    let mut view = MemoryView::new();
    let (mut notes, mut gaps) = (Vec::new(), Vec::new());
    let mut before = std::collections::HashMap::new();
    for step in &steps {
        view.apply(&step.change);
        for event in &step.change.events {
            if let Event::CheckIn(_, CheckInEvent::Recorded(new)) = event {
                notes.extend(new.note.as_ref().map(|note| note.as_str().len()));
                if let Some(day) = before.insert(new.key_result, new.effective) {
                    let days = (new.effective - day).get_days();
                    gaps.push(usize::try_from(days).unwrap());
                }
            }
        }
    }
    assert_eq!(median(notes), 44);
    assert!((10..=11).contains(&median(gaps)));
    let current = view.entities().find_map(|entity| match entity {
        Entity::Cycle(cycle) if cycle.name.as_str() == "2026-Q4" => Some(cycle.id),
        _ => None,
    });
    let objectives: Vec<_> = view
        .entities()
        .filter_map(|entity| match entity {
            Entity::Objective(one) if Some(one.cycle) == current => Some(one.id),
            _ => None,
        })
        .collect();
    let key_results = view.entities().filter(
        |entity| matches!(entity, Entity::KeyResult(one) if objectives.contains(&one.objective)),
    );
    assert_eq!(
        (objectives.len(), key_results.count()),
        (OBJECTIVES, KEY_RESULTS)
    );
}
