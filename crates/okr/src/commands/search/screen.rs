//! What was found, on a screen: what it is, and under it the texts with the words marked.

use okr_core::Date;
use okr_core::entity::Entity;
use okr_replica::{LogEntry, TextMatch};

use super::Found;
use crate::change_words;
use crate::commands::past::Past;
use crate::render::{Cell, Column, Screen, Table, Tone, iso, local, short_day, text_width};
use crate::short_id::{self, Alphabet};
use crate::wording::who;

/// What begins and ends a word that was found, with and without colour.
const MARKS: (&str, &str) = ("[", "]");
/// How far into a line the first word that was found stands at most, in columns.
const LEAD: usize = 24;
/// The room for an id, and for the words before a text, in columns.
const MARGIN: usize = 10;
const WORD: usize = 13;

/// The columns where nobody looks.
const HEADINGS: [&str; 9] = [
    "ID", "KIND", "THING", "FIELD", "TEXT", "TIME", "WHO", "UNTIL", "NOW",
];

/// Renders what was found.
pub(super) fn render(found: &[Found], past: &Past<'_>, history: bool, screen: &Screen) -> String {
    if !screen.terminal {
        return table(found, past).render(screen);
    }
    let lines = found.iter().flat_map(|one| {
        let mut lines = vec![heading(one, past, screen)];
        let texts = one.hit.matches.iter();
        lines.extend(texts.map(|text| line(text.field.word(), marked(text, screen), screen)));
        if history {
            lines.extend(times(one, past, screen));
        }
        lines
    });
    lines.map(|line| line + "\n").collect()
}

/// Returns the short id of what was found.
fn id(found: &Found) -> String {
    match (&found.hit.entity, &found.hit.since) {
        (Some(entity), _) => short_id::shown(Alphabet::Thing, entity.id().uuid()),
        (None, Some(entry)) => short_id::shown(Alphabet::Change, entry.id.uuid()),
        (None, None) => String::new(),
    }
}

/// Says what was found: its name, its kind, and where it belongs.
fn heading(found: &Found, past: &Past<'_>, screen: &Screen) -> String {
    let names = &past.names;
    let label = found.about().map(|about| names.label(about));
    let facts = match (&found.hit.entity, &found.hit.since) {
        (Some(Entity::Objective(one)), _) => format!(
            "objective, {}, {}{}",
            names.label(one.cycle.into()),
            names.at_person(one.owner),
            put_away(one.archived)
        ),
        (Some(Entity::KeyResult(one)), _) => format!(
            "key result of {}, {}{}",
            names.label(one.objective.into()),
            names.at_person(one.owner),
            put_away(one.archived)
        ),
        (Some(Entity::CheckIn(one)), since) => {
            let report = ("check-in", one.effective, one.retracted);
            reported(report, since.as_ref(), past)
        }
        (Some(Entity::Comment(one)), since) => {
            let written = since
                .as_ref()
                .map(|entry| local(entry.authored_at, &past.at.clock));
            let retracted = if one.retracted { ", retracted" } else { "" };
            format!(
                "{} by {}{}{retracted}",
                one.kind,
                names.person(one.author),
                written.map(|at| format!(", {at}")).unwrap_or_default()
            )
        }
        (Some(Entity::Initiative(one)), _) => format!(
            "initiative, {}, {}{}",
            one.state,
            names.at_person(one.owner),
            put_away(one.archived)
        ),
        (Some(Entity::Metric(one)), _) => format!(
            "health metric, {}{}",
            names.at_person(one.owner),
            put_away(one.archived)
        ),
        (Some(Entity::MetricValue(one)), since) => {
            let report = ("value", one.effective, one.retracted);
            reported(report, since.as_ref(), past)
        }
        (Some(Entity::Org(_) | Entity::Person(_) | Entity::Team(_) | Entity::Cycle(_)), _)
        | (None, None) => String::new(),
        (None, Some(entry)) => {
            let name = label.clone().unwrap_or_default();
            changed(entry, &name, (past, screen))
        }
    };
    let label = label.unwrap_or_default();
    Cell::toned(Tone::Id, &id(found))
        .and_at(MARGIN, Cell::toned(Tone::Strong, &label))
        .and(Tone::Plain, "  ")
        .and(Tone::Dim, facts.trim_end_matches([':', ' ']))
        .paint(screen.width, screen)
}

/// Says of which day a report is, whose, and whether it was taken back.
fn reported(
    (word, day, is_retracted): (&str, Date, bool),
    since: Option<&LogEntry>,
    past: &Past<'_>,
) -> String {
    let day = short_day(day, &past.at.clock);
    let by = since.map(|entry| format!(" by {}", by(entry, past)));
    let retracted = if is_retracted { ", retracted" } else { "" };
    let by = by.unwrap_or_default();
    format!("{word} for {}{by}{retracted}", day.trim_start())
}

/// Says what a change did; the name of what it is about stands before it already.
fn changed(entry: &LogEntry, name: &str, (past, screen): (&Past<'_>, &Screen)) -> String {
    let what = entry.change.as_ref().map(|change| {
        let said = change_words::line(change, past, screen);
        said.strip_prefix(name).unwrap_or(&said).trim().to_owned()
    });
    format!(
        "change of {} by {}: {}",
        local(entry.authored_at, &past.at.clock),
        by(entry, past),
        what.unwrap_or_default().replace("  ", " ")
    )
}

const fn put_away(archived: bool) -> &'static str {
    if archived { ", archived" } else { "" }
}

fn by(entry: &LogEntry, past: &Past<'_>) -> String {
    who(entry.author, entry.on_behalf_of, entry.source, &past.names)
}

/// Makes a line of a word and what it is about.
fn line(word: &str, text: Cell, screen: &Screen) -> String {
    let word = Cell::empty().and_at(MARGIN, Cell::toned(Tone::Dim, word));
    word.and_at(MARGIN + WORD, text).paint(screen.width, screen)
}

/// Says from when to when it was so, and what it is now.
fn times(found: &Found, past: &Past<'_>, screen: &Screen) -> Vec<String> {
    let mut lines = Vec::new();
    if found.hit.entity.is_none() {
        return lines;
    }
    let moment = |entry: &LogEntry| {
        let id = short_id::shown(Alphabet::Change, entry.id.uuid());
        let when = local(entry.authored_at, &past.at.clock);
        format!("{when}, {}, {id}", by(entry, past))
    };
    if let Some(since) = &found.hit.since {
        lines.push(line("since", moment(since).as_str().into(), screen));
    }
    match &found.hit.until {
        Some(until) => {
            lines.push(line("until", moment(until).as_str().into(), screen));
            lines.extend(
                now(found)
                    .into_iter()
                    .map(|text| line("now", text.as_str().into(), screen)),
            );
        }
        None => lines.push(line("until", "it is so still".into(), screen)),
    }
    lines
}

/// Returns what the texts are now that had the words.
fn now(found: &Found) -> Vec<String> {
    let Some(entity) = &found.now else {
        return vec!["it is not there".to_owned()];
    };
    let texts = found.hit.matches.iter();
    texts
        .map(|one| match one.field.of(entity) {
            Some(text) => one_line(&text),
            None => format!("no {}", one.field.word()),
        })
        .collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Marks the words in a text, from a little before the first one on, on one line.
fn marked(found: &TextMatch, screen: &Screen) -> Cell {
    let first = found.marks.first().map_or(0, |mark| mark.start);
    let mut at = 0;
    let mut cell = Cell::empty();
    if text_width(&one_line(&found.text[..first])) > LEAD {
        at = lead(&found.text[..first]);
        cell = cell.and(Tone::Dim, screen.ellipsis());
    }
    pieces(found, at)
        .into_iter()
        .fold(cell, |cell, (tone, text)| cell.and(tone, &text))
}

/// Returns where the last words before a place begin that are shown before it.
fn lead(before: &str) -> usize {
    let begins = before.char_indices().rev();
    let fits = begins.take_while(|(at, _)| text_width(&before[*at..]) <= LEAD);
    let earliest = fits.last().map_or(before.len(), |(at, _)| at);
    let word = before[earliest..].find(char::is_whitespace);
    word.map_or(earliest, |blank| {
        let rest = &before[earliest + blank..];
        before.len() - rest.trim_start().len()
    })
}

/// Cuts a text into what was found and what stands between.
fn pieces(found: &TextMatch, from: usize) -> Vec<(Tone, String)> {
    let flat = |text: &str| text.replace(['\n', '\t'], " ");
    let mut pieces = Vec::new();
    let mut at = from;
    for mark in &found.marks {
        pieces.push((Tone::Plain, flat(&found.text[at..mark.start])));
        let word = flat(&found.text[mark.clone()]);
        pieces.push((Tone::Accent, format!("{}{word}{}", MARKS.0, MARKS.1)));
        at = mark.end;
    }
    pieces.push((Tone::Plain, flat(&found.text[at..])));
    pieces
}

/// One row for each text, with everything in it.
fn table(found: &[Found], past: &Past<'_>) -> Table {
    let mut table = Table::new(HEADINGS.map(Column::left));
    let time = |entry: &LogEntry| Cell::from(iso(entry.authored_at, &past.at.clock.zone));
    for one in found {
        let kind = one.hit.entity.as_ref().map(|entity| entity.id().kind());
        let thing = one.about().map(|about| past.names.label(about));
        let (since, until) = (one.hit.since.as_ref(), one.hit.until.as_ref());
        for text in &one.hit.matches {
            let now = one.now.as_ref().and_then(|now| text.field.of(now));
            let pieces = pieces(text, 0).into_iter();
            let marked = pieces.fold(Cell::empty(), |cell, (tone, text)| cell.and(tone, &text));
            table.row([
                id(one).into(),
                kind.map_or("change", okr_core::id::EntityKind::word).into(),
                thing.clone().unwrap_or_default().into(),
                text.field.word().into(),
                marked,
                since.map_or_else(Cell::empty, time),
                since.map_or_else(Cell::empty, |entry| by(entry, past).into()),
                until.map_or_else(Cell::empty, time),
                now.map_or_else(Cell::empty, |now| one_line(&now).into()),
            ]);
        }
    }
    table
}
