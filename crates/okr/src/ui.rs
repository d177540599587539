//! The one owner of stdout and stderr.
//!
//! Stdout carries the answer and nothing else; stderr carries everything else. A reader that stops
//! early is no error. Nothing reaches a terminal that could steer it.

mod envelope;
mod filter;
mod flags;
mod full_screen;
mod pager;
mod sanitise;
pub(crate) mod schema;

use std::io::{self, BufWriter, Write};

use schemars::JsonSchema;
use serde::Serialize;

pub use envelope::{Context, Item};
pub(crate) use filter::Filter;
pub use flags::{
    Asked, ColorWhen, DocumentForm, OutputFormat, Streams, TimeStyle, UiFlags, UiSettings,
};
pub(crate) use full_screen::{FullScreen, Input, leave as leave_full_screen};
pub(crate) use pager::Pager;
pub use sanitise::{sanitise, sanitise_lines};

use crate::error::{CliError, ErrorKind};
use crate::exit::Exit;
use crate::render::{Screen, Tone};
use pager::Answer;
use sanitise::{sanitise_json, sanitise_screen};

/// Prints answers, remarks and errors.
///
/// Printing never fails at the call: the first failure is kept, further output is dropped, and
/// [`Ui::finish`] reports it.
pub struct Ui {
    settings: UiSettings,
    answer: Box<Answer>,
    remarks: Box<dyn Write>,
    failure: Option<io::Error>,
    /// The width of the line that says how far something is, in characters; 0 without one.
    progress_width: usize,
    /// What was said while the terminal belonged to a full screen.
    held: Option<String>,
    /// What is to be made of the JSON of the answer.
    filter: Option<Box<Filter>>,
}

impl Ui {
    /// Takes the streams of the process.
    pub fn of_process(flags: &UiFlags) -> Self {
        let settings = UiSettings::new(flags, Streams::of_process());
        let answer = BufWriter::with_capacity(64 * 1024, io::stdout());
        Self::new(settings, Box::new(answer), Box::new(io::stderr()))
    }

    /// Prints to the given streams; tests give memory.
    pub fn new(settings: UiSettings, answer: Box<dyn Write>, remarks: Box<dyn Write>) -> Self {
        Self {
            settings,
            answer: Box::new(Answer::new(answer)),
            remarks,
            failure: None,
            progress_width: 0,
            held: None,
            filter: None,
        }
    }

    /// Lets people read what is too long for their terminal with a pager.
    pub(crate) fn with_pager(mut self, pager: Option<Pager>) -> Self {
        if self.settings.output == OutputFormat::Table && self.settings.answer.terminal {
            self.answer.page_with(pager);
        }
        self
    }

    /// Makes something else of the JSON of the answer.
    pub(crate) fn with_filter(mut self, filter: Option<Filter>) -> Self {
        self.filter = filter.map(Box::new);
        self
    }

    /// Prints from now on whatever comes, for an answer that has no end.
    pub(crate) fn without_pager(&mut self) {
        self.flush();
        self.answer.page_with(None);
    }

    /// Returns how things are printed.
    pub const fn settings(&self) -> &UiSettings {
        &self.settings
    }

    /// Returns the form of the answer that was asked for.
    pub const fn output(&self) -> OutputFormat {
        self.settings.output
    }

    /// Returns what the answer is rendered for.
    pub const fn screen(&self) -> &Screen {
        &self.settings.answer
    }

    /// Returns what questions and remarks are rendered for.
    pub const fn beside(&self) -> &Screen {
        &self.settings.remarks
    }

    /// Says whether nobody reads the answer any more, so that making more of it is idle.
    pub fn is_closed(&self) -> bool {
        self.failure.is_some()
            || self
                .filter
                .as_ref()
                .is_some_and(|filter| filter.has_failed())
    }

    /// Prints the answer in the form that was asked for; `human` makes the screen for people.
    pub fn answer<T: Item>(
        &mut self,
        context: &Context,
        items: &[T],
        human: impl FnOnce(&Screen) -> String,
    ) {
        match self.settings.output {
            OutputFormat::Table => {
                let text = human(&self.settings.answer);
                self.print(&text);
            }
            OutputFormat::Json => self.write_json(envelope::document(context, items)),
            OutputFormat::Jsonl | OutputFormat::Id => {
                for item in items {
                    self.item(item, |_| String::new());
                }
            }
        }
    }

    /// Prints one item of an answer that has no end or is too long to keep, as soon as it is known.
    ///
    /// Such an answer has no envelope: under `-o json` each item is a line, as under `-o jsonl`.
    pub fn item<T: Item>(&mut self, item: &T, human: impl FnOnce(&Screen) -> String) {
        match self.settings.output {
            OutputFormat::Table => {
                let text = human(&self.settings.answer);
                self.print(&text);
            }
            OutputFormat::Json | OutputFormat::Jsonl => self.write_json(envelope::line(item)),
            OutputFormat::Id => {
                if let Some(id) = item.id() {
                    self.write_answer(&format!("{id}\n"));
                }
            }
        }
    }

    /// Prints text of the answer as it is, but for what could steer a terminal.
    ///
    /// A missing line feed at the end is added.
    pub fn print(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let color = self.settings.answer.color;
        let safe = sanitise_screen(text, color).into_owned();
        self.write_answer(&safe);
        if !safe.ends_with('\n') {
            self.write_answer("\n");
        }
    }

    /// Prints a file whose lines end with CR LF, as [`Ui::print`] prints other text.
    pub fn print_file(&mut self, text: &str) {
        for line in text.split_inclusive('\n') {
            match line.strip_suffix("\r\n") {
                Some(line) => {
                    let safe = sanitise_screen(line, false).into_owned();
                    self.write_answer(&safe);
                    self.write_answer("\r\n");
                }
                None => self.print(line),
            }
        }
    }

    /// Prints what is for programs only and no text; never for a terminal.
    pub fn print_bytes(&mut self, bytes: &[u8]) {
        debug_assert!(
            !self.settings.answer.terminal,
            "bytes could steer a terminal"
        );
        if self.failure.is_none() {
            let result = self.answer.write_all(bytes);
            self.keep_failure(result);
        }
    }

    /// Prints a line of JSON of the answer that was made elsewhere, with what could steer a terminal
    /// escaped.
    pub fn json_line(&mut self, line: &str) {
        self.print_json(line);
    }

    /// Suggests what to type next, on stderr.
    pub fn hint(&mut self, text: &str) {
        if self.settings.hints {
            self.remark("hint", "Hint:", Tone::Accent, text);
        }
    }

    /// Says something worth knowing beside the answer, on stderr.
    pub fn note(&mut self, text: &str) {
        self.remark("note", "", Tone::Plain, text);
    }

    /// Warns of something that may be wrong, on stderr; `-q` does not silence it.
    pub fn warning(&mut self, text: &str) {
        self.write_remark("warning", "Warning:", Tone::Warning, text);
    }

    /// Asks something on stderr, without a line feed; only where a person can answer.
    ///
    /// Keeps the colours that [`Ui::beside`] allows: what comes from people is made harmless before.
    pub fn question(&mut self, text: &str) {
        self.flush();
        let text = sanitise_screen(text, self.settings.remarks.color).into_owned();
        self.write_stderr(&text);
    }

    /// Says how far something long is, on a line of its own that the next one replaces.
    ///
    /// Only where a person looks at stderr.
    pub fn progress(&mut self, text: &str) {
        if !self.settings.remarks.terminal || self.settings.quiet || self.settings.output.is_json()
        {
            return;
        }
        self.flush();
        let text = sanitise(text).into_owned();
        let width = text.chars().count();
        let blanks = " ".repeat(self.progress_width.saturating_sub(width));
        self.write_stderr(&format!("\r{text}{blanks}"));
        self.progress_width = width;
    }

    /// Takes the line of [`Ui::progress`] away.
    pub fn progress_ends(&mut self) {
        if self.progress_width > 0 {
            let blanks = " ".repeat(self.progress_width);
            self.write_stderr(&format!("\r{blanks}\r"));
            self.progress_width = 0;
        }
    }

    /// Prints an error on stderr and returns how the process must end.
    pub fn error(&mut self, error: &CliError) -> Exit {
        match error.kind() {
            ErrorKind::BrokenPipe => {}
            ErrorKind::User | ErrorKind::Config | ErrorKind::Usage | ErrorKind::Internal => {
                self.flush();
                let text = if self.settings.output.is_json() {
                    json_line(&error.to_json())
                } else {
                    error.to_text(&self.settings.remarks, self.settings.verbose > 0)
                };
                self.write_stderr(&text);
            }
        }
        error.exit()
    }

    /// Takes the terminal for a screen that is drawn over and over, until it is dropped and
    /// [`Ui::end_full_screen`] is called. What is said meanwhile is said then.
    ///
    /// # Errors
    /// When the terminal cannot be steered.
    pub(crate) fn full_screen(&mut self) -> Result<FullScreen, CliError> {
        self.flush();
        let screen = FullScreen::open().map_err(|error| {
            CliError::config("no-full-screen", "this terminal cannot be drawn on")
                .caused_by(&error)
                .with_hint("--plain prints the frames instead")
        })?;
        self.held = Some(String::new());
        Ok(screen)
    }

    /// Says what was held back while there was a full screen.
    pub(crate) fn end_full_screen(&mut self) {
        if let Some(held) = self.held.take()
            && !held.is_empty()
        {
            self.write_stderr(&held);
        }
    }

    /// Sends what is buffered of the answer to its reader.
    pub fn flush(&mut self) {
        let result = self.answer.flush();
        self.keep_failure(result);
    }

    /// Ends the answer.
    ///
    /// # Errors
    /// When a part of it could not be written: of kind [`ErrorKind::BrokenPipe`] when the reader
    /// went away, else with the cause.
    pub fn finish(&mut self) -> Result<(), CliError> {
        self.flush();
        if let Some(failure) = self.filter.as_mut().and_then(|filter| filter.failure()) {
            return Err(failure);
        }
        match self.failure.take() {
            None => Ok(()),
            Some(failure) if failure.kind() == io::ErrorKind::BrokenPipe => {
                if self.answer.is_paged() {
                    // Who leaves a pager has read enough, and the command has ended as it did.
                    return Ok(());
                }
                Err(CliError::broken_pipe())
            }
            Some(failure) => Err(CliError::config(
                "output-failed",
                "the answer could not be written",
            )
            .caused_by(&failure)),
        }
    }

    fn remark(&mut self, kind: &'static str, label: &str, tone: Tone, text: &str) {
        if !self.settings.quiet {
            self.write_remark(kind, label, tone, text);
        }
    }

    fn write_remark(&mut self, kind: &'static str, label: &str, tone: Tone, text: &str) {
        self.flush();
        let line = if self.settings.output.is_json() {
            json_line(&RemarkLine {
                kind,
                message: text,
            })
        } else if label.is_empty() {
            format!("{}\n", sanitise_lines(text))
        } else {
            let label = self.settings.remarks.paint(tone, label);
            format!("{label} {}\n", sanitise_lines(text))
        };
        self.write_stderr(&line);
    }

    fn write_json(&mut self, json: serde_json::Result<String>) {
        match json {
            Ok(json) => self.print_json(&json),
            Err(error) => self.keep_failure(Err(error.into())),
        }
    }

    /// Prints a document or line of JSON, or what the filter makes of it.
    fn print_json(&mut self, json: &str) {
        match &mut self.filter {
            None => self.write_answer(&sanitise_json(json)),
            Some(filter) => {
                let lines = filter.apply(json, self.settings.answer.terminal);
                self.write_answer(&lines);
            }
        }
    }

    fn write_answer(&mut self, text: &str) {
        if self.failure.is_none() {
            let result = self.answer.write_all(text.as_bytes());
            self.keep_failure(result);
        }
    }

    fn write_stderr(&mut self, text: &str) {
        if let Some(held) = &mut self.held {
            held.push_str(text);
            return;
        }
        // There is nowhere left to say that stderr is gone.
        self.remarks.write_all(text.as_bytes()).ok();
        self.remarks.flush().ok();
    }

    fn keep_failure(&mut self, result: io::Result<()>) {
        if let Err(error) = result {
            self.failure.get_or_insert(error);
        }
    }
}

/// Returns what `-o json` prints, ending in a line feed.
///
/// # Errors
/// Whatever serialising an item gives; the items of this program always serialise.
pub fn document<T: Item>(context: &Context, items: &[T]) -> serde_json::Result<String> {
    envelope::document(context, items).map(|text| sanitise_json(&text).into_owned())
}

/// Returns an item as the line that `-o jsonl` prints, ending in a line feed.
///
/// # Errors
/// Whatever serialising an item gives; the items of this program always serialise.
pub fn line<T: Item>(item: &T) -> serde_json::Result<String> {
    envelope::line(item).map(|line| sanitise_json(&line).into_owned())
}

/// Something said beside the answer, in machine output.
#[derive(Serialize, JsonSchema)]
struct RemarkLine<'a> {
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["hint", "note", "warning"]))]
    kind: &'static str,
    message: &'a str,
}

fn json_line(line: &impl Serialize) -> String {
    let json = serde_json::to_string(line).expect("strings and numbers always serialise");
    format!("{}\n", sanitise_json(&json))
}

#[cfg(test)]
mod tests;
