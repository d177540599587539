//! The characters that a terminal chart is drawn with; each means one thing.

/// A set of characters.
#[derive(Debug)]
pub(super) struct Glyphs {
    pub(super) tick: char,
    pub(super) side: char,
    pub(super) corner: char,
    pub(super) base: char,
    pub(super) down: char,
    pub(super) edge: char,
    pub(super) target: char,
    /// A target that moves, from one level to another.
    pub(super) moved: char,
    /// Where it leaves the old level and comes to the new one: upwards, downwards.
    pub(super) corners: [[char; 2]; 2],
    pub(super) committed: char,
    pub(super) aside: char,
    pub(super) pace: char,
    pub(super) band: char,
    pub(super) today: char,
    pub(super) dot: &'static str,
    pub(super) ellipsis: &'static str,
    /// One for each line, so that colour is not needed to tell them apart.
    pub(super) marks: [char; 8],
    /// How a line goes on, up and down, without braille; none: with braille.
    pub(super) strokes: Option<[char; 4]>,
}

impl Glyphs {
    /// Returns the mark of the line with a number.
    pub(super) const fn mark(&self, number: usize) -> char {
        self.marks[number % self.marks.len()]
    }
}

pub(super) const UNICODE: Glyphs = Glyphs {
    tick: '┤',
    side: '│',
    corner: '└',
    base: '─',
    down: '┬',
    edge: '┊',
    target: '─',
    moved: '│',
    corners: [['┘', '┌'], ['┐', '└']],
    committed: '╌',
    aside: '┈',
    pace: '·',
    band: '░',
    today: '▲',
    dot: "·",
    ellipsis: "…",
    marks: ['●', '◆', '■', '▼', '○', '◇', '□', '▽'],
    strokes: None,
};

pub(super) const ASCII: Glyphs = Glyphs {
    tick: '+',
    side: '|',
    corner: '+',
    base: '-',
    down: '+',
    edge: '!',
    target: '=',
    moved: '=',
    corners: [['=', '='], ['=', '=']],
    committed: '~',
    aside: '_',
    pace: '.',
    band: ':',
    today: '^',
    dot: "-",
    ellipsis: "...",
    marks: ['*', 'o', 'x', '#', '@', '%', '&', '$'],
    strokes: Some(['-', '/', '\\', '|']),
};
