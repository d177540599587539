//! Fields: the word for each one, its values as text, and how an edit stands to the current value.
//!
//! The texts are for people and for machine output that quotes them; nothing reads them back.

mod state;
mod steps;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::blocker::BlockerReport;
use crate::calendar::FiscalStart;
use crate::entity::{
    CheckIn, Comment, Cycle, HealthMetric, Initiative, KeyResult, Objective, Org, Team,
};
use crate::event::{
    CheckInEdit, CheckInEvent, CommentEdit, CommentEvent, CycleEdit, CycleEvent, Edit, Event,
    InitiativeEdit, InitiativeEvent, KeyResultEdit, KeyResultEvent, MetricEdit, MetricEvent,
    MetricValueEvent, ObjectiveEdit, ObjectiveEvent, OrgEdit, OrgEvent, PersonEvent, Support,
    TeamEdit, TeamEvent,
};
use crate::id::{CycleId, EntityId, KeyResultId, MetricId, ObjectiveId, PersonId, TeamId};
use crate::measure::{Band, Measure, Metric, Milestone, Milestones, Value};
use crate::rejection::Rejection;
use crate::text::{LongText, Name, Slug, TimeZoneName, Title, Unit, WebAddress};
use crate::value::{
    CadenceDays, Calendar, CommentKind, Confidence, CyclePeriod, EditPolicy, InitiativeState,
    Number, ObjectiveKind, Role, Score, WeekStart, Weight,
};

pub use state::{FIELD_WORDS, Field, FieldValue};
pub use steps::{FieldStep, field_steps};

/// An edit of one field, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// The stable word for the field.
    pub field: &'static str,
    /// The value that the author saw.
    pub from: String,
    /// The new value.
    pub to: String,
}

impl Event {
    /// Returns the field that the event edits, with both values as text; none for other events.
    pub fn field_change(&self) -> Option<FieldChange> {
        match self {
            Self::Org(_, OrgEvent::Edited(edit)) => Some(edit.field_change()),
            Self::Team(_, TeamEvent::Edited(edit)) => Some(edit.field_change()),
            Self::Cycle(_, CycleEvent::Edited(edit)) => Some(edit.field_change()),
            Self::Objective(_, ObjectiveEvent::Edited(edit)) => Some(edit.field_change()),
            Self::KeyResult(_, KeyResultEvent::Edited(edit)) => Some(edit.field_change()),
            Self::CheckIn(_, CheckInEvent::Corrected(edit)) => Some(edit.field_change()),
            Self::Comment(_, CommentEvent::Edited(edit)) => Some(edit.field_change()),
            Self::Initiative(_, event) => change_of_initiative(event),
            Self::Metric(_, event) => change_of_metric(event),
            Self::Person(_, event) => change_of_person(*event),
            Self::Org(_, OrgEvent::Created(_) | OrgEvent::TextsErased(_))
            | Self::Team(
                _,
                TeamEvent::Created(_)
                | TeamEvent::MemberAdded(_)
                | TeamEvent::MemberRemoved(_)
                | TeamEvent::Archived
                | TeamEvent::Restored,
            )
            | Self::Cycle(
                _,
                CycleEvent::Created(_)
                | CycleEvent::Opened
                | CycleEvent::Closed
                | CycleEvent::Reopened,
            )
            | Self::Objective(
                _,
                ObjectiveEvent::Created(_)
                | ObjectiveEvent::Tagged(_)
                | ObjectiveEvent::Untagged(_)
                | ObjectiveEvent::Published
                | ObjectiveEvent::Closed { .. }
                | ObjectiveEvent::Abandoned
                | ObjectiveEvent::Reopened
                | ObjectiveEvent::Archived
                | ObjectiveEvent::Restored,
            )
            | Self::KeyResult(
                _,
                KeyResultEvent::Created(_)
                | KeyResultEvent::Tagged(_)
                | KeyResultEvent::Untagged(_)
                | KeyResultEvent::Closed { .. }
                | KeyResultEvent::Abandoned
                | KeyResultEvent::Reopened
                | KeyResultEvent::Archived
                | KeyResultEvent::Restored,
            )
            | Self::CheckIn(_, CheckInEvent::Recorded(_) | CheckInEvent::Retracted)
            | Self::Comment(_, CommentEvent::Added(_) | CommentEvent::Retracted)
            | Self::MetricValue(_, MetricValueEvent::Recorded(_) | MetricValueEvent::Retracted) => {
                None
            }
        }
    }
}

fn change_of_person(event: PersonEvent) -> Option<FieldChange> {
    match event {
        PersonEvent::RoleChanged { from, to } => Some(FieldChange {
            field: "role",
            from: from.shown(),
            to: to.shown(),
        }),
        PersonEvent::Added(_) | PersonEvent::Deactivated | PersonEvent::Reactivated => None,
    }
}

fn change_of_initiative(event: &InitiativeEvent) -> Option<FieldChange> {
    match event {
        InitiativeEvent::Edited(edit) => Some(edit.field_change()),
        InitiativeEvent::Created(_) | InitiativeEvent::Archived | InitiativeEvent::Restored => None,
    }
}

fn change_of_metric(event: &MetricEvent) -> Option<FieldChange> {
    match event {
        MetricEvent::Edited(edit) => Some(edit.field_change()),
        MetricEvent::Created(_) | MetricEvent::Archived | MetricEvent::Restored => None,
    }
}

/// How an edit stands to the value that the field has now.
#[derive(Debug)]
pub(crate) enum Standing {
    /// The field already has the new value.
    AlreadySo,
    /// The field still has the value that the author saw.
    Fits,
    /// The field has a third value.
    Clash(Rejection),
}

impl Standing {
    pub(crate) fn of<T: PartialEq + Shown>(
        subject: EntityId,
        field: &'static str,
        edit: &Edit<T>,
        current: &T,
    ) -> Self {
        if edit.to == *current {
            Self::AlreadySo
        } else if edit.from == *current {
            Self::Fits
        } else {
            Self::Clash(Rejection::Conflict {
                subject,
                field,
                from: edit.from.shown(),
                to: edit.to.shown(),
                current: current.shown(),
            })
        }
    }

    /// Turns a clash into a refusal.
    pub(crate) fn settle(self) -> Result<(), Rejection> {
        match self {
            Self::AlreadySo | Self::Fits => Ok(()),
            Self::Clash(rejection) => Err(rejection),
        }
    }
}

macro_rules! fields {
    ($($edit:ident of $entity:ident { $($variant:ident: $field:ident = $word:literal,)+ })+) => {$(
        impl $edit {
            /// Returns the stable word for the edited field.
            pub const fn field(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $word,)+
                }
            }

            /// Returns the field and both values as text.
            pub fn field_change(&self) -> FieldChange {
                let (from, to) = match self {
                    $(Self::$variant(edit) => (edit.from.shown(), edit.to.shown()),)+
                };
                FieldChange { field: self.field(), from, to }
            }

            pub(crate) fn standing(&self, entity: &$entity) -> Standing {
                let subject = EntityId::from(entity.id);
                match self {
                    $(Self::$variant(edit) => {
                        Standing::of(subject, $word, edit, &entity.$field)
                    })+
                }
            }
        }
    )+};
}

fields! {
    OrgEdit of Org {
        Name: name = "name",
        TimeZone: time_zone = "time zone",
        WeekStart: week_start = "week start",
        EditPolicy: edit_policy = "edit policy",
        ReasonAfterCommitment: reason_after_commitment = "reason after commitment",
        Cadence: cadence = "cadence",
        Calendar: calendar = "calendar",
        FiscalStart: fiscal_start = "fiscal start",
    }
    TeamEdit of Team {
        Name: name = "name",
        Slug: slug = "slug",
        Parent: parent = "parent",
        Leads: leads = "leads",
    }
    CycleEdit of Cycle {
        Name: name = "name",
        Period: period = "period",
        Cadence: cadence = "cadence",
    }
    ObjectiveEdit of Objective {
        Title: title = "title",
        Description: description = "description",
        Slug: slug = "slug",
        Owner: owner = "owner",
        Team: team = "team",
        Cycle: cycle = "cycle",
        Kind: kind = "kind",
        Weight: weight = "weight",
        Supports: supports = "supports",
        Continues: continues = "continues",
        Score: score = "score",
        Reflection: reflection = "reflection",
    }
    KeyResultEdit of KeyResult {
        Objective: objective = "objective",
        Title: title = "title",
        Description: description = "description",
        Slug: slug = "slug",
        Owner: owner = "owner",
        Measure: measure = "measure",
        Weight: weight = "weight",
        Order: order = "order",
        Start: start = "start",
        Due: due = "due",
        Score: score = "score",
        FedBy: fed_by = "fed by",
    }
    CheckInEdit of CheckIn {
        Effective: effective = "effective date",
        Value: value = "value",
        Confidence: confidence = "confidence",
        Note: note = "note",
        Blocker: blocker = "blocker",
    }
    CommentEdit of Comment {
        Kind: kind = "kind",
        Text: text = "text",
    }
    InitiativeEdit of Initiative {
        Title: title = "title",
        Slug: slug = "slug",
        Owner: owner = "owner",
        KeyResults: key_results = "key results",
        Due: due = "due",
        Url: url = "url",
        State: state = "state",
    }
    MetricEdit of HealthMetric {
        Name: name = "name",
        Slug: slug = "slug",
        Unit: unit = "unit",
        Owner: owner = "owner",
        Team: team = "team",
        Band: band = "band",
        Description: description = "description",
    }
}

/// Something with a text for people.
pub trait Shown {
    /// Returns the text: on one line unless it is a text with lines itself.
    fn shown(&self) -> String;
}

macro_rules! shown_by_display {
    ($($kind:ty),+ $(,)?) => {$(
        impl Shown for $kind {
            fn shown(&self) -> String {
                self.to_string()
            }
        }
    )+};
}

shown_by_display!(
    Name,
    Slug,
    Title,
    LongText,
    TimeZoneName,
    Unit,
    WebAddress,
    WeekStart,
    EditPolicy,
    Calendar,
    FiscalStart,
    InitiativeState,
    ObjectiveKind,
    CommentKind,
    Role,
    Number,
    Confidence,
    u32,
    Date,
    PersonId,
    TeamId,
    CycleId,
    ObjectiveId,
    KeyResultId,
    MetricId,
);

impl<T: Shown> Shown for Option<T> {
    fn shown(&self) -> String {
        self.as_ref().map_or_else(|| "none".to_owned(), T::shown)
    }
}

impl<T: Shown> Shown for BTreeSet<T> {
    fn shown(&self) -> String {
        if self.is_empty() {
            return "none".to_owned();
        }
        let texts: Vec<String> = self.iter().map(T::shown).collect();
        texts.join(", ")
    }
}

impl Shown for bool {
    fn shown(&self) -> String {
        if *self { "yes" } else { "no" }.to_owned()
    }
}

impl Shown for BlockerReport {
    fn shown(&self) -> String {
        match self {
            Self::Stands(text) => text.to_string(),
            Self::Lifted => "lifted".to_owned(),
        }
    }
}

impl Shown for Weight {
    fn shown(&self) -> String {
        self.number().to_string()
    }
}

impl Shown for Score {
    fn shown(&self) -> String {
        self.number().to_string()
    }
}

impl Shown for CadenceDays {
    fn shown(&self) -> String {
        match self.get() {
            1 => "every day".to_owned(),
            days => format!("every {days} days"),
        }
    }
}

impl Shown for CyclePeriod {
    fn shown(&self) -> String {
        format!("{} to {}", self.start(), self.end())
    }
}

impl Shown for Support {
    fn shown(&self) -> String {
        match self {
            Self::Objective(id) => format!("objective {id}"),
            Self::KeyResult(id) => format!("key result {id}"),
        }
    }
}

impl Shown for Value {
    fn shown(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Milestones(done) if done.is_empty() => "no milestone".to_owned(),
            Self::Milestones(done) => {
                let keys: Vec<String> = done.iter().map(|key| key.0.to_string()).collect();
                format!("milestones {}", keys.join(", "))
            }
            Self::Zone(zone) => zone.to_string(),
        }
    }
}

impl Shown for Measure {
    fn shown(&self) -> String {
        match self {
            Self::Metric(metric) => metric_text(metric),
            Self::Hold(hold) => {
                let bounds = bounds_text(hold.low(), hold.high());
                match hold.unit() {
                    Some(unit) => format!("{bounds} {unit}"),
                    None => bounds,
                }
            }
            Self::Milestones(milestones) => milestones_text(milestones),
            Self::Zones(zones) => format!(
                "commit: {}; target: {}; stretch: {}",
                zones.commit, zones.target, zones.stretch
            ),
        }
    }
}

impl Shown for Band {
    fn shown(&self) -> String {
        bounds_text(self.low(), self.high())
    }
}

fn metric_text(metric: &Metric) -> String {
    let mut text = format!("{} to {}", metric.baseline, metric.target);
    if let Some(unit) = &metric.unit {
        text = format!("{text} {unit}");
    }
    if let Some(commit) = metric.commit {
        text = format!("{text}, commit {commit}");
    }
    if let Some(stretch) = metric.stretch {
        text = format!("{text}, stretch {stretch}");
    }
    text
}

fn bounds_text(low: Option<Number>, high: Option<Number>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("within {low} to {high}"),
        (Some(low), None) => format!("at least {low}"),
        (None, Some(high)) => format!("at most {high}"),
        (None, None) => "unbounded".to_owned(),
    }
}

fn milestones_text(milestones: &Milestones) -> String {
    let lines: Vec<String> = milestones.list().iter().map(Shown::shown).collect();
    lines.join("; ")
}

/// The line with its key, and with its weight where that is not the usual one.
impl Shown for Milestone {
    fn shown(&self) -> String {
        let (key, title) = (self.key.0, &self.title);
        match self.weight.number() {
            weight if weight == Number::ONE => format!("{key}. {title}"),
            weight => format!("{key}. {title} (weight {weight})"),
        }
    }
}
