//! Events as messages; a file for each noun.
//!
//! A `oneof` without a value is an error here: bytes with an alternative that this program does not
//! know never come this far.

mod check_in;
mod comment;
mod cycle;
mod initiative;
mod key_result;
mod measure;
mod metric;
mod objective;
mod org;
mod person;
mod team;

use okr_core::event::Event;
use v1::event::What;

use crate::fault::{At as _, Fault, Problem};
use crate::field::{Part, read_id, write_id};
use crate::text::{TextReader, TextWriter};
use crate::v1;

impl Part for Event {
    type Message = v1::Event;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::Event {
        let (subject, what) = match self {
            Self::Org(id, event) => (write_id(*id), What::Org(event.write(texts))),
            Self::Person(id, event) => (write_id(*id), What::Person(event.write(texts))),
            Self::Team(id, event) => (write_id(*id), What::Team(event.write(texts))),
            Self::Cycle(id, event) => (write_id(*id), What::Cycle(event.write(texts))),
            Self::Objective(id, event) => (write_id(*id), What::Objective(event.write(texts))),
            Self::KeyResult(id, event) => (write_id(*id), What::KeyResult(event.write(texts))),
            Self::CheckIn(id, event) => (write_id(*id), What::CheckIn(event.write(texts))),
            Self::Comment(id, event) => (write_id(*id), What::Comment(event.write(texts))),
            Self::Initiative(id, event) => (write_id(*id), What::Initiative(event.write(texts))),
            Self::Metric(id, event) => (write_id(*id), What::Metric(event.write(texts))),
            Self::MetricValue(id, event) => (write_id(*id), What::MetricValue(event.write(texts))),
        };
        v1::Event {
            subject,
            what: Some(what),
        }
    }

    fn read(message: &v1::Event, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        let what = message
            .what
            .as_ref()
            .ok_or(Problem::Missing)
            .map_err(Fault::from);
        let id = &message.subject;
        Ok(match what.at("what")? {
            What::Org(event) => Self::Org(
                read_id(id).at("subject")?,
                Part::read(event, texts).at("org")?,
            ),
            What::Person(event) => Self::Person(
                read_id(id).at("subject")?,
                Part::read(event, texts).at("person")?,
            ),
            What::Team(event) => Self::Team(
                read_id(id).at("subject")?,
                Part::read(event, texts).at("team")?,
            ),
            What::Cycle(event) => Self::Cycle(
                read_id(id).at("subject")?,
                Part::read(event, texts).at("cycle")?,
            ),
            What::Objective(event) => Self::Objective(
                read_id(id).at("subject")?,
                Part::read(event, texts).at("objective")?,
            ),
            What::KeyResult(event) => Self::KeyResult(
                read_id(id).at("subject")?,
                Part::read(event, texts).at("key_result")?,
            ),
            What::CheckIn(event) => Self::CheckIn(
                read_id(id).at("subject")?,
                Part::read(event, texts).at("check_in")?,
            ),
            What::Comment(event) => Self::Comment(
                read_id(id).at("subject")?,
                Part::read(event, texts).at("comment")?,
            ),
            What::Initiative(event) => Self::Initiative(
                read_id(id).at("subject")?,
                Part::read(event, texts).at("initiative")?,
            ),
            What::Metric(event) => Self::Metric(
                read_id(id).at("subject")?,
                Part::read(event, texts).at("metric")?,
            ),
            What::MetricValue(event) => Self::MetricValue(
                read_id(id).at("subject")?,
                Part::read(event, texts).at("metric_value")?,
            ),
        })
    }
}
