//! YAML as a tree of texts, lists and mappings with their places. Scalars stay as they were written.
//!
//! The one place that knows the parser. What plan files have no use for is refused here: anchors,
//! aliases, tags, several documents, keys that are no text.

use granit_parser::{Event, Marker, Parser, ScalarStyle, Span, options};

use crate::plan::{Fault, Said, Spot};

/// How deep lists and mappings may stand in each other; a plan needs eight.
const DEPTH_MAX: usize = 32;

/// A value with its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) at: Spot,
    pub(crate) kind: Kind,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Nothing: an empty value, `~` or `null`.
    Nothing,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Said<String>, Node)>),
}

impl Kind {
    /// Names the kind for messages.
    pub(crate) const fn label(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

/// Reads one document; none when there is nothing in the text.
///
/// # Errors
/// The first thing that is wrong.
pub(crate) fn parse(text: &str) -> Result<Option<Node>, Fault> {
    let options = options! {
        emit_comments: false,
        flow_nesting_limit: DEPTH_MAX,
        block_nesting_limit: DEPTH_MAX,
    };
    let mut tree = Tree::default();
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(|error| {
            let at = spot(*error.marker(), *error.marker());
            Fault::new(at, error.info())
        })?;
        tree.take(event, span)?;
    }
    Ok(tree.root)
}

/// Finds the comments of a text, with the sign that begins them.
pub(crate) fn comments(text: &str) -> Vec<Said<String>> {
    let options = options! { max_buffered_comment_events: usize::MAX };
    let mut comments = Vec::new();
    for next in Parser::new_from_str_with_options(text, options) {
        let Ok((event, span)) = next else {
            break;
        };
        if let Event::Comment(words, _) = event {
            comments.push(Said {
                value: format!("#{words}"),
                at: spot(span.start, span.end),
            });
        }
    }
    comments
}

fn spot(start: Marker, end: Marker) -> Spot {
    let length = if end.line() == start.line() {
        end.col().saturating_sub(start.col())
    } else {
        1
    };
    Spot {
        line: start.line(),
        column: start.col() + 1,
        length: length.max(1),
    }
}

/// A list or mapping that has not ended.
enum Open {
    List(Spot, Vec<Node>),
    Map(Spot, Vec<(Said<String>, Node)>, Option<Said<String>>),
}

#[derive(Default)]
struct Tree {
    open: Vec<Open>,
    root: Option<Node>,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        let at = spot(span.start, span.end);
        if event.anchor_id().is_some() {
            return Err(Fault::new(at, "a plan has no anchors"));
        }
        if event.tag().is_some() {
            return Err(Fault::new(at, "a plan has no tags").with_help("put it in quotes"));
        }
        match event {
            Event::Scalar(text, style, _, _) => self.scalar(&text, style, at),
            Event::SequenceStart(..) => {
                self.open.push(Open::List(at, Vec::new()));
                Ok(())
            }
            Event::MappingStart(..) => {
                self.open.push(Open::Map(at, Vec::new(), None));
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List(at, list)) => self.put(Node {
                    at,
                    kind: Kind::List(list),
                }),
                Some(Open::Map(at, map, _)) => self.put(Node {
                    at,
                    kind: Kind::Map(map),
                }),
                None => Ok(()),
            },
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                Err(Fault::new(at, "a plan has no aliases")
                    .with_help("put a text that begins with * in quotes"))
            }
            Event::DocumentStart(..) if self.root.is_some() => Err(Fault::new(
                at,
                "a plan is one document, and another one begins here",
            )),
            _ => Ok(()),
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, at: Spot) -> Result<(), Fault> {
        let is_plain = style == ScalarStyle::Plain;
        if let Some(Open::Map(_, map, key @ None)) = self.open.last_mut() {
            if let Some((first, _)) = map.iter().find(|(key, _)| key.value == text) {
                let message = format!("\"{text}\" stands here twice");
                return Err(Fault::new(at, message)
                    .with_help(format!("it stands in line {} already", first.at.line)));
            }
            *key = Some(Said {
                value: text.to_owned(),
                at,
            });
            return Ok(());
        }
        let kind = if is_plain && matches!(text, "" | "~" | "null") {
            Kind::Nothing
        } else {
            Kind::Text(text.to_owned())
        };
        self.put(Node { at, kind })
    }

    fn put(&mut self, node: Node) -> Result<(), Fault> {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(_, list)) => list.push(node),
            Some(Open::Map(_, map, key)) => match key.take() {
                Some(key) => map.push((key, node)),
                None => return Err(Fault::new(node.at, "a key is a text")),
            },
        }
        Ok(())
    }
}
