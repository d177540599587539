//! The frames of HTTP/2 in a stream of bytes (RFC 9113, section 4.1), as far as one has to look at them to see what the
//! transport decided. Reads along and keeps nothing but the beginning of the frame that is under way.

/// Bytes before the content of a frame: length, kind, flags, stream.
const HEAD_BYTES: usize = 9;
/// Bytes of a frame's content that are kept: a refusal and its name are shorter.
const KEPT_BYTES: usize = 48;
/// What a client says before its first frame.
const PREFACE_BYTES: usize = 24;

/// What kind of frame it is, of those that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Data,
    Headers,
    ResetStream,
    GoAway,
    Other,
}

/// A frame that has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    pub(super) kind: Kind,
    pub(super) flags: u8,
    pub(super) stream: u32,
    /// The length of its content.
    pub(super) length: usize,
    /// The beginning of its content.
    pub(super) content: &'a [u8],
}

/// Reads along with one direction of a connection.
#[derive(Debug)]
pub(super) struct Frames {
    /// Bytes before the next frame that belong to none.
    skipped: usize,
    head: [u8; HEAD_BYTES],
    head_filled: usize,
    content: [u8; KEPT_BYTES],
    content_filled: usize,
    /// Bytes of the content that are still to come.
    left: usize,
}

impl Frames {
    /// Begins with the first byte that a server says.
    pub(super) const fn of_server() -> Self {
        Self::after(0)
    }

    /// Begins with the first byte that a client says.
    pub(super) const fn of_client() -> Self {
        Self::after(PREFACE_BYTES)
    }

    const fn after(skipped: usize) -> Self {
        Self {
            skipped,
            head: [0; HEAD_BYTES],
            head_filled: 0,
            content: [0; KEPT_BYTES],
            content_filled: 0,
            left: 0,
        }
    }

    /// Reads on, and shows each frame that ends.
    pub(super) fn read(&mut self, mut bytes: &[u8], mut ended: impl FnMut(Frame<'_>)) {
        take(&mut bytes, self.skipped, |taken| {
            self.skipped -= taken.len();
        });
        while self.read_head(&mut bytes) {
            self.read_content(&mut bytes);
            if self.left > 0 {
                return;
            }
            ended(self.frame());
            self.head_filled = 0;
            self.content_filled = 0;
        }
    }

    /// Says whether the head is whole.
    fn read_head(&mut self, bytes: &mut &[u8]) -> bool {
        if self.head_filled == HEAD_BYTES {
            return true;
        }
        take(bytes, HEAD_BYTES - self.head_filled, |taken| {
            self.head[self.head_filled..][..taken.len()].copy_from_slice(taken);
            self.head_filled += taken.len();
        });
        if self.head_filled < HEAD_BYTES {
            return false;
        }
        self.left = self.length();
        true
    }

    fn read_content(&mut self, bytes: &mut &[u8]) {
        take(bytes, self.left, |taken| {
            self.left -= taken.len();
            let kept = taken.len().min(KEPT_BYTES - self.content_filled);
            self.content[self.content_filled..][..kept].copy_from_slice(&taken[..kept]);
            self.content_filled += kept;
        });
    }

    fn length(&self) -> usize {
        let [high, middle, low, ..] = self.head;
        usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low)
    }

    fn frame(&self) -> Frame<'_> {
        let [_, _, _, kind, flags, stream @ ..] = self.head;
        Frame {
            kind: match kind {
                0 => Kind::Data,
                1 => Kind::Headers,
                3 => Kind::ResetStream,
                7 => Kind::GoAway,
                _ => Kind::Other,
            },
            flags,
            // The first bit is reserved.
            stream: u32::from_be_bytes(stream) & (u32::MAX >> 1),
            length: self.length(),
            content: &self.content[..self.content_filled],
        }
    }
}

/// Takes so many bytes from the front, or all if there are fewer.
fn take(bytes: &mut &[u8], count: usize, taken: impl FnOnce(&[u8])) {
    let (front, rest) = bytes.split_at(count.min(bytes.len()));
    *bytes = rest;
    taken(front);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two frames: data of 100 bytes in stream 5, and one without content.
    fn bytes() -> Vec<u8> {
        let mut bytes = vec![0, 0, 100, 0, 1, 0x80, 0, 0, 5];
        bytes.extend(0..100);
        bytes.extend([0, 0, 0, 4, 1, 0, 0, 0, 0]);
        bytes
    }

    fn read(frames: &mut Frames, pieces: &[&[u8]]) -> Vec<(Kind, u8, u32, usize, Vec<u8>)> {
        let mut seen = Vec::new();
        for piece in pieces {
            frames.read(piece, |frame| {
                let content = frame.content.to_vec();
                seen.push((frame.kind, frame.flags, frame.stream, frame.length, content));
            });
        }
        seen
    }

    #[test]
    fn frames_are_seen_wherever_the_bytes_are_cut() {
        let bytes = bytes();
        let expected = vec![
            (Kind::Data, 1, 5, 100, (0..48).collect::<Vec<u8>>()),
            (Kind::Other, 1, 0, 0, Vec::new()),
        ];
        for first in 0..=bytes.len() {
            for second in [first, (first + 1).min(bytes.len()), bytes.len()] {
                let pieces = [&bytes[..first], &bytes[first..second], &bytes[second..]];
                let seen = read(&mut Frames::of_server(), &pieces);
                assert_eq!(seen, expected, "{first} {second}");
            }
        }
    }

    #[test]
    fn what_a_client_says_first_is_no_frame() {
        let mut said = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
        said.extend(bytes());
        for cut in 0..=said.len() {
            let seen = read(&mut Frames::of_client(), &[&said[..cut], &said[cut..]]);
            assert_eq!(seen.len(), 2, "{cut}");
        }
    }
}
