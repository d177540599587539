//! The server: the judge that a real one runs, on a tape instead of a disk, without threads and network.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use okr_core::Timestamp;
use okr_core::authorize::Scope;
use okr_core::change::Change;
use okr_core::event::{Event, KeyResultEdit, KeyResultEvent, ObjectiveEdit, ObjectiveEvent};
use okr_core::id::{OrgId, PersonId, Position};
use okr_core::view::{MemoryView, View as _};
use okr_log::{Checkpoint, KeyName, Origin, RecordedAt, SigningKey};
use okr_proto::{ApiError, PushOutcome, v1};
use okr_replica::{Directory, DirectoryEntry, RemoteInfo};
use okrd::{Author, Clock, Offer, Principal, Pushed, Sequencer, read_push};
use uuid::Uuid;

use super::faults::Faults;
use super::tape::{self, Tape};
use crate::scenario::never;

/// The server and what it keeps.
#[derive(Debug)]
pub(super) struct Server {
    org: OrgId,
    tape: Tape,
    /// None while it is down.
    sequencer: Option<Sequencer<Tape>>,
    /// How often it has crashed.
    crashes: u64,
    time: Arc<AtomicI64>,
    clock: Clock,
    directory: Directory,
    key: SigningKey,
    origin: Origin,
    faults: Faults,
    /// Everything admitted, for the faults that need it.
    view: MemoryView,
}

/// A push that is judged, and not yet answered.
#[derive(Debug)]
pub(super) struct Receipt {
    answers: Vec<PushOutcome>,
    /// Where the tape must be durable for them to be true.
    end: usize,
    crashes: u64,
}

/// What a pull is answered with.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) directory: Option<Directory>,
    pub(super) records: Vec<Bytes>,
    pub(super) checkpoint: String,
}

/// Why a call has no answer.
#[derive(Debug)]
pub(super) enum Refused {
    /// The server is down.
    Down,
    /// It was down in between: what it did is not known.
    Crashed,
    /// It says why.
    Api(ApiError),
}

impl Server {
    pub(super) fn new(org: OrgId, faults: Faults) -> Self {
        let time = Arc::new(AtomicI64::new(0));
        let hands = Arc::clone(&time);
        let clock = Clock::from_fn(move || timestamp(hands.load(Ordering::Relaxed)));
        let name = KeyName::new("okr.example.org").expect("a host is a key name");
        let mut server = Self {
            org,
            tape: Tape::new(faults.forget_duplicates),
            sequencer: None,
            crashes: 0,
            time,
            clock,
            directory: Directory::default(),
            key: SigningKey::from_bytes(name, &[7; 32]),
            origin: Origin::new("okr.example.org/world").expect("an origin is one line"),
            faults,
            view: MemoryView::new(),
        };
        server.start();
        server
    }

    /// Returns what a client pins.
    pub(super) fn info(&self) -> RemoteInfo {
        RemoteInfo {
            url: "https://okr.example.org".to_owned(),
            origin: self.origin.to_string(),
            verifier_key: self.key.verifying_key().to_string(),
        }
    }

    pub(super) const fn tape(&self) -> &Tape {
        &self.tape
    }

    pub(super) const fn directory(&self) -> &Directory {
        &self.directory
    }

    pub(super) const fn is_down(&self) -> bool {
        self.sequencer.is_none()
    }

    /// Sets the server's clock, in microseconds since 1970.
    pub(super) fn set_time(&self, micros: i64) {
        self.time.store(micros, Ordering::Relaxed);
    }

    /// Starts on what is durable.
    pub(super) fn start(&mut self) {
        let mut sequencer = Sequencer::new(&self.tape, [self.org]);
        self.view = MemoryView::new();
        for bytes in self.tape.slice(0, self.tape.durable()) {
            let (record, change) = tape::read(&bytes).expect("the tape holds changes");
            let recorded_at = RecordedAt::from_micros(record.recorded_at.as_microsecond());
            sequencer
                .replay(self.org, &change, recorded_at)
                .expect("the sequencer has this organisation");
            self.view.apply(&change);
        }
        self.sequencer = Some(sequencer);
    }

    /// Ends without a word; so many groups of what was on its way to the disk have reached it.
    pub(super) fn crash(&mut self, survivors: usize) {
        self.sequencer = None;
        self.crashes += 1;
        self.tape.crash(survivors);
        if self.faults.lose_durable_group {
            self.tape.lose_durable_group();
        }
    }

    /// Judges a push of somebody; the answers count when it was [`Server::settle`]d.
    pub(super) fn judge(
        &mut self,
        (person, token): (PersonId, Uuid),
        request: v1::PushRequest,
    ) -> Result<Receipt, Refused> {
        let Some(mut sequencer) = self.sequencer.take() else {
            return Err(Refused::Down);
        };
        let offers = read_push(request, self.tape.durable() as u64);
        let pushed = offers.map(|offers| {
            let author = Author {
                principal: Principal {
                    org: self.org,
                    person,
                },
                token,
                scope: Scope::FULL,
            };
            self.push(&mut sequencer, author, offers)
        });
        self.sequencer = Some(sequencer);
        let pushed = pushed.map_err(Refused::Api)?;
        Ok(Receipt {
            answers: pushed.answers.expect("the tape can be read"),
            end: self.tape.append(&pushed.records),
            crashes: self.crashes,
        })
    }

    /// Lets the sequencer judge, or as the planted faults have it.
    fn push(
        &mut self,
        sequencer: &mut Sequencer<Tape>,
        author: Author,
        mut offers: Vec<Offer>,
    ) -> Pushed {
        if self.faults == Faults::NONE {
            return sequencer.push(author, offers, &self.clock);
        }
        let mut pushed = Pushed {
            answers: Ok(Vec::new()),
            records: Vec::new(),
            people: Vec::new(),
        };
        for mut offer in offers.drain(..) {
            let mut author = author;
            if let (true, Some(named)) = (self.faults.believe_author, offer.change.on_behalf_of) {
                author.principal.person = named;
            }
            if self.faults.ignore_from {
                self.see_now(&mut offer.change);
            }
            let change = offer.change.clone();
            let one = sequencer.push(author, vec![offer], &self.clock);
            if !one.records.is_empty() {
                self.view.apply(&change);
            }
            pushed.records.extend(one.records);
            if let (Ok(all), Ok(one)) = (&mut pushed.answers, one.answers) {
                all.extend(one);
            }
        }
        if self.faults.let_time_go_back {
            for record in &mut pushed.records {
                let now = self.clock.now().as_microsecond();
                record.recorded_at = RecordedAt::from_micros(now);
            }
        }
        pushed
    }

    /// Lets an edit of a title see the title that is there.
    fn see_now(&self, change: &mut Change) {
        for event in &mut change.events {
            match event {
                Event::Objective(id, ObjectiveEvent::Edited(ObjectiveEdit::Title(edit))) => {
                    if let Some(now) = never(self.view.objective(*id)) {
                        edit.from = now.title.clone();
                    }
                }
                Event::KeyResult(id, KeyResultEvent::Edited(KeyResultEdit::Title(edit))) => {
                    if let Some(now) = never(self.view.key_result(*id)) {
                        edit.from = now.title.clone();
                    }
                }
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

    /// Makes a judged push durable, and with it all before; returns the answers.
    ///
    /// `everything` takes what was judged later into the same group.
    pub(super) fn settle(
        &mut self,
        receipt: Receipt,
        everything: bool,
    ) -> Result<Vec<PushOutcome>, Refused> {
        if receipt.crashes != self.crashes {
            return Err(Refused::Crashed);
        }
        let end = if everything {
            self.tape.len()
        } else {
            receipt.end
        };
        self.tape.flush(end);
        if let Some(sequencer) = &mut self.sequencer {
            let durable = Position::new(self.tape.durable() as u64);
            sequencer.settle(self.org, durable);
        }
        Ok(receipt.answers)
    }

    /// Returns what follows a position.
    pub(super) fn page(&self, after: Position, directory: u64) -> Result<Page, Refused> {
        if self.is_down() {
            return Err(Refused::Down);
        }
        let end = if self.faults.show_early {
            self.tape.len()
        } else {
            self.tape.durable()
        };
        let after = usize::try_from(after.get()).unwrap_or(usize::MAX);
        if after > end {
            let head = end as u64;
            return Err(Refused::Api(ApiError::PositionAhead { head }));
        }
        let from = if self.faults.ignore_after { 0 } else { after };
        Ok(Page {
            directory: (self.directory.version != directory).then(|| self.directory.clone()),
            records: self.tape.slice(from, end),
            checkpoint: self.checkpoint(end),
        })
    }

    fn checkpoint(&self, size: usize) -> String {
        let checkpoint = Checkpoint {
            origin: self.origin.clone(),
            size: okr_log::Position::new(size as u64),
            root: self.tape.root(size),
        };
        checkpoint.sign(&self.key).to_string()
    }

    /// Corrects the directory and returns its version.
    pub(super) fn correct(&mut self, entries: Vec<DirectoryEntry>) -> Result<u64, Refused> {
        if self.is_down() {
            return Err(Refused::Down);
        }
        let before = self.directory.entries.clone();
        for entry in entries {
            self.directory.set(entry);
        }
        if self.directory.entries != before {
            self.directory.version += 1;
        }
        Ok(self.directory.version)
    }
}

/// Makes a moment of microseconds since 1970.
pub(super) fn timestamp(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).expect("a world ends before the calendar")
}
