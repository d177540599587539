//! A large log: filling it, pulling it over the wire, cloning it into SQLite.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use okr_bench::{Load, Login, Peer, login};
use okr_core::id::Position;
use okr_replica::{GrpcOptions, GrpcRemote, NewReplica, RemoteInfo, Replica};
use tokio::task::JoinSet;

use crate::figures::{Figures, per_second, rate, ratio};

use crate::target::{Data, Target};

/// A server with a large log.
#[derive(Debug)]
pub(crate) struct LargeLog {
    pub(crate) server: Target,
    pub(crate) data: Data,
    pub(crate) login: Login,
    pub(crate) changes: usize,
}

/// Pushes many check-ins and prints what they take in memory and on disk.
pub(crate) fn fill(programs: &Path, changes: usize, figures: &mut Figures) -> Result<LargeLog> {
    const WRITERS: usize = 8;
    const BATCH: usize = 500;
    let data = Data::init(programs)?;
    let server = Target::okrd(programs, &data.path())?;
    let started = Instant::now();
    let login = tokio::runtime::Runtime::new()?.block_on(async {
        let login = login(&server.url, &data.code).await?;
        let load = Arc::new(Load::new(login.person));
        Peer::new(&server.url, &login.token)
            .await?
            .push_all(load.plan()?)
            .await?;
        let mut tasks = JoinSet::new();
        for _ in 0..WRITERS {
            let mut peer = Peer::new(&server.url, &login.token).await?;
            let load = Arc::clone(&load);
            tasks.spawn(async move {
                for _ in 0..changes / WRITERS / BATCH {
                    peer.push_all(load.check_ins(BATCH)?).await?;
                }
                anyhow::Ok(())
            });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        anyhow::Ok(login)
    })?;
    figures.print(
        "fill, 8 writers, pushes of 500",
        &rate(changes, started.elapsed()),
        "",
    );
    let memory = server.memory_kib().unwrap_or_default() / 1024;
    figures.print(
        "server memory after it",
        &format!("{memory} MiB"),
        "budget 250 MiB at 1 M",
    );
    let disk = data.bytes()? / changes as u64;
    figures.print(
        "disk per change",
        &format!("{disk} bytes"),
        "of a record of 223; budget 400 for 200",
    );
    Ok(LargeLog {
        server,
        data,
        login,
        changes,
    })
}

/// Prints the rate of a pull, not applied.
pub(crate) fn measure(log: LargeLog, figures: &mut Figures) -> Result<LargeLog> {
    let echo = Target::echo()?;
    let (count, elapsed, bytes) = pull(&log.server.url, &log.login.token, 0)?;
    // The baseline has no log: it is told how many records to send.
    let (streamed, streaming, _) = pull(&echo.url, "none", log.changes as u64)?;
    let beside = format!(
        "{} of streaming alone ({}); {} bytes a record",
        ratio(per_second(count, elapsed), per_second(streamed, streaming)),
        rate(streamed, streaming),
        bytes / count.max(1)
    );
    figures.print("pull, not applied", &rate(count, elapsed), &beside);
    Ok(log)
}

/// Pulls everything after a position; returns the number of records, the time, and their bytes.
fn pull(url: &str, token: &str, after: u64) -> Result<(usize, Duration, usize)> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let mut peer = Peer::new(url, token).await?;
        let started = Instant::now();
        let (mut records, mut bytes) = (0, 0);
        peer.pull(after, |batch| {
            records += batch.len();
            bytes += batch.iter().map(bytes::Bytes::len).sum::<usize>();
        })
        .await?;
        Ok((records, started.elapsed(), bytes))
    })
}

/// Prints the rate of a clone into SQLite, verified and queryable.
pub(crate) fn clone(log: &LargeLog, figures: &mut Figures) -> Result<()> {
    let directory = tempfile::tempdir_in(log.data.path())?;
    let started = Instant::now();
    let mut remote = GrpcRemote::connect(
        &log.server.url,
        Some(&log.login.token),
        &GrpcOptions::default(),
    )?;
    let remote_info = RemoteInfo {
        url: log.server.url.clone(),
        origin: log.login.origin.clone(),
        verifier_key: log.login.verifier_key.clone(),
    };
    let new = NewReplica {
        org: log.login.org,
        me: log.login.person,
        remote: Some(remote_info),
    };
    let mut replica = Replica::create(directory.path(), &new)?;
    let report = replica.sync(&mut remote, okr_core::Timestamp::now(), &mut |_| ())?;
    let elapsed = started.elapsed();
    anyhow::ensure!(report.head > Position::ZERO, "nothing was cloned");
    figures.print(
        "clone into SQLite, verified",
        &rate(log.changes, elapsed),
        "budget 150 000/s",
    );
    Ok(())
}
