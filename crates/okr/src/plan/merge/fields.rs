//! One field: what the file wants, what was there at the base, what is there now.

use std::collections::HashMap;

use okr_core::Date;
use okr_core::event::Support;
use okr_core::field::Shown as _;
use okr_core::id::{EntityId, ObjectiveId, PersonId, TeamId};
use okr_core::measure::Measure;
use okr_core::text::{LongText, Slug, Title};
use okr_core::value::{ObjectiveKind, Weight};
use okr_replica::Directory;

use super::{Against, Conflict, Take};
use crate::plan::Said;
use crate::plan::pulled::{id_in_plan, person_in_plan};
use crate::plan::state::State;

/// What a field held when the file was pulled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before<T> {
    /// This.
    Held(T),
    /// Nothing: the goal was not there, and both sides made it.
    NotThere,
    /// It does not matter: what the file says is meant.
    Ignored,
}

/// What is to be done with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Leave,
    Set,
    Clash,
}

/// Judges a field.
pub(super) fn judge<T: PartialEq>(wanted: &T, before: &Before<&T>, now: &T) -> Verdict {
    match before {
        Before::Held(before) if *before == wanted => Verdict::Leave,
        _ if wanted == now => Verdict::Leave,
        Before::Held(before) if *before == now => Verdict::Set,
        Before::Ignored => Verdict::Set,
        Before::Held(_) | Before::NotThere => Verdict::Clash,
    }
}

/// Returns what a field held at the base.
pub(super) fn held<'e, E, T>(
    against: &Against,
    before: Option<&'e E>,
    of: fn(&E) -> &T,
) -> Before<&'e T> {
    match (against, before) {
        (Against::Now, _) => Before::Ignored,
        (Against::Base(_) | Against::Nothing, Some(before)) => Before::Held(of(before)),
        (Against::Base(_) | Against::Nothing, None) => Before::NotThere,
    }
}

/// The fields of one goal: as they were at the base, and as they are now.
pub(super) struct Fields<'w, E> {
    pub(super) id: EntityId,
    pub(super) take: Take,
    pub(super) against: &'w Against,
    pub(super) before: Option<&'w E>,
    pub(super) now: &'w E,
    pub(super) words: &'w Words<'w>,
    pub(super) conflicts: &'w mut Vec<Conflict>,
}

impl<E> Fields<'_, E> {
    /// Returns the value that a field is to be set to, if it is.
    pub(super) fn set<T: Clone + PartialEq + InWords>(
        &mut self,
        field: &'static str,
        wanted: Option<Said<T>>,
        of: fn(&E) -> &T,
    ) -> Option<T> {
        let wanted = wanted?;
        let (before, now) = (held(self.against, self.before, of), of(self.now));
        match (judge(&wanted.value, &before, now), self.take) {
            (Verdict::Leave, _) | (Verdict::Clash, Take::Theirs) => None,
            (Verdict::Set, _) | (Verdict::Clash, Take::Mine) => Some(wanted.value),
            (Verdict::Clash, Take::Neither) => {
                let base = match before {
                    Before::Held(before) => before.in_words(self.words),
                    Before::NotThere | Before::Ignored => String::new(),
                };
                self.conflicts.push(Conflict {
                    id: self.id,
                    field,
                    base,
                    mine: wanted.value.in_words(self.words),
                    theirs: now.in_words(self.words),
                    at: wanted.at,
                });
                None
            }
        }
    }
}

/// What people and things are called where both values of a conflict are told.
pub(super) struct Words<'w> {
    pub(super) directory: &'w Directory,
    pub(super) now: &'w State,
    pub(super) goals: HashMap<Support, String>,
}

/// A value that can be told.
pub(super) trait InWords {
    fn in_words(&self, words: &Words<'_>) -> String;
}

impl<T: InWords> InWords for Option<T> {
    fn in_words(&self, words: &Words<'_>) -> String {
        match self {
            Some(value) => value.in_words(words),
            None => "none".to_owned(),
        }
    }
}

macro_rules! as_written {
    ($($kind:ty)+) => {$(
        impl InWords for $kind {
            fn in_words(&self, _: &Words<'_>) -> String {
                self.to_string()
            }
        }
    )+};
}

as_written! { Title Slug LongText Date ObjectiveKind }

macro_rules! as_shown {
    ($($kind:ty)+) => {$(
        impl InWords for $kind {
            fn in_words(&self, _: &Words<'_>) -> String {
                self.shown()
            }
        }
    )+};
}

as_shown! { Weight Measure }

impl InWords for PersonId {
    fn in_words(&self, words: &Words<'_>) -> String {
        person_in_plan(words.directory, *self)
    }
}

impl InWords for TeamId {
    fn in_words(&self, words: &Words<'_>) -> String {
        match words.now.team(*self) {
            Some(team) => team.slug.to_string(),
            None => id_in_plan(self.uuid()),
        }
    }
}

impl InWords for ObjectiveId {
    fn in_words(&self, words: &Words<'_>) -> String {
        match words.now.objective(*self) {
            Some(objective) => objective.slug.to_string(),
            None => id_in_plan(self.uuid()),
        }
    }
}

impl InWords for Support {
    fn in_words(&self, words: &Words<'_>) -> String {
        words.goals.get(self).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_file_does_not_change_stays_whatever_others_did() {
        assert_eq!(judge(&1, &Before::Held(&1), &1), Verdict::Leave);
        assert_eq!(judge(&1, &Before::Held(&1), &2), Verdict::Leave);
    }

    #[test]
    fn what_only_the_file_changes_is_set_and_what_both_change_clashes() {
        assert_eq!(judge(&2, &Before::Held(&1), &1), Verdict::Set);
        assert_eq!(judge(&2, &Before::Held(&1), &2), Verdict::Leave);
        assert_eq!(judge(&2, &Before::Held(&1), &3), Verdict::Clash);
    }

    #[test]
    fn what_was_made_on_both_sides_must_be_the_same_and_without_a_base_the_file_holds() {
        assert_eq!(judge(&2, &Before::NotThere, &2), Verdict::Leave);
        assert_eq!(judge(&2, &Before::NotThere, &3), Verdict::Clash);
        assert_eq!(judge(&2, &Before::Ignored, &3), Verdict::Set);
        assert_eq!(judge(&2, &Before::Ignored, &2), Verdict::Leave);
    }
}
