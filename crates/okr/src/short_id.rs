//! Short ids: the random end of a UUID, last digit first.
//!
//! A UUIDv7 begins with the time, so ids made together share their beginning; their end is random.
//! Things are written with the letters k to z and changes with the digits 0 to f, so that neither
//! can be taken for the other, nor a thing for a number or a date.

use uuid::Uuid;

/// The digits that an id is written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alphabet {
    /// `z` for 0 down to `k` for 15: objectives, key results, teams and other things.
    Thing,
    /// `0` to `f`: changes.
    Change,
}

impl Alphabet {
    /// The number of characters of an id in full.
    pub const FULL_LENGTH: usize = 32;

    /// Returns how many characters are shown at least.
    ///
    /// Eight for changes, so that one of decimal digits only cannot be taken for a position.
    pub const fn shown_length(self) -> usize {
        match self {
            Self::Thing => 4,
            Self::Change => 8,
        }
    }

    /// Returns the character for a digit, 0 to 15.
    const fn character(self, digit: u8) -> char {
        match self {
            Self::Thing => (b'z' - digit) as char,
            Self::Change if digit < 10 => (b'0' + digit) as char,
            Self::Change => (b'a' + digit - 10) as char,
        }
    }

    /// Returns the digit for a character of either case, 0 to 15.
    fn digit(self, character: char) -> Option<u8> {
        let character = u8::try_from(character.to_ascii_lowercase()).ok()?;
        match (self, character) {
            (Self::Thing, b'k'..=b'z') => Some(b'z' - character),
            (Self::Change, b'0'..=b'9') => Some(character - b'0'),
            (Self::Change, b'a'..=b'f') => Some(character - b'a' + 10),
            (Self::Thing | Self::Change, _) => None,
        }
    }
}

/// Writes an id in full: 32 characters, of which any beginning may be typed.
pub fn full(alphabet: Alphabet, uuid: Uuid) -> String {
    shortened(alphabet, uuid, Alphabet::FULL_LENGTH)
}

/// Writes an id as short as usual, without regard to others that may begin alike.
pub fn shown(alphabet: Alphabet, uuid: Uuid) -> String {
    shortened(alphabet, uuid, alphabet.shown_length())
}

/// Says whether an id, written in full, begins with a text. Case does not matter.
pub fn matches_prefix(alphabet: Alphabet, uuid: Uuid, prefix: &str) -> bool {
    let mut digits = digits(uuid);
    !prefix.is_empty()
        && prefix.chars().all(|character| {
            let digit = alphabet.digit(character);
            digit.is_some() && digit == digits.next()
        })
}

/// Says which ids a text could be the beginning of; none when it is no short id at all.
pub fn alphabet_of(prefix: &str) -> Option<Alphabet> {
    let length = prefix.chars().count();
    if !(1..=Alphabet::FULL_LENGTH).contains(&length) {
        return None;
    }
    [Alphabet::Thing, Alphabet::Change]
        .into_iter()
        .find(|alphabet| {
            prefix
                .chars()
                .all(|character| alphabet.digit(character).is_some())
        })
}

/// Turns a typed beginning into the hexadecimal end of the UUID, in the UUID's own order.
///
/// This is what stored ids can be searched by. None when a character is not of the alphabet.
pub fn hex_end(alphabet: Alphabet, prefix: &str) -> Option<String> {
    prefix
        .chars()
        .rev()
        .map(|character| Some(Alphabet::Change.character(alphabet.digit(character)?)))
        .collect()
}

/// Short ids that are unique within a set.
#[derive(Clone, Debug)]
pub struct ShortIds {
    alphabet: Alphabet,
    /// The ids as [`last_digit_first`] gives them, sorted, and how long each must be.
    unique_lengths: Vec<(u128, usize)>,
}

impl ShortIds {
    /// Finds how many characters tell each id of a set from all others in it.
    pub fn among(alphabet: Alphabet, set: impl IntoIterator<Item = Uuid>) -> Self {
        let mut ids: Vec<u128> = set.into_iter().map(last_digit_first).collect();
        ids.sort_unstable();
        ids.dedup();
        let common = |index: usize| match ids.get(index..index + 2) {
            Some([one, next]) => common_length(*one, *next),
            Some(_) | None => 0,
        };
        // Sorted ids share most with a neighbour.
        let length = |index: usize| 1 + common(index).max(index.checked_sub(1).map_or(0, common));
        let lengths = ids.iter().enumerate();
        let unique_lengths = lengths.map(|(index, id)| (*id, length(index))).collect();
        Self {
            alphabet,
            unique_lengths,
        }
    }

    /// Writes an id as short as usual, or longer where another one of the set begins alike.
    pub fn shown(&self, uuid: Uuid) -> String {
        let length = self.alphabet.shown_length().max(self.unique_length(uuid));
        shortened(self.alphabet, uuid, length)
    }

    /// Returns how many characters must be typed to mean this id and no other of the set.
    pub fn unique_length(&self, uuid: Uuid) -> usize {
        let id = last_digit_first(uuid);
        let lengths = &self.unique_lengths;
        let found = lengths.binary_search_by_key(&id, |(known, _)| *known);
        found.map_or(1, |index| lengths[index].1)
    }
}

fn shortened(alphabet: Alphabet, uuid: Uuid, length: usize) -> String {
    let mut text = String::with_capacity(length);
    text.extend(
        digits(uuid)
            .take(length)
            .map(|digit| alphabet.character(digit)),
    );
    text
}

/// Returns the hexadecimal digits of a UUID, last first.
fn digits(uuid: Uuid) -> impl Iterator<Item = u8> {
    let number = uuid.as_u128();
    (0..Alphabet::FULL_LENGTH).map(move |index| {
        u8::try_from((number >> (4 * index)) & 0xf).expect("four bits fit into a byte")
    })
}

/// Returns the number whose first digit is the last one of a UUID.
const fn last_digit_first(uuid: Uuid) -> u128 {
    let bytes = uuid.as_u128().swap_bytes();
    let high = 0xf0f0_f0f0_f0f0_f0f0_f0f0_f0f0_f0f0_f0f0;
    ((bytes & high) >> 4) | ((bytes & !high) << 4)
}

/// Returns how many of the first digits two numbers have in common.
const fn common_length(a: u128, b: u128) -> usize {
    (a ^ b).leading_zeros() as usize / 4
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: Uuid = Uuid::from_u128(0x0193_5a5f_0000_7000_8000_0123_4567_89af);

    #[test]
    fn the_end_comes_first_in_its_own_letters() {
        assert_eq!(shown(Alphabet::Thing, ID), "kpqr");
        assert_eq!(shown(Alphabet::Change, ID), "fa987654");
        assert_eq!(
            full(Alphabet::Change, ID),
            "fa9876543210000800070000f5a53910"
        );
    }

    #[test]
    fn a_beginning_of_either_case_matches() {
        assert!(matches_prefix(Alphabet::Thing, ID, "kP"));
        assert!(!matches_prefix(Alphabet::Thing, ID, "kk"));
        assert!(!matches_prefix(Alphabet::Thing, ID, ""));
        assert!(!matches_prefix(Alphabet::Change, ID, "kp"));
        let too_long = format!("{}0", full(Alphabet::Change, ID));
        assert!(!matches_prefix(Alphabet::Change, ID, &too_long));
    }

    #[test]
    fn a_text_belongs_to_one_alphabet_at_most() {
        assert_eq!(alphabet_of("vmkp"), Some(Alphabet::Thing));
        assert_eq!(alphabet_of("9c41f0e7"), Some(Alphabet::Change));
        assert_eq!(alphabet_of("api-p99"), None);
        assert_eq!(alphabet_of("ka"), None);
        assert_eq!(alphabet_of(""), None);
    }

    #[test]
    fn ids_grow_only_where_another_begins_alike() {
        let alike = Uuid::from_u128(ID.as_u128() ^ (1 << 20));
        let other = Uuid::from_u128(0x77);
        let ids = ShortIds::among(Alphabet::Thing, [ID, alike, other, ID]);
        assert_eq!(ids.shown(ID), "kpqrst");
        assert_eq!(ids.shown(alike).len(), 6);
        assert_ne!(ids.shown(ID), ids.shown(alike));
        assert_eq!(ids.shown(other), "sszz");
        assert_eq!(ids.unique_length(other), 1);
    }

    proptest! {
        #[test]
        fn shown_ids_are_unique_and_match_what_they_stand_for(
            numbers in proptest::collection::hash_set(any::<u128>().prop_map(|n| n & 0xf0f_ffff), 1..60),
            changes in any::<bool>(),
        ) {
            let alphabet = if changes { Alphabet::Change } else { Alphabet::Thing };
            let set: Vec<Uuid> = numbers.into_iter().map(Uuid::from_u128).collect();
            let ids = ShortIds::among(alphabet, set.clone());
            for uuid in &set {
                let typed: String = full(alphabet, *uuid).chars().take(ids.unique_length(*uuid)).collect();
                let matching = set.iter().filter(|other| matches_prefix(alphabet, **other, &typed)).count();
                prop_assert_eq!(matching, 1);
                prop_assert!(ids.shown(*uuid).starts_with(&typed));
                prop_assert_eq!(alphabet_of(&typed), Some(alphabet));
                let end = hex_end(alphabet, &typed).unwrap();
                prop_assert!(uuid.simple().to_string().ends_with(&end));
            }
        }
    }
}
