//! What a backup says of itself, and how records are packed in it (BACKUP.md).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use jiff::Timestamp;
use okr_log::Frontier;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::snapshot::OrgEnd;
use crate::store::AsText;

/// What a backup is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// The version of the program that wrote it.
    pub okrd: String,
    /// The moment that it shows.
    pub taken_at: AsText<Timestamp>,
    /// The key that verifies the checkpoints.
    pub verifier_key: String,
    /// The backup before; none when this one is full.
    pub continues: Option<Before>,
    /// The organisations.
    pub orgs: Vec<Part>,
}

/// The backup that another one continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Before {
    /// Its id.
    pub id: String,
    /// When it was taken.
    pub taken_at: AsText<Timestamp>,
}

/// What there is of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// The position before its first record.
    pub after: u64,
    /// Where it ends.
    #[serde(flatten)]
    pub end: OrgEnd,
}

/// Where each organisation ends, for the next backup to go on from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Ends(BTreeMap<AsText<Uuid>, String>);

/// Consecutive records of one organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The organisation.
    pub org: Uuid,
    /// The position of the first record.
    pub first: u64,
    /// The records.
    pub records: Vec<Bytes>,
}

impl Manifest {
    /// Returns how many changes the file holds.
    pub(crate) fn changes(&self) -> u64 {
        let parts = self.orgs.iter();
        parts
            .map(|part| part.end.head.saturating_sub(part.after))
            .sum()
    }
}

impl Ends {
    /// Notes where an organisation ends.
    pub(crate) fn insert(&mut self, org: AsText<Uuid>, frontier: &Frontier) {
        self.0.insert(org, BASE64.encode(frontier.to_bytes()));
    }

    /// Returns where an organisation ends; none when that is not said, or not as a frontier.
    pub(crate) fn frontier(&self, org: AsText<Uuid>) -> Option<Frontier> {
        let bytes = BASE64.decode(self.0.get(&org)?).ok()?;
        Frontier::from_bytes(&bytes).ok()
    }
}

impl Run {
    /// Writes the run as BACKUP.md says.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.org.as_bytes().to_vec();
        bytes.extend_from_slice(&self.first.to_le_bytes());
        let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
        bytes.extend_from_slice(&length(self.records.len()));
        for record in &self.records {
            bytes.extend_from_slice(&length(record.len()));
        }
        for record in &self.records {
            bytes.extend_from_slice(record);
        }
        bytes
    }

    /// Reads a run; nothing when the bytes are something else.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        let mut rest = Bytes::from(bytes);
        let org = Uuid::from_slice(&take(&mut rest, 16)?).ok()?;
        let first = u64::from_le_bytes(take(&mut rest, 8)?.as_ref().try_into().ok()?);
        let count = number(&mut rest)?;
        let lengths = take(&mut rest, count.checked_mul(4)?)?;
        let mut records = Vec::with_capacity(count);
        for mut length in lengths.chunks(4).map(Bytes::copy_from_slice) {
            let length = number(&mut length)?;
            records.push(take(&mut rest, length)?);
        }
        rest.is_empty().then_some(Self {
            org,
            first,
            records,
        })
    }
}

fn number(rest: &mut Bytes) -> Option<usize> {
    let bytes = take(rest, 4)?;
    usize::try_from(u32::from_le_bytes(bytes.as_ref().try_into().ok()?)).ok()
}

fn take(rest: &mut Bytes, length: usize) -> Option<Bytes> {
    (length <= rest.len()).then(|| rest.split_to(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_reads_back_and_nothing_else_is_one() {
        let run = Run {
            org: Uuid::from_u128(7),
            first: 3,
            records: vec![
                Bytes::from_static(b"abc"),
                Bytes::new(),
                Bytes::from_static(b"d"),
            ],
        };
        let bytes = run.to_bytes();
        assert_eq!(Run::from_bytes(bytes.clone()), Some(run));
        for cut in 0..bytes.len() {
            assert_eq!(Run::from_bytes(bytes[..cut].to_vec()), None, "{cut}");
        }
        assert_eq!(Run::from_bytes([&bytes[..], b"x"].concat()), None);
        // A count that would take all memory.
        let mut many = bytes;
        many[24..28].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(Run::from_bytes(many), None);
    }
}
