//! Sessions of `okr import` with tables: goals and check-ins as spreadsheets have them.

mod json_rows;

use super::reading::json;
use super::*;

impl Machine {
    /// Writes a file, and returns its path.
    fn table(&self, name: &str, text: &str) -> String {
        let path = self.directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Takes in a table that must be refused, and returns why, without the name of the directory.
    fn wrong(&self, text: &str, more: &[&str]) -> String {
        let path = self.table("wrong.csv", text);
        let remarks = self.refused(&[&["import", &path], more].concat(), Exit::Error);
        remarks.replace(&path, "wrong.csv")
    }
}

/// An organisation with people, a team and a cycle, but no goals.
fn empty(seed: &'static str) -> Machine {
    let machine = Machine::with_ids(seed);
    for line in [
        "init acme --tz Europe/Oslo --handle ana",
        "member add ben --name Ben_Ode --email ben@example.org",
        "cycle add 2026-Q4 --open",
        "team add Platform --lead @me",
    ] {
        machine.done(&line.split(' ').collect::<Vec<_>>());
    }
    machine
}

const COMPANY: &str = "\u{feff}Mål;Nøkkelresultat;Eier;Fra;Målverdi;Enhet;Frist;Farge\r\n\
Raskt nok;p99 svartid;@ben;480;200,5;ms;2026-12-15;rød\r\n\
;\"Treff i kanten; \"\"alle\"\" regioner\";;62;90;%;;\r\n\
Fornøyde kunder;NPS;ben@example.org;31;1 045;;;grønn\r\n";

const REASON: [&str; 4] = ["-m", "planned elsewhere", "--category", "other"];

#[test]
fn a_slug_that_another_goal_of_the_cycle_has_is_refused_with_its_line() {
    let machine = empty("5");
    machine.done(&["objective", "add", "Fast", "--slug", "fast"]);
    let table = "Title,Slug\nQuick,fast\nSafe,safe\nSure,safe\n";
    let said = machine.wrong(table, &["--kind", "objectives"]);
    for part in [
        "wrong.csv has 2 mistakes",
        "wrong.csv:2:7: the objective ",
        "\"Fast\" is called fast already",
        "wrong.csv:4:6: the goal of line 3 is called safe as well",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let table = "Objective,Key result,Slug,From,To\nfast,p99,p,1,2\nfast,p95,p,1,2\n";
    let said = machine.wrong(table, &REASON);
    assert!(
        said.contains("wrong.csv:3:10: the goal of line 2 is called p as well"),
        "{said}"
    );

    // Another kind and another cycle have names of their own, and the same file comes once more.
    machine.done(&["cycle", "add", "2027-Q1"]);
    let table = "Objective,Key result,Slug,From,To\nfast,p99,fast,1,2\n";
    let path = machine.table("good.csv", table);
    let import = [&["import", &path][..], &REASON].concat();
    machine.done(&import);
    machine.done(&[
        "kr",
        "set",
        "fast",
        "--slug",
        "p99",
        "-m",
        "shorter",
        "--category",
        "other",
    ]);
    let more = [
        "kr", "add", "More", "-O", "fast", "--from", "1", "--to", "2", "--slug", "fast",
    ];
    machine.done(&[&more[..], &REASON].concat());
    let said = machine.done(&import);
    assert!(said.contains("known"), "{said}");
    let path = machine.table("later.csv", "Title,Slug,Cycle\nFast,fast,2027-Q1\n");
    machine.done(&["import", &path, "--kind", "objectives"]);
}

#[test]
fn a_company_table_becomes_goals_with_their_owners() {
    let machine = empty("1");
    let path = machine.table("goals.csv", COMPANY);
    let import = [&["import", &path][..], &REASON].concat();
    let said = machine.run(&[&import[..], &["-n"]].concat());
    for part in [
        "3 rows of key results · would write 5 changes",
        "  line 2  objective  raskt-nok  Raskt nok\n",
        "  line 4  key result  nps  NPS\n",
    ] {
        assert!(said.answer.contains(part), "{part}: {}", said.answer);
    }
    assert!(
        said.remarks.contains("columns left out: \"Farge\""),
        "{}",
        said.remarks
    );
    assert!(
        said.remarks.contains("dry run: nothing was written"),
        "{}",
        said.remarks
    );
    assert_eq!(machine.done(&["list", "krs", "-o", "id"]), "");

    let done = json(&machine, &import);
    let item = &done["items"][0];
    assert_eq!(
        (&item["changes"], &item["table"]["rows"]),
        (&5.into(), &3.into())
    );
    assert_eq!(item["table"]["kind"], "key results");
    assert_eq!(item["table"]["separator"], ";");
    assert_eq!(item["table"]["columns"]["target"], "Målverdi");
    let krs = machine.done(&["export", "--kind", "krs", "-o", "csv"]);
    for part in [
        ",p99 svartid,,raskt-nok,ben,metric,ms,480,200.5,",
        ",\"Treff i kanten; \"\"alle\"\" regioner\",,raskt-nok,ben,metric,%,62,90,",
        ",NPS,,fornoeyde-kunder,ben,metric,,31,1045,",
    ] {
        assert!(krs.contains(part), "{part}: {krs}");
    }
    let log = machine.done(&["log", "nps"]);
    assert!(log.contains("planned elsewhere"), "{log}");
    let again = json(&machine, &import);
    assert_eq!(again["items"][0]["changes"], 0, "{again}");
    assert_eq!(again["items"][0]["already_known"], 3, "{again}");
    // Also after somebody changed what came with it.
    machine.done(
        &[
            &["kr", "set", "nps", "--title", "Net promoters"][..],
            &REASON,
        ]
        .concat(),
    );
    machine.done(
        &[
            &["objective", "set", "raskt-nok", "--title", "Fort"][..],
            &REASON,
        ]
        .concat(),
    );
    assert_eq!(json(&machine, &import)["items"][0]["changes"], 0);
}

#[test]
fn check_ins_have_their_days_and_people_and_come_once() {
    let machine = Machine::with_goals();
    machine.done(&["member", "add", "ben", "--name", "Ben Ode"]);
    let path = machine.table(
        "values.csv",
        "Key result,Date,Value,Confidence,Note,By\n\
         api-p99,2026-10-12,420,5,=SUM(A1),Ben Ode\n\
         p99 latency,2026-11-02,\"380,5\",,\"two\nlines\",@ben\n\
         new-cdn,2026-11-02,done 1 2,,,\n\
         docs,2026-11-02,target,7,,\n",
    );
    let said = machine.done(&["import", &path]);
    assert!(said.contains("4 rows of check-ins"), "{said}");
    let log = machine.done(&["log", "api-p99"]);
    assert!(log.contains("ben, imported by ana"), "{log}");
    let listed = json(&machine, &["checkin", "list", "api-p99"]);
    let oldest = listed["items"].as_array().unwrap().last().unwrap();
    assert_eq!(oldest["note"], "=SUM(A1)");
    assert_eq!(
        (&oldest["effective"], &oldest["source"]),
        (&"2026-10-12".into(), &"import".into())
    );
    assert_eq!(oldest["authored_at"], "2026-10-12T10:00:00Z");
    assert_eq!(oldest["on_behalf_of"]["handle"], "ben");
    let krs = machine.done(&["export", "--kind", "krs", "-o", "csv"]);
    assert!(
        krs.contains(",380.5,2026-11-02,") && krs.contains(",done 1 2,"),
        "{krs}"
    );
    assert_eq!(json(&machine, &["import", &path])["items"][0]["changes"], 0);
    // A file that grew brings what is new.
    let text = std::fs::read_to_string(&path).unwrap() + "docs,2026-11-09,stretch,8,,\n";
    let grown = machine.table("values.csv", &text);
    let grown = json(&machine, &["import", &grown]);
    assert_eq!(
        (
            &grown["items"][0]["changes"],
            &grown["items"][0]["already_known"]
        ),
        (&1.into(), &4.into())
    );
}

#[test]
fn names_separators_and_days_can_be_said() {
    let machine = Machine::with_goals();
    let path = machine.table(
        "odd.txt",
        "What|Score|Comment, if any\napi-p99|1.234|fine\n",
    );
    let import = [
        "import",
        &path,
        "--kind",
        "checkins",
        "--separator",
        "|",
        "--decimal-comma",
        "--on",
        "2026-11-20",
        "--map",
        "key_result=What,value=Score,note=Comment, if any",
    ];
    assert_eq!(json(&machine, &import)["items"][0]["changes"], 1);
    let listed = json(&machine, &["checkin", "list", "api-p99"]);
    let item = &listed["items"][0];
    assert_eq!(
        (&item["value"]["number"], &item["note"]),
        (&"1234".into(), &"fine".into())
    );
    for (words, says) in [
        (&["--map", "colour=What"][..], "no field of a table"),
        (&["--map", "What"], "is not FIELD=COLUMN"),
        (&["--map", "value=a,value=b"], "says twice"),
        (&["--separator", "x"], "there are , ; | and tab"),
        (&["--on", "20.11.2026"], "write 2026-11-20"),
        (&["--kind", "people"], "possible values"),
    ] {
        let remarks = machine.refused(&[&["import", &path], words].concat(), Exit::Usage);
        assert!(remarks.contains(says), "{words:?}: {remarks}");
    }
    let remarks = machine.refused(&["import", "goals.yaml", "-c", "2026-Q4"], Exit::Usage);
    assert!(remarks.contains("--cycle"), "{remarks}");
    let remarks = machine.refused(&["import", "/nowhere/a.csv"], Exit::Error);
    assert!(remarks.contains("cannot be read"), "{remarks}");
}

#[test]
fn every_mistake_is_told_with_line_and_column_and_nothing_is_written() {
    let machine = Machine::with_goals();
    let text = "key_result,on,value,confidence,note,by,unblocked\n\
                api-p99,01/02/2026,\"1,234\",11,,zoe,\n\
                api-p98,2026-11-01,5,,,,\n\
                api-p99,2026-12-24,=A1,,,,perhaps\n\
                docs,,high,,,,,x\n\
                new-cdn,2026-11-01,4,,,,\n\
                api-p99,2026-11-01,45%,,,,\n";
    insta::assert_snapshot!(machine.wrong(text, &[]), @r#"
    Error: wrong.csv has 12 mistakes
      wrong.csv:2:9: "01/02/2026" can be read as 2026-02-01 or 2026-01-02
        write 2026-02-01 or 2026-01-02
      wrong.csv:2:20: "1,234" can be read as 1.234 or 1234
        write it without the comma, or add --decimal-comma
      wrong.csv:2:28: "11" is no confidence
        a whole number from 0 to 10
      wrong.csv:2:32: there is no person "@zoe"
        okr member list shows everybody
      wrong.csv:3:1: there is no key result "api-p98"
        Did you mean api-p99?
      wrong.csv:4:20: "=A1" is a formula, not a number
        save the table with values
      wrong.csv:4:27: "perhaps" is not yes or no
      wrong.csv:5:1: "on" is missing
        --on DATE says it for every row without one
      wrong.csv:5:7: "high" is no level
        fail, commit, target or stretch
      wrong.csv:5:16: there are only 7 columns
        a cell with a separator in it stands in quotes
      wrong.csv:6:20: "4" does not say which milestones are done
        done, none, or done and numbers from 1 to 3
      wrong.csv:7:20: "45%" is in percent, and the measure is not
    Hint: nothing of this file was written
    "#);
    let text =
        "key_result,on,value\napi-p99,2026-12-24,1\napi-p99,2020-01-01,1\napi-p99,2026-11-01,1\n";
    insta::assert_snapshot!(machine.wrong(text, &[]), @r"
    Error: wrong.csv has 2 mistakes
      wrong.csv:2:1: 2026-12-24 is in the future: today is 2026-11-23
        a check-in says what was true on its day; give that day with --on
      wrong.csv:3:1: 2020-01-01 is too long before the cycle: the earliest possible day is 2026-07-01
    Hint: nothing of this file was written
    ");
}

#[test]
fn of_many_mistakes_the_first_are_told_and_what_is_no_table_is_refused() {
    let machine = Machine::with_goals();
    let many = format!("key_result,on,value\n{}", "api-p99,soon,1\n".repeat(30));
    let said = machine.wrong(&many, &["-n"]);
    assert!(
        said.contains("has 30 mistakes") && said.contains("... and 10 more"),
        "{said}"
    );
    let said = machine.wrong("key_result,on,value\napi-p99,\"2026-11-01,3\n", &[]);
    assert!(
        said.contains("wrong.csv:2:9: this quote is never closed"),
        "{said}"
    );
    let said = machine.wrong("", &[]);
    assert!(said.contains("has no rows"), "{said}");
    let said = machine.wrong("colour,shape\nred,round\n", &[]);
    assert!(
        said.contains("wrong.csv:1:1: the first row names no columns"),
        "{said}"
    );
}

#[test]
fn goals_that_are_wrong_are_told_and_nothing_is_written() {
    let machine = empty("1");
    let text = "objective,title,owner,team,cycle,from,to,low,milestones,slug,weight\n\
                ,Lost,,,,0,1,,,,\n\
                Fast,Half,,,,0,,,,,\n\
                Fast,Both,,,,0,1,5,,,\n\
                Fast,None,,,,,,,,,\n\
                Fast,Late,zoe,,2031-Q1,0,1,,,,\n\
                Fast,Team,,growth,,0,1,,,,\n\
                Fast,Slug,,,,0,1,,,Not A Slug,\n\
                Fast,Weight,,,,0,1,,,,-1\n";
    insta::assert_snapshot!(machine.wrong(text, &REASON), @r#"
    Error: wrong.csv has 8 mistakes
      wrong.csv:2:1: there is no objective, and none in a row above
      wrong.csv:3:1: "target" is missing
        a measure has a baseline and a target
      wrong.csv:4:1: it is measured in two ways
        a column measure says which: metric, hold, milestones or zones
      wrong.csv:5:1: it says nothing of how it is measured
        baseline and target, low or high, or milestones
      wrong.csv:6:16: there is no cycle "2031-Q1"
        there is: 2026-Q4
      wrong.csv:7:12: there is no team "growth"
        okr team list shows them
      wrong.csv:8:20: a slug must be lower-case letters a-z, digits and single hyphens inside
      wrong.csv:9:23: a weight must be from 0 to 1000, not -1
    Hint: nothing of this file was written
    "#);
    // What the rules refuse is told in the same way, and the row after it is not written either.
    let text = "objective,title,from,to\nFast,Nowhere,5,5\nFast,New,0,1\n";
    let said = machine.wrong(text, &[]);
    assert!(said.starts_with("Error: wrong.csv:2:1: "), "{said}");
    assert!(said.contains("nothing of this file was written"), "{said}");
}

#[test]
fn a_row_that_says_something_else_by_now_is_a_mistake() {
    let machine = Machine::with_goals();
    let first = machine.table("v.csv", "id,kr,date,value\n1,api-p99,2026-11-01,5\n");
    machine.done(&["import", &first]);
    let said = machine.wrong("id,kr,date,value\n1,api-p99,2026-11-01,6\n", &[]);
    assert!(
        said.contains("wrong.csv:2:1: what has this id is here, and says something else"),
        "{said}"
    );
    assert!(said.contains("--source NAME"), "{said}");
    let other = machine.table("w.csv", "id,kr,date,value\n1,api-p99,2026-11-01,6\n");
    let done = json(&machine, &["import", &other, "--source", "sheet 2"]);
    assert_eq!(done["items"][0]["changes"], 1);
}

/// Columns of a table, which has no commas in cells, as lines.
fn columns(text: &str, names: &[&str]) -> Vec<String> {
    let mut lines = text.lines();
    let all: Vec<&str> = lines.next().unwrap().split(',').collect();
    let place = |name: &&str| all.iter().position(|one| one == name).unwrap();
    let places: Vec<usize> = names.iter().map(place).collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let kept: Vec<&str> = places.iter().map(|place| cells[*place]).collect();
        kept.join(",")
    };
    lines.map(row).collect()
}

/// What comes back of each export.
const KEPT: [(&str, &str); 3] = [
    (
        "objectives",
        "id slug title owner team cycle kind weight tags",
    ),
    (
        "krs",
        "id slug title objective owner measure unit baseline target low high milestones commit stretch value",
    ),
    (
        "checkins",
        "id key_result on value confidence note blocker unblocked authored_at",
    ),
];

#[test]
fn an_export_comes_back_here_and_elsewhere() {
    let machine = Machine::with_goals();
    for line in [
        "member add ben --name Ben_Ode",
        "checkin api-p99 312.50 -C 6 -m =risky",
        "checkin new-cdn +1 --blocker '-quoted'",
        "checkin new-cdn 2 --unblocked",
        "checkin docs target --on 2026-11-20",
        "objective tag fast cdn",
    ] {
        machine.done(&line.split(' ').collect::<Vec<_>>());
    }
    let other = empty("2");
    let texts = KEPT.map(|(kind, _)| machine.done(&["export", "-o", "csv", "--kind", kind]));
    for ((kind, _), text) in KEPT.iter().zip(&texts) {
        let path = machine.table(&format!("{kind}.csv"), text);
        let here = json(&machine, &["import", &path]);
        let item = &here["items"][0];
        assert_eq!(item["changes"], 0, "{kind}: {here}");
        assert_eq!(
            item["already_known"], item["table"]["rows"],
            "{kind}: {here}"
        );
        let reason: &[&str] = if *kind == "checkins" { &[] } else { &REASON };
        other.done(&[&["import", &path], reason].concat());
        let again = json(&other, &[&["import", &path], reason].concat());
        assert_eq!(again["items"][0]["changes"], 0, "{kind}: {again}");
    }
    for ((kind, names), before) in KEPT.iter().zip(&texts) {
        let after = other.done(&["export", "-o", "csv", "--kind", kind]);
        let names: Vec<&str> = names.split(' ').collect();
        assert_eq!(columns(before, &names), columns(&after, &names), "{kind}");
    }
}

#[test]
fn a_table_of_goals_has_a_limit_and_its_place_is_told() {
    let machine = empty("limit");
    let text = format!("objective\n{}", "Fast\n".repeat(100_001));
    let remarks = machine.wrong(&text, &["--kind", "objectives"]);
    assert!(
        remarks.contains("wrong.csv:100002:1: a table of goals may have 100000 rows"),
        "{remarks}"
    );
}
