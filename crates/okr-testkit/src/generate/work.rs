//! Random wishes about initiatives, health metrics and their values.

use std::collections::BTreeSet;

use okr_core::decide::{Command, InitiativePatch, MetricPatch};
use okr_core::event::{NewInitiative, NewMetric, NewMetricValue};
use okr_core::id::{InitiativeId, KeyResultId, MetricId, MetricValueId};
use okr_core::measure::Band;
use okr_core::text::{Unit, WebAddress};
use okr_core::value::{InitiativeState, Number};

use crate::generate::Maker;
use crate::sample::{name, unit, web_address};

impl Maker {
    pub(super) fn initiative_wish(&mut self) -> Option<Command> {
        if self.initiatives.is_empty() || self.random.one_in(3) {
            let new = NewInitiative {
                title: self.title(),
                slug: self.slug(),
                owner: self.random.choose(&self.people)?,
                key_results: self.served()?,
                due: self.maybe(Self::day),
                url: self.maybe(|maker| Some(maker.url())),
                state: self.random.choose(InitiativeState::ALL)?,
            };
            return Some(Command::AddInitiative {
                id: InitiativeId::new(self.uuid()),
                new: Box::new(new),
            });
        }
        let id = self.pick(|maker| &maker.initiatives)?;
        Some(match self.random.below(12) {
            0 => Command::ArchiveInitiative(id),
            1 | 2 => Command::RestoreInitiative(id),
            _ => Command::SetInitiative {
                id,
                patch: Box::new(self.initiative_patch()),
            },
        })
    }

    fn initiative_patch(&mut self) -> InitiativePatch {
        let mut patch = InitiativePatch::default();
        match self.random.below(9) {
            0 => patch.title = Some(self.title()),
            1 => patch.slug = Some(self.slug()),
            2 => patch.owner = self.random.choose(&self.people),
            3 => patch.key_results = self.served(),
            4 => patch.due = Some(self.maybe(Self::day)),
            5 => patch.url = Some(self.maybe(|maker| Some(maker.url()))),
            _ => patch.state = self.random.choose(InitiativeState::ALL),
        }
        patch
    }

    pub(super) fn metric_wish(&mut self) -> Option<Command> {
        if self.metrics.is_empty() || self.random.one_in(4) {
            let new = NewMetric {
                name: name(&self.words()),
                slug: self.slug(),
                unit: self.some_unit(),
                owner: self.random.choose(&self.people)?,
                team: self.maybe(Self::some_team),
                band: self.band()?,
                description: self.maybe(|maker| Some(maker.paragraph())),
            };
            return Some(Command::AddMetric {
                id: MetricId::new(self.uuid()),
                new: Box::new(new),
            });
        }
        let id = self.pick(|maker| &maker.metrics)?;
        Some(match self.random.below(12) {
            0 => Command::ArchiveMetric(id),
            1 | 2 => Command::RestoreMetric(id),
            _ => Command::SetMetric {
                id,
                patch: Box::new(self.metric_patch()),
            },
        })
    }

    fn metric_patch(&mut self) -> MetricPatch {
        let mut patch = MetricPatch::default();
        match self.random.below(7) {
            0 => patch.name = Some(name(&self.words())),
            1 => patch.slug = Some(self.slug()),
            2 => patch.unit = Some(self.some_unit()),
            3 => patch.owner = self.random.choose(&self.people),
            4 => patch.team = Some(self.maybe(Self::some_team)),
            5 => patch.band = self.band(),
            _ => patch.description = Some(self.maybe(|maker| Some(maker.paragraph()))),
        }
        patch
    }

    pub(super) fn metric_value_wish(&mut self) -> Option<Command> {
        if !self.metric_values.is_empty() && self.random.one_in(4) {
            let id = self.pick(|maker| &maker.metric_values)?;
            return Some(Command::RetractMetricValue(id));
        }
        let new = NewMetricValue {
            metric: self.pick(|maker| &maker.metrics)?,
            effective: self.day()?,
            value: self.number(),
            note: self.maybe(|maker| Some(maker.paragraph())),
        };
        Some(Command::RecordMetricValue {
            id: MetricValueId::new(self.uuid()),
            new,
        })
    }

    pub(super) fn some_metric(&mut self) -> Option<MetricId> {
        self.pick(|maker| &maker.metrics)
    }

    fn served(&mut self) -> Option<BTreeSet<KeyResultId>> {
        let first = self.pick(|maker| &maker.key_results)?;
        let second = self.maybe(|maker| maker.pick(|maker| &maker.key_results));
        Some([first].into_iter().chain(second).collect())
    }

    fn url(&mut self) -> WebAddress {
        let number = self.random.below(100);
        web_address(&format!("https://tracker.example/{number}"))
    }

    /// Returns the unit of most measures of the generator, or none, as the others have.
    fn some_unit(&mut self) -> Option<Unit> {
        self.maybe(|_| Some(unit("ms")))
    }

    fn band(&mut self) -> Option<Band> {
        let low = self.number();
        let (low, high) = match self.random.below(3) {
            0 => (Some(low), None),
            1 => (None, Some(low)),
            _ => (Some(low.min(Number::ZERO)), Some(low.max(Number::ZERO))),
        };
        Band::new(low, high).ok()
    }
}
