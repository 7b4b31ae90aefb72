//! UDP sockets for both sides: which families they take, and how much the system keeps of what has arrived. What is
//! sent over them is not known here.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

/// What the system is asked to keep of packets that have arrived and were not taken yet. Unit: bytes.
///
/// An update of half a megabyte arrives on a local network within a few milliseconds, in which a busy machine may not let
/// this process run at all. With the 208 KiB that Linux gives unasked, a seventh of the packets of such updates was lost
/// there and had to be sent again. It is the system's memory and is used only as long as packets wait.
pub const ARRIVED_BYTES: usize = 2 * 1024 * 1024;

/// A socket on exactly this address; on both families where it is IPv6's unspecified one and the machine can.
pub(crate) fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.ip() == IpAddr::V6(Ipv6Addr::UNSPECIFIED) {
        socket.set_only_v6(false)?;
    }
    // The system gives what it allows; a smaller one works, with more losses.
    let _ = socket.set_recv_buffer_size(ARRIVED_BYTES);
    socket.bind(&address.into())?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A burst as long as the largest credit waits in the socket as a whole.
    #[test]
    fn half_a_megabyte_that_arrives_at_once_is_kept() {
        let limit = std::fs::read_to_string("/proc/sys/net/core/rmem_max").ok();
        let limit: Option<usize> = limit.and_then(|text| text.trim().parse().ok());
        if limit.is_none_or(|limit| limit < ARRIVED_BYTES) {
            return;
        }
        let receiver = bind((std::net::Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
        let packets = crate::credit::MOST_BYTES / 1_452 + 1;
        for _ in 0..packets {
            assert_eq!(sender.send_to(&[7; 1_452], receiver.local_addr().unwrap()).unwrap(), 1_452);
        }
        receiver.set_nonblocking(true).unwrap();
        let arrived = std::iter::from_fn(|| receiver.recv(&mut [0; 2_000]).ok()).count();
        assert_eq!(arrived, packets);
    }
}
