//! Writing a bundle: beside its place, and put there when it is complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use okr_core::id::{EntityId, Position};
use okr_log::{InclusionProof, Tree};
use serde::Serialize;

use super::fault::BundleError;
use super::names::Names;
use super::{
    ABOUT, About, CHANGES, CHECKPOINT, FILES, FORMAT, NAMES, README, RECORDS, RecordLine, VERIFIER,
};
use crate::error::ReplicaError;
use crate::log::{self, LogFilter};
use crate::pinned::SignedHead;
use crate::verify::Examination;
use crate::{readable, record};

/// Which changes are written; the default is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Those about any of these and what belongs to them; empty: about anything.
    pub about: Vec<EntityId>,
    /// Those after this position.
    pub after: Option<Position>,
    /// Those up to this position.
    pub until: Option<Position>,
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bundled {
    /// How many changes.
    pub changes: u64,
    /// Whether these are all.
    pub complete: bool,
}

impl Selection {
    fn is_everything(&self) -> bool {
        *self == Self::default()
    }
}

impl Examination<'_> {
    /// Writes changes with their proof into a directory that is not there or is empty.
    ///
    /// It is written beside that place, as `NAME.partial`, and put there when all of it is on the
    /// disk. `progress` is told how many changes are written.
    ///
    /// # Errors
    /// [`BundleError::Exists`], [`BundleError::Nothing`], [`BundleError::Io`]; the store's failures. What was
    /// begun is taken away again.
    ///
    /// # Panics
    /// When the records were not checked before, or something is wrong with one.
    pub fn export(
        &self,
        signed: &SignedHead,
        (directory, selection): (&Path, &Selection),
        progress: &mut dyn FnMut(u64),
    ) -> Result<Bundled, BundleError> {
        let positions = self.selected(selection)?;
        let partial = partial(directory)?;
        let export = Export {
            examination: self,
            signed,
            directory: &partial,
            tree: positions
                .is_some()
                .then(|| Tree::new(self.leaves().to_vec())),
        };
        let written = export
            .write(positions.as_deref(), progress)
            .and_then(|bundled| {
                fs::rename(&partial, directory).map_err(BundleError::io(directory))?;
                let parent = directory
                    .parent()
                    .filter(|parent| !parent.as_os_str().is_empty());
                sync(parent.unwrap_or(Path::new(".")))?;
                Ok(bundled)
            });
        if written.is_err() {
            clear_away(&partial);
        }
        written
    }

    /// Returns the positions that are wanted; none for all.
    fn selected(&self, selection: &Selection) -> Result<Option<Vec<Position>>, BundleError> {
        if self.leaves().is_empty() {
            return Err(BundleError::Nothing);
        }
        if selection.is_everything() {
            return Ok(None);
        }
        let filter = LogFilter {
            about: selection.about.clone(),
            with_children: true,
            after_position: selection.after,
            until_position: Some(selection.until.unwrap_or(self.info().head)),
            oldest_first: true,
            ..LogFilter::default()
        };
        let mut positions = log::positions(self.db(), &filter)?;
        positions.sort_unstable();
        match positions.len() {
            0 => Err(BundleError::Nothing),
            // Everything was selected in other words.
            all if all == self.leaves().len() => Ok(None),
            _ => Ok(Some(positions)),
        }
    }
}

/// Makes the directory in which a bundle is written, if its place is free.
fn partial(directory: &Path) -> Result<PathBuf, BundleError> {
    let exists = || BundleError::Exists {
        path: directory.to_owned(),
    };
    match fs::read_dir(directory) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(exists());
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Err(exists()),
        Err(error) => return Err(BundleError::io(directory)(error)),
    }
    let name = directory.file_name().ok_or_else(exists)?;
    let mut partial = name.to_owned();
    partial.push(".partial");
    let partial = directory.with_file_name(partial);
    // What an export left behind that was killed.
    clear_away(&partial);
    fs::create_dir(&partial).map_err(BundleError::io(&partial))?;
    Ok(partial)
}

/// Removes the files of a bundle that was not completed, and nothing else.
fn clear_away(partial: &Path) {
    for file in FILES {
        // What cannot be removed is named when the directory is made again.
        fs::remove_file(partial.join(file)).ok();
    }
    fs::remove_dir(partial).ok();
}

/// Takes the bytes of a record with its position.
type Take<'a> = dyn FnMut(Position, &[u8]) -> Result<(), BundleError> + 'a;

/// A bundle on its way.
struct Export<'a, 'r> {
    examination: &'a Examination<'r>,
    signed: &'a SignedHead,
    directory: &'a Path,
    /// For a selection.
    tree: Option<Tree>,
}

impl Export<'_, '_> {
    fn write(
        &self,
        positions: Option<&[Position]>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Bundled, BundleError> {
        let info = self.examination.info();
        let note = info.checkpoint.as_deref().unwrap_or_default();
        for (name, text) in [README, VERIFIER, (CHECKPOINT, note)] {
            self.file(name)?.end(text.as_bytes())?;
        }
        let (mut records, mut changes) = (self.file(RECORDS)?, self.file(CHANGES)?);
        let mut names = Names::new(self.examination.db());
        let mut written = 0;
        self.each(positions, &mut |position, bytes| {
            let proof = self
                .tree
                .as_ref()
                .and_then(|tree| tree.prove(position.get() - 1));
            let view = record::view(bytes, position)?;
            let line = readable::line(&view).map_err(ReplicaError::from)?;
            records.line(&record_line(position, bytes, proof))?;
            changes.line(&line)?;
            names.mentioned(&line);
            written += 1;
            progress(written);
            Ok(())
        })?;
        records.end(b"")?;
        changes.end(b"")?;
        self.file(NAMES)?.pretty(&names.all()?)?;
        let remote = info.remote.as_ref();
        let complete = positions.is_none();
        sync(self.directory)?;
        self.file(ABOUT)?.pretty(&About {
            format: FORMAT,
            origin: remote
                .map(|remote| remote.origin.clone())
                .unwrap_or_default(),
            verifier_key: remote
                .map(|remote| remote.verifier_key.clone())
                .unwrap_or_default(),
            size: self.signed.size.get(),
            root: self.signed.root.to_string(),
            complete,
            changes: written,
        })?;
        sync(self.directory)?;
        Ok(Bundled {
            changes: written,
            complete,
        })
    }

    /// Gives the bytes of the wanted records, in order.
    fn each(&self, positions: Option<&[Position]>, take: &mut Take<'_>) -> Result<(), BundleError> {
        let db = self.examination.db();
        if let Some(positions) = positions {
            for position in positions {
                take(*position, &record::stored(db, *position)?)?;
            }
            return Ok(());
        }
        let mut statement = db
            .prepare("SELECT position, bytes FROM records ORDER BY position")
            .map_err(ReplicaError::from)?;
        let mut rows = statement.query([]).map_err(ReplicaError::from)?;
        while let Some(row) = rows.next().map_err(ReplicaError::from)? {
            let position = record::position(row.get(0).map_err(ReplicaError::from)?)?;
            let bytes = row.get_ref(1).map_err(ReplicaError::from)?;
            take(position, bytes.as_blob().map_err(ReplicaError::damaged)?)?;
        }
        Ok(())
    }

    fn file(&self, name: &str) -> Result<NewFile, BundleError> {
        let path = self.directory.join(name);
        let file = File::create(&path).map_err(BundleError::io(&path))?;
        Ok(NewFile {
            file: BufWriter::new(file),
            path,
        })
    }
}

fn record_line(position: Position, bytes: &[u8], proof: Option<InclusionProof>) -> RecordLine {
    let path = proof.map(|proof| proof.path.iter().map(ToString::to_string).collect());
    RecordLine {
        position: position.get(),
        record: BASE64.encode(bytes),
        path,
    }
}

/// A file that is being written.
struct NewFile {
    file: BufWriter<File>,
    path: PathBuf,
}

impl NewFile {
    fn line(&mut self, value: &impl Serialize) -> Result<(), BundleError> {
        serde_json::to_writer(&mut self.file, value)
            .map_err(io::Error::from)
            .and_then(|()| self.file.write_all(b"\n"))
            .map_err(BundleError::io(&self.path))
    }

    fn pretty(self, value: &impl Serialize) -> Result<(), BundleError> {
        let mut text = serde_json::to_vec_pretty(value).expect("strings and numbers are JSON");
        text.push(b'\n');
        self.end(&text)
    }

    /// Writes the rest and brings all of it to the disk.
    fn end(mut self, rest: &[u8]) -> Result<(), BundleError> {
        self.file
            .write_all(rest)
            .and_then(|()| self.file.flush())
            .and_then(|()| self.file.get_ref().sync_all())
            .map_err(BundleError::io(&self.path))
    }
}

fn sync(directory: &Path) -> Result<(), BundleError> {
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(BundleError::io(directory))
}
