//! The history of a company over years, of any length and with the shape of real ones.
//!
//! Quarter after quarter each division plans a cycle with 140 objectives and 400 key results,
//! commits to it, checks in, amends, corrects, hands over, gives up, and closes everything with
//! scores. The proportions are those of a demonstration data set of puzzle/okr (77 objectives, 220
//! key results, 860 check-ins): a check-in every 11 days in the median, 25 in the ninth decile, one
//! key result in eleven without any, notes of 44 characters, a tenth of the values below the
//! baseline. [`TODAY`] lies half-way in the last quarter. Older quarters give the length: up to ten
//! years, then more divisions. Every change was decided by the rules, in the order of time.

mod acts;
mod words;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use okr_core::admit::Context;
use okr_core::change::Change;
use okr_core::decide::{Command, Decision, Proposal, decide};
use okr_core::id::{ChangeId, PersonId, TeamId};
use okr_core::value::{AmendmentCategory, Source};
use okr_core::view::MemoryView;

use crate::random::Random;
use crate::sample::text;
use crate::scenario::never;
use acts::{Act, Cycle, KeyResult, Objective};

pub use crate::sample::{ANA, ORG, TODAY};

/// Key results in each cycle.
pub const KEY_RESULTS: usize = 400;
/// Objectives in each cycle.
const OBJECTIVES: usize = 140;
/// The greatest number of quarters.
const QUARTERS: usize = 40;
/// Changes that a closed cycle takes, about.
const CHANGES_A_CYCLE: usize = 3_500;
/// Changes of the last quarter until today, about.
const CHANGES_THIS_CYCLE: usize = 1_900;
/// The first day of the last quarter.
const LAST_QUARTER: Date = date(2026, 10, 1);

/// A change with its author and the time at which the server takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Who made it.
    pub author: PersonId,
    /// When the server recorded it.
    pub recorded_at: Timestamp,
    /// What it says.
    pub change: Change,
}

/// Gives the steps of a history of about so many changes to `sink`, in order.
pub fn history(changes: usize, sink: &mut dyn FnMut(Step)) {
    let mut company = Company::new(sink);
    company.found();
    let older = changes.saturating_sub(CHANGES_THIS_CYCLE) + CHANGES_A_CYCLE / 2;
    let past = (older / CHANGES_A_CYCLE).max(1);
    let quarters = past.min(QUARTERS - 1);
    for quarter in 0..=quarters {
        let months = i64::try_from(quarters - quarter).expect("there are few quarters");
        let start = LAST_QUARTER.saturating_sub(Span::new().months(3 * months));
        let mut divisions = past / quarters + usize::from(quarter < past % quarters);
        if quarter == quarters {
            divisions = 1;
        }
        for division in 0..divisions {
            company.plan(start, division);
        }
    }
    company.run();
}

/// Everything that goes on in the company.
struct Company<'s> {
    random: Random,
    view: MemoryView,
    now: Timestamp,
    /// What will happen, the next first; of two at the same time, what was planned first.
    agenda: BinaryHeap<Reverse<(Timestamp, usize, Act)>>,
    planned: usize,
    people: Vec<PersonId>,
    teams: Vec<TeamId>,
    cycles: Vec<Cycle>,
    objectives: Vec<Objective>,
    key_results: Vec<KeyResult>,
    sink: &'s mut dyn FnMut(Step),
}

impl<'s> Company<'s> {
    fn new(sink: &'s mut dyn FnMut(Step)) -> Self {
        Self {
            random: Random::new(1),
            view: MemoryView::new(),
            now: Timestamp::UNIX_EPOCH,
            agenda: BinaryHeap::new(),
            planned: 0,
            people: Vec::new(),
            teams: Vec::new(),
            cycles: Vec::new(),
            objectives: Vec::new(),
            key_results: Vec::new(),
            sink,
        }
    }

    /// Lets everything happen until the middle of the day of today.
    fn run(&mut self) {
        let end = moment(TODAY, 12 * 60);
        while let Some(Reverse((at, _, act))) = self.agenda.pop() {
            if at > end {
                break;
            }
            self.now = at;
            self.perform(act);
        }
    }

    /// Puts something on the agenda.
    fn later(&mut self, at: Timestamp, act: Act) {
        self.planned += 1;
        self.agenda.push(Reverse((at, self.planned, act)));
    }

    /// Puts something on the agenda, at some time of a working day.
    fn on(&mut self, day: Date, act: Act) {
        let minute = 7 * 60 + self.random.below(10 * 60);
        let minute = i64::try_from(minute).expect("a day has 1,440 minutes");
        self.later(moment(day, minute).max(self.now), act);
    }

    fn today(&self) -> Date {
        TimeZone::UTC.to_datetime(self.now).date()
    }

    fn uuid(&mut self) -> uuid::Uuid {
        let millis = u64::try_from(self.now.as_millisecond()).expect("companies began after 1970");
        self.random.uuid(millis)
    }

    /// Makes a change.
    ///
    /// # Panics
    /// When the rules refuse it, which is a defect of the plan.
    fn change(&mut self, author: PersonId, commands: Vec<Command>) {
        self.amend(author, (None, None), commands);
    }

    fn amend(
        &mut self,
        author: PersonId,
        (reason, amendment): (Option<&str>, Option<AmendmentCategory>),
        commands: Vec<Command>,
    ) {
        let proposal = Proposal {
            id: ChangeId::new(self.uuid()),
            authored_at: self.now,
            on_behalf_of: None,
            source: Source::Human,
            reason: reason.map(text),
            amendment,
            commands,
        };
        let context = Context::new(author, self.today());
        let change = match never(decide(&self.view, &context, ORG, proposal)) {
            Decision::Change(change) => change,
            Decision::NothingToDo => return,
            Decision::Rejected(rejection) => panic!("the plan breaks a rule: {rejection:?}"),
        };
        self.view.apply(&change);
        let recorded_at = self.now + Span::new().seconds(1);
        (self.sink)(Step {
            author,
            recorded_at,
            change,
        });
    }
}

/// Returns the moment of a day, so many minutes after midnight UTC.
fn moment(day: Date, minute: i64) -> Timestamp {
    let midnight = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0));
    let midnight = midnight.expect("the days of a company are in the calendar");
    midnight + Span::new().minutes(minute)
}

#[cfg(test)]
mod tests;
