//! The goalpost report on a screen: a sentence, what moved, what it did to the numbers, and what was
//! written too late.

use std::collections::{BTreeSet, HashMap};

use okr_core::id::EntityId;
use okr_core::value::{CycleState, Source};
use okr_replica::{Axis, Deed, Goalposts, LateDeed, MoveKind, Moved, Place};

use super::{effect, scope, text};
use crate::commands::log::screen as log_screen;
use crate::commands::past::Past;
use crate::commands::status::screen::aligned;
use crate::names::Names;
use crate::render::{Cell, Column, Screen, Table, Tone, local, wrap};
use crate::wording::{PENDING, Told, told, value, who};

/// Renders the report of one cycle.
pub(super) fn render(
    found: &Goalposts,
    about: Option<EntityId>,
    past: &Past<'_>,
    screen: &Screen,
) -> String {
    let mut parts = vec![heading(found, about, past, screen)];
    if !found.moved.is_empty() {
        let title = screen.paint(Tone::Strong, "Moved since the commitment");
        parts.push(format!("{title}\n{}", moved(found, past, screen)));
    }
    parts.extend(effect::render(found, &past.names, screen));
    parts.extend(late(found, past, screen));
    parts.join("\n")
}

fn heading(found: &Goalposts, about: Option<EntityId>, past: &Past<'_>, screen: &Screen) -> String {
    let cycle = &found.standing.cycle;
    let title = match &past.org {
        Some(org) => format!("{org}  {}", cycle.name),
        None => cycle.name.to_string(),
    };
    let title = match cycle.state {
        CycleState::Open => title,
        CycleState::Planned | CycleState::Closed => format!("{title}, {}", cycle.state),
    };
    let mut first = Cell::toned(Tone::Strong, &title);
    if let Some(about @ (EntityId::Team(_) | EntityId::Objective(_) | EntityId::KeyResult(_))) =
        about
    {
        first = first.and(Tone::Accent, &format!("  {}", past.names.label(about)));
    }
    let opened = &found.commitment;
    let by = who(
        opened.author,
        opened.on_behalf_of,
        opened.source,
        &past.names,
    );
    let when = local(opened.authored_at, &past.at.clock);
    let by = match (opened.on_behalf_of, opened.source) {
        (None, Source::Import) => format!(", {by}"),
        (_, _) => format!(" by {by}"),
    };
    let mut lines = vec![first.paint(usize::MAX, screen)];
    lines.push(screen.paint(Tone::Dim, &format!("committed {when}{by}")));
    if let Some(as_of) = past.as_of() {
        lines.push(screen.paint(Tone::Warning, &as_of));
    }
    let summary = text::summary(found, scope::progress(found, about));
    lines.extend(wrap(&summary, screen.width, screen));
    lines.push(String::new());
    lines.join("\n")
}

/// Renders what moved as the log does, each with what it did to the commitments.
fn moved(found: &Goalposts, past: &Past<'_>, screen: &Screen) -> String {
    let view = (&past.at.clock, screen);
    let nothing = HashMap::new();
    let entries: Vec<Told> = found
        .moved
        .iter()
        .map(|moved| {
            let mut told = told(&moved.entry, &nothing, &past.names, view);
            if past.all_pending {
                told.remarks.retain(|remark| remark != PENDING);
            }
            told.remarks.extend(remarks(moved));
            told
        })
        .collect();
    let screen = aligned(screen);
    log_screen::render(&entries, &past.names, &past.at.clock, &screen)
}

/// Says what a change did to the commitments, and what it fails to say itself.
fn remarks(moved: &Moved) -> Vec<String> {
    let mut remarks = Vec::new();
    let mut kinds: Vec<MoveKind> = moved.steps.iter().map(|step| step.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        match kind {
            MoveKind::Amendment => {}
            MoveKind::LateAddition => remarks.push("late addition".to_owned()),
            MoveKind::TakenOut => remarks.push("taken out".to_owned()),
            MoveKind::PutBack => remarks.push("put back".to_owned()),
        }
    }
    let asks = |kind| matches!(kind, MoveKind::Amendment | MoveKind::TakenOut);
    if moved.steps.iter().any(|step| asks(step.kind)) {
        let category = moved.entry.change.as_ref().and_then(|one| one.amendment);
        match (category, &moved.entry.reason) {
            (Some(_), Some(_)) => {}
            (None, Some(_)) => remarks.push("no category".to_owned()),
            (Some(_), None) => remarks.push("no reason".to_owned()),
            (None, None) => remarks.push("no category, no reason".to_owned()),
        }
    }
    remarks
}

/// Renders what was done to check-ins long after their day, each kind of deed by itself: a check-in that
/// was taken back is no report that came late.
fn late(found: &Goalposts, past: &Past<'_>, screen: &Screen) -> Vec<String> {
    let all: Vec<&LateDeed> = found.reported.iter().flat_map(|one| &one.late).collect();
    let mut parts: Vec<String> = [
        (Deed::Recorded, "Back-filled check-ins"),
        (Deed::Corrected, "Late corrections"),
        (Deed::Retracted, "Late retractions"),
    ]
    .into_iter()
    .filter_map(|(deed, title)| {
        let such: Vec<&LateDeed> = all.iter().copied().filter(|one| one.deed == deed).collect();
        let title = screen.paint(Tone::Strong, title);
        (!such.is_empty()).then(|| format!("{title}\n{}", late_table(&such, past, screen)))
    })
    .collect();
    if let Some(last) = parts.last_mut() {
        for line in wrap(&rule(&all, found, past), screen.width, screen) {
            last.push_str(&screen.paint(Tone::Dim, &line));
            last.push('\n');
        }
    }
    parts
}

fn late_table(late: &[&LateDeed], past: &Past<'_>, screen: &Screen) -> String {
    let names = &past.names;
    let mut table = Table::new([
        Column::left("DAY"),
        Column::left("KR").flexible(),
        Column::right("VALUE"),
        Column::left("WRITTEN"),
        Column::right("LATE"),
        Column::left("WHO").flexible(),
        Column::left("REMARKS").flexible(),
    ]);
    // That all of it was imported stands under the table.
    let is_imported = late.iter().all(|one| one.entry.source == Source::Import);
    for one in late {
        let check_in = &one.check_in;
        let written = past.at.clock.zone.to_datetime(one.written_at).date();
        let measure = names.measure(check_in.key_result);
        table.row([
            check_in.effective.to_string().into(),
            names.label(check_in.key_result.into()).into(),
            value(&check_in.value, measure, screen).into(),
            written.to_string().into(),
            format!("{} d", one.lateness.days).into(),
            reporter(one, is_imported, names).into(),
            Cell::toned(Tone::Warning, &why(one, past)),
        ]);
    }
    table.render(&aligned(screen))
}

/// Names who did it; by whom it was imported only where that does not go without saying.
fn reporter(one: &LateDeed, is_imported: bool, names: &Names) -> String {
    let entry = &one.entry;
    match entry.on_behalf_of {
        Some(person) if is_imported => names.person(person),
        Some(_) | None => who(entry.author, entry.on_behalf_of, entry.source, names),
    }
}

/// Says what the days do not: that it came after the end, and that it waits.
fn why(one: &LateDeed, past: &Past<'_>) -> String {
    let pending = match one.entry.place {
        Place::Pending if !past.all_pending => Some(PENDING),
        Place::Pending | Place::Confirmed { .. } => None,
    };
    let after_end = one.lateness.after_end.then_some("after the end");
    let words: Vec<&str> = [after_end, pending].into_iter().flatten().collect();
    words.join(", ")
}

/// Says what is late here, and by which clock.
fn rule(late: &[&LateDeed], found: &Goalposts, past: &Past<'_>) -> String {
    let end = found.standing.cycle.period.end();
    let limit = text::days_in_time(found);
    let axis = past.at.moment.axis;
    let clocks: BTreeSet<(u8, &str)> = late
        .iter()
        .map(|one| match (axis, one.entry.source, one.entry.place) {
            (Axis::Authored, _, _) => (0, "the clocks of the authors (--axis authored)"),
            (_, Source::Import, _) => (3, "imported history by the dates of its source"),
            (_, _, Place::Pending) => (2, "what is pending by the clock of its author"),
            (_, _, Place::Confirmed { .. }) => (1, "the clock of the server"),
        })
        .collect();
    let clocks: Vec<&str> = clocks.into_iter().map(|(_, clock)| clock).collect();
    let clocks = clocks.join(", ");
    format!(
        "Late: written more than {limit} after its day, or after {end} about a day before that. \
         When that was: {clocks}."
    )
}
