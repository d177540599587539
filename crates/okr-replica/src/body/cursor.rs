//! A body as it is nearly always: member after member in the order in which they are written here, and no
//! character that JSON escapes.
//!
//! Lists have thousands of bodies, and to ask for what comes next takes a third of the time of finding
//! out what it is. Where anything is different, this finds nothing, and the whole reader says why.

use super::word::{Readable, Word};

/// Makes of a name how a member begins that is not the first one.
macro_rules! key {
    ($name:literal) => {
        concat!(",\"", $name, "\":")
    };
}
pub(super) use key;

/// What is left of a body; nothing once something was other than here.
///
/// Each `key` is one that the macro made.
pub(super) struct Cursor<'j> {
    json: &'j str,
    /// Where the rest begins.
    at: usize,
    /// How much of its key is not written before the next member: the comma before the first one.
    unwritten: usize,
}

impl<'j> Cursor<'j> {
    /// Begins to read a body.
    pub(super) fn open(json: &'j str) -> Option<Self> {
        json.starts_with('{').then_some(Self {
            json,
            at: 1,
            unwritten: 1,
        })
    }

    /// Ends to read a body: there is nothing left.
    pub(super) fn end(mut self) -> Option<()> {
        self.close()?;
        (self.at == self.json.len()).then_some(())
    }

    /// Goes into an object that is the value of a member, if that is next.
    #[inline]
    pub(super) fn object(&mut self, key: &str) -> Option<()> {
        self.member(key).then_some(())?;
        let inside = self.take("{");
        self.unwritten = 1;
        self.or_spoiled(inside)
    }

    /// Goes out of an object.
    #[inline]
    pub(super) fn close(&mut self) -> Option<()> {
        self.take("}")?;
        self.unwritten = 0;
        Some(())
    }

    /// Reads a member that must be next.
    #[inline]
    pub(super) fn word<T: Readable>(&mut self, key: &str) -> Option<Word<T>> {
        self.maybe_word(key)
    }

    /// Reads a member that can be left out.
    #[inline]
    pub(super) fn maybe_word<T: Readable>(&mut self, key: &str) -> Option<Word<T>> {
        self.maybe(key, |text| T::read(text).map(Word))
    }

    /// As [`Cursor::maybe_word`], for what is read in another way.
    #[inline]
    pub(super) fn maybe<T>(&mut self, key: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.member(key).then_some(())?;
        let value = self.text().and_then(read);
        self.or_spoiled(value)
    }

    /// Reads a whole number, which can be left out.
    #[inline]
    pub(super) fn maybe_number<T: TryFrom<u32>>(&mut self, key: &str) -> Option<T> {
        self.member(key).then_some(())?;
        let number = self.number();
        let number = number.and_then(|number| T::try_from(number).ok());
        self.or_spoiled(number)
    }

    /// Reads a list that is left out when it is empty.
    pub(super) fn words<T: Readable>(&mut self, key: &str) -> Option<Vec<Word<T>>> {
        let mut words = Vec::new();
        if self.member(key) {
            self.take("[")?;
            words.push(Word(T::read(self.text()?)?));
            while self.take(",").is_some() {
                words.push(Word(T::read(self.text()?)?));
            }
            self.take("]")?;
        }
        Some(words)
    }

    /// Reads a member that is left out when it is false.
    #[inline]
    pub(super) fn flag(&mut self, key: &str) -> Option<bool> {
        if self.member(key) {
            self.take("true")?;
            return Some(true);
        }
        Some(false)
    }

    /// Returns what was read, and reads nothing more if that was nothing: a member that is there and is
    /// not understood must not pass for one that was left out.
    #[inline]
    pub(super) fn or_spoiled<T>(&mut self, read: Option<T>) -> Option<T> {
        if read.is_none() {
            self.json = "";
            self.at = 0;
        }
        read
    }

    /// Says whether the next member begins so; then its value is next.
    #[inline]
    fn member(&mut self, key: &str) -> bool {
        let is_next = self.take(&key[self.unwritten..]).is_some();
        if is_next {
            self.unwritten = 0;
        }
        is_next
    }

    fn number(&mut self) -> Option<u32> {
        let rest = &self.json[self.at..];
        let end = rest.find(|next: char| !next.is_ascii_digit())?;
        let digits = &rest[..end];
        self.at += end;
        // Nothing is written with a zero before it, and more digits are no number of ours.
        let is_written = digits == "0" || (1..=9).contains(&end) && !digits.starts_with('0');
        is_written.then(|| digits.parse().ok()).flatten()
    }

    fn text(&mut self) -> Option<&'j str> {
        self.take("\"")?;
        let start = self.at;
        let length = plain_length(&self.json.as_bytes()[start..]);
        self.at = start + length;
        self.take("\"")?;
        Some(&self.json[start..start + length])
    }

    #[inline]
    fn take(&mut self, text: &str) -> Option<()> {
        let rest = self.json.as_bytes().get(self.at..)?;
        rest.starts_with(text.as_bytes()).then_some(())?;
        self.at += text.len();
        Some(())
    }
}

/// Returns how many bytes there are before a quotation mark, or before what JSON escapes.
fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    // In a byte that is less than a limit of at most 2^7, or that comes after one, the highest bit.
    let below =
        |eight: u64, limit: u8| eight.wrapping_sub(ONES * u64::from(limit)) & !eight & (ONES << 7);
    let mut length = 0;
    for chunk in bytes.chunks_exact(8) {
        let mut eight = [0; 8];
        eight.copy_from_slice(chunk);
        let eight = u64::from_le_bytes(eight);
        let is = |byte: u8| below(eight ^ (ONES * u64::from(byte)), 1);
        let special = below(eight, b' ') | is(b'"') | is(b'\\');
        if special != 0 {
            // What comes first is in the lowest byte, and of the first one the bit is right.
            return length + special.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
    let rest = &bytes[length..];
    length + rest.iter().position(is_special).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_ends_before_the_first_that_is_special(
            before in "[ !#-\\[\\]-~äß目\u{7f}\u{80}]{0,20}", special in "[\u{0}-\u{1f}\"\\\\]{0,3}", after in any::<String>(),
        ) {
            let text = format!("{before}{special}{after}");
            let is_special = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
            let expected = text.bytes().position(is_special).unwrap_or(text.len());
            prop_assert_eq!(plain_length(text.as_bytes()), expected);
        }
    }

    #[test]
    fn what_is_not_understood_is_not_left_out() {
        let read = |json| {
            let mut members = Cursor::open(json)?;
            let number: Option<u8> = members.maybe_number(key!("number"));
            let text = members.maybe(key!("text"), |text| (text == "yes").then_some(true));
            members.end()?;
            Some((number, text))
        };
        assert_eq!(read("{}"), Some((None, None)));
        assert_eq!(
            read(r#"{"number":7,"text":"yes"}"#),
            Some((Some(7), Some(true)))
        );
        assert_eq!(read(r#"{"text":"yes"}"#), Some((None, Some(true))));
        for other in [
            r#"{"number":,"text":"yes"}"#,
            r#"{"number":256}"#,
            r#"{"number":07}"#,
            r#"{"number":-7}"#,
            r#"{"number":7.5}"#,
            r#"{"text":"no"}"#,
            r#"{"text":"yes"#,
            r#"{"text":"yes"} "#,
            r#"{,"text":"yes"}"#,
            r#"{"number":7"text":"yes"}"#,
            r#"{"text":"yes","number":7}"#,
            r#"{"number":7,"number":7}"#,
            "",
            "[]",
            "{",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
