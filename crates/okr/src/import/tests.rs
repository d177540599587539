//! Tests of what a file becomes.

use jiff::civil::date;
use okr_core::admit::Context;
use okr_core::decide::{Decision, decide};
use okr_core::event::NewOrg;
use okr_core::measure::Value;
use okr_core::progress::{latest, progress, roll_up};
use okr_core::text::TimeZoneName;
use okr_core::value::{CadenceDays, EditPolicy, WeekStart};
use okr_core::view::MemoryView;

use super::*;
use crate::history_file::parse;

const ME: PersonId = PersonId::new(Uuid::from_u128(7));

fn known() -> Known {
    Known {
        org: OrgId::new(Uuid::from_u128(1)),
        people: BTreeMap::from([("ana".to_owned(), ME)]),
        teams: BTreeMap::new(),
        cycles: BTreeMap::new(),
        zone: TimeZone::UTC,
        now: "2026-11-23T10:00:00Z".parse().unwrap(),
    }
}

/// Founds the organisation and takes in a file; gives the state after all changes up to a day.
fn load(text: &str, until: Date) -> MemoryView {
    let known = known();
    let import = import(&parse("file.yaml", text).unwrap(), &known).unwrap();
    let mut view = MemoryView::new();
    let context = Context::new(ME, date(2026, 11, 23));
    let founded = Proposal {
        id: ChangeId::new(Uuid::from_u128(2)),
        authored_at: known.now,
        on_behalf_of: None,
        source: Source::Human,
        reason: None,
        amendment: None,
        commands: vec![
            Command::CreateOrg {
                id: known.org,
                new: NewOrg {
                    name: Name::new("Acme").unwrap(),
                    time_zone: TimeZoneName::new("UTC").unwrap(),
                    week_start: WeekStart::Monday,
                    edit_policy: EditPolicy::Everyone,
                    reason_after_commitment: true,
                    cadence: CadenceDays::WEEKLY,
                },
            },
            Command::AddPerson {
                id: ME,
                role: Role::Admin,
            },
        ],
    };
    let proposals = import
        .steps
        .into_iter()
        .filter(|step| step.order.0 <= until);
    for proposal in std::iter::once(founded).chain(proposals.map(|step| step.proposal)) {
        let Ok(decision) = decide(&view, &context, known.org, proposal);
        let Decision::Change(change) = decision else {
            panic!("{decision:?}")
        };
        view.apply(&change);
    }
    view
}

/// Returns the progress in percent of each objective, by its slug.
fn means(view: &MemoryView) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for objective in view
        .entities()
        .filter_map(okr_core::entity::Entity::into_objective)
    {
        let key_results = view
            .entities()
            .filter_map(okr_core::entity::Entity::into_key_result)
            .filter(|key_result| key_result.objective == objective.id);
        let standings = key_results.map(|key_result| {
            let check_ins: Vec<_> = view
                .entities()
                .filter_map(okr_core::entity::Entity::into_check_in)
                .filter(|check_in| check_in.key_result == key_result.id)
                .collect();
            let value = latest(&check_ins).map(|check_in| &check_in.value);
            let progress = value.and_then(|value| progress(&key_result.measure, value));
            (key_result.weight, progress)
        });
        let percent =
            roll_up(standings).map_or("-".to_owned(), okr_core::progress::Progress::percent);
        found.insert(objective.slug.to_string(), percent);
    }
    found
}

#[test]
fn the_first_ipld_quarter_gives_the_published_means() {
    let view = load(
        include_str!("../../examples/ipld-2019-q1.yaml"),
        date(2019, 4, 11),
    );
    let expected = [
        ("experiments", "100%"),
        ("interfaces", "85%"),
        ("replicate", "100%"),
        ("unixfsv2", "100%"),
    ];
    let expected: BTreeMap<String, String> = expected
        .map(|(slug, mean)| (slug.to_owned(), mean.to_owned()))
        .into();
    assert_eq!(means(&view), expected);
}

#[test]
fn nine_of_twelve_scores_of_the_second_quarter_were_written_after_its_end() {
    let text = include_str!("../../examples/ipld-2019-q2.yaml");
    let mid = |view: &MemoryView| {
        let check_ins = view
            .entities()
            .filter_map(okr_core::entity::Entity::into_check_in);
        check_ins
            .filter(|check_in| check_in.effective == date(2019, 5, 15))
            .count()
    };
    assert_eq!(mid(&load(text, date(2019, 6, 30))), 3);
    assert_eq!(mid(&load(text, date(2019, 7, 15))), 12);
}

#[test]
fn the_target_of_chrome_moves_and_is_reached() {
    let text = include_str!("../../examples/chrome.yaml");
    let target = |until| {
        let view = load(text, until);
        let mut all = view
            .entities()
            .filter_map(okr_core::entity::Entity::into_key_result);
        match all.next().unwrap().measure {
            okr_core::measure::Measure::Metric(metric) => metric.target.to_string(),
            other => panic!("{other:?}"),
        }
    };
    let targets = [date(2008, 6, 1), date(2009, 6, 1), date(2010, 6, 1)].map(target);
    assert_eq!(targets, ["20", "50", "100"]);
    let end = load(text, date(2010, 12, 31));
    let mut check_ins = end
        .entities()
        .filter_map(okr_core::entity::Entity::into_check_in);
    assert_eq!(check_ins.next().unwrap().value, Value::Number(111.into()));
}

#[test]
fn a_second_import_proposes_the_same_changes() {
    let text = include_str!("../../examples/student-class.yaml");
    let ids = |known: &Known| -> Vec<ChangeId> {
        let import = import(&parse("file.yaml", text).unwrap(), known).unwrap();
        import.steps.iter().map(|step| step.proposal.id).collect()
    };
    let known = known();
    assert_eq!(ids(&known), ids(&known));
    let other = Known {
        org: OrgId::new(Uuid::from_u128(3)),
        ..super::tests::known()
    };
    assert_ne!(ids(&known), ids(&other));
}

#[test]
fn mistakes_name_their_place() {
    let text = include_str!("../../examples/chrome.yaml");
    let place = |text: &str| {
        let file = parse("file.yaml", text).unwrap();
        import(&file, &known()).unwrap_err().message().to_owned()
    };
    let nobody = place(&text.replace("owner: sundar", "owner: larry"));
    assert!(
        nobody.contains("objective client-platform: \"larry\""),
        "{nobody}"
    );
    let category = place(&text.replace("category: other", "category: whim"));
    assert!(
        category.contains("history line 1: \"whim\" is no category"),
        "{category}"
    );
    let future = place(&text.replace("written: 2010-12-31", "written: 2099-12-31"));
    assert!(future.contains("lies in the future"), "{future}");
    let order = place(&text.replace("written: 2010-01-01", "written: 2008-05-05"));
    assert!(order.contains("written before"), "{order}");
    let value = place(&text.replace("value: 111", "value: many"));
    assert!(
        value.contains("not a decimal number") || value.contains("is not"),
        "{value}"
    );
}

#[test]
fn a_cycle_with_a_colon_in_its_name_is_not_made_and_one_that_is_there_is_known() {
    let text = "format: okr-history/1\nsource: q\npeople: [ana]\ncycles:\n\
                \x20 - name: \"x:y\"\n    from: 2026-01-01\n    to: 2026-03-31\n    written: 2026-01-02\n";
    let file = parse("file.yaml", text).unwrap();
    let error = import(&file, &known()).unwrap_err();
    assert!(
        error
            .message()
            .contains("cycle x:y: the name of a cycle must be without a colon"),
        "{error}"
    );
    let known = Known {
        cycles: BTreeMap::from([("x:y".to_owned(), CycleId::new(Uuid::from_u128(3)))]),
        ..known()
    };
    assert!(import(&file, &known).is_ok());
}
