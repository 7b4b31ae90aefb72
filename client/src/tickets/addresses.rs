//! Where experts can reach this client: what the settings name, and what the machine's interfaces have.

use std::net::{IpAddr, SocketAddr};

use deskside_proto::ticket_file::{Address, Addresses, DnsName, Host};
use deskside_words::t;
use thiserror::Error;

/// Why a text of the settings is no address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", t!("client-address-invalid", text = format!("{:?}", .text), reason = .reason))]
pub struct InvalidAddress {
    text: String,
    reason: String,
}

/// Why there is nothing to put into a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{}", t!("client-no-address"))]
pub struct NoAddress;

/// Reads an address with or without a port.
///
/// # Errors
/// [`InvalidAddress`].
pub fn parse(text: &str, default_port: u16) -> Result<Address, InvalidAddress> {
    let invalid =
        |reason: &dyn std::fmt::Display| InvalidAddress { text: text.to_owned(), reason: reason.to_string() };
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Address::from_socket(address).map_err(|error| invalid(&error));
    }
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Address::from_socket(SocketAddr::new(address, default_port)).map_err(|error| invalid(&error));
    }
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) => (name, port.parse().map_err(|_| invalid(&t!("client-address-port")))?),
        None => (text, default_port),
    };
    let name = DnsName::parse(&name.to_ascii_lowercase()).map_err(|error| invalid(&error))?;
    Address::new(Host::Name(name), port).map_err(|error| invalid(&error))
}

/// The addresses for a ticket: those of the settings first, then those of the machine.
///
/// # Errors
/// [`NoAddress`] where there are none at all.
pub fn gather(settings: &[String], machine: Vec<Address>, port: u16) -> Result<Addresses, NoAddress> {
    let named = settings.iter().filter_map(|text| parse(text, port).ok());
    let mut all: Vec<Address> = Vec::new();
    for address in named.chain(machine) {
        if all.len() < Addresses::MAX && !all.contains(&address) {
            all.push(address);
        }
    }
    Addresses::new(all).map_err(|_| NoAddress)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(input: &str) -> Option<String> {
        parse(input, 47470).ok().map(|address| address.to_string())
    }

    #[test]
    fn addresses_with_and_without_port_are_read() {
        for (input, expected) in [
            ("192.0.2.7", "192.0.2.7:47470"),
            ("192.0.2.7:5000", "192.0.2.7:5000"),
            ("2001:db8::1", "[2001:db8::1]:47470"),
            ("[2001:db8::1]", "[2001:db8::1]:47470"),
            ("[2001:db8::1]:5000", "[2001:db8::1]:5000"),
            ("Home.Example.org", "home.example.org:47470"),
            ("home.example.org:5000", "home.example.org:5000"),
        ] {
            assert_eq!(text(input).as_deref(), Some(expected));
        }
        for wrong in
            ["", "a b", "home:", "home:70000", "home:0", "0.0.0.0", "ff02::1", "300.1.1.1", "x_y.org"]
        {
            let error = parse(wrong, 47470).unwrap_err().to_string();
            assert!(error.contains("write for example"), "{error}");
        }
    }

    #[test]
    fn named_addresses_come_first_and_none_comes_twice_or_as_a_seventeenth() {
        let machine = (1..=20).map(|n| parse(&format!("10.0.0.{n}"), 47470).unwrap()).collect();
        let all = gather(&["10.0.0.3".into(), "home.example.org:9".into()], machine, 47470).unwrap();
        let texts: Vec<String> = all.iter().map(ToString::to_string).collect();
        assert_eq!(texts.get(..3).unwrap(), ["10.0.0.3:47470", "home.example.org:9", "10.0.0.1:47470"]);
        assert_eq!(texts.len(), 16);
        assert_eq!(texts.iter().filter(|text| text.as_str() == "10.0.0.3:47470").count(), 1);
        assert_eq!(gather(&[], Vec::new(), 1), Err(NoAddress));
    }
}
