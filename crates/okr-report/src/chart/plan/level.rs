//! What values are measured against: targets and bounds with their moves, and commitments.

use okr_core::measure::Measure;
use okr_core::value::Number;
use okr_core::{Date, Decimal};

use crate::chart::goal::{Course, Goal};
use crate::chart::{Level, Role, Scale};
use crate::words::{Language, Phrase};

/// Returns the levels of a goal that is drawn alone.
pub(super) fn of_one(goal: &Goal, scale: &Scale, language: Language) -> Vec<Level> {
    let constant = |role, value, word| constant(role, value, word, language);
    let Course::Values {
        measure,
        steps,
        committed,
        ..
    } = &goal.course
    else {
        return Vec::new();
    };
    match scale {
        Scale::Number => {}
        Scale::Percent => {
            return vec![constant(
                Role::Target,
                Decimal::ONE_HUNDRED,
                Phrase::ChartAllDone,
            )];
        }
        Scale::Zones => return Vec::new(),
    }
    let mut levels = Vec::new();
    if let Measure::Metric(metric) = &**measure {
        for (word, level) in [
            (Phrase::ChartCommit, metric.commit),
            (Phrase::ChartStretch, metric.stretch),
        ] {
            levels.extend(level.map(|level| constant(Role::Aside, level.decimal(), word)));
        }
    }
    for (word, pick) in BOUNDS {
        let now = pick(measure);
        let then = committed.as_deref().and_then(pick);
        if let Some(then) = then
            && Some(then) != now
        {
            levels.push(constant(
                Role::Committed,
                then.decimal(),
                Phrase::ChartCommitted,
            ));
        }
        let path = path(measure, steps, pick);
        if let Some(now) = path.iter().rev().find_map(|(_, value)| *value) {
            levels.push(Level {
                role: Role::Target,
                line: None,
                label: labelled(word, now, language),
                steps: path,
            });
        }
    }
    levels
}

/// Returns the target of each goal, in the values that they have in common.
pub(super) fn of_several(goals: &[Goal], scale: &Scale, language: Language) -> Vec<Level> {
    if *scale != Scale::Number {
        return Vec::new();
    }
    let mut levels = Vec::new();
    for (line, goal) in goals.iter().enumerate() {
        let Course::Values { measure, steps, .. } = &goal.course else {
            continue;
        };
        for (word, pick) in BOUNDS {
            let path = path(measure, steps, pick);
            if let Some(now) = path.iter().rev().find_map(|(_, value)| *value) {
                levels.push(Level {
                    role: Role::Target,
                    line: Some(line),
                    label: format!("{}: {}", goal.name, labelled(word, now, language)),
                    steps: path,
                });
            }
        }
    }
    levels
}

type Pick = fn(&Measure) -> Option<Number>;

/// What a measure asks of a value, with the words for it.
const BOUNDS: [(Phrase, Pick); 3] = [
    (Phrase::ChartTarget, |measure| match measure {
        Measure::Metric(metric) => Some(metric.target),
        Measure::Hold(_) | Measure::Milestones(_) | Measure::Zones(_) => None,
    }),
    (Phrase::ChartAtLeast, |measure| match measure {
        Measure::Hold(hold) => hold.low(),
        Measure::Metric(_) | Measure::Milestones(_) | Measure::Zones(_) => None,
    }),
    (Phrase::ChartAtMost, |measure| match measure {
        Measure::Hold(hold) => hold.high(),
        Measure::Metric(_) | Measure::Milestones(_) | Measure::Zones(_) => None,
    }),
];

/// Returns where a bound was, from each of the days on on which it moved.
///
/// The first one holds for all days before, too: goals are written down for the whole of a cycle.
fn path(measure: &Measure, steps: &[(Date, Measure)], pick: Pick) -> Vec<(Date, Option<Decimal>)> {
    let decimal = |measure: &Measure| pick(measure).map(Number::decimal);
    let first = steps.first().map_or(measure, |(_, measure)| measure);
    let mut path = vec![(Date::MIN, decimal(first))];
    for (day, measure) in steps {
        let value = decimal(measure);
        if path.last().is_none_or(|(_, before)| *before != value) {
            path.push((*day, value));
        }
    }
    path
}

fn labelled(word: Phrase, value: Decimal, language: Language) -> String {
    format!("{} {}", language.phrase(word), language.decimal(value))
}

fn constant(role: Role, value: Decimal, word: Phrase, language: Language) -> Level {
    let label = match role {
        Role::Target => language.phrase(word).to_owned(),
        Role::Aside | Role::Committed => labelled(word, value, language),
    };
    Level {
        role,
        line: None,
        steps: vec![(Date::MIN, Some(value))],
        label,
    }
}

impl Level {
    /// Returns where the level is on a day.
    pub(in crate::chart) fn at(&self, day: Date) -> Option<Decimal> {
        let step = self.steps.iter().rfind(|(from, _)| *from <= day);
        step.and_then(|(_, value)| *value)
    }
}
