//! The weekly report: what moved, what did not, what was decided, and what comes next.

use okr_core::measure::Value;
use okr_core::progress::Progress;
use okr_core::rhythm::{Days, Share};
use okr_core::status::Status;
use okr_core::value::Confidence;

use super::decision::{Decision, section as decisions};
use super::facts::{Blocker, Cycle, Frame, Goal};
use super::health::{self, Vital};
use super::said::{self, Said};
use super::shared::{
    begin, cycle_line, difference, drop_empty, listed, named, one_line, progress_line, reached,
    said, status_cell, teams,
};
use super::track::{Track, explain, trail};
use super::work::{self, Work};
use crate::document::{Block, Column, Document, Item, Mark, Section, Table, Text};
use crate::words::{Language, Phrase};

/// The most that is told of what people said in a week, in one way.
const SAID_MAX: usize = 20;

/// What happened in a week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weekly {
    /// What the report is about.
    pub frame: Frame,
    /// The days of the week.
    pub days: Days,
    /// The year and the number of the week (ISO 8601).
    pub week: (i16, i8),
    /// The cycles with days in the week.
    pub cycles: Vec<Cycle>,
    /// The key results whose value or confidence is another than a week before.
    pub moved: Vec<Moved>,
    /// Those in force that are where they were.
    pub still: Vec<Still>,
    /// What was decided, oldest first.
    pub decisions: Vec<Decision>,
    /// What stands in the way, and what was lifted in the week.
    pub blockers: Vec<Blocker>,
    /// Thanks of the week, oldest first.
    pub recognition: Vec<Said>,
    /// Feedback of the week, oldest first.
    pub feedback: Vec<Said>,
    /// The health metrics that the report is about.
    pub vitals: Vec<Vital>,
    /// What is to be done, by the day on which it is due.
    pub work: Vec<Work>,
    /// The key results that wait for a check-in, by reference.
    pub due: Vec<String>,
    /// Of the check-ins that the cadence asked for by the end of the week, those that came.
    pub on_time: Share,
}

/// A key result that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// How it stands.
    pub goal: Goal,
    /// How it stood at the end of the week before; none: nothing was reported then.
    pub before: Option<Before>,
    /// How it went, for forms with pictures.
    pub track: Option<Track>,
}

/// How a key result stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// The value.
    pub value: Value,
    /// How far it was.
    pub progress: Option<Progress>,
    /// The estimate that the target will be met.
    pub confidence: Option<Confidence>,
    /// How it stood.
    pub status: Status,
}

/// A key result that is where it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Still {
    /// How it stands.
    pub goal: Goal,
    /// For how many days nothing was reported; none: nothing ever was.
    pub silent_days: Option<i32>,
    /// For how many days the value has been the same; none: nothing was ever reported.
    pub same_days: Option<i32>,
    /// How it went, for forms with pictures.
    pub track: Option<Track>,
}

/// Makes the weekly report.
pub fn weekly_report(weekly: &Weekly, language: Language) -> Document {
    let (year, week) = weekly.week;
    let what = language.week(week);
    let mut document = begin(&weekly.frame, &what, language);
    let days = language.days_between(weekly.days.first, weekly.days.last);
    document.subtitle.push(Text::plain(format!(
        "{} {year}-W{week:02} · {days}",
        language.phrase(Phrase::WeeklyReport)
    )));
    for cycle in &weekly.cycles {
        document.subtitle.push(cycle_line(cycle, language));
        document.subtitle.push(progress_line(cycle, language));
    }
    document.lead = lead(weekly, language);
    let blocks: Vec<Block> = weekly
        .cycles
        .iter()
        .filter_map(|cycle| teams(cycle, language))
        .collect();
    if !blocks.is_empty() {
        let mut section = Section::new(language.phrase(Phrase::Teams));
        section.blocks = blocks;
        document.sections.push(section);
    }
    if !weekly.moved.is_empty() || !weekly.still.is_empty() {
        document.sections.push(moved(weekly, language));
        document.sections.extend(still(weekly, language));
    }
    let vitals = health::section(&weekly.vitals, weekly.frame.state.today, language);
    document.sections.extend(vitals);
    document
        .sections
        .push(decisions(&weekly.decisions, Phrase::Decisions, language));
    document.sections.extend(blockers(weekly, language));
    let said = |heading, said| said::section(heading, said, SAID_MAX, language);
    document
        .sections
        .extend(said(Phrase::Feedback, &weekly.feedback));
    document.sections.extend(next(weekly, language));
    document
        .sections
        .extend(said(Phrase::Recognition, &weekly.recognition));
    explain(&mut document.sections, language);
    document
}

fn blockers(weekly: &Weekly, language: Language) -> Option<Section> {
    if weekly.blockers.is_empty() {
        return None;
    }
    let items = weekly.blockers.iter().map(|one| blocker(one, language));
    let section = Section::new(language.phrase(Phrase::Blockers));
    Some(section.with(Block::List(items.collect())))
}

fn blocker(one: &Blocker, language: Language) -> Item {
    let since = language.since(&language.short_day(one.since));
    let mut text = Text::of(Mark::Reference, &*one.reference)
        .and(Mark::Plain, " ")
        .and(Mark::Theirs, one_line(&one.text))
        .and(Mark::Plain, " – ")
        .and(Mark::Person, &*one.by.reference)
        .and(Mark::Plain, format!(", {since}"));
    if let Some((day, by)) = &one.lifted {
        let lifted = language.lifted(&language.short_day(*day));
        text = text
            .and(Mark::Plain, " → ")
            .and(Mark::Strong, lifted)
            .and(Mark::Plain, " ")
            .and(Mark::Person, &*by.reference);
    }
    Item { text, quote: None }
}

/// Says in one line what the report says.
fn lead(weekly: &Weekly, language: Language) -> Text {
    if weekly.cycles.is_empty() {
        return language.phrase(Phrase::NoCycle).into();
    }
    let all = weekly.moved.len() + weekly.still.len();
    if all == 0 {
        return language.phrase(Phrase::NoKeyResults).into();
    }
    let mut lead = Text::plain(language.moved_of(weekly.moved.len(), all));
    let goals = || {
        let moved = weekly.moved.iter().map(|one| &one.goal);
        moved.chain(weekly.still.iter().map(|one| &one.goal))
    };
    let count = |status| goals().filter(|goal| goal.status == status).count();
    let counts = [
        Status::OffTrack,
        Status::AtRisk,
        Status::Stale,
        Status::NoCheckIn,
    ]
    .map(|status| (status, count(status)));
    for (status, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        let words = format!("{count} {}", language.status(status));
        let mark = if status == Status::OffTrack {
            Mark::Attention
        } else {
            Mark::Plain
        };
        lead = lead.and(Mark::Plain, ", ").and(mark, words);
    }
    lead.and(
        Mark::Plain,
        format!("; {}.", language.decisions(weekly.decisions.len())),
    )
}

fn moved(weekly: &Weekly, language: Language) -> Section {
    if weekly.moved.is_empty() {
        return said(Phrase::Moved, Phrase::NothingMoved, language);
    }
    let mut table = Table {
        caption: language.phrase(Phrase::MovedCaption).to_owned(),
        columns: vec![
            Column::start(language.phrase(Phrase::KeyResult)).breaking(),
            Column::start(language.phrase(Phrase::LastWeekToNow)).breaking(),
            Column::end(language.phrase(Phrase::Change)),
            Column::end(language.phrase(Phrase::Progress)),
            Column::end(language.phrase(Phrase::ConfidenceShort)),
            Column::start(language.phrase(Phrase::Status)),
        ],
        rows: weekly
            .moved
            .iter()
            .map(|one| moved_row(one, language))
            .collect(),
    };
    drop_empty(&mut table);
    Section::new(language.phrase(Phrase::Moved)).with(Block::Table(table))
}

fn moved_row(one: &Moved, language: Language) -> Vec<Text> {
    let goal = &one.goal;
    let measure = Some(&goal.key_result.measure);
    let now = goal.latest.as_ref();
    let values = match (&one.before, now) {
        (_, None) => language.phrase(Phrase::Unknown).to_owned(),
        (None, Some(now)) => language.value(&now.value, measure),
        (Some(before), Some(now)) if before.value == now.value => {
            language.value(&now.value, measure)
        }
        (Some(before), Some(now)) => language.value_change(&before.value, &now.value, measure),
    };
    let change = match (&one.before, now) {
        (Some(before), Some(now)) => difference(&before.value, &now.value, language),
        (_, _) => None,
    };
    let given = |confidence: Option<Confidence>| confidence.map(|one| one.get().to_string());
    let before = one.before.as_ref().and_then(|one| given(one.confidence));
    let now = now.and_then(|now| given(now.confidence));
    let confidence = match (before, now) {
        (None, None) => String::new(),
        (None, Some(now)) => now,
        (Some(before), Some(now)) if before == now => now,
        (Some(before), Some(now)) => format!("{before} → {now}"),
        (Some(before), None) => format!("{before} → ?"),
    };
    let trail = trail(one.track.as_ref(), &goal.key_result, language);
    vec![
        named(goal),
        Text::of(Mark::Theirs, values).then(trail),
        change.unwrap_or_default().into(),
        reached(goal, language).into(),
        confidence.into(),
        status_cell(goal.status),
    ]
}

fn still(weekly: &Weekly, language: Language) -> Option<Section> {
    if weekly.still.is_empty() {
        return None;
    }
    let days = |days: Option<i32>| days.map(|days| language.days(days)).unwrap_or_default();
    let rows = weekly.still.iter().map(|one| {
        let goal = &one.goal;
        let latest = goal.latest.as_ref();
        let value =
            latest.map(|latest| language.value(&latest.value, Some(&goal.key_result.measure)));
        let confidence = latest.and_then(|latest| latest.confidence);
        let trail = trail(one.track.as_ref(), &goal.key_result, language);
        vec![
            named(goal),
            Text::of(Mark::Theirs, value.unwrap_or_default()).then(trail),
            days(one.same_days).into(),
            days(one.silent_days).into(),
            confidence
                .map(|one| one.get().to_string())
                .unwrap_or_default()
                .into(),
            status_cell(goal.status),
        ]
    });
    let mut table = Table {
        caption: language.phrase(Phrase::StillCaption).to_owned(),
        columns: vec![
            Column::start(language.phrase(Phrase::KeyResult)).breaking(),
            Column::start(language.phrase(Phrase::Latest)).breaking(),
            Column::end(language.phrase(Phrase::SameFor)),
            Column::end(language.phrase(Phrase::Silent)),
            Column::end(language.phrase(Phrase::ConfidenceShort)),
            Column::start(language.phrase(Phrase::Status)),
        ],
        rows: rows.collect(),
    };
    drop_empty(&mut table);
    let section = Section::new(language.phrase(Phrase::DidNotMove));
    Some(section.with(Block::Table(table)))
}

fn next(weekly: &Weekly, language: Language) -> Option<Section> {
    let today = weekly.frame.state.today;
    let mut items = work::items(&weekly.work, today, language);
    if !weekly.due.is_empty() {
        let due = listed(weekly.due.iter().map(String::as_str));
        items.push(Item {
            text: Text::plain(format!("{} ", language.phrase(Phrase::DueCheckIns))).then(due),
            quote: None,
        });
    }
    if weekly.on_time.whole > 0 {
        items.push(Item {
            text: language.on_time(weekly.on_time).into(),
            quote: None,
        });
    }
    if items.is_empty() {
        return None;
    }
    let section = Section::new(language.phrase(Phrase::Next));
    Some(section.with(Block::List(items)))
}
