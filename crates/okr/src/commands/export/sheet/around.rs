//! Tables of teams, cycles, people and comments.

use super::{Fact, count, day, id, people, times};
use crate::output::{CommentItem, CycleItem, PersonItem, TeamItem};

pub(super) const TEAMS: &[&str] = &[
    "id", "slug", "name", "parent", "leads", "members", "archived",
];

pub(super) fn team(item: &TeamItem) -> Vec<Fact> {
    vec![
        id(item.id),
        (&item.slug).into(),
        (&item.name).into(),
        item.parent.as_ref().into(),
        people(&item.leads),
        people(&item.members),
        item.archived.into(),
    ]
}

pub(super) const CYCLES: &[&str] = &["id", "name", "start", "end", "cadence_days", "state"];

pub(super) fn cycle(item: &CycleItem) -> Vec<Fact> {
    vec![
        id(item.id),
        (&item.name).into(),
        day(&item.start),
        day(&item.end),
        item.cadence_days.map_or(Fact::Empty, count),
        item.state.into(),
    ]
}

pub(super) const PEOPLE: &[&str] = &["id", "handle", "name", "email", "role", "active"];

pub(super) fn person(item: &PersonItem) -> Vec<Fact> {
    vec![
        id(item.id),
        item.handle.as_ref().into(),
        item.name.as_ref().into(),
        item.email.as_ref().into(),
        item.role.into(),
        item.active.into(),
    ]
}

pub(super) const COMMENTS: &[&str] = &[
    "id",
    "about_kind",
    "about",
    "reply_to",
    "kind",
    "text",
    "author",
    "recorded_by",
    "source",
    "authored_at",
    "recorded_at",
    "edited",
];

pub(super) fn comment(item: &CommentItem) -> Vec<Fact> {
    let [authored_at, recorded_at] = times(&item.place);
    vec![
        id(item.id),
        item.about.kind.into(),
        (&item.about).into(),
        item.reply_to.map_or(Fact::Empty, id),
        item.kind.into(),
        (&item.text).into(),
        (&item.author).into(),
        (&item.recorded_by).into(),
        item.source.into(),
        authored_at,
        recorded_at,
        item.edited.into(),
    ]
}
