//! Where files are judged: what is there now, and who asks.

use okr_core::id::{CycleId, PersonId};
use okr_core::view::View as _;
use okr_replica::{Directory, Reading, Replica};
use uuid::Uuid;

use super::base::{Asked, Ground};
use crate::context::Context;
use crate::error::CliError;
use crate::failure;
use crate::plan::merge::{Against, Facts, Merge, Stop, Take, merge};
use crate::plan::state::{State, cycle_called};
use crate::plan::{Fault, Faults, Plan};
use crate::resolve::near;
use crate::when::Clock;

/// What is there now, and who asks.
pub(super) struct Bench<'r> {
    pub(super) replica: &'r Replica,
    pub(super) reading: Reading<'r>,
    pub(super) directory: Directory,
    pub(super) clock: Clock,
    pub(super) me: PersonId,
}

/// How a file is judged.
pub(super) struct How {
    pub(super) asked: Asked,
    pub(super) take: Take,
    pub(super) archive_missing: bool,
}

/// Why a file is not judged.
pub(super) enum Refusal {
    /// The file is wrong.
    Wrong(Faults),
    /// Something else is.
    Error(CliError),
}

impl From<CliError> for Refusal {
    fn from(error: CliError) -> Self {
        Self::Error(error)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Wrong(Faults(vec![fault]))
    }
}

impl<'r> Bench<'r> {
    pub(super) fn open(context: &Context, replica: &'r Replica) -> Result<Self, CliError> {
        let (reading, clock) = context.present(replica)?;
        Ok(Self {
            replica,
            reading,
            directory: replica.directory().map_err(failure::replica)?,
            clock,
            me: replica.info().map_err(failure::replica)?.me,
        })
    }

    /// Judges a plan.
    pub(super) fn judge(
        &self,
        plan: &Plan,
        how: &How,
        new_uuid: &mut dyn FnMut() -> Uuid,
    ) -> Result<Merge, Refusal> {
        let ground = match (&how.asked, &plan.head.base) {
            (Asked::Now, _) | (Asked::InFile, None) => None,
            (Asked::InFile, Some(base)) => Some(self.ground(&base.value)?),
            (Asked::Moment(moment), _) => Some(Ground {
                reading: self.replica.reading(*moment).map_err(failure::replica)?,
                over: Vec::new(),
            }),
        };
        self.same_organisation(plan, ground.as_ref())?;
        let cycle = self.cycle(plan, ground.as_ref())?;
        let against = match (&how.asked, ground) {
            (_, Some(ground)) => {
                let state = State::read(&ground.reading, &ground.over, cycle);
                Against::Base(state.map_err(failure::replica)?)
            }
            (Asked::Now, None) => Against::Now,
            (Asked::InFile | Asked::Moment(_), None) => Against::Nothing,
        };
        let now = State::read(&self.reading, &[], cycle).map_err(failure::replica)?;
        let facts = Facts {
            plan,
            against: &against,
            now: &now,
            reading: &self.reading,
            directory: &self.directory,
            cycle,
            me: self.me,
            take: how.take,
            archive_missing: how.archive_missing,
        };
        merge(&facts, new_uuid).map_err(|stop| match stop {
            Stop::Failed(error) => Refusal::Error(failure::replica(error)),
            Stop::Wrong(faults) => Refusal::Wrong(faults),
        })
    }

    fn same_organisation(&self, plan: &Plan, ground: Option<&Ground<'_>>) -> Result<(), Refusal> {
        let Some(said) = &plan.head.organisation else {
            return Ok(());
        };
        let name = |reading: &Reading<'_>| {
            let org = reading.org().map_err(failure::replica)?;
            Ok::<_, CliError>(org.map(|org| org.name.to_string()))
        };
        let now = name(&self.reading)?;
        let then = match ground {
            Some(ground) => name(&ground.reading)?,
            None => None,
        };
        let is_it = |name: &Option<String>| name.as_ref() == Some(&said.value);
        if is_it(&now) || is_it(&then) {
            return Ok(());
        }
        let now = now.unwrap_or_default();
        let message = format!(
            "this plan is of \"{}\", and the workspace is of \"{now}\"",
            said.value
        );
        Err(Fault::new(said.at, message)
            .with_help("-w names another workspace")
            .into())
    }

    /// Finds the cycle of a plan: by its name now, or by the one that it had at the base.
    fn cycle(&self, plan: &Plan, ground: Option<&Ground<'_>>) -> Result<CycleId, Refusal> {
        let said = &plan.head.cycle;
        if let Some(ground) = ground {
            let found = cycle_called(&ground.reading, &ground.over, &said.value);
            if let Some(id) = found.map_err(failure::replica)? {
                return Ok(id);
            }
        }
        let found = cycle_called(&self.reading, &[], &said.value).map_err(failure::replica)?;
        if let Some(id) = found {
            return Ok(id);
        }
        let cycles = self.reading.cycles().map_err(failure::replica)?;
        let names = cycles.iter().map(|cycle| cycle.name.as_str());
        let near = near(&said.value, names).first().copied();
        let fault = Fault::new(said.at, format!("there is no cycle \"{}\"", said.value));
        let help = format!("okr cycle add {}", said.value);
        Err(fault.with_near_or(near, help).into())
    }
}
