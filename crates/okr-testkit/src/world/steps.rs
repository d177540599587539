//! What can happen, one step at a time.

use okr_core::Date;
use okr_core::change::Change;
use okr_core::decide::{Command, Proposal};
use okr_core::value::{EditPolicy, Role, Source};
use okr_replica::{
    DirectoryEntry, Proposed, ReplicaError, Resolution, Resolved, SyncError, SyncReport,
};

use super::World;
use super::device::Backup;
use super::ledger::Fate;
use super::line::Line;
use super::violation::Violation;
use super::weather::Weather;
use crate::generate::day_of;
use crate::sample::{
    ANA, BEN, CAI, ORG, cycle_id, key_result_id, new_cycle, new_key_result, new_objective, new_org,
    new_team, objective_id, team_id, text,
};

/// Calls that may wait, one within the other.
const MAX_DEPTH: usize = 3;
/// What somebody thinks of before they give up.
const MAX_WISHES: usize = 4;
/// Microseconds of a minute.
const MINUTE: i64 = 60_000_000;
/// Microseconds of a day.
const DAY: i64 = 24 * 60 * MINUTE;

impl World {
    /// Lets the first administrator found the organisation, in good weather.
    pub(super) fn found(&self) {
        let storm = self.weather.replace(Weather::CALM);
        let person = |id| Command::AddPerson {
            id,
            role: Role::Member,
        };
        let commands = vec![
            Command::CreateOrg {
                id: ORG,
                new: new_org(),
            },
            Command::AddPerson {
                id: ANA,
                role: Role::Admin,
            },
            person(BEN),
            person(CAI),
        ];
        self.propose_commands(0, commands);
        self.propose_commands(0, first_goals());
        for _ in 0..3 {
            self.write(0);
        }
        self.sync(0);
        for device in 1..self.devices.len() {
            // Who begins later clones in whatever weather there is then.
            if !self.one_in(4) {
                self.sync(device);
            }
        }
        self.weather.set(storm);
    }

    /// Lets one thing happen.
    pub(super) fn step(&self) {
        self.count(|tally| tally.steps += 1);
        let minutes = 1 + self.below(30);
        let micros = i64::try_from(minutes).unwrap_or(1) * MINUTE;
        self.now.set(self.now.get() + micros);
        if self.server().is_down() && self.one_in(3) {
            self.note(format_args!("the server starts"));
            self.server().start();
        }
        let device = self.below(self.devices.len());
        match self.below(100) {
            0..=43 => self.write(device),
            44..=47 => self.undo(device),
            48..=70 => drop(self.sync(device)),
            71..=77 => self.decide(device),
            78..=80 => self.crash_device(device),
            81..=84 => self.crash_server(),
            85..=88 => self.turn_clocks(device),
            89..=92 => self.deliver_late(),
            93..=95 => self.restore(device),
            96..=97 => self.correct_people(device),
            _ => self.make_up(),
        }
    }

    /// Lets the world go on for a little while somebody waits, if it is in the mood.
    pub(super) fn interlude(&self) {
        if self.depth.get() >= MAX_DEPTH || !self.one_in(self.weather().interlude) {
            return;
        }
        self.depth.set(self.depth.get() + 1);
        if self.one_in(2) {
            // Overtaken between its pull and its push: the clashes that only the server sees.
            let other = self.below(self.devices.len());
            self.write(other);
            self.sync(other);
        }
        for _ in 0..=self.below(3) {
            if self.goes_on() {
                self.step();
            }
        }
        self.depth.set(self.depth.get() - 1);
    }

    /// Lets somebody write something, if the rules let them do what they first think of.
    fn write(&self, device: usize) {
        for _ in 0..MAX_WISHES {
            if !self.goes_on() || self.wish(device) {
                return;
            }
        }
    }

    /// Lets somebody want something; says whether it was written.
    fn wish(&self, device: usize) -> bool {
        let now = self.time_of(device);
        let author = self.devices[device].person;
        let mut maker = self.devices[device].maker.borrow_mut();
        let mut proposal = maker.wish_at(now, author);
        drop(maker);
        // The first administrator stays one, so that somebody can make up what others spoil.
        proposal.commands.retain(|command| {
            !matches!(command, Command::SetRole { id, .. } if *id == ANA)
                && *command != Command::DeactivatePerson(ANA)
        });
        !proposal.commands.is_empty() && self.propose(device, proposal)
    }

    /// Lets the first administrator put right what keeps others from writing.
    fn make_up(&self) {
        let Some(person) = self.random.borrow_mut().choose(&[BEN, CAI]) else {
            return;
        };
        let policy = okr_core::decide::OrgPatch {
            edit_policy: Some(EditPolicy::Everyone),
            ..Default::default()
        };
        let commands = match self.below(3) {
            0 => Command::ReactivatePerson(person),
            1 => Command::SetRole {
                id: person,
                role: Role::Member,
            },
            _ => Command::SetOrg(policy),
        };
        self.propose_commands(0, vec![commands]);
    }

    fn propose_commands(&self, device: usize, commands: Vec<Command>) {
        let proposal = Proposal {
            id: self.new_id(device),
            authored_at: self.time_of(device),
            on_behalf_of: None,
            source: Source::Human,
            reason: Some(text("it has to be")),
            amendment: None,
            commands,
        };
        self.propose(device, proposal);
    }

    /// Proposes; says whether it was written.
    fn propose(&self, device: usize, proposal: Proposal) -> bool {
        let today = self.today(device);
        match self.devices[device].with(|replica| replica.propose(proposal, today)) {
            Ok(Proposed::Written(change)) => {
                self.note(format_args!(
                    "{device} writes {}: {}",
                    change.id,
                    words(&change)
                ));
                self.wrote(device, change);
                true
            }
            Ok(Proposed::NothingToDo) => false,
            Ok(Proposed::Rejected(rejection)) => {
                self.note(format_args!("{device} may not: {rejection}"));
                false
            }
            Err(error) => {
                self.failed(device, &error);
                false
            }
        }
    }

    pub(super) fn wrote(&self, device: usize, change: Change) {
        self.count(|tally| tally.written += 1);
        let writer = &self.devices[device];
        writer.maker.borrow_mut().witness(&change);
        writer.known.borrow_mut().insert(change.id);
        self.audit().wrote(writer.person, change.clone());
        writer.ledger.borrow_mut().wrote(change);
    }

    pub(super) fn today(&self, device: usize) -> Date {
        let now = self.time_of(device);
        day_of(now)
    }

    pub(super) fn failed(&self, device: usize, error: &ReplicaError) {
        let error = format!("{error:?}");
        self.blame(Violation::Failed { device, error });
    }

    /// Lets a device sync, and looks at it afterwards. Returns the report, if the sync went well.
    pub(super) fn sync(&self, index: usize) -> Option<SyncReport> {
        self.count(|tally| tally.syncs += 1);
        self.note(format_args!("{index} syncs"));
        let device = &self.devices[index];
        let mortal = device.syncs.replace(device.syncs.get() + 1) == 0;
        let mut line = Line::new(self, index, mortal);
        let now = self.time_of(index);
        let mut failure = None;
        let synced = device.with(|replica| {
            let done = replica.sync(&mut line, now, &mut |_| {});
            Ok(done.map_err(|error| failure = Some(error)).ok())
        });
        device.syncs.set(device.syncs.get() - 1);
        if let Some(image) = line.into_image() {
            self.count(|tally| tally.device_crashes += 1);
            device.move_to(image);
            self.lose_newest_edit(index);
            self.reconcile(index);
            return None;
        }
        if let Err(error) = &synced {
            self.failed(index, error);
        }
        if let Some(error) = failure {
            self.count(|tally| tally.broken += 1);
            self.judge_failure(index, &error);
        }
        let report = synced.ok().flatten();
        if let Some(report) = &report {
            self.note(format_args!(
                "  {index} pulled {}, pushed {}, {} duplicates, {} already so, {} conflicts; head {}",
                report.pulled,
                report.pushed,
                report.duplicates,
                report.already_so,
                report.conflicts.len(),
                report.head
            ));
            self.lose_conflicts(index, report);
        }
        self.reconcile(index);
        report
    }

    /// Says whether a sync may break off like this in a world with an honest server.
    fn judge_failure(&self, device: usize, error: &SyncError) {
        self.note(format_args!("  {device} breaks off: {error}"));
        match error {
            SyncError::Remote(error) if error.is_passing() => {}
            // Another process of the same device was quicker, again and again.
            SyncError::Replica(ReplicaError::Busy) => {}
            SyncError::Remote(_) | SyncError::Integrity(_) | SyncError::Diverged { .. } => {
                let error = format!("{error:?}");
                self.blame(Violation::FalseSuspicion { device, error });
            }
            SyncError::NotConnected => {
                let error = error.to_string();
                self.blame(Violation::Failed { device, error });
            }
            SyncError::Replica(error) => self.failed(device, error),
        }
    }

    fn decide(&self, index: usize) {
        let device = &self.devices[index];
        let conflicts = match device.with(|replica| replica.conflicts()) {
            Ok(conflicts) => conflicts,
            Err(error) => return self.failed(index, &error),
        };
        if conflicts.is_empty() {
            return;
        }
        let old = conflicts[self.below(conflicts.len())].change.id;
        let choices = [
            Resolution::Mine,
            Resolution::Mine,
            Resolution::Theirs,
            Resolution::Base,
            Resolution::Drop,
        ];
        let resolution = choices[self.below(choices.len())];
        let (new_id, today) = (self.new_id(index), self.today(index));
        let resolved = device.with(|replica| replica.resolve(old, resolution, new_id, today));
        match resolved {
            Ok(Resolved::StillRefused(_) | Resolved::NothingClashes) => {}
            Ok(Resolved::NoSuchConflict) => {
                let error = format!("conflict {old} is listed and not there");
                self.blame(Violation::Failed {
                    device: index,
                    error,
                });
            }
            Ok(resolved @ (Resolved::Again(_) | Resolved::AlreadySo | Resolved::Dropped)) => {
                self.note(format_args!("{index} decides {old}: {resolution:?}"));
                self.count(|tally| tally.decided += 1);
                device.ledger.borrow_mut().close(old, Fate::Decided);
                if let Resolved::Again(change) = resolved {
                    self.wrote(index, change);
                }
                self.reconcile(index);
            }
            Err(error) => self.failed(index, &error),
        }
    }

    /// Ends all processes of a device at once; it goes on from what its disk holds.
    fn crash_device(&self, index: usize) {
        if self.devices[index].syncs.get() > 0 {
            return;
        }
        self.note(format_args!("{index} crashes"));
        self.count(|tally| tally.device_crashes += 1);
        let image = self.image_of(index);
        self.devices[index].move_to(image);
        self.lose_newest_edit(index);
        self.reconcile(index);
    }

    fn crash_server(&self) {
        if self.server().is_down() {
            return;
        }
        self.note(format_args!("the server crashes"));
        self.count(|tally| tally.server_crashes += 1);
        let survivors = self.below(3);
        self.server().crash(survivors);
        self.look();
    }

    fn turn_clocks(&self, device: usize) {
        let off = |world: &Self| {
            let unit = [MINUTE, 60 * MINUTE, DAY][world.below(3)];
            let count = i64::try_from(world.below(7)).unwrap_or(0) - 3;
            unit * count
        };
        match self.below(3) {
            0 => self.devices[device].skew.set(off(self)),
            1 => self.server_skew.set(off(self)),
            _ => self.now.set(self.now.get() + DAY),
        }
    }

    fn deliver_late(&self) {
        let letter = {
            let mut mail = self.mail.borrow_mut();
            if mail.is_empty() {
                return;
            }
            let place = self.below(mail.len());
            mail.swap_remove(place)
        };
        self.arrive_late(letter);
        self.look();
    }

    /// Keeps a copy of a device's disk, or goes back to the one that was kept.
    fn restore(&self, index: usize) {
        let device = &self.devices[index];
        if device.syncs.get() > 0 {
            return;
        }
        let kept = device.backup.take();
        let Some(backup) = kept.filter(|_| self.one_in(2)) else {
            self.note(format_args!("{index} keeps a copy"));
            let backup = Backup {
                directory: self.image_of(index),
                ledger: device.ledger.borrow().clone(),
                head: device.head.get(),
            };
            device.backup.replace(Some(backup));
            return;
        };
        self.note(format_args!("{index} is restored"));
        device.move_to(backup.directory);
        device.ledger.replace(backup.ledger);
        device.head.set(backup.head);
        self.reconcile(index);
    }

    fn correct_people(&self, index: usize) {
        let device = &self.devices[index];
        let entry = DirectoryEntry {
            person: device.person,
            handle: format!("handle-{}", device.person.uuid().as_u128() % 100),
            name: format!("Name {}", self.below(5)),
            email: String::new(),
        };
        if let Err(error) = device.with(|replica| replica.set_directory_entry(&entry)) {
            self.failed(index, &error);
        }
    }

    /// The fault that a conflict is not kept.
    fn lose_conflicts(&self, index: usize, report: &SyncReport) {
        if !self.plan.faults.drop_conflicts {
            return;
        }
        for conflict in &report.conflicts {
            let (id, new_id) = (conflict.change.id, self.new_id(index));
            let today = self.today(index);
            let dropped = self.devices[index]
                .with(|replica| replica.resolve(id, Resolution::Drop, new_id, today));
            drop(dropped);
        }
    }

    /// The fault that what was written last is not durable.
    fn lose_newest_edit(&self, index: usize) {
        if !self.plan.faults.lose_newest_edit {
            return;
        }
        let device = &self.devices[index];
        if let Some(backup) = device.backup.take() {
            device.move_to(backup.directory);
            device.head.set(backup.head);
        }
    }
}

/// Says what a change is about.
fn words(change: &Change) -> String {
    let events = change.events.iter().map(|event| {
        let subject = event.subject();
        match event.field_change() {
            Some(edit) => {
                let (field, from, to) = (edit.field, edit.from, edit.to);
                format!("{subject}: {field} from {from:?} to {to:?}")
            }
            None => format!("{subject}"),
        }
    });
    events.collect::<Vec<_>>().join("; ")
}

/// Teams, an open cycle and one to come, and goals for others to work on.
fn first_goals() -> Vec<Command> {
    let mut commands = Vec::new();
    for number in 1..=2 {
        commands.push(Command::AddTeam {
            id: team_id(number),
            new: new_team(&format!("team-{number}")),
        });
        commands.push(Command::AddCycle {
            id: cycle_id(number),
            new: new_cycle(),
        });
        let objective = objective_id(number);
        commands.push(Command::AddObjective {
            id: objective,
            new: Box::new(new_objective(&format!("objective-{number}"))),
        });
        commands.push(Command::AddKeyResult {
            id: key_result_id(number),
            new: Box::new(new_key_result(objective, &format!("result-{number}"))),
        });
    }
    commands.push(Command::OpenCycle(cycle_id(1)));
    commands
}
