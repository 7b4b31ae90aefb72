//! Where a client can be reached: an IP address or a DNS name, and a UDP port.
//! It refuses what can reach nobody or many at once; it resolves and connects nothing.
//!
//! # Reference
//! docs/TICKET.md, section 2, "Addresses".

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU16;

use super::TicketFileError;

/// A host and a UDP port at which one machine may be reached.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    host: Host,
    port: NonZeroU16,
}

/// The host of an [`Address`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address without a zone.
    V6(Ipv6Addr),
    /// A name to look up.
    Name(DnsName),
}

/// A DNS name in its one spelling: lower case, no final dot, not to be taken for an IP address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DnsName(String);

/// Why an address cannot stand in a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Unspecified, multicast, broadcast, reserved, or an IPv6 address that only means something with a zone.
    #[error("it does not name one machine")]
    NotOneMachine,
    /// An IPv4 address written as IPv6.
    #[error("it is an IPv4 address written as IPv6")]
    MappedV4,
    /// Not a DNS name in its one spelling.
    #[error("it is not a proper name of a machine")]
    Name,
    /// Port 0.
    #[error("it has no port")]
    NoPort,
}

impl Address {
    /// Accepts an address that one machine can have.
    pub fn new(host: Host, port: u16) -> Result<Self, AddressError> {
        match &host {
            Host::V4(address) => check_v4(*address)?,
            Host::V6(address) => check_v6(*address)?,
            Host::Name(_) => {}
        }
        let port = NonZeroU16::new(port).ok_or(AddressError::NoPort)?;
        Ok(Self { host, port })
    }

    /// The address of a socket; an IPv4 address written as IPv6 is written as IPv4.
    pub fn from_socket(address: SocketAddr) -> Result<Self, AddressError> {
        let host = match address.ip().to_canonical() {
            IpAddr::V4(address) => Host::V4(address),
            IpAddr::V6(address) => Host::V6(address),
        };
        Self::new(host, address.port())
    }

    /// The host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The UDP port.
    pub fn port(&self) -> u16 {
        self.port.get()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::V4(address) => write!(f, "{address}:{}", self.port),
            Host::V6(address) => write!(f, "[{address}]:{}", self.port),
            Host::Name(name) => write!(f, "{}:{}", name.as_str(), self.port),
        }
    }
}

impl DnsName {
    /// Longest name, in bytes.
    pub const MAX_BYTES: usize = 253;
    const MAX_LABEL_BYTES: usize = 63;

    /// Accepts `text` exactly as it is.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.len() > Self::MAX_BYTES {
            return Err(AddressError::Name);
        }
        let well_formed = text.split('.').all(|label| {
            (1..=Self::MAX_LABEL_BYTES).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        });
        // Resolvers read "10.1" and "127.0.0.1" as addresses; then the rules for addresses would be passed by.
        let last = text.rsplit('.').next().unwrap_or_default();
        if !well_formed || !last.bytes().any(|b| b.is_ascii_lowercase()) || looks_hexadecimal(last) {
            return Err(AddressError::Name);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a resolver of the old kind (`inet_aton`) could read the label as a number, as in `0x7f`.
fn looks_hexadecimal(label: &str) -> bool {
    label.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn check_v4(address: Ipv4Addr) -> Result<(), AddressError> {
    let [first, ..] = address.octets();
    if first == 0 || first >= 224 { Err(AddressError::NotOneMachine) } else { Ok(()) }
}

fn check_v6(address: Ipv6Addr) -> Result<(), AddressError> {
    if address.to_ipv4_mapped().is_some() {
        return Err(AddressError::MappedV4);
    }
    if address.is_unspecified() || address.is_multicast() || address.is_unicast_link_local() {
        return Err(AddressError::NotOneMachine);
    }
    Ok(())
}

/// One to sixteen addresses, no two equal, in the client's order of preference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses(Vec<Address>);

impl Addresses {
    /// Most addresses in one ticket.
    pub const MAX: usize = 16;

    /// Accepts a list of the right length without repetition.
    ///
    /// # Errors
    /// [`TicketFileError::AddressCount`], [`TicketFileError::AddressTwice`].
    pub fn new(addresses: Vec<Address>) -> Result<Self, TicketFileError> {
        if addresses.is_empty() || addresses.len() > Self::MAX {
            return Err(TicketFileError::AddressCount);
        }
        let repeated =
            addresses.iter().enumerate().any(|(at, address)| addresses.iter().take(at).any(|a| a == address));
        if repeated {
            return Err(TicketFileError::AddressTwice);
        }
        Ok(Self(addresses))
    }
}

impl std::ops::Deref for Addresses {
    type Target = [Address];

    fn deref(&self) -> &[Address] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v4(text: &str) -> Result<Address, AddressError> {
        Address::new(Host::V4(text.parse().unwrap()), 1)
    }

    fn v6(text: &str) -> Result<Address, AddressError> {
        Address::new(Host::V6(text.parse().unwrap()), 1)
    }

    #[test]
    fn an_address_names_one_machine() {
        for good in ["192.0.2.1", "10.0.0.1", "127.0.0.1", "169.254.1.1", "223.255.255.255"] {
            assert!(v4(good).is_ok(), "{good}");
        }
        for bad in ["0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"] {
            assert_eq!(v4(bad), Err(AddressError::NotOneMachine), "{bad}");
        }
        for good in ["2001:db8::1", "::1", "fd00::1"] {
            assert!(v6(good).is_ok(), "{good}");
        }
        for bad in ["::", "ff02::1", "fe80::1", "febf::1"] {
            assert_eq!(v6(bad), Err(AddressError::NotOneMachine), "{bad}");
        }
        assert_eq!(v6("::ffff:192.0.2.1"), Err(AddressError::MappedV4));
        assert_eq!(Address::new(Host::V4(Ipv4Addr::LOCALHOST), 0), Err(AddressError::NoPort));
    }

    #[test]
    fn a_name_has_one_spelling_and_is_no_number() {
        let longest = format!("{0}.{0}.{0}.{1}", "a".repeat(63), "b".repeat(61));
        for good in ["localhost", "pc-7.example.org", "1.example", "xn--nez-0na.example", longest.as_str()] {
            assert!(DnsName::parse(good).is_ok(), "{good}");
        }
        let too_long = format!("{longest}b");
        let label = "a".repeat(64);
        for bad in [
            "",
            ".",
            "a.",
            ".a",
            "a..b",
            "Example.org",
            "a b",
            "-a",
            "a-",
            "a.-b",
            "127.0.0.1",
            "10.1",
            "7",
            "a.7",
            "0x7f",
            "1.0x7f",
            "0x",
            "núñez.example",
            "a_b",
            "a:1",
            "[::1]",
            "a\0",
            &too_long,
            &label,
        ] {
            assert_eq!(DnsName::parse(bad), Err(AddressError::Name), "{bad}");
        }
    }

    #[test]
    fn a_socket_address_is_written_in_its_simplest_kind() {
        let written = |text: &str| Address::from_socket(text.parse().unwrap()).map(|a| a.to_string());
        assert_eq!(written("[::ffff:192.0.2.1]:7"), Ok("192.0.2.1:7".into()));
        assert_eq!(written("[2001:db8::1]:7"), Ok("[2001:db8::1]:7".into()));
        assert_eq!(written("0.0.0.0:7"), Err(AddressError::NotOneMachine));
    }

    #[test]
    fn a_list_has_one_to_sixteen_different_addresses() {
        let numbered =
            |count: u8| (1..=count).map(|n| v4(&format!("10.0.0.{n}")).unwrap()).collect::<Vec<_>>();
        assert!(Addresses::new(numbered(1)).is_ok());
        assert!(Addresses::new(numbered(16)).is_ok());
        assert_eq!(Addresses::new(numbered(0)), Err(TicketFileError::AddressCount));
        assert_eq!(Addresses::new(numbered(17)), Err(TicketFileError::AddressCount));
        let mut twice = numbered(3);
        twice.extend(numbered(1));
        assert_eq!(Addresses::new(twice), Err(TicketFileError::AddressTwice));
    }
}
