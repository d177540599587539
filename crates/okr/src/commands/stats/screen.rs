//! The figures on a screen: a line for each, then a table of the parts that were asked for.

use okr_core::rhythm::Share;

use super::{Figures, Group, Of, Report};
use crate::args::StatsBy;
use crate::commands::counted;
use crate::commands::past::Past;
use crate::commands::status::screen::aligned;
use crate::names::Names;
use crate::render::{Cell, Column, Screen, Table, Tone};

/// Renders the figures of a cycle.
pub(super) fn render(
    report: &Report,
    by: Option<StatsBy>,
    past: &Past<'_>,
    screen: &Screen,
) -> String {
    let mut parts = vec![heading(report, past, screen)];
    parts.push(figures(report, past, screen));
    if let Some(by) = by {
        parts.push(groups(&report.groups, by, &past.names, screen));
    }
    parts.join("\n")
}

fn heading(report: &Report, past: &Past<'_>, screen: &Screen) -> String {
    let cycle = &report.standing.cycle;
    let title = match &past.org {
        Some(org) => format!("{org}  {}", cycle.name),
        None => cycle.name.to_string(),
    };
    let days = report.days;
    let span = format!(
        "  {} to {}, {}",
        days.first,
        days.last,
        counted(days.count(), "day")
    );
    let cell = Cell::toned(Tone::Strong, &title).and(Tone::Dim, &span);
    let cell = match past.as_of() {
        Some(as_of) => cell.and(Tone::Warning, &format!("  {as_of}")),
        None => cell,
    };
    format!("{}\n", cell.paint(usize::MAX, screen))
}

fn figures(report: &Report, past: &Past<'_>, screen: &Screen) -> String {
    let figures = &report.total;
    let mut table = Table::new([Column::left(""), Column::left("")]);
    let mut add = |word: &str, text: String| {
        table.row([Cell::toned(Tone::Dim, word), text.into()]);
    };
    let cadence = report.standing.cadence.get();
    let every = if cadence == 1 {
        "every day".to_owned()
    } else {
        format!("every {cadence} days")
    };
    add(
        "check-ins",
        format!(
            "{} expected {every}; {} in all",
            share(figures.kept),
            figures.check_ins
        ),
    );
    add(
        "silence",
        format!(
            "{} of {} without a check-in",
            figures.silent.part,
            counted(figures.silent.whole, "key result")
        ),
    );
    if let Some((longest, id)) = figures.longest_silence {
        let name = past.names.label(id.into());
        add("longest", format!("{}: {name}", counted(longest, "day")));
    }
    add(
        "gap",
        match figures.gaps {
            Some((median, ninetieth)) => format!(
                "{} in the middle, {} at the 90th percentile",
                counted(median, "day"),
                counted(ninetieth, "day")
            ),
            None => "none: no key result has check-ins of two days".to_owned(),
        },
    );
    add(
        "amended",
        format!(
            "{} key results; {} in all",
            share(figures.amended),
            counted(figures.amendments, "amendment")
        ),
    );
    add(
        "goals",
        format!(
            "{}, {} taken out",
            counted(figures.late_additions, "late addition"),
            figures.taken_out
        ),
    );
    add("confidence", confidence(figures));
    table.render(&aligned(screen))
}

/// Writes a share: `188 of 312 (60%)`.
fn share(share: Share) -> String {
    let text = format!("{} of {}", share.part, share.whole);
    match share.percent() {
        Some(percent) => format!("{text} ({percent}%)"),
        None => text,
    }
}

fn confidence(figures: &Figures) -> String {
    let [off, risk, on] = figures.confidence.bands();
    let mut parts = vec![
        format!("0 to 3: {off}"),
        format!("4 to 6: {risk}"),
        format!("7 to 10: {on}"),
    ];
    for (count, word) in [
        (figures.confidence.unreported, "not given"),
        (figures.confidence.no_check_in, "no check-in"),
    ] {
        if count > 0 {
            parts.push(format!("{word}: {count}"));
        }
    }
    parts.join("   ")
}

fn groups(groups: &[Group], by: StatsBy, names: &Names, screen: &Screen) -> String {
    let first = match by {
        StatsBy::Team => "TEAM",
        StatsBy::Owner => "OWNER",
        StatsBy::Week => "WEEK",
    };
    let titles = ["KRS", "DUE", "KEPT", "RATE", "SILENT"];
    // What is longer than a week is not told by week.
    let own = match by {
        StatsBy::Team | StatsBy::Owner => &["LONGEST", "GAP", "GAP90"][..],
        StatsBy::Week => &["CHECK-INS"],
    };
    let titles = titles.iter().chain(own).chain(&["AMENDED", "LATE"]);
    let mut columns = vec![Column::left(first).flexible()];
    columns.extend(titles.map(|title| Column::right(title)));
    let mut table = Table::new(columns);
    for group in groups {
        table.row(row(group, by, names));
    }
    table.render(&aligned(screen))
}

fn row(group: &Group, by: StatsBy, names: &Names) -> Vec<Cell> {
    let figures = &group.figures;
    let days = |days: Option<i32>| match days {
        Some(days) => Cell::from(format!("{days} d")),
        None => Cell::empty(),
    };
    let count = |count: usize| Cell::from(count.to_string());
    let rate = figures.kept.percent();
    let mut row = vec![
        label(group.of, names).into(),
        count(figures.key_results),
        count(figures.kept.whole),
        count(figures.kept.part),
        rate.map_or_else(Cell::empty, |rate| format!("{rate}%").into()),
        count(figures.silent.part),
    ];
    match by {
        StatsBy::Week => row.push(count(figures.check_ins)),
        StatsBy::Team | StatsBy::Owner => row.extend([
            days(figures.longest_silence.map(|(days, _)| days)),
            days(figures.gaps.map(|(median, _)| median)),
            days(figures.gaps.map(|(_, ninetieth)| ninetieth)),
        ]),
    }
    row.extend([count(figures.amendments), count(figures.late_additions)]);
    row
}

fn label(of: Of, names: &Names) -> String {
    match of {
        Of::Team(None) => "everybody".to_owned(),
        Of::Team(Some(team)) => names.label(team.into()),
        Of::Owner(owner) => names.at_person(owner),
        Of::Week(week) => week.first.to_string(),
    }
}
