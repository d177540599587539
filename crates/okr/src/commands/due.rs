//! `okr due`: the key results that wait for a check-in, the one that waits longest first.

use std::cmp::Reverse;

use okr_core::Date;
use okr_core::value::days_between;

use super::past::Past;
use super::whose::{Chosen, Goal, choose, cycle_goals};
use crate::args::DueArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{DueItem, PersonRef, ThingRef};
use crate::render::{Cell, Column, Screen, Table, Tone};
use crate::short_id::{Alphabet, ShortIds};
use crate::wording::value;

/// A key result that waits, and for how many days.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due<'a> {
    pub(super) goal: Goal<'a>,
    /// 0 is today.
    pub(super) days_over: i32,
}

pub(crate) fn run(context: &mut Context, args: &DueArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let cycles = cycle_goals(context, &past)?;
    let team = past.team_scope(context)?;
    let (_, chosen) = choose(&mut past, &cycles, (&args.whose, team))?;
    let goals: Vec<Goal<'_>> = chosen.iter().map(Chosen::goal).collect();
    let day = past.at.moment.day;
    let mut due = waiting(&goals, day);
    due.retain(|one| !args.overdue || one.days_over > 0);
    let items: Vec<DueItem> = due.iter().map(|one| item(one, day, &past)).collect();
    let frame = past.frame(context)?;
    context.ui.answer(&frame, &items, |screen| {
        table(&due, day, (&past, screen)).render(screen)
    });
    past.warn_upgrade(context);
    let first = due.first().map(|one| &one.goal.standing.key_result.slug);
    match (first, past.at.words.is_some()) {
        (None, _) if goals.is_empty() => {
            context.ui.note("no goals here");
            past.hint_empty(context);
        }
        (None, _) => context.ui.note("nothing is due"),
        (Some(_), true) => {}
        (Some(slug), false) => context.ui.hint(&format!(
            "okr checkin asks for one after the other; okr checkin {slug} VALUE records one"
        )),
    }
    let is_overdue = due.iter().any(|one| one.days_over > 0);
    Ok(if args.check && is_overdue {
        Exit::ConditionNotMet
    } else {
        Exit::Ok
    })
}

/// Returns those of some goals that wait for a check-in, the one that waits longest first.
pub(super) fn waiting<'a>(goals: &[Goal<'a>], day: Date) -> Vec<Due<'a>> {
    let mut due: Vec<Due<'a>> = goals
        .iter()
        .filter_map(|goal| {
            Some(Due {
                goal: *goal,
                days_over: goal.days_over(day)?,
            })
        })
        .collect();
    due.sort_by_key(|one| Reverse(one.days_over));
    due
}

fn item(one: &Due<'_>, day: Date, past: &Past<'_>) -> DueItem {
    let standing = one.goal.standing;
    let key_result = &standing.key_result;
    let last = standing.latest.as_ref().map(|fact| fact.check_in.effective);
    DueItem {
        key_result: ThingRef::new(key_result.id, &past.names),
        title: key_result.title.to_string(),
        owner: PersonRef::new(key_result.owner, &past.names),
        cycle: ThingRef::new(one.goal.cycle.id, &past.names),
        last_check_in: last.map(|last| last.to_string()),
        age_days: last.map(|last| days_between(last, day)),
        cadence_days: one.goal.cadence.get(),
        days_over: one.days_over,
        overdue: one.days_over > 0,
    }
}

fn table(due: &[Due<'_>], day: Date, (past, screen): (&Past<'_>, &Screen)) -> Table {
    let ids = due.iter().map(|one| one.goal.standing.key_result.id.uuid());
    let ids = ShortIds::among(Alphabet::Thing, ids);
    let mut table = Table::new([
        Column::left("ID"),
        Column::left("KR").flexible(),
        Column::left("DUE"),
        Column::left("LAST"),
        Column::right("VALUE").flexible(),
        Column::right("EVERY"),
        Column::left("OWNER"),
    ]);
    for one in due {
        let standing = one.goal.standing;
        let key_result = &standing.key_result;
        let tone = if one.days_over > 0 {
            Tone::Warning
        } else {
            Tone::Plain
        };
        let latest = standing.latest.as_ref().map(|fact| &fact.check_in);
        let last = latest.map_or_else(
            || "no check-in".to_owned(),
            |last| ago(days_between(last.effective, day)),
        );
        let shown = latest.map(|last| value(&last.value, Some(&key_result.measure), screen));
        table.row([
            Cell::toned(Tone::Id, &ids.shown(key_result.id.uuid())),
            key_result.slug.as_str().into(),
            Cell::toned(tone, &overdue(one.days_over)),
            last.into(),
            shown.map_or_else(Cell::empty, Cell::from),
            format!("{} d", one.goal.cadence.get()).into(),
            past.names.at_person(key_result.owner).into(),
        ]);
    }
    table
}

/// Says for how long a check-in is due: `today`, `5 d over`.
fn overdue(days: i32) -> String {
    match days {
        0 => "today".to_owned(),
        days => format!("{days} d over"),
    }
}

/// Says how long ago a day was.
pub(super) fn ago(days: i32) -> String {
    match days {
        0 => "today".to_owned(),
        days => format!("{days} d ago"),
    }
}
