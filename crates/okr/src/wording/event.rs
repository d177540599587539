//! What an event says, in a word and a few more, with names instead of ids.

mod check_in;
mod comment;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use okr_core::entity::CheckIn;
use okr_core::event::{
    CycleEdit, CycleEvent, Edit, Event, KeyResultEdit, KeyResultEvent, NewKeyResult, NewObjective,
    ObjectiveEdit, ObjectiveEvent, OrgEvent, PersonEvent, Support, TeamEdit, TeamEvent, TextPlace,
};
use okr_core::field::{FieldChange, Shown};
use okr_core::id::{ChangeId, EntityId, PersonId};

use super::counted;
use super::measure::{described, measure_change};
use crate::names::Names;
use crate::render::Screen;
use crate::short_id::{self, Alphabet};
use crate::ui::sanitise;

pub(crate) use comment::excerpt;

/// One thing that an event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// What it is about; the key result for a check-in and for a comment on one.
    pub(crate) about: EntityId,
    /// The word for it: `target`, `check-in`, `created`.
    pub(crate) word: &'static str,
    /// The rest: `150 → 200 ms`. Harmless for a terminal; may be empty.
    pub(crate) text: String,
    /// What the author wrote about it, as it was written.
    pub(crate) note: Option<String>,
}

impl Said {
    /// Returns the rest on one line; where the author's words are all there is, their beginning.
    pub(crate) fn line(&self) -> String {
        match &self.note {
            Some(note) if self.text.is_empty() => excerpt(note),
            Some(_) | None => self.text.clone(),
        }
    }
}

/// What was known before an event, where the event does not say it itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Before<'a> {
    /// The check-in that counted for the key result that a check-in is about.
    pub(crate) latest: Option<&'a CheckIn>,
}

/// Says where the texts stood that were erased: `2 texts of 9c41f0e7, 1 of 5ab3f0c1`.
fn erased(places: &BTreeSet<TextPlace>) -> String {
    let mut of: BTreeMap<ChangeId, usize> = BTreeMap::new();
    for place in places {
        *of.entry(place.change).or_default() += 1;
    }
    let changes = of.iter().map(|(change, texts)| {
        let id = short_id::shown(Alphabet::Change, change.uuid());
        format!("{} of {id}", counted(*texts, "text"))
    });
    changes.collect::<Vec<String>>().join(", ")
}

/// Says what an event says.
pub(crate) fn said(event: &Event, before: Before<'_>, names: &Names, screen: &Screen) -> Vec<Said> {
    let speaker = Speaker { names, screen };
    let about = event.subject();
    let one = |word, text: String| {
        vec![Said {
            about,
            word,
            text,
            note: None,
        }]
    };
    match event {
        Event::Org(_, OrgEvent::Created(new)) => one(
            "founded",
            format!("{}, {}", quoted(new.name.as_str()), new.time_zone),
        ),
        Event::Org(_, OrgEvent::Edited(edit)) => speaker.field(about, &edit.field_change()),
        Event::Org(_, OrgEvent::TextsErased(places)) => one("erased", erased(places)),
        Event::Person(_, event) => {
            let (word, text) = speaker.person(*event);
            one(word, text)
        }
        Event::Team(_, TeamEvent::Edited(edit)) => {
            let (word, text) = speaker.team_edit(edit);
            one(word, text)
        }
        Event::Team(_, event) => {
            let (word, text) = speaker.team(event);
            one(word, text)
        }
        Event::Cycle(_, event) => {
            let (word, text) = speaker.cycle(event);
            one(word, text)
        }
        Event::Objective(_, event) => speaker.objective(about, event),
        Event::KeyResult(_, event) => speaker.key_result(about, event),
        Event::CheckIn(id, event) => vec![speaker.check_in(*id, event, before)],
        Event::Comment(id, event) => vec![speaker.comment(*id, event)],
        Event::Initiative(_, event) => {
            let (word, text) = speaker.initiative(event);
            one(word, text)
        }
        Event::Metric(_, event) => vec![speaker.metric(about, event)],
        Event::MetricValue(id, event) => vec![speaker.metric_value(*id, event)],
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", sanitise(text))
}

/// Writes with the names and for the screen of one answer.
struct Speaker<'a> {
    names: &'a Names,
    screen: &'a Screen,
}

impl Speaker<'_> {
    fn step(&self, from: &str, to: &str) -> String {
        format!(
            "{} {} {}",
            sanitise(from),
            self.screen.arrow(),
            sanitise(to)
        )
    }

    fn field(&self, about: EntityId, change: &FieldChange) -> Vec<Said> {
        vec![Said {
            about,
            word: change.field,
            text: self.step(&change.from, &change.to),
            note: None,
        }]
    }

    fn shown<T: Shown>(&self, edit: &Edit<T>) -> String {
        self.step(&edit.from.shown(), &edit.to.shown())
    }

    fn titles<T: Shown>(&self, edit: &Edit<T>) -> String {
        let (from, to) = (edit.from.shown(), edit.to.shown());
        format!("{} {} {}", quoted(&from), self.screen.arrow(), quoted(&to))
    }

    fn people(&self, people: &BTreeSet<PersonId>) -> String {
        if people.is_empty() {
            return "none".to_owned();
        }
        let names: Vec<String> = people.iter().map(|id| self.names.at_person(*id)).collect();
        names.join(", ")
    }

    fn named<T: Into<EntityId>>(&self, id: Option<T>) -> String {
        id.map_or_else(|| "none".to_owned(), |id| self.names.label(id.into()))
    }

    fn names_step<T: Copy + Into<EntityId>>(&self, edit: &Edit<Option<T>>) -> String {
        self.step(&self.named(edit.from), &self.named(edit.to))
    }

    fn ids_step<T: Copy + Into<EntityId>>(&self, edit: &Edit<T>) -> String {
        self.step(&self.named(Some(edit.from)), &self.named(Some(edit.to)))
    }

    fn person(&self, event: PersonEvent) -> (&'static str, String) {
        match event {
            PersonEvent::Added(role) => ("joined", format!("as {role}")),
            PersonEvent::RoleChanged { from, to } => ("role", self.step(from.word(), to.word())),
            PersonEvent::Deactivated => ("left", String::new()),
            PersonEvent::Reactivated => ("returned", String::new()),
        }
    }

    fn team(&self, event: &TeamEvent) -> (&'static str, String) {
        match event {
            TeamEvent::Created(new) => {
                let parent = new.parent.map(|id| self.names.label(id.into()));
                let below = parent.map_or_else(String::new, |parent| format!(", in {parent}"));
                (
                    "created",
                    format!("team {}{below}", quoted(new.name.as_str())),
                )
            }
            TeamEvent::Edited(edit) => self.team_edit(edit),
            TeamEvent::MemberAdded(person) => {
                ("member", format!("+ {}", self.names.at_person(*person)))
            }
            TeamEvent::MemberRemoved(person) => {
                ("member", format!("- {}", self.names.at_person(*person)))
            }
            TeamEvent::Archived => ("archived", String::new()),
            TeamEvent::Restored => ("restored", String::new()),
        }
    }

    fn team_edit(&self, edit: &TeamEdit) -> (&'static str, String) {
        let text = match edit {
            TeamEdit::Name(edit) => self.titles(edit),
            TeamEdit::Slug(edit) => self.shown(edit),
            TeamEdit::Parent(edit) => self.names_step(edit),
            TeamEdit::Leads(edit) => self.step(&self.people(&edit.from), &self.people(&edit.to)),
        };
        (edit.field(), text)
    }

    fn cycle(&self, event: &CycleEvent) -> (&'static str, String) {
        match event {
            CycleEvent::Created(new) => {
                let (start, end) = (new.period.start(), new.period.end());
                (
                    "created",
                    format!("cycle {}, {start} to {end}", sanitise(new.name.as_str())),
                )
            }
            CycleEvent::Edited(edit) => {
                let text = match edit {
                    CycleEdit::Name(edit) => self.titles(edit),
                    CycleEdit::Period(edit) => self.shown(edit),
                    CycleEdit::Cadence(edit) => self.shown(edit),
                };
                (edit.field(), text)
            }
            CycleEvent::Opened => ("opened", "its goals are now commitments".to_owned()),
            CycleEvent::Closed => ("closed", String::new()),
            CycleEvent::Reopened => ("reopened", String::new()),
        }
    }

    fn objective(&self, about: EntityId, event: &ObjectiveEvent) -> Vec<Said> {
        let mut note = None;
        let (word, text) = match event {
            ObjectiveEvent::Created(new) => {
                note = new.description.as_ref().map(ToString::to_string);
                ("created", self.new_objective(new))
            }
            ObjectiveEvent::Edited(edit) => (edit.field(), self.objective_edit(edit)),
            ObjectiveEvent::Tagged(tag) => ("tag", format!("+ {tag}")),
            ObjectiveEvent::Untagged(tag) => ("tag", format!("- {tag}")),
            ObjectiveEvent::Published => ("published", String::new()),
            ObjectiveEvent::Closed { score, reflection } => {
                note = reflection.as_ref().map(ToString::to_string);
                ("closed", format!("score {}", score.number()))
            }
            ObjectiveEvent::Abandoned => ("abandoned", String::new()),
            ObjectiveEvent::Reopened => ("reopened", String::new()),
            ObjectiveEvent::Archived => ("archived", String::new()),
            ObjectiveEvent::Restored => ("restored", String::new()),
        };
        vec![Said {
            about,
            word,
            text,
            note,
        }]
    }

    fn new_objective(&self, new: &NewObjective) -> String {
        let draft = if new.draft { "draft " } else { "" };
        let mut text = format!(
            "{draft}objective {}, {}, {} goal of {} in {}",
            quoted(new.title.as_str()),
            self.names.at_person(new.owner),
            new.kind,
            new.team.map_or_else(
                || "everybody".to_owned(),
                |team| self.names.label(team.into())
            ),
            self.names.label(new.cycle.into()),
        );
        if let Some(support) = new.supports {
            text = format!("{text}, supports {}", self.support(Some(support)));
        }
        if let Some(earlier) = new.continues {
            text = format!("{text}, continues {}", self.names.label(earlier.into()));
        }
        text
    }

    fn support(&self, support: Option<Support>) -> String {
        match support {
            Some(Support::Objective(id)) => self.names.label(id.into()),
            Some(Support::KeyResult(id)) => self.names.label(id.into()),
            None => "none".to_owned(),
        }
    }

    fn objective_edit(&self, edit: &ObjectiveEdit) -> String {
        match edit {
            ObjectiveEdit::Title(edit) => self.titles(edit),
            ObjectiveEdit::Description(edit) | ObjectiveEdit::Reflection(edit) => self.titles(edit),
            ObjectiveEdit::Slug(edit) => self.shown(edit),
            ObjectiveEdit::Owner(edit) => self.ids_step(edit),
            ObjectiveEdit::Team(edit) => self.names_step(edit),
            ObjectiveEdit::Cycle(edit) => self.ids_step(edit),
            ObjectiveEdit::Kind(edit) => self.shown(edit),
            ObjectiveEdit::Weight(edit) => self.shown(edit),
            ObjectiveEdit::Supports(edit) => {
                self.step(&self.support(edit.from), &self.support(edit.to))
            }
            ObjectiveEdit::Continues(edit) => self.names_step(edit),
            ObjectiveEdit::Score(edit) => self.shown(edit),
        }
    }

    fn key_result(&self, about: EntityId, event: &KeyResultEvent) -> Vec<Said> {
        let mut note = None;
        let (word, text) = match event {
            KeyResultEvent::Created(new) => {
                note = new.description.as_ref().map(ToString::to_string);
                ("created", self.new_key_result(new))
            }
            KeyResultEvent::Edited(KeyResultEdit::Measure(edit)) => {
                return measure_change(&edit.from, &edit.to, self.screen)
                    .into_iter()
                    .map(|(word, text)| Said {
                        about,
                        word,
                        text,
                        note: None,
                    })
                    .collect();
            }
            KeyResultEvent::Edited(edit) => (edit.field(), self.key_result_edit(edit)),
            KeyResultEvent::Tagged(tag) => ("tag", format!("+ {tag}")),
            KeyResultEvent::Untagged(tag) => ("tag", format!("- {tag}")),
            KeyResultEvent::Closed { score } => ("closed", format!("score {}", score.number())),
            KeyResultEvent::Abandoned => ("abandoned", String::new()),
            KeyResultEvent::Reopened => ("reopened", String::new()),
            KeyResultEvent::Archived => ("archived", String::new()),
            KeyResultEvent::Restored => ("restored", String::new()),
        };
        vec![Said {
            about,
            word,
            text,
            note,
        }]
    }

    fn new_key_result(&self, new: &NewKeyResult) -> String {
        let mut text = format!(
            "key result {} of {}, {}, {}",
            quoted(new.title.as_str()),
            self.names.label(new.objective.into()),
            self.names.at_person(new.owner),
            described(&new.measure, self.screen),
        );
        if let Some(due) = new.due {
            text = format!("{text}, due {due}");
        }
        if let Some(metric) = new.fed_by {
            text = format!("{text}, fed by {}", self.names.label(metric.into()));
        }
        text
    }

    fn key_result_edit(&self, edit: &KeyResultEdit) -> String {
        match edit {
            KeyResultEdit::Objective(edit) => self.ids_step(edit),
            KeyResultEdit::Title(edit) => self.titles(edit),
            KeyResultEdit::Description(edit) => self.titles(edit),
            KeyResultEdit::Slug(edit) => self.shown(edit),
            KeyResultEdit::Owner(edit) => self.ids_step(edit),
            KeyResultEdit::Measure(edit) => self.step(
                &described(&edit.from, self.screen),
                &described(&edit.to, self.screen),
            ),
            KeyResultEdit::Weight(edit) => self.shown(edit),
            KeyResultEdit::Order(edit) => self.shown(edit),
            KeyResultEdit::Start(edit) | KeyResultEdit::Due(edit) => self.shown(edit),
            KeyResultEdit::Score(edit) => self.shown(edit),
            KeyResultEdit::FedBy(edit) => self.names_step(edit),
        }
    }
}

#[cfg(test)]
mod tests;
