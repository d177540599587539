//! The question why a commitment is changed: a category and a reason, one line each.
//!
//! Asked only where a person can answer; everywhere else the refusal of the rules says what to add.

use okr_core::decide::Proposal;
use okr_core::rejection::{Missing, Rejection};
use okr_core::text::LongText;
use okr_core::value::AmendmentCategory;

use crate::context::Context;
use crate::error::CliError;
use crate::ui::sanitise_lines;

/// How often an answer that cannot be understood is asked for again.
const TRIES: usize = 3;

/// Asks for what a change lacks, and adds it; says whether that was answered.
///
/// `about` names the thing that the change is about.
///
/// # Errors
/// When standard input cannot be read.
pub(crate) fn complete(
    context: &mut Context,
    (about, rejection): (Option<&str>, &Rejection),
    proposal: &mut Proposal,
) -> Result<bool, CliError> {
    let Rejection::ReasonRequired { missing, .. } = rejection else {
        return Ok(false);
    };
    if !context.may_ask() || context.ui.output().is_json() {
        return Ok(false);
    }
    let about = about.map(|about| format!("{about}: ")).unwrap_or_default();
    let about = format!("{about}{rejection}\n");
    context.ui.question(&sanitise_lines(&about));
    let (reason, category) = match missing {
        Missing::Reason => (true, false),
        Missing::Category => (false, true),
        Missing::ReasonAndCategory => (true, true),
    };
    if category {
        context.ui.question(&choices());
        let question = "Category (number or word, Enter to stop): ";
        match ask(context, question, read_category)? {
            Some(category) => proposal.amendment = Some(category),
            None => return Ok(false),
        }
    }
    if reason {
        match ask(context, "Reason (one line, Enter to stop): ", read_reason)? {
            Some(reason) => proposal.reason = Some(reason),
            None => return Ok(false),
        }
    }
    Ok(true)
}

/// Asks until the answer can be understood; none when nothing is answered, or nothing fitting.
fn ask<T>(
    context: &mut Context,
    question: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, CliError> {
    for _ in 0..TRIES {
        let answer = context.ask(question)?;
        if answer.is_empty() {
            return Ok(None);
        }
        match read(&answer) {
            Ok(read) => return Ok(Some(read)),
            Err(problem) => {
                let problem = format!("{problem}\n");
                context.ui.question(&sanitise_lines(&problem));
            }
        }
    }
    Ok(None)
}

/// Lists the categories with their numbers.
fn choices() -> String {
    let lines = (1..).zip(AmendmentCategory::ALL).map(|(number, category)| {
        let word = category.word();
        let line = format!("  {number}  {word:<18}  {}", meaning(*category));
        format!("{}\n", line.trim_end())
    });
    lines.collect()
}

const fn meaning(category: AmendmentCategory) -> &'static str {
    match category {
        AmendmentCategory::ExternalChange => "something outside changed",
        AmendmentCategory::BetterMeasure => "the same goal is measured better",
        AmendmentCategory::PlaceholderFilled => "a number was still to be found",
        AmendmentCategory::Correction => "a mistake is put right",
        AmendmentCategory::Other => "anything else",
    }
}

fn read_category(answer: &str) -> Result<AmendmentCategory, String> {
    let numbered = answer
        .parse::<usize>()
        .ok()
        .and_then(|number| AmendmentCategory::ALL.get(number.checked_sub(1)?).copied());
    numbered
        .or_else(|| AmendmentCategory::from_word(&answer.to_ascii_lowercase()))
        .ok_or_else(|| {
            let count = AmendmentCategory::ALL.len();
            format!("\"{answer}\" is none of them: a number from 1 to {count}, or the word")
        })
}

fn read_reason(answer: &str) -> Result<LongText, String> {
    LongText::new(answer).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_is_a_number_or_a_word() {
        assert_eq!(read_category("1"), Ok(AmendmentCategory::ExternalChange));
        assert_eq!(read_category("5"), Ok(AmendmentCategory::Other));
        assert_eq!(
            read_category("Better-Measure"),
            Ok(AmendmentCategory::BetterMeasure)
        );
        for wrong in ["0", "6", "-1", "whim", "external"] {
            assert!(read_category(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_category_is_offered_within_80_columns() {
        let choices = choices();
        assert_eq!(choices.lines().count(), AmendmentCategory::ALL.len());
        for category in AmendmentCategory::ALL {
            assert!(choices.contains(category.word()), "{choices}");
        }
        assert!(choices.lines().all(|line| line.len() <= 80));
    }
}
