//! What the reading commands share: the organisation at the moment that was asked for, and names.
//!
//! References are looked up in the present, so that a thing can be asked for by the name that it
//! has now; what it was is read at the moment.

mod goals;

use std::collections::BTreeSet;

use okr_core::entity::{Cycle, Entity, Team};
use okr_core::id::{EntityId, EntityKind, PersonId, TeamId};
use okr_core::view::View as _;
use okr_core::{Date, Timestamp};
use okr_replica::{Axis, Directory, LogFilter, Reading, Replica, ReplicaInfo};

use super::status::screen::Exchange;
use crate::context::{AtInfo, Context, axis_word};
use crate::error::CliError;
use crate::failure;
use crate::names::Names;
use crate::resolve::{self, Resolver};
use crate::ui;
use crate::when::Clock;

/// What the effective axis shows, for those who miss something on it.
const EFFECTIVE: &str = "--axis effective shows a goal from the day that it was written";
/// Where values of days before that are to be seen.
const VALUES: &str = "okr checkin list KR shows values of earlier days, too";

/// The organisation at the moment that was asked for.
pub(crate) struct Past<'r> {
    pub(crate) replica: &'r Replica,
    pub(crate) reading: Reading<'r>,
    pub(crate) at: AtInfo,
    pub(crate) info: ReplicaInfo,
    /// Whether people read the answer.
    for_people: bool,
    /// The people, and the things that were learnt so far: org, teams and cycles to begin with.
    pub(crate) names: Names,
    /// The teams then, archived ones included.
    pub(crate) teams: Vec<Team>,
    /// The cycles then.
    pub(crate) cycles: Vec<Cycle>,
    /// The name of the organisation; none before it was founded.
    pub(crate) org: Option<String>,
    /// Whether it goes without saying that everything is pending: there is no server to wait for,
    /// and people read the answer.
    pub(crate) all_pending: bool,
    /// How many changes only a newer program understands.
    newer_changes: usize,
    directory: Directory,
}

impl<'r> Past<'r> {
    /// Reads what `--at` and `--axis` ask for.
    ///
    /// # Errors
    /// When they cannot be understood, or the replica cannot be read.
    pub(crate) fn open(context: &mut Context, replica: &'r Replica) -> Result<Self, CliError> {
        let (reading, at) = context.reading(replica)?;
        Self::of(context, replica, (reading, at))
    }

    /// Reads a moment that was asked for before once more, for a command that stays: nothing is
    /// said again of how it was understood.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(crate) fn again(
        context: &Context,
        replica: &'r Replica,
        at: &AtInfo,
    ) -> Result<Self, CliError> {
        let reading = replica.reading(at.moment).map_err(failure::replica)?;
        Self::of(context, replica, (reading, at.clone()))
    }

    fn of(
        context: &Context,
        replica: &'r Replica,
        (reading, at): (Reading<'r>, AtInfo),
    ) -> Result<Self, CliError> {
        let directory = replica.directory().map_err(failure::replica)?;
        let mut names = Names::new(directory.clone());
        let teams = reading.teams().map_err(failure::replica)?;
        let cycles = reading.cycles().map_err(failure::replica)?;
        let org = reading.org().map_err(failure::replica)?;
        let org = org.map(std::borrow::Cow::into_owned);
        names.learn_all(teams.iter().cloned().map(Entity::Team));
        names.learn_all(cycles.iter().cloned().map(Entity::Cycle));
        names.learn_all(org.iter().cloned().map(Entity::Org));
        let upgrades = reading.upgrades().map_err(failure::replica)?;
        names.mark_upgrades(upgrades.entities);
        let info = replica.info().map_err(failure::replica)?;
        let for_people = context.ui.output() == ui::OutputFormat::Table;
        Ok(Self {
            all_pending: info.remote.is_none() && for_people,
            for_people,
            info,
            org: org.map(|org| org.name.to_string()),
            replica,
            reading,
            at,
            names,
            teams,
            cycles,
            newer_changes: upgrades.changes,
            directory,
        })
    }

    /// Returns who asks.
    pub(crate) const fn me(&self) -> PersonId {
        self.info.me
    }

    /// Returns the frame for machine output.
    pub(crate) fn frame(&self, context: &Context) -> Result<ui::Context, CliError> {
        context.frame_at(self.replica, &self.at)
    }

    /// Says which moment the answer is about; none for the present of the recorded axis.
    pub(crate) fn as_of(&self) -> Option<String> {
        let axis = self.at.moment.axis;
        match (&self.at.words, axis) {
            (None, Axis::Recorded) => None,
            (Some(words), Axis::Recorded) => Some(format!("as of {words}")),
            (None, Axis::Authored | Axis::Effective) => Some(format!("{} axis", axis_word(axis))),
            (Some(words), Axis::Authored | Axis::Effective) => {
                Some(format!("as of {words}, {} axis", axis_word(axis)))
            }
        }
    }

    /// Lets `use_it` find things as they are named at present.
    ///
    /// # Errors
    /// What `use_it` gives, and when the scope of the command cannot be found.
    pub(crate) fn with_resolver<T>(
        &self,
        context: &mut Context,
        use_it: impl FnOnce(&Resolver<'_, '_>) -> Result<T, CliError>,
    ) -> Result<T, CliError> {
        let present;
        let reading = if self.at.words.is_some() || self.at.moment.axis != Axis::Recorded {
            present = context.present(self.replica)?.0;
            &present
        } else {
            &self.reading
        };
        let origin = (self.replica, reading);
        let resolver = resolve::resolver(context, origin, &self.directory, &self.at.clock)?;
        use_it(&resolver)
    }

    /// Finds things of the wanted kinds.
    ///
    /// # Errors
    /// Exit 6 when a text fits nothing or several things.
    pub(crate) fn find(
        &self,
        context: &mut Context,
        texts: &[String],
        wanted: &[EntityKind],
    ) -> Result<Vec<EntityId>, CliError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        self.with_resolver(context, |resolver| {
            let found = texts.iter().map(|text| find_one(resolver, text, wanted));
            found.collect()
        })
    }

    /// Finds somebody; none when nobody is named.
    ///
    /// # Errors
    /// Exit 6 when there is no such person.
    pub(crate) fn person(
        &self,
        context: &mut Context,
        text: Option<&str>,
    ) -> Result<Option<PersonId>, CliError> {
        match text {
            None => Ok(None),
            Some(text) => self
                .with_resolver(context, |resolver| resolver.person(text))
                .map(Some),
        }
    }

    /// Returns the team that `--team` names, and all below it; none without the flag.
    ///
    /// # Errors
    /// Exit 6 when there is no such team.
    pub(crate) fn team_scope(&self, context: &mut Context) -> Result<Option<TeamId>, CliError> {
        self.with_resolver(context, |resolver| Ok(resolver.team))
    }

    /// Returns a team and all above it, then.
    pub(crate) fn teams_above(&self, team: TeamId) -> BTreeSet<TeamId> {
        let mut above = BTreeSet::new();
        let mut next = Some(team);
        while let Some(id) = next.filter(|id| above.insert(*id)) {
            let team = self.teams.iter().find(|team| team.id == id);
            next = team.and_then(|team| team.parent);
        }
        above
    }

    /// Returns a team and all below it, then.
    pub(crate) fn teams_within(&self, outer: TeamId) -> Vec<TeamId> {
        let all = self.teams.iter().map(|team| team.id);
        all.filter(|team| self.is_within(Some(*team), outer))
            .collect()
    }

    /// Says whether a team is another one or below it, then.
    pub(crate) fn is_within(&self, team: Option<TeamId>, outer: TeamId) -> bool {
        let mut next = team;
        // As many steps as there are teams reach the top, whatever the history says.
        for _ in 0..=self.teams.len() {
            let Some(id) = next else {
                return false;
            };
            if id == outer {
                return true;
            }
            next = self
                .teams
                .iter()
                .find(|team| team.id == id)
                .and_then(|team| team.parent);
        }
        false
    }

    /// Returns the cycles that the command is about: all, the one that was named, or the current
    /// one of the moment. None that did not exist then.
    ///
    /// # Errors
    /// Exit 6 when `--cycle` names none.
    pub(crate) fn cycles_in_scope(&self, context: &mut Context) -> Result<Vec<Cycle>, CliError> {
        let named = context.globals.cycle.clone();
        let named = named.or_else(|| context.environment.get("OKR_CYCLE").map(str::to_owned));
        if named.as_deref() == Some("all") {
            return Ok(self.cycles.clone());
        }
        let found = if named.is_some() {
            self.with_resolver(context, |resolver| Ok(resolver.cycle))?
        } else {
            let clock = self.clock_then();
            resolve::current_cycle(context, &self.reading, &clock)?.map(|cycle| cycle.id)
        };
        let then = self.cycles.iter();
        Ok(then
            .filter(|cycle| Some(cycle.id) == found)
            .cloned()
            .collect())
    }

    /// Returns the cycle of what a command is about; those in scope when that is in no cycle, or
    /// nothing was named.
    ///
    /// # Errors
    /// Exit 6 when `--cycle` names none, and when the replica cannot be read.
    pub(crate) fn cycles_of(
        &self,
        context: &mut Context,
        about: Option<EntityId>,
    ) -> Result<Vec<Cycle>, CliError> {
        let reading = &self.reading;
        let of_objective = |id| {
            let objective = reading.objective(id).map_err(failure::replica)?;
            Ok::<_, CliError>(objective.map(|objective| objective.cycle))
        };
        let cycle = match about {
            Some(EntityId::Cycle(id)) => Some(id),
            Some(EntityId::Objective(id)) => of_objective(id)?,
            Some(EntityId::KeyResult(id)) => {
                match reading.key_result(id).map_err(failure::replica)? {
                    Some(key_result) => of_objective(key_result.objective)?,
                    None => None,
                }
            }
            Some(
                EntityId::Team(_)
                | EntityId::Person(_)
                | EntityId::Org(_)
                | EntityId::CheckIn(_)
                | EntityId::Comment(_)
                | EntityId::Initiative(_)
                | EntityId::Metric(_)
                | EntityId::MetricValue(_),
            )
            | None => return self.cycles_in_scope(context),
        };
        let then = self.cycles.iter();
        Ok(then.filter(|one| Some(one.id) == cycle).cloned().collect())
    }

    /// Returns the clock as it stood at the moment.
    fn clock_then(&self) -> Clock {
        let now = self.at.at.parse::<Timestamp>();
        Clock {
            now: now.unwrap_or(self.at.clock.now),
            ..self.at.clock.clone()
        }
    }

    /// Learns the names of things that are not known yet.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(crate) fn learn(
        &mut self,
        ids: impl IntoIterator<Item = EntityId>,
    ) -> Result<(), CliError> {
        learn_from(&mut self.names, &self.reading, ids)
    }

    /// Returns whether and when everything was exchanged with the server.
    pub(crate) fn exchange(&self) -> Exchange {
        Exchange {
            connected: self.info.remote.is_some(),
            synced_at: self.info.synced_at,
            pending: self.info.pending,
            conflicts: self.info.conflicts,
        }
    }

    /// Says on stderr that the answer lacks what only a newer program understands.
    pub(crate) fn warn_upgrade(&self, context: &mut Context) {
        if self.newer_changes > 0 {
            let changes = super::counted(self.newer_changes, "change");
            context.ui.warning(&format!(
                "a newer okr made {changes} that this one cannot read: upgrade okr to see what they say"
            ));
        }
    }

    /// Says on stderr why an answer is empty: the moment that was asked about, or else `now`.
    pub(crate) fn hint_nothing(&self, context: &mut Context, now: &str) {
        match &self.at.words {
            Some(_) => self.hint_empty(context),
            None => context.ui.hint(now),
        }
    }

    /// Says on stderr why an answer is empty, where the moment is the reason.
    pub(crate) fn hint_empty(&self, context: &mut Context) {
        let Some(words) = &self.at.words else {
            return;
        };
        let (verb, more) = match self.at.moment.axis {
            Axis::Recorded => (
                "recorded",
                "; imported history has its own dates on --axis authored",
            ),
            Axis::Authored | Axis::Effective => ("written", ""),
        };
        let text = match (&self.org, self.at.moment.axis) {
            (None, Axis::Effective) => {
                let begin = self.begin().map_or_else(String::new, |day| {
                    format!("; the first day with any is --at {day}")
                });
                format!("nothing was written by {words}, and {EFFECTIVE}{begin}; {VALUES}")
            }
            (Some(_), Axis::Effective) => {
                format!("not there by {words}: {EFFECTIVE}; {VALUES}")
            }
            (None, _) => {
                format!("nothing was {verb} by {words}; okr log --reverse shows the beginning")
            }
            (Some(_), _) => {
                format!("not there by {words}; okr log --reverse shows what came later")
            }
        };
        context.ui.hint(&format!("{text}{more}"));
    }

    /// Returns the day on which the first change of all was written; none when nobody can say.
    fn begin(&self) -> Option<Date> {
        let first = LogFilter {
            axis: Axis::Authored,
            oldest_first: true,
            pending: true,
            limit: Some(1),
            ..LogFilter::default()
        };
        let first = self.replica.log(&first).ok()?.into_iter().next()?;
        Some(self.at.clock.zone.to_datetime(first.authored_at).date())
    }
}

/// Finds a thing of one of the wanted kinds; cycles also by their names.
///
/// # Errors
/// Exit 6 when the text fits nothing or several things.
pub(crate) fn find_one(
    resolver: &Resolver<'_, '_>,
    text: &str,
    wanted: &[EntityKind],
) -> Result<EntityId, CliError> {
    if wanted.contains(&EntityKind::Cycle) {
        let cycles = resolver.reading.cycles().map_err(failure::replica)?;
        let named = |cycle: &&Cycle| cycle.name.as_str().eq_ignore_ascii_case(text.trim());
        if let Some(cycle) = cycles.iter().find(named) {
            return Ok(cycle.id.into());
        }
    }
    resolver.find(text, wanted)
}

/// Learns the names of things that are not known yet, and of what these belong to.
///
/// # Errors
/// When the replica cannot be read.
pub(crate) fn learn_from(
    names: &mut Names,
    reading: &Reading<'_>,
    ids: impl IntoIterator<Item = EntityId>,
) -> Result<(), CliError> {
    for id in ids {
        if names.knows(id) {
            continue;
        }
        let Some(entity) = reading.entity(id).map_err(failure::replica)? else {
            continue;
        };
        let outer = match &entity {
            Entity::Comment(comment) => vec![comment.topic.entity()],
            Entity::CheckIn(check_in) => vec![EntityId::from(check_in.key_result)],
            Entity::KeyResult(key_result) => {
                let metric = key_result.fed_by.map(EntityId::from);
                metric
                    .into_iter()
                    .chain([key_result.objective.into()])
                    .collect()
            }
            Entity::Objective(objective) => vec![objective.cycle.into()],
            Entity::MetricValue(value) => vec![value.metric.into()],
            Entity::Metric(metric) => metric.team.map(EntityId::from).into_iter().collect(),
            Entity::Initiative(initiative) => {
                let served = initiative.key_results.iter();
                served.map(|id| EntityId::from(*id)).collect()
            }
            Entity::Org(_) | Entity::Person(_) | Entity::Team(_) | Entity::Cycle(_) => Vec::new(),
        };
        names.learn(entity);
        // A few levels up: from an initiative to its key results, their objectives and the cycles.
        learn_from(names, reading, outer)?;
    }
    Ok(())
}
