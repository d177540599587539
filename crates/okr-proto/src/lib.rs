//! The one place where domain, bytes and wire meet.
//!
//! The generated types of `/proto` and their conversions to and from the core. It translates and
//! decides nothing.

mod change;
mod choice;
mod codec;
mod directory;
mod event;
mod fault;
mod field;
mod ids;
mod methods;
mod record;
mod scope;
mod status;
mod sync;
mod text;

pub use change::{Decoded, EncodedChange, SaltLengthError, decode, encode};
pub use choice::{role_from_number, role_number};
pub use codec::{ExactCodec, ExactEncoder};
pub use directory::{Directory, DirectoryEntry, DisplayName, Email, Handle};
pub use fault::{DecodeError, Problem};
pub use ids::{ToCore, ToLog};
pub use methods::methods;
pub use okr_log::{MAX_BODY_BYTES, MAX_TEXT_BYTES, MAX_TEXTS};
pub use record::{ConfirmedChange, RecordError, decode_record};
pub use status::{
    AUTHORIZATION_METADATA_KEY, ApiError, BEARER_PREFIX, ERROR_DOMAIN, Excess,
    PROTOCOL_METADATA_KEY, REQUEST_ID_METADATA_KEY,
};
pub use sync::{PushOutcome, Refusal};
pub use text::{ERASED, SaltedText, StoredText};

/// The generated messages, clients and servers of package `okr.v1`.
#[expect(missing_docs, clippy::pedantic, reason = "generated code")]
pub mod v1 {
    tonic::include_proto!("okr.v1");
}

/// The encoded descriptors of `/proto`, for gRPC reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("okr_descriptor");

/// What this program can read in a change, as a number that grows with every new kind of event,
/// field or choice. A change with something that is not in it is [`Decoded::Newer`].
pub const VOCABULARY: u32 = 4;

/// The version of the protocol, as sent in the metadata `okr-protocol`.
pub const PROTOCOL_VERSION: u32 = 1;
