//! Examples of the commands that exchange changes and decide what met.

examples! {
    /// Of `okr sync`.
    SYNC = "\
Examples:
  okr sync
  okr sync -w acme -o json

Safe to repeat, and to interrupt. A conflict does not make it fail: see okr
conflicts.";
    /// Of `okr sync status`.
    SYNC_STATUS = "\
Examples:
  okr sync status
  okr sync status -o json

Says when changes were last exchanged, why the last try failed if it did, what
waits, and the newest checkpoint that the server signed. Asks nobody but this
machine.";
    /// Of `okr pending`.
    PENDING = "\
Examples:
  okr pending
  okr pending -o json
  okr pending drop 71d02b1c              as if it had never been written";
    /// Of `okr pending drop`.
    PENDING_DROP = "\
Examples:
  okr pending drop 71d02b1c -n           say what it would drop
  okr pending drop 71d02b1c --with-dependents

What is dropped stays in okr conflicts --dropped, and okr resolve CHANGE --take
mine writes it again. What was sent already can be on the server: okr undo takes
that back.";
    /// Of `okr conflicts`.
    CONFLICTS = "\
Examples:
  okr conflicts
  okr resolve edge-cache --take mine
  okr conflicts --dropped        what was dropped here, and how to bring it back

okr help conflicts explains what meets what, and how to decide.";
    /// Of `okr resolve`.
    RESOLVE = "\
Examples:
  okr resolve edge-cache --take mine
  okr resolve edge-cache --take theirs -m \"theirs is shorter\"
  okr resolve edge-cache --take \"Edge cache hit rate, all regions\"
  okr resolve 71d02b1c --set title=Faster --set \"due=2026-12-15\"
  okr resolve 71d02b1c --drop

Whatever is taken decides the values that clash; the other edits of the change
are made as well. Nothing is lost: what a decision takes away stays in okr
conflicts --dropped.";
    /// Of `okr op log`.
    OP_LOG = "\
Examples:
  okr op log
  okr op log --since yesterday --limit all
  okr op show 71d0c3a9               what one of them did, and what became of it

The commands of this machine that wrote something or exchanged something with
the server, as they were typed; codes, tokens, passwords and the command of
--exec are not kept. The newest 10,000 are. Other machines have their own: what
everybody changed is in okr log.";
    /// Of `okr op show`.
    OP_SHOW = "\
Examples:
  okr op show 71d0c3a9
  okr op show 71d0c3a9 -o json

Shows each change that the command wrote or took away, and where it is now: in
the log, pending, in conflict, dropped, undone. okr undo 71d0c3a9 takes all of
them back, okr undo CHANGE one of them.";
}
