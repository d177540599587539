//! Charts as they look: every measure, at several widths, and whatever the values are.

mod random;
pub(crate) mod sample;

use insta::assert_snapshot;
use okr_core::Decimal;

use super::*;
use crate::span::Row;
use crate::text::is_unsafe;
use sample::*;

/// Draws on a terminal, and checks that nothing is wider than asked for.
fn drawn(chart: &Chart, columns: usize, ascii: bool) -> String {
    let rows = if columns < 100 { 12 } else { 18 };
    let size = TerminalSize {
        columns,
        rows,
        ascii,
    };
    let rows = terminal(chart, size);
    for row in &rows {
        assert!(row.width() <= columns, "{:?}", row.plain());
    }
    let lines: Vec<String> = rows.iter().map(Row::plain).collect();
    lines.join("\n")
}

fn one(goal: Goal) -> Chart {
    plan(&[goal], &request())
}

#[test]
fn a_target_that_moved_with_a_forecast_at_80_columns() {
    assert_snapshot!("latency_80", drawn(&one(latency()), 80, false));
}

#[test]
fn the_same_at_60_and_200_columns() {
    assert_snapshot!("latency_60", drawn(&one(latency()), 60, false));
    assert_snapshot!("latency_200", drawn(&one(latency()), 200, false));
}

#[test]
fn the_same_in_bokmal() {
    let request = Request {
        language: Language::Bokmal,
        ..request()
    };
    let drawn_for = |goal: Goal| drawn(&plan(&[goal], &request), 80, false);
    assert_snapshot!("latency_nb_80", drawn_for(latency()));
    for (goal, word) in [(new_cdn(), "alt gjort"), (docs(), "strekkmål")] {
        let text = drawn_for(goal);
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn the_same_in_ascii() {
    let text = drawn(&one(latency()), 80, true);
    assert!(text.is_ascii(), "{text}");
    assert_snapshot!("latency_ascii_80", text);
    assert_snapshot!("latency_ascii_60", drawn(&one(latency()), 60, true));
    assert_snapshot!("latency_ascii_200", drawn(&one(latency()), 200, true));
}

#[test]
fn a_target_that_moved_over_years() {
    let chart = plan(&[chrome()], &at_the_end_of_2010());
    assert_snapshot!("chrome_80", drawn(&chart, 80, false));
    assert_snapshot!("chrome_svg", svg(&chart, "chart"));
}

#[test]
fn every_kind_of_measure() {
    assert_snapshot!("hold", drawn(&one(error_budget()), 80, false));
    assert_snapshot!("milestones", drawn(&one(new_cdn()), 80, false));
    assert_snapshot!("zones", drawn(&one(docs()), 80, false));
    assert_snapshot!("objective", drawn(&one(fast()), 80, false));
}

#[test]
fn several_goals_are_told_apart_by_marks() {
    let different = [latency(), error_budget(), new_cdn()];
    let chart = plan(&different, &request());
    assert_snapshot!("several", drawn(&chart, 80, false));
    assert_snapshot!("several_ascii", drawn(&chart, 80, true));
    assert_eq!(chart.scale, Scale::Percent);
    let same = [latency(), login()];
    let chart = plan(&same, &request());
    assert_eq!(chart.scale, Scale::Number);
    assert_snapshot!("several_of_one_unit", drawn(&chart, 80, false));
    // Its values, its target and both in the legend have the mark of the second goal: a diamond.
    let diamonds = svg(&chart, "chart").matches("class=\"f1\"").count();
    assert_eq!(diamonds, 2 + 1 + 2);
    assert_eq!(plan(&[steps(), steps()], &request()).scale, Scale::Percent);
}

#[test]
fn the_svg_of_a_key_result() {
    assert_snapshot!("latency_svg", svg(&one(latency()), "chart"));
}

#[test]
fn the_page_of_a_key_result() {
    let goals = [latency()];
    let page = page(&plan(&goals, &request()), &goals, "acme <2026-Q4>");
    let after = page.split("</figure>").nth(1).unwrap_or_default();
    assert_snapshot!("latency_page", after);
    assert!(!page.contains("<script") && !page.contains("http://127") && !page.contains("src="));
}

#[test]
fn the_table_of_a_key_result() {
    assert_snapshot!("latency_csv", csv(&[latency()]));
    assert_snapshot!(
        "others_csv",
        csv(&[error_budget(), new_cdn(), docs(), fast()])
    );
}

#[test]
fn little_is_known() {
    assert_snapshot!("no_check_in", drawn(&one(latency_with(&[])), 80, false));
    assert_snapshot!(
        "one_check_in",
        drawn(&one(latency_with(&[("2026-10-20", "450")])), 80, false)
    );
    let equal = [
        ("2026-10-20", "450"),
        ("2026-10-27", "450"),
        ("2026-11-03", "450"),
    ];
    assert_snapshot!("equal_values", drawn(&one(latency_with(&equal)), 80, false));
}

#[test]
fn much_is_drawn() {
    let wild = [
        ("2026-10-05", "-9223372036854775807"),
        ("2026-11-20", "9223372036.854775807"),
    ];
    assert_snapshot!("huge_range", drawn(&one(latency_with(&wild)), 80, false));
    let early = [
        ("2026-08-01", "500"),
        ("2026-09-15", "490"),
        ("2026-11-02", "400"),
    ];
    assert_snapshot!(
        "before_the_cycle",
        drawn(&one(latency_with(&early)), 80, false)
    );
}

#[test]
fn a_window_shows_its_days_only() {
    let request = Request {
        since: Some(day("2026-11-01")),
        until: Some(day("2026-11-30")),
        ..request()
    };
    assert_snapshot!("november", drawn(&plan(&[latency()], &request), 80, false));
}

#[test]
fn text_from_people_can_do_nothing() {
    let mut goal = latency();
    goal.name = "a\u{1b}[2J<b>".to_owned();
    goal.title = "=cmd|' /C calc'!A0\u{202e}".to_owned();
    goal.facts = "<script>alert(1)</script>".to_owned();
    goal.moves[0].by = "\u{9b}31m".to_owned();
    goal.remarks.push("</text><script>".to_owned());
    let chart = plan(std::slice::from_ref(&goal), &request());
    let text = drawn(&chart, 80, false).replace('\n', "");
    assert!(!text.contains(is_unsafe), "{text:?}");
    let picture = svg(&chart, "a\"b");
    assert!(!picture.contains("<script") && !picture.contains("<b>"));
    assert!(!picture.replace('\n', "").contains(is_unsafe));
    let table = csv(&[Goal {
        name: "=1+1".to_owned(),
        ..goal
    }]);
    assert!(table.lines().skip(1).all(|line| line.starts_with("'=1+1,")));
}

#[test]
fn no_goal_is_an_empty_chart() {
    let chart = plan(&[], &request());
    assert!(!drawn(&chart, 40, false).is_empty());
    assert!(svg(&chart, "").contains("</svg>"));
}

#[test]
fn a_wild_forecast_does_not_squeeze_the_facts() {
    let wild = [
        ("2026-11-20", "480"),
        ("2026-11-21", "400"),
        ("2026-11-22", "300"),
    ];
    let chart = one(latency_with(&wild));
    let scale = chart.value_scale(5);
    assert!(scale.low >= Decimal::from(-200), "{scale:?}");
}
