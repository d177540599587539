//! A small index in memory: which texts a query fits, how well, and where.
//!
//! What the index on disk finds is looked at again here, and so is what it does not have. So there is
//! one judge of what fits, and the words of what is found need not be stored.

use std::ops::Range;

use rusqlite::{Connection, ToSql, params_from_iter};

use super::texts::{SPACE, TextField, Texts};
use crate::error::ReplicaError;

/// How many texts are in memory at once.
pub(super) const BATCH: usize = 2000;
/// What begins and ends a match in marked text; no text has such characters.
const MARKS: (char, char) = ('\u{1}', '\u{2}');

const TABLE: &str = "CREATE VIRTUAL TABLE texts USING fts5(
    title, description, measure, reflection, note, comment, reason,
    tokenize = 'unicode61 remove_diacritics 2'
)";
const INSERT: &str = "INSERT INTO texts
    (rowid, title, description, measure, reflection, note, comment, reason)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
/// A word in a title counts most, then the fields that say what a thing is.
const MATCH: &str = "SELECT rowid, bm25(texts, 16, 3, 3, 2, 2, 2, 2),
        highlight(texts, 0, ?2, ?3), highlight(texts, 1, ?2, ?3), highlight(texts, 2, ?2, ?3),
        highlight(texts, 3, ?2, ?3), highlight(texts, 4, ?2, ?3), highlight(texts, 5, ?2, ?3),
        highlight(texts, 6, ?2, ?3)
    FROM texts WHERE texts MATCH ?1 ORDER BY rowid";

/// A text that a query fits, and where it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextMatch {
    /// Which text.
    pub field: TextField,
    /// The whole text.
    pub text: String,
    /// The places in it, in bytes, in ascending order.
    pub marks: Vec<Range<usize>>,
}

/// Texts that a query fits.
#[derive(Debug)]
pub(super) struct Sifted {
    /// Their place among those that were given.
    pub(super) place: usize,
    /// How well it fits: what fits twice as well is one more.
    pub(super) rank: i32,
    pub(super) matches: Vec<TextMatch>,
}

/// Sifts texts by a query.
pub(super) struct Sieve {
    memory: Connection,
    expression: String,
}

impl Sieve {
    pub(super) fn new(expression: String) -> Result<Self, ReplicaError> {
        let memory = Connection::open_in_memory()?;
        memory.execute_batch("PRAGMA journal_mode = off")?;
        memory.execute_batch(TABLE)?;
        Ok(Self { memory, expression })
    }

    /// Returns those of the texts that the query fits, in their order.
    pub(super) fn sift<'t>(
        &self,
        texts: impl IntoIterator<Item = &'t Texts>,
    ) -> Result<Vec<Sifted>, ReplicaError> {
        let texts: Vec<&Texts> = texts.into_iter().collect();
        let mut sifted = Vec::new();
        for (number, batch) in texts.chunks(BATCH).enumerate() {
            self.sift_batch(batch, number * BATCH, &mut sifted)?;
        }
        Ok(sifted)
    }

    fn sift_batch(
        &self,
        batch: &[&Texts],
        first: usize,
        sifted: &mut Vec<Sifted>,
    ) -> Result<(), ReplicaError> {
        let db = self.memory.unchecked_transaction()?;
        let mut insert = db.prepare_cached(INSERT)?;
        for (place, texts) in batch.iter().enumerate() {
            insert_texts(&mut insert, row_number(place), texts)?;
        }
        let mut statement = db.prepare_cached(MATCH)?;
        let (open, close) = (MARKS.0.to_string(), MARKS.1.to_string());
        let mut rows = statement.query((&self.expression, open, close))?;
        while let Some(row) = rows.next()? {
            let place: i64 = row.get(0)?;
            let place = usize::try_from(place).map_err(ReplicaError::damaged)?;
            let score: f64 = row.get(1)?;
            let mut matches = Vec::new();
            for (column, field) in TextField::ALL.into_iter().enumerate() {
                let marked: Option<String> = row.get(column + 2)?;
                if let (Some(marked), Some(text)) = (marked, batch[place].get(field)) {
                    let marks = marks(text, &marked);
                    let text = text.to_owned();
                    matches.extend((!marks.is_empty()).then_some(TextMatch { field, text, marks }));
                }
            }
            sifted.push(Sifted {
                place: first + place,
                rank: rank(score),
                matches,
            });
        }
        drop(rows);
        db.execute("DELETE FROM texts", [])?;
        drop((statement, insert));
        db.commit()?;
        Ok(())
    }
}

fn row_number(place: usize) -> i64 {
    i64::try_from(place).expect("a batch is small")
}

/// Writes texts into an index, under a number.
pub(super) fn insert_texts(
    statement: &mut rusqlite::Statement<'_>,
    number: i64,
    texts: &Texts,
) -> Result<(), ReplicaError> {
    let columns = texts.columns();
    let columns = columns.iter().map(|text| text as &dyn ToSql);
    statement.execute(params_from_iter(
        std::iter::once(&number as &dyn ToSql).chain(columns),
    ))?;
    Ok(())
}

/// Makes steps of a score, which is the more below zero the better a text fits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "logarithms of finite numbers are small"
)]
fn rank(score: f64) -> i32 {
    (-score).max(f64::MIN_POSITIVE).log2().floor() as i32
}

/// Finds the marks of a marked text in the text as it is, without what was put in for cutting it.
fn marks(text: &str, marked: &str) -> Vec<Range<usize>> {
    let mut marks = Vec::new();
    let (mut at, mut begun, mut end) = (0, None, 0);
    for character in marked.chars() {
        if character == MARKS.0 {
            begun = None;
            end = at;
            marks.push(at..at);
        } else if character == MARKS.1 {
            if let (Some(begun), Some(last)) = (begun, marks.last_mut()) {
                *last = begun..end;
            }
        } else if text[at..].starts_with(character) {
            if character != SPACE {
                begun.get_or_insert(at);
                end = at + character.len_utf8();
            }
            at += character.len_utf8();
        }
    }
    marks.retain(|mark| !mark.is_empty());
    marks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::search::Query;

    fn texts(note: &str) -> Texts {
        Texts::of_reason(note)
    }

    fn sift(query: &str, all: &[&str]) -> Vec<Vec<String>> {
        let expression = Query::parse(query).unwrap().expression(&TextField::ALL);
        let texts: Vec<Texts> = all.iter().copied().map(texts).collect();
        let sifted = Sieve::new(expression).unwrap().sift(&texts).unwrap();
        let marked = |one: &TextMatch| {
            let pieces = one
                .marks
                .iter()
                .map(|mark| one.text[mark.clone()].to_owned());
            pieces.collect()
        };
        sifted.iter().map(|one| marked(&one.matches[0])).collect()
    }

    #[test]
    fn words_are_found_without_case_and_accents_and_marked_as_they_are() {
        assert_eq!(
            sift("mal", &["Nye Mål, gamle mål", "maltid"]),
            [["Mål", "mål"]]
        );
        assert_eq!(sift("ØRSTA", &["i ørsta"]), [["ørsta"]]);
        assert_eq!(sift("\"ny CDN\"", &["en ny cdn", "cdn ny"]), [["ny cdn"]]);
        assert_eq!(
            sift("deploy*", &["deployment, deploys"]),
            [["deployment", "deploys"]]
        );
        assert_eq!(sift("api-p99", &["the API P99", "p99 api"]), [["API P99"]]);
    }

    #[test]
    fn scripts_without_blanks_are_found_by_any_row_of_characters() {
        assert_eq!(sift("標達", &["目標達成率 80%", "達標"]), [["標達"]]);
        assert_eq!(
            sift("キャッシュ", &["エッジキャッシュの改善"]),
            [["キャッシュ"]]
        );
        assert_eq!(sift("목표", &["새로운 목표를 세웠다"]), [["목표"]]);
        assert_eq!(sift("a標 80", &["b目a標x 80"]), [["a標", "80"]]);
    }

    #[test]
    fn what_fits_twice_as_well_is_a_step_better() {
        assert_eq!(rank(-2.0), rank(-1.0) + 1);
        assert_eq!(rank(-1.5e-6), rank(-1.6e-6));
        assert!(rank(0.0) < rank(-1e-9));
    }

    #[test]
    fn more_than_a_batch_is_sifted_whole() {
        let all: Vec<String> = (0..BATCH + 2).map(|n| format!("note {n}")).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        assert_eq!(sift("note", &all).len(), BATCH + 2);
        assert_eq!(sift(&format!("{}", BATCH + 1), &all).len(), 1);
    }

    proptest! {
        #[test]
        fn nothing_that_is_typed_is_an_error(query in any::<String>(), text in "[^\\p{Cc}]*") {
            if let Ok(query) = Query::parse(&query) {
                let sieve = Sieve::new(query.expression(&TextField::ALL)).unwrap();
                for found in sieve.sift(&[texts(&text)]).unwrap() {
                    for mark in &found.matches[0].marks {
                        prop_assert!(text.get(mark.clone()).is_some());
                    }
                }
            }
        }

        #[test]
        fn a_text_is_found_by_each_of_its_words(words in proptest::collection::vec("[a-zøæå目標0-9]{1,6}", 1..6)) {
            let text = words.join(", ");
            for word in &words {
                let found = sift(word, &[&text]);
                prop_assert!(!found.is_empty() && found[0].iter().any(|mark| mark.contains(word.as_str())), "{word} in {text}");
            }
        }
    }
}
