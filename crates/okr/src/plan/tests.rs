//! Both forms: what is written is read back, they say the same, and nothing makes a reader panic.

use std::collections::BTreeSet;

use jiff::civil::date;
use okr_core::measure::{Hold, Metric, Zones};
use okr_core::text::{LongText, Slug, Tag, Title, Unit};
use okr_core::value::{Number, ObjectiveKind, Weight};
use proptest::prelude::*;

use super::*;

/// Texts that YAML, Markdown or a terminal could take for something else.
const HOSTILE: &[&str] = &[
    "no",
    "1e3",
    "~",
    "null",
    "a: b",
    ": ",
    "- a",
    "-",
    "a #b",
    "#a",
    "@ana",
    "{#x}",
    "a {#x}",
    "(x)",
    "a (@ben)",
    "\"q\"",
    "\"",
    "a\"b",
    "\\",
    "->",
    "1 -> 2",
    "a: 1 -> 2 ms",
    "at most 3",
    "<!-- x -->",
    "## x",
    "> x",
    "* x",
    "[ ] x",
    "a\u{202e}b",
    "目標: はい",
    "é",
    "a, b",
    "a|b",
    "---",
    "...",
    "?",
    "milestones",
    "x: zones",
    "%",
    "& b",
    "*a",
    "!t",
    "`x`",
    "$(x)",
    "a\u{a0}b",
    "\u{feff}x",
];

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(HOSTILE).prop_map(str::to_owned),
        "\\PC{1,30}",
        "[ -~]{1,40}",
        "[a-z]{1,8}( [a-z]{1,8}){0,3}",
    ]
}

fn title() -> impl Strategy<Value = Title> {
    words().prop_filter_map("no title", |text| Title::new(text).ok())
}

fn long_text() -> impl Strategy<Value = LongText> {
    proptest::collection::vec(
        prop_oneof![words(), Just(String::new()), Just("  x".to_owned())],
        1..5,
    )
    .prop_filter_map("no text", |lines| LongText::new(lines.join("\n")).ok())
}

fn slug() -> impl Strategy<Value = Slug> {
    "[a-z0-9]{1,6}(-[a-z0-9]{1,5}){0,2}".prop_map(|text| Slug::new(text).unwrap())
}

fn number() -> impl Strategy<Value = Number> {
    (any::<i64>(), 0..=9_u32).prop_map(|(units, scale)| Number::new(units, scale).unwrap())
}

fn weight() -> impl Strategy<Value = Weight> {
    (0..=1000_i64, 0..=2_u32)
        .prop_map(|(units, scale)| Weight::new(Number::new(units, scale).unwrap()).unwrap())
}

fn unit() -> impl Strategy<Value = Option<Unit>> {
    proptest::option::of(words().prop_filter_map("no unit", |text| Unit::new(text).ok()))
}

fn tags() -> impl Strategy<Value = BTreeSet<Tag>> {
    proptest::collection::btree_set("[a-z]{1,8}".prop_map(|text| Tag::new(text).unwrap()), 1..4)
}

fn day() -> impl Strategy<Value = okr_core::Date> {
    (1..=12_i8, 1..=28_i8).prop_map(|(month, day)| date(2026, month, day))
}

fn measure() -> impl Strategy<Value = MeasureEntry> {
    let metric = (
        unit(),
        number(),
        number(),
        proptest::option::of(number()),
        proptest::option::of(number()),
    );
    let metric = metric.prop_map(|(unit, baseline, target, commit, stretch)| {
        MeasureEntry::Metric(Metric {
            unit,
            baseline,
            target,
            commit,
            stretch,
        })
    });
    let hold = (
        unit(),
        proptest::option::of(number()),
        proptest::option::of(number()),
    );
    let hold = hold.prop_filter_map("no bounds", |(unit, low, high)| {
        Hold::new(unit, low, high).ok().map(MeasureEntry::Hold)
    });
    let milestone = (title(), weight()).prop_map(|(title, weight)| MilestoneEntry {
        title,
        key: None,
        weight,
    });
    let milestones = proptest::collection::vec(milestone, 1..4).prop_map(MeasureEntry::Milestones);
    let zones = (long_text(), long_text(), long_text());
    let zones = zones.prop_map(|(commit, target, stretch)| {
        MeasureEntry::Zones(Zones {
            commit,
            target,
            stretch,
        })
    });
    prop_oneof![metric, hold, milestones, zones]
}

fn field<T: std::fmt::Debug>(
    strategy: impl Strategy<Value = T>,
) -> impl Strategy<Value = Field<T>> {
    proptest::option::of(strategy.prop_map(Said::new))
}

/// A name of a person, a team or a goal.
fn name() -> impl Strategy<Value = String> {
    "[a-z]{1,8}"
}

pub(crate) fn key_result() -> impl Strategy<Value = KeyResultEntry> {
    let first = (
        title(),
        field(slug()),
        field(name()),
        field(long_text().prop_map(Some)),
    );
    let second = (
        field(weight()),
        field(day().prop_map(Some)),
        field(day().prop_map(Some)),
        field(tags()),
        measure(),
    );
    (first, second).prop_map(
        |((title, slug, owner, description), (weight, start, due, tags, measure))| KeyResultEntry {
            title: Some(Said::new(title)),
            slug,
            owner,
            description,
            weight,
            start,
            due,
            tags,
            measure: Some(Said::new(measure)),
            ..KeyResultEntry::default()
        },
    )
}

pub(crate) fn objective() -> impl Strategy<Value = ObjectiveEntry> {
    let first = (
        title(),
        field(slug()),
        field(name()),
        field(proptest::option::of(name())),
        field(long_text().prop_map(Some)),
    );
    let kind = proptest::sample::select(ObjectiveKind::ALL);
    let second = (
        field(kind),
        field(weight()),
        field(name().prop_map(Some)),
        field(tags()),
        field(any::<bool>()),
    );
    let key_results = proptest::collection::vec(key_result(), 0..4);
    (first, second, key_results).prop_map(
        |(
            (title, slug, owner, team, description),
            (kind, weight, supports, tags, draft),
            key_results,
        )| {
            ObjectiveEntry {
                title: Some(Said::new(title)),
                slug,
                owner,
                team,
                description,
                kind,
                weight,
                supports,
                tags,
                draft,
                key_results,
                ..ObjectiveEntry::default()
            }
        },
    )
}

fn base() -> impl Strategy<Value = Base> {
    let id = "[0-9a-f]{32}";
    let waiting = prop_oneof![
        Just(Waiting::Nothing),
        proptest::collection::vec(id, 1..3).prop_map(Waiting::Changes),
        (id, 1..99_usize).prop_map(|(change, count)| Waiting::Until { change, count }),
    ];
    (0..9_999_u64, waiting).prop_map(|(position, waiting)| Base { position, waiting })
}

fn plan() -> impl Strategy<Value = Plan> {
    let head = (
        field(title().prop_map(|title| title.to_string())),
        title(),
        field(name()),
        field(base()),
    );
    let objectives = proptest::collection::vec(objective(), 0..4);
    (head, objectives).prop_map(|((organisation, cycle, team, base), objectives)| Plan {
        head: Head {
            organisation,
            cycle: Said::new(cycle.to_string()),
            team,
            objective: None,
            base,
        },
        objectives,
    })
}

fn read(form: Form, text: &str) -> Plan {
    form.parse(text).unwrap_or_else(|faults| {
        let source = Source { name: "plan", text };
        panic!("{text}\n{:?}", faults.lines(source, 0))
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back_in_both_forms(plan in plan()) {
        for form in [Form::Yaml, Form::Markdown] {
            let text = form.write(&plan, &["A note.".to_owned()]);
            prop_assert_eq!(&read(form, &text), &plan, "{}", text);
            // The same plan always has the same text, and no comment but the note.
            prop_assert_eq!(form.write(&read(form, &text), &["A note.".to_owned()]), text.clone());
            prop_assert_eq!(form.comments(&text).len(), 1, "{}", text);
        }
    }

    #[test]
    fn windows_line_ends_say_the_same(plan in plan()) {
        for form in [Form::Yaml, Form::Markdown] {
            let text = form.write(&plan, &[]);
            prop_assert_eq!(&read(form, &text.replace('\n', "\r\n")), &plan);
        }
    }

    #[test]
    fn an_editor_that_changes_nothing_gives_the_same_text_back(plan in plan()) {
        for form in [Form::Yaml, Form::Markdown] {
            let text = form.write(&plan, &[]);
            prop_assert_eq!(crate::editor::read_back(&text), text.trim_end());
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "(\\PC|[\\n\\t -~]){0,200}") {
        for form in [Form::Yaml, Form::Markdown] {
            let head = "format: okr-plan/1\ncycle: Q\nobjectives:\n";
            let fenced = format!("---\nformat: okr-plan/1\n---\n# Q\n## A\n{text}");
            for text in [text.clone(), format!("{head}{text}"), fenced] {
                if let Err(faults) = form.parse(&text) {
                    let source = Source { name: "plan", text: &text };
                    prop_assert!(!faults.lines(source, 0).is_empty());
                }
                form.comments(&text);
            }
        }
    }

    #[test]
    fn damage_anywhere_is_an_answer_and_no_panic(
        plan in plan(),
        at in any::<proptest::sample::Index>(),
        put in prop_oneof![Just(""), Just("\n"), Just(" "), Just(":"), Just("\""), Just("- "), Just("{"), Just("(")],
    ) {
        for form in [Form::Yaml, Form::Markdown] {
            let text = form.write(&plan, &[]);
            let ends: Vec<usize> = text.char_indices().map(|(index, _)| index).collect();
            let cut = ends[at.index(ends.len())];
            let damaged = format!("{}{put}{}", &text[..cut], text[cut..].chars().skip(1).collect::<String>());
            for fault in form.parse(&damaged).err().map(|faults| faults.0).unwrap_or_default() {
                prop_assert!(fault.at.line <= damaged.lines().count() + 1, "{fault:?}\n{damaged}");
            }
        }
    }
}

#[test]
fn the_form_of_what_has_no_name_is_told_by_its_head_whatever_ends_its_lines() {
    let markdown = "---\nformat: okr-plan/1\n---\n\n# 2026-Q4\n";
    let yaml = "---\nformat: okr-plan/1\ncycle: 2026-Q4\n";
    for text in [markdown.to_owned(), markdown.replace("---\n", "--- \n")] {
        for text in [text.clone(), text.replace('\n', "\r\n")] {
            assert_eq!(Form::of("-", &text), Form::Markdown, "{text:?}");
            assert!(Form::Markdown.parse(&text).is_ok(), "{text:?}");
        }
    }
    for text in [yaml.to_owned(), yaml.replace('\n', "\r\n")] {
        assert_eq!(Form::of("-", &text), Form::Yaml, "{text:?}");
    }
}

fn faults(form: Form, text: &str) -> Vec<String> {
    let faults = form.parse(text).expect_err(text);
    let faults = faults.0.iter().map(|fault| {
        let Spot { line, column, .. } = fault.at;
        let help = fault.help.as_deref().unwrap_or_default();
        format!("{line}:{column} {} / {help}", fault.message)
    });
    faults.collect()
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_place() {
    let text = "\
format: okr-plan/1
cycle: 2026-Q4
ojectives: []
objectives:
  - title: A
    knd: committed
    weight: heavy
    kind: noble
    tags: [Ok, fine]
    key_results:
      - titel: B
        due: 30.11.2026
        measure: {from: 1, to: 2, at_most: 3}
      - title: C
        measure: {from: 1}
      - title: D
        measure: {milestones: []}
      - title: [E]
";
    insta::assert_snapshot!(faults(Form::Yaml, text).join("\n"), @r#"
    3:1 a plan has no key "ojectives" / did you mean "objectives"?
    6:5 an objective has no key "knd" / did you mean "kind"?
    7:13 "heavy" is not a decimal number / 
    8:11 "noble" is no kind of objective: committed, aspirational, learning / 
    9:12 a tag must be lower-case letters a-z, digits and single hyphens inside / 
    11:9 a title is missing here / add: title: ...
    11:9 a key result has no key "titel" / did you mean "title"?
    12:14 "30.11.2026" is no day such as 2026-11-30 / 
    13:18 a measure is one of: from and to; at_most, at_least; milestones; zones (a unit goes with the first two) / 
    15:18 a measure that goes somewhere has from and to / 
    17:31 a list of milestones has at least one / 
    18:16 title is one value, not a list /
    "#);
}

#[test]
fn a_newer_format_is_refused_and_nothing_else_is_said() {
    let text = "format: okr-plan/2\nfuture: [1, 2]\n";
    let faults = Form::Yaml.parse(text).unwrap_err();
    assert_eq!(faults.0.len(), 1);
    assert!(faults.0[0].newer);
    let error = faults.into_error(Source {
        name: "q4.yaml",
        text,
    });
    assert_eq!(error.exit(), crate::exit::Exit::Incompatible);
    assert!(error.message().contains("by a newer okr"), "{error}");
    let other = Form::Yaml.parse("format: okr-history/1\n").unwrap_err();
    assert!(!other.0[0].newer);
    for text in ["", "a", "- a", "cycle: x", "format: [1]"] {
        assert!(Form::Yaml.parse(text).is_err(), "{text}");
        assert!(Form::Markdown.parse(text).is_err(), "{text}");
    }
}

#[test]
fn what_a_plan_has_no_use_for_in_yaml_is_refused() {
    let head = "format: okr-plan/1\ncycle: Q\n";
    for (rest, message) in [
        ("objectives: &a []\n", "no anchors"),
        ("team: !x y\n", "no tags"),
        ("cycle: R\n", "twice"),
        ("objectives:\n  - [a: *b]\n", "unknown anchor"),
        ("---\nformat: okr-plan/1\n", "one document"),
        ("? [a]\n: b\n", "a key is a text"),
        ("objectives:\n\t- title: x\n", ""),
    ] {
        let said = faults(Form::Yaml, &format!("{head}{rest}")).join("\n");
        assert!(said.contains(message), "{rest}: {said}");
    }
    let deep = format!("{head}objectives: {}{}\n", "[".repeat(99), "]".repeat(99));
    assert!(Form::Yaml.parse(&deep).is_err());
}

#[test]
fn a_slip_in_markdown_is_told_with_its_place() {
    let text = "\
---
format: okr-plan/1
titel: x
---
# 2026-Q4
Some words.
## A {#Not-A-Slug}
## B
(@ana, heavy, weight 2000, comitted)
- no measure
- C: 480 > 200 ms
- D: 480 -> 200 ms, comit 300
- E: 1 ms -> 2 s
- F: milestones
- G: zones (due 30.11.)
  - commit: x
  - nearly: y
    words
- H: at most \"1
<!-- no end
";
    insta::assert_snapshot!(faults(Form::Markdown, text).join("\n"), @r##"
    3:1 the head of a plan has no key "titel" / it has format, organisation, team, objective, base
    6:1 this line is no part of a plan / put words of yours in <!-- -->, or after > where they describe a goal
    7:8 a slug must be lower-case letters a-z, digits and single hyphens inside / 
    9:8 "heavy" is nothing that can stand here / @owner, #tag, team, weight, supports, committed, aspirational, learning, draft, active
    9:15 a weight must be from 0 to 1000, not 2000 / 
    9:28 "comitted" is nothing that can stand here / did you mean "committed"?
    10:3 a key result is a title, a colon and a measure / such as: p99 latency: 480 -> 200 ms
    11:6 "480 > 200 ms" is no measure / 480 -> 200 ms, at most 1 %, at least 10, 10 to 20 C, milestones, zones
    12:21 "comit 300" is no part of a measure / after the target there can be: commit N, stretch N
    13:16 ms and s are two units / 
    14:6 the milestones are missing / list them below, indented by two: - Contract
    15:6 the levels are missing / below, indented by two: - commit: ..., target, stretch
    15:13 "30.11." is no day such as 2026-11-30 / 
    17:5 a level is commit, target or stretch / such as: commit: every page is there
    18:5 this line is no part of a plan / put words of yours in <!-- -->, or after > where they describe a goal
    19:14 ""1" is no number with a unit / such as 200 ms, 45 % or 12
    20:1 this comment has no end / write --> after it
    "##);
}

#[test]
fn both_forms_read_what_people_write_by_hand() {
    let yaml = "\
# Ours.
format: okr-plan/1
cycle: 2026-Q4
objectives:
  - title: Fast
    owner: \"@ana\"
    team: none
    kind: committed
    tags: [speed]
    description: >-
      Every page
      within a second.
    key_results:
      - title: p99 latency
        due: 2026-11-30
        measure: {from: 480, to: 200, unit: ms, commit: 300}
      - {title: Uptime, measure: {at_least: 99.9, unit: '%'}}
      - title: Network
        measure:
          milestones: [Contract, {title: All regions, weight: 2}]
";
    let markdown = "\
---
format: okr-plan/1
---
# 2026-Q4

<!-- Ours,
     in two lines. -->
## Fast
(@@ana, team none, committed, #speed)
> Every page within a second.

* p99 latency: 480 ms → 200 ms, commit 300 ms (due 2026-11-30)
- Uptime: at least 99.9%

- Network: milestones
  - Contract
  - All regions (weight 2)
";
    let plan = read(Form::Yaml, yaml);
    assert_eq!(read(Form::Markdown, markdown), plan);
    let comments = |form: Form, text| {
        let comments = form.comments(text).into_iter();
        comments
            .map(|one| (one.at.line, one.value))
            .collect::<Vec<_>>()
    };
    assert_eq!(comments(Form::Yaml, yaml), [(1, "# Ours.".to_owned())]);
    assert_eq!(
        comments(Form::Markdown, markdown),
        [(6, "<!-- Ours, in two lines. -->".to_owned())]
    );
}

#[test]
fn the_examples_of_the_document_are_read_and_are_of_the_same_goals() {
    let document = include_str!("../../PLAN.md");
    let goals = |form: Form, language: &str| -> Vec<String> {
        let begin = format!("\n```{language}\n");
        let blocks = document.split(begin.as_str()).skip(1);
        let mut blocks = blocks.filter_map(|rest| rest.split("\n```").next());
        let block = blocks.find(|block| block.contains("format: okr-plan/1"));
        let plan = read(form, block.unwrap());
        let titles = plan.objectives.iter().flat_map(|objective| {
            let key_results = objective.key_results.iter().map(|one| &one.title);
            std::iter::once(&objective.title).chain(key_results)
        });
        titles
            .map(|title| title.as_ref().unwrap().value.to_string())
            .collect()
    };
    let titles = goals(Form::Yaml, "yaml");
    assert_eq!(titles.len(), 5);
    assert_eq!(goals(Form::Markdown, "markdown"), titles);
}
