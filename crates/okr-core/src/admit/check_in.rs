//! Rules for check-ins: a value that fits the measure, on a day that can be reported.

use jiff::Span;
use jiff::civil::Date;

use crate::admit::judge::{
    Effect, Judge, Stop, already_exists, unknown, unknown_subject, wrong_state,
};
use crate::admit::key_result::taking_facts;
use crate::authorize::Action;
use crate::entity::{CheckIn, KeyResult, Objective};
use crate::event::{CheckInEdit, CheckInEvent, NewCheckIn};
use crate::field::{Shown, Standing};
use crate::id::{CheckInId, EntityId, KeyResultId};
use crate::measure::{Measure, Value};
use crate::rejection::{Missing, Rejection};
use crate::value::{GoalState, Zone};
use crate::view::View;

pub(super) fn judge<V: View>(
    judge: &Judge<'_, V>,
    id: CheckInId,
    event: &CheckInEvent,
) -> Result<Effect, Stop<V::Error>> {
    match (judge.check_in(id)?, event) {
        (None, CheckInEvent::Recorded(new)) => recorded(judge, id, new),
        (Some(_), CheckInEvent::Recorded(_)) => Err(already_exists(id.into())),
        (None, CheckInEvent::Corrected(_) | CheckInEvent::Retracted) => {
            Err(unknown_subject(id.into()))
        }
        (Some(check_in), CheckInEvent::Corrected(edit)) => corrected(judge, &check_in, edit),
        (Some(check_in), CheckInEvent::Retracted) => retracted(judge, &check_in),
    }
}

fn recorded<V: View>(
    judge: &Judge<'_, V>,
    id: CheckInId,
    new: &NewCheckIn,
) -> Result<Effect, Stop<V::Error>> {
    let subject = id.into();
    let goal = Goal::of(judge, subject, new.key_result)?;
    goal.takes_facts()?;
    effective_date(judge, subject, &goal, new.effective)?;
    fits(subject, &goal.key_result.measure, &new.value)?;
    Ok(Effect::Applies)
}

fn corrected<V: View>(
    judge: &Judge<'_, V>,
    check_in: &CheckIn,
    edit: &CheckInEdit,
) -> Result<Effect, Stop<V::Error>> {
    let subject = check_in.id.into();
    let goal = Goal::of(judge, subject, check_in.key_result)?;
    let standing = edit.standing(check_in);
    if matches!(standing, Standing::AlreadySo) {
        return Ok(Effect::AlreadySo);
    }
    if check_in.retracted {
        return Err(wrong_state(subject, "retracted", "be corrected"));
    }
    goal.takes_facts()?;
    standing.settle()?;
    match edit {
        CheckInEdit::Effective(edit) => effective_date(judge, subject, &goal, edit.to)?,
        CheckInEdit::Value(edit) => fits(subject, &goal.key_result.measure, &edit.to)?,
        CheckInEdit::Confidence(_) | CheckInEdit::Note(_) | CheckInEdit::Blocker(_) => {}
    }
    Ok(Effect::Applies)
}

fn retracted<V: View>(judge: &Judge<'_, V>, check_in: &CheckIn) -> Result<Effect, Stop<V::Error>> {
    let subject = check_in.id.into();
    let goal = Goal::of(judge, subject, check_in.key_result)?;
    if check_in.retracted {
        return Ok(Effect::AlreadySo);
    }
    goal.takes_facts()?;
    if judge.change.reason.is_none() {
        return Err(Stop::Rejected(Rejection::ReasonRequired {
            subject,
            action: "retracting a check-in",
            missing: Missing::Reason,
        }));
    }
    Ok(Effect::Applies)
}

/// The key result of a check-in, with what stands above it.
struct Goal<'a> {
    key_result: std::borrow::Cow<'a, KeyResult>,
    objective: std::borrow::Cow<'a, Objective>,
}

impl<'a> Goal<'a> {
    /// Finds the key result and refuses an author without the right to report on it.
    fn of<V: View>(
        judge: &Judge<'a, V>,
        subject: EntityId,
        id: KeyResultId,
    ) -> Result<Self, Stop<V::Error>> {
        let Some(key_result) = judge.key_result(id)? else {
            judge.permit(subject, Action::Report, || Ok(true))?;
            return Err(unknown(subject, "key result", id.into()));
        };
        let objective = judge.known_objective(subject, key_result.objective)?;
        judge.permit(subject, Action::Report, || {
            Ok(key_result.owner == judge.context.author || judge.stewards(&objective)?)
        })?;
        Ok(Self {
            key_result,
            objective,
        })
    }

    /// Refuses facts about what was abandoned or archived; what is closed takes late ones.
    fn takes_facts<E>(&self) -> Result<(), Stop<E>> {
        match self.key_result.state() {
            GoalState::Draft | GoalState::Active | GoalState::Closed => {}
            state @ (GoalState::Abandoned | GoalState::Archived) => {
                let id = self.key_result.id;
                return Err(wrong_state(id.into(), state.word(), "take check-ins"));
            }
        }
        taking_facts(&self.objective, "take check-ins")
    }
}

fn effective_date<V: View>(
    judge: &Judge<'_, V>,
    subject: EntityId,
    goal: &Goal<'_>,
    date: Date,
) -> Result<(), Stop<V::Error>> {
    let today = judge.context.today;
    if date > today {
        return Err(Stop::Rejected(Rejection::FutureDate {
            subject,
            date,
            today,
        }));
    }
    let period = judge.known_cycle(subject, goal.objective.cycle)?.period;
    // Within the cycle is nearly always, and needs no arithmetic.
    if date >= period.start() {
        return Ok(());
    }
    let length = Span::new().days(period.days());
    let earliest = period.start().checked_sub(length).unwrap_or(Date::MIN);
    if date < earliest {
        return Err(Stop::Rejected(Rejection::TooEarly {
            subject,
            date,
            earliest,
        }));
    }
    Ok(())
}

fn fits<E>(subject: EntityId, measure: &Measure, value: &Value) -> Result<(), Stop<E>> {
    if measure.takes(value) {
        return Ok(());
    }
    Err(Stop::Rejected(Rejection::WrongValue {
        subject,
        given: value.shown(),
        expected: expected(measure),
    }))
}

/// Says in words what a measure takes.
fn expected(measure: &Measure) -> String {
    match measure {
        Measure::Metric(_) | Measure::Hold(_) => match measure.unit() {
            Some(unit) => format!("a number in {unit}"),
            None => "a number".to_owned(),
        },
        Measure::Milestones(milestones) => {
            let keys: Vec<String> = milestones
                .list()
                .iter()
                .map(|milestone| format!("{} ({})", milestone.key.0, milestone.title))
                .collect();
            format!("milestones out of {}", keys.join(", "))
        }
        Measure::Zones(_) => {
            let words: Vec<&str> = Zone::ALL.iter().map(|zone| zone.word()).collect();
            format!("one of {}", words.join(", "))
        }
    }
}
