//! The status on a screen: my goals, what is due, and whether everything is exchanged.

use okr_core::entity::Cycle;
use okr_core::measure::{Measure, Value};
use okr_core::value::days_between;
use okr_replica::{KeyResultStanding, Moment, Unread};

use super::super::counted;
use super::work::{self, Work};
use crate::names::Names;
use crate::render::{
    Cell, Column, Screen, Table, Tone, mark_and_words, quantity_change, relative, text_width, tone,
    wrap,
};
use crate::short_id::{Alphabet, ShortIds};
use crate::when::Clock;
use crate::wording::{bounds, key_result_marks, percent, place_in, reached, value};

/// What stands before the key results that wait for a check-in.
const DUE: &str = "Due: ";
/// What stands before the initiatives with something left to do.
const WORK: &str = "Work: ";
/// What stands before the health metrics that are not healthy.
const OUTSIDE: &str = "Outside their band: ";

/// What the status is about.
pub(crate) struct StatusView<'a> {
    /// The cycle; none where there is none.
    pub(crate) cycle: Option<&'a Cycle>,
    /// The moment, with the day by which everything is judged.
    pub(crate) moment: Moment,
    /// Whose goals these are, for the right end of the heading: `@ana · platform`.
    pub(crate) whose: String,
    /// The moment that this is about, in words; none for the present.
    pub(crate) as_of: Option<String>,
    /// The goals.
    pub(crate) goals: Vec<&'a KeyResultStanding>,
    /// Those of the goals that wait for a check-in.
    pub(crate) due: Vec<&'a KeyResultStanding>,
    /// The work behind the goals, and what is not healthy.
    pub(crate) work: Work,
    /// What came since one looked at the inbox; none where another moment is asked about.
    pub(crate) unread: Option<Unread>,
    /// Whether and when everything was exchanged with the server.
    pub(crate) exchange: Exchange,
    /// The commands to type next.
    pub(crate) next: Vec<String>,
}

/// Whether and when everything was exchanged with the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exchange {
    /// Whether there is a server.
    pub(crate) connected: bool,
    /// The last time.
    pub(crate) synced_at: Option<okr_core::Timestamp>,
    /// How many changes wait.
    pub(crate) pending: usize,
    /// How many changes are in conflict.
    pub(crate) conflicts: usize,
}

/// Renders the status.
pub(crate) fn render(
    view: &StatusView<'_>,
    names: &Names,
    clock: &Clock,
    screen: &Screen,
) -> String {
    let mut parts = vec![heading(view, clock, screen)];
    if !view.goals.is_empty() {
        parts.push(goals(view, screen));
    }
    let notes = notes(view, (names, clock), screen);
    if !notes.is_empty() {
        parts.push(notes);
    }
    let footer = exchange(&view.exchange, clock, screen);
    let next = view.next.join(&format!(" {} ", screen.dot()));
    parts.push(ends(&Cell::toned(Tone::Dim, &footer), &next, screen));
    parts.join("\n")
}

/// Puts a text at the right end of a line, where there is room.
fn ends(left: &Cell, right: &str, screen: &Screen) -> String {
    if right.is_empty() {
        return format!("{}\n", left.paint(usize::MAX, screen));
    }
    let width = screen.width.min(100);
    let column = width.saturating_sub(text_width(right));
    let left_width = left.width();
    let right = Cell::toned(Tone::Accent, right);
    let left = left.clone();
    if screen.terminal && column < left_width + 2 {
        let (left, right) = (
            left.paint(usize::MAX, screen),
            right.paint(usize::MAX, screen),
        );
        return format!("{left}\n{right}\n");
    }
    let column = if screen.terminal {
        column
    } else {
        left_width + 4
    };
    format!("{}\n", left.and_at(column, right).paint(usize::MAX, screen))
}

fn heading(view: &StatusView<'_>, clock: &Clock, screen: &Screen) -> String {
    let Some(cycle) = view.cycle else {
        return ends(
            &Cell::toned(Tone::Strong, "no cycle yet"),
            &view.whose,
            screen,
        );
    };
    let place = place_in(cycle, &view.moment, clock.week_start, screen);
    let left = Cell::toned(Tone::Strong, cycle.name.as_str())
        .and(Tone::Plain, &format!(" {} {place}", screen.dot()));
    let left = match cycle.state {
        okr_core::value::CycleState::Open => left,
        okr_core::value::CycleState::Planned | okr_core::value::CycleState::Closed => {
            left.and(Tone::Warning, &format!(" {} {}", screen.dot(), cycle.state))
        }
    };
    ends(&left, &view.whose, screen)
}

fn goals(view: &StatusView<'_>, screen: &Screen) -> String {
    let shown = view.goals.iter().map(|one| one.key_result.id.uuid());
    let ids = ShortIds::among(Alphabet::Thing, shown);
    let bar_width = match screen.width {
        _ if !screen.terminal => 10,
        ..76 => 0,
        76..90 => 6,
        _ => 10,
    };
    let mut columns = vec![
        Column::left(""),
        Column::left("").flexible(),
        Column::left(""),
        Column::left("").flexible(),
    ];
    if bar_width > 0 {
        columns.push(Column::left(""));
    }
    columns.extend([Column::right(""), Column::left("")]);
    let mut table = Table::new(columns);
    for one in &view.goals {
        let tone = tone(one.status);
        let mut cells = vec![
            Cell::toned(Tone::Plain, "  ").and(Tone::Id, &ids.shown(one.key_result.id.uuid())),
            one.key_result.slug.as_str().into(),
            Cell::toned(tone, &mark_and_words(one.status, screen)),
            way(one, screen).into(),
        ];
        if bar_width > 0 {
            let bar = reached(one.progress, &one.key_result.measure, bar_width, screen);
            cells.push(Cell::toned(tone, &bar));
        }
        cells.push(percent(one.progress).into());
        cells.push(Cell::toned(
            Tone::Dim,
            &format!("pace {:>4}", one.expected.percent()),
        ));
        table.row(cells);
    }
    table.render(&aligned(screen))
}

/// Returns a screen on which tables are aligned also in a pipe, as they stand among other lines.
pub(crate) fn aligned(screen: &Screen) -> Screen {
    if screen.terminal {
        return *screen;
    }
    Screen {
        terminal: true,
        width: usize::MAX,
        ..*screen
    }
}

/// Writes where a value is and where it shall be: `312 → 200 ms`, `0.7, ≤ 1`, `9 of 12`.
fn way(standing: &KeyResultStanding, screen: &Screen) -> String {
    let measure = &standing.key_result.measure;
    let latest = standing.latest.as_ref().map(|fact| &fact.check_in.value);
    match (measure, latest) {
        (Measure::Metric(metric), Some(Value::Number(now))) => {
            let unit = metric.unit.as_ref().map(AsRef::as_ref);
            quantity_change(*now, metric.target, unit, screen)
        }
        (Measure::Hold(_), Some(now)) => {
            let shown = value(now, Some(measure), screen);
            format!("{shown}, keep {}", bounds(measure, screen))
        }
        (Measure::Milestones(_) | Measure::Zones(_) | Measure::Metric(_), Some(now)) => {
            value(now, Some(measure), screen)
        }
        (
            Measure::Metric(_) | Measure::Hold(_) | Measure::Milestones(_) | Measure::Zones(_),
            None,
        ) => bounds(measure, screen),
    }
}

fn notes(view: &StatusView<'_>, (names, clock): (&Names, &Clock), screen: &Screen) -> String {
    let mut lines = Vec::new();
    if let Some(as_of) = &view.as_of {
        lines.push(Cell::toned(Tone::Warning, as_of));
    }
    if view.goals.is_empty() && view.cycle.is_some() {
        lines.push(Cell::toned(Tone::Dim, "No key results here."));
    }
    for one in &view.goals {
        let marks = key_result_marks(one, names);
        if !marks.is_empty() {
            let marks = marks.join(&format!(" {} ", screen.dot()));
            let name = names.label(one.key_result.id.into());
            lines.push(Cell::toned(Tone::Plain, &format!("{name}: ")).and(Tone::Warning, &marks));
        }
        if let Some(blocker) = &one.blocker {
            let room = screen.room_after(2);
            let told = wrap(blocker.text.as_str(), room, screen);
            lines.extend(
                told.iter()
                    .map(|line| Cell::from("  ").and(Tone::Plain, line)),
            );
        }
    }
    if !view.due.is_empty() {
        let due: Vec<String> = view
            .due
            .iter()
            .map(|one| {
                let name = names.label(one.key_result.id.into());
                match &one.latest {
                    Some(fact) => {
                        let days = days_between(fact.check_in.effective, view.moment.day);
                        format!("{name} (last check-in {days} d ago)")
                    }
                    None => format!("{name} (no check-in)"),
                }
            })
            .collect();
        lines.extend(listed((Tone::Warning, DUE), &due, screen));
    }
    let outside = work::outside(&view.work, screen);
    lines.extend(listed((Tone::Bad, OUTSIDE), &outside, screen));
    let initiatives = work::initiatives(&view.work, (view.moment.day, clock), screen);
    lines.extend(listed((Tone::Strong, WORK), &initiatives, screen));
    lines.extend(view.unread.and_then(news));
    match view.exchange.conflicts {
        0 => {}
        1 => lines.push(Cell::toned(Tone::Bad, "1 conflict: okr conflicts")),
        count => lines.push(Cell::toned(
            Tone::Bad,
            &format!("{count} conflicts: okr conflicts"),
        )),
    }
    let width = usize::MAX;
    let lines: Vec<String> = lines
        .iter()
        .map(|line| format!("{}\n", line.paint(width, screen)))
        .collect();
    lines.concat()
}

/// Writes things after the word for them, on as many lines as they need.
fn listed((tone, word): (Tone, &str), things: &[String], screen: &Screen) -> Vec<Cell> {
    if things.is_empty() {
        return Vec::new();
    }
    let room = screen.room_after(word.len());
    let lines = wrap(&things.join(", "), room, screen).into_iter();
    let lines = lines.enumerate().map(|(index, line)| {
        let word = if index == 0 {
            word
        } else {
            &" ".repeat(word.len())
        };
        Cell::toned(tone, word).and(Tone::Plain, &line)
    });
    lines.collect()
}

/// Writes what came since one looked: `2 comments for you, 5 changes since you looked`.
fn news(unread: Unread) -> Option<Cell> {
    let comments = counted(unread.comments, "comment");
    let changes = counted(unread.changes, "change");
    let news = match (unread.comments, unread.changes) {
        (0, 0) => return None,
        (_, 0) => format!("{comments} for you since you looked"),
        (0, _) => format!("{changes} since you looked"),
        (_, _) => format!("{comments} for you, {changes} since you looked"),
    };
    let news = if unread.is_more {
        format!("at least {news}")
    } else {
        news
    };
    Some(Cell::toned(Tone::Plain, &news).and(Tone::Dim, ": okr inbox"))
}

/// Writes whether and when everything was exchanged: `synced 2 h ago · 3 changes not pushed`.
pub(crate) fn exchange(exchange: &Exchange, clock: &Clock, screen: &Screen) -> String {
    let synced = match (exchange.connected, exchange.synced_at) {
        (false, _) => "on this machine only".to_owned(),
        (true, None) => "never synced".to_owned(),
        (true, Some(then)) => format!("synced {}", relative(then, clock.now)),
    };
    let waiting = match (exchange.connected, exchange.pending) {
        (_, 0) => return synced,
        (false, 1) => "1 change".to_owned(),
        (false, count) => format!("{count} changes"),
        (true, 1) => "1 change not pushed".to_owned(),
        (true, count) => format!("{count} changes not pushed"),
    };
    format!("{synced} {} {waiting}", screen.dot())
}

#[cfg(test)]
mod tests;
