//! Sequences of calls that nobody would make, to a running server: right, wrong, broken, repeated and out of order.
//!
//! Any number of calls: `OKR_TEST_ROUNDS=100000 cargo test -p okrd --test main fuzzing -- --nocapture`.

use std::collections::BTreeMap;
use std::time::Duration;

use okr_core::change::Change;
use okr_log::Frontier;
use okr_proto::v1;
use okr_testkit::generate::history;
use okr_testkit::{Random, rounds, sample};
use tonic::{Code, Status};

use crate::client::{TestClient, new_change};
use crate::harness::{ANA, TestServer};

/// How long any call may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody who calls at random, and keeps what was answered to use it again.
struct Caller {
    random: Random,
    changes: Vec<Change>,
    /// Which change comes next, in the order of the history.
    next: usize,
    clients: Vec<TestClient>,
    codes: Vec<String>,
    ids: Vec<Vec<u8>>,
    answers: BTreeMap<&'static str, BTreeMap<String, usize>>,
}

impl Caller {
    fn client(&mut self) -> TestClient {
        let place = self.random.below(self.clients.len());
        self.clients[place].clone()
    }

    /// Returns an id that means something, or nothing.
    fn id(&mut self) -> Vec<u8> {
        if self.random.one_in(5) {
            let length = self.random.below(40);
            return (0..length)
                .map(|_| self.random.bits().to_le_bytes()[0])
                .collect();
        }
        self.random.choose(&self.ids).unwrap_or_default()
    }

    /// Returns a number at which programs tend to go wrong.
    fn number(&mut self) -> u64 {
        let all = [0, 1, 2, 5, 59, 60, 3_600, 1 << 31, 1 << 62, u64::MAX];
        self.random.choose(&all).unwrap_or_default()
    }

    /// Returns a position that is mostly right.
    fn position(&mut self) -> u64 {
        if self.random.one_in(6) {
            self.number()
        } else {
            0
        }
    }

    /// Returns changes in order or not, whole or with a byte that is another.
    fn changes(&mut self) -> Vec<v1::NewChange> {
        let count = self.random.below(4);
        if self.random.one_in(4) {
            self.next = self.random.below(self.changes.len());
        }
        let start = self.next;
        self.next += count;
        let mut changes = Vec::new();
        for step in 0..count {
            let change = self.changes[(start + step) % self.changes.len()].clone();
            let mut change = new_change(&change);
            if self.random.one_in(4) {
                let mut bytes = change.change.to_vec();
                let at = self.random.below(bytes.len());
                bytes[at] ^= 1 << self.random.below(8);
                change.change = bytes.into();
            }
            if self.random.one_in(10) {
                change.texts.truncate(1);
            }
            changes.push(change);
        }
        changes
    }

    async fn call(&mut self) {
        let client = self.client();
        let choice = self.random.below(12);
        let (name, answer) = match choice {
            0..=3 => {
                let message = v1::PushRequest {
                    base_position: self.position(),
                    changes: self.changes(),
                };
                (
                    "push",
                    said(client.sync().push(client.request(message)).await),
                )
            }
            4 => {
                let (after, directory_version) = (self.position(), self.number());
                let message = v1::PullRequest {
                    after,
                    follow: self.random.one_in(2),
                    directory_version,
                };
                // Whether it is read or left alone, the server goes on.
                (
                    "pull",
                    said(client.sync().pull(client.request(message)).await),
                )
            }
            5 => {
                let message = v1::GetCheckpointRequest {};
                let answer = client.sync().get_checkpoint(client.request(message)).await;
                ("checkpoint", said(answer))
            }
            6 => ("who am i", said(client.who_am_i().await)),
            7 => self.code(&client).await,
            8 => self.login(&client).await,
            9 => {
                let entry = v1::DirectoryEntry {
                    person: self.id().into(),
                    handle: ["ben", "ana", "", "A B", "\u{202e}x"][self.random.below(5)].to_owned(),
                    ..v1::DirectoryEntry::default()
                };
                let message = v1::UpdateDirectoryRequest {
                    entries: vec![entry; self.random.below(3)],
                };
                let request = client.request(message);
                (
                    "directory",
                    said(client.identity().update_directory(request).await),
                )
            }
            _ => self.token(&client).await,
        };
        let count = self
            .answers
            .entry(name)
            .or_default()
            .entry(answer)
            .or_default();
        *count += 1;
    }

    async fn code(&mut self, client: &TestClient) -> (&'static str, String) {
        let message = v1::IssueLoginCodeRequest {
            person: self.id().into(),
            lifetime_s: self.number(),
        };
        let answer = client
            .identity()
            .issue_login_code(client.request(message))
            .await;
        if let Ok(answer) = &answer {
            self.codes.push(answer.get_ref().code.clone());
        }
        ("code", said(answer))
    }

    async fn login(&mut self, client: &TestClient) -> (&'static str, String) {
        let code = self.random.choose(&self.codes).unwrap_or_default();
        let answer = client.login(&code).await;
        if let Ok(answer) = &answer
            && self.clients.len() < 20
        {
            self.clients.push(client.with_token(&answer.token));
        }
        ("login", said(answer))
    }

    async fn token(&mut self, client: &TestClient) -> (&'static str, String) {
        let mut credentials = client.credentials();
        match self.random.below(3) {
            0 => {
                let message = v1::ListTokensRequest {
                    person: self.id().into(),
                    everybody: self.random.one_in(2),
                };
                (
                    "tokens",
                    said(credentials.list_tokens(client.request(message)).await),
                )
            }
            1 => {
                let message = v1::CreateTokenRequest {
                    person: self.id().into(),
                    name: "program".to_owned(),
                    lifetime_s: self.number(),
                    ..v1::CreateTokenRequest::default()
                };
                (
                    "new token",
                    said(credentials.create_token(client.request(message)).await),
                )
            }
            _ => {
                let message = v1::RevokeTokenRequest {
                    id: self.id().into(),
                };
                (
                    "revoke",
                    said(credentials.revoke_token(client.request(message)).await),
                )
            }
        }
    }
}

/// Returns how a call was answered; a server that does not know what is wrong is at fault.
fn said<T>(answer: Result<T, Status>) -> String {
    match answer {
        Ok(_) => "ok".to_owned(),
        Err(status) => {
            let ours = [
                Code::Internal,
                Code::Unknown,
                Code::DataLoss,
                Code::Cancelled,
            ];
            assert!(!ours.contains(&status.code()), "{status:?}");
            format!("{:?}", status.code())
        }
    }
}

#[tokio::test]
#[expect(
    clippy::print_stdout,
    reason = "the harness keeps figures back unless they are wanted"
)]
async fn no_sequence_of_calls_breaks_the_server() {
    let rounds = rounds(400);
    let mut server = TestServer::start().await;
    let ana = server.founder(ANA).await;
    let changes = history(5, 120).into_iter().map(|(_, change)| change);
    let people = [sample::ANA, sample::BEN].map(|person| person.to_bytes().to_vec());
    let mut caller = Caller {
        random: Random::new(9),
        changes: changes.collect(),
        next: 0,
        clients: vec![ana.clone(), ana.clone(), server.stranger().await],
        codes: vec!["nonsense".to_owned()],
        ids: people.to_vec(),
        answers: BTreeMap::new(),
    };
    for _ in 0..rounds {
        let call = tokio::time::timeout(PATIENCE, caller.call());
        call.await.expect("every call is answered");
    }
    let (records, note) = ana.pull_all(0).await.unwrap();
    let mut frontier = Frontier::new();
    for record in &records {
        frontier.push(record.leaf);
    }
    let (key, origin) = server.verifier(ANA);
    let signed = okr_log::SignedCheckpoint::verify(&note, &key, &origin).unwrap();
    assert_eq!(
        (signed.size.get(), signed.root),
        (records.len() as u64, frontier.root())
    );
    assert!(
        !records.is_empty(),
        "many calls were right: {:?}",
        caller.answers
    );
    println!("{rounds} calls: {:?}", caller.answers);
    server.restart().await;
    let (again, _) = ana_again(&server, &ana).await.pull_all(0).await.unwrap();
    assert_eq!(
        again, records,
        "what was acknowledged is there after a restart"
    );
}

/// The same token on a connection to the server as it is now.
async fn ana_again(server: &TestServer, ana: &TestClient) -> TestClient {
    server.stranger().await.with_token(&ana.token)
}
