//! Every number that bounds a connection: windows, streams, time-outs, and the memory they add up to.
//! Quinn's defaults are made for bulk transfer; none of those that matter here is left in place.
//! It opens no socket.

use std::sync::Arc;
use std::time::Duration;

use deskside_proto::wire::UpdateHeader;
use deskside_proto::wire::clipboard::PieceRequest;
use quinn::{AckFrequencyConfig, EndpointConfig, IdleTimeout, TransportConfig, VarInt};
use quinn_proto::RandomConnectionIdGenerator;

use crate::congestion;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// Silence on the path after which a connection is lost.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// How often the expert's side keeps the path (and the NAT in between) open.
pub const KEEP_ALIVE: Duration = Duration::from_secs(12);
/// Longest wait before a packet is acknowledged.
pub const MAX_ACK_DELAY: Duration = Duration::from_millis(5);

/// Bytes that may be in flight before the first acknowledgement.
pub const INITIAL_WINDOW_BYTES: u64 = 64 * KIB;
/// Bytes that a side buffers for sending, all streams together.
///
/// What is fetched takes up a part of it; the picture has the same room with and without that.
pub const SEND_WINDOW_BYTES: u64 = 512 * KIB + MAX_FETCH_STREAMS as u64 * FETCH_STREAM_BYTES;
/// Bytes of datagrams that wait for sending.
pub const DATAGRAM_BUFFER_BYTES: usize = 32 * 1024;
/// Updates up to this length are confirmed by QUIC's acknowledgement (docs/PROTOCOL.md, section 8); a packet holds one.
pub const SHORT_UPDATE_BYTES: usize = 1_200;
/// Largest update that either side sends or takes; the expert's largest single allocation.
pub const MAX_UPDATE_BYTES: usize = UpdateHeader::MAX_PAYLOAD_BYTES;

/// What the client buffers of a peer that has proved nothing: a Hello fits four times.
pub const STRANGER_RECEIVE_BYTES: u64 = 8 * KIB;
/// Pieces of copied things that may be under way at once in each direction.
pub const MAX_FETCH_STREAMS: u32 = 2;
/// What one piece takes with its head.
pub const FETCH_STREAM_BYTES: u64 = PieceRequest::MAX_LENGTH as u64 + KIB;
/// What the client buffers of an admitted expert: control, input and feedback are small, and pieces never take their room.
pub const EXPERT_RECEIVE_BYTES: u64 = 64 * KIB + MAX_FETCH_STREAMS as u64 * CLIENT_STREAM_BYTES;
/// What the client buffers on any one stream: a piece.
pub const CLIENT_STREAM_BYTES: u64 = FETCH_STREAM_BYTES;
/// What the client buffers for sending to a stranger: one refusal.
pub const STRANGER_SEND_BYTES: u64 = 4 * KIB;
/// Out-of-order handshake bytes that are kept; a hybrid ClientHello has about 1.6 KB.
pub const HANDSHAKE_BYTES: u64 = 8 * KIB;
/// Packets that are kept while it is undecided whether to answer at all.
pub const UNDECIDED_BYTES: u64 = 8 * KIB;
/// Connections about which nothing has been decided yet.
pub const MAX_UNDECIDED: usize = 64;

/// What the expert buffers on one update stream.
pub const UPDATE_STREAM_BYTES: u64 = 2 * MIB;
/// What the expert buffers of a client, all streams together.
pub const CLIENT_RECEIVE_BYTES: u64 = 4 * MIB;
/// Updates that may be under way at once.
pub const MAX_UPDATE_STREAMS: u32 = 64;
/// What the expert keeps of datagrams that repair updates which are not due yet.
pub const REPAIR_BYTES: usize = 256 * 1024;
/// Bytes of datagrams that the expert buffers until they are looked at.
pub const REPAIR_BUFFER_BYTES: usize = 64 * 1024;
/// Bytes of datagrams that the client buffers until they are looked at; a copy of input has up to 1,000.
pub const INPUT_BUFFER_BYTES: usize = 2 * 1024;

/// State that quinn and rustls keep for one connection apart from the buffers above: keys,
/// packet maps, timers, the TLS transcript. Measured: 92 KB for both ends together (`tests/memory.rs`).
pub const CONNECTION_STATE_BYTES: u64 = 128 * KIB;

/// INVARIANT: upper limit of what one peer without a proof can make the client hold.
pub const MEMORY_BEFORE_PROOF_BYTES: u64 = CONNECTION_STATE_BYTES
    + STRANGER_RECEIVE_BYTES
    + STRANGER_SEND_BYTES
    + HANDSHAKE_BYTES
    + UNDECIDED_BYTES
    + INPUT_BUFFER_BYTES as u64;

// docs/PROTOCOL.md, section 14, states these three.
const _: () = assert!(MEMORY_BEFORE_PROOF_BYTES <= 160 * KIB);
const _: () = assert!(MEMORY_AFTER_PROOF_BYTES <= 36 * MIB);
const _: () = assert!(EXPERT_MEMORY_BYTES <= 105 * MIB);
// What the credit lets out must fit the expert's buffers, or a stream could wait for room that an earlier one holds.
const _: () = assert!(crate::credit::MOST_BYTES as u64 <= CLIENT_RECEIVE_BYTES / 2);

/// INVARIANT: upper limit of what one admitted expert can make the client hold in this crate: buffers of
/// QUIC, the queues between the link and the program, unconfirmed updates up to the largest credit, and the
/// one update that may go beyond it.
pub const MEMORY_AFTER_PROOF_BYTES: u64 = CONNECTION_STATE_BYTES
    + EXPERT_RECEIVE_BYTES
    + SEND_WINDOW_BYTES
    + DATAGRAM_BUFFER_BYTES as u64
    + INPUT_BUFFER_BYTES as u64
    + QUEUE_BYTES
    + crate::credit::MOST_BYTES as u64
    + MAX_UPDATE_BYTES as u64;

/// INVARIANT: upper limit of what a client can make the expert hold in this crate: one update that is being
/// read and two that wait for the decoder, beside the buffers of QUIC and the queues.
pub const EXPERT_MEMORY_BYTES: u64 = CONNECTION_STATE_BYTES
    + CLIENT_RECEIVE_BYTES
    + SEND_WINDOW_BYTES
    + DATAGRAM_BUFFER_BYTES as u64
    + REPAIR_BUFFER_BYTES as u64
    + REPAIR_BYTES as u64
    + QUEUE_BYTES
    + CURSOR_QUEUE_BYTES
    + 3 * MAX_UPDATE_BYTES as u64;

/// Queues of messages between a link's tasks and the program, and one cursor waiting and one being written.
pub const QUEUE_BYTES: u64 = MIB;

/// Cursors that wait for the viewer: [`crate::link::CURSOR_QUEUE`] shapes of 256 KiB.
pub const CURSOR_QUEUE_BYTES: u64 = crate::link::CURSOR_QUEUE as u64 * 256 * KIB;

/// For the client, which listens: small windows, nothing but the control stream before the proof.
pub(crate) fn listening() -> TransportConfig {
    let mut config = common(IDLE_TIMEOUT);
    config
        .max_concurrent_bidi_streams(1u32.into())
        .max_concurrent_uni_streams(0u32.into())
        .stream_receive_window(var(CLIENT_STREAM_BYTES))
        .receive_window(var(STRANGER_RECEIVE_BYTES))
        .datagram_receive_buffer_size(Some(INPUT_BUFFER_BYTES))
        .send_window(STRANGER_SEND_BYTES);
    config
}

/// Widens a connection whose peer has proved that it holds the ticket.
pub(crate) fn admit(connection: &quinn::Connection) {
    connection.set_receive_window(var(EXPERT_RECEIVE_BYTES));
    connection.set_send_window(SEND_WINDOW_BYTES);
    // Input and feedback; a third one is a violation, see `client::link`.
    connection.set_max_concurrent_uni_streams(2u32.into());
    // The control stream is one.
    connection.set_max_concurrent_bi_streams((MAX_FETCH_STREAMS + 1).into());
}

/// For the expert, which connects to one pinned client.
pub(crate) fn connecting(idle: Duration) -> TransportConfig {
    let mut config = common(idle);
    config
        .max_concurrent_bidi_streams(MAX_FETCH_STREAMS.into())
        // One more than the updates, for the cursor.
        .max_concurrent_uni_streams((MAX_UPDATE_STREAMS + 1).into())
        .stream_receive_window(var(UPDATE_STREAM_BYTES))
        .receive_window(var(CLIENT_RECEIVE_BYTES))
        .datagram_receive_buffer_size(Some(REPAIR_BUFFER_BYTES))
        .send_window(SEND_WINDOW_BYTES)
        .keep_alive_interval(Some(KEEP_ALIVE));
    config
}

/// For the expert's socket, which has one connection to one address: packets to it need no number to be told apart by.
pub(crate) fn connecting_endpoint() -> EndpointConfig {
    let mut config = EndpointConfig::default();
    config.cid_generator(|| Box::new(RandomConnectionIdGenerator::new(0)));
    config
}

fn common(idle: Duration) -> TransportConfig {
    let mut acks = AckFrequencyConfig::default();
    acks.max_ack_delay(Some(MAX_ACK_DELAY));
    let mut config = TransportConfig::default();
    config
        .max_idle_timeout(IdleTimeout::try_from(idle).ok())
        .crypto_buffer_size(HANDSHAKE_BYTES as usize)
        .datagram_send_buffer_size(DATAGRAM_BUFFER_BYTES)
        .ack_frequency_config(Some(acks))
        .congestion_controller_factory(Arc::new(congestion::Factory))
        // Two updates served in turns are both late: first written, first sent.
        .send_fairness(false)
        // The spin bit tells an onlooker the round trip time.
        .allow_spin(false);
    config
}

fn var(bytes: u64) -> VarInt {
    VarInt::from_u64(bytes).unwrap_or(VarInt::MAX)
}
