//! What a setting may be: each type reads one text form and writes it again, whichever layer it came from.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::proxies::ForwardedHeader;
use crate::telemetry::{LogFilter, LogFormat};

/// What a value may be, for messages, the schema and the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A path, relative to the folder of the file that it stands in.
    Path,
    /// Host and port.
    Address,
    /// Yes or no.
    Flag,
    /// A whole number.
    Count { least: u64, most: u64 },
    /// A size, with or without a unit.
    Size { least: u64, most: u64 },
    /// A span of time with its unit, given here in milliseconds.
    Span { least: u64, most: u64 },
    /// One of these words.
    Word(&'static [&'static str]),
    /// Which lines of the log are written.
    Filter,
    /// Addresses and networks, separated by commas; in the file also a list.
    Networks,
    /// Where gRPC is spoken, with or without TLS.
    Url,
}

impl Kind {
    /// Says whether a value stands in TOML and JSON as it is, without quotes.
    pub(crate) const fn is_bare(self) -> bool {
        match self {
            Self::Flag | Self::Count { .. } => true,
            Self::Path
            | Self::Address
            | Self::Size { .. }
            | Self::Span { .. }
            | Self::Word(_)
            | Self::Filter
            | Self::Networks
            | Self::Url => false,
        }
    }

    /// Returns a value as JSON, from the text in which it is printed.
    pub(crate) fn to_json(self, text: &str) -> serde_json::Value {
        if self.is_bare() {
            return serde_json::from_str(text).unwrap_or_default();
        }
        text.into()
    }
}

/// A type of a setting.
pub(crate) trait Value: Sized {
    /// What its values may be.
    const KIND: Kind;

    /// Reads a value; the error says what was expected instead.
    fn read(text: &str) -> Result<Self, String>;

    /// Writes it as it is read.
    fn write(&self) -> String;

    /// Returns the value when nobody gave one, if there may be none.
    fn absent() -> Option<Self> {
        None
    }
}

/// A whole number within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count<const LEAST: u64, const MOST: u64>(u64);

/// A size in bytes within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size<const LEAST: u64, const MOST: u64>(u64);

/// A span of time within bounds, which are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span<const LEAST: u64, const MOST: u64>(Duration);

/// Host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address(String);

const SIZE_UNITS: &[(&str, u64)] = &[
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
];
const SPAN_UNITS: &[(&str, u64)] = &[
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("min", 60_000),
    ("ms", 1),
    ("s", 1_000),
];

impl<const LEAST: u64, const MOST: u64> Count<LEAST, MOST> {
    /// Returns the number, as what counts things in memory.
    pub(crate) fn to_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }

    /// Returns the number, as the transport takes it.
    pub(crate) fn to_u32(self) -> u32 {
        u32::try_from(self.0).unwrap_or(u32::MAX)
    }
}

impl<const LEAST: u64, const MOST: u64> Size<LEAST, MOST> {
    /// Returns the number of bytes of something that may be larger than memory.
    pub(crate) const fn to_u64(self) -> u64 {
        self.0
    }

    /// Returns the number of bytes, as memory counts them.
    pub(crate) fn to_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }

    /// Returns the number of bytes.
    pub(crate) fn to_u32(self) -> u32 {
        u32::try_from(self.0).unwrap_or(u32::MAX)
    }
}

impl<const LEAST: u64, const MOST: u64> Span<LEAST, MOST> {
    /// Returns the span.
    pub(crate) const fn get(self) -> Duration {
        self.0
    }
}

impl Address {
    /// Returns it as the system resolves it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Says what is expected, fit to follow "expected".
impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path => write!(formatter, "a path"),
            Self::Address => write!(
                formatter,
                "host and port, such as 127.0.0.1:7420 or [::1]:7420"
            ),
            Self::Flag => write!(formatter, "true or false"),
            Self::Count { least, most } => {
                write!(formatter, "a whole number from {least} to {most}")
            }
            Self::Size { least, most } => {
                let (least, most) = (
                    write_units(*least, SIZE_UNITS),
                    write_units(*most, SIZE_UNITS),
                );
                write!(
                    formatter,
                    "a size from {least} to {most}, such as \"64KiB\""
                )
            }
            Self::Span { least, most } => {
                let (least, most) = (
                    write_units(*least, SPAN_UNITS),
                    write_units(*most, SPAN_UNITS),
                );
                write!(formatter, "a time from {least} to {most}, such as \"90s\"")
            }
            Self::Word(words) => write!(formatter, "{}", words.join(" or ")),
            Self::Filter => {
                write!(formatter, "levels such as \"info\" or \"warn,okrd=debug\"")
            }
            Self::Networks => write!(
                formatter,
                "addresses and networks, such as \"127.0.0.1, 10.0.0.0/8\""
            ),
            Self::Url => write!(
                formatter,
                "scheme, host and port, such as http://127.0.0.1:4317"
            ),
        }
    }
}

impl<T: Value> Value for Option<T> {
    const KIND: Kind = T::KIND;

    fn read(text: &str) -> Result<Self, String> {
        T::read(text).map(Some)
    }

    fn write(&self) -> String {
        self.as_ref().map(T::write).unwrap_or_default()
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl Value for PathBuf {
    const KIND: Kind = Kind::Path;

    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() || text.contains('\0') {
            return Err(expected::<Self>());
        }
        Ok(Self::from(text))
    }

    fn write(&self) -> String {
        self.to_string_lossy().into_owned()
    }
}

impl Value for Address {
    const KIND: Kind = Kind::Address;

    fn read(text: &str) -> Result<Self, String> {
        let (host, port) = text.rsplit_once(':').ok_or_else(expected::<Self>)?;
        let bare_v6 = host.contains(':') && !(host.starts_with('[') && host.ends_with(']'));
        if host.is_empty() || bare_v6 || port.parse::<u16>().is_err() {
            return Err(expected::<Self>());
        }
        Ok(Self(text.to_owned()))
    }

    fn write(&self) -> String {
        self.0.clone()
    }
}

impl Value for bool {
    const KIND: Kind = Kind::Flag;

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| expected::<Self>())
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Value for LogFormat {
    const KIND: Kind = Kind::Word(&["text", "json"]);

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(expected::<Self>()),
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Json => "json".to_owned(),
        }
    }
}

impl Value for ForwardedHeader {
    const KIND: Kind = Kind::Word(&["x-forwarded-for", "forwarded"]);

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "x-forwarded-for" => Ok(Self::XForwardedFor),
            "forwarded" => Ok(Self::Forwarded),
            _ => Err(expected::<Self>()),
        }
    }

    fn write(&self) -> String {
        self.name().to_owned()
    }
}

impl Value for LogFilter {
    const KIND: Kind = Kind::Filter;

    fn read(text: &str) -> Result<Self, String> {
        Self::new(text).ok_or_else(expected::<Self>)
    }

    fn write(&self) -> String {
        self.as_str().to_owned()
    }
}

impl<const LEAST: u64, const MOST: u64> Value for Count<LEAST, MOST> {
    const KIND: Kind = Kind::Count {
        least: LEAST,
        most: MOST,
    };

    fn read(text: &str) -> Result<Self, String> {
        let number = text
            .parse()
            .ok()
            .filter(|number| (LEAST..=MOST).contains(number));
        number.map(Self).ok_or_else(expected::<Self>)
    }

    fn write(&self) -> String {
        self.0.to_string()
    }
}

impl<const LEAST: u64, const MOST: u64> Value for Size<LEAST, MOST> {
    const KIND: Kind = Kind::Size {
        least: LEAST,
        most: MOST,
    };

    fn read(text: &str) -> Result<Self, String> {
        let number = match text.parse() {
            Ok(bytes) => Some(bytes),
            Err(_) => read_units(text, SIZE_UNITS),
        };
        let number = number.filter(|number| (LEAST..=MOST).contains(number));
        number.map(Self).ok_or_else(expected::<Self>)
    }

    fn write(&self) -> String {
        write_units(self.0, SIZE_UNITS)
    }
}

impl<const LEAST: u64, const MOST: u64> Value for Span<LEAST, MOST> {
    const KIND: Kind = Kind::Span {
        least: LEAST,
        most: MOST,
    };

    fn read(text: &str) -> Result<Self, String> {
        let millis = read_units(text, SPAN_UNITS).filter(|span| (LEAST..=MOST).contains(span));
        let span = millis.map(|millis| Self(Duration::from_millis(millis)));
        span.ok_or_else(expected::<Self>)
    }

    fn write(&self) -> String {
        // A span was read from a whole number of milliseconds.
        write_units(
            u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX),
            SPAN_UNITS,
        )
    }
}

fn expected<T: Value>() -> String {
    format!("expected {}", T::KIND)
}

/// Reads a whole number and its unit, such as `90s` or `64 KiB`.
fn read_units(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim_start();
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

/// Writes a number in the largest unit that leaves it whole.
fn write_units(number: u64, units: &[(&str, u64)]) -> String {
    let mut fitting = units
        .iter()
        .filter(|(_, factor)| number.is_multiple_of(*factor));
    let best = if number == 0 {
        units.iter().find(|(name, _)| matches!(*name, "B" | "s"))
    } else {
        fitting.by_ref().max_by_key(|(_, factor)| *factor)
    };
    match best {
        Some((unit, factor)) => format!("{}{unit}", number / factor),
        None => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again<T: Value>(text: &str) -> Result<String, String> {
        T::read(text).map(|value| value.write())
    }

    #[test]
    fn a_size_has_a_unit_or_is_in_bytes() {
        type Tested = Size<1024, { 4 << 30 }>;
        for (text, written) in [
            ("1024", "1KiB"),
            ("64KiB", "64KiB"),
            ("64 KiB", "64KiB"),
            ("1025B", "1025B"),
            ("4GiB", "4GiB"),
        ] {
            assert_eq!(again::<Tested>(text).as_deref(), Ok(written), "{text}");
        }
        for bad in [
            "",
            "1023",
            "5GiB",
            "1kb",
            "1 KB",
            "-1KiB",
            "1.5MiB",
            "KiB",
            "99999999999999999999GiB",
        ] {
            let refused = again::<Tested>(bad);
            let expected = "expected a size from 1KiB to 4GiB, such as \"64KiB\"";
            assert_eq!(refused, Err(expected.to_owned()), "{bad}");
        }
    }

    #[test]
    fn a_time_always_has_its_unit() {
        type Tested = Span<100, 86_400_000>;
        for (text, written) in [
            ("100ms", "100ms"),
            ("1500ms", "1500ms"),
            ("90s", "90s"),
            ("60 s", "1min"),
            ("24h", "1d"),
        ] {
            assert_eq!(again::<Tested>(text).as_deref(), Ok(written), "{text}");
        }
        for bad in ["", "10", "99ms", "2d", "1m", "1.5s", "s", "-1s"] {
            let expected = "expected a time from 100ms to 1d, such as \"90s\"";
            assert_eq!(again::<Tested>(bad), Err(expected.to_owned()), "{bad}");
        }
        assert_eq!(again::<Span<0, 1_000>>("0s").as_deref(), Ok("0s"));
    }

    #[test]
    fn a_count_keeps_its_bounds() {
        assert_eq!(again::<Count<1, 9>>("9").as_deref(), Ok("9"));
        for bad in ["0", "10", "x", "", "+", "1e3"] {
            assert!(again::<Count<1, 9>>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_has_a_host_and_a_port() {
        for good in ["127.0.0.1:7420", "[::1]:0", "okr.example.org:65535"] {
            assert_eq!(again::<Address>(good).as_deref(), Ok(good));
        }
        for bad in [
            "",
            "7420",
            ":7420",
            "::1:7420",
            "localhost",
            "localhost:65536",
            "localhost:x",
        ] {
            assert!(again::<Address>(bad).is_err(), "{bad}");
        }
    }
}
