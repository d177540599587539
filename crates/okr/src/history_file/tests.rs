//! Tests of reading plan-and-history files.

use jiff::civil::date;

use super::*;

const SMALL: &str = "\
format: okr-history/1
source: small
people: [ana]
cycles:
  - name: 2026-Q4
    from: 2026-10-01
    to: 2026-12-31
    written: 2026-09-20
    objectives:
      - slug: fast
        title: Fast
        owner: ana
        key_results:
          - slug: p99
            title: p99
            measure: {unit: ms, from: 480, to: 200.50}
            history:
              - {written: 2026-10-12, on: 2026-10-11, value: 420.10, confidence: 6}
              - {written: 2026-10-13, done: [1, 3]}
";

#[test]
fn numbers_stay_exact_and_days_are_days() {
    let file = parse("small.yaml", SMALL).unwrap();
    let cycle = &file.cycles[0];
    assert_eq!(cycle.name.0, "2026-Q4");
    assert_eq!(cycle.from.0, date(2026, 10, 1));
    let key_result = &cycle.objectives[0].key_results[0];
    assert_eq!(key_result.measure.to.unwrap().0.to_string(), "200.5");
    assert_eq!(key_result.history[0].value.as_ref().unwrap().0, "420.10");
    assert_eq!(key_result.history[1].done, Some(vec![1, 3]));
}

#[test]
fn every_example_is_read() {
    for text in [
        include_str!("../../examples/student-class.yaml"),
        include_str!("../../examples/chrome.yaml"),
        include_str!("../../examples/ipld-2019-q1.yaml"),
        include_str!("../../examples/ipld-2019-q2.yaml"),
    ] {
        let file = parse("example.yaml", text).unwrap();
        assert_eq!(file.cycles.len(), 1);
    }
}

#[test]
fn mistakes_are_named_with_their_line() {
    let wrong = SMALL.replace("    to: 2026-12-31", "    to: the end");
    let error = parse("small.yaml", &wrong).unwrap_err();
    assert!(
        error.message().starts_with("small.yaml: "),
        "{}",
        error.message()
    );
    assert!(error.message().contains("line 7"), "{}", error.message());

    let unknown = SMALL.replace("owner: ana", "ownr: ana");
    let error = parse("small.yaml", &unknown).unwrap_err();
    assert!(error.message().contains("ownr"), "{}", error.message());

    let newer = SMALL.replace("okr-history/1", "okr-history/2");
    assert_eq!(
        parse("small.yaml", &newer).unwrap_err().code(),
        "unknown-format"
    );
    assert_eq!(parse("small.yaml", "").unwrap_err().code(), "bad-file");
}
