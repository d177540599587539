//! How messages become the bytes of a call: protobuf, in buffers that are no larger than what is sent.
//!
//! The transport keeps what it encodes in for as long as the stream lasts. With its own settings each follower that
//! waits for news holds on to twice the largest message it was ever sent.

use std::marker::PhantomData;

use prost::Message;
use tonic::Status;
use tonic::codec::{BufferSettings, Codec, EncodeBuf, Encoder};
use tonic_prost::ProstDecoder;

/// Bytes that a stream has for what it sends, from its beginning on.
const BUFFER_BYTES: usize = 1024;
/// Messages that are ready at the same time are sent together until they have so many bytes.
const TOGETHER_BYTES: usize = 8 * 1024;

/// Protobuf, for one kind of message in each direction.
#[derive(Debug)]
pub struct ExactCodec<T, U>(PhantomData<(T, U)>);

/// Writes messages of one kind.
#[derive(Debug)]
pub struct ExactEncoder<T>(PhantomData<T>);

impl<T, U> Default for ExactCodec<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> Codec for ExactCodec<T, U>
where
    T: Message + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = ExactEncoder<T>;
    type Decoder = ProstDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        ExactEncoder(PhantomData)
    }

    fn decoder(&mut self) -> Self::Decoder {
        ProstDecoder::default()
    }
}

impl<T: Message> Encoder for ExactEncoder<T> {
    type Item = T;
    type Error = Status;

    fn encode(&mut self, message: T, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        // Else it would be doubled, and copied, until the message fits in.
        buffer.reserve(message.encoded_len());
        message
            .encode(buffer)
            .expect("there is room for what was measured");
        Ok(())
    }

    fn buffer_settings(&self) -> BufferSettings {
        BufferSettings::new(BUFFER_BYTES, TOGETHER_BYTES)
    }
}
