//! What stands around goals in a report: what people said, work, and the health of the organisation.

use super::*;

/// Returns the words of what was said in one way, as machines get them.
fn words_of(report: &serde_json::Value, kind: &str) -> Vec<String> {
    let said = report[kind].as_array().unwrap().iter();
    said.map(|one| one["text"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_people_said_is_told_in_its_time_and_place() {
    let machine = talked();
    let weekly = |more: &[&str]| json(&machine, &[&["report", "weekly"], more].concat());
    let this_week = weekly(&[]);
    assert_eq!(
        words_of(&this_week, "recognition"),
        ["Stayed until the pool held", "Down by a third"]
    );
    assert_eq!(words_of(&this_week, "feedback"), [""; 0]);
    let before = weekly(&["2026-W47"]);
    assert_eq!(words_of(&before, "recognition"), [""; 0]);
    assert_eq!(words_of(&before, "feedback").len(), 1);
    // Only about the goals and people that a report is about.
    let growth = weekly(&["-t", "growth"]);
    assert_eq!(words_of(&growth, "recognition"), [""; 0]);
    let ben = weekly(&["--who", "@ben"]);
    assert_eq!(
        words_of(&ben, "recognition"),
        ["Stayed until the pool held"]
    );
    // Reviews stand beside their objective.
    let mid = json(&machine, &["report", "mid"]);
    assert_eq!(words_of(&mid["objectives"][1], "reviews").len(), 2);
    assert_eq!(words_of(&mid["objectives"][0], "reviews"), [""; 0]);
    let found = json(&machine, &["report", "final", "--at", "2026-11-19"]);
    assert_eq!(words_of(&found["objectives"][1], "reviews"), [""; 0]);
    assert_eq!(words_of(&found, "recognition"), [""; 0]);
    assert_eq!(words_of(&found, "feedback").len(), 1);
}

#[test]
fn work_and_health_are_told_where_they_belong() {
    let machine = talked();
    let slugs = |list: &serde_json::Value| -> Vec<String> {
        let list = list.as_array().unwrap().iter();
        list.map(|one| one["slug"].as_str().unwrap().to_owned())
            .collect()
    };
    let weekly = json(&machine, &["report", "weekly"]);
    // By the day on which it is due.
    assert_eq!(slugs(&weekly["initiatives"]), ["ask", "move-eu", "planner"]);
    assert_eq!(slugs(&weekly["health"]), ["satisfaction", "uptime"]);
    let uptime = &weekly["health"][1];
    assert_eq!(
        (&uptime["health"], &uptime["since"], &uptime["value"]),
        (&"outside".into(), &"2026-11-17".into(), &"99.6".into())
    );
    assert_eq!(weekly["health"][0]["health"], "unknown");
    let before = json(&machine, &["report", "weekly", "2026-W46"]);
    assert_eq!(before["health"][1]["health"], "healthy");
    let growth = json(&machine, &["report", "weekly", "-t", "growth"]);
    assert_eq!(slugs(&growth["initiatives"]), ["ask"]);
    assert_eq!(slugs(&growth["health"]), [""; 0]);
    let ben = json(&machine, &["report", "weekly", "--who", "ben"]);
    assert_eq!(slugs(&ben["initiatives"]), ["move-eu"]);
    // What nobody needs any more, and what should long be done.
    let dropped = |report: &serde_json::Value| -> Vec<(String, Vec<serde_json::Value>)> {
        let all = report["candidates"].as_array().unwrap().iter();
        let all = all.filter(|one| one["subject"]["kind"] == "initiative");
        all.map(|one| {
            let name = one["subject"]["name"].as_str().unwrap().to_owned();
            (name, one["rules"].as_array().unwrap().clone())
        })
        .collect()
    };
    let mid = json(&machine, &["report", "mid"]);
    let overdue = vec!["overdue-work".into()];
    assert_eq!(dropped(&mid), [("ask".to_owned(), overdue)]);
    assert_eq!(slugs(&mid["health"]), ["satisfaction", "uptime"]);
    let close = ["close", "self-serve", "--score", "0.2", "--with-krs"];
    at(&machine, "2026-11-25", &close);
    let mid = json(&machine, &["report", "mid"]);
    let both = vec!["overdue-work".into(), "serves-nothing".into()];
    assert_eq!(dropped(&mid), [("ask".to_owned(), both)]);
    let found = json(&machine, &["report", "final"]);
    assert_eq!(slugs(&found["health"]), ["satisfaction", "uptime"]);
    // Done, it is not next any more.
    at(&machine, "2026-11-25", &["initiative", "done", "move-eu"]);
    let weekly = json(&machine, &["report", "weekly"]);
    assert_eq!(slugs(&weekly["initiatives"]), ["ask", "planner"]);
}

#[test]
fn what_is_said_about_work_and_health_is_told_with_the_goals() {
    let machine = talked();
    let before = words_of(&json(&machine, &["report", "weekly"]), "recognition");
    for (about, text) in [("move-eu", "Fast work"), ("uptime", "A calm week")] {
        let comment = ["comment", about, text, "--kind", "recognition"];
        at(&machine, "2026-11-25", &comment);
    }
    let after = words_of(&json(&machine, &["report", "weekly"]), "recognition");
    assert_eq!(after[..before.len()], before);
    assert_eq!(after[before.len()..], ["Fast work", "A calm week"]);
    // A health metric is the organisation's, and work is told where its key results are.
    let growth = json(&machine, &["report", "weekly", "-t", "growth"]);
    let growth = words_of(&growth, "recognition");
    assert!(!growth.contains(&"Fast work".to_owned()), "{growth:?}");
    assert!(!growth.contains(&"A calm week".to_owned()), "{growth:?}");
}

#[test]
fn feedback_to_a_person_is_told_in_their_own_report_only() {
    let machine = quarter();
    let to_ben = ["comment", "@ben", "Ask sooner", "--kind", "feedback"];
    at(&machine, "2026-11-24", &to_ben);
    let all = json(&machine, &["report", "weekly"]);
    assert_eq!(words_of(&all, "feedback"), [""; 0]);
    let own = json(&machine, &["report", "weekly", "--who", "ben"]);
    assert_eq!(words_of(&own, "feedback"), ["Ask sooner"]);
    let found = json(&machine, &["report", "final", "--who", "ben"]);
    assert_eq!(words_of(&found, "feedback"), ["Ask sooner"]);
}

#[test]
fn what_is_long_is_cut_and_the_command_beside_it_tells_all_of_it() {
    let machine = quarter();
    let long = format!("{}The end.", "It held all night. ".repeat(40));
    let thanks = ["comment", "api-p99", &long, "--kind", "recognition"];
    at(&machine, "2026-11-24", &thanks);
    for report in [&["report", "weekly"][..], &["report", "final"]] {
        for form in ["term", "md", "html"] {
            let text = screen(&machine, &[report, &["-o", form]].concat());
            assert!(text.contains("It held all night."), "{text}");
            assert!(!text.contains("The end."), "{text}");
        }
        let facts = json(&machine, report);
        assert_eq!(words_of(&facts, "recognition"), std::slice::from_ref(&long));
    }
    let text = screen(&machine, &["report", "weekly", "-o", "md"]);
    let command = "okr comment list 2026-Q4:api-p99 --kind recognition";
    assert!(text.contains(command), "{text}");
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    let full = machine.done(&[&words[..], &["-o", "json"]].concat());
    assert!(full.contains("The end."), "{full}");
    // Taken back, it is gone.
    let listed = machine.done(&[&words[..], &["-o", "id"]].concat());
    at(
        &machine,
        "2026-11-25",
        &["comment", "retract", listed.trim()],
    );
    let facts = json(&machine, &["report", "weekly"]);
    assert_eq!(words_of(&facts, "recognition"), [""; 0]);
    let earlier = json(&machine, &["report", "weekly", "--at", "2026-11-24"]);
    assert_eq!(words_of(&earlier, "recognition"), [long]);
}
