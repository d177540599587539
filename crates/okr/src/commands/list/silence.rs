//! For how long nobody has reported on key results.

use std::collections::BTreeMap;

use okr_core::id::KeyResultId;
use okr_core::value::days_between;
use okr_replica::ObjectiveStanding;

use crate::commands::past::Past;
use crate::error::CliError;
use crate::failure;

/// For how many days nobody has reported on the key results on which somebody shall.
#[derive(Debug, Default)]
pub(crate) struct Silence(BTreeMap<KeyResultId, i32>);

impl Silence {
    /// Counts the days from the last check-in, as the status `stale` does; where there was none, from
    /// the day from which on one is expected, as `okr stats` does. Both up to the day of the moment.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(super) fn of(objectives: &[ObjectiveStanding], past: &Past<'_>) -> Result<Self, CliError> {
        let today = past.at.moment.day;
        let mut days = BTreeMap::new();
        let mut never = Vec::new();
        for objective in objectives {
            let cycle = objective.objective.cycle;
            let Some(cycle) = past.cycles.iter().find(|one| one.id == cycle) else {
                continue;
            };
            let key_results = objective.key_results.iter();
            for one in key_results.filter(|one| one.status.is_in_force()) {
                match &one.latest {
                    Some(latest) => {
                        let silent = days_between(latest.check_in.effective, today);
                        days.insert(one.key_result.id, silent);
                    }
                    None => never.push((&one.key_result, cycle.period)),
                }
            }
        }
        let since = past.reading.expected_since(&never, &past.at.clock.zone);
        let since = since.map_err(failure::replica)?;
        for ((key_result, _), since) in never.iter().zip(since) {
            days.insert(key_result.id, days_between(since, today));
        }
        Ok(Self(days))
    }

    /// Returns the days of one key result; none where nobody is expected to report.
    pub(super) fn days(&self, id: KeyResultId) -> Option<i32> {
        self.0.get(&id).copied()
    }
}
