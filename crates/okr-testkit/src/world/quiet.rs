//! The end: nothing is in the way any more, everybody syncs until nothing changes, and then all must be equal.

use okr_core::entity::Entity;
use okr_core::id::{EntityId, Position};
use okr_core::view::View as _;
use okr_replica::{
    Axis, LogFilter, Moment, ObjectiveFilter, Place, Point, Reading, Replica, ReplicaError,
};

use super::World;
use super::violation::Violation;
use super::weather::Weather;
use crate::sample::TODAY;

/// After so many rounds of syncs something must have gone wrong.
const MAX_ROUNDS: usize = 6;
/// How many entities of a device have their history compared.
const HISTORIES: usize = 2;

impl World {
    /// Heals the network, lets everybody sync until nothing changes, and compares everything.
    pub(super) fn come_to_rest(&self) {
        self.note(format_args!("the network heals"));
        self.weather.set(Weather::CALM);
        if self.server().is_down() {
            self.server().start();
        }
        for letter in self.mail.take() {
            self.arrive_late(letter);
        }
        let rounds = (0..MAX_ROUNDS).take_while(|_| self.exchange()).count();
        if rounds == MAX_ROUNDS {
            self.blame(Violation::Restless);
        }
        if !self.goes_on() {
            return;
        }
        let tape = self.server().tape().clone();
        let looked = self.audit().look_at_all(&tape);
        let checked = looked.and_then(|()| self.compare_all());
        if let Err(violation) = checked {
            self.blame(violation);
        }
        let accepted = self.audit().head();
        self.count(|tally| tally.accepted += accepted);
    }

    /// Lets everybody sync once; says whether anything changed.
    fn exchange(&self) -> bool {
        let mut changed = false;
        for device in 0..self.devices.len() {
            let report = self.sync(device);
            let quiet = report.is_some_and(|report| {
                (
                    report.pulled,
                    report.pushed,
                    report.people,
                    report.already_so,
                ) == (0, 0, 0, 0)
                    && report.conflicts.is_empty()
            });
            changed |= !quiet;
        }
        changed && self.goes_on()
    }

    fn compare_all(&self) -> Result<(), Violation> {
        let mut first = None;
        for (index, device) in self.devices.iter().enumerate() {
            let read = device.with(|replica| self.read(replica));
            let shown = match read {
                Ok(Ok(shown)) => shown,
                Ok(Err(what)) => {
                    return Err(Violation::Differs {
                        device: index,
                        what,
                    });
                }
                Err(error) => {
                    return Err(Violation::Failed {
                        device: index,
                        error: format!("{error:?}"),
                    });
                }
            };
            if *first.get_or_insert_with(|| shown.clone()) != shown {
                return Err(Violation::Differs {
                    device: index,
                    what: "the standing of the cycles".to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Compares a replica with the log; returns everything that it shows of its cycles, as text.
    fn read(&self, replica: &mut Replica) -> Result<Result<String, String>, ReplicaError> {
        let info = replica.info()?;
        self.count(|tally| tally.conflicts += info.conflicts as u64);
        if info.pending > 0 {
            return Ok(Err(format!("{} changes wait", info.pending)));
        }
        if info.head.get() != self.audit().head() {
            return Ok(Err(format!("it ends at {}", info.head)));
        }
        let directory = replica.directory()?;
        if directory.entries != self.server().directory().entries {
            return Ok(Err("the directory".to_owned()));
        }
        let reading = replica.reading(Moment::now(TODAY))?;
        if let Some(what) = self.compare_entities(&reading, info.head.get())? {
            return Ok(Err(what));
        }
        let shown = shown(&reading)?;
        drop(reading);
        let limit = usize::try_from(info.head.get()).unwrap_or(usize::MAX);
        let position = self.below(limit) as u64;
        let moment = Moment {
            axis: Axis::Recorded,
            point: Point::Position(Position::new(position)),
            day: TODAY,
            day_is_over: false,
        };
        let reading = replica.reading(moment)?;
        if let Some(what) = self.compare_entities(&reading, position)? {
            return Ok(Err(what));
        }
        drop(reading);
        Ok(self.compare_histories(replica)?.map_or(Ok(shown), Err))
    }

    /// Compares every entity that ever was written with what a replay of the log to a position gives.
    fn compare_entities(
        &self,
        reading: &Reading<'_>,
        position: u64,
    ) -> Result<Option<String>, ReplicaError> {
        let audit = self.audit();
        let replayed = audit.view_at(position);
        let mut ids: Vec<EntityId> = audit
            .written()
            .flat_map(|change| &change.events)
            .map(okr_core::event::Event::subject)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            let expected = crate::scenario::never(replayed.entity(id));
            let found = reading.entity(id)?;
            if found != expected {
                return Ok(Some(format!(
                    "{id} at {position} is {found:?}, not {expected:?}"
                )));
            }
        }
        Ok(None)
    }

    /// Compares the histories of some entities with what the log says of them.
    fn compare_histories(&self, replica: &Replica) -> Result<Option<String>, ReplicaError> {
        let mut ids: Vec<EntityId> = self
            .audit()
            .view()
            .entities()
            .map(|entity: Entity| entity.id())
            .collect();
        ids.sort_unstable();
        for _ in 0..HISTORIES.min(ids.len()) {
            let id = ids.swap_remove(self.below(ids.len()));
            let filter = LogFilter {
                about: vec![id],
                oldest_first: true,
                ..LogFilter::default()
            };
            let entries = replica.log(&filter)?;
            let found: Vec<u64> = entries
                .iter()
                .map(|entry| match entry.place {
                    Place::Confirmed { position, .. } => position.get(),
                    Place::Pending => 0,
                })
                .collect();
            if found != self.audit().touches(id) {
                return Ok(Some(format!("the history of {id} is {found:?}")));
            }
        }
        Ok(None)
    }
}

/// Returns everything that a reading shows of its cycles and lists, as text.
fn shown(reading: &Reading<'_>) -> Result<String, ReplicaError> {
    let mut shown = Vec::new();
    for cycle in reading.cycles()? {
        shown.push(format!("{:?}", reading.cycle_standing(cycle.id)?));
    }
    shown.push(format!(
        "{:?}",
        reading.objectives(&ObjectiveFilter::default())?
    ));
    shown.push(format!("{:?}", reading.teams()?));
    shown.push(format!("{:?}", reading.people()?));
    Ok(shown.join("\n"))
}
