//! Initiatives, health metrics and their values, and key results that a metric feeds.

use std::collections::BTreeSet;

use okr_core::event::{
    Event, InitiativeEdit, InitiativeEvent, KeyResultEdit, KeyResultEvent, MetricEdit, MetricEvent,
    MetricValueEvent, NewInitiative, NewKeyResult, NewMetric, NewMetricValue,
};
use okr_core::id::{InitiativeId, KeyResultId, MetricId, MetricValueId};
use okr_core::measure::{Band, Hold, Measure};
use okr_core::text::{Unit, WebAddress};
use okr_core::value::{InitiativeState, Weight};

use super::{
    KEY_RESULT, OBJECTIVE, OTHER, PERSON, TEAM, day, edit, long, name, number, slug, title,
};

const METRIC: MetricId = MetricId::from_bytes([0x11; 16]);

fn web(text: &str) -> WebAddress {
    WebAddress::new(text).unwrap()
}

fn band(low: Option<&str>, high: Option<&str>) -> Band {
    Band::new(low.map(number), high.map(number)).unwrap()
}

pub(super) fn initiatives() -> Vec<Event> {
    let served = BTreeSet::from([KEY_RESULT, KeyResultId::from_bytes([0xe2; 16])]);
    let created = |due, url, state| {
        InitiativeEvent::Created(NewInitiative {
            title: title("Move eu-west to the new CDN"),
            slug: slug("cdn-eu-west"),
            owner: PERSON,
            key_results: served.clone(),
            due,
            url,
            state,
        })
    };
    let mut events = vec![
        created(
            Some(day("2026-12-01")),
            Some(web("https://tracker.example/42")),
            InitiativeState::Todo,
        ),
        InitiativeEvent::Archived,
        InitiativeEvent::Restored,
    ];
    for state in InitiativeState::ALL {
        events.push(created(None, None, *state));
        let edit = edit(InitiativeState::Todo, *state);
        events.push(InitiativeEvent::Edited(InitiativeEdit::State(edit)));
    }
    let edits = [
        InitiativeEdit::Title(edit(title("a"), title("b"))),
        InitiativeEdit::Slug(edit(slug("a"), slug("b"))),
        InitiativeEdit::Owner(edit(PERSON, OTHER)),
        InitiativeEdit::KeyResults(edit(served, BTreeSet::from([KEY_RESULT]))),
        InitiativeEdit::Due(edit(None, Some(day("1970-01-01")))),
        InitiativeEdit::Url(edit(Some(web("http://a")), None)),
        InitiativeEdit::Url(edit(None, Some(web("http://b")))),
    ];
    events.extend(edits.map(InitiativeEvent::Edited));
    let id = InitiativeId::from_bytes([0x12; 16]);
    let about = |event| Event::Initiative(id, event);
    events.into_iter().map(about).collect()
}

pub(super) fn metrics() -> Vec<Event> {
    let unit = |text: &str| Some(Unit::new(text).unwrap());
    let full = NewMetric {
        name: name("Customer satisfaction"),
        slug: slug("csat"),
        unit: unit("%"),
        owner: PERSON,
        team: Some(TEAM),
        band: band(Some("80"), Some("100")),
        description: Some(long("The survey after each ticket")),
    };
    let bare = NewMetric {
        unit: None,
        team: None,
        band: band(None, Some("0")),
        description: None,
        ..full.clone()
    };
    let mut events = vec![
        MetricEvent::Created(full),
        MetricEvent::Created(bare),
        MetricEvent::Archived,
        MetricEvent::Restored,
    ];
    let edits = [
        MetricEdit::Name(edit(name("a"), name("b"))),
        MetricEdit::Slug(edit(slug("a"), slug("b"))),
        MetricEdit::Unit(edit(unit("%"), None)),
        MetricEdit::Owner(edit(PERSON, OTHER)),
        MetricEdit::Team(edit(Some(TEAM), None)),
        MetricEdit::Band(edit(band(Some("-0.5"), None), band(None, Some("0.5")))),
        MetricEdit::Description(edit(None, Some(long("a")))),
    ];
    events.extend(edits.map(MetricEvent::Edited));
    let about = |event| Event::Metric(METRIC, event);
    events.into_iter().map(about).collect()
}

pub(super) fn metric_values() -> Vec<Event> {
    let recorded = |value, note| {
        MetricValueEvent::Recorded(NewMetricValue {
            metric: METRIC,
            effective: day("2026-11-20"),
            value: number(value),
            note,
        })
    };
    let events = [
        recorded("84.5", Some(long("After the release"))),
        recorded("0", None),
        MetricValueEvent::Retracted,
    ];
    let id = MetricValueId::from_bytes([0x13; 16]);
    let about = |event| Event::MetricValue(id, event);
    events.into_iter().map(about).collect()
}

pub(super) fn fed_key_results() -> Vec<Event> {
    let created = KeyResultEvent::Created(NewKeyResult {
        objective: OBJECTIVE,
        title: title("Satisfied customers"),
        description: None,
        slug: slug("csat"),
        owner: PERSON,
        measure: Measure::Hold(Hold::new(None, Some(number("80")), None).unwrap()),
        weight: Weight::ONE,
        order: 0,
        start: None,
        due: None,
        tags: BTreeSet::new(),
        fed_by: Some(METRIC),
    });
    let edits = [
        KeyResultEdit::FedBy(edit(None, Some(METRIC))),
        KeyResultEdit::FedBy(edit(Some(METRIC), None)),
    ];
    let mut events = vec![created];
    events.extend(edits.map(KeyResultEvent::Edited));
    let about = |event| Event::KeyResult(KEY_RESULT, event);
    events.into_iter().map(about).collect()
}
