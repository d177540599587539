//! A person in full: the teams they are in and lead, what they own, and their last check-in.

use okr_core::entity::Person;
use okr_core::event::{CheckInEvent, Event};
use okr_core::id::{CheckInId, PersonId, TeamId};
use okr_core::view::View as _;
use okr_replica::{
    ChangeKind, CheckInFact, KeyResultStanding, LogEntry, LogFilter, ObjectiveStanding,
};

use super::facts::Facts;
use super::screen::{id_fact, named, section, title, upgrade};
use crate::commands::list::rows;
use crate::commands::past::Past;
use crate::commands::status::screen::aligned;
use crate::context::Context;
use crate::error::CliError;
use crate::failure;
use crate::output::{CheckInItem, OwnedItem, PersonInFullItem, PersonItem, ThingRef};
use crate::render::Screen;
use crate::wording::value;

/// How many of the newest check-ins somebody made are looked at for one that still holds.
const CHECK_INS_LOOKED_AT: usize = 50;

/// A person with what belongs to them.
pub(super) struct PersonInFull {
    person: Person,
    /// The teams that they lead, which are not put away.
    leads: Vec<TeamId>,
    /// Those that they are in.
    member_of: Vec<TeamId>,
    /// The names of the cycles of what they own.
    cycles: Vec<String>,
    objectives: Vec<ObjectiveStanding>,
    key_results: Vec<KeyResultStanding>,
    last: Option<CheckInFact>,
}

impl PersonInFull {
    /// Reads a person as they were at the moment; none who was not there. `until` is where their
    /// history ends.
    ///
    /// # Errors
    /// When `--cycle` names none, or the replica cannot be read.
    pub(super) fn read(
        context: &mut Context,
        past: &mut Past<'_>,
        (id, until): (PersonId, &LogFilter),
    ) -> Result<Option<Self>, CliError> {
        let person = past.reading.person(id).map_err(failure::replica)?;
        let Some(person) = person.map(std::borrow::Cow::into_owned) else {
            return Ok(None);
        };
        let mut found = Self {
            person,
            leads: Vec::new(),
            member_of: Vec::new(),
            cycles: Vec::new(),
            objectives: Vec::new(),
            key_results: Vec::new(),
            last: last_check_in(past, (id, until))?,
        };
        for team in past.teams.iter().filter(|team| !team.archived) {
            if team.leads.contains(&id) {
                found.leads.push(team.id);
            }
            if team.members.contains(&id) {
                found.member_of.push(team.id);
            }
        }
        for cycle in past.cycles_in_scope(context)? {
            let standing = past.cycle_standing(&cycle)?;
            let objectives = standing.into_iter().flat_map(|one| one.objectives);
            for mut objective in objectives {
                let below = objective.key_results.iter();
                let owned = below.filter(|one| one.key_result.owner == id && is_there(one));
                found.key_results.extend(owned.cloned());
                if objective.objective.owner == id {
                    objective.key_results.clear();
                    found.objectives.push(objective);
                }
            }
            found.cycles.push(cycle.name.to_string());
        }
        Ok(Some(found))
    }

    pub(super) fn item(&self, past: &Past<'_>) -> PersonInFullItem {
        let names = &past.names;
        let teams = |ids: &[TeamId]| ids.iter().map(|id| ThingRef::new(*id, names)).collect();
        let objectives = self.objectives.iter();
        let key_results = self.key_results.iter();
        PersonInFullItem {
            person: PersonItem::new(&self.person, names),
            leads: teams(&self.leads),
            teams: teams(&self.member_of),
            objectives: objectives
                .map(|one| OwnedItem::objective(one, names))
                .collect(),
            key_results: key_results
                .map(|one| OwnedItem::key_result(one, names))
                .collect(),
            last_check_in: self.last.as_ref().map(|fact| CheckInItem::new(fact, names)),
        }
    }

    pub(super) fn render(&self, past: &Past<'_>, screen: &Screen) -> Vec<String> {
        let mut parts = vec![self.facts(past, screen)];
        let of = match self.cycles.as_slice() {
            [only] => format!(" of {only}"),
            [] | [_, ..] => String::new(),
        };
        let names = &past.names;
        let screen = &aligned(screen);
        if !self.objectives.is_empty() {
            let table = rows::objectives(&self.objectives, names).render(screen);
            parts.push(section(&format!("Objectives{of}"), &table, screen));
        }
        if !self.key_results.is_empty() {
            let table = rows::key_results(&self.key_results, names, screen).render(screen);
            parts.push(section(&format!("Key results{of}"), &table, screen));
        }
        parts
    }

    fn facts(&self, past: &Past<'_>, screen: &Screen) -> String {
        let names = &past.names;
        let person = &self.person;
        let entry = names.entry(person.id);
        let filled = |text: &String| (!text.is_empty()).then(|| text.clone());
        let teams = |ids: &[TeamId]| ids.iter().map(|id| named(*id, names)).collect::<Vec<_>>();
        let mut facts = Facts::new();
        facts.add("id", id_fact(person.id));
        facts.add_some("name", entry.and_then(|entry| filled(&entry.name)));
        facts.add_some("e-mail", entry.and_then(|entry| filled(&entry.email)));
        facts.add("role", person.role.word());
        facts.add("state", if person.active { "active" } else { "left" });
        facts.add_lines("leads", teams(&self.leads).into_iter());
        facts.add_lines("member of", teams(&self.member_of).into_iter());
        let last = self.last.as_ref().map(|fact| {
            let check_in = &fact.check_in;
            let measure = names.measure(check_in.key_result);
            let shown = value(&check_in.value, measure, screen);
            let about = names.label(check_in.key_result.into());
            format!("{about}  {shown} on {}", check_in.effective)
        });
        facts.add_some("last check-in", last);
        facts.add_some("attention", upgrade(person.id, names));
        let heading = title(&names.at_person(person.id), "", past, screen);
        format!("{heading}{}", facts.render(screen))
    }
}

/// Says whether a key result was not put away.
const fn is_there(one: &KeyResultStanding) -> bool {
    !one.key_result.archived
}

/// Finds the newest check-in that somebody made for themselves, or that was made on their behalf, and
/// that was not taken back. What somebody imported is that of others.
fn last_check_in(
    past: &mut Past<'_>,
    (id, until): (PersonId, &LogFilter),
) -> Result<Option<CheckInFact>, CliError> {
    let filter = LogFilter {
        about: Vec::new(),
        author: Some(id),
        kinds: vec![ChangeKind::CheckIn],
        limit: Some(CHECK_INS_LOOKED_AT),
        ..until.clone()
    };
    let changes = past.replica.log(&filter).map_err(failure::replica)?;
    let is_theirs = |entry: &&LogEntry| {
        let change = entry.change.as_ref();
        let whose = change.and_then(|change| change.on_behalf_of);
        whose.is_none_or(|whose| whose == id)
    };
    for check_in in changes.iter().filter(is_theirs).flat_map(recorded) {
        let fact = past.reading.check_in_by(check_in);
        let fact = fact.map_err(failure::replica)?;
        if let Some(fact) = fact.filter(|fact| !fact.check_in.retracted) {
            past.learn([fact.check_in.key_result.into()])?;
            return Ok(Some(fact));
        }
    }
    Ok(None)
}

/// Returns the check-ins that a change recorded, the last one first.
fn recorded(entry: &LogEntry) -> Vec<CheckInId> {
    let events = entry.change.iter().flat_map(|change| &change.events);
    let recorded = events.filter_map(|event| match event {
        Event::CheckIn(id, CheckInEvent::Recorded(_)) => Some(*id),
        _ => None,
    });
    let mut recorded: Vec<_> = recorded.collect();
    recorded.reverse();
    recorded
}
