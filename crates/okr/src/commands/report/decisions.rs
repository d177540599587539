//! What was decided: everything that moved the goalposts, and what was graded or taken up again.

use std::collections::BTreeSet;

use okr_core::Timestamp;
use okr_core::event::{
    CycleEdit, CycleEvent, Edit, Event, KeyResultEdit, KeyResultEvent, ObjectiveEdit,
    ObjectiveEvent, Support,
};
use okr_core::id::{ChangeId, EntityId};
use okr_replica::{Axis, ChangeKind, LogEntry, LogFilter, MoveKind, Place, Point};
use okr_report::reports::{Decision, Deed, Held, Step};

use super::gather::{Ground, named};
use crate::commands::learn_entries;
use crate::commands::past::Past;
use crate::context::Context;
use crate::error::CliError;
use crate::failure;
use crate::names::Names;

/// Returns what was decided about the goals of cycles after a moment, oldest first; without one, since
/// the cycles were opened.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn since(
    context: &Context,
    past: &mut Past<'_>,
    materials: &[Ground],
    after: Option<Timestamp>,
) -> Result<Vec<Decision>, CliError> {
    let mut entries: Vec<LogEntry> = Vec::new();
    let mut amending: BTreeSet<ChangeId> = BTreeSet::new();
    for material in materials {
        for moved in material.posts.iter().flat_map(|posts| &posts.moved) {
            let asks = |kind| matches!(kind, MoveKind::Amendment | MoveKind::TakenOut);
            if moved.steps.iter().any(|step| asks(step.kind)) {
                amending.insert(moved.entry.id);
            }
            add(&mut entries, moved.entry.clone());
        }
        for entry in concluded(past, material, after)? {
            add(&mut entries, entry);
        }
    }
    entries.retain(|entry| after.is_none_or(|after| time(past, entry) > after));
    entries.sort_by_key(|entry| (time(past, entry), rank(entry.place), entry.id));
    learn_entries(context, past, &entries)?;
    let subjects: BTreeSet<EntityId> = materials
        .iter()
        .flat_map(|material| material.subjects.iter().copied())
        .collect();
    let decisions = entries.iter().filter_map(|entry| {
        let amends = amending.contains(&entry.id);
        decision(entry, amends, &subjects, past)
    });
    Ok(decisions.collect())
}

/// Adds a change, or the events of one that is there already.
fn add(entries: &mut Vec<LogEntry>, entry: LogEntry) {
    let Some(known) = entries.iter_mut().find(|known| known.id == entry.id) else {
        entries.push(entry);
        return;
    };
    let (Some(known), Some(change)) = (&mut known.change, entry.change) else {
        return;
    };
    for event in change.events {
        if !known.events.contains(&event) {
            known.events.push(event);
        }
    }
}

/// Returns the changes that graded something of a cycle or took it up again, with these events alone.
fn concluded(
    past: &Past<'_>,
    material: &Ground,
    after: Option<Timestamp>,
) -> Result<Vec<LogEntry>, CliError> {
    let (until, until_position) = match past.at.moment.point {
        Point::Now => (None, None),
        Point::Position(position) => (None, Some(position)),
        Point::Time(time) => (Some(time), None),
    };
    let filter = LogFilter {
        about: vec![material.standing.cycle.id.into()],
        with_children: true,
        kinds: vec![ChangeKind::State, ChangeKind::Edit],
        since: after,
        until,
        until_position,
        axis: past.at.moment.axis,
        pending: true,
        oldest_first: true,
        ..LogFilter::default()
    };
    let mut entries = past.replica.log(&filter).map_err(failure::replica)?;
    for entry in &mut entries {
        if let Some(change) = &mut entry.change {
            change.events.retain(is_conclusion);
        }
    }
    entries.retain(|entry| {
        let events = entry.change.iter().map(|change| change.events.len());
        events.sum::<usize>() > 0
    });
    Ok(entries)
}

const fn is_conclusion(event: &Event) -> bool {
    matches!(
        event,
        Event::Objective(
            _,
            ObjectiveEvent::Closed { .. }
                | ObjectiveEvent::Reopened
                | ObjectiveEvent::Edited(ObjectiveEdit::Score(_))
        ) | Event::KeyResult(
            _,
            KeyResultEvent::Closed { .. }
                | KeyResultEvent::Reopened
                | KeyResultEvent::Edited(KeyResultEdit::Score(_))
        )
    )
}

/// Returns what comes first of what counts at the same moment: the log decides, and what waits comes last.
pub(super) fn rank(place: Place) -> u64 {
    match place {
        Place::Confirmed { position, .. } => position.get(),
        Place::Pending => u64::MAX,
    }
}

/// Returns when a change counts, on the axis of the report.
fn time(past: &Past<'_>, entry: &LogEntry) -> Timestamp {
    counts_at(past, entry.place, entry.authored_at)
}

/// Returns when something counts that was written at a moment and stands at a place in the log.
pub(super) fn counts_at(past: &Past<'_>, place: Place, authored_at: Timestamp) -> Timestamp {
    match (past.at.moment.axis, place) {
        (Axis::Recorded, Place::Confirmed { recorded_at, .. }) => recorded_at,
        (Axis::Recorded, Place::Pending) | (Axis::Authored | Axis::Effective, _) => authored_at,
    }
}

fn decision(
    entry: &LogEntry,
    amends: bool,
    subjects: &BTreeSet<EntityId>,
    past: &Past<'_>,
) -> Option<Decision> {
    let change = entry.change.as_ref()?;
    let about = change.events.iter();
    let about = about.filter(|event| subjects.contains(&event.subject()));
    let steps: Vec<Step> = about
        .filter_map(|event| {
            let subject = event.subject();
            Some(Step {
                subject,
                about: named(subject, &past.names),
                deed: deed(event, &past.names)?,
            })
        })
        .collect();
    if steps.is_empty() {
        return None;
    }
    let person = entry.on_behalf_of.unwrap_or(entry.author);
    Some(Decision {
        day: past.at.clock.zone.to_datetime(entry.authored_at).date(),
        change: entry.id,
        person,
        by: named(person.into(), &past.names),
        category: change.amendment,
        reason: entry.reason.as_ref().map(ToString::to_string),
        amends,
        steps,
    })
}

/// Returns what an event does to a goal; none for what decides nothing.
fn deed(event: &Event, names: &Names) -> Option<Deed> {
    match event {
        Event::Objective(_, event) => of_objective(event, names),
        Event::KeyResult(_, event) => of_key_result(event, names),
        Event::Cycle(_, CycleEvent::Edited(CycleEdit::Period(edit))) => {
            Some(edited("period", edit, |period| Held::Period(*period)))
        }
        _ => None,
    }
}

fn of_objective(event: &ObjectiveEvent, names: &Names) -> Option<Deed> {
    Some(match event {
        ObjectiveEvent::Created(_) => Deed::Added,
        ObjectiveEvent::Edited(edit) => objective_edited(edit, names)?,
        ObjectiveEvent::Published => Deed::Published,
        ObjectiveEvent::Closed { score, .. } => Deed::Closed(*score),
        ObjectiveEvent::Abandoned => Deed::Abandoned,
        ObjectiveEvent::Reopened => Deed::Reopened,
        ObjectiveEvent::Archived => Deed::Archived,
        ObjectiveEvent::Restored => Deed::Restored,
        ObjectiveEvent::Tagged(_) | ObjectiveEvent::Untagged(_) => return None,
    })
}

fn of_key_result(event: &KeyResultEvent, names: &Names) -> Option<Deed> {
    Some(match event {
        KeyResultEvent::Created(_) => Deed::Added,
        KeyResultEvent::Edited(edit) => key_result_edited(edit, names)?,
        KeyResultEvent::Closed { score } => Deed::Closed(*score),
        KeyResultEvent::Abandoned => Deed::Abandoned,
        KeyResultEvent::Reopened => Deed::Reopened,
        KeyResultEvent::Archived => Deed::Archived,
        KeyResultEvent::Restored => Deed::Restored,
        KeyResultEvent::Tagged(_) | KeyResultEvent::Untagged(_) => return None,
    })
}

fn objective_edited(edit: &ObjectiveEdit, names: &Names) -> Option<Deed> {
    let field = edit.field();
    Some(match edit {
        ObjectiveEdit::Score(edit) => Deed::Graded(edit.to?),
        ObjectiveEdit::Title(edit) => edited(field, edit, text),
        ObjectiveEdit::Slug(edit) => edited(field, edit, text),
        ObjectiveEdit::Description(edit) | ObjectiveEdit::Reflection(edit) => {
            edited(field, edit, |long| Held::any(long.as_ref(), text))
        }
        ObjectiveEdit::Owner(edit) => edited(field, edit, |owner| label(*owner, names)),
        ObjectiveEdit::Team(edit) => edited(field, edit, |team| any_label(*team, names)),
        ObjectiveEdit::Cycle(edit) => edited(field, edit, |cycle| label(*cycle, names)),
        ObjectiveEdit::Continues(edit) => edited(field, edit, |one| any_label(*one, names)),
        ObjectiveEdit::Supports(edit) => edited(field, edit, |one| {
            Held::any(one.as_ref(), |one| match one {
                Support::Objective(id) => label(*id, names),
                Support::KeyResult(id) => label(*id, names),
            })
        }),
        ObjectiveEdit::Kind(edit) => edited(field, edit, |kind| Held::Kind(*kind)),
        ObjectiveEdit::Weight(edit) => edited(field, edit, |one| Held::Number(one.number())),
    })
}

fn key_result_edited(edit: &KeyResultEdit, names: &Names) -> Option<Deed> {
    let field = edit.field();
    Some(match edit {
        KeyResultEdit::Measure(Edit { from, to }) => Deed::Measured {
            from: Box::new(from.clone()),
            to: Box::new(to.clone()),
        },
        KeyResultEdit::Score(edit) => Deed::Graded(edit.to?),
        KeyResultEdit::Objective(edit) => edited(field, edit, |one| label(*one, names)),
        KeyResultEdit::Owner(edit) => edited(field, edit, |owner| label(*owner, names)),
        KeyResultEdit::FedBy(edit) => edited(field, edit, |one| any_label(*one, names)),
        KeyResultEdit::Title(edit) => edited(field, edit, text),
        KeyResultEdit::Slug(edit) => edited(field, edit, text),
        KeyResultEdit::Description(edit) => {
            edited(field, edit, |long| Held::any(long.as_ref(), text))
        }
        KeyResultEdit::Weight(edit) => edited(field, edit, |one| Held::Number(one.number())),
        KeyResultEdit::Order(edit) => edited(field, edit, text),
        KeyResultEdit::Start(edit) | KeyResultEdit::Due(edit) => {
            edited(field, edit, |day| Held::any(*day, Held::Day))
        }
    })
}

/// Says what a field held and holds.
fn edited<T>(field: &'static str, edit: &Edit<T>, held: impl Fn(&T) -> Held) -> Deed {
    Deed::Edited {
        field,
        from: held(&edit.from),
        to: held(&edit.to),
    }
}

fn text(text: &impl ToString) -> Held {
    Held::Text(text.to_string())
}

/// Names what a goal belonged to or belongs to.
fn label(id: impl Into<EntityId>, names: &Names) -> Held {
    Held::Text(names.label(id.into()))
}

fn any_label(id: Option<impl Into<EntityId>>, names: &Names) -> Held {
    Held::any(id, |id| label(id, names))
}
