//! What happens in a cycle, from its plan to its scores; each step puts the next ones on the agenda.

use std::collections::BTreeSet;

use jiff::Span;
use jiff::civil::{Date, date};
use okr_core::decide::{CheckInPatch, Command, KeyResultPatch};
use okr_core::event::{NewCheckIn, NewCycle, NewKeyResult, NewObjective};
use okr_core::id::{CheckInId, CycleId, KeyResultId, ObjectiveId, PersonId, TeamId};
use okr_core::measure::{Measure, Metric, Value};
use okr_core::value::{AmendmentCategory, CyclePeriod, Number, Role, Score};

use super::words::{AIMS, GAPS_DAYS, MEASURES, NOTES, REASONS, REFLECTIONS};
use super::{ANA, Company, KEY_RESULTS, OBJECTIVES, ORG, moment};
use crate::sample::{
    confidence, name, new_key_result, new_objective, new_org, new_team, period, slug, text, title,
    unit,
};

/// How many people and teams there are.
const PEOPLE: usize = 120;
const TEAMS: usize = 24;
/// How long before a quarter its cycle is planned.
const PLANNING_DAYS: i64 = 12;

/// Something that happens; numbers are places in the lists of the company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    /// A cycle is planned.
    Plan(Date, usize),
    /// The n-th objective of a cycle is written down.
    Objective(usize, usize),
    /// The n-th key result of an objective is written down.
    KeyResult(usize, usize),
    /// The commitment.
    Open(usize),
    /// A check-in, and the next one some days later.
    CheckIn(usize),
    /// The value of a check-in is put right.
    Correct(usize, CheckInId),
    /// A check-in is taken back.
    Retract(usize, CheckInId),
    /// A target is moved.
    Amend(usize),
    /// Somebody else answers for it.
    HandOver(usize),
    /// A key result is given up.
    Abandon(usize),
    /// The grade of a key result.
    Score(usize),
    /// The grade of an objective.
    Reflect(usize),
    /// The end of a cycle.
    Close(usize),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Cycle {
    id: CycleId,
    period: CyclePeriod,
    division: usize,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Objective {
    id: ObjectiveId,
    cycle: usize,
    owner: PersonId,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct KeyResult {
    id: KeyResultId,
    cycle: usize,
    owner: PersonId,
    baseline: i64,
    target: i64,
    unit: &'static str,
    ended: bool,
}

impl Company<'_> {
    /// Founds the organisation, its people and its teams, long before the first cycle.
    pub(super) fn found(&mut self) {
        self.now = moment(date(2010, 1, 4), 9 * 60);
        self.people.push(ANA);
        let founding = vec![
            Command::CreateOrg {
                id: ORG,
                new: new_org(),
            },
            Command::AddPerson {
                id: ANA,
                role: Role::Admin,
            },
        ];
        self.change(ANA, founding);
        for _ in 1..PEOPLE {
            let id = PersonId::new(self.uuid());
            let role = Role::Member;
            self.change(ANA, vec![Command::AddPerson { id, role }]);
            self.people.push(id);
        }
        for number in 0..TEAMS {
            let id = TeamId::new(self.uuid());
            let mut new = new_team(&format!("team-{number}"));
            new.parent = number.checked_sub(6).map(|_| self.teams[number % 6]);
            new.leads = BTreeSet::from([self.people[number]]);
            self.change(ANA, vec![Command::AddTeam { id, new }]);
            self.teams.push(id);
        }
    }

    /// Puts the plan of a division's cycle on the agenda.
    pub(super) fn plan(&mut self, start: Date, division: usize) {
        let day = start.saturating_sub(Span::new().days(PLANNING_DAYS));
        let minute = i64::try_from(division).expect("there are few divisions");
        self.later(moment(day, minute), Act::Plan(start, division));
    }

    pub(super) fn perform(&mut self, act: Act) {
        match act {
            Act::Plan(start, division) => self.plan_cycle(start, division),
            Act::Objective(cycle, n) => self.add_objective(cycle, n),
            Act::KeyResult(objective, n) => self.add_key_result(objective, n),
            Act::Open(cycle) => self.change(ANA, vec![Command::OpenCycle(self.cycles[cycle].id)]),
            Act::CheckIn(key_result) => self.check_in(key_result),
            Act::Correct(key_result, _) | Act::Retract(key_result, _)
                if self.key_results[key_result].ended => {}
            Act::Correct(key_result, id) => {
                let value = Some(self.value(key_result));
                let patch = CheckInPatch {
                    value,
                    ..CheckInPatch::default()
                };
                let correct = Command::CorrectCheckIn { id, patch };
                self.about(key_result, "A digit was wrong", None, correct);
            }
            Act::Retract(key_result, id) => {
                let retract = Command::RetractCheckIn(id);
                self.about(key_result, "This was about another goal", None, retract);
            }
            Act::Amend(key_result) => self.move_target(key_result),
            Act::HandOver(key_result) => self.hand_over(key_result),
            Act::Abandon(key_result) => {
                let abandon = Command::AbandonKeyResult(self.key_results[key_result].id);
                let category = Some(AmendmentCategory::ExternalChange);
                self.about(key_result, "Not worth it any more", category, abandon);
                self.key_results[key_result].ended = true;
            }
            Act::Score(key_result) => {
                let id = self.key_results[key_result].id;
                let score = self.score();
                self.about(
                    key_result,
                    "As reported",
                    None,
                    Command::CloseKeyResult { id, score },
                );
                self.key_results[key_result].ended = true;
            }
            Act::Reflect(objective) => self.reflect(objective),
            Act::Close(cycle) => self.change(ANA, vec![Command::CloseCycle(self.cycles[cycle].id)]),
        }
    }

    fn plan_cycle(&mut self, start: Date, division: usize) {
        let end = start.saturating_add(Span::new().months(3)).yesterday();
        let end = end.expect("a quarter ends after it begins");
        let quarter = (start.month() - 1) / 3 + 1;
        let called = match division {
            0 => format!("{}-Q{quarter}", start.year()),
            _ => format!("{}-Q{quarter} division {division}", start.year()),
        };
        let id = CycleId::new(self.uuid());
        let new = NewCycle {
            name: name(&called),
            period: period(start, end),
            cadence: None,
        };
        let cycle = self.cycles.len();
        self.cycles.push(Cycle {
            id,
            period: new.period,
            division,
        });
        self.change(ANA, vec![Command::AddCycle { id, new }]);
        for n in 0..OBJECTIVES {
            let day = self.within(start, -PLANNING_DAYS + 1, -2);
            self.on(day, Act::Objective(cycle, n));
        }
        self.later(moment(start, 6 * 60), Act::Open(cycle));
        let closed = end.saturating_add(Span::new().days(9));
        self.later(moment(closed, 12 * 60), Act::Close(cycle));
    }

    fn add_objective(&mut self, cycle: usize, n: usize) {
        let (objective, owner) = (self.objectives.len(), self.somebody());
        let id = ObjectiveId::new(self.uuid());
        let Cycle {
            id: in_cycle,
            period,
            division,
        } = self.cycles[cycle];
        let new = NewObjective {
            title: title(&format!("{} ({n})", AIMS[n % AIMS.len()])),
            slug: slug(&format!("{}objective-{n}", of_division(division))),
            team: Some(self.teams[(n + division) % self.teams.len()]),
            cycle: in_cycle,
            owner,
            ..new_objective("x")
        };
        self.objectives.push(Objective { id, cycle, owner });
        let new = Box::new(new);
        self.change(owner, vec![Command::AddObjective { id, new }]);
        for key_result in (n..KEY_RESULTS).step_by(OBJECTIVES) {
            // One in 25 comes after the commitment.
            let day = match key_result % 25 {
                13 => self.within(period.start(), 10, 40),
                _ => self.today(),
            };
            self.on(day, Act::KeyResult(objective, key_result));
        }
        let day = self.within(period.end(), 5, 8);
        self.on(day, Act::Reflect(objective));
    }

    fn add_key_result(&mut self, objective: usize, n: usize) {
        let Objective {
            id: objective,
            cycle,
            owner,
        } = self.objectives[objective];
        let Cycle {
            period, division, ..
        } = self.cycles[cycle];
        let (key_result, id) = (self.key_results.len(), KeyResultId::new(self.uuid()));
        let (what, unit) = MEASURES[n % MEASURES.len()];
        let baseline = 100 + i64::try_from(self.random.below(400)).expect("a small number");
        let target = if n.is_multiple_of(3) {
            baseline / 2
        } else {
            baseline * 2
        };
        let one = KeyResult {
            id,
            cycle,
            owner,
            baseline,
            target,
            unit,
            ended: false,
        };
        let new = NewKeyResult {
            title: title(&format!("{what} ({n})")),
            slug: slug(&format!("{}kr-{n}", of_division(division))),
            owner,
            measure: one.measure(),
            ..new_key_result(objective, "x")
        };
        self.key_results.push(one);
        let new = Box::new(new);
        self.change(owner, vec![Command::AddKeyResult { id, new }]);
        if n % 11 != 4 {
            let gap = self.gap();
            let first = period.start().max(self.today()).saturating_add(gap);
            self.on(first, Act::CheckIn(key_result));
        }
        let day = self.within(period.start(), 45, 75);
        match n % 24 {
            5 | 17 => self.on(day, Act::Amend(key_result)),
            9 => self.on(day, Act::HandOver(key_result)),
            21 => self.on(day, Act::Abandon(key_result)),
            _ => {}
        }
        if n % 24 != 21 {
            let day = self.within(period.end(), 1, 4);
            self.on(day, Act::Score(key_result));
        }
    }

    fn check_in(&mut self, number: usize) {
        let one = self.key_results[number];
        if one.ended || self.today() > self.cycles[one.cycle].period.end() {
            return;
        }
        let id = CheckInId::new(self.uuid());
        let note = self.random.choose(&NOTES).flatten().map(text);
        let sure = 3 + self.random.below(7);
        let new = NewCheckIn {
            key_result: one.id,
            effective: self.today(),
            value: self.value(number),
            confidence: Some(confidence(u8::try_from(sure).expect("it is below 10"))),
            note,
            blocker: None,
        };
        self.change(one.owner, vec![Command::RecordCheckIn { id, new }]);
        let tomorrow = self.today().saturating_add(Span::new().days(1));
        if self.random.one_in(50) {
            self.on(tomorrow, Act::Correct(number, id));
        } else if self.random.one_in(200) {
            self.on(tomorrow, Act::Retract(number, id));
        }
        let gap = self.gap();
        self.on(self.today().saturating_add(gap), Act::CheckIn(number));
    }

    fn move_target(&mut self, number: usize) {
        let one = &mut self.key_results[number];
        let way = one.target - one.baseline;
        one.target = one.baseline
            + if number.is_multiple_of(2) {
                way * 3 / 2
            } else {
                way * 2 / 3
            };
        let patch = KeyResultPatch {
            measure: Some(one.measure()),
            ..KeyResultPatch::default()
        };
        let (id, patch) = (one.id, Box::new(patch));
        let reason = REASONS[number % REASONS.len()];
        let category = AmendmentCategory::ALL[number % AmendmentCategory::ALL.len()];
        self.about(
            number,
            reason,
            Some(category),
            Command::SetKeyResult { id, patch },
        );
    }

    fn hand_over(&mut self, number: usize) {
        let owner = self.somebody();
        let patch = KeyResultPatch {
            owner: Some(owner),
            ..KeyResultPatch::default()
        };
        let (id, patch) = (self.key_results[number].id, Box::new(patch));
        let category = Some(AmendmentCategory::Other);
        self.about(
            number,
            "Ours from now on",
            category,
            Command::SetKeyResult { id, patch },
        );
        self.key_results[number].owner = owner;
    }

    fn reflect(&mut self, number: usize) {
        let Objective { id, owner, .. } = self.objectives[number];
        let close = Command::CloseObjective {
            id,
            score: self.score(),
            reflection: self.random.choose(&REFLECTIONS).map(text),
        };
        self.amend(owner, (Some("End of the quarter"), None), vec![close]);
    }

    /// Does something with a key result, for a reason.
    fn about(
        &mut self,
        key_result: usize,
        reason: &str,
        category: Option<AmendmentCategory>,
        command: Command,
    ) {
        let owner = self.key_results[key_result].owner;
        self.amend(owner, (Some(reason), category), vec![command]);
    }

    /// Returns where a key result is about now: on its way, one in ten times below its baseline.
    fn value(&mut self, number: usize) -> Value {
        let one = self.key_results[number];
        let period = self.cycles[one.cycle].period;
        let gone = (self.today() - period.start()).get_days();
        let noise = i64::try_from(self.random.below(30)).expect("a small number") - 15;
        let percent = if self.random.one_in(10) {
            -noise.abs()
        } else {
            i64::from(gone) + noise
        };
        let tenths = one.baseline * 10 + (one.target - one.baseline) * percent / 10;
        Value::Number(Number::new(tenths, 1).expect("one digit is within the scale"))
    }

    fn score(&mut self) -> Score {
        let tenths = i64::try_from(self.random.below(11)).expect("a small number");
        let score = Number::new(tenths, 1).expect("one digit is within the scale");
        Score::new(score).expect("it is at most 1")
    }

    fn somebody(&mut self) -> PersonId {
        self.random.choose(&self.people).unwrap_or(ANA)
    }

    fn gap(&mut self) -> Span {
        let days = self.random.choose(&GAPS_DAYS).unwrap_or_default();
        Span::new().days(i64::try_from(days).expect("a small number"))
    }

    /// Returns a day between two days, counted from another one.
    fn within(&mut self, from: Date, first: i64, last: i64) -> Date {
        let length = usize::try_from(last - first + 1).expect("the last comes last");
        let day = first + i64::try_from(self.random.below(length)).expect("a small number");
        from.saturating_add(Span::new().days(day))
    }
}

impl KeyResult {
    fn measure(&self) -> Measure {
        Measure::Metric(Metric {
            unit: Some(unit(self.unit)),
            baseline: Number::new(self.baseline, 0).expect("whole numbers are within the scale"),
            target: Number::new(self.target, 0).expect("whole numbers are within the scale"),
            commit: None,
            stretch: None,
        })
    }
}

/// Returns how the slugs of a division begin; the same goals come back quarter after quarter.
fn of_division(division: usize) -> String {
    match division {
        0 => String::new(),
        _ => format!("d{division}-"),
    }
}
