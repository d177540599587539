//! `okr metric record`: a value, and the check-ins that it becomes on the key results it feeds.
//!
//! Value and check-ins are one change: they come together, and one undo takes all of it back.

mod told;

use okr_core::Date;
use okr_core::decide::{Command, Proposal};
use okr_core::entity::{HealthMetric, KeyResult};
use okr_core::event::{NewCheckIn, NewMetricValue};
use okr_core::id::{ChangeId, CheckInId, MetricId, MetricValueId};
use okr_core::measure::Value;
use okr_core::text::LongText;
use okr_core::value::{Number, Source};
use okr_replica::{Fed, MetricValueFact, PassedOver, Proposed, Replica, ReplicaError};

use crate::args::{MetricRecordArgs, Reason};
use crate::commands::checkin::value as check_in_value;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::resolve::{Resolver, look};
use crate::value_text::{ValueText, parse_value};
use crate::when::Clock;
use crate::write::{Wish, finish, write};
pub(in crate::commands) use told::RecordedItem;

/// What is to be recorded, and what stood before.
struct Report {
    metric: HealthMetric,
    before: Option<MetricValueFact>,
    new: NewMetricValue,
    /// The check-ins that come with it.
    fed: Vec<(KeyResult, NewCheckIn)>,
    passed_over: Vec<(KeyResult, String)>,
    clock: Clock,
}

pub(super) fn run(context: &mut Context, args: &MetricRecordArgs) -> Result<Exit, CliError> {
    let id = MetricValueId::new(context.new_uuid());
    let (mut replica, mut report) = look(context, |resolver, clock| report(resolver, clock, args))?;
    report.ask_rules(context, &replica)?;
    let mut commands = vec![Command::RecordMetricValue {
        id,
        new: report.new.clone(),
    }];
    let mut ids = Vec::new();
    for (_, new) in &report.fed {
        let id = CheckInId::new(context.new_uuid());
        ids.push(id);
        commands.push(Command::RecordCheckIn {
            id,
            new: new.clone(),
        });
    }
    let wish = Wish::all(commands, &Reason::default());
    let outcome = write(context, &mut replica, &report.clock, wish)?;
    let item = told::item(&report, (id, &ids), &outcome);
    let clock = context.present(&replica)?.1;
    let frame = context.frame(&replica, &clock)?;
    context
        .ui
        .answer(&frame, std::slice::from_ref(&item), |screen| {
            told::text(&report, screen)
        });
    finish(context, &mut replica, &outcome, None)?;
    Ok(Exit::Ok)
}

fn report(
    resolver: &Resolver<'_, '_>,
    clock: &Clock,
    args: &MetricRecordArgs,
) -> Result<Report, CliError> {
    let id: MetricId = resolver.metric(&args.reference)?;
    let standing = resolver.reading.metric_standing(id);
    let standing = standing
        .map_err(failure::replica)?
        .ok_or_else(|| CliError::internal("a metric that was found is not there"))?;
    let before = standing.latest;
    let metric = standing.metric;
    let last = before.as_ref().map(|fact| fact.value.value);
    let new = NewMetricValue {
        metric: id,
        effective: check_in_value::day(args.on.as_deref(), clock)?.unwrap_or(clock.today()),
        value: read(&metric, last, &args.value)?,
        note: args.note.clone(),
    };
    let mut report = Report {
        metric,
        before,
        new,
        fed: Vec::new(),
        passed_over: Vec::new(),
        clock: clock.clone(),
    };
    if !args.no_feed {
        report.feed(resolver)?;
    }
    Ok(report)
}

impl Report {
    /// Finds the key results that the value is reported on, and those that it does not fit.
    fn feed(&mut self, resolver: &Resolver<'_, '_>) -> Result<(), CliError> {
        let reading = resolver.reading;
        let fed = reading.fed_by(self.metric.id, self.new.effective);
        for Fed {
            key_result,
            passed_over,
        } in fed.map_err(failure::replica)?
        {
            if let Some(why) = passed_over {
                self.passed_over.push((key_result, said(why)));
                continue;
            }
            let latest = reading.latest_check_in(key_result.id);
            let latest = latest.map_err(failure::replica)?;
            // A number that comes by itself says nothing about the estimate, which stands.
            let estimate = latest.and_then(|fact| {
                let check_in = fact.check_in;
                check_in.confidence.map(|known| (known, check_in.effective))
            });
            let new = NewCheckIn {
                key_result: key_result.id,
                effective: self.new.effective,
                value: Value::Number(self.new.value),
                confidence: estimate.map(|(confidence, _)| confidence),
                note: Some(self.note(estimate.map(|(_, day)| day))),
                blocker: None,
            };
            self.fed.push((key_result, new));
        }
        Ok(())
    }

    /// Passes over the key results on which the rules let nobody, or not this person, report that.
    ///
    /// The value itself is a fact about the metric, and stands whatever becomes of them.
    fn ask_rules(&mut self, context: &mut Context, replica: &Replica) -> Result<(), CliError> {
        for (key_result, new) in std::mem::take(&mut self.fed) {
            let proposal = Proposal {
                id: ChangeId::new(context.new_uuid()),
                authored_at: context.now,
                on_behalf_of: None,
                source: Source::Human,
                reason: None,
                amendment: None,
                commands: vec![Command::RecordCheckIn {
                    id: CheckInId::new(context.new_uuid()),
                    new: new.clone(),
                }],
            };
            let proposed = replica.preview(proposal, self.clock.today());
            match proposed {
                Ok(Proposed::Rejected(rejection)) => {
                    self.passed_over.push((key_result, rejection.to_string()));
                }
                Err(ReplicaError::UpgradeNeeded { .. }) => {
                    let why = "only a newer okr can change it".to_owned();
                    self.passed_over.push((key_result, why));
                }
                Ok(Proposed::Written(_) | Proposed::NothingToDo) => {
                    self.fed.push((key_result, new));
                }
                Err(error) => return Err(failure::replica(error)),
            }
        }
        Ok(())
    }

    /// Says where a check-in comes from, and from when its estimate is.
    fn note(&self, estimated: Option<Date>) -> LongText {
        let origin = format!("From the metric {}.", self.metric.slug);
        let origin = match estimated {
            Some(day) => format!("{origin} Confidence as of {day}."),
            None => origin,
        };
        let whole = match &self.new.note {
            Some(note) => format!("{origin}\n{note}"),
            None => origin.clone(),
        };
        // A note of the greatest length stands beside the value of the metric in full.
        LongText::new(&whole)
            .or_else(|_| LongText::new(&origin))
            .expect("a slug and a day are a short visible text")
    }
}

/// Says why a value is not reported on a key result.
fn said(why: PassedOver) -> String {
    match why {
        PassedOver::Cycle(state) => format!("its cycle is {state}"),
        PassedOver::Objective(state) => format!("its objective is {state}"),
        PassedOver::KeyResult(state) => format!("it is {state}"),
        PassedOver::OtherDay => "the day is not in its cycle".to_owned(),
        PassedOver::OtherUnit => "it has another unit than the metric by now".to_owned(),
    }
}

/// Reads a value of a metric.
fn read(metric: &HealthMetric, last: Option<Number>, text: &str) -> Result<Number, CliError> {
    let number = |amount| {
        let unit = metric.unit.as_ref();
        check_in_value::number(&metric.slug, unit, (amount, text))
    };
    match parse_value(text)? {
        ValueText::Absolute(amount) => number(amount),
        ValueText::Relative(amount) => check_in_value::stepped(last, number(amount)?, text),
        other @ (ValueText::Of { .. }
        | ValueText::Done
        | ValueText::Zone(_)
        | ValueText::Keys(_)) => {
            let message = format!(
                "{} takes a number, and \"{text}\" is {}",
                metric.slug,
                other.label()
            );
            Err(CliError::usage("wrong-value", message)
                .with_hint("such as 42, 4.5, 45%, 1.2k, +5, -3 or =-3"))
        }
    }
}
