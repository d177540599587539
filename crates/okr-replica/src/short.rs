//! Short ids: a UUID looked up by its random end, the last hexadecimal digit first.
//!
//! The index holds the last 16 digits, reversed, as a number that sorts as they do.

use std::ops::RangeInclusive;

use uuid::Uuid;

/// How many digits the index holds.
const DIGITS: usize = 16;
/// How many digits a UUID has.
pub(crate) const UUID_DIGITS: usize = 32;

/// Returns what the index holds for a UUID.
pub(crate) fn of(uuid: Uuid) -> i64 {
    let (_, end) = uuid.as_u64_pair();
    signed(reversed(end))
}

/// Returns what the index holds for the UUIDs whose reversed digits begin so, as far as it knows.
///
/// None when it is no row of at most 32 hexadecimal digits.
pub(crate) fn range(reversed_digits: &str) -> Option<RangeInclusive<i64>> {
    let hexadecimal = reversed_digits
        .bytes()
        .all(|digit| digit.is_ascii_hexdigit());
    if !hexadecimal || reversed_digits.len() > UUID_DIGITS {
        return None;
    }
    let known = &reversed_digits[..reversed_digits.len().min(DIGITS)];
    if known.is_empty() {
        return Some(i64::MIN..=i64::MAX);
    }
    let number = u64::from_str_radix(known, 16).ok()?;
    let free_bits = 4 * (DIGITS - known.len());
    let first = number << free_bits;
    let last = first | ((1_u64 << free_bits) - 1);
    Some(signed(first)..=signed(last))
}

/// Says whether the reversed digits of a UUID begin so.
pub(crate) fn begins(uuid: Uuid, reversed_digits: &str) -> bool {
    let mut buffer = [0; UUID_DIGITS];
    let digits = uuid.simple().encode_lower(&mut buffer);
    reversed_digits.len() <= UUID_DIGITS
        && digits
            .bytes()
            .rev()
            .zip(reversed_digits.bytes())
            .all(|(ours, given)| ours == given.to_ascii_lowercase())
}

/// Turns the order of the 16 digits around.
const fn reversed(number: u64) -> u64 {
    let bytes = number.swap_bytes();
    ((bytes >> 4) & 0x0f0f_0f0f_0f0f_0f0f) | ((bytes & 0x0f0f_0f0f_0f0f_0f0f) << 4)
}

/// Keeps the order of unsigned numbers among signed ones, as SQLite has no others.
const fn signed(number: u64) -> i64 {
    (number ^ (1 << 63)).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: Uuid = Uuid::from_u128(0x0192_0304_0506_7708_890a_0b0c_0d0e_0f31);

    #[test]
    fn a_uuid_is_in_the_range_of_each_of_its_ends() {
        let digits: String = UUID.simple().to_string().chars().rev().collect();
        for length in 0..=UUID_DIGITS {
            let end = &digits[..length];
            assert!(range(end).unwrap().contains(&of(UUID)), "{end}");
            assert!(begins(UUID, end), "{end}");
        }
    }

    #[test]
    fn another_end_is_another_range() {
        assert!(!range("2").unwrap().contains(&of(UUID)));
        assert!(!range("0").unwrap().contains(&of(UUID)));
        assert!(range("1").unwrap().contains(&of(UUID)));
        assert!(range("13F0e").unwrap().contains(&of(UUID)));
        assert!(!begins(UUID, "13f1"));
    }

    #[test]
    fn what_is_not_a_row_of_digits_has_no_range() {
        assert_eq!(range("xyz"), None);
        assert_eq!(range(&"0".repeat(33)), None);
        assert!(!begins(UUID, &"1".repeat(33)));
    }
}
