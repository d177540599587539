//! The clients of a soak: writers on a schedule, followers, readers, and some that come and go.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use okr_bench::{Load, Peer};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

/// Streams of one connection.
const STREAMS: usize = 10;
/// Clients that read what is new.
const READERS: usize = 2;
/// Time between two readings, and between two clients that come and go.
const PAUSE: Duration = Duration::from_secs(1);
/// How far back a reader is when it reads.
const BEHIND: u64 = 5_000;

/// What every client needs.
#[derive(Clone)]
pub(super) struct Crowd {
    pub(super) url: String,
    pub(super) token: String,
    pub(super) load: Arc<Load>,
}

/// How long things took since they were last asked for; sorted.
#[derive(Debug, Default)]
pub(super) struct Times {
    pub(super) pushes: Vec<Duration>,
    pub(super) pulls: Vec<Duration>,
    /// What stopped a client.
    failed: Option<anyhow::Error>,
}

/// All clients, until they are told to leave.
pub(super) struct Clients {
    tasks: JoinSet<()>,
    times: Arc<Mutex<Times>>,
}

impl Crowd {
    async fn connect(&self) -> Result<Peer> {
        Peer::new(&self.url, &self.token).await
    }

    /// Pushes one change each time that it is due; what is late is late from when it was due.
    async fn write(self, mut due: Instant, every: Duration, times: &Mutex<Times>) -> Result<()> {
        let mut peer = self.connect().await?;
        loop {
            sleep_until(due).await;
            peer.push_all(self.load.check_ins(1)?).await?;
            locked(times).pushes.push(due.elapsed());
            due += every;
        }
    }

    async fn follow(mut peer: Peer, after: u64) -> Result<()> {
        let mut following = peer.follow(after).await?;
        while following.records().await?.is_some() {}
        anyhow::bail!("a follower was sent away")
    }

    /// Reads the newest changes, again and again.
    async fn read(self, times: &Mutex<Times>) -> Result<()> {
        let mut peer = self.connect().await?;
        let mut head = 0;
        loop {
            let begun = Instant::now();
            let after = head - BEHIND.min(head);
            let mut count = 0;
            peer.pull(after, |records| count += records.len() as u64)
                .await?;
            // The first one reads everything.
            if head > 0 {
                locked(times).pulls.push(begun.elapsed());
            }
            head = after + count;
            sleep(PAUSE).await;
        }
    }

    /// Connects, reads what is new, and is gone; every second one in the middle of reading everything.
    async fn come_and_go(self, mut head: u64) -> Result<()> {
        for number in 0_u64.. {
            let mut peer = self.connect().await?;
            if number % 2 == 0 {
                let mut count = 0;
                peer.pull(head, |records| count += records.len() as u64)
                    .await?;
                head += count;
            } else {
                let mut following = peer.follow(0).await?;
                following.records().await?;
            }
            sleep(PAUSE).await;
        }
        Ok(())
    }
}

impl Clients {
    /// Lets so many write so much in a second together, and so many follow.
    pub(super) async fn start(
        crowd: Crowd,
        (writers, per_second, followers): (usize, u64, usize),
    ) -> Result<Self> {
        let times = Arc::<Mutex<Times>>::default();
        let mut clients = Self {
            tasks: JoinSet::new(),
            times,
        };
        let mut head = 0;
        crowd
            .connect()
            .await?
            .pull(0, |records| head += records.len() as u64)
            .await?;
        for _ in 0..followers.div_ceil(STREAMS) {
            let peer = crowd.connect().await?;
            for _ in 0..STREAMS {
                clients.spawn(Crowd::follow(peer.clone(), head));
            }
        }
        let writers = u32::try_from(writers)?;
        let every = Duration::from_secs(1) * writers / u32::try_from(per_second.max(1))?;
        for number in 0..writers {
            let (crowd, times) = (crowd.clone(), Arc::clone(&clients.times));
            // They do not all begin at the same time.
            let first = Instant::now() + every * number / writers;
            clients.spawn(async move { crowd.write(first, every, &times).await });
        }
        for _ in 0..READERS {
            let (crowd, times) = (crowd.clone(), Arc::clone(&clients.times));
            clients.spawn(async move { crowd.read(&times).await });
        }
        clients.spawn(crowd.come_and_go(head));
        Ok(clients)
    }

    fn spawn(&mut self, client: impl Future<Output = Result<()>> + Send + 'static) {
        let times = Arc::clone(&self.times);
        self.tasks.spawn(async move {
            if let Err(error) = client.await {
                locked(&times).failed.get_or_insert(error);
            }
        });
    }

    /// Takes the times since this was last called.
    ///
    /// # Errors
    /// What stopped a client: all of them go on for as long as they may.
    pub(super) fn times(&self) -> Result<Times> {
        let mut times = std::mem::take(&mut *locked(&self.times));
        if let Some(error) = times.failed.take() {
            return Err(error).context("a client was stopped");
        }
        times.pushes.sort_unstable();
        times.pulls.sort_unstable();
        Ok(times)
    }

    /// Lets all of them go, whatever they are doing.
    pub(super) async fn end(mut self) {
        self.tasks.shutdown().await;
    }
}

fn locked(times: &Mutex<Times>) -> std::sync::MutexGuard<'_, Times> {
    // Whoever panicked had pushed one time more or less.
    times.lock().unwrap_or_else(PoisonError::into_inner)
}
