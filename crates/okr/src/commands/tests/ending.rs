//! The end of goals and of cycles: scores, carrying on, what is still open.

use super::*;

/// Values are in, and the next cycle is planned.
fn near_the_end() -> Machine {
    let machine = Machine::with_goals();
    for line in [
        &["checkin", "api-p99", "312"][..],
        &["checkin", "error-budget", "0.7"],
        &["checkin", "new-cdn", "1,2"],
        &["cycle", "add", "--next"],
    ] {
        machine.done(line);
    }
    machine
}

fn item(machine: &Machine, reference: &str) -> serde_json::Value {
    let answer = machine.done(&["show", reference, "-o", "json"]);
    let mut answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    answer["items"][0].take()
}

/// The answer without ids, and then what is said beside it.
fn said(machine: &Machine, words: &[&str]) -> String {
    let said = machine.run(words);
    assert_eq!(said.exit, Exit::Ok, "{words:?}: {}", said.remarks);
    format!("{}--\n{}", without_ids(&said.answer), said.remarks)
}

#[test]
fn a_score_stands_beside_the_suggested_one() {
    let machine = near_the_end();
    insta::assert_snapshot!(said(&machine, &["grade", "api-p99", "0.5", "-m", "one region only"]), @r"
    ....  api-p99  closed with score 0.5
    --
    api-p99: score 0.5, suggested 0.6 (60% of the way)
    ");
    insta::assert_snapshot!(said(&machine, &["grade", "new-cdn", "--auto"]), @r"
    ....  new-cdn  closed with score 0.5
    --
    new-cdn: score 0.5 (50% of the way)
    ");
    insta::assert_snapshot!(said(&machine, &["close", "docs", "--score", "30%"]), @r"
    ....  docs  closed with score 0.3
    --
    docs: score 0.3, there is no progress to suggest one
    ");
}

#[test]
fn the_score_of_what_is_closed_is_put_right_with_a_reason() {
    let machine = near_the_end();
    machine.done(&["close", "api-p99"]);
    let missing = machine.refused(&["grade", "api-p99", "0.8"], Exit::Error);
    assert!(missing.contains("needs a reason"), "{missing}");
    insta::assert_snapshot!(said(&machine, &["grade", "api-p99", "0.8", "-m", "the audit found more"]), @r"
    ....  api-p99  score: 0.6 → 0.8
    --
    api-p99: score 0.8, suggested 0.6 (60% of the way)
    ");
    machine.done(&["cycle", "close", "2026-Q4", "-y"]);
    machine.done(&["grade", "api-p99", "--auto", "-m", "and less again"]);
    assert_eq!(item(&machine, "api-p99")["score"], "0.6");
    let log = machine.done(&["log", "api-p99", "--field", "score"]);
    assert!(
        log.contains("0.6 → 0.8") && log.contains("0.8 → 0.6"),
        "{log}"
    );
    let again = machine.done(&["grade", "api-p99", "0.6", "-m", "so it is"]);
    assert!(again.contains("so already"), "{again}");
    let other = machine.refused(&["close", "api-p99", "--score", "1"], Exit::Error);
    assert!(other.contains("okr grade api-p99 SCORE -m WHY"), "{other}");
    machine.done(&["undo"]);
    assert_eq!(item(&machine, "api-p99")["score"], "0.8");
}

#[test]
fn an_objective_ends_with_its_key_results() {
    let machine = near_the_end();
    let open = machine.refused(&["close", "fast"], Exit::Error);
    insta::assert_snapshot!(open, @r#"
    Error: "fast" has 4 key results without a score: api-p99, error-budget, new-cdn, docs
    Hint: --with-krs ends them with their progress as score, or okr grade api-p99 SCORE
    "#);
    for noun in [
        &["objective", "close", "fast"][..],
        &["grade", "fast", "0.7"],
    ] {
        let refused = machine.refused(noun, Exit::Error);
        assert!(refused.contains("--with-krs"), "{refused}");
    }
    insta::assert_snapshot!(said(&machine, &["close", "fast", "--score", "0.7", "-m", "Pooling paid", "--with-krs"]), @r"
    ....  api-p99  closed with score 0.6
    ....  error-budget  closed with score 1
    ....  new-cdn  closed with score 0.5
    ....  docs  closed with score 0
    ....  fast  closed with score 0.7
    --
    api-p99: score 0.6 (60% of the way)
    error-budget: score 1 (100% of the way)
    new-cdn: score 0.5 (50% of the way)
    docs: score 0 (never reported)
    fast: score 0.7, suggested 0.52 (53% of the way)
    ");
    assert_eq!(item(&machine, "fast")["reflection"], "Pooling paid");
    // Written once more, the reflection is another one; nothing else changes.
    machine.done(&["close", "fast", "-m", "Pooling paid, the CDN did not"]);
    assert_eq!(item(&machine, "fast")["score"], "0.7");
    // What is closed already needs no second step.
    let again = machine.done(&["close", "fast"]);
    assert!(again.contains("so already"), "{again}");
}

#[test]
fn scores_of_key_results_suggest_the_one_of_their_objective() {
    let machine = near_the_end();
    machine.done(&["grade", "api-p99", "0.9", "-m", "and the pilot is in"]);
    machine.done(&["grade", "error-budget", "--auto"]);
    insta::assert_snapshot!(said(&machine, &["grade", "fast", "--auto", "--with-krs"]), @r"
    ....  new-cdn  closed with score 0.5
    ....  docs  closed with score 0
    ....  fast  closed with score 0.6
    --
    new-cdn: score 0.5 (50% of the way)
    docs: score 0 (never reported)
    fast: score 0.6 (by the scores of its key results; 53% of the way)
    ");
    let report = machine.done(&["report", "final", "-o", "json"]);
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    // Ended by suggestion, all of them: what was suggested is what is suggested afterwards.
    let fast = &report["items"][0]["objectives"][0];
    assert_eq!(fast["score"], "0.6");
    assert_eq!(fast["suggested_score"], "0.6");
    let report = machine.done(&["report", "final"]);
    let words = "the scores of its key results suggest 0.6";
    assert!(report.contains(words), "{report}");
    // And so it is when the cycle ends.
    let machine = near_the_end();
    machine.done(&["grade", "api-p99", "0.9"]);
    machine.done(&["cycle", "close", "2026-Q4", "--grade", "auto", "-y"]);
    assert_eq!(item(&machine, "fast")["score"], "0.6");
}

#[test]
fn weights_of_zero_everywhere_suggest_nothing() {
    let machine = near_the_end();
    for slug in ["api-p99", "error-budget", "new-cdn", "docs"] {
        let line = [
            "kr",
            "set",
            slug,
            "--weight",
            "0",
            "-m",
            "none counts",
            "--category",
            "other",
        ];
        machine.done(&line);
    }
    assert_eq!(item(&machine, "fast")["progress"], serde_json::Value::Null);
    assert!(machine.done(&["tree"]).contains("fast"));
    let refused = machine.refused(&["close", "fast", "--with-krs"], Exit::Error);
    assert!(
        refused.contains("no progress to take as score"),
        "{refused}"
    );
    machine.done(&["close", "fast", "--with-krs", "--score", "0.4"]);
}

#[test]
fn what_is_no_grade_is_refused() {
    let machine = near_the_end();
    for (words, exit, part) in [
        (&["grade", "api-p99", "1.1"][..], Exit::Usage, "from 0 to 1"),
        (&["grade", "api-p99", "-0.1"], Exit::Usage, "from 0 to 1"),
        (&["grade", "api-p99", "110%"], Exit::Usage, "from 0 to 1"),
        (&["grade", "api-p99", "good"], Exit::Usage, "decimal number"),
        (&["grade", "api-p99"], Exit::Usage, "--auto"),
        (
            &["grade", "api-p99", "0.5", "--auto"],
            Exit::Usage,
            "--auto",
        ),
        (&["grade", "docs", "--auto"], Exit::Error, "no progress"),
        (
            &["close", "docs"],
            Exit::Error,
            "okr close docs --score 0.7",
        ),
        (&["close", "nothing"], Exit::NotFound, "nothing"),
        (
            &["close", "fast", "--score", "2"],
            Exit::Usage,
            "from 0 to 1",
        ),
    ] {
        let remarks = machine.refused(words, exit);
        assert!(remarks.contains(part), "{words:?}: {remarks}");
    }
}

#[test]
fn an_objective_goes_on_with_what_is_not_reached() {
    let machine = near_the_end();
    machine.done(&["checkin", "docs", "stretch"]);
    let rehearsed = machine.run(&["carry", "fast", "--to", "2027-Q1", "-n"]);
    assert!(
        rehearsed.answer.contains("fast  added"),
        "{}",
        rehearsed.answer
    );
    insta::assert_snapshot!(said(&machine, &["carry", "fast", "--to", "2027-Q1", "--rebase", "-m", "half-way"]), @r#"
    ....  fast  added  "Feel instant"
    ....  api-p99  added: 312 to 200 ms  "p99 latency"
    ....  error-budget  added: at most 1  "Error budget"
    ....  new-cdn  added: 3. All (weight 2)  "New CDN"
    --
    api-p99: begins at 312 ms
    fast: 1 key result reached or given up, left behind
    Hint: okr tree -c 2027-Q1
    "#);
    let new = item(&machine, "2027-Q1:fast");
    assert_eq!(new["continues"]["name"], "fast");
    assert_eq!(
        new["key_results"][0]["latest_check_in"],
        serde_json::Value::Null
    );
    let twice = machine.refused(&["carry", "fast", "--to", "2027-Q1"], Exit::Error);
    assert!(twice.contains("goes on in 2027-Q1 already"), "{twice}");
    machine.done(&["undo"]);
}

#[test]
fn what_is_closed_goes_on_by_its_score() {
    let machine = near_the_end();
    machine.done(&["grade", "api-p99", "1", "-m", "good enough"]);
    machine.done(&["close", "fast", "--with-krs"]);
    machine.done(&["cycle", "close", "2026-Q4", "-y"]);
    machine.done(&["carry", "fast", "--to", "2027-Q1"]);
    let new = item(&machine, "2027-Q1:fast");
    let slugs: Vec<&str> = new["key_results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["slug"].as_str().unwrap())
        .collect();
    assert_eq!(slugs, ["error-budget", "new-cdn", "docs"]);
    assert_eq!(new["state"], "active");
    assert_eq!(new["score"], serde_json::Value::Null);
}

#[test]
fn alignment_goes_on_where_both_sides_do() {
    let machine = near_the_end();
    for line in [
        &[
            "objective",
            "add",
            "Edge",
            "--slug",
            "edge",
            "--supports",
            "api-p99",
        ][..],
        &[
            "objective",
            "add",
            "Quiet",
            "--slug",
            "quiet",
            "--supports",
            "fast",
        ],
        &["carry", "quiet", "--to", "2027-Q1"],
        &["carry", "edge", "fast", "--to", "2027-Q1"],
    ] {
        machine.done(line);
    }
    assert_eq!(
        item(&machine, "2027-Q1:quiet")["supports"],
        serde_json::Value::Null
    );
    let supports = item(&machine, "2027-Q1:edge")["supports"].take();
    assert_eq!(supports["name"], "api-p99");
    let new = item(&machine, "2027-Q1:api-p99");
    assert_eq!(supports["id"], new["id"]);
}

#[test]
fn only_a_later_cycle_takes_goals() {
    let machine = near_the_end();
    machine.done(&["cycle", "add", "2026-Q3", "--open"]);
    machine.done(&["objective", "add", "Draft", "--slug", "idea", "--draft"]);
    for (words, exit, part) in [
        (
            &["carry", "fast", "--to", "2026-Q4"][..],
            Exit::Error,
            "the cycle that it is in",
        ),
        (
            &["carry", "fast", "--to", "2026-Q3"],
            Exit::Error,
            "no later cycle",
        ),
        (
            &["carry", "fast", "--to", "2031-Q1"],
            Exit::NotFound,
            "2031-Q1",
        ),
        (
            &["carry", "api-p99", "--to", "2027-Q1"],
            Exit::Usage,
            "okr carry fast",
        ),
        (
            &["carry", "idea", "--to", "2027-Q1"],
            Exit::Error,
            "is draft",
        ),
        (&["carry", "--to", "2027-Q1"], Exit::Usage, "REF"),
        (
            &["carry", "fast", "--all-open", "--to", "2027-Q1"],
            Exit::Usage,
            "--all-open",
        ),
        (
            &["carry", "--all-open", "-c", "2026-Q3", "--to", "2027-Q1"],
            Exit::Error,
            "no objective is open",
        ),
    ] {
        let remarks = machine.refused(words, exit);
        assert!(remarks.contains(part), "{words:?}: {remarks}");
    }
    machine.done(&["cycle", "open", "2027-Q1"]);
    machine.done(&["cycle", "close", "2027-Q1", "-y"]);
    let closed = machine.refused(&["carry", "fast", "--to", "2027-Q1"], Exit::Error);
    assert!(closed.contains("is closed"), "{closed}");
}

#[test]
fn a_cycle_ends_with_what_is_open_in_it() {
    let machine = near_the_end();
    machine.done(&["objective", "add", "Someday", "--slug", "idea", "--draft"]);
    machine.done(&["objective", "add", "Unmeasured", "--slug", "vague"]);
    let asked = machine.refused(&["cycle", "close", "2026-Q4"], Exit::Error);
    insta::assert_snapshot!(asked, @r"
    3 objectives of 2026-Q4 will be left without a score:
      idea: a draft
      vague: no progress
      fast: at 53%; open: api-p99, error-budget, new-cdn, docs
    Error: Close 2026-Q4? Only late facts and corrections follow. Nobody can be asked here
    Hint: add -y to say yes
    ");
    let line = [
        "cycle", "close", "2026-Q4", "--grade", "auto", "--carry", "2027-Q1", "-y",
    ];
    insta::assert_snapshot!(said(&machine, &line), @r#"
    ....  vague  added  "Unmeasured"
    ....  fast  added  "Feel instant"
    ....  api-p99  added: 480 to 200 ms  "p99 latency"
    ....  error-budget  added: at most 1  "Error budget"
    ....  new-cdn  added: 1. Contract; 2. Pilot; 3. All (weight 2)  "New CDN"
    ....  docs  added: commit: pages; target: examples; stretch: playground  "Docs"
    ....  api-p99  closed with score 0.6
    ....  error-budget  closed with score 1
    ....  new-cdn  closed with score 0.5
    ....  docs  closed with score 0
    ....  fast  closed with score 0.52
    ....  2026-Q4  closed
    --
    2 objectives of 2026-Q4 will be left without a score:
      idea: a draft
      vague: no progress
    api-p99: score 0.6 (60% of the way)
    error-budget: score 1 (100% of the way)
    new-cdn: score 0.5 (50% of the way)
    docs: score 0 (never reported)
    fast: score 0.52 (53% of the way)
    Hint: okr tree -c 2026-Q4
    "#);
    machine.done(&["undo"]);
    assert_eq!(item(&machine, "2026-Q4:fast")["state"], "active");
}

#[test]
fn an_empty_cycle_ends_without_a_word() {
    let machine = near_the_end();
    machine.done(&["cycle", "open", "2027-Q1"]);
    let said = machine.run(&["cycle", "close", "2027-Q1", "--grade", "auto", "-y"]);
    assert_eq!(
        (said.exit, said.remarks.contains("left")),
        (Exit::Ok, false)
    );
    let planned = machine.done(&["cycle", "add", "2028"]);
    assert!(planned.contains("2028"));
    let refused = machine.refused(&["cycle", "close", "2028", "-y"], Exit::Error);
    assert!(refused.contains("planned"), "{refused}");
}

#[test]
fn an_objective_shows_what_it_continues_and_how_that_ended() {
    let machine = near_the_end();
    machine.done(&["close", "fast", "--score", "0.4", "--with-krs"]);
    machine.done(&["carry", "fast", "--to", "2027-Q1"]);
    machine.done(&["cycle", "add", "--next"]);
    machine.done(&["carry", "2027-Q1:fast", "--to", "2027-Q2", "--draft"]);
    let lines = |reference: &str| -> String {
        let shown = machine.done(&["show", reference]);
        let lines = shown.lines().filter(|line| line.contains(":fast  "));
        crate::render::page(lines.map(|line| line.trim_end().to_owned()).collect())
    };
    insta::assert_snapshot!(lines("2026-Q4:fast"), @r"
      continued by  2027-Q1:fast  Feel instant  active
                    2027-Q2:fast  Feel instant  draft
    ");
    insta::assert_snapshot!(lines("2027-Q2:fast"), @r"
      continues  2027-Q1:fast  Feel instant  active
                 2026-Q4:fast  Feel instant  score 0.4
    ");
    let lineage = item(&machine, "2027-Q1:fast")["lineage"].take();
    assert_eq!(lineage["earlier"][0]["score"], "0.4");
    assert_eq!(lineage["later"][0]["cycle"]["name"], "2027-Q2");
    // Before it was carried, nothing continued it.
    let then = machine.done(&[
        "show",
        "2026-Q4:fast",
        "--axis",
        "effective",
        "--at",
        "2026-11-22",
    ]);
    assert!(!then.contains("continued by"), "{then}");
}
