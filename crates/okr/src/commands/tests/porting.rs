//! Sessions of `okr export` and `okr import`: what there is goes out whole, and comes back.

use super::*;

impl Machine {
    /// Names a file of this machine.
    fn file(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    fn written(&self, words: &[&str], name: &str) -> String {
        let to = self.file(name);
        let words: Vec<&str> = words.iter().copied().chain(["--to", &to]).collect();
        let said = self.run(&words);
        assert_eq!(said.exit, Exit::Ok, "{words:?}: {}", said.remarks);
        assert_eq!(said.answer, "");
        assert!(said.remarks.contains("wrote "), "{}", said.remarks);
        std::fs::read_to_string(&to).unwrap()
    }
}

/// A machine with goals of every kind, check-ins and comments; some texts are formulas, or look like markup.
fn with_history() -> Machine {
    let machine = Machine::with_goals();
    for line in [
        &[
            "checkin",
            "api-p99",
            "312.50",
            "-C",
            "6",
            "-m",
            "=cmd|' /C calc'!A0",
        ][..],
        &[
            "checkin",
            "new-cdn",
            "+1",
            "--blocker",
            "the contract, \"signed\"",
        ],
        &["checkin", "docs", "target"],
        &[
            "kr",
            "set",
            "api-p99",
            "--target",
            "150",
            "-m",
            "it says 150",
            "--category",
            "external-change",
        ],
        &["comment", "fast", "@all: a|b <b>bold</b>\nsecond line"],
        &[
            "member",
            "add",
            "ben",
            "--name",
            "Ben Ode",
            "--email",
            "ben@example.org",
        ],
        &["cycle", "add", "2027-Q1"],
        &[
            "objective",
            "add",
            "Later *goal*",
            "--slug",
            "later",
            "-c",
            "2027-Q1",
        ],
    ] {
        machine.done(line);
    }
    machine
}

/// Also with work in both cycles, and health metrics with values.
fn with_work() -> Machine {
    let machine = with_history();
    for line in [
        "initiative add Pool|connections --slug pool --kr api-p99 --kr new-cdn --due 2026-11-20",
        "kr add Painted -O later --slug painted --at-most 1",
        "initiative add Paint --kr painted --state done --url https://tracker.example/42",
        "metric add Churn --unit % --at-most 2 -t platform",
        "metric record churn 1.8 --on 2026-11-16",
        "metric record churn 2.5 -m =risky",
        "metric record churn 99",
        "metric retract churn -m mistyped",
        "metric add Unread --at-least 1",
        "metric archive unread",
    ] {
        machine.done(&line.split(' ').collect::<Vec<_>>());
    }
    machine
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn everything_there_is_stands_in_one_document() {
    let machine = with_history();
    let document = json(&machine.done(&["export"]));
    assert_eq!(document["schema"], "okr.v1.ExportList");
    let count = |kind: &str| {
        let items = document["items"].as_array().unwrap().iter();
        items.filter(|item| item["type"] == kind).count()
    };
    let counts = [
        "org",
        "person",
        "team",
        "cycle",
        "objective",
        "check_in",
        "comment",
    ]
    .map(count);
    assert_eq!(counts, [1, 2, 1, 2, 2, 3, 1]);
    assert_eq!(json(&machine.written(&["export"], "all.json")), document);
    let yaml = machine.written(&["export"], "all.yaml");
    let from_yaml: serde_json::Value = serde_saphyr::from_str(&yaml).unwrap();
    assert_eq!(from_yaml["items"], document["items"], "{yaml}");
    let krs = json(&machine.done(&["export", "--kind", "krs,cycles", "-c", "2026-Q4"]));
    let kinds: Vec<&str> = krs["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "cycle",
            "key_result",
            "key_result",
            "key_result",
            "key_result"
        ]
    );
    let lines = machine.done(&["export", "-o", "jsonl"]);
    assert_eq!(lines.lines().count(), 12);
}

#[test]
fn a_table_has_exact_numbers_and_no_formulas() {
    let machine = with_history();
    let table = machine.written(&["export", "--kind", "checkins"], "checkins.csv");
    let lines: Vec<&str> = table.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "id,key_result,on,value,confidence,note,blocker,unblocked,author,on_behalf_of,source,authored_at,recorded_at,corrected,late"
    );
    assert!(
        table.contains(",api-p99,2026-11-23,312.5,6,'=cmd|' /C calc'!A0,"),
        "{table}"
    );
    assert!(
        table.contains("\"the contract, \"\"signed\"\"\""),
        "{table}"
    );
    let krs = machine.done(&["export", "--kind", "krs", "-o", "csv"]);
    assert!(krs.contains(",metric,ms,480,150,"), "{krs}");
    assert!(krs.contains("Contract; Pilot; All=2"), "{krs}");
    let then = machine.done(&["export", "--kind", "krs", "-o", "csv", "--at", "2026-11-22"]);
    assert_eq!(then.lines().count(), 1, "{then}");
}

/// Writes a sheet of a workbook as the same table with commas.
fn with_commas(range: &calamine::Range<calamine::Data>) -> String {
    use calamine::Data;
    let cell = |cell: &Data| match cell {
        Data::Bool(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Data::DateTime(date) => {
            let seconds = (date.as_f64() * 86_400.0).round();
            let span = jiff::SignedDuration::from_secs_f64(seconds);
            let time = jiff::civil::date(1899, 12, 30).at(0, 0, 0, 0) + span;
            match date.as_f64().fract() {
                0.0 => time.date().to_string(),
                _ => format!("{time}Z"),
            }
        }
        Data::String(text) if text.starts_with(['=', '+', '-', '@', '\'']) => format!("'{text}"),
        other => other.to_string(),
    };
    let quoted = |text: String| {
        if text.contains([',', '"', '\n']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text
        }
    };
    let line = |row: &[Data]| {
        let cells: Vec<_> = row.iter().map(|one| quoted(cell(one))).collect();
        cells.join(",") + "\r\n"
    };
    range.rows().map(line).collect()
}

#[test]
fn a_workbook_has_the_same_tables_and_the_same_export_is_the_same_file() {
    use calamine::Reader as _;
    let machine = with_work();
    let (to, again) = (machine.file("all.xlsx"), machine.file("again.xlsx"));
    machine.done(&["export", "--to", &to]);
    machine.done(&["export", "-o", "xlsx", "--to", &again]);
    assert_eq!(std::fs::read(&to).unwrap(), std::fs::read(&again).unwrap());
    let mut read: calamine::Xlsx<_> = calamine::open_workbook(&to).unwrap();
    let names = read.sheet_names();
    assert_eq!(names.len(), 10, "{names:?}");
    for kind in names {
        let range = read.worksheet_range(&kind).unwrap();
        let table = machine.done(&["export", "-o", "csv", "--kind", &kind]);
        assert_eq!(with_commas(&range), table, "{kind}");
    }
    let part = ["export", "--kind", "krs,krs", "-c", "2027-Q1", "--to", &to];
    machine.done(&part);
    let mut read: calamine::Xlsx<_> = calamine::open_workbook(&to).unwrap();
    assert_eq!(read.sheet_names(), ["krs"]);
    assert_eq!(read.worksheet_range("krs").unwrap().height(), 2);
}

#[test]
fn a_workbook_is_not_for_a_terminal() {
    let machine = with_history();
    let streams = Streams {
        answer_is_terminal: true,
        ..Streams::default()
    };
    let said = machine.run_on(streams, &["export", "-o", "xlsx"]);
    assert_eq!((said.exit, said.answer.as_str()), (Exit::Usage, ""));
    assert!(said.remarks.contains("add --to FILE"), "{}", said.remarks);
}

#[test]
fn markdown_is_a_document_for_people() {
    let machine = with_history();
    let text = machine.written(&["export", "-c", "2026-Q4"], "goals.md");
    insta::assert_snapshot!(text, @r"
    # acme

    ## 2026-Q4

    2026-10-01 to 2026-12-31, open

    ### Feel instant

    `fast` · @ana · platform · aspirational · 36 %

    | key result | owner | from | to | now | progress | confidence | status |
    |---|---|---|---|---|---|---|---|
    | p99 latency (`api-p99`) | @ana | 480 ms | 150 ms | 312.5 ms | 51 % | 6 | at-risk |
    | Error budget (`error-budget`) | @ana | - | at most 1 | - | - | - | no-check-in |
    | New CDN (`new-cdn`) | @ana | - | 3 milestones | 1 done | 25 % | - | at-risk |
    | Docs (`docs`) | @ana | - | examples | target | 70 % | - | on-track |
    ");
    let all = machine.done(&["export", "-o", "md"]);
    assert!(all.contains("### Later \\*goal\\*"), "{all}");
    let comments = machine.done(&["export", "-o", "md", "--kind", "comments"]);
    assert!(
        comments.contains("@all: a\\|b \\<b\\>bold\\</b\\> second line"),
        "{comments}"
    );
}

#[test]
fn work_and_metrics_are_exported_in_every_form() {
    let machine = with_work();
    let document = json(&machine.done(&["export"]));
    let of_kind = |kind: &str| {
        let items = document["items"].as_array().unwrap().iter();
        let of_kind = items.filter(|item| item["type"] == kind);
        of_kind.cloned().collect::<Vec<_>>()
    };
    assert_eq!(of_kind("initiative").len(), 2);
    assert_eq!(of_kind("metric")[1]["name"], "Churn");
    let values = of_kind("metric_value");
    let values: Vec<_> = values.iter().map(|value| value["value"].as_str()).collect();
    assert_eq!(values, [Some("1.8"), Some("2.5")], "oldest first");
    let table = |kind: &str| {
        let csv = machine.done(&["export", "-o", "csv", "--kind", kind]);
        let without_ids = csv.lines().map(|line| line.split_once(',').unwrap().1);
        without_ids.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(table("initiatives"), @r"
    slug,title,owner,key_results,due,url,state,overdue,archived
    pool,Pool|connections,ana,new-cdn api-p99,2026-11-20,,todo,yes,no
    paint,Paint,ana,painted,,https://tracker.example/42,done,no,no
    ");
    insta::assert_snapshot!(table("metrics"), @r"
    slug,name,description,owner,team,unit,low,high,health,value,value_on,archived
    unread,Unread,,ana,,,1,,unknown,,,yes
    churn,Churn,,ana,platform,%,,2,outside,2.5,2026-11-23,no
    ");
    insta::assert_snapshot!(table("metric-values"), @r"
    metric,on,value,note,author,on_behalf_of,source,authored_at,recorded_at
    churn,2026-11-16,1.8,,ana,,human,2026-11-23T10:36:00Z,
    churn,2026-11-23,2.5,'=risky,ana,,human,2026-11-23T10:36:00Z,
    ");
    let text = machine.written(&["export"], "all.md");
    let (_, after) = text.split_once("| Docs (`docs`)").unwrap();
    insta::assert_snapshot!(after.trim_start(), @r"
    | @ana | - | examples | target | 70 % | - | on-track |

    - [ ] Pool\|connections (`pool`) · @ana · todo · due 2026-11-20 · overdue · serves `new-cdn`, `api-p99`

    ## 2027-Q1

    2027-01-01 to 2027-03-31, planned

    ### Later \*goal\*

    `later` · @ana · aspirational · 0 %

    | key result | owner | from | to | now | progress | confidence | status |
    |---|---|---|---|---|---|---|---|
    | Painted (`painted`) | @ana | - | at most 1 | - | - | - | no-check-in |

    - [x] Paint (`paint`) · @ana · done · serves `painted` · https://tracker.example/42

    ## Health metrics

    | health metric | owner | healthy | now | on | health |
    |---|---|---|---|---|---|
    | Unread (`unread`) | @ana | at least 1 | - | - | unknown |
    | Churn (`churn`) | @ana | at most 2 % | 2.5 % | 2026-11-23 | outside |
    ");
}

#[test]
fn a_part_of_the_goals_comes_with_its_own_work() {
    let machine = with_work();
    machine.done(&["comment", "pool", "on the work"]);
    machine.done(&["comment", "paint", "elsewhere"]);
    machine.done(&["comment", "churn", "on the metric"]);
    let slugs = |words: &[&str]| {
        let table = machine.done(&[&["export", "-o", "csv"], words].concat());
        let lines = table.lines().skip(1);
        let slug = |line: &str| line.split(',').nth(1).unwrap().to_owned();
        lines.map(slug).collect::<Vec<_>>()
    };
    assert_eq!(slugs(&["--kind", "initiatives", "-c", "2026-Q4"]), ["pool"]);
    assert_eq!(
        slugs(&["--kind", "initiatives", "-c", "2027-Q1"]),
        ["paint"]
    );
    assert_eq!(slugs(&["--kind", "metrics", "-t", "platform"]), ["churn"]);
    let said = machine.done(&[
        "export", "-o", "csv", "--kind", "comments", "-t", "platform",
    ]);
    assert!(
        said.contains("on the work") && said.contains("on the metric"),
        "{said}"
    );
    assert!(!said.contains("elsewhere"), "{said}");
}

#[test]
fn a_history_comes_back_on_another_machine_with_its_people() {
    let machine = with_work();
    let history = machine.written(&["export", "--events"], "acme.jsonl");
    assert_eq!(machine.done(&["export", "--events"]), history);
    let file = machine.file("acme.jsonl");
    let other = Machine::with_ids("2");
    other.done(&[
        "init",
        "elsewhere",
        "--handle",
        "zoe",
        "--tz",
        "Europe/Oslo",
    ]);
    let rehearsed = other.run(&["import", "--dry-run", &file]);
    assert!(
        rehearsed.answer.contains("would write"),
        "{}",
        rehearsed.answer
    );
    assert_eq!(other.done(&["log", "-o", "id"]).lines().count(), 1);
    let said = other.done(&["import", &file]);
    assert!(said.contains("people ana, ben"), "{said}");
    let log = other.done(&["log", "api-p99"]);
    for line in ["ana, imported by zoe", "200 → 150 ms", "it says 150"] {
        assert!(log.contains(line), "{line}: {log}");
    }
    let stand = |machine: &Machine| {
        let kinds = [
            "krs",
            "objectives",
            "teams",
            "cycles",
            "initiatives",
            "metrics",
        ];
        kinds.map(|kind| machine.done(&["export", "-o", "csv", "--kind", kind]))
    };
    assert_eq!(stand(&machine), stand(&other));
    let again = json(&other.done(&["import", &file, "-o", "json"]));
    assert_eq!(again["items"][0]["changes"], 0, "{again}");
}

#[test]
fn whoever_imports_their_own_history_stays_one_person() {
    let machine = with_history();
    machine.written(&["export", "--events"], "acme.jsonl");
    let other = Machine::with_ids("2");
    other.done(&["init", "elsewhere", "--handle", "ana"]);
    other.done(&["import", &machine.file("acme.jsonl")]);
    let people = json(&other.done(&["list", "people", "-o", "json"]));
    assert_eq!(people["items"].as_array().unwrap().len(), 2, "{people}");
    let mine = other.done(&["list", "krs", "--owner", "@me", "-o", "id"]);
    assert_eq!(mine.lines().count(), 4);
}

/// What is typed, how it ends, and what is said.
const REFUSED: &[(&[&str], Exit, &str)] = &[
    (&["export", "--to", "goals"], Exit::Usage, "add -o json"),
    (
        &["export", "--to", "goals.jsonl"],
        Exit::Usage,
        "okr export --events",
    ),
    (
        &["export", "-o", "table"],
        Exit::Usage,
        "no form for a screen",
    ),
    (&["export", "-o", "html"], Exit::Usage, "no form -o html"),
    (&["export", "-o", "csv"], Exit::Usage, "exactly one --kind"),
    (
        &["export", "--events", "-t", "platform"],
        Exit::Usage,
        "exported whole",
    ),
    (
        &["export", "--events", "-o", "json"],
        Exit::Usage,
        "one form",
    ),
    (
        &["export", "--events", "--at", "2026-11-01"],
        Exit::Error,
        "nothing was confirmed",
    ),
    (
        &["export", "--kind", "goals"],
        Exit::Usage,
        "possible values",
    ),
    (
        &["export", "--to", "/nowhere/goals.json"],
        Exit::Error,
        "cannot be written",
    ),
    (&["list", "-o", "csv"], Exit::Usage, "no form -o csv"),
    (
        &["report", "weekly", "-o", "yaml"],
        Exit::Usage,
        "no form -o yaml",
    ),
    (&["import", "OWN", "OWN"], Exit::Usage, "taken in alone"),
    (&["import", "EDITED"], Exit::Error, "does not say what"),
    (&["import", "CUT"], Exit::Error, "4 of"),
    (&["import", "/nowhere.jsonl"], Exit::Error, "cannot be read"),
];

#[test]
fn what_cannot_be_exported_or_taken_in_is_refused_with_a_way_out() {
    let machine = with_history();
    let history = machine.written(&["export", "--events"], "OWN.jsonl");
    let edited = history.replacen("it says 150", "it says 100", 1);
    std::fs::write(machine.file("EDITED.jsonl"), edited).unwrap();
    let cut: String = history.split_inclusive('\n').take(5).collect();
    std::fs::write(machine.file("CUT.jsonl"), cut).unwrap();
    for (words, exit, says) in REFUSED {
        let words: Vec<String> = words
            .iter()
            .map(|word| match *word {
                "OWN" | "EDITED" | "CUT" => machine.file(&format!("{word}.jsonl")),
                word => word.to_owned(),
            })
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let remarks = machine.refused(&words, *exit);
        assert!(remarks.contains(says), "{words:?}: {remarks}");
    }
    let other = Machine::with_ids("2");
    other.done(&["init", "other", "--handle", "zoe"]);
    other.done(&["team", "add", "Another"]);
    let remarks = other.refused(&["import", &machine.file("OWN.jsonl")], Exit::Error);
    assert!(
        remarks.contains("is not empty: it has changes of its own: 1"),
        "{remarks}"
    );
}
