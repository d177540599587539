//! The figures of a cycle: check-ins, silences, gaps, moves and confidence.

use okr_core::rhythm::{Days, Share};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::goal::CycleItem;
use super::reference::{PersonRef, ThingRef};
use crate::args::StatsBy;
use crate::commands::{Figures, Group, Of, Report};
use crate::names::Names;
use crate::ui::Item;

/// The figures of a cycle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct StatsItem {
    #[serde(flatten)]
    cycle: CycleItem,
    /// The days that are counted, both included.
    from: String,
    to: String,
    /// How often a check-in is expected.
    expected_every_days: u16,
    /// Everything together.
    figures: FiguresItem,
    /// `team`, `owner` or `week`; none: nothing was asked for.
    by: Option<&'static str>,
    groups: Vec<GroupItem>,
}

/// The figures of a part; the field that says what it is is set, but for the goals of the
/// organisation as a whole, which are no team's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct GroupItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<ThingRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<PersonRef>,
    /// The days of the week that are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    week: Option<DaysItem>,
    figures: FiguresItem,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct DaysItem {
    from: String,
    to: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct FiguresItem {
    key_results: usize,
    /// Intervals of the cadence that ended in these days.
    intervals: usize,
    /// Those of them with a check-in.
    intervals_kept: usize,
    /// The share of them, in whole percent; none without intervals.
    kept_percent: Option<usize>,
    /// Check-ins about these days.
    check_ins: usize,
    /// Key results without a check-in.
    silent_key_results: usize,
    /// None by week, and without key results.
    longest_silence_days: Option<i32>,
    longest_silence_key_result: Option<ThingRef>,
    /// Between the check-ins of a key result; none by week, and without two of them.
    gap_median_days: Option<i32>,
    gap_90th_percentile_days: Option<i32>,
    amendments: usize,
    amended_key_results: usize,
    amended_percent: Option<usize>,
    late_additions: usize,
    taken_out: usize,
    /// How many key results were last reported with each confidence, 0 to 10.
    confidence: [usize; 11],
    confidence_unreported: usize,
    no_check_in: usize,
}

impl StatsItem {
    pub(crate) fn new(report: &Report, by: Option<StatsBy>, names: &Names) -> Self {
        let standing = &report.standing;
        Self {
            cycle: CycleItem::new(&standing.cycle, names),
            from: report.days.first.to_string(),
            to: report.days.last.to_string(),
            expected_every_days: standing.cadence.get(),
            figures: FiguresItem::new(&report.total, names),
            by: by.map(|by| match by {
                StatsBy::Team => "team",
                StatsBy::Owner => "owner",
                StatsBy::Week => "week",
            }),
            groups: report
                .groups
                .iter()
                .map(|group| GroupItem::new(group, names))
                .collect(),
        }
    }
}

impl GroupItem {
    fn new(group: &Group, names: &Names) -> Self {
        let mut item = Self {
            team: None,
            owner: None,
            week: None,
            figures: FiguresItem::new(&group.figures, names),
        };
        match group.of {
            Of::Team(team) => item.team = team.map(|team| ThingRef::new(team, names)),
            Of::Owner(owner) => item.owner = Some(PersonRef::new(owner, names)),
            Of::Week(Days { first, last }) => {
                item.week = Some(DaysItem {
                    from: first.to_string(),
                    to: last.to_string(),
                });
            }
        }
        item
    }
}

impl FiguresItem {
    fn new(figures: &Figures, names: &Names) -> Self {
        let Share { part, whole } = figures.kept;
        let longest = figures.longest_silence;
        Self {
            key_results: figures.key_results,
            intervals: whole,
            intervals_kept: part,
            kept_percent: figures.kept.percent(),
            check_ins: figures.check_ins,
            silent_key_results: figures.silent.part,
            longest_silence_days: longest.map(|(days, _)| days),
            longest_silence_key_result: longest.map(|(_, id)| ThingRef::new(id, names)),
            gap_median_days: figures.gaps.map(|(median, _)| median),
            gap_90th_percentile_days: figures.gaps.map(|(_, ninetieth)| ninetieth),
            amendments: figures.amendments,
            amended_key_results: figures.amended.part,
            amended_percent: figures.amended.percent(),
            late_additions: figures.late_additions,
            taken_out: figures.taken_out,
            confidence: figures.confidence.counts,
            confidence_unreported: figures.confidence.unreported,
            no_check_in: figures.confidence.no_check_in,
        }
    }
}

impl Item for StatsItem {
    const TYPE: &'static str = "stats";
    const SCHEMA: &'static str = "StatsList";

    fn id(&self) -> Option<Uuid> {
        Some(self.cycle.id.0)
    }
}
