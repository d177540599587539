//! What is said about initiatives, health metrics and their values.

use std::collections::BTreeSet;

use okr_core::entity::Entity;
use okr_core::event::{
    InitiativeEdit, InitiativeEvent, MetricEdit, MetricEvent, MetricValueEvent, NewInitiative,
    NewMetric,
};
use okr_core::field::Shown as _;
use okr_core::id::{EntityId, KeyResultId, MetricId, MetricValueId};
use okr_core::value::Number;

use super::{Said, Speaker, quoted};
use crate::render::quantity;
use crate::ui::sanitise;

impl Speaker<'_> {
    pub(super) fn initiative(&self, event: &InitiativeEvent) -> (&'static str, String) {
        match event {
            InitiativeEvent::Created(new) => ("created", self.new_initiative(new)),
            InitiativeEvent::Edited(edit) => (edit.field(), self.initiative_edit(edit)),
            InitiativeEvent::Archived => ("archived", String::new()),
            InitiativeEvent::Restored => ("restored", String::new()),
        }
    }

    fn new_initiative(&self, new: &NewInitiative) -> String {
        let mut text = format!(
            "initiative {} for {}, {}, {}",
            quoted(new.title.as_str()),
            self.served(&new.key_results),
            self.names.at_person(new.owner),
            new.state,
        );
        if let Some(due) = new.due {
            text = format!("{text}, due {due}");
        }
        if let Some(url) = &new.url {
            text = format!("{text}, {}", sanitise(url.as_str()));
        }
        text
    }

    fn initiative_edit(&self, edit: &InitiativeEdit) -> String {
        match edit {
            InitiativeEdit::Title(edit) => self.titles(edit),
            InitiativeEdit::Slug(edit) => self.shown(edit),
            InitiativeEdit::Owner(edit) => self.ids_step(edit),
            InitiativeEdit::KeyResults(edit) => {
                self.step(&self.served(&edit.from), &self.served(&edit.to))
            }
            InitiativeEdit::Due(edit) => self.shown(edit),
            InitiativeEdit::Url(edit) => self.shown(edit),
            InitiativeEdit::State(edit) => self.shown(edit),
        }
    }

    fn served(&self, key_results: &BTreeSet<KeyResultId>) -> String {
        let served = key_results.iter();
        self.names.labels(served.map(|id| EntityId::from(*id)))
    }

    pub(super) fn metric(&self, about: EntityId, event: &MetricEvent) -> Said {
        let mut note = None;
        let (word, text) = match event {
            MetricEvent::Created(new) => {
                note = new.description.as_ref().map(ToString::to_string);
                ("created", self.new_metric(new))
            }
            MetricEvent::Edited(edit) => (edit.field(), self.metric_edit(edit)),
            MetricEvent::Archived => ("archived", String::new()),
            MetricEvent::Restored => ("restored", String::new()),
        };
        Said {
            about,
            word,
            text,
            note,
        }
    }

    fn new_metric(&self, new: &NewMetric) -> String {
        let unit = new.unit.as_ref().map(|unit| format!(" {unit}"));
        let text = format!(
            "health metric {}, {}, {}{}",
            quoted(new.name.as_str()),
            self.names.at_person(new.owner),
            new.band.shown(),
            sanitise(&unit.unwrap_or_default()),
        );
        match new.team {
            Some(team) => format!("{text}, of {}", self.names.label(team.into())),
            None => text,
        }
    }

    fn metric_edit(&self, edit: &MetricEdit) -> String {
        match edit {
            MetricEdit::Name(edit) => self.titles(edit),
            MetricEdit::Slug(edit) => self.shown(edit),
            MetricEdit::Unit(edit) => self.shown(edit),
            MetricEdit::Owner(edit) => self.ids_step(edit),
            MetricEdit::Team(edit) => self.names_step(edit),
            MetricEdit::Band(edit) => self.shown(edit),
            MetricEdit::Description(edit) => self.titles(edit),
        }
    }

    pub(super) fn metric_value(&self, id: MetricValueId, event: &MetricValueEvent) -> Said {
        let known = self.names.thing(id.into()).cloned();
        let known = known.and_then(Entity::into_metric_value);
        let (metric, word, text, note) = match event {
            MetricValueEvent::Recorded(new) => {
                let text = format!("{}, for {}", self.of(new.metric, new.value), new.effective);
                let note = new.note.as_ref().map(ToString::to_string);
                (Some(new.metric), "value", text, note)
            }
            MetricValueEvent::Retracted => {
                let text = known.as_ref().map(|value| {
                    let shown = self.of(value.metric, value.value);
                    format!("{shown} of {}", value.effective)
                });
                let metric = known.map(|value| value.metric);
                (metric, "retraction", text.unwrap_or_default(), None)
            }
        };
        Said {
            about: metric.map_or(EntityId::MetricValue(id), EntityId::Metric),
            word,
            text,
            note,
        }
    }

    /// Writes a value with the unit of its metric.
    fn of(&self, metric: MetricId, value: Number) -> String {
        let unit = self.names.unit(metric).map(AsRef::as_ref);
        quantity(value, unit, self.screen)
    }
}
