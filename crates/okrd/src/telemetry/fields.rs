//! The fields of a line for people, as `tracing_subscriber` writes them by itself, in half the time: it paints each name
//! and each sign of equality, even where there are no colours.

use std::error::Error;
use std::fmt;

use tracing::field::{Field, Visit};
use tracing_subscriber::field::{RecordFields, VisitOutput as _};
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{DefaultVisitor, Writer};

/// Writes fields as `name=value`, with a blank between them.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlainFields;

impl<'writer> FormatFields<'writer> for PlainFields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        let mut line = Line {
            writer,
            is_empty: true,
            written: Ok(()),
        };
        fields.record(&mut line);
        line.written
    }
}

/// What is written so far.
struct Line<'writer> {
    writer: Writer<'writer>,
    is_empty: bool,
    written: fmt::Result,
}

impl Line<'_> {
    /// Writes a field whose value is harmless or written with its quotes.
    fn named(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        let blank = if self.is_empty { "" } else { " " };
        self.is_empty = false;
        self.written = self
            .written
            .and_then(|()| self.writer.write_str(blank))
            .and_then(|()| self.writer.write_str(field.name()))
            .and_then(|()| self.writer.write_char('='))
            .and_then(|()| self.writer.write_fmt(value));
    }

    /// Lets the library write what is rare or has rules of its own.
    fn as_usual(&mut self, record: impl FnOnce(&mut DefaultVisitor<'_>)) {
        let mut visitor = DefaultVisitor::new(self.writer.by_ref(), self.is_empty);
        record(&mut visitor);
        let written = visitor.finish();
        self.is_empty = false;
        self.written = self.written.and(written);
    }
}

/// Says whether the library does more with a field of this name than to write it.
fn is_special(field: &Field) -> bool {
    let name = field.name();
    name == "message" || name.starts_with("log.") || name.starts_with("r#")
}

impl Visit for Line<'_> {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if is_special(field) {
            self.as_usual(|usual| usual.record_u64(field, value));
        } else {
            self.named(field, format_args!("{value}"));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if is_special(field) {
            self.as_usual(|usual| usual.record_str(field, value));
        } else {
            self.named(field, format_args!("{value:?}"));
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.as_usual(|usual| usual.record_error(field, value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if is_special(field) {
            self.as_usual(|usual| usual.record_debug(field, value));
        } else {
            self.named(field, format_args!("{value:?}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Written {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    fn say_everything() {
        let cause = io::Error::other(fmt::Error);
        let error: &(dyn Error + 'static) = &cause;
        let nobody: Option<tracing::field::DisplayValue<&str>> = None;
        tracing::info!(target: "rpc", method = %"okr.v1.Sync/Push", code = "OK", ms = 3_u64, peer = nobody);
        tracing::warn!(error, answer = ?Some("a\nb"), text = "tab\tand \u{1b}[2J", "it \u{1b}[1mfailed");
        tracing::error!(first = -1, "later {}", 2);
        tracing::info!("alone");
        tracing::info!(r#type = "raw", yes = true, share = 0.5);
    }

    #[test]
    fn lines_are_those_of_the_library() {
        let (ours, theirs) = (Written::default(), Written::default());
        let lines = || tracing_subscriber::fmt().with_ansi(false).without_time();
        let subscriber = lines()
            .with_writer(ours.clone())
            .fmt_fields(PlainFields)
            .finish();
        tracing::subscriber::with_default(subscriber, say_everything);
        let subscriber = lines().with_writer(theirs.clone()).finish();
        tracing::subscriber::with_default(subscriber, say_everything);
        let text =
            |written: &Written| String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text(&ours).lines().count(), 5);
        assert_eq!(text(&ours), text(&theirs));
    }
}
