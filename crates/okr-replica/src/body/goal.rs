//! The JSON of objectives, key results and check-ins.

use jiff::civil::Date;
use okr_core::blocker::BlockerReport;
use okr_core::entity::{CheckIn, KeyResult, Objective};
use okr_core::event::{NewCheckIn, Support};
use okr_core::id::{CheckInId, CycleId, KeyResultId, MetricId, ObjectiveId, PersonId, TeamId};
use okr_core::text::{BlockerText, LongText, Slug, Tag, Title};
use okr_core::value::{Confidence, GoalState, ObjectiveKind, Score, ValueError, Weight};
use serde::{Deserialize, Serialize};

use super::cursor::{Cursor, key};
use super::measure::{MeasureBody, ValueBody};
use super::word::Word;
use super::{is_false, is_one, one};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SupportBody {
    Objective(Word<ObjectiveId>),
    KeyResult(Word<KeyResultId>),
}

impl SupportBody {
    /// Reads what an objective supports, which can be left out.
    fn exact(members: &mut Cursor<'_>) -> Option<Self> {
        members.object(key!("supports"))?;
        let support = match members.maybe_word(key!("objective")) {
            Some(id) => Some(Self::Objective(id)),
            None => members.word(key!("key_result")).map(Self::KeyResult),
        };
        let closed = members.close();
        members.or_spoiled(support.filter(|_| closed.is_some()))
    }
}

/// Reads a weight, which is left out when it is 1.
fn exact_weight(members: &mut Cursor<'_>) -> Word<Weight> {
    let weight = |text: &str| Weight::new(text.parse().ok()?).ok();
    members.maybe(key!("weight"), weight).map_or_else(one, Word)
}

/// Reads a score, which can be left out.
fn exact_score(members: &mut Cursor<'_>) -> Option<Word<Score>> {
    let score = |text: &str| Score::new(text.parse().ok()?).ok();
    members.maybe(key!("score"), score).map(Word)
}

impl From<Support> for SupportBody {
    fn from(support: Support) -> Self {
        match support {
            Support::Objective(id) => Self::Objective(Word(id)),
            Support::KeyResult(id) => Self::KeyResult(Word(id)),
        }
    }
}

impl From<SupportBody> for Support {
    fn from(body: SupportBody) -> Self {
        match body {
            SupportBody::Objective(id) => Self::Objective(id.0),
            SupportBody::KeyResult(id) => Self::KeyResult(id.0),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ObjectiveBody {
    title: Word<Title>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<Word<LongText>>,
    slug: Word<Slug>,
    owner: Word<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    team: Option<Word<TeamId>>,
    cycle: Word<CycleId>,
    kind: Word<ObjectiveKind>,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    weight: Word<Weight>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    supports: Option<SupportBody>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    continues: Option<Word<ObjectiveId>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Word<Tag>>,
    stage: Word<GoalState>,
    #[serde(default, skip_serializing_if = "is_false")]
    archived: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    score: Option<Word<Score>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reflection: Option<Word<LongText>>,
}

impl From<&Objective> for ObjectiveBody {
    fn from(objective: &Objective) -> Self {
        Self {
            title: Word(objective.title.clone()),
            description: objective.description.clone().map(Word),
            slug: Word(objective.slug.clone()),
            owner: Word(objective.owner),
            team: objective.team.map(Word),
            cycle: Word(objective.cycle),
            kind: Word(objective.kind),
            weight: Word(objective.weight),
            supports: objective.supports.map(Into::into),
            continues: objective.continues.map(Word),
            tags: objective.tags.iter().cloned().map(Word).collect(),
            stage: Word(objective.stage),
            archived: objective.archived,
            score: objective.score.map(Word),
            reflection: objective.reflection.clone().map(Word),
        }
    }
}

impl ObjectiveBody {
    /// Reads a body as it is nearly always written; none where anything is different.
    pub(super) fn exact(json: &str) -> Option<Self> {
        let mut members = Cursor::open(json)?;
        let body = Self {
            title: members.word(key!("title"))?,
            description: members.maybe_word(key!("description")),
            slug: members.word(key!("slug"))?,
            owner: members.word(key!("owner"))?,
            team: members.maybe_word(key!("team")),
            cycle: members.word(key!("cycle"))?,
            kind: members.word(key!("kind"))?,
            weight: exact_weight(&mut members),
            supports: SupportBody::exact(&mut members),
            continues: members.maybe_word(key!("continues")),
            tags: members.words(key!("tags"))?,
            stage: members.word(key!("stage"))?,
            archived: members.flag(key!("archived"))?,
            score: exact_score(&mut members),
            reflection: members.maybe_word(key!("reflection")),
        };
        members.end()?;
        Some(body)
    }

    pub(super) fn into_entity(self, id: ObjectiveId) -> Objective {
        Objective {
            id,
            title: self.title.0,
            description: self.description.map(|text| text.0),
            slug: self.slug.0,
            owner: self.owner.0,
            team: self.team.map(|team| team.0),
            cycle: self.cycle.0,
            kind: self.kind.0,
            weight: self.weight.0,
            supports: self.supports.map(Into::into),
            continues: self.continues.map(|objective| objective.0),
            tags: self.tags.into_iter().map(|tag| tag.0).collect(),
            stage: self.stage.0,
            archived: self.archived,
            score: self.score.map(|score| score.0),
            reflection: self.reflection.map(|text| text.0),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyResultBody {
    objective: Word<ObjectiveId>,
    title: Word<Title>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<Word<LongText>>,
    slug: Word<Slug>,
    owner: Word<PersonId>,
    measure: MeasureBody,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    weight: Word<Weight>,
    order: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start: Option<Word<Date>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due: Option<Word<Date>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Word<Tag>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fed_by: Option<Word<MetricId>>,
    stage: Word<GoalState>,
    #[serde(default, skip_serializing_if = "is_false")]
    archived: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    score: Option<Word<Score>>,
}

impl From<&KeyResult> for KeyResultBody {
    fn from(key_result: &KeyResult) -> Self {
        Self {
            objective: Word(key_result.objective),
            title: Word(key_result.title.clone()),
            description: key_result.description.clone().map(Word),
            slug: Word(key_result.slug.clone()),
            owner: Word(key_result.owner),
            measure: (&key_result.measure).into(),
            weight: Word(key_result.weight),
            order: key_result.order,
            start: key_result.start.map(Word),
            due: key_result.due.map(Word),
            tags: key_result.tags.iter().cloned().map(Word).collect(),
            fed_by: key_result.fed_by.map(Word),
            stage: Word(key_result.stage),
            archived: key_result.archived,
            score: key_result.score.map(Word),
        }
    }
}

impl KeyResultBody {
    /// Reads a body as it is nearly always written; none where anything is different.
    pub(super) fn exact(json: &str) -> Option<Self> {
        let mut members = Cursor::open(json)?;
        let body = Self {
            objective: members.word(key!("objective"))?,
            title: members.word(key!("title"))?,
            description: members.maybe_word(key!("description")),
            slug: members.word(key!("slug"))?,
            owner: members.word(key!("owner"))?,
            measure: MeasureBody::exact(&mut members)?,
            weight: exact_weight(&mut members),
            order: members.maybe_number(key!("order"))?,
            start: members.maybe_word(key!("start")),
            due: members.maybe_word(key!("due")),
            tags: members.words(key!("tags"))?,
            fed_by: members.maybe_word(key!("fed_by")),
            stage: members.word(key!("stage"))?,
            archived: members.flag(key!("archived"))?,
            score: exact_score(&mut members),
        };
        members.end()?;
        Some(body)
    }

    pub(super) fn into_entity(self, id: KeyResultId) -> Result<KeyResult, ValueError> {
        Ok(KeyResult {
            id,
            objective: self.objective.0,
            title: self.title.0,
            description: self.description.map(|text| text.0),
            slug: self.slug.0,
            owner: self.owner.0,
            measure: self.measure.try_into()?,
            weight: self.weight.0,
            order: self.order,
            start: self.start.map(|day| day.0),
            due: self.due.map(|day| day.0),
            tags: self.tags.into_iter().map(|tag| tag.0).collect(),
            fed_by: self.fed_by.map(|metric| metric.0),
            stage: self.stage.0,
            archived: self.archived,
            score: self.score.map(|score| score.0),
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BlockerBody {
    Stands(Word<BlockerText>),
    Lifted,
}

impl From<&BlockerReport> for BlockerBody {
    fn from(report: &BlockerReport) -> Self {
        match report {
            BlockerReport::Stands(text) => Self::Stands(Word(text.clone())),
            BlockerReport::Lifted => Self::Lifted,
        }
    }
}

impl From<BlockerBody> for BlockerReport {
    fn from(body: BlockerBody) -> Self {
        match body {
            BlockerBody::Stands(text) => Self::Stands(text.0),
            BlockerBody::Lifted => Self::Lifted,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckInBody {
    key_result: Word<KeyResultId>,
    effective: Word<Date>,
    value: ValueBody,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confidence: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<Word<LongText>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blocker: Option<BlockerBody>,
    #[serde(default, skip_serializing_if = "is_false")]
    retracted: bool,
}

impl From<&CheckIn> for CheckInBody {
    fn from(check_in: &CheckIn) -> Self {
        Self {
            key_result: Word(check_in.key_result),
            effective: Word(check_in.effective),
            value: (&check_in.value).into(),
            confidence: check_in.confidence.map(Confidence::get),
            note: check_in.note.clone().map(Word),
            blocker: check_in.blocker.as_ref().map(Into::into),
            retracted: check_in.retracted,
        }
    }
}

impl CheckInBody {
    /// Reads a body as it is nearly always written; none where anything is different.
    pub(super) fn exact(json: &str) -> Option<Self> {
        let mut members = Cursor::open(json)?;
        let body = Self {
            key_result: members.word(key!("key_result"))?,
            effective: members.word(key!("effective"))?,
            value: ValueBody::exact(&mut members)?,
            confidence: members.maybe_number(key!("confidence")),
            note: members.maybe_word(key!("note")),
            blocker: None,
            retracted: members.flag(key!("retracted"))?,
        };
        members.end()?;
        Some(body)
    }

    pub(super) fn into_entity(self, id: CheckInId) -> Result<CheckIn, ValueError> {
        Ok(CheckIn {
            id,
            key_result: self.key_result.0,
            effective: self.effective.0,
            value: self.value.into(),
            confidence: self.confidence.map(Confidence::new).transpose()?,
            note: self.note.map(|text| text.0),
            blocker: self.blocker.map(Into::into),
            retracted: self.retracted,
        })
    }
}

/// A [`CheckInBody`] as it is at first, without a copy of the note.
#[derive(Serialize)]
pub(super) struct RecordedBody<'a> {
    key_result: Word<KeyResultId>,
    effective: Word<Date>,
    value: ValueBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocker: Option<BlockerBody>,
}

impl<'a> From<&'a NewCheckIn> for RecordedBody<'a> {
    fn from(new: &'a NewCheckIn) -> Self {
        Self {
            key_result: Word(new.key_result),
            effective: Word(new.effective),
            value: (&new.value).into(),
            confidence: new.confidence.map(Confidence::get),
            note: new.note.as_ref().map(LongText::as_str),
            blocker: new.blocker.as_ref().map(Into::into),
        }
    }
}
