//! Reading and writing the parts that messages are made of: integers, texts, byte strings.
//! Every length is compared with its limit and with what is there before anything is copied.

/// Why bytes are not a message. It is always the sender's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The bytes end before the message does.
    #[error("the message ends too early")]
    Truncated,
    /// A length is beyond what this message or part may have.
    #[error("the message is longer than allowed")]
    TooLong,
    /// No message of this number belongs on this stream.
    #[error("unknown message kind {0:#04x}")]
    UnknownKind(u8),
    /// A field holds a value that it must not have; the field is named.
    #[error("invalid value for {0}")]
    InvalidValue(&'static str),
    /// Bytes are left over after the message's last field.
    #[error("bytes are left over after the message")]
    TrailingBytes,
}

/// Takes parts off the front of a byte slice.
#[derive(Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the beginning of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next `count` bytes as they are.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], WireError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(WireError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    /// The next `N` bytes as an array.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(WireError::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8, WireError> {
        self.array().map(u8::from_be_bytes)
    }

    /// Two bytes, big-endian.
    pub fn u16(&mut self) -> Result<u16, WireError> {
        self.array().map(u16::from_be_bytes)
    }

    /// Two bytes, big-endian, two's complement.
    pub fn i16(&mut self) -> Result<i16, WireError> {
        self.array().map(i16::from_be_bytes)
    }

    /// Four bytes, big-endian.
    pub fn u32(&mut self) -> Result<u32, WireError> {
        self.array().map(u32::from_be_bytes)
    }

    /// Eight bytes, big-endian.
    pub fn u64(&mut self) -> Result<u64, WireError> {
        self.array().map(u64::from_be_bytes)
    }

    /// One byte that is 0 or 1 and nothing else.
    pub fn flag(&mut self, field: &'static str) -> Result<bool, WireError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            2.. => Err(WireError::InvalidValue(field)),
        }
    }

    /// A `u16` length, then that many bytes; at most `limit`.
    pub fn bytes(&mut self, limit: usize) -> Result<&'a [u8], WireError> {
        let length = usize::from(self.u16()?);
        if length > limit {
            return Err(WireError::TooLong);
        }
        self.take(length)
    }

    /// A `u16` length, then that many bytes of UTF-8; at most `limit` bytes.
    pub fn text(&mut self, limit: usize, field: &'static str) -> Result<&'a str, WireError> {
        std::str::from_utf8(self.bytes(limit)?).map_err(|_| WireError::InvalidValue(field))
    }

    /// Everything that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    /// How many bytes are left.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Accepts the end of the message only where the bytes end too.
    pub fn finish(self) -> Result<(), WireError> {
        if self.rest.is_empty() { Ok(()) } else { Err(WireError::TrailingBytes) }
    }
}

/// Puts parts at the end of a byte vector.
pub struct Writer<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Writer<'a> {
    /// Appends to `out`.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    /// Bytes as they are, without a length.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// One byte.
    pub fn u8(&mut self, value: u8) {
        self.out.push(value);
    }

    /// Two bytes, big-endian.
    pub fn u16(&mut self, value: u16) {
        self.raw(&value.to_be_bytes());
    }

    /// Two bytes, big-endian, two's complement.
    pub fn i16(&mut self, value: i16) {
        self.raw(&value.to_be_bytes());
    }

    /// Four bytes, big-endian.
    pub fn u32(&mut self, value: u32) {
        self.raw(&value.to_be_bytes());
    }

    /// Eight bytes, big-endian.
    pub fn u64(&mut self, value: u64) {
        self.raw(&value.to_be_bytes());
    }

    /// One byte, 0 or 1.
    pub fn flag(&mut self, value: bool) {
        self.u8(u8::from(value));
    }

    /// A `u16` length, then the bytes.
    ///
    /// # Panics
    /// When there are more than 65,535: the types that hold such bytes are bounded far below.
    pub fn bytes(&mut self, bytes: &[u8]) {
        #[expect(
            clippy::expect_used,
            reason = "every caller writes a type whose constructor bounds its length"
        )]
        let length = u16::try_from(bytes.len()).expect("a bounded byte string");
        self.u16(length);
        self.raw(bytes);
    }

    /// A `u16` length, then the text's UTF-8 bytes.
    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }
}

/// An enum that travels as one byte: gives it `code`, `from_code` and `ALL`.
macro_rules! one_byte_enum {
    ($(#[$meta:meta])* $name:ident, $field:literal { $($(#[$variant_meta:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_meta])* $variant,)+ }

        impl $name {
            /// Every value, in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The byte that stands for it on the wire.
            pub fn code(self) -> u8 {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The value that `code` stands for.
            pub fn from_code(code: u8) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }

            /// Reads the byte; one that stands for nothing is an invalid value.
            pub fn read(reader: &mut $crate::wire::codec::Reader<'_>) -> Result<Self, $crate::wire::codec::WireError> {
                Self::from_code(reader.u8()?).ok_or($crate::wire::codec::WireError::InvalidValue($field))
            }
        }
    };
}
pub(crate) use one_byte_enum;
