//! A year and a quarter of an organisation of a real size, as what its people type.
//!
//! The numbers are those of the demonstration data of an open-source OKR tool (`puzzle/okr`): 77
//! objectives, 220 key results of which 20 are never reported on, 860 check-ins that are 11 days
//! apart in the median and 25 in the ninth decile, and 43 of 412 values below the baseline. The same
//! every time; nothing is random.

mod around;

use jiff::civil::Date;
use okr_core::value::days_between;

/// The people, by handle; the first is the administrator.
pub const PEOPLE: [&str; 13] = [
    "ana", "ben", "cleo", "dag", "eli", "finn", "gro", "hedda", "ivar", "june", "kim", "liv", "mo",
];
/// The teams, by slug.
pub const TEAMS: [&str; 9] = [
    "company", "platform", "growth", "support", "sales", "design", "data", "people", "finance",
];
/// The quarters, with their first and last days.
pub const QUARTERS: [(&str, Date, Date); 5] = [
    (
        "2025-Q4",
        Date::constant(2025, 10, 1),
        Date::constant(2025, 12, 31),
    ),
    (
        "2026-Q1",
        Date::constant(2026, 1, 1),
        Date::constant(2026, 3, 31),
    ),
    (
        "2026-Q2",
        Date::constant(2026, 4, 1),
        Date::constant(2026, 6, 30),
    ),
    (
        "2026-Q3",
        Date::constant(2026, 7, 1),
        Date::constant(2026, 9, 30),
    ),
    (
        "2026-Q4",
        Date::constant(2026, 10, 1),
        Date::constant(2026, 12, 31),
    ),
];

/// How many objectives there are.
pub const OBJECTIVES: usize = 77;
/// How many key results there are.
pub const KEY_RESULTS: usize = 220;
/// How many check-ins there are.
pub const CHECK_INS: usize = 860;
/// How many key results nobody ever reports on.
pub const SILENT: usize = 20;
/// How many values are numbers on their way from a baseline to a target.
pub const VALUES: usize = 412;
/// How many of them are below the baseline.
pub const BELOW: usize = 43;

/// The days from a check-in to the next, each as often as the others.
const GAPS_DAYS: [i32; 10] = [25, 5, 7, 11, 25, 7, 10, 11, 12, 14];
/// One key result of so many is never reported on.
const SILENT_EACH: usize = KEY_RESULTS / SILENT;
/// One key result of so many that are reported on has five check-ins; the others have four.
const FIVE: [bool; 10] = [
    false, true, false, false, true, false, false, true, false, false,
];

/// Something that somebody types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// The day on which it is typed.
    pub day: Date,
    /// What is typed after `okr`.
    pub words: Vec<String>,
}

/// How a key result is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// From a baseline to a target: up, or down.
    Metric,
    Milestones,
    Zones,
    Hold,
}

/// A key result to be.
struct Planned {
    number: usize,
    slug: String,
    quarter: usize,
    objective: String,
    kind: Kind,
    check_ins: usize,
}

/// Returns everything that is typed, in the order of the days.
pub fn acts() -> Vec<Act> {
    let mut acts = founding();
    let planned = plan(&mut acts);
    let mut numbers = 0;
    for one in &planned {
        report(one, &mut numbers, &mut acts);
        amend(one, &mut acts);
        around::discuss(one, &mut acts);
        around::work(one, &mut acts);
    }
    around::health(&mut acts);
    conclude(&planned, &mut acts);
    // What is typed on one day stays in the order in which it was thought of.
    acts.sort_by_key(|act| act.day);
    acts
}

fn act(day: Date, words: &[&str]) -> Act {
    Act {
        day,
        words: words.iter().map(|word| (*word).to_owned()).collect(),
    }
}

fn later(day: Date, days: i32) -> Date {
    day.saturating_add(jiff::Span::new().days(days))
}

fn founding() -> Vec<Act> {
    let day = Date::constant(2025, 9, 1);
    let init = [
        "init",
        "acme",
        "--name",
        "Acme",
        "--tz",
        "Europe/Oslo",
        "--handle",
        PEOPLE[0],
    ];
    let mut acts = vec![act(day, &init)];
    acts.extend(
        PEOPLE[1..]
            .iter()
            .map(|handle| act(day, &["member", "add", handle])),
    );
    for (index, slug) in TEAMS.iter().enumerate() {
        let lead = format!("@{}", PEOPLE[index]);
        let mut words = vec!["team", "add", slug, "--slug", slug, "--lead", &lead];
        if index > 5 {
            words.extend(["--parent", TEAMS[0]]);
        }
        acts.push(act(day, &words));
    }
    for (name, start, _) in QUARTERS {
        acts.push(act(later(start, -20), &["cycle", "add", name]));
        acts.push(act(start, &["cycle", "open", name]));
    }
    acts
}

/// Plans the goals: of each quarter before it begins, but for one in ten that comes late.
fn plan(acts: &mut Vec<Act>) -> Vec<Planned> {
    let mut planned: Vec<Planned> = Vec::new();
    let (mut fours, mut reported) = (0, 0);
    for objective in 0..OBJECTIVES {
        let quarter = objective % QUARTERS.len();
        let (cycle, start, _) = QUARTERS[quarter];
        let is_late = objective % 19 == 18;
        let day = later(start, if is_late { 12 } else { -10 });
        let slug = format!("goal-{objective:02}");
        let title = format!("Goal {objective} that matters to everybody");
        let owner = format!("@{}", PEOPLE[objective % PEOPLE.len()]);
        let team = TEAMS[objective % TEAMS.len()];
        let words = [
            "objective",
            "add",
            &title,
            "--slug",
            &slug,
            "-c",
            cycle,
            "-t",
            team,
            "--owner",
            &owner,
        ];
        acts.push(act(day, &words));
        // 66 objectives have three key results and 11 have two.
        let below = if objective % 7 == 3 { 2 } else { 3 };
        for _ in 0..below {
            let number = planned.len();
            let check_ins = check_ins_of(number, &mut reported);
            let kind = kind_of(number, check_ins, &mut fours);
            let one = Planned {
                number,
                slug: format!("measure-{number:03}"),
                quarter,
                objective: format!("{cycle}:{slug}"),
                kind,
                check_ins,
            };
            acts.push(act(day, &words_of(&one, &owner)));
            planned.push(one);
        }
    }
    planned
}

/// Returns how often a key result is reported on: never, four or five times.
fn check_ins_of(number: usize, reported: &mut usize) -> usize {
    if number % SILENT_EACH == 5 {
        return 0;
    }
    let has_five = FIVE[*reported % FIVE.len()];
    *reported += 1;
    if has_five { 5 } else { 4 }
}

/// Returns how a key result is measured, so that there are as many values as there shall be.
fn kind_of(number: usize, check_ins: usize, fours: &mut usize) -> Kind {
    match check_ins {
        4 => {
            *fours += 1;
            if *fours <= VALUES / 4 {
                Kind::Metric
            } else {
                Kind::Milestones
            }
        }
        5 => [Kind::Zones, Kind::Milestones, Kind::Hold][number % 3],
        _ => Kind::Metric,
    }
}

fn words_of<'a>(one: &'a Planned, owner: &'a str) -> Vec<&'a str> {
    let mut words = vec![
        "kr",
        "add",
        "What shows that it is so",
        "-O",
        &one.objective,
        "--slug",
        &one.slug,
        "--owner",
        owner,
    ];
    words.extend(match one.kind {
        Kind::Metric if one.number.is_multiple_of(2) => {
            &["--from", "20", "--to", "120", "--unit", "users"][..]
        }
        Kind::Metric => &["--from", "480", "--to", "200", "--unit", "ms"],
        Kind::Milestones => &["--milestones", "Contract; Pilot; Rollout=2; Review"],
        Kind::Zones => &["--zones", "half; all; all and more"],
        Kind::Hold => &["--at-most", "6", "--unit", "%"],
    });
    words
}

fn report(one: &Planned, numbers: &mut usize, acts: &mut Vec<Act>) {
    let (cycle, start, end) = QUARTERS[one.quarter];
    let reference = format!("{cycle}:{}", one.slug);
    let mut day = later(
        start,
        14 + i32::try_from(one.number % 6).unwrap_or_default(),
    );
    for round in 0..one.check_ins {
        if round > 0 {
            day = later(day, GAPS_DAYS[(one.number * 4 + round) % GAPS_DAYS.len()]);
        }
        let day = day.min(end);
        let value = value(one, round, numbers);
        let confidence = ((one.number + 3 * round) % 11).to_string();
        let mut words = vec!["checkin", &reference, &value, "-C", &confidence];
        if round % 2 == 0 {
            words.extend(["-m", "Shipped the importer, waiting for the review"]);
        }
        acts.push(act(day, &words));
    }
}

fn value(one: &Planned, round: usize, numbers: &mut usize) -> String {
    match one.kind {
        Kind::Metric => {
            let number = *numbers;
            *numbers += 1;
            // 43 and 412 have no divisor in common, so that this is so 43 times.
            let is_below = number * BELOW % VALUES < BELOW;
            let way = i64::try_from(round + 1).unwrap_or_default() * 20
                + i64::try_from(number % 9).unwrap_or_default();
            let up = one.number.is_multiple_of(2);
            match (up, is_below) {
                (true, true) => "11".to_owned(),
                (true, false) => (20 + way).to_string(),
                (false, true) => "505".to_owned(),
                (false, false) => (480 - 2 * way).to_string(),
            }
        }
        Kind::Milestones => ["1", "1,2", "1,2", "1,2,3", "1,2,3,4"][round % 5].to_owned(),
        Kind::Zones => ["fail", "commit", "commit", "target", "stretch"][round % 5].to_owned(),
        Kind::Hold => (3 + (one.number + round) % 6).to_string(),
    }
}

/// Moves a target here and there, and gives up on some key results.
fn amend(one: &Planned, acts: &mut Vec<Act>) {
    let (cycle, start, _) = QUARTERS[one.quarter];
    let reference = format!("{cycle}:{}", one.slug);
    if one.kind == Kind::Metric && one.number % 17 == 4 {
        let target = if one.number.is_multiple_of(2) {
            "150"
        } else {
            "250"
        };
        let words = [
            "kr",
            "set",
            &reference,
            "--target",
            target,
            "-m",
            "The contract is for half of it",
            "--category",
            "external-change",
        ];
        acts.push(act(later(start, 40), &words));
    }
    if one.check_ins == 0 && one.number.is_multiple_of(4) {
        let words = [
            "kr",
            "abandon",
            &reference,
            "-m",
            "Nobody had the time",
            "--category",
            "other",
        ];
        acts.push(act(later(start, 60), &words));
    }
}

/// Grades what ended: some goals one by one with what was learned, the rest with their cycle.
fn conclude(planned: &[Planned], acts: &mut Vec<Act>) {
    let mut graded = Vec::new();
    for one in planned
        .iter()
        .filter(|one| one.number % 9 == 0 && one.quarter < 4)
    {
        if graded.contains(&&one.objective) {
            continue;
        }
        graded.push(&one.objective);
        let (_, _, end) = QUARTERS[one.quarter];
        let words = [
            "objective",
            "close",
            &one.objective,
            "--score",
            "0.6",
            "--with-krs",
            "--reflection",
            "We began too late with the part that others wait for.",
        ];
        acts.push(act(later(end, 2), &words));
    }
    for (name, _, end) in &QUARTERS[..4] {
        let words = ["cycle", "close", name, "--grade", "auto", "-y"];
        acts.push(act(later(*end, 5), &words));
    }
}

/// Returns the first day, the half-way day and the last day of each quarter.
pub fn moments() -> Vec<Date> {
    QUARTERS
        .iter()
        .flat_map(|(_, start, end)| {
            let half = days_between(*start, *end) / 2;
            [*start, later(*start, half), *end]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use okr_core::rhythm::percentile;

    use super::*;

    fn count(acts: &[Act], words: &[&str]) -> usize {
        let begins = |act: &&Act| act.words.iter().zip(words).all(|(a, b)| a == b);
        acts.iter().filter(begins).count()
    }

    #[test]
    fn it_is_as_large_as_the_real_one() {
        let acts = acts();
        assert_eq!(count(&acts, &["member", "add"]) + 1, PEOPLE.len());
        assert_eq!(count(&acts, &["team", "add"]), TEAMS.len());
        assert_eq!(count(&acts, &["objective", "add"]), OBJECTIVES);
        assert_eq!(count(&acts, &["kr", "add"]), KEY_RESULTS);
        assert_eq!(count(&acts, &["checkin"]), CHECK_INS);
        let mut days: BTreeMap<&str, Vec<Date>> = BTreeMap::new();
        let mut below = 0;
        for act in acts.iter().filter(|act| act.words[0] == "checkin") {
            days.entry(&act.words[1]).or_default().push(act.day);
            below += usize::from(["11", "505"].contains(&act.words[2].as_str()));
        }
        assert_eq!(days.len(), KEY_RESULTS - SILENT);
        assert_eq!(below, BELOW);
        let gaps = days.values().flat_map(|days| days.windows(2));
        let mut gaps: Vec<i32> = gaps.map(|pair| days_between(pair[0], pair[1])).collect();
        gaps.sort_unstable();
        assert_eq!(percentile(&gaps, 50), Some(11));
        assert_eq!(percentile(&gaps, 90), Some(25));
    }
}
