//! What was undone or redone, as people read it.

use std::collections::HashMap;

use okr_core::change::Change;
use okr_core::id::ChangeId;
use okr_replica::{Counter, Hindrance, Kept, LogEntry, Obstacle, Replica, Steps, Why};

use super::item::{KeptItem, UndoneItem};
use super::refusal;
use super::short;
use super::task::{Task, Way, shown};
use crate::change_words::{learn, lines, own_entry, whose};
use crate::commands::counted;
use crate::commands::past::Past;
use crate::context::Context;
use crate::error::CliError;
use crate::names::Names;
use crate::output::ChangeItem;
use crate::render::{Screen, Tone, local, page, text_width, wrap};

/// What stands before the rest of a line that is too long.
const HANGING: &str = "  ";

/// What became of one change.
struct Part<'a> {
    entry: &'a LogEntry,
    fate: Fate<'a>,
}

#[derive(Clone, Copy)]
enum Fate<'a> {
    /// It left what waits.
    TakenOut,
    /// It is in effect again, as it was.
    BackInPlace,
    /// A change of its own does it.
    TakenBack(&'a Counter),
    /// It is as it was.
    Left(Option<&'a Obstacle>),
}

/// What became of all of them.
struct Parts<'a> {
    parts: Vec<Part<'a>>,
    /// What built on them and went with them.
    others: Vec<&'a Change>,
}

impl<'a> Parts<'a> {
    fn of(task: &'a Task, done: &'a Steps) -> Self {
        let by_id = |changes: &'a [Change]| -> HashMap<ChangeId, &'a Change> {
            changes.iter().map(|change| (change.id, change)).collect()
        };
        let mut taken_out = by_id(&done.taken_out);
        let mut put_back = by_id(&done.put_back);
        let written = done.written.iter();
        let written: HashMap<ChangeId, &Counter> =
            written.map(|counter| (counter.original, counter)).collect();
        let left = done.left.iter();
        let left: HashMap<ChangeId, &Obstacle> = left.map(|one| (one.change, one)).collect();
        let mut parts = Vec::with_capacity(task.entries.len());
        for entry in &task.entries {
            let id = task.undone_by.get(&entry.id).unwrap_or(&entry.id);
            let fate = if taken_out.remove(id).is_some() {
                if *id == entry.id {
                    Fate::TakenOut
                } else {
                    Fate::BackInPlace
                }
            } else if put_back.remove(id).is_some() {
                Fate::BackInPlace
            } else if let Some(counter) = written.get(id) {
                Fate::TakenBack(counter)
            } else {
                Fate::Left(left.get(id).copied())
            };
            parts.push(Part { entry, fate });
        }
        let both = done.taken_out.iter().chain(&done.put_back);
        let others = both.filter(|change| {
            taken_out.contains_key(&change.id) || put_back.contains_key(&change.id)
        });
        Self {
            parts,
            others: others.collect(),
        }
    }
}

impl<'a> Part<'a> {
    /// The change that says what is true now.
    fn change(&self) -> Option<&'a Change> {
        match self.fate {
            Fate::TakenOut | Fate::BackInPlace => self.entry.change.as_ref(),
            Fate::TakenBack(counter) => Some(&counter.change),
            Fate::Left(_) => None,
        }
    }

    fn kept(&self) -> &'a [Kept] {
        match self.fate {
            Fate::TakenBack(counter) => &counter.kept,
            Fate::Left(Some(Obstacle {
                why: Hindrance::Stays(kept),
                ..
            })) => kept,
            Fate::TakenOut | Fate::BackInPlace | Fate::Left(_) => &[],
        }
    }

    const fn outcome(&self) -> &'static str {
        match self.fate {
            Fate::TakenOut => "taken_out",
            Fate::BackInPlace => "back_in_place",
            Fate::TakenBack(_) => "taken_back",
            Fate::Left(_) => "left",
        }
    }

    fn item(&self, task: &Task, written: bool, past: &Past<'_>) -> UndoneItem {
        let changes = match self.fate {
            Fate::TakenOut | Fate::BackInPlace => vec![ChangeItem::new(self.entry, &past.names)],
            Fate::TakenBack(counter) => {
                let entry = own_entry(past.me(), &counter.change);
                vec![ChangeItem::new(&entry, &past.names)]
            }
            Fate::Left(_) => Vec::new(),
        };
        let kept = self.kept().iter();
        UndoneItem {
            change: self.entry.id.uuid(),
            operation: task.operation.as_ref().map(|operation| operation.id),
            outcome: self.outcome(),
            written,
            changes,
            kept: kept.map(|kept| KeptItem::new(kept, past)).collect(),
        }
    }
}

/// Says what was taken back or forward, and what was not.
pub(super) fn tell(
    context: &mut Context,
    replica: &Replica,
    (task, done): (&Task, &Steps),
    before: &Names,
) -> Result<(), CliError> {
    let all = Parts::of(task, done);
    let mut past = Past::open(context, replica)?;
    let entries = task.entries.iter();
    let mut mentioned: Vec<&Change> = entries.filter_map(|one| one.change.as_ref()).collect();
    mentioned.extend(done.written.iter().map(|counter| &counter.change));
    mentioned.extend(&all.others);
    learn(context, &mut past, &mentioned)?;
    refusal::learn_obstacles(&mut past, &done.left)?;
    // What was taken out is not there any more, and is named as it was.
    past.names.learn_missing(before);
    let written = !context.globals.dry_run;
    let parts = all.parts.iter();
    let mut items: Vec<UndoneItem> = parts.map(|one| one.item(task, written, &past)).collect();
    if let Some(first) = items.first_mut() {
        let others = all.others.iter();
        let others = others.map(|change| own_entry(past.me(), change));
        first
            .changes
            .extend(others.map(|entry| ChangeItem::new(&entry, &past.names)));
    }
    let frame = past.frame(context)?;
    context.ui.answer(&frame, &items, |screen| {
        let text = match (&task.operation, all.parts.as_slice()) {
            (None, [only]) => one((task, only, &all), written, &past, screen),
            _ => several((task, &all), written, &past, screen),
        };
        page(text)
    });
    Ok(())
}

const fn verb(way: Way, written: bool) -> &'static str {
    match (way, written) {
        (Way::Back, true) => "Undid",
        (Way::Back, false) => "Would undo",
        (Way::Forward, true) => "Redid",
        (Way::Forward, false) => "Would redo",
    }
}

/// Tells of a single change.
fn one(
    (task, only, all): (&Task, &Part<'_>, &Parts<'_>),
    written: bool,
    past: &Past<'_>,
    screen: &Screen,
) -> Vec<String> {
    let entry = only.entry;
    let id = screen.paint(Tone::Id, &short(entry.id));
    let when = local(entry.authored_at, &past.at.clock);
    let whose = if entry.author == past.me() {
        String::new()
    } else {
        format!(" by {}", past.names.at_person(entry.author))
    };
    let did = verb(task.way, written);
    let how = match (only.fate, all.others.len()) {
        (Fate::TakenOut, 0) => "it was not pushed yet, and is as if never written".to_owned(),
        (Fate::TakenOut, more) => {
            format!("it was not pushed yet; {more} that built on it went with it")
        }
        (Fate::BackInPlace, _) if task.undone_by.contains_key(&entry.id) => {
            "the undo was not pushed yet, and is as if never made".to_owned()
        }
        (Fate::BackInPlace, _) => "it waits to be pushed again".to_owned(),
        (Fate::TakenBack(counter), _) => {
            format!("by a change of its own, {}", short(counter.change.id))
        }
        (Fate::Left(_), _) => "it is as it was".to_owned(),
    };
    let how = screen.paint(Tone::Plain, &format!("{whose}, {when}: {how}"));
    let mut text = vec![format!("{did} {id}{how}")];
    for change in only.change().into_iter().chain(all.others.iter().copied()) {
        for line in lines(change, past, screen) {
            below(&mut text, "  ", (Tone::Plain, &line), screen);
        }
    }
    let stays = only.kept().iter().map(|kept| stays(kept, past));
    for line in stays {
        below(&mut text, "  ", (Tone::Warning, &line), screen);
    }
    text
}

/// Adds a line that goes on below itself where it is too long; an id may stand in its margin.
fn below(text: &mut Vec<String>, margin: &str, (tone, said): (Tone, &str), screen: &Screen) {
    let (id, width) = (margin.trim(), text_width(margin));
    let room = screen.room_after(width + HANGING.len());
    for (index, line) in wrap(said, room, screen).into_iter().enumerate() {
        let line = screen.paint(tone, &line);
        text.push(match index {
            0 if id.is_empty() => format!("{margin}{line}"),
            0 => format!("{}{line}", margin.replace(id, &screen.paint(Tone::Id, id))),
            _ => format!("{}{HANGING}{line}", " ".repeat(width)),
        });
    }
}

/// Tells of all that a command wrote, a paragraph for each change.
fn several(
    (task, all): (&Task, &Parts<'_>),
    written: bool,
    past: &Past<'_>,
    screen: &Screen,
) -> Vec<String> {
    let did = verb(task.way, written);
    let what = match &task.operation {
        Some(operation) => {
            let id = screen.paint(Tone::Id, &shown(operation));
            let when = local(operation.begun_at, &past.at.clock);
            let said = format!(", {when}: {}", operation.command);
            format!("op {id}{}", screen.paint(Tone::Strong, &said))
        }
        None => counted(all.parts.len(), "change"),
    };
    let mut text = vec![format!("{did} {what}")];
    text.extend(summary(task, all).map(|line| screen.paint(Tone::Dim, &format!("  {line}"))));
    let paragraph = |text: &mut Vec<String>, id: ChangeId, tone, said: Vec<String>| {
        let mut margin = format!("  {}  ", short(id));
        for line in said {
            below(text, &margin, (tone, &line), screen);
            margin = " ".repeat(margin.len());
        }
    };
    for one in &all.parts {
        let id = one.entry.id;
        if let Some(change) = one.change() {
            paragraph(&mut text, id, Tone::Plain, lines(change, past, screen));
        }
        let stays = match one.fate {
            Fate::Left(Some(obstacle)) => refusal::details(obstacle, past),
            Fate::Left(None) => vec!["is as before already".to_owned()],
            Fate::TakenOut | Fate::BackInPlace | Fate::TakenBack(_) => {
                one.kept().iter().map(|kept| stays(kept, past)).collect()
            }
        };
        paragraph(&mut text, id, Tone::Warning, stays);
    }
    for change in &all.others {
        paragraph(
            &mut text,
            change.id,
            Tone::Plain,
            lines(change, past, screen),
        );
    }
    text
}

/// Says how many changes went which way, a line for each way.
fn summary<'a>(task: &'a Task, all: &'a Parts<'_>) -> impl Iterator<Item = String> + 'a {
    let count = |wanted: fn(&Fate<'_>) -> bool| {
        let parts = all.parts.iter();
        parts.filter(|part| wanted(&part.fate)).count()
    };
    let back_in_place = if task.undone_by.is_empty() {
        "to be pushed again"
    } else {
        "back in place, as if never undone"
    };
    let ways = [
        (
            count(|fate| matches!(fate, Fate::TakenOut)),
            "not pushed yet, and as if never written",
        ),
        (
            count(|fate| matches!(fate, Fate::BackInPlace)),
            back_in_place,
        ),
        (
            count(|fate| matches!(fate, Fate::TakenBack(_))),
            "taken back by a change of its own",
        ),
        (count(|fate| matches!(fate, Fate::Left(_))), "left as it is"),
        (all.others.len(), "built on these and went with them"),
    ];
    let ways = ways.into_iter().filter(|(count, _)| *count > 0);
    ways.map(|(count, said)| format!("{count} {said}"))
}

/// Says what of a change stays, and why.
pub(super) fn stays(kept: &Kept, past: &Past<'_>) -> String {
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
