//! The plot: what the axes frame.

use okr_core::{Date, Decimal};

use super::{Frame, as_i32, level_look, line_ink};
use crate::chart::canvas::{Canvas, Dots, Layer, straight};
use crate::chart::scale::between;
use crate::chart::{Chart, Level, Line, Point, Role};
use crate::span::{Ink, Row};

/// A mark for each check-in has this many columns at least, or the line goes without.
const MARK_COLUMNS_MIN: usize = 3;

/// Draws the plot with the value axis.
pub(super) fn plot(chart: &Chart, frame: &Frame) -> Vec<Row> {
    let mut canvas = Canvas::new(frame.columns, frame.rows);
    edges(chart, frame, &mut canvas);
    pace(chart, frame, &mut canvas);
    for level in &chart.levels {
        draw_level(level, chart.lines.len() > 1, frame, &mut canvas);
    }
    band(chart, frame, &mut canvas);
    for (number, line) in chart.lines.iter().enumerate() {
        draw_line(line, number, chart.lines.len() > 1, frame, &mut canvas);
    }
    for level in chart.levels.iter().rev() {
        label(level, frame, &mut canvas);
    }
    (0..frame.rows)
        .map(|row| framed(row, frame, &canvas))
        .collect()
}

/// Adds the value axis to a row.
fn framed(row: usize, frame: &Frame, canvas: &Canvas) -> Row {
    let mut ticks = frame.ticks.iter();
    let tick = ticks.find(|(value, _)| frame.row(*value) == as_i32(row));
    let (text, glyph) = match tick {
        Some((_, text)) => (text.as_str(), frame.glyphs.tick),
        None => ("", frame.glyphs.side),
    };
    let mut line = Row::of(Ink::Dim, &format!("{}{glyph}", frame.margin(text)));
    for span in canvas.row(row).0 {
        line.push(span.ink, &span.text);
    }
    line
}

fn edges(chart: &Chart, frame: &Frame, canvas: &mut Canvas) {
    for day in &chart.edges {
        let rows = (0, as_i32(frame.rows) - 1);
        let column = frame.column(*day);
        canvas.stroke((column, rows), frame.glyphs.edge, Ink::Dim, Layer::Edge);
    }
}

/// Every second column of an even pace, so that it looks like no line of values.
fn pace(chart: &Chart, frame: &Frame, canvas: &mut Canvas) {
    let Some([begin, end]) = chart.pace else {
        return;
    };
    for column in (0..as_i32(frame.columns)).step_by(2) {
        let day = frame.day_at(column);
        if (begin.0..=end.0).contains(&day) {
            let row = frame.row(between(begin, end, day));
            canvas.put((column, row), frame.glyphs.pace, Ink::Dim, Layer::Pace);
        }
    }
}

fn draw_level(level: &Level, several: bool, frame: &Frame, canvas: &mut Canvas) {
    let (glyph, ink) = level_look(level, several, frame.glyphs);
    let layer = layer(level.role);
    let mut before = None;
    for column in 0..as_i32(frame.columns) {
        let row = level.at(frame.day_at(column)).map(|value| frame.row(value));
        if let (Some(from), Some(to)) = (before, row)
            && from != to
        {
            canvas.stroke((column, (from, to)), frame.glyphs.moved, ink, layer);
            let [out, back] = frame.glyphs.corners[usize::from(to > from)];
            canvas.put((column, from), out, ink, layer);
            canvas.put((column, to), back, ink, layer);
        } else if let Some(row) = row {
            canvas.put((column, row), glyph, ink, layer);
        }
        before = row;
    }
    if let (Some(line), Some(row)) = (level.line, before) {
        let place = (as_i32(frame.columns) - 1, row);
        canvas.put(place, frame.glyphs.mark(line), ink, Layer::Label);
    }
}

const fn layer(role: Role) -> Layer {
    match role {
        Role::Aside => Layer::Aside,
        Role::Committed => Layer::Committed,
        Role::Target => Layer::Target,
    }
}

/// Writes what a level is where it is now, if nothing more important is in the way.
fn label(level: &Level, frame: &Frame, canvas: &mut Canvas) {
    let Some((from, Some(value))) = level.steps.last().copied() else {
        return;
    };
    if level.line.is_some() || !level.label.is_ascii() {
        return;
    }
    let (_, ink) = level_look(level, false, frame.glyphs);
    let text = format!(" {} ", level.label);
    let from = frame.column(from).max(-1) + 2;
    canvas.label((from, frame.row(value)), &text, ink, layer(level.role));
}

fn band(chart: &Chart, frame: &Frame, canvas: &mut Canvas) {
    let Some(band) = &chart.band else {
        return;
    };
    let (begin, end) = (band.begin.day, band.end.day);
    let line = |at_begin: Decimal, at_end: Decimal, day: Date| {
        frame.row(between((begin, at_begin), (end, at_end), day))
    };
    for column in 0..as_i32(frame.columns) {
        let day = frame.day_at(column);
        if day <= begin || day > end {
            continue;
        }
        let rows = (
            line(band.begin.low, band.end.low, day),
            line(band.begin.high, band.end.high, day),
        );
        canvas.stroke(
            (column, rows),
            frame.glyphs.band,
            Ink::Forecast,
            Layer::Band,
        );
    }
}

fn draw_line(line: &Line, number: usize, several: bool, frame: &Frame, canvas: &mut Canvas) {
    let ink = line_ink(several, number);
    match frame.glyphs.strokes {
        None => {
            let mut dots = Dots::new(frame.columns, frame.rows);
            let (width, place) = (as_i32(frame.columns) * 2 - 1, |point: &Point| {
                let x = frame.days.place(point.day, as_i32(frame.columns) * 2 - 1);
                (x, frame.dot(point.value))
            });
            each_piece(line, place, |from, to| {
                straight(from, to, width, |x, y| dots.set(x, y));
            });
            dots.draw(canvas, ink);
        }
        Some(strokes) => {
            let place = |point: &Point| (frame.column(point.day), frame.row(point.value));
            each_piece(line, place, |from, to| {
                typed(from, to, frame, |place, stroke| {
                    canvas.put(place, strokes[stroke], ink, Layer::Line);
                });
            });
        }
    }
    let reported: Vec<&Point> = line.points.iter().filter(|point| point.reported).collect();
    let within = reported
        .iter()
        .filter(|point| frame.days.contains(point.day));
    let is_dense = within.count() * MARK_COLUMNS_MIN > frame.columns;
    let marked = if is_dense {
        &reported[reported.len() - 1..]
    } else {
        &reported[..]
    };
    for point in marked.iter().filter(|point| frame.days.contains(point.day)) {
        let place = (frame.column(point.day), frame.row(point.value));
        canvas.put(place, frame.glyphs.mark(number), ink, Layer::Mark);
    }
}

/// Gives the straight pieces of a line to `draw`: a stepped one goes on level, then up or down.
fn each_piece(
    line: &Line,
    place: impl Fn(&Point) -> (i32, i32),
    mut draw: impl FnMut((i32, i32), (i32, i32)),
) {
    let places: Vec<(i32, i32)> = line.points.iter().map(place).collect();
    for pair in places.windows(2) {
        if let [from, to] = *pair {
            if line.stepped {
                let corner = (to.0, from.1);
                draw(from, corner);
                draw(corner, to);
            } else {
                draw(from, to);
            }
        }
    }
    if let (1, Some(only)) = (places.len(), places.first()) {
        draw(*only, *only);
    }
}

/// Gives the characters between two places: level 0, up 1, down 2, and 3 where it is steep.
fn typed(from: (i32, i32), to: (i32, i32), frame: &Frame, mut put: impl FnMut((i32, i32), usize)) {
    let mut before: Option<(i32, i32)> = None;
    straight(from, to, as_i32(frame.columns), |x, y| {
        let stroke = match before {
            Some((column, _)) if column == x => 3,
            Some((_, row)) if y < row => 1,
            Some((_, row)) if y > row => 2,
            Some(_) | None if from.0 == to.0 && from.1 != to.1 => 3,
            Some(_) | None => 0,
        };
        before = Some((x, y));
        put((x, y), stroke);
    });
}
