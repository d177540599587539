//! Random values for the fields of commands; small numbers of choices, so that they collide.

use std::collections::BTreeSet;

use jiff::Span;
use jiff::civil::{Date, date};
use okr_core::blocker::BlockerReport;
use okr_core::calendar::FiscalStart;
use okr_core::event::Support;
use okr_core::id::{KeyResultId, ObjectiveId, TeamId};
use okr_core::measure::{Measure, Metric, MilestoneKey, Value};
use okr_core::text::{BlockerText, LongText, Slug, Tag, TimeZoneName, Title};
use okr_core::value::{CadenceDays, Confidence, CyclePeriod, Number, Score, Weight, Zone};
use okr_core::view::View;

use crate::generate::Maker;
use crate::sample::{hold, metric, milestones, slug, tag, text, title, unit, zones};
use crate::scenario::never;

/// Words for titles, names and slugs.
const WORDS: &[&str] = &[
    "faster",
    "simpler",
    "loved",
    "global",
    "safer",
    "leaner",
    "onboarding",
    "latency",
    "retention",
    "signups",
    "revenue",
    "quality",
    "hiring",
    "docs",
    "support",
    "churn",
];

/// How many entities of a kind are in focus.
const FOCUSED: usize = 2;

impl Maker {
    pub(super) fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.random.one_in(2) {
            make(self)
        } else {
            None
        }
    }

    /// Returns one of a list; with focus, often one of its first, where others write too.
    pub(super) fn pick<T: Copy>(&mut self, list: impl Fn(&Self) -> &Vec<T>) -> Option<T> {
        let mut most = list(self).len();
        if self.focus && !self.random.one_in(3) {
            most = most.min(FOCUSED);
        }
        let index = self.random.below(most);
        list(self).get(index).copied()
    }

    pub(super) fn words(&mut self) -> String {
        // Few words make equal edits, by which changes are already so.
        let words = if self.focus { &WORDS[..2] } else { WORDS };
        let first = self.random.choose(words).unwrap_or_default();
        let second = self.random.choose(words).unwrap_or_default();
        format!("{first} {second}")
    }

    pub(super) fn title(&mut self) -> Title {
        let words = self.words();
        title(&format!("Make it {words} – ærlig talt"))
    }

    pub(super) fn slug(&mut self) -> Slug {
        let number = self.random.below(1000);
        let words = self.words().replace(' ', "-");
        slug(&format!("{words}-{number}"))
    }

    pub(super) fn paragraph(&mut self) -> LongText {
        text(&format!("{},\nas we said.", self.words()))
    }

    pub(super) fn blocker(&mut self) -> BlockerReport {
        if self.random.one_in(3) {
            return BlockerReport::Lifted;
        }
        let text = BlockerText::new(self.words());
        BlockerReport::Stands(text.expect("some words are a blocker"))
    }

    pub(super) fn some_tag(&mut self) -> Option<Tag> {
        self.random.choose(WORDS).map(tag)
    }

    pub(super) fn some_team(&mut self) -> Option<TeamId> {
        self.pick(|maker| &maker.teams)
    }

    pub(super) fn some_objective(&mut self) -> Option<ObjectiveId> {
        self.pick(|maker| &maker.objectives)
    }

    pub(super) fn support(&mut self) -> Option<Support> {
        if self.random.one_in(2) {
            self.some_objective().map(Support::Objective)
        } else {
            self.random
                .choose(&self.key_results)
                .map(Support::KeyResult)
        }
    }

    pub(super) fn cadence(&mut self) -> Option<CadenceDays> {
        let days = self.random.choose(&[1, 7, 14, 30])?;
        CadenceDays::new(days).ok()
    }

    pub(super) fn fiscal_start(&mut self) -> Option<FiscalStart> {
        let month = i8::try_from(1 + self.random.below(12)).ok()?;
        FiscalStart::new(month, 1).ok()
    }

    pub(super) fn confidence(&mut self) -> Option<Confidence> {
        let tenths = u8::try_from(self.random.below(11)).ok()?;
        Confidence::new(tenths).ok()
    }

    pub(super) fn score(&mut self) -> Option<Score> {
        let hundredths = i64::try_from(self.random.below(101)).ok()?;
        Score::new(Number::new(hundredths, 2).ok()?).ok()
    }

    pub(super) fn weight(&mut self) -> Option<Weight> {
        let tenths = self.random.choose(&[0, 5, 10, 10, 10, 10, 20, 35])?;
        Weight::new(Number::new(tenths, 1).ok()?).ok()
    }

    pub(super) fn order(&mut self) -> u32 {
        u32::try_from(self.random.below(20)).expect("20 is a small number")
    }

    /// Returns a day of the ten weeks up to the day of the author.
    pub(super) fn day(&mut self) -> Option<Date> {
        let days = i64::try_from(self.random.below(70)).ok()?;
        self.today.checked_sub(Span::new().days(days)).ok()
    }

    pub(super) fn period(&mut self) -> Option<CyclePeriod> {
        let month = self.random.choose(&[7, 8, 9, 10])?;
        let start = date(2026, month, 1);
        let after = start.checked_add(Span::new().months(3)).ok()?;
        CyclePeriod::new(start, after.yesterday().ok()?).ok()
    }

    /// Returns a number with up to three digits after the point, now and then a very large one.
    pub(super) fn number(&mut self) -> Number {
        let number = if self.random.one_in(50) {
            Number::new(i64::MAX - 7, 9)
        } else {
            let units = i64::try_from(self.random.below(200_000)).unwrap_or_default() - 50_000;
            let scale = u32::try_from(self.random.below(4)).unwrap_or_default();
            Number::new(units, scale)
        };
        number.expect("the scale is at most 9")
    }

    pub(super) fn measure(&mut self) -> Measure {
        match self.random.below(7) {
            0 => hold(None, Some("120")),
            1 => hold(Some("0.95"), None),
            2 => milestones(&["1", "2", "0.5"]),
            3 => zones(),
            4 => metric("45", "30"),
            _ => Measure::Metric(Metric {
                unit: Some(unit("ms")),
                baseline: self.number(),
                target: self.number(),
                commit: None,
                stretch: None,
            }),
        }
    }

    /// Returns a value that fits the measure that the key result has now.
    pub(super) fn value(&mut self, key_result: KeyResultId) -> Option<Value> {
        let key_result = never(self.view.key_result(key_result))?.into_owned();
        match key_result.measure {
            Measure::Metric(_) | Measure::Hold(_) => Some(Value::Number(self.number())),
            Measure::Milestones(milestones) => {
                let keys = milestones.list().iter().map(|milestone| milestone.key);
                let done: BTreeSet<MilestoneKey> = keys.filter(|_| self.random.one_in(2)).collect();
                Some(Value::Milestones(done))
            }
            Measure::Zones(_) => self.random.choose(Zone::ALL).map(Value::Zone),
        }
    }
}

pub(super) fn zone_name(name: &str) -> Option<TimeZoneName> {
    TimeZoneName::new(name).ok()
}
