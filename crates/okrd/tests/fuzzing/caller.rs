//! Somebody who calls at random, knows what was answered, and uses it again.

use std::collections::{BTreeMap, BTreeSet};

use okr_core::change::Change;
use okr_core::id::{ChangeId, Position};
use okr_proto::{PushOutcome, v1};
use okr_testkit::{Random, sample};
use tonic::{Code, Status};

use crate::client::{TestClient, new_change};

/// How many clients and codes are kept at most.
const KEPT: usize = 20;

/// What calls at random.
pub(super) struct Caller {
    random: Random,
    changes: Vec<Change>,
    /// Which change comes next, in the order of the history.
    next: usize,
    clients: Vec<TestClient>,
    codes: Vec<String>,
    /// Ids of people, codes and tokens that may be taken back.
    ids: Vec<Vec<u8>>,
    /// Ids of tokens that stay, so that something is left to call with.
    spared: BTreeSet<Vec<u8>>,
    /// The newest position that was said, and what was put where; nothing where a byte was another.
    pub(super) head: u64,
    pub(super) acknowledged: BTreeMap<Position, Option<ChangeId>>,
    pub(super) answers: BTreeMap<&'static str, BTreeMap<String, usize>>,
}

impl Caller {
    /// Begins with clients and a history that the rules admit.
    pub(super) fn new(clients: Vec<TestClient>, changes: Vec<Change>) -> Self {
        let people = [sample::ANA, sample::BEN].map(|person| person.to_bytes().to_vec());
        Self {
            random: Random::new(9),
            changes,
            next: 0,
            clients,
            codes: vec!["nonsense".to_owned()],
            ids: people.to_vec(),
            spared: BTreeSet::new(),
            head: 0,
            acknowledged: BTreeMap::new(),
            answers: BTreeMap::new(),
        }
    }

    /// Keeps the tokens that there are now from being taken back.
    pub(super) async fn spare_tokens(&mut self, client: &TestClient) {
        let message = v1::ListTokensRequest {
            person: Vec::new().into(),
            everybody: true,
        };
        let mut credentials = client.credentials();
        let answer = credentials.list_tokens(client.request(message)).await;
        let tokens = answer.unwrap().into_inner().tokens;
        self.spared
            .extend(tokens.iter().map(|token| token.id.to_vec()));
    }

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

    /// Keeps an id that an answer had.
    fn learn(&mut self, id: &[u8]) {
        if self.spared.contains(id) || self.ids.iter().any(|known| known == id) {
            return;
        }
        // Those of people stay at the beginning.
        if self.ids.len() > KEPT {
            self.ids.remove(2);
        }
        self.ids.push(id.to_vec());
    }

    /// Returns a number at which programs tend to go wrong.
    fn number(&mut self) -> u64 {
        let all = [0, 1, 2, 5, 59, 60, 3_600, 1 << 31, 1 << 62, u64::MAX];
        self.random.choose(&all).unwrap_or_default()
    }

    /// Returns a position that is mostly right.
    fn position(&mut self) -> u64 {
        match self.random.below(6) {
            0 => self.number(),
            1 => self.head,
            2 => self.head + 1,
            _ => 0,
        }
    }

    /// Returns changes that come next or came before, whole or with a byte that is another, and whether they come next.
    fn changes(&mut self) -> (bool, Vec<(Option<ChangeId>, v1::NewChange)>) {
        let count = self.random.below(4);
        let is_next = !self.random.one_in(3);
        let start = if is_next {
            self.next
        } else {
            self.random.below(self.next + 1)
        };
        let mut changes = Vec::new();
        for step in 0..count {
            let change = self.changes[(start + step) % self.changes.len()].clone();
            let mut id = Some(change.id);
            let mut change = new_change(&change);
            if self.random.one_in(8) {
                let mut bytes = change.change.to_vec();
                let at = self.random.below(bytes.len());
                bytes[at] ^= 1 << self.random.below(8);
                change.change = bytes.into();
                id = None;
            }
            if self.random.one_in(20) {
                change.texts.truncate(1);
                id = None;
            }
            changes.push((id, change));
        }
        (is_next, changes)
    }

    /// Makes a call.
    pub(super) async fn call(&mut self) {
        let client = self.client();
        let (name, answer) = match self.random.below(16) {
            0..=4 => self.push(&client).await,
            5 => self.pull(&client).await,
            6 => {
                let message = v1::GetCheckpointRequest {};
                let answer = client.sync().get_checkpoint(client.request(message)).await;
                ("checkpoint", said(answer))
            }
            7 => ("who am i", said(client.who_am_i().await)),
            8 => self.issue_code(&client).await,
            9 => self.login(&client).await,
            10 => self.list_codes(&client).await,
            11 => self.directory(&client).await,
            12 => self.list_tokens(&client).await,
            13 => self.create_token(&client).await,
            14 => self.revoke(&client).await,
            _ => self.erase(&client).await,
        };
        self.count(name, answer);
    }

    fn count(&mut self, name: &'static str, answer: String) {
        let answers = self.answers.entry(name).or_default();
        *answers.entry(answer).or_default() += 1;
    }

    async fn push(&mut self, client: &TestClient) -> (&'static str, String) {
        let base_position = self.position();
        let (mut is_next, changes) = self.changes();
        let (ids, changes): (Vec<_>, Vec<_>) = changes.into_iter().unzip();
        let answer = if self.random.one_in(3) {
            push_on_stream(client, base_position, changes).await
        } else {
            client.push_raw(base_position, changes).await
        };
        if let Ok(outcomes) = &answer {
            assert_eq!(outcomes.len(), ids.len(), "one answer for each change");
            for (id, outcome) in ids.into_iter().zip(outcomes) {
                self.keep(id, outcome);
                // What is refused comes again, because much rests on it, but not for ever.
                let is_taken = id.is_some() && !matches!(outcome, PushOutcome::Rejected(_));
                is_next = is_next && (is_taken || self.random.one_in(4));
                self.next += usize::from(is_next);
            }
        }
        ("push", said(answer))
    }

    /// Demands that what is taken is next in the log, and what was there is where it was said to be.
    fn keep(&mut self, id: Option<ChangeId>, outcome: &PushOutcome) {
        let what = match outcome {
            PushOutcome::Accepted { position, .. } => {
                self.head += 1;
                assert_eq!(position.get(), self.head, "positions have no gap");
                self.acknowledged.insert(*position, id);
                "accepted"
            }
            PushOutcome::Duplicate { position } => {
                let known = self.acknowledged.get(position);
                let known = known.expect("what is there twice was accepted once");
                assert!(known.is_none() || id.is_none() || *known == id, "{id:?}");
                "duplicate"
            }
            PushOutcome::AlreadySo => "already so",
            PushOutcome::Rejected(_) => "rejected",
        };
        self.count("change", what.to_owned());
    }

    async fn pull(&mut self, client: &TestClient) -> (&'static str, String) {
        let (after, directory_version) = (self.position(), self.number());
        let message = v1::PullRequest {
            after,
            follow: self.random.one_in(2),
            directory_version,
        };
        let mut answer = client.sync().pull(client.request(message)).await;
        // Whether it is read or left alone, the server goes on.
        if let Ok(stream) = &mut answer
            && self.random.one_in(2)
        {
            drop(stream.get_mut().message().await);
        }
        ("pull", said(answer))
    }

    async fn issue_code(&mut self, client: &TestClient) -> (&'static str, String) {
        let message = v1::IssueLoginCodeRequest {
            person: self.id().into(),
            lifetime_s: self.number(),
        };
        let mut identity = client.identity();
        let answer = identity.issue_login_code(client.request(message)).await;
        if let Ok(answer) = &answer {
            self.codes.push(answer.get_ref().code.clone());
            if self.codes.len() > KEPT {
                self.codes.remove(0);
            }
        }
        ("code", said(answer))
    }

    async fn login(&mut self, client: &TestClient) -> (&'static str, String) {
        let code = self.random.choose(&self.codes).unwrap_or_default();
        let answer = client.login(&code).await;
        if let Ok(answer) = &answer {
            self.clients.push(client.with_token(&answer.token));
            // The first ones stay: their tokens do.
            if self.clients.len() > KEPT {
                self.clients.remove(3);
            }
        }
        ("login", said(answer))
    }

    async fn list_codes(&mut self, client: &TestClient) -> (&'static str, String) {
        let message = v1::ListLoginCodesRequest {
            person: self.id().into(),
            everybody: self.random.one_in(2),
        };
        let mut credentials = client.credentials();
        let answer = credentials.list_login_codes(client.request(message)).await;
        if let Ok(answer) = &answer
            && let Some(code) = self.random.choose(&answer.get_ref().codes)
        {
            self.learn(&code.id);
        }
        ("codes", said(answer))
    }

    async fn directory(&mut self, client: &TestClient) -> (&'static str, String) {
        let entry = v1::DirectoryEntry {
            person: self.id().into(),
            handle: ["ben", "ana", "", "A B", "\u{202e}x"][self.random.below(5)].to_owned(),
            ..v1::DirectoryEntry::default()
        };
        let message = v1::UpdateDirectoryRequest {
            entries: vec![entry; self.random.below(3)],
        };
        let mut identity = client.identity();
        let answer = identity.update_directory(client.request(message)).await;
        ("directory", said(answer))
    }

    async fn list_tokens(&mut self, client: &TestClient) -> (&'static str, String) {
        let message = v1::ListTokensRequest {
            person: self.id().into(),
            everybody: self.random.one_in(2),
        };
        let mut credentials = client.credentials();
        let answer = credentials.list_tokens(client.request(message)).await;
        if let Ok(answer) = &answer
            && let Some(token) = self.random.choose(&answer.get_ref().tokens)
        {
            self.learn(&token.id);
        }
        ("tokens", said(answer))
    }

    async fn create_token(&mut self, client: &TestClient) -> (&'static str, String) {
        let message = v1::CreateTokenRequest {
            person: self.id().into(),
            name: "program".to_owned(),
            lifetime_s: self.number(),
            ..v1::CreateTokenRequest::default()
        };
        let mut credentials = client.credentials();
        let answer = credentials.create_token(client.request(message)).await;
        ("new token", said(answer))
    }

    /// Takes back a token or a code, by an id of either or of neither.
    async fn revoke(&mut self, client: &TestClient) -> (&'static str, String) {
        let id = self.id().into();
        let mut credentials = client.credentials();
        if self.random.one_in(2) {
            let request = client.request(v1::RevokeTokenRequest { id });
            ("no token", said(credentials.revoke_token(request).await))
        } else {
            let request = client.request(v1::RevokeLoginCodeRequest { id });
            (
                "no code",
                said(credentials.revoke_login_code(request).await),
            )
        }
    }

    /// Erases who somebody was; the only administrator cannot be.
    async fn erase(&mut self, client: &TestClient) -> (&'static str, String) {
        let message = v1::ErasePersonRequest {
            person: self.id().into(),
        };
        let mut identity = client.identity();
        let answer = identity.erase_person(client.request(message)).await;
        ("erase", said(answer))
    }
}

/// Opens a stream for one push, and goes away without ending it.
async fn push_on_stream(
    client: &TestClient,
    base_position: u64,
    changes: Vec<v1::NewChange>,
) -> Result<Vec<PushOutcome>, Status> {
    let mut stream = client.push_stream().await?;
    stream.send_raw(base_position, changes).await;
    let answer = stream.answer().await?;
    Ok(answer.expect("a push is answered before its stream ends"))
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
