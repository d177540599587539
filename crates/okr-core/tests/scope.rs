//! What a credential with a scope allows: less than its holder may do, and never more.

use okr_core::authorize::{Access, Action, Refusal, Request, Scope, authorize};
use okr_core::entity::Person;
use okr_core::event::{
    CheckInEvent, CommentEvent, Event, InitiativeEvent, KeyResultEdit, KeyResultEvent, MetricEvent,
    MetricValueEvent, NewInitiative, NewMetric, NewObjective, NewTeam, ObjectiveEdit,
    ObjectiveEvent, PersonEvent, TeamEvent, Topic,
};
use okr_core::id::{EntityId, ObjectiveId, TeamId};
use okr_core::rejection::Rejection;
use okr_core::value::{EditPolicy, Role, Source};
use okr_testkit::sample::{
    ANA, BEN, ORG, VIC, check_in_id, comment_id, cycle_id, edit, founding, initiative_id,
    key_result_id, metric_id, metric_value_id, new_check_in, new_comment, new_cycle,
    new_initiative, new_key_result, new_metric, new_metric_value, new_objective, new_org, new_team,
    objective_id, person_id, team_id, title, value,
};
use okr_testkit::scenario::Scenario;

use crate::world::{KEY_RESULT, OBJECTIVE, TEAM, not_permitted, planned};

const BELOW: TeamId = team_id(2);
const ELSEWHERE: TeamId = team_id(3);
const FOREIGN: ObjectiveId = objective_id(3);

const fn scope(access: Access, team: Option<TeamId>) -> Scope {
    Scope { access, team }
}

/// The team has one below it, and there is another team with an objective.
fn world() -> Scenario {
    let below = NewTeam {
        parent: Some(TEAM),
        ..new_team("database")
    };
    let foreign = NewObjective {
        team: Some(ELSEWHERE),
        ..new_objective("sales")
    };
    planned().given([
        Event::Team(BELOW, TeamEvent::Created(below)),
        Event::Team(ELSEWHERE, TeamEvent::Created(new_team("sales"))),
        Event::Objective(FOREIGN, ObjectiveEvent::Created(foreign)),
        Event::KeyResult(
            key_result_id(3),
            KeyResultEvent::Created(new_key_result(FOREIGN, "deals")),
        ),
        Event::Metric(
            metric_id(1),
            MetricEvent::Created(NewMetric {
                team: Some(BELOW),
                ..new_metric("burn")
            }),
        ),
    ])
}

fn renamed() -> Event {
    let title = ObjectiveEdit::Title(edit(new_objective("fast").title, title("Faster")));
    Event::Objective(OBJECTIVE, ObjectiveEvent::Edited(title))
}

fn check_in(key_result: u32) -> Event {
    let new = new_check_in(key_result_id(key_result), value("11"));
    Event::CheckIn(check_in_id(9), CheckInEvent::Recorded(new))
}

fn said(topic: Topic) -> Event {
    let new = new_comment(BEN, topic, "Well done");
    Event::Comment(comment_id(9), CommentEvent::Added(new))
}

fn measured() -> Event {
    let new = new_metric_value(metric_id(1), "4");
    Event::MetricValue(metric_value_id(9), MetricValueEvent::Recorded(new))
}

fn subject(event: &Event) -> EntityId {
    event.subject()
}

#[track_caller]
fn refuses(scenario: &Scenario, event: Event, refusal: Refusal) {
    let rejection = not_permitted(subject(&event), refusal);
    scenario.refuses(ANA, event, rejection);
}

#[test]
fn a_credential_for_reading_writes_nothing() {
    let reading = world().scoped(scope(Access::Reads, None));
    for event in [
        renamed(),
        check_in(1),
        measured(),
        said(Topic::Cycle(cycle_id(1))),
    ] {
        refuses(&reading, event, Refusal::ScopeReads);
    }
}

#[test]
fn a_credential_for_check_ins_takes_values_and_nothing_else() {
    let reporting = world().scoped(scope(Access::Reports, None));
    reporting.admits(BEN, [check_in(1)]);
    reporting.admits(BEN, [check_in(3), measured()]);
    for event in [renamed(), said(Topic::KeyResult(KEY_RESULT))] {
        refuses(&reporting, event, Refusal::ScopeReports);
    }
    let both = [check_in(1), renamed()];
    let rejection = not_permitted(OBJECTIVE, Refusal::ScopeReports);
    let judged = reporting.judged(ANA, both);
    assert_eq!(judged, okr_core::admit::Verdict::Rejected(rejection));
}

#[test]
fn a_credential_of_a_team_is_for_its_goals_and_those_of_teams_below_it() {
    let team = world().scoped(scope(Access::Full, Some(TEAM)));
    let goal = |team| NewObjective {
        team,
        ..new_objective("new")
    };
    let created = |team| Event::Objective(objective_id(9), ObjectiveEvent::Created(goal(team)));
    let work = |key_results: &[u32]| {
        let key_results = key_results.iter().map(|number| key_result_id(*number));
        let new = NewInitiative {
            key_results: key_results.collect(),
            ..new_initiative(KEY_RESULT, "pooling")
        };
        Event::Initiative(initiative_id(9), InitiativeEvent::Created(new))
    };
    for event in [
        renamed(),
        check_in(1),
        measured(),
        said(Topic::CheckIn(check_in_id(1))),
        said(Topic::Team(BELOW)),
        created(Some(TEAM)),
        created(Some(BELOW)),
        work(&[1]),
    ] {
        team.admits(BEN, [event]);
    }
    for event in [
        check_in(3),
        said(Topic::Objective(FOREIGN)),
        said(Topic::Org(ORG)),
        created(Some(ELSEWHERE)),
        created(None),
        work(&[1, 3]),
        Event::Cycle(
            cycle_id(9),
            okr_core::event::CycleEvent::Created(new_cycle()),
        ),
        Event::Team(team_id(9), TeamEvent::Created(new_team("mine"))),
        Event::Person(person_id(9), PersonEvent::Added(Role::Admin)),
    ] {
        refuses(&team, event, Refusal::ScopeTeam);
    }
}

#[test]
fn a_goal_is_not_moved_out_of_the_team_of_a_credential_and_none_is_moved_in() {
    let team = world().scoped(scope(Access::Full, Some(TEAM)));
    let moved = |id, from, to| {
        let edit = ObjectiveEdit::Team(edit(from, to));
        Event::Objective(id, ObjectiveEvent::Edited(edit))
    };
    team.admits(BEN, [moved(OBJECTIVE, Some(TEAM), Some(BELOW))]);
    refuses(
        &team,
        moved(OBJECTIVE, Some(TEAM), Some(ELSEWHERE)),
        Refusal::ScopeTeam,
    );
    refuses(
        &team,
        moved(OBJECTIVE, Some(TEAM), None),
        Refusal::ScopeTeam,
    );
    refuses(
        &team,
        moved(FOREIGN, Some(ELSEWHERE), Some(TEAM)),
        Refusal::ScopeTeam,
    );
}

#[test]
fn a_key_result_is_not_moved_to_a_goal_of_another_team() {
    let ours = NewObjective {
        team: Some(BELOW),
        ..new_objective("queries")
    };
    let team = world()
        .given([Event::Objective(
            objective_id(4),
            ObjectiveEvent::Created(ours),
        )])
        .scoped(scope(Access::Full, Some(TEAM)));
    let moved = |id, from, to| {
        let edit = KeyResultEdit::Objective(edit(from, to));
        Event::KeyResult(id, KeyResultEvent::Edited(edit))
    };
    team.admits(BEN, [moved(KEY_RESULT, OBJECTIVE, objective_id(4))]);
    for event in [
        moved(KEY_RESULT, OBJECTIVE, FOREIGN),
        moved(key_result_id(3), FOREIGN, OBJECTIVE),
    ] {
        refuses(&team, event, Refusal::ScopeTeam);
    }
}

#[test]
fn both_halves_of_a_scope_hold() {
    let narrow = world().scoped(scope(Access::Reports, Some(TEAM)));
    narrow.admits(BEN, [check_in(1)]);
    refuses(&narrow, check_in(3), Refusal::ScopeTeam);
    refuses(&narrow, renamed(), Refusal::ScopeReports);
}

#[test]
fn a_scope_gives_nobody_what_their_role_does_not() {
    for access in Access::ALL {
        let viewer = world().scoped(scope(access, Some(TEAM)));
        let event = check_in(1);
        let refusal = match access {
            Access::Reads => Refusal::ScopeReads,
            Access::Full | Access::Reports => Refusal::Viewer,
        };
        viewer.refuses(VIC, event.clone(), not_permitted(subject(&event), refusal));
    }
}

#[test]
fn a_narrow_credential_makes_nobody_an_administrator() {
    let narrow = world().scoped(scope(Access::Full, Some(TEAM)));
    let by_ben = CommentEvent::Added(new_comment(BEN, Topic::KeyResult(KEY_RESULT), "mine"));
    let said = narrow.given([Event::Comment(comment_id(1), by_ben)]);
    let taken_back = Event::Comment(comment_id(1), CommentEvent::Retracted);
    refuses(&said, taken_back.clone(), Refusal::NotTheAuthor);
    said.scoped(Scope::FULL).admits(ANA, [taken_back]);

    let imported = world()
        .scoped(scope(Access::Reports, None))
        .from_source(Source::Import, Some(BEN));
    let rejection = Rejection::NotPermitted {
        subject: None,
        refusal: Refusal::OnBehalfOfNeedsAdmin,
    };
    imported.refuses(ANA, check_in(1), rejection);
}

#[test]
fn a_narrow_credential_founds_no_organisation() {
    for (access, refusal) in [
        (Access::Reads, Refusal::ScopeReads),
        (Access::Reports, Refusal::ScopeReports),
    ] {
        let empty = Scenario::empty().scoped(scope(access, None));
        let judged = empty.judged(ANA, founding(new_org(), ANA));
        let rejection = not_permitted(ORG, refusal);
        assert_eq!(judged, okr_core::admit::Verdict::Rejected(rejection));
    }
}

#[test]
fn teams_in_a_circle_end_the_search() {
    // The rules admit no circle; a history that they did not judge could hold one.
    let parent = |parent| NewTeam {
        parent: Some(parent),
        ..new_team("round")
    };
    let round = world()
        .given([
            Event::Team(team_id(7), TeamEvent::Created(parent(team_id(8)))),
            Event::Team(team_id(8), TeamEvent::Created(parent(team_id(7)))),
        ])
        .scoped(scope(Access::Full, Some(TEAM)));
    refuses(&round, said(Topic::Team(team_id(7))), Refusal::ScopeTeam);
}

/// Who may do what, in one table: a letter for each of the actions in order of [`ACTIONS`].
const TABLE: &[(Role, EditPolicy, Access, &str)] = &[
    (Role::Admin, EditPolicy::Everyone, Access::Full, "yyyyyyy"),
    (Role::Admin, EditPolicy::Stewards, Access::Full, "yyyyyyy"),
    (
        Role::Admin,
        EditPolicy::Everyone,
        Access::Reports,
        "nnnynnn",
    ),
    (Role::Admin, EditPolicy::Everyone, Access::Reads, "nnnnnnn"),
    (Role::Member, EditPolicy::Everyone, Access::Full, "nyyyyny"),
    (Role::Member, EditPolicy::Stewards, Access::Full, "nnssyny"),
    (
        Role::Member,
        EditPolicy::Everyone,
        Access::Reports,
        "nnnynnn",
    ),
    (
        Role::Member,
        EditPolicy::Stewards,
        Access::Reports,
        "nnnsnnn",
    ),
    (Role::Member, EditPolicy::Everyone, Access::Reads, "nnnnnnn"),
    (Role::Viewer, EditPolicy::Everyone, Access::Full, "nnnnnny"),
    (Role::Viewer, EditPolicy::Stewards, Access::Full, "nnnnnny"),
    (
        Role::Viewer,
        EditPolicy::Everyone,
        Access::Reports,
        "nnnnnnn",
    ),
];

const ACTIONS: [Action; 7] = [
    Action::ManageOrganisation,
    Action::ManageCycles,
    Action::EditGoals,
    Action::Report,
    Action::Comment,
    Action::ManageAccess,
    Action::OwnAccess,
];

#[test]
fn who_may_do_what() {
    for (role, policy, access, row) in TABLE {
        for (action, letter) in ACTIONS.into_iter().zip(row.chars()) {
            for (active, steward) in [(true, false), (true, true), (false, true)] {
                let author = Person {
                    id: ANA,
                    role: *role,
                    active,
                };
                let request = Request {
                    author: Some(&author),
                    scope: scope(*access, None),
                    policy: *policy,
                    action,
                    steward,
                    in_team: false,
                };
                let expected = active && (letter == 'y' || letter == 's' && steward);
                let answer = authorize(&request).is_ok();
                assert_eq!(
                    answer, expected,
                    "{role:?} {policy:?} {access:?} {action:?}"
                );
                let stranger = Request {
                    author: None,
                    ..request
                };
                assert_eq!(authorize(&stranger), Err(Refusal::UnknownAuthor));
            }
        }
    }
}

#[test]
fn programs_are_told_which_scope_refused() {
    let rejection = not_permitted(TEAM, Refusal::ScopeTeam);
    assert!(
        rejection
            .facts()
            .contains(&("refusal", "scope-team".to_owned()))
    );
}
