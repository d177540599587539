//! Kinds of changes as people tell them apart, and which of them a filter lets through.

use okr_core::blocker::BlockerReport;
use okr_core::event::{
    CheckInEdit, CheckInEvent, CommentEdit, CommentEvent, CycleEdit, CycleEvent, Event,
    InitiativeEdit, InitiativeEvent, KeyResultEdit, KeyResultEvent, MetricEdit, MetricEvent,
    MetricValueEvent, NewCheckIn, NewComment, NewKeyResult, NewMetric, NewMetricValue,
    NewObjective, ObjectiveEdit, ObjectiveEvent, OrgEdit, OrgEvent, TeamEdit, TeamEvent,
};
use okr_core::text::LongText;

use super::{LogEntry, LogFilter};

/// What a change is about, as people tell changes apart. A change can be of several kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// Something new: a goal, an initiative, a metric, a team, a cycle, the organisation.
    Created,
    /// A check-in, or a value of a health metric.
    CheckIn,
    /// A check-in was put right, or one or a value of a metric was taken back.
    Correction,
    /// A comment was made, put in another way or taken back.
    Comment,
    /// A measure moved: baseline, target, bounds, milestones, levels.
    Target,
    /// Something opened, closed, was published, abandoned, archived, restored or reopened.
    State,
    /// Any other field was edited.
    Edit,
    /// People joined or left, changed their role, or their team.
    People,
    /// A definition was changed after its commitment.
    Amendment,
}

impl ChangeKind {
    /// Every kind, in the order of this declaration.
    pub const ALL: [Self; 9] = [
        Self::Created,
        Self::CheckIn,
        Self::Correction,
        Self::Comment,
        Self::Target,
        Self::State,
        Self::Edit,
        Self::People,
        Self::Amendment,
    ];

    /// Returns the stable word for the kind.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::CheckIn => "check-in",
            Self::Correction => "correction",
            Self::Comment => "comment",
            Self::Target => "target",
            Self::State => "state",
            Self::Edit => "edit",
            Self::People => "people",
            Self::Amendment => "amendment",
        }
    }

    /// Returns the kind of an event; never [`ChangeKind::Amendment`], which a whole change is.
    pub const fn of(event: &Event) -> Self {
        match event {
            Event::Org(_, OrgEvent::Created(_))
            | Event::Team(_, TeamEvent::Created(_))
            | Event::Cycle(_, CycleEvent::Created(_))
            | Event::Objective(_, ObjectiveEvent::Created(_))
            | Event::KeyResult(_, KeyResultEvent::Created(_))
            | Event::Initiative(_, InitiativeEvent::Created(_))
            | Event::Metric(_, MetricEvent::Created(_)) => Self::Created,
            Event::CheckIn(_, CheckInEvent::Recorded(_))
            | Event::MetricValue(_, MetricValueEvent::Recorded(_)) => Self::CheckIn,
            Event::CheckIn(_, CheckInEvent::Corrected(_) | CheckInEvent::Retracted)
            | Event::MetricValue(_, MetricValueEvent::Retracted) => Self::Correction,
            Event::Comment(..) => Self::Comment,
            Event::KeyResult(_, KeyResultEvent::Edited(KeyResultEdit::Measure(_))) => Self::Target,
            Event::Team(_, TeamEvent::Archived | TeamEvent::Restored)
            | Event::Cycle(_, CycleEvent::Opened | CycleEvent::Closed | CycleEvent::Reopened)
            | Event::Objective(
                _,
                ObjectiveEvent::Published
                | ObjectiveEvent::Closed { .. }
                | ObjectiveEvent::Abandoned
                | ObjectiveEvent::Reopened
                | ObjectiveEvent::Archived
                | ObjectiveEvent::Restored,
            )
            | Event::KeyResult(
                _,
                KeyResultEvent::Closed { .. }
                | KeyResultEvent::Abandoned
                | KeyResultEvent::Reopened
                | KeyResultEvent::Archived
                | KeyResultEvent::Restored,
            )
            | Event::Initiative(
                _,
                InitiativeEvent::Edited(InitiativeEdit::State(_))
                | InitiativeEvent::Archived
                | InitiativeEvent::Restored,
            )
            | Event::Metric(_, MetricEvent::Archived | MetricEvent::Restored) => Self::State,
            Event::Person(..)
            | Event::Team(_, TeamEvent::MemberAdded(_) | TeamEvent::MemberRemoved(_)) => {
                Self::People
            }
            Event::Org(_, OrgEvent::Edited(_) | OrgEvent::TextsErased(_))
            | Event::Team(_, TeamEvent::Edited(_))
            | Event::Cycle(_, CycleEvent::Edited(_))
            | Event::Objective(
                _,
                ObjectiveEvent::Edited(_) | ObjectiveEvent::Tagged(_) | ObjectiveEvent::Untagged(_),
            )
            | Event::KeyResult(
                _,
                KeyResultEvent::Edited(_) | KeyResultEvent::Tagged(_) | KeyResultEvent::Untagged(_),
            )
            | Event::Initiative(_, InitiativeEvent::Edited(_))
            | Event::Metric(_, MetricEvent::Edited(_)) => Self::Edit,
        }
    }
}

impl LogEntry {
    /// Says whether the change is of a kind.
    pub fn is(&self, kind: ChangeKind) -> bool {
        let Some(change) = &self.change else {
            return false;
        };
        match kind {
            ChangeKind::Amendment => change.amendment.is_some(),
            _ => change
                .events
                .iter()
                .any(|event| ChangeKind::of(event) == kind),
        }
    }

    /// Says whether the change sets a field of something that was there.
    pub fn sets(&self, field: &str) -> bool {
        let mut events = self.change.iter().flat_map(|change| &change.events);
        events.any(|event| event.fields_set().contains(&field))
    }

    /// Says whether a text stands in what people wrote in the change, whatever the letters' case:
    /// titles, names, descriptions, notes, comments, reflections and the reason.
    ///
    /// `lower` is the text in lower case.
    pub fn mentions(&self, lower: &str) -> bool {
        let holds = |text: &str| text.to_lowercase().contains(lower);
        self.reason
            .as_ref()
            .is_some_and(|reason| holds(reason.as_str()))
            || self
                .change
                .iter()
                .flat_map(|change| &change.events)
                .any(|event| written(event).into_iter().any(holds))
    }
}

impl LogFilter {
    /// Says whether changes are looked into, so that which ones fit is known of each only then.
    pub fn sifts(&self) -> bool {
        !self.kinds.is_empty() || self.field.is_some() || self.text.is_some()
    }

    /// Says whether a change is of one of the kinds, sets the field, and mentions the text.
    pub(super) fn lets_through(&self, entry: &LogEntry) -> bool {
        let kind = self.kinds.is_empty() || self.kinds.iter().any(|kind| entry.is(*kind));
        kind && self.field.is_none_or(|field| entry.sets(field))
            && self.text.as_ref().is_none_or(|text| entry.mentions(text))
    }
}

/// Returns what somebody wrote in an event.
fn written(event: &Event) -> Vec<&str> {
    match event {
        Event::Org(_, OrgEvent::Created(new)) => vec![new.name.as_str()],
        Event::Team(_, TeamEvent::Created(new)) => vec![new.name.as_str()],
        Event::Cycle(_, CycleEvent::Created(new)) => vec![new.name.as_str()],
        Event::Org(_, OrgEvent::Edited(OrgEdit::Name(edit)))
        | Event::Team(_, TeamEvent::Edited(TeamEdit::Name(edit)))
        | Event::Cycle(_, CycleEvent::Edited(CycleEdit::Name(edit))) => {
            vec![edit.from.as_str(), edit.to.as_str()]
        }
        Event::Objective(_, event) => of_objective(event),
        Event::KeyResult(_, event) => of_key_result(event),
        Event::CheckIn(_, CheckInEvent::Recorded(NewCheckIn { note, blocker, .. })) => {
            let mut texts = some([note]);
            texts.extend(standing([blocker]));
            texts
        }
        Event::CheckIn(_, CheckInEvent::Corrected(CheckInEdit::Note(edit))) => {
            some([&edit.from, &edit.to])
        }
        Event::CheckIn(_, CheckInEvent::Corrected(CheckInEdit::Blocker(edit))) => {
            standing([&edit.from, &edit.to]).collect()
        }
        Event::Comment(_, CommentEvent::Added(NewComment { text, .. })) => vec![text.as_str()],
        Event::Comment(_, CommentEvent::Edited(CommentEdit::Text(edit))) => {
            vec![edit.from.as_str(), edit.to.as_str()]
        }
        Event::Initiative(_, InitiativeEvent::Created(new)) => vec![new.title.as_str()],
        Event::Initiative(_, InitiativeEvent::Edited(InitiativeEdit::Title(edit))) => {
            vec![edit.from.as_str(), edit.to.as_str()]
        }
        Event::Metric(_, event) => of_metric(event),
        Event::MetricValue(_, MetricValueEvent::Recorded(NewMetricValue { note, .. })) => {
            some([note])
        }
        Event::Org(..)
        | Event::Person(..)
        | Event::Team(..)
        | Event::Cycle(..)
        | Event::CheckIn(..)
        | Event::Comment(..)
        | Event::Initiative(..)
        | Event::MetricValue(..) => Vec::new(),
    }
}

fn standing<const N: usize>(reports: [&Option<BlockerReport>; N]) -> impl Iterator<Item = &str> {
    let given = reports.into_iter().flatten();
    given.filter_map(BlockerReport::text).map(AsRef::as_ref)
}

fn some<const N: usize>(texts: [&Option<LongText>; N]) -> Vec<&str> {
    let given = texts.into_iter().flatten();
    given.map(AsRef::as_ref).collect()
}

fn of_objective(event: &ObjectiveEvent) -> Vec<&str> {
    match event {
        ObjectiveEvent::Created(NewObjective {
            title, description, ..
        }) => {
            let mut texts = some([description]);
            texts.push(title.as_str());
            texts
        }
        ObjectiveEvent::Edited(ObjectiveEdit::Title(edit)) => {
            vec![edit.from.as_str(), edit.to.as_str()]
        }
        ObjectiveEvent::Edited(
            ObjectiveEdit::Description(edit) | ObjectiveEdit::Reflection(edit),
        ) => some([&edit.from, &edit.to]),
        ObjectiveEvent::Closed { reflection, .. } => some([reflection]),
        ObjectiveEvent::Edited(_)
        | ObjectiveEvent::Tagged(_)
        | ObjectiveEvent::Untagged(_)
        | ObjectiveEvent::Published
        | ObjectiveEvent::Abandoned
        | ObjectiveEvent::Reopened
        | ObjectiveEvent::Archived
        | ObjectiveEvent::Restored => Vec::new(),
    }
}

fn of_key_result(event: &KeyResultEvent) -> Vec<&str> {
    match event {
        KeyResultEvent::Created(NewKeyResult {
            title, description, ..
        }) => {
            let mut texts = some([description]);
            texts.push(title.as_str());
            texts
        }
        KeyResultEvent::Edited(KeyResultEdit::Title(edit)) => {
            vec![edit.from.as_str(), edit.to.as_str()]
        }
        KeyResultEvent::Edited(KeyResultEdit::Description(edit)) => some([&edit.from, &edit.to]),
        KeyResultEvent::Edited(_)
        | KeyResultEvent::Tagged(_)
        | KeyResultEvent::Untagged(_)
        | KeyResultEvent::Closed { .. }
        | KeyResultEvent::Abandoned
        | KeyResultEvent::Reopened
        | KeyResultEvent::Archived
        | KeyResultEvent::Restored => Vec::new(),
    }
}

fn of_metric(event: &MetricEvent) -> Vec<&str> {
    match event {
        MetricEvent::Created(NewMetric {
            name, description, ..
        }) => {
            let mut texts = some([description]);
            texts.push(name.as_str());
            texts
        }
        MetricEvent::Edited(MetricEdit::Name(edit)) => {
            vec![edit.from.as_str(), edit.to.as_str()]
        }
        MetricEvent::Edited(MetricEdit::Description(edit)) => some([&edit.from, &edit.to]),
        MetricEvent::Edited(_) | MetricEvent::Archived | MetricEvent::Restored => Vec::new(),
    }
}
