//! What happened, line by line, and a number that stands for all of it.
//!
//! Nothing enters that differs between two runs of a seed: no path, no salt, and so no hash of records.

use std::fmt::Arguments;

/// The offset basis of FNV-1a (Fowler, Noll, Vo), 64 bits.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
/// The prime of FNV-1a, 64 bits.
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The lines of a run so far.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    hash: u64,
    lines: Vec<String>,
}

impl Trace {
    pub(super) const fn new() -> Self {
        Self {
            hash: OFFSET,
            lines: Vec::new(),
        }
    }

    /// Adds a line.
    pub(super) fn note(&mut self, line: Arguments<'_>) {
        let line = line.to_string();
        for byte in line.bytes().chain([b'\n']) {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(PRIME);
        }
        self.lines.push(line);
    }

    pub(super) const fn hash(&self) -> u64 {
        self.hash
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines
    }
}
