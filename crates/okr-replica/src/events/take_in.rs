//! Taking in an exported history: each change judged like every other, and told as what it is here.

use okr_core::Date;
use okr_core::admit::{Context, Verdict, admit};
use okr_core::change::Change;
use okr_core::decide::OrgPatch;
use okr_core::entity::Org;
use okr_core::event::{Event, NewOrg, OrgEvent, PersonEvent};
use okr_core::recast::Recast;
use okr_core::rejection::Rejection;
use okr_core::value::Source;
use okr_core::view::{Overlay, View};
use rusqlite::Connection;

use super::fault::EventsError;
use super::file::{EventsFile, Told};
use super::{EventsChecked, EventsHead};
use crate::error::ReplicaError;
use crate::rebase::{self, Bench};
use crate::replica::Replica;
use crate::{pending, people, record, upgrade};

/// How a history is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventsOrder {
    /// The day in the organisation's time zone.
    pub today: Date,
    /// Whether nothing is written.
    pub dry_run: bool,
    /// How many changes are written at most before the step ends.
    pub most: u64,
}

/// What was taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// How many changes were written, or would be.
    pub written: u64,
    /// How many were known.
    pub known: u64,
    /// How many have nothing to say here.
    pub nothing_to_do: u64,
    /// The handles of the people who came with them.
    pub people: Vec<String>,
    /// Whether the file is at its end.
    pub ended: bool,
}

/// What became of a step of taking in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventsTaken {
    /// What could be taken in was.
    Taken(TakenIn),
    /// The rules refuse a change; nothing of the step was written.
    Refused {
        /// Its line in the file, from 1.
        line: u64,
        /// Why.
        rejection: Rejection,
    },
}

/// Ends a transaction without writing.
enum Stop {
    Failed(EventsError),
    Answer(EventsTaken),
}

impl From<ReplicaError> for Stop {
    fn from(error: ReplicaError) -> Self {
        Self::Failed(error.into())
    }
}

impl Replica {
    /// Refuses a file for which this organisation is not the place.
    ///
    /// # Errors
    /// [`EventsError::Same`] and [`EventsError::NotEmpty`], unless every change of the file is known; the store's failures.
    pub fn may_take_in(
        &self,
        head: &EventsHead,
        checked: &EventsChecked,
    ) -> Result<(), EventsError> {
        let info = self.info()?;
        if checked.known == checked.changes {
            return Ok(());
        }
        if head.org() == info.org {
            return Err(EventsError::Same);
        }
        let waiting = u64::try_from(info.pending + info.conflicts).unwrap_or(u64::MAX);
        let all = info.head.get().saturating_add(waiting);
        // The first change is the founding.
        match all.saturating_sub(1).saturating_sub(checked.known) {
            0 => Ok(()),
            foreign => Err(EventsError::NotEmpty { foreign }),
        }
    }

    /// Takes in the next changes of a file that was checked, in one transaction.
    ///
    /// A change whose id is known here is passed over, so the same file may be taken in again.
    ///
    /// # Errors
    /// As [`EventsFile::check`] and [`Replica::propose`]; nothing of the step was written then.
    pub fn take_in_events(
        &mut self,
        file: &mut EventsFile,
        order: EventsOrder,
        progress: &mut dyn FnMut(u64),
    ) -> Result<EventsTaken, EventsError> {
        let directory = self.directory()?;
        let done = self.write(|db| {
            let bench = Bench::read(db)?;
            let me = directory.entries.get(&bench.me);
            let person = file.head().people().find_map(|person| {
                let same = me.is_some_and(|me| me.handle == person.handle);
                (same && person.person != bench.me).then_some((person.person, bench.me))
            });
            let recast = Recast {
                org: bench.org,
                person,
            };
            let step = Step {
                db,
                bench,
                recast,
                order,
            };
            let taken = step.run(file, progress)?;
            if order.dry_run {
                return Err(Stop::Answer(EventsTaken::Taken(taken)));
            }
            Ok(taken)
        });
        match done {
            Ok(taken) => Ok(EventsTaken::Taken(taken)),
            Err(Stop::Answer(answer)) => Ok(answer),
            Err(Stop::Failed(error)) => Err(error),
        }
    }
}

/// A step of taking in.
struct Step<'db> {
    db: &'db Connection,
    bench: Bench,
    recast: Recast,
    order: EventsOrder,
}

impl Step<'_> {
    fn run(&self, file: &mut EventsFile, progress: &mut dyn FnMut(u64)) -> Result<TakenIn, Stop> {
        let context = Context::new(self.bench.me, self.order.today);
        let view = rebase::head_view(self.db)?;
        let mut overlay = Overlay::new(&view);
        rebase::rebase_onto(&mut overlay, self.bench, pending::all(self.db)?)?;
        let waiting = pending::ids(self.db)?;
        let mut taken = TakenIn::default();
        while taken.written < self.order.most {
            let Some(told) = file.next().map_err(Stop::Failed)? else {
                taken.ended = true;
                break;
            };
            progress(file.line - 1);
            let id = told.change.id;
            if waiting.contains(&id) || record::find_exact(self.db, id)?.is_some() {
                taken.known += 1;
                continue;
            }
            let change = self.told_here(told, &overlay)?;
            if change.events.is_empty() {
                taken.nothing_to_do += 1;
                continue;
            }
            match admit(&overlay, &context, self.bench.org, &change)? {
                Verdict::Admitted => {
                    upgrade::refuse_unknown(self.db, &overlay, &change)?;
                    overlay.apply(&change)?;
                    pending::append(self.db, &change, &pending::encode(&change)?)?;
                    self.name(&change, file.head(), &mut taken.people)?;
                    taken.written += 1;
                }
                Verdict::AlreadySo => taken.nothing_to_do += 1,
                Verdict::Rejected(rejection) => {
                    let line = file.line;
                    return Err(Stop::Answer(EventsTaken::Refused { line, rejection }));
                }
            }
        }
        Ok(taken)
    }

    /// Tells a change as what it is in this organisation.
    fn told_here<V: View<Error = ReplicaError>>(
        &self,
        told: Told,
        view: &V,
    ) -> Result<Change, ReplicaError> {
        let Told { author, mut change } = told;
        let original = self.recast.person(change.on_behalf_of.unwrap_or(author));
        // Whoever founded the organisation joined by the same change, and was nobody before.
        change.on_behalf_of = view.person(original)?.map(|person| person.id);
        change.source = Source::Import;
        let mut events = Vec::with_capacity(change.events.len());
        for mut event in change.events {
            self.recast.event(&mut event);
            match event {
                Event::Org(id, OrgEvent::Created(new)) => {
                    if let Some(org) = view.org()? {
                        let edits = as_edits(new, &org).into_iter();
                        events.extend(edits.map(|edit| Event::Org(id, OrgEvent::Edited(edit))));
                    }
                }
                // Nobody changes their own standing, and whoever imports is here already.
                Event::Person(id, _) if id == self.bench.me => {}
                event => events.push(event),
            }
        }
        change.events = events;
        Ok(change)
    }

    /// Says who the people are that a change adds.
    fn name(
        &self,
        change: &Change,
        head: &EventsHead,
        handles: &mut Vec<String>,
    ) -> Result<(), ReplicaError> {
        for event in &change.events {
            let Event::Person(added, PersonEvent::Added(_)) = event else {
                continue;
            };
            if let Some(entry) = head.entry_of(*added) {
                people::insert_missing(self.db, &entry)?;
                handles.push(entry.handle);
            }
        }
        Ok(())
    }
}

/// Tells the founding of an organisation as edits of another one.
fn as_edits(new: NewOrg, org: &Org) -> Vec<okr_core::event::OrgEdit> {
    let NewOrg {
        name,
        time_zone,
        week_start,
        edit_policy,
        reason_after_commitment,
        cadence,
    } = new;
    let patch = OrgPatch {
        name: Some(name),
        time_zone: Some(time_zone),
        week_start: Some(week_start),
        edit_policy: Some(edit_policy),
        reason_after_commitment: Some(reason_after_commitment),
        cadence: Some(cadence),
        ..OrgPatch::default()
    };
    patch.edits(org)
}
