//! Measures searching in a replica that `million` made, in the directory of the first argument: how
//! long the index takes, how large it is, and how long searches take with it.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use jiff::civil::date;
use okr_core::Timestamp;
use okr_replica::{Axis, Hits, Moment, Point, Query, Replica, SearchOrder};

/// What is looked for: words of a few texts, of many, of most, and of none.
const QUERIES: [&str; 8] = [
    "outage",
    "\"outage drill\" audit",
    "migration audit legal",
    "migration",
    "the",
    "shipp*",
    "objective 17",
    "nowhere",
];

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args().nth(1).ok_or("say where the replica is")?;
    let dir = Path::new(&dir);
    let size = || std::fs::metadata(dir.join("replica.db")).map(|file| file.len());
    let before = size()?;
    let mut replica = Replica::open(dir)?;
    let head = replica.info()?.head.get();
    let begun = Instant::now();
    let mut indexed = 0;
    replica.index_texts(&mut |progress| indexed = progress.of)?;
    let took = begun.elapsed();
    drop(replica);
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "index of {indexed} changes: {took:?}, {} bytes per change of {head}",
        (size()? - before) / head
    )?;
    drop(out);
    let middle: Timestamp = "2016-11-01T00:00:00Z".parse()?;
    for (label, axis, point) in [
        ("now", Axis::Recorded, Point::Now),
        ("recorded", Axis::Recorded, Point::Time(middle)),
        ("authored", Axis::Authored, Point::Time(middle)),
        ("effective", Axis::Effective, Point::Time(middle)),
    ] {
        let moment = Moment {
            axis,
            point,
            day: date(2026, 11, 1),
            day_is_over: false,
        };
        for query in QUERIES {
            measure(&format!("{label}: {query}"), dir, |replica, order| {
                replica.reading(moment)?.search(order)
            })?;
        }
    }
    for query in QUERIES {
        measure(&format!("history: {query}"), dir, |replica, order| {
            let now = Moment::now(date(2026, 11, 1));
            replica.reading(now)?.search_history(order)
        })?;
    }
    Ok(())
}

/// Prints the least and the middle of some repetitions, each with a replica that was just opened.
fn measure(
    label: &str,
    dir: &Path,
    search: impl Fn(&Replica, &SearchOrder) -> Result<Hits, okr_replica::ReplicaError>,
) -> Result<(), Box<dyn Error>> {
    let (_, query) = label.split_once(": ").ok_or("no query")?;
    let order = SearchOrder::new(Query::parse(query)?, 20);
    let mut times = Vec::new();
    let mut found = 0;
    for _ in 0..7 {
        let begun = Instant::now();
        let mut replica = Replica::open(dir)?;
        replica.index_texts(&mut |_| {})?;
        found = search(&replica, &order)?.hits.len();
        times.push(begun.elapsed());
    }
    times.sort();
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{label}: least {:?}, middle {:?} ({found})",
        times[0], times[3]
    )?;
    Ok(())
}
