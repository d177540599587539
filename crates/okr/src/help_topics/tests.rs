//! The texts fit a terminal, and what they promise is what the code does.

use clap::Parser as _;
use jiff::civil::date;
use jiff::tz::TimeZone;
use okr_core::value::WeekStart;

use super::*;
use crate::args::Arguments;
use crate::command_line;
use crate::when::{Clock, When, WhenError, echo, parse_when};

fn clock() -> Clock {
    Clock {
        now: "2026-11-23T11:36:00+01:00".parse().unwrap(),
        zone: TimeZone::get("Europe/Berlin").unwrap(),
        week_start: WeekStart::Monday,
    }
}

#[test]
fn every_text_fits_eighty_columns_and_ends_its_line() {
    for topic in Topic::ALL {
        let text = topic.text();
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{topic:?}");
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{topic:?}: {line}");
            assert!(line.trim_end() == line, "{topic:?}: {line:?}");
        }
    }
}

#[test]
fn the_words_are_those_of_the_command_line() {
    for topic in Topic::ALL {
        assert_eq!(Topic::from_str(topic.word(), false), Ok(topic));
    }
    assert_eq!(Topic::value_variants(), Topic::ALL);
}

/// Returns the examples in the first column of a text: indented by two, up to two blanks.
fn examples(text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("  "));
    let mut examples = Vec::new();
    for line in lines.filter(|line| !line.starts_with([' ', '{', '}']) && line.contains("  ")) {
        let mut columns: Vec<&str> = line.split("  ").filter(|part| !part.is_empty()).collect();
        columns.pop();
        examples.extend(
            columns
                .iter()
                .map(|example| example.trim().trim_matches('"').to_owned()),
        );
    }
    examples
}

#[test]
fn every_date_in_the_help_is_read() {
    let found = examples(&Topic::Dates.text());
    assert!(found.len() > 25, "{found:?}");
    for example in &found {
        assert!(parse_when(example, &clock()).is_ok(), "{example}");
    }
    assert!(found.contains(&"2 weeks ago".to_owned()));
}

#[test]
fn what_the_help_on_dates_says_is_so() {
    let clock = clock();
    assert_eq!(parse_when("fri", &clock), Ok(When::Day(date(2026, 11, 20))));
    assert_eq!(
        parse_when("2026", &clock).unwrap().days(&clock).unwrap().0,
        date(2026, 1, 1)
    );
    assert_eq!(parse_when("#2026", &clock), Ok(When::Position(2026)));
    for refused in ["01/02/2026", "next friday", "3m ago"] {
        assert!(matches!(
            parse_when(refused, &clock),
            Err(WhenError::Ambiguous { .. })
        ));
    }
    let read_back = echo(
        "last friday",
        &parse_when("last friday", &clock).unwrap(),
        &clock,
    );
    assert!(Topic::Dates.text().contains(&read_back.unwrap()));
}

#[test]
fn every_exit_code_and_variable_is_listed() {
    let codes = Topic::ExitCodes.text();
    assert!(
        Exit::ALL
            .iter()
            .all(|exit| codes.contains(&format!("{:>5}  ", exit.code())))
    );
    insta::assert_snapshot!(codes, @r"
    Exit codes of okr

    A code does not depend on the form of output. Codes that are not listed are
    failures. The code word of an error is shown with -v and with -o json.

        0  Done. A reader that stops early, like head, is no error either.
        1  An error that has no code of its own.
        2  The command line cannot be understood, or gives a value that cannot be.
        3  The command worked, and the condition it checks is not met.
        4  You are not logged in, or the login or its code expired.
        5  You are logged in, but may not do this.
        6  A reference fits nothing, or more than one thing.
        7  The server did not answer, and this command cannot do without it.
        8  Changes are in conflict, and this command needs them decided.
        9  History is damaged, was rewritten, or fails its proof.
       10  Another process held the local replica for too long. Try again.
       11  Client and server are of versions that do not fit.
      130  Stopped with Ctrl-C. Nothing half-done is left behind.
    ");
    let environment = Topic::Environment.text();
    for name in ["OKR_NOW", "OKR_WIDTH", "NO_COLOR"] {
        assert!(environment.contains(&format!("\n  {name}\n")), "{name}");
    }
}

#[test]
fn every_value_in_the_help_is_read() {
    let found = examples(&Topic::Values.text());
    assert!(found.len() > 15, "{found:?}");
    for example in &found {
        assert!(crate::value_text::parse_value(example).is_ok(), "{example}");
    }
}

#[test]
fn every_command_in_the_help_is_one() {
    let mut count = 0;
    for topic in Topic::ALL {
        let text = topic.text().replace("\\\n", " ");
        for line in text.lines().filter_map(|line| line.strip_prefix("  okr ")) {
            // What it does stands beside it, after two blanks.
            let line = line.trim_start().split("  ").next().unwrap();
            let mut words = command_line::split(line).unwrap();
            words.insert(0, "okr".to_owned());
            let parsed = Arguments::try_parse_from(words);
            let parsed = parsed.unwrap_or_else(|error| panic!("{topic:?}: {line}: {error}"));
            assert!(parsed.command.is_some(), "{topic:?}: {line}");
            count += 1;
        }
    }
    assert!(count > 40, "only {count} commands were found");
}
