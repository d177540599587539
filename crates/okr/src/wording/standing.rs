//! How goals stand, in the few words that fit beside them.

use okr_core::Date;
use okr_core::entity::Cycle;
use okr_core::id::EntityId;
use okr_core::progress::{Progress, expected};
use okr_core::value::{GoalState, WeekStart, days_between};
use okr_replica::{KeyResultStanding, Moment, ObjectiveStanding};

use super::entry::LATE;
use crate::names::Names;
use crate::render::Screen;

/// What is said of a thing that only a newer program knows.
pub(crate) const UPGRADE: &str = "upgrade okr";

/// Writes progress in percent, or a dash.
pub(crate) fn percent(progress: Option<Progress>) -> String {
    progress.map_or_else(|| "-".to_owned(), Progress::percent)
}

/// Says what is special about a key result: late, pending, moved away from its commitment.
pub(crate) fn key_result_marks(standing: &KeyResultStanding, names: &Names) -> Vec<String> {
    let mut marks = Vec::new();
    if names.needs_upgrade(standing.key_result.id) {
        marks.push(UPGRADE.to_owned());
    }
    if let Some(zone) = standing.zone {
        marks.push(format!("zone {zone}"));
    }
    if let Some(score) = standing.key_result.score {
        marks.push(format!("score {}", score.number()));
    }
    if let Some(blocker) = &standing.blocker {
        marks.push(format!("blocked since {}", blocker.since));
    }
    marks.extend(was_before(standing));
    if standing.late_addition {
        marks.push("late addition".to_owned());
    }
    if standing.latest.as_ref().is_some_and(|fact| fact.late) {
        marks.push(format!("value {LATE}"));
    }
    if standing.pending {
        marks.push("pending".to_owned());
    }
    marks
}

/// Says what is special about an objective.
pub(crate) fn objective_marks(standing: &ObjectiveStanding, names: &Names) -> Vec<String> {
    let objective = &standing.objective;
    let mut marks = Vec::new();
    if names.needs_upgrade(objective.id) {
        marks.push(UPGRADE.to_owned());
    }
    match objective.state() {
        GoalState::Active => {}
        GoalState::Draft | GoalState::Closed | GoalState::Abandoned | GoalState::Archived => {
            marks.push(objective.state().to_string());
        }
    }
    if let Some(score) = objective.score {
        marks.push(format!("score {}", score.number()));
    }
    marks.extend(was_committed(standing));
    if standing.late_addition {
        marks.push("late addition".to_owned());
    }
    if standing.pending {
        marks.push("pending".to_owned());
    }
    marks
}

/// Names the progress of an objective against its original commitment, where it is another one. A late
/// addition has none: nobody had committed to it.
pub(crate) fn was_committed(standing: &ObjectiveStanding) -> Option<String> {
    let both = (standing.progress, standing.original);
    was_against(both, "the original commitment")
}

/// Names the progress of a key result against the target of its commitment, where it is another one; of
/// a late addition, which has no commitment, against the target that it was added with.
pub(crate) fn was_before(standing: &KeyResultStanding) -> Option<String> {
    let both = (standing.progress, standing.original);
    let target = if standing.late_addition {
        "its first target"
    } else {
        "the original target"
    };
    was_against(both, target)
}

fn was_against(
    (progress, original): (Option<Progress>, Option<Progress>),
    what: &str,
) -> Option<String> {
    let original = original.filter(|original| Some(*original) != progress)?;
    let original = original.percent();
    Some(format!("was {original} against {what}"))
}

/// Says where in its cycle a moment is: `week 9 of 14 · 58% of the time gone`.
pub(crate) fn place_in(
    cycle: &Cycle,
    moment: &Moment,
    week_start: WeekStart,
    screen: &Screen,
) -> String {
    let (period, day) = (cycle.period, moment.day);
    if day < period.start() {
        return match days_between(day, period.start()) {
            1 => "begins tomorrow".to_owned(),
            days => format!("begins in {days} days"),
        };
    }
    if day > period.end() {
        return match days_between(period.end(), day) {
            1 => "ended yesterday".to_owned(),
            days => format!("ended {days} days ago"),
        };
    }
    let monday = week_of(period.start(), week_start);
    let week = |day| days_between(monday, day) / 7 + 1;
    format!(
        "week {} of {} {} {} of the time gone",
        week(day),
        week(period.end()),
        screen.dot(),
        expected(period, None, None, moment.pace_day()).percent()
    )
}

/// Returns the first day of the week that a day is in.
pub(crate) fn week_of(day: Date, week_start: WeekStart) -> Date {
    let weekday = day.weekday().to_monday_zero_offset();
    let first = match week_start {
        WeekStart::Monday => 0,
        WeekStart::Saturday => 5,
        WeekStart::Sunday => 6,
    };
    let back = (weekday - first).rem_euclid(7);
    day.checked_sub(jiff::Span::new().days(back)).unwrap_or(day)
}

/// Says whether a thing is somebody's or something's: used to keep only parts of a tree.
pub(crate) fn is_about(standing: &ObjectiveStanding, id: EntityId) -> bool {
    match id {
        EntityId::Objective(id) => standing.objective.id == id,
        EntityId::KeyResult(id) => standing
            .key_results
            .iter()
            .any(|standing| standing.key_result.id == id),
        EntityId::Person(id) => {
            standing.objective.owner == id
                || standing
                    .key_results
                    .iter()
                    .any(|standing| standing.key_result.owner == id)
        }
        EntityId::Team(id) => standing.objective.team == Some(id),
        EntityId::Cycle(id) => standing.objective.cycle == id,
        EntityId::Org(_) => true,
        EntityId::CheckIn(_)
        | EntityId::Comment(_)
        | EntityId::Initiative(_)
        | EntityId::Metric(_)
        | EntityId::MetricValue(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use okr_core::event::CycleEvent;
    use okr_testkit::sample::{TODAY, cycle_id, new_cycle};

    use super::*;

    #[test]
    fn a_day_has_a_place_in_its_cycle() {
        let cycle = Cycle::evolve(None, cycle_id(1), &CycleEvent::Created(new_cycle())).unwrap();
        let screen = Screen::terminal(80);
        let at = |moment| place_in(&cycle, &moment, WeekStart::Monday, &screen);
        let place = |day| at(Moment::now(day));
        assert_eq!(place(TODAY), "week 9 of 14 · 58% of the time gone");
        assert_eq!(
            place(Date::constant(2026, 10, 1)),
            "week 1 of 14 · 0% of the time gone"
        );
        assert_eq!(place(Date::constant(2026, 9, 30)), "begins tomorrow");
        assert_eq!(place(Date::constant(2027, 1, 10)), "ended 10 days ago");
        let end_of = |day| {
            at(Moment {
                day_is_over: true,
                ..Moment::now(day)
            })
        };
        let gone = "week 14 of 14 · 100% of the time gone";
        assert_eq!(end_of(Date::constant(2026, 12, 31)), gone);
        assert_eq!(
            end_of(Date::constant(2026, 9, 30)),
            "begins tomorrow",
            "the day is still the one before"
        );
    }
}
