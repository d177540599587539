//! What `okr` says when it cannot do what was asked.
//!
//! Three parts: one sentence, what caused it, and what to type next. A stable code word and an exit
//! code come with it for scripts. Printing is the business of [`Ui`](crate::ui::Ui).

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::exit::Exit;
use crate::render::{Screen, Tone};
use crate::ui::sanitise_lines;

/// Whose move it is after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The person asked for something that cannot be done.
    User,
    /// A setting or a file of the environment is wrong.
    Config,
    /// The command line cannot be understood.
    Usage,
    /// The reader of the answer went away; said to nobody.
    BrokenPipe,
    /// An assumption of the program broke.
    Internal,
}

/// An error as people and scripts see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError(Box<Parts>);

/// Boxed, so that a `Result` of the many functions that give this error stays small.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    kind: ErrorKind,
    code: Cow<'static, str>,
    message: String,
    details: Vec<String>,
    causes: Vec<String>,
    hints: Vec<String>,
    request: Option<String>,
    exit: Exit,
}

impl CliError {
    /// Says that what the person asked for cannot be done; ends with [`Exit::Error`] by default.
    ///
    /// `code` is a stable word such as `ambiguous-ref`; `message` is one sentence without a full
    /// stop.
    pub fn user(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::User, code.into(), message.into(), Exit::Error)
    }

    /// Says that a setting or file of the environment is wrong; ends with [`Exit::Error`].
    pub fn config(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, code.into(), message.into(), Exit::Error)
    }

    /// Says that the command line cannot be understood; ends with [`Exit::Usage`].
    pub fn usage(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, code.into(), message.into(), Exit::Usage)
    }

    /// Says that an assumption of the program broke; ends with [`Exit::Error`].
    pub fn internal(message: impl Into<String>) -> Self {
        let code = Cow::Borrowed("internal");
        Self::new(ErrorKind::Internal, code, message.into(), Exit::Error)
    }

    /// Says that the reader of the answer went away, which is silent and ends with [`Exit::Ok`].
    pub fn broken_pipe() -> Self {
        let message = "the reader of the answer went away".to_owned();
        Self::new(
            ErrorKind::BrokenPipe,
            "broken-pipe".into(),
            message,
            Exit::Ok,
        )
    }

    fn new(kind: ErrorKind, code: Cow<'static, str>, message: String, exit: Exit) -> Self {
        Self(Box::new(Parts {
            kind,
            code,
            message,
            details: Vec::new(),
            causes: Vec::new(),
            hints: Vec::new(),
            request: None,
            exit,
        }))
    }

    /// Sets how the process ends.
    pub fn with_exit(mut self, exit: Exit) -> Self {
        self.0.exit = exit;
        self
    }

    /// Adds a line of facts under the message, such as one candidate of an ambiguous reference.
    pub fn with_detail(mut self, line: impl Into<String>) -> Self {
        self.0.details.push(line.into());
        self
    }

    /// Names the request that the server refused, as its log does.
    pub fn with_request(mut self, id: impl Into<String>) -> Self {
        self.0.request = Some(id.into());
        self
    }

    /// Adds an error and everything that caused it to the chain of causes.
    pub fn caused_by(mut self, error: &(dyn std::error::Error + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            self.0.causes.push(error.to_string());
            next = error.source();
        }
        self
    }

    /// Adds one cause in words.
    pub fn with_cause(mut self, cause: impl Into<String>) -> Self {
        self.0.causes.push(cause.into());
        self
    }

    /// Adds what to type next.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hints.push(hint.into());
        self
    }

    /// Puts what to type next in place of what was said so far.
    pub(crate) fn with_hint_instead(mut self, hint: impl Into<String>) -> Self {
        self.0.hints = vec![hint.into()];
        self
    }

    /// Returns whose move it is.
    pub const fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the stable code word.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// Returns the sentence.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns what to type next.
    pub fn hints(&self) -> &[String] {
        &self.0.hints
    }

    /// Returns how the process ends.
    pub const fn exit(&self) -> Exit {
        self.0.exit
    }

    /// Renders the error for people, ending in a line feed.
    ///
    /// `verbose` adds the code word. Text that came from other people is made harmless here.
    pub fn to_text(&self, screen: &Screen, verbose: bool) -> String {
        let label = |tone, word| screen.paint(tone, word);
        let mut first = format!(
            "{} {}",
            label(Tone::Bad, "Error:"),
            indented(&self.0.message)
        );
        if verbose {
            let code = sanitise_lines(&self.0.code);
            first = format!("{first} [{code}, exit {}]", self.0.exit.code());
        }
        let mut lines = vec![first];
        lines.extend(
            self.0
                .details
                .iter()
                .map(|detail| format!("  {}", indented(detail))),
        );
        let cause = label(Tone::Strong, "Caused by:");
        lines.extend(
            self.0
                .causes
                .iter()
                .map(|text| format!("{cause} {}", indented(text))),
        );
        if let Some(id) = &self.0.request {
            let request = label(Tone::Strong, "Request:");
            lines.push(format!("{request} {}", sanitise_lines(id)));
        }
        let hint = label(Tone::Accent, "Hint:");
        lines.extend(
            self.0
                .hints
                .iter()
                .map(|text| format!("{hint} {}", indented(text))),
        );
        lines.push(String::new());
        lines.join("\n")
    }

    /// Renders the error for programs: one object, to be printed on one line.
    pub fn to_json(&self) -> ErrorLine<'_> {
        ErrorLine {
            kind: "error",
            code: &self.0.code,
            exit: self.0.exit.code(),
            message: &self.0.message,
            details: &self.0.details,
            causes: &self.0.causes,
            hints: &self.0.hints,
            request: self.0.request.as_deref(),
        }
    }
}

/// Keeps further lines of a part under it.
fn indented(text: &str) -> String {
    sanitise_lines(text).replace('\n', "\n  ")
}

impl fmt::Display for CliError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl std::error::Error for CliError {}

/// An error in machine output.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErrorLine<'a> {
    #[serde(rename = "type")]
    #[schemars(extend("const" = "error"))]
    kind: &'static str,
    /// A stable word for what is wrong, such as `ambiguous-ref`.
    code: &'a str,
    /// How the process ends (`okr help exit-codes`).
    exit: u8,
    /// What could not be done, in one sentence.
    message: &'a str,
    /// Facts, such as the candidates of an ambiguous reference.
    details: &'a [String],
    /// What caused it, the nearest cause first.
    causes: &'a [String],
    /// What to type next.
    hints: &'a [String],
    /// Only where the server answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ambiguous() -> CliError {
        CliError::user("ambiguous-ref", "\"api\" matches 2 key results")
            .with_exit(Exit::NotFound)
            .with_detail("vmkp  api-p99   p99 latency\u{1b}[2J")
            .with_detail("wqtl  api-docs  API pages")
            .with_hint("okr checkin api-p99 300")
    }

    #[test]
    fn people_get_the_sentence_the_facts_and_the_next_step() {
        insta::assert_snapshot!(ambiguous().to_text(&Screen::piped(), false), @r#"
        Error: "api" matches 2 key results
          vmkp  api-p99   p99 latency\x1b[2J
          wqtl  api-docs  API pages
        Hint: okr checkin api-p99 300
        "#);
    }

    #[test]
    fn causes_follow_the_chain_of_sources() {
        let refused = std::io::Error::other("connection refused");
        let error = CliError::user("server-unreachable", "okr.acme.dev did not answer")
            .with_exit(Exit::ServerUnreachable)
            .caused_by(&refused);
        insta::assert_snapshot!(error.to_text(&Screen::piped(), true), @r"
        Error: okr.acme.dev did not answer [server-unreachable, exit 7]
        Caused by: connection refused
        ");
    }

    #[test]
    fn programs_get_every_part_under_its_name() {
        let json = serde_json::to_string(&ambiguous().to_json()).unwrap();
        insta::assert_snapshot!(json, @r#"{"type":"error","code":"ambiguous-ref","exit":6,"message":"\"api\" matches 2 key results","details":["vmkp  api-p99   p99 latency\u001b[2J","wqtl  api-docs  API pages"],"causes":[],"hints":["okr checkin api-p99 300"]}"#);
    }
}
