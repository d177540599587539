//! The same history told of another organisation and under other ids of people, as taking in what was
//! recorded elsewhere needs it. Nothing else of an event changes.

use std::collections::BTreeSet;

use crate::event::{
    CommentEvent, Edit, Event, InitiativeEdit, InitiativeEvent, KeyResultEdit, KeyResultEvent,
    MetricEdit, MetricEvent, ObjectiveEdit, ObjectiveEvent, TeamEdit, TeamEvent, Topic,
};
use crate::id::{OrgId, PersonId};

/// Who stands for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recast {
    /// The organisation that the history is told of.
    pub org: OrgId,
    /// Somebody, and the person of that organisation who they are; none: nobody is known there.
    pub person: Option<(PersonId, PersonId)>,
}

impl Recast {
    /// Returns who somebody is.
    pub fn person(&self, id: PersonId) -> PersonId {
        match self.person {
            Some((elsewhere, here)) if elsewhere == id => here,
            Some(_) | None => id,
        }
    }

    fn people(&self, people: &mut BTreeSet<PersonId>) {
        *people = people.iter().map(|id| self.person(*id)).collect();
    }

    fn edit(&self, edit: &mut Edit<PersonId>) {
        edit.from = self.person(edit.from);
        edit.to = self.person(edit.to);
    }

    fn topic(&self, topic: &mut Topic) {
        match topic {
            Topic::Org(id) => *id = self.org,
            Topic::Person(id) => *id = self.person(*id),
            Topic::Team(_)
            | Topic::Cycle(_)
            | Topic::Objective(_)
            | Topic::KeyResult(_)
            | Topic::CheckIn(_)
            | Topic::Initiative(_)
            | Topic::Metric(_) => {}
        }
    }

    /// Tells an event of the other organisation and people.
    pub fn event(&self, event: &mut Event) {
        match event {
            Event::Org(id, _) => *id = self.org,
            Event::Person(id, _) => *id = self.person(*id),
            Event::Team(_, event) => self.team(event),
            Event::Objective(_, event) => self.objective(event),
            Event::KeyResult(_, event) => self.key_result(event),
            Event::Comment(_, event) => self.comment(event),
            Event::Initiative(_, event) => self.initiative(event),
            Event::Metric(_, event) => self.metric(event),
            // None of these names a person.
            Event::Cycle(..) | Event::CheckIn(..) | Event::MetricValue(..) => {}
        }
    }

    fn team(&self, event: &mut TeamEvent) {
        match event {
            TeamEvent::Created(new) => self.people(&mut new.leads),
            TeamEvent::Edited(TeamEdit::Leads(edit)) => {
                self.people(&mut edit.from);
                self.people(&mut edit.to);
            }
            TeamEvent::MemberAdded(id) | TeamEvent::MemberRemoved(id) => *id = self.person(*id),
            TeamEvent::Edited(TeamEdit::Name(_) | TeamEdit::Slug(_) | TeamEdit::Parent(_))
            | TeamEvent::Archived
            | TeamEvent::Restored => {}
        }
    }

    fn objective(&self, event: &mut ObjectiveEvent) {
        match event {
            ObjectiveEvent::Created(new) => new.owner = self.person(new.owner),
            ObjectiveEvent::Edited(ObjectiveEdit::Owner(edit)) => self.edit(edit),
            ObjectiveEvent::Edited(
                ObjectiveEdit::Title(_)
                | ObjectiveEdit::Description(_)
                | ObjectiveEdit::Slug(_)
                | ObjectiveEdit::Team(_)
                | ObjectiveEdit::Cycle(_)
                | ObjectiveEdit::Kind(_)
                | ObjectiveEdit::Weight(_)
                | ObjectiveEdit::Supports(_)
                | ObjectiveEdit::Continues(_)
                | ObjectiveEdit::Score(_)
                | ObjectiveEdit::Reflection(_),
            )
            | ObjectiveEvent::Tagged(_)
            | ObjectiveEvent::Untagged(_)
            | ObjectiveEvent::Published
            | ObjectiveEvent::Closed { .. }
            | ObjectiveEvent::Abandoned
            | ObjectiveEvent::Reopened
            | ObjectiveEvent::Archived
            | ObjectiveEvent::Restored => {}
        }
    }

    fn key_result(&self, event: &mut KeyResultEvent) {
        match event {
            KeyResultEvent::Created(new) => new.owner = self.person(new.owner),
            KeyResultEvent::Edited(KeyResultEdit::Owner(edit)) => self.edit(edit),
            KeyResultEvent::Edited(
                KeyResultEdit::Objective(_)
                | KeyResultEdit::Title(_)
                | KeyResultEdit::Description(_)
                | KeyResultEdit::Slug(_)
                | KeyResultEdit::Measure(_)
                | KeyResultEdit::Weight(_)
                | KeyResultEdit::Order(_)
                | KeyResultEdit::Start(_)
                | KeyResultEdit::Due(_)
                | KeyResultEdit::Score(_)
                | KeyResultEdit::FedBy(_),
            )
            | KeyResultEvent::Tagged(_)
            | KeyResultEvent::Untagged(_)
            | KeyResultEvent::Closed { .. }
            | KeyResultEvent::Abandoned
            | KeyResultEvent::Reopened
            | KeyResultEvent::Archived
            | KeyResultEvent::Restored => {}
        }
    }

    fn initiative(&self, event: &mut InitiativeEvent) {
        match event {
            InitiativeEvent::Created(new) => new.owner = self.person(new.owner),
            InitiativeEvent::Edited(InitiativeEdit::Owner(edit)) => self.edit(edit),
            InitiativeEvent::Edited(
                InitiativeEdit::Title(_)
                | InitiativeEdit::Slug(_)
                | InitiativeEdit::KeyResults(_)
                | InitiativeEdit::Due(_)
                | InitiativeEdit::Url(_)
                | InitiativeEdit::State(_),
            )
            | InitiativeEvent::Archived
            | InitiativeEvent::Restored => {}
        }
    }

    fn metric(&self, event: &mut MetricEvent) {
        match event {
            MetricEvent::Created(new) => new.owner = self.person(new.owner),
            MetricEvent::Edited(MetricEdit::Owner(edit)) => self.edit(edit),
            MetricEvent::Edited(
                MetricEdit::Name(_)
                | MetricEdit::Slug(_)
                | MetricEdit::Unit(_)
                | MetricEdit::Team(_)
                | MetricEdit::Band(_)
                | MetricEdit::Description(_),
            )
            | MetricEvent::Archived
            | MetricEvent::Restored => {}
        }
    }

    fn comment(&self, event: &mut CommentEvent) {
        match event {
            CommentEvent::Added(new) => {
                new.author = self.person(new.author);
                self.topic(&mut new.topic);
            }
            CommentEvent::Edited(_) | CommentEvent::Retracted => {}
        }
    }
}
