//! `okr org`: the organisation, its time, its policies and its calendar.

use okr_core::decide::{Command, OrgPatch};
use okr_core::entity::Org;
use okr_core::field::Shown as _;
use okr_core::text::TimeZoneName;
use okr_core::value::{Calendar, EditPolicy};
use okr_core::view::View as _;

use super::init::bad_value;
use super::past::Past;
use super::show::facts::Facts;
use super::show::screen::id_fact;
use crate::args::{OrgArgs, OrgCommand, OrgSetArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::OrgItem;
use crate::render::{Cell, Screen, Tone};
use crate::resolve::look;
use crate::write::{Wish, write_and_tell};
use crate::zone::zone_given;

pub(crate) fn run(context: &mut Context, args: &OrgArgs) -> Result<Exit, CliError> {
    match &args.command {
        OrgCommand::Show => show(context),
        OrgCommand::Set(args) => set(context, args),
    }
}

fn show(context: &mut Context) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let past = Past::open(context, &replica)?;
    let org = past.reading.org().map_err(failure::replica)?;
    let items: Vec<OrgItem> = org.iter().map(|org| OrgItem::from(org.as_ref())).collect();
    let frame = past.frame(context)?;
    context.ui.answer(&frame, &items, |screen| match &org {
        Some(org) => render(org, past.as_of().as_deref(), screen),
        None => String::new(),
    });
    if items.is_empty() {
        past.hint_empty(context);
    }
    past.warn_upgrade(context);
    Ok(Exit::Ok)
}

fn render(org: &Org, as_of: Option<&str>, screen: &Screen) -> String {
    let title = Cell::toned(Tone::Strong, org.name.as_str());
    let title = match as_of {
        Some(as_of) => title.and(Tone::Warning, &format!("  {as_of}")),
        None => title,
    };
    let explained = |word: &str, why: &str| Cell::toned(Tone::Plain, word).and(Tone::Dim, why);
    let mut facts = Facts::new();
    facts.add("id", id_fact(org.id));
    facts.add("time zone", org.time_zone.to_string());
    facts.add("week start", org.week_start.word());
    facts.add(
        "edit policy",
        explained(org.edit_policy.word(), policy_in_words(org.edit_policy)),
    );
    facts.add(
        "reasons",
        if org.reason_after_commitment {
            explained(
                "yes",
                "  a changed commitment needs a reason and a category",
            )
        } else {
            explained("no", "  a commitment is changed without a reason")
        },
    );
    facts.add("check-ins", org.cadence.shown());
    facts.add(
        "calendar",
        explained(org.calendar.word(), calendar_in_words(org.calendar)),
    );
    facts.add("fiscal start", org.fiscal_start.to_string());
    let title = title.paint(usize::MAX, screen);
    format!("{title}\n{}", facts.render(screen))
}

const fn policy_in_words(policy: EditPolicy) -> &'static str {
    match policy {
        EditPolicy::Everyone => "  every member edits goals",
        EditPolicy::Stewards => "  owners, leads of the team and administrators edit goals",
    }
}

const fn calendar_in_words(calendar: Calendar) -> &'static str {
    match calendar {
        Calendar::Quarter => "  cycles of three months, such as 2026-Q4",
        Calendar::Tertial => "  cycles of four months, such as 2026-T3",
        Calendar::HalfYear => "  cycles of six months, such as 2026-H2",
        Calendar::Year => "  cycles of a year, such as 2026",
        Calendar::Custom => "  each cycle says when it begins and ends",
    }
}

fn set(context: &mut Context, args: &OrgSetArgs) -> Result<Exit, CliError> {
    let patch = patch(args)?;
    if patch == OrgPatch::default() {
        return Err(super::nothing_given("okr org set --help"));
    }
    let (mut replica, id) = look(context, |resolver, _| {
        let org = resolver.reading.org().map_err(failure::replica)?;
        let org = org.ok_or_else(|| {
            CliError::user("no-organisation", "there is no organisation here yet")
                .with_hint("okr sync, then once more")
        })?;
        Ok(org.id)
    })?;
    let wish = Wish::new(Command::SetOrg(patch), &args.reason);
    write_and_tell(context, &mut replica, wish, (id.into(), None))
}

fn patch(args: &OrgSetArgs) -> Result<OrgPatch, CliError> {
    let time_zone = match &args.time_zone {
        Some(name) => {
            zone_given(name)?;
            let name = TimeZoneName::new(name.clone());
            Some(name.map_err(|error| bad_value("--tz", &error))?)
        }
        None => None,
    };
    let cadence = match args.cadence {
        Some(cadence) => Some(cadence.0.ok_or_else(|| {
            CliError::usage("bad-value", "--cadence: an organisation always has one")
                .with_hint("such as 7, 2w or month; a cycle may have its own: okr cycle set")
        })?),
        None => None,
    };
    Ok(OrgPatch {
        name: args.name.clone(),
        time_zone,
        week_start: args.week_start,
        edit_policy: args.policy,
        reason_after_commitment: match (args.reasons, args.no_reasons) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        },
        cadence,
        calendar: args.calendar,
        fiscal_start: args.fiscal_start,
    })
}
