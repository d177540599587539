//! Events of the organisation.

use std::collections::BTreeSet;

use okr_core::calendar::FiscalStart;
use okr_core::event::{NewOrg, OrgEdit, OrgEvent, TextPlace};
use okr_core::text::TimeZoneName;
use v1::org_edit::Field;
use v1::org_event::What;

use crate::choice::{Choice as _, read_choice};
use crate::fault::{At as _, Fault, Problem};
use crate::field::{
    Part, out_of_range, read_cadence, read_edit, read_id, read_integer, read_wide_choice,
    write_edit, write_id,
};
use crate::text::{TextReader, TextWriter};
use crate::v1;

impl Part for OrgEvent {
    type Message = v1::OrgEvent;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::OrgEvent {
        let what = match self {
            Self::Created(new) => What::Created(new.write(texts)),
            Self::Edited(edit) => What::Edited(edit.write(texts)),
            Self::TextsErased(places) => What::TextsErased(v1::ErasedTexts {
                texts: places.iter().map(write_place).collect(),
            }),
        };
        v1::OrgEvent { what: Some(what) }
    }

    fn read(message: &v1::OrgEvent, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.what.as_ref().ok_or(Problem::Missing)? {
            What::Created(new) => Self::Created(Part::read(new, texts).at("created")?),
            What::Edited(edit) => Self::Edited(Part::read(edit, texts).at("edited")?),
            What::TextsErased(erased) => {
                Self::TextsErased(read_places(&erased.texts).at("texts_erased")?)
            }
        })
    }
}

fn write_place(place: &TextPlace) -> v1::TextPlace {
    v1::TextPlace {
        change: write_id(place.change),
        text: place.text.into(),
    }
}

fn read_places(messages: &[v1::TextPlace]) -> Result<BTreeSet<TextPlace>, Fault> {
    let mut places = BTreeSet::new();
    for (index, message) in messages.iter().enumerate() {
        let place = TextPlace {
            change: read_id(&message.change).at("change").at_index(index)?,
            text: read_number(message.text).at("text").at_index(index)?,
        };
        if places.last().is_some_and(|last| *last >= place) {
            return Err(Problem::NotAscending.into());
        }
        places.insert(place);
    }
    if places.is_empty() {
        return Err(Problem::Missing.into());
    }
    Ok(places)
}

/// Reads the number of a text; they are counted from 1.
fn read_number(number: u32) -> Result<u16, Fault> {
    match u16::try_from(number) {
        Ok(0) | Err(_) => Err(out_of_range(number.into())),
        Ok(number) => Ok(number),
    }
}

impl Part for NewOrg {
    type Message = v1::NewOrg;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::NewOrg {
        v1::NewOrg {
            name: texts.write(&self.name),
            time_zone: self.time_zone.as_str().to_owned(),
            week_start: self.week_start.number(),
            edit_policy: self.edit_policy.number(),
            reason_after_commitment: self.reason_after_commitment,
            cadence_days: self.cadence.get().into(),
        }
    }

    fn read(message: &v1::NewOrg, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            name: texts.read(message.name).at("name")?,
            time_zone: read_time_zone(&message.time_zone).at("time_zone")?,
            week_start: read_choice(message.week_start).at("week_start")?,
            edit_policy: read_choice(message.edit_policy).at("edit_policy")?,
            reason_after_commitment: message.reason_after_commitment,
            cadence: read_cadence(message.cadence_days.into()).at("cadence_days")?,
        })
    }
}

impl Part for OrgEdit {
    type Message = v1::OrgEdit;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::OrgEdit {
        let field = match self {
            Self::Name(edit) => Field::Name(write_edit(edit, |name| texts.write(name))),
            Self::TimeZone(edit) => {
                Field::TimeZone(write_edit(edit, |zone| zone.as_str().to_owned()))
            }
            Self::WeekStart(edit) => {
                Field::WeekStart(write_edit(edit, |start| start.number().into()))
            }
            Self::EditPolicy(edit) => {
                Field::EditPolicy(write_edit(edit, |policy| policy.number().into()))
            }
            Self::ReasonAfterCommitment(edit) => {
                Field::ReasonAfterCommitment(write_edit(edit, |needed| *needed))
            }
            Self::Cadence(edit) => {
                Field::CadenceDays(write_edit(edit, |cadence| cadence.get().into()))
            }
            Self::Calendar(edit) => {
                Field::Calendar(write_edit(edit, |calendar| calendar.number().into()))
            }
            Self::FiscalStart(edit) => Field::FiscalStart(write_edit(edit, |start| {
                i64::from(start.month()) * 100 + i64::from(start.day())
            })),
        };
        v1::OrgEdit { field: Some(field) }
    }

    fn read(message: &v1::OrgEdit, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.field.as_ref().ok_or(Problem::Missing)? {
            Field::Name(edit) => {
                Self::Name(read_edit(edit, |index| texts.read(*index)).at("name")?)
            }
            Field::TimeZone(edit) => {
                Self::TimeZone(read_edit(edit, |zone| read_time_zone(zone)).at("time_zone")?)
            }
            Field::WeekStart(edit) => Self::WeekStart(
                read_edit(edit, |number| read_wide_choice(*number)).at("week_start")?,
            ),
            Field::EditPolicy(edit) => Self::EditPolicy(
                read_edit(edit, |number| read_wide_choice(*number)).at("edit_policy")?,
            ),
            Field::ReasonAfterCommitment(edit) => Self::ReasonAfterCommitment(
                read_edit(edit, |needed| Ok(*needed)).at("reason_after_commitment")?,
            ),
            Field::CadenceDays(edit) => {
                Self::Cadence(read_edit(edit, |days| read_cadence(*days)).at("cadence_days")?)
            }
            Field::Calendar(edit) => {
                Self::Calendar(read_edit(edit, |number| read_wide_choice(*number)).at("calendar")?)
            }
            Field::FiscalStart(edit) => Self::FiscalStart(
                read_edit(edit, |number| read_fiscal_start(*number)).at("fiscal_start")?,
            ),
        })
    }
}

/// Reads `month * 100 + day`.
fn read_fiscal_start(number: i64) -> Result<FiscalStart, Fault> {
    if number < 0 {
        return Err(out_of_range(number));
    }
    let (month, day) = (read_integer(number / 100)?, read_integer(number % 100)?);
    Ok(FiscalStart::new(month, day)?)
}

fn read_time_zone(name: &str) -> Result<TimeZoneName, Fault> {
    Ok(TimeZoneName::new(name)?)
}
