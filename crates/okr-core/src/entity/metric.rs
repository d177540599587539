//! A health metric: a number outside cycles that shall stay within a band.

use crate::event::{MetricEdit, MetricEvent, NewMetric};
use crate::id::{MetricId, PersonId, TeamId};
use crate::measure::Band;
use crate::text::{LongText, Name, Slug, Unit};

/// A health metric. Its values are [`MetricValue`](crate::entity::MetricValue)s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthMetric {
    /// Its identity.
    pub id: MetricId,
    /// Its name.
    pub name: Name,
    /// Its everyday name.
    pub slug: Slug,
    /// What is counted; none for a bare number.
    pub unit: Option<Unit>,
    /// Who answers for it.
    pub owner: PersonId,
    /// The team that it belongs to; none: the organisation as a whole.
    pub team: Option<TeamId>,
    /// The values that are healthy.
    pub band: Band,
    /// More about it.
    pub description: Option<LongText>,
    /// Whether it was put away.
    pub archived: bool,
}

impl HealthMetric {
    /// Applies an event.
    pub fn evolve(current: Option<Self>, id: MetricId, event: &MetricEvent) -> Option<Self> {
        let Some(mut metric) = current else {
            return if let MetricEvent::Created(new) = event {
                Some(Self::created(id, new))
            } else {
                None
            };
        };
        match event {
            MetricEvent::Created(_) => {}
            MetricEvent::Edited(edit) => metric.edit(edit),
            MetricEvent::Archived => metric.archived = true,
            MetricEvent::Restored => metric.archived = false,
        }
        Some(metric)
    }

    fn created(id: MetricId, new: &NewMetric) -> Self {
        let NewMetric {
            name,
            slug,
            unit,
            owner,
            team,
            band,
            description,
        } = new.clone();
        Self {
            id,
            name,
            slug,
            unit,
            owner,
            team,
            band,
            description,
            archived: false,
        }
    }

    fn edit(&mut self, edit: &MetricEdit) {
        match edit {
            MetricEdit::Name(edit) => self.name = edit.to.clone(),
            MetricEdit::Slug(edit) => self.slug = edit.to.clone(),
            MetricEdit::Unit(edit) => self.unit.clone_from(&edit.to),
            MetricEdit::Owner(edit) => self.owner = edit.to,
            MetricEdit::Team(edit) => self.team = edit.to,
            MetricEdit::Band(edit) => self.band = edit.to,
            MetricEdit::Description(edit) => self.description.clone_from(&edit.to),
        }
    }
}
