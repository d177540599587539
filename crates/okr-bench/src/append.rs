//! Appends by many writers, each with a connection of its own, beside echo and raw.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use okr_bench::{Load, Peer, Way, Writer, login};
use tokio::task::JoinSet;

use crate::figures::{Figures, milliseconds, per_second, percentile, rate, ratio, thousands};

use crate::raw;
use crate::target::{Data, Target};

/// What a run of some writers gave.
pub(crate) struct Outcome {
    pub(crate) changes: usize,
    pub(crate) elapsed: Duration,
    /// How long each push took, sorted.
    times: Vec<Duration>,
}

impl Outcome {
    /// Takes how long each push of so many changes took.
    pub(crate) fn new(mut times: Vec<Duration>, elapsed: Duration, batch: usize) -> Self {
        times.sort_unstable();
        Self {
            changes: times.len() * batch,
            elapsed,
            times,
        }
    }

    /// Writes how many changes there were in a second.
    pub(crate) fn rate(&self) -> String {
        rate(self.changes, self.elapsed)
    }

    pub(crate) fn per_second(&self) -> u64 {
        per_second(self.changes, self.elapsed)
    }

    fn median(&self) -> Duration {
        percentile(&self.times, 500)
    }

    /// Writes how long a push took: p50, p99, p999 and the longest.
    pub(crate) fn latency(&self) -> String {
        let shown = [500, 990, 999, 1000].map(|permille| percentile(&self.times, permille));
        shown.map(milliseconds).join(", ")
    }
}

/// How many large pushes of a stream are on their way at one time.
const LARGE_AHEAD: usize = 2;

/// Says how many pushes of a writer are on their way at one time: of small ones one, as of calls.
fn ahead(batch: usize, way: Way) -> usize {
    match way {
        Way::Stream if batch > 1 => LARGE_AHEAD,
        Way::Stream | Way::Calls => 1,
    }
}

/// Changes that are made before the clock starts, for each second: more than anything here takes.
const MADE_AHEAD: usize = 150_000;
/// Most pushes that are made for one writer, for each second: it waits for each of them.
const PUSHES_AHEAD: usize = 25_000;

/// Lets `writers` push for a while, `batch` changes at a time.
///
/// The pushes are made before the clock starts: making a change costs a client about as much as it costs the server to
/// take it, and clients are elsewhere; and those of other stores have theirs ready, too. A run ends early when none is left.
pub(crate) async fn run(
    (url, token, way): (&str, &str, Way),
    load: &Arc<Load>,
    (writers, batch, seconds): (usize, usize, u64),
) -> Result<Outcome> {
    let pushes = (MADE_AHEAD / writers / batch).min(PUSHES_AHEAD) * usize::try_from(seconds)?;
    let mut ready = Vec::new();
    for _ in 0..writers {
        let made: Vec<_> = (0..pushes)
            .map(|_| load.check_ins(batch))
            .collect::<Result<_>>()?;
        ready.push((Writer::new(url, token, way).await?, made.into_iter()));
    }
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for (mut writer, mut made) in ready {
        tasks.spawn(async move {
            let (mut sent, mut times) = (VecDeque::new(), Vec::new());
            loop {
                let more = started.elapsed() < Duration::from_secs(seconds);
                let has_room = more && sent.len() < ahead(batch, way);
                if let Some(changes) = has_room.then(|| made.next()).flatten() {
                    sent.push_back(Instant::now());
                    writer.send(changes).await;
                } else if let Some(at) = sent.pop_front() {
                    writer.accepted(batch).await?;
                    times.push(at.elapsed());
                } else {
                    break;
                }
            }
            anyhow::Ok((times, made))
        });
    }
    // To drop what is left takes a while, too.
    let (mut times, mut left) = (Vec::new(), Vec::new());
    while let Some(done) = tasks.join_next().await {
        let (durations, made) = done??;
        times.extend(durations);
        left.push(made);
    }
    Ok(Outcome::new(times, started.elapsed(), batch))
}

/// Writers, changes a push, and bytes of a change.
pub(crate) type Dose = (usize, usize, usize);

/// Bytes of a change of the usual load, about.
pub(crate) const BYTES: usize = 200;

/// What has a budget, and then changes of a KiB.
pub(crate) const DOSES: [Dose; 9] = [
    (1, 1, BYTES),
    (16, 1, BYTES),
    (64, 1, BYTES),
    (256, 1, BYTES),
    (16, 100, BYTES),
    (1, 1, 1024),
    (16, 1, 1024),
    (64, 1, 1024),
    (256, 1, 1024),
];

/// Prints the figures of appending, for each dose.
pub(crate) fn measure(
    programs: &Path,
    (doses, seconds): (&[Dose], u64),
    figures: &mut Figures,
) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let echo = Target::echo()?;
    let data = Data::init(programs)?;
    let okrd = Target::okrd(programs, &data.path())?;
    runtime.block_on(async {
        let login = login(&okrd.url, &data.code).await?;
        let mut peer = Peer::new(&okrd.url, &login.token).await?;
        for &(writers, batch, bytes) in doses {
            let load = Arc::new(Load::of_bytes(login.person, bytes));
            peer.push_all(load.plan()?).await?;
            let size = (writers, batch, seconds);
            let limit = |way| run((&echo.url, "none", way), &load, size);
            let ours = |way| run((&okrd.url, &login.token, way), &load, size);
            let measured = Measured {
                dose: (writers, batch, bytes),
                echo: [limit(Way::Calls).await?, limit(Way::Stream).await?],
                okrd: [ours(Way::Calls).await?, ours(Way::Stream).await?],
                raw: raw::append(programs, (writers * batch, bytes), 1)?,
            };
            measured.print(figures)?;
        }
        anyhow::Ok(())
    })
}

/// What one dose gave: a push a call, and on streams.
struct Measured {
    dose: Dose,
    echo: [Outcome; 2],
    okrd: [Outcome; 2],
    raw: raw::Groups,
}

impl Measured {
    /// Prints all of it. A budget is a ratio to echo by calls, however okrd is asked.
    fn print(&self, figures: &mut Figures) -> Result<()> {
        let (writers, batch, bytes) = self.dose;
        let (changes, elapsed, raw_median) = self.raw;
        let [echo, echo_stream] = &self.echo;
        for (ours, way) in self.okrd.iter().zip([Way::Calls, Way::Stream]) {
            let (name, streamed) = match way {
                Way::Calls => ("append", String::new()),
                Way::Stream => {
                    let both = [ours, echo_stream].map(Outcome::per_second);
                    let ratio = ratio(both[0], both[1]);
                    let limit = thousands(both[1]);
                    let ahead = ahead(batch, way);
                    let streamed =
                        format!("; {ahead} on their way; {ratio} of echo on streams ({limit})");
                    ("append on streams", streamed)
                }
            };
            let beside = format!(
                "{} of echo ({}){streamed}; raw {}; p50, p99, p999, max {}",
                ratio(ours.per_second(), echo.per_second()),
                thousands(echo.per_second()),
                rate(changes, elapsed),
                ours.latency()
            );
            let dose = format!("{writers} writers, pushes of {batch}, {bytes} bytes");
            figures.print(&format!("{name}, {dose}"), &ours.rate(), &beside);
            if writers == 1 {
                let both = echo.median() + raw_median;
                let nanos = |time: Duration| u64::try_from(time.as_nanos());
                let beside = format!(
                    "{} x (echo {} + raw {})",
                    ratio(nanos(ours.median())?, nanos(both)?),
                    milliseconds(echo.median()),
                    milliseconds(raw_median)
                );
                let name = format!("{name}, 1 writer, {bytes} bytes, p50");
                figures.print(&name, &milliseconds(ours.median()), &beside);
            }
        }
        Ok(())
    }
}
