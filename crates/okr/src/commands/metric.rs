//! `okr metric`: health metrics, which live outside cycles and may feed key results.

mod record;

use okr_core::decide::{Command, MetricPatch};
use okr_core::entity::HealthMetric;
use okr_core::event::NewMetric;
use okr_core::id::{EntityId, MetricId};
use okr_core::measure::Band;
use okr_core::text::Unit;
use okr_core::value::Number;
use okr_core::view::View as _;
use okr_replica::MetricStanding;

use super::goal::{Verbs, text_or_none};
use super::init::bad_value;
use super::list::sort::{self, Order};
use super::naming::{self, Among};
use super::past::Past;
use super::resolve::value::work::amount;
use crate::args::{
    BandFlags, ListKind, MetricAddArgs, MetricArgs, MetricCommand, MetricListArgs,
    MetricRetractArgs, MetricSetArgs, Reason,
};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::MetricItem;
use crate::resolve::{Resolver, look};
use crate::value_text::Amount;
use crate::write::{Wish, write_and_tell};
pub(super) use record::RecordedItem;

/// The words for how a metric stands.
pub(super) const HEALTH_WORDS: &str = "healthy, outside, unknown";

/// What to type where no metric fits.
pub(super) const NOTHING_FITS: &str = "nothing fits; okr metric add NAME --at-most N adds one";

pub(crate) fn run(context: &mut Context, args: &MetricArgs) -> Result<Exit, CliError> {
    let verbs = Verbs {
        find: |resolver, text| resolver.metric(text),
        label: "health metrics",
    };
    match &args.command {
        MetricCommand::Add(args) => add(context, args),
        MetricCommand::List(args) => list(context, args),
        MetricCommand::Show(args) => super::show_one(context, args, |resolver, text| {
            resolver.metric(text).map(Into::into)
        }),
        MetricCommand::Set(args) => set(context, args),
        MetricCommand::Record(args) => record::run(context, args),
        MetricCommand::Retract(args) => retract(context, args),
        MetricCommand::Archive(args) => verbs.all(context, args, Command::ArchiveMetric),
        MetricCommand::Restore(args) => verbs.all(context, args, Command::RestoreMetric),
    }
}

fn add(context: &mut Context, args: &MetricAddArgs) -> Result<Exit, CliError> {
    let id = MetricId::new(context.new_uuid());
    let unit = args.unit.as_deref().map(unit).transpose()?;
    let band = new_band(&args.band, unit.as_ref())?;
    let (mut replica, new) = look(context, |resolver, _| new(resolver, (band, unit), args))?;
    let next = format!("okr metric record {} VALUE", new.slug);
    let command = Command::AddMetric {
        id,
        new: Box::new(new),
    };
    let wish = Wish::new(command, &args.reason);
    write_and_tell(context, &mut replica, wish, (id.into(), Some(next)))
}

fn new(
    resolver: &Resolver<'_, '_>,
    (band, unit): (Band, Option<Unit>),
    args: &MetricAddArgs,
) -> Result<NewMetric, CliError> {
    Ok(NewMetric {
        name: args.name.clone(),
        slug: naming::of_new(
            resolver,
            Among::Metrics,
            (args.slug.as_ref(), args.name.as_str()),
        )?,
        unit,
        owner: match &args.owner {
            Some(owner) => resolver.person(owner)?,
            None => resolver.me,
        },
        team: resolver.team,
        band,
        description: args.description.clone(),
    })
}

fn unit(text: &str) -> Result<Unit, CliError> {
    Unit::new(text).map_err(|error| bad_value("--unit", &error))
}

/// Refuses a number in percent of what is not counted so.
fn in_unit(amount: Amount, text: &str, unit: Option<&Unit>) -> Result<Number, CliError> {
    if amount.percent && unit.map(Unit::as_str) != Some("%") {
        let message = match unit {
            Some(unit) => format!("\"{text}\" is in percent, and the unit is {unit}"),
            None => format!("\"{text}\" is in percent, and the metric has no unit"),
        };
        return Err(CliError::usage("wrong-value", message)
            .with_hint(format!("write {}, or give it --unit %", amount.number)));
    }
    Ok(amount.number)
}

fn bound(flag: &str, text: &str, unit: Option<&Unit>) -> Result<Number, CliError> {
    in_unit(amount(flag, text)?, text, unit)
}

fn new_band(flags: &BandFlags, unit: Option<&Unit>) -> Result<Band, CliError> {
    let low = flags.at_least.as_deref();
    let low = low
        .map(|text| bound("--at-least", text, unit))
        .transpose()?;
    let high = flags.at_most.as_deref();
    let high = high
        .map(|text| bound("--at-most", text, unit))
        .transpose()?;
    band(low, high)
}

fn band(low: Option<Number>, high: Option<Number>) -> Result<Band, CliError> {
    Band::new(low, high).map_err(|error| {
        CliError::usage("bad-value", error.to_string())
            .with_hint("--at-least 80, --at-most 5, or both for a band")
    })
}

fn set(context: &mut Context, args: &MetricSetArgs) -> Result<Exit, CliError> {
    let (mut replica, (id, patch)) = look(context, |resolver, _| {
        let id = resolver.metric(&args.reference)?;
        Ok((id, patch(resolver, id, args)?))
    })?;
    if patch == MetricPatch::default() {
        return Err(super::nothing_given("okr metric set --help"));
    }
    let command = Command::SetMetric {
        id,
        patch: Box::new(patch),
    };
    let wish = Wish::new(command, &args.reason);
    write_and_tell(context, &mut replica, wish, (id.into(), None))
}

fn patch(
    resolver: &Resolver<'_, '_>,
    id: MetricId,
    args: &MetricSetArgs,
) -> Result<MetricPatch, CliError> {
    let new_unit = super::or_none(args.unit.as_deref(), unit)?;
    let new_band = if args.at_least.is_some() || args.at_most.is_some() {
        let metric = known(resolver, id)?;
        let counted = new_unit.clone().unwrap_or(metric.unit);
        let counted = counted.as_ref();
        let low = super::or_none(args.at_least.as_deref(), |text| {
            bound("--at-least", text, counted)
        })?;
        let high = super::or_none(args.at_most.as_deref(), |text| {
            bound("--at-most", text, counted)
        })?;
        let now = metric.band;
        let (low, high) = (low.unwrap_or(now.low()), high.unwrap_or(now.high()));
        Some(band(low, high)?)
    } else {
        None
    };
    Ok(MetricPatch {
        name: args.name.clone(),
        slug: naming::instead(resolver, Among::Metrics, (args.slug.as_ref(), id.into()))?,
        unit: new_unit,
        owner: match &args.owner {
            Some(owner) => Some(resolver.person(owner)?),
            None => None,
        },
        team: super::or_none(args.to_team.as_deref(), |text| resolver.team(text))?,
        band: new_band,
        description: text_or_none(args.description.as_deref())?,
    })
}

/// Returns a metric that was found.
fn known(resolver: &Resolver<'_, '_>, id: MetricId) -> Result<HealthMetric, CliError> {
    let metric = resolver.reading.metric(id).map_err(failure::replica)?;
    let metric = metric.map(std::borrow::Cow::into_owned);
    metric.ok_or_else(|| CliError::internal("a metric that was found is not there"))
}

fn retract(context: &mut Context, args: &MetricRetractArgs) -> Result<Exit, CliError> {
    let (mut replica, id) = look(context, |resolver, _| {
        resolver.metric_value(&args.reference)
    })?;
    let reason = Reason {
        reason: Some(args.reason.clone()),
        category: None,
    };
    let wish = Wish::new(Command::RetractMetricValue(id), &reason);
    write_and_tell(context, &mut replica, wish, (EntityId::from(id), None))
}

/// Runs `okr metric list`.
///
/// # Errors
/// When a reference cannot be understood, or the replica cannot be read.
fn list(context: &mut Context, args: &MetricListArgs) -> Result<Exit, CliError> {
    if let Some(word) = &args.health
        && !HEALTH_WORDS.split(", ").any(|known| known == word)
    {
        let message = format!("\"{word}\" does not say how a metric stands");
        return Err(
            CliError::usage("unknown-status", message).with_hint(format!("one of {HEALTH_WORDS}"))
        );
    }
    super::refuse_cycle(context, None)?;
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let is_empty = print(context, &mut past, args)?;
    past.warn_upgrade(context);
    if is_empty {
        past.hint_nothing(context, NOTHING_FITS);
    }
    Ok(Exit::Ok)
}

/// Prints a list of health metrics, and says whether it is empty.
///
/// # Errors
/// When a reference cannot be understood, or the replica cannot be read.
pub(super) fn print(
    context: &mut Context,
    past: &mut Past<'_>,
    args: &MetricListArgs,
) -> Result<bool, CliError> {
    let found = find(context, past, args)?;
    let today = past.at.moment.day;
    let past = &*past;
    let item = |one| MetricItem::new(one, (today, &past.names));
    super::list::print(context, past, (&found, item), |screen| {
        super::list::work::metrics(&found, past, screen)
    })
}

fn find(
    context: &mut Context,
    past: &mut Past<'_>,
    args: &MetricListArgs,
) -> Result<Vec<MetricStanding>, CliError> {
    let order = Order::read(ListKind::Metrics, &args.order)?;
    let owner = if args.mine {
        Some("@me")
    } else {
        args.owner.as_deref()
    };
    let owner = past.person(context, owner)?;
    let team = past.team_scope(context)?;
    let mut found = Vec::new();
    for metric in past
        .reading
        .metrics(args.archived)
        .map_err(failure::replica)?
    {
        let is_wanted = owner.is_none_or(|owner| metric.owner == owner)
            && team.is_none_or(|team| past.is_within(metric.team, team));
        if !is_wanted {
            continue;
        }
        let standing = past.reading.metric_standing(metric.id);
        let standing = standing.map_err(failure::replica)?;
        let wanted = args.health.as_deref();
        found.extend(standing.filter(|one| wanted.is_none_or(|word| one.health.word() == word)));
    }
    past.learn(found.iter().map(|one| one.metric.id.into()))?;
    order.apply(&mut found, sort::METRICS, past);
    found.truncate(args.limit.unwrap_or(usize::MAX));
    Ok(found)
}
