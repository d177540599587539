//! Who set what, on a screen: one line for each field, or one field in full.

use okr_core::entity::Entity;
use okr_core::field::FieldValue;
use okr_core::measure::Measure;
use okr_replica::{Blame, FieldBlame, Given, Place};

use crate::commands::past::Past;
use crate::commands::show::facts::Facts;
use crate::render::{Cell, Column, Screen, Table, Tone, iso, local, relative, short_day, wrap};
use crate::short_id::{self, Alphabet};
use crate::wording::{PENDING, erased, field_value, typed_field, who, why};

/// The number of blanks between two columns.
const GAP: usize = 2;

/// The columns where nobody looks.
const HEADINGS: [&str; 8] = [
    "FIELD", "VALUE", "BEFORE", "BY", "WHEN", "CHANGE", "WHY", "REMARKS",
];

/// Renders every field that holds something, or did.
pub(super) fn fields(blame: &Blame, past: &Past<'_>, screen: &Screen) -> String {
    let told = blame.fields.iter().filter(|field| !field.given.is_empty());
    let mut text = if screen.terminal {
        let told: Vec<&FieldBlame> = told.collect();
        format!(
            "{}{}",
            title(blame, past, screen),
            lines(&told, blame, past, screen)
        )
    } else {
        let mut table = Table::new(HEADINGS.map(Column::left));
        for field in told {
            table.row(whole_row(field, blame, past, screen));
        }
        table.render(screen)
    };
    if screen.terminal
        && let Some(closing) = closing(blame)
    {
        text.push_str(&screen.paint(Tone::Warning, &closing));
        text.push('\n');
    }
    text
}

fn title(blame: &Blame, past: &Past<'_>, screen: &Screen) -> String {
    let id = blame.entity.id();
    let (label, long) = (past.names.label(id), past.names.title(id));
    let mut cell = Cell::toned(Tone::Strong, &label);
    if !long.is_empty() && long != label {
        cell = cell.and(Tone::Plain, &format!("  {long}"));
    }
    if let Some(as_of) = past.as_of() {
        cell = cell.and(Tone::Warning, &format!("  {as_of}"));
    }
    format!("{}\n", cell.paint(usize::MAX, screen))
}

fn measure_of(blame: &Blame, past: &Past<'_>) -> Option<Measure> {
    match &blame.entity {
        Entity::KeyResult(key_result) => Some(key_result.measure.clone()),
        Entity::CheckIn(check_in) => past.names.measure(check_in.key_result).cloned(),
        _ => None,
    }
}

/// Renders a row for each field, and under it why it holds what it holds.
fn lines(told: &[&FieldBlame], blame: &Blame, past: &Past<'_>, screen: &Screen) -> String {
    let mut table = Table::new([
        Column::left("FIELD"),
        Column::left("VALUE").flexible(),
        Column::left("BY").flexible(),
        Column::left("WHEN"),
        Column::left("CHANGE"),
    ]);
    for field in told {
        table.row(row(field, blame, past, screen));
    }
    let table = table.render(screen);
    // The heading comes first, then a line for each row.
    let mut rows = table.lines();
    let mut text = rows
        .next()
        .map(|line| format!("{line}\n"))
        .unwrap_or_default();
    let words = told.iter().map(|field| field.field.word.len());
    let indent = words.chain(["FIELD".len()]).max().unwrap_or(0) + GAP;
    let room = screen.room_after(indent);
    for (line, field) in rows.zip(told) {
        text.push_str(line);
        text.push('\n');
        for part in wrap(&explained(field, past), room, screen) {
            let cell = Cell::empty().and_at(indent, Cell::toned(Tone::Dim, &part));
            text.push_str(&cell.paint(screen.width, screen));
            text.push('\n');
        }
    }
    text
}

/// Says why a field holds what it holds, and what is special about that.
fn explained(field: &FieldBlame, past: &Past<'_>) -> String {
    let Some(given) = field.given.first() else {
        return String::new();
    };
    // What was written with a creation is about the thing, and a check-in's note about its value.
    let is_reported = field.field.word == "value";
    let is_edit = given.before != FieldValue::None && field.field.word != "confidence";
    let mut parts = Vec::new();
    if is_edit || is_reported {
        parts.extend(why(&given.by).map(|why| format!("\"{why}\"")));
    }
    parts.extend(remarks(given, past));
    parts.join("  ")
}

fn row(field: &FieldBlame, blame: &Blame, past: &Past<'_>, screen: &Screen) -> Vec<Cell> {
    let measure = measure_of(blame, past);
    let written = |value: &FieldValue| field_value(value, measure.as_ref(), &past.names, screen);
    let word = Cell::toned(Tone::Strong, &typed_field(field.field.word));
    let value = Cell::toned(Tone::Plain, &written(&field.field.value));
    let Some(given) = field.given.first() else {
        return vec![word, value];
    };
    let value = match &given.before {
        FieldValue::None => value,
        before => value.and(Tone::Dim, &format!(" (was {})", written(before))),
    };
    let clock = &past.at.clock;
    let then = given.by.authored_at;
    let day = short_day(clock.zone.to_datetime(then).date(), clock);
    vec![
        word,
        value,
        by(given, past).into(),
        Cell::toned(Tone::Dim, &format!("{day}  {}", relative(then, clock.now))),
        Cell::toned(Tone::Id, &change(given)),
    ]
}

fn whole_row(field: &FieldBlame, blame: &Blame, past: &Past<'_>, screen: &Screen) -> Vec<Cell> {
    let measure = measure_of(blame, past);
    let written = |value: &FieldValue| match value {
        FieldValue::None => Cell::empty(),
        held => field_value(held, measure.as_ref(), &past.names, screen).into(),
    };
    let mut cells = vec![
        typed_field(field.field.word).into(),
        written(&field.field.value),
    ];
    if let Some(given) = field.given.first() {
        cells.extend([
            written(&given.before),
            by(given, past).into(),
            iso(given.by.authored_at, &past.at.clock.zone).into(),
            change(given).into(),
            why(&given.by).map_or_else(Cell::empty, Cell::from),
            remarks(given, past).join("; ").into(),
        ]);
    }
    cells
}

fn by(given: &Given, past: &Past<'_>) -> String {
    let entry = &given.by;
    who(entry.author, entry.on_behalf_of, entry.source, &past.names)
}

fn change(given: &Given) -> String {
    short_id::shown(Alphabet::Change, given.by.id.uuid())
}

/// Says what is special about a value: an amendment, a correction, late, pending.
fn remarks(given: &Given, past: &Past<'_>) -> Vec<String> {
    let amendment = given.by.change.as_ref().and_then(|change| change.amendment);
    let mut remarks = Vec::new();
    remarks.extend(amendment.map(|category| format!("amendment: {}", category.word())));
    if given.correction {
        remarks.push("correction".to_owned());
    }
    if given.late {
        remarks.push("late: the cycle was closed".to_owned());
    }
    if matches!(given.by.place, Place::Pending) && !past.all_pending {
        remarks.push(PENDING.to_owned());
    }
    if given.by.clock_ahead {
        remarks.push("clock ahead".to_owned());
    }
    remarks.extend(erased(&given.by, &past.at.clock, &past.names));
    remarks
}

/// Says how often the measure moved, and what the first one would say.
fn closing(blame: &Blame) -> Option<String> {
    let times = match blame.amendments.len() {
        0 => return None,
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    };
    let is_target = |entry: &&std::rc::Rc<okr_replica::LogEntry>| entry.sets("target");
    let what = if blame.amendments.iter().filter(is_target).count() == blame.amendments.len() {
        "Target"
    } else {
        "Measure"
    };
    let original = blame
        .standing
        .as_ref()
        .and_then(|standing| standing.original);
    let against = original.map_or_else(String::new, |original| {
        let word = what.to_lowercase();
        format!(" Against the old {word}: {}.", original.percent())
    });
    Some(format!(
        "{what} changed {times} since the cycle opened.{against}"
    ))
}

/// Renders one field with all that it was before.
pub(super) fn field(blame: &Blame, one: &FieldBlame, past: &Past<'_>, screen: &Screen) -> String {
    let measure = measure_of(blame, past);
    let written = |value: &FieldValue| field_value(value, measure.as_ref(), &past.names, screen);
    let name = format!(
        "{}.{}",
        past.names.label(blame.entity.id()),
        typed_field(one.field.word)
    );
    let mut title = Cell::toned(Tone::Strong, &name)
        .and(Tone::Plain, &format!("  {}", written(&one.field.value)));
    if let Some(as_of) = past.as_of() {
        title = title.and(Tone::Warning, &format!("  {as_of}"));
    }
    let mut text = format!("{}\n", title.paint(usize::MAX, screen));
    let Some(newest) = one.given.first() else {
        text.push_str("  never set\n");
        return text;
    };
    text.push_str(&facts(newest, &written(&newest.before), past).render(screen));
    if one.given.len() > 1 {
        text.push_str(&earlier(&one.given[1..], &written, past, screen));
    }
    if one.field.word == "target"
        && let Some(closing) = closing(blame)
    {
        text.push('\n');
        text.push_str(&screen.paint(Tone::Warning, &closing));
        text.push('\n');
    }
    text
}

fn facts(given: &Given, before: &str, past: &Past<'_>) -> Facts {
    let entry = &given.by;
    let clock = &past.at.clock;
    let mut facts = Facts::new();
    let is_first = given.before == FieldValue::None;
    facts.add_some("before", (!is_first).then(|| before.to_owned()));
    facts.add("by", by(given, past));
    facts.add("written", local(entry.authored_at, clock));
    let recorded = match entry.place {
        Place::Confirmed {
            position,
            recorded_at,
        } => format!("{}, position {position}", local(recorded_at, clock)),
        Place::Pending => "pending: waits for the server".to_owned(),
    };
    facts.add("recorded", recorded);
    let id = Cell::toned(Tone::Id, &change(given)).and(Tone::Dim, &format!("  {}", entry.id));
    facts.add("change", id);
    facts.add_some("why", why(entry));
    let remarks = remarks(given, past);
    facts.add_some("remarks", (!remarks.is_empty()).then(|| remarks.join("; ")));
    facts
}

fn earlier(
    given: &[Given],
    written: &dyn Fn(&FieldValue) -> String,
    past: &Past<'_>,
    screen: &Screen,
) -> String {
    let mut table = Table::new([
        Column::left("EARLIER").flexible(),
        Column::left("BY").flexible(),
        Column::left("WHEN"),
        Column::left("CHANGE"),
        Column::left("WHY").flexible(),
    ]);
    for one in given {
        let mut explained: Vec<String> = why(&one.by).into_iter().collect();
        explained.extend(remarks(one, past));
        table.row([
            written(&one.value).into(),
            by(one, past).into(),
            Cell::toned(Tone::Dim, &local(one.by.authored_at, &past.at.clock)),
            Cell::toned(Tone::Id, &change(one)),
            explained.join("; ").into(),
        ]);
    }
    let screen = crate::commands::status::screen::aligned(screen);
    format!("\n{}", table.render(&screen))
}
