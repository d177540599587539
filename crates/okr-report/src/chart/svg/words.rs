//! The words around a picture: heading, confidences, legend, moves and sentences.

use std::fmt::Write as _;

use super::paint::mark;
use super::{CHARACTER, Frame, HEIGHT, SIDE, TOP, length, px};
use crate::chart::terminal::move_mark;
use crate::chart::{Chart, Role};
use crate::text::{escape, fit, wrap};
use crate::words::Phrase;

/// The height of a line of text in pixels.
const LINE: i32 = 20;
/// About how wide a character of the name is, in pixels.
const HEAD: i32 = 11;

/// Returns the name and title.
pub(super) fn title(chart: &Chart) -> String {
    if chart.title.is_empty() {
        chart.name.clone()
    } else {
        format!("{}: {}", chart.name, chart.title)
    }
}

/// Says what the picture shows.
pub(super) fn description(chart: &Chart) -> String {
    let (from, to) = (chart.from, chart.to);
    let mut words = vec![chart.language.days_shown(from, to)];
    if !chart.facts.is_empty() {
        words.push(format!("{}.", chart.facts));
    }
    for line in &chart.lines {
        let several = chart.lines.len() > 1;
        if several {
            words.push(format!("{}: {}.", line.name, line.caption));
        } else {
            let points = line.points.iter().filter(|point| point.reported);
            words.extend(points.map(|point| format!("{}.", point.words)));
        }
    }
    let moves = chart.moves.iter();
    words.extend(moves.map(|one| format!("{}: {}.", one.day, one.words(chart.language))));
    words.extend(chart.closing.iter().cloned());
    words.join(" ")
}

/// Writes the name and, beside or below it, where it begins and ends and where it is.
pub(super) fn heading(chart: &Chart, whole: i32) -> String {
    let room = whole - 2 * SIDE;
    let characters = |pixels: i32| usize::try_from(pixels).unwrap_or(0);
    let title = fit(&title(chart), characters(room / HEAD), "…");
    let facts = fit(&chart.facts, characters(room / CHARACTER), "…");
    let beside = length(&title) / CHARACTER * HEAD + length(&facts) + CHARACTER <= room;
    let (class, x, y) = if beside {
        ("end", whole - SIDE, 32)
    } else {
        ("dim", SIDE, 54)
    };
    format!(
        "<text class=\"head\" x=\"{SIDE}\" y=\"32\">{}</text>\n\
         <text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>\n",
        escape(&title),
        escape(&facts)
    )
}

/// Writes confidences below the dates, the newest first, those that would touch another left out.
pub(super) fn confidences(chart: &Chart, frame: &Frame, body: &mut String) {
    let [line] = chart.lines.as_slice() else {
        return;
    };
    if !chart.has_confidence() {
        return;
    }
    let y = TOP + HEIGHT + 42;
    let _written = writeln!(
        body,
        "<text class=\"dim\" x=\"{SIDE}\" y=\"{y}\">{}</text>",
        chart.language.phrase(Phrase::ChartConfidence)
    );
    let mut before = i32::MAX;
    for point in line.points.iter().rev() {
        let x = frame.x(point.day);
        let is_near = before.saturating_sub(x) < 180;
        let Some(confidence) = point.confidence.filter(|_| !is_near) else {
            continue;
        };
        if frame.days.contains(point.day) && x >= frame.left * 10 {
            let _written = writeln!(
                body,
                "<text class=\"mid\" x=\"{}\" y=\"{y}\">{confidence}</text>",
                px(x)
            );
            before = x;
        }
    }
}

/// A sign and what it means.
struct Item {
    sign: String,
    text: String,
    /// Whether it begins a line.
    alone: bool,
}

/// Writes everything below the plot, and returns where it ends.
pub(super) fn below(chart: &Chart, whole: i32, body: &mut String) -> i32 {
    let confidence = i32::from(chart.has_confidence() && chart.lines.len() == 1);
    let mut y = TOP + HEIGHT + 48 + confidence * LINE;
    let mut x = SIDE;
    for item in items(chart) {
        let item_width = 34 + length(&item.text) + 20;
        if x > SIDE && (item.alone || x + item_width > whole - SIDE) {
            (x, y) = (SIDE, y + LINE);
        }
        let text = escape(&item.text);
        let _written = writeln!(
            body,
            "<g transform=\"translate({x} {y})\">{}<text x=\"32\" y=\"4\">{text}</text></g>",
            item.sign
        );
        x += item_width;
    }
    y += LINE + 6;
    let room = usize::try_from((whole - 2 * SIDE - 24) / CHARACTER).unwrap_or(1);
    for (number, one) in chart.moves.iter().enumerate() {
        let words = chart.told(one);
        let _written = writeln!(
            body,
            "<circle class=\"move\" cx=\"{}\" cy=\"{y}\" r=\"8\"/>\
             <text class=\"sign\" x=\"{}\" y=\"{y}\" dy=\"4\">{}</text>",
            SIDE + 9,
            SIDE + 9,
            move_mark(number)
        );
        y = lines(&words, (SIDE + 24, y), room, body);
    }
    for sentence in &chart.closing {
        y = lines(sentence, (SIDE, y), room, body);
    }
    y
}

fn lines(text: &str, (x, mut y): (i32, i32), room: usize, body: &mut String) -> i32 {
    for line in wrap(text, room) {
        let line = escape(&line);
        let _written = writeln!(body, "<text x=\"{x}\" y=\"{y}\" dy=\"4\">{line}</text>");
        y += LINE;
    }
    y
}

fn items(chart: &Chart) -> Vec<Item> {
    let several = chart.lines.len() > 1;
    let phrase = |phrase: Phrase| chart.language.phrase(phrase);
    let stroke = |class: &str| format!("<path class=\"{class}\" d=\"M0 0H24\"/>");
    let mut items = Vec::new();
    let mut add = |alone: bool, sign: String, text: &str| {
        items.push(Item {
            sign,
            text: text.to_owned(),
            alone,
        });
    };
    for (number, line) in chart.lines.iter().enumerate() {
        let shape = mark(number, 120, 0);
        let line_sign = stroke(&format!("line l{number}"));
        let sign = format!(
            "{line_sign}<path class=\"{}\" d=\"{}\"/>",
            shape.class, shape.path
        );
        if several {
            add(true, sign, &format!("{}: {}", line.name, line.caption));
        } else if !line.points.is_empty() {
            add(true, sign, &line.caption);
        }
    }
    for (index, level) in chart.levels.iter().rev().enumerate() {
        let sign = match (level.line, level.role) {
            (Some(line), _) => {
                let shape = mark(line, 240, 0);
                let aim = stroke(&format!("aim l{line}"));
                format!(
                    "{aim}<path class=\"{}\" d=\"{}\"/>",
                    shape.class, shape.path
                )
            }
            (None, Role::Target) => stroke("target"),
            (None, Role::Committed) => stroke("committed"),
            (None, Role::Aside) => stroke("aside"),
        };
        add(several && index == 0, sign, &level.label);
    }
    if chart.pace.is_some() {
        let alone = several && chart.levels.is_empty();
        add(alone, stroke("pace"), phrase(Phrase::ChartPace));
    }
    if chart.band.is_some() {
        let band = "<path class=\"band\" d=\"M0 -6H24V6H0Z\"/>";
        add(
            false,
            format!("{band}{}", stroke("forecast")),
            phrase(Phrase::ChartForecast),
        );
    }
    if !chart.edges.is_empty() {
        let sign = "<path class=\"edge\" d=\"M12 -8V8\"/>".to_owned();
        add(false, sign, phrase(Phrase::ChartEdges));
    }
    items
}
