//! The command line as it is kept: as it was typed, without secrets.

use std::ffi::OsString;

/// What stands for something that is not kept.
const HIDDEN: &str = "***";
/// How much of a command line is kept, in characters.
const LENGTH_MAX: usize = 500;
/// How a token begins, and how many characters follow at least.
const TOKEN: (&str, usize) = ("okr_", 16);

/// The command of which nothing but what kind of thing it erases is kept.
const ERASES: &str = "erase";

/// Words in the names of flags whose values are secrets.
const SECRETS: [&str; 4] = ["code", "token", "password", "secret"];
/// Flags whose values often carry secrets of other programs.
const FOREIGN: [&str; 1] = ["--exec"];

/// Writes a command line as it could be typed again, but for what is secret in it.
pub(crate) fn kept(words: &[OsString]) -> String {
    let mut line = String::from("okr");
    let mut hide_next = false;
    let erases = words.iter().position(|word| word == ERASES);
    for (index, word) in words.iter().enumerate().skip(1) {
        let word = word.to_string_lossy();
        // What was erased must not stay in the note that it was.
        if erases.is_some_and(|erases| index > erases + 1) {
            line.push(' ');
            line.push_str(HIDDEN);
            break;
        }
        let shown = if hide_next {
            HIDDEN.to_owned()
        } else {
            match word.split_once('=') {
                Some((flag, _)) if hides(flag) => format!("{flag}={HIDDEN}"),
                Some(_) | None => without_secrets(&word),
            }
        };
        hide_next = !hide_next && hides(&word);
        line.push(' ');
        // What is hidden stands out better without quotes.
        let is_hidden = shown.ends_with(HIDDEN);
        line.push_str(&if is_hidden { shown } else { typed(&shown) });
    }
    match line.char_indices().nth(LENGTH_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Writes words as a line that can be typed again.
pub(crate) fn joined(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| typed(word)).collect();
    words.join(" ")
}

/// Splits a line into its words, without quotes; none where a quote is not closed.
pub(crate) fn split(line: &str) -> Option<Vec<String>> {
    let (mut words, is_whole) = words(line.trim());
    if words.last().is_some_and(String::is_empty) && !line.trim().ends_with(['"', '\'']) {
        words.pop();
    }
    is_whole.then_some(words)
}

/// Splits a line into words as a shell does; the last one is empty after a blank. Says, too, whether
/// every quote is closed.
pub(crate) fn words(line: &str) -> (Vec<String>, bool) {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut is_word = false;
    let mut quote = None;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(end), _) if character == end => quote = None,
            (None, '\'' | '"') => {
                quote = Some(character);
                is_word = true;
            }
            (None | Some('"'), '\\') => {
                word.extend(characters.next());
                is_word = true;
            }
            (None, ' ' | '\t') => {
                if is_word {
                    words.push(std::mem::take(&mut word));
                }
                is_word = false;
            }
            (_, _) => {
                word.push(character);
                is_word = true;
            }
        }
    }
    words.push(word);
    (words, quote.is_none())
}

/// Says whether the value of a flag is not kept.
fn hides(flag: &str) -> bool {
    let Some(name) = flag.strip_prefix("--") else {
        return false;
    };
    // A file is named, or standard input is read: that is no secret.
    let elsewhere = name.ends_with("-file") || name.ends_with("-stdin");
    FOREIGN.contains(&flag) || (!elsewhere && SECRETS.iter().any(|word| name.contains(word)))
}

/// Takes a token, and the password of an address, out of a word, wherever somebody put them.
fn without_secrets(word: &str) -> String {
    let mut word = word.to_owned();
    if let Some((scheme, rest)) = word.split_once("://") {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        if let Some(at) = rest[..end].rfind('@') {
            word = format!("{scheme}://{HIDDEN}{}", &rest[at..]);
        }
    }
    let mut from = 0;
    while let Some(begin) = word[from..]
        .find(TOKEN.0)
        .map(|at| from + at + TOKEN.0.len())
    {
        let is_part =
            |character: &char| character.is_ascii_alphanumeric() || "_-".contains(*character);
        let length = word[begin..].chars().take_while(is_part).count();
        if length >= TOKEN.1 {
            word.replace_range(begin..begin + length, HIDDEN);
        }
        from = begin;
    }
    word
}

/// Returns a word as it has to be typed: in quotes where a shell would need them.
pub(crate) fn typed(word: &str) -> String {
    let is_plain =
        |character: char| character.is_alphanumeric() || "@%+=:,./-_".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(words: &[&str]) -> String {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        kept(&words)
    }

    #[test]
    fn it_can_be_typed_again() {
        assert_eq!(line(&["/usr/bin/okr"]), "okr");
        assert_eq!(
            line(&[
                "okr", "checkin", "api-p99", "-3", "-m", "it's in", "", "80%"
            ]),
            r"okr checkin api-p99 -3 -m 'it'\''s in' '' 80%"
        );
    }

    #[test]
    fn what_was_erased_is_not_named() {
        for words in [
            &["okr", "erase", "text", "fast.title", "-m", "x"][..],
            &["okr", "erase", "text", "--confirm=fast.title", "fast.title"],
        ] {
            assert_eq!(line(words), "okr erase text ***");
        }
        let elsewhere = ["okr", "-w", "acme", "erase", "person", "@ben"];
        assert_eq!(line(&elsewhere), "okr -w acme erase person ***");
    }

    #[test]
    fn secrets_are_left_out() {
        for words in [
            &["okr", "login", "--code", "KXTP-9Q2M"][..],
            &["okr", "login", "--code=KXTP-9Q2M"],
            &["okr", "clone", "https://ana:KXTP-9Q2M@okr.acme.dev/x"],
            &[
                "okr",
                "checkin",
                "x",
                "1",
                "-m",
                "okr_1234_KXTP-9Q2M0123456789abcdef",
            ],
            &["okr", "login", "--token", "KXTP-9Q2M"],
            &["okr", "watch", "--exec", "curl -u ana:KXTP-9Q2M"],
        ] {
            let line = line(words);
            assert!(!line.contains("9Q2M") && line.contains("***"), "{line}");
        }
        assert_eq!(
            line(&[
                "okr",
                "login",
                "--token-file",
                "t.txt",
                "--code-stdin",
                "acme"
            ]),
            "okr login --token-file t.txt --code-stdin acme"
        );
        assert_eq!(line(&["okr", "show", "okr_team"]), "okr show okr_team");
        assert_eq!(line(&["okr", "--code", "--code", "x"]), "okr --code *** x");
    }

    #[test]
    fn what_is_joined_is_split_again() {
        let words = ["list", "krs", "--owner", "@me", "it's", "", "a b"].map(str::to_owned);
        assert_eq!(split(&joined(&words)).as_deref(), Some(&words[..]));
        assert_eq!(split("  tree  "), Some(vec!["tree".to_owned()]));
        assert_eq!(split(""), Some(Vec::new()));
        assert_eq!(split("show 'x"), None);
    }

    #[test]
    fn a_long_line_is_cut() {
        let long = line(&["okr", "checkin", "x", "1", "-m", &"é".repeat(8000)]);
        assert_eq!(long.chars().count(), LENGTH_MAX + 1);
    }

    proptest! {
        #[test]
        fn no_code_is_kept_wherever_it_stands(
            before in proptest::collection::vec("[a-z]{1,4}", 0..3), code in "[A-Z0-9]{4}-[A-Z0-9]{4}",
        ) {
            let mut words = vec!["okr"];
            words.extend(before.iter().map(String::as_str));
            words.extend(["--code", &code]);
            prop_assert!(!line(&words).contains(&code));
        }
    }
}
