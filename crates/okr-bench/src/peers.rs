//! Peers: the same appends against `PostgreSQL`, etcd and `UmaDB`, where they are installed, in the same run as okrd.
//!
//! One event of 200 bytes a call, of okrd also one after the other on a stream, a connection for each writer, and an
//! answer only when it is on the disk, the same disk for all. What a peer does beside it differs: etcd replicates to
//! itself alone, `PostgreSQL` and `UmaDB` keep an index, and okrd judges.

mod call;
mod etcd;
mod postgres;
mod umadb;

use std::future::Future;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use okr_bench::{Load, Peer, Way, login};
use tokio::task::JoinSet;

use crate::append::{self, Outcome};
use crate::figures::{Figures, milliseconds, rate, ratio};
use crate::raw;
use crate::target::{Data, Target};

/// How many writers there are, one number after the other, where nobody says.
pub(crate) const WRITERS: [usize; 4] = [1, 16, 64, 256];
/// Bytes of an event.
const EVENT: usize = 200;
/// How long a peer may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// Something that takes events.
trait Appender: Send + 'static {
    /// Appends one event, and returns when it is durable.
    fn append(&mut self) -> impl Future<Output = Result<()>> + Send;
}

/// The process of a peer; killed when dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Every peer that could be started.
struct Peers {
    okrd: (Target, String, Arc<Load>, Data),
    echo: Target,
    postgres: Option<postgres::Server>,
    etcd: Option<call::Server>,
    umadb: Option<call::Server>,
}

/// Prints what each takes from some numbers of writers.
pub(crate) fn measure(
    programs: &Path,
    (writers, seconds): (&[usize], u64),
    figures: &mut Figures,
) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let peers = Peers::start(programs, figures).await?;
        for &writers in writers {
            peers.race((writers, seconds), programs, figures).await?;
        }
        anyhow::Ok(())
    })
}

impl Peers {
    async fn start(programs: &Path, figures: &mut Figures) -> Result<Self> {
        let data = Data::init(programs)?;
        let okrd = Target::okrd(programs, &data.path())?;
        let login = login(&okrd.url, &data.code).await?;
        let load = Arc::new(Load::new(login.person));
        let mut peer = Peer::new(&okrd.url, &login.token).await?;
        peer.push_all(load.plan()?).await?;
        Ok(Self {
            okrd: (okrd, login.token, load, data),
            echo: Target::echo()?,
            postgres: started(
                "PostgreSQL",
                postgres::Server::start(programs).await,
                figures,
            ),
            etcd: started("etcd", etcd::start(programs).await, figures),
            umadb: started("UmaDB", umadb::start(programs).await, figures),
        })
    }

    /// Lets everybody take events from so many writers, one after the other.
    async fn race(
        &self,
        (writers, seconds): (usize, u64),
        programs: &Path,
        figures: &mut Figures,
    ) -> Result<()> {
        let (okrd, token, load, _) = &self.okrd;
        let size = (writers, 1, seconds);
        let echo = append::run((&self.echo.url, "none", Way::Calls), load, size).await?;
        let calls = append::run((&okrd.url, token, Way::Calls), load, size).await?;
        let streams = append::run((&okrd.url, token, Way::Stream), load, size).await?;
        let mut peers = Vec::new();
        if let Some(server) = &self.postgres {
            let connections = server.connections(writers).await?;
            peers.push(("PostgreSQL", hammer(connections, seconds).await?));
        }
        if let Some(server) = &self.etcd {
            let connections = server.connections(writers).await?;
            peers.push(("etcd", hammer(connections, seconds).await?));
        }
        if let Some(server) = &self.umadb {
            let connections = server.connections(writers).await?;
            peers.push(("UmaDB", hammer(connections, seconds).await?));
        }
        let (changes, elapsed, median) = raw::append(programs, (writers, EVENT), 1)?;
        figures.print(
            &format!("{writers} writers: raw"),
            &rate(changes, elapsed),
            &format!("p50 {} for one group of all", milliseconds(median)),
        );
        let ours = [("okrd", &calls), ("okrd on streams", &streams)];
        for (name, outcome) in [("echo", &echo)]
            .into_iter()
            .chain(ours)
            .chain(peers.iter().map(|(name, outcome)| (*name, outcome)))
        {
            let beside = format!("p50, p99, p999, max {}", outcome.latency());
            figures.print(
                &format!("{writers} writers: {name}"),
                &outcome.rate(),
                &beside,
            );
        }
        if let Some((name, best)) = peers.iter().max_by_key(|(_, peer)| peer.per_second()) {
            for (own, outcome) in ours {
                let ratio = ratio(outcome.per_second(), best.per_second());
                figures.print(
                    &format!("{writers} writers: {own} beside the best peer"),
                    &format!("{ratio} x {name}"),
                    "budget 1.5 x from 16 writers on",
                );
            }
        }
        Ok(())
    }
}

/// Takes a peer that runs; says which one does not, and why.
fn started<T>(name: &str, started: Result<Option<T>>, figures: &mut Figures) -> Option<T> {
    let why = match started {
        Ok(Some(server)) => return Some(server),
        Ok(None) => "it is not installed".to_owned(),
        Err(error) => format!("{error:#}"),
    };
    figures.print(name, "skipped", &why);
    None
}

/// Lets each connection append for a while.
async fn hammer(connections: Vec<impl Appender>, seconds: u64) -> Result<Outcome> {
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for mut connection in connections {
        tasks.spawn(async move {
            let mut times = Vec::new();
            while begun.elapsed() < Duration::from_secs(seconds) {
                let at = Instant::now();
                connection.append().await?;
                times.push(at.elapsed());
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Vec::new();
    while let Some(done) = tasks.join_next().await {
        times.extend(done??);
    }
    Ok(Outcome::new(times, begun.elapsed(), 1))
}

/// Returns a port of this machine that was free a moment ago.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Tries to connect to a process that starts, until it can be done or the process has ended.
async fn patiently<T, F>(process: &mut Process, mut connect: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let begun = Instant::now();
    loop {
        match connect().await {
            Ok(connection) => return Ok(connection),
            Err(error) if begun.elapsed() > PATIENCE => return Err(error),
            Err(_) => {}
        }
        if let Some(status) = process.0.try_wait()? {
            anyhow::bail!("it ended at once: {status}");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Finds a program in the directories where programs are, or in others.
fn program(name: &str, elsewhere: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all = elsewhere
        .iter()
        .cloned()
        .chain(std::env::split_paths(&path));
    all.find_map(|directory| Some(directory.join(name)).filter(|program| program.is_file()))
}
