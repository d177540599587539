//! Long texts, written in the person's own editor.
//!
//! The text stands in a file under the state directory from the beginning, and goes away only when
//! it was taken: whatever happens in between, what somebody wrote is there.

mod buffer;

use std::path::Path;

use okr_core::value::ValueError;

use crate::context::Context;
use crate::environment;
use crate::error::CliError;
use crate::interrupt::Interrupt;
use crate::ui::sanitise_lines;
pub(crate) use buffer::{Buffer, read_back};

/// What stands before each line that explains; nobody writes it, and Markdown does not use it.
const MARK: &str = "OKR:";

/// The variables that name an editor, the strongest first.
const VARIABLES: [&str; 3] = [environment::EDITOR, "VISUAL", "EDITOR"];

/// How much is read back of a text, in bytes: far more than any may have.
const TEXT_BYTES_MAX: u64 = 1 << 20;

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

/// A file that is to be edited as a whole, such as a plan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sheet<'a> {
    /// What it is, after "Write": `the goals as they shall be`.
    pub(crate) what: &'a str,
    /// What stands there already.
    pub(crate) before: &'a str,
    /// The suffix by which editors know the kind of text.
    pub(crate) suffix: &'a str,
    /// How much is read back, in bytes.
    pub(crate) bytes_max: u64,
}

/// What is wrong with a text, in lines, for a text that begins so many lines further down.
pub(crate) type Problem = Box<dyn Fn(usize) -> Vec<String>>;

/// A text that was written, with the file that keeps it.
#[derive(Debug)]
pub(crate) struct Written<T> {
    /// The text.
    pub(crate) text: T,
    /// The file: to be told how writing the text into the history went.
    pub(crate) buffer: Buffer,
}

/// Lets a person write a text; what cannot be taken is opened again, with the problem on top, when
/// the person wants to mend it.
///
/// # Errors
/// When nobody is at a terminal, there is no editor, it fails, or the text is empty or as before.
pub(crate) fn write<T>(
    context: &mut Context,
    draft: &Draft<'_>,
    take: impl Fn(&str) -> Result<T, ValueError>,
) -> Result<Written<T>, CliError> {
    let sheet = Sheet {
        what: draft.what,
        before: draft.before.unwrap_or_default(),
        suffix: "md",
        bytes_max: TEXT_BYTES_MAX,
    };
    let take = |_: &Context, text: &str| {
        take(text).map_err(|error| -> Problem { Box::new(move |_| vec![error.to_string()]) })
    };
    written(context, (&sheet, Some(draft.limit)), take)
}

/// Lets a person edit a file as a whole, as [`write()`] does with a text.
///
/// # Errors
/// As [`write()`].
pub(crate) fn edit<T>(
    context: &mut Context,
    sheet: &Sheet<'_>,
    take: impl Fn(&Context, &str) -> Result<T, Problem>,
) -> Result<Written<T>, CliError> {
    written(context, (sheet, None), take)
}

fn written<T>(
    context: &mut Context,
    (sheet, limit): (&Sheet<'_>, Option<usize>),
    take: impl Fn(&Context, &str) -> Result<T, Problem>,
) -> Result<Written<T>, CliError> {
    if !context.may_ask() || context.ui.output().is_json() {
        let message = "an editor needs somebody at a terminal";
        return Err(CliError::usage("needs-terminal", message)
            .with_hint("give the text on the command line instead"));
    }
    let editor = editor(context)?;
    let interrupt = Interrupt::watch_for()?;
    let id = context.new_uuid();
    let buffer = Buffer::new(&context.environment, id, sheet.suffix)?;
    let mut shown = sheet.before.to_owned();
    let mut problem: Option<Vec<String>> = None;
    loop {
        buffer.fill(&template((sheet, limit), &shown, problem.as_deref()))?;
        let ended = interrupt.given_away(|| buffer.open_in(&editor));
        if let Err(error) = ended {
            return Err(if problem.is_some() {
                buffer.kept(error)
            } else {
                buffer.dropped(error)
            });
        }
        let text = read_back(&buffer.text(sheet.bytes_max)?);
        if text.is_empty() || sheet.before == text {
            let message = if text.is_empty() {
                "the text is empty: nothing was written"
            } else {
                "the text is as it was: nothing was written"
            };
            return Err(buffer.dropped(CliError::user("nothing-written", message)));
        }
        match take(context, &text) {
            Ok(text) => return Ok(Written { text, buffer }),
            Err(wrong) => {
                let is_left = problem.is_some() && shown == text;
                if is_left || !opens_again(context, (&wrong, &buffer))? {
                    return Err(buffer.kept(bad_text(&wrong)));
                }
                // The lines that say what is wrong push the text down by as many, and one more.
                let above = wrong(0).len() + 1;
                problem = Some(wrong(above));
            }
        }
        shown = text;
    }
}

/// Says what is wrong and asks whether to mend it: an editor that nobody sits at would write the
/// same mistake for ever.
fn opens_again(
    context: &mut Context,
    (wrong, buffer): (&Problem, &Buffer),
) -> Result<bool, CliError> {
    let mut lines = wrong(0);
    lines.push(format!("What you wrote is in {}", buffer.place()));
    lines.push("Open it again to mend it? [Y/n] ".to_owned());
    let question = sanitise_lines(&lines.join("\n")).into_owned();
    let answer = context.answer(&question);
    let answer = answer.map_err(|error| buffer.kept(error))?;
    let answer = answer.map(|answer| answer.to_ascii_lowercase());
    Ok(matches!(answer.as_deref(), Some("" | "y" | "yes")))
}

fn bad_text(wrong: &Problem) -> CliError {
    let mut lines = wrong(0).into_iter();
    let error = CliError::user("bad-text", lines.next().unwrap_or_default());
    lines.fold(error, CliError::with_detail)
}

/// Lets a person edit a file where it is.
///
/// # Errors
/// When nobody is at a terminal, there is no editor, or it fails.
pub(crate) fn open(context: &mut Context, path: &Path) -> Result<(), CliError> {
    if !context.may_ask() || context.ui.output().is_json() {
        let message = "an editor needs somebody at a terminal";
        return Err(CliError::usage("needs-terminal", message)
            .with_hint(format!("the file is {}", path.display())));
    }
    let editor = editor(context)?;
    let interrupt = Interrupt::watch_for()?;
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory).map_err(|error| {
            let message = format!("{} cannot be made", directory.display());
            CliError::config("no-directory", message).caused_by(&error)
        })?;
    }
    interrupt.given_away(|| buffer::run(&editor, path))
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
fn template(
    (sheet, limit): (&Sheet<'_>, Option<usize>),
    text: &str,
    problem: Option<&[String]>,
) -> String {
    let mut lines = Vec::new();
    if let Some(problem) = problem {
        for (index, line) in problem.iter().enumerate() {
            let label = if index == 0 { "Error: " } else { "" };
            lines.push(format!("{MARK} {label}{line}").trim_end().to_owned());
        }
        lines.push(format!("{MARK} Mend it, or leave it as it is to stop."));
    }
    lines.push(text.to_owned());
    lines.push(String::new());
    lines.push(format!("{MARK} Write {}.", sheet.what));
    let limit = limit.map(|limit| format!("Up to {limit} characters. "));
    lines.push(format!(
        "{MARK} {}Lines that begin with {MARK} are left out.",
        limit.unwrap_or_default()
    ));
    let stop = if sheet.before.is_empty() {
        "An empty text stops it: nothing is written then."
    } else {
        "An empty text, or one as it was, stops it: nothing is written then."
    };
    lines.push(format!("{MARK} {stop}"));
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: Sheet<'_> = Sheet {
        what: "the note of the check-in on api-p99",
        before: "",
        suffix: "md",
        bytes_max: TEXT_BYTES_MAX,
    };

    fn shown(sheet: &Sheet<'_>, text: &str, problem: Option<&str>) -> String {
        let problem = problem.map(|problem| vec![problem.to_owned()]);
        template((sheet, Some(8000)), text, problem.as_deref())
    }

    #[test]
    fn what_the_template_explains_is_not_part_of_the_text() {
        for problem in [None, Some("a text has 8001 characters, at most 8000 fit")] {
            assert_eq!(read_back(&shown(&SHEET, "", problem)), "");
            let text = "# Heading\n\n- a list, and OKR: inside a line";
            assert_eq!(read_back(&shown(&SHEET, text, problem)), text);
        }
    }

    #[test]
    fn the_template_fits_80_columns_and_says_what_stops_it() {
        let sheet = Sheet {
            before: "as it was",
            ..SHEET
        };
        let text = shown(&sheet, "as it was", Some("it is too long"));
        assert!(text.lines().all(|line| line.len() <= 80), "{text}");
        assert!(text.contains("one as it was, stops it"), "{text}");
        assert!(text.starts_with("OKR: Error: it is too long\n"), "{text}");
        assert!(!shown(&SHEET, "", None).contains("as it was, stops"));
    }
}
