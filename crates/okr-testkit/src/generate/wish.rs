//! Random wishes: a command of any kind, about what there is; the rules may well refuse it.

use std::collections::BTreeSet;

use okr_core::decide::{
    CheckInPatch, Command, CommentPatch, CyclePatch, KeyResultPatch, ObjectivePatch, OrgPatch,
    TeamPatch,
};
use okr_core::event::{
    NewCheckIn, NewComment, NewCycle, NewKeyResult, NewObjective, NewTeam, Topic,
};
use okr_core::id::{CheckInId, CommentId, CycleId, KeyResultId, ObjectiveId, PersonId, TeamId};
use okr_core::text::Tag;
use okr_core::value::{Calendar, CommentKind, EditPolicy, ObjectiveKind, Role, WeekStart};
use okr_core::view::View;

use crate::generate::Maker;
use crate::generate::values::zone_name;
use crate::sample::{ORG, name};
use crate::scenario::never;

impl Maker {
    /// Returns a random wish; none when there is nothing yet that it could be about.
    ///
    /// Check-ins are nearly half of all wishes, as they are in life.
    pub(super) fn wish(&mut self) -> Option<Command> {
        if self.focus && self.random.one_in(2) {
            return self.clash();
        }
        match self.random.below(50) {
            0 => Some(self.org_wish()),
            1..=2 => self.person_wish(),
            3..=5 => self.team_wish(),
            6..=8 => self.cycle_wish(),
            9..=10 => self.new_objective(),
            11..=14 => self.objective_wish(),
            15..=17 => self.new_key_result(),
            18..=22 => self.key_result_wish(),
            23..=26 => self.check_in_wish(),
            27..=28 => self.new_comment(),
            29..=30 => self.comment_wish(),
            31..=32 => self.initiative_wish(),
            33..=34 => self.metric_wish(),
            35..=36 => self.metric_value_wish(),
            _ => self.new_check_in(),
        }
    }

    /// Returns a wish that others have as well: about a field with few values of what is in focus.
    fn clash(&mut self) -> Option<Command> {
        let objective = *self.objectives.first()?;
        let key_result = *self.key_results.first()?;
        let mut about_objective = ObjectivePatch::default();
        let mut about_key_result = KeyResultPatch::default();
        match self.random.below(8) {
            0..=2 => about_objective.title = Some(self.title()),
            3 => about_objective.kind = self.random.choose(ObjectiveKind::ALL),
            4 | 5 => about_key_result.title = Some(self.title()),
            6 => about_key_result.measure = Some(self.measure()),
            _ => return self.check_in_wish(),
        }
        Some(if about_objective == ObjectivePatch::default() {
            Command::SetKeyResult {
                id: key_result,
                patch: Box::new(about_key_result),
            }
        } else {
            Command::SetObjective {
                id: objective,
                patch: Box::new(about_objective),
            }
        })
    }

    fn org_wish(&mut self) -> Command {
        let mut patch = OrgPatch::default();
        match self.random.below(8) {
            0 => patch.name = Some(name(&self.words())),
            1 => {
                patch.time_zone = self
                    .random
                    .choose(&["Europe/Oslo", "UTC"])
                    .and_then(zone_name);
            }
            2 => patch.week_start = self.random.choose(WeekStart::ALL),
            3 => patch.edit_policy = self.random.choose(EditPolicy::ALL),
            4 => patch.reason_after_commitment = Some(!self.random.one_in(3)),
            5 => patch.calendar = self.random.choose(Calendar::ALL),
            6 => patch.fiscal_start = self.fiscal_start(),
            _ => patch.cadence = self.cadence(),
        }
        Command::SetOrg(patch)
    }

    fn person_wish(&mut self) -> Option<Command> {
        let role = *[
            Role::Admin,
            Role::Member,
            Role::Member,
            Role::Member,
            Role::Viewer,
        ]
        .get(self.random.below(5))?;
        match self.random.below(6) {
            0..=2 => {
                let id = PersonId::new(self.uuid());
                Some(Command::AddPerson { id, role })
            }
            3 => {
                let id = self.random.choose(&self.people)?;
                Some(Command::SetRole { id, role })
            }
            4 => self
                .random
                .choose(&self.people)
                .map(Command::DeactivatePerson),
            _ => self
                .random
                .choose(&self.people)
                .map(Command::ReactivatePerson),
        }
    }

    fn team_wish(&mut self) -> Option<Command> {
        let person = self.random.choose(&self.people)?;
        let wish = self.random.below(8);
        if wish < 2 {
            return Some(Command::AddTeam {
                id: TeamId::new(self.uuid()),
                new: NewTeam {
                    name: name(&self.words()),
                    slug: self.slug(),
                    parent: self.pick(|maker| &maker.teams),
                    leads: BTreeSet::from([person]),
                },
            });
        }
        let id = self.pick(|maker| &maker.teams)?;
        Some(match wish {
            2 => Command::AddTeamMember { team: id, person },
            3 => Command::RemoveTeamMember { team: id, person },
            4 => Command::ArchiveTeam(id),
            5 => Command::RestoreTeam(id),
            _ => {
                let mut patch = TeamPatch::default();
                match self.random.below(4) {
                    0 => patch.name = Some(name(&self.words())),
                    1 => patch.slug = Some(self.slug()),
                    2 => patch.parent = Some(self.maybe(Self::some_team)),
                    _ => patch.leads = Some(BTreeSet::from([person])),
                }
                Command::SetTeam { id, patch }
            }
        })
    }

    fn cycle_wish(&mut self) -> Option<Command> {
        let wish = self.random.below(10);
        if wish < 2 {
            return Some(Command::AddCycle {
                id: CycleId::new(self.uuid()),
                new: NewCycle {
                    name: name(&self.words()),
                    period: self.period()?,
                    cadence: self.cadence(),
                },
            });
        }
        let id = self.pick(|maker| &maker.cycles)?;
        Some(match wish {
            2..=4 => Command::OpenCycle(id),
            5 => Command::CloseCycle(id),
            6..=7 => Command::ReopenCycle(id),
            _ => {
                let mut patch = CyclePatch::default();
                match self.random.below(3) {
                    0 => patch.name = Some(name(&self.words())),
                    1 => patch.period = self.period(),
                    _ => patch.cadence = Some(self.maybe(Self::cadence)),
                }
                Command::SetCycle { id, patch }
            }
        })
    }

    fn new_objective(&mut self) -> Option<Command> {
        let new = NewObjective {
            title: self.title(),
            description: self.maybe(|maker| Some(maker.paragraph())),
            slug: self.slug(),
            owner: self.random.choose(&self.people)?,
            team: self.maybe(Self::some_team),
            cycle: self.pick(|maker| &maker.cycles)?,
            kind: self.random.choose(ObjectiveKind::ALL)?,
            weight: self.weight()?,
            supports: self.maybe(Self::support),
            continues: self.maybe(Self::some_objective),
            tags: self.some_tag().into_iter().collect(),
            draft: self.random.one_in(3),
        };
        Some(Command::AddObjective {
            id: ObjectiveId::new(self.uuid()),
            new: Box::new(new),
        })
    }

    fn objective_wish(&mut self) -> Option<Command> {
        let id = self.pick(|maker| &maker.objectives)?;
        Some(match self.random.below(14) {
            0 => Command::TagObjective {
                id,
                tag: self.some_tag()?,
            },
            1 => {
                let objective = never(self.view.objective(id))?;
                let tags: Vec<Tag> = objective.tags.iter().cloned().collect();
                Command::UntagObjective {
                    id,
                    tag: self.random.choose(&tags)?,
                }
            }
            2 => Command::PublishObjective(id),
            3 => Command::CloseObjective {
                id,
                score: self.score()?,
                reflection: self.maybe(|maker| Some(maker.paragraph())),
            },
            4 => Command::AbandonObjective(id),
            5 => Command::ReopenObjective(id),
            6 => Command::ArchiveObjective(id),
            7 => Command::RestoreObjective(id),
            _ => Command::SetObjective {
                id,
                patch: Box::new(self.objective_patch()),
            },
        })
    }

    fn objective_patch(&mut self) -> ObjectivePatch {
        let mut patch = ObjectivePatch::default();
        match self.random.below(14) {
            0 => patch.title = Some(self.title()),
            1 => patch.description = Some(self.maybe(|maker| Some(maker.paragraph()))),
            2 => patch.slug = Some(self.slug()),
            3 => patch.owner = self.random.choose(&self.people),
            4 => patch.team = Some(self.maybe(Self::some_team)),
            5 => patch.cycle = self.pick(|maker| &maker.cycles),
            6 => patch.kind = self.random.choose(ObjectiveKind::ALL),
            7 => patch.weight = self.weight(),
            8 => patch.supports = Some(self.maybe(Self::support)),
            9 | 10 => patch.score = Some(self.score()),
            11 | 12 => patch.reflection = Some(self.maybe(|maker| Some(maker.paragraph()))),
            _ => patch.continues = Some(self.maybe(Self::some_objective)),
        }
        patch
    }

    fn new_key_result(&mut self) -> Option<Command> {
        let new = NewKeyResult {
            objective: self.some_objective()?,
            title: self.title(),
            description: self.maybe(|maker| Some(maker.paragraph())),
            slug: self.slug(),
            owner: self.random.choose(&self.people)?,
            measure: self.measure(),
            weight: self.weight()?,
            order: self.order(),
            start: self.maybe(Self::day),
            due: self.maybe(Self::day),
            tags: self.some_tag().into_iter().collect(),
            fed_by: None,
        };
        Some(Command::AddKeyResult {
            id: KeyResultId::new(self.uuid()),
            new: Box::new(new),
        })
    }

    fn key_result_wish(&mut self) -> Option<Command> {
        let id = self.pick(|maker| &maker.key_results)?;
        Some(match self.random.below(14) {
            0 => Command::TagKeyResult {
                id,
                tag: self.some_tag()?,
            },
            1 => {
                let key_result = never(self.view.key_result(id))?;
                let tags: Vec<Tag> = key_result.tags.iter().cloned().collect();
                Command::UntagKeyResult {
                    id,
                    tag: self.random.choose(&tags)?,
                }
            }
            2 => Command::CloseKeyResult {
                id,
                score: self.score()?,
            },
            3 => Command::AbandonKeyResult(id),
            4 => Command::ReopenKeyResult(id),
            5 => Command::ArchiveKeyResult(id),
            6 => Command::RestoreKeyResult(id),
            _ => Command::SetKeyResult {
                id,
                patch: Box::new(self.key_result_patch()),
            },
        })
    }

    fn key_result_patch(&mut self) -> KeyResultPatch {
        let mut patch = KeyResultPatch::default();
        match self.random.below(13) {
            0 => patch.objective = self.some_objective(),
            1 => patch.title = Some(self.title()),
            2 => patch.description = Some(self.maybe(|maker| Some(maker.paragraph()))),
            3 => patch.slug = Some(self.slug()),
            4 => patch.owner = self.random.choose(&self.people),
            5 => patch.measure = Some(self.measure()),
            6 => patch.weight = self.weight(),
            7 => patch.order = Some(self.order()),
            8 => patch.start = Some(self.maybe(Self::day)),
            9 | 10 => patch.score = Some(self.score()),
            11 => patch.fed_by = Some(self.maybe(Self::some_metric)),
            _ => patch.due = Some(self.maybe(Self::day)),
        }
        patch
    }

    fn new_check_in(&mut self) -> Option<Command> {
        let key_result = self.pick(|maker| &maker.key_results)?;
        Some(Command::RecordCheckIn {
            id: CheckInId::new(self.uuid()),
            new: NewCheckIn {
                key_result,
                effective: self.day()?,
                value: self.value(key_result)?,
                confidence: self.maybe(Self::confidence),
                note: self.maybe(|maker| Some(maker.paragraph())),
                blocker: self.maybe(|maker| Some(maker.blocker())),
            },
        })
    }

    fn check_in_wish(&mut self) -> Option<Command> {
        let id = self.pick(|maker| &maker.check_ins)?;
        if self.random.one_in(4) {
            return Some(Command::RetractCheckIn(id));
        }
        let mut patch = CheckInPatch::default();
        match self.random.below(5) {
            0 => patch.effective = self.day(),
            1 => {
                let key_result = never(self.view.check_in(id))?.key_result;
                patch.value = self.value(key_result);
            }
            2 => patch.confidence = Some(self.maybe(Self::confidence)),
            3 => patch.note = Some(self.maybe(|maker| Some(maker.paragraph()))),
            _ => patch.blocker = Some(self.maybe(|maker| Some(maker.blocker()))),
        }
        Some(Command::CorrectCheckIn { id, patch })
    }

    fn new_comment(&mut self) -> Option<Command> {
        let (topic, reply_to) = match self.pick(|maker| &maker.comments) {
            Some(id) if self.random.one_in(3) => (never(self.view.comment(id))?.topic, Some(id)),
            Some(_) | None => (self.topic()?, None),
        };
        Some(Command::AddComment {
            id: CommentId::new(self.uuid()),
            new: NewComment {
                topic,
                reply_to,
                author: self.random.choose(&self.people)?,
                kind: self.random.choose(CommentKind::ALL)?,
                text: self.paragraph(),
            },
        })
    }

    fn topic(&mut self) -> Option<Topic> {
        Some(match self.random.below(12) {
            0 => Topic::Org(ORG),
            1 => Topic::Person(self.random.choose(&self.people)?),
            2 => Topic::Team(self.some_team()?),
            3 => Topic::Cycle(self.pick(|maker| &maker.cycles)?),
            4..=5 => Topic::Objective(self.some_objective()?),
            6..=7 => Topic::KeyResult(self.pick(|maker| &maker.key_results)?),
            8 => Topic::Initiative(self.pick(|maker| &maker.initiatives)?),
            9 => Topic::Metric(self.some_metric()?),
            _ => Topic::CheckIn(self.pick(|maker| &maker.check_ins)?),
        })
    }

    fn comment_wish(&mut self) -> Option<Command> {
        let id = self.pick(|maker| &maker.comments)?;
        if self.random.one_in(4) {
            return Some(Command::RetractComment(id));
        }
        let mut patch = CommentPatch::default();
        if self.random.one_in(3) {
            patch.kind = self.random.choose(CommentKind::ALL);
        } else {
            patch.text = Some(self.paragraph());
        }
        Some(Command::EditComment { id, patch })
    }
}
