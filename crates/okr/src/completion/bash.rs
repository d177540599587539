//! Completion in bash, which knows neither words as they were typed nor help texts.
//!
//! bash cuts words at `:`, `=` and `@`, so the script hands over the line itself. Help texts are shown
//! where bash only lists candidates and does not insert one of them.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap_complete::engine::CompletionCandidate;
use clap_complete::env::EnvCompleter;

use crate::command_line;
use crate::render::{Screen, fit, text_width};

/// The line up to the cursor.
const LINE: &str = "_OKR_LINE";
/// How it was asked: `63`, `33` and `64` for a list.
const TYPE: &str = "_OKR_TYPE";
/// The characters at which bash cuts words.
const BREAKS: &str = "_OKR_BREAKS";
/// The width of the terminal.
const COLUMNS: &str = "_OKR_COLUMNS";

/// The columns that a candidate takes at most beside its help text.
const VALUE_WIDTH_MAX: usize = 32;

/// bash, from 3.2 on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bash;

const SCRIPT: &str = r#"_okr_complete() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <(
        VARIABLE=bash _OKR_LINE="${COMP_LINE:0:COMP_POINT}" _OKR_TYPE="$COMP_TYPE" \
            _OKR_BREAKS="$COMP_WORDBREAKS" _OKR_COLUMNS="${COLUMNS:-80}" \
            PROGRAM -- "${COMP_WORDS[@]}" 2> /dev/null
    )
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/:] ]]; then
        compopt -o nospace 2> /dev/null
    fi
}
if ((BASH_VERSINFO[0] > 4 || (BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] >= 4))); then
    complete -o nosort -F _okr_complete NAME
else
    complete -F _okr_complete NAME
fi
"#;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn is(&self, name: &str) -> bool {
        name == "bash"
    }

    fn write_registration(
        &self,
        variable: &str,
        _name: &str,
        bin: &str,
        completer: &str,
        script: &mut dyn Write,
    ) -> io::Result<()> {
        let program = format!("'{}'", completer.replace('\'', "'\\''"));
        let text = SCRIPT
            .replace("VARIABLE", variable)
            .replace("PROGRAM", &program)
            .replace("NAME", bin);
        script.write_all(text.as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut clap::Command,
        given: Vec<OsString>,
        current_directory: Option<&Path>,
        reply: &mut dyn Write,
    ) -> io::Result<()> {
        let variable = |name: &str| std::env::var(name).ok();
        let line = variable(LINE);
        let words = match &line {
            Some(line) => words(line).into_iter().map(OsString::from).collect(),
            None => given,
        };
        let last = words.len().saturating_sub(1);
        let candidates = clap_complete::engine::complete(command, words, last, current_directory)?;
        let raw = line.as_deref().map_or("", raw_word);
        let breaks = variable(BREAKS).unwrap_or_default();
        let columns = variable(COLUMNS).and_then(|columns| columns.parse().ok());
        let lists = variable(TYPE).is_some_and(|kind| matches!(kind.as_str(), "63" | "33" | "64"));
        let kept = kept_by_bash(raw, &breaks);
        let lines = lines(&candidates, kept, lists.then(|| columns.unwrap_or(80)));
        reply.write_all(lines.as_bytes())
    }
}

/// Returns the line that a script of bash hands over; none where another shell asks.
pub(super) fn line<'e>(variable: impl Fn(&str) -> Option<&'e str>) -> Option<&'e str> {
    variable(LINE)
}

/// Writes candidates without what bash keeps of the typed word; with help texts for a list.
fn lines(candidates: &[CompletionCandidate], kept: usize, list_width: Option<usize>) -> String {
    let value = |candidate: &CompletionCandidate| -> String {
        let value = candidate.get_value().to_string_lossy().into_owned();
        value.chars().skip(kept).collect()
    };
    let width = candidates
        .iter()
        .map(|candidate| text_width(&value(candidate)))
        .max()
        .unwrap_or(0)
        .min(VALUE_WIDTH_MAX);
    let mut lines = String::new();
    for candidate in candidates {
        let mut line = value(candidate);
        let help = candidate.get_help().map(ToString::to_string);
        let help = help.as_deref().and_then(|help| help.lines().next());
        if let (Some(columns), Some(help), true) = (list_width, help, candidates.len() > 1) {
            let blanks = width.saturating_sub(text_width(&line)) + 2;
            let help = format!("{line}{}({help})", " ".repeat(blanks));
            line = fit(&help, columns.saturating_sub(1), &Screen::piped());
        }
        lines.push_str(line.trim_end());
        lines.push('\n');
    }
    lines
}

/// Counts the characters at the beginning of a word that bash leaves as they are: those up to the
/// last one at which it cuts words. `@` it cuts before.
fn kept_by_bash(raw: &str, breaks: &str) -> usize {
    let mut kept = 0;
    for (index, character) in raw.chars().enumerate() {
        if character == '@' && breaks.contains('@') {
            kept = index;
        } else if matches!(character, ':' | '=') && breaks.contains(character) {
            kept = index + 1;
        }
    }
    kept
}

/// Splits a line into words as a shell does; the last one is the one that is typed.
pub(super) fn words(line: &str) -> Vec<String> {
    command_line::words(line).0
}

/// Returns the last word of a line as it was typed.
fn raw_word(line: &str) -> &str {
    line.rsplit([' ', '\t']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(value: &str, help: &str) -> CompletionCandidate {
        CompletionCandidate::new(value).help(Some(help.to_owned().into()))
    }

    #[test]
    fn a_line_is_split_as_bash_splits_it() {
        assert_eq!(words("okr show "), ["okr", "show", ""]);
        assert_eq!(words("okr  show\tap"), ["okr", "show", "ap"]);
        assert_eq!(
            words(r#"okr -m "it's in" 'a b'\ c"#),
            ["okr", "-m", "it's in", "a b c"]
        );
        assert_eq!(words(r#"okr "" x"#), ["okr", "", "x"]);
        assert_eq!(words(r#"okr --owner="@an"#), ["okr", "--owner=@an"]);
    }

    #[test]
    fn what_bash_keeps_of_a_word_is_not_said_again() {
        let breaks = " \t\n\"'@><=;|&(:";
        assert_eq!(kept_by_bash("api", breaks), 0);
        assert_eq!(kept_by_bash("2026-Q3:api", breaks), 8);
        assert_eq!(kept_by_bash("--owner=@an", breaks), 8);
        assert_eq!(kept_by_bash("@an", breaks), 0);
        assert_eq!(kept_by_bash("2026-Q3:api", " \t\n"), 0);
        assert_eq!(lines(&[candidate("2026-Q3:api", "x")], 8, None), "api\n");
    }

    #[test]
    fn help_is_shown_where_bash_only_lists() {
        let goals = [
            candidate("api-p99", "312 → 200 ms"),
            candidate("docs", "3 steps"),
        ];
        assert_eq!(lines(&goals, 0, None), "api-p99\ndocs\n");
        insta::assert_snapshot!(lines(&goals, 0, Some(80)), @r"
        api-p99  (312 → 200 ms)
        docs     (3 steps)
        ");
        assert!(
            lines(&goals, 0, Some(16))
                .lines()
                .all(|line| text_width(line) < 16)
        );
        // What is the only one is inserted.
        assert_eq!(lines(&goals[..1], 0, Some(80)), "api-p99\n");
    }
}
