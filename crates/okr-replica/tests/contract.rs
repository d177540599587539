//! What every remote has to do, whatever carries it: one suite for all of them.
//!
//! It uses public names only, so that the tests of another crate can include this file and run it
//! against a real server: `contract::check(|| Box::new(host))`.

use std::ops::ControlFlow;
use std::time::Duration;

use bytes::Bytes;
use okr_core::Timestamp;
use okr_core::change::Change;
use okr_core::event::{Event, ObjectiveEdit, ObjectiveEvent, PersonEvent, TeamEdit, TeamEvent};
use okr_core::id::{OrgId, PersonId, Position};
use okr_core::value::{Role, Source};
use okr_log::{Checkpoint, Frontier, Origin, Record, RecordText, RecordView, SignedCheckpoint};
use okr_proto::{EncodedChange, ToCore as _, ToLog as _, encode};
use okr_replica::{
    Directory, DirectoryEntry, Follow, Followed, Following, Pulled, PushOutcome, RemoteError,
    RemoteInfo,
};
use okr_testkit::sample::{
    change_id, edit, founding, name, new_org, new_team, objective_id, person_id, team_id, title,
};

/// A server of its own, with one organisation.
pub(crate) trait Host {
    /// Connects the administrator.
    fn connect(&mut self) -> Box<dyn Follow>;
    /// What a client pins.
    fn info(&self) -> RemoteInfo;
    /// The organisation.
    fn org(&self) -> OrgId;
    /// Its administrator.
    fn administrator(&self) -> PersonId;
}

/// Runs every check, each against a fresh server.
pub(crate) fn check(mut start: impl FnMut() -> Box<dyn Host>) {
    let checks: [fn(&mut Contract); 12] = [
        accepted_changes_are_pulled_as_they_were_pushed,
        a_change_is_appended_once,
        changes_are_judged_one_by_one_on_what_the_ones_before_leave,
        what_holds_already_is_not_appended,
        a_pull_ends_with_the_checkpoint_of_what_was_sent,
        a_pull_of_nothing_new_gives_the_checkpoint_alone,
        a_pull_beyond_the_head_says_where_the_log_ends,
        a_pull_stops_when_nobody_listens,
        the_directory_comes_when_it_is_not_the_newest,
        a_push_that_cannot_be_read_appends_nothing,
        a_stream_that_stays_brings_each_round_with_its_checkpoint,
        no_stream_begins_beyond_the_head,
    ];
    for check in checks {
        let mut host = start();
        let remote = host.connect();
        let mut contract = Contract { host, remote };
        contract.found();
        check(&mut contract);
    }
}

struct Contract {
    host: Box<dyn Host>,
    remote: Box<dyn Follow>,
}

#[derive(Default)]
struct Brought {
    records: Vec<Bytes>,
    checkpoints: Vec<String>,
    directories: Vec<Directory>,
}

impl Contract {
    /// Founds the organisation, unless the server did.
    fn found(&mut self) {
        if self.head() > Position::ZERO {
            return;
        }
        let mut founding = founding(new_org(), self.host.administrator());
        for event in &mut founding {
            if let Event::Org(id, _) = event {
                *id = self.host.org();
            }
        }
        let outcome = self.push_one(encoded(100, founding));
        assert!(
            matches!(outcome, PushOutcome::Accepted { .. }),
            "{outcome:?}"
        );
    }

    fn push_one(&mut self, change: EncodedChange) -> PushOutcome {
        let mut outcomes = self.push(vec![change]);
        assert_eq!(outcomes.len(), 1);
        outcomes.remove(0)
    }

    fn push(&mut self, changes: Vec<EncodedChange>) -> Vec<PushOutcome> {
        self.remote.push(Position::ZERO, changes).unwrap()
    }

    fn head(&mut self) -> Position {
        let count = self.pull(Position::ZERO, 0).records.len();
        Position::new(count as u64)
    }

    fn pull(&mut self, after: Position, directory_version: u64) -> Brought {
        let mut brought = Brought::default();
        self.remote
            .pull(after, directory_version, &mut |pulled| {
                assert!(brought.checkpoints.is_empty(), "the checkpoint comes last");
                match pulled {
                    Pulled::Records(records) => brought.records.extend(records),
                    Pulled::Checkpoint(note) => brought.checkpoints.push(note),
                    Pulled::Directory(directory) => {
                        assert!(brought.records.is_empty(), "the directory comes first");
                        brought.directories.push(directory);
                    }
                }
                ControlFlow::Continue(())
            })
            .unwrap();
        brought
    }

    fn verify(&self, note: &str) -> Checkpoint {
        let info = self.host.info();
        let key = info.verifier_key.parse().unwrap();
        SignedCheckpoint::verify(note, &key, &Origin::new(&info.origin).unwrap()).unwrap()
    }
}

fn accepted_changes_are_pulled_as_they_were_pushed(contract: &mut Contract) {
    let before = contract.head();
    let changes = [team(1, "red"), team(2, "blue")];
    let outcomes = contract.push(changes.to_vec());
    let records = contract.pull(before, 0).records;
    assert_eq!(records.len(), changes.len());
    let mut last = i64::MIN;
    for (index, (bytes, pushed)) in records.iter().zip(changes).enumerate() {
        let record = Record::decode(bytes).unwrap();
        let position = Position::new(before.get() + 1 + index as u64);
        assert_eq!(record.position, position.to_log());
        assert_eq!(record.author, contract.host.administrator().to_log());
        assert_eq!(record.body, pushed.body, "not encoded again");
        let texts: Vec<RecordText> = pushed.texts.into_iter().map(RecordText::from).collect();
        assert_eq!(record.texts, texts);
        let recorded_at = record.recorded_at.as_micros();
        assert!(recorded_at >= last, "recorded-at never goes backwards");
        last = recorded_at;
        let accepted = PushOutcome::Accepted {
            position,
            recorded_at: Timestamp::from_microsecond(recorded_at).unwrap(),
        };
        assert_eq!(outcomes[index], accepted);
    }
}

fn a_change_is_appended_once(contract: &mut Contract) {
    let PushOutcome::Accepted { position, .. } = contract.push_one(team(1, "red")) else {
        panic!("a new team is accepted");
    };
    let again = contract.push(vec![team(1, "red"), team(1, "red")]);
    let duplicate = PushOutcome::Duplicate { position };
    assert_eq!(again, [duplicate.clone(), duplicate]);
    assert_eq!(contract.head(), position);
}

fn changes_are_judged_one_by_one_on_what_the_ones_before_leave(contract: &mut Contract) {
    let before = contract.head();
    let outcomes = contract.push(vec![
        team(1, "red"),
        rename(2, "green", "blue"),
        rename(3, "red", "blue"),
        orphan(4),
        rename(5, "blue", "green"),
    ]);
    let words: Vec<&str> = outcomes.iter().map(word).collect();
    assert_eq!(
        words,
        [
            "accepted",
            "conflict",
            "accepted",
            "unknown-subject",
            "accepted"
        ]
    );
    assert_eq!(contract.head().get(), before.get() + 3);
    let PushOutcome::Rejected(refusal) = &outcomes[1] else {
        panic!("the second is refused");
    };
    assert_eq!(refusal.subject, Some(team_id(1).uuid()));
    assert_eq!(
        refusal.facts.get("current").map(String::as_str),
        Some("red")
    );
}

fn what_holds_already_is_not_appended(contract: &mut Contract) {
    contract.push(vec![team(1, "red"), rename(2, "red", "blue")]);
    let before = contract.head();
    let outcome = contract.push_one(rename(3, "red", "blue"));
    assert_eq!(outcome, PushOutcome::AlreadySo);
    assert_eq!(contract.head(), before);
}

fn a_pull_ends_with_the_checkpoint_of_what_was_sent(contract: &mut Contract) {
    let changes: Vec<EncodedChange> = (1..=20).map(|number| team(number, "red")).collect();
    contract.push(changes);
    let brought = contract.pull(Position::ZERO, 0);
    let mut frontier = Frontier::new();
    for record in &brought.records {
        frontier.push(RecordView::parse(record).unwrap().leaf_hash());
    }
    assert_eq!(brought.checkpoints.len(), 1);
    let checkpoint = contract.verify(&brought.checkpoints[0]);
    assert_eq!(checkpoint.size.get(), brought.records.len() as u64);
    assert_eq!(checkpoint.root, frontier.root());
}

fn a_pull_of_nothing_new_gives_the_checkpoint_alone(contract: &mut Contract) {
    let head = contract.head();
    let brought = contract.pull(head, 0);
    assert!(brought.records.is_empty());
    assert_eq!(brought.checkpoints.len(), 1);
    let checkpoint = contract.verify(&brought.checkpoints[0]);
    assert_eq!(checkpoint.size.to_core(), head);
}

fn a_pull_beyond_the_head_says_where_the_log_ends(contract: &mut Contract) {
    let head = contract.head();
    let mut called = false;
    let error = contract.remote.pull(head.next(), 0, &mut |_| {
        called = true;
        ControlFlow::Continue(())
    });
    assert_eq!(error, Err(RemoteError::Ahead { head }));
    assert!(!called);
}

fn a_pull_stops_when_nobody_listens(contract: &mut Contract) {
    let mut count = 0;
    let stopped = contract.remote.pull(Position::ZERO, 0, &mut |_| {
        count += 1;
        ControlFlow::Break(())
    });
    assert_eq!((stopped, count), (Ok(()), 1));
    // And the remote can be used afterwards.
    assert_eq!(word(&contract.push_one(team(1, "red"))), "accepted");
}

fn the_directory_comes_when_it_is_not_the_newest(contract: &mut Contract) {
    let newcomer = person_id(1);
    let added = Event::Person(newcomer, PersonEvent::Added(Role::Member));
    assert_eq!(
        word(&contract.push_one(encoded(1, vec![added]))),
        "accepted"
    );
    let entry = |handle: &str| DirectoryEntry {
        person: newcomer,
        handle: handle.to_owned(),
        name: "Dora".to_owned(),
        email: "dora@example.org".to_owned(),
    };
    let first = contract
        .remote
        .update_directory(vec![entry("dora")])
        .unwrap();
    let second = contract
        .remote
        .update_directory(vec![entry("dolly")])
        .unwrap();
    assert!(second > first, "{second} follows {first}");
    let head = contract.head();
    let brought = contract.pull(head, first).directories;
    assert_eq!(brought.len(), 1);
    assert_eq!(brought[0].version, second);
    assert_eq!(brought[0].by_handle("dolly"), Some(&entry("dolly")));
    assert_eq!(brought[0].by_handle("dora"), None);
    assert!(contract.pull(head, second).directories.is_empty());
}

fn a_stream_that_stays_brings_each_round_with_its_checkpoint(contract: &mut Contract) {
    let begin = contract.head();
    let mut other = contract.host.connect();
    let mut stream = other.follow(begin, 0).unwrap();
    let first = round(&mut *stream);
    assert!(first.records.is_empty(), "nothing is new yet");
    assert_eq!(contract.verify(&first.checkpoints[0]).size.to_core(), begin);

    let mut head = begin;
    for number in 1..=2 {
        contract.push(vec![team(number, "red"), team(10 + number, "blue")]);
        // What is pushed together may come in one round or in two.
        while head.get() < begin.get() + 2 * u64::from(number) {
            let brought = round(&mut *stream);
            head = Position::new(head.get() + brought.records.len() as u64);
            assert_eq!(
                contract.verify(&brought.checkpoints[0]).size.to_core(),
                head
            );
        }
    }
    drop(stream);
    let entry = DirectoryEntry {
        person: contract.host.administrator(),
        handle: "anna".to_owned(),
        name: "Anna".to_owned(),
        email: String::new(),
    };
    let mut stream = other.follow(head, u64::MAX).unwrap();
    round(&mut *stream);
    contract
        .remote
        .update_directory(vec![entry.clone()])
        .unwrap();
    let Pulled::Directory(directory) = part(&mut *stream) else {
        panic!("the directory comes when it changes");
    };
    assert_eq!(directory.by_handle("anna"), Some(&entry));
}

fn no_stream_begins_beyond_the_head(contract: &mut Contract) {
    let head = contract.head();
    let error = contract.remote.follow(head.next(), 0).err();
    assert_eq!(error, Some(RemoteError::Ahead { head }));
}

/// Takes a round of a stream, with a directory that may come before it.
fn round(stream: &mut dyn Following) -> Brought {
    let mut brought = Brought::default();
    while brought.checkpoints.is_empty() {
        match part(stream) {
            Pulled::Records(records) => brought.records.extend(records),
            Pulled::Checkpoint(note) => brought.checkpoints.push(note),
            Pulled::Directory(directory) => brought.directories.push(directory),
        }
    }
    brought
}

/// Takes the next part of a stream, over signs of life.
fn part(stream: &mut dyn Following) -> Pulled {
    loop {
        match stream.next(Duration::from_mins(2)).unwrap() {
            Some(Followed::Pulled(pulled)) => return pulled,
            Some(Followed::Alive) => {}
            None => panic!("nothing comes"),
        }
    }
}

fn a_push_that_cannot_be_read_appends_nothing(contract: &mut Contract) {
    let before = contract.head();
    let unreadable = EncodedChange {
        body: Bytes::from_static(&[0xFF; 9]),
        texts: Vec::new(),
    };
    let error = contract
        .remote
        .push(Position::ZERO, vec![team(1, "red"), unreadable])
        .unwrap_err();
    assert!(
        matches!(error, RemoteError::InvalidChange { index: 1, .. }),
        "{error}"
    );
    assert_eq!(contract.head(), before);
}

fn word(outcome: &PushOutcome) -> &str {
    match outcome {
        PushOutcome::Accepted { .. } => "accepted",
        PushOutcome::Duplicate { .. } => "duplicate",
        PushOutcome::AlreadySo => "already so",
        PushOutcome::Rejected(refusal) => &refusal.code,
    }
}

fn team(number: u32, called: &str) -> EncodedChange {
    let mut new = new_team(called);
    new.slug = okr_testkit::sample::slug(&format!("team-{number}"));
    encoded(
        number,
        vec![Event::Team(team_id(number), TeamEvent::Created(new))],
    )
}

fn rename(number: u32, from: &str, to: &str) -> EncodedChange {
    let edit = TeamEdit::Name(edit(name(from), name(to)));
    encoded(
        number,
        vec![Event::Team(team_id(1), TeamEvent::Edited(edit))],
    )
}

/// An edit of an objective that does not exist.
fn orphan(number: u32) -> EncodedChange {
    let edit = ObjectiveEdit::Title(edit(title("Old"), title("New")));
    encoded(
        number,
        vec![Event::Objective(
            objective_id(1),
            ObjectiveEvent::Edited(edit),
        )],
    )
}

fn encoded(number: u32, events: Vec<Event>) -> EncodedChange {
    let change = Change {
        id: change_id(number),
        authored_at: Timestamp::UNIX_EPOCH,
        on_behalf_of: None,
        source: Source::Human,
        reason: None,
        amendment: None,
        events,
    };
    encode(&change, || [7; 16])
}
