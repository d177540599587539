//! Random histories that the rules admit: the same for the same seed, with every kind of event.
//!
//! Each history begins with the founding of [`ORG`]. Every change was decided by
//! `okr_core::decide` on the state that the ones before it leave, by the rules of
//! [`context`], so that admitting it again, in order, must succeed.

mod values;
mod wish;
mod work;

#[cfg(feature = "world")]
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use okr_core::Date;
use okr_core::change::Change;
use okr_core::decide::{Command, Decision, Proposal, decide};
use okr_core::event::{
    CheckInEvent, CommentEvent, CycleEvent, Event, InitiativeEvent, KeyResultEvent, MetricEvent,
    MetricValueEvent, ObjectiveEvent, PersonEvent, TeamEvent,
};
use okr_core::id::{
    ChangeId, CheckInId, CommentId, CycleId, InitiativeId, KeyResultId, MetricId, MetricValueId,
    ObjectiveId, PersonId, TeamId,
};
use okr_core::value::{AmendmentCategory, Role, Source};
use okr_core::view::MemoryView;
use proptest::prelude::{Strategy, any};

use crate::random::Random;
use crate::sample::{self, context, new_org, text};
use crate::scenario::never;

pub use crate::sample::{ORG, TODAY};

/// How often a wish may come to nothing before the generator is taken for broken.
const MAX_ATTEMPTS: usize = 10_000;

/// Returns an admitted history of exactly this many changes, with the author of each.
///
/// # Panics
/// When the rules admit nothing any more, which is a defect of the generator or of the rules.
pub fn history(seed: u64, changes: usize) -> Vec<(PersonId, Change)> {
    let mut maker = Maker::new(seed);
    (0..changes).map(|_| maker.change()).collect()
}

/// Returns histories of 1 to `most` changes.
pub fn histories(most: usize) -> impl Strategy<Value = Vec<(PersonId, Change)>> {
    (any::<u64>(), 1..=most).prop_map(|(seed, changes)| history(seed, changes))
}

/// Returns the state that a history leads to.
pub fn replay<'a>(history: impl IntoIterator<Item = &'a (PersonId, Change)>) -> MemoryView {
    let mut view = MemoryView::new();
    for (_, change) in history {
        view.apply(change);
    }
    view
}

/// A growing history: the state, and the ids of what there is.
#[derive(Debug)]
pub(crate) struct Maker {
    random: Random,
    view: MemoryView,
    now: Timestamp,
    today: Date,
    /// Whether to write where others write.
    focus: bool,
    people: Vec<PersonId>,
    teams: Vec<TeamId>,
    cycles: Vec<CycleId>,
    objectives: Vec<ObjectiveId>,
    key_results: Vec<KeyResultId>,
    check_ins: Vec<CheckInId>,
    comments: Vec<CommentId>,
    initiatives: Vec<InitiativeId>,
    metrics: Vec<MetricId>,
    metric_values: Vec<MetricValueId>,
}

impl Maker {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            view: MemoryView::new(),
            now: Timestamp::from_second(1_767_225_600).expect("the year 2026 is a time"),
            today: TODAY,
            focus: false,
            people: Vec::new(),
            teams: Vec::new(),
            cycles: Vec::new(),
            objectives: Vec::new(),
            key_results: Vec::new(),
            check_ins: Vec::new(),
            comments: Vec::new(),
            initiatives: Vec::new(),
            metrics: Vec::new(),
            metric_values: Vec::new(),
        }
    }

    /// Wants something, often about what others write about too, at a moment by the author's clock.
    #[cfg(feature = "world")]
    pub(crate) fn wish_at(&mut self, now: Timestamp, author: PersonId) -> Proposal {
        self.focus = true;
        self.now = now;
        self.today = day_of(now);
        let commands = self.wishes();
        let mut proposal = self.proposal(author, commands);
        if !self.random.one_in(6) {
            // Otherwise most edits of what is committed to would be refused at once.
            proposal.reason.get_or_insert_with(|| text("to be clear"));
            proposal.amendment.get_or_insert(AmendmentCategory::Other);
        }
        proposal
    }

    /// Makes the next change and takes it into the state.
    fn change(&mut self) -> (PersonId, Change) {
        let minutes = 1 + self.random.below(90);
        let pause = SignedDuration::from_mins(i64::try_from(minutes).expect("90 is a number"));
        self.now = self
            .now
            .checked_add(pause)
            .expect("a test history ends before the year 10000");
        if self.people.is_empty() {
            return self.founding();
        }
        for _ in 0..MAX_ATTEMPTS {
            let author = self.random.choose(&self.people).unwrap_or(sample::ANA);
            let commands = self.wishes();
            if let Some(change) = self.attempt(author, commands) {
                return (author, change);
            }
        }
        panic!(
            "no admissible change in {MAX_ATTEMPTS} attempts: {:?}",
            self.view
        );
    }

    fn founding(&mut self) -> (PersonId, Change) {
        let commands = vec![
            Command::CreateOrg {
                id: ORG,
                new: new_org(),
            },
            Command::AddPerson {
                id: sample::ANA,
                role: Role::Admin,
            },
        ];
        let change = self
            .attempt(sample::ANA, commands)
            .expect("an organisation can be founded");
        (sample::ANA, change)
    }

    /// Returns one wish, now and then several.
    fn wishes(&mut self) -> Vec<Command> {
        let count = if self.random.one_in(8) {
            2 + self.random.below(3)
        } else {
            1
        };
        (0..count).filter_map(|_| self.wish()).collect()
    }

    /// Takes a change into the state, if the rules admit it.
    fn attempt(&mut self, author: PersonId, commands: Vec<Command>) -> Option<Change> {
        let proposal = self.proposal(author, commands);
        match never(decide(&self.view, &context(author), ORG, proposal)) {
            Decision::Change(change) => {
                self.witness(&change);
                Some(change)
            }
            Decision::NothingToDo | Decision::Rejected(_) => None,
        }
    }

    /// Makes a proposal of commands, with a reason more often than not.
    fn proposal(&mut self, author: PersonId, mut commands: Vec<Command>) -> Proposal {
        let source = match self.random.below(12) {
            0 => Source::Import,
            1 => Source::Automation,
            _ => Source::Human,
        };
        let on_behalf_of = match source {
            Source::Human => None,
            Source::Import | Source::Automation => self.random.choose(&self.people),
        };
        for command in &mut commands {
            // Nearly all comment in their own name; the others are refused.
            if let Command::AddComment { new, .. } = command
                && !self.random.one_in(8)
            {
                new.author = on_behalf_of.unwrap_or(author);
            }
        }
        Proposal {
            id: ChangeId::new(self.uuid()),
            authored_at: self.now,
            on_behalf_of,
            source,
            reason: (!self.random.one_in(3)).then(|| text("because it is better so")),
            amendment: (!self.random.one_in(3))
                .then(|| self.random.choose(AmendmentCategory::ALL))
                .flatten(),
            commands,
        }
    }

    /// Takes a change into the state, and remembers the ids of what it made.
    pub(crate) fn witness(&mut self, change: &Change) {
        self.view.apply(change);
        for event in &change.events {
            match event {
                Event::Person(id, PersonEvent::Added(_)) => self.people.push(*id),
                Event::Team(id, TeamEvent::Created(_)) => self.teams.push(*id),
                Event::Cycle(id, CycleEvent::Created(_)) => self.cycles.push(*id),
                Event::Objective(id, ObjectiveEvent::Created(_)) => self.objectives.push(*id),
                Event::KeyResult(id, KeyResultEvent::Created(_)) => self.key_results.push(*id),
                Event::CheckIn(id, CheckInEvent::Recorded(_)) => self.check_ins.push(*id),
                Event::Comment(id, CommentEvent::Added(_)) => self.comments.push(*id),
                Event::Initiative(id, InitiativeEvent::Created(_)) => self.initiatives.push(*id),
                Event::Metric(id, MetricEvent::Created(_)) => self.metrics.push(*id),
                Event::MetricValue(id, MetricValueEvent::Recorded(_)) => {
                    self.metric_values.push(*id);
                }
                // Everything else is about what there is already.
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
                | Event::MetricValue(..) => {}
            }
        }
    }

    pub(crate) fn uuid(&mut self) -> uuid::Uuid {
        let millis = u64::try_from(self.now.as_millisecond()).expect("the history is after 1970");
        self.random.uuid(millis)
    }
}

/// Returns the day of a moment in UTC.
#[cfg(feature = "world")]
pub(crate) fn day_of(moment: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(moment).date()
}

#[cfg(test)]
mod tests;
