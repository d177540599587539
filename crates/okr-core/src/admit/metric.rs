//! Rules for health metrics, for their values, and for the key results that they feed.

use jiff::civil::Date;

use crate::admit::judge::{
    Effect, Judge, Stop, already_exists, inconsistent, unknown, unknown_subject, wrong_state,
};
use crate::authorize::Action;
use crate::entity::{HealthMetric, MetricValue};
use crate::event::{MetricEdit, MetricEvent, MetricValueEvent, NewMetric, NewMetricValue};
use crate::field::Standing;
use crate::id::{EntityId, MetricId, MetricValueId};
use crate::measure::Measure;
use crate::rejection::{Missing, Rejection};
use crate::view::View;

/// No value is about an earlier day.
const FIRST_YEAR: i16 = 1970;

pub(super) fn judge<V: View>(
    judge: &Judge<'_, V>,
    id: MetricId,
    event: &MetricEvent,
) -> Result<Effect, Stop<V::Error>> {
    let Some(metric) = judge.metric(id)? else {
        return if let MetricEvent::Created(new) = event {
            created(judge, id, new)
        } else {
            Err(unknown_subject(id.into()))
        };
    };
    permit(judge, (id.into(), Action::EditGoals), &metric)?;
    match event {
        MetricEvent::Created(_) => Err(already_exists(id.into())),
        MetricEvent::Edited(edit) => edited(judge, &metric, edit),
        MetricEvent::Archived if metric.archived => Ok(Effect::AlreadySo),
        MetricEvent::Restored if !metric.archived => Ok(Effect::AlreadySo),
        MetricEvent::Archived | MetricEvent::Restored => Ok(Effect::Applies),
    }
}

/// Refuses an author who neither answers for the metric nor leads its team.
fn permit<V: View>(
    judge: &Judge<'_, V>,
    (subject, action): (EntityId, Action),
    metric: &HealthMetric,
) -> Result<(), Stop<V::Error>> {
    judge.permit(subject, action, || {
        Ok(metric.owner == judge.context.author || judge.leads(metric.team)?)
    })
}

fn created<V: View>(
    judge: &Judge<'_, V>,
    id: MetricId,
    new: &NewMetric,
) -> Result<Effect, Stop<V::Error>> {
    let subject = id.into();
    judge.permit(subject, Action::EditGoals, || {
        Ok(new.owner == judge.context.author || judge.leads(new.team)?)
    })?;
    if let Some(team) = new.team {
        judge.usable_team(subject, "team", team)?;
    }
    judge.usable_person(subject, "owner", new.owner)?;
    Ok(Effect::Applies)
}

fn edited<V: View>(
    judge: &Judge<'_, V>,
    metric: &HealthMetric,
    edit: &MetricEdit,
) -> Result<Effect, Stop<V::Error>> {
    let subject = metric.id.into();
    let standing = edit.standing(metric);
    if matches!(standing, Standing::AlreadySo) {
        return Ok(Effect::AlreadySo);
    }
    if metric.archived {
        return Err(wrong_state(subject, "archived", "be edited"));
    }
    standing.settle()?;
    match edit {
        // A key result in another unit than its metric is passed over when a value is recorded.
        MetricEdit::Name(_)
        | MetricEdit::Slug(_)
        | MetricEdit::Unit(_)
        | MetricEdit::Band(_)
        | MetricEdit::Description(_) => {}
        MetricEdit::Owner(edit) => judge.usable_person(subject, "owner", edit.to)?,
        MetricEdit::Team(edit) => {
            if let Some(team) = edit.to {
                judge.usable_team(subject, "team", team)?;
            }
        }
    }
    Ok(Effect::Applies)
}

pub(super) fn judge_value<V: View>(
    judge: &Judge<'_, V>,
    id: MetricValueId,
    event: &MetricValueEvent,
) -> Result<Effect, Stop<V::Error>> {
    match (judge.metric_value(id)?, event) {
        (None, MetricValueEvent::Recorded(new)) => recorded(judge, id, new),
        (Some(_), MetricValueEvent::Recorded(_)) => Err(already_exists(id.into())),
        (None, MetricValueEvent::Retracted) => Err(unknown_subject(id.into())),
        (Some(value), MetricValueEvent::Retracted) => retracted(judge, &value),
    }
}

fn recorded<V: View>(
    judge: &Judge<'_, V>,
    id: MetricValueId,
    new: &NewMetricValue,
) -> Result<Effect, Stop<V::Error>> {
    taking_values(judge, id.into(), new.metric)?;
    effective_date(judge, id.into(), new.effective)?;
    Ok(Effect::Applies)
}

fn retracted<V: View>(judge: &Judge<'_, V>, value: &MetricValue) -> Result<Effect, Stop<V::Error>> {
    let subject = value.id.into();
    if value.retracted {
        return Ok(Effect::AlreadySo);
    }
    taking_values(judge, subject, value.metric)?;
    if judge.change.reason.is_none() {
        return Err(Stop::Rejected(Rejection::ReasonRequired {
            subject,
            action: "retracting a value",
            missing: Missing::Reason,
        }));
    }
    Ok(Effect::Applies)
}

/// Refuses values of a metric that is unknown, foreign to the author, or archived.
fn taking_values<V: View>(
    judge: &Judge<'_, V>,
    subject: EntityId,
    id: MetricId,
) -> Result<(), Stop<V::Error>> {
    let Some(metric) = judge.metric(id)? else {
        judge.permit(subject, Action::Report, || Ok(true))?;
        return Err(unknown(subject, "metric", EntityId::Metric(id)));
    };
    permit(judge, (subject, Action::Report), &metric)?;
    if metric.archived {
        return Err(wrong_state(EntityId::Metric(id), "archived", "take values"));
    }
    Ok(())
}

fn effective_date<V: View>(
    judge: &Judge<'_, V>,
    subject: EntityId,
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
    if date.year() < FIRST_YEAR {
        return inconsistent(subject, "a value cannot be about a day before 1970");
    }
    Ok(())
}

/// Refuses a metric that cannot feed a key result with this measure.
pub(super) fn can_feed<V: View>(
    judge: &Judge<'_, V>,
    subject: EntityId,
    (id, measure): (MetricId, &Measure),
) -> Result<(), Stop<V::Error>> {
    let Some(metric) = judge.metric(id)? else {
        return Err(unknown(subject, "fed by", EntityId::Metric(id)));
    };
    match measure {
        Measure::Metric(_) | Measure::Hold(_) => {}
        Measure::Milestones(_) | Measure::Zones(_) => {
            return inconsistent(
                subject,
                "a metric feeds numbers only, not milestones or zones",
            );
        }
    }
    if metric.unit.as_ref() != measure.unit() {
        return inconsistent(
            subject,
            "the key result and the metric that feeds it have different units",
        );
    }
    Ok(())
}

/// Refuses to be fed by a metric that takes no values any more.
pub(super) fn feeds<V: View>(
    judge: &Judge<'_, V>,
    subject: EntityId,
    (id, measure): (MetricId, &Measure),
) -> Result<(), Stop<V::Error>> {
    can_feed(judge, subject, (id, measure))?;
    if judge.metric(id)?.is_some_and(|metric| metric.archived) {
        return Err(wrong_state(
            EntityId::Metric(id),
            "archived",
            "feed a key result",
        ));
    }
    Ok(())
}
