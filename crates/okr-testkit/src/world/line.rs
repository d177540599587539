//! The line between a device and the server: a `Remote` that loses, delays, doubles and cuts.
//!
//! While a call waits, the rest of the world may go on: other devices write and sync, the server crashes, time passes.
//! That is how calls of several devices overlap in one thread.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use okr_core::id::{ChangeId, Position};
use okr_proto::{ApiError, Decoded, EncodedChange, PushOutcome, encode, v1};
use okr_replica::{DirectoryEntry, Pulled, Remote, RemoteError};

use super::World;
use super::server::{Page, Refused};
use super::violation::Violation;

/// The most records in one message of a pull.
const RECORDS_PER_MESSAGE: usize = 5;

/// A push on its way.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    device: usize,
    base: Position,
    changes: Vec<EncodedChange>,
}

/// One sync's connection.
#[derive(Debug)]
pub(super) struct Line<'w> {
    world: &'w World,
    device: usize,
    /// Whether the device may die during this sync.
    mortal: bool,
    /// What was on its disk when it died.
    image: Option<PathBuf>,
}

impl<'w> Line<'w> {
    pub(super) const fn new(world: &'w World, device: usize, mortal: bool) -> Self {
        Self {
            world,
            device,
            mortal,
            image: None,
        }
    }

    /// Returns what the device left behind if it died.
    pub(super) fn into_image(self) -> Option<PathBuf> {
        self.image
    }

    /// Returns an error if the device is dead, or dies now.
    fn live(&mut self) -> Result<(), RemoteError> {
        let world = self.world;
        if self.image.is_none() && self.mortal && world.one_in(world.weather().death) {
            world.note(format_args!("  {} dies", self.device));
            self.image = Some(world.image_of(self.device));
        }
        if self.image.is_some() {
            return Err(gone());
        }
        Ok(())
    }

    /// Returns an error if something gets lost here.
    fn lossy(&self, what: &str) -> Result<(), RemoteError> {
        let world = self.world;
        if !world.one_in(world.weather().loss) {
            return Ok(());
        }
        world.note(format_args!("  {what} of {} is lost", self.device));
        world.count(|tally| tally.lost += 1);
        Err(if world.one_in(2) { gone() } else { late() })
    }

    /// Lets the world go on while the call waits, and the device die.
    fn wait(&mut self) -> Result<(), RemoteError> {
        self.world.interlude();
        self.live()
    }

    fn deliver(&mut self, letter: Letter) -> Result<Vec<PushOutcome>, RemoteError> {
        let world = self.world;
        if world.one_in(world.weather().twice) {
            world.note(format_args!(
                "  the push of {} will come again",
                self.device
            ));
            world.post(letter.clone());
        }
        if world.plan().faults.push_under_new_ids {
            let copy = world.rewrite(&letter);
            // What becomes of it, nobody knows.
            drop(world.arrive(copy, &mut || Ok(())));
        }
        world.arrive(letter, &mut || self.wait())
    }
}

impl Remote for Line<'_> {
    fn push(
        &mut self,
        base: Position,
        changes: Vec<EncodedChange>,
    ) -> Result<Vec<PushOutcome>, RemoteError> {
        let world = self.world;
        self.live()?;
        let piece = world.weather().piece;
        if changes.len() > piece {
            return Err(RemoteError::TooLarge {
                what: "changes of a push".to_owned(),
                limit: piece as u64,
                actual: changes.len() as u64,
            });
        }
        world.note(format_args!("  {} pushes {}", self.device, changes.len()));
        self.wait()?;
        let letter = Letter {
            device: self.device,
            base,
            changes,
        };
        if world.one_in(world.weather().delay) {
            world.note(format_args!("  the push of {} is delayed", self.device));
            world.post(letter);
            return Err(if world.one_in(2) { gone() } else { late() });
        }
        self.lossy("a push")?;
        let answers = self.deliver(letter)?;
        self.wait()?;
        self.lossy("an answer")?;
        Ok(answers)
    }

    fn pull(
        &mut self,
        after: Position,
        directory_version: u64,
        sink: &mut dyn FnMut(Pulled) -> ControlFlow<()>,
    ) -> Result<(), RemoteError> {
        let world = self.world;
        self.live()?;
        self.wait()?;
        self.lossy("a pull")?;
        let page = world.server().page(after, directory_version);
        let page = page.map_err(|refused| refusal(refused, world))?;
        world.note(format_args!(
            "  {} pulls {} after {after}",
            self.device,
            page.records.len()
        ));
        // What was true when it was sent may be old when it comes.
        self.wait()?;
        for message in messages(page, world) {
            self.live()?;
            self.lossy("a pull")?;
            if sink(message).is_break() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn update_directory(&mut self, entries: Vec<DirectoryEntry>) -> Result<u64, RemoteError> {
        let world = self.world;
        self.live()?;
        self.lossy("people")?;
        let corrected = world.server().correct(entries);
        let version = corrected.map_err(|refused| refusal(refused, world))?;
        world.note(format_args!("  {} corrects people: {version}", self.device));
        self.wait()?;
        self.lossy("an answer")?;
        Ok(version)
    }
}

impl World {
    /// Lets a push arrive at the server, which answers when it is durable.
    ///
    /// `wait` lets time pass between the judgement and the disk.
    pub(super) fn arrive(
        &self,
        letter: Letter,
        wait: &mut dyn FnMut() -> Result<(), RemoteError>,
    ) -> Result<Vec<PushOutcome>, RemoteError> {
        let ids: Vec<ChangeId> = letter.changes.iter().filter_map(id_of).collect();
        let request = v1::PushRequest {
            base_position: letter.base.get(),
            changes: letter.changes.into_iter().map(Into::into).collect(),
        };
        let credential = self.credential(letter.device);
        self.set_server_time();
        self.look();
        let known: Vec<Option<u64>> = ids.iter().map(|id| self.audit().position(*id)).collect();
        let judged = self.server().judge(credential, request);
        let receipt = judged.map_err(|refused| refusal(refused, self))?;
        wait()?;
        let everything = self.one_in(2);
        let settled = self.server().settle(receipt, everything);
        let answers = settled.map_err(|refused| refusal(refused, self))?;
        for ((id, known), answer) in ids.iter().zip(known).zip(&answers) {
            self.note(format_args!("    {id} {}", word(answer)));
            if let Some(position) = known
                && *answer
                    != (PushOutcome::Duplicate {
                        position: Position::new(position),
                    })
            {
                self.blame(Violation::DuplicateForgotten {
                    change: *id,
                    position,
                    answer: word(answer),
                });
            }
            if let PushOutcome::Accepted { position, .. } | PushOutcome::Duplicate { position } =
                answer
            {
                self.audit().promise(position.get(), *id);
            }
        }
        // As it goes over the wire.
        let answers = answers.into_iter().map(v1::PushResult::from);
        let read = answers.map(PushOutcome::try_from);
        read.collect::<Result<_, _>>()
            .map_err(|error| RemoteError::Nonsense {
                problem: error.to_string(),
            })
    }

    /// Lets a push arrive whose sender has long given up.
    pub(super) fn arrive_late(&self, letter: Letter) {
        self.note(format_args!("a push of {} arrives late", letter.device));
        // Nobody waits for the answer.
        drop(self.arrive(letter, &mut || Ok(())));
    }

    /// Makes the same changes with other ids.
    fn rewrite(&self, letter: &Letter) -> Letter {
        let mut copy = letter.clone();
        for encoded in &mut copy.changes {
            if let Ok(Decoded::Known(mut change)) = encoded.decode() {
                change.id = self.new_id(letter.device);
                *encoded = encode(&change, || [9; 16]);
            }
        }
        copy
    }
}

fn id_of(encoded: &EncodedChange) -> Option<ChangeId> {
    Some(encoded.decode().ok()?.id())
}

fn word(answer: &PushOutcome) -> String {
    match answer {
        PushOutcome::Accepted { position, .. } => format!("accepted at {position}"),
        PushOutcome::Duplicate { position } => format!("duplicate of {position}"),
        PushOutcome::AlreadySo => "already so".to_owned(),
        PushOutcome::Rejected(refusal) => format!("rejected: {}", refusal.code),
    }
}

/// Cuts an answer into messages.
fn messages(page: Page, world: &World) -> Vec<Pulled> {
    let mut messages: Vec<Pulled> = page.directory.map(Pulled::Directory).into_iter().collect();
    let mut records = page.records;
    while !records.is_empty() {
        let count = 1 + world.below(RECORDS_PER_MESSAGE.min(records.len()));
        let rest = records.split_off(count.min(records.len()));
        messages.push(Pulled::Records(records));
        records = rest;
    }
    messages.push(Pulled::Checkpoint(page.checkpoint));
    messages
}

/// Says what a client hears of a refused call.
fn refusal(refused: Refused, world: &World) -> RemoteError {
    match refused {
        Refused::Down => RemoteError::Unavailable {
            why: "it is down".to_owned(),
        },
        Refused::Crashed if world.one_in(2) => RemoteError::OutcomeUnknown,
        Refused::Crashed => gone(),
        Refused::Api(error) => told(error),
    }
}

/// Says what a client hears of an error that the server tells.
pub(super) fn told(error: ApiError) -> RemoteError {
    match error {
        ApiError::PositionAhead { head } => RemoteError::Ahead {
            head: Position::new(head),
        },
        ApiError::InvalidChange { index, problem } => RemoteError::InvalidChange { index, problem },
        ApiError::TooLarge {
            what,
            limit,
            actual,
        } => RemoteError::TooLarge {
            what,
            limit,
            actual,
        },
        other => RemoteError::Refused {
            reason: "other".to_owned(),
            message: other.to_string(),
        },
    }
}

/// The connection broke.
pub(super) fn gone() -> RemoteError {
    RemoteError::Unreachable {
        url: "https://okr.example.org".to_owned(),
        cause: "connection reset".to_owned(),
    }
}

/// The answer did not come in time.
fn late() -> RemoteError {
    RemoteError::TimedOut {
        url: "https://okr.example.org".to_owned(),
        limit: Duration::from_secs(1),
    }
}
