//! Creating and opening a data directory, in the order that makes it durable and keeps a damaged one untouched.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};

use crate::engine::append::{AppendFailure, Writer};
use crate::engine::block::Block;
use crate::engine::board::Failure;
use crate::engine::clerk::Clerk;
use crate::engine::directory::{
    Directory, DirectoryLock, FileError, LockError, file_error, sync, sync_tree, write_synced,
};
use crate::engine::erased::Erased;
use crate::engine::error::{CreateError, OpenError};
use crate::engine::intake::{Intake, Means};
use crate::engine::journal::{self, Found, Journal, JournalError, Marker};
use crate::engine::key::BlockKey;
use crate::engine::manifest::{Manifest, ManifestError};
use crate::engine::merge::portions;
use crate::engine::recover::{Recovered, Recovery, Source, Visitor, recover};
use crate::engine::renewal::FORGOTTEN;
use crate::engine::store::{Store, StoreError, StoreOptions, wait_for_release};
use crate::engine::tail::{Tail, drop_unfinished_snapshots};
use crate::engine::witness::{Statement, Testimony, Witness, WitnessError, empty_file};
use crate::engine::{Head, LogOptions, Organisation, Shared};
use crate::id::LogId;
use crate::merkle::Frontier;

/// A new store holds almost nothing while it is made.
const CREATION_CACHE_BYTES: u64 = 1024 * 1024;

/// Lays out a new data directory; the manifest comes last, so that an interrupted creation never looks finished.
pub(crate) fn create(path: &Path) -> Result<(), CreateError> {
    make_directory(path)?;
    let root = path
        .canonicalize()
        .map_err(|source| file_error("resolve", path, source))?;
    let directory = Directory::new(&root);
    let lock = directory.lock().map_err(|error| match error {
        LockError::InUse => CreateError::NotEmpty { path: root.clone() },
        LockError::File(error) => CreateError::File(error),
    })?;
    let manifest =
        Manifest::generate().map_err(|source| file_error("name the log in", &root, source))?;
    make_store(&directory, manifest.segment_bytes).map_err(|source| CreateError::Store {
        path: directory.store(),
        source,
    })?;
    sync_tree(&directory.store())?;
    write_synced(&directory.journal(), &journal::empty_file(manifest.log))?;
    write_synced(&directory.witness(), &empty_file(manifest.log))?;
    write_synced(&directory.manifest(), manifest.to_text().as_bytes())?;
    sync(&root)?;
    if let Some(parent) = root.parent() {
        sync(parent)?;
    }
    drop(lock);
    Ok(())
}

fn make_directory(path: &Path) -> Result<(), CreateError> {
    match fs::create_dir(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if !path.is_dir() {
                return Err(CreateError::NotADirectory {
                    path: path.to_owned(),
                });
            }
            let mut entries =
                fs::read_dir(path).map_err(|source| file_error("list", path, source))?;
            if entries.next().is_some() {
                return Err(CreateError::NotEmpty {
                    path: path.to_owned(),
                });
            }
            Ok(())
        }
        Err(source) => Err(file_error("create", path, source).into()),
    }
}

fn make_store(directory: &Directory, segment_bytes: usize) -> Result<(), StoreError> {
    let options = StoreOptions {
        segment_bytes,
        cache_bytes: CREATION_CACHE_BYTES,
    };
    let store = Store::open(directory, options)?;
    store.flush()?;
    store.sync()
}

/// Opens, verifies, and brings the witness forward to what was verified.
pub(crate) fn open(
    path: &Path,
    options: LogOptions,
    visit: &mut Visitor<'_>,
) -> Result<Shared, OpenError> {
    let directory = find(path)?;
    // So that nothing is locked in a directory that is none of ours.
    read_manifest(&directory)?;
    let lock = take(&directory)?;
    let manifest = read_manifest(&directory)?;
    // After a kill, the manifest may have its name in memory only.
    sync(directory.root())?;
    let mut witness = open_witness(&directory, manifest.log)?;
    let (journal, blocks) = open_journal(&directory, &manifest)?;
    let every = options.waypoints_every;
    let segment_bytes = manifest.segment_bytes;
    let (store, recovery) = or_as_it_was(&directory, segment_bytes, || {
        let store = open_store(&directory, segment_bytes, options.cache_bytes)?;
        let source = Source {
            store: &store,
            journal: &blocks,
        };
        let recovery = recover(source, (&witness, every), visit)?;
        Ok((store, recovery))
    })?;
    let Recovery {
        organisations: recovered,
        unstored,
    } = recovery;
    let journal = settle(&directory, &store, journal, unstored)?;
    bring_forward(&mut witness, &recovered)
        .map_err(|source| file_error("update", &directory.witness(), source))?;

    let opened = Opened {
        directory,
        manifest,
        journal,
        witness,
        store,
        lock,
    };
    opened.start(recovered, options)
}

/// The files of a log that was verified.
struct Opened {
    directory: Directory,
    manifest: Manifest,
    journal: OpenJournal,
    witness: Witness,
    store: Store,
    lock: DirectoryLock,
}

impl Opened {
    /// Starts what works on the files, with what is kept of them in memory.
    fn start(
        self,
        recovered: HashMap<LogId, Recovered>,
        options: LogOptions,
    ) -> Result<Shared, OpenError> {
        let mut frontiers: HashMap<LogId, Frontier> = HashMap::new();
        let mut organisations = HashMap::new();
        for (
            id,
            Recovered {
                position,
                recorded_at,
                changes,
                frontier,
                waypoints,
            },
        ) in recovered
        {
            let head = Head {
                position,
                recorded_at,
                root: frontier.root(),
            };
            organisations.insert(id, Arc::new(Organisation::new(head, changes, waypoints)));
            frontiers.insert(id, frontier);
        }
        let directory = self.directory;
        let failure = Failure::default();
        let clerk = Clerk::start(self.witness, options.faults.clone(), Arc::clone(&failure))
            .map_err(|source| file_error("start the thread for", &directory.witness(), source))?;
        let store = Arc::new(self.store);
        let means = Means {
            store: Arc::clone(&store),
            faults: options.faults,
            failure: Arc::clone(&failure),
        };
        let intake = Intake::new((directory.clone(), self.manifest), self.journal, means)
            .map_err(|source| file_error("start the thread for", &directory.journal(), source))?;
        let writer = Writer {
            intake,
            clerk,
            frontiers,
        };
        Ok(Shared {
            store,
            directory: directory.root().to_owned(),
            organisations: RwLock::new(organisations),
            erased: Erased::default(),
            waypoints_every: options.waypoints_every,
            observers: RwLock::default(),
            failure,
            writer: Mutex::new(Some(writer)),
            _lock: self.lock,
        })
    }
}

/// Keeps everybody else out of a directory.
pub(crate) fn take(directory: &Directory) -> Result<DirectoryLock, OpenError> {
    directory.lock().map_err(|error| match error {
        LockError::InUse => OpenError::InUse {
            path: directory.root().to_owned(),
        },
        LockError::File(error) => OpenError::File(error),
    })
}

fn find(path: &Path) -> Result<Directory, OpenError> {
    let metadata = fs::metadata(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => OpenError::NotFound {
            path: path.to_owned(),
        },
        _ => OpenError::File(file_error("open", path, source)),
    })?;
    if !metadata.is_dir() {
        return Err(OpenError::NotADirectory {
            path: path.to_owned(),
        });
    }
    Ok(Directory::new(path))
}

pub(crate) fn read_manifest(directory: &Directory) -> Result<Manifest, OpenError> {
    let path = directory.manifest();
    let text = fs::read(&path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => OpenError::NotALog {
            path: directory.root().to_owned(),
        },
        _ => OpenError::File(file_error("read", &path, source)),
    })?;
    Manifest::parse(&text).map_err(|error| match error {
        ManifestError::NewerFormat(found) => OpenError::NewerFormat { path, found },
        ManifestError::Malformed(reason) => OpenError::Manifest { path, reason },
    })
}

/// Returns the format of the log in a directory, which may be open elsewhere.
///
/// # Errors
///
/// `NotALog`, `Manifest`, `File`, and `NewerFormat` for one that this program does not read.
pub fn directory_format(root: &Path) -> Result<u64, OpenError> {
    read_manifest(&Directory::new(root)).map(|manifest| manifest.format)
}

/// Both ends of the journal, in a directory of a format that has one.
type OpenJournal = Option<(Journal, Marker)>;

/// Opens the journal, and reads the blocks in it that the store may lack.
fn open_journal(
    directory: &Directory,
    manifest: &Manifest,
) -> Result<(OpenJournal, BTreeMap<BlockKey, Block>), OpenError> {
    let path = directory.journal();
    if !manifest.has_journal() {
        return match journal::is_in_use(&path, manifest.log) {
            Ok(false) => Ok((None, BTreeMap::new())),
            Ok(true) => Err(OpenError::Journal {
                path,
                reason: FORGOTTEN.to_owned(),
            }),
            Err(source) => Err(OpenError::File(file_error("read", &path, source))),
        };
    }
    let found = journal::open(&path, manifest.log).map_err(|error| match error {
        JournalError::Missing => OpenError::Journal {
            path,
            reason: "missing".to_owned(),
        },
        JournalError::Damaged(reason) => OpenError::Journal {
            path,
            reason: format!("damaged ({reason})"),
        },
        JournalError::Newer(found) => OpenError::NewerFormat {
            path,
            found: found.into(),
        },
        JournalError::Io(source) => OpenError::File(file_error("read", &path, source)),
    })?;
    let Found {
        journal,
        marker,
        blocks,
    } = found;
    Ok((Some((journal, marker)), blocks))
}

/// Moves what only the journal has into the store, as the mover would have done, and marks the journal.
fn settle(
    directory: &Directory,
    store: &Store,
    journal: OpenJournal,
    unstored: Vec<(BlockKey, Block)>,
) -> Result<OpenJournal, OpenError> {
    let failed = |AppendFailure { source, .. }: AppendFailure| OpenError::Store {
        path: directory.store(),
        source: Arc::into_inner(source)
            .unwrap_or_else(|| StoreError::Database("it takes no blocks".to_owned())),
    };
    for portion in portions(unstored) {
        store.commit(&portion.blocks, None).map_err(failed)?;
    }
    let Some((journal, mut marker)) = journal else {
        return Ok(None);
    };
    marker
        .settle(journal.newest())
        .map_err(|source| file_error("mark", &directory.journal(), source))?;
    Ok(Some((journal, marker)))
}

pub(crate) fn open_witness(directory: &Directory, log: [u8; 16]) -> Result<Witness, OpenError> {
    let path = directory.witness();
    Witness::open(&path, log).map_err(|error| match error {
        WitnessError::Missing => OpenError::Witness {
            path,
            reason: "missing".to_owned(),
        },
        WitnessError::Damaged(reason) => OpenError::Witness {
            path,
            reason: format!("damaged ({reason})"),
        },
        WitnessError::Newer(found) => OpenError::NewerFormat {
            path,
            found: found.into(),
        },
        WitnessError::Io(source) => OpenError::File(file_error("read", &path, source)),
    })
}

/// Opens a store and verifies it; when that fails, its file is left as it was.
fn or_as_it_was<T>(
    directory: &Directory,
    segment_bytes: usize,
    open: impl FnOnce() -> Result<T, OpenError>,
) -> Result<T, OpenError> {
    // sled would make these anew, and an empty store with them.
    for path in [directory.store_file(), directory.store_configuration()] {
        if !path.is_file() {
            return Err(OpenError::StoreMissing { path });
        }
    }
    let path = directory.store_file();
    drop_unfinished_snapshots(&directory.store()).map_err(|source| OpenError::Store {
        path: directory.store(),
        source: StoreError::Io(source),
    })?;
    let tail = Tail::keep(&path, segment_bytes).map_err(|source| OpenError::Store {
        path: directory.store(),
        source,
    })?;
    open().map_err(|refusal| {
        wait_for_release(directory);
        match tail.put_back() {
            Ok(()) => refusal,
            Err(source) => OpenError::File(file_error("put back the end of", &path, source)),
        }
    })
}

fn open_store(
    directory: &Directory,
    segment_bytes: usize,
    cache_bytes: u64,
) -> Result<Store, OpenError> {
    // After a kill, bytes may be in memory only; sled is about to write a snapshot that relies on them.
    sync(&directory.store_file())?;
    let failed = |source| OpenError::Store {
        path: directory.store(),
        source,
    };
    let store = Store::open(
        directory,
        StoreOptions {
            segment_bytes,
            cache_bytes,
        },
    )
    .map_err(failed)?;
    store.flush().and_then(|()| store.sync()).map_err(failed)?;
    sync_snapshot(directory)?;
    Ok(store)
}

/// Makes the names of the snapshot files durable that sled replaces while it opens.
fn sync_snapshot(directory: &Directory) -> Result<(), FileError> {
    sync(&directory.store())
}

/// Makes the witness say what the scan has found, neither less nor more: a pending group that is not there never will be.
fn bring_forward(witness: &mut Witness, recovered: &HashMap<LogId, Recovered>) -> io::Result<()> {
    let witnessed = witness.iter().map(|(organisation, _)| organisation);
    let organisations: BTreeSet<LogId> = witnessed.chain(recovered.keys().copied()).collect();
    let mut changed = false;
    for organisation in organisations {
        let found = recovered
            .get(&organisation)
            .map_or(Testimony::NOTHING, |found| Testimony {
                position: found.position,
                root: found.frontier.root(),
            });
        let statement = Statement::settled(found);
        if witness.get(organisation) != Some(statement) {
            witness.write(organisation, statement)?;
            changed = true;
        }
    }
    if changed {
        witness.sync()?;
    }
    Ok(())
}
