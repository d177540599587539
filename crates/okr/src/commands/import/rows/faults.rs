//! What is wrong with a table: the first mistakes of it, and how many there are.

use std::collections::BTreeSet;

use okr_core::rejection::Rejection;

use crate::error::CliError;
use crate::failure;
use crate::table::Wrong;

/// So many mistakes are told.
const TOLD_MAX: usize = 20;

/// The mistakes of a table that come first, and the number of all.
#[derive(Debug, Default)]
pub(super) struct Faults {
    first: BTreeSet<Wrong>,
    count: u64,
}

impl Faults {
    /// Tells one mistake alone.
    pub(super) fn one(wrong: Wrong) -> Self {
        let mut faults = Self::default();
        faults.push(wrong);
        faults
    }

    pub(super) fn push(&mut self, wrong: Wrong) {
        self.count += 1;
        self.first.insert(wrong);
        if self.first.len() > TOLD_MAX {
            self.first.pop_last();
        }
    }

    /// Adds that the rules refuse a row.
    pub(super) fn refuse(&mut self, line: usize, rejection: &Rejection) {
        let wrong = if let Rejection::AlreadyExists { .. } = rejection {
            let message = "what has this id is here, and says something else";
            Wrong::new((line, 1), message)
                .with_help("an import only adds; rows of another source need --source NAME")
        } else {
            let error = failure::rejected(rejection, None);
            let wrong = Wrong::new((line, 1), error.message());
            match error.hints().first() {
                Some(hint) => wrong.with_help(hint),
                None => wrong,
            }
        };
        self.push(wrong);
    }

    /// Gives a value back when nothing is wrong.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub(super) fn or<T>(self, value: T, file: &str) -> Result<T, CliError> {
        if self.count == 0 {
            return Ok(value);
        }
        Err(self.into_error(file))
    }

    /// Puts what is wrong in the words of an error.
    pub(super) fn into_error(self, file: &str) -> CliError {
        let said = |wrong: &Wrong| {
            let Wrong { line, column, .. } = wrong;
            format!("{file}:{line}:{column}: {}", wrong.message)
        };
        let help = |wrong: &Wrong| wrong.help.clone();
        let told = self.first.len() as u64;
        let mut error = match (self.count, self.first.first()) {
            (1, Some(only)) => {
                let error = CliError::user("bad-table", said(only));
                match help(only) {
                    Some(help) => error.with_hint(help),
                    None => error,
                }
            }
            (count, _) => {
                let mut error = CliError::user("bad-table", format!("{file} has {count} mistakes"));
                for wrong in &self.first {
                    error = error.with_detail(said(wrong));
                    if let Some(help) = help(wrong) {
                        error = error.with_detail(format!("  {help}"));
                    }
                }
                error
            }
        };
        if self.count > told {
            error = error.with_detail(format!("... and {} more", self.count - told));
        }
        error.with_hint("nothing of this file was written")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Screen;

    #[test]
    fn the_first_twenty_are_told_in_order_and_the_others_counted() {
        let mut faults = Faults::default();
        for line in (2..=26).rev() {
            faults.push(Wrong::new((line, 3), "no").with_help("yes"));
        }
        let text = faults.into_error("a.csv").to_text(&Screen::piped(), false);
        assert!(
            text.starts_with("Error: a.csv has 25 mistakes\n  a.csv:2:3: no\n    yes\n"),
            "{text}"
        );
        assert!(
            text.contains("a.csv:21:3") && !text.contains("a.csv:22:3"),
            "{text}"
        );
        assert!(text.contains("... and 5 more"), "{text}");
    }

    #[test]
    fn one_mistake_is_the_error_itself() {
        let error = Faults::one(Wrong::new((4, 7), "no").with_help("yes")).into_error("a.csv");
        assert_eq!(error.message(), "a.csv:4:7: no");
        assert_eq!(error.hints(), ["yes", "nothing of this file was written"]);
        assert_eq!(Faults::default().or(1, "a.csv").unwrap(), 1);
    }
}
