//! What the operator has settled about each organisation: a label, whether it is frozen, and how much it may hold.
//!
//! It stands in `organisations.json`, apart from the histories. `okrd org` changes the file while the server runs, and
//! the server looks every other second whether it has changed. A file that is gone settles nothing anew: where there is
//! none, a server makes one at its start, and from then on `server.json` says that there is.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use okr_core::id::OrgId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::data::{
    DataError, Manifest, NO_LINK, PRIVATE_FILE, beginning_of, io_error, organisations_file,
    read_versioned, remove_beginning, replace_json,
};
use crate::service::Shared;
use crate::store::AsText;

/// Time between two looks at the file.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);
/// The version of the file that this program writes.
pub(crate) const VERSION: u32 = 1;

/// All that is settled, as the newest look found it.
#[derive(Debug)]
pub(crate) struct Organisations {
    path: PathBuf,
    seen: RwLock<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    stamp: Stamp,
    file: Arc<File>,
}

/// What tells two versions of the file apart: it is replaced as a whole, so each has its own inode.
type Stamp = Option<(SystemTime, u64, u64)>;

/// One version of the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    version: u32,
    orgs: BTreeMap<AsText<Uuid>, Settled>,
}

/// What is settled about one organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settled {
    /// What the operator calls it; its people do not see that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<String>,
    /// Whether it is read-only.
    #[serde(default)]
    pub(crate) frozen: bool,
    #[serde(default)]
    pub(crate) quotas: Quotas,
}

/// How much an organisation may hold; none: any number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quotas {
    /// Changes that are recorded in a day in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) changes_per_day: Option<u64>,
    /// Bytes of its records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bytes: Option<u64>,
    /// People who have not left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) people: Option<u64>,
}

impl Default for File {
    fn default() -> Self {
        Self {
            version: VERSION,
            orgs: BTreeMap::new(),
        }
    }
}

impl Organisations {
    /// Reads what is settled.
    ///
    /// # Errors
    ///
    /// `Missing`, `NewerFile`, `Malformed`, `Io`.
    pub(crate) fn open(path: PathBuf) -> Result<Self, DataError> {
        if beginning_of(&path).exists() {
            // Whoever is at work on it has the lock; whoever was killed has left it.
            let lock = lock(&path)?;
            remove_beginning(&path)?;
            drop(lock);
        }
        let seen = look(&path)?;
        Ok(Self {
            path,
            seen: RwLock::new(seen),
        })
    }

    /// Returns what is settled about an organisation.
    pub(crate) fn get(&self, org: OrgId) -> Settled {
        // A version is put in place in one step.
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        seen.file.get(org)
    }

    /// Reads the file again if it has changed, and says whether it had. Blocks on the disk.
    pub(crate) fn refresh(&self) -> Result<bool, DataError> {
        let before = {
            let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
            seen.stamp
        };
        if stamp(&self.path)? == before {
            return Ok(false);
        }
        let next = look(&self.path)?;
        *self.seen.write().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(true)
    }
}

impl File {
    /// Returns what is settled about an organisation.
    pub(crate) fn get(&self, org: OrgId) -> Settled {
        let found = self.orgs.get(&AsText(org.uuid()));
        found.cloned().unwrap_or_default()
    }

    /// Says which organisation has a label.
    pub(crate) fn labelled(&self, label: &str) -> Option<OrgId> {
        let mut orgs = self.orgs.iter();
        let found = orgs.find(|(_, settled)| settled.label.as_deref() == Some(label));
        found.map(|(org, _)| OrgId::new(org.0))
    }

    /// Settles something about an organisation.
    pub(crate) fn set(&mut self, org: OrgId, settled: Settled) {
        self.orgs.insert(AsText(org.uuid()), settled);
    }

    /// Forgets an organisation.
    pub(crate) fn forget(&mut self, org: OrgId) {
        self.orgs.remove(&AsText(org.uuid()));
    }
}

/// Reads what is settled, without a server.
///
/// # Errors
///
/// `Missing` where it must be there, `NewerFile`, `Malformed`, `Io`.
pub(crate) fn read(data: &Path, manifest: &Manifest) -> Result<File, DataError> {
    match read_file(&organisations_file(data)) {
        Err(DataError::Missing { .. }) if !manifest.is_always_settled() => Ok(File::default()),
        read => read,
    }
}

fn read_file(path: &Path) -> Result<File, DataError> {
    match stamp(path)? {
        Some(_) => read_versioned(path, VERSION),
        None => Err(DataError::Missing {
            path: path.to_owned(),
        }),
    }
}

/// Says that nothing is settled where there is no file yet. Blocks on the disk.
pub(crate) fn create_if_missing(data: &Path) -> Result<(), DataError> {
    let path = organisations_file(data);
    let lock = lock(&path)?;
    if stamp(&path)?.is_none() {
        replace_json(&path, &File::default())?;
    }
    drop(lock);
    Ok(())
}

/// Changes what is settled, also while the server runs; two of these wait for each other. Blocks on the disk.
pub(crate) fn edit<R, E: From<DataError>>(
    data: &Path,
    manifest: &Manifest,
    change: impl FnOnce(&mut File) -> Result<R, E>,
) -> Result<R, E> {
    let path = organisations_file(data);
    let lock = lock(&path)?;
    let mut file = read(data, manifest)?;
    let answer = change(&mut file)?;
    replace_json(&path, &file)?;
    drop(lock);
    Ok(answer)
}

/// Keeps everybody else from changing what is settled, until the file is closed.
fn lock(path: &Path) -> Result<fs::File, DataError> {
    let lock_path = path.with_extension("lock");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    options.mode(PRIVATE_FILE).custom_flags(NO_LINK);
    let lock = options.open(&lock_path);
    let lock = lock.map_err(io_error("open", &lock_path))?;
    lock.lock().map_err(io_error("lock", &lock_path))?;
    Ok(lock)
}

/// Looks whether the file has changed until the server stops.
pub(crate) async fn follow(shared: Arc<Shared>) {
    let mut stopping = shared.stopping.clone();
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_INTERVAL) => {}
            // A sender that is gone has stopped as well.
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
        let looking = Arc::clone(&shared);
        let looked = tokio::task::spawn_blocking(move || looking.organisations.refresh()).await;
        match looked {
            Ok(Ok(true)) => tracing::info!(target: "audit", "organisations.json was read again"),
            Ok(Ok(false)) => {}
            Ok(Err(error)) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(
                    error,
                    "organisations.json cannot be read; what it said before holds"
                );
            }
            // A panic has been logged.
            Err(_) => return,
        }
    }
}

fn look(path: &Path) -> Result<Seen, DataError> {
    // The stamp first: what is written meanwhile is then seen at the next look.
    let stamp = stamp(path)?;
    let file = Arc::new(read_file(path)?);
    Ok(Seen { stamp, file })
}

fn stamp(path: &Path) -> Result<Stamp, DataError> {
    use std::os::unix::fs::MetadataExt as _;
    match fs::metadata(path) {
        Ok(data) => {
            let modified = data.modified().map_err(io_error("read", path))?;
            Ok(Some((modified, data.len(), data.ino())))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error("read", path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORG: OrgId = OrgId::new(Uuid::from_u128(1));
    const OTHER: OrgId = OrgId::new(Uuid::from_u128(2));

    fn frozen() -> Settled {
        Settled {
            label: Some("acme".to_owned()),
            frozen: true,
            quotas: Quotas {
                people: Some(7),
                ..Quotas::default()
            },
        }
    }

    fn manifest(version: u32) -> Manifest {
        Manifest {
            version,
            server_name: "okrd".to_owned(),
            orgs: Vec::new(),
            verifier_key: None,
        }
    }

    fn freeze(data: &Path) {
        let edited = edit::<_, DataError>(data, &manifest(1), |file| {
            file.set(ORG, frozen());
            Ok(())
        });
        edited.unwrap();
    }

    #[test]
    fn what_is_settled_is_seen_by_a_server_that_runs() {
        let root = tempfile::tempdir().unwrap();
        create_if_missing(root.path()).unwrap();
        let organisations = Organisations::open(organisations_file(root.path())).unwrap();
        assert_eq!(organisations.get(ORG), Settled::default());
        assert!(!organisations.refresh().unwrap());
        freeze(root.path());
        assert_eq!(organisations.get(ORG), Settled::default());
        assert!(organisations.refresh().unwrap());
        assert_eq!(organisations.get(ORG), frozen());
        assert_eq!(organisations.get(OTHER), Settled::default());
        let read = read(root.path(), &manifest(2)).unwrap();
        assert_eq!(read.labelled("acme"), Some(ORG));
        assert!(!organisations.refresh().unwrap());
        // It is made once.
        create_if_missing(root.path()).unwrap();
        assert!(!organisations.refresh().unwrap());
    }

    #[test]
    fn a_file_that_cannot_be_understood_changes_nothing() {
        let root = tempfile::tempdir().unwrap();
        freeze(root.path());
        let path = organisations_file(root.path());
        let organisations = Organisations::open(path.clone()).unwrap();
        fs::write(&path, "{").unwrap();
        assert!(matches!(
            organisations.refresh(),
            Err(DataError::Malformed { .. })
        ));
        assert!(organisations.get(ORG).frozen);
    }

    #[test]
    fn a_file_that_is_gone_unfreezes_nobody() {
        let root = tempfile::tempdir().unwrap();
        freeze(root.path());
        let path = organisations_file(root.path());
        let organisations = Organisations::open(path.clone()).unwrap();
        fs::remove_file(&path).unwrap();
        let gone = |error: &DataError| matches!(error, DataError::Missing { .. });
        for _ in 0..2 {
            let error = organisations.refresh().unwrap_err();
            assert!(gone(&error), "{error}");
            assert!(organisations.get(ORG).frozen);
        }
        assert!(gone(&Organisations::open(path.clone()).unwrap_err()));
        assert!(gone(&read(root.path(), &manifest(2)).unwrap_err()));
        let edited = edit::<_, DataError>(root.path(), &manifest(2), |_| Ok(()));
        assert!(gone(&edited.unwrap_err()));
        assert!(!path.exists());
        // The first layout had none before something was settled.
        let nothing = read(root.path(), &manifest(1)).unwrap();
        assert_eq!(nothing.get(ORG), Settled::default());
    }

    #[test]
    fn an_edit_that_is_refused_writes_nothing() {
        let root = tempfile::tempdir().unwrap();
        let refused = edit::<(), DataError>(root.path(), &manifest(1), |file| {
            file.set(ORG, frozen());
            let path = PathBuf::from("x");
            Err(DataError::NotInitialised { path })
        });
        assert!(refused.is_err());
        assert!(!organisations_file(root.path()).exists());
    }
}
