//! Days and moments in the cells of tables: as ISO 8601 has them, and nothing that has to be guessed.

use okr_core::{Date, Timestamp};

/// Reads a day: `2026-11-20`.
///
/// # Errors
/// What is wrong, and what to write.
pub(crate) fn day(text: &str) -> Result<Date, (String, String)> {
    let text = text.trim();
    if is_iso_day(text)
        && let Ok(day) = text.parse()
    {
        return Ok(day);
    }
    let readings = readings(text);
    match readings.as_slice() {
        [first, second] => Err((
            format!("\"{text}\" can be read as {first} or {second}"),
            format!("write {first} or {second}"),
        )),
        [only] => Err((
            format!("\"{text}\" is not written as a day is here"),
            format!("write {only}"),
        )),
        _ => Err((
            format!("\"{text}\" is not a day"),
            "write it as 2026-11-20".to_owned(),
        )),
    }
}

/// Reads a moment as RFC 3339 has it; of a day, none.
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    (!is_iso_day(text)).then(|| text.parse().ok()).flatten()
}

fn is_iso_day(text: &str) -> bool {
    let is_digit = |index: usize, byte: u8| match index {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(index, byte)| is_digit(index, byte))
}

/// Returns the days that a text like `1/2/2026` can mean: day first, then month first.
fn readings(text: &str) -> Vec<Date> {
    let parts: Vec<&str> = text.split(['/', '.', '-']).collect();
    let [first, second, year] = parts.as_slice() else {
        return Vec::new();
    };
    let number = |part: &str| part.parse::<i8>().ok();
    let (Some(first), Some(second)) = (number(first), number(second)) else {
        return Vec::new();
    };
    let Some(year) = year.parse::<i16>().ok().filter(|_| year.len() == 4) else {
        return Vec::new();
    };
    // With points the day comes first wherever days are written so.
    let orders = if text.contains('.') {
        vec![(second, first)]
    } else {
        vec![(second, first), (first, second)]
    };
    let mut found: Vec<Date> = Vec::new();
    for (month, day) in orders {
        let read = Date::new(year, month, day).ok();
        found.extend(read.filter(|read| !found.contains(read)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_iso_and_what_is_not_is_told_with_its_readings() {
        assert_eq!(day(" 2026-11-20 ").unwrap().to_string(), "2026-11-20");
        let said = |text: &str| {
            let (message, help) = day(text).unwrap_err();
            format!("{message}; {help}")
        };
        assert_eq!(
            said("01/02/2026"),
            "\"01/02/2026\" can be read as 2026-02-01 or 2026-01-02; write 2026-02-01 or 2026-01-02"
        );
        assert!(said("31/12/2026").ends_with("write 2026-12-31"));
        assert!(said("12/31/2026").ends_with("write 2026-12-31"));
        assert!(said("3/3/2026").ends_with("write 2026-03-03"));
        assert!(said("1.2.2026").ends_with("write 2026-02-01"));
        for text in ["", "soon", "2026-02-30", "20261120", "45000", "1/2/26"] {
            assert!(said(text).contains("is not a day"), "{text}");
        }
    }

    #[test]
    fn a_moment_has_an_offset() {
        assert!(moment("2026-11-20T10:00:00Z").is_some());
        assert!(moment("2026-11-20T10:00:00+01:00").is_some());
        assert!(moment("2026-11-20").is_none());
        assert!(moment("2026-11-20 10:00").is_none());
    }
}
