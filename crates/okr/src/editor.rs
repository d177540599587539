//! Long texts, written in the person's own editor.
//!
//! The text stands in a file under the state directory from the beginning, and goes away only when
//! it was taken: whatever happens in between, what somebody wrote is there.

mod buffer;

use okr_core::value::ValueError;

use crate::context::Context;
use crate::environment;
use crate::error::CliError;
pub(crate) use buffer::Buffer;
use buffer::read_back;

/// What stands before each line that explains; nobody writes it, and Markdown does not use it.
const MARK: &str = "OKR:";

/// The variables that name an editor, the strongest first.
const VARIABLES: [&str; 3] = [environment::EDITOR, "VISUAL", "EDITOR"];

/// Editors that are looked for when no variable names one.
const USUAL: [&str; 2] = ["nano", "vi"];

/// A text that is to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draft<'a> {
    /// What it is, after "Write": `the note of the check-in on api-p99`.
    pub(crate) what: &'a str,
    /// What stands there already.
    pub(crate) before: Option<&'a str>,
    /// How many characters it may have.
    pub(crate) limit: usize,
}

/// A text that was written, with the file that keeps it.
#[derive(Debug)]
pub(crate) struct Written<T> {
    /// The text.
    pub(crate) text: T,
    /// The file: to be told how writing the text into the history went.
    pub(crate) buffer: Buffer,
}

/// Lets a person write a text; asks again, with the problem on top, while it cannot be taken.
///
/// # Errors
/// When nobody is at a terminal, there is no editor, it fails, or the text is empty or as before.
pub(crate) fn write<T>(
    context: &mut Context,
    draft: &Draft<'_>,
    take: impl Fn(&str) -> Result<T, ValueError>,
) -> Result<Written<T>, CliError> {
    if !context.may_ask() || context.ui.output().is_json() {
        let message = "an editor needs somebody at a terminal";
        return Err(CliError::usage("needs-terminal", message)
            .with_hint("give the text on the command line instead"));
    }
    let editor = editor(context)?;
    let interrupt = context.interrupt()?;
    let id = context.new_uuid();
    let buffer = Buffer::new(&context.environment, id)?;
    let mut shown = draft.before.unwrap_or_default().to_owned();
    let mut problem = None;
    loop {
        buffer.fill(&template(draft, &shown, problem.as_deref()))?;
        let ended = interrupt.given_away(|| buffer.open_in(&editor));
        if let Err(error) = ended {
            return Err(if problem.is_some() {
                buffer.kept(error)
            } else {
                buffer.dropped(error)
            });
        }
        let text = read_back(&buffer.text()?);
        if text.is_empty() || draft.before == Some(text.as_str()) {
            let message = if text.is_empty() {
                "the text is empty: nothing was written"
            } else {
                "the text is as it was: nothing was written"
            };
            return Err(buffer.dropped(CliError::user("nothing-written", message)));
        }
        match take(&text) {
            Ok(text) => return Ok(Written { text, buffer }),
            Err(error) if problem.is_some() && shown == text => {
                let error = CliError::user("bad-text", error.to_string());
                return Err(buffer.kept(error));
            }
            Err(error) => problem = Some(error.to_string()),
        }
        shown = text;
    }
}

/// Finds the command that opens an editor.
fn editor(context: &Context) -> Result<String, CliError> {
    let named = VARIABLES
        .iter()
        .find_map(|name| context.environment.get(name));
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let path = context.environment.get("PATH").unwrap_or_default();
    let there = |name: &&&str| std::env::split_paths(path).any(|place| place.join(name).is_file());
    USUAL
        .iter()
        .find(there)
        .map(|name| (*name).to_owned())
        .ok_or_else(|| {
            CliError::config("no-editor", "there is neither nano nor vi here")
                .with_hint("name one: export EDITOR=...")
        })
}

/// Returns what an editor shows first: the problem, the text, and what is to be done.
fn template(draft: &Draft<'_>, text: &str, problem: Option<&str>) -> String {
    let mut lines = Vec::new();
    if let Some(problem) = problem {
        lines.push(format!("{MARK} Error: {problem}"));
        lines.push(format!("{MARK} Mend it, or leave it as it is to stop."));
    }
    lines.push(text.to_owned());
    lines.push(String::new());
    lines.push(format!("{MARK} Write {}.", draft.what));
    lines.push(format!(
        "{MARK} Up to {} characters. Lines that begin with {MARK} are left out.",
        draft.limit
    ));
    let stop = if draft.before.is_some() {
        "An empty text, or one as it was, stops it: nothing is written then."
    } else {
        "An empty text stops it: nothing is written then."
    };
    lines.push(format!("{MARK} {stop}"));
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAFT: Draft<'_> = Draft {
        what: "the note of the check-in on api-p99",
        before: None,
        limit: 8000,
    };

    #[test]
    fn what_the_template_explains_is_not_part_of_the_text() {
        for problem in [None, Some("a text has 8001 characters, at most 8000 fit")] {
            assert_eq!(read_back(&template(&DRAFT, "", problem)), "");
            let text = "# Heading\n\n- a list, and OKR: inside a line";
            assert_eq!(read_back(&template(&DRAFT, text, problem)), text);
        }
    }

    #[test]
    fn the_template_fits_80_columns_and_says_what_stops_it() {
        let draft = Draft {
            before: Some("as it was"),
            ..DRAFT
        };
        let shown = template(&draft, "as it was", Some("it is too long"));
        assert!(shown.lines().all(|line| line.len() <= 80), "{shown}");
        assert!(shown.contains("one as it was, stops it"), "{shown}");
        assert!(shown.starts_with("OKR: Error: it is too long\n"), "{shown}");
        assert!(!template(&DRAFT, "", None).contains("as it was, stops"));
    }
}
