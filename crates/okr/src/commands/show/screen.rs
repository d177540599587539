//! Things in full on a screen.

use okr_core::entity::{Objective, Team};
use okr_core::event::Support;
use okr_core::id::EntityId;
use okr_core::measure::Measure;
use okr_core::progress::Progress;
use okr_core::value::AmendmentCategory;
use okr_replica::{
    CheckInFact, CommentFact, CycleStanding, KeyResultStanding, Latest, Lineage, LogEntry,
    ObjectiveStanding, Place,
};

use super::facts::Facts;
use super::{Shown, Thing, work};
use crate::commands::comment::thread;
use crate::commands::list::rows as list_rows;
use crate::commands::log;
use crate::commands::past::Past;
use crate::commands::status::screen::aligned;
use crate::commands::tree::rows::{DEPTH_KEY_RESULTS, arrange};
use crate::commands::tree::screen::{self as tree_screen, Tree};
use crate::names::Names;
use crate::render::{Cell, Screen, Tone, local, mark_and_words, tone, wrap};
use crate::short_id::{self, Alphabet};
use crate::wording::{
    checklist, described, percent, place_in, value, was_before, was_committed, who,
};

/// Renders a thing with its history.
pub(super) fn render(shown: &Shown, past: &Past<'_>, screen: &Screen) -> String {
    let mut parts = match &shown.thing {
        Thing::Objective(standing) => objective(standing, &shown.lineage, (past, screen)),
        Thing::KeyResult(standing) => key_result(standing, past, screen),
        Thing::Team(team) => vec![team_facts(team, &past.names, screen)],
        Thing::Cycle(standing) => cycle(standing, past, screen),
        Thing::Person(person) => person.render(past, screen),
        Thing::CheckIn(fact) => check_in(fact, past, screen),
        Thing::Comment(fact) => vec![comment(fact, past, screen)],
        Thing::Initiative(one) => vec![work::initiative(one, past, screen)],
        Thing::Metric(standing, fed) => work::metric((standing, fed), &shown.values, past, screen),
        Thing::MetricValue(fact) => vec![work::metric_value(fact, past, screen)],
        Thing::Change => shown
            .changes
            .iter()
            .map(|entry| change(entry, past, screen))
            .collect(),
    };
    if !shown.initiatives.is_empty() {
        parts.push(work::initiatives(&shown.initiatives, past, screen));
    }
    if !shown.check_ins.is_empty() {
        let table = list_rows::check_ins(&shown.check_ins, past, screen);
        // Notes are not cut: what is shown in full must be all there.
        let whole = Screen {
            width: usize::MAX,
            ..aligned(screen)
        };
        let table = table.render(&whole);
        parts.push(section("Check-ins", &table, screen));
    }
    let said = thread::render(&shown.comments, past, screen);
    if !said.is_empty() {
        let title = match shown.thing {
            Thing::Comment(_) => "Replies",
            _ => "Comments",
        };
        parts.push(section(title, &said, screen));
    }
    if let Thing::Change = shown.thing {
        let text = log::patch::things(&shown.patch, past, screen);
        if !text.is_empty() {
            parts.push(section("What it did", &text, screen));
        }
    } else if !shown.changes.is_empty() {
        let log = log::aligned(&shown.changes, &shown.before, past, screen);
        parts.push(section("Changes", &log, screen));
    }
    parts.join("\n")
}

pub(super) fn section(title: &str, text: &str, screen: &Screen) -> String {
    format!("{}\n{text}", screen.paint(Tone::Strong, title))
}

pub(super) fn title(slug: &str, long: &str, past: &Past<'_>, screen: &Screen) -> String {
    let cell = Cell::toned(Tone::Strong, slug);
    let cell = if long.is_empty() || long == slug {
        cell
    } else {
        cell.and(Tone::Plain, &format!("  {long}"))
    };
    let cell = match past.as_of() {
        Some(as_of) => cell.and(Tone::Warning, &format!("  {as_of}")),
        None => cell,
    };
    format!("{}\n", cell.paint(usize::MAX, screen))
}

/// Writes the short id of a thing, and the full one.
pub(crate) fn id_fact(id: impl Into<EntityId>) -> Cell {
    let uuid = id.into().uuid();
    Cell::toned(Tone::Id, &short_id::shown(Alphabet::Thing, uuid))
        .and(Tone::Dim, &format!("  {uuid}"))
}

pub(super) fn named(id: impl Into<EntityId>, names: &Names) -> String {
    let id = id.into();
    let (label, title) = (names.label(id), names.title(id));
    if title.is_empty() || title == label {
        label
    } else {
        format!("{label}  {title}")
    }
}

pub(super) fn paragraphs(text: &str, screen: &Screen) -> String {
    let room = screen.room_after(4);
    let mut shown = String::from("\n");
    for line in wrap(text, room, screen) {
        shown.push_str("  ");
        shown.push_str(&line);
        shown.push('\n');
    }
    shown
}

fn joined<T: ToString>(things: impl IntoIterator<Item = T>) -> Option<String> {
    let words: Vec<String> = things.into_iter().map(|thing| thing.to_string()).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn progress_fact(
    progress: Option<Progress>,
    original: Option<String>,
    pace: Option<Progress>,
) -> String {
    let mut text = percent(progress);
    if let Some(original) = original {
        text = format!("{text}  ({original})");
    }
    if let Some(pace) = pace {
        text = format!("{text}  pace {}", pace.percent());
    }
    text
}

fn flags(late_addition: bool, pending: bool) -> Option<String> {
    let words = [
        late_addition.then_some("late addition: added after the cycle was opened, not committed"),
        pending.then_some("pending: waits for the server"),
    ];
    joined(words.into_iter().flatten())
}

/// Says that only a newer program knows what a thing is now.
pub(super) fn upgrade(id: impl Into<EntityId>, names: &Names) -> Option<&'static str> {
    names
        .needs_upgrade(id)
        .then_some("upgrade okr: a newer one changed this, which this one cannot show or change")
}

fn objective(
    standing: &ObjectiveStanding,
    lineage: &Lineage,
    (past, screen): (&Past<'_>, &Screen),
) -> Vec<String> {
    let objective = &standing.objective;
    let names = &past.names;
    let mut facts = Facts::new();
    facts.add("id", id_fact(objective.id));
    facts.add("owner", names.at_person(objective.owner));
    facts.add_some("team", objective.team.map(|team| named(team, names)));
    facts.add("cycle", named(objective.cycle, names));
    facts.add("kind", objective.kind.word());
    facts.add("state", objective.state().word());
    facts.add_some(
        "score",
        objective.score.map(|score| score.number().to_string()),
    );
    let progress = progress_fact(standing.progress, was_committed(standing), None);
    facts.add("progress", progress);
    facts.add("weight", objective.weight.number().to_string());
    let supports = objective.supports.map(|support| match support {
        Support::Objective(id) => named(id, names),
        Support::KeyResult(id) => named(id, names),
    });
    facts.add_some("supports", supports);
    let kin = |one: &Objective| kin(one, names);
    facts.add_lines("continues", lineage.earlier.iter().map(kin));
    facts.add_lines("continued by", lineage.later.iter().map(kin));
    facts.add_some("tags", joined(&objective.tags));
    facts.add_some("remarks", flags(standing.late_addition, standing.pending));
    facts.add_some("attention", upgrade(objective.id, names));
    let heading = title(
        objective.slug.as_str(),
        objective.title.as_str(),
        past,
        screen,
    );
    let mut head = format!("{heading}{}", facts.render(screen));
    if let Some(description) = &objective.description {
        head.push_str(&paragraphs(description.as_str(), screen));
    }
    if let Some(reflection) = &objective.reflection {
        head.push_str(&paragraphs(&format!("Reflection: {reflection}"), screen));
    }
    let tree = Tree {
        heading: None,
        nodes: crate::commands::tree::rows::key_results(standing),
        notes: std::collections::HashMap::new(),
    };
    let mut parts = vec![head];
    if !standing.key_results.is_empty() {
        let drawn = tree_screen::render(&tree, names, screen);
        parts.push(section("Key results", &drawn, screen));
    }
    parts
}

/// Names an objective of another cycle, with what became of it.
fn kin(objective: &Objective, names: &Names) -> String {
    let cycle = names.label(objective.cycle.into());
    let became = match objective.score {
        Some(score) => format!("score {}", score.number()),
        None => objective.state().word().to_owned(),
    };
    format!("{cycle}:{}  {}  {became}", objective.slug, objective.title)
}

fn key_result(standing: &KeyResultStanding, past: &Past<'_>, screen: &Screen) -> Vec<String> {
    let key_result = &standing.key_result;
    let names = &past.names;
    let mut facts = Facts::new();
    facts.add("id", id_fact(key_result.id));
    facts.add("objective", named(key_result.objective, names));
    facts.add("owner", names.at_person(key_result.owner));
    facts.add("measure", measure(&key_result.measure, standing, screen));
    let original = standing.original_measure.as_ref();
    facts.add_some(
        if standing.late_addition {
            "first"
        } else {
            "original"
        },
        original.map(|original| described(original, screen)),
    );
    facts.add_some(
        "now",
        standing
            .latest
            .as_ref()
            .map(|fact| now(fact, &key_result.measure, screen)),
    );
    let status = mark_and_words(standing.status, screen);
    facts.add("status", Cell::toned(tone(standing.status), &status));
    let blocker = standing.blocker.as_ref();
    facts.add_some(
        "blocked",
        blocker.map(|blocker| format!("since {}: {}", blocker.since, blocker.text)),
    );
    let was = was_before(standing);
    let progress = progress_fact(standing.progress, was, Some(standing.expected));
    facts.add("progress", progress);
    facts.add_some("zone", standing.zone.map(|zone| zone.to_string()));
    facts.add("state", key_result.state().word());
    facts.add_some(
        "score",
        key_result.score.map(|score| score.number().to_string()),
    );
    facts.add("weight", key_result.weight.number().to_string());
    facts.add_some("start", key_result.start.map(|day| day.to_string()));
    facts.add_some("due", key_result.due.map(|day| day.to_string()));
    facts.add_some("tags", joined(&key_result.tags));
    facts.add_some("fed by", key_result.fed_by.map(|id| named(id, names)));
    facts.add_some("remarks", flags(standing.late_addition, standing.pending));
    facts.add_some("attention", upgrade(key_result.id, names));
    let heading = title(
        key_result.slug.as_str(),
        key_result.title.as_str(),
        past,
        screen,
    );
    let mut head = format!("{heading}{}", facts.render(screen));
    if let Some(description) = &key_result.description {
        head.push_str(&paragraphs(description.as_str(), screen));
    }
    vec![head]
}

/// Writes a measure; of a checklist also what is done.
fn measure(measure: &Measure, standing: &KeyResultStanding, screen: &Screen) -> String {
    let Measure::Milestones(milestones) = measure else {
        return described(measure, screen);
    };
    let latest = standing.latest.as_ref().map(|fact| &fact.check_in.value);
    joined(checklist(milestones, latest)).unwrap_or_default()
}

fn now(latest: &Latest, measure: &Measure, screen: &Screen) -> String {
    let check_in = &latest.check_in;
    let shown = value(&check_in.value, Some(measure), screen);
    let text = format!("{shown} on {}", check_in.effective);
    match check_in.confidence {
        Some(confidence) => format!("{text}, confidence {confidence}"),
        None => text,
    }
}

fn team_facts(team: &Team, names: &Names, screen: &Screen) -> String {
    let mut facts = Facts::new();
    facts.add("id", id_fact(team.id));
    facts.add_some("parent", team.parent.map(|parent| named(parent, names)));
    facts.add_some(
        "leads",
        joined(team.leads.iter().map(|id| names.at_person(*id))),
    );
    facts.add_some(
        "members",
        joined(team.members.iter().map(|id| names.at_person(*id))),
    );
    facts.add("state", if team.archived { "archived" } else { "active" });
    facts.add_some("attention", upgrade(team.id, names));
    let title =
        Cell::toned(Tone::Strong, team.slug.as_str()).and(Tone::Plain, &format!("  {}", team.name));
    format!(
        "{}\n{}",
        title.paint(usize::MAX, screen),
        facts.render(screen)
    )
}

fn cycle(standing: &CycleStanding, past: &Past<'_>, screen: &Screen) -> Vec<String> {
    let cycle = &standing.cycle;
    let (start, end) = (cycle.period.start(), cycle.period.end());
    let clock = &past.at.clock;
    let mut facts = Facts::new();
    facts.add("id", id_fact(cycle.id));
    facts.add("from", start.to_string());
    facts.add("to", end.to_string());
    facts.add("state", cycle.state.word());
    facts.add_some("attention", upgrade(cycle.id, &past.names));
    facts.add(
        "today",
        place_in(cycle, &past.at.moment, clock.week_start, screen),
    );
    let progress = progress_fact(standing.progress, None, Some(standing.expected));
    facts.add("progress", progress);
    let cadence = cycle
        .cadence
        .map(|cadence| format!("every {} days", cadence.get()));
    facts.add_some("check-ins", cadence);
    let heading = title(cycle.name.as_str(), "", past, screen);
    let mut parts = vec![format!("{heading}{}", facts.render(screen))];
    if !standing.objectives.is_empty() {
        let tree = Tree {
            heading: None,
            nodes: arrange(standing, &past.teams, DEPTH_KEY_RESULTS - 1),
            notes: std::collections::HashMap::new(),
        };
        let drawn = tree_screen::render(&tree, &past.names, screen);
        parts.push(section("Objectives", &drawn, screen));
    }
    parts
}

fn check_in(fact: &CheckInFact, past: &Past<'_>, screen: &Screen) -> Vec<String> {
    let check_in = &fact.check_in;
    let names = &past.names;
    let measure = names.measure(check_in.key_result);
    let mut facts = Facts::new();
    facts.add("id", id_fact(check_in.id));
    facts.add("key result", named(check_in.key_result, names));
    facts.add("day", check_in.effective.to_string());
    facts.add("value", value(&check_in.value, measure, screen));
    facts.add_some(
        "confidence",
        check_in.confidence.map(|confidence| confidence.to_string()),
    );
    facts.add_some(
        "blocker",
        check_in.blocker.as_ref().map(okr_core::field::Shown::shown),
    );
    facts.add(
        "by",
        who(fact.author, fact.on_behalf_of, fact.source, names),
    );
    facts.add("written", local(fact.authored_at, &past.at.clock));
    facts.add("recorded", recorded(&fact.place, past));
    let remarks = list_rows::remarks(fact, past);
    facts.add_some("remarks", (!remarks.is_empty()).then_some(remarks));
    let label = format!("check-in on {}", names.label(check_in.key_result.into()));
    let mut head = format!(
        "{}{}",
        title(&label, "", past, screen),
        facts.render(screen)
    );
    if let Some(note) = &check_in.note {
        head.push_str(&paragraphs(note.as_str(), screen));
    }
    vec![head]
}

fn comment(fact: &CommentFact, past: &Past<'_>, screen: &Screen) -> String {
    let comment = &fact.comment;
    let names = &past.names;
    let mut facts = Facts::new();
    facts.add("id", id_fact(comment.id));
    facts.add("about", named(comment.topic.entity(), names));
    let answered = comment.reply_to.map(|id| {
        let short = short_id::shown(Alphabet::Thing, id.uuid());
        match names.said_by(id) {
            Some(author) => format!("{short} of {}", names.at_person(author)),
            None => short,
        }
    });
    facts.add_some("answers", answered);
    facts.add("kind", comment.kind.word());
    facts.add("by", names.person(comment.author));
    facts.add("written", local(fact.authored_at, &past.at.clock));
    facts.add("recorded", recorded(&fact.place, past));
    facts.add_some("remarks", joined(thread::remarks(fact, past)));
    facts.add_some("attention", upgrade(comment.id, names));
    let label = format!(
        "{} on {}",
        comment.kind,
        names.label(comment.topic.entity())
    );
    format!(
        "{}{}{}",
        title(&label, "", past, screen),
        facts.render(screen),
        paragraphs(comment.text.as_str(), screen)
    )
}

pub(super) fn recorded(place: &Place, past: &Past<'_>) -> String {
    match place {
        Place::Confirmed {
            position,
            recorded_at,
        } => format!(
            "{}, position {position}",
            local(*recorded_at, &past.at.clock)
        ),
        Place::Pending => "pending: waits for the server".to_owned(),
    }
}

fn change(entry: &LogEntry, past: &Past<'_>, screen: &Screen) -> String {
    let names = &past.names;
    let mut facts = Facts::new();
    let short = short_id::shown(Alphabet::Change, entry.id.uuid());
    let id = Cell::toned(Tone::Id, &short).and(Tone::Dim, &format!("  {}", entry.id));
    facts.add("id", id);
    facts.add(
        "by",
        who(entry.author, entry.on_behalf_of, entry.source, names),
    );
    facts.add("written", local(entry.authored_at, &past.at.clock));
    facts.add("recorded", recorded(&entry.place, past));
    facts.add("source", entry.source.word());
    facts.add_some(
        "clock",
        entry
            .clock_ahead
            .then_some("the author's clock was ahead of the server's"),
    );
    facts.add_some(
        "attention",
        entry
            .change
            .is_none()
            .then_some("upgrade okr to read what it says"),
    );
    let amendment = entry.change.as_ref().and_then(|change| change.amendment);
    facts.add_some("amendment", amendment.map(AmendmentCategory::word));
    facts.add_some("reason", entry.reason.as_ref().map(ToString::to_string));
    let title = screen.paint(Tone::Strong, &format!("change {short}"));
    format!("{title}\n{}", facts.render(screen))
}
