//! Audit bundles: confirmed changes with their proof, in a directory that anybody can check.
//!
//! What is in it and how it is proven stands in `bundle/README.md`, which is a part of every bundle.
//! A bundle of the same history is the same, byte for byte: it says nothing of when it was written.

mod check;
mod export;
mod fault;
mod names;

use serde::{Deserialize, Serialize};

pub use check::{BundleReport, check_bundle};
pub use export::{Bundled, Selection};
pub use fault::BundleError;

/// The form of bundles that is written and read.
const FORMAT: u32 = 1;

/// What the bundle is about; written last, so that without it a bundle is not complete.
const ABOUT: &str = "bundle.json";
/// The signed checkpoint.
const CHECKPOINT: &str = "checkpoint.txt";
/// The changes as people read them.
const CHANGES: &str = "changes.jsonl";
/// The changes as the server stored them.
const RECORDS: &str = "records.jsonl";
/// What people and things are called.
const NAMES: &str = "names.json";
/// What a bundle is and how it is proven.
const README: (&str, &str) = ("README.md", include_str!("bundle/README.md"));
/// The check in Python.
const VERIFIER: (&str, &str) = ("verify.py", include_str!("bundle/verify.py"));

/// Every file of a bundle, the one last that makes it complete.
const FILES: [&str; 7] = [
    README.0, VERIFIER.0, CHECKPOINT, RECORDS, CHANGES, NAMES, ABOUT,
];

/// `bundle.json`.
#[derive(Debug, Serialize, Deserialize)]
struct About {
    format: u32,
    origin: String,
    verifier_key: String,
    /// How many changes the log had that was signed.
    size: u64,
    root: String,
    /// Whether these are all changes of the log.
    complete: bool,
    /// How many changes are here.
    changes: u64,
}

/// A line of `records.jsonl`.
#[derive(Debug, Serialize, Deserialize)]
struct RecordLine {
    position: u64,
    /// The bytes in base64.
    record: String,
    /// The hashes beside the way up to the root, in hexadecimal; only in a selection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<Vec<String>>,
}

#[cfg(test)]
mod tests;
