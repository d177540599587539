//! Reading a backup from its first byte to its last.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::frame::{FrameError, FrameReader, Kind, unpack};
use super::manifest::{Ends, Manifest, Part, Run};
use super::snapshot::CarriedFile;
use crate::failure::{Exit, Failure};
use crate::store::AsText;

/// A backup that was read to its end and is as it was written, without its records.
#[derive(Clone, Debug)]
pub(crate) struct Whole {
    /// Where it stands.
    pub path: PathBuf,
    /// What it is.
    pub manifest: Manifest,
    /// Its small files.
    pub files: Vec<CarriedFile>,
    /// How its logs end.
    pub ends: Ends,
    /// Its id.
    pub id: String,
    /// Its length.
    pub bytes: u64,
}

/// What is done with the records of a backup.
type Taking<'a> = dyn FnMut(&Manifest, &Run) -> Result<(), Failure> + 'a;

impl Whole {
    /// Reads a backup, making sure that it is as it was written.
    ///
    /// # Errors
    ///
    /// `Configuration` when the file is none, `Incompatible` when a newer program wrote it, `Integrity` when it is
    /// damaged or cut off, `Error` when it cannot be read.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        Self::read(path, &mut |_, _| Ok(()))
    }

    /// Reads a backup and shows its records in order, before it is known that all of it is whole.
    ///
    /// # Errors
    ///
    /// As [`Whole::open`], and those of `take`.
    pub(crate) fn read(path: &Path, take: &mut Taking<'_>) -> Result<Self, Failure> {
        read(path, take).map_err(|problem| match problem {
            Problem::Frame(error) => unreadable(path, &error),
            Problem::Refused(failure) => failure,
        })
    }

    /// Returns what there is of an organisation.
    pub(crate) fn part(&self, org: AsText<Uuid>) -> Option<&Part> {
        self.manifest.orgs.iter().find(|part| part.end.org == org)
    }
}

enum Problem {
    Frame(FrameError),
    Refused(Failure),
}

impl From<FrameError> for Problem {
    fn from(error: FrameError) -> Self {
        Self::Frame(error)
    }
}

fn read(path: &Path, take: &mut Taking<'_>) -> Result<Whole, Problem> {
    let file = File::open(path).map_err(FrameError::Io)?;
    let bytes = file.metadata().map_err(FrameError::Io)?.len();
    let mut frames = FrameReader::start(BufReader::with_capacity(256 * 1024, file))?;
    let content = expect(&mut frames, Kind::Manifest)?;
    let manifest: Manifest = parse(&frames, &content)?;
    let content = expect(&mut frames, Kind::Files)?;
    let content = unpack(&content).map_err(|error| frames.damaged(&error))?;
    let files: Vec<CarriedFile> = parse(&frames, &content)?;
    let ends = loop {
        let (kind, content) = frames.next()?;
        match kind {
            Kind::Records => {
                let content = unpack(&content).map_err(|error| frames.damaged(&error))?;
                let run = Run::from_bytes(content);
                let run = run.ok_or_else(|| frames.damaged("its records do not add up"))?;
                take(&manifest, &run).map_err(Problem::Refused)?;
            }
            Kind::Ends => break parse(&frames, &content)?,
            other => return Err(misplaced(&frames, other).into()),
        }
    };
    let digest = expect(&mut frames, Kind::Close)?;
    let digest: [u8; 32] = digest
        .try_into()
        .map_err(|_| frames.damaged("it is no digest"))?;
    Ok(Whole {
        path: path.to_owned(),
        manifest,
        files,
        ends,
        id: okr_log::Hash(digest).to_string(),
        bytes,
    })
}

type Frames = FrameReader<BufReader<File>>;

fn expect(frames: &mut Frames, expected: Kind) -> Result<Vec<u8>, FrameError> {
    let (kind, content) = frames.next()?;
    if kind == expected {
        Ok(content)
    } else {
        Err(misplaced(frames, kind))
    }
}

fn misplaced(frames: &Frames, kind: Kind) -> FrameError {
    frames.damaged(&format!("no frame of kind {} may stand there", kind as u8))
}

fn parse<T: DeserializeOwned>(frames: &Frames, content: &[u8]) -> Result<T, FrameError> {
    serde_json::from_slice(content).map_err(|error| frames.damaged(&error))
}

fn unreadable(path: &Path, error: &FrameError) -> Failure {
    let path = path.display();
    let (exit, message, hint) = match error {
        FrameError::Foreign => (
            Exit::Configuration,
            format!("{path} is not a backup of okrd"),
            Some("a backup is what `okrd backup --to FILE` makes"),
        ),
        FrameError::Newer { .. } => (
            Exit::Incompatible,
            format!("{path} was written by a newer okrd"),
            Some("upgrade okrd"),
        ),
        FrameError::Truncated { .. } => (
            Exit::Integrity,
            format!("{path} was cut off"),
            Some("take another copy of it, or another backup"),
        ),
        FrameError::Damaged { .. } => (
            Exit::Integrity,
            format!("{path} is damaged"),
            Some("take another copy of it, or another backup"),
        ),
        FrameError::Io(_) => (Exit::Error, format!("{path} cannot be read"), None),
    };
    let failure = Failure::new(exit, message);
    let failure = match error {
        FrameError::Io(source) => failure.caused_by(source),
        error => failure.caused_by(error),
    };
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
