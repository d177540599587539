//! `okr close` and `okr grade`: the end of one goal, and a score that is put right.

use okr_core::decide::{Command, KeyResultPatch, ObjectivePatch};
use okr_core::event::Support;
use okr_core::id::EntityId;
use okr_core::text::LongText;
use okr_core::value::{GoalState, Score};
use okr_replica::{KeyResultStanding, ObjectiveStanding, Reading};

use super::closing::{Closing, Ending, Suggested, beside, given_or_suggested, without_conflicts};
use crate::args::{CloseArgs, GradeArgs, KeyResultCloseArgs, ObjectiveCloseArgs, Reason};
use crate::context::Context;
use crate::editor::{self, Draft, Written};
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::resolve::{Resolver, look};
use crate::write::{Wish, write_and_remark};

/// A goal and how it stands.
enum Goal {
    Objective(Box<ObjectiveStanding>),
    KeyResult(Box<KeyResultStanding>),
}

impl Goal {
    fn read(reading: &Reading<'_>, id: Support) -> Result<Self, CliError> {
        let gone = || CliError::internal("a goal that was found is not there");
        Ok(match id {
            Support::Objective(id) => {
                let standing = reading.objective_standing(id).map_err(failure::replica)?;
                Self::Objective(Box::new(standing.ok_or_else(gone)?))
            }
            Support::KeyResult(id) => {
                let standing = reading.standing(id).map_err(failure::replica)?;
                Self::KeyResult(Box::new(standing.ok_or_else(gone)?))
            }
        })
    }

    fn id(&self) -> EntityId {
        match self {
            Self::Objective(standing) => standing.objective.id.into(),
            Self::KeyResult(standing) => standing.key_result.id.into(),
        }
    }

    fn slug(&self) -> &str {
        match self {
            Self::Objective(standing) => standing.objective.slug.as_str(),
            Self::KeyResult(standing) => standing.key_result.slug.as_str(),
        }
    }

    fn state(&self) -> GoalState {
        match self {
            Self::Objective(standing) => standing.objective.state(),
            Self::KeyResult(standing) => standing.key_result.state(),
        }
    }

    fn score(&self) -> Option<Score> {
        match self {
            Self::Objective(standing) => standing.objective.score,
            Self::KeyResult(standing) => standing.key_result.score,
        }
    }

    fn suggested(&self) -> Option<Suggested> {
        match self {
            Self::Objective(standing) => Suggested::of_objective(standing),
            Self::KeyResult(standing) => Suggested::of_key_result(standing),
        }
    }

    /// Ends the goal.
    fn close(&self, ending: &Ending) -> Result<Closing, CliError> {
        let mut closing = Closing::default();
        match self {
            Self::Objective(standing) => closing.objective(standing, ending)?,
            Self::KeyResult(standing) => closing.key_result(standing, ending.score)?,
        }
        Ok(closing)
    }

    /// Ends the goal, or writes down what was learned where it has ended already.
    fn end(&self, ending: &Ending) -> Result<Closing, CliError> {
        if self.state() != GoalState::Closed {
            return self.close(ending);
        }
        if ending.score.is_some() && ending.score != self.score() {
            return Err(closed_already(self.slug()));
        }
        Ok(self.corrected(None, ending.reflection.as_ref()))
    }

    /// Gives another score, or another reflection, to a goal that is closed.
    fn corrected(&self, score: Option<Score>, reflection: Option<&LongText>) -> Closing {
        let command = match self {
            Self::Objective(standing) => Command::SetObjective {
                id: standing.objective.id,
                patch: Box::new(ObjectivePatch {
                    score: score.map(Some),
                    reflection: reflection.cloned().map(Some),
                    ..ObjectivePatch::default()
                }),
            },
            Self::KeyResult(standing) => Command::SetKeyResult {
                id: standing.key_result.id,
                patch: Box::new(KeyResultPatch {
                    score: score.map(Some),
                    ..KeyResultPatch::default()
                }),
            },
        };
        let suggested = self.suggested();
        let told =
            score.and_then(|score| beside(self.slug(), (Some(score), score), suggested.as_ref()));
        Closing {
            commands: vec![command],
            goals: [self.id()].into(),
            told: told.into_iter().collect(),
        }
    }
}

/// Runs `okr close`.
///
/// # Errors
/// When the goal cannot be found or ended, or changes about it are in conflict.
pub(crate) fn close(context: &mut Context, args: &CloseArgs) -> Result<Exit, CliError> {
    let ending = Ending {
        score: args.score,
        reflection: args.reflection.clone(),
        with_key_results: args.with_krs,
    };
    let reason = Reason {
        reason: args.reason.clone(),
        category: None,
    };
    let find = |resolver: &Resolver<'_, '_>| resolver.support(&args.reference);
    end(context, find, (ending, reason, args.edit))
}

/// Runs `okr objective close`.
///
/// # Errors
/// As [`close`].
pub(super) fn objective(
    context: &mut Context,
    args: &ObjectiveCloseArgs,
) -> Result<Exit, CliError> {
    let ending = Ending {
        score: args.score,
        reflection: args.reflection.clone(),
        with_key_results: args.with_krs,
    };
    let find =
        |resolver: &Resolver<'_, '_>| resolver.objective(&args.reference).map(Support::Objective);
    end(context, find, (ending, args.reason.clone(), false))
}

/// Runs `okr kr close`.
///
/// # Errors
/// As [`close`].
pub(super) fn key_result(
    context: &mut Context,
    args: &KeyResultCloseArgs,
) -> Result<Exit, CliError> {
    let ending = Ending {
        score: args.score,
        ..Ending::default()
    };
    let find =
        |resolver: &Resolver<'_, '_>| resolver.key_result(&args.reference).map(Support::KeyResult);
    end(context, find, (ending, args.reason.clone(), false))
}

fn end(
    context: &mut Context,
    find: impl FnOnce(&Resolver<'_, '_>) -> Result<Support, CliError>,
    (mut ending, mut reason, edit): (Ending, Reason, bool),
) -> Result<Exit, CliError> {
    let (replica, goal) = look(context, |resolver, _| {
        Goal::read(resolver.reading, find(resolver)?)
    })?;
    let mut closing = goal.end(&ending)?;
    let mut buffer = None;
    if edit {
        // Only after it is known that the goal can end, so that nobody writes in vain.
        let written = edited(context, &goal, ending.reflection.take())?;
        ending.reflection = Some(written.text);
        buffer = Some(written.buffer);
        closing = goal.end(&ending)?;
    }
    if let (Goal::KeyResult(_), Some(text)) = (&goal, &ending.reflection) {
        // A key result has no reflection of its own: what was learned is why it is closed so.
        reason.reason.get_or_insert_with(|| text.clone());
    }
    let ended = write(context, (replica, &goal), (closing, &reason));
    match buffer {
        Some(buffer) => buffer.settle(ended),
        None => ended,
    }
}

/// Lets a person write what was learned, beginning with what there is of it.
fn edited(
    context: &mut Context,
    goal: &Goal,
    given: Option<LongText>,
) -> Result<Written<LongText>, CliError> {
    let there = match goal {
        Goal::Objective(standing) => standing.objective.reflection.clone(),
        Goal::KeyResult(_) => None,
    };
    let before = given.or(there);
    let what = format!("what was learned from {}", goal.slug());
    let draft = Draft {
        what: &what,
        before: before.as_ref().map(LongText::as_str),
        limit: LongText::LIMIT,
    };
    editor::write(context, &draft, |text| LongText::new(text))
}

/// Another score for what is closed is a correction, and has a command that says so.
fn closed_already(slug: &str) -> CliError {
    CliError::user(
        "closed-already",
        format!("\"{slug}\" is closed with another score"),
    )
    .with_hint(format!(
        "okr grade {slug} SCORE -m WHY puts the score right"
    ))
}

/// Runs `okr grade`.
///
/// # Errors
/// As [`close`], and when no score is given.
pub(crate) fn grade(context: &mut Context, args: &GradeArgs) -> Result<Exit, CliError> {
    if args.score.is_none() && !args.auto {
        return Err(CliError::usage("no-score", "say the score, or --auto")
            .with_hint(format!("okr grade {} 0.7 -m WHY", args.reference)));
    }
    let (replica, goal) = look(context, |resolver, _| {
        Goal::read(resolver.reading, resolver.support(&args.reference)?)
    })?;
    let reason = Reason {
        reason: args.reason.clone(),
        category: None,
    };
    let closing = if goal.state() == GoalState::Closed {
        let score = given_or_suggested(goal.slug(), args.score, goal.suggested().as_ref())?;
        goal.corrected(Some(score), None)
    } else {
        goal.close(&Ending {
            score: args.score,
            reflection: None,
            with_key_results: args.with_krs,
        })?
    };
    write(context, (replica, &goal), (closing, &reason))
}

fn write(
    context: &mut Context,
    (mut replica, goal): (okr_replica::Replica, &Goal),
    (mut closing, reason): (Closing, &Reason),
) -> Result<Exit, CliError> {
    let (reading, _) = context.present(&replica)?;
    let what = format!("\"{}\" cannot be closed now", goal.slug());
    without_conflicts((&replica, &reading), &closing.goals, &what)?;
    drop(reading);
    let wish = Wish::all(std::mem::take(&mut closing.commands), reason);
    let asked = (goal.id(), None);
    write_and_remark(context, &mut replica, wish, asked, &closing.told)
}
