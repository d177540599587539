//! What is wrong with a plan file, with line and column, and the line to look at.

use super::{FORMAT, Spot};
use crate::error::CliError;
use crate::exit::Exit;
use crate::render::text_width;
use crate::ui::sanitise;

/// So many faults are told at once.
const TOLD_MAX: usize = 20;

/// How much of a long line is shown, in characters.
const LINE_CHARACTERS_MAX: usize = 66;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: Spot,
    pub(crate) message: String,
    /// What to write instead.
    pub(crate) help: Option<String>,
    /// Whether a newer program may read the file.
    pub(crate) newer: bool,
}

impl Fault {
    /// Says what is wrong at a place.
    pub(crate) fn new(at: Spot, message: impl Into<String>) -> Self {
        Self {
            at,
            message: message.into(),
            help: None,
            newer: false,
        }
    }

    /// Adds what to write instead.
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what was probably meant, if anything was.
    pub(crate) fn with_near(self, near: Option<&str>) -> Self {
        match near {
            Some(near) => self.with_help(format!("did you mean \"{near}\"?")),
            None => self,
        }
    }

    /// Adds what was probably meant or, where nothing is near, what to write.
    pub(crate) fn with_near_or(self, near: Option<&str>, help: impl Into<String>) -> Self {
        match near {
            Some(_) => self.with_near(near),
            None => self.with_help(help),
        }
    }
}

/// Everything that is wrong with a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults(pub(crate) Vec<Fault>);

/// A file that was read: its name and its text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
}

impl Faults {
    /// Adds what is wrong.
    pub(crate) fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// Keeps a value, or what is wrong with it.
    pub(crate) fn keep<T>(&mut self, read: Result<T, Fault>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(fault) => {
                self.push(fault);
                None
            }
        }
    }

    /// Gives a value back when nothing is wrong.
    pub(crate) fn or<T>(mut self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            return Ok(value);
        }
        self.0.sort_by_key(|fault| fault.at);
        Err(self)
    }

    /// Puts what is wrong in lines, for a text that begins so many lines further down.
    pub(crate) fn lines(&self, source: Source<'_>, lines_above: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for fault in self.0.iter().take(TOLD_MAX) {
            let Spot { line, column, .. } = fault.at;
            lines.push(format!(
                "line {}:{column}: {}",
                line + lines_above,
                fault.message
            ));
            lines.extend(source.shown(fault, lines_above));
        }
        lines
    }

    /// Puts what is wrong in the words of an error.
    pub(crate) fn into_error(self, source: Source<'_>) -> CliError {
        let count = self.0.len();
        let newer = self.0.iter().any(|fault| fault.newer);
        let code = if newer { "newer-plan" } else { "bad-plan" };
        let mut faults = self.0.into_iter().peekable();
        let mut error = match (count, faults.peek()) {
            (1, Some(only)) => CliError::user(code, source.named(only)),
            (_, _) => CliError::user(code, format!("{} has {count} mistakes", source.name)),
        };
        for fault in faults.take(TOLD_MAX) {
            if count > 1 {
                error = error.with_detail(source.named(&fault));
            }
            for line in source.shown(&fault, 0) {
                error = error.with_detail(line);
            }
        }
        if count > TOLD_MAX {
            error = error.with_detail(format!("... and {} more", count - TOLD_MAX));
        }
        if newer {
            return error
                .with_exit(Exit::Incompatible)
                .with_hint(format!("this okr reads {FORMAT}; upgrade it"));
        }
        error.with_hint("okr help plan describes plan files; nothing was written")
    }
}

impl Source<'_> {
    /// Writes a fault after the place where it is: `plan.yaml:12:7: ...`.
    pub(crate) fn named(&self, fault: &Fault) -> String {
        let Spot { line, column, .. } = fault.at;
        if line == 0 {
            return format!("{}: {}", self.name, fault.message);
        }
        format!("{}:{line}:{column}: {}", self.name, fault.message)
    }

    /// Shows the line that a fault is on, with a mark under the place.
    fn shown(&self, fault: &Fault, lines_above: usize) -> Vec<String> {
        let Spot {
            line,
            column,
            length,
        } = fault.at;
        let help = fault.help.clone().unwrap_or_default();
        let Some(text) = line
            .checked_sub(1)
            .and_then(|line| self.text.lines().nth(line))
        else {
            return fault.help.iter().cloned().collect();
        };
        let characters: Vec<char> = text.chars().collect();
        let from = column.saturating_sub(1).min(characters.len());
        let first = if characters.len() <= LINE_CHARACTERS_MAX {
            0
        } else {
            from.saturating_sub(LINE_CHARACTERS_MAX / 3)
        };
        let last = characters.len().min(first + LINE_CHARACTERS_MAX);
        let part = |from: usize, to: usize| {
            let part: String = characters[from..to].iter().collect();
            sanitise(&part.replace('\t', " ")).into_owned()
        };
        let to = (from + length.max(1)).min(last).max(from);
        let blanks = " ".repeat(text_width(&part(first, from)));
        let marks = "^".repeat(text_width(&part(from, to)).max(1));
        let number = (line + lines_above).to_string();
        let gutter = " ".repeat(number.len());
        vec![
            format!("{gutter} |"),
            format!("{number} | {}", part(first, last)),
            format!("{gutter} | {blanks}{marks} {help}")
                .trim_end()
                .to_owned(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Screen;

    fn said(faults: Vec<Fault>, text: &str) -> String {
        let source = Source {
            name: "plan.yaml",
            text,
        };
        Faults(faults)
            .into_error(source)
            .to_text(&Screen::piped(), false)
    }

    const AT: Spot = Spot {
        line: 2,
        column: 9,
        length: 4,
    };

    #[test]
    fn one_fault_is_told_with_its_line_and_a_mark() {
        let fault = Fault::new(AT, "unknown key \"titel\"").with_near(Some("title"));
        insta::assert_snapshot!(said(vec![fault], "a\nb: cdef ghij\u{1b}[2J\n"), @r#"
        Error: plan.yaml:2:9: unknown key "titel"
            |
          2 | b: cdef ghij\x1b[2J
            |         ^^^^ did you mean "title"?
        Hint: okr help plan describes plan files; nothing was written
        "#);
    }

    #[test]
    fn a_mark_stands_under_wide_letters_and_within_long_lines() {
        let wide = Spot {
            line: 1,
            column: 3,
            length: 2,
        };
        let text = said(vec![Fault::new(wide, "x")], "目標はい");
        assert!(text.contains("| 目標はい\n    |     ^^^^\n"), "{text}");
        let far = Spot {
            line: 1,
            column: 500,
            length: 9,
        };
        let text = said(vec![Fault::new(far, "x")], &"a".repeat(1000));
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        assert!(text.contains("^^^^^^^^^"), "{text}");
        let beyond = Spot {
            line: 9,
            column: 1,
            length: 1,
        };
        assert!(said(vec![Fault::new(beyond, "x")], "a").contains("plan.yaml:9:1: x"));
    }

    #[test]
    fn twenty_faults_are_told_and_the_others_counted() {
        let faults = (1..=25)
            .map(|line| Fault::new(Spot { line, ..AT }, "bad"))
            .collect();
        let text = said(faults, &"a: b\n".repeat(30));
        assert!(
            text.starts_with("Error: plan.yaml has 25 mistakes\n"),
            "{text}"
        );
        assert!(text.contains("plan.yaml:20:9: bad") && !text.contains("plan.yaml:21:9"));
        assert!(text.contains("... and 5 more"), "{text}");
    }
}
