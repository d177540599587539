//! Rules for comments: about something that is there, and changed only by who said it.
//!
//! What was closed, abandoned or archived takes comments, and so does a closed cycle: they say
//! something about a thing and do not alter it, and what is over is what people look back on.

use crate::admit::judge::{
    Effect, Judge, Stop, already_exists, unknown, unknown_subject, wrong_state,
};
use crate::authorize::{Action, Refusal};
use crate::entity::Comment;
use crate::event::{CommentEdit, CommentEvent, NewComment, Topic};
use crate::field::Standing;
use crate::id::{CommentId, EntityId};
use crate::rejection::Rejection;
use crate::view::View;

pub(super) fn judge<V: View>(
    judge: &Judge<'_, V>,
    id: CommentId,
    event: &CommentEvent,
) -> Result<Effect, Stop<V::Error>> {
    judge.permit(id.into(), Action::Comment, || Ok(false))?;
    match (judge.comment(id)?, event) {
        (None, CommentEvent::Added(new)) => added(judge, id, new),
        (Some(_), CommentEvent::Added(_)) => Err(already_exists(id.into())),
        (None, CommentEvent::Edited(_) | CommentEvent::Retracted) => {
            Err(unknown_subject(id.into()))
        }
        (Some(comment), CommentEvent::Edited(edit)) => edited(judge, &comment, edit),
        (Some(comment), CommentEvent::Retracted) => retracted(judge, &comment),
    }
}

fn added<V: View>(
    judge: &Judge<'_, V>,
    id: CommentId,
    new: &NewComment,
) -> Result<Effect, Stop<V::Error>> {
    let subject = id.into();
    let said_by = judge.change.on_behalf_of.unwrap_or(judge.context.author);
    if new.author != said_by {
        return Err(refused(subject, Refusal::OthersWords));
    }
    if !exists(judge, new.topic)? {
        return Err(unknown(
            subject,
            "subject of the comment",
            new.topic.entity(),
        ));
    }
    if let Some(answered) = new.reply_to {
        answers(judge, subject, new.topic, answered)?;
    }
    Ok(Effect::Applies)
}

/// Refuses an answer to what is not there to be answered.
fn answers<V: View>(
    judge: &Judge<'_, V>,
    subject: EntityId,
    topic: Topic,
    answered: CommentId,
) -> Result<(), Stop<V::Error>> {
    let Some(comment) = judge.comment(answered)? else {
        return Err(unknown(subject, "comment replied to", answered.into()));
    };
    if comment.topic != topic {
        return Err(Stop::Rejected(Rejection::Inconsistent {
            subject,
            problem: "the comment replied to is about something else",
        }));
    }
    if comment.retracted {
        return Err(wrong_state(answered.into(), "retracted", "be replied to"));
    }
    Ok(())
}

fn edited<V: View>(
    judge: &Judge<'_, V>,
    comment: &Comment,
    edit: &CommentEdit,
) -> Result<Effect, Stop<V::Error>> {
    let subject = comment.id.into();
    own(judge, comment)?;
    let standing = edit.standing(comment);
    if matches!(standing, Standing::AlreadySo) {
        return Ok(Effect::AlreadySo);
    }
    if comment.retracted {
        return Err(wrong_state(subject, "retracted", "be edited"));
    }
    standing.settle()?;
    Ok(Effect::Applies)
}

fn retracted<V: View>(judge: &Judge<'_, V>, comment: &Comment) -> Result<Effect, Stop<V::Error>> {
    own(judge, comment)?;
    if comment.retracted {
        return Ok(Effect::AlreadySo);
    }
    Ok(Effect::Applies)
}

/// Refuses whoever neither said it nor administrates.
fn own<V: View>(judge: &Judge<'_, V>, comment: &Comment) -> Result<(), Stop<V::Error>> {
    if comment.author == judge.context.author || judge.author_is_admin() {
        return Ok(());
    }
    Err(refused(comment.id.into(), Refusal::NotTheAuthor))
}

fn refused<E>(subject: EntityId, refusal: Refusal) -> Stop<E> {
    Stop::Rejected(Rejection::NotPermitted {
        subject: Some(subject),
        refusal,
    })
}

fn exists<V: View>(judge: &Judge<'_, V>, topic: Topic) -> Result<bool, Stop<V::Error>> {
    Ok(match topic {
        Topic::Org(id) => judge.org.id == id,
        Topic::Person(id) => judge.person(id)?.is_some(),
        Topic::Team(id) => judge.team(id)?.is_some(),
        Topic::Cycle(id) => judge.cycle(id)?.is_some(),
        Topic::Objective(id) => judge.objective(id)?.is_some(),
        Topic::KeyResult(id) => judge.key_result(id)?.is_some(),
        Topic::CheckIn(id) => judge.check_in(id)?.is_some(),
        Topic::Initiative(id) => judge.initiative(id)?.is_some(),
        Topic::Metric(id) => judge.metric(id)?.is_some(),
    })
}
