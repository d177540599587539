//! Rejections: refusals by the rules, with a stable code and the facts that a person needs.

use std::fmt;

use jiff::civil::Date;
use thiserror::Error;

use crate::authorize::Refusal;
use crate::id::{ChangeId, CycleId, EntityId};
use crate::text::Name;

/// What an amendment lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The reason.
    Reason,
    /// The category of the amendment.
    Category,
    /// Both.
    ReasonAndCategory,
}

impl Missing {
    /// Returns what is missing, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Reason => "a reason",
            Self::Category => "a category",
            Self::ReasonAndCategory => "a reason and a category",
        }
    }
}

/// A refusal by the rules: a value, not a failure.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Rejection {
    /// The field was changed by somebody else after the author saw it.
    #[error(
        "the {field} is now \"{current}\", no longer \"{from}\", so it was not set to \"{to}\""
    )]
    Conflict {
        /// The entity.
        subject: EntityId,
        /// The word for the field.
        field: &'static str,
        /// What the author saw.
        from: String,
        /// What the author wanted.
        to: String,
        /// What it is.
        current: String,
    },
    /// The change is about something that does not exist.
    #[error("there is no {subject}")]
    UnknownSubject {
        /// What does not exist.
        subject: EntityId,
    },
    /// The change names something that does not exist.
    #[error("there is no {reference} to be the {field}")]
    UnknownReference {
        /// What the change is about.
        subject: EntityId,
        /// The field that names it.
        field: &'static str,
        /// What does not exist.
        reference: EntityId,
    },
    /// The owner, lead or member has left the organisation.
    #[error("{person} has left the organisation and cannot be the {field}")]
    InactivePerson {
        /// What the change is about.
        subject: EntityId,
        /// The field that names the person.
        field: &'static str,
        /// The person.
        person: EntityId,
    },
    /// The id of a creation is taken.
    #[error("{subject} exists already")]
    AlreadyExists {
        /// What exists.
        subject: EntityId,
    },
    /// Nothing can be recorded before the organisation is founded.
    #[error(
        "there is no organisation yet: the first change founds it and adds its author as administrator"
    )]
    NoOrganisation,
    /// The state does not allow it.
    #[error("the {} is {state} and cannot {action}{}", subject.kind(), way_out(state))]
    WrongState {
        /// What is in that state: the subject of the change, or what it names.
        subject: EntityId,
        /// The word for the state.
        state: &'static str,
        /// What was attempted: follows "cannot".
        action: &'static str,
    },
    /// The cycle is over.
    #[error("the cycle {name} is closed: it takes check-ins, corrections and scores only")]
    CycleClosed {
        /// What the change is about.
        subject: EntityId,
        /// The cycle.
        cycle: CycleId,
        /// Its name.
        name: Name,
    },
    /// The author may not do it.
    #[error("not permitted: {}", refusal.words())]
    NotPermitted {
        /// What the change is about, if the refusal is about a single event.
        subject: Option<EntityId>,
        /// Why not.
        refusal: Refusal,
    },
    /// The policy asks for a reason.
    #[error("{action} needs {}", missing.words())]
    ReasonRequired {
        /// What the change is about.
        subject: EntityId,
        /// What was attempted.
        action: &'static str,
        /// What is missing.
        missing: Missing,
    },
    /// A check-in cannot be about a day to come.
    #[error("{date} is in the future: today is {today}")]
    FutureDate {
        /// The check-in.
        subject: EntityId,
        /// The effective date.
        date: Date,
        /// The day in the organisation's time zone.
        today: Date,
    },
    /// A check-in cannot be about a day long before the cycle.
    #[error("{date} is too long before the cycle: the earliest possible day is {earliest}")]
    TooEarly {
        /// The check-in.
        subject: EntityId,
        /// The effective date.
        date: Date,
        /// The earliest admissible day.
        earliest: Date,
    },
    /// The value does not fit the measure.
    #[error("\"{given}\" does not fit: expected {expected}")]
    WrongValue {
        /// The check-in.
        subject: EntityId,
        /// The value.
        given: String,
        /// What the measure takes, in words.
        expected: String,
    },
    /// The measure, the dates or what is named beside them do not go together.
    #[error("{problem}")]
    Inconsistent {
        /// What contradicts itself.
        subject: EntityId,
        /// What does not fit.
        problem: &'static str,
    },
    /// The objective would support or continue itself, directly or in a circle.
    #[error("\"{field}\" would go round in a circle: {reference} leads back to {subject}")]
    AlignmentCycle {
        /// The objective or key result.
        subject: EntityId,
        /// The word for the field.
        field: &'static str,
        /// What it was to be linked with.
        reference: EntityId,
    },
    /// The team would be part of itself, directly or in a circle.
    #[error("the team would be part of itself: {parent} leads back to it")]
    TeamCycle {
        /// The team.
        subject: EntityId,
        /// The parent it was to have.
        parent: EntityId,
    },
    /// Too many of something.
    #[error("at most {limit} {what} are possible, this would be {given}")]
    Limit {
        /// What the change is about, if it is about one thing.
        subject: Option<EntityId>,
        /// What there are too many of.
        what: &'static str,
        /// The greatest number.
        limit: usize,
        /// The number there would be.
        given: usize,
    },
    /// There is no such text to be erased.
    #[error("change {change} has no text {text} here")]
    UnknownText {
        /// The change that was to have it.
        change: ChangeId,
        /// Its number in that change, from 1.
        text: u16,
    },
    /// A change without events.
    #[error("the change is empty")]
    EmptyChange,
}

/// Says how to leave a state, where there is a way.
fn way_out(state: &str) -> &'static str {
    match state {
        "closed" | "abandoned" => "; reopen it first",
        "archived" => "; restore it first",
        "draft" => "; publish it first",
        "planned" => "; open it first",
        _ => "",
    }
}

impl Rejection {
    /// All codes that there are.
    pub const CODES: [&'static str; 19] = [
        "conflict",
        "unknown-subject",
        "unknown-reference",
        "inactive-person",
        "already-exists",
        "no-organisation",
        "wrong-state",
        "cycle-closed",
        "not-permitted",
        "reason-required",
        "future-date",
        "too-early",
        "wrong-value",
        "inconsistent",
        "alignment-cycle",
        "team-cycle",
        "limit",
        "unknown-text",
        "empty-change",
    ];

    /// Returns the stable code for programs, in kebab case.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => "conflict",
            Self::UnknownSubject { .. } => "unknown-subject",
            Self::UnknownReference { .. } => "unknown-reference",
            Self::InactivePerson { .. } => "inactive-person",
            Self::AlreadyExists { .. } => "already-exists",
            Self::NoOrganisation => "no-organisation",
            Self::WrongState { .. } => "wrong-state",
            Self::CycleClosed { .. } => "cycle-closed",
            Self::NotPermitted { .. } => "not-permitted",
            Self::ReasonRequired { .. } => "reason-required",
            Self::FutureDate { .. } => "future-date",
            Self::TooEarly { .. } => "too-early",
            Self::WrongValue { .. } => "wrong-value",
            Self::Inconsistent { .. } => "inconsistent",
            Self::AlignmentCycle { .. } => "alignment-cycle",
            Self::TeamCycle { .. } => "team-cycle",
            Self::Limit { .. } => "limit",
            Self::UnknownText { .. } => "unknown-text",
            Self::EmptyChange => "empty-change",
        }
    }

    /// Returns the entity that the refusal is about, if it is about one.
    pub const fn subject(&self) -> Option<EntityId> {
        match self {
            Self::Conflict { subject, .. }
            | Self::UnknownSubject { subject }
            | Self::UnknownReference { subject, .. }
            | Self::InactivePerson { subject, .. }
            | Self::AlreadyExists { subject }
            | Self::WrongState { subject, .. }
            | Self::CycleClosed { subject, .. }
            | Self::ReasonRequired { subject, .. }
            | Self::FutureDate { subject, .. }
            | Self::TooEarly { subject, .. }
            | Self::WrongValue { subject, .. }
            | Self::Inconsistent { subject, .. }
            | Self::AlignmentCycle { subject, .. }
            | Self::TeamCycle { subject, .. } => Some(*subject),
            Self::NotPermitted { subject, .. } | Self::Limit { subject, .. } => *subject,
            Self::UnknownText { .. } | Self::NoOrganisation | Self::EmptyChange => None,
        }
    }

    /// Returns the facts behind the refusal by name, the subject left out.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let facts: &[(&'static str, &dyn fmt::Display)] = match self {
            Self::Conflict {
                subject: _,
                field,
                from,
                to,
                current,
            } => &[
                ("field", field),
                ("from", from),
                ("to", to),
                ("current", current),
            ],
            Self::UnknownReference {
                field, reference, ..
            }
            | Self::AlignmentCycle {
                field, reference, ..
            } => &[("field", field), ("reference", reference)],
            Self::InactivePerson { field, person, .. } => &[("field", field), ("person", person)],
            Self::WrongState { state, action, .. } => &[("state", state), ("action", action)],
            Self::CycleClosed { cycle, name, .. } => &[("cycle", cycle), ("name", name)],
            Self::NotPermitted { refusal, .. } => {
                &[("why", &refusal.words()), ("refusal", &refusal.code())]
            }
            Self::ReasonRequired {
                action, missing, ..
            } => &[("action", action), ("missing", &missing.words())],
            Self::FutureDate { date, today, .. } => &[("date", date), ("today", today)],
            Self::TooEarly { date, earliest, .. } => &[("date", date), ("earliest", earliest)],
            Self::WrongValue {
                given, expected, ..
            } => &[("given", given), ("expected", expected)],
            Self::Inconsistent { problem, .. } => &[("problem", problem)],
            Self::TeamCycle { parent, .. } => &[("parent", parent)],
            Self::Limit {
                what, limit, given, ..
            } => &[("what", what), ("limit", limit), ("given", given)],
            Self::UnknownText { change, text } => &[("change", change), ("text", text)],
            Self::UnknownSubject { .. }
            | Self::AlreadyExists { .. }
            | Self::NoOrganisation
            | Self::EmptyChange => &[],
        };
        let text = |(name, value): &(&'static str, &dyn fmt::Display)| (*name, value.to_string());
        facts.iter().map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_in_the_list() {
        // The cases are too many to make one of each; what the function can return stands in its source.
        let source = include_str!("rejection.rs");
        let (_, function) = source.split_once("pub const fn code(").unwrap();
        let (function, _) = function.split_once("\n    }\n").unwrap();
        let arms = function.split("=> \"").skip(1);
        let codes: Vec<&str> = arms.map(|arm| arm.split('"').next().unwrap()).collect();
        assert_eq!(codes, Rejection::CODES);
    }
}
