//! Health metrics at the moment, with their values and where these come from.

use std::cmp::Reverse;

use okr_core::Timestamp;
use okr_core::entity::{Entity, HealthMetric, MetricValue};
use okr_core::id::{EntityKind, MetricId, PersonId};
use okr_core::measure::Health;
use okr_core::value::Source;
use okr_core::view::View as _;

use super::check_in::{Which, rank};
use super::kept::Kept;
use super::list::By;
use super::{Known, Reading};
use crate::error::ReplicaError;
use crate::log::Place;

/// A value of a health metric, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricValueFact {
    /// What it says.
    pub value: MetricValue,
    /// Where the change that made it stands.
    pub place: Place,
    /// Who recorded it.
    pub author: PersonId,
    /// The person who originally reported it, when somebody else recorded it.
    pub on_behalf_of: Option<PersonId>,
    /// How it came to be.
    pub source: Source,
    /// When it was written.
    pub authored_at: Timestamp,
}

/// How a health metric stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricStanding {
    /// The metric.
    pub metric: HealthMetric,
    /// Its value that counts.
    pub latest: Option<MetricValueFact>,
    /// What the band says of it.
    pub health: Health,
}

impl Reading<'_> {
    /// Returns health metrics by the name of their team, those of the organisation as a whole first,
    /// then by their own name.
    ///
    /// # Errors
    /// The store's failures.
    pub fn metrics(&self, archived: bool) -> Result<Vec<HealthMetric>, ReplicaError> {
        let names = self.team_names()?;
        let name = |metric: &HealthMetric| {
            let team = metric.team.map(|team| names.get(&team).cloned());
            (team, metric.name.clone())
        };
        let mut metrics = self.sorted(By::Kind(EntityKind::Metric), Entity::into_metric, name)?;
        metrics.retain(|metric| archived || !metric.archived);
        Ok(metrics)
    }

    /// Returns how a health metric stands; none when there is none.
    ///
    /// # Errors
    /// The store's failures.
    pub fn metric_standing(&self, id: MetricId) -> Result<Option<MetricStanding>, ReplicaError> {
        let metric = self.metric(id)?;
        let standing = metric.map(|metric| self.stand_metric(metric.into_owned()));
        standing.transpose()
    }

    /// Returns how a health metric stands that was read at this moment.
    ///
    /// # Errors
    /// The store's failures.
    pub fn stand_metric(&self, metric: HealthMetric) -> Result<MetricStanding, ReplicaError> {
        let latest = self.newest_values(metric.id, false, 1)?.into_iter().next();
        let latest = latest.map(|known| self.value_fact(known)).transpose()?;
        let latest = latest.flatten();
        let health = metric
            .band
            .health(latest.as_ref().map(|fact| fact.value.value));
        Ok(MetricStanding {
            metric,
            latest,
            health,
        })
    }

    /// Returns the values of a health metric, newest first; retracted ones are among them.
    ///
    /// # Errors
    /// The store's failures.
    pub fn metric_values(
        &self,
        id: MetricId,
        limit: Option<usize>,
    ) -> Result<Vec<MetricValueFact>, ReplicaError> {
        let newest = self.newest_values(id, true, limit.unwrap_or(usize::MAX))?;
        newest
            .into_iter()
            .filter_map(|known| self.value_fact(known).transpose())
            .collect()
    }

    /// Returns so many values of a metric, the one that counts first.
    fn newest_values(
        &self,
        id: MetricId,
        retracted: bool,
        count: usize,
    ) -> Result<Vec<Known>, ReplicaError> {
        let wanted = |known: &&Known| {
            let is_shown = match &known.entity {
                Entity::MetricValue(value) => retracted || !value.retracted,
                _ => false,
            };
            is_shown && self.counts(&known.entity)
        };
        let changed = self.changed_below(id.into()).filter(wanted);
        let mut found: Vec<Known> = changed.cloned().collect();
        let changed = found.len();
        let key = self.key(id.into())?;
        let which = if retracted {
            Which::All
        } else {
            Which::Counting
        };
        self.walk(key, (which, &Kept::default()), |known| {
            found.push(known);
            found.len() - changed < count
        })?;
        found.sort_by_key(|known| Reverse(rank(known)));
        found.truncate(count);
        Ok(found)
    }

    fn value_fact(&self, known: Known) -> Result<Option<MetricValueFact>, ReplicaError> {
        let made = self.made(&known)?;
        let value = known.entity.into_metric_value();
        Ok(value.map(|value| MetricValueFact {
            value,
            place: made.place,
            author: made.author,
            on_behalf_of: made.on_behalf_of,
            source: made.source,
            authored_at: made.authored_at,
        }))
    }
}
