//! Tables in JSON: rows, cells and mistakes, with where they stand.

use proptest::prelude::{any, prop, prop_assert_eq, proptest};

use super::*;
use crate::table::without_guard;

/// Reads the rows of a text, where names of fields have their meaning.
fn rows(text: &[u8]) -> Result<Vec<Row>, ReadFault> {
    let Some((mut names, first)) = Names::read(text)? else {
        return Ok(Vec::new());
    };
    for (place, cell) in first.cells.iter().enumerate() {
        if let Some(field) = Field::from_word(&cell.text) {
            names.mean(place, field);
        }
    }
    let mut reader = JsonReader::new(text, &names);
    let mut rows = Vec::new();
    while let Some(row) = reader.next()? {
        rows.push(row);
    }
    assert!(reader.next()?.is_none(), "the end stays the end");
    Ok(rows)
}

fn texts(text: &str) -> Vec<Vec<String>> {
    let rows = rows(text.as_bytes()).unwrap();
    let text = |row: Row| row.cells.into_iter().map(|cell| cell.text).collect();
    rows.into_iter().map(text).collect()
}

fn wrong(text: &[u8]) -> Wrong {
    match rows(text) {
        Err(ReadFault::Wrong(wrong)) => wrong,
        Err(ReadFault::Io(error)) => panic!("{error}"),
        Ok(rows) => {
            let wrong = rows.into_iter().find_map(|row| row.wrong);
            wrong.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(text)))
        }
    }
}

#[test]
fn an_array_and_objects_one_after_the_other_are_the_same_rows() {
    let expected = [
        ["docs", "12.50", ""],
        ["api", "", "true"],
        ["", "-0.5e3", ""],
    ];
    let objects = [
        r#"{"key_result": "docs", "value": 12.50}"#,
        r#"{"key_result":"api","value":null,"unblocked":true}"#,
        r#"{ "value" : -0.5e3 , "unblocked":null}"#,
    ];
    assert_eq!(texts(&objects.join("\n")), expected);
    assert_eq!(texts(&objects.concat()), expected);
    assert_eq!(
        texts(&format!("\u{feff}[{}]\n", objects.join(",\r\n"))),
        expected
    );
    for empty in ["", " \n", "[]", "[ ]\n"] {
        assert!(texts(empty).is_empty(), "{empty:?}");
    }
}

#[test]
fn texts_are_what_json_says_they_are() {
    let line = r#"{"note": "a\"b\\c\/d\n\té\u00e9\ud83d\ude00", "Colour": [{"x": [1, {}]}, "y"]}"#;
    assert_eq!(texts(line), [["a\"b\\c/d\n\té\u{e9}\u{1f600}", ""]]);
}

#[test]
fn a_text_with_the_apostrophe_of_an_export_keeps_it() {
    for text in ["'=1", "''", "'a", "=1", "-5", "'"] {
        let cell = texts(&serde_json::json!([{"title": text}]).to_string());
        assert_eq!(without_guard(&cell[0][0]), text);
    }
}

#[test]
fn lists_are_for_tags_and_milestones() {
    let line = r#"{"tags": ["a", "b"], "milestones": ["One", "Two=2"], "title": "x"}"#;
    assert_eq!(texts(line), [["a b", "One; Two=2", "x"]]);
    assert_eq!(
        texts(r#"{"tags": [], "milestones": "One; Two"}"#),
        [["", "One; Two"]]
    );
    for (line, column, message) in [
        (
            r#"{"tags": ["a b"]}"#,
            11,
            "a part of this list may not have a blank in it",
        ),
        (
            r#"{"milestones": ["a;b"]}"#,
            17,
            "a part of this list may not have \";\" in it",
        ),
        (
            r#"{"tags": ["a", null]}"#,
            16,
            "a list here has texts and numbers only",
        ),
        (
            r#"{"tags": ["a", ["b"], "c d"]}"#,
            16,
            "a list here has texts and numbers only",
        ),
        (
            r#"{"title": ["a"]}"#,
            11,
            "a list stands where a text or a number is wanted",
        ),
        (
            r#"{"value": {"number": 1}}"#,
            11,
            "an object stands where a text or a number is wanted",
        ),
        (
            r#"{"title": true}"#,
            11,
            "true stands where a text or a number is wanted",
        ),
        (
            r#"{"kr": "a", "kr": "b"}"#,
            13,
            "\"kr\" stands twice in one object",
        ),
    ] {
        let found = wrong(line.as_bytes());
        assert_eq!(
            (found.message.as_str(), found.column),
            (message, column),
            "{line}"
        );
    }
}

#[test]
fn a_row_that_is_wrong_does_not_hide_the_next_ones() {
    let rows =
        rows(b"[{\"title\": {\"a\": [1]}},\n {\"title\": [2]},\n {\"title\": \"x\"}]").unwrap();
    let wrong: Vec<_> = rows
        .iter()
        .map(|row| row.wrong.as_ref().map(|wrong| wrong.line))
        .collect();
    assert_eq!(wrong, [Some(1), Some(2), None]);
    assert_eq!(rows[2].line, 3);
    assert_eq!((rows[2].cells[0].line, rows[2].cells[0].column), (3, 12));
}

/// Demands that each text is refused at its place.
fn refused(cases: &[(&[u8], (usize, usize), &str)]) {
    for (text, place, message) in cases {
        let found = wrong(text);
        let shown = String::from_utf8_lossy(&text[..text.len().min(40)]);
        assert_eq!(found.message, *message, "{shown}");
        assert_eq!((found.line, found.column), *place, "{shown}");
    }
}

#[test]
fn a_slip_in_commas_and_brackets_is_told_at_its_place() {
    let deep = format!("{{\"a\": {}", "[".repeat(DEPTH));
    refused(&[
        (b"[{\"a\": 1},\n]", (1, 10), "nothing follows this comma"),
        (b"{\"a\": 1,}", (1, 8), "nothing follows this comma"),
        (
            b"[{\"a\": 1}\n{}]",
            (2, 1),
            "an object stands where a comma or \"]\" is wanted",
        ),
        (
            b"[{\"a\": 1}",
            (1, 10),
            "the end of the file stands where a comma or \"]\" is wanted",
        ),
        (
            b"{\"a\": 1",
            (1, 8),
            "the end of the file stands where a comma or \"}\" is wanted",
        ),
        (
            b"[1]",
            (1, 2),
            "\"1\" stands where a row, which is an object, is wanted",
        ),
        (
            b"[{}] x",
            (1, 6),
            "\"x\" stands where nothing more is wanted",
        ),
        (
            b"{a: 1}",
            (1, 2),
            "\"a\" stands where a name in double quotes is wanted",
        ),
        (b"{\"a\" 1}", (1, 6), "\"1\" stands where a colon is wanted"),
        (
            b"{\"a\":\n}",
            (2, 1),
            "\"}\" stands where a value is wanted",
        ),
        (
            deep.as_bytes(),
            (1, 71),
            "more than 64 values stand in each other",
        ),
    ]);
}

#[test]
fn a_slip_in_a_value_is_told_at_its_place() {
    let long = format!("{{\"a\": \"{}", "x".repeat(1 << 17));
    refused(&[
        (b"{\"a\": None}", (1, 7), "\"None\" is no value in JSON"),
        (b"{\"a\": 01}", (1, 7), "\"01\" is no number in JSON"),
        (
            b"{\"a\": .5}",
            (1, 7),
            "\".\" stands where a value is wanted",
        ),
        (b"{\"a\": 1.}", (1, 7), "\"1.\" is no number in JSON"),
        (
            b"{\"a\": \"x\ny\"}",
            (1, 7),
            "this text is not closed on its line",
        ),
        (
            b"{\"a\": \"x\ty\"}",
            (1, 9),
            "a control character stands in a text",
        ),
        (b"{\"a\": \"x", (1, 7), "this text is never closed"),
        (
            b"{\"a\": \"\\x\"}",
            (1, 8),
            "a backslash means nothing before that",
        ),
        (
            b"{\"a\": \"\\ud800\"}",
            (1, 8),
            "this stands for no character",
        ),
        (
            b"{\"a\": \"\\udc00\\ud800\"}",
            (1, 8),
            "this stands for no character",
        ),
        (b"{\"\xc3\xa5\": \"\xc3\"}", (1, 8), "the file is not UTF-8"),
        (b"\xff\xfe[\0", (1, 1), "the file is UTF-16"),
        (long.as_bytes(), (1, 7), "a text has more than 64 KiB"),
    ]);
}

/// More arrays than may stand in each other.
const DEPTH: usize = 65;

#[test]
fn the_names_of_all_rows_are_limited() {
    let row = |from: usize| {
        let members = (from..from + 600).map(|number| format!("\"n{number}\": 0"));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    };
    assert_eq!(
        wrong(format!("{}\n{}", row(0), row(500)).as_bytes()).line,
        2
    );
    assert_eq!(
        rows(format!("{}\n{}", row(0), row(400)).as_bytes())
            .unwrap()
            .len(),
        2
    );
}

type Objects = Vec<serde_json::Map<String, serde_json::Value>>;

proptest! {
    /// What another program writes is read, whatever stands in it.
    #[test]
    fn what_is_written_is_read_back(titles in proptest::collection::vec(any::<String>(), 1..5)) {
        let objects = titles.iter().map(|title| serde_json::json!({ "title": title }));
        let objects: Vec<_> = objects.collect();
        let lines: Vec<String> = objects.iter().map(ToString::to_string).collect();
        let array = serde_json::to_string_pretty(&objects).unwrap();
        for text in [lines.join("\n"), array] {
            let read = texts(&text);
            let read = read.iter().map(|cells| without_guard(&cells[0]).to_owned());
            prop_assert_eq!(&read.collect::<Vec<_>>(), &titles);
        }
    }

    /// A damaged file is read exactly where another reader takes it for the same.
    #[test]
    fn damage_is_found_or_is_none(at in any::<prop::sample::Index>(), put in "[\\[\\]{}\",:.0-9ent\\\\ \n-]{0,2}") {
        let whole = r#"[{"title": "a\nb", "tags": ["x", 1]}, {"weight": 0.5, "note": null}]"#;
        let at = at.index(whole.len());
        let text = format!("{}{put}{}", &whole[..at], &whole[at + 1..]);
        let by_another: Result<Objects, _> = serde_json::from_str(&text);
        // Objects without an array around them are rows, too.
        let is_array = text.trim_start().starts_with('[');
        prop_assert_eq!(rows(text.as_bytes()).is_ok() && is_array, by_another.is_ok(), "{}", text);
    }
}
