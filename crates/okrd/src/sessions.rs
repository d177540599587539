//! What happens to tokens and codes beside the calls: those of people who left are ended, last uses are written down.

use std::sync::Arc;
use std::time::Duration;

use crate::access_log::{Act, Entry};
use crate::service::Shared;

/// Time between two looks at what is to be written down.
const SAVE_INTERVAL: Duration = Duration::from_mins(1);

/// Goes on until the server stops.
///
/// It begins with whoever left just before the server was stopped or killed.
pub(crate) async fn watch_over(shared: Arc<Shared>) {
    let mut departures = shared.standing.departures();
    let mut stopping = shared.stopping.clone();
    loop {
        departures.borrow_and_update();
        let work = Arc::clone(&shared);
        let done = tokio::task::spawn_blocking(move || {
            end_of_those_who_left(&work);
            save(&work);
        });
        // Only a panic makes this fail, and it has been logged.
        drop(done.await);
        tokio::select! {
            changed = departures.changed() => {
                if changed.is_err() {
                    return;
                }
            }
            () = tokio::time::sleep(SAVE_INTERVAL) => {}
            // A sender that is gone has stopped as well.
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
    }
}

/// Writes down when tokens were last used. Blocks on the disk.
pub(crate) fn save(shared: &Shared) {
    let tokens = shared.credentials.subscribe();
    let exists = |token| tokens.borrow().knows(token);
    if let Err(error) = shared.last_used.save(exists) {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, "the last uses of tokens cannot be written");
    }
}

fn end_of_those_who_left(shared: &Shared) {
    let ended = shared
        .credentials
        .retain(|principal| !shared.standing.has_left(principal));
    match ended {
        Ok(ended) => {
            for (principal, count) in ended {
                let entry = Entry::done(Act::EndSessions, shared.clock.now());
                let entry = entry.of(principal.org).about(principal.person);
                let words = format!("{count} tokens and codes");
                shared.access.record(&entry.saying(words));
            }
        }
        Err(error) => {
            // They are let in nowhere even so: every call looks at who has left.
            let error = &error as &dyn std::error::Error;
            tracing::error!(target: "audit", error, "tokens of who left cannot be ended");
        }
    }
}
