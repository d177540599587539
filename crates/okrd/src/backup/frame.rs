//! The file of a backup: a first line, numbered and checksummed frames, and a digest over all of it (BACKUP.md).

use std::io::{self, BufRead, Read, Write};

use okr_log::Hash;
use sha2::{Digest as _, Sha256};

/// The version of the format that this program writes.
pub(crate) const FORMAT: u64 = 1;
/// Bytes of the content of a frame, as in the file and unpacked.
pub(crate) const FRAME_BYTES: usize = 32 * 1024 * 1024;

const NAME: &str = "okr-backup ";
/// The first line has a number of at most this many digits.
const FIRST_LINE_BYTES: u64 = 32;
const HEADER_BYTES: usize = 5;
/// The fastest level that is worth it beside a server: level 9 saves a tenth and takes five times as long.
const COMPRESSION_LEVEL: i32 = 3;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What the file is.
    Manifest = 1,
    /// The small files.
    Files = 2,
    /// Records of one organisation.
    Records = 3,
    /// The frontiers at the ends.
    Ends = 4,
    /// The digest over everything before.
    Close = 5,
}

/// Why a file is not a whole backup.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
    /// It is something else.
    #[error("it does not begin as a backup of okrd does")]
    Foreign,
    /// A newer program wrote it.
    #[error("it has format {found}, this program reads formats up to {FORMAT}")]
    Newer {
        /// The format found.
        found: u64,
    },
    /// It ends too early.
    #[error("it ends after {offset} bytes, before its close")]
    Truncated {
        /// Its length.
        offset: u64,
    },
    /// A frame is not what was written.
    #[error("it is damaged in the frame at byte {offset}: {reason}")]
    Damaged {
        /// Where the frame begins.
        offset: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// It cannot be read.
    #[error("it cannot be read")]
    Io(#[source] io::Error),
}

impl Kind {
    fn of(byte: u8) -> Option<Self> {
        let all = [
            Self::Manifest,
            Self::Files,
            Self::Records,
            Self::Ends,
            Self::Close,
        ];
        all.into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// Writes frames.
pub(crate) struct FrameWriter<W> {
    out: W,
    digest: Sha256,
    number: u64,
    bytes: u64,
    compressor: zstd::bulk::Compressor<'static>,
}

impl<W: Write> FrameWriter<W> {
    /// Writes the first line.
    pub(crate) fn start(out: W) -> io::Result<Self> {
        let mut writer = Self {
            out,
            digest: Sha256::new(),
            number: 0,
            bytes: 0,
            compressor: zstd::bulk::Compressor::new(COMPRESSION_LEVEL)?,
        };
        writer.write(format!("{NAME}{FORMAT}\n").as_bytes())?;
        Ok(writer)
    }

    /// Writes a frame as it is.
    pub(crate) fn frame(&mut self, kind: Kind, content: &[u8]) -> io::Result<()> {
        let too_long = |_| io::Error::new(io::ErrorKind::InvalidInput, "a frame is too long");
        let length = u32::try_from(content.len()).map_err(too_long)?;
        if content.len() > FRAME_BYTES {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a frame is too long",
            ));
        }
        let mut header = [kind as u8, 0, 0, 0, 0];
        header[1..].copy_from_slice(&length.to_le_bytes());
        let checksum = checksum(self.number, &header, content);
        self.write(&header)?;
        self.write(content)?;
        self.write(&checksum.to_le_bytes())?;
        self.number += 1;
        Ok(())
    }

    /// Writes a frame compressed.
    pub(crate) fn packed(&mut self, kind: Kind, content: &[u8]) -> io::Result<()> {
        let packed = self.compressor.compress(content)?;
        self.frame(kind, &packed)
    }

    /// Writes the last frame, and returns the digest with the length of the file.
    pub(crate) fn close(mut self) -> io::Result<(Hash, u64)> {
        let digest: [u8; 32] = self.digest.clone().finalize().into();
        self.frame(Kind::Close, &digest)?;
        self.out.flush()?;
        Ok((Hash(digest), self.bytes))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}

/// Reads frames, and refuses everything that was not written so.
pub(crate) struct FrameReader<R> {
    input: R,
    digest: Sha256,
    number: u64,
    offset: u64,
    begin: u64,
}

impl<R: BufRead> FrameReader<R> {
    /// Reads the first line.
    pub(crate) fn start(mut input: R) -> Result<Self, FrameError> {
        let mut line = Vec::new();
        let first = input.by_ref().take(FIRST_LINE_BYTES);
        { first }
            .read_until(b'\n', &mut line)
            .map_err(FrameError::Io)?;
        let text = std::str::from_utf8(&line).ok();
        let number = text.and_then(|text| text.strip_suffix('\n')?.strip_prefix(NAME));
        // One way to write a number: no sign, no zeros in front.
        let number = number.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let number = number.filter(|text| !text.starts_with('0'));
        let found: u64 = number
            .and_then(|text| text.parse().ok())
            .ok_or(FrameError::Foreign)?;
        if found > FORMAT {
            return Err(FrameError::Newer { found });
        }
        let mut digest = Sha256::new();
        digest.update(&line);
        let offset = line.len() as u64;
        Ok(Self {
            input,
            digest,
            number: 0,
            offset,
            begin: offset,
        })
    }

    /// Reads the next frame. After the close, which it has compared, it makes sure that nothing follows.
    pub(crate) fn next(&mut self) -> Result<(Kind, Vec<u8>), FrameError> {
        self.begin = self.offset;
        let before = self.digest.clone();
        let header: [u8; HEADER_BYTES] = self.array()?;
        let [kind, length @ ..] = header;
        let length = u32::from_le_bytes(length) as usize;
        let kind = Kind::of(kind).filter(|_| length <= FRAME_BYTES);
        let kind = kind.ok_or_else(|| self.damaged("its kind or length is none"))?;
        let mut content = Vec::new();
        // Grows with what is there: a damaged length must not take memory.
        let read = self
            .input
            .by_ref()
            .take(length as u64)
            .read_to_end(&mut content)
            .map_err(FrameError::Io)?;
        self.seen(&content);
        if read < length {
            return Err(self.truncated());
        }
        let stated = u32::from_le_bytes(self.array()?);
        if stated != checksum(self.number, &header, &content) {
            return Err(self.damaged("its checksum differs"));
        }
        self.number += 1;
        if kind == Kind::Close {
            let digest: [u8; 32] = before.finalize().into();
            if content != digest {
                return Err(self.damaged("the digest of the whole file differs"));
            }
            if !self.input.fill_buf().map_err(FrameError::Io)?.is_empty() {
                return Err(self.damaged("something follows it"));
            }
        }
        Ok((kind, content))
    }

    /// Makes the error of a frame that was read last.
    pub(crate) fn damaged(&self, reason: &(impl ToString + ?Sized)) -> FrameError {
        FrameError::Damaged {
            offset: self.begin,
            reason: reason.to_string(),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], FrameError> {
        let mut bytes = [0; N];
        match self.input.read_exact(&mut bytes) {
            Ok(()) => {
                self.seen(&bytes);
                Ok(bytes)
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(self.truncated()),
            Err(error) => Err(FrameError::Io(error)),
        }
    }

    fn seen(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
        self.offset += bytes.len() as u64;
    }

    fn truncated(&self) -> FrameError {
        FrameError::Truncated {
            offset: self.offset,
        }
    }
}

/// Unpacks a compressed content.
pub(crate) fn unpack(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    let limit = FRAME_BYTES as u64 + 1;
    let decoder = zstd::stream::read::Decoder::new(content)?;
    decoder.take(limit).read_to_end(&mut unpacked)?;
    if unpacked.len() > FRAME_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it unpacks to too much",
        ));
    }
    Ok(unpacked)
}

fn checksum(number: u64, header: &[u8], content: &[u8]) -> u32 {
    let sum = crc32c::crc32c(&number.to_le_bytes());
    crc32c::crc32c_append(crc32c::crc32c_append(sum, header), content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = FrameWriter::start(&mut bytes).unwrap();
        writer.frame(Kind::Manifest, b"{}").unwrap();
        writer.packed(Kind::Records, &[7; 1_000]).unwrap();
        writer.packed(Kind::Records, b"").unwrap();
        let (digest, length) = writer.close().unwrap();
        assert_eq!(length, bytes.len() as u64);
        assert!(bytes.windows(32).any(|found| found == digest.as_bytes()));
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Vec<(Kind, Vec<u8>)>, FrameError> {
        let mut reader = FrameReader::start(bytes)?;
        let mut frames = Vec::new();
        loop {
            let frame = reader.next()?;
            let end = frame.0 == Kind::Close;
            frames.push(frame);
            if end {
                return Ok(frames);
            }
        }
    }

    #[test]
    fn frames_read_back() {
        let bytes = file();
        assert!(bytes.starts_with(b"okr-backup 1\n"));
        let frames = read(&bytes).unwrap();
        let kinds: Vec<Kind> = frames.iter().map(|frame| frame.0).collect();
        let expected = [Kind::Manifest, Kind::Records, Kind::Records, Kind::Close];
        assert_eq!(kinds, expected);
        assert_eq!(frames[0].1, b"{}");
        assert_eq!(unpack(&frames[1].1).unwrap(), [7; 1_000]);
        assert!(frames[1].1.len() < 100, "it is compressed");
    }

    #[test]
    fn every_changed_missing_or_added_byte_is_seen() {
        let bytes = file();
        for index in 0..bytes.len() {
            for bit in [0x01, 0x80] {
                let mut changed = bytes.clone();
                changed[index] ^= bit;
                assert!(read(&changed).is_err(), "byte {index}, bit {bit}");
            }
            let cut = read(&bytes[..index]).unwrap_err();
            let expected = index < b"okr-backup 1\n".len();
            assert_eq!(matches!(cut, FrameError::Foreign), expected, "{cut}");
            assert_eq!(matches!(cut, FrameError::Truncated { .. }), !expected);
        }
        let error = read(&[&bytes[..], b"x"].concat()).unwrap_err();
        assert!(error.to_string().contains("something follows"), "{error}");
    }

    #[test]
    fn frames_cannot_change_places() {
        let mut bytes = Vec::new();
        let mut writer = FrameWriter::start(&mut bytes).unwrap();
        writer.frame(Kind::Records, b"a").unwrap();
        writer.frame(Kind::Records, b"b").unwrap();
        writer.close().unwrap();
        let (first, frame) = (13, 5 + 1 + 4);
        let (left, right) = bytes[first..first + 2 * frame].split_at_mut(frame);
        left.swap_with_slice(right);
        assert!(matches!(
            read(&bytes),
            Err(FrameError::Damaged { offset: 13, .. })
        ));
    }

    #[test]
    fn what_is_newer_or_something_else_is_told_apart() {
        let newer = read(b"okr-backup 2\nwhatever").unwrap_err();
        assert!(matches!(newer, FrameError::Newer { found: 2 }));
        for foreign in [
            &b""[..],
            b"\x1f\x8b",
            b"okr-backup 1",
            b"okr-backup 01\n",
            b"okr-backup x\n",
            &[b'a'; 100],
        ] {
            assert!(
                matches!(read(foreign), Err(FrameError::Foreign)),
                "{foreign:?}"
            );
        }
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let zeros = vec![0; FRAME_BYTES + 1];
        let packed = zstd::bulk::compress(&zeros, COMPRESSION_LEVEL).unwrap();
        assert!(packed.len() < 10_000);
        assert!(unpack(&packed).is_err());
    }
}
