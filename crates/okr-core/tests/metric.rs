//! Rules for health metrics, their values, and the key results that they feed.

use jiff::civil::date;
use okr_core::admit::Verdict;
use okr_core::authorize::Refusal;
use okr_core::event::{
    Event, KeyResultEdit, KeyResultEvent, MetricEdit, MetricEvent, MetricValueEvent, NewKeyResult,
    NewMetric, NewMetricValue, PersonEvent, TeamEvent,
};
use okr_core::id::{KeyResultId, MetricId, MetricValueId};
use okr_core::measure::{Hold, Measure};
use okr_core::rejection::{Missing, Rejection};
use okr_core::value::Role;
use okr_testkit::sample::{
    ANA, BEN, CAI, TODAY, VIC, band, edit, key_result_id, metric_id, metric_value_id, milestones,
    name, new_metric, new_metric_value, number, person_id, unit, zones,
};
use okr_testkit::scenario::Scenario;

use crate::world::{
    KEY_RESULT, TEAM, already_exists, conflict, first_key_result, key_result, not_permitted, open,
    planned, stewarded, team, unknown_reference, unknown_subject, wrong_state,
};

const METRIC: MetricId = metric_id(1);
const OTHER: MetricId = metric_id(2);
const VALUE: MetricValueId = metric_value_id(1);
const OTHER_VALUE: MetricValueId = metric_value_id(2);
const FED: KeyResultId = key_result_id(2);

fn metric(event: MetricEvent) -> Event {
    Event::Metric(METRIC, event)
}

fn created(new: NewMetric) -> Event {
    Event::Metric(OTHER, MetricEvent::Created(new))
}

fn recorded(new: NewMetricValue) -> Event {
    Event::MetricValue(OTHER_VALUE, MetricValueEvent::Recorded(new))
}

fn retracted() -> Event {
    Event::MetricValue(VALUE, MetricValueEvent::Retracted)
}

/// What `scenario` has, and a metric of Ben's in no unit, of Cai's team, with one value.
fn with_metric(scenario: Scenario) -> Scenario {
    scenario.given([
        metric(MetricEvent::Created(NewMetric {
            team: Some(TEAM),
            ..new_metric("burn")
        })),
        Event::MetricValue(
            VALUE,
            MetricValueEvent::Recorded(new_metric_value(METRIC, "4")),
        ),
    ])
}

fn measured() -> Scenario {
    with_metric(planned())
}

fn away() -> Scenario {
    measured().given([metric(MetricEvent::Archived)])
}

fn fed_by(from: Option<MetricId>, to: Option<MetricId>) -> Event {
    let edit = KeyResultEdit::FedBy(edit(from, to));
    key_result(KeyResultEvent::Edited(edit))
}

fn fed(measure: Measure) -> Event {
    let new = NewKeyResult {
        measure,
        fed_by: Some(METRIC),
        ..first_key_result()
    };
    Event::KeyResult(FED, KeyResultEvent::Created(new))
}

fn remeasured(to: Measure) -> Event {
    let from = first_key_result().measure;
    let edit = KeyResultEdit::Measure(edit(from, to));
    key_result(KeyResultEvent::Edited(edit))
}

fn in_ms() -> Measure {
    let hold = Hold::new(Some(unit("ms")), Some(number("1")), None);
    Measure::Hold(hold.expect("it has a bound"))
}

#[test]
fn a_metric_is_written_down_under_a_fresh_id_for_a_team_in_use() {
    planned().admits(BEN, [created(new_metric("burn"))]);
    measured().refuses(
        BEN,
        metric(MetricEvent::Created(new_metric("burn"))),
        already_exists(METRIC),
    );
    let of_team = || {
        created(NewMetric {
            team: Some(TEAM),
            ..new_metric("burn")
        })
    };
    planned().admits(BEN, [of_team()]);
    planned().given([team(TeamEvent::Archived)]).refuses(
        BEN,
        of_team(),
        wrong_state(TEAM, "archived", "be given anything new"),
    );
}

#[test]
fn an_edit_says_what_its_author_saw_and_an_archived_metric_takes_none() {
    let banded = |high: &str| {
        let edit = edit(band(None, Some("5")), band(None, Some(high)));
        metric(MetricEvent::Edited(MetricEdit::Band(edit)))
    };
    measured().admits(BEN, [banded("6")]);
    measured().given([banded("6")]).refuses(
        BEN,
        banded("7"),
        conflict(METRIC, "band", ["at most 5", "at most 7", "at most 6"]),
    );
    away().refuses(
        BEN,
        banded("6"),
        wrong_state(METRIC, "archived", "be edited"),
    );
    away().admits(BEN, [metric(MetricEvent::Restored)]);
    let so = away().judged(BEN, [metric(MetricEvent::Archived)]);
    assert_eq!(so, Verdict::AlreadySo);
    let nameless = Event::Metric(OTHER, MetricEvent::Archived);
    measured().refuses(BEN, nameless, unknown_subject(OTHER));
    let gone = measured().given([Event::Person(CAI, PersonEvent::Deactivated)]);
    let edit = MetricEdit::Owner(edit(BEN, CAI));
    gone.refuses(
        BEN,
        metric(MetricEvent::Edited(edit)),
        Rejection::InactivePerson {
            subject: METRIC.into(),
            field: "owner",
            person: CAI.into(),
        },
    );
}

#[test]
fn a_value_is_of_a_metric_in_use_on_a_day_that_has_been() {
    let on = |effective| {
        recorded(NewMetricValue {
            effective,
            ..new_metric_value(METRIC, "-3.5")
        })
    };
    measured().admits(BEN, [on(TODAY)]);
    measured().admits(BEN, [on(date(1970, 1, 1))]);
    let tomorrow = TODAY.tomorrow().unwrap();
    measured().refuses(
        BEN,
        on(tomorrow),
        Rejection::FutureDate {
            subject: OTHER_VALUE.into(),
            date: tomorrow,
            today: TODAY,
        },
    );
    measured().refuses(
        BEN,
        on(date(26, 11, 20)),
        Rejection::Inconsistent {
            subject: OTHER_VALUE.into(),
            problem: "a value cannot be about a day before 1970",
        },
    );
    away().refuses(
        BEN,
        on(TODAY),
        wrong_state(METRIC, "archived", "take values"),
    );
    measured().refuses(
        BEN,
        recorded(new_metric_value(OTHER, "1")),
        unknown_reference(OTHER_VALUE, "metric", OTHER),
    );
    let again = Event::MetricValue(
        VALUE,
        MetricValueEvent::Recorded(new_metric_value(METRIC, "5")),
    );
    measured().refuses(BEN, again, already_exists(VALUE));
}

#[test]
fn a_value_is_taken_back_for_a_reason() {
    let because = || measured().because("the survey was still open");
    because().admits(BEN, [retracted()]);
    measured().refuses(
        BEN,
        retracted(),
        Rejection::ReasonRequired {
            subject: VALUE.into(),
            action: "retracting a value",
            missing: Missing::Reason,
        },
    );
    let so = because().given([retracted()]).judged(BEN, [retracted()]);
    assert_eq!(so, Verdict::AlreadySo);
    let other = Event::MetricValue(OTHER_VALUE, MetricValueEvent::Retracted);
    because().refuses(BEN, other, unknown_subject(OTHER_VALUE));
}

#[test]
fn a_metric_feeds_numbers_in_its_own_unit() {
    let bare = first_key_result().measure;
    measured().admits(BEN, [fed(bare)]);
    measured().admits(BEN, [fed_by(None, Some(METRIC))]);
    let refused = |subject: KeyResultId, problem| Rejection::Inconsistent {
        subject: subject.into(),
        problem,
    };
    let units = "the key result and the metric that feeds it have different units";
    let numbers = "a metric feeds numbers only, not milestones or zones";
    measured().refuses(BEN, fed(in_ms()), refused(FED, units));
    for measure in [milestones(&["1"]), zones()] {
        measured().refuses(BEN, fed(measure), refused(FED, numbers));
    }
    measured().refuses(
        BEN,
        fed_by(None, Some(OTHER)),
        unknown_reference(KEY_RESULT, "fed by", OTHER),
    );
    away().refuses(
        BEN,
        fed_by(None, Some(METRIC)),
        wrong_state(METRIC, "archived", "feed a key result"),
    );
    let is_fed = || measured().given([fed_by(None, Some(METRIC))]);
    is_fed().refuses(BEN, remeasured(in_ms()), refused(KEY_RESULT, units));
    is_fed().refuses(BEN, remeasured(zones()), refused(KEY_RESULT, numbers));
    is_fed().admits(BEN, [fed_by(Some(METRIC), None)]);
    // What it is fed by can be put away meanwhile, and its measure moved all the same.
    is_fed()
        .given([metric(MetricEvent::Archived)])
        .admits(BEN, [remeasured(okr_testkit::sample::metric("0", "200"))]);
}

#[test]
fn what_feeds_a_key_result_is_no_part_of_the_commitment() {
    with_metric(open()).admits(BEN, [fed_by(None, Some(METRIC))]);
}

#[test]
fn under_stewards_a_metric_is_for_its_owner_and_for_leads_of_its_team() {
    let dan = person_id(1);
    let scenario = || {
        with_metric(stewarded())
            .given([Event::Person(dan, PersonEvent::Added(Role::Member))])
            .because("typed twice")
    };
    let renamed = || {
        let edit = edit(name("burn"), name("Burn"));
        metric(MetricEvent::Edited(MetricEdit::Name(edit)))
    };
    let value = || recorded(new_metric_value(METRIC, "5"));
    for author in [ANA, BEN, CAI] {
        for event in [renamed(), value(), retracted()] {
            scenario().admits(author, [event]);
        }
    }
    scenario().refuses(dan, renamed(), not_permitted(METRIC, Refusal::NeedsSteward));
    scenario().refuses(
        dan,
        value(),
        not_permitted(OTHER_VALUE, Refusal::NeedsSteward),
    );
    scenario().refuses(
        dan,
        retracted(),
        not_permitted(VALUE, Refusal::NeedsSteward),
    );
    measured().refuses(VIC, value(), not_permitted(OTHER_VALUE, Refusal::Viewer));
}
