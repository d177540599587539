//! Events of a health metric, and of the values that are recorded of it.

use jiff::civil::Date;

use crate::event::Edit;
use crate::id::{MetricId, PersonId, TeamId};
use crate::measure::Band;
use crate::text::{LongText, Name, Slug, Unit};
use crate::value::Number;

/// What can happen to a health metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetricEvent {
    /// It was written down.
    Created(NewMetric),
    /// A field was edited.
    Edited(MetricEdit),
    /// It was put away.
    Archived,
    /// It was taken out again.
    Restored,
}

/// A new health metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMetric {
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
    /// More about it, such as where the number comes from.
    pub description: Option<LongText>,
}

/// An edit of one field of a health metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetricEdit {
    /// Its name.
    Name(Edit<Name>),
    /// Its everyday name.
    Slug(Edit<Slug>),
    /// What is counted.
    Unit(Edit<Option<Unit>>),
    /// Who answers for it.
    Owner(Edit<PersonId>),
    /// The team that it belongs to.
    Team(Edit<Option<TeamId>>),
    /// The values that are healthy.
    Band(Edit<Band>),
    /// More about it.
    Description(Edit<Option<LongText>>),
}

/// What can happen to a value of a health metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetricValueEvent {
    /// It was reported.
    Recorded(NewMetricValue),
    /// It was taken back, for the reason that the change gives.
    Retracted,
}

/// A new value of a health metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMetricValue {
    /// What it is a value of.
    pub metric: MetricId,
    /// The day on which it was true.
    pub effective: Date,
    /// The value.
    pub value: Number,
    /// What is behind the number.
    pub note: Option<LongText>,
}
