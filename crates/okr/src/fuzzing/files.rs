//! Plan files, tables, histories and settings.

use std::fs;

use okr_testkit::fuzz::Fuzz;

use crate::plan::{Form, Source};
use crate::settings::Settings;
use crate::table::{Asked, Columns, Commas, Field, Row, Shape, day, moment, number};

/// What separates things in a table, and names of columns.
const TABLE_WORDS: [&str; 12] = [
    ",",
    ";",
    "\t",
    "\"",
    "\"\"",
    "\n",
    "sep=;",
    "value",
    "key result",
    "=1+1",
    "1.234,5",
    "01/02/2026",
];

const TABLES: [&str; 5] = [
    "Objective,Key result,Baseline,Target,Unit,Owner,Due\nFast,p99,480,200.5,ms,ana,2026-12-01\n",
    "M\u{e5}l;N\u{f8}kkelresultat;Fra;Til\n\"Rask; overalt\";p99;480;200,5\n;\"si \"\"hei\"\"\";1;2\n",
    "sep=|\nkey result|date|value|confidence|note\np99|2026-10-11|420.10|6|\"two\nlines\"\n",
    "\u{feff}title\towner\tweight\r\nFast\tana\t2\r\n",
    "key result,milestones,authored_at,tags\nLaunch,Design; Build x2,2026-10-01T12:00:00Z,\"a, b\"\n",
];

const ROWS: [&str; 3] = [
    r#"[{"objective": "Fast", "key result": "p99", "baseline": 480, "target": 2.005e2, "due": "2026-12-01"},
  {"key result": "si \"hei\" \u00e5\ud83e\udd80", "baseline": null, "target": -1, "tags": ["a", "b"]}]"#,
    "{\"key_result\": \"p99\", \"on\": \"2026-10-11\", \"value\": \"420,10\", \"unblocked\": true}\n{\"value\": 3, \"confidence\": 6}\n",
    r#"[{"title": "Launch", "milestones": ["Design", "Build x2"], "more": {"deep": [[], {}, 1.5]}, "team": ""}]"#,
];

const SETTINGS: &str = "\
# Mine.
workspace = \"acme\"

[ui]
color = 'never'
ascii = true

[alias]
week = \"report weekly --format md\"
";

/// Returns the blocks of a document that stand in a language.
fn blocks<'d>(document: &'d str, language: &str) -> Vec<&'d str> {
    let begin = format!("\n```{language}\n");
    let blocks = document.split(begin.as_str()).skip(1);
    blocks
        .filter_map(|rest| rest.split("\n```").next())
        .collect()
}

/// Reads a plan and its comments, or says what is wrong at places that are there; says whether it is a plan.
fn read_plan(form: Form, text: &str) -> bool {
    let Err(faults) = form.parse(text) else {
        let _comments = form.comments(text);
        return true;
    };
    // YAML begins a line after a carriage return, too.
    let lines = text.split(['\n', '\r']).count() + 1;
    for fault in &faults.0 {
        assert!(fault.at.line <= lines, "{fault:?}");
    }
    let source = Source { name: "plan", text };
    assert!(!faults.lines(source, 0).is_empty());
    false
}

fn plans(form: Form, language: &str, words: &[&str]) {
    let document = include_str!("../../PLAN.md");
    let whole = |block: &&str| block.contains("format: okr-plan/1");
    let seeds: Vec<&str> = blocks(document, language)
        .into_iter()
        .filter(whole)
        .collect();
    let mut good = 0;
    Fuzz::new(&format!("plan as {language}"), seeds)
        .words(words.iter().copied())
        .text(|text| good += usize::from(read_plan(form, text)));
    assert!(good > 10, "inputs go deep: {good}");
}

#[test]
fn plans_in_yaml() {
    let words = [
        "\n  - ",
        ": ",
        "measure: ",
        "from: ",
        "at_most: ",
        "|\n",
        "&a ",
        "*a",
        "!!str ",
        "? ",
        "{",
        "}",
        "[",
        "- {title: ",
        "weight: ",
        "~",
        "'",
        "until: ",
    ];
    plans(Form::Yaml, "yaml", &words);
}

#[test]
fn plans_in_markdown() {
    let words = [
        "\n## ",
        "\n- ",
        "\n  - ",
        "{#",
        "{#id:",
        "}",
        "@",
        " -> ",
        "\n> ",
        "<!--",
        "-->",
        "```",
        "(due ",
        ": at most ",
        ": zones",
        ": milestones",
        "---\n",
        "(weight ",
    ];
    plans(Form::Markdown, "markdown", &words);
}

#[test]
fn files_of_history() {
    let small = include_str!("../../examples/student-class.yaml");
    let words = [
        "\n  - ", ": ", "{", "}", "[", "&a ", "*a", "!!str ", "<<: ", "'", "format: ",
    ];
    Fuzz::new("history file", [small])
        .words(words)
        .text(|text| {
            drop(crate::history_file::parse("a.yaml", text));
        });
}

/// Reads every row in the way an import does, and says how many there were.
fn read_table(text: &str) -> usize {
    let open = || Ok(text.as_bytes());
    let Ok(Some(shape)) = Shape::of(open, (None, &Asked::default())) else {
        return 0;
    };
    let Ok(mut rows) = shape.form.rows(text.as_bytes()) else {
        return 0;
    };
    let mut count = 0;
    while let Ok(Some(row)) = rows.next() {
        count += 1;
        read_row(&shape.columns, &row);
    }
    count
}

fn read_row(columns: &Columns, row: &Row) {
    drop(columns.fits(row));
    assert!(row.line > 0);
    for field in Field::ALL {
        let Some(cell) = columns.cell(row, *field) else {
            continue;
        };
        assert!(cell.line >= row.line && cell.column > 0, "{cell:?}");
        drop(day(&cell.text));
        let _moment = moment(&cell.text);
        drop(number(&cell.text, Commas::Unsaid));
        drop(number(&cell.text, Commas::Decimal));
    }
}

#[test]
fn tables() {
    let mut rows = 0;
    Fuzz::new("table", TABLES)
        .words(TABLE_WORDS)
        .text(|text| rows += read_table(text));
    assert!(rows > 100, "{rows}");
}

#[test]
fn rows_as_json() {
    let words = [
        "[",
        "]",
        "{",
        "}",
        "\"",
        ":",
        ",",
        "null",
        "true",
        "\\ud800",
        "\\u0000",
        "1e308",
        "-0",
        "\n{\"value\": 1}",
    ];
    let mut rows = 0;
    Fuzz::new("rows as JSON", ROWS)
        .words(words)
        .text(|text| rows += read_table(text));
    assert!(rows > 20, "{rows}");
}

#[test]
fn settings_of_a_person() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config.toml");
    let words = [
        "[", "]", "[[", "=", "\"\"\"", "'''", "ui.", "alias.", "{", "1_000", "inf", "\\u", "color",
        "week",
    ];
    let mut good = 0;
    Fuzz::new("settings", [SETTINGS])
        .words(words)
        .bytes(|text| {
            fs::write(&file, text).unwrap();
            good += usize::from(Settings::load(&file, None).is_ok());
        });
    assert!(good > 10, "{good}");
}
