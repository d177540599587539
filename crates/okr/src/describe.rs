//! Events and things in words: what was changed, from what, to what, with names in place of ids.

use std::collections::BTreeSet;

use okr_core::entity::Comment;
use okr_core::event::{
    CheckInEvent, CommentEvent, CycleEvent, Edit, Event, InitiativeEdit, InitiativeEvent,
    KeyResultEdit, KeyResultEvent, MetricEdit, MetricEvent, MetricValueEvent, ObjectiveEdit,
    ObjectiveEvent, OrgEvent, PersonEvent, Support, TeamEdit, TeamEvent, Topic,
};
use okr_core::field::Shown as _;
use okr_core::id::{EntityId, PersonId};
use okr_core::view::View;
use okr_replica::Directory;

use crate::names::nameless;
use crate::short_id::{self, Alphabet};

/// Knows what things are called.
pub(crate) struct Names<'a, V> {
    /// Where the things are.
    pub(crate) view: &'a V,
    /// Who the people are.
    pub(crate) directory: &'a Directory,
}

/// What a thing is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Called {
    /// Its short id.
    pub(crate) short_id: String,
    /// Its everyday name on the command line: a slug, a cycle's name, a handle with @.
    pub(crate) slug: Option<String>,
    /// Its title or full name.
    pub(crate) title: String,
}

/// One field, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// The word for the field.
    pub(crate) name: &'static str,
    /// What it was.
    pub(crate) from: String,
    /// What it is now.
    pub(crate) to: String,
}

impl<V: View> Names<'_, V> {
    /// Returns what a thing is called; things that are not there are called by their id.
    ///
    /// # Errors
    /// When the store behind the view fails.
    pub(crate) fn called(&self, id: EntityId) -> Result<Called, V::Error> {
        let (slug, title) = match id {
            EntityId::Org(_) => match self.view.org()? {
                Some(org) => (None, org.name.to_string()),
                None => (None, "organisation".to_owned()),
            },
            EntityId::Person(id) => return Ok(self.person(id)),
            EntityId::Team(id) => match self.view.team(id)? {
                Some(team) => (Some(team.slug.to_string()), team.name.to_string()),
                None => (None, String::new()),
            },
            EntityId::Cycle(id) => match self.view.cycle(id)? {
                Some(cycle) => (Some(cycle.name.to_string()), String::new()),
                None => (None, String::new()),
            },
            EntityId::Objective(id) => match self.view.objective(id)? {
                Some(one) => (Some(one.slug.to_string()), one.title.to_string()),
                None => (None, String::new()),
            },
            EntityId::KeyResult(id) => match self.view.key_result(id)? {
                Some(one) => (Some(one.slug.to_string()), one.title.to_string()),
                None => (None, String::new()),
            },
            EntityId::CheckIn(id) => match self.view.check_in(id)? {
                Some(check_in) => {
                    let of = self.short(check_in.key_result)?;
                    (None, format!("check-in on {of} of {}", check_in.effective))
                }
                None => (None, String::new()),
            },
            EntityId::Comment(id) => match self.view.comment(id)? {
                Some(comment) => (None, self.comment(&comment)?),
                None => (None, String::new()),
            },
            EntityId::Initiative(id) => match self.view.initiative(id)? {
                Some(one) => (Some(one.slug.to_string()), one.title.to_string()),
                None => (None, String::new()),
            },
            EntityId::Metric(id) => match self.view.metric(id)? {
                Some(one) => (Some(one.slug.to_string()), one.name.to_string()),
                None => (None, String::new()),
            },
            EntityId::MetricValue(id) => match self.view.metric_value(id)? {
                Some(value) => {
                    let of = self.short(value.metric)?;
                    (None, format!("value of {of} of {}", value.effective))
                }
                None => (None, String::new()),
            },
        };
        Ok(Called {
            short_id: short_id::shown(Alphabet::Thing, id.uuid()),
            slug,
            title,
        })
    }

    /// Names a comment after its kind and what it is about.
    fn comment(&self, comment: &Comment) -> Result<String, V::Error> {
        let of = self.called(comment.topic.entity())?;
        let of = match (of.slug, comment.topic) {
            (Some(slug), _) => slug,
            (None, Topic::CheckIn(_)) => format!("the {}", of.title),
            (None, _) => of.title,
        };
        Ok(format!("{} on {of}", comment.kind))
    }

    /// Returns what a person is called.
    pub(crate) fn person(&self, id: PersonId) -> Called {
        let short_id = short_id::shown(Alphabet::Thing, id.uuid());
        match self.directory.entries.get(&id) {
            Some(entry) => Called {
                short_id,
                slug: Some(format!("@{}", entry.handle)),
                title: entry.name.clone(),
            },
            None if self.directory.erased.contains(&id) => Called {
                slug: Some(nameless(id, true)),
                short_id,
                title: String::new(),
            },
            None => Called {
                short_id,
                slug: None,
                title: String::new(),
            },
        }
    }

    /// Returns the shortest name of a thing that people know it by.
    fn short(&self, id: impl Into<EntityId>) -> Result<String, V::Error> {
        let called = self.called(id.into())?;
        Ok(called.slug.unwrap_or(called.short_id))
    }

    fn optional(&self, id: Option<impl Into<EntityId>>) -> Result<String, V::Error> {
        match id {
            Some(id) => self.short(id),
            None => Ok("none".to_owned()),
        }
    }

    fn edit<T: Copy>(
        edit: &Edit<T>,
        name: impl Fn(T) -> Result<String, V::Error>,
    ) -> Result<Option<(String, String)>, V::Error> {
        Ok(Some((name(edit.from)?, name(edit.to)?)))
    }

    fn people(&self, people: &BTreeSet<PersonId>) -> String {
        if people.is_empty() {
            return "none".to_owned();
        }
        let names = people.iter().map(|id| {
            let called = self.person(*id);
            called.slug.unwrap_or(called.short_id)
        });
        names.collect::<Vec<String>>().join(", ")
    }

    fn things<I: Copy + Into<EntityId>>(&self, things: &BTreeSet<I>) -> Result<String, V::Error> {
        let names = things.iter().map(|id| self.short(*id));
        let mut names = names.collect::<Result<Vec<String>, V::Error>>()?;
        names.sort_unstable();
        Ok(names.join(", "))
    }

    /// Returns both values of an edit whose values are ids, by name.
    fn named_edit(&self, event: &Event) -> Result<Option<(String, String)>, V::Error> {
        let support = |support: Option<Support>| match support {
            Some(Support::Objective(id)) => self.short(id),
            Some(Support::KeyResult(id)) => self.short(id),
            None => Ok("none".to_owned()),
        };
        match event {
            Event::Objective(_, ObjectiveEvent::Edited(edit)) => match edit {
                ObjectiveEdit::Owner(edit) => Self::edit(edit, |id| self.short(id)),
                ObjectiveEdit::Team(edit) => Self::edit(edit, |id| self.optional(id)),
                ObjectiveEdit::Cycle(edit) => Self::edit(edit, |id| self.short(id)),
                ObjectiveEdit::Supports(edit) => Self::edit(edit, support),
                ObjectiveEdit::Continues(edit) => Self::edit(edit, |id| self.optional(id)),
                ObjectiveEdit::Title(_)
                | ObjectiveEdit::Description(_)
                | ObjectiveEdit::Slug(_)
                | ObjectiveEdit::Kind(_)
                | ObjectiveEdit::Weight(_)
                | ObjectiveEdit::Score(_)
                | ObjectiveEdit::Reflection(_) => Ok(None),
            },
            Event::KeyResult(_, KeyResultEvent::Edited(edit)) => match edit {
                KeyResultEdit::Owner(edit) => Self::edit(edit, |id| self.short(id)),
                KeyResultEdit::Objective(edit) => Self::edit(edit, |id| self.short(id)),
                KeyResultEdit::Title(_)
                | KeyResultEdit::Description(_)
                | KeyResultEdit::Slug(_)
                | KeyResultEdit::Measure(_)
                | KeyResultEdit::Weight(_)
                | KeyResultEdit::Order(_)
                | KeyResultEdit::Start(_)
                | KeyResultEdit::Due(_)
                | KeyResultEdit::Score(_) => Ok(None),
                KeyResultEdit::FedBy(edit) => Self::edit(edit, |id| self.optional(id)),
            },
            Event::Team(_, TeamEvent::Edited(edit)) => match edit {
                TeamEdit::Parent(edit) => Self::edit(edit, |id| self.optional(id)),
                TeamEdit::Leads(edit) => Ok(Some((self.people(&edit.from), self.people(&edit.to)))),
                TeamEdit::Name(_) | TeamEdit::Slug(_) => Ok(None),
            },
            Event::Initiative(_, InitiativeEvent::Edited(edit)) => self.of_initiative(edit),
            Event::Metric(_, MetricEvent::Edited(edit)) => self.of_metric(edit),
            Event::Org(..)
            | Event::Person(..)
            | Event::Team(..)
            | Event::Cycle(..)
            | Event::Objective(..)
            | Event::KeyResult(..)
            | Event::CheckIn(..)
            | Event::Comment(..)
            | Event::Initiative(..)
            | Event::Metric(..)
            | Event::MetricValue(..) => Ok(None),
        }
    }

    fn of_initiative(&self, edit: &InitiativeEdit) -> Result<Option<(String, String)>, V::Error> {
        match edit {
            InitiativeEdit::Owner(edit) => Self::edit(edit, |id| self.short(id)),
            InitiativeEdit::KeyResults(edit) => {
                let (from, to) = (self.things(&edit.from)?, self.things(&edit.to)?);
                Ok(Some((from, to)))
            }
            InitiativeEdit::Title(_)
            | InitiativeEdit::Slug(_)
            | InitiativeEdit::Due(_)
            | InitiativeEdit::Url(_)
            | InitiativeEdit::State(_) => Ok(None),
        }
    }

    fn of_metric(&self, edit: &MetricEdit) -> Result<Option<(String, String)>, V::Error> {
        match edit {
            MetricEdit::Owner(edit) => Self::edit(edit, |id| self.short(id)),
            MetricEdit::Team(edit) => Self::edit(edit, |id| self.optional(id)),
            MetricEdit::Name(_)
            | MetricEdit::Slug(_)
            | MetricEdit::Unit(_)
            | MetricEdit::Band(_)
            | MetricEdit::Description(_) => Ok(None),
        }
    }

    /// Returns the field that an event edits, with names in place of ids; none for other events.
    ///
    /// # Errors
    /// When the store behind the view fails.
    pub(crate) fn field(&self, event: &Event) -> Result<Option<Field>, V::Error> {
        let Some(change) = event.field_change() else {
            return Ok(None);
        };
        let (from, to) = match self.named_edit(event)? {
            Some(named) => named,
            None => (change.from, change.to),
        };
        Ok(Some(Field {
            name: change.field,
            from,
            to,
        }))
    }

    /// Says what an event did to its thing, for events that are no edit of a field: "archived".
    pub(crate) fn step(&self, event: &Event) -> String {
        let person = |id: PersonId| {
            let called = self.person(id);
            called.slug.unwrap_or(called.short_id)
        };
        match event {
            Event::Org(_, event) => step_of_org(event),
            Event::Person(_, PersonEvent::Added(role)) => format!("added as {role}"),
            Event::Person(_, PersonEvent::Deactivated) => "left".to_owned(),
            Event::Person(_, PersonEvent::Reactivated) => "came back".to_owned(),
            Event::Team(_, TeamEvent::MemberAdded(id)) => format!("{} joined", person(*id)),
            Event::Team(_, TeamEvent::MemberRemoved(id)) => format!("{} left", person(*id)),
            Event::Cycle(_, CycleEvent::Opened) => "opened".to_owned(),
            Event::Cycle(_, CycleEvent::Closed) => "closed".to_owned(),
            Event::Objective(_, ObjectiveEvent::Published) => "published".to_owned(),
            Event::Objective(_, ObjectiveEvent::Tagged(tag))
            | Event::KeyResult(_, KeyResultEvent::Tagged(tag)) => format!("tagged {tag}"),
            Event::Objective(_, ObjectiveEvent::Untagged(tag))
            | Event::KeyResult(_, KeyResultEvent::Untagged(tag)) => format!("untagged {tag}"),
            Event::Objective(_, ObjectiveEvent::Closed { score, .. })
            | Event::KeyResult(_, KeyResultEvent::Closed { score }) => {
                format!("closed with score {}", score.number())
            }
            Event::KeyResult(_, KeyResultEvent::Created(new)) => {
                format!("added: {}", new.measure.shown())
            }
            Event::Cycle(_, CycleEvent::Created(new)) => format!("added: {}", new.period.shown()),
            Event::Team(_, TeamEvent::Created(_))
            | Event::Objective(_, ObjectiveEvent::Created(_))
            | Event::Comment(_, CommentEvent::Added(_)) => "added".to_owned(),
            Event::Initiative(_, event) => step_of_initiative(event),
            Event::Metric(_, event) => step_of_metric(event),
            Event::MetricValue(_, MetricValueEvent::Recorded(new)) => {
                format!("recorded {}", new.value)
            }
            Event::CheckIn(_, CheckInEvent::Recorded(new)) => {
                format!("recorded {}", new.value.shown())
            }
            Event::CheckIn(_, CheckInEvent::Retracted)
            | Event::Comment(_, CommentEvent::Retracted)
            | Event::MetricValue(_, MetricValueEvent::Retracted) => "retracted".to_owned(),
            Event::Cycle(_, CycleEvent::Reopened)
            | Event::Objective(_, ObjectiveEvent::Reopened)
            | Event::KeyResult(_, KeyResultEvent::Reopened) => "reopened".to_owned(),
            Event::Objective(_, ObjectiveEvent::Abandoned)
            | Event::KeyResult(_, KeyResultEvent::Abandoned) => "abandoned".to_owned(),
            Event::Team(_, TeamEvent::Archived)
            | Event::Objective(_, ObjectiveEvent::Archived)
            | Event::KeyResult(_, KeyResultEvent::Archived) => "archived".to_owned(),
            Event::Team(_, TeamEvent::Restored)
            | Event::Objective(_, ObjectiveEvent::Restored)
            | Event::KeyResult(_, KeyResultEvent::Restored) => "restored".to_owned(),
            Event::Person(_, PersonEvent::RoleChanged { .. })
            | Event::Team(_, TeamEvent::Edited(_))
            | Event::Cycle(_, CycleEvent::Edited(_))
            | Event::Objective(_, ObjectiveEvent::Edited(_))
            | Event::KeyResult(_, KeyResultEvent::Edited(_))
            | Event::CheckIn(_, CheckInEvent::Corrected(_))
            | Event::Comment(_, CommentEvent::Edited(_)) => "edited".to_owned(),
        }
    }
}

/// Says what an event did to the organisation.
fn step_of_org(event: &OrgEvent) -> String {
    match event {
        OrgEvent::Created(_) => "founded".to_owned(),
        OrgEvent::Edited(_) => "edited".to_owned(),
        OrgEvent::TextsErased(places) => match places.len() {
            1 => "a text erased".to_owned(),
            more => format!("{more} texts erased"),
        },
    }
}

fn step_of_initiative(event: &InitiativeEvent) -> String {
    match event {
        InitiativeEvent::Created(new) => format!("added: {}", new.state),
        InitiativeEvent::Edited(_) => "edited".to_owned(),
        InitiativeEvent::Archived => "archived".to_owned(),
        InitiativeEvent::Restored => "restored".to_owned(),
    }
}

fn step_of_metric(event: &MetricEvent) -> String {
    match event {
        MetricEvent::Created(new) => format!("added: {}", new.band.shown()),
        MetricEvent::Edited(_) => "edited".to_owned(),
        MetricEvent::Archived => "archived".to_owned(),
        MetricEvent::Restored => "restored".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use okr_core::entity::Entity;
    use okr_core::entity::Team;
    use okr_core::id::TeamId;
    use okr_core::text::{Name, Slug};
    use okr_core::view::MemoryView;
    use okr_replica::DirectoryEntry;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn ids_in_edits_are_named() {
        let (ana, team) = (
            PersonId::new(Uuid::from_u128(1)),
            TeamId::new(Uuid::from_u128(2)),
        );
        let mut directory = Directory::default();
        directory.set(DirectoryEntry {
            person: ana,
            handle: "ana".to_owned(),
            name: "Ana".to_owned(),
            email: String::new(),
        });
        let mut view = MemoryView::new();
        view.insert(Entity::Team(Team {
            id: team,
            name: Name::new("Platform").unwrap(),
            slug: Slug::new("platform").unwrap(),
            parent: None,
            leads: BTreeSet::new(),
            members: BTreeSet::new(),
            archived: false,
        }));
        let names = Names {
            view: &view,
            directory: &directory,
        };
        let event = Event::Team(
            team,
            TeamEvent::Edited(TeamEdit::Leads(Edit {
                from: BTreeSet::new(),
                to: BTreeSet::from([ana]),
            })),
        );
        let field = names.field(&event).unwrap().unwrap();
        assert_eq!(
            (field.name, field.from.as_str(), field.to.as_str()),
            ("leads", "none", "@ana")
        );
        let step = names.step(&Event::Team(team, TeamEvent::MemberAdded(ana)));
        assert_eq!(step, "@ana joined");
        let called = names.called(team.into()).unwrap();
        assert_eq!(called.slug.as_deref(), Some("platform"));
    }
}
