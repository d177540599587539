//! Checking a bundle with nothing but what is in it, and a key or checkpoint from elsewhere.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Lines};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use okr_core::Timestamp;
use okr_core::id::Position;
use okr_log::{
    Checkpoint, Frontier, Hash, InclusionProof, Origin, RecordView, SignedCheckpoint, VerifyingKey,
};
use okr_proto::RecordError;
use serde_json::{Map, Value};

use super::fault::BundleError;
use super::{ABOUT, About, CHANGES, CHECKPOINT, FORMAT, README, RECORDS, RecordLine, VERIFIER};
use crate::readable;

/// What a bundle proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleReport {
    /// The log.
    pub origin: String,
    /// The key that signed it, whole.
    pub verifier_key: String,
    /// How many changes the log had that was signed.
    pub size: Position,
    /// The Merkle root over them.
    pub root: Hash,
    /// How many changes the bundle has.
    pub changes: u64,
    /// Whether these are all of the log.
    pub complete: bool,
    /// When the first and the last change in it were recorded.
    pub recorded: (Timestamp, Timestamp),
    /// Whether the explanation and the verifier in Python are the ones that this program writes.
    pub own_verifier: bool,
}

/// Checks a bundle, and returns what it proves. `progress` is told how many changes are checked.
///
/// # Errors
/// What does not hold, at the first place where it does not.
pub fn check_bundle(
    directory: &Path,
    progress: &mut dyn FnMut(u64),
) -> Result<BundleReport, BundleError> {
    let about = about(directory)?;
    let checkpoint = checkpoint(directory, &about)?;
    let mut walk = Walk {
        about: &about,
        root: checkpoint.root,
        frontier: Frontier::new(),
        before: Position::ZERO,
        recorded: None,
        line: 0,
    };
    let mut records = lines(directory, RECORDS)?;
    let mut changes = lines(directory, CHANGES)?;
    loop {
        let (record, change) = (records.next(), changes.next());
        match (record, change) {
            (None, None) => break,
            (Some(record), Some(change)) => walk.step(
                &record.map_err(BundleError::io(&directory.join(RECORDS)))?,
                &change.map_err(BundleError::io(&directory.join(CHANGES)))?,
            )?,
            (record, _) => {
                let rest = records.count() + changes.count() + 1;
                let file = if record.is_some() { RECORDS } else { CHANGES };
                let found = walk.line + rest as u64;
                let stated = about.changes;
                return Err(BundleError::Count {
                    file,
                    stated,
                    found,
                });
            }
        }
        progress(walk.line);
    }
    let recorded = walk.end()?;
    let own = [README, VERIFIER].into_iter().all(|(name, text)| {
        fs::read(directory.join(name)).is_ok_and(|found| found == text.as_bytes())
    });
    Ok(BundleReport {
        size: Position::new(about.size),
        root: checkpoint.root,
        changes: about.changes,
        complete: about.complete,
        recorded,
        own_verifier: own,
        origin: about.origin,
        verifier_key: about.verifier_key,
    })
}

/// Reads a file of the bundle, which must be there.
fn read(directory: &Path, file: &'static str) -> Result<String, BundleError> {
    let path = directory.join(file);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound && directory.is_dir() => {
            Err(BundleError::Incomplete { file })
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(BundleError::Malformed {
            file,
            line: 1,
            problem: "it is not UTF-8".to_owned(),
        }),
        Err(error) => Err(BundleError::io(&path)(error)),
    }
}

fn lines(directory: &Path, file: &'static str) -> Result<Lines<BufReader<File>>, BundleError> {
    let path = directory.join(file);
    match File::open(&path) {
        Ok(file) => Ok(BufReader::new(file).lines()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(BundleError::Incomplete { file })
        }
        Err(error) => Err(BundleError::io(&path)(error)),
    }
}

fn about(directory: &Path) -> Result<About, BundleError> {
    let text = read(directory, ABOUT)?;
    let malformed = |error: serde_json::Error| BundleError::Malformed {
        file: ABOUT,
        line: error.line() as u64,
        problem: error.to_string(),
    };
    // The form first: a newer one may have other members.
    let value: Value = serde_json::from_str(&text).map_err(malformed)?;
    let format = value.get("format").and_then(Value::as_u64);
    match format.and_then(|format| u32::try_from(format).ok()) {
        Some(found) if found > FORMAT => Err(BundleError::Newer {
            found,
            known: FORMAT,
        }),
        Some(_) | None => serde_json::from_value(value).map_err(malformed),
    }
}

fn checkpoint(directory: &Path, about: &About) -> Result<Checkpoint, BundleError> {
    let key: VerifyingKey = about.verifier_key.parse().map_err(BundleError::Key)?;
    let origin = Origin::new(&about.origin).map_err(BundleError::Checkpoint)?;
    let note = read(directory, CHECKPOINT)?;
    let signed = SignedCheckpoint::verify(&note, &key, &origin).map_err(BundleError::Checkpoint)?;
    if signed.size.get() != about.size {
        return Err(BundleError::About {
            what: "the number of changes",
        });
    }
    if signed.root.to_string() != about.root {
        return Err(BundleError::About { what: "the root" });
    }
    Ok(signed)
}

/// A bundle read up to some line.
struct Walk<'a> {
    about: &'a About,
    root: Hash,
    frontier: Frontier,
    before: Position,
    recorded: Option<(i64, i64)>,
    line: u64,
}

impl Walk<'_> {
    fn step(&mut self, record: &str, change: &str) -> Result<(), BundleError> {
        self.line += 1;
        let line = self.line;
        let malformed = |file: &'static str| {
            move |problem: String| BundleError::Malformed {
                file,
                line,
                problem,
            }
        };
        let record: RecordLine =
            serde_json::from_str(record).map_err(|error| malformed(RECORDS)(error.to_string()))?;
        let bytes = BASE64
            .decode(&record.record)
            .map_err(|error| malformed(RECORDS)(error.to_string()))?;
        let unreadable = |problem: RecordError| BundleError::Record { line, problem };
        let view = RecordView::parse(&bytes).map_err(|error| unreadable(error.into()))?;
        let position = Position::new(view.position().get());
        if record.position != position.get() {
            let problem = format!("it says {}, the record {position}", record.position);
            return Err(malformed(RECORDS)(problem));
        }
        self.place(position, &view, record.path.as_deref())?;
        let again = readable::line(&view).map_err(unreadable)?;
        let shown: Map<String, Value> =
            serde_json::from_str(change).map_err(|error| malformed(CHANGES)(error.to_string()))?;
        if let Some(member) = readable::difference(&shown, &again) {
            return Err(BundleError::Readable { position, member });
        }
        let recorded_at = view.recorded_at().as_micros();
        let first = self.recorded.map_or(recorded_at, |(first, _)| first);
        self.recorded = Some((first, recorded_at));
        self.before = position;
        Ok(())
    }

    /// Checks that a record stands in its place in the log.
    fn place(
        &mut self,
        position: Position,
        view: &RecordView<'_>,
        path: Option<&[String]>,
    ) -> Result<(), BundleError> {
        let (before, found) = (self.before, position);
        let follows = if self.about.complete {
            found == before.next()
        } else {
            found > before
        };
        if !follows || found.get() > self.about.size {
            return Err(BundleError::Order { before, found });
        }
        let leaf = view.leaf_hash();
        if self.about.complete {
            self.frontier.push(leaf);
            return Ok(());
        }
        let path: Option<Vec<Hash>> = path
            .unwrap_or_default()
            .iter()
            .map(|text| hash(text))
            .collect();
        let proof = path.map(|path| InclusionProof {
            index: position.get() - 1,
            size: self.about.size,
            path,
        });
        let root = proof.and_then(|proof| proof.root(leaf).ok());
        if root == Some(self.root) {
            Ok(())
        } else {
            Err(BundleError::NotInLog { position })
        }
    }

    /// Checks what only the end tells, and returns when the first and the last were recorded.
    fn end(&self) -> Result<(Timestamp, Timestamp), BundleError> {
        if self.line != self.about.changes {
            return Err(BundleError::Count {
                file: RECORDS,
                stated: self.about.changes,
                found: self.line,
            });
        }
        if self.about.complete
            && (self.frontier.size() != self.about.size || self.frontier.root() != self.root)
        {
            return Err(BundleError::Root);
        }
        let (first, last) = self.recorded.ok_or(BundleError::Nothing)?;
        let time = |micros| Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
        Ok((time(first), time(last)))
    }
}

/// Reads a hash in hexadecimal.
fn hash(text: &str) -> Option<Hash> {
    let mut bytes = [0; Hash::BYTES];
    if text.len() != 2 * Hash::BYTES || !text.bytes().all(|one| one.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, place) in bytes.iter_mut().zip((0..text.len()).step_by(2)) {
        *byte = u8::from_str_radix(&text[place..place + 2], 16).ok()?;
    }
    Some(Hash(bytes))
}
