//! From the words `A..B REF...` to two moments and what is compared.

use jiff::Timestamp;
use okr_replica::Point;

use super::KINDS;
use crate::commands::past::{Past, find_one};
use crate::context::{AtInfo, Context, bad_when, placed};
use crate::error::CliError;
use crate::when::{Clock, When, WhenError, echo, parse_when};
use crate::wording::week_of;

/// The words, taken apart at the dots; the end of the span is where the command looks from.
#[derive(Debug)]
pub(super) struct Words {
    /// The beginning that was typed; none: the week.
    from: Option<String>,
    /// Whether the first word may name a thing as well as a moment.
    is_open: bool,
    references: Vec<String>,
}

impl Words {
    /// Takes the words apart, and lets the command look from the end of the span.
    ///
    /// # Errors
    /// When the end is given twice.
    pub(super) fn take(context: &mut Context, words: &[String]) -> Result<Self, CliError> {
        let Some((first, rest)) = words.split_first() else {
            return Ok(Self::all(words));
        };
        let Some((from, to)) = first.split_once("..") else {
            return Ok(Self {
                is_open: true,
                from: Some(first.clone()),
                references: rest.to_vec(),
            });
        };
        if to.contains("..") {
            return Err(CliError::usage(
                "bad-span",
                format!("\"{first}\" has more than two moments"),
            )
            .with_hint("such as 2026-10-01..2026-10-31, \"last friday..\" or ..yesterday"));
        }
        if !to.is_empty() {
            if context.globals.at.is_some() {
                return Err(CliError::usage(
                    "end-twice",
                    "the later moment is given twice: after .. and with --at",
                ));
            }
            context.globals.at = Some(to.to_owned());
        }
        Ok(Self {
            from: (!from.is_empty()).then(|| from.to_owned()),
            is_open: false,
            references: rest.to_vec(),
        })
    }

    fn all(references: &[String]) -> Self {
        Self {
            from: None,
            is_open: false,
            references: references.to_vec(),
        }
    }

    /// Returns the earlier moment, and the references.
    ///
    /// # Errors
    /// When there is no such moment, or it is later than the end.
    pub(super) fn begin(
        self,
        context: &mut Context,
        past: &Past<'_>,
    ) -> Result<(AtInfo, Vec<String>), CliError> {
        let clock = past.at.clock.clone();
        let (typed, references) = match self.from {
            Some(text) if self.is_open && names_thing(context, past, &text)? => {
                let first = std::iter::once(text);
                (None, first.chain(self.references).collect())
            }
            from => (from, self.references),
        };
        let when = match &typed {
            Some(text) => parse_when(text, &clock).map_err(|error| bad_when("from", &error))?,
            None => before_the_week(past, &clock),
        };
        let axis = past.at.moment.axis;
        let (present, _) = context.present(past.replica)?;
        let on = (&when, axis, clock.clone());
        let from = placed(context, past.replica, &present, on)?;
        if let Some(text) = &typed
            && let Some(echo) = echo(text, &when.by_now(&clock), &clock)
        {
            context.ui.note(&echo.replacen("at ", "from ", 1));
        }
        // Nothing has changed since the end of a day that is not over: it is not what was meant.
        let is_to_come = when.until(&clock).is_some_and(|until| until > clock.now);
        if is_to_come || is_after(&from, &past.at) {
            return Err(wrong_way(&when.describe(&clock), past));
        }
        Ok((from, references))
    }
}

/// Says whether the first word names a thing rather than a moment.
fn names_thing(context: &mut Context, past: &Past<'_>, text: &str) -> Result<bool, CliError> {
    let clock = &past.at.clock;
    let found = past.with_resolver(context, |resolver| {
        Ok(find_one(resolver, text, KINDS).is_ok())
    });
    Ok(match parse_when(text, clock) {
        Err(WhenError::Unknown { .. }) => true,
        // The letters a to f can be a name as well as the beginning of a change's id.
        Ok(When::Change(_))
        | Err(
            WhenError::Empty
            | WhenError::Ambiguous { .. }
            | WhenError::NotIso { .. }
            | WhenError::NotInCalendar { .. }
            | WhenError::Future { .. },
        ) => found?,
        // A cycle that is called like a period that has not ended can be no earlier moment.
        Ok(when) => when.until(clock).is_some_and(|until| until > clock.now) && found?,
    })
}

/// Returns the end of the last week before the one that the later moment is in.
fn before_the_week(past: &Past<'_>, clock: &Clock) -> When {
    let first = week_of(past.at.moment.day, clock.week_start);
    When::Day(first.yesterday().unwrap_or(first))
}

fn is_after(from: &AtInfo, to: &AtInfo) -> bool {
    if let (Point::Position(from), Point::Position(to)) = (from.moment.point, to.moment.point) {
        return from > to;
    }
    let time = |at: &AtInfo| at.at.parse::<Timestamp>().unwrap_or(Timestamp::MIN);
    time(from) > time(to)
}

fn wrong_way(from: &str, past: &Past<'_>) -> CliError {
    let to = past.at.words.as_deref().unwrap_or("now");
    let message = format!("{from} is later than {to}");
    CliError::usage("empty-span", message)
        .with_hint("the earlier moment comes first, and a day means its end: okr diff yesterday..")
}
