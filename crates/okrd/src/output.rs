//! The one place that writes to standard output and, before there is a log, to standard error.

use std::io::{self, Write as _};

use crate::failure::{Exit, Failure};

/// Prints an answer, and makes sure that a waiting reader sees it.
///
/// # Errors
///
/// When it cannot be written, but for a reader that stopped early. What the command did is done.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    write_to(&mut io::stdout().lock(), text)
}

fn write_to(out: &mut impl io::Write, text: &str) -> Result<(), Failure> {
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let failure = Failure::new(Exit::Error, "the answer cannot be written");
            Err(failure
                .caused_by(&error)
                .hint("what the command changed stays changed; only its answer is lost"))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Prints why a command failed.
pub(crate) fn complain(failure: &Failure) {
    drop(writeln!(io::stderr().lock(), "{failure}"));
}

/// Prints what a person should look at although nothing failed.
pub(crate) fn warn(text: &str) {
    drop(writeln!(io::stderr().lock(), "Warning: {text}"));
}

/// Prints what is no answer: on standard error, because standard output holds something else.
pub(crate) fn note(text: &str) {
    drop(writeln!(io::stderr().lock(), "{text}"));
}

/// Writes how many there are of something that takes an s.
pub(crate) fn count(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// Writes how many people there are.
pub(crate) fn people(number: u64) -> String {
    match number {
        1 => "1 person".to_owned(),
        several => format!("{several} people"),
    }
}

/// Writes a number of bytes for people.
pub(crate) fn size(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    let (mut tenths, mut unit) = (bytes.saturating_mul(10), "bytes");
    for larger in units {
        if tenths < 10 * 1024 {
            break;
        }
        (tenths, unit) = (tenths / 1024, larger);
    }
    if unit == "bytes" || tenths >= 100 {
        format!("{} {unit}", tenths / 10)
    } else {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    }
}

/// Takes out of somebody's text what a terminal would act on or show in another order.
pub(crate) fn clean(text: &str) -> String {
    let shown = |c: &char| {
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        !c.is_control() && !turns
    };
    text.chars().filter(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken(io::ErrorKind);

    impl io::Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_answer_that_is_lost_is_a_failure_and_a_reader_that_left_is_none() {
        let mut written = Vec::new();
        write_to(&mut written, "ready").unwrap();
        assert_eq!(written, b"ready\n");
        write_to(&mut Broken(io::ErrorKind::BrokenPipe), "ready").unwrap();
        let lost = write_to(&mut Broken(io::ErrorKind::StorageFull), "ready").unwrap_err();
        assert_eq!(lost.exit(), Exit::Error);
        assert!(
            lost.to_string().contains("only its answer is lost"),
            "{lost}"
        );
    }

    #[test]
    fn sizes_are_short_and_never_larger_than_they_are() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1_023, "1023 bytes"),
            (1_024, "1.0 KiB"),
            (10_239, "9.9 KiB"),
            (1_048_575, "1023 KiB"),
            (33 << 20, "33 MiB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn a_name_cannot_drive_the_terminal() {
        assert_eq!(clean("A\u{1b}[31mcme\n\u{202e}x å"), "A[31mcmex å");
    }
}
