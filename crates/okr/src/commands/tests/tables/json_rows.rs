//! The same rows as JSON.

use super::*;

/// Values as another program has them.
const VALUES: &str = r#"[
  {"Key result": "api-p99", "Date": "2026-10-12", "Value": 420, "Confidence": 5, "By": "ben"},
  {"Key result": "docs", "Date": "2026-11-02", "Value": "target", "id": 7, "Colour": {"r": [1]}},
  {"Key result": "new-cdn", "Date": "2026-11-02", "Value": "done 1 2", "Unblocked": true}
]"#;

#[test]
fn rows_as_json_are_the_same_rows() {
    let machine = Machine::with_goals();
    machine.done(&["member", "add", "ben", "--name", "Ben Ode"]);
    let path = machine.table("values.json", VALUES);
    let said = machine.run(&["import", &path, "-n"]);
    assert!(
        said.answer.contains("line 3  docs  2026-11-02  target"),
        "{}",
        said.answer
    );
    assert!(
        said.remarks.contains("columns left out: \"Colour\""),
        "{}",
        said.remarks
    );
    let item = &json(&machine, &["import", &path])["items"][0];
    assert_eq!(
        (&item["changes"], &item["table"]["separator"]),
        (&3.into(), &serde_json::Value::Null)
    );
    let values = json(&machine, &["checkin", "list", "api-p99"]);
    assert_eq!(values["items"][0]["on_behalf_of"]["handle"], "ben");
    // One object a line, in the order of another program, and as a table with separators.
    let lines = machine.table(
        "values.jsonl",
        "{\"by\":\"ben\",\"confidence\":5,\"value\":420,\"date\":\"2026-10-12\",\"kr\":\"api-p99\"}\n\
         {\"id\":\"7\",\"value\":\"target\",\"date\":\"2026-11-02\",\"kr\":\"docs\"}\n",
    );
    let table = machine.table("values.csv", "id,kr,date,value\n7,docs,2026-11-02,target\n");
    for path in [&path, &lines, &table] {
        assert_eq!(
            json(&machine, &["import", path])["items"][0]["changes"],
            0,
            "{path}"
        );
    }
}

#[test]
fn goals_as_json_have_lists() {
    let machine = empty("json");
    let path = machine.table(
        "goals.json",
        r#"[{"objective": "Fast", "title": "Runbooks", "tags": ["ops", "web"], "milestones": ["One", "Two=2"]},
            {"objective": null, "title": "p99", "from": 480, "to": 200.50, "unit": "ms"}]"#,
    );
    machine.done(&[&["import", &path][..], &REASON].concat());
    let krs = machine.done(&["export", "--kind", "krs", "-o", "csv"]);
    for part in [",One; Two=2,", ",ops web,", ",480,200.5,"] {
        assert!(krs.contains(part), "{part}: {krs}");
    }
}

#[test]
fn mistakes_in_json_are_told_with_line_and_column_and_nothing_is_written() {
    let machine = Machine::with_goals();
    let wrong = |text: &str, words: &[&str], exit| {
        let path = machine.table("wrong.json", text);
        let remarks = machine.refused(&[&["import", &path], words].concat(), exit);
        remarks.replace(&path, "wrong.json")
    };
    let remarks = wrong(
        "[\n {\"kr\": \"api-p99\", \"on\": \"2026-11-02\", \"value\": [1]},\n \
         {\"kr\": \"nowhere\", \"on\": \"2026-11-02\", \"value\": 1},\n {\"kr\": \"docs\", \"value\": true}\n]",
        &[],
        Exit::Error,
    );
    for says in [
        "wrong.json has 3 mistakes",
        "wrong.json:2:49: a list stands where a text or a number is wanted",
        "wrong.json:3:9: ",
        "wrong.json:4:26: true stands where",
        "nothing of this file was written",
    ] {
        assert!(remarks.contains(says), "{says}: {remarks}");
    }
    for (text, says) in [
        (
            "[{\"kr\": \"docs\", \"value\": 1},]",
            "wrong.json:1:28: nothing follows this comma",
        ),
        (
            "{\"schema\": \"okr.v1.ExportList\", \"items\": []}",
            "this is an answer of okr",
        ),
        ("[]", "wrong.json has no rows"),
        ("[{\"a\": 1}]", "names no columns of goals or check-ins"),
    ] {
        let remarks = wrong(text, &[], Exit::Error);
        assert!(remarks.contains(says), "{says}: {remarks}");
    }
    let remarks = wrong(VALUES, &["--decimal-comma"], Exit::Usage);
    assert!(remarks.contains("whose numbers have no comma"), "{remarks}");
    let remarks = wrong(VALUES, &["--separator", ";"], Exit::Usage);
    assert!(remarks.contains("with nothing between cells"), "{remarks}");
    assert_eq!(machine.done(&["checkin", "list", "docs", "-o", "id"]), "");
}
