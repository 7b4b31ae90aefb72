//! The frame around a message (kind, length, body) and reading frames from a stream as the bytes arrive.
//! It holds at most one unfinished frame and never allocates on the word of a length field.

use super::codec::{Reader, WireError, Writer};

/// Bytes of a frame's header: the kind (`u8`) and the body's length (`u32`).
pub const HEADER_BYTES: usize = 5;

/// One family of messages: all that may stand on one stream in one direction.
///
/// # Reference
/// docs/PROTOCOL.md, "Frames".
pub trait Message: Sized {
    /// The number of this message.
    fn kind(&self) -> u8;

    /// The longest body that a message of `kind` may have. Units: bytes.
    fn body_limit(kind: u8) -> Result<usize, WireError>;

    /// Writes the body, without the header.
    fn write_body(&self, out: &mut Writer<'_>);

    /// Reads the body of a message of `kind`; bytes left over are the caller's affair.
    fn read_body(kind: u8, body: &mut Reader<'_>) -> Result<Self, WireError>;

    /// Appends the whole frame to `out`.
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.kind());
        let length_at = out.len();
        out.extend_from_slice(&[0; 4]);
        let body_at = out.len();
        self.write_body(&mut Writer::new(out));
        // INVARIANT: bodies are bounded by their types (the longest, a cursor, has 256 KiB), so the length fits.
        let length = u32::try_from(out.len() - body_at).unwrap_or(u32::MAX);
        if let Some(field) = out.get_mut(length_at..body_at) {
            field.copy_from_slice(&length.to_be_bytes());
        }
    }

    /// Reads exactly one whole frame.
    fn decode(frame: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(frame);
        let message = Self::take(&mut reader)?;
        reader.finish()?;
        Ok(message)
    }

    /// Takes one whole frame off the front of what `reader` has.
    fn take(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let (kind, length) = read_header::<Self>(reader)?;
        decode_body(kind, reader.take(length)?)
    }
}

fn read_header<M: Message>(reader: &mut Reader<'_>) -> Result<(u8, usize), WireError> {
    let kind = reader.u8()?;
    let limit = M::body_limit(kind)?;
    let length = usize::try_from(reader.u32()?).map_err(|_| WireError::TooLong)?;
    if length > limit {
        return Err(WireError::TooLong);
    }
    Ok((kind, length))
}

fn decode_body<M: Message>(kind: u8, body: &[u8]) -> Result<M, WireError> {
    let mut reader = Reader::new(body);
    let message = M::read_body(kind, &mut reader)?;
    reader.finish()?;
    Ok(message)
}

/// Reads one family's messages from a stream whose bytes arrive in any portions.
///
/// After an error the stream is unusable: the same error is given again for whatever follows.
///
/// # Examples
/// ```
/// use deskside_proto::wire::{FrameReader, Message, feedback::Feedback};
/// let mut bytes = Vec::new();
/// Feedback::Heartbeat.encode(&mut bytes);
/// let mut reader = FrameReader::<Feedback>::new();
/// let (mut first, mut second) = bytes.split_at(2);
/// assert_eq!(reader.read(&mut first), Ok(None));
/// assert_eq!(reader.read(&mut second), Ok(Some(Feedback::Heartbeat)));
/// ```
pub struct FrameReader<M> {
    /// The frame so far; never more than one.
    partial: Vec<u8>,
    failed: Option<WireError>,
    family: std::marker::PhantomData<fn() -> M>,
}

impl<M: Message> Default for FrameReader<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Message> FrameReader<M> {
    /// Waits for the first frame of a stream (after the stream's kind byte).
    pub fn new() -> Self {
        Self { partial: Vec::new(), failed: None, family: std::marker::PhantomData }
    }

    /// Takes bytes off the front of `input` up to the end of one message.
    ///
    /// `Ok(None)` means that `input` is used up and the message is not complete. Call it again with what is left
    /// until it says so; at most one frame is kept, whatever the length of `input`.
    ///
    /// # Errors
    /// As soon as the header alone shows that the message cannot be right, or when its body is not.
    pub fn read(&mut self, input: &mut &[u8]) -> Result<Option<M>, WireError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let result = self.advance(input);
        if let Err(error) = result {
            self.failed = Some(error);
            self.partial = Vec::new();
        }
        result
    }

    fn advance(&mut self, input: &mut &[u8]) -> Result<Option<M>, WireError> {
        if self.partial.is_empty()
            && let Some((&kind, _)) = input.split_first()
        {
            M::body_limit(kind)?;
        }
        if !self.fill(input, HEADER_BYTES) {
            return Ok(None);
        }
        let (kind, length) = read_header::<M>(&mut Reader::new(&self.partial))?;
        if !self.fill(input, HEADER_BYTES + length) {
            return Ok(None);
        }
        let body = self.partial.get(HEADER_BYTES..).unwrap_or_default();
        let message = decode_body(kind, body)?;
        self.partial.clear();
        Ok(Some(message))
    }

    /// Moves bytes over until `length` are there; says whether they are.
    fn fill(&mut self, input: &mut &[u8], length: usize) -> bool {
        let missing = length.saturating_sub(self.partial.len());
        let (taken, rest) = input.split_at(missing.min(input.len()));
        self.partial.extend_from_slice(taken);
        *input = rest;
        taken.len() == missing
    }

    /// Accepts the end of the stream only between two messages.
    pub fn finish(&self) -> Result<(), WireError> {
        match self.failed {
            Some(error) => Err(error),
            None if self.partial.is_empty() => Ok(()),
            None => Err(WireError::Truncated),
        }
    }

    /// Bytes kept of a frame that is not complete yet.
    pub fn buffered(&self) -> usize {
        self.partial.len()
    }
}
