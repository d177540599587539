//! What people type, as a question to the index that is never an error of its syntax.

use super::texts::{TextField, spaced};

/// The most words and phrases that one query has.
const TERMS_MAX: usize = 64;

/// What is looked for: every one of some words and phrases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    terms: Vec<Term>,
}

/// Why a text is no query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// There is no letter and no digit in it.
    #[error("there is no word in it")]
    NoWord,
    /// It has too many words.
    #[error("it has more than {TERMS_MAX} words")]
    TooLong,
}

/// A word, or several that follow each other.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    text: String,
    /// Whether the last word may go on.
    prefix: bool,
}

impl Query {
    /// Reads words (all must occur), `"phrases"`, and beginnings with a star at the end: `deploy*`.
    ///
    /// Anything else is literal; what is no letter or digit separates words.
    ///
    /// # Errors
    /// [`QueryError`] when there is nothing, or too much, to look for.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let mut terms = Vec::new();
        // What stands between quotes is every second part.
        for (place, part) in text.split('"').enumerate() {
            if place % 2 == 1 {
                terms.push(Term::new(part));
                continue;
            }
            let part = match (part.strip_prefix('*'), terms.last_mut()) {
                (Some(rest), Some(phrase)) => {
                    phrase.prefix = true;
                    rest
                }
                (_, _) => part,
            };
            terms.extend(part.split_whitespace().map(|word| {
                let beginning = word.strip_suffix('*');
                Term {
                    prefix: beginning.is_some(),
                    ..Term::new(beginning.unwrap_or(word))
                }
            }));
        }
        terms.retain(|term| term.text.chars().any(char::is_alphanumeric));
        match terms.len() {
            0 => Err(QueryError::NoWord),
            1..=TERMS_MAX => Ok(Self { terms }),
            _ => Err(QueryError::TooLong),
        }
    }

    /// Writes the query in the language of FTS5, for some of the columns.
    pub(super) fn expression(&self, fields: &[TextField]) -> String {
        let columns: Vec<&str> = fields.iter().map(|field| field.word()).collect();
        let terms: Vec<String> = self.terms.iter().map(Term::expression).collect();
        format!("{{{}}} : ({})", columns.join(" "), terms.join(" AND "))
    }
}

impl Term {
    fn new(text: &str) -> Self {
        Self {
            // The language of FTS5 ends at a NUL, whatever stands around it.
            text: text.replace('\0', " "),
            prefix: false,
        }
    }

    fn expression(&self) -> String {
        let star = if self.prefix { " *" } else { "" };
        format!("\"{}\"{star}", spaced(&self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expression(text: &str) -> String {
        let query = Query::parse(text).unwrap();
        query.expression(&[TextField::Title, TextField::Note])
    }

    #[test]
    fn words_phrases_and_beginnings() {
        assert_eq!(expression("cdn"), r#"{title note} : ("cdn")"#);
        assert_eq!(
            expression(r#"edge "cdn contract" deploy*"#),
            r#"{title note} : ("edge" AND "cdn contract" AND "deploy" *)"#
        );
        assert_eq!(
            expression(r#"a"b c"*d"#),
            r#"{title note} : ("a" AND "b c" * AND "d")"#
        );
    }

    #[test]
    fn everything_else_is_literal() {
        assert_eq!(
            expression("NOT title:api-p99 ^x (y) NEAR/2"),
            r#"{title note} : ("NOT" AND "title:api-p99" AND "^x" AND "(y)" AND "NEAR/2")"#
        );
        assert_eq!(expression(r#""open"#), r#"{title note} : ("open")"#);
    }

    #[test]
    fn no_word_and_too_many_are_no_query() {
        for text in ["", "  ", "\"\"", "* - !", "\0"] {
            assert_eq!(Query::parse(text), Err(QueryError::NoWord), "{text:?}");
        }
        assert_eq!(Query::parse(&"a ".repeat(65)), Err(QueryError::TooLong));
    }
}
