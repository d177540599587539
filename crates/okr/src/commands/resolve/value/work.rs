//! From a text to the value of a field of an initiative or a health metric.

use okr_core::event::{InitiativeEdit, MetricEdit};
use okr_core::measure::Band;
use okr_core::text::{Name, Slug, Title, Unit, WebAddress};
use okr_core::value::InitiativeState;

use super::{Reader, bad, long_text, none_or, set, word};
use crate::error::CliError;
use crate::value_text::{Amount, parse_amount};

impl Reader<'_, '_> {
    pub(super) fn initiative(&self, edit: &mut InitiativeEdit, text: &str) -> Result<(), CliError> {
        match edit {
            InitiativeEdit::Title(edit) => return set(edit, Title::new(text), "title"),
            InitiativeEdit::Slug(edit) => return set(edit, Slug::new(text), "slug"),
            InitiativeEdit::Owner(edit) => edit.to = self.resolver.person(text)?,
            InitiativeEdit::KeyResults(edit) => {
                let typed = text.split([',', ' ']).filter(|part| !part.is_empty());
                edit.to = typed
                    .map(|part| self.resolver.key_result(part))
                    .collect::<Result<_, _>>()?;
            }
            InitiativeEdit::Due(edit) => {
                edit.to = none_or(text, |text| self.day("due", text, |(_, last)| last))?;
            }
            InitiativeEdit::Url(edit) => {
                edit.to = none_or(text, |text| {
                    WebAddress::new(text).map_err(|error| bad("url", &error))
                })?;
            }
            InitiativeEdit::State(edit) => {
                edit.to = word(text, ("state", InitiativeState::ALL), InitiativeState::word)?;
            }
        }
        Ok(())
    }

    pub(super) fn metric(&self, edit: &mut MetricEdit, text: &str) -> Result<(), CliError> {
        match edit {
            MetricEdit::Name(edit) => return set(edit, Name::new(text), "name"),
            MetricEdit::Slug(edit) => return set(edit, Slug::new(text), "slug"),
            MetricEdit::Unit(edit) => {
                edit.to = none_or(text, |text| {
                    Unit::new(text).map_err(|error| bad("unit", &error))
                })?;
            }
            MetricEdit::Owner(edit) => edit.to = self.resolver.person(text)?,
            MetricEdit::Team(edit) => {
                edit.to = none_or(text, |text| self.resolver.team(text))?;
            }
            MetricEdit::Band(edit) => edit.to = band(text)?,
            MetricEdit::Description(edit) => edit.to = long_text("description", text)?,
        }
        Ok(())
    }
}

/// Reads a bound of a band.
///
/// # Errors
/// A usage error, which names the flag or field, for anything but a number.
pub(in crate::commands) fn amount(name: &str, text: &str) -> Result<Amount, CliError> {
    parse_amount(text).map_err(|error| {
        CliError::usage("unreadable-value", format!("{name}: {error}")).with_hint(error.hint())
    })
}

/// Reads bounds: `80..100`, `80..`, `..5`.
fn band(text: &str) -> Result<Band, CliError> {
    let (low, high) = text.split_once("..").ok_or_else(|| {
        CliError::usage("bad-value", format!("band: \"{text}\" are no bounds"))
            .with_hint("80..100 for within, 80.. for at least, ..5 for at most")
    })?;
    let bound = |text: &str| match text.trim() {
        "" => Ok(None),
        given => amount("band", given).map(|amount| Some(amount.number)),
    };
    Band::new(bound(low)?, bound(high)?).map_err(|error| bad("band", &error))
}
