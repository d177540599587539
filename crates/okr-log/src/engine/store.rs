//! The sled database behind the log: the only file that knows sled.
//!
//! sled reports some damage by panicking; every call goes through [`guarded`], which makes that an error.

use std::any::Any;
use std::cell::Cell;
use std::fs::File;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::thread;
use std::time::Duration;

use bytes::Bytes;

use crate::engine::append::AppendFailure;
use crate::engine::block::{Block, BlockError, MAX_VALUE_BYTES, Stored, in_parts, read_stored};
use crate::engine::cache::{forget, sync_content};
use crate::engine::directory::Directory;
use crate::engine::fault::{FaultHook, Step, perform};
use crate::engine::key::BlockKey;
use crate::engine::read::ReadError;
use crate::id::{LogId, Position};

const PARTS_TREE: &[u8] = b"parts";
/// sled weighs the pages of its cache only after 64 accesses in the same of 256 shards, so a scan that fetches each large
/// page once would keep all of them. One more access for each two kilobytes read makes every page count when it is left.
const BYTES_PER_ACCESS: usize = 2 * 1024;
const RELEASE_PAUSE: Duration = Duration::from_millis(1);
/// Two seconds of pauses.
const RELEASE_ATTEMPTS: u32 = 2000;

/// A failure of the database under the log.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operating system refused a read, a write or a sync.
    #[error("input or output of the store failed: {0}")]
    Io(#[source] io::Error),
    /// The database refused.
    #[error("the store failed: {0}")]
    Database(String),
    /// The database holds a key that this program never writes.
    #[error("the store holds a key that is not that of a block")]
    ForeignKey,
    /// The database met something that its authors held impossible: its files are damaged.
    #[error("the store met impossible data: {0}")]
    Panicked(String),
    /// What is in the log, or where, cannot be read back.
    #[error(transparent)]
    Unreadable(Box<ReadError>),
}

/// A block that could not be read.
#[derive(Debug)]
pub(crate) enum LoadError {
    Store(StoreError),
    Block { key: BlockKey, error: BlockError },
}

/// The open database.
pub(crate) struct Store {
    /// `None` only while dropping.
    trees: Option<Trees>,
    path: PathBuf,
    /// A descriptor of our own, because sled's flush ends before the device has the bytes.
    file: File,
}

struct Trees {
    blocks: sled::Tree,
    parts: sled::Tree,
    database: sled::Db,
}

/// What is asked of a store when it is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoreOptions {
    pub(crate) segment_bytes: usize,
    pub(crate) cache_bytes: u64,
}

impl StoreError {
    /// Tells whether the device was full.
    pub fn is_storage_full(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::StorageFull)
    }
}

impl Store {
    pub(crate) fn open(directory: &Directory, options: StoreOptions) -> Result<Self, StoreError> {
        wait_for_release(directory);
        let trees = guarded(|| {
            let database = sled::Config::new()
                .path(directory.store())
                .segment_size(options.segment_bytes)
                .cache_capacity(options.cache_bytes)
                .flush_every_ms(None)
                .use_compression(false)
                .mode(sled::Mode::HighThroughput)
                .open()?;
            let parts = database.open_tree(PARTS_TREE)?;
            Ok(Trees {
                blocks: (*database).clone(),
                parts,
                database,
            })
        })?;
        let file = File::open(directory.store_file()).map_err(StoreError::Io)?;
        Ok(Self {
            trees: Some(trees),
            path: directory.store(),
            file,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes blocks durable: write, flush, sync.
    pub(crate) fn commit(
        &self,
        blocks: &[(BlockKey, Block)],
        faults: Option<&FaultHook>,
    ) -> Result<(), AppendFailure> {
        perform(Step::WriteBlocks, faults, || {
            blocks
                .iter()
                .try_for_each(|(key, block)| self.put(*key, block.bytes()))
        })?;
        perform(Step::FlushStore, faults, || self.flush())?;
        perform(Step::SyncStore, faults, || self.sync())
    }

    /// Hands a finished block to the database, in memory for the time being.
    pub(crate) fn put(&self, key: BlockKey, block: &[u8]) -> Result<(), StoreError> {
        let trees = self.trees();
        if block.len() <= MAX_VALUE_BYTES {
            return guarded(|| trees.blocks.insert(key.to_bytes(), block).map(drop));
        }
        for (number, part) in (0..).zip(block.chunks(MAX_VALUE_BYTES)) {
            guarded(|| trees.parts.insert(key.part(number), part).map(drop))?;
        }
        let value = in_parts(key, block.len());
        guarded(|| trees.blocks.insert(key.to_bytes(), value).map(drop))
    }

    /// Lets the database write everything to its file.
    pub(crate) fn flush(&self) -> Result<(), StoreError> {
        let flushed = guarded(|| self.trees().database.flush().map(drop));
        flushed.inspect_err(|_| forget(&self.file))
    }

    /// Makes what was flushed survive a power cut.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        sync_content(&self.file).map_err(StoreError::Io)
    }

    /// Walks over all blocks in order of organisation and position.
    pub(crate) fn walk(&self) -> Walk<'_> {
        Walk {
            store: self,
            inner: self.trees().blocks.iter(),
            unweighed: 0,
        }
    }

    /// Walks over the blocks of an organisation, starting with the one that holds this position.
    pub(crate) fn walk_from(
        &self,
        organisation: LogId,
        position: Position,
    ) -> Result<Walk<'_>, StoreError> {
        let blocks = &self.trees().blocks;
        let after = BlockKey::new(organisation, position.next()).to_bytes();
        let first = guarded(|| blocks.get_lt(after))?.and_then(|(key, _)| {
            BlockKey::from_bytes(&key).filter(|key| key.organisation == organisation)
        });
        let first = first
            .unwrap_or(BlockKey::new(organisation, position))
            .to_bytes();
        let last = BlockKey::new(organisation, Position::new(u64::MAX)).to_bytes();
        Ok(Walk {
            store: self,
            inner: blocks.range(first..=last),
            unweighed: 0,
        })
    }

    fn load(&self, key: BlockKey, value: Bytes) -> Result<Block, LoadError> {
        let damaged = |error| LoadError::Block { key, error };
        let (bytes, count) = match read_stored(key, value).map_err(damaged)? {
            Stored::Whole(block) => return Ok(block),
            Stored::InParts { bytes, count } => (bytes, count),
        };
        let mut block = Vec::with_capacity(bytes);
        for number in 0..count {
            let part = guarded(|| self.trees().parts.get(key.part(number)));
            let part = part.map_err(LoadError::Store)?;
            let expected = (bytes - block.len()).min(MAX_VALUE_BYTES);
            weigh(&self.trees().parts, &key.part(number), expected).map_err(LoadError::Store)?;
            let part = part.filter(|part| part.len() == expected);
            let part = part.ok_or(damaged(BlockError::Part { number }))?;
            block.extend_from_slice(&part);
        }
        Block::parse(key, block.into()).map_err(damaged)
    }

    fn trees(&self) -> &Trees {
        self.trees
            .as_ref()
            .expect("the trees are there until the store is dropped")
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // sled syncs when its last handle goes and panics when that fails. What was acknowledged is durable already.
        let trees = self.trees.take();
        let dropped = guarded(|| {
            drop(trees);
            Ok(())
        });
        drop(dropped);
    }
}

/// Keys and values of the store, in order.
pub(crate) struct Walk<'a> {
    store: &'a Store,
    inner: sled::Iter,
    /// Bytes read and not yet weighed.
    unweighed: usize,
}

impl Walk<'_> {
    /// Returns the next block, verified; after an error the walk must end.
    pub(crate) fn next_block(&mut self) -> Result<Option<(BlockKey, Block)>, LoadError> {
        let next = guarded(|| self.inner.next().transpose()).map_err(LoadError::Store)?;
        let Some((key, value)) = next else {
            return Ok(None);
        };
        self.unweighed += value.len();
        weigh(&self.store.trees().blocks, &key, self.unweighed).map_err(LoadError::Store)?;
        self.unweighed %= BYTES_PER_ACCESS;
        let foreign = || LoadError::Store(StoreError::ForeignKey);
        let key = BlockKey::from_bytes(&key).ok_or_else(foreign)?;
        self.store
            .load(key, Bytes::from_owner(value))
            .map(|block| Some((key, block)))
    }
}

/// Waits for threads of sled that still hold the file of a store which this process has just closed.
///
/// Other processes are kept out by the lock of the directory; whatever holds the file longer is for sled to refuse.
pub(crate) fn wait_for_release(directory: &Directory) {
    let Ok(file) = File::open(directory.store_file()) else {
        return;
    };
    for _ in 0..RELEASE_ATTEMPTS {
        if file.try_lock().is_ok() {
            // As for the lock of the directory, a child that is being started may have this file too.
            drop(file.unlock());
            return;
        }
        thread::sleep(RELEASE_PAUSE);
    }
}

/// Lets the cache of the database notice how much was read; see [`BYTES_PER_ACCESS`].
fn weigh(tree: &sled::Tree, key: &[u8], bytes: usize) -> Result<(), StoreError> {
    for _ in 0..bytes / BYTES_PER_ACCESS {
        guarded(|| tree.contains_key(key))?;
    }
    Ok(())
}

thread_local! {
    static IN_STORE: Cell<bool> = const { Cell::new(false) };
}

/// Calls into sled; a panic becomes an error, without the usual report on stderr.
fn guarded<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IN_STORE.get() {
                report(info);
            }
        }));
    });
    let outer = IN_STORE.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(call));
    IN_STORE.set(outer);
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(error))) => Err(StoreError::Io(error)),
        Ok(Err(error)) => Err(StoreError::Database(error.to_string())),
        Err(payload) => Err(StoreError::Panicked(panic_message(payload.as_ref()))),
    }
}

fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().cloned();
    let text = text.or_else(|| {
        payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
    });
    text.unwrap_or_else(|| "no message".to_owned())
}
