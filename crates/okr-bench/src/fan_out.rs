//! Followers: what idle ones take in memory, and how soon many see one change.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use okr_bench::{Load, Peer, login};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use crate::figures::{Figures, milliseconds, percentile};
use crate::target::{Data, Target};

/// How many followers a change goes to where nobody says.
pub(crate) const FOLLOWERS: usize = 1_000;
/// How many follow on one connection where nobody says.
pub(crate) const STREAMS: usize = 100;
/// Changes that are pushed, one after the other.
const CHANGES: usize = 50;
/// How long to wait for the last follower.
const PATIENCE: Duration = Duration::from_secs(20);

/// Prints what some followers take, and how soon they see a change.
pub(crate) fn measure(
    programs: &Path,
    (followers, streams): (usize, usize),
    figures: &mut Figures,
) -> Result<()> {
    let data = Data::init(programs)?;
    let okrd = Target::okrd(programs, &data.path())?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let login = login(&okrd.url, &data.code).await?;
        let load = Load::new(login.person);
        let mut writer = Peer::new(&okrd.url, &login.token).await?;
        let head = writer.push(load.plan()?).await?.head;
        let before = okrd.memory_kib().unwrap_or_default();
        let (seen, mut sightings) = unbounded_channel();
        let mut watching = JoinSet::new();
        for _ in 0..followers.div_ceil(streams) {
            let peer = Peer::new(&okrd.url, &login.token).await?;
            for _ in 0..streams.min(followers - watching.len()) {
                watching.spawn(watch(peer.clone(), head, seen.clone()));
            }
        }
        // The first change finds followers that are just opening; it is not measured.
        writer.push_all(load.check_ins(1)?).await?;
        all_saw(&mut sightings, followers).await?;
        let after = okrd.memory_kib().unwrap_or_default();
        let each = after.saturating_sub(before) / u64::try_from(followers)?.max(1);
        let name = format!("memory of each of {followers} followers, {streams} a connection");
        figures.print(&name, &format!("{each} KiB"), "budget 30 KiB");
        let mut times = Vec::new();
        for _ in 0..CHANGES {
            let pushed = Instant::now();
            writer.push_all(load.check_ins(1)?).await?;
            let seen = all_saw(&mut sightings, followers).await?;
            times.extend(seen.iter().map(|at| at.duration_since(pushed)));
        }
        times.sort_unstable();
        let shown = |permille| milliseconds(percentile(&times, permille));
        let beside = format!(
            "p50 {}, p999 {}, from the push on; budget p99 50 ms",
            shown(500),
            shown(999)
        );
        let name = format!("one change to {followers} followers, p99");
        figures.print(&name, &shown(990), &beside);
        anyhow::Ok(())
    })
}

/// Follows from a position on, and tells when each record comes.
async fn watch(mut peer: Peer, after: u64, seen: UnboundedSender<Instant>) -> Result<()> {
    let mut following = peer.follow(after).await?;
    while let Some(records) = following.records().await? {
        let now = Instant::now();
        for _ in 0..records {
            // Nobody counts any more at the end.
            if seen.send(now).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Waits until each follower has seen one more change; returns when they did.
async fn all_saw(
    sightings: &mut UnboundedReceiver<Instant>,
    followers: usize,
) -> Result<Vec<Instant>> {
    let mut times = Vec::with_capacity(followers);
    while times.len() < followers {
        let next = tokio::time::timeout(PATIENCE, sightings.recv());
        let seen = next
            .await
            .with_context(|| format!("only {} of {followers} followers saw it", times.len()))?;
        times.push(seen.context("the followers are gone")?);
    }
    ensure!(sightings.is_empty(), "nobody sees a change twice");
    Ok(times)
}
