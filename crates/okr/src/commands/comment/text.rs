//! Where the text of a comment comes from: the command line, standard input, or an editor.

use std::io::IsTerminal as _;
use std::path::Path;

use okr_core::text::LongText;
use okr_core::value::ValueError;

use crate::args::TextArgs;
use crate::context::Context;
use crate::editor::{self, Buffer, Draft};
use crate::error::CliError;
use crate::text_file;

/// What standard input may give at most, in bytes.
const BYTES_MAX: u64 = 1 << 20;

/// What a text is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// What an editor begins with.
    pub(super) before: Option<&'a str>,
    /// What it is, after "Write": `the comment on api-p99`.
    pub(super) what: &'a str,
    /// Whether there must be one.
    pub(super) is_needed: bool,
}

/// A text, and the file of the editor that it was written in.
#[derive(Debug)]
pub(super) struct Given {
    text: LongText,
    buffer: Option<Buffer>,
}

impl Given {
    /// Lets go of the file once the text is in the history; says where it is when it is not.
    ///
    /// # Errors
    /// Those of the outcome.
    pub(super) fn settle<T>(
        buffer: Option<Buffer>,
        outcome: Result<T, CliError>,
    ) -> Result<T, CliError> {
        match buffer {
            Some(buffer) => buffer.settle(outcome),
            None => outcome,
        }
    }

    pub(super) fn into_parts(self) -> (LongText, Option<Buffer>) {
        (self.text, self.buffer)
    }
}

/// Reads the text; none where none was given and none is needed.
///
/// # Errors
/// When it is none that a comment can have, or nobody can be asked for one.
pub(super) fn read(
    context: &mut Context,
    args: &TextArgs,
    asked: Asked<'_>,
) -> Result<Option<Given>, CliError> {
    let given = args.message.as_ref().or(args.text.as_ref());
    let given = match given {
        Some(text) if text == "-" && args.message.is_none() => Some(piped()?),
        Some(text) => Some(text.clone()),
        None if args.edit || !asked.is_needed => None,
        None if !std::io::stdin().is_terminal() => Some(piped()?),
        None => None,
    };
    if args.edit || (given.is_none() && asked.is_needed) {
        if !args.edit && !context.may_ask() {
            return Err(missing());
        }
        let draft = Draft {
            what: asked.what,
            before: given.as_deref().or(asked.before),
            limit: LongText::LIMIT,
        };
        let written = editor::write(context, &draft, checked)?;
        return Ok(Some(Given {
            text: written.text,
            buffer: Some(written.buffer),
        }));
    }
    let Some(text) = given else {
        return Ok(None);
    };
    if text.trim().is_empty() {
        return Err(missing());
    }
    let text = checked(&text).map_err(|error| {
        CliError::usage("bad-text", "the comment cannot be taken").caused_by(&error)
    })?;
    Ok(Some(Given { text, buffer: None }))
}

/// Checks a text, without the blank lines around it and with the line ends of this program.
fn checked(text: &str) -> Result<LongText, ValueError> {
    let text = text.replace("\r\n", "\n");
    LongText::new(text.trim_end().trim_start_matches('\n'))
}

fn piped() -> Result<String, CliError> {
    text_file::read(Path::new("-"), BYTES_MAX)
}

fn missing() -> CliError {
    CliError::usage("no-text", "there is nothing to say: the text is empty")
        .with_hint("okr comment REF TEXT, or pipe the text in; --edit opens your editor")
}
