//! Time zones by their IANA names.

use std::fs;
use std::path::Path;

use jiff::tz::TimeZone;

use crate::error::CliError;
use crate::exit::Exit;

/// Where systems keep the time zones, a file for each.
const DIRECTORY: &str = "/usr/share/zoneinfo";

/// Finds a time zone by its IANA name.
///
/// # Errors
/// A configuration error when this machine does not know it.
pub(crate) fn zone_named(name: &str) -> Result<TimeZone, CliError> {
    if let Some(zone) = of_file(Path::new(DIRECTORY), name) {
        return Ok(zone);
    }
    TimeZone::get(name).map_err(|error| {
        CliError::config(
            "unknown-time-zone",
            format!("\"{name}\" is no known time zone"),
        )
        .caused_by(&error)
        .with_hint("an IANA name such as Europe/Oslo or America/New_York")
    })
}

/// Finds the time zone that the command line gives.
///
/// # Errors
/// As [`zone_named`], with the exit code of any other value that cannot be.
pub(crate) fn zone_given(name: &str) -> Result<TimeZone, CliError> {
    zone_named(name).map_err(|error| error.with_exit(Exit::Usage))
}

/// Reads the one file of a zone; none where it is not there under exactly this name.
///
/// To look a zone up, the library first lists all of them, which takes longer than everything else
/// that a short command does.
fn of_file(directory: &Path, name: &str) -> Option<TimeZone> {
    // The place that somebody chose is for the library to look into.
    if std::env::var_os("TZDIR").is_some() {
        return None;
    }
    let is_plain = name.split('/').all(|part| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+'))
    });
    if !is_plain {
        return None;
    }
    let data = fs::read(directory.join(name)).ok()?;
    TimeZone::tzif(name, &data).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_zone_is_the_same_by_its_file_as_by_the_library() {
        let summer = date(2026, 7, 1).at(12, 0, 0, 0);
        for name in ["Europe/Oslo", "America/New_York", "Asia/Kolkata", "UTC"] {
            let (ours, theirs) = (zone_named(name).unwrap(), TimeZone::get(name).unwrap());
            assert_eq!(ours.iana_name(), Some(name));
            assert_eq!(
                ours.to_timestamp(summer).unwrap(),
                theirs.to_timestamp(summer).unwrap()
            );
        }
    }

    #[test]
    fn only_a_file_with_a_plain_name_below_the_directory_is_read() {
        let outer = tempfile::tempdir().unwrap();
        let directory = outer.path().join("zones");
        fs::create_dir(&directory).unwrap();
        fs::write(directory.join("Broken"), "no zone").unwrap();
        fs::write(outer.path().join("Outside"), "no zone").unwrap();
        for name in ["Broken", "Missing", "../Outside", ".", "", "/etc/localtime"] {
            assert!(of_file(&directory, name).is_none(), "{name}");
        }
    }

    #[test]
    fn an_unknown_zone_is_refused_with_an_example() {
        let error = zone_named("Europe/Atlantis").unwrap_err();
        assert_eq!(
            (error.code(), error.exit()),
            ("unknown-time-zone", Exit::Error)
        );
        let error = zone_given("Europe/Atlantis").unwrap_err();
        assert_eq!(
            (error.code(), error.exit()),
            ("unknown-time-zone", Exit::Usage)
        );
    }
}
