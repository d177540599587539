//! Things with their histories as items of machine output.

use super::{Shown, Thing};
use crate::commands::past::Past;
use crate::names::Names;
use crate::output::{
    ChangeItem, CheckInItem, CommentItem, CycleItem, InitiativeItem, KeyResultItem, LineageItem,
    MetricInFullItem, MetricValueItem, ObjectiveItem, PatchItem, ShownItem, TeamItem, WithHistory,
};

impl Shown {
    fn lineage(&self, names: &Names) -> Option<LineageItem> {
        (!self.lineage.is_empty()).then(|| LineageItem::new(&self.lineage, names))
    }

    pub(super) fn item(&self, past: &Past<'_>) -> ShownItem {
        let names = &past.names;
        let changes: Vec<ChangeItem> = self
            .changes
            .iter()
            .map(|entry| ChangeItem::new(entry, names))
            .collect();
        let comments = self.comments.iter();
        let comments = comments.map(|fact| CommentItem::new(fact, names)).collect();
        match &self.thing {
            Thing::Objective(standing) => ShownItem::Objective(Box::new(WithHistory {
                lineage: self.lineage(names),
                ..with(ObjectiveItem::new(standing, names), comments, changes)
            })),
            Thing::KeyResult(standing) => {
                let key_result = KeyResultItem::new(standing, names);
                let shown = self.reported(with(key_result, comments, changes), past);
                ShownItem::KeyResult(Box::new(shown))
            }
            Thing::Team(team) => {
                ShownItem::Team(with(TeamItem::new(team, names), comments, changes))
            }
            Thing::Cycle(standing) => {
                let cycle = CycleItem::new(&standing.cycle, names);
                ShownItem::Cycle(with(cycle, comments, changes))
            }
            Thing::Person(person) => {
                ShownItem::Person(Box::new(with(person.item(past), comments, changes)))
            }
            Thing::CheckIn(fact) => {
                let check_in = CheckInItem::new(fact, names);
                ShownItem::CheckIn(Box::new(with(check_in, comments, changes)))
            }
            Thing::Comment(fact) => {
                let comment = CommentItem::new(fact, names);
                ShownItem::Comment(Box::new(with(comment, comments, changes)))
            }
            Thing::Initiative(one) => {
                let initiative = InitiativeItem::new(one, (past.at.moment.day, names));
                ShownItem::Initiative(Box::new(with(initiative, comments, changes)))
            }
            Thing::Metric(standing, fed) => {
                let view = (past.at.moment.day, names);
                let metric = MetricInFullItem::new((standing, fed), &self.values, view);
                ShownItem::Metric(Box::new(with(metric, comments, changes)))
            }
            Thing::MetricValue(fact) => {
                let value = MetricValueItem::new(fact, names);
                ShownItem::MetricValue(Box::new(with(value, comments, changes)))
            }
            Thing::Change => {
                let entry = self.changes.first();
                let entry = entry.expect("a change is shown with itself as its history");
                ShownItem::Change(Box::new(PatchItem::new(entry, &self.patch, names)))
            }
        }
    }

    /// Adds to a key result what was reported on it, and the work that serves it.
    fn reported(
        &self,
        shown: WithHistory<KeyResultItem>,
        past: &Past<'_>,
    ) -> WithHistory<KeyResultItem> {
        let view = (past.at.moment.day, &past.names);
        let check_ins = self.check_ins.iter();
        let initiatives = self.initiatives.iter();
        WithHistory {
            check_ins: Some(
                check_ins
                    .map(|fact| CheckInItem::new(fact, view.1))
                    .collect(),
            ),
            initiatives: Some(
                initiatives
                    .map(|one| InitiativeItem::new(one, view))
                    .collect(),
            ),
            ..shown
        }
    }
}

/// Puts a thing beside what was said about it and what changed it.
fn with<T>(thing: T, comments: Vec<CommentItem>, changes: Vec<ChangeItem>) -> WithHistory<T> {
    WithHistory {
        thing,
        lineage: None,
        check_ins: None,
        initiatives: None,
        comments,
        changes,
    }
}
