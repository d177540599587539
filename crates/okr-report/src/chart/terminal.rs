//! A chart as lines of a terminal, in braille or in ASCII, never wider than asked for.

mod glyphs;
mod plot;

use okr_core::{Date, Decimal};

use super::dates::{date_ticks, ticks_max};
use super::scale::{DayScale, ValueScale};
use super::{Chart, Level, Role};
use crate::span::{Ink, Row};
use crate::text::{fit, harmless, width, wrap};
use crate::words::Phrase;
use glyphs::Glyphs;

/// The room that a chart has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalSize {
    /// The width in columns.
    pub columns: usize,
    /// The height of the plot in lines; title, axis and sentences come beside it.
    pub rows: usize,
    /// Whether only ASCII may be used.
    pub ascii: bool,
}

/// The least room for the plot, in columns.
const PLOT_COLUMNS_MIN: usize = 8;

/// Draws a chart. Each row is at most as wide as asked for.
pub fn terminal(chart: &Chart, size: TerminalSize) -> Vec<Row> {
    let columns = size.columns.max(PLOT_COLUMNS_MIN + 2);
    let glyphs = if size.ascii {
        &glyphs::ASCII
    } else {
        &glyphs::UNICODE
    };
    let frame = Frame::new(chart, glyphs, (columns, size.rows.max(2)));
    let mut rows = heading(chart, &frame);
    rows.extend(plot::plot(chart, &frame));
    rows.push(axis(chart, &frame));
    rows.extend(below(chart, &frame));
    rows.extend(legend(chart, &frame));
    rows.extend(notes(chart, &frame));
    rows.into_iter().map(Row::trimmed).collect()
}

/// Where everything stands.
struct Frame {
    glyphs: &'static Glyphs,
    /// The whole width in columns.
    whole: usize,
    /// The columns left of the plot, the axis not among them.
    gutter: usize,
    /// The columns of the plot.
    columns: usize,
    rows: usize,
    values: ValueScale,
    days: DayScale,
    /// What is written at the values of the axis, highest first.
    ticks: Vec<(Decimal, String)>,
}

impl Frame {
    fn new(chart: &Chart, glyphs: &'static Glyphs, (whole, rows): (usize, usize)) -> Self {
        let values = chart.value_scale(rows.div_ceil(2));
        let texts = chart.tick_texts(&values).into_iter();
        let ticks = values.ticks.iter().copied().zip(texts).rev();
        let mut ticks: Vec<(Decimal, String)> = ticks.collect();
        let least = if chart.has_confidence() {
            width(confidence(chart))
        } else {
            1
        };
        let widest = ticks.iter().map(|(_, text)| width(text)).max().unwrap_or(0);
        let most = (whole / 3).min(whole - PLOT_COLUMNS_MIN - 2).max(1);
        let gutter = widest.max(least).min(most) + 1;
        for (_, text) in &mut ticks {
            *text = fit(text, gutter - 1, glyphs.ellipsis);
        }
        Self {
            glyphs,
            whole,
            gutter,
            columns: whole - gutter - 1,
            rows,
            values,
            days: DayScale {
                from: chart.from,
                to: chart.to,
            },
            ticks,
        }
    }

    fn column(&self, day: Date) -> i32 {
        self.days.place(day, as_i32(self.columns) - 1)
    }

    fn day_at(&self, column: i32) -> Date {
        self.days.day_at(column, as_i32(self.columns) - 1)
    }

    /// Returns the row of a value, counted from the top.
    fn row(&self, value: Decimal) -> i32 {
        self.dot(value).div_euclid(4)
    }

    /// Returns the place of a value in dots, four to a row, counted from the top.
    fn dot(&self, value: Decimal) -> i32 {
        let last = as_i32(self.rows) * 4 - 1;
        last - self.values.place(value, last)
    }

    /// Returns what stands left of a line of the plot.
    fn margin(&self, text: &str) -> String {
        let blanks = (self.gutter - 1).saturating_sub(width(text));
        format!("{}{text} ", " ".repeat(blanks))
    }
}

/// Returns what stands beside the confidences.
const fn confidence(chart: &Chart) -> &'static str {
    chart.language.phrase(Phrase::ChartConfidence)
}

fn as_i32(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// The name and the facts: on one line, or on two.
fn heading(chart: &Chart, frame: &Frame) -> Vec<Row> {
    let (name, facts) = (harmless(&chart.name), harmless(&chart.facts));
    let dot = frame.glyphs.dot;
    let title = harmless(&chart.title);
    let left = width(&name) + 2 + width(dot) + width(&title);
    if !title.is_empty() && left + 2 + width(&facts) <= frame.whole {
        let blanks = " ".repeat(frame.whole - left - width(&facts));
        let row = Row::of(Ink::Strong, &name).and(Ink::Plain, &format!(" {dot} {title}{blanks}"));
        return vec![row.and(Ink::Plain, &facts)];
    }
    let name = fit(&name, frame.whole, frame.glyphs.ellipsis);
    let room = frame.whole.saturating_sub(width(&name) + 2 + width(dot));
    let mut first = Row::of(Ink::Strong, &name);
    if !title.is_empty() && room > 3 {
        let title = fit(&title, room, frame.glyphs.ellipsis);
        first.push(Ink::Plain, &format!(" {dot} {title}"));
    }
    let rest = wrap(&facts, frame.whole).into_iter();
    std::iter::once(first)
        .chain(rest.map(|line| Row::of(Ink::Plain, &line)))
        .collect()
}

/// The line of the time axis: dates, moves, the present.
fn axis(chart: &Chart, frame: &Frame) -> Row {
    let glyphs = frame.glyphs;
    let mut marks = vec![(glyphs.base, Ink::Dim); frame.columns];
    let mut put = |day: Date, glyph: char, ink: Ink| {
        if frame.days.contains(day)
            && let Ok(column) = usize::try_from(frame.column(day))
            && let Some(mark) = marks.get_mut(column)
        {
            *mark = (glyph, ink);
        }
    };
    for (day, _) in dates(chart, frame) {
        put(day, glyphs.down, Ink::Dim);
    }
    if let Some(today) = chart.today {
        put(today, glyphs.today, Ink::Strong);
    }
    for (number, one) in chart.moves.iter().enumerate().rev() {
        put(one.day, move_mark(number), Ink::Attention);
    }
    let mut row = Row::of(Ink::Dim, &frame.margin(""));
    let mut buffer = [0; 4];
    row.push(Ink::Dim, glyphs.corner.encode_utf8(&mut buffer));
    for (glyph, ink) in marks {
        row.push(ink, glyph.encode_utf8(&mut buffer));
    }
    row
}

/// Returns the sign of the move with a number, from 0: 1 to 9, a to z, then a plus.
pub(super) fn move_mark(number: usize) -> char {
    let signs = ('1'..='9').chain('a'..='z');
    signs.into_iter().nth(number).unwrap_or('+')
}

fn dates(chart: &Chart, frame: &Frame) -> Vec<(Date, String)> {
    let (from, to) = (frame.days.from, frame.days.to);
    date_ticks(
        (from, to),
        ticks_max(from, to, frame.columns),
        chart.language,
    )
}

/// The dates below the axis, and the confidences below them.
fn below(chart: &Chart, frame: &Frame) -> Vec<Row> {
    let dates = dates(chart, frame).into_iter();
    let dates = dates.map(|(day, text)| (frame.column(day), text));
    let text = written(dates, frame.columns);
    let mut rows = vec![Row::of(Ink::Dim, &format!("{} {text}", frame.margin("")))];
    if let [line] = chart.lines.as_slice()
        && chart.has_confidence()
    {
        // The newest matter most, so they are written first where there is no room for all.
        let said = line.points.iter().rev().filter_map(|point| {
            let confidence = point.confidence?;
            let column = frame.column(point.day);
            frame
                .days
                .contains(point.day)
                .then(|| (column, confidence.to_string()))
        });
        let text = written(said, frame.columns);
        let margin = frame.margin(&fit(confidence(chart), frame.gutter - 1, ""));
        rows.push(Row::of(Ink::Dim, &margin).and(Ink::Plain, &format!(" {text}")));
    }
    rows
}

/// Writes texts at columns into a line, those that would touch an earlier one left out.
fn written(texts: impl Iterator<Item = (i32, String)>, columns: usize) -> String {
    let mut line = vec![' '; columns];
    let mut taken = vec![false; columns + 2];
    for (column, text) in texts {
        let length = text.chars().count();
        let Some(last) = columns.checked_sub(length) else {
            continue;
        };
        let column = usize::try_from(column).unwrap_or(0);
        let start = column.saturating_sub(length / 2).min(last);
        // One blank at least on each side.
        if taken[start..start + length + 2].contains(&true) {
            continue;
        }
        for (offset, character) in text.chars().enumerate() {
            line[start + offset] = character;
            taken[start + offset + 1] = true;
        }
    }
    line.into_iter().collect()
}

/// What the signs mean: a line for each of several goals, then as many as there is room for.
fn legend(chart: &Chart, frame: &Frame) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for item in legend_items(chart, frame.glyphs) {
        let room = frame.whole.saturating_sub(2);
        let text = fit(&harmless(&item.text), room, frame.glyphs.ellipsis);
        let taken = width(&text) + 2;
        match rows.last_mut() {
            Some(row) if !item.alone && row.width() + 3 + taken <= frame.whole => {
                row.push(Ink::Plain, "   ");
            }
            Some(_) | None => rows.push(Row::default()),
        }
        if let Some(row) = rows.last_mut() {
            row.push(item.ink, &item.glyph.to_string());
            row.push(Ink::Plain, &format!(" {text}"));
        }
    }
    rows
}

/// A sign and what it means.
struct Item {
    ink: Ink,
    glyph: char,
    text: String,
    /// Whether it begins a line.
    alone: bool,
}

fn legend_items(chart: &Chart, glyphs: &Glyphs) -> Vec<Item> {
    let phrase = |phrase: Phrase| chart.language.phrase(phrase);
    let several = chart.lines.len() > 1;
    let mut items = Vec::new();
    let mut add = |alone: bool, ink: Ink, glyph: char, text: &str| {
        items.push(Item {
            ink,
            glyph,
            text: text.to_owned(),
            alone,
        });
    };
    for (number, line) in chart.lines.iter().enumerate() {
        let (ink, glyph) = (line_ink(several, number), glyphs.mark(number));
        if several {
            add(
                true,
                ink,
                glyph,
                &format!("{}  {}", line.name, line.caption),
            );
        } else if !line.points.is_empty() {
            add(true, ink, glyph, &line.caption);
        }
    }
    for (index, level) in chart.levels.iter().rev().enumerate() {
        let (glyph, ink) = level_look(level, several, glyphs);
        add(several && index == 0, ink, glyph, &level.label);
    }
    if chart.pace.is_some() {
        let alone = several && chart.levels.is_empty();
        add(alone, Ink::Dim, glyphs.pace, phrase(Phrase::ChartPace));
    }
    if chart.band.is_some() {
        add(
            false,
            Ink::Forecast,
            glyphs.band,
            phrase(Phrase::ChartForecast),
        );
    }
    if chart.today.is_some() {
        let alone = several && chart.levels.is_empty() && chart.pace.is_none();
        add(alone, Ink::Strong, glyphs.today, phrase(Phrase::ChartToday));
    }
    if !chart.edges.is_empty() {
        add(false, Ink::Dim, glyphs.edge, phrase(Phrase::ChartEdges));
    }
    items
}

/// The moves with their numbers, and the sentences.
fn notes(chart: &Chart, frame: &Frame) -> Vec<Row> {
    let mut rows = Vec::new();
    for (number, one) in chart.moves.iter().enumerate() {
        let text = chart.told(one);
        let room = frame.whole.saturating_sub(3);
        for (index, line) in wrap(&text, room).into_iter().enumerate() {
            let mark = if index == 0 { move_mark(number) } else { ' ' };
            rows.push(Row::of(Ink::Attention, &format!("{mark}  ")).and(Ink::Plain, &line));
        }
    }
    for sentence in &chart.closing {
        let lines = wrap(sentence, frame.whole).into_iter();
        rows.extend(lines.map(|line| Row::of(Ink::Plain, &line)));
    }
    rows
}

fn line_ink(several: bool, number: usize) -> Ink {
    if several {
        Ink::Line(number)
    } else {
        Ink::Strong
    }
}

fn level_look(level: &Level, several: bool, glyphs: &Glyphs) -> (char, Ink) {
    match (level.line, level.role) {
        (Some(line), _) => (glyphs.committed, line_ink(several, line)),
        (None, Role::Aside) => (glyphs.aside, Ink::Dim),
        (None, Role::Committed) => (glyphs.committed, Ink::Dim),
        (None, Role::Target) => (glyphs.target, Ink::Target),
    }
}
