//! Running text in lines of a width.

use super::{Screen, text_width};
use crate::ui::sanitise;

/// Breaks a text into lines of at most a width in columns on a terminal; elsewhere only where the
/// author did. A word that is wider than a line stands on its own. The result is harmless.
pub fn wrap(text: &str, width: usize, screen: &Screen) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let paragraph = sanitise(paragraph);
        if !screen.terminal || text_width(&paragraph) <= width {
            lines.push(paragraph.into_owned());
            continue;
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && text_width(&line) + 1 + text_width(word) > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_short_lines_and_a_pipe_whole_ones() {
        let text = "Gains from pooling are in;\nthe rest needs\u{1b}[2J the new query planner";
        assert_eq!(
            wrap(text, 20, &Screen::terminal(80)),
            [
                "Gains from pooling",
                "are in;",
                "the rest",
                "needs\\x1b[2J the new",
                "query planner"
            ]
        );
        assert_eq!(wrap(text, 20, &Screen::piped()).len(), 2);
        assert_eq!(
            wrap("a incomprehensible b", 5, &Screen::terminal(80)).len(),
            3
        );
    }
}
