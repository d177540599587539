//! Initiatives: the work that shall move key results, and what of it comes next.

use okr_core::Date;
use okr_core::entity::Initiative;
use okr_core::value::days_between;

use super::facts::Name;
use super::shared::{listed, one_line};
use crate::document::{Item, Mark, Text};
use crate::words::Language;

/// The most initiatives that are told one by one.
const WORK_MAX: usize = 12;

/// Work that is to be done or being done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The initiative.
    pub initiative: Initiative,
    /// Who does it.
    pub owner: Name,
    /// The references of the key results that it serves.
    pub serves: Vec<String>,
}

/// Tells what is to be done, in the order in which it is given.
pub(super) fn items(work: &[Work], today: Date, language: Language) -> Vec<Item> {
    let told = work.iter().take(WORK_MAX);
    let mut items: Vec<Item> = told.map(|one| item(one, today, language)).collect();
    if let Some(rest) = work.len().checked_sub(WORK_MAX).filter(|rest| *rest > 0) {
        let text = Text::of(Mark::Dim, format!("{} ", language.more_work(rest)));
        items.push(Item {
            text: text.and(Mark::Code, "okr initiative list --state open"),
            quote: None,
        });
    }
    items
}

fn item(one: &Work, today: Date, language: Language) -> Item {
    let initiative = &one.initiative;
    let mut text = Text::of(Mark::Reference, initiative.slug.as_str())
        .and(Mark::Plain, " · ")
        .and(Mark::Theirs, one_line(initiative.title.as_str()))
        .and(Mark::Plain, " → ")
        .then(listed(one.serves.iter().map(String::as_str)))
        .and(Mark::Plain, " – ")
        .and(Mark::Person, &*one.owner.reference)
        .and(
            Mark::Plain,
            format!(", {}", language.initiative_state(initiative.state)),
        );
    if let Some(due) = initiative.due {
        let day = language.day_beside(due, today);
        text = text.and(Mark::Plain, format!(", {}", language.due(&day)));
        if initiative.is_overdue(today) {
            let late = language.late_by(days_between(due, today));
            text = text
                .and(Mark::Plain, " ")
                .and(Mark::Attention, format!("({late})"));
        }
    }
    Item { text, quote: None }
}

#[cfg(test)]
mod tests {
    use okr_core::event::{InitiativeEvent, NewInitiative};
    use okr_core::value::InitiativeState;
    use okr_testkit::sample::{TODAY, initiative_id, key_result_id, new_initiative};

    use super::*;
    use crate::document::Inline;

    fn work(state: InitiativeState, due: Option<Date>) -> Work {
        let new = NewInitiative {
            state,
            due,
            ..new_initiative(key_result_id(1), "move-cdn")
        };
        let created = InitiativeEvent::Created(new);
        Work {
            initiative: Initiative::evolve(None, initiative_id(1), &created).unwrap(),
            owner: Name {
                reference: "@ben".to_owned(),
                title: String::new(),
            },
            serves: vec!["edge-cache".to_owned(), "api-p99".to_owned()],
        }
    }

    fn said(item: &Item) -> String {
        let pieces = item.text.0.iter();
        let words = pieces.map(|piece| match piece {
            Inline::Words { text, .. } => text.as_str(),
            other => panic!("{other:?}"),
        });
        words.collect()
    }

    #[test]
    fn work_is_told_with_what_it_serves_who_does_it_and_until_when() {
        let late = TODAY.saturating_sub(jiff::Span::new().days(3));
        let all = [
            work(InitiativeState::Doing, Some(late)),
            work(InitiativeState::Todo, Some(TODAY)),
            work(InitiativeState::Todo, None),
        ];
        let told = items(&all, TODAY, Language::English);
        let ends: Vec<String> = told.iter().map(said).collect();
        assert!(ends[0].contains("→ edge-cache, api-p99 – @ben, doing, due 20 Nov (3 days late)"));
        assert!(ends[1].ends_with("@ben, to do, due 23 Nov"), "{ends:?}");
        assert!(ends[2].ends_with("@ben, to do"), "{ends:?}");
        let bokmal = items(&all, TODAY, Language::Bokmal);
        let first = said(&bokmal[0]);
        assert!(
            first.ends_with("i arbeid, frist 20. nov. (3 dager over fristen)"),
            "{first}"
        );
    }

    #[test]
    fn much_work_is_counted() {
        let all = vec![work(InitiativeState::Todo, None); WORK_MAX + 2];
        let told = items(&all, TODAY, Language::English);
        assert_eq!(told.len(), WORK_MAX + 1);
        let last = said(&told[WORK_MAX]);
        assert_eq!(last, "2 more initiatives: okr initiative list --state open");
        assert_eq!(
            items(&all[..WORK_MAX], TODAY, Language::English).len(),
            WORK_MAX
        );
    }
}
