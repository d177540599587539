//! What happens around the goals of the year: what people say, the work behind key results, and the
//! health of the organisation.

use super::{Act, PEOPLE, Planned, QUARTERS, act, later};

/// The health metrics: what is typed after `okr metric add`, and the values, a month after the other.
const METRICS: [(&[&str], &str, [&str; 3]); 3] = [
    (
        &[
            "Uptime of the service",
            "--at-least",
            "99.9",
            "--unit",
            "%",
            "-t",
            "platform",
        ],
        "uptime",
        ["99.95", "99.82", "99.9"],
    ),
    (
        &["Customer satisfaction", "--at-least", "40"],
        "satisfaction",
        ["44", "41", "38"],
    ),
    (
        &[
            "People who leave in a year",
            "--at-most",
            "10",
            "--unit",
            "%",
        ],
        "attrition",
        ["8", "9", "10"],
    ),
];

/// Adds the health metrics, and records a value of each in every month.
pub(super) fn health(acts: &mut Vec<Act>) {
    for (words, slug, values) in METRICS {
        let words = [&["metric", "add"], words, &["--slug", slug]].concat();
        acts.push(act(later(QUARTERS[0].1, -20), &words));
        for (_, start, _) in QUARTERS {
            for (value, days) in values.iter().zip([10, 40, 71]) {
                acts.push(act(later(start, days), &["metric", "record", slug, value]));
            }
        }
    }
}

/// Begins work for a key result here and there, and ends some of it.
pub(super) fn work(one: &Planned, acts: &mut Vec<Act>) {
    if one.number % 11 != 2 {
        return;
    }
    let (cycle, start, _) = QUARTERS[one.quarter];
    let serves = format!("{cycle}:{}", one.slug);
    let slug = format!("work-{:03}", one.number);
    let due = later(start, 30).to_string();
    let owner = format!("@{}", PEOPLE[one.number % PEOPLE.len()]);
    let state = if one.number.is_multiple_of(2) {
        "doing"
    } else {
        "todo"
    };
    let words = [
        "initiative",
        "add",
        "Write the importer anew",
        "--kr",
        &serves,
        "--slug",
        &slug,
        "--owner",
        &owner,
        "--due",
        &due,
        "--state",
        state,
    ];
    acts.push(act(later(start, 13), &words));
    match one.number % 3 {
        0 => acts.push(act(later(start, 29), &["initiative", "done", &slug])),
        1 => acts.push(act(later(start, 50), &["initiative", "drop", &slug])),
        _ => {}
    }
}

/// Says something about a goal here and there: thanks, feedback, and reviews half-way.
pub(super) fn discuss(one: &Planned, acts: &mut Vec<Act>) {
    let (cycle, start, _) = QUARTERS[one.quarter];
    let mut say = |days, about: &str, kind, text| {
        let words = ["comment", about, text, "--kind", kind];
        acts.push(act(later(start, days), &words));
    };
    let days = 40 + i32::try_from(one.number % 7).unwrap_or_default();
    if one.number % 13 == 6 {
        let person = format!("@{}", PEOPLE[1 + one.number % (PEOPLE.len() - 1)]);
        let text = "The importer would not be there without you";
        say(days, &person, "recognition", text);
    }
    if one.number % 19 == 8 {
        let goal = format!("{cycle}:{}", one.slug);
        say(
            days,
            &goal,
            "feedback",
            "The number says little about quality",
        );
    }
    if one.number % 23 == 9 {
        say(
            days,
            &one.objective,
            "review",
            "Ambitious, and still within reach",
        );
    }
}
