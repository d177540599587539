//! Prints one figure a line, as soon as it is known.

use std::io::Write;
use std::time::{Duration, Instant};

/// The one place that prints.
#[derive(Debug)]
pub(crate) struct Figures {
    out: std::io::Stdout,
}

impl Figures {
    pub(crate) fn new() -> Self {
        Self {
            out: std::io::stdout(),
        }
    }

    /// Prints a figure, and what it is compared with.
    pub(crate) fn print(&mut self, name: &str, figure: &str, beside: &str) {
        let out = &mut self.out;
        // A closed pipe ends the run at the next figure; there is nothing to save.
        writeln!(out, "{name:<44} {figure:>18}   {beside}").ok();
        out.flush().ok();
    }
}

/// Measures time, and how much of it this thread was on a processor, where the system says so.
#[derive(Debug)]
pub(crate) struct Watch {
    begun: Instant,
    cpu_before: Duration,
    /// The time from start to stop.
    pub(crate) took: Duration,
    /// How much of it this thread was on a processor.
    pub(crate) cpu: Duration,
}

impl Watch {
    pub(crate) fn start() -> Self {
        Self {
            begun: Instant::now(),
            cpu_before: on_processor(),
            took: Duration::ZERO,
            cpu: Duration::ZERO,
        }
    }

    pub(crate) fn stop(&mut self) {
        self.took = self.begun.elapsed();
        self.cpu = on_processor().saturating_sub(self.cpu_before);
    }
}

fn on_processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = stat.split(' ').next().and_then(|field| field.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

/// Formats a rate per second.
pub(crate) fn rate(count: usize, elapsed: Duration) -> String {
    format!("{}/s", thousands(per_second(count, elapsed)))
}

/// Returns a rate per second.
pub(crate) fn per_second(count: usize, elapsed: Duration) -> u64 {
    let nanoseconds = elapsed.as_nanos().max(1);
    u64::try_from(count as u128 * 1_000_000_000 / nanoseconds).unwrap_or(u64::MAX)
}

/// Formats a ratio with two decimals.
pub(crate) fn ratio(part: u64, whole: u64) -> String {
    let hundredths = u128::from(part) * 100 / u128::from(whole.max(1));
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Formats a time in milliseconds with three decimals.
pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{}.{:03} ms", time.as_millis(), time.as_micros() % 1000)
}

/// Returns the median of some times.
pub(crate) fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    percentile(times, 500)
}

/// Returns the time within which so many of a thousand of some sorted times lie.
pub(crate) fn percentile(sorted: &[Duration], permille: usize) -> Duration {
    let place = (sorted.len() * permille).div_ceil(1000).max(1);
    sorted.get(place - 1).copied().unwrap_or_default()
}

/// Formats a number with spaces between groups of three digits.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let times: Vec<Duration> = (1..=1000).map(Duration::from_micros).collect();
        assert_eq!(percentile(&times, 500), Duration::from_micros(500));
        assert_eq!(percentile(&times, 999), Duration::from_micros(999));
        assert_eq!(percentile(&times[..1], 990), Duration::from_micros(1));
        assert_eq!(percentile(&times[..10], 990), Duration::from_micros(10));
        assert_eq!(percentile(&[], 500), Duration::ZERO);
    }
}
