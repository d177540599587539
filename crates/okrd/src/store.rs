//! A value that is read often and written rarely, and that stands in one file.
//!
//! Readers see the newest version without waiting for the disk; a version is seen only after it is durable.

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio::sync::watch;

use crate::data::{DataError, read_versioned, replace_json};

/// A durable value of a small file.
#[derive(Debug)]
pub(crate) struct Stored<T> {
    path: PathBuf,
    /// Held while a new version is made and written.
    writing: Mutex<()>,
    current: watch::Sender<Arc<T>>,
}

impl<T: Clone + Serialize + DeserializeOwned> Stored<T> {
    /// Writes the first version.
    pub(crate) fn create(path: PathBuf, value: T) -> Result<Self, DataError> {
        replace_json(&path, &value)?;
        Ok(Self::holding(path, value))
    }

    /// Reads what stands in its file, of which this program knows the forms up to one.
    pub(crate) fn open(path: PathBuf, known: u32) -> Result<Self, DataError> {
        let value = read_versioned(&path, known)?;
        Ok(Self::holding(path, value))
    }

    /// Holds what was read from a file.
    pub(crate) fn holding(path: PathBuf, value: T) -> Self {
        Self {
            path,
            writing: Mutex::new(()),
            current: watch::Sender::new(Arc::new(value)),
        }
    }

    /// Returns the newest version.
    pub(crate) fn get(&self) -> Arc<T> {
        Arc::clone(&self.current.borrow())
    }

    /// Follows the versions.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Arc<T>> {
        self.current.subscribe()
    }

    /// Makes the next version durable, then visible. Blocks on the disk.
    ///
    /// Nothing changes when `edit` refuses or the file cannot be written.
    pub(crate) fn update<R, E: From<DataError>>(
        &self,
        edit: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Result<R, E> {
        // Nothing under the lock is left half done by a panic: the value is swapped at the end.
        let writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = T::clone(&self.get());
        let answer = edit(&mut next)?;
        replace_json(&self.path, &next)?;
        self.current.send_replace(Arc::new(next));
        drop(writing);
        Ok(answer)
    }
}

/// A value that stands in a file as the text that `Display` writes and `FromStr` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AsText<T>(pub(crate) T);

impl<T: Display> Serialize for AsText<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for AsText<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Clone, Debug, Serialize, Deserialize)]
    struct List {
        version: u32,
        numbers: Vec<i32>,
    }

    #[test]
    fn an_update_is_seen_and_survives_and_a_refused_one_is_neither() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("list.json");
        let list = Stored::create(
            path.clone(),
            List {
                version: 1,
                numbers: vec![1],
            },
        )
        .unwrap();
        let length = list.update::<_, DataError>(|list| {
            list.numbers.push(2);
            Ok(list.numbers.len())
        });
        assert_eq!(length.unwrap(), 2);
        let refused = list.update::<(), DataError>(|list| {
            list.numbers.clear();
            Err(DataError::NotInitialised { path: path.clone() })
        });
        assert!(refused.is_err());
        assert_eq!(list.get().numbers, [1, 2]);
        let again = Stored::<List>::open(path, 1).unwrap();
        assert_eq!(again.get().numbers, [1, 2]);
    }
}
