//! What a server or the way to it can do wrong.

/// What goes wrong with the next call that it concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The push is done, and its answer gets lost.
    LostReply,
    /// The push is not done.
    LostRequest,
    /// The stream breaks before the checkpoint.
    BrokenStream,
    /// A record in the middle is left out.
    Gap,
    /// The positions of two records are exchanged.
    ForgedPositions,
    /// The last record is not the one that was appended.
    OtherRecord,
    /// A record is no record at all.
    Garbage,
    /// A record is one, but holds no change.
    GarbageChange,
    /// The time of the last record is before the one of the record before it.
    ClockBackwards,
    /// A record is sent a second time.
    Repeated,
    /// The checkpoint states another root.
    WrongRoot,
    /// The checkpoint is that of the log before its last change.
    OldCheckpoint,
    /// The checkpoint speaks of more changes than were sent.
    CheckpointAhead,
    /// The checkpoint is signed by another key of the same name.
    OtherKey,
    /// The checkpoint speaks of another log.
    OtherOrigin,
    /// The checkpoint is no checkpoint.
    GarbageCheckpoint,
    /// The stream ends without a checkpoint.
    NoCheckpoint,
    /// A change is said to be accepted, and is not appended.
    FalseAccept,
    /// The push is said to be too large.
    TooLarge,
    /// An answer is missing from those to a push.
    MissingAnswer,
    /// The server speaks another version.
    OtherVersion,
    /// The token was revoked.
    Revoked,
    /// Another person has the handle that a directory entry wants.
    HandleTaken,
}
