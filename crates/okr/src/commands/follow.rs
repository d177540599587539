//! `okr follow` and `okr unfollow`: what one hears of in the inbox beside what is one's own.
//!
//! It is personal and stays on this machine: nothing of it is written into the history.

use okr_core::id::{EntityId, EntityKind, PersonId};
use okr_core::view::View as _;
use okr_replica::Replica;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::past::{Past, find_one};
use crate::args::{FollowArgs, FollowCommand, UnfollowArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::FollowedItem;
use crate::render::{Cell, Column, Screen, Table, Tone};
use crate::resolve::{Resolver, look};
use crate::short_id::{self, Alphabet, ShortIds};
use crate::ui::Item;

/// What can be followed.
const KINDS: &[EntityKind] = &[
    EntityKind::Objective,
    EntityKind::KeyResult,
    EntityKind::Team,
    EntityKind::Cycle,
    EntityKind::Initiative,
    EntityKind::Metric,
];

/// Something that is followed from now on or no more, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct FollowingItem {
    id: Uuid,
    short_id: String,
    kind: &'static str,
    name: String,
    title: String,
    /// `followed`, `unfollowed` or `nothing_to_do`; with `--dry-run`, `would_follow` or
    /// `would_unfollow`.
    outcome: &'static str,
    /// Whether it is in the inbox anyway.
    yours: bool,
}

impl Item for FollowingItem {
    const TYPE: &'static str = "following";
    const SCHEMA: &'static str = "FollowingList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

/// Which way a step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Follow,
    Unfollow,
}

pub(crate) fn follow(context: &mut Context, args: &FollowArgs) -> Result<Exit, CliError> {
    match args.command {
        Some(FollowCommand::List) => list(context),
        None => step(context, (Way::Follow, &args.references)),
    }
}

pub(crate) fn unfollow(context: &mut Context, args: &UnfollowArgs) -> Result<Exit, CliError> {
    step(context, (Way::Unfollow, &args.references))
}

fn step(context: &mut Context, (way, references): (Way, &[String])) -> Result<Exit, CliError> {
    let (mut replica, found) = look(context, |resolver, _| {
        let mut found: Vec<(EntityId, bool)> = Vec::new();
        for text in references {
            let id = find_one(resolver, text, KINDS)?;
            if found.iter().all(|(known, _)| *known != id) {
                found.push((id, is_of(resolver, id, resolver.me)?));
            }
        }
        Ok(found)
    })?;
    let mut outcomes = Vec::new();
    for (id, is_yours) in found {
        let outcome = one(&mut replica, (way, id), context.globals.dry_run)?;
        outcomes.push((id, is_yours, outcome));
    }
    let mut past = Past::open(context, &replica)?;
    past.learn(outcomes.iter().map(|(id, ..)| *id))?;
    let items: Vec<FollowingItem> = outcomes
        .into_iter()
        .map(|(id, yours, outcome)| FollowingItem {
            id: id.uuid(),
            short_id: short_id::shown(Alphabet::Thing, id.uuid()),
            kind: id.kind().word(),
            name: past.names.label(id),
            title: past.names.title(id),
            outcome,
            yours,
        })
        .collect();
    let frame = past.frame(context)?;
    context.ui.answer(&frame, &items, |screen| {
        items.iter().map(|item| said(item, way, screen)).collect()
    });
    if context.globals.dry_run {
        context.ui.note("dry run: nothing was written");
    } else {
        context.ui.hint(match way {
            Way::Follow => {
                "okr inbox shows what happens to it from now on; okr follow list names all"
            }
            Way::Unfollow => "okr follow list names what you still follow",
        });
    }
    Ok(Exit::Ok)
}

/// Says whether a goal is in somebody's inbox because they own it, or what it belongs to.
fn is_of(resolver: &Resolver<'_, '_>, id: EntityId, person: PersonId) -> Result<bool, CliError> {
    let reading = resolver.reading;
    let owns = |id| {
        let objective = reading.objective(id).map_err(failure::replica)?;
        Ok::<_, CliError>(objective.is_some_and(|objective| objective.owner == person))
    };
    match id {
        EntityId::Objective(id) => owns(id),
        EntityId::KeyResult(id) => match reading.key_result(id).map_err(failure::replica)? {
            Some(key_result) => Ok(key_result.owner == person || owns(key_result.objective)?),
            None => Ok(false),
        },
        EntityId::Initiative(id) => {
            let found = reading.initiative(id).map_err(failure::replica)?;
            Ok(found.is_some_and(|found| found.owner == person))
        }
        EntityId::Metric(id) => {
            let found = reading.metric(id).map_err(failure::replica)?;
            Ok(found.is_some_and(|found| found.owner == person))
        }
        EntityId::Org(_)
        | EntityId::Person(_)
        | EntityId::Team(_)
        | EntityId::Cycle(_)
        | EntityId::CheckIn(_)
        | EntityId::Comment(_)
        | EntityId::MetricValue(_) => Ok(false),
    }
}

/// Follows a thing or not any more, and says what came of it.
fn one(
    replica: &mut Replica,
    (way, id): (Way, EntityId),
    is_rehearsal: bool,
) -> Result<&'static str, CliError> {
    if is_rehearsal {
        let followed = replica.followed().map_err(failure::replica)?;
        let is_followed = followed.iter().any(|one| one.thing == id);
        return Ok(match (way, is_followed) {
            (Way::Follow, false) => "would_follow",
            (Way::Unfollow, true) => "would_unfollow",
            (Way::Follow, true) | (Way::Unfollow, false) => "nothing_to_do",
        });
    }
    let (is_done, outcome) = match way {
        Way::Follow => (replica.follow(id), "followed"),
        Way::Unfollow => (replica.unfollow(id), "unfollowed"),
    };
    Ok(if is_done.map_err(failure::replica)? {
        outcome
    } else {
        "nothing_to_do"
    })
}

/// Says `vmkp  api-p99  followed from now on`.
fn said(item: &FollowingItem, way: Way, screen: &Screen) -> String {
    let id = screen.paint(Tone::Id, &item.short_id);
    let name = screen.paint(Tone::Strong, &item.name);
    let did = match (item.outcome, way) {
        ("followed", _) => "followed from now on",
        ("would_follow", _) => "would be followed from now on",
        ("unfollowed", _) => "followed no more",
        ("would_unfollow", _) => "would be followed no more",
        (_, Way::Follow) => "nothing to do, it is followed already",
        (_, Way::Unfollow) => "nothing to do, it is not followed",
    };
    let yours = match (item.yours, way) {
        (false, _) => "",
        (true, Way::Follow) => "; while it is yours it is in your inbox anyway",
        (true, Way::Unfollow) => "; it stays in your inbox while it is yours",
    };
    format!("{id}  {name}  {did}{yours}\n")
}

fn list(context: &mut Context) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let followed = replica.followed().map_err(failure::replica)?;
    past.learn(followed.iter().map(|one| one.thing))?;
    let mut items: Vec<FollowedItem> = followed
        .iter()
        .map(|one| FollowedItem::new(one, &past.names))
        .collect();
    items.sort_by(|one, other| one.thing.name.cmp(&other.thing.name));
    let frame = past.frame(context)?;
    context
        .ui
        .answer(&frame, &items, |screen| table(&items).render(screen));
    if items.is_empty() {
        context.ui.note("nothing is followed");
        context
            .ui
            .hint("okr follow REF; what is yours is in okr inbox anyway");
    }
    Ok(Exit::Ok)
}

fn table(items: &[FollowedItem]) -> Table {
    let ids = ShortIds::among(Alphabet::Thing, items.iter().map(|item| item.thing.id.0));
    let mut table = Table::new([
        Column::left("ID"),
        Column::left("KIND"),
        Column::left("NAME"),
        Column::left("TITLE").flexible(),
    ]);
    for item in items {
        table.row([
            Cell::toned(Tone::Id, &ids.shown(item.thing.id.0)),
            item.thing.kind.replace('_', " ").into(),
            item.thing.name.as_str().into(),
            item.title.as_str().into(),
        ]);
    }
    table
}
