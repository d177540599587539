//! The machine-readable forms of things: own types, apart from those of the domain.
//!
//! Their names and fields are a promise to scripts: fields are added, never changed or removed. Ids
//! are full UUIDs, times RFC 3339, days ISO 8601, and numbers exact decimals in strings.

mod alignment;
mod blame;
mod calendar;
mod change;
mod check_in;
mod comment;
mod diff;
mod due;
mod frame;
mod goal;
mod goalposts;
mod inbox;
mod lineage;
mod lint;
mod measure;
mod org;
mod own;
mod patch;
mod place;
mod present;
mod progress;
mod reference;
mod report;
mod schema;
mod series;
mod setter;
mod shown;
mod stats;
mod status;
mod text;
mod tree;
mod work;

pub(crate) use alignment::{AlignedGoalItem, AlignmentFindingItem, AlignmentItem};
pub(crate) use blame::BlameItem;
pub(crate) use calendar::CycleDayItem;
pub(crate) use change::ChangeItem;
pub(crate) use check_in::CheckInItem;
pub(crate) use comment::CommentItem;
pub(crate) use diff::{ChangedItem, CountItem, DiffCountsItem, DiffItem, RollUpItem};
pub(crate) use due::DueItem;
pub(crate) use frame::{FrameFileItem, FrameItem};
pub(crate) use goal::{CycleItem, KeyResultItem, ObjectiveItem, PersonItem, TeamItem};
pub(crate) use goalposts::GoalpostsItem;
pub(crate) use inbox::{FollowedItem, InboxItem, UnreadItem};
pub(crate) use lineage::LineageItem;
pub(crate) use lint::LintItem;
pub(crate) use measure::{MeasureItem, ValueItem};
pub(crate) use org::OrgItem;
pub(crate) use own::ByItem;
pub(crate) use patch::{LogStatItem, PatchItem, ThingCountItem};
pub(crate) use place::PlaceItem;
pub(crate) use present::PresentationItem;
pub(crate) use progress::ProgressItem;
pub(crate) use reference::{Id, PersonRef, ThingRef};
pub(crate) use report::{FinalItem, MidItem, WeeklyItem};
pub(crate) use schema::{AnswerItem, SchemaItem};
pub(crate) use series::SeriesItem;
pub(crate) use shown::{ShownItem, WithHistory};
pub(crate) use stats::StatsItem;
pub(crate) use status::StatusItem;
pub(crate) use text::TextItem;
pub(crate) use tree::CycleTreeItem;
pub(crate) use work::{InitiativeItem, MetricInFullItem, MetricItem, MetricValueItem};
