//! `okr resolve`: decides a change that met another one.

pub(super) mod value;

use okr_core::event::Event;
use okr_core::id::{ChangeId, EntityKind};
use okr_replica::{Clash, Conflict, Replica, Resolution, Resolved, Settled, Settlement};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::conflicts::ConflictItem;
use super::counted;
use crate::args::ResolveArgs;
use crate::context::{Context, only_change};
use crate::error::CliError;
use crate::exchange;
use crate::exit::Exit;
use crate::failure;
use crate::render::{Screen, Tone, page};
use crate::resolve::look;
use crate::short_id::{self, Alphabet};
use crate::ui::Item;
use crate::write::{ChangedItem, Outcome, Told};
use value::Reader;

const KINDS: &[EntityKind] = &[
    EntityKind::Objective,
    EntityKind::KeyResult,
    EntityKind::Team,
    EntityKind::Cycle,
    EntityKind::CheckIn,
    EntityKind::Initiative,
    EntityKind::Metric,
];

pub(crate) fn run(context: &mut Context, args: &ResolveArgs) -> Result<Exit, CliError> {
    let mut replica = context.replica()?;
    let change = find(context, &replica, &args.reference)?;
    let (resolution, values) = decision(context, &replica, (change, args))?;
    let clock = context.present(&replica)?.1;
    let settlement = Settlement {
        resolution,
        values,
        reason: args.reason.reason.clone(),
        amendment: args.reason.category,
        new_id: ChangeId::new(context.new_uuid()),
        today: clock.today(),
    };
    let settled = replica
        .settle(change, &settlement)
        .map_err(failure::replica)?;
    match &settled.resolved {
        Resolved::Again(_) | Resolved::AlreadySo | Resolved::Dropped => {}
        Resolved::StillRefused(refusal) => {
            return Err(
                CliError::user(refusal.code.clone(), refusal.message.clone())
                    .with_exit(Exit::ConflictsOpen)
                    .with_hint("nothing was decided; --drop drops your change, and keeps it"),
            );
        }
        Resolved::NothingClashes => return Err(no_value(&args.reference)),
        Resolved::NoSuchConflict => return Err(no_conflict(&args.reference)),
    }
    tell(context, &mut replica, (change, resolution, &settled))
}

/// Says what was decided, and tries to exchange it with the server.
fn tell(
    context: &mut Context,
    replica: &mut Replica,
    (change, resolution, settled): (ChangeId, Resolution, &Settled),
) -> Result<Exit, CliError> {
    let directory = replica.directory().map_err(failure::replica)?;
    let (reading, clock) = context.present(replica)?;
    let made = match &settled.resolved {
        Resolved::Again(again) => {
            let subject = again.events.first().map(Event::subject);
            let subject = subject.ok_or_else(|| CliError::internal("a change is empty"))?;
            let outcome = Outcome::Written(again.clone());
            Some((
                again.id,
                Told::new(&reading, &directory, &outcome, subject)?,
            ))
        }
        Resolved::AlreadySo
        | Resolved::Dropped
        | Resolved::StillRefused(_)
        | Resolved::NothingClashes
        | Resolved::NoSuchConflict => None,
    };
    drop(reading);
    let frame = context.frame(replica, &clock)?;
    let dropped = replica.dropped().map_err(failure::replica)?;
    let is_kept = dropped.iter().any(|one| one.change.id == change);
    let left = replica.info().map_err(failure::replica)?.conflicts;
    // What waits is told only where it goes on waiting: otherwise it is on its way when this is read.
    let is_told = exchange::follows_write(context, replica)?;
    let waiting = (!is_told).then_some(frame.pending);
    let (new_change, told) = made.unzip();
    let item = ResolvedItem {
        change: change.uuid(),
        taken: word(resolution),
        new_change: new_change.map(ChangeId::uuid),
        changed: told
            .as_ref()
            .map_or_else(Vec::new, |told| told.items.clone()),
        dropped: is_kept,
        returned: settled.returned.iter().map(|id| id.uuid()).collect(),
        left: settled.left.iter().map(|id| id.uuid()).collect(),
        conflicts_left: left,
    };
    context
        .ui
        .answer(&frame, std::slice::from_ref(&item), |screen| {
            let made = told.map(|told| told.text(screen));
            item.text(made, waiting, screen)
        });
    if is_kept {
        let short = short_id::shown(Alphabet::Change, change.uuid());
        let hint =
            format!("what you wrote is kept: okr resolve {short} --take mine makes it again");
        context.ui.hint(&hint);
    }
    if !settled.left.is_empty() {
        let hint = "okr conflicts lists what followed from it and waits for a decision still";
        context.ui.hint(hint);
    }
    exchange::after_write(context, replica, &[])?;
    Ok(Exit::Ok)
}

/// Reads what is decided, and the values that are to be set.
fn decision(
    context: &mut Context,
    replica: &Replica,
    (change, args): (ChangeId, &ResolveArgs),
) -> Result<(Resolution, Vec<Event>), CliError> {
    if args.drop {
        return Ok((Resolution::Drop, Vec::new()));
    }
    match args.take.as_deref() {
        Some("mine") => return Ok((Resolution::Mine, Vec::new())),
        Some("theirs") => return Ok((Resolution::Theirs, Vec::new())),
        Some("base") => return Ok((Resolution::Base, Vec::new())),
        Some(_) | None => {}
    }
    let conflicts = replica.conflicts().map_err(failure::replica)?;
    let conflict = conflicts.iter().find(|one| one.change.id == change);
    let conflict = conflict.ok_or_else(|| {
        CliError::user(
            "not-in-conflict",
            "a dropped change can only be made again as it was",
        )
        .with_hint(format!("okr resolve {} --take mine", args.reference))
    })?;
    let explained = replica
        .explain(std::slice::from_ref(conflict))
        .map_err(failure::replica)?;
    let clashes = explained.into_iter().flat_map(|one| one.clashes);
    let clashes: Vec<Clash> = clashes.collect();
    let wanted = match (&args.take, clashes.as_slice()) {
        (_, []) => return Err(no_value(&args.reference)),
        (Some(text), [only]) => vec![(only, text.as_str())],
        (Some(_), several) => return Err(several_clash(&args.reference, several)),
        (None, clashes) => sets(&args.set, clashes)?,
    };
    let (_, values) = look(context, |resolver, clock| {
        let reader = Reader { resolver, clock };
        let values = wanted
            .iter()
            .map(|(clash, text)| reader.with_value(&clash.again, text));
        values.collect::<Result<Vec<Event>, CliError>>()
    })?;
    Ok((Resolution::Value, values))
}

/// Pairs each field that clashes with the text that was given for it.
fn sets<'a>(
    given: &'a [String],
    clashes: &'a [Clash],
) -> Result<Vec<(&'a Clash, &'a str)>, CliError> {
    let mut pairs = Vec::new();
    for text in given {
        let (field, value) = text.split_once('=').ok_or_else(|| {
            CliError::usage("usage", format!("--set \"{text}\" has no value"))
                .with_hint("--set title=\"Fast enough\"")
        })?;
        let meant = |clash: &&Clash| {
            let name = field_of(clash);
            name == field.trim() || name.replace(' ', "-") == field.trim()
        };
        let clash = clashes.iter().find(meant).ok_or_else(|| {
            let message = format!("the field \"{field}\" does not clash");
            CliError::usage("no-such-field", message)
                .with_hint(format!("those that do: {}", fields(clashes).join(", ")))
        })?;
        pairs.push((clash, value));
    }
    let missing: Vec<String> = clashes
        .iter()
        .filter(|clash| pairs.iter().all(|(one, _)| *one != *clash))
        .map(|clash| format!("--set \"{}=VALUE\"", field_of(clash)))
        .collect();
    if missing.is_empty() {
        return Ok(pairs);
    }
    Err(
        CliError::usage("fields-left", "every field that clashes needs a value")
            .with_hint(format!("add {}", missing.join(" "))),
    )
}

fn field_of(clash: &Clash) -> &'static str {
    clash.mine.field_change().map_or("", |change| change.field)
}

fn fields(clashes: &[Clash]) -> Vec<&'static str> {
    clashes.iter().map(field_of).collect()
}

fn several_clash(text: &str, clashes: &[Clash]) -> CliError {
    let names = fields(clashes);
    let message = format!(
        "{} fields clash, so one value does not decide: {}",
        names.len(),
        names.join(", ")
    );
    let sets: Vec<String> = names
        .iter()
        .map(|name| format!("--set \"{name}=VALUE\""))
        .collect();
    CliError::usage("several-fields", message)
        .with_hint(format!("okr resolve {text} {}", sets.join(" ")))
        .with_hint("or take mine, theirs or base, and edit the rest then")
}

fn no_value(text: &str) -> CliError {
    let message = format!("no value clashes in \"{text}\": there is nothing to set");
    CliError::user("no-value-clashes", message).with_hint(format!(
        "okr resolve {text} --take mine tries it again, --drop drops it; okr conflicts says why"
    ))
}

/// Finds what is meant: by the change, or by the name of a thing that a conflict is about or is shown
/// with, such as the key result of a check-in.
fn find(context: &mut Context, replica: &Replica, text: &str) -> Result<ChangeId, CliError> {
    let open: Vec<Conflict> = replica.conflicts().map_err(failure::replica)?;
    let dropped = replica.dropped().map_err(failure::replica)?;
    let is_meant = |id: &ChangeId| {
        short_id::matches_prefix(Alphabet::Change, id.uuid(), text) || id.to_string() == text
    };
    let open_ids = open.iter().map(|conflict| conflict.change.id);
    let dropped_ids = dropped.iter().map(|dropped| dropped.change.id);
    let by_change: Vec<ChangeId> = open_ids.chain(dropped_ids).filter(is_meant).collect();
    if !by_change.is_empty() {
        return only_change(&by_change, text);
    }
    if open.is_empty() {
        return Err(no_conflict(text));
    }
    let (_, id) = look(context, |resolver, _| {
        super::past::find_one(resolver, text, KINDS)
    })?;
    let items = super::conflicts::items(context, replica)?;
    let about = open
        .iter()
        .zip(&items)
        .filter(|(_, item)| item.is_about(id));
    let about: Vec<(&Conflict, &ConflictItem)> = about.collect();
    // What follows from another one is decided after it.
    let is_root = |(conflict, _): &&(&Conflict, &ConflictItem)| {
        let mut causes = about.iter().map(|(one, _)| one.change.id);
        causes.all(|cause| conflict.follows() != Some(cause))
    };
    let roots: Vec<&(&Conflict, &ConflictItem)> = about.iter().filter(is_root).collect();
    match roots.as_slice() {
        [] => Err(no_conflict(text)),
        [(only, _)] => Ok(only.change.id),
        several => {
            let message = format!("{} changes of \"{text}\" are in conflict", several.len());
            let mut error = CliError::user("ambiguous-ref", message).with_exit(Exit::NotFound);
            for (_, item) in several {
                let decide = item.decision(&items);
                error = error.with_detail(format!("{}\n  {decide}", item.named()));
            }
            Err(error.with_hint("okr conflicts shows them; causes are decided first"))
        }
    }
}

fn no_conflict(text: &str) -> CliError {
    CliError::user("no-conflict", format!("\"{text}\" is in no conflict"))
        .with_exit(Exit::NotFound)
        .with_hint("okr conflicts lists those that are open, with --dropped what was dropped")
}

const fn word(resolution: Resolution) -> &'static str {
    match resolution {
        Resolution::Mine => "mine",
        Resolution::Theirs => "theirs",
        Resolution::Base => "base",
        Resolution::Value => "value",
        Resolution::Drop => "drop",
    }
}

/// A decision in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ResolvedItem {
    change: Uuid,
    taken: &'static str,
    new_change: Option<Uuid>,
    /// What the new change does.
    changed: Vec<ChangedItem>,
    /// Whether the change is kept among those that were dropped.
    dropped: bool,
    /// Changes that followed from it and wait to be pushed again.
    returned: Vec<Uuid>,
    /// Changes that follow from it and are in conflict still.
    left: Vec<Uuid>,
    conflicts_left: usize,
}

impl Item for ResolvedItem {
    const TYPE: &'static str = "resolved";
    const SCHEMA: &'static str = "ResolvedList";

    fn id(&self) -> Option<Uuid> {
        Some(self.change)
    }
}

impl ResolvedItem {
    fn text(&self, made: Option<String>, waiting: Option<u64>, screen: &Screen) -> String {
        let short = short_id::shown(Alphabet::Change, self.change);
        let short = screen.paint(Tone::Id, &short);
        let mut lines = match (made, self.dropped) {
            (Some(made), _) => vec![made.trim_end().to_owned()],
            (None, true) => vec![format!("{short}  what is there stays, yours was dropped")],
            (None, false) => vec![format!("{short}  it is so already")],
        };
        for (ids, words) in [
            (
                &self.returned,
                "followed from it and waits to be pushed again",
            ),
            (&self.left, "followed from it and is in conflict still"),
        ] {
            for id in ids {
                let id = screen.paint(Tone::Id, &short_id::shown(Alphabet::Change, *id));
                lines.push(format!("{id}  {words}"));
            }
        }
        let left = u64::try_from(self.conflicts_left).unwrap_or(u64::MAX);
        let waiting = waiting.map(|waiting| format!(", {} to push", counted(waiting, "change")));
        let left = counted(left, "conflict");
        lines.push(format!("{left} left{}", waiting.unwrap_or_default()));
        page(lines)
    }
}
