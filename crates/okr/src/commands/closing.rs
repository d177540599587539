//! What it takes to end goals: suggested scores, open key results, conflicts in the way.

use std::collections::BTreeSet;

use okr_core::decide::Command;
use okr_core::event::{CheckInEvent, Event, KeyResultEvent, ObjectiveEvent};
use okr_core::id::EntityId;
use okr_core::progress::{Basis, Progress};
use okr_core::text::LongText;
use okr_core::value::{GoalState, Score};
use okr_core::view::View as _;
use okr_replica::{KeyResultStanding, ObjectiveStanding, Reading, Replica};

use super::counted;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;

/// Goals that are ended together, and what is said about their scores.
#[derive(Debug, Default)]
pub(super) struct Closing {
    /// What to do, in order.
    pub(super) commands: Vec<Command>,
    /// The goals that are ended.
    pub(super) goals: BTreeSet<EntityId>,
    /// A line for each score that a person may want to look at.
    pub(super) told: Vec<String>,
}

/// The score that is suggested for a goal, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Suggested {
    score: Score,
    why: String,
}

impl Suggested {
    /// Returns what is suggested for a key result; none where it has no progress.
    pub(super) fn of_key_result(standing: &KeyResultStanding) -> Option<Self> {
        standing.progress.map(|progress| Self {
            score: progress.suggested_score(),
            why: of_the_way(progress),
        })
    }

    /// Returns what is suggested for an objective; none where nothing measures it.
    pub(super) fn of_objective(standing: &ObjectiveStanding) -> Option<Self> {
        let suggestion = standing.suggestion()?;
        let way = standing.progress.map(of_the_way);
        let scores = match suggestion.basis {
            Basis::Progress => None,
            Basis::Scores => Some("by the scores of its key results".to_owned()),
        };
        let why: Vec<String> = scores.into_iter().chain(way).collect();
        Some(Self {
            score: suggestion.score,
            why: why.join("; "),
        })
    }
}

/// How an objective is ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Ending {
    /// The score that was given; none: the suggested one.
    pub(super) score: Option<Score>,
    /// What was learned.
    pub(super) reflection: Option<LongText>,
    /// Whether its open key results end with it.
    pub(super) with_key_results: bool,
}

impl Closing {
    /// Ends a key result, with the suggested score unless one is given.
    ///
    /// # Errors
    /// When no score is given and none can be suggested.
    pub(super) fn key_result(
        &mut self,
        standing: &KeyResultStanding,
        given: Option<Score>,
    ) -> Result<(), CliError> {
        let slug = standing.key_result.slug.as_str();
        let suggested = Suggested::of_key_result(standing);
        let score = given_or_suggested(slug, given, suggested.as_ref())?;
        self.told
            .extend(beside(slug, (given, score), suggested.as_ref()));
        self.end_key_result(standing, score);
        Ok(())
    }

    /// Ends a key result together with what is above it: one that never had a value counts as 0
    /// there, and so it does here.
    pub(super) fn key_result_within(&mut self, standing: &KeyResultStanding) {
        let slug = standing.key_result.slug.as_str();
        let Suggested { score, why } =
            Suggested::of_key_result(standing).unwrap_or_else(|| Suggested {
                score: Score::ZERO,
                why: "never reported".to_owned(),
            });
        self.told
            .push(format!("{slug}: score {} ({why})", score.number()));
        self.end_key_result(standing, score);
    }

    fn end_key_result(&mut self, standing: &KeyResultStanding, score: Score) {
        let id = standing.key_result.id;
        self.goals.insert(id.into());
        self.commands.push(Command::CloseKeyResult { id, score });
    }

    /// Ends an objective, and its open key results if that is wanted.
    ///
    /// # Errors
    /// When key results are open and shall not end with it, or when no score is given and none can
    /// be suggested.
    pub(super) fn objective(
        &mut self,
        standing: &ObjectiveStanding,
        ending: &Ending,
    ) -> Result<(), CliError> {
        let objective = &standing.objective;
        let slug = objective.slug.as_str();
        let open: Vec<&KeyResultStanding> = open_key_results(standing).collect();
        if objective.state() == GoalState::Active && !open.is_empty() && !ending.with_key_results {
            return Err(still_open(slug, &open));
        }
        let suggested = Suggested::of_objective(standing);
        let score = given_or_suggested(slug, ending.score, suggested.as_ref())?;
        for key_result in open {
            self.key_result_within(key_result);
        }
        self.told
            .extend(beside(slug, (ending.score, score), suggested.as_ref()));
        self.goals.insert(objective.id.into());
        let below = standing.key_results.iter();
        self.goals
            .extend(below.map(|one| EntityId::from(one.key_result.id)));
        self.commands.push(Command::CloseObjective {
            id: objective.id,
            score,
            reflection: ending.reflection.clone(),
        });
        Ok(())
    }
}

/// Returns the key results of an objective that are pursued and have no score.
pub(super) fn open_key_results(
    standing: &ObjectiveStanding,
) -> impl Iterator<Item = &KeyResultStanding> {
    let all = standing.key_results.iter();
    all.filter(|one| one.key_result.state() == GoalState::Active)
}

fn still_open(slug: &str, open: &[&KeyResultStanding]) -> CliError {
    let slugs = open.iter().map(|one| one.key_result.slug.as_str());
    let slugs: Vec<&str> = slugs.collect();
    let message = format!(
        "\"{slug}\" has {} without a score: {}",
        counted(open.len(), "key result"),
        slugs.join(", ")
    );
    CliError::user("open-key-results", message).with_hint(format!(
        "--with-krs ends them with their progress as score, or okr grade {} SCORE",
        slugs[0]
    ))
}

/// Returns the score that was given, or the one that is suggested.
///
/// # Errors
/// When neither is there.
pub(super) fn given_or_suggested(
    slug: &str,
    given: Option<Score>,
    suggested: Option<&Suggested>,
) -> Result<Score, CliError> {
    match (given, suggested) {
        (Some(score), _) => Ok(score),
        (None, Some(suggested)) => Ok(suggested.score),
        (None, None) => Err(CliError::user(
            "no-progress",
            format!("\"{slug}\" has no progress to take as score"),
        )
        .with_hint(format!("okr close {slug} --score 0.7"))),
    }
}

/// Compares a score that was given with the suggested one.
pub(super) fn beside(
    slug: &str,
    (given, score): (Option<Score>, Score),
    suggested: Option<&Suggested>,
) -> Option<String> {
    let shown = score.number();
    match (given, suggested) {
        (Some(_), Some(Suggested { score, why })) => Some(format!(
            "{slug}: score {shown}, suggested {} ({why})",
            score.number()
        )),
        (Some(_), None) => Some(format!(
            "{slug}: score {shown}, there is no progress to suggest one"
        )),
        (None, Some(Suggested { why, .. })) => Some(format!("{slug}: score {shown} ({why})")),
        (None, None) => None,
    }
}

fn of_the_way(progress: Progress) -> String {
    format!("{} of the way", progress.percent())
}

/// Refuses to go on while changes about goals wait for a decision.
///
/// # Errors
/// Exit 8 when there are any, and when the replica cannot be read.
pub(super) fn without_conflicts(
    (replica, reading): (&Replica, &Reading<'_>),
    goals: &BTreeSet<EntityId>,
    what: &str,
) -> Result<(), CliError> {
    let mut count = 0;
    for conflict in replica.conflicts().map_err(failure::replica)? {
        let mut is_about = false;
        for event in &conflict.change.events {
            is_about |= concerns(reading, event)?
                .iter()
                .any(|id| goals.contains(id));
        }
        count += usize::from(is_about);
    }
    if count == 0 {
        return Ok(());
    }
    let changes = counted(count, "change");
    let message =
        format!("{what}: {changes} about it met others' changes, which must be decided first");
    Err(CliError::user("open-conflicts", message)
        .with_exit(Exit::ConflictsOpen)
        .with_hint("okr conflicts shows them, okr resolve REF --take mine|theirs decides"))
}

/// Returns what an event is about, and the goal or cycle around that.
fn concerns(reading: &Reading<'_>, event: &Event) -> Result<Vec<EntityId>, CliError> {
    let subject = event.subject();
    let around = match event {
        Event::Objective(_, ObjectiveEvent::Created(new)) => Some(new.cycle.into()),
        Event::KeyResult(_, KeyResultEvent::Created(new)) => Some(new.objective.into()),
        Event::CheckIn(_, CheckInEvent::Recorded(new)) => Some(new.key_result.into()),
        Event::CheckIn(id, _) => {
            let check_in = reading.check_in(*id).map_err(failure::replica)?;
            check_in.map(|check_in| check_in.key_result.into())
        }
        _ => None,
    };
    Ok(std::iter::once(subject).chain(around).collect())
}
