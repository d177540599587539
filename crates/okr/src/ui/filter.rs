//! The filter of `--jq`: a program in the language of jq that makes something else of an answer.

use jaq_core::compile::{Errors, Undefined};
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Native, Vars, data, unwrap_valr};
use jaq_json::{Val, read};

use super::sanitise::{sanitise_json, sanitise_lines};
use crate::error::CliError;

/// What a filter knows beside the answer: nothing.
type Data = data::JustLut<Val>;

/// A filter that was understood.
pub(crate) struct Filter {
    compiled: jaq_core::compile::Filter<Native<Data>>,
    /// Why it failed; nothing is filtered any more then.
    failure: Option<CliError>,
}

impl Filter {
    /// Understands a filter.
    ///
    /// # Errors
    /// A usage error that says what was expected, and before what.
    pub(crate) fn new(text: &str) -> Result<Self, CliError> {
        let definitions = jaq_core::defs()
            .chain(jaq_std::defs())
            .chain(jaq_json::defs());
        let functions = jaq_core::funs()
            .chain(jaq_std::funs())
            .chain(jaq_json::funs());
        let arena = Arena::default();
        let file = File {
            code: text,
            path: (),
        };
        let modules = Loader::new(definitions).load(&arena, file);
        let modules = modules.map_err(|errors| misread(text, &errors))?;
        let compiled = Compiler::default().with_funs(functions).compile(modules);
        Ok(Self {
            compiled: compiled.map_err(|errors| unknown(&errors))?,
            failure: None,
        })
    }

    /// Filters a document or line of JSON; what comes of it stands on lines.
    ///
    /// A text comes out bare, so that a script can use it as it is; on a terminal it cannot steer
    /// that. Everything else is JSON. When it fails, what came out before that is returned.
    pub(super) fn apply(&mut self, json: &str, terminal: bool) -> String {
        if self.has_failed() {
            return String::new();
        }
        let (lines, ended) = self.made(json, terminal);
        self.failure = ended.err();
        lines
    }

    /// Says whether it failed.
    pub(super) const fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Takes why it failed.
    pub(super) const fn failure(&mut self) -> Option<CliError> {
        self.failure.take()
    }

    fn made(&self, json: &str, terminal: bool) -> (String, Result<(), CliError>) {
        let mut lines = String::new();
        let answer = match read::parse_single(json.as_bytes()) {
            Ok(answer) => answer,
            Err(error) => return (lines, Err(failed(&error.to_string()))),
        };
        let context = Ctx::<Data>::new(&self.compiled.lut, Vars::new([]));
        for made in self.compiled.id.run((context, answer)).map(unwrap_valr) {
            match made {
                Ok(Val::TStr(text)) => {
                    let text = String::from_utf8_lossy(&text);
                    if terminal {
                        lines += &sanitise_lines(&text);
                    } else {
                        lines += &text;
                    }
                }
                Ok(value) => lines += &sanitise_json(&value.to_string()),
                Err(error) => return (lines, Err(failed(&error.to_string()))),
            }
            lines.push('\n');
        }
        (lines, Ok(()))
    }
}

fn failed(why: &str) -> CliError {
    CliError::user("filter-failed", "the filter of --jq failed")
        .with_cause(why)
        .with_hint("-o json shows what the filter is given; okr schema describes it")
}

fn refused(what: &str) -> CliError {
    CliError::usage("bad-filter", format!("the filter of --jq {what}"))
        .with_hint("--jq takes a filter in the language of jq, such as '.items[].title'")
}

/// Says where a filter cannot be read.
fn misread(text: &str, errors: &load::Errors<&str, ()>) -> CliError {
    let (expected, rest) = match errors.first().map(|(_, error)| error) {
        Some(load::Error::Lex(faults)) => match faults.first() {
            Some((expected, rest)) => (expected.as_str(), *rest),
            None => ("something else", ""),
        },
        Some(load::Error::Parse(faults)) => match faults.first() {
            Some((expected, rest)) => (expected.as_str(), *rest),
            None => ("something else", ""),
        },
        Some(load::Error::Io(_)) => return refused("names a file, and can read none"),
        None => ("something else", ""),
    };
    // What is missing at the end has no place in the text.
    if rest.is_empty() {
        return refused(&format!("ends too early: {expected} is missing"));
    }
    let before = load::span(text, rest).start.min(text.len());
    let column = text
        .get(..before)
        .map_or(0, |before| before.chars().count())
        + 1;
    let short: String = rest.chars().take(20).collect();
    refused(&format!(
        "cannot be read at character {column}: {expected} is expected, not \"{short}\""
    ))
}

/// Says which word of a filter means nothing.
fn unknown(errors: &Errors<&str, ()>) -> CliError {
    let first = errors.first().and_then(|(_, faults)| faults.first());
    let what = match first {
        Some((name, Undefined::Filter(0))) => format!("uses \"{name}\", which is unknown"),
        Some((name, Undefined::Filter(given))) => {
            format!("uses \"{name}\" with {given} arguments, which is unknown")
        }
        Some((name, _)) => format!("uses \"{name}\", which stands for nothing there"),
        None => "means nothing".to_owned(),
    };
    refused(&what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = r#"{"items":[{"slug":"a","n":1},{"slug":"b\u001b[2J\nc","n":null}]}"#;

    fn filtered(filter: &str, terminal: bool) -> String {
        let mut filter = Filter::new(filter).unwrap();
        let lines = filter.apply(ANSWER, terminal);
        assert!(!filter.has_failed());
        lines
    }

    #[test]
    fn texts_come_out_bare_and_everything_else_as_json() {
        assert_eq!(filtered(".items[0].slug", false), "a\n");
        assert_eq!(filtered(".items[].n", false), "1\nnull\n");
        assert_eq!(filtered(".items[0]", false), "{\"slug\":\"a\",\"n\":1}\n");
        assert_eq!(filtered(".items | map(.slug) | length", false), "2\n");
        assert_eq!(filtered("empty", false), "");
        assert_eq!(filtered(r#".items[0] | "\(.slug) \(.n)""#, false), "a 1\n");
    }

    #[test]
    fn a_program_gets_a_text_as_it_is_and_a_terminal_is_not_steered() {
        assert_eq!(filtered(".items[1].slug", false), "b\u{1b}[2J\nc\n");
        assert_eq!(filtered(".items[1].slug", true), "b\\x1b[2J\nc\n");
        assert!(!filtered(".items[1]", true).contains('\u{1b}'));
    }

    #[test]
    fn what_cannot_be_understood_says_where() {
        for (filter, said) in [
            (".items[", "ends too early"),
            (".items[].slug)", "at character 14"),
            ("if . then 1", "else or end"),
            (
                ".items | nothing_like_this",
                "\"nothing_like_this\", which is unknown",
            ),
            (".items | map(1; 2)", "\"map\" with 2 arguments"),
            ("$unknown", "$unknown"),
            ("import \"a\" as a; .", "can read none"),
        ] {
            let error = Filter::new(filter).err().unwrap();
            assert!(error.message().contains(said), "{filter}: {error}");
            assert_eq!(error.exit(), crate::exit::Exit::Usage);
        }
    }

    #[test]
    fn what_fails_half_way_keeps_what_came_before() {
        let mut filter = Filter::new(".items[].slug, (.items | .slug)").unwrap();
        let lines = filter.apply(ANSWER, false);
        assert!(lines.starts_with("a\nb"), "{lines}");
        assert_eq!(filter.apply(ANSWER, false), "", "it has failed");
        let error = filter.failure().unwrap();
        assert_eq!(
            (error.code(), error.exit()),
            ("filter-failed", crate::exit::Exit::Error)
        );
    }
}
