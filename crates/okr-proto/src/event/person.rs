//! Events of a person.

use okr_core::event::PersonEvent;
use v1::person_event::What;

use crate::choice::{Choice as _, read_choice};
use crate::fault::{At as _, Fault, Problem};
use crate::field::Part;
use crate::text::{TextReader, TextWriter};
use crate::v1;

impl Part for PersonEvent {
    type Message = v1::PersonEvent;

    fn write(&self, _: &mut TextWriter<'_>) -> v1::PersonEvent {
        let what = match self {
            Self::Added(role) => What::Added(v1::PersonAdded {
                role: role.number(),
            }),
            Self::RoleChanged { from, to } => What::RoleChanged(v1::RoleChanged {
                from: from.number(),
                to: to.number(),
            }),
            Self::Deactivated => What::Deactivated(v1::Nothing {}),
            Self::Reactivated => What::Reactivated(v1::Nothing {}),
        };
        v1::PersonEvent { what: Some(what) }
    }

    fn read(message: &v1::PersonEvent, _: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.what.as_ref().ok_or(Problem::Missing)? {
            What::Added(added) => Self::Added(read_choice(added.role).at("role").at("added")?),
            What::RoleChanged(changed) => Self::RoleChanged {
                from: read_choice(changed.from).at("from").at("role_changed")?,
                to: read_choice(changed.to).at("to").at("role_changed")?,
            },
            What::Deactivated(v1::Nothing {}) => Self::Deactivated,
            What::Reactivated(v1::Nothing {}) => Self::Reactivated,
        })
    }
}
