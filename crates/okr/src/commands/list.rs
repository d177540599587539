//! `okr list`: things of one kind, a line each.

pub(crate) mod rows;
mod silence;
pub(crate) mod sort;
pub(crate) mod work;

use std::collections::BTreeSet;

use okr_core::entity::Cycle;
use okr_core::id::{PersonId, TeamId};
use okr_core::text::Tag;
use okr_core::value::GoalState;
use okr_replica::{CheckInFact, KeyResultStanding, ObjectiveFilter, ObjectiveStanding};

use super::past::Past;
use crate::args::{ListArgs, ListKind};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::{CheckInItem, CycleItem, KeyResultItem, ObjectiveItem, PersonItem, TeamItem};
use crate::render::Table;
use crate::ui::{Item, OutputFormat};
use silence::Silence;
use sort::{Key, Order};

/// How many check-ins are listed where nobody says how many: they are most of any history.
const CHECK_INS_SHOWN: usize = 50;

/// The words for a status or state that `--status` takes.
pub(crate) const STATUS_WORDS: &str = "on-track, at-risk, off-track, stale, no-check-in, achieved, missed, \
     draft, active, closed, abandoned, archived, planned, open";

/// Runs `okr list`.
///
/// # Errors
/// When a reference or moment cannot be understood, a filter does not fit the kind, or the replica
/// cannot be read.
pub(crate) fn run(context: &mut Context, args: &ListArgs) -> Result<Exit, CliError> {
    check(context, args)?;
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let listing = Listing {
        owner: past.person(context, args.owner.as_deref())?,
        team: past.team_scope(context)?,
        status: args
            .status
            .as_deref()
            .map(|word| word.replace([' ', '_'], "-")),
        tags: args.pick.tags.iter().cloned().collect(),
        blocked: args.blocked,
        stale: args.pick.stale,
        archived: args.archived,
        order: Order::read(args.kind, &args.pick.order)?,
        names_key_results: args.kind == ListKind::Checkins,
        limit: args.limit.unwrap_or(match args.kind {
            ListKind::Checkins => CHECK_INS_SHOWN,
            ListKind::Objectives
            | ListKind::Krs
            | ListKind::Teams
            | ListKind::Cycles
            | ListKind::People
            | ListKind::Initiatives
            | ListKind::Metrics => usize::MAX,
        }),
    };
    let is_empty = listing.print(context, &mut past, args)?;
    past.warn_upgrade(context);
    if is_empty {
        past.hint_nothing(context, nothing_fits(args.kind));
    }
    Ok(Exit::Ok)
}

/// Returns what to type where nothing of a kind fits.
const fn nothing_fits(kind: ListKind) -> &'static str {
    match kind {
        ListKind::Objectives | ListKind::Krs | ListKind::Initiatives | ListKind::Checkins => {
            "nothing fits; -c all looks in every cycle"
        }
        ListKind::Metrics => super::metric::NOTHING_FITS,
        ListKind::Teams => "nothing fits; okr team add NAME adds one",
        ListKind::Cycles => "nothing fits; okr cycle add NAME adds one",
        ListKind::People => "nothing fits; okr member add HANDLE adds somebody",
    }
}

/// Refuses a filter that the kind cannot honour.
fn check(context: &Context, args: &ListArgs) -> Result<(), CliError> {
    let (owner, status, scope) = match args.kind {
        ListKind::Objectives | ListKind::Krs | ListKind::Initiatives | ListKind::Metrics => {
            (true, true, true)
        }
        ListKind::Checkins => (true, false, true),
        ListKind::Cycles => (false, true, false),
        ListKind::Teams | ListKind::People => (false, false, false),
    };
    let archived = match args.kind {
        ListKind::Objectives
        | ListKind::Krs
        | ListKind::Teams
        | ListKind::Initiatives
        | ListKind::Metrics => true,
        ListKind::Checkins | ListKind::Cycles | ListKind::People => false,
    };
    check_tags(args)?;
    let refused = [
        ("--owner", args.owner.is_some() && !owner),
        ("--status", args.status.is_some() && !status),
        ("--blocked", args.blocked && args.kind != ListKind::Krs),
        (
            "--stale",
            args.pick.stale.is_some() && args.kind != ListKind::Krs,
        ),
        ("--archived", args.archived && !archived),
        ("--team", context.globals.team.is_some() && !scope),
        ("--cycle", context.globals.cycle.is_some() && !scope),
    ];
    if let Some((flag, _)) = refused.into_iter().find(|(_, refused)| *refused) {
        let message = format!("{flag} does not fit what is listed");
        let error = CliError::usage("flag-without-effect", message);
        return Err(match flag {
            "--stale" => error.with_hint("key results go stale: okr list krs --stale DAYS"),
            _ => error,
        });
    }
    if args.kind == ListKind::Metrics {
        super::refuse_cycle(context, None)?;
    }
    if let Some(word) = &args.status {
        check_status(args.kind, &word.replace([' ', '_'], "-"))?;
    }
    Ok(())
}

/// Refuses tags where nothing has any.
fn check_tags(args: &ListArgs) -> Result<(), CliError> {
    let has_tags = match args.kind {
        ListKind::Objectives | ListKind::Krs => true,
        ListKind::Teams
        | ListKind::Cycles
        | ListKind::People
        | ListKind::Initiatives
        | ListKind::Metrics
        | ListKind::Checkins => false,
    };
    if !args.pick.tags.is_empty() && !has_tags {
        let message = "--tag does not fit what is listed, which has no tags";
        return Err(CliError::usage("flag-without-effect", message)
            .with_hint("objectives and krs have tags: okr list krs --tag TAG"));
    }
    Ok(())
}

/// Refuses a word that nothing of the kind stands by.
fn check_status(kind: ListKind, word: &str) -> Result<(), CliError> {
    let words = match kind {
        ListKind::Initiatives => super::initiative::STATE_WORDS,
        ListKind::Metrics => super::metric::HEALTH_WORDS,
        ListKind::Objectives
        | ListKind::Krs
        | ListKind::Teams
        | ListKind::Cycles
        | ListKind::People
        | ListKind::Checkins => STATUS_WORDS,
    };
    if words.split(", ").any(|known| known == word) {
        return Ok(());
    }
    let message = format!("\"{word}\" is no status");
    Err(CliError::usage("unknown-status", message).with_hint(format!("one of {words}")))
}

/// Prints what was found, a table for people, an item of each for programs, and says whether it is
/// nothing.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn print<'f, F, T: Item>(
    context: &mut Context,
    past: &Past<'_>,
    (found, item): (&'f [F], impl Fn(&'f F) -> T),
    table: impl FnOnce(&crate::render::Screen) -> Table,
) -> Result<bool, CliError> {
    let frame = past.frame(context)?;
    let items: Vec<T> = match context.ui.output() {
        OutputFormat::Table => Vec::new(),
        OutputFormat::Json | OutputFormat::Jsonl | OutputFormat::Id => {
            found.iter().map(item).collect()
        }
    };
    context
        .ui
        .answer(&frame, &items, |screen| table(screen).render(screen));
    Ok(found.is_empty())
}

/// Reads the objectives of a cycle with how they stand, and learns the names of everything in them.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn objectives_of(
    past: &mut Past<'_>,
    cycle: &Cycle,
    archived: bool,
) -> Result<Vec<ObjectiveStanding>, CliError> {
    let standing = past.cycle_standing(cycle)?;
    let mut found = standing.map_or_else(Vec::new, |standing| standing.objectives);
    if archived {
        found.extend(archived_objectives(past, cycle)?);
    }
    Ok(found)
}

/// Reads the archived objectives of a cycle with how they stand, and learns their names.
fn archived_objectives(
    past: &mut Past<'_>,
    cycle: &Cycle,
) -> Result<Vec<ObjectiveStanding>, CliError> {
    let mut found = Vec::new();
    let filter = ObjectiveFilter {
        cycle: Some(cycle.id),
        archived: true,
        ..ObjectiveFilter::default()
    };
    let all = past.reading.objectives(&filter).map_err(failure::replica)?;
    for objective in all.iter().filter(|objective| objective.archived) {
        let standing = past.reading.objective_standing(objective.id);
        let mut standing = standing.map_err(failure::replica)?;
        past.hush(standing.iter_mut());
        if let Some(standing) = standing {
            past.learn_standing(&standing)?;
            found.push(standing);
        }
    }
    Ok(found)
}

/// What is kept of the things of a kind.
struct Listing {
    owner: Option<PersonId>,
    team: Option<TeamId>,
    status: Option<String>,
    /// Only goals with all of these tags.
    tags: BTreeSet<Tag>,
    /// Only key results in whose way something stands.
    blocked: bool,
    /// Only key results on which nobody has reported for so many days, or more.
    stale: Option<u16>,
    archived: bool,
    order: Order,
    /// Whether what is listed is called by its key result.
    names_key_results: bool,
    limit: usize,
}

impl Listing {
    fn is_status(&self, word: &str) -> bool {
        self.status.as_deref().is_none_or(|wanted| wanted == word)
    }

    /// Says whether nobody has reported on a key result for as long as was asked for.
    fn is_silent(&self, one: &KeyResultStanding, silence: Option<&Silence>) -> bool {
        let days = silence.and_then(|silence| silence.days(one.key_result.id));
        self.stale
            .is_none_or(|least| days.is_some_and(|days| days >= i32::from(least)))
    }

    /// Puts things into the order that was asked for, and keeps as many as were.
    fn arrange<T>(&self, found: &mut Vec<T>, keys: &[Key<T>], past: &Past<'_>) {
        self.order.apply(found, keys, past);
        found.truncate(self.limit);
    }

    /// Prints the things of a kind and says whether there are none.
    fn print(
        &self,
        context: &mut Context,
        past: &mut Past<'_>,
        args: &ListArgs,
    ) -> Result<bool, CliError> {
        let is_empty = match args.kind {
            ListKind::Objectives => {
                let found = self.objectives(context, past)?;
                let item = |one| ObjectiveItem::new(one, &past.names);
                print(context, past, (&found, item), |_| {
                    rows::objectives(&found, &past.names)
                })?
            }
            ListKind::Krs => {
                let (found, silence) = self.key_results(context, past)?;
                let item = |one| KeyResultItem::new(one, &past.names);
                print(context, past, (&found, item), |screen| {
                    match (self.blocked, &silence) {
                        (true, _) => rows::blocked(&found, &past.names, screen),
                        (false, Some(silence)) => {
                            rows::silent(&found, silence, (&past.names, screen))
                        }
                        (false, None) => rows::key_results(&found, &past.names, screen),
                    }
                })?
            }
            ListKind::Teams => {
                let mut found = past.teams.clone();
                found.retain(|team| self.archived || !team.archived);
                self.arrange(&mut found, sort::TEAMS, past);
                let item = |team| TeamItem::new(team, &past.names);
                print(context, past, (&found, item), |_| {
                    rows::teams(&found, &past.names)
                })?
            }
            ListKind::Cycles => {
                let mut found = past.cycles.clone();
                found.retain(|cycle| self.is_status(cycle.state.word()));
                self.arrange(&mut found, sort::CYCLES, past);
                let item = |cycle| CycleItem::new(cycle, &past.names);
                print(context, past, (&found, item), |_| {
                    rows::cycles(&found, &past.names)
                })?
            }
            ListKind::People => {
                let mut found = past.reading.people().map_err(failure::replica)?;
                self.arrange(&mut found, sort::PEOPLE, past);
                let item = |person| PersonItem::new(person, &past.names);
                print(context, past, (&found, item), |_| {
                    rows::people(&found, &past.names)
                })?
            }
            ListKind::Initiatives => super::initiative::print(context, past, &args.initiatives())?,
            ListKind::Metrics => super::metric::print(context, past, &args.metrics())?,
            ListKind::Checkins => {
                let found = self.check_ins(context, past)?;
                let item = |fact| CheckInItem::new(fact, &past.names);
                print(context, past, (&found, item), |screen| {
                    rows::check_ins(&found, past, screen)
                })?
            }
        };
        Ok(is_empty)
    }

    /// Reads the objectives of the scope with how they stand.
    fn in_scope(
        &self,
        context: &mut Context,
        past: &mut Past<'_>,
    ) -> Result<Vec<ObjectiveStanding>, CliError> {
        let mut found = Vec::new();
        for cycle in past.cycles_in_scope(context)? {
            let standing = if self.names_key_results {
                past.cycle_standing(&cycle)?
            } else {
                past.cycle_table(&cycle, None)?
            };
            found.extend(standing.into_iter().flat_map(|one| one.objectives));
            if self.archived {
                found.extend(archived_objectives(past, &cycle)?);
            }
        }
        if let Some(team) = self.team {
            found.retain(|one| past.is_within(one.objective.team, team));
        }
        Ok(found)
    }

    fn objectives(
        &self,
        context: &mut Context,
        past: &mut Past<'_>,
    ) -> Result<Vec<ObjectiveStanding>, CliError> {
        let mut found = self.in_scope(context, past)?;
        found.retain(|one| {
            self.owner.is_none_or(|owner| one.objective.owner == owner)
                && self.tags.is_subset(&one.objective.tags)
                && self.is_status(one.objective.state().word())
        });
        self.arrange(&mut found, sort::OBJECTIVES, past);
        Ok(found)
    }

    fn key_results(
        &self,
        context: &mut Context,
        past: &mut Past<'_>,
    ) -> Result<(Vec<KeyResultStanding>, Option<Silence>), CliError> {
        let objectives = self.in_scope(context, past)?;
        let silence = match self.stale {
            Some(_) => Some(Silence::of(&objectives, past)?),
            None => None,
        };
        let mut found: Vec<KeyResultStanding> = objectives
            .into_iter()
            .flat_map(|objective| objective.key_results)
            .collect();
        found.retain(|one| {
            let state = one.key_result.state();
            let shown = match state {
                GoalState::Archived => self.archived,
                GoalState::Draft | GoalState::Active | GoalState::Closed | GoalState::Abandoned => {
                    true
                }
            };
            shown
                && (!self.blocked || one.blocker.is_some())
                && self.is_silent(one, silence.as_ref())
                && self.tags.is_subset(&one.key_result.tags)
                && self.owner.is_none_or(|owner| one.key_result.owner == owner)
                && (self.is_status(one.status.word()) || self.is_status(state.word()))
        });
        self.arrange(&mut found, sort::KEY_RESULTS, past);
        Ok((found, silence))
    }

    /// Reads the check-ins of the scope, newest first.
    fn check_ins(
        &self,
        context: &mut Context,
        past: &mut Past<'_>,
    ) -> Result<Vec<CheckInFact>, CliError> {
        let mut found = Vec::new();
        // Only the newest of each key result can be among the newest of all.
        let newest = self.owner.is_none() && self.order.is_usual() && self.limit < usize::MAX;
        for objective in self.in_scope(context, past)? {
            for one in objective.key_results {
                let limit = newest.then_some(self.limit);
                let facts = past.reading.check_ins(one.key_result.id, limit);
                found.extend(facts.map_err(failure::replica)?);
            }
        }
        if let Some(owner) = self.owner {
            found.retain(|fact| fact.on_behalf_of.unwrap_or(fact.author) == owner);
        }
        found.sort_by_key(|fact| {
            std::cmp::Reverse((fact.check_in.effective, fact.authored_at, fact.check_in.id))
        });
        self.arrange(&mut found, sort::CHECK_INS, past);
        Ok(found)
    }
}
