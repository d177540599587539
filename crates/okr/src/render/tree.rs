//! The lines that draw a tree: `├─ └─ │`, or `+-- |` in ASCII.

use super::Screen;

/// A thing with things under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node<T> {
    /// The thing.
    pub item: T,
    /// What stands under it.
    pub children: Vec<Node<T>>,
}

impl<T> Node<T> {
    /// Makes a node with nothing under it.
    pub const fn leaf(item: T) -> Self {
        Self {
            item,
            children: Vec::new(),
        }
    }
}

/// One thing of a tree with what is drawn before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeLine<'a, T> {
    /// What is drawn before its first line: `│  ├─ `.
    pub prefix: String,
    /// What is drawn before its further lines: `│  │  `.
    pub continuation: String,
    /// How deep it stands; 0 for the top.
    pub depth: usize,
    /// The thing.
    pub item: &'a T,
}

/// Lists a tree from top to bottom with its branches.
///
/// The topmost nodes have branches too: they hang from a heading that the caller prints.
pub fn tree_lines<'a, T>(nodes: &'a [Node<T>], screen: &Screen) -> Vec<TreeLine<'a, T>> {
    let mut lines = Vec::new();
    add(nodes, "", 0, &Branches::of(screen), &mut lines);
    lines
}

struct Branches {
    inner: &'static str,
    last: &'static str,
    through: &'static str,
    blank: &'static str,
}

impl Branches {
    const fn of(screen: &Screen) -> Self {
        if screen.ascii {
            Self {
                inner: "+-- ",
                last: "+-- ",
                through: "|   ",
                blank: "    ",
            }
        } else {
            Self {
                inner: "├─ ",
                last: "└─ ",
                through: "│  ",
                blank: "   ",
            }
        }
    }
}

fn add<'a, T>(
    nodes: &'a [Node<T>],
    before: &str,
    depth: usize,
    branches: &Branches,
    lines: &mut Vec<TreeLine<'a, T>>,
) {
    for (index, node) in nodes.iter().enumerate() {
        let is_last = index + 1 == nodes.len();
        let (branch, below) = if is_last {
            (branches.last, branches.blank)
        } else {
            (branches.inner, branches.through)
        };
        let below = [before, below].concat();
        let place = lines.len();
        lines.push(TreeLine {
            prefix: [before, branch].concat(),
            continuation: String::new(),
            depth,
            item: &node.item,
        });
        add(&node.children, &below, depth + 1, branches, lines);
        lines[place].continuation = below;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(screen: &Screen) -> String {
        let nodes = [
            Node {
                item: "self-serve",
                children: vec![Node::leaf("signup-rate"), Node::leaf("nps")],
            },
            Node {
                item: "platform",
                children: vec![Node {
                    item: "fast",
                    children: vec![Node::leaf("api-p99")],
                }],
            },
        ];
        let lines = tree_lines(&nodes, screen);
        let texts: Vec<String> = lines
            .iter()
            .map(|line| format!("{}{}", line.prefix, line.item))
            .collect();
        texts.join("\n")
    }

    #[test]
    fn branches_show_what_belongs_where() {
        insta::assert_snapshot!(drawn(&Screen::terminal(80)), @r"
        ├─ self-serve
        │  ├─ signup-rate
        │  └─ nps
        └─ platform
           └─ fast
              └─ api-p99
        ");
    }

    #[test]
    fn branches_in_ascii() {
        let screen = Screen {
            ascii: true,
            ..Screen::piped()
        };
        insta::assert_snapshot!(drawn(&screen), @r"
        +-- self-serve
        |   +-- signup-rate
        |   +-- nps
        +-- platform
            +-- fast
                +-- api-p99
        ");
    }

    #[test]
    fn further_lines_stand_under_the_first() {
        let nodes = [Node::leaf("a"), Node::leaf("b")];
        let lines = tree_lines(&nodes, &Screen::terminal(80));
        assert_eq!(lines[0].continuation, "│  ");
        assert_eq!(lines[1].continuation, "   ");
        assert_eq!(lines[1].depth, 0);
    }
}
