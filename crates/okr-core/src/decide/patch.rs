//! Patches: new values for some fields of an entity; a field that is not given stays as it is.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::blocker::BlockerReport;
use crate::calendar::FiscalStart;
use crate::entity::{
    CheckIn, Comment, Cycle, HealthMetric, Initiative, KeyResult, Objective, Org, Team,
};
use crate::event::{
    CheckInEdit, CommentEdit, CycleEdit, Edit, InitiativeEdit, KeyResultEdit, MetricEdit,
    ObjectiveEdit, OrgEdit, Support, TeamEdit,
};
use crate::id::{CycleId, KeyResultId, MetricId, ObjectiveId, PersonId, TeamId};
use crate::measure::{Band, Measure, Value};
use crate::text::{LongText, Name, Slug, TimeZoneName, Title, Unit, WebAddress};
use crate::value::{
    CadenceDays, Calendar, CommentKind, Confidence, CyclePeriod, EditPolicy, InitiativeState,
    ObjectiveKind, Score, WeekStart, Weight,
};

macro_rules! patches {
    ($(
        $(#[$doc:meta])*
        $patch:ident of $entity:ident makes $edit:ident {
            $($(#[$field_doc:meta])* $field:ident: $kind:ty = $variant:ident,)+
        }
    )+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $patch {
            $($(#[$field_doc])* pub $field: Option<$kind>,)+
        }

        impl $patch {
            /// Returns an edit for each given field that differs from the current value.
            pub fn edits(&self, current: &$entity) -> Vec<$edit> {
                let mut edits = Vec::new();
                $(
                    if let Some(to) = &self.$field
                        && *to != current.$field
                    {
                        edits.push($edit::$variant(Edit {
                            from: current.$field.clone(),
                            to: to.clone(),
                        }));
                    }
                )+
                edits
            }
        }
    )+};
}

patches! {
    /// New values for the organisation.
    OrgPatch of Org makes OrgEdit {
        /// Its name.
        name: Name = Name,
        /// Its time zone.
        time_zone: TimeZoneName = TimeZone,
        /// The first day of its week.
        week_start: WeekStart = WeekStart,
        /// Who may edit goals.
        edit_policy: EditPolicy = EditPolicy,
        /// Whether an amendment needs a reason and a category.
        reason_after_commitment: bool = ReasonAfterCommitment,
        /// How often key results expect a check-in.
        cadence: CadenceDays = Cadence,
        /// Which cycles follow each other.
        calendar: Calendar = Calendar,
        /// The day on which the fiscal year begins.
        fiscal_start: FiscalStart = FiscalStart,
    }

    /// New values for a team.
    TeamPatch of Team makes TeamEdit {
        /// Its name.
        name: Name = Name,
        /// Its everyday name.
        slug: Slug = Slug,
        /// The team that it is part of.
        parent: Option<TeamId> = Parent,
        /// Who leads it.
        leads: BTreeSet<PersonId> = Leads,
    }

    /// New values for a cycle.
    CyclePatch of Cycle makes CycleEdit {
        /// Its name.
        name: Name = Name,
        /// Its first and last day.
        period: CyclePeriod = Period,
        /// How often its key results expect a check-in.
        cadence: Option<CadenceDays> = Cadence,
    }

    /// New values for an objective.
    ObjectivePatch of Objective makes ObjectiveEdit {
        /// What is to be achieved.
        title: Title = Title,
        /// More about it.
        description: Option<LongText> = Description,
        /// Its everyday name.
        slug: Slug = Slug,
        /// Who answers for it.
        owner: PersonId = Owner,
        /// The team that pursues it.
        team: Option<TeamId> = Team,
        /// The cycle that it belongs to.
        cycle: CycleId = Cycle,
        /// What success means.
        kind: ObjectiveKind = Kind,
        /// How much it counts.
        weight: Weight = Weight,
        /// The goal above it.
        supports: Option<Support> = Supports,
        /// The objective that it continues.
        continues: Option<ObjectiveId> = Continues,
        /// The grade that it was closed with.
        score: Option<Score> = Score,
        /// What was learned.
        reflection: Option<LongText> = Reflection,
    }

    /// New values for a key result.
    KeyResultPatch of KeyResult makes KeyResultEdit {
        /// The objective that it measures.
        objective: ObjectiveId = Objective,
        /// What is measured, in words.
        title: Title = Title,
        /// More about it.
        description: Option<LongText> = Description,
        /// Its everyday name.
        slug: Slug = Slug,
        /// Who reports on it.
        owner: PersonId = Owner,
        /// How it is measured.
        measure: Measure = Measure,
        /// How much it counts.
        weight: Weight = Weight,
        /// Its place among its siblings.
        order: u32 = Order,
        /// The day from which progress is expected.
        start: Option<Date> = Start,
        /// The day on which it shall be reached.
        due: Option<Date> = Due,
        /// The grade that it was closed with.
        score: Option<Score> = Score,
        /// The health metric whose values are reported on it.
        fed_by: Option<MetricId> = FedBy,
    }

    /// The right values for a check-in.
    CheckInPatch of CheckIn makes CheckInEdit {
        /// The day on which the value was true.
        effective: Date = Effective,
        /// The value.
        value: Value = Value,
        /// The estimate that the target will be met.
        confidence: Option<Confidence> = Confidence,
        /// What is behind the number.
        note: Option<LongText> = Note,
        /// What it says of a blocker.
        blocker: Option<BlockerReport> = Blocker,
    }

    /// Other values for a comment.
    CommentPatch of Comment makes CommentEdit {
        /// What it is meant as.
        kind: CommentKind = Kind,
        /// What is said.
        text: LongText = Text,
    }

    /// New values for an initiative.
    InitiativePatch of Initiative makes InitiativeEdit {
        /// What will be done.
        title: Title = Title,
        /// Its everyday name.
        slug: Slug = Slug,
        /// Who does it.
        owner: PersonId = Owner,
        /// The key results that it serves.
        key_results: BTreeSet<KeyResultId> = KeyResults,
        /// The day by which it shall be done.
        due: Option<Date> = Due,
        /// Where the work is found.
        url: Option<WebAddress> = Url,
        /// How far it is.
        state: InitiativeState = State,
    }

    /// New values for a health metric.
    MetricPatch of HealthMetric makes MetricEdit {
        /// Its name.
        name: Name = Name,
        /// Its everyday name.
        slug: Slug = Slug,
        /// What is counted.
        unit: Option<Unit> = Unit,
        /// Who answers for it.
        owner: PersonId = Owner,
        /// The team that it belongs to.
        team: Option<TeamId> = Team,
        /// The values that are healthy.
        band: Band = Band,
        /// More about it.
        description: Option<LongText> = Description,
    }
}
