//! One event, one line: what would end a line early, or move a terminal, is written as `\u001b`.

use std::fmt::Write as _;
use std::io::{self, Write};

/// A writer that is given one whole event at a time, with the line feed at its end.
pub(super) struct OneLineEach<W>(pub(super) W);

impl<W: Write> Write for OneLineEach<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        // Nearly every line: bytes are looked at faster than characters.
        let body = event.strip_suffix(b"\n").unwrap_or(event);
        if body.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            self.0.write_all(event)?;
            return Ok(event.len());
        }
        let text = String::from_utf8_lossy(event);
        let (body, end) = match text.strip_suffix('\n') {
            Some(body) => (body, "\n"),
            None => (&*text, ""),
        };
        if body.contains(breaks) {
            let mut line = harmless(body);
            line.push_str(end);
            self.0.write_all(line.as_bytes())?;
        } else {
            self.0.write_all(event)?;
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Controls, and what some programs take for the end of a line or turn the writing direction with.
fn breaks(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Writes the characters in question as JSON does, so that the lines of both forms stay valid.
fn harmless(text: &str) -> String {
    let mut line = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if breaks(character) {
            // Writing to a string does not fail.
            write!(line, "\\u{:04x}", u32::from(character)).ok();
        } else {
            line.push(character);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(event: &str) -> String {
        let mut lines = OneLineEach(Vec::new());
        lines.write_all(event.as_bytes()).unwrap();
        String::from_utf8(lines.0).unwrap()
    }

    #[test]
    fn an_event_stays_one_line_whatever_stands_in_it() {
        assert_eq!(written("INFO rpc: é\n"), "INFO rpc: é\n");
        assert_eq!(
            written("x=\"a\r\nINFO forged\"\n"),
            "x=\"a\\u000d\\u000aINFO forged\"\n"
        );
        assert_eq!(
            written("\u{1b}[2J\u{9b}2J\u{202e}\u{2028}\n"),
            "\\u001b[2J\\u009b2J\\u202e\\u2028\n"
        );
    }

    #[test]
    fn a_line_of_json_stays_json() {
        let event = serde_json::json!({"message": "a\nb\u{9b}\u{7f}"});
        let line = written(&format!("{event}\n"));
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read, event);
        assert_eq!(
            line.trim_end().chars().filter(|c| c.is_control()).count(),
            0
        );
    }
}
