//! Sessions of the commands that read: status, tree, list, show, log and replay.

use super::*;

/// A machine with goals whose values and targets moved over some weeks.
pub(super) fn with_history() -> Machine {
    let machine = Machine::with_goals();
    for (now, line) in [
        (
            "2026-11-23T12:00:00+01:00",
            &["checkin", "api-p99", "366", "-C", "7", "--on", "2026-11-09"][..],
        ),
        (
            "2026-11-24T10:12:00+01:00",
            &[
                "kr",
                "set",
                "api-p99",
                "--to",
                "150",
                "-m",
                "Hardware came early",
                "--category",
                "external-change",
            ],
        ),
        (
            "2026-11-25T16:04:00+01:00",
            &[
                "checkin",
                "api-p99",
                "312",
                "-C",
                "6",
                "-m",
                "Gains from pooling are in; the rest needs the new query planner",
            ],
        ),
        (
            "2026-11-26T09:00:00+01:00",
            &["checkin", "error-budget", "0.7", "-C", "9"],
        ),
    ] {
        let words: Vec<&str> = line.iter().copied().chain(["--now", now]).collect();
        machine.done(&words);
    }
    machine
}

pub(super) const LATER: &str = "2026-11-27T09:30:00+01:00";

pub(super) fn screen(machine: &Machine, width: u16, words: &[&str]) -> String {
    let streams = Streams {
        answer_is_terminal: true,
        width: Some(width),
        ..Streams::default()
    };
    let words: Vec<&str> = words
        .iter()
        .copied()
        .chain(["--no-ascii", "--now", LATER])
        .collect();
    let said = machine.run_on(streams, &words);
    assert_eq!(said.exit, Exit::Ok, "{words:?}: {}", said.remarks);
    said.answer
}

pub(super) fn json(machine: &Machine, words: &[&str]) -> serde_json::Value {
    let words: Vec<&str> = words
        .iter()
        .copied()
        .chain(["-o", "json", "--now", LATER])
        .collect();
    serde_json::from_str(&machine.done(&words)).unwrap()
}

#[test]
fn the_log_says_who_when_what_and_why() {
    let machine = with_history();
    let log = screen(&machine, 80, &["log", "api-p99"]);
    insta::assert_snapshot!(log, @r#"
    9feb342f  Wed 25 Nov 16:04  ana  check-in  366 → 312 ms, confidence 7 → 6
              "Gains from pooling are in; the rest needs the new query planner"
    01c94c34  Tue 24 Nov 10:12  ana  target    200 → 150 ms
              amendment: external-change
              reason "Hardware came early"
    2b1b6e09  Mon 23 Nov 12:00  ana  check-in  366 ms, confidence 7
    e35eb81b  Mon 23 Nov 11:36  ana  created   key result "p99 latency" of fast,
                                               @ana, 480 → 200 ms
    "#);
    let newest = json(&machine, &["log", "api-p99", "--limit", "1"]);
    assert_eq!(newest["schema"], "okr.v1.ChangeList");
    assert_eq!(newest["items"].as_array().unwrap().len(), 1);
    let event = &newest["items"][0]["events"][0];
    assert_eq!(event["what"], "check-in");
    assert_eq!(event["key_result"]["name"], "api-p99");
    let moved = json(
        &machine,
        &["log", "api-p99", "--until", "2026-11-24", "--limit", "1"],
    );
    let moved = &moved["items"][0];
    assert_eq!(moved["reason"], "Hardware came early");
    assert_eq!(moved["amendment"], "external-change");
    assert_eq!(moved["events"][0]["field"], "measure");
    assert_eq!(moved["events"][0]["from"], "480 to 200 ms");
    assert_eq!(moved["events"][0]["to"], "480 to 150 ms");
}

#[test]
fn the_tree_stands_as_it_did_at_the_moment() {
    let machine = with_history();
    insta::assert_snapshot!(screen(&machine, 100, &["tree"]), @r"
    acme  2026-Q4                                                       38%  pace 62%
    └─ platform  Platform                                               38%
       └─ zyyo  fast  Feel instant                                      38%  @ana  late addition
          ├─ mtpt  api-p99       480 → 150 ms  now 312 ms  █████░░░░░   51%  ◐ at risk
          │        was 60% against its first target · late addition
          ├─ zwmk  error-budget  ≤ 1           now 0.7     held        100%  ● on track  late addition
          ├─ rlzz  new-cdn       3 steps                                  -  ? no check-in
          │        late addition
          └─ kryv  docs          3 levels                                 -  ? no check-in
                   late addition

    on this machine only · 12 changes
    ");
    // Written on the 23rd about the 9th: known from the 23rd on, and true from the 9th on.
    let latest = |words: &[&str]| {
        let tree = json(&machine, words);
        let objective = &tree["items"][0]["objectives"][0];
        let mut below = objective["key_results"].as_array().unwrap().iter();
        let latency = below.find(|one| one["slug"] == "api-p99");
        latency.unwrap()["latest_check_in"]["value"]["number"].clone()
    };
    let recorded = latest(&["tree", "--at", "2026-11-23T11:50:00+01:00"]);
    assert_eq!(recorded, serde_json::Value::Null);
    assert_eq!(latest(&["tree", "--at", "2026-11-24"]), "366");
    assert_eq!(latest(&["tree", "--at", "2026-11-25"]), "312");
    let tree = json(
        &machine,
        &["tree", "--axis", "authored", "--at", "2026-11-24"],
    );
    assert_eq!(tree["axis"], "authored");
    let progress = &tree["items"][0]["objectives"][0]["key_results"][0];
    assert_eq!(progress["measure"]["target"], "150");
    assert_eq!(progress["original_measure"]["target"], "200");
}

#[test]
fn a_moment_before_everything_is_empty_and_no_error() {
    let machine = with_history();
    for line in [
        &["tree"][..],
        &["status"],
        &["list", "krs"],
        &["log"],
        &["show", "api-p99"],
    ] {
        let words: Vec<&str> = line.iter().copied().chain(["--at", "2020-01-01"]).collect();
        let said = machine.run(&words);
        assert_eq!(said.exit, Exit::Ok, "{words:?}: {}", said.remarks);
        assert!(
            said.remarks.contains("Hint:"),
            "{words:?}: {}",
            said.remarks
        );
        assert!(
            !said.answer.contains("api-p99"),
            "{words:?}: {}",
            said.answer
        );
    }
}

#[test]
fn the_status_shows_my_goals_and_what_is_due() {
    let machine = with_history();
    insta::assert_snapshot!(screen(&machine, 80, &["status"]), @r"
    2026-Q4 · week 9 of 14 · 62% of the time gone                               @ana

      mtpt  api-p99       ◐ at risk      312 → 150 ms   ███░░░   51%  pace  62%
      zwmk  error-budget  ● on track     0.7, keep ≤ 1  held    100%  pace  62%
      rlzz  new-cdn       ? no check-in  3 steps                   -  pace  62%
      kryv  docs          ? no check-in  3 levels                  -  pace  62%

    api-p99: was 60% against its first target · late addition
    error-budget: late addition
    new-cdn: late addition
    docs: late addition
    Due: new-cdn (no check-in), docs (no check-in)

    on this machine only · 12 changes                      okr checkin new-cdn VALUE
    ");
    assert_eq!(
        screen(&machine, 80, &[]),
        screen(&machine, 80, &["status"]),
        "okr alone is okr status"
    );
    let status = json(&machine, &["status"]);
    assert_eq!(status["items"][0]["scope"], "mine");
    let due = status["items"][0]["due"].as_array().unwrap().iter();
    let due: Vec<_> = due.map(|one| &one["name"]).collect();
    assert_eq!(due, ["new-cdn", "docs"]);
}

#[test]
fn a_thing_is_shown_with_how_it_came_to_be() {
    let machine = with_history();
    insta::assert_snapshot!(screen(&machine, 100, &["show", "api-p99"]), @r#"
    api-p99  p99 latency
      id         mtpt  01a207fa-1680-77f1-8371-566b4edb6a6d
      objective  fast  Feel instant
      owner      @ana
      measure    480 → 150 ms
      first      480 → 200 ms
      now        312 ms on 2026-11-25, confidence 6
      status     ◐ at risk
      progress   51%  (was 60% against its first target)  pace 62%
      state      active
      weight     1
      remarks    late addition: added after the cycle was opened, not committed

    Check-ins
    ID    DAY         KR        VALUE  CONF  WHO  NOTE                                                             REMARKS
    uqyo  2026-11-25  api-p99  312 ms     6  ana  Gains from pooling are in; the rest needs the new query planner  -
    vxoo  2026-11-09  api-p99  366 ms     7  ana  -                                                                -

    Changes
    01c94c34  Tue 24 Nov 10:12  ana  target   200 → 150 ms  amendment: external-change
              reason "Hardware came early"
    e35eb81b  Mon 23 Nov 11:36  ana  created  key result "p99 latency" of fast, @ana, 480 → 200 ms
    "#);
    let both = json(&machine, &["show", "fast", "2026-q4", "@me"]);
    let kinds: Vec<_> = both["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["type"])
        .collect();
    assert_eq!(kinds, ["objective", "cycle", "person"]);
    let log = json(&machine, &["log", "--limit", "1"]);
    let id = log["items"][0]["short_id"].as_str().unwrap();
    let change = json(&machine, &["show", id]);
    assert_eq!(change["items"][0]["type"], "change");
    assert_eq!(change["items"][0]["id"], log["items"][0]["id"]);
}

#[test]
fn a_replay_has_a_frame_for_what_changed_and_for_nothing_else() {
    let machine = with_history();
    let said = machine.run(&["replay", "api-p99", "--now", LATER, "--no-ascii"]);
    insta::assert_snapshot!(said.answer, @r#"
    ── 1 of 4 · Mon 23 Nov 11:36 ───────────────────────────────────────────
    e35eb81b  Mon 23 Nov 11:36  ana  created  key result "p99 latency" of fast, @ana, 480 → 200 ms

    2026-Q4, open                                         0%  pace 58%
    └─ platform  Platform                                 0%
       └─ zyyo  fast  Feel instant                        0%  @ana  late addition
          └─ mtpt  api-p99  480 → 200 ms                   -  no check-in  late addition

    ── 2 of 4 · Mon 23 Nov 12:00 ───────────────────────────────────────────
    2b1b6e09  Mon 23 Nov 12:00  ana  check-in  366 ms, confidence 7

    2026-Q4, open                                                  10%  pace 58%
    └─ platform  Platform                                          10%
       └─ zyyo  fast  Feel instant                                 10%  @ana  late addition · 0% before
          └─ mtpt  api-p99  480 → 200 ms  now 366 ms  ████░░░░░░   41%  on track  late addition

    ── 3 of 4 · Tue 24 Nov 10:12 ───────────────────────────────────────────
    01c94c34  Tue 24 Nov 10:12  ana  target  200 → 150 ms  amendment: external-change
              reason "Hardware came early"

    2026-Q4, open                                                   9%  pace 59%
    └─ platform  Platform                                           9%
       └─ zyyo  fast  Feel instant                                  9%  @ana  late addition · 10% before
          └─ mtpt  api-p99  480 → 150 ms  now 366 ms  ███░░░░░░░   35%  stale  was 41% against its first target · late addition · 41% before

    ── 4 of 4 · Wed 25 Nov 16:04 ───────────────────────────────────────────
    9feb342f  Wed 25 Nov 16:04  ana  check-in  366 → 312 ms, confidence 7 → 6
              "Gains from pooling are in; the rest needs the new query planner"

    2026-Q4, open                                                  13%  pace 60%
    └─ platform  Platform                                          13%
       └─ zyyo  fast  Feel instant                                 13%  @ana  late addition · 9% before
          └─ mtpt  api-p99  480 → 150 ms  now 312 ms  █████░░░░░   51%  at risk  was 60% against its first target · late addition · 35% before
    "#);
    let frames = json(&machine, &["replay", "api-p99", "--by", "day"]);
    let days: Vec<_> = frames["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|frame| frame["at"].as_str().unwrap()[..10].to_owned())
        .collect();
    assert_eq!(days, ["2026-11-23", "2026-11-24", "2026-11-25"]);
    // Between changes of one moment there is nothing to be seen, so no change may be lost there.
    let all = json(&machine, &["replay", "fast"]);
    let first = all["items"][0]["changes"].as_array().unwrap();
    assert_eq!(first.len(), 5, "the objective and its four key results");
    let later = json(&machine, &["replay", "api-p99", "--from", "2026-11-25"]);
    assert_eq!(later["items"].as_array().unwrap().len(), 1);
}

#[test]
fn before_the_first_goal_the_effective_axis_says_why_it_is_empty() {
    let machine = with_history();
    let line = ["checkin", "api-p99", "475", "--on", "2026-11-01"];
    machine.done(&[&line[..], &["--now", LATER]].concat());
    let at = |day: &'static str, words: &[&str]| {
        let more = ["--at", day, "--axis", "effective", "--now", LATER];
        let said = machine.run(&[words, &more].concat());
        assert_eq!(said.exit, Exit::Ok, "{words:?}: {}", said.remarks);
        said
    };
    for words in [
        &["tree"][..],
        &["list", "krs"],
        &["show", "api-p99"],
        &["status"],
        &["due"],
        &["chart", "api-p99"],
        &["report", "mid"],
        &["report", "weekly"],
    ] {
        let said = at("2026-11-02", words);
        for fact in [
            "nothing was written by Mon 2026-11-02 24:00",
            "from the day that it was written",
            "--at 2026-11-23",
            "okr checkin list KR",
        ] {
            assert!(said.remarks.contains(fact), "{words:?}: {}", said.remarks);
        }
    }
    // The values of these days are known, and named as they are today.
    let said = at("2026-11-02", &["checkin", "list", "api-p99"]);
    assert!(said.answer.contains("475 ms"), "{}", said.answer);
    assert!(said.answer.contains("api-p99"), "{}", said.answer);
    assert!(
        said.remarks.contains("was written after these days"),
        "{}",
        said.remarks
    );
    let said = at("2026-10-31", &["checkin", "list", "api-p99"]);
    assert!(
        said.remarks.contains("nothing was written by"),
        "{}",
        said.remarks
    );
    // From the day on that it names, there is an answer.
    let tree = at("2026-11-23", &["tree"]);
    assert!(tree.answer.contains("api-p99"), "{}", tree.answer);
    let authored = ["tree", "--at", "2026-11-02", "--axis", "authored"];
    let said = machine.run(&[&authored[..], &["--now", LATER]].concat());
    assert!(
        said.remarks.contains("nothing was written by"),
        "{}",
        said.remarks
    );
}

#[test]
fn lists_are_filtered_and_refuse_filters_that_do_not_fit() {
    let machine = with_history();
    let ids = |words: &[&str]| {
        let words: Vec<&str> = words.iter().copied().chain(["-o", "id"]).collect();
        machine.done(&words).lines().count()
    };
    assert_eq!(ids(&["list"]), 1);
    assert_eq!(ids(&["ls", "krs"]), 4);
    assert_eq!(ids(&["list", "krs", "--status", "no-check-in"]), 2);
    assert_eq!(ids(&["list", "krs", "--owner", "@me"]), 4);
    assert_eq!(ids(&["list", "checkins", "--limit", "2"]), 2);
    assert_eq!(ids(&["list", "krs", "-t", "platform", "-c", "all"]), 4);
    for (line, code) in [
        (
            &["list", "teams", "--owner", "@me"][..],
            "flag-without-effect",
        ),
        (&["list", "krs", "--status", "green"], "unknown-status"),
        (&["log", "--since", "tomorrow"], "date-in-future"),
        (
            &["log", "--since", "today", "--until", "2026-11-01"],
            "empty-span",
        ),
        (&["tree", "--at", "3", "--axis", "authored"], "bad-moment"),
    ] {
        let words: Vec<&str> = line.iter().copied().chain(["-v"]).collect();
        let said = machine.run(&words);
        assert_eq!(said.exit, Exit::Usage, "{line:?}: {}", said.remarks);
        assert!(said.remarks.contains(code), "{line:?}: {}", said.remarks);
    }
}

#[test]
fn a_replay_also_tells_what_moves_no_goal() {
    let machine = with_history();
    let late = "2026-11-27T09:00:00+01:00";
    let line = [
        "checkin",
        "api-p99",
        "470",
        "--on",
        "2026-11-02",
        "--now",
        late,
    ];
    machine.done(&line);
    let said = machine.run(&["replay", "fast", "--now", LATER]);
    let last = said.answer.rsplit(" of ").next().unwrap();
    assert!(
        last.contains("Fri 27 Nov 09:00") && last.contains("470 ms"),
        "{last}"
    );
    assert!(
        last.trim_end().ends_with("The goals stand as before."),
        "{last}"
    );
    // On the effective axis it stands where it belongs, and there it is news.
    let days = json(&machine, &["replay", "api-p99", "--axis", "effective"]);
    let days = days["items"].as_array().unwrap();
    let days: Vec<&str> = days
        .iter()
        .map(|frame| &frame["at"].as_str().unwrap()[..10])
        .collect();
    assert_eq!(
        days,
        [
            "2026-11-02",
            "2026-11-09",
            "2026-11-23",
            "2026-11-24",
            "2026-11-25"
        ]
    );
}

#[test]
fn a_replay_is_of_one_cycle_and_of_a_team_with_those_below_it() {
    let machine = with_history();
    for line in [
        &["cycle", "add", "2027-Q1"][..],
        &["team", "add", "Web", "--parent", "platform"],
        &["objective", "add", "Quick pages", "-t", "web"],
        &[
            "objective",
            "add",
            "Other plans",
            "-c",
            "2027-Q1",
            "-t",
            "web",
        ],
    ] {
        machine.done(line);
    }
    let said = machine.run(&["replay", "-c", "all", "-v"]);
    assert_eq!(said.exit, Exit::Usage, "{}", said.remarks);
    assert!(said.remarks.contains("one-cycle"), "{}", said.remarks);
    let team = machine.done(&["replay", "-t", "platform"]);
    assert!(
        team.contains("Quick pages") && team.contains("366 ms"),
        "{team}"
    );
    assert!(!team.contains("Other plans"), "{team}");
    let team = machine.done(&["replay", "web"]);
    assert!(
        team.contains("Quick pages") && !team.contains("366 ms"),
        "{team}"
    );
    let said = machine.run(&["replay", "api-p99", "--speed", "2"]);
    assert_eq!(said.exit, Exit::Ok);
    assert!(
        said.remarks.contains("--speed is for the player"),
        "{}",
        said.remarks
    );
    let said = machine.run(&["replay", "--speed", "2", "--plain"]);
    assert_eq!(said.exit, Exit::Usage, "{}", said.remarks);
}

#[test]
fn what_is_blocked_is_listed_with_what_stands_in_its_way() {
    let machine = Machine::with_goals();
    machine.done(&[
        "checkin",
        "api-p99",
        "366",
        "--blocker",
        "no staff before March",
    ]);
    machine.done(&["checkin", "error-budget", "0.7", "--blocker", "no meter"]);
    machine.done(&["checkin", "error-budget", "0.8", "--unblocked"]);
    insta::assert_snapshot!(without_ids(&machine.done(&["list", "krs", "--blocked"]).replace('\t', "  ")), @r"
    ID  SLUG  STATUS  OWNER  SINCE  BLOCKER
    ....  api-p99  on track  @ana  2026-11-23  no staff before March
    ");
    let listed = machine.done(&["kr", "list", "--blocked", "-o", "json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        listed["items"][0]["blocker"]["text"],
        "no staff before March"
    );
    let refused = machine.refused(&["list", "objectives", "--blocked"], Exit::Usage);
    assert!(refused.contains("--blocked does not fit"), "{refused}");
}

#[test]
fn a_filter_makes_something_else_of_the_answer() {
    let machine = Machine::with_goals();
    let slugs = machine.done(&["list", "krs", "--jq", ".items[].slug"]);
    assert!(slugs.lines().any(|slug| slug == "api-p99"), "{slugs}");
    let lines = ["list", "krs", "-o", "jsonl", "--jq", ".type"];
    let types = machine.done(&lines);
    assert!(types.lines().count() > 3, "{types}");
    assert!(types.lines().all(|line| line == "key_result"), "{types}");
    // What cannot be understood is said before anything is written.
    let added = ["team", "add", "Web", "--jq", ".items["];
    let said = machine.run(&["team", "add", "Web", "--jq", ".items | .slug"]);
    assert_eq!((said.exit, said.answer.as_str()), (Exit::Error, ""));
    assert!(said.remarks.contains("filter-failed"), "{}", said.remarks);
    assert!(machine.done(&["team", "list"]).contains("web"));
    let before = machine.done(&["log", "-o", "id"]);
    assert_eq!(machine.run(&added).exit, Exit::Usage);
    assert_eq!(machine.done(&["log", "-o", "id"]), before);
}
