//! Compares what a page shows with what was seen, where only what is different in each run may differ.
//!
//! A server makes its key, its login codes and with them its hashes anew each time, on another port. The page shows
//! those of one run: whatever stands where it shows one must be of the same kind, and the same wherever the page shows
//! the same. How long something took may be another number as wide.

use std::collections::BTreeMap;

/// The line that stands for any number of lines.
const ELIDED: &str = "...";

/// What stands on the page, and what stands for it in this run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    seen: BTreeMap<String, String>,
}

/// The kinds of things that are different in each run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A login code: six groups of four letters and digits.
    Code,
    /// A hash in hexadecimal digits: whole, the beginning of it, as it is read aloud, or of a key.
    Hash,
    /// The id of something that a server made.
    Id,
    /// A key of a server, or a signature: a long word in base64.
    Key,
}

impl Names {
    /// Says that something stands for something on the page.
    pub(crate) fn set(&mut self, page: &str, run: &str) {
        self.seen.insert(page.to_owned(), run.to_owned());
    }

    /// Turns words of the page into those of this run.
    pub(crate) fn of_run(&self, text: &str) -> String {
        let swap = |text: String, (page, run): (&String, &String)| text.replace(page, run);
        self.seen.iter().fold(text.to_owned(), swap)
    }

    /// Turns words of this run into those of the page.
    pub(crate) fn of_page(&self, text: &str) -> String {
        let swap = |text: String, (page, run): (&String, &String)| text.replace(run, page);
        self.seen.iter().fold(text.to_owned(), swap)
    }

    /// Says whether a page shows these lines. What it shows of things not met before is remembered.
    pub(crate) fn same<T: AsRef<str>>(&mut self, page: &[T], run: &[T]) -> bool {
        let Some((first, rest)) = page.split_first() else {
            return run.is_empty();
        };
        if first.as_ref() == ELIDED {
            return (0..=run.len()).any(|skipped| self.same(rest, &run[skipped..]));
        }
        let Some((line, others)) = run.split_first() else {
            return false;
        };
        let before = self.clone();
        let same = self.same_line(first.as_ref(), line.as_ref()) && self.same(rest, others);
        if !same {
            *self = before;
        }
        same
    }

    fn same_line(&mut self, page: &str, run: &str) -> bool {
        let (page, run) = (page.trim_end(), self.of_page(run.trim_end()));
        if page == run {
            return true;
        }
        let (page, run) = (words(page), words(&run));
        page.len() == run.len()
            && (0..page.len()).all(|index| {
                let (shown, seen) = (page[index], run[index]);
                shown == seen
                    || self.learn(shown, seen)
                    || (shown.len() == seen.len()
                        && is_elapsed(&page, index)
                        && is_elapsed(&run, index))
            })
    }

    /// Takes a word of this run for one of the page, if both are of one kind and neither is known.
    fn learn(&mut self, page: &str, run: &str) -> bool {
        // A word of this run that is known stands here as the page has it.
        let known = self.seen.contains_key(page) || self.seen.contains_key(run);
        let alike = kind(page).is_some() && kind(page) == kind(run) && page.len() == run.len();
        if known || !alike {
            return false;
        }
        self.set(page, run);
        true
    }
}

/// Splits a line into words and what is between them. A point belongs to a word between two digits only.
fn words(line: &str) -> Vec<&str> {
    let is_digit = |at: usize| line.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let inside = |(at, c): (usize, char)| {
        let in_number = c == '.' && at > 0 && is_digit(at - 1) && is_digit(at + 1);
        c.is_ascii_alphanumeric() || "-+/=".contains(c) || in_number
    };
    let mut words = Vec::new();
    let mut begin = 0;
    let mut before = None;
    for (at, c) in line.char_indices() {
        let is_inside = inside((at, c));
        if before.is_some_and(|before| before != is_inside) {
            words.push(&line[begin..at]);
            begin = at;
        }
        before = Some(is_inside);
    }
    words.push(&line[begin..]);
    words
}

/// Says whether a word is how long something took: seconds with decimals, in a column of their own.
fn is_elapsed(words: &[&str], index: usize) -> bool {
    let is_number = |word: &str| word.split('.').all(|part| part.parse::<u32>().is_ok());
    let before = index.checked_sub(1).and_then(|before| words.get(before));
    before.is_some_and(|blanks| blanks.ends_with("  "))
        && words[index].contains('.')
        && is_number(words[index])
        && words[index + 1..].starts_with(&[" ", "s"])
}

fn kind(word: &str) -> Option<Kind> {
    let groups: Vec<&str> = word.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let is_upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    if lengths == [4; 6] && groups.concat().chars().all(is_upper) {
        return Some(Kind::Code);
    }
    if lengths == [8, 4, 4, 4, 12] {
        return Some(Kind::Id);
    }
    let is_hash = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
    };
    let is_key_id = word
        .strip_prefix("okrd+")
        .is_some_and(|id| id.len() == 8 && is_hash(id));
    if is_key_id || lengths == [4; 10] || (word.len() >= 8 && is_hash(word)) {
        return Some(Kind::Hash);
    }
    (word.len() >= 40 && groups.len() == 1).then_some(Kind::Key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODES: [&str; 3] = [
        "9819-V5XS-PKWE-3MZQ-45X3-3ZC8",
        "0819-V5XS-PKWE-3MZQ-45X3-3ZC8",
        "1819-V5XS-PKWE-3MZQ-45X3-3ZC8",
    ];

    #[test]
    fn what_differs_in_each_run_is_the_same_everywhere() {
        let mut names = Names::default();
        let [page, run, other] = CODES.map(|code| format!("code {code}, once"));
        assert!(names.same(&[&page], &[&run]));
        assert!(names.same(&[&page], &[&run]));
        assert!(!names.same(&[&page], &[&other]), "another code than before");
        assert!(!names.same(&[&other], &[&run]), "one code for two");
        assert_eq!(names.of_run(&page), run);
        assert_eq!(names.of_page(&run), page);
    }

    #[test]
    fn any_other_difference_is_one() {
        let mut names = Names::default();
        for (page, run) in [
            ("312 ms", "313 ms"),
            ("a\tb", "a b"),
            ("  a", "a"),
            ("9c41f0e7 ana", "9c41f0e7 ben"),
            ("9c41f0e7", "9c41f0e71"),
            (CODES[0], "9c41f0e7"),
            ("now 0.2 s", "now 0.3 s"),
            ("took   0.2 s", "took   10.2 s"),
        ] {
            assert!(!names.same(&[page], &[run]), "{page} is not {run}");
        }
        assert!(names.same(&["took   0.2 s"], &["took   0.3 s"]));
        assert!(!names.same(&["a"], &["a", "b"]));
        assert!(!names.same(&["a", "b"], &["a"]));
        assert!(
            names.same(&["a"], &["a  "]),
            "blanks at the end are not seen"
        );
    }

    #[test]
    fn lines_that_do_not_matter_may_be_left_out() {
        let mut names = Names::default();
        for run in [&["a", "z"][..], &["a", "b", "c", "z"]] {
            assert!(names.same(&["a", "...", "z"], run), "{run:?}");
        }
        assert!(!names.same(&["a", "...", "z"], &["a", "b"]));
        assert!(names.same(&["..."], &[] as &[&str]));
    }
}
