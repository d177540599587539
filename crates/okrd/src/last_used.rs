//! When each token was last used, to the minute: kept in memory, written now and then, and not worth a sync per call.
//!
//! What a crash loses is at most a minute, and only of what people look at to find a token that nobody needs.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::data::{DataError, read_versioned, replace_json};
use crate::store::AsText;

/// A use within this time of the last one is not noted.
const GRAIN: SignedDuration = SignedDuration::from_mins(1);
/// The version of `last-used.json` that this program writes.
pub(crate) const VERSION: u32 = 1;

/// The last uses of all tokens.
#[derive(Debug)]
pub(crate) struct LastUsed {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    tokens: HashMap<Uuid, Timestamp>,
    /// Whether the file lacks something.
    changed: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    tokens: BTreeMap<AsText<Uuid>, AsText<Timestamp>>,
}

impl LastUsed {
    /// Reads what was written; nothing when there is no file yet.
    pub(crate) fn open(path: PathBuf) -> Result<Self, DataError> {
        let mut state = State::default();
        if path.exists() {
            let file: File = read_versioned(&path, VERSION)?;
            let uses = file.tokens.into_iter();
            state.tokens = uses.map(|(id, at)| (id.0, at.0)).collect();
        }
        Ok(Self {
            path,
            state: Mutex::new(state),
        })
    }

    /// Notes that a token is used.
    pub(crate) fn note(&self, token: Uuid, now: Timestamp) {
        let mut state = self.lock();
        let lately = state
            .tokens
            .get(&token)
            .is_some_and(|last| now >= *last && now.duration_since(*last) < GRAIN);
        if !lately {
            state.tokens.insert(token, now);
            state.changed = true;
        }
    }

    /// Returns when a token was last used.
    pub(crate) fn get(&self, token: Uuid) -> Option<Timestamp> {
        self.lock().tokens.get(&token).copied()
    }

    /// Writes what is new, of the tokens that there still are. Blocks on the disk.
    pub(crate) fn save(&self, exists: impl Fn(Uuid) -> bool) -> Result<(), DataError> {
        let tokens = {
            let mut state = self.lock();
            if !state.changed {
                return Ok(());
            }
            state.changed = false;
            state.tokens.retain(|id, _| exists(*id));
            let uses = state.tokens.iter();
            uses.map(|(id, at)| (AsText(*id), AsText(*at))).collect()
        };
        let file = File {
            version: VERSION,
            tokens,
        };
        replace_json(&self.path, &file).inspect_err(|_| self.lock().changed = true)
    }

    /// Forgets the uses of tokens that there are no more. Blocks on the disk.
    pub(crate) fn prune(&self, exists: impl Fn(Uuid) -> bool) -> Result<(), DataError> {
        self.lock().changed = true;
        self.save(exists)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing is left half changed under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Uuid = Uuid::from_u128(1);
    const SECOND: Uuid = Uuid::from_u128(2);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn a_use_is_kept_to_the_minute_and_survives() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("last-used.json");
        let uses = LastUsed::open(path.clone()).unwrap();
        assert_eq!(uses.get(FIRST), None);
        for second in [0, 59, 61, 70] {
            uses.note(FIRST, at(second));
        }
        assert_eq!(uses.get(FIRST), Some(at(61)));
        uses.note(SECOND, at(70));
        uses.save(|id| id == FIRST).unwrap();
        let again = LastUsed::open(path).unwrap();
        assert_eq!(again.get(FIRST), Some(at(61)));
        assert_eq!(again.get(SECOND), None, "its token is gone");
    }

    #[test]
    fn nothing_is_written_when_nothing_is_new_and_a_failure_is_tried_again() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("gone").join("last-used.json");
        let uses = LastUsed::open(path.clone()).unwrap();
        uses.save(|_| true).unwrap();
        uses.note(FIRST, at(0));
        assert!(uses.save(|_| true).is_err());
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        uses.save(|_| true).unwrap();
        assert!(path.exists());
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_stop_the_notes() {
        let root = tempfile::tempdir().unwrap();
        let uses = LastUsed::open(root.path().join("last-used.json")).unwrap();
        uses.note(FIRST, at(1000));
        uses.note(FIRST, at(0));
        assert_eq!(uses.get(FIRST), Some(at(0)));
    }
}
