//! The writer on a real log: groups, too much at once, a slow and a broken disk.

use std::io;
use std::path::Path;
use std::sync::mpsc;

use jiff::Timestamp;
use okr_core::change::Change;
use okr_core::event::{Event, TeamEvent};
use okr_core::id::{ChangeId, Position};
use okr_core::value::Source;
use okr_log::{FaultHook, Log, LogOptions, Step};
use okr_proto::ToLog as _;
use okr_testkit::sample::{self, ANA, ORG};
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::credentials::Principal;
use crate::stored_log::StoredLog;

struct World {
    _root: TempDir,
    log: Log,
    writer: Arc<Writer>,
}

fn change(number: u32, events: Vec<Event>) -> Offer {
    let change = Change {
        id: ChangeId::new(Uuid::from_u128(u128::from(number))),
        authored_at: Timestamp::UNIX_EPOCH,
        on_behalf_of: None,
        source: Source::Human,
        reason: None,
        amendment: None,
        events,
    };
    let (body, texts) = okr_proto::encode(&change, || [7; 16]).into_record_parts();
    Offer {
        change,
        body,
        texts,
    }
}

fn team(number: u32) -> Offer {
    let new = sample::new_team(&format!("team-{number}"));
    let event = Event::Team(sample::team_id(number), TeamEvent::Created(new));
    change(number, vec![event])
}

fn open(directory: &Path, faults: FaultHook) -> Log {
    Log::create(directory, LogOptions::new().faults(faults)).unwrap()
}

impl World {
    /// A founded organisation on a log with this hook.
    async fn start(limits: WriterLimits, faults: FaultHook) -> Self {
        let root = tempfile::tempdir().unwrap();
        let log = open(&root.path().join("log"), faults);
        let history = StoredLog::default();
        history.attach(&log);
        let writer = Writer::start(WriterParts {
            sequencer: Sequencer::new(&history, [ORG]),
            appender: log.appender().unwrap(),
            metrics: Arc::default(),
            standing: Arc::default(),
            clock: Clock::system(),
            limits,
        });
        let world = Self {
            _root: root,
            log,
            writer: Arc::new(writer.unwrap()),
        };
        let founding = change(1_000_000, sample::founding(sample::new_org(), ANA));
        let outcomes = world.push(vec![founding]).await.unwrap();
        assert!(matches!(outcomes[..], [PushOutcome::Accepted { .. }]));
        world
    }

    async fn push(&self, offers: Vec<Offer>) -> Result<Vec<PushOutcome>, PushError> {
        push(&self.writer, offers).await
    }

    fn head(&self) -> u64 {
        self.log.head(ORG.to_log()).position.get()
    }
}

async fn push(writer: &Writer, offers: Vec<Offer>) -> Result<Vec<PushOutcome>, PushError> {
    let mut answers = writer.push(author(), offers).await?;
    answers.arrive().await
}

fn author() -> Author {
    Author {
        principal: Principal {
            org: ORG,
            person: ANA,
        },
        token: Uuid::from_u128(9),
        scope: okr_core::authorize::Scope::FULL,
    }
}

/// A disk that waits before each sync until it is told how the sync ends.
fn stepped() -> (FaultHook, mpsc::Receiver<()>, mpsc::Sender<io::Result<()>>) {
    let (arrived, arrivals) = mpsc::channel();
    let (releases, orders) = mpsc::channel();
    let hook = Mutex::new((arrived, orders));
    let faults: FaultHook = Arc::new(move |step| {
        if step != Step::WriteJournal {
            return Ok(());
        }
        let hook = lock(&hook);
        hook.0.send(()).ok();
        // A test that has ended lets everything pass.
        hook.1.recv().unwrap_or(Ok(()))
    });
    (faults, arrivals, releases)
}

#[tokio::test]
async fn answers_come_when_they_are_durable_and_not_before() {
    let (faults, arrivals, releases) = stepped();
    releases.send(Ok(())).unwrap();
    let world = World::start(WriterLimits::new(&Limits::default()), faults).await;
    arrivals.recv().unwrap();

    let writer = Arc::clone(&world.writer);
    let first = tokio::spawn(async move { push(&writer, vec![team(1)]).await });
    let waiting = tokio::task::spawn_blocking(move || {
        arrivals.recv().unwrap();
        arrivals
    });
    let arrivals = waiting.await.unwrap();
    // The same again rests on it.
    let writer = Arc::clone(&world.writer);
    let again = tokio::spawn(async move { push(&writer, vec![team(1)]).await });
    tokio::task::yield_now().await;
    assert!(!first.is_finished() && !again.is_finished());
    assert_eq!(world.head(), 1, "nothing shows before it is durable");
    releases.send(Ok(())).unwrap();
    let accepted = first.await.unwrap().unwrap();
    assert!(
        matches!(accepted[..], [PushOutcome::Accepted { position, .. }] if position.get() == 2)
    );
    let position = Position::new(2);
    let duplicate = again.await.unwrap().unwrap();
    assert_eq!(duplicate, [PushOutcome::Duplicate { position }]);
    drop(arrivals);
}

#[tokio::test]
async fn what_is_too_much_is_refused_and_what_waits_is_answered() {
    let (faults, arrivals, releases) = stepped();
    releases.send(Ok(())).unwrap();
    let limits = WriterLimits {
        pushes: 2,
        bytes: 1 << 20,
    };
    let world = World::start(limits, faults).await;
    arrivals.recv().unwrap();
    // One at the disk and two in the group: whatever comes then is refused, and has changed nothing.
    let mut waiting = Vec::new();
    let mut number = 0;
    let refused = loop {
        number += 1;
        match world.writer.judge(author(), vec![team(number)]) {
            Ok(answers) => waiting.push(answers),
            Err(error) => break error,
        }
    };
    assert_eq!(refused, PushError::Overloaded(Limit::WaitingPushes));
    assert!(waiting.len() <= 3, "{}", waiting.len());
    for _ in &waiting {
        releases.send(Ok(())).unwrap();
    }
    for answers in waiting {
        let outcomes = answers.await.unwrap().unwrap();
        assert!(matches!(outcomes[..], [PushOutcome::Accepted { .. }]));
    }
    assert_eq!(world.head(), u64::from(number));
    releases.send(Ok(())).unwrap();
    assert!(world.push(vec![team(number)]).await.is_ok());
}

#[tokio::test]
async fn bytes_that_wait_are_a_limit_as_well() {
    let (faults, arrivals, releases) = stepped();
    releases.send(Ok(())).unwrap();
    let limits = WriterLimits {
        pushes: 1_000,
        bytes: 1,
    };
    let world = World::start(limits, faults).await;
    arrivals.recv().unwrap();
    let mut waiting = Vec::new();
    let refused = loop {
        let number = u32::try_from(waiting.len()).unwrap() + 1;
        match world.writer.judge(author(), vec![team(number)]) {
            Ok(answers) => waiting.push(answers),
            Err(error) => break error,
        }
    };
    assert_eq!(refused, PushError::Overloaded(Limit::WaitingSize));
    for _ in &waiting {
        releases.send(Ok(())).unwrap();
    }
    for answers in waiting {
        assert!(answers.await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn a_failed_sync_ends_all_writing() {
    let (faults, arrivals, releases) = stepped();
    releases.send(Ok(())).unwrap();
    let world = World::start(WriterLimits::new(&Limits::default()), faults).await;
    arrivals.recv().unwrap();
    let mut refuses = world.writer.refuses_writes();
    releases.send(Err(io::Error::other("no"))).unwrap();
    let failed = world.push(vec![team(1)]).await;
    assert_eq!(failed, Err(PushError::OutcomeUnknown));
    assert!(refuses.wait_for(|refuses| *refuses).await.is_ok());
    for offers in [vec![team(1)], vec![team(2)], Vec::new()] {
        let answer = world.push(offers).await;
        assert_eq!(answer, Err(PushError::StorageRefusesWrites));
    }
    assert_eq!(world.head(), 1);
    assert!(
        arrivals
            .try_recv()
            .is_ok_and(|()| arrivals.try_recv().is_err()),
        "no second try"
    );
    tokio::task::spawn_blocking(move || world.writer.close())
        .await
        .unwrap();
}

#[tokio::test]
async fn closing_answers_what_waits_and_takes_no_more() {
    let (faults, arrivals, releases) = stepped();
    releases.send(Ok(())).unwrap();
    let world = World::start(WriterLimits::new(&Limits::default()), faults).await;
    arrivals.recv().unwrap();
    let mut waiting = Vec::new();
    for number in 1..=50 {
        let answers = world.writer.judge(author(), vec![team(number)]);
        waiting.push(answers.unwrap());
    }
    drop(releases);
    let writer = Arc::clone(&world.writer);
    tokio::task::spawn_blocking(move || writer.close())
        .await
        .unwrap();
    for answers in waiting {
        assert!(answers.await.unwrap().is_ok());
    }
    assert_eq!(world.head(), 51);
    assert_eq!(world.push(vec![team(99)]).await, Err(PushError::Stopping));
}
