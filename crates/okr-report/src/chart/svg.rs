//! A chart as SVG: self-contained, for light and dark, with a title and a description for those who
//! do not see it. Shapes and dashes tell things apart, not colours alone.

mod paint;
mod words;

use std::fmt::Write as _;

use okr_core::{Date, Decimal};

use super::dates::{date_ticks, ticks_max};
use super::scale::{DayScale, ValueScale};
use super::terminal::move_mark;
use super::{Chart, Level, Line, Role};
use crate::text::{escape, width};
use crate::words::Phrase;
pub(crate) use paint::LOOK;
use paint::mark;

/// The height of the plot in pixels.
const HEIGHT: i32 = 300;
/// Where the plot begins, from above.
const TOP: i32 = 76;
/// About how wide a character is, in pixels.
const CHARACTER: i32 = 8;
/// The room on the sides where nothing stands.
const SIDE: i32 = 16;

/// How much room a picture has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// A page of its own.
    Whole,
    /// A part of a slide, where it must be read from afar.
    Half,
}

impl Room {
    /// Returns the width of the picture in pixels.
    const fn width(self) -> i32 {
        match self {
            Self::Whole => 880,
            Self::Half => 600,
        }
    }
}

/// Draws a chart as a picture of its own. `id` tells it from others on the same page.
pub fn svg(chart: &Chart, id: &str) -> String {
    draw(
        chart,
        id,
        (Room::Whole, &format!("<style>{LOOK}</style>\n")),
    )
}

/// Draws a chart as a part of a page that has its [`LOOK`] already.
pub(crate) fn svg_within(chart: &Chart, id: &str, room: Room) -> String {
    draw(chart, id, (room, ""))
}

fn draw(chart: &Chart, id: &str, (room, style): (Room, &str)) -> String {
    let id: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
    let frame = Frame::new(chart, room);
    let whole = frame.whole;
    let mut body = String::new();
    frame.axes(chart, &mut body);
    let _written = write!(body, "<g clip-path=\"url(#{id}-plot)\">");
    frame.pace(chart, &mut body);
    for level in &chart.levels {
        frame.level(level, &mut body);
    }
    frame.band(chart, &mut body);
    for (number, line) in chart.lines.iter().enumerate() {
        frame.line(line, number, &mut body);
    }
    body.push_str("</g>\n");
    for (number, line) in chart.lines.iter().enumerate() {
        frame.marks(line, number, &mut body);
    }
    frame.aims(chart, &mut body);
    frame.labels(chart, &mut body);
    frame.moves(chart, &mut body);
    let bottom = words::below(chart, whole, &mut body);
    let described = words::description(chart);
    // Lines at the edges are not cut in half.
    let (left, plot_width) = (frame.left - 2, frame.width + 4);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"okr-chart\" viewBox=\"0 0 {whole} {bottom}\" \
         width=\"{whole}\" height=\"{bottom}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\n\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n{style}\
         <clipPath id=\"{id}-plot\"><rect x=\"{left}\" y=\"{}\" width=\"{plot_width}\" height=\"{}\"/></clipPath>\n\
         <rect class=\"page\" width=\"100%\" height=\"100%\"/>\n{}{body}</svg>\n",
        escape(&words::title(chart)),
        escape(&described),
        TOP - 4,
        HEIGHT + 8,
        words::heading(chart, whole),
    )
}

/// Where everything stands. Places within the plot are tenths of a pixel.
struct Frame {
    /// The width of the picture.
    whole: i32,
    left: i32,
    width: i32,
    values: ValueScale,
    days: DayScale,
}

/// Writes tenths of a pixel as pixels.
fn px(tenths: i32) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
}

fn length(text: &str) -> i32 {
    let most = Room::Whole.width();
    i32::try_from(width(text)).unwrap_or(most).min(most) * CHARACTER
}

impl Frame {
    fn new(chart: &Chart, room: Room) -> Self {
        let values = chart.value_scale(7);
        let texts = chart.tick_texts(&values);
        let widest = texts.iter().map(|text| length(text)).max().unwrap_or(0);
        let left = widest.clamp(24, 160) + SIDE + 8;
        let labels = chart.levels.iter().filter(|level| level.line.is_none());
        let label = labels.map(|level| length(&level.label)).max().unwrap_or(8);
        let right = label.clamp(8, 170) + 12;
        Self {
            left,
            width: room.width() - left - right,
            whole: room.width(),
            values,
            days: DayScale {
                from: chart.from,
                to: chart.to,
            },
        }
    }

    fn x(&self, day: Date) -> i32 {
        self.left * 10 + self.days.place(day, self.width * 10)
    }

    fn y(&self, value: Decimal) -> i32 {
        (TOP + HEIGHT) * 10 - self.values.place(value, HEIGHT * 10)
    }

    fn right(&self) -> i32 {
        self.left + self.width
    }

    fn axes(&self, chart: &Chart, body: &mut String) {
        let (left, right, bottom) = (self.left, self.right(), TOP + HEIGHT);
        for (value, text) in self.values.ticks.iter().zip(chart.tick_texts(&self.values)) {
            let y = px(self.y(*value));
            let text = escape(&text);
            let _written = writeln!(
                body,
                "<path class=\"grid\" d=\"M{left} {y}H{right}\"/>\
                 <text class=\"dim end\" x=\"{}\" y=\"{y}\" dy=\"4\">{text}</text>",
                left - 8
            );
        }
        let room = usize::try_from(self.width / CHARACTER).unwrap_or(1);
        let (from, to) = (self.days.from, self.days.to);
        for (day, text) in date_ticks((from, to), ticks_max(from, to, room), chart.language) {
            let x = px(self.x(day));
            let _written = writeln!(
                body,
                "<path class=\"axis\" d=\"M{x} {bottom}v5\"/>\
                 <text class=\"dim mid\" x=\"{x}\" y=\"{}\">{text}</text>",
                bottom + 20
            );
        }
        let _written = writeln!(
            body,
            "<path class=\"axis\" d=\"M{left} {TOP}V{bottom}H{right}\"/>"
        );
        for day in &chart.edges {
            let x = px(self.x(*day));
            let _written = writeln!(body, "<path class=\"edge\" d=\"M{x} {TOP}V{bottom}\"/>");
        }
        if let Some(today) = chart.today {
            let x = px(self.x(today));
            let _written = writeln!(
                body,
                "<path class=\"today\" d=\"M{x} {TOP}V{bottom}\"/>\
                 <text class=\"mid\" x=\"{x}\" y=\"{}\">{}</text>",
                TOP - 6,
                chart.language.phrase(Phrase::ChartToday)
            );
        }
        words::confidences(chart, self, body);
    }

    fn pace(&self, chart: &Chart, body: &mut String) {
        if let Some([begin, end]) = chart.pace {
            let from = (px(self.x(begin.0)), px(self.y(begin.1)));
            let to = (px(self.x(end.0)), px(self.y(end.1)));
            let _written = writeln!(
                body,
                "<path class=\"pace\" d=\"M{} {}L{} {}\"/>",
                from.0, from.1, to.0, to.1
            );
        }
    }

    fn level(&self, level: &Level, body: &mut String) {
        let class = match (level.line, level.role) {
            (Some(line), _) => format!("aim l{line}"),
            (None, Role::Aside) => "aside".to_owned(),
            (None, Role::Committed) => "committed".to_owned(),
            (None, Role::Target) => "target".to_owned(),
        };
        let mut path = String::new();
        for (index, (day, value)) in level.steps.iter().enumerate() {
            let from = self.x((*day).max(self.days.from)).max(self.left * 10);
            let next = level.steps.get(index + 1);
            let to = next.map_or(self.right() * 10, |(next, _)| {
                self.x((*next).max(self.days.from))
            });
            let Some(value) = value else {
                continue;
            };
            let before = index
                .checked_sub(1)
                .and_then(|before| level.steps[before].1);
            let start = if before.is_some() && *day > self.days.from {
                format!("V{}", px(self.y(*value)))
            } else {
                format!("M{} {}", px(from), px(self.y(*value)))
            };
            let _written = write!(path, "{start}H{}", px(to));
        }
        let _written = writeln!(body, "<path class=\"{class}\" d=\"{path}\"/>");
    }

    fn band(&self, chart: &Chart, body: &mut String) {
        let Some(band) = &chart.band else {
            return;
        };
        let corner =
            |day: Date, value: Decimal| format!("{} {}", px(self.x(day)), px(self.y(value)));
        let (begin, end) = (band.begin, band.end);
        let _written = writeln!(
            body,
            "<path class=\"band\" d=\"M{}L{}L{}L{}Z\"/><path class=\"forecast\" d=\"M{}L{}\"/>",
            corner(begin.day, begin.low),
            corner(end.day, end.low),
            corner(end.day, end.high),
            corner(begin.day, begin.high),
            corner(begin.day, begin.value),
            corner(end.day, end.value),
        );
    }

    fn line(&self, line: &Line, number: usize, body: &mut String) {
        let mut path = String::new();
        for (index, point) in line.points.iter().enumerate() {
            let (x, y) = (px(self.x(point.day)), px(self.y(point.value)));
            let piece = match index {
                0 => format!("M{x} {y}"),
                _ if line.stepped => format!("H{x}V{y}"),
                _ => format!("L{x} {y}"),
            };
            path.push_str(&piece);
        }
        if !path.is_empty() {
            let _written = writeln!(body, "<path class=\"line l{number}\" d=\"{path}\"/>");
        }
    }

    fn marks(&self, line: &Line, number: usize, body: &mut String) {
        let reported = line.points.iter().filter(|point| point.reported);
        for point in reported.filter(|point| self.days.contains(point.day)) {
            let shape = mark(number, self.x(point.day), self.y(point.value));
            let words = escape(&point.words);
            let _written = writeln!(
                body,
                "<path class=\"{}\" d=\"{}\"><title>{words}</title></path>",
                shape.class, shape.path
            );
        }
    }

    /// Puts the mark of its goal at the end of each target of several.
    fn aims(&self, chart: &Chart, body: &mut String) {
        for level in &chart.levels {
            if let (Some(line), Some(value)) = (level.line, level.at(self.days.to)) {
                let shape = mark(line, self.right() * 10, self.y(value));
                let label = escape(&level.label);
                let _written = writeln!(
                    body,
                    "<path class=\"{}\" d=\"{}\"><title>{label}</title></path>",
                    shape.class, shape.path
                );
            }
        }
    }

    /// Writes the names of levels right of the plot, above each other where they would touch.
    fn labels(&self, chart: &Chart, body: &mut String) {
        let alone = chart
            .levels
            .iter()
            .rev()
            .filter(|level| level.line.is_none());
        let mut labels: Vec<(i32, &Level)> = alone
            .filter_map(|level| Some((self.y(level.at(self.days.to)?) / 10, level)))
            .collect();
        labels.sort_by_key(|(y, _)| *y);
        let mut lowest = i32::MIN;
        for (y, level) in labels {
            let y = y.max(lowest.saturating_add(15));
            lowest = y;
            let class = match level.role {
                Role::Target => "name",
                Role::Aside | Role::Committed => "dim",
            };
            let _written = writeln!(
                body,
                "<text class=\"{class}\" x=\"{}\" y=\"{y}\" dy=\"4\">{}</text>",
                self.right() + 6,
                escape(&level.label)
            );
        }
    }

    fn moves(&self, chart: &Chart, body: &mut String) {
        let bottom = TOP + HEIGHT;
        for (number, one) in chart.moves.iter().enumerate() {
            let x = px(self.x(one.day));
            let words = escape(&chart.told(one));
            let _written = writeln!(
                body,
                "<g><title>{words}</title><circle class=\"move\" cx=\"{x}\" cy=\"{bottom}\" r=\"8\"/>\
                 <text class=\"sign\" x=\"{x}\" y=\"{bottom}\" dy=\"4\">{}</text></g>",
                move_mark(number)
            );
        }
    }
}
