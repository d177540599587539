//! What is told of a thing that differs: a row for each step, with the change that made it.

use okr_core::entity::{CheckIn, Entity};
use okr_core::event::Event;
use okr_core::field::FieldValue;
use okr_core::measure::Measure;
use okr_core::value::{AmendmentCategory, Confidence, GoalState};
use okr_replica::{Changed, LogEntry, RollUp, RollUpOf, Stands};

use crate::names::Names;
use crate::render::{Screen, mark_and_words};
use crate::wording::{Before, field_step, percent, said, value, value_change};

/// What is said of a check-in that came after its cycle.
const LATE: &str = "late: the cycle was closed";

/// What became of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// It came.
    Added,
    /// It was archived or abandoned.
    Gone,
    /// It is another one.
    Changed,
}

impl Sign {
    pub(super) const fn mark(self) -> &'static str {
        match self {
            Self::Added => "+",
            Self::Gone => "-",
            Self::Changed => "~",
        }
    }

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Gone => "gone",
            Self::Changed => "changed",
        }
    }

    pub(super) fn of(changed: &Changed) -> Self {
        if changed.added.is_some() {
            return Self::Added;
        }
        let moved = changed
            .fields
            .iter()
            .any(|field| field.step.word == "state");
        let is_gone = match &changed.entity {
            Entity::Objective(objective) => is_gone(objective.state()),
            Entity::KeyResult(key_result) => is_gone(key_result.state()),
            Entity::Team(team) => team.archived,
            Entity::Person(person) => !person.active,
            Entity::Initiative(initiative) => initiative.archived,
            Entity::Metric(metric) => metric.archived,
            Entity::MetricValue(value) => value.retracted,
            Entity::Org(_) | Entity::Cycle(_) | Entity::CheckIn(_) | Entity::Comment(_) => false,
        };
        if moved && is_gone {
            Self::Gone
        } else {
            Self::Changed
        }
    }
}

const fn is_gone(state: GoalState) -> bool {
    match state {
        GoalState::Abandoned | GoalState::Archived => true,
        GoalState::Draft | GoalState::Active | GoalState::Closed => false,
    }
}

/// One step of a thing.
#[derive(Clone, Debug)]
pub(super) struct Row<'d> {
    pub(super) word: &'static str,
    /// Harmless for a terminal.
    pub(super) text: String,
    /// The change that made it; none when time did, or what it follows from stands above.
    pub(super) by: Option<&'d LogEntry>,
    /// What is special about it.
    pub(super) remark: Option<String>,
}

/// Returns the steps of a thing.
pub(super) fn rows<'d>(changed: &'d Changed, names: &Names, screen: &Screen) -> Vec<Row<'d>> {
    let measure = match &changed.entity {
        Entity::KeyResult(key_result) => Some(&key_result.measure),
        _ => None,
    };
    let mut rows = Vec::new();
    if let Some(entry) = changed.added.as_deref() {
        rows.push(created(changed, entry, names, screen));
    } else {
        for field in &changed.fields {
            let step = &field.step;
            let by = field.by.as_deref();
            rows.push(Row {
                word: step.word,
                text: field_step(step, measure, names, screen),
                remark: by.and_then(amendment),
                by,
            });
        }
    }
    if let Some(stands) = &changed.stands {
        reported(stands, changed, screen, &mut rows);
    }
    rows
}

fn created<'d>(changed: &Changed, entry: &'d LogEntry, names: &Names, screen: &Screen) -> Row<'d> {
    let id = changed.entity.id();
    let events = entry.change.iter().flat_map(|change| &change.events);
    let mut said = events
        .filter(|event: &&Event| event.subject() == id)
        .flat_map(|event| said(event, Before::default(), names, screen));
    let first = said.next();
    Row {
        word: "added",
        text: first.map(|said| said.text).unwrap_or_default(),
        by: Some(entry),
        remark: changed.late_addition.then(|| "late addition".to_owned()),
    }
}

fn amendment(entry: &LogEntry) -> Option<String> {
    let category = entry.change.as_ref()?.amendment?;
    Some(format!("amendment: {}", AmendmentCategory::word(category)))
}

fn reported<'d>(stands: &'d Stands, changed: &Changed, screen: &Screen, rows: &mut Vec<Row<'d>>) {
    let measure = match &changed.entity {
        Entity::KeyResult(key_result) => Some(&key_result.measure),
        _ => None,
    };
    let by = stands.by.as_deref();
    let before = stands.before.as_ref();
    let then = before.and_then(|before| before.check_in.as_ref());
    let now = stands.after.check_in.as_ref();
    let late = stands.after.late;
    rows.extend(value_text((then, now), measure, screen).map(|text| Row {
        word: "value",
        text,
        by,
        remark: late.then(|| LATE.to_owned()),
    }));
    let confidences = (
        then.and_then(|one| one.confidence),
        now.and_then(|one| one.confidence),
    );
    rows.extend(confidence_text(confidences, screen).map(|text| Row {
        word: "confidence",
        text,
        by,
        remark: None,
    }));
    // What was reported and what was defined stand above; only time has no line of its own.
    let by_time = then == now && changed.fields.is_empty();
    judged(stands, by_time, screen, rows);
    if rows.is_empty() {
        // Another check-in counts, and it says the same.
        let reported = now.map(|now| value(&now.value, measure, screen));
        rows.push(Row {
            word: "check-in",
            text: format!("{} (as before)", reported.unwrap_or_default()),
            by,
            remark: late.then(|| LATE.to_owned()),
        });
    }
}

/// Writes how the value moved; none when it is the same.
fn value_text(
    values: (Option<&CheckIn>, Option<&CheckIn>),
    measure: Option<&Measure>,
    screen: &Screen,
) -> Option<String> {
    match values {
        (Some(then), Some(now)) if then.value == now.value => None,
        (Some(then), Some(now)) => Some(value_change(&then.value, &now.value, measure, screen)),
        (None, Some(now)) => Some(value(&now.value, measure, screen)),
        (Some(then), None) => Some(step(&value(&then.value, measure, screen), "none", screen)),
        (None, None) => None,
    }
}

/// Writes how the confidence moved; none when it is the same.
fn confidence_text(
    confidences: (Option<Confidence>, Option<Confidence>),
    screen: &Screen,
) -> Option<String> {
    let word =
        |one: Option<Confidence>| one.map_or_else(|| "none".to_owned(), |one| one.to_string());
    match confidences {
        (then, now) if then == now => None,
        (None, now) => Some(word(now)),
        (then, now) => Some(step(&word(then), &word(now), screen)),
    }
}

/// Tells progress and status, where they are other ones.
fn judged(stands: &Stands, by_time: bool, screen: &Screen, rows: &mut Vec<Row<'_>>) {
    let (progress, status) = (stands.after.progress, stands.after.status);
    let mut add = |word, text, remark| {
        rows.push(Row {
            word,
            text,
            by: None,
            remark,
        });
    };
    let Some(before) = &stands.before else {
        add("progress", percent(progress), None);
        add("status", mark_and_words(status, screen), None);
        return;
    };
    if before.progress != progress {
        let text = step(&percent(before.progress), &percent(progress), screen);
        add("progress", text, None);
    }
    if before.status != status {
        let from = mark_and_words(before.status, screen);
        let text = step(&from, &mark_and_words(status, screen), screen);
        add("status", text, by_time.then(|| "by time alone".to_owned()));
    }
}

/// Writes a step between two texts.
pub(super) fn step(from: &str, to: &str, screen: &Screen) -> String {
    format!("{from} {} {to}", screen.arrow())
}

/// Names what a progress is of, and writes how it moved.
pub(super) fn roll_up(roll_up: &RollUp, names: &Names, screen: &Screen) -> (String, String) {
    let of = match roll_up.of {
        RollUpOf::Objective(id) => names.label(id.into()),
        RollUpOf::Cycle(id) => names.label(id.into()),
        RollUpOf::Team(cycle, team) => {
            let cycle = names.label(cycle.into());
            match team {
                Some(team) => format!("{} in {cycle}", names.label(team.into())),
                None => format!("no team in {cycle}"),
            }
        }
    };
    let moved = step(&percent(roll_up.before), &percent(roll_up.after), screen);
    (of, moved)
}

/// Says whether a field of a thing that was there has another value.
pub(super) fn is_edit(changed: &Changed) -> bool {
    changed.added.is_none() && !changed.fields.is_empty()
}

/// Says what a state step leads to, where it is one.
pub(super) fn new_state(changed: &Changed) -> Option<&str> {
    let state = changed
        .fields
        .iter()
        .find(|field| field.step.word == "state")?;
    match &state.step.to {
        FieldValue::Word(word) => Some(word),
        _ => None,
    }
}
