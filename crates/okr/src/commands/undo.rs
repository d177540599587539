//! `okr undo` and `okr redo`: what was changed is taken back, and forward again.

mod item;

use okr_core::change::Change;
use okr_core::id::{ChangeId, EntityId, EntityKind};
use okr_core::text::LongText;
use okr_replica::{Dependent, Kept, LogEntry, Replica, UndoOrder, Undone, Why};
use uuid::Uuid;

use super::past::{Past, learn_from};
use crate::args::{Reason, RedoArgs, UndoArgs};
use crate::change_words::{learn, line, lines, own_entry, whose};
use crate::context::{Context, only_change};
use crate::error::CliError;
use crate::exchange;
use crate::exit::Exit;
use crate::failure;
use crate::output::ChangeItem;
use crate::render::{Screen, Tone, local, page};
use crate::short_id::{self, Alphabet};
use item::{KeptItem, UndoneItem};

/// How much of the words of a change goes into the reason of what undoes it, in characters.
const QUOTED_MAX: usize = 200;

/// Which way a step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Back,
    Forward,
}

/// Runs `okr undo`.
///
/// # Errors
/// When there is nothing to undo, or no way back.
pub(crate) fn undo(context: &mut Context, args: &UndoArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let entry = match &args.change {
        Some(text) => named(&replica, text)?,
        None => replica
            .undoable()
            .map_err(failure::replica)?
            .ok_or_else(|| {
                CliError::user("nothing-to-undo", "nothing of yours is left to undo")
                    .with_exit(Exit::NotFound)
                    .with_hint("okr undo CHANGE undoes any change; okr log shows them")
            })?,
    };
    let with_dependents = args.with_dependents;
    step(
        context,
        replica,
        (Way::Back, &entry, with_dependents),
        &args.reason,
    )
}

/// Runs `okr redo`.
///
/// # Errors
/// When there is nothing to redo.
pub(crate) fn redo(context: &mut Context, args: &RedoArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let redoable = replica.redoable().map_err(failure::replica)?;
    let redoable = redoable.ok_or_else(nothing_to_redo)?;
    let me = replica.info().map_err(failure::replica)?.me;
    let entry = own_entry(me, &redoable.change);
    step(
        context,
        replica,
        (Way::Forward, &entry, false),
        &args.reason,
    )
}

fn nothing_to_redo() -> CliError {
    CliError::user(
        "nothing-to-redo",
        "nothing was undone since your last change",
    )
    .with_exit(Exit::NotFound)
    .with_hint("okr undo CHANGE also undoes an undo; okr log shows the changes")
}

/// Finds a change by the beginning of its short id, or by its id.
fn named(replica: &Replica, text: &str) -> Result<LogEntry, CliError> {
    let id = if let Ok(uuid) = Uuid::parse_str(text) {
        ChangeId::new(uuid)
    } else {
        let digits = text.to_ascii_lowercase();
        let found = replica.find_change(&digits).map_err(failure::replica)?;
        if found.is_empty() {
            refuse_operation(replica, text, &digits)?;
        }
        only_change(&found, text)?
    };
    let entry = replica.change(id).map_err(failure::replica)?;
    entry.ok_or_else(|| {
        CliError::user(
            "not-in-effect",
            format!("\"{text}\" is in conflict, not in effect"),
        )
        .with_exit(Exit::NotFound)
        .with_hint("okr conflicts shows it")
    })
}

/// Says that what is named is an operation, where that is so.
fn refuse_operation(replica: &Replica, text: &str, digits: &str) -> Result<(), CliError> {
    let found = replica.find_operation(digits).map_err(failure::replica)?;
    if found.is_empty() {
        return Ok(());
    }
    let message = format!("\"{text}\" is an operation, and changes are undone one by one");
    Err(CliError::user("unknown-ref", message)
        .with_exit(Exit::NotFound)
        .with_hint(format!("okr op show {text} lists its changes")))
}

/// Takes a change back or forward, and says what came of it.
fn step(
    context: &mut Context,
    mut replica: Replica,
    (way, entry, with_dependents): (Way, &LogEntry, bool),
    reason: &Reason,
) -> Result<Exit, CliError> {
    let clock = context.present(&replica)?.1;
    let order = UndoOrder {
        change: entry.id,
        with_dependents,
        reason: match &reason.reason {
            Some(reason) => reason.clone(),
            None => default_reason(context, &replica, (way, entry))?,
        },
        amendment: reason.category,
        new_id: ChangeId::new(context.new_uuid()),
        now: context.now,
        today: clock.today(),
        dry_run: context.globals.dry_run,
    };
    let mut fresh = || context.new_uuid();
    let undone = match way {
        Way::Back => replica.undo(&order, &mut fresh),
        Way::Forward => replica.redo(&order, &mut fresh),
    };
    let undone = undone.map_err(failure::replica)?;
    let (changes, kept) = match undone {
        Undone::TakenOut(changes) | Undone::PutBack(changes) => (Done::Queue(changes), Vec::new()),
        Undone::TakenBack { change, kept } => (Done::By(change), kept),
        refused @ (Undone::NothingLeft(_)
        | Undone::DependedOn(_)
        | Undone::AlreadyUndone(_)
        | Undone::Rejected(_)
        | Undone::NoSuchChange
        | Undone::UpgradeNeeded) => {
            return Err(refusal(context, &replica, (way, entry), refused));
        }
    };
    tell(context, &replica, (way, entry), (&changes, &kept))?;
    if order.dry_run {
        context.ui.note("dry run: nothing was written");
        return Ok(Exit::Ok);
    }
    context.ui.hint(match way {
        Way::Back => "okr redo takes this back; okr undo goes further back",
        Way::Forward => "okr undo takes this back; okr redo goes further forward",
    });
    exchange::after_write(context, &mut replica)?;
    Ok(Exit::Ok)
}

/// How a change was taken back or forward.
enum Done {
    /// Changes left what waits, or returned to it.
    Queue(Vec<Change>),
    /// By a change of its own.
    By(Change),
}

/// Says which change is undone, and why it was made or what it does.
fn default_reason(
    context: &mut Context,
    replica: &Replica,
    (way, entry): (Way, &LogEntry),
) -> Result<LongText, CliError> {
    let short = short_id::shown(Alphabet::Change, entry.id.uuid());
    let what = match (&entry.reason, &entry.change) {
        (Some(reason), _) => reason.to_string(),
        (None, Some(change)) => {
            let mut past = Past::open(context, replica)?;
            learn(context, &mut past, &[change])?;
            line(change, &past, &Screen::piped()).replace("  ", " ")
        }
        (None, None) => String::new(),
    };
    let what: String = what.chars().take(QUOTED_MAX).collect();
    let word = match way {
        Way::Back => "undo",
        Way::Forward => "redo",
    };
    let text = format!("{word} of {short}: {what}");
    LongText::new(text.trim_end_matches([':', ' ']))
        .map_err(|error| CliError::internal(format!("a reason of {short}: {error}")))
}

/// Says what was taken back or forward, and what was not.
fn tell(
    context: &mut Context,
    replica: &Replica,
    (way, entry): (Way, &LogEntry),
    (done, kept): (&Done, &[Kept]),
) -> Result<(), CliError> {
    let changes: Vec<&Change> = match done {
        Done::Queue(changes) => changes.iter().collect(),
        Done::By(change) => vec![change],
    };
    let mut past = Past::open(context, replica)?;
    let mut mentioned = changes.clone();
    mentioned.extend(&entry.change);
    learn(context, &mut past, &mentioned)?;
    let me = past.me();
    let item = UndoneItem {
        change: entry.id.uuid(),
        outcome: match (way, done) {
            (Way::Back, Done::Queue(_)) => "taken_out",
            (Way::Forward, Done::Queue(_)) => "back_in_place",
            (_, Done::By(_)) => "taken_back",
        },
        written: !context.globals.dry_run,
        changes: changes
            .iter()
            .map(|change| ChangeItem::new(&own_entry(me, change), &past.names))
            .collect(),
        kept: kept.iter().map(|kept| KeptItem::new(kept, &past)).collect(),
    };
    let frame = past.frame(context)?;
    context
        .ui
        .answer(&frame, std::slice::from_ref(&item), |screen| {
            let mut text = vec![heading((way, entry, done), item.written, &past, screen)];
            for change in &changes {
                let said = lines(change, &past, screen).into_iter();
                text.extend(said.map(|line| format!("  {}", screen.paint(Tone::Plain, &line))));
            }
            let stays = kept.iter().map(|kept| stays(kept, &past));
            text.extend(stays.map(|line| format!("  {}", screen.paint(Tone::Warning, &line))));
            page(text)
        });
    Ok(())
}

/// Says which change was undone or redone, and how.
fn heading(
    (way, entry, done): (Way, &LogEntry, &Done),
    written: bool,
    past: &Past<'_>,
    screen: &Screen,
) -> String {
    let short = short_id::shown(Alphabet::Change, entry.id.uuid());
    let id = screen.paint(Tone::Id, &short);
    let when = local(entry.authored_at, &past.at.clock);
    let whose = if entry.author == past.me() {
        String::new()
    } else {
        format!(" by {}", past.names.at_person(entry.author))
    };
    let did = match (way, written) {
        (Way::Back, true) => "Undid",
        (Way::Back, false) => "Would undo",
        (Way::Forward, true) => "Redid",
        (Way::Forward, false) => "Would redo",
    };
    let how = match (way, done) {
        (Way::Back, Done::Queue(changes)) => match changes.len() - 1 {
            0 => "it was not pushed yet, and is as if never written".to_owned(),
            more => format!("it was not pushed yet; {more} that built on it went with it"),
        },
        (Way::Forward, Done::Queue(_)) => "it waits to be pushed again".to_owned(),
        (_, Done::By(change)) => {
            let by = short_id::shown(Alphabet::Change, change.id.uuid());
            format!("by a change of its own, {by}")
        }
    };
    let how = screen.paint(Tone::Plain, &format!("{whose}, {when}: {how}"));
    format!("{did} {id}{how}")
}

/// Says what of a change stays, and why.
fn stays(kept: &Kept, past: &Past<'_>) -> String {
    let about = past.names.label(kept.event.subject());
    let field = kept.event.field_change();
    let what = match &field {
        Some(field) => format!("{about}.{}", field.field),
        None => about,
    };
    match &kept.why {
        Why::AlreadyBack => format!("{what} is as before already"),
        Why::ChangedSince(Some(by)) => {
            format!("{what} stays: changed since by {}", whose(by, past))
        }
        Why::ChangedSince(None) => format!("{what} stays: it was changed since"),
        Why::NoWayBack(why) => format!("{what} stays: {why}"),
    }
}

/// Says why a change was not taken back.
fn refusal(
    context: &mut Context,
    replica: &Replica,
    (way, entry): (Way, &LogEntry),
    refused: Undone,
) -> CliError {
    let short = short_id::shown(Alphabet::Change, entry.id.uuid());
    let opened = Past::open(context, replica).and_then(|mut past| {
        let mentioned: Vec<&Change> = entry.change.iter().collect();
        learn(context, &mut past, &mentioned)?;
        Ok(past)
    });
    let mut past = match opened {
        Ok(past) => past,
        Err(error) => return error,
    };
    match refused {
        Undone::NothingLeft(kept) => {
            let message = format!("nothing of {short} can be taken back");
            let mut error = CliError::user("nothing-to-undo", message);
            for kept in &kept {
                error = error.with_detail(stays(kept, &past));
            }
            error.with_hint("okr undo CHANGE undoes another one; okr log shows them")
        }
        Undone::DependedOn(dependents) => depended_on((&short, &dependents), &mut past),
        Undone::AlreadyUndone(by) => {
            let by = short_id::shown(Alphabet::Change, by.uuid());
            CliError::user(
                "already-undone",
                format!("{short} is undone already, by {by}"),
            )
            .with_hint(format!("okr redo, or okr undo {by}, takes that back"))
        }
        Undone::Rejected(rejection) => {
            let about = rejection.subject().map(|subject| past.names.label(subject));
            failure::rejected(&rejection, about.as_deref())
        }
        Undone::UpgradeNeeded => {
            CliError::user("upgrade-needed", format!("a newer okr wrote {short}"))
                .with_exit(Exit::Incompatible)
                .with_hint("use that one to undo it")
        }
        Undone::NoSuchChange
        | Undone::TakenOut(_)
        | Undone::PutBack(_)
        | Undone::TakenBack { .. } => match way {
            Way::Back => CliError::user("unknown-ref", format!("{short} is not in effect"))
                .with_exit(Exit::NotFound),
            Way::Forward => nothing_to_redo(),
        },
    }
}

/// How many of the things that build on a change are listed.
const LISTED_MAX: usize = 10;

fn depended_on((short, dependents): (&str, &[Dependent]), past: &mut Past<'_>) -> CliError {
    let things = dependents.iter().filter_map(|dependent| match dependent {
        Dependent::Thing(id) => Some(*id),
        Dependent::Pending(_) | Dependent::Change(_) => None,
    });
    let things: Vec<EntityId> = things.collect();
    if let Err(error) = learn_from(&mut past.names, &past.reading, things) {
        return error;
    }
    let count = dependents.len();
    let message = match count {
        1 => format!("one thing builds on what {short} made"),
        _ => format!("{count} things build on what {short} made"),
    };
    let mut error = CliError::user("depended-on", message);
    for dependent in dependents.iter().take(LISTED_MAX) {
        error = error.with_detail(match dependent {
            Dependent::Thing(id) => {
                let short = short_id::shown(Alphabet::Thing, id.uuid());
                let on = if id.kind() == EntityKind::CheckIn {
                    " on"
                } else {
                    ""
                };
                format!("{short}  {}{on} {}", id.kind(), past.names.label(*id))
            }
            Dependent::Pending(id) => short_id::shown(Alphabet::Change, id.uuid()),
            Dependent::Change(entry) => format!("changed by {}", whose(entry, past)),
        });
    }
    if count > LISTED_MAX {
        error = error.with_detail(format!("and {} more", count - LISTED_MAX));
    }
    error.with_hint(format!(
        "okr undo {short} --with-dependents puts it away with all of that"
    ))
}
