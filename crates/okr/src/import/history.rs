//! What happened to a goal: check-ins, edits, closings.

use okr_core::decide::{Command, KeyResultPatch, ObjectivePatch};
use okr_core::event::NewCheckIn;
use okr_core::id::{CheckInId, KeyResultId, ObjectiveId, PersonId};
use okr_core::measure::{Measure, MilestoneKey, Value};
use okr_core::text::Title;
use okr_core::value::{AmendmentCategory, Confidence, Score};

use super::goals::{long, tags, weight};
use super::{Builder, Circumstances, Rank, at, measures, wrong};
use crate::error::CliError;
use crate::history_file::{Day, HistoryLine};

/// Whose history it is; a key result comes with the measure that it has at that point.
pub(super) enum Goal {
    Objective(ObjectiveId),
    KeyResult(KeyResultId, Measure),
}

impl Builder<'_> {
    pub(super) fn history(
        &mut self,
        place: &str,
        lines: &[HistoryLine],
        (mut goal, owner, mut written): (Goal, PersonId, Day),
    ) -> Result<(), CliError> {
        for (number, line) in (1..).zip(lines) {
            let place = format!("{place}, history line {number}");
            // Lines are in the order in which they were written down.
            let before = written;
            written = line.written.unwrap_or(written);
            if written < before {
                return Err(wrong(&place, format!("it was written before {}", before.0)));
            }
            let by = line
                .by
                .as_ref()
                .map(|handle| self.person(&place, handle))
                .transpose()?;
            let commands = match &mut goal {
                Goal::Objective(id) => self.objective_line(&place, line, *id)?,
                Goal::KeyResult(id, measure) => {
                    self.key_result_line(&place, (line, written), (*id, measure))?
                }
            };
            if commands.is_empty() {
                return Err(wrong(
                    &place,
                    "it says neither a value nor an edit nor a score",
                ));
            }
            let circumstances = Circumstances {
                rank: Rank::History,
                written,
                by: Some(by.unwrap_or(owner)),
                reason: long(&place, line.reason.as_ref())?,
                category: category(&place, line)?,
            };
            self.step(&place, circumstances, commands)?;
        }
        Ok(())
    }

    fn objective_line(
        &self,
        place: &str,
        line: &HistoryLine,
        id: ObjectiveId,
    ) -> Result<Vec<Command>, CliError> {
        let is_for_key_results = line.value.is_some()
            || line.done.is_some()
            || line.target.is_some()
            || line.baseline.is_some()
            || line.due.is_some()
            || line.on.is_some()
            || line.confidence.is_some()
            || line.note.is_some();
        if is_for_key_results {
            return Err(wrong(
                place,
                "values, targets and due dates belong to key results",
            ));
        }
        let patch = ObjectivePatch {
            title: line
                .title
                .as_ref()
                .map(|title| at(place, Title::new(&title.0)))
                .transpose()?,
            description: long(place, line.description.as_ref())?.map(Some),
            owner: line
                .owner
                .as_ref()
                .map(|owner| self.person(place, owner))
                .transpose()?,
            weight: line
                .weight
                .map(|amount| weight(place, Some(amount)))
                .transpose()?,
            ..ObjectivePatch::default()
        };
        let mut commands = Vec::new();
        if patch != ObjectivePatch::default() {
            commands.push(Command::SetObjective {
                id,
                patch: Box::new(patch),
            });
        }
        for tag in tags(place, line.tags.as_deref().unwrap_or_default())? {
            commands.push(Command::TagObjective { id, tag });
        }
        if let Some(score) = line.score {
            let score = at(place, Score::new(score.0))?;
            let reflection = long(place, line.reflection.as_ref())?;
            commands.push(Command::CloseObjective {
                id,
                score,
                reflection,
            });
        } else if line.reflection.is_some() {
            return Err(wrong(place, "a reflection comes with a score"));
        }
        Ok(commands)
    }

    fn key_result_line(
        &self,
        place: &str,
        (line, written): (&HistoryLine, Day),
        (id, measure): (KeyResultId, &mut Measure),
    ) -> Result<Vec<Command>, CliError> {
        if line.reflection.is_some() {
            return Err(wrong(place, "reflections belong to objectives"));
        }
        let moved = match (line.baseline, line.target) {
            (None, None) => None,
            amounts => Some(measures::moved(place, measure, amounts)?),
        };
        if let Some(moved) = &moved {
            measure.clone_from(moved);
        }
        let patch = KeyResultPatch {
            title: line
                .title
                .as_ref()
                .map(|title| at(place, Title::new(&title.0)))
                .transpose()?,
            description: long(place, line.description.as_ref())?.map(Some),
            owner: line
                .owner
                .as_ref()
                .map(|owner| self.person(place, owner))
                .transpose()?,
            measure: moved,
            weight: line
                .weight
                .map(|amount| weight(place, Some(amount)))
                .transpose()?,
            due: line.due.map(|day| Some(day.0)),
            ..KeyResultPatch::default()
        };
        let mut commands = Vec::new();
        if patch != KeyResultPatch::default() {
            commands.push(Command::SetKeyResult {
                id,
                patch: Box::new(patch),
            });
        }
        for tag in tags(place, line.tags.as_deref().unwrap_or_default())? {
            commands.push(Command::TagKeyResult { id, tag });
        }
        commands.extend(self.check_in(place, (line, written), (id, measure))?);
        if let Some(score) = line.score {
            commands.push(Command::CloseKeyResult {
                id,
                score: at(place, Score::new(score.0))?,
            });
        }
        Ok(commands)
    }

    fn check_in(
        &self,
        place: &str,
        (line, written): (&HistoryLine, Day),
        (key_result, measure): (KeyResultId, &Measure),
    ) -> Result<Option<Command>, CliError> {
        let value = match (&line.value, &line.done) {
            (Some(word), None) => measures::value(place, measure, word)?,
            (None, Some(keys)) => {
                Value::Milestones(keys.iter().copied().map(MilestoneKey).collect())
            }
            (Some(_), Some(_)) => return Err(wrong(place, "it has both value and done")),
            (None, None) => {
                let is_lonely =
                    line.on.is_some() || line.confidence.is_some() || line.note.is_some();
                return if is_lonely {
                    Err(wrong(place, "on, confidence and note come with a value"))
                } else {
                    Ok(None)
                };
            }
        };
        let confidence = line
            .confidence
            .map(|tenths| at(place, Confidence::new(tenths)));
        let new = NewCheckIn {
            key_result,
            effective: line.on.unwrap_or(written).0,
            value,
            confidence: confidence.transpose()?,
            note: long(place, line.note.as_ref())?,
            blocker: None,
        };
        let id = CheckInId::new(self.id(&format!("check-in {place}")));
        Ok(Some(Command::RecordCheckIn { id, new }))
    }
}

fn category(place: &str, line: &HistoryLine) -> Result<Option<AmendmentCategory>, CliError> {
    let Some(word) = &line.category else {
        return Ok(None);
    };
    let category = AmendmentCategory::from_word(&word.0);
    category.map(Some).ok_or_else(|| {
        let words: Vec<&str> = AmendmentCategory::ALL
            .iter()
            .map(|one| one.word())
            .collect();
        wrong(
            place,
            format!(
                "\"{}\" is no category; there are {}",
                word.0,
                words.join(", ")
            ),
        )
    })
}
