//! The offline copy of an organisation: confirmed history, pending changes, sync against a remote, reads as of any moment.
//!
//! Synchronous but for the gRPC remote, which hides its runtime.

mod aspect;
mod batch;
mod body;
mod bundle;
mod conflict;
mod directory;
mod divergence;
mod dropped;
mod ends;
mod erasure;
mod error;
mod events;
#[cfg(test)]
mod fake_log;
mod inbox;
mod ingest;
mod insert;
mod integrity;
mod log;
mod meta;
mod moment;
mod operation;
mod pending;
mod people;
mod pinned;
mod readable;
mod reading;
mod rebase;
mod record;
mod remote;
mod replica;
mod restored;
mod reversed;
mod schema;
mod search;
mod setter;
mod short;
mod sync;
mod takeout;
mod undo;
mod upgrade;
mod verify;
mod version;
mod view;
mod waiting;

pub use batch::{EachOrder, ProposedAll, ProposedEach};
pub use bundle::{BundleError, BundleReport, Bundled, Selection, check_bundle};
pub use conflict::{Clash, Conflict, Explained, Resolution, Resolved, Settled, Settlement};
pub use directory::{Directory, DirectoryEntry};
pub use divergence::{Divergence, LostChange};
pub use dropped::{Dropped, How};
pub use erasure::{ErasedText, TextFound};
pub use error::ReplicaError;
pub use events::{
    EventsChecked, EventsError, EventsFile, EventsHead, EventsOrder, EventsTaken, EventsWritten,
    TakenIn,
};
pub use inbox::{Because, Concern, FollowedThing, InboxEntry, InboxSpan, Unread};
pub use ingest::{Ingest, IngestError, Ingested};
pub use integrity::IntegrityError;
pub use log::{ChangeKind, Glimpse, Landmark, LogEntry, LogFilter, Place, Spot};
pub use meta::{NewReplica, RemoteInfo, ReplicaInfo};
pub use moment::{Axis, Moment, Point};
pub use okr_proto::{PushOutcome, Refusal};
pub use operation::{Did, Operation, OperationChange, OperationEntry, Standing};
pub use pinned::SignedHead;
pub use reading::goalposts::{
    Both, Deed, Effect, Goalposts, KeyResultEffect, KeyResultSide, LateDeed, MoveKind, MoveStep,
    Moved, ObjectiveEffect, ObjectiveSide, Reported,
};
pub use reading::rhythm::Rhythm;
pub use reading::{
    Blame, BlockerFact, Changed, ChangedField, CheckInFact, CommentFact, CommentFilter, CycleGoals,
    CycleStanding, Diff, DiffScope, Fed, FieldBlame, Found, Given, InitiativeFilter,
    KeyResultSeries, KeyResultStanding, Latest, Lineage, Made, Makers, MeasureStep, MetricStanding,
    MetricValueFact, ObjectiveFilter, ObjectiveSeries, ObjectiveStanding, Origin, PassedOver,
    Patch, Reading, RollUp, RollUpOf, Stand, StandingBlocker, Stands,
};
pub use remote::{
    ClientCertificate, Follow, Followed, Following, GrpcOptions, GrpcRemote, Holder, Identity,
    LoggedIn, LoginCode, MAX_DIRECTORY_ENTRIES, MAX_PUSH_BYTES, MAX_PUSH_CHANGES, NewToken,
    OpenCode, Pulled, Remote, RemoteError, TokenInfo, TokenWish, request_id,
};
pub use replica::{Proposed, Replica};
pub use restored::{Rebuilt, TakenOver};
pub use schema::Unwritable;
pub use search::{
    Hit, Hits, IndexProgress, Query, QueryError, SearchKind, SearchOrder, TextField, TextMatch,
};
pub use sync::{Follower, Merged, Superseded, SyncError, SyncProgress, SyncReport, Turn};
pub use takeout::TakenOut;
pub use undo::{
    Counter, Dependent, Hindrance, Kept, Obstacle, OperationUndo, Redoable, Steps, UndoOrder,
    UndoStep, Undoable, Undone, Why,
};
pub use upgrade::Upgrades;
pub use verify::{
    AnchorFinding, Anchored, Derived, Examination, Fingerprint, FingerprintError, Flaw, KeptAnchor,
    ServerStanding, Waits, read_anchors,
};
pub use waiting::PendingEntry;
