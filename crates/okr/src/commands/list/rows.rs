//! The tables of `okr list`.

use okr_core::blocker::BlockerReport;
use okr_core::entity::{Cycle, Person, Team};
use okr_core::text::LongText;
use okr_replica::{CheckInFact, KeyResultStanding, ObjectiveStanding, Place};
use uuid::Uuid;

use super::silence::Silence;
use crate::commands::past::Past;
use crate::names::Names;
use crate::render::{Cell, Column, Screen, Table, Tone, mark_and_words, tone};
use crate::short_id::{Alphabet, ShortIds};
use crate::wording::entry::LATE;
use crate::wording::{PENDING, UPGRADE, bounds, percent, value, who};

pub(crate) fn ids(shown: impl IntoIterator<Item = Uuid>) -> ShortIds {
    ShortIds::among(Alphabet::Thing, shown)
}

/// Adds to a state that only a newer program knows it for sure.
pub(crate) fn with_upgrade(state: impl Into<String>, needs_upgrade: bool) -> String {
    let state = state.into();
    if needs_upgrade {
        format!("{state}, {UPGRADE}")
    } else {
        state
    }
}

/// Lists objectives.
pub(crate) fn objectives(found: &[ObjectiveStanding], names: &Names) -> Table {
    let ids = ids(found.iter().map(|one| one.objective.id.uuid()));
    let mut table = Table::new([
        Column::left("ID"),
        Column::left("SLUG"),
        Column::left("TITLE").flexible(),
        Column::right("DONE"),
        Column::left("STATE"),
        Column::left("OWNER"),
        Column::left("TEAM"),
        Column::left("CYCLE"),
    ]);
    for one in found {
        let objective = &one.objective;
        let mut state = objective.state().to_string();
        if one.late_addition {
            state = format!("{state}, late");
        }
        if one.pending {
            state = format!("{state}, pending");
        }
        let state = with_upgrade(state, names.needs_upgrade(objective.id));
        table.row([
            Cell::toned(Tone::Id, &ids.shown(objective.id.uuid())),
            objective.slug.as_str().into(),
            objective.title.as_str().into(),
            percent(one.progress).into(),
            state.into(),
            names.at_person(objective.owner).into(),
            objective
                .team
                .map_or_else(Cell::empty, |team| names.label(team.into()).into()),
            names.label(objective.cycle.into()).into(),
        ]);
    }
    table
}

/// Lists key results.
pub(crate) fn key_results(found: &[KeyResultStanding], names: &Names, screen: &Screen) -> Table {
    let ids = ids(found.iter().map(|one| one.key_result.id.uuid()));
    let mut table = Table::new([
        Column::left("ID"),
        Column::left("SLUG").flexible(),
        Column::left("MEASURE").flexible(),
        Column::right("NOW"),
        Column::right("DONE"),
        Column::left("STATUS"),
        Column::left("OWNER"),
        Column::left("OBJECTIVE").flexible(),
    ]);
    for one in found {
        let key_result = &one.key_result;
        let measure = &key_result.measure;
        let now = one
            .latest
            .as_ref()
            .map(|fact| value(&fact.check_in.value, Some(measure), screen));
        table.row([
            Cell::toned(Tone::Id, &ids.shown(key_result.id.uuid())),
            key_result.slug.as_str().into(),
            bounds(measure, screen).into(),
            now.map_or_else(Cell::empty, Cell::from),
            percent(one.progress).into(),
            Cell::toned(
                tone(one.status),
                &with_upgrade(
                    mark_and_words(one.status, screen),
                    names.needs_upgrade(key_result.id),
                ),
            ),
            names.at_person(key_result.owner).into(),
            names.label(key_result.objective.into()).into(),
        ]);
    }
    table
}

/// Lists key results with what stands in their way.
pub(crate) fn blocked(found: &[KeyResultStanding], names: &Names, screen: &Screen) -> Table {
    let ids = ids(found.iter().map(|one| one.key_result.id.uuid()));
    let mut table = Table::new([
        Column::left("ID"),
        Column::left("SLUG"),
        Column::left("STATUS"),
        Column::left("OWNER"),
        Column::left("SINCE"),
        Column::left("BLOCKER").flexible(),
    ]);
    for one in found {
        let key_result = &one.key_result;
        let blocker = one.blocker.as_ref();
        table.row([
            Cell::toned(Tone::Id, &ids.shown(key_result.id.uuid())),
            key_result.slug.as_str().into(),
            Cell::toned(tone(one.status), &mark_and_words(one.status, screen)),
            names.at_person(key_result.owner).into(),
            blocker.map_or_else(Cell::empty, |blocker| blocker.since.to_string().into()),
            blocker.map_or_else(Cell::empty, |blocker| blocker.text.as_str().into()),
        ]);
    }
    table
}

/// Lists key results on which nobody reports, with the last day on which somebody did.
pub(super) fn silent(
    found: &[KeyResultStanding],
    silence: &Silence,
    (names, screen): (&Names, &Screen),
) -> Table {
    let ids = ids(found.iter().map(|one| one.key_result.id.uuid()));
    let mut table = Table::new([
        Column::left("ID"),
        Column::left("SLUG").flexible(),
        Column::left("STATUS"),
        Column::left("OWNER"),
        Column::left("LAST"),
        Column::right("DAYS"),
        Column::left("OBJECTIVE").flexible(),
    ]);
    for one in found {
        let key_result = &one.key_result;
        let last = one.latest.as_ref().map(|latest| latest.check_in.effective);
        let days = silence.days(key_result.id);
        table.row([
            Cell::toned(Tone::Id, &ids.shown(key_result.id.uuid())),
            key_result.slug.as_str().into(),
            Cell::toned(tone(one.status), &mark_and_words(one.status, screen)),
            names.at_person(key_result.owner).into(),
            last.map_or_else(Cell::empty, |last| last.to_string().into()),
            days.map_or_else(Cell::empty, |days| days.to_string().into()),
            names.label(key_result.objective.into()).into(),
        ]);
    }
    table
}

/// Lists teams.
pub(crate) fn teams(found: &[Team], names: &Names) -> Table {
    let ids = ids(found.iter().map(|team| team.id.uuid()));
    let mut table = Table::new([
        Column::left("ID"),
        Column::left("SLUG"),
        Column::left("NAME").flexible(),
        Column::left("PARENT"),
        Column::left("LEADS").flexible(),
        Column::right("MEMBERS"),
        Column::left("STATE"),
    ]);
    for team in found {
        let leads: Vec<String> = team.leads.iter().map(|id| names.at_person(*id)).collect();
        table.row([
            Cell::toned(Tone::Id, &ids.shown(team.id.uuid())),
            team.slug.as_str().into(),
            team.name.as_str().into(),
            team.parent
                .map_or_else(Cell::empty, |parent| names.label(parent.into()).into()),
            leads.join(", ").into(),
            team.members.len().to_string().into(),
            with_upgrade(
                if team.archived { "archived" } else { "active" },
                names.needs_upgrade(team.id),
            )
            .into(),
        ]);
    }
    table
}

/// Lists cycles.
pub(crate) fn cycles(found: &[Cycle], names: &Names) -> Table {
    let ids = ids(found.iter().map(|cycle| cycle.id.uuid()));
    let mut table = Table::new(["ID", "NAME", "FROM", "TO", "STATE"].map(Column::left));
    for cycle in found {
        table.row([
            Cell::toned(Tone::Id, &ids.shown(cycle.id.uuid())),
            cycle.name.as_str().into(),
            cycle.period.start().to_string().into(),
            cycle.period.end().to_string().into(),
            with_upgrade(cycle.state.word(), names.needs_upgrade(cycle.id)).into(),
        ]);
    }
    table
}

/// Lists people.
pub(crate) fn people(found: &[Person], names: &Names) -> Table {
    let mut table = Table::new([
        Column::left("HANDLE"),
        Column::left("NAME").flexible(),
        Column::left("EMAIL").flexible(),
        Column::left("ROLE"),
        Column::left("STATE"),
    ]);
    for person in found {
        let entry = names.entry(person.id);
        let part =
            |part: Option<&String>| part.map_or_else(Cell::empty, |text| text.as_str().into());
        table.row([
            names.at_person(person.id).into(),
            part(entry.map(|entry| &entry.name)),
            part(entry.map(|entry| &entry.email)),
            person.role.word().into(),
            with_upgrade(
                if person.active { "active" } else { "left" },
                names.needs_upgrade(person.id),
            )
            .into(),
        ]);
    }
    table
}

/// Lists check-ins.
pub(crate) fn check_ins(found: &[CheckInFact], past: &Past<'_>, screen: &Screen) -> Table {
    let names = &past.names;
    let ids = ids(found.iter().map(|fact| fact.check_in.id.uuid()));
    let mut table = Table::new([
        Column::left("ID"),
        Column::left("DAY"),
        Column::left("KR"),
        Column::right("VALUE"),
        Column::right("CONF"),
        Column::left("WHO"),
        Column::left("NOTE").flexible(),
        Column::left("REMARKS"),
    ]);
    for fact in found {
        let check_in = &fact.check_in;
        let measure = names.measure(check_in.key_result);
        let note = check_in.note.as_ref().map(LongText::as_str);
        table.row([
            Cell::toned(Tone::Id, &ids.shown(check_in.id.uuid())),
            check_in.effective.to_string().into(),
            names.label(check_in.key_result.into()).into(),
            value(&check_in.value, measure, screen).into(),
            check_in
                .confidence
                .map_or_else(Cell::empty, |confidence| confidence.to_string().into()),
            who(fact.author, fact.on_behalf_of, fact.source, names).into(),
            note.map_or_else(Cell::empty, Cell::from),
            remarks(fact, past).into(),
        ]);
    }
    table
}

/// Says what is special about a check-in.
pub(crate) fn remarks(fact: &CheckInFact, past: &Past<'_>) -> String {
    let pending = match fact.place {
        Place::Pending if !past.all_pending => Some(PENDING),
        Place::Pending | Place::Confirmed { .. } => None,
    };
    let blocker = fact.check_in.blocker.as_ref().map(|report| match report {
        BlockerReport::Stands(_) => "blocked",
        BlockerReport::Lifted => "unblocked",
    });
    let words = [
        blocker,
        fact.check_in.retracted.then_some("retracted"),
        fact.corrected.then_some("corrected"),
        fact.late.then_some(LATE),
        pending,
    ];
    let words: Vec<&str> = words.into_iter().flatten().collect();
    words.join(", ")
}
