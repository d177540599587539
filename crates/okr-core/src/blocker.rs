//! Blockers: what stands in the way of a key result, as its check-ins tell it.
//!
//! A check-in reports a blocker, or that it is gone, or says nothing of it, and then what stood in
//! the way before still does. Nothing is stored beside the check-ins.

use crate::entity::CheckIn;
use crate::text::BlockerText;

/// What a check-in says of a blocker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockerReport {
    /// This stands in the way.
    Stands(BlockerText),
    /// Nothing stands in the way any more.
    Lifted,
}

impl BlockerReport {
    /// Returns what stands in the way; none when it is gone.
    pub const fn text(&self) -> Option<&BlockerText> {
        match self {
            Self::Stands(text) => Some(text),
            Self::Lifted => None,
        }
    }
}

/// A time during which something stood in the way without a break.
///
/// What stands in the way may be told anew, in other words, without ending it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blockage<'a> {
    /// What stands in the way, in the words of the check-in that last told it.
    pub text: &'a BlockerText,
    /// The check-in with which it began; its effective date is since when.
    pub first: &'a CheckIn,
    /// The check-in that last told it.
    pub last: &'a CheckIn,
    /// The check-in that says that it is gone; none while it stands.
    pub lifted: Option<&'a CheckIn>,
}

/// Returns what stood in the way of a key result, and since when, the oldest first.
///
/// `check_ins` are those of the key result in the order in which they were recorded, which decides
/// among those of one effective date; what was retracted says nothing. Only the last of the
/// blockages can still stand.
pub fn blockages<'a>(check_ins: impl IntoIterator<Item = &'a CheckIn>) -> Vec<Blockage<'a>> {
    let spoken = |check_in: &&CheckIn| check_in.blocker.is_some() && !check_in.retracted;
    let mut told: Vec<&CheckIn> = check_ins.into_iter().filter(spoken).collect();
    told.sort_by_key(|check_in| check_in.effective);
    let mut blockages: Vec<Blockage<'a>> = Vec::new();
    for check_in in told {
        let standing = blockages
            .last_mut()
            .filter(|blockage| blockage.lifted.is_none());
        match (&check_in.blocker, standing) {
            (Some(BlockerReport::Stands(text)), Some(standing)) => {
                standing.text = text;
                standing.last = check_in;
            }
            (Some(BlockerReport::Stands(text)), None) => blockages.push(Blockage {
                text,
                first: check_in,
                last: check_in,
                lifted: None,
            }),
            (Some(BlockerReport::Lifted), Some(standing)) => standing.lifted = Some(check_in),
            (Some(BlockerReport::Lifted), None) | (None, _) => {}
        }
    }
    blockages
}
