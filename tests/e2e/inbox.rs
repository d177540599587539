//! What others did to what is mine or followed, on two machines and a server.

use okr_e2e::{Home, Server};
use serde_json::Value;

use crate::sync::{founded, joined, plan};

/// Ana owns all the goals; Ben is there, and both know the same.
fn two() -> (tempfile::TempDir, Server, Home, Home) {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    plan(&ana);
    let ben = joined(&server, &ana, directory.path(), "ben");
    ana.okr(&["sync"]).unwrap();
    (directory, server, ana, ben)
}

/// Lets somebody do something, and both exchange it.
fn exchanged(doer: &Home, lines: &[&[&str]], other: &Home) {
    for line in lines {
        doer.okr(line).unwrap();
    }
    doer.okr(&["sync"]).unwrap();
    other.okr(&["sync"]).unwrap();
}

/// Returns the name, the reasons and the word of each item.
fn told(home: &Home, words: &[&str]) -> Vec<(String, String, String)> {
    let listed = home.json(&[&["inbox"], words].concat()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let item = |item: &Value| {
        let because = item["because"].as_array().unwrap().iter().map(text);
        (
            text(&item["thing"]["name"]),
            because.collect::<Vec<_>>().join(" "),
            text(&item["change"]["events"][0]["what"]),
        )
    };
    listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(item)
        .collect()
}

fn row(name: &str, because: &str, what: &str) -> (String, String, String) {
    (name.to_owned(), because.to_owned(), what.to_owned())
}

#[test]
fn what_others_did_is_told_until_it_was_seen() {
    let (_directory, _server, ana, ben) = two();
    assert_eq!(told(&ana, &[]), []);
    let lines: [&[&str]; 2] = [
        &["checkin", "api-p99", "420", "-m", "pooling"],
        &["comment", "api-p99", "Is 200 right, @Ana?"],
    ];
    exchanged(&ben, &lines, &ana);
    ana.okr(&["checkin", "api-p99", "410"]).unwrap();
    let both = [
        row("api-p99", "yours", "check-in"),
        row("api-p99", "mention", "comment"),
    ];
    assert_eq!(told(&ana, &[]), both);
    let status = ana.okr(&["status"]).unwrap();
    let line = "1 comment for you, 1 change since you looked: okr inbox";
    assert!(status.contains(line), "{status}");
    assert_eq!(ana.run(&["inbox", "--check"]).unwrap().code, Some(3));
    // In a pipe nothing is marked; a person who sees all of it has seen it.
    let part = ana.at_terminal(&["inbox", "--limit", "1"]).unwrap();
    assert!(part.stderr.contains("--limit all"), "{}", part.stderr);
    assert_eq!(told(&ana, &[]), both);
    let ana = ana.with("NO_COLOR", "1");
    let kept = ana.at_terminal(&["inbox", "--no-ack"]).unwrap();
    assert!(
        kept.stdout.contains("api-p99 · yours  p99 latency"),
        "{}",
        kept.stdout
    );
    assert_eq!(told(&ana, &[]), both);
    let seen = ana.at_terminal(&["inbox"]).unwrap();
    assert_eq!(seen.stdout, kept.stdout);
    assert!(seen.stdout.contains("mentions you"), "{}", seen.stdout);
    assert!(seen.stderr.contains("okr inbox --all"), "{}", seen.stderr);
    assert_eq!(told(&ana, &[]), []);
    assert_eq!(told(&ana, &["--all"]), both);
    assert_eq!(told(&ana, &["--since", "1 hour ago"]), both);
    assert_eq!(ana.run(&["inbox", "--check"]).unwrap().code, Some(0));
    let status = ana.json(&["status"]).unwrap();
    assert_eq!(status["items"][0]["unread"]["comments"], 0);
    // Nothing is Ben's that Ana could have done something to, but himself.
    assert_eq!(told(&ben, &["--all"]), [row("@ben", "yours", "joined")]);
}

#[test]
fn what_was_seen_is_marked_by_a_script_when_it_asks() {
    let (_directory, _server, ana, ben) = two();
    exchanged(&ben, &[&["checkin", "api-p99", "420"]], &ana);
    let rehearsed = ana.run(&["inbox", "--ack", "-n"]).unwrap();
    assert!(
        rehearsed.stderr.contains("would be marked"),
        "{}",
        rehearsed.stderr
    );
    let marked = ana.run(&["inbox", "--ack", "-o", "id"]).unwrap();
    assert_eq!(marked.stdout.lines().count(), 1, "{}", marked.stdout);
    assert_eq!(told(&ana, &[]), []);
}

fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

#[test]
fn what_is_followed_given_and_taken_is_told() {
    let (_directory, _server, ana, ben) = two();
    ben.okr(&["follow", "fast"]).unwrap();
    ana.okr(&["checkin", "api-p99", "430"]).unwrap();
    let renamed: [&[&str]; 3] = [
        &words("kr set api-p99 --slug latency -m shorter --category other"),
        &["comment", "@ben", "Well done", "--kind", "recognition"],
        &words("kr set latency --owner @ben -m his --category other"),
    ];
    exchanged(&ana, &renamed, &ben);
    assert_eq!(
        told(&ben, &["--ack"]),
        [
            row("latency", "followed", "check-in"),
            row("latency", "followed", "slug"),
            row("@ben", "yours", "recognition"),
            row("latency", "given", "owner"),
        ]
    );
    ben.okr(&["unfollow", "fast"]).unwrap();
    let later: [&[&str]; 3] = [
        &words("kr set latency --owner @me -m back --category other"),
        &["checkin", "latency", "300"],
        &words("kr archive latency -m over --category other"),
    ];
    exchanged(&ana, &later, &ben);
    // What was done after it was taken is no business of his.
    assert_eq!(told(&ben, &["--ack"]), [row("latency", "taken", "owner")]);
    let said: [&[&str]; 1] = [&["comment", "fast", "What now?"]];
    exchanged(&ben, &said, &ana);
    let asked = ana.json(&["inbox"]).unwrap();
    let comment = asked["items"][0]["change"]["events"][0]["subject"]["id"]
        .as_str()
        .unwrap();
    exchanged(&ana, &[&["comment", comment, "We go on"]], &ben);
    assert_eq!(told(&ben, &[]), [row("fast", "reply", "comment")]);
}

#[test]
fn what_happened_before_somebody_came_is_no_news() {
    let (directory, server, ana, _ben) = two();
    let lines: [&[&str]; 2] = [
        &["member", "add", "cai"],
        &[
            "kr",
            "set",
            "api-p99",
            "--owner",
            "@cai",
            "-m",
            "hers",
            "--category",
            "other",
        ],
    ];
    for line in lines {
        ana.okr(line).unwrap();
    }
    ana.okr(&["sync"]).unwrap();
    let answer = ana.json(&["member", "invite", "cai"]).unwrap();
    let code = answer["items"][0]["code"].as_str().unwrap();
    let cai = Home::new(&crate::programs(), &directory.path().join("cai")).unwrap();
    cai.okr(&["clone", server.url(), "acme", "--code", code])
        .unwrap();
    assert_eq!(told(&cai, &[]), []);
    let before = [
        row("@cai", "yours", "joined"),
        row("api-p99", "given", "owner"),
    ];
    assert_eq!(told(&cai, &["--all"]), before);
    exchanged(&ana, &[&["checkin", "api-p99", "400"]], &cai);
    assert_eq!(told(&cai, &[]), [row("api-p99", "yours", "check-in")]);
}

#[test]
fn a_pinned_team_hides_nothing_that_is_marked() {
    let (_directory, _server, ana, ben) = two();
    exchanged(&ana, &[&["team", "add", "Platform"]], &ben);
    exchanged(&ben, &[&["checkin", "api-p99", "420"]], &ana);
    assert_eq!(told(&ana, &["-t", "platform"]), []);
    let pinned = ana.clone().with("OKR_TEAM", "platform");
    let all = [row("api-p99", "yours", "check-in")];
    assert_eq!(told(&pinned, &[]), all);
    assert_eq!(told(&pinned, &["--ack"]), all);
    assert_eq!(told(&ana, &[]), []);
}

#[test]
fn the_work_of_a_team_is_in_its_part() {
    let (_directory, _server, ana, ben) = two();
    let work: [&[&str]; 5] = [
        &["team", "add", "Platform"],
        &["team", "add", "Sales"],
        &words("objective set fast --to-team platform -m ours --category correction"),
        &words("initiative add Pooling --kr api-p99 --slug pooling"),
        &words("metric add Response --at-most 300 --slug response -t platform"),
    ];
    exchanged(&ana, &work, &ben);
    let lines: [&[&str]; 2] = [
        &words("initiative set pooling --state doing"),
        &words("metric record response 280"),
    ];
    exchanged(&ben, &lines, &ana);
    let both = [
        row("pooling", "yours", "state"),
        row("response", "yours", "value"),
    ];
    assert_eq!(told(&ana, &[]), both);
    assert_eq!(told(&ana, &["-t", "platform"]), both);
    assert_eq!(told(&ana, &["-t", "sales"]), []);
}
