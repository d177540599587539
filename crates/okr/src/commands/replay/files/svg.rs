//! A screen of text as a picture: one SVG file that needs nothing else, for light and dark pages.
//!
//! Each piece of text stands where its columns are and is stretched to them, so that lines and bars
//! meet whatever font there is.

use std::fmt::Write as _;

use crate::render::text_width;

/// The width of a column, in pixels.
const COLUMN: usize = 8;
/// The height of a line, in pixels.
const LINE: usize = 18;
/// How far the letters of a line stand above its lower edge, in pixels.
const DESCENT: usize = 5;
/// The free space around the text, in pixels.
const MARGIN: usize = 12;

/// The classes of the colours that the screens use, by their number in an escape sequence.
const COLORS: [(&str, &str); 5] = [
    ("31", "bad"),
    ("32", "good"),
    ("33", "warning"),
    ("35", "id"),
    ("36", "accent"),
];

const STYLE: &str = "\
rect{fill:#fff}text{fill:#1f2328;font:14px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre}\
.strong{font-weight:bold}.dim{opacity:.65}.bad{fill:#b3261e;font-weight:bold}.good{fill:#1a7f37}\
.warning{fill:#8a5a00}.id{fill:#8250df}.accent{fill:#0b6c85}\
@media(prefers-color-scheme:dark){rect{fill:#161b22}text{fill:#e6edf3}.bad{fill:#ff7b72}.good{fill:#56d364}\
.warning{fill:#e3b341}.id{fill:#d2a8ff}.accent{fill:#76e3ea}}";

/// Draws a text with its colours; `title` says what it is.
pub(super) fn draw(text: &str, title: &str) -> String {
    let lines: Vec<Vec<Piece>> = text.trim_end().lines().map(pieces).collect();
    let columns = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    let (width, height) = (
        columns * COLUMN + 2 * MARGIN,
        lines.len() * LINE + 2 * MARGIN,
    );
    let title = escape(title);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" xml:space=\"preserve\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n<rect width=\"100%\" height=\"100%\"/>\n"
    );
    for (index, line) in lines.iter().enumerate() {
        let y = MARGIN + (index + 1) * LINE - DESCENT;
        let mut column = 0;
        for piece in line {
            let drawn = piece.text.trim_start_matches(' ');
            let blanks = piece.text.len() - drawn.len();
            let drawn = drawn.trim_end_matches(' ');
            if !drawn.is_empty() {
                let x = MARGIN + (column + blanks) * COLUMN;
                piece.draw(&mut svg, (x, y), drawn);
            }
            column += text_width(&piece.text);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// A part of a line that looks the same all along.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Piece {
    classes: Vec<&'static str>,
    text: String,
}

impl Piece {
    /// Draws what is to be seen of it.
    fn draw(&self, svg: &mut String, (x, y): (usize, usize), drawn: &str) {
        let class = match self.classes.as_slice() {
            [] => String::new(),
            classes => format!(" class=\"{}\"", classes.join(" ")),
        };
        let length = text_width(drawn) * COLUMN;
        let text = escape(drawn);
        writeln!(
            svg,
            "<text x=\"{x}\" y=\"{y}\" textLength=\"{length}\" \
             lengthAdjust=\"spacingAndGlyphs\"{class}>{text}</text>"
        )
        .expect("a String takes any text");
    }
}

fn width(line: &[Piece]) -> usize {
    line.iter().map(|piece| text_width(&piece.text)).sum()
}

/// Splits a line at its colours.
fn pieces(line: &str) -> Vec<Piece> {
    let mut pieces = vec![Piece::default()];
    for (index, part) in line.split("\u{1b}[").enumerate() {
        let mut text = part;
        if index > 0 {
            let (codes, rest) = part.split_once('m').unwrap_or(("", part));
            let mut classes = pieces
                .last()
                .map_or(Vec::new(), |last| last.classes.clone());
            for code in codes.split(';') {
                apply(code, &mut classes);
            }
            pieces.push(Piece {
                classes,
                text: String::new(),
            });
            text = rest;
        }
        if let Some(last) = pieces.last_mut() {
            last.text.push_str(text);
        }
    }
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

fn apply(code: &str, classes: &mut Vec<&'static str>) {
    match code {
        "0" | "" => classes.clear(),
        "1" => classes.push("strong"),
        "2" => classes.push("dim"),
        _ => {
            let known = COLORS.iter().find(|(number, _)| *number == code);
            classes.extend(known.map(|(_, class)| *class));
        }
    }
}

/// Writes text so that it is nothing but text; what no XML may hold becomes a replacement sign.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            _ if character.is_control() => safe.push('\u{fffd}'),
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_its_text_where_the_columns_are_and_nothing_else() {
        let text = "\u{1b}[1m\u{1b}[31mlate\u{1b}[0m  a<b & \u{1b}[32m目標\u{1b}[0m\n\nend\n";
        let svg = draw(text, "frame \"1\"");
        let drawn: Vec<&str> = svg
            .lines()
            .filter(|line| line.starts_with("<text"))
            .collect();
        assert_eq!(
            drawn,
            [
                "<text x=\"12\" y=\"25\" textLength=\"32\" lengthAdjust=\"spacingAndGlyphs\" class=\"strong bad\">late</text>",
                "<text x=\"60\" y=\"25\" textLength=\"40\" lengthAdjust=\"spacingAndGlyphs\">a&lt;b &amp;</text>",
                "<text x=\"108\" y=\"25\" textLength=\"32\" lengthAdjust=\"spacingAndGlyphs\" class=\"good\">目標</text>",
                "<text x=\"12\" y=\"61\" textLength=\"24\" lengthAdjust=\"spacingAndGlyphs\">end</text>",
            ]
        );
        assert!(
            svg.starts_with(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"152\" height=\"78\""
            )
        );
        assert!(svg.contains("<title>frame &quot;1&quot;</title>"));
    }

    #[test]
    fn what_no_document_may_hold_is_replaced() {
        assert_eq!(
            escape("a\u{0}\u{1b}\u{ffff}z"),
            "a\u{fffd}\u{fffd}\u{fffd}z"
        );
    }
}
