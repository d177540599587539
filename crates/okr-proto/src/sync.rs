//! What becomes of each change of a push.

use std::collections::BTreeMap;

use okr_core::Timestamp;
use okr_core::id::{EntityId, Position};
use okr_core::rejection::Rejection;
use uuid::Uuid;
use v1::push_result::Outcome;

use crate::change::read_moment;
use crate::fault::{At as _, DecodeError, Fault, Problem, certain};
use crate::field::{read_optional_id, write_optional_id};
use crate::v1;

/// What became of one change of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushOutcome {
    /// It is in the log, and survives a power cut.
    Accepted {
        /// Its place in the log.
        position: Position,
        /// The server's clock when it was appended; microseconds.
        recorded_at: Timestamp,
    },
    /// It was in the log already, from an earlier push.
    Duplicate {
        /// Its place in the log.
        position: Position,
    },
    /// Everything that it says holds already; nothing was appended.
    AlreadySo,
    /// The rules refuse it; nothing was appended.
    Rejected(Refusal),
}

/// A refusal by the server's rules, as it travels: the code may be one that this program does not
/// know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Stable word in kebab-case, such as `conflict` or `cycle-closed`.
    pub code: String,
    /// One sentence for people.
    pub message: String,
    /// The entity concerned.
    pub subject: Option<Uuid>,
    /// What a program or a person needs to act on it, by name.
    pub facts: BTreeMap<String, String>,
}

impl From<&Rejection> for Refusal {
    fn from(rejection: &Rejection) -> Self {
        let facts = rejection.facts().into_iter();
        Self {
            code: rejection.code().to_owned(),
            message: rejection.to_string(),
            subject: rejection.subject().map(EntityId::uuid),
            facts: facts.map(|(name, fact)| (name.to_owned(), fact)).collect(),
        }
    }
}

impl From<PushOutcome> for v1::PushResult {
    fn from(outcome: PushOutcome) -> Self {
        let outcome = match outcome {
            PushOutcome::Accepted {
                position,
                recorded_at,
            } => Outcome::Accepted(v1::Accepted {
                position: position.get(),
                recorded_at_us: recorded_at.as_microsecond(),
            }),
            PushOutcome::Duplicate { position } => Outcome::Duplicate(v1::Duplicate {
                position: position.get(),
            }),
            PushOutcome::AlreadySo => Outcome::AlreadySo(v1::AlreadySo {}),
            PushOutcome::Rejected(refusal) => Outcome::Rejected(v1::Rejected {
                code: refusal.code,
                message: refusal.message,
                subject: write_optional_id(refusal.subject),
                facts: refusal.facts.into_iter().collect(),
            }),
        };
        Self {
            outcome: Some(outcome),
        }
    }
}

impl TryFrom<v1::PushResult> for PushOutcome {
    type Error = DecodeError;

    /// Reads an answer.
    ///
    /// # Errors
    /// Without an outcome, a position or a code, or with a subject or time that is none.
    fn try_from(result: v1::PushResult) -> Result<Self, DecodeError> {
        certain(read_outcome(result))
    }
}

fn read_outcome(result: v1::PushResult) -> Result<PushOutcome, Fault> {
    Ok(match result.outcome.ok_or(Problem::Missing)? {
        Outcome::Accepted(accepted) => PushOutcome::Accepted {
            position: read_position(accepted.position)
                .at("position")
                .at("accepted")?,
            recorded_at: read_moment(accepted.recorded_at_us)
                .at("recorded_at_us")
                .at("accepted")?,
        },
        Outcome::Duplicate(duplicate) => PushOutcome::Duplicate {
            position: read_position(duplicate.position)
                .at("position")
                .at("duplicate")?,
        },
        Outcome::AlreadySo(v1::AlreadySo {}) => PushOutcome::AlreadySo,
        Outcome::Rejected(rejected) => {
            if rejected.code.is_empty() {
                return Err(Problem::Missing.into()).at("code").at("rejected");
            }
            PushOutcome::Rejected(Refusal {
                code: rejected.code,
                message: rejected.message,
                subject: read_optional_id(&rejected.subject)
                    .at("subject")
                    .at("rejected")?,
                facts: rejected.facts.into_iter().collect(),
            })
        }
    })
}

/// Reads the position of a change, which is never 0.
fn read_position(position: u64) -> Result<Position, Fault> {
    if position == 0 {
        return Err(Problem::Missing.into());
    }
    Ok(Position::new(position))
}

#[cfg(test)]
mod tests {
    use okr_core::id::KeyResultId;

    use super::*;

    fn rejection() -> Rejection {
        Rejection::Conflict {
            subject: KeyResultId::from_bytes([7; 16]).into(),
            field: "title",
            from: "Fast".to_owned(),
            to: "Faster".to_owned(),
            current: "Fastest".to_owned(),
        }
    }

    #[test]
    fn every_outcome_is_the_same_there_and_back() {
        let no_subject = Refusal::from(&Rejection::NoOrganisation);
        assert_eq!(no_subject.subject, None);
        let outcomes = [
            PushOutcome::Accepted {
                position: Position::new(u64::MAX),
                recorded_at: Timestamp::from_microsecond(-5).unwrap(),
            },
            PushOutcome::Duplicate {
                position: Position::new(1),
            },
            PushOutcome::AlreadySo,
            PushOutcome::Rejected(Refusal::from(&rejection())),
            PushOutcome::Rejected(no_subject),
        ];
        for outcome in outcomes {
            let result = v1::PushResult::from(outcome.clone());
            assert_eq!(PushOutcome::try_from(result), Ok(outcome));
        }
    }

    #[test]
    fn a_refusal_says_all_that_the_rejection_says() {
        let refusal = Refusal::from(&rejection());
        assert_eq!(refusal.code, "conflict");
        assert_eq!(refusal.message, rejection().to_string());
        assert_eq!(refusal.subject, Some(Uuid::from_bytes([7; 16])));
        assert_eq!(refusal.facts["current"], "Fastest");
        assert_eq!(refusal.facts.len(), rejection().facts().len());
    }

    #[test]
    fn an_answer_without_what_it_needs_is_an_error() {
        let duplicate = v1::PushResult {
            outcome: Some(Outcome::Duplicate(v1::Duplicate { position: 0 })),
        };
        let error = PushOutcome::try_from(duplicate).unwrap_err();
        assert_eq!(error.to_string(), "duplicate.position: missing");
        let empty = v1::PushResult { outcome: None };
        let error = PushOutcome::try_from(empty).unwrap_err();
        assert_eq!(error.problem, Problem::Missing);
        let codeless = v1::PushResult {
            outcome: Some(Outcome::Rejected(v1::Rejected::default())),
        };
        let error = PushOutcome::try_from(codeless).unwrap_err();
        assert_eq!(error.to_string(), "rejected.code: missing");
    }
}
