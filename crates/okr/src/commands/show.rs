//! `okr show`: things in full, with how they came to be what they are.

pub(super) mod facts;
mod find;
mod item;
mod person;
pub(super) mod screen;
mod work;

use okr_core::entity::{Cycle, Initiative, KeyResult, Objective, Team};
use okr_core::event::Topic;
use okr_core::id::{EntityId, KeyResultId, MetricId, MetricValueId, ObjectiveId};
use okr_core::view::View as _;
use okr_replica::{
    CheckInFact, CommentFact, CycleStanding, InitiativeFilter, KeyResultStanding, Lineage,
    LogEntry, LogFilter, MetricStanding, MetricValueFact, ObjectiveStanding, Patch, Point,
};

use super::comment::thread;
use super::log::{before, learn_entries, patch};
use super::past::Past;
use crate::args::ShowArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::ShownItem;
use crate::ui::OutputFormat;
use find::Target;
use person::PersonInFull;

/// A thing that is shown.
enum Thing {
    Objective(Box<ObjectiveStanding>),
    KeyResult(Box<KeyResultStanding>),
    Team(Team),
    Cycle(Box<CycleStanding>),
    Person(Box<PersonInFull>),
    CheckIn(Box<CheckInFact>),
    Comment(Box<CommentFact>),
    Initiative(Box<Initiative>),
    /// With the key results that it feeds.
    Metric(Box<MetricStanding>, Vec<KeyResult>),
    MetricValue(Box<MetricValueFact>),
    Change,
}

/// A thing with as much of its history as was asked for.
struct Shown {
    thing: Thing,
    /// What an objective continues, and what continues it.
    lineage: Lineage,
    check_ins: Vec<CheckInFact>,
    /// What was said about it, the oldest first; of a comment what answers it.
    comments: Vec<CommentFact>,
    /// The newest values of a health metric.
    values: Vec<MetricValueFact>,
    /// The work that serves a key result.
    initiatives: Vec<Initiative>,
    changes: Vec<LogEntry>,
    before: before::Latest,
    /// What a change did, thing by thing.
    patch: Vec<Patch>,
}

/// Runs `okr show`.
///
/// # Errors
/// When a reference or moment cannot be understood, or the replica cannot be read.
pub(crate) fn run(context: &mut Context, args: &ShowArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let mut shown = Vec::new();
    let mut is_missing = false;
    for target in find::targets(context, &past, &args.references)? {
        match read(context, &mut past, target, args.history)? {
            Some(one) => shown.push(one),
            None => is_missing = true,
        }
    }
    let frame = past.frame(context)?;
    match context.ui.output() {
        OutputFormat::Table => {
            let screen = context.ui.screen();
            let parts: Vec<String> = shown
                .iter()
                .map(|one| screen::render(one, &past, screen))
                .collect();
            context.ui.print(&parts.join("\n"));
        }
        OutputFormat::Json => {
            let items: Vec<ShownItem> = shown.iter().map(|one| one.item(&past)).collect();
            context.ui.answer(&frame, &items, |_| String::new());
        }
        OutputFormat::Jsonl | OutputFormat::Id => {
            for one in &shown {
                line(context, &one.item(&past));
            }
        }
    }
    past.warn_upgrade(context);
    if is_missing {
        past.hint_empty(context);
    }
    Ok(Exit::Ok)
}

/// Prints an item under the type of its own kind.
fn line(context: &mut Context, item: &ShownItem) {
    let ui = &mut context.ui;
    let nothing = |_: &crate::render::Screen| String::new();
    match item {
        ShownItem::Objective(item) => ui.item(item.as_ref(), nothing),
        ShownItem::KeyResult(item) => ui.item(item.as_ref(), nothing),
        ShownItem::Team(item) => ui.item(item, nothing),
        ShownItem::Cycle(item) => ui.item(item, nothing),
        ShownItem::Person(item) => ui.item(item.as_ref(), nothing),
        ShownItem::CheckIn(item) => ui.item(item.as_ref(), nothing),
        ShownItem::Comment(item) => ui.item(item.as_ref(), nothing),
        ShownItem::Initiative(item) => ui.item(item.as_ref(), nothing),
        ShownItem::Metric(item) => ui.item(item.as_ref(), nothing),
        ShownItem::MetricValue(item) => ui.item(item.as_ref(), nothing),
        ShownItem::Change(item) => ui.item(item.as_ref(), nothing),
    }
}

/// Reads a thing as it was at the moment; none when it was not there.
fn read(
    context: &mut Context,
    past: &mut Past<'_>,
    target: Target,
    history: usize,
) -> Result<Option<Shown>, CliError> {
    let id = match target {
        Target::Change(entry) => {
            let changes = vec![*entry];
            let patch = patch::read(context, past, &changes)?.pop();
            let shown = history_of(context, past, Thing::Change, (Vec::new(), changes))?;
            return Ok(Some(Shown {
                patch: patch.unwrap_or_default(),
                ..shown
            }));
        }
        Target::Entity(id) => id,
    };
    let filter = history_filter(past, id, history);
    let thing = match id {
        EntityId::Person(id) => {
            let person = PersonInFull::read(context, past, (id, &filter))?;
            person.map(|person| Thing::Person(Box::new(person)))
        }
        _ => thing(past, id)?,
    };
    let Some(thing) = thing else {
        return Ok(None);
    };
    let check_ins = if let Thing::KeyResult(standing) = &thing {
        let id = standing.key_result.id;
        let check_ins = past.reading.check_ins(id, Some(history));
        check_ins.map_err(failure::replica)?
    } else {
        Vec::new()
    };
    let changes = past.replica.log(&filter).map_err(failure::replica)?;
    let lineage = if let Thing::Objective(standing) = &thing {
        lineage(past, &standing.objective)?
    } else {
        Lineage::default()
    };
    let (values, initiatives) = beside(past, &thing, history)?;
    let comments = comments(past, id)?;
    let shown = history_of(context, past, thing, (check_ins, changes))?;
    Ok(Some(Shown {
        lineage,
        comments,
        values,
        initiatives,
        ..shown
    }))
}

/// Returns which changes are the newest of a thing at the moment.
fn history_filter(past: &Past<'_>, id: EntityId, history: usize) -> LogFilter {
    let (until, until_position) = match past.at.moment.point {
        Point::Now => (None, None),
        Point::Position(position) => (None, Some(position)),
        Point::Time(at) => (Some(at), None),
    };
    LogFilter {
        about: vec![id],
        axis: past.at.moment.axis,
        until,
        until_position,
        limit: Some(history),
        pending: true,
        ..LogFilter::default()
    }
}

fn history_of(
    context: &Context,
    past: &mut Past<'_>,
    thing: Thing,
    (check_ins, changes): (Vec<CheckInFact>, Vec<LogEntry>),
) -> Result<Shown, CliError> {
    learn_entries(context, past, &changes)?;
    let filter = LogFilter {
        axis: past.at.moment.axis,
        ..LogFilter::default()
    };
    Ok(Shown {
        thing,
        lineage: Lineage::default(),
        check_ins,
        comments: Vec::new(),
        values: Vec::new(),
        initiatives: Vec::new(),
        before: before::latest(past.replica, &filter, &changes)?,
        changes,
        patch: Vec::new(),
    })
}

fn thing(past: &mut Past<'_>, id: EntityId) -> Result<Option<Thing>, CliError> {
    let thing = match id {
        EntityId::Objective(id) => objective(past, id)?,
        EntityId::KeyResult(id) => key_result(past, id)?,
        EntityId::Team(id) => {
            let team = past.teams.iter().find(|team| team.id == id);
            team.cloned().map(Thing::Team)
        }
        EntityId::Cycle(id) => {
            let cycle: Option<Cycle> = past.cycles.iter().find(|one| one.id == id).cloned();
            let standing = match cycle {
                Some(cycle) => past.cycle_standing(&cycle)?,
                None => None,
            };
            standing.map(|standing| Thing::Cycle(Box::new(standing)))
        }
        EntityId::CheckIn(id) => {
            let fact = past.reading.check_in_by(id).map_err(failure::replica)?;
            if let Some(fact) = &fact {
                past.learn([fact.check_in.key_result.into()])?;
            }
            fact.map(|fact| Thing::CheckIn(Box::new(fact)))
        }
        EntityId::Comment(id) => {
            let fact = past.reading.comment_by(id).map_err(failure::replica)?;
            if let Some(fact) = &fact {
                past.learn(thread::mentioned(fact))?;
            }
            fact.map(|fact| Thing::Comment(Box::new(fact)))
        }
        EntityId::Initiative(id) => {
            let initiative = past.reading.initiative(id).map_err(failure::replica)?;
            let initiative = initiative.map(std::borrow::Cow::into_owned);
            past.learn([id.into()])?;
            initiative.map(|one| Thing::Initiative(Box::new(one)))
        }
        EntityId::Metric(id) => metric(past, id)?,
        EntityId::MetricValue(id) => metric_value(past, id)?,
        // A person is read with what belongs to them, and nothing is shown of an organisation.
        EntityId::Person(_) | EntityId::Org(_) => None,
    };
    Ok(thing)
}

/// Reads what was said about a thing, the oldest first; of a comment what answers it.
fn comments(past: &mut Past<'_>, id: EntityId) -> Result<Vec<CommentFact>, CliError> {
    let topic = match (id, Topic::of(id)) {
        (_, Some(topic)) => Some(topic),
        (EntityId::Comment(id), None) => past.names.topic(id),
        (_, None) => None,
    };
    let Some(topic) = topic else {
        return Ok(Vec::new());
    };
    let facts = past.reading.comments_at(topic).map_err(failure::replica)?;
    let facts = match id {
        EntityId::Comment(id) => thread::below(id, facts),
        _ => facts,
    };
    past.learn(facts.iter().flat_map(thread::mentioned).collect::<Vec<_>>())?;
    Ok(facts)
}

fn objective(past: &mut Past<'_>, id: ObjectiveId) -> Result<Option<Thing>, CliError> {
    let mut standing = past
        .reading
        .objective_standing(id)
        .map_err(failure::replica)?;
    past.hush(standing.iter_mut());
    if let Some(standing) = &standing {
        past.learn_standing(standing)?;
    }
    Ok(standing.map(|standing| Thing::Objective(Box::new(standing))))
}

/// Reads what an objective continues and what continues it, and learns the names.
fn lineage(past: &mut Past<'_>, objective: &Objective) -> Result<Lineage, CliError> {
    let lineage = past.reading.lineage(objective).map_err(failure::replica)?;
    let kin = lineage.earlier.iter().chain(&lineage.later);
    let kin: Vec<EntityId> = kin.map(|one| one.id.into()).collect();
    past.learn(kin)?;
    Ok(lineage)
}

fn key_result(past: &mut Past<'_>, id: KeyResultId) -> Result<Option<Thing>, CliError> {
    let mut standing = past.reading.standing(id).map_err(failure::replica)?;
    if let Some(standing) = &mut standing {
        standing.pending &= !past.all_pending;
    }
    if let Some(standing) = &standing {
        past.learn_key_result(&standing.key_result);
        past.learn([EntityId::Objective(standing.key_result.objective)])?;
    }
    Ok(standing.map(|standing| Thing::KeyResult(Box::new(standing))))
}

fn metric(past: &mut Past<'_>, id: MetricId) -> Result<Option<Thing>, CliError> {
    let standing = past.reading.metric_standing(id).map_err(failure::replica)?;
    let fed = past.reading.fed_by(id, past.at.moment.day);
    let fed = fed.map_err(failure::replica)?.into_iter();
    let fed = fed.filter(|one| one.passed_over.is_none());
    let fed: Vec<KeyResult> = fed.map(|one| one.key_result).collect();
    past.learn([id.into()])?;
    past.learn(fed.iter().map(|one| EntityId::from(one.id)))?;
    Ok(standing.map(|standing| Thing::Metric(Box::new(standing), fed)))
}

fn metric_value(past: &mut Past<'_>, id: MetricValueId) -> Result<Option<Thing>, CliError> {
    past.learn([id.into()])?;
    let value = past.reading.metric_value(id).map_err(failure::replica)?;
    let Some(metric) = value.map(|value| value.metric) else {
        return Ok(None);
    };
    let facts = past.reading.metric_values(metric, None);
    let mut facts = facts.map_err(failure::replica)?.into_iter();
    let fact = facts.find(|fact| fact.value.id == id);
    Ok(fact.map(|fact| Thing::MetricValue(Box::new(fact))))
}

/// Reads the newest values of a health metric, and the work that serves a key result.
fn beside(
    past: &Past<'_>,
    thing: &Thing,
    history: usize,
) -> Result<(Vec<MetricValueFact>, Vec<Initiative>), CliError> {
    Ok(match thing {
        Thing::Metric(standing, _) => {
            let id = standing.metric.id;
            let values = past.reading.metric_values(id, Some(history));
            (values.map_err(failure::replica)?, Vec::new())
        }
        Thing::KeyResult(standing) => (Vec::new(), serving(past, standing.key_result.id)?),
        Thing::Objective(_)
        | Thing::Team(_)
        | Thing::Cycle(_)
        | Thing::Person(_)
        | Thing::CheckIn(_)
        | Thing::Comment(_)
        | Thing::Initiative(_)
        | Thing::MetricValue(_)
        | Thing::Change => (Vec::new(), Vec::new()),
    })
}

/// Returns the initiatives that serve a key result.
fn serving(past: &Past<'_>, id: KeyResultId) -> Result<Vec<Initiative>, CliError> {
    let filter = InitiativeFilter {
        key_results: Some(std::collections::BTreeSet::from([id])),
        ..InitiativeFilter::default()
    };
    past.reading.initiatives(&filter).map_err(failure::replica)
}
