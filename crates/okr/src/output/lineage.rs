//! What an objective continues, and what continues it.

use okr_core::entity::Objective;
use okr_replica::Lineage;
use schemars::JsonSchema;
use serde::Serialize;

use super::reference::ThingRef;
use crate::names::Names;

/// The objectives before and after one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct LineageItem {
    /// What it continues, and what that continued: the nearest first.
    earlier: Vec<KinItem>,
    /// What continues it, and what continues that: by cycle.
    later: Vec<KinItem>,
}

/// An objective of another cycle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct KinItem {
    #[serde(flatten)]
    objective: ThingRef,
    title: String,
    cycle: ThingRef,
    /// `draft`, `active`, `closed`, `abandoned` or `archived`.
    state: &'static str,
    score: Option<String>,
}

impl LineageItem {
    pub(crate) fn new(lineage: &Lineage, names: &Names) -> Self {
        let kin = |objectives: &[Objective]| {
            let kin = objectives.iter().map(|one| KinItem {
                objective: ThingRef::new(one.id, names),
                title: one.title.to_string(),
                cycle: ThingRef::new(one.cycle, names),
                state: one.state().word(),
                score: one.score.map(|score| score.number().to_string()),
            });
            kin.collect()
        };
        Self {
            earlier: kin(&lineage.earlier),
            later: kin(&lineage.later),
        }
    }
}
