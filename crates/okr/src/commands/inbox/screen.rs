//! The inbox on a screen: what happened to each thing, the one with the newest change last.

use okr_core::id::EntityId;
use okr_replica::{Because, LogEntry};

use super::super::log::{before, screen as log_screen, told_all};
use super::super::past::Past;
use super::Happened;
use crate::render::{Cell, Screen, Tone};
use crate::wording::Told;

/// Renders what happened, which is given the oldest first.
pub(super) fn render(
    happened: &[Happened],
    before: &before::Latest,
    past: &Past<'_>,
    screen: &Screen,
) -> String {
    let view = (&past.names, &past.at.clock);
    if !screen.terminal {
        let told: Vec<Told> = grouped(happened)
            .into_iter()
            .flat_map(|(_, ones)| told(&ones, before, past, screen))
            .collect();
        return log_screen::render(&told, view.0, view.1, screen);
    }
    let groups = grouped(happened).into_iter().map(|(thing, ones)| {
        let told = told(&ones, before, past, screen);
        let heading = heading(thing, &ones, past, screen);
        format!(
            "{heading}{}",
            log_screen::render(&told, view.0, view.1, screen)
        )
    });
    groups.collect::<Vec<_>>().join("\n")
}

/// Puts what happened to one thing together; the thing with the newest change comes last.
fn grouped(happened: &[Happened]) -> Vec<(EntityId, Vec<&Happened>)> {
    let mut groups: Vec<(EntityId, Vec<&Happened>)> = Vec::new();
    for one in happened {
        let mut group = match groups.iter().position(|(thing, _)| *thing == one.thing) {
            Some(place) => groups.remove(place),
            None => (one.thing, Vec::new()),
        };
        group.1.push(one);
        groups.push(group);
    }
    groups
}

/// Puts what happened to one thing in words, and says why it is told.
fn told(
    ones: &[&Happened],
    before: &before::Latest,
    past: &Past<'_>,
    screen: &Screen,
) -> Vec<Told> {
    let entries: Vec<LogEntry> = ones.iter().map(|one| one.entry.clone()).collect();
    let mut told = told_all(&entries, before, past, screen);
    for (told, one) in told.iter_mut().zip(ones) {
        let why = one.because.iter().filter_map(|because| match because {
            Because::Reply => Some("answers you"),
            Because::Mention => Some("mentions you"),
            Because::Given => Some("given to you"),
            Because::Taken => Some("taken from you"),
            // On a screen this stands above.
            Because::Yours if !screen.terminal => Some("yours"),
            Because::Followed if !screen.terminal => Some("followed"),
            Because::Yours | Because::Followed => None,
        });
        told.remarks.extend(why.map(str::to_owned));
    }
    told
}

/// Names a thing, and says why one hears of it: `api-p99 · yours  p99 latency`.
fn heading(thing: EntityId, ones: &[&Happened], past: &Past<'_>, screen: &Screen) -> String {
    let has = |wanted: &[Because]| {
        ones.iter()
            .any(|one| one.because.iter().any(|because| wanted.contains(because)))
    };
    let whose = if has(&[Because::Yours, Because::Given]) {
        Some("yours")
    } else if has(&[Because::Taken]) {
        Some("was yours")
    } else if has(&[Because::Followed]) {
        Some("followed")
    } else {
        None
    };
    let label = past.names.label(thing);
    let title = past.names.title(thing);
    let mut line = Cell::toned(Tone::Strong, &label);
    if let Some(whose) = whose {
        line = line.and(Tone::Dim, &format!(" {} {whose}", screen.dot()));
    }
    if title != label && !title.is_empty() {
        line = line.and(Tone::Plain, &format!("  {title}"));
    }
    let line = line.paint(screen.width, screen);
    format!("{}\n", line.trim_end_matches(' '))
}
