//! The questions about one key result: value, confidence, blocker, note.

use okr_core::Date;
use okr_core::blocker::BlockerReport;
use okr_core::event::NewCheckIn;
use okr_core::measure::Value;
use okr_core::text::LongText;
use okr_core::value::Confidence;
use okr_replica::KeyResultStanding;

use super::super::value;
use super::screen;
use crate::args::parse;
use crate::context::Context;
use crate::editor::{self, Buffer, Draft};
use crate::error::CliError;

/// What somebody made of the questions.
pub(super) enum Asked {
    /// They ended the input.
    Stopped,
    /// They left this key result out.
    Skipped,
    /// They answered.
    Answered(Box<Answered>),
}

/// What is to be recorded.
pub(super) struct Answered {
    pub(super) new: NewCheckIn,
    /// The file of a note that was written in an editor.
    pub(super) buffer: Option<Buffer>,
}

/// An answer to one question.
enum Answer<T> {
    Stopped,
    Skipped,
    /// Nothing was typed.
    Kept,
    Given(T),
}

/// A note, with the file of one that was written in an editor.
type Note = (LongText, Option<Buffer>);

/// Asks everything about one key result, as of a day.
///
/// # Errors
/// When standard input cannot be read.
pub(super) fn all(
    context: &mut Context,
    standing: &KeyResultStanding,
    today: Date,
) -> Result<Asked, CliError> {
    macro_rules! given {
        ($answer:expr) => {
            match $answer {
                Answer::Stopped => return Ok(Asked::Stopped),
                Answer::Skipped => return Ok(Asked::Skipped),
                Answer::Kept => None,
                Answer::Given(given) => Some(given),
            }
        };
    }
    let Some(value) = given!(ask_value(context, standing)?) else {
        return Err(CliError::internal("a value was kept where there was none"));
    };
    let confidence = given!(ask_confidence(context, standing)?).flatten();
    let blocker = given!(ask_blocker(context, standing)?);
    let (note, buffer) = match given!(ask_note(context, standing)?) {
        Some((note, buffer)) => (Some(note), buffer),
        None => (None, None),
    };
    Ok(Asked::Answered(Box::new(Answered {
        new: NewCheckIn {
            key_result: standing.key_result.id,
            effective: today,
            value,
            confidence,
            note,
            blocker,
        },
        buffer,
    })))
}

fn ask_value(
    context: &mut Context,
    standing: &KeyResultStanding,
) -> Result<Answer<Value>, CliError> {
    let key_result = &standing.key_result;
    let last = standing.latest.as_ref().map(|fact| &fact.check_in.value);
    let takes = value::takes(&key_result.measure);
    let help = match last {
        Some(_) => format!("{takes}; Enter keeps the last value"),
        None => takes.clone(),
    };
    ask(context, ("value", "", &help), |_, text| {
        match (text, last) {
            ("", Some(last)) => Ok(Some(last.clone())),
            ("", None) => Err("there is no value yet: type one, or s to skip".to_owned()),
            (text, _) => value::read(key_result, last, text)
                .map(Some)
                .map_err(|error| format!("{}; it takes {takes}", error.message())),
        }
    })
}

fn ask_confidence(
    context: &mut Context,
    standing: &KeyResultStanding,
) -> Result<Answer<Option<Confidence>>, CliError> {
    let before = standing.latest.as_ref();
    let before = before.and_then(|fact| fact.check_in.confidence);
    let was = before.map_or_else(String::new, |before| format!("was {before}"));
    let help = "0 (no chance) to 10 (certain) that the target will be met; - for not reported";
    ask(context, ("confidence", &was, help), |_, text| match text {
        "" => Ok(Some(before)),
        "-" => Ok(Some(None)),
        text => parse::confidence(text)
            .map(|given| Some(Some(given)))
            .map_err(|error| error.to_string()),
    })
}

fn ask_blocker(
    context: &mut Context,
    standing: &KeyResultStanding,
) -> Result<Answer<BlockerReport>, CliError> {
    let since = standing.blocker.as_ref();
    let since = since.map_or_else(String::new, |blocker| format!("since {}", blocker.since));
    let help = if since.is_empty() {
        "what stands in the way; Enter for nothing"
    } else {
        "what stands in the way; Enter keeps what stands, - says that it is gone"
    };
    ask(context, ("blocker", &since, help), |_, text| match text {
        "" => Ok(None),
        "-" if since.is_empty() => Err("nothing stands in the way that could be gone".to_owned()),
        "-" => Ok(Some(BlockerReport::Lifted)),
        text => parse::blocker(text)
            .map(|text| Some(BlockerReport::Stands(text)))
            .map_err(|error| error.to_string()),
    })
}

fn ask_note(context: &mut Context, standing: &KeyResultStanding) -> Result<Answer<Note>, CliError> {
    let what = format!("the note of the check-in on {}", standing.key_result.slug);
    let help = "what is behind the number; e opens your editor, Enter for none";
    ask(context, ("note", "", help), |context, text| match text {
        "" => Ok(None),
        "e" => {
            let draft = Draft {
                what: &what,
                before: None,
                limit: LongText::LIMIT,
            };
            editor::write(context, &draft, |text| LongText::new(text))
                .map(|written| Some((written.text, Some(written.buffer))))
                .map_err(|error| error.to_text(context.ui.beside(), false))
        }
        text => parse::long_text(text)
            .map(|note| Some((note, None)))
            .map_err(|error| error.to_string()),
    })
}

/// Asks until the answer can be read; `read` gives none for an answer that leaves it as it is.
fn ask<T>(
    context: &mut Context,
    (what, beside, help): (&str, &str, &str),
    read: impl Fn(&mut Context, &str) -> Result<Option<T>, String>,
) -> Result<Answer<T>, CliError> {
    let screen = *context.ui.beside();
    loop {
        let question = screen::question(what, beside, &screen);
        let Some(answer) = context.answer(&question)? else {
            return Ok(Answer::Stopped);
        };
        match answer.as_str() {
            "s" => return Ok(Answer::Skipped),
            "?" => context.ui.question(&screen::beside(help, &screen)),
            text => match read(context, text) {
                Ok(None) => return Ok(Answer::Kept),
                Ok(Some(given)) => return Ok(Answer::Given(given)),
                Err(problem) => context.ui.question(&screen::beside(&problem, &screen)),
            },
        }
    }
}
