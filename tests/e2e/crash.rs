//! The server is killed during pushes, again and again: nothing acknowledged is lost, nothing doubled.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use okr_bench::{Load, Login, Peer, login};
use okr_core::id::{ChangeId, Position};
use okr_e2e::Server;
use okr_log::{Frontier, Origin, SignedCheckpoint, VerifyingKey};
use okr_proto::v1::push_result::Outcome;
use okr_proto::{ConfirmedChange, Decoded, v1};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use crate::programs;

/// How often the server is killed.
const KILLS: usize = 20;

/// How many clients push at the same time.
const WRITERS: usize = 4;

/// A change as it was pushed, with its id.
type Pushed = (ChangeId, v1::NewChange);

/// What a writer knows when its connection breaks.
#[derive(Default)]
struct Knowledge {
    acknowledged: Vec<(ChangeId, Position)>,
    unanswered: Vec<Pushed>,
}

/// Reads the positions out of an answer in which everything must have been taken.
fn positions(batch: &[Pushed], answer: &v1::PushResponse) -> Vec<(ChangeId, Position)> {
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
    batch
        .iter()
        .zip(&answer.results)
        .map(|((id, _), result)| (*id, position(result)))
        .collect()
}

/// Pushes until the server is gone.
async fn write(mut peer: Peer, load: Arc<Load>, done: mpsc::UnboundedSender<()>) -> Knowledge {
    let mut known = Knowledge::default();
    for round in 1.. {
        let size = 1 + round % 5;
        let batch: Vec<Pushed> = (0..size).map(|_| load.check_in().unwrap()).collect();
        let changes = batch.iter().map(|(_, change)| change.clone()).collect();
        let Ok(answer) = peer.push(changes).await else {
            known.unanswered = batch;
            break;
        };
        known.acknowledged.extend(positions(&batch, &answer));
        done.send(()).ok();
    }
    known
}

/// Lets the writers push, kills the server after a number of answers, and returns what they know.
fn life(
    runtime: &Runtime,
    server: Server,
    login: &Login,
    load: &Arc<Load>,
    answers: usize,
) -> Vec<Knowledge> {
    runtime.block_on(async {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let mut writers = Vec::new();
        for _ in 0..WRITERS {
            let peer = Peer::new(server.url(), &login.token).await.unwrap();
            writers.push(tokio::spawn(write(peer, Arc::clone(load), sender.clone())));
        }
        for _ in 0..answers {
            receiver
                .recv()
                .await
                .expect("the writers go on until the server is killed");
        }
        server.kill().unwrap();
        let mut known = Vec::new();
        for writer in writers {
            known.push(writer.await.unwrap());
        }
        known
    })
}

/// Pulls the whole log, verifies it against its checkpoint, and returns the position of each change.
fn whole_log(runtime: &Runtime, server: &Server, login: &Login) -> BTreeMap<ChangeId, Position> {
    let mut records = Vec::new();
    let note = runtime.block_on(async {
        let mut peer = Peer::new(server.url(), &login.token).await.unwrap();
        peer.pull(0, |batch| records.extend(batch)).await.unwrap()
    });
    let mut frontier = Frontier::default();
    let mut found = BTreeMap::new();
    for (index, bytes) in records.iter().enumerate() {
        let record = ConfirmedChange::read(bytes).unwrap();
        assert_eq!(
            record.position.get(),
            index as u64 + 1,
            "positions have no gap"
        );
        frontier.push(record.leaf);
        let Decoded::Known(change) = record.decoded else {
            panic!("{record:?} is unknown")
        };
        let before = found.insert(change.id, record.position);
        assert_eq!(before, None, "{} is in the log twice", change.id);
    }
    let key: VerifyingKey = login.verifier_key.parse().unwrap();
    let origin = Origin::new(&login.origin).unwrap();
    let checkpoint = SignedCheckpoint::verify(&note, &key, &origin).unwrap();
    assert_eq!(checkpoint.size.get(), records.len() as u64);
    assert_eq!(
        checkpoint.root,
        frontier.root(),
        "the log is the one that the server signed"
    );
    found
}

#[test]
fn nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed() {
    let directory = tempfile::tempdir().unwrap();
    let data: &Path = &directory.path().join("data");
    let programs = programs();
    let arguments = ["--org", "Acme", "--time-zone", "UTC", "--admin", "ana"];
    let answer = Server::init(&programs, data, &arguments).unwrap();
    let code = answer["code"].as_str().unwrap();
    let runtime = Runtime::new().unwrap();

    let mut server = Server::start(&programs, data).unwrap();
    let login = runtime.block_on(login(server.url(), code)).unwrap();
    let load = Arc::new(Load::new(login.person));
    runtime.block_on(async {
        let mut peer = Peer::new(server.url(), &login.token).await.unwrap();
        peer.push_all(load.plan().unwrap()).await.unwrap();
    });

    let mut acknowledged = Vec::new();
    for kill in 0..KILLS {
        let known = life(&runtime, server, &login, &load, 7 + kill * 5);
        server = Server::start(&programs, data).unwrap();
        for knowledge in known {
            acknowledged.extend(knowledge.acknowledged);
            // A lost answer may be asked for again: what is in the log already is not appended twice.
            let changes = knowledge
                .unanswered
                .iter()
                .map(|(_, change)| change.clone())
                .collect();
            let answer = runtime.block_on(async {
                let mut peer = Peer::new(server.url(), &login.token).await.unwrap();
                peer.push(changes).await.unwrap()
            });
            acknowledged.extend(positions(&knowledge.unanswered, &answer));
        }
    }

    let found = whole_log(&runtime, &server, &login);
    assert!(
        acknowledged.len() > KILLS * 10,
        "{} were acknowledged",
        acknowledged.len()
    );
    for (id, position) in acknowledged {
        assert_eq!(
            found.get(&id),
            Some(&position),
            "{id} was acknowledged at {position}"
        );
    }
}
