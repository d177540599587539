//! How bad the network and the machines are in one world.

use crate::random::Random;

/// How often things go wrong: once in so many times.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weather {
    /// A request or an answer gets lost.
    pub(super) loss: usize,
    /// A request is given up by its sender, and arrives much later.
    pub(super) delay: usize,
    /// A request arrives twice.
    pub(super) twice: usize,
    /// A device dies in the middle of a sync.
    pub(super) death: usize,
    /// The others go on while somebody waits for an answer.
    pub(super) interlude: usize,
    /// The most changes of one push that get through.
    pub(super) piece: usize,
}

impl Weather {
    /// Nothing goes wrong.
    pub(super) const CALM: Self = Self {
        loss: usize::MAX,
        delay: usize::MAX,
        twice: usize::MAX,
        death: usize::MAX,
        interlude: usize::MAX,
        piece: usize::MAX,
    };

    /// Draws the weather of a world, from hardly a cloud to a storm.
    pub(super) fn draw(random: &mut Random) -> Self {
        let badness = random.choose(&[6, 12, 12, 24, 48]).unwrap_or(8);
        Self {
            loss: badness,
            delay: 2 * badness,
            twice: 2 * badness,
            death: 2 * badness,
            interlude: random.choose(&[3, 5, 10]).unwrap_or(5),
            piece: random.choose(&[1, 3, usize::MAX]).unwrap_or(usize::MAX),
        }
    }
}
