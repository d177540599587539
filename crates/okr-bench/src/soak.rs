//! Soak: a mixed load at half of what the server takes of it, for a long time, and what it costs from minute to minute.
//!
//! Writers keep to a schedule: a push that waits for the one before it has taken that long, too. Beside them clients
//! follow, read what is new, and come and go. At the end all of them leave, and what they held must be free again.

mod clients;
mod watched;
mod yardstick;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use okr_bench::{Load, Peer, login};

use crate::figures::{Figures, milliseconds, percentile, thousands};
use crate::target::{Data, Target};

use self::clients::{Clients, Crowd, Times};
use self::watched::Watched;
use self::yardstick::Yardstick;

/// Writers, each with a connection of its own.
const WRITERS: usize = 16;
/// Clients that follow, ten on each connection.
const FOLLOWERS: usize = 100;
/// For how long the most is measured that the server takes, followers and readers beside it.
const SECONDS_AT_MOST: u64 = 10;
/// Descriptors and tasks that may be more at the end than at the beginning: what the store opens once.
const SPARE: u64 = 8;
/// How long everything may take to be free again.
const PATIENCE: Duration = Duration::from_secs(30);

/// Prints a line of figures a minute.
pub(crate) fn measure(programs: &Path, minutes: u64, figures: &mut Figures) -> Result<()> {
    let data = Data::init(programs)?;
    let (okrd, monitor) = Target::okrd_with_monitor(programs, &data.path())?;
    let watched = Watched::new(&okrd, monitor);
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let login = login(&okrd.url, &data.code).await?;
        let load = Arc::new(Load::new(login.person));
        let mut peer = Peer::new(&okrd.url, &login.token).await?;
        peer.push_all(load.plan()?).await?;
        drop(peer);
        let before = watched.settled(|_| true).await?;
        let crowd = Crowd {
            url: okrd.url.clone(),
            token: login.token,
            load,
        };
        let (pushes, elapsed) = most(crowd.clone()).await?;
        let half = crate::figures::per_second(pushes, elapsed) / 2;
        let name = format!("at most, {WRITERS} writers, {FOLLOWERS} followers, 2 readers");
        let beside = format!("half of it for {minutes} minutes");
        figures.print(&name, &crate::figures::rate(pushes, elapsed), &beside);
        watched.settled(|now| now.is_near(&before, SPARE)).await?;
        let clients = Clients::start(crowd, (WRITERS, half, FOLLOWERS)).await?;
        let mut yardstick = Yardstick::new();
        let (mut first, mut last) = (None, watched.look()?);
        for minute in 1..=minutes {
            let begun = Instant::now();
            tokio::time::sleep(Duration::from_mins(1)).await;
            let now = watched.look()?;
            let (rate, times) = line(&clients.times()?, begun.elapsed());
            let work = now.work(&last);
            let jumps = milliseconds(tokio::task::block_in_place(|| yardstick.measure()));
            let beside = format!("{times}; {work}, yardstick {jumps}; {now}");
            figures.print(&format!("minute {minute}"), &rate, &beside);
            first.get_or_insert(now.clone());
            last = now;
        }
        clients.end().await;
        let free = |now: &watched::Look| now.is_near(&before, SPARE);
        let after = watched.settled(free).await?;
        figures.print("before the clients came", "", &before.to_string());
        figures.print("after they left", "", &after.to_string());
        if let Some(first) = first {
            figures.print("memory since the first minute", &last.growth(&first), "");
        }
        ensure!(free(&after), "what clients held is free again");
        anyhow::Ok(())
    })
}

/// Lets all clients do what they do in the soak, but writers as fast as they can: returns how many pushes there were.
async fn most(crowd: Crowd) -> Result<(usize, Duration)> {
    let clients = Clients::start(crowd, (WRITERS, u64::from(u32::MAX), FOLLOWERS)).await?;
    let begun = Instant::now();
    tokio::time::sleep(Duration::from_secs(SECONDS_AT_MOST)).await;
    let (pushes, elapsed) = (clients.times()?.pushes.len(), begun.elapsed());
    clients.end().await;
    Ok((pushes, elapsed))
}

/// Writes how many pushes there were, and how long they and the pulls took.
fn line(times: &Times, elapsed: Duration) -> (String, String) {
    let shown = |times: &[Duration], permilles: &[usize]| {
        let shown = permilles
            .iter()
            .map(|permille| milliseconds(percentile(times, *permille)));
        shown.collect::<Vec<_>>().join(", ")
    };
    let rate = crate::figures::rate(times.pushes.len(), elapsed);
    let beside = format!(
        "push p50, p99, p999, max {}; {} pulls p50, max {}",
        shown(&times.pushes, &[500, 990, 999, 1000]),
        thousands(times.pulls.len() as u64),
        shown(&times.pulls, &[500, 1000])
    );
    (rate, beside)
}
