//! What people said that a report tells: thanks, feedback and reviews.

use std::collections::BTreeSet;

use okr_core::Timestamp;
use okr_core::entity::{Cycle, Entity};
use okr_core::event::Topic;
use okr_core::id::{EntityId, PersonId};
use okr_core::value::CommentKind;
use okr_core::view::View as _;
use okr_replica::{CommentFact, InitiativeFilter};
use okr_report::reports::Said;

use super::decisions;
use super::gather::{Ask, Ground, Whose, named};
use crate::commands::past::Past;
use crate::error::CliError;
use crate::failure;

/// What was said about some things, with when it counts and where it stands among what counts then; the
/// oldest first.
pub(super) struct Voices(Vec<(Timestamp, u64, Said)>);

impl Voices {
    /// Reads what was said about the goals of a cycle, with their check-ins and the work behind them, and
    /// about the cycle itself where the report is about everybody. Where `several` cycles are told of, goals are named with
    /// theirs.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(super) fn about_goals(
        past: &mut Past<'_>,
        ground: &Ground,
        (ask, several): (&Ask, bool),
    ) -> Result<Self, CliError> {
        let cycle = &ground.standing.cycle;
        let subjects = ground.subjects.iter().copied();
        let topics = subjects.filter(|id| match id {
            EntityId::Cycle(_) => ask.whose == Whose::All,
            _ => true,
        });
        let work = work_behind(past, &ground.subjects)?;
        Self::about(past, topics.chain(work), Some((cycle, several)))
    }

    /// Reads what was said about people and teams that the report is about; where it is about everybody,
    /// about the organisation and its health metrics, too.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(super) fn about_people(
        past: &mut Past<'_>,
        grounds: &[Ground],
        ask: &Ask,
    ) -> Result<Self, CliError> {
        let topics = match ask.whose {
            Whose::Person(person) => BTreeSet::from([EntityId::from(person)]),
            Whose::Team(_) => of_teams(past, grounds, ask.whose),
            Whose::All => {
                let org = past.reading.org().map_err(failure::replica)?;
                let org = org.map(|org| EntityId::from(org.id));
                let people = past.reading.people().map_err(failure::replica)?;
                let people = people.iter().map(|person| EntityId::from(person.id));
                let teams = past.teams.iter().map(|team| EntityId::from(team.id));
                let metrics = past.reading.metrics(true).map_err(failure::replica)?;
                let metrics = metrics.iter().map(|metric| EntityId::from(metric.id));
                people.chain(teams).chain(org).chain(metrics).collect()
            }
        };
        Self::about(past, topics.into_iter(), None)
    }

    fn about(
        past: &mut Past<'_>,
        topics: impl Iterator<Item = EntityId>,
        cycle: Option<(&Cycle, bool)>,
    ) -> Result<Self, CliError> {
        let mut facts: Vec<(EntityId, CommentFact)> = Vec::new();
        for id in topics {
            let Some(topic) = Topic::of(id) else {
                continue;
            };
            let found = past.reading.comments_at(topic).map_err(failure::replica)?;
            let found = found.into_iter().filter(|fact| !fact.comment.retracted);
            facts.extend(found.map(|fact| (id, fact)));
        }
        past.learn(facts.iter().map(|(id, _)| *id).collect::<BTreeSet<_>>())?;
        let voices = facts.iter().map(|(id, fact)| {
            let at = decisions::counts_at(past, fact.place, fact.authored_at);
            let said = said(past, (*id, fact), cycle);
            (at, decisions::rank(fact.place), said)
        });
        Ok(Self(voices.collect()).in_order())
    }

    fn in_order(mut self) -> Self {
        self.0.sort_by_cached_key(|(at, rank, said)| {
            // What waits is told by what it is about, the same each time.
            (*at, *rank, said.about.reference.clone(), said.id)
        });
        // Work can serve key results of two cycles; what was said about it is told once.
        self.0.dedup_by_key(|(_, _, said)| said.id);
        self
    }

    /// Adds what was said about other things.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self.in_order()
    }

    /// Keeps what counts since after a moment.
    pub(super) fn after(mut self, moment: Option<Timestamp>) -> Self {
        self.0
            .retain(|(at, ..)| moment.is_none_or(|moment| *at > moment));
        self
    }

    /// Keeps what was said on a day of a cycle.
    pub(super) fn within(mut self, cycle: &Cycle) -> Self {
        self.0
            .retain(|(_, _, said)| cycle.period.contains(said.day));
        self
    }

    /// Returns the thanks.
    pub(super) fn recognition(&self) -> Vec<Said> {
        self.of(CommentKind::Recognition, |_| true)
    }

    /// Returns the feedback; what is said to a person is theirs, and only their own report tells it.
    pub(super) fn feedback(&self, ask: &Ask) -> Vec<Said> {
        self.of(CommentKind::Feedback, |said| match said.subject {
            EntityId::Person(person) => ask.whose == Whose::Person(person),
            _ => true,
        })
    }

    /// Returns the reviews of some goals.
    pub(super) fn reviews(&self, of: &BTreeSet<EntityId>) -> Vec<Said> {
        self.of(CommentKind::Review, |said| of.contains(&said.subject))
    }

    fn of(&self, kind: CommentKind, is_wanted: impl Fn(&Said) -> bool) -> Vec<Said> {
        let all = self.0.iter().map(|(_, _, said)| said);
        all.filter(|said| said.kind == kind && is_wanted(said))
            .cloned()
            .collect()
    }
}

/// Returns the initiatives that serve key results among some goals.
fn work_behind(past: &Past<'_>, subjects: &BTreeSet<EntityId>) -> Result<Vec<EntityId>, CliError> {
    let key_results = subjects.iter().filter_map(|id| match id {
        EntityId::KeyResult(id) => Some(*id),
        _ => None,
    });
    let found = past.reading.initiatives(&InitiativeFilter {
        key_results: Some(key_results.collect()),
        archived: true,
        ..InitiativeFilter::default()
    });
    let found = found.map_err(failure::replica)?;
    Ok(found
        .iter()
        .map(|initiative| initiative.id.into())
        .collect())
}

/// Returns the teams that a report is about, who is in them, and who answers for their goals.
fn of_teams(past: &Past<'_>, grounds: &[Ground], whose: Whose) -> BTreeSet<EntityId> {
    let is_asked_for = |team: &&okr_core::entity::Team| match whose {
        Whose::Team(outer) => past.is_within(Some(team.id), outer),
        Whose::All | Whose::Person(_) => false,
    };
    let mut topics = BTreeSet::new();
    for team in past.teams.iter().filter(is_asked_for) {
        topics.insert(EntityId::from(team.id));
        let people = team.leads.iter().chain(&team.members);
        topics.extend(people.map(|person| EntityId::from(*person)));
    }
    for objective in grounds.iter().flat_map(|one| &one.standing.objectives) {
        topics.insert(objective.objective.owner.into());
        let below = objective.key_results.iter();
        topics.extend(below.map(|one| EntityId::from(one.key_result.owner)));
    }
    topics
}

fn said(
    past: &Past<'_>,
    (id, fact): (EntityId, &CommentFact),
    cycle: Option<(&Cycle, bool)>,
) -> Said {
    let comment = &fact.comment;
    let mut about = named(id, &past.names);
    let mut address = match id {
        EntityId::Org(_) => "@org".to_owned(),
        _ => about.reference.clone(),
    };
    if let (Some((cycle, several)), EntityId::Objective(_) | EntityId::KeyResult(_)) = (cycle, id) {
        address = format!("{}:{address}", cycle.name);
        if several {
            about.reference.clone_from(&address);
        }
    }
    let owner = owner(past, id).filter(|owner| *owner != comment.author);
    Said {
        id: comment.id,
        kind: comment.kind,
        day: past.at.clock.zone.to_datetime(fact.authored_at).date(),
        person: comment.author,
        by: named(comment.author.into(), &past.names),
        subject: id,
        about,
        address,
        owner: owner.map(|owner| named(owner.into(), &past.names)),
        text: comment.text.to_string(),
    }
}

/// Returns who answers for a goal.
fn owner(past: &Past<'_>, id: EntityId) -> Option<PersonId> {
    match past.names.thing(id)? {
        Entity::Objective(objective) => Some(objective.owner),
        Entity::KeyResult(key_result) => Some(key_result.owner),
        Entity::Initiative(initiative) => Some(initiative.owner),
        Entity::Metric(metric) => Some(metric.owner),
        Entity::Org(_)
        | Entity::Person(_)
        | Entity::Team(_)
        | Entity::Cycle(_)
        | Entity::CheckIn(_)
        | Entity::MetricValue(_)
        | Entity::Comment(_) => None,
    }
}
