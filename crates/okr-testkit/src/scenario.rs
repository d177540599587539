//! Scenarios: given what happened, when somebody wants something, then this is what happens.
//!
//! ```
//! use okr_core::decide::Command;
//! use okr_core::event::{CycleEvent, Event};
//! use okr_testkit::sample::{BEN, cycle_id, new_cycle};
//! use okr_testkit::scenario::Scenario;
//!
//! Scenario::founded()
//!     .given([Event::Cycle(cycle_id(1), CycleEvent::Created(new_cycle()))])
//!     .when(BEN, [Command::OpenCycle(cycle_id(1))])
//!     .then([Event::Cycle(cycle_id(1), CycleEvent::Opened)]);
//! ```

use jiff::Timestamp;
use jiff::civil::Date;
use okr_core::admit::{Context, Verdict, admit};
use okr_core::authorize::Scope;
use okr_core::change::Change;
use okr_core::decide::{Command, Decision, Proposal, decide};
use okr_core::event::{Event, NewOrg, PersonEvent};
use okr_core::id::PersonId;
use okr_core::rejection::Rejection;
use okr_core::value::{AmendmentCategory, Role, Source};
use okr_core::view::{MemoryView, View};

use crate::sample::{ANA, BEN, CAI, ORG, TODAY, VIC, change_id, founding, new_org, text};

/// What was given, and what the next change says about itself.
#[derive(Clone, Debug)]
#[must_use]
pub struct Scenario {
    view: MemoryView,
    today: Date,
    scope: Scope,
    source: Source,
    on_behalf_of: Option<PersonId>,
    reason: Option<&'static str>,
    amendment: Option<AmendmentCategory>,
}

impl Scenario {
    /// Begins with nothing at all.
    pub fn empty() -> Self {
        Self {
            view: MemoryView::new(),
            today: TODAY,
            scope: Scope::FULL,
            source: Source::Human,
            on_behalf_of: None,
            reason: None,
            amendment: None,
        }
    }

    /// Begins with the sample organisation: Ana (admin), Ben and Cai (members), Vic (viewer).
    pub fn founded() -> Self {
        Self::founded_as(new_org())
    }

    /// Begins with an organisation and the people of [`Scenario::founded`].
    pub fn founded_as(new: NewOrg) -> Self {
        Self::empty().given(founding(new, ANA)).given([
            Event::Person(BEN, PersonEvent::Added(Role::Member)),
            Event::Person(CAI, PersonEvent::Added(Role::Member)),
            Event::Person(VIC, PersonEvent::Added(Role::Viewer)),
        ])
    }

    /// Adds what happened, without asking the rules.
    pub fn given(mut self, events: impl IntoIterator<Item = Event>) -> Self {
        for event in events {
            self.view.apply_event(&event);
        }
        self
    }

    /// Sets the day of the judge.
    pub const fn on(mut self, today: Date) -> Self {
        self.today = today;
        self
    }

    /// Narrows what the credential of every author allows.
    pub const fn scoped(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Gives the next change a reason.
    pub const fn because(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Gives the next change the category of an amendment.
    pub const fn amending(mut self, category: AmendmentCategory) -> Self {
        self.amendment = Some(category);
        self
    }

    /// Says how the next change came to be, and for whom it was made.
    pub const fn from_source(mut self, source: Source, on_behalf_of: Option<PersonId>) -> Self {
        self.source = source;
        self.on_behalf_of = on_behalf_of;
        self
    }

    /// Returns the state.
    pub const fn view(&self) -> &MemoryView {
        &self.view
    }

    /// Lets somebody want something.
    ///
    /// # Panics
    /// When the decision is a change that does not pass the same judge.
    pub fn when(self, author: PersonId, commands: impl IntoIterator<Item = Command>) -> Outcome {
        let proposal = Proposal {
            id: change_id(1),
            authored_at: Timestamp::UNIX_EPOCH,
            on_behalf_of: self.on_behalf_of,
            source: self.source,
            reason: self.reason.map(text),
            amendment: self.amendment,
            commands: commands.into_iter().collect(),
        };
        let context = self.context(author);
        let decision = never(decide(&self.view, &context, ORG, proposal));
        if let Decision::Change(change) = &decision {
            let verdict = never(admit(&self.view, &context, ORG, change));
            assert_eq!(verdict, Verdict::Admitted, "decided, but not admitted");
        }
        Outcome {
            scenario: self,
            decision,
        }
    }

    /// Lets a change arrive, as at a server, and returns what the rules say.
    pub fn judged(&self, author: PersonId, events: impl IntoIterator<Item = Event>) -> Verdict {
        let change = self.change(events);
        never(admit(&self.view, &self.context(author), ORG, &change))
    }

    /// Checks that a change of these events is refused.
    ///
    /// # Panics
    /// When it is not, or for another reason.
    #[track_caller]
    pub fn refuses(&self, author: PersonId, event: Event, rejection: Rejection) {
        assert_eq!(self.judged(author, [event]), Verdict::Rejected(rejection));
    }

    /// Checks that a change of these events is admitted.
    ///
    /// # Panics
    /// When it is not.
    #[track_caller]
    pub fn admits(&self, author: PersonId, events: impl IntoIterator<Item = Event>) {
        assert_eq!(self.judged(author, events), Verdict::Admitted);
    }

    fn context(&self, author: PersonId) -> Context {
        Context {
            scope: self.scope,
            ..Context::new(author, self.today)
        }
    }

    fn change(&self, events: impl IntoIterator<Item = Event>) -> Change {
        Change {
            id: change_id(1),
            authored_at: Timestamp::UNIX_EPOCH,
            on_behalf_of: self.on_behalf_of,
            source: self.source,
            reason: self.reason.map(text),
            amendment: self.amendment,
            events: events.into_iter().collect(),
        }
    }
}

/// What came of a wish.
#[derive(Debug)]
#[must_use]
pub struct Outcome {
    scenario: Scenario,
    decision: Decision,
}

impl Outcome {
    /// Checks that these events happen, and returns the scenario after them.
    ///
    /// # Panics
    /// When anything else comes of it.
    #[track_caller]
    pub fn then(self, events: impl IntoIterator<Item = Event>) -> After {
        let expected: Vec<Event> = events.into_iter().collect();
        match self.decision {
            Decision::Change(change) => {
                assert_eq!(change.events, expected);
                let mut scenario = self.scenario;
                scenario.view.apply(&change);
                After(scenario)
            }
            other @ (Decision::NothingToDo | Decision::Rejected(_)) => {
                panic!("expected {expected:?}, got {other:?}")
            }
        }
    }

    /// Checks that nothing happens, because everything is so already.
    ///
    /// # Panics
    /// When something happens or is refused.
    #[track_caller]
    pub fn then_nothing(self) {
        assert_eq!(self.decision, Decision::NothingToDo);
    }

    /// Checks that the rules refuse, with exactly this rejection.
    ///
    /// # Panics
    /// When they do not.
    #[track_caller]
    pub fn then_rejected(self, rejection: Rejection) {
        assert_eq!(self.decision, Decision::Rejected(rejection));
    }
}

/// The scenario after what was checked, to go on with.
#[derive(Debug)]
pub struct After(Scenario);

impl After {
    /// Goes on with a change without reason, category, source and person.
    pub fn and(self) -> Scenario {
        Scenario {
            today: self.0.today,
            view: self.0.view,
            ..Scenario::empty()
        }
    }
}

/// Takes the answer of a view in memory, which cannot fail.
pub fn never<T>(answer: Result<T, <MemoryView as View>::Error>) -> T {
    match answer {
        Ok(answer) => answer,
        Err(never) => match never {},
    }
}
