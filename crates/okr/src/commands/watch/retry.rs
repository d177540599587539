//! When to try again, and what is said about it: one line when the server is lost, one when it is
//! back.

use std::time::{Duration, Instant};

use crate::context::Context;

/// The first pause, at most.
const FIRST: Duration = Duration::from_millis(250);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(30);
/// After so long a connection the pauses begin with the first one again.
const STABLE: Duration = Duration::from_secs(10);

/// What the tries so far came to.
#[derive(Debug, Default)]
pub(super) struct Retry {
    failures: u32,
    /// Whether somebody was told that there is no connection.
    is_lost: bool,
    connected_at: Option<Instant>,
}

impl Retry {
    /// Notes a connection.
    pub(super) fn connected(&mut self, context: &mut Context) {
        self.connected_at = Some(Instant::now());
        if std::mem::take(&mut self.is_lost) {
            context.ui.note("connected again");
        }
    }

    /// Notes that there is no connection, and returns how long to wait.
    pub(super) fn lost(&mut self, context: &mut Context, why: &str) -> Duration {
        let connected_at = self.connected_at.take();
        if !self.is_lost {
            let what = match connected_at {
                Some(_) => "connection lost",
                None => "no connection",
            };
            context.ui.note(&format!("{what}, trying again: {why}"));
            self.is_lost = true;
        }
        if connected_at.is_some_and(|then| then.elapsed() >= STABLE) {
            self.failures = 0;
        }
        let pause = pause(self.failures, rand::random());
        self.failures = self.failures.saturating_add(1);
        pause
    }
}

/// Doubles with each failure up to the longest, and is shortened by up to a half, so that many
/// clients do not come back at the same moment. `chance` is from 0 to 1.
fn pause(failures: u32, chance: f64) -> Duration {
    let doubled = FIRST.saturating_mul(2_u32.saturating_pow(failures));
    doubled
        .min(LONGEST)
        .mul_f64(1.0 - chance.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit_and_differ() {
        assert_eq!(pause(0, 0.0), FIRST);
        assert_eq!(pause(0, 1.0), FIRST / 2);
        assert_eq!(pause(1, 0.0), 2 * FIRST);
        assert_eq!(pause(3, 0.5), FIRST * 8 * 3 / 4);
        assert_eq!(pause(7, 0.0), LONGEST);
        assert_eq!(pause(u32::MAX, 0.0), LONGEST);
        assert_eq!(pause(u32::MAX, 1.0), LONGEST / 2);
    }
}
