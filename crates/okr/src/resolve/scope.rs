//! What commands work in: the current cycle and the current team.

use okr_core::Date;
use okr_core::entity::Cycle;
use okr_core::id::{EntityId, EntityKind};
use okr_core::value::CycleState;
use okr_replica::{Directory, Reading, Replica};
use uuid::Uuid;

use super::Resolver;
use crate::command_line::typed;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::short_id::{self, Alphabet};
use crate::when::Clock;

/// Prepares to find things from where the command works.
///
/// # Errors
/// When `--team` or `--cycle` name nothing, or the replica cannot be read.
pub(crate) fn resolver<'a, 'r>(
    context: &mut Context,
    (replica, reading): (&Replica, &'a Reading<'r>),
    directory: &'a Directory,
    clock: &Clock,
) -> Result<Resolver<'a, 'r>, CliError> {
    let info = replica.info().map_err(failure::replica)?;
    let mut resolver = Resolver {
        reading,
        directory,
        me: info.me,
        team: None,
        cycle: None,
        last: last_touched(context)?,
    };
    resolver.cycle = current_cycle(context, reading, clock)?.map(|cycle| cycle.id);
    let team = context.globals.team.clone();
    let team = team.or_else(|| context.environment.get("OKR_TEAM").map(str::to_owned));
    if let Some(team) = team {
        resolver.team = Some(resolver.team(&team)?);
    }
    Ok(resolver)
}

/// Opens the replica and finds things in what is known at present.
///
/// # Errors
/// Whatever `find` gives, and when the replica cannot be read.
pub(crate) fn look<T>(
    context: &mut Context,
    find: impl FnOnce(&Resolver<'_, '_>, &Clock) -> Result<T, CliError>,
) -> Result<(Replica, T), CliError> {
    let replica = context.replica()?;
    let directory = replica.directory().map_err(failure::replica)?;
    let (reading, clock) = context.present(&replica)?;
    let resolver = resolver(context, (&replica, &reading), &directory, &clock)?;
    let found = find(&resolver, &clock)?;
    drop(reading);
    Ok((replica, found))
}

/// Finds the cycle that a command works in; none where there is no cycle at all.
///
/// `--cycle`, `OKR_CYCLE`, what `okr cycle use` set, the open cycle of today, the only open one, the
/// newest. The word `all` is for readers of several cycles and names none here.
///
/// # Errors
/// Exit 6 when the flag or the variable names no cycle.
pub(crate) fn current_cycle(
    context: &mut Context,
    reading: &Reading<'_>,
    clock: &Clock,
) -> Result<Option<Cycle>, CliError> {
    let cycles = reading.cycles().map_err(failure::replica)?;
    let named = context.globals.cycle.clone();
    let named = named.or_else(|| context.environment.get("OKR_CYCLE").map(str::to_owned));
    if let Some(name) = named.filter(|name| name != "all") {
        return cycle_among(&cycles, &name).map(Some);
    }
    let used = context.workspace()?.config()?.cycle;
    if let Some(used) = used.and_then(|id| Uuid::parse_str(&id).ok())
        && let Some(cycle) = cycles.iter().find(|cycle| cycle.id.uuid() == used)
    {
        return Ok(Some(cycle.clone()));
    }
    Ok(preferred(&cycles, clock.today()).cloned())
}

/// Prefers the open cycle of a day, then the only open one, then the one that begins last.
fn preferred(cycles: &[Cycle], today: Date) -> Option<&Cycle> {
    let open: Vec<&Cycle> = cycles
        .iter()
        .filter(|cycle| cycle.state == CycleState::Open)
        .collect();
    let of_today = open
        .iter()
        .filter(|cycle| cycle.period.contains(today))
        // Of cycles within each other, such as a year and a quarter, the shorter one is meant.
        .min_by_key(|cycle| (cycle.period.days(), cycle.id));
    if let Some(cycle) = of_today {
        return Some(cycle);
    }
    if let [only] = open.as_slice() {
        return Some(only);
    }
    cycles
        .iter()
        .max_by_key(|cycle| (cycle.period.start(), cycle.id))
}

/// Finds a cycle by its name, by the beginning of its short id, or by its id.
///
/// # Errors
/// Exit 6 when the text fits none, or several.
pub(super) fn cycle_among(cycles: &[Cycle], text: &str) -> Result<Cycle, CliError> {
    let text = text.trim();
    let by_name = |cycle: &&Cycle| cycle.name.as_str().eq_ignore_ascii_case(text);
    let by_id = |cycle: &&Cycle| {
        Uuid::parse_str(text).is_ok_and(|uuid| uuid == cycle.id.uuid())
            || (text.len() >= super::SHORT_ID_LENGTH_MIN
                && short_id::matches_prefix(
                    Alphabet::Thing,
                    cycle.id.uuid(),
                    text.strip_prefix("id:").unwrap_or(text),
                ))
    };
    let mut found: Vec<&Cycle> = cycles.iter().filter(by_name).collect();
    if found.is_empty() {
        found = cycles.iter().filter(by_id).collect();
    }
    match found.as_slice() {
        [only] => Ok((*only).clone()),
        [] => {
            let message = format!("there is no cycle \"{text}\"");
            let error = CliError::user("unknown-ref", message).with_exit(Exit::NotFound);
            if cycles.is_empty() {
                return Err(error.with_hint(format!("okr cycle add {}", typed(text))));
            }
            let names: Vec<&str> = cycles.iter().map(|cycle| cycle.name.as_str()).collect();
            Err(error.with_hint(format!("there is: {}", names.join(", "))))
        }
        several => {
            let message = format!("\"{text}\" matches {} cycles", several.len());
            let mut error = CliError::user("ambiguous-ref", message).with_exit(Exit::NotFound);
            for cycle in several {
                let id = short_id::shown(Alphabet::Thing, cycle.id.uuid());
                let period = cycle.period;
                error = error.with_detail(format!(
                    "{id}  {}  {} to {}, {}",
                    cycle.name,
                    period.start(),
                    period.end(),
                    cycle.state
                ));
            }
            Err(error.with_hint("give the short id"))
        }
    }
}

/// Says that a command needs a cycle, and there is none.
pub(crate) fn no_cycle() -> CliError {
    CliError::user("no-cycle", "there is no cycle yet")
        .with_exit(Exit::NotFound)
        .with_hint("okr cycle add 2026-Q4 --open")
}

fn last_touched(context: &mut Context) -> Result<Option<EntityId>, CliError> {
    let state = context.workspace()?.state();
    let last = state.last.as_deref().and_then(|last| {
        let (kind, uuid) = last.split_once(':')?;
        let uuid = Uuid::parse_str(uuid).ok()?;
        Some(EntityKind::from_word(kind)?.id(uuid))
    });
    Ok(last)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use okr_core::id::CycleId;
    use okr_core::text::Name;
    use okr_core::value::CyclePeriod;

    use super::*;

    fn cycle(number: u128, name: &str, months: (i8, i8), state: CycleState) -> Cycle {
        Cycle {
            id: CycleId::new(Uuid::from_u128(number)),
            name: Name::new(name).unwrap(),
            period: CyclePeriod::new(date(2026, months.0, 1), date(2026, months.1, 28)).unwrap(),
            cadence: None,
            state,
        }
    }

    #[test]
    fn the_open_cycle_of_today_is_the_current_one() {
        use CycleState::{Closed, Open, Planned};
        let name = |cycles: &[Cycle], month| {
            preferred(cycles, date(2026, month, 10)).map(|cycle| cycle.name.to_string())
        };
        assert_eq!(name(&[], 5), None);
        let cycles = [
            cycle(1, "year", (1, 12), Open),
            cycle(2, "Q2", (4, 6), Open),
            cycle(3, "Q3", (7, 9), Planned),
            cycle(4, "Q1", (1, 3), Closed),
        ];
        assert_eq!(name(&cycles, 5).as_deref(), Some("Q2"));
        assert_eq!(name(&cycles, 8).as_deref(), Some("year"));
        assert_eq!(name(&cycles[1..], 8).as_deref(), Some("Q2"));
        assert_eq!(name(&cycles[2..], 8).as_deref(), Some("Q3"));
    }

    #[test]
    fn a_cycle_is_found_by_name_or_id() {
        let cycles = vec![
            cycle(1, "2026-Q2", (4, 6), CycleState::Open),
            cycle(2, "2026-Q3", (7, 9), CycleState::Planned),
        ];
        let find = |text: &str| cycle_among(&cycles, text);
        assert_eq!(find("2026-q3").unwrap().id, cycles[1].id);
        let short = short_id::shown(Alphabet::Thing, cycles[0].id.uuid());
        assert_eq!(find(&short).unwrap().id, cycles[0].id);
        let error = find("2027-Q1").unwrap_err();
        assert_eq!(error.exit(), Exit::NotFound);
        let ambiguous = cycle_among(&[cycles[0].clone(), cycles[0].clone()], "2026-Q2");
        assert_eq!(ambiguous.unwrap_err().code(), "ambiguous-ref");
    }
}
