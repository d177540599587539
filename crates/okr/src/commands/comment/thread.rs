//! What was said about a thing, each reply below what it answers.

use std::collections::{BTreeMap, BTreeSet};

use okr_core::entity::Entity;
use okr_core::event::Topic;
use okr_core::id::{CommentId, EntityId};
use okr_core::value::CommentKind;
use okr_replica::{CommentFact, Place};

use crate::commands::past::Past;
use crate::render::{Cell, Screen, Tone, local, wrap};
use crate::short_id::{Alphabet, ShortIds};
use crate::wording::PENDING;

/// How many blanks a reply stands to the right of what it answers.
const INDENT: usize = 2;
/// Deeper replies stand no further to the right.
const DEPTH_MAX: usize = 4;

/// Returns the things that a comment mentions.
pub(crate) fn mentioned(fact: &CommentFact) -> Vec<EntityId> {
    let comment = &fact.comment;
    let mut ids = vec![comment.id.into(), comment.topic.entity()];
    ids.extend(comment.reply_to.map(EntityId::from));
    ids
}

/// Keeps of the comments on a thing, the oldest first, those that answer one of them, at any depth.
pub(crate) fn below(id: CommentId, facts: Vec<CommentFact>) -> Vec<CommentFact> {
    // What answers comes after what it answers.
    let mut within = BTreeSet::from([id]);
    let answers = facts.into_iter().filter(|fact| {
        let answered = fact.comment.reply_to;
        let is_below = answered.is_some_and(|answered| within.contains(&answered));
        is_below && within.insert(fact.comment.id)
    });
    answers.collect()
}

/// Renders comments that are given the oldest first.
///
/// What was taken back is told only where somebody answered it.
pub(crate) fn render(facts: &[CommentFact], past: &Past<'_>, screen: &Screen) -> String {
    let ids = facts.iter().map(|fact| fact.comment.id.uuid());
    let mut page = Page {
        talk: Talk::of(facts),
        ids: ShortIds::among(Alphabet::Thing, ids),
        past,
        screen,
        lines: Vec::new(),
    };
    for root in page.talk.roots.clone() {
        page.branch(root, 0);
    }
    let painted = page.lines.iter().map(|line| {
        let line = line.paint(usize::MAX, screen);
        line.trim_end_matches(' ').to_owned()
    });
    crate::render::page(painted.collect())
}

/// Says what is special about a comment.
pub(crate) fn remarks(fact: &CommentFact, past: &Past<'_>) -> Vec<String> {
    let comment = &fact.comment;
    let mut remarks = Vec::new();
    if let Topic::CheckIn(id) = comment.topic
        && let Some(Entity::CheckIn(check_in)) = past.names.thing(id.into())
    {
        remarks.push(format!("on the check-in of {}", check_in.effective));
    }
    if fact.author != comment.author {
        remarks.push(format!("recorded by {}", past.names.person(fact.author)));
    }
    if fact.edited {
        remarks.push("edited".to_owned());
    }
    if comment.retracted {
        remarks.push("retracted".to_owned());
    }
    if fact.place == Place::Pending && !past.all_pending {
        remarks.push(PENDING.to_owned());
    }
    remarks
}

/// Who answers whom.
struct Talk<'a> {
    facts: BTreeMap<CommentId, &'a CommentFact>,
    /// What answers nothing that is here, in the order in which it came.
    roots: Vec<CommentId>,
    replies: BTreeMap<CommentId, Vec<CommentId>>,
    /// What is told: what stands, and what was taken back below which something stands.
    shown: BTreeSet<CommentId>,
}

impl<'a> Talk<'a> {
    fn of(facts: &'a [CommentFact]) -> Self {
        let mut talk = Self {
            facts: facts.iter().map(|fact| (fact.comment.id, fact)).collect(),
            roots: Vec::new(),
            replies: BTreeMap::new(),
            shown: BTreeSet::new(),
        };
        for fact in facts {
            let id = fact.comment.id;
            let answered = fact.comment.reply_to;
            match answered.filter(|answered| talk.facts.contains_key(answered)) {
                Some(answered) => talk.replies.entry(answered).or_default().push(id),
                None => talk.roots.push(id),
            }
        }
        for fact in facts.iter().filter(|fact| !fact.comment.retracted) {
            let mut next = Some(fact.comment.id);
            // Up to what is known to be told already: each comment is looked at once.
            while let Some(id) = next
                && talk.shown.insert(id)
            {
                let fact = talk.facts.get(&id);
                next = fact.and_then(|fact| fact.comment.reply_to);
            }
        }
        talk
    }
}

struct Page<'a> {
    talk: Talk<'a>,
    ids: ShortIds,
    past: &'a Past<'a>,
    screen: &'a Screen,
    lines: Vec<Cell>,
}

impl Page<'_> {
    fn branch(&mut self, root: CommentId, depth: usize) {
        // Without recursion: people answer each other as often as they like.
        let mut next = vec![(root, depth)];
        while let Some((id, depth)) = next.pop() {
            if self.talk.shown.contains(&id)
                && let Some(fact) = self.talk.facts.get(&id).copied()
            {
                self.comment(fact, depth);
            }
            let replies = self.talk.replies.get(&id).into_iter().flatten();
            next.extend(replies.rev().map(|reply| (*reply, depth + 1)));
        }
    }

    fn comment(&mut self, fact: &CommentFact, depth: usize) {
        let comment = &fact.comment;
        let indent = (1 + depth.min(DEPTH_MAX)) * INDENT;
        let id = self.ids.shown(comment.id.uuid());
        let start = indent + id.len() + 2;
        let head = Cell::empty()
            .and_at(indent, Cell::toned(Tone::Id, &id))
            .and_at(
                start,
                Cell::toned(Tone::Strong, &self.past.names.person(comment.author)),
            )
            .and(Tone::Plain, "  ")
            .and(Tone::Dim, &local(fact.authored_at, &self.past.at.clock));
        let mut remarks = remarks(fact, self.past);
        if comment.kind != CommentKind::Comment {
            remarks.insert(0, comment.kind.word().to_owned());
        }
        let head = if remarks.is_empty() {
            head
        } else {
            let remarks = remarks.join(&format!(" {} ", self.screen.dot()));
            head.and(Tone::Warning, &format!("  {remarks}"))
        };
        self.lines.push(head);
        if comment.retracted {
            return;
        }
        let room = self.screen.room_after(start);
        for line in wrap(comment.text.as_str(), room, self.screen) {
            self.lines
                .push(Cell::empty().and_at(start, line.as_str().into()));
        }
    }
}
