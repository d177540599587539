//! The manifest: which format a data directory has (FORMAT.md section 6).

use std::fmt::Write as _;

use crc32c::crc32c;
use rand::TryRng as _;
use rand::rngs::SysRng;

/// The format this program writes. It reads every one before, too.
pub const DIRECTORY_FORMAT: u64 = 2;
/// The first format with a journal.
const WITH_JOURNAL: u64 = 2;
/// Segment size of a new store, in bytes.
pub(crate) const SEGMENT_BYTES: usize = 8 * 1024 * 1024;

const TITLE: &str = "okr-log format ";

/// What the manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) format: u64,
    /// Random; ties the journal and the witness to this directory.
    pub(crate) log: [u8; 16],
    pub(crate) segment_bytes: usize,
}

/// Why a manifest cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ManifestError {
    NewerFormat(u64),
    Malformed(&'static str),
}

impl Manifest {
    pub(crate) fn generate() -> Result<Self, std::io::Error> {
        let mut log = [0; 16];
        SysRng
            .try_fill_bytes(&mut log)
            .map_err(std::io::Error::other)?;
        Ok(Self {
            format: DIRECTORY_FORMAT,
            log,
            segment_bytes: SEGMENT_BYTES,
        })
    }

    pub(crate) const fn has_journal(&self) -> bool {
        self.format >= WITH_JOURNAL
    }

    pub(crate) fn to_text(&self) -> String {
        let log = u128::from_be_bytes(self.log);
        let (format, segment) = (self.format, self.segment_bytes);
        let mut text = format!("{TITLE}{format}\nlog {log:032x}\nsegment-bytes {segment}\n");
        let crc = crc32c(text.as_bytes());
        writeln!(text, "crc32c {crc:08x}").expect("writing to a string does not fail");
        text
    }

    pub(crate) fn parse(text: &[u8]) -> Result<Self, ManifestError> {
        let malformed = ManifestError::Malformed;
        let text = str::from_utf8(text).map_err(|_| malformed("it is not text"))?;
        let mut lines = text.lines();
        let format = lines.next().and_then(|line| line.strip_prefix(TITLE));
        let format: u64 = format
            .and_then(|format| format.parse().ok())
            .ok_or(malformed("its first line does not name a format"))?;
        if format > DIRECTORY_FORMAT {
            return Err(ManifestError::NewerFormat(format));
        }
        if format == 0 {
            return Err(malformed("there is no format 0"));
        }
        let log = lines.next().and_then(|line| line.strip_prefix("log "));
        let log = log.and_then(|log| u128::from_str_radix(log, 16).ok());
        let log = log.ok_or(malformed("its second line does not name a log"))?;
        let segment = lines
            .next()
            .and_then(|line| line.strip_prefix("segment-bytes "));
        let segment_bytes = segment.and_then(|segment| segment.parse().ok());
        let segment_bytes =
            segment_bytes.ok_or(malformed("its third line is not a segment size"))?;
        let manifest = Self {
            format,
            log: log.to_be_bytes(),
            segment_bytes,
        };
        if manifest.to_text() != text {
            return Err(malformed("its checksum does not match"));
        }
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_and_reads_as_documented() {
        let manifest = Manifest {
            format: DIRECTORY_FORMAT,
            log: [0xab; 16],
            segment_bytes: SEGMENT_BYTES,
        };
        let text = manifest.to_text();
        let start = "okr-log format 2\nlog abababababababababababababababab\n\
            segment-bytes 8388608\ncrc32c ";
        assert!(text.starts_with(start), "{text}");
        assert_eq!(Manifest::parse(text.as_bytes()), Ok(manifest));
        assert_ne!(
            Manifest::generate().unwrap().log,
            Manifest::generate().unwrap().log
        );
    }

    #[test]
    fn a_newer_format_is_refused_whatever_follows() {
        let newer = Manifest::parse(b"okr-log format 3\nsomething new\n");
        assert_eq!(newer, Err(ManifestError::NewerFormat(3)));
    }

    #[test]
    fn any_changed_byte_is_found() {
        let text = Manifest {
            format: 1,
            log: [0xab; 16],
            segment_bytes: SEGMENT_BYTES,
        }
        .to_text();
        for index in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[index] ^= 4;
            assert!(Manifest::parse(&bytes).is_err(), "byte {index}");
            assert!(
                Manifest::parse(&text.as_bytes()[..index]).is_err(),
                "cut at {index}"
            );
        }
    }
}
