//! From a text to the value of a field in conflict.

pub(in crate::commands) mod work;

use okr_core::blocker::BlockerReport;
use okr_core::entity::Cycle;
use okr_core::event::{
    CheckInEdit, CheckInEvent, CommentEdit, CommentEvent, CycleEdit, CycleEvent, Edit, Event,
    InitiativeEvent, KeyResultEdit, KeyResultEvent, MetricEvent, ObjectiveEdit, ObjectiveEvent,
    OrgEdit, OrgEvent, PersonEvent, TeamEdit, TeamEvent,
};
use okr_core::field::Shown as _;
use okr_core::id::CheckInId;
use okr_core::measure::Measure;
use okr_core::text::{LongText, Name, Slug, TimeZoneName, Title};
use okr_core::value::{
    Calendar, CommentKind, CyclePeriod, EditPolicy, ObjectiveKind, Role, ValueError, WeekStart,
};
use okr_core::view::View as _;

use crate::args::{MeasureFlags, parse};
use crate::commands::checkin::value;
use crate::commands::cycle::given_day;
use crate::commands::kr::measure;
use crate::commands::team;
use crate::error::CliError;
use crate::failure;
use crate::resolve::Resolver;
use crate::when::Clock;

/// What reading a value needs to know.
pub(super) struct Reader<'a, 'r> {
    pub(super) resolver: &'a Resolver<'a, 'r>,
    pub(super) clock: &'a Clock,
}

impl Reader<'_, '_> {
    /// Returns the edit with another new value.
    ///
    /// # Errors
    /// A usage error when the text is no value of the field.
    pub(super) fn with_value(&self, edit: &Event, text: &str) -> Result<Event, CliError> {
        let mut event = edit.clone();
        match &mut event {
            Event::Org(_, OrgEvent::Edited(edit)) => org(edit, text)?,
            Event::Person(_, PersonEvent::RoleChanged { to, .. }) => {
                *to = word(text, ("role", Role::ALL), Role::word)?;
            }
            Event::Team(_, TeamEvent::Edited(edit)) => self.team(edit, text)?,
            Event::Cycle(_, CycleEvent::Edited(edit)) => self.cycle(edit, text)?,
            Event::Objective(_, ObjectiveEvent::Edited(edit)) => self.objective(edit, text)?,
            Event::KeyResult(_, KeyResultEvent::Edited(edit)) => self.key_result(edit, text)?,
            Event::CheckIn(id, CheckInEvent::Corrected(edit)) => {
                self.check_in(*id, edit, text)?;
            }
            Event::Comment(_, CommentEvent::Edited(edit)) => comment(edit, text)?,
            Event::Initiative(_, InitiativeEvent::Edited(edit)) => self.initiative(edit, text)?,
            Event::Metric(_, MetricEvent::Edited(edit)) => self.metric(edit, text)?,
            Event::Org(..)
            | Event::Person(..)
            | Event::Team(..)
            | Event::Cycle(..)
            | Event::Objective(..)
            | Event::KeyResult(..)
            | Event::CheckIn(..)
            | Event::Comment(..)
            | Event::Initiative(..)
            | Event::Metric(..)
            | Event::MetricValue(..) => {
                return Err(CliError::internal("what clashes is an edit of a field"));
            }
        }
        Ok(event)
    }

    fn team(&self, edit: &mut TeamEdit, text: &str) -> Result<(), CliError> {
        match edit {
            TeamEdit::Name(edit) => set(edit, Name::new(text), "name"),
            TeamEdit::Slug(edit) => set(edit, Slug::new(text), "slug"),
            TeamEdit::Parent(edit) => {
                edit.to = none_or(text, |text| self.resolver.team(text))?;
                Ok(())
            }
            TeamEdit::Leads(edit) => {
                let typed: Vec<String> = text
                    .split([',', ' '])
                    .filter(|part| !part.is_empty())
                    .map(str::to_owned)
                    .collect();
                edit.to = team::people(self.resolver, &typed)?;
                Ok(())
            }
        }
    }

    fn cycle(&self, edit: &mut CycleEdit, text: &str) -> Result<(), CliError> {
        match edit {
            CycleEdit::Name(edit) => set(edit, parse::cycle_name(text), "name"),
            CycleEdit::Period(edit) => {
                let (first, last) = text
                    .split_once("..")
                    .or_else(|| text.split_once(" to "))
                    .ok_or_else(|| {
                        CliError::usage("bad-value", format!("period: \"{text}\" is no period"))
                            .with_hint("2026-10-01..2026-12-31")
                    })?;
                let read = |text: &str, end| self.day("period", text.trim(), end);
                let first = read(first, |(first, _)| first)?;
                let last = read(last, |(_, last)| last)?;
                set(edit, CyclePeriod::new(first, last), "period")
            }
            CycleEdit::Cadence(edit) => {
                let cadence = parse::cadence(text).map(|cadence| cadence.0);
                set(edit, cadence, "cadence")
            }
        }
    }

    fn objective(&self, edit: &mut ObjectiveEdit, text: &str) -> Result<(), CliError> {
        let resolver = self.resolver;
        match edit {
            ObjectiveEdit::Title(edit) => return set(edit, Title::new(text), "title"),
            ObjectiveEdit::Description(edit) => edit.to = long_text("description", text)?,
            ObjectiveEdit::Slug(edit) => return set(edit, Slug::new(text), "slug"),
            ObjectiveEdit::Owner(edit) => edit.to = resolver.person(text)?,
            ObjectiveEdit::Team(edit) => edit.to = none_or(text, |text| resolver.team(text))?,
            ObjectiveEdit::Cycle(edit) => {
                let found: Cycle = resolver.cycle(text)?;
                edit.to = found.id;
            }
            ObjectiveEdit::Kind(edit) => {
                edit.to = word(text, ("kind", ObjectiveKind::ALL), ObjectiveKind::word)?;
            }
            ObjectiveEdit::Weight(edit) => return set(edit, parse::weight(text), "weight"),
            ObjectiveEdit::Supports(edit) => {
                edit.to = none_or(text, |text| resolver.support(text))?;
            }
            ObjectiveEdit::Continues(edit) => {
                edit.to = none_or(text, |text| resolver.objective(text))?;
            }
            ObjectiveEdit::Score(edit) => {
                return set(edit, parse::score(text).map(Some), "score");
            }
            ObjectiveEdit::Reflection(edit) => edit.to = long_text("reflection", text)?,
        }
        Ok(())
    }

    fn key_result(&self, edit: &mut KeyResultEdit, text: &str) -> Result<(), CliError> {
        match edit {
            KeyResultEdit::Objective(edit) => edit.to = self.resolver.objective(text)?,
            KeyResultEdit::Title(edit) => return set(edit, Title::new(text), "title"),
            KeyResultEdit::Description(edit) => edit.to = long_text("description", text)?,
            KeyResultEdit::Slug(edit) => return set(edit, Slug::new(text), "slug"),
            KeyResultEdit::Owner(edit) => edit.to = self.resolver.person(text)?,
            KeyResultEdit::Measure(edit) => edit.to = retargeted(&edit.from, text)?,
            KeyResultEdit::Weight(edit) => return set(edit, parse::weight(text), "weight"),
            KeyResultEdit::Order(edit) => {
                edit.to = text.parse().map_err(|_| {
                    CliError::usage("bad-value", format!("order: \"{text}\" is no whole number"))
                })?;
            }
            KeyResultEdit::Start(edit) => {
                edit.to = none_or(text, |text| self.day("start", text, |(first, _)| first))?;
            }
            KeyResultEdit::Due(edit) => {
                edit.to = none_or(text, |text| self.day("due", text, |(_, last)| last))?;
            }
            KeyResultEdit::Score(edit) => {
                return set(edit, parse::score(text).map(Some), "score");
            }
            KeyResultEdit::FedBy(edit) => {
                edit.to = none_or(text, |text| self.resolver.metric(text))?;
            }
        }
        Ok(())
    }

    fn check_in(&self, id: CheckInId, edit: &mut CheckInEdit, text: &str) -> Result<(), CliError> {
        match edit {
            CheckInEdit::Effective(edit) => {
                edit.to = self.day("effective date", text, |(_, last)| last)?;
            }
            CheckInEdit::Value(edit) => {
                let reading = self.resolver.reading;
                let check_in = reading.check_in(id).map_err(failure::replica)?;
                let of = check_in.map(|check_in| check_in.key_result);
                let of = of.ok_or_else(|| CliError::internal("the check-in is not there"))?;
                let key_result = reading.key_result(of).map_err(failure::replica)?;
                let key_result =
                    key_result.ok_or_else(|| CliError::internal("a check-in is on nothing"))?;
                edit.to = value::read(&key_result, Some(&edit.from), text)?;
            }
            CheckInEdit::Confidence(edit) => {
                edit.to = none_or(text, |text| {
                    parse::confidence(text).map_err(|error| bad("confidence", &error))
                })?;
            }
            CheckInEdit::Note(edit) => edit.to = long_text("note", text)?,
            CheckInEdit::Blocker(edit) => edit.to = none_or(text, blocker)?,
        }
        Ok(())
    }

    fn day(
        &self,
        field: &str,
        text: &str,
        end: fn((okr_core::Date, okr_core::Date)) -> okr_core::Date,
    ) -> Result<okr_core::Date, CliError> {
        given_day(text, (field, self.clock), end)
    }
}

fn comment(edit: &mut CommentEdit, text: &str) -> Result<(), CliError> {
    match edit {
        CommentEdit::Kind(edit) => {
            edit.to = word(text, ("kind", CommentKind::ALL), CommentKind::word)?;
            Ok(())
        }
        CommentEdit::Text(edit) => set(edit, LongText::new(text), "text"),
    }
}

fn org(edit: &mut OrgEdit, text: &str) -> Result<(), CliError> {
    match edit {
        OrgEdit::Name(edit) => set(edit, Name::new(text), "name"),
        OrgEdit::TimeZone(edit) => set(edit, TimeZoneName::new(text), "time zone"),
        OrgEdit::WeekStart(edit) => {
            edit.to = word(text, ("week start", WeekStart::ALL), WeekStart::word)?;
            Ok(())
        }
        OrgEdit::EditPolicy(edit) => {
            edit.to = word(text, ("edit policy", EditPolicy::ALL), EditPolicy::word)?;
            Ok(())
        }
        OrgEdit::ReasonAfterCommitment(edit) => {
            edit.to = match text {
                "yes" => true,
                "no" => false,
                _ => {
                    let message = format!("reason after commitment: \"{text}\" is not yes or no");
                    return Err(CliError::usage("bad-value", message));
                }
            };
            Ok(())
        }
        OrgEdit::Cadence(edit) => match parse::cadence(text) {
            Ok(parse::Cadence(Some(days))) => {
                edit.to = days;
                Ok(())
            }
            Ok(parse::Cadence(None)) => Err(CliError::usage(
                "bad-value",
                "cadence: an organisation always has one, such as 7",
            )),
            Err(error) => Err(bad("cadence", &error)),
        },
        OrgEdit::Calendar(edit) => {
            edit.to = word(text, ("calendar", Calendar::ALL), Calendar::word)?;
            Ok(())
        }
        OrgEdit::FiscalStart(edit) => set(edit, text.parse(), "fiscal start"),
    }
}

/// A number given for a measure is its target, or the bound that is to be held.
fn retargeted(from: &Measure, text: &str) -> Result<Measure, CliError> {
    let mut flags = MeasureFlags::default();
    match from {
        Measure::Metric(_) => flags.to = Some(text.to_owned()),
        Measure::Hold(hold) => match (hold.low(), hold.high()) {
            (None, Some(_)) => flags.at_most = Some(text.to_owned()),
            (Some(_), None) => flags.at_least = Some(text.to_owned()),
            (Some(_), Some(_)) | (None, None) => return Err(no_text_for(from)),
        },
        Measure::Milestones(_) | Measure::Zones(_) => return Err(no_text_for(from)),
    }
    measure::changed(from, &flags)
}

fn no_text_for(measure: &Measure) -> CliError {
    let message = format!(
        "measure: one value does not say how {} change",
        match measure {
            Measure::Metric(_) => "a metric",
            Measure::Hold(_) => "two bounds",
            Measure::Milestones(_) => "milestones",
            Measure::Zones(_) => "zones",
        }
    );
    CliError::usage("bad-value", message)
        .with_hint("take mine, theirs or base, then okr kr set REF says the rest")
}

fn set<T>(edit: &mut Edit<T>, read: Result<T, ValueError>, field: &str) -> Result<(), CliError> {
    edit.to = read.map_err(|error| bad(field, &error))?;
    Ok(())
}

fn long_text(field: &str, text: &str) -> Result<Option<LongText>, CliError> {
    none_or(text, |text| {
        LongText::new(text).map_err(|error| bad(field, &error))
    })
}

/// Reads what stands in the way; the word lifted says that nothing does any more.
fn blocker(text: &str) -> Result<BlockerReport, CliError> {
    if text == BlockerReport::Lifted.shown() {
        return Ok(BlockerReport::Lifted);
    }
    let text = parse::blocker(text).map_err(|error| bad("blocker", &error))?;
    Ok(BlockerReport::Stands(text))
}

/// Reads a value that the word none takes away.
fn none_or<T>(
    text: &str,
    read: impl FnOnce(&str) -> Result<T, CliError>,
) -> Result<Option<T>, CliError> {
    if text == "none" {
        return Ok(None);
    }
    read(text).map(Some)
}

/// Reads one of some words.
fn word<T: Copy>(
    text: &str,
    (field, all): (&str, &[T]),
    word: fn(T) -> &'static str,
) -> Result<T, CliError> {
    let found = all.iter().find(|one| word(**one) == text);
    found.copied().ok_or_else(|| {
        let words: Vec<&str> = all.iter().map(|one| word(*one)).collect();
        CliError::usage(
            "bad-value",
            format!("{field}: \"{text}\" is none of its values"),
        )
        .with_hint(words.join(", "))
    })
}

fn bad(field: &str, error: &ValueError) -> CliError {
    CliError::usage("bad-value", format!("{field}: {error}"))
}
