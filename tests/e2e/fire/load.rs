//! Clients that push and read until the server is gone, and know what they were told.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use okr_bench::{Load, Login, Peer, Way, Writer, login};
use okr_core::id::{ChangeId, Position};
use okr_e2e::Server;
use okr_log::{Frontier, Origin, SignedCheckpoint, VerifyingKey};
use okr_proto::v1::push_result::Outcome;
use okr_proto::{ConfirmedChange, Decoded, v1};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::history::{History, Operation, What};
use crate::programs;

/// How many clients push at the same time.
const WRITERS: usize = 4;
/// How many clients read at the same time.
const READERS: usize = 2;

/// A change as it was pushed, with its id.
type Pushed = (ChangeId, v1::NewChange);

/// What a client was told, and what it asked in vain when its connection broke.
#[derive(Default)]
struct Knowledge {
    operations: Vec<Operation>,
    lost: Option<Lost>,
    /// How far it has read.
    seen: u64,
    /// Why the last push was not answered.
    refusal: String,
}

/// A push whose answer never came.
struct Lost {
    begun: Instant,
    batch: Vec<Pushed>,
}

/// An organisation under load, and what its clients were told.
pub(super) struct Campaign {
    runtime: Runtime,
    login: Login,
    load: Arc<Load>,
    history: History,
    /// Where the log ended before the load.
    first: Position,
    lost: Vec<Lost>,
    /// How far the readers are: they go on there, so that a round costs what is new and not the whole log.
    seen: u64,
    /// How many changes were pushed again because their answer never came.
    again: usize,
}

impl Campaign {
    /// Makes a server with an organisation that has goals, in a directory that is not there yet.
    pub(super) fn found(data: &Path) -> (Self, Server) {
        let arguments = ["--org", "Acme", "--time-zone", "UTC", "--admin", "ana"];
        let answer = Server::init(&programs(), data, &arguments).unwrap();
        let code = answer["code"].as_str().unwrap();
        let runtime = Runtime::new().unwrap();
        let server = Server::start(&programs(), data).unwrap();
        let login = runtime.block_on(login(server.url(), code)).unwrap();
        let load = Arc::new(Load::new(login.person));
        let mut campaign = Self {
            runtime,
            login,
            load,
            history: History::default(),
            first: Position::ZERO,
            lost: Vec::new(),
            seen: 0,
            again: 0,
        };
        let plan = campaign.load.plan().unwrap();
        campaign.first = Position::new(campaign.push(&server, plan).head);
        (campaign, server)
    }

    /// Lets clients push and read, and ends the server with `end` after a number of answers.
    pub(super) fn under_load(&mut self, server: Server, answers: usize, end: impl FnOnce(Server)) {
        let (token, url) = (self.login.token.clone(), server.url().to_owned());
        let known = self.runtime.block_on(async {
            let (sender, mut receiver) = mpsc::unbounded_channel();
            let mut clients = Vec::new();
            for number in 0..WRITERS {
                let writer = writer(number, &url, &token).await;
                let load = Arc::clone(&self.load);
                clients.push(tokio::spawn(write(writer, load, sender.clone())));
            }
            // Whoever waits for answers below is told when no writer is left.
            drop(sender);
            for _ in 0..READERS {
                let peer = Peer::new(&url, &token).await.unwrap();
                clients.push(tokio::spawn(read(peer, self.seen)));
            }
            for _ in 0..answers {
                let answer = receiver.recv().await;
                answer.expect("the writers go on until the server is gone");
            }
            // The clients go on in other threads while the server is ended in this one.
            tokio::task::block_in_place(|| end(server));
            let mut known = Vec::new();
            for client in clients {
                known.push(client.await.unwrap());
            }
            known
        });
        for knowledge in known {
            self.seen = self.seen.max(knowledge.seen);
            self.history.extend(knowledge.operations);
            self.lost.extend(knowledge.lost);
        }
    }

    /// Lets clients push until the server takes nothing more, and returns what each was told.
    pub(super) fn until_refused(&mut self, server: &Server) -> Vec<String> {
        let (token, url) = (self.login.token.clone(), server.url().to_owned());
        let known = self.runtime.block_on(async {
            let (sender, _receiver) = mpsc::unbounded_channel();
            let mut clients = Vec::new();
            for number in 0..WRITERS {
                let writer = writer(number, &url, &token).await;
                let load = Arc::clone(&self.load);
                clients.push(tokio::spawn(write(writer, load, sender.clone())));
            }
            let mut known = Vec::new();
            for client in clients {
                known.push(client.await.unwrap());
            }
            known
        });
        let mut refusals = Vec::new();
        for knowledge in known {
            self.history.extend(knowledge.operations);
            self.lost.extend(knowledge.lost);
            refusals.push(knowledge.refusal);
        }
        refusals
    }

    /// Reads the log up to its head, and says what kept it from that.
    pub(super) fn read(&mut self, server: &Server) -> Result<(), String> {
        let begun = Instant::now();
        let read = self.runtime.block_on(async {
            let mut peer = Peer::new(server.url(), &self.login.token).await.unwrap();
            let mut head = 0;
            let read = peer.pull(0, |batch| head += batch.len() as u64).await;
            read.map(|_| head)
        });
        let head = read.map_err(|error| format!("{error:#}"))?;
        self.history.extend([Operation {
            begun,
            ended: Instant::now(),
            what: What::Read(Position::new(head)),
        }]);
        Ok(())
    }

    /// Says whether a server takes a change.
    pub(super) fn takes(&mut self, server: &Server) -> Result<(), String> {
        let batch = vec![self.load.check_in().unwrap()];
        let changes = batch.iter().map(|(_, change)| change.clone()).collect();
        let begun = Instant::now();
        let answer = self.runtime.block_on(async {
            let mut peer = Peer::new(server.url(), &self.login.token).await?;
            peer.push(changes).await
        });
        match answer {
            Ok(answer) => {
                self.history.extend(appended(&batch, &answer, begun));
                Ok(())
            }
            Err(error) => {
                self.lost.push(Lost { begun, batch });
                Err(format!("{error:#}"))
            }
        }
    }

    /// Asks a server that is back for the answers that never came: what it has is not appended twice.
    pub(super) fn ask_again(&mut self, server: &Server) {
        for lost in std::mem::take(&mut self.lost) {
            self.again += lost.batch.len();
            let changes = lost.batch.iter().map(|(_, change)| change.clone());
            let answer = self.push(server, changes.collect());
            self.history
                .extend(appended(&lost.batch, &answer, lost.begun));
        }
    }

    fn push(&self, server: &Server, changes: Vec<v1::NewChange>) -> v1::PushResponse {
        self.runtime.block_on(async {
            let mut peer = Peer::new(server.url(), &self.login.token).await.unwrap();
            peer.push(changes).await.unwrap()
        })
    }

    /// Demands that the log of a server is the one that all clients were told of, and says how much that was.
    pub(super) fn judge(&self, server: &Server) -> String {
        let log = self.whole_log(server);
        let flaws = self.history.flaws(&log, self.first);
        assert_eq!(flaws, Vec::<String>::new());
        format!(
            "{} changes acknowledged and {} reads; {} changes pushed again, as their answer never came; \
             0 lost, 0 doubled, 0 out of order",
            self.history.acknowledged(),
            self.history.reads(),
            self.again
        )
    }

    /// Pulls the whole log, verifies it against its checkpoint, and returns the position of each change.
    fn whole_log(&self, server: &Server) -> BTreeMap<ChangeId, Position> {
        let mut records = Vec::new();
        let note = self.runtime.block_on(async {
            let mut peer = Peer::new(server.url(), &self.login.token).await.unwrap();
            peer.pull(0, |batch| records.extend(batch)).await.unwrap()
        });
        let mut frontier = Frontier::default();
        let mut found = BTreeMap::new();
        let mut time = None;
        for (index, bytes) in records.iter().enumerate() {
            let record = ConfirmedChange::read(bytes).unwrap();
            let expected = index as u64 + 1;
            assert_eq!(record.position.get(), expected, "positions have no gap");
            frontier.push(record.leaf);
            assert!(time <= Some(record.recorded_at), "times never go back");
            time = Some(record.recorded_at);
            let Decoded::Known(change) = record.decoded else {
                panic!("{record:?} is unknown")
            };
            let before = found.insert(change.id, record.position);
            assert_eq!(before, None, "{} is in the log twice", change.id);
        }
        let key: VerifyingKey = self.login.verifier_key.parse().unwrap();
        let origin = Origin::new(&self.login.origin).unwrap();
        let checkpoint = SignedCheckpoint::verify(&note, &key, &origin).unwrap();
        assert_eq!(checkpoint.size.get(), records.len() as u64);
        assert_eq!(
            checkpoint.root,
            frontier.root(),
            "the log is the one that the server signed"
        );
        found
    }
}

/// Reads what became of a push, in which everything must have been taken.
fn appended(batch: &[Pushed], answer: &v1::PushResponse, begun: Instant) -> Vec<Operation> {
    let ended = Instant::now();
    assert_eq!(
        answer.results.len(),
        batch.len(),
        "one answer for each change"
    );
    let position = |result: &v1::PushResult| match result.outcome.as_ref().unwrap() {
        Outcome::Accepted(accepted) => Position::new(accepted.position),
        Outcome::Duplicate(duplicate) => Position::new(duplicate.position),
        Outcome::AlreadySo(_) | Outcome::Rejected(_) => {
            panic!("a check-in was refused: {result:?}")
        }
    };
    let operation = |((id, _), result): (&Pushed, _)| Operation {
        begun,
        ended,
        what: What::Appended(*id, position(result)),
    };
    batch.iter().zip(&answer.results).map(operation).collect()
}

/// Connects a writer: every second one pushes on a stream.
async fn writer(number: usize, url: &str, token: &str) -> Writer {
    let way = [Way::Calls, Way::Stream][number % 2];
    Writer::new(url, token, way).await.unwrap()
}

/// Pushes until the server is gone.
async fn write(mut writer: Writer, load: Arc<Load>, done: mpsc::UnboundedSender<()>) -> Knowledge {
    let mut known = Knowledge::default();
    for round in 1.. {
        let size = 1 + round % 5;
        let batch: Vec<Pushed> = (0..size).map(|_| load.check_in().unwrap()).collect();
        let changes = batch.iter().map(|(_, change)| change.clone()).collect();
        let begun = Instant::now();
        writer.send(changes).await;
        let answer = match writer.answer().await {
            Ok(answer) => answer,
            Err(error) => {
                known.lost = Some(Lost { begun, batch });
                known.refusal = format!("{error:#}");
                break;
            }
        };
        known.operations.extend(appended(&batch, &answer, begun));
        done.send(()).ok();
    }
    known
}

/// Reads on, after what was read before, until the server is gone.
async fn read(mut peer: Peer, seen: u64) -> Knowledge {
    let mut known = Knowledge {
        seen,
        ..Knowledge::default()
    };
    loop {
        let begun = Instant::now();
        let mut count = 0;
        if peer
            .pull(known.seen, |batch| count += batch.len() as u64)
            .await
            .is_err()
        {
            return known;
        }
        known.seen += count;
        known.operations.push(Operation {
            begun,
            ended: Instant::now(),
            what: What::Read(Position::new(known.seen)),
        });
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
