//! Where this machine may be reached: the addresses of its interfaces, best first.
//! It asks nobody on the network, so an address behind a router is not known here.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use deskside_proto::ticket_file::{Address, Addresses, Host};

/// Whether addresses count that only this machine itself can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loopback {
    /// Only where there is no other address.
    IfNothingElse,
    /// Also, in the last place: for tests and demonstrations on one machine.
    Include,
}

/// The usable addresses of this machine with `port`, best first, as many as a ticket may name.
///
/// # Errors
/// When the operating system does not list the interfaces. An impossible port gives an empty list.
pub fn local_addresses(port: u16, loopback: Loopback) -> io::Result<Vec<Address>> {
    let interfaces = if_addrs::get_if_addrs()?;
    let found = interfaces.into_iter().map(|interface| (interface.ip(), interface.name)).collect();
    Ok(in_order(found, loopback).into_iter().filter_map(|ip| address(ip, port)).collect())
}

fn address(ip: IpAddr, port: u16) -> Option<Address> {
    let host = match ip {
        IpAddr::V4(v4) => Host::V4(v4),
        IpAddr::V6(v6) => Host::V6(v6),
    };
    Address::new(host, port).ok()
}

fn in_order(found: Vec<(IpAddr, String)>, loopback: Loopback) -> Vec<IpAddr> {
    let mut ranked: Vec<(Rank, IpAddr)> =
        found.iter().filter_map(|(ip, name)| Some((rank(*ip, name)?, *ip))).collect();
    // Stable: within a rank the operating system's order stays.
    ranked.sort_by_key(|(rank, _)| *rank);
    let mut addresses: Vec<IpAddr> = Vec::new();
    for (rank, ip) in ranked {
        let wanted = rank != Rank::Loopback || loopback == Loopback::Include || addresses.is_empty();
        if wanted && !addresses.contains(&ip) {
            addresses.push(ip);
        }
    }
    // The last places belong to the worst, but a loopback that was asked for must not fall out.
    while addresses.len() > Addresses::MAX {
        addresses.remove(Addresses::MAX - 1);
    }
    addresses
}

/// How likely it is that an expert reaches the address; smaller is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    PublicV4,
    PublicV6,
    PrivateV4,
    PrivateV6,
    /// Made up by the machine because nobody gave it one (169.254.0.0/16).
    SelfAssigned,
    /// A bridge to containers or virtual machines on this machine.
    Bridge,
    Loopback,
}

/// `None` for what a ticket cannot name.
fn rank(ip: IpAddr, interface: &str) -> Option<Rank> {
    // Names that container engines and hypervisors give to their bridges.
    let bridge =
        ["docker", "br-", "veth", "virbr", "vnet", "lxc", "lxd", "cni", "flannel", "vmnet", "vboxnet"];
    if ip.is_loopback() {
        return Some(Rank::Loopback);
    }
    address(ip, 1)?;
    if bridge.iter().any(|prefix| interface.starts_with(prefix)) {
        return Some(Rank::Bridge);
    }
    Some(match ip {
        IpAddr::V4(v4) if v4.is_link_local() => Rank::SelfAssigned,
        IpAddr::V4(v4) if v4.is_private() || is_shared(v4) => Rank::PrivateV4,
        IpAddr::V4(_) => Rank::PublicV4,
        IpAddr::V6(v6) if is_public(v6) => Rank::PublicV6,
        IpAddr::V6(_) => Rank::PrivateV6,
    })
}

/// Behind a provider's translation (RFC 6598); overlay networks use it too.
fn is_shared(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    first == 100 && (64..128).contains(&second)
}

/// Global unicast (RFC 4291, 2000::/3).
fn is_public(address: Ipv6Addr) -> bool {
    address.octets().first().is_some_and(|first| first & 0xe0 == 0x20)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(found: &[(&str, &str)], loopback: Loopback) -> Vec<String> {
        let found = found.iter().map(|(ip, name)| (ip.parse().unwrap(), (*name).to_owned())).collect();
        in_order(found, loopback).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn public_comes_before_private_and_bridges_last() {
        let found = [
            ("127.0.0.1", "lo"),
            ("172.17.0.1", "docker0"),
            ("169.254.3.4", "eth1"),
            ("fd00::5", "eth0"),
            ("192.168.1.5", "eth0"),
            ("2001:db8::5", "eth0"),
            ("fe80::1", "eth0"),
            ("203.0.113.9", "ppp0"),
        ];
        assert_eq!(
            order(&found, Loopback::IfNothingElse),
            ["203.0.113.9", "2001:db8::5", "192.168.1.5", "fd00::5", "169.254.3.4", "172.17.0.1"]
        );
    }

    #[test]
    fn loopback_is_named_only_where_nothing_else_is_or_where_asked_for() {
        let alone = [("127.0.0.1", "lo"), ("::1", "lo")];
        assert_eq!(order(&alone, Loopback::IfNothingElse), ["127.0.0.1"]);
        let beside = [("127.0.0.1", "lo"), ("10.0.0.2", "eth0")];
        assert_eq!(order(&beside, Loopback::IfNothingElse), ["10.0.0.2"]);
        assert_eq!(order(&beside, Loopback::Include), ["10.0.0.2", "127.0.0.1"]);
    }

    #[test]
    fn a_machine_with_many_addresses_names_as_many_as_a_ticket_takes() {
        let names: Vec<String> = (1..=40).map(|last| format!("10.0.0.{last}")).collect();
        let mut found: Vec<(&str, &str)> = names.iter().map(|ip| (ip.as_str(), "eth0")).collect();
        found.push(("127.0.0.1", "lo"));
        let addresses = order(&found, Loopback::Include);
        assert_eq!(addresses.len(), Addresses::MAX);
        assert_eq!(addresses.last().unwrap(), "127.0.0.1");
    }

    #[test]
    fn this_machine_has_at_least_one_address() {
        assert!(!local_addresses(47470, Loopback::IfNothingElse).unwrap().is_empty());
    }
}
