//! What things are called from now on: the slug that was asked for, if it is free, or one made from
//! the title.
//!
//! Two people who are offline can give the same slug still; then the short ids tell them apart.

use std::cell::RefCell;

use okr_core::id::{CycleId, EntityId, EntityKind, ObjectiveId};
use okr_core::text::Slug;
use okr_core::view::View as _;
use okr_replica::{Found, ReplicaError};

use crate::error::CliError;
use crate::failure;
use crate::resolve::Resolver;
use crate::short_id::{self, Alphabet};
use crate::slug;

/// The things among which a slug means one only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::commands) enum Among {
    Objectives(CycleId),
    KeyResults(CycleId),
    Teams,
    Initiatives,
    Metrics,
}

impl Among {
    /// Returns the key results of the cycle that an objective is in.
    pub(super) fn key_results_beside(
        resolver: &Resolver<'_, '_>,
        objective: ObjectiveId,
    ) -> Result<Self, CliError> {
        let objective = resolver.reading.objective(objective);
        let objective = objective.map_err(failure::replica)?;
        let objective = objective
            .ok_or_else(|| CliError::internal("an objective that was found is not there"))?;
        Ok(Self::KeyResults(objective.cycle))
    }

    const fn kind(self) -> EntityKind {
        match self {
            Self::Objectives(_) => EntityKind::Objective,
            Self::KeyResults(_) => EntityKind::KeyResult,
            Self::Teams => EntityKind::Team,
            Self::Initiatives => EntityKind::Initiative,
            Self::Metrics => EntityKind::Metric,
        }
    }

    /// Returns the word of their commands, which is also the slug where a title gives none.
    pub(in crate::commands) const fn word(self) -> &'static str {
        match self {
            Self::Objectives(_) => "objective",
            Self::KeyResults(_) => "kr",
            Self::Teams => "team",
            Self::Initiatives => "initiative",
            Self::Metrics => "metric",
        }
    }

    /// Says whether a thing is one of them.
    fn has(self, found: &Found) -> bool {
        let is_here = match self {
            Self::Objectives(cycle) | Self::KeyResults(cycle) => found.cycle == Some(cycle),
            Self::Teams | Self::Initiatives | Self::Metrics => true,
        };
        is_here && found.id.kind() == self.kind()
    }

    /// Says whether a slug that is made is better not that of a thing.
    fn avoid(self, found: &Found) -> bool {
        match self {
            Self::Objectives(_) | Self::KeyResults(_) | Self::Teams => self.has(found),
            Self::Initiatives | Self::Metrics => is_named_like_a_goal(found),
        }
    }
}

/// Takes the slug that was asked for, or makes one from a title.
///
/// # Errors
/// When another thing is called so, or the replica cannot be read.
pub(super) fn of_new(
    resolver: &Resolver<'_, '_>,
    among: Among,
    (asked, title): (Option<&Slug>, &str),
) -> Result<Slug, CliError> {
    match asked {
        Some(asked) => free(resolver, among, (asked, None)),
        None => made(resolver, among, title),
    }
}

/// Takes the slug that was asked for in place of the one that a thing has.
///
/// # Errors
/// As [`of_new`].
pub(super) fn instead(
    resolver: &Resolver<'_, '_>,
    among: Among,
    (asked, id): (Option<&Slug>, EntityId),
) -> Result<Option<Slug>, CliError> {
    let taken = asked.map(|asked| free(resolver, among, (asked, Some(id))));
    taken.transpose()
}

/// Refuses a slug by which another thing is meant. What is archived is not in the way: the slug
/// alone means the other one.
fn free(
    resolver: &Resolver<'_, '_>,
    among: Among,
    (asked, of): (&Slug, Option<EntityId>),
) -> Result<Slug, CliError> {
    let other = holder(resolver, among, (asked, of)).map_err(failure::replica)?;
    let Some(other) = other else {
        return Ok(asked.clone());
    };
    let (label, word) = (among.kind().label(), among.word());
    let id = short_id::shown(Alphabet::Thing, other.id.uuid());
    let another = made(resolver, among, asked.as_str())?;
    let message = format!(
        "the {label} {id} \"{}\" is called {asked} already",
        other.title
    );
    Err(CliError::user("already-exists", message)
        .with_hint(format!("take another one, such as --slug {another}"))
        .with_hint(format!(
            "or give that {label} another one first: okr {word} set {id} --slug {another}"
        )))
}

/// Finds the other thing that a slug means already.
pub(in crate::commands) fn holder(
    resolver: &Resolver<'_, '_>,
    among: Among,
    (asked, of): (&Slug, Option<EntityId>),
) -> Result<Option<Found>, ReplicaError> {
    let called_so = resolver.reading.by_slug(asked.as_str())?.into_iter();
    let mut others =
        called_so.filter(|found| among.has(found) && !found.archived && Some(found.id) != of);
    Ok(others.next())
}

/// Makes a slug from a title that no thing has which would be meant as well.
fn made(resolver: &Resolver<'_, '_>, among: Among, title: &str) -> Result<Slug, CliError> {
    // The store is asked for each try; its failure must not look like a free slug.
    let failed = RefCell::new(None);
    let slug = slug::from_title(title, among.word(), |slug| {
        match resolver.reading.by_slug(slug) {
            Ok(found) => found.iter().any(|found| among.avoid(found)),
            Err(error) => {
                failed.replace(Some(error));
                false
            }
        }
    });
    match failed.into_inner() {
        Some(error) => Err(failure::replica(error)),
        None => Ok(slug),
    }
}

/// Says whether a thing is named where goals are, so that one slug would mean two things.
pub(in crate::commands) fn is_named_like_a_goal(found: &Found) -> bool {
    match found.id {
        EntityId::Objective(_)
        | EntityId::KeyResult(_)
        | EntityId::Initiative(_)
        | EntityId::Metric(_) => true,
        EntityId::Org(_)
        | EntityId::Person(_)
        | EntityId::Team(_)
        | EntityId::Cycle(_)
        | EntityId::CheckIn(_)
        | EntityId::Comment(_)
        | EntityId::MetricValue(_) => false,
    }
}
