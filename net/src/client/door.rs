//! Who may begin a handshake: limits on half-open connections and on attempts per address.
//! It decides about addresses only; no packet, key or ticket reaches it, and time is passed in.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many strangers the listener deals with at once.
#[derive(Debug, Clone, Copy)]
pub struct DoorLimits {
    /// Connections that have not been admitted yet, all addresses together.
    pub half_open: usize,
    /// The same from one address (IPv6: one /64 network).
    pub half_open_per_address: usize,
    /// Half-open connections from which on an address must first prove itself (QUIC Retry).
    pub retry_from: usize,
    /// Attempts that one address may make at once.
    pub burst: u32,
    /// Time after which one address may make one attempt more.
    pub refill: Duration,
    /// Addresses that are remembered.
    pub remembered: usize,
}

impl Default for DoorLimits {
    fn default() -> Self {
        Self {
            half_open: 32,
            half_open_per_address: 8,
            retry_from: 4,
            burst: 30,
            refill: Duration::from_millis(500),
            remembered: 1024,
        }
    }
}

/// What to do with one connection attempt.
#[derive(Debug)]
pub(crate) enum Decision {
    /// Go on with the handshake; the place is free again when this is dropped.
    Enter(Place),
    /// Let the address prove itself first.
    Retry,
    /// Say no in one packet.
    Refuse,
}

#[derive(Debug)]
struct Visitor {
    half_open: usize,
    attempts_left: u32,
    /// The moment up to which refilling has been counted.
    counted: Instant,
}

impl Visitor {
    fn refill(&mut self, limits: &DoorLimits, now: Instant) {
        let passed = now.saturating_duration_since(self.counted);
        let refilled = passed.as_nanos() / limits.refill.as_nanos().max(1);
        if refilled >= u128::from(limits.burst - self.attempts_left.min(limits.burst)) {
            self.attempts_left = limits.burst;
            self.counted = now;
        } else {
            // Below the burst, so both casts keep the value.
            self.attempts_left += refilled as u32;
            self.counted += limits.refill * refilled as u32;
        }
    }
}

#[derive(Debug, Default)]
struct Counts {
    half_open: usize,
    visitors: HashMap<IpAddr, Visitor>,
}

/// Counts visitors; clones share the counts.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    limits: DoorLimits,
    counts: Arc<Mutex<Counts>>,
}

impl Door {
    pub(crate) fn new(limits: DoorLimits) -> Self {
        Self { limits, counts: Arc::default() }
    }

    /// Decides about an attempt from `address`, which is `validated` once it answered a Retry.
    ///
    /// Only validated addresses are charged for the attempt: a forged sender must not be able to
    /// use up somebody else's allowance.
    pub(crate) fn knock(&self, address: IpAddr, validated: bool, now: Instant) -> Decision {
        let network = network_of(address);
        let mut counts = self.lock();
        let here = counts.visitors.get(&network).map_or(0, |visitor| visitor.half_open);
        let busy = counts.half_open >= self.limits.retry_from || here > 0;
        if busy && !validated {
            return Decision::Retry;
        }
        if counts.half_open >= self.limits.half_open || here >= self.limits.half_open_per_address {
            return Decision::Refuse;
        }
        if !counts.visitors.contains_key(&network) && counts.visitors.len() >= self.limits.remembered {
            self.forget_the_rested(&mut counts, now);
            if counts.visitors.len() >= self.limits.remembered {
                return Decision::Refuse;
            }
        }
        let burst = self.limits.burst;
        let visitor = counts.visitors.entry(network).or_insert(Visitor {
            half_open: 0,
            attempts_left: burst,
            counted: now,
        });
        visitor.refill(&self.limits, now);
        if visitor.attempts_left == 0 {
            // Not validated and nothing left: it may be somebody else's doing.
            return if validated { Decision::Refuse } else { Decision::Retry };
        }
        if validated {
            visitor.attempts_left -= 1;
        }
        visitor.half_open += 1;
        counts.half_open += 1;
        Decision::Enter(Place { door: self.clone(), network, charged: validated })
    }

    fn forget_the_rested(&self, counts: &mut Counts, now: Instant) {
        let limits = self.limits;
        counts.visitors.retain(|_, visitor| {
            visitor.refill(&limits, now);
            visitor.half_open > 0 || visitor.attempts_left < limits.burst
        });
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One half-open connection; dropping it frees the place.
#[derive(Debug)]
pub(crate) struct Place {
    door: Door,
    network: IpAddr,
    charged: bool,
}

impl Place {
    /// The handshake is complete, so the address is real: charge the attempt if that is still due.
    pub(crate) fn address_proved(&mut self) {
        if !std::mem::replace(&mut self.charged, true)
            && let Some(visitor) = self.door.lock().visitors.get_mut(&self.network)
        {
            visitor.attempts_left = visitor.attempts_left.saturating_sub(1);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.door.lock();
        counts.half_open = counts.half_open.saturating_sub(1);
        if let Some(visitor) = counts.visitors.get_mut(&self.network) {
            visitor.half_open = visitor.half_open.saturating_sub(1);
        }
    }
}

/// The address under which a visitor is counted: its IPv4 address, or its IPv6 /64, because whoever has one address of
/// it has them all.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: DoorLimits = DoorLimits {
        half_open: 4,
        half_open_per_address: 2,
        retry_from: 3,
        burst: 5,
        refill: Duration::from_secs(1),
        remembered: 3,
    };

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn enter(door: &Door, address: IpAddr, now: Instant) -> Place {
        match door.knock(address, true, now) {
            Decision::Enter(place) => place,
            other @ (Decision::Retry | Decision::Refuse) => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_first_visitor_enters_without_a_retry() {
        let door = Door::new(LIMITS);
        assert!(matches!(door.knock(address(1), false, Instant::now()), Decision::Enter(_)));
    }

    #[test]
    fn a_second_connection_of_one_address_must_prove_the_address() {
        let door = Door::new(LIMITS);
        let now = Instant::now();
        let _place = enter(&door, address(1), now);
        assert!(matches!(door.knock(address(1), false, now), Decision::Retry));
        assert!(matches!(door.knock(address(2), false, now), Decision::Enter(_)));
    }

    #[test]
    fn one_address_cannot_take_all_places() {
        let door = Door::new(LIMITS);
        let now = Instant::now();
        let _places = [enter(&door, address(1), now), enter(&door, address(1), now)];
        assert!(matches!(door.knock(address(1), true, now), Decision::Refuse));
        let _other = enter(&door, address(2), now);
    }

    #[test]
    fn all_places_taken_means_no_for_everybody_until_one_leaves() {
        let door = Door::new(LIMITS);
        let now = Instant::now();
        let mut places = vec![
            enter(&door, address(1), now),
            enter(&door, address(1), now),
            enter(&door, address(2), now),
            enter(&door, address(2), now),
        ];
        assert!(matches!(door.knock(address(3), true, now), Decision::Refuse));
        places.pop();
        let _place = enter(&door, address(3), now);
    }

    #[test]
    fn attempts_run_out_and_come_back_with_time() {
        let door = Door::new(LIMITS);
        let now = Instant::now();
        for _ in 0..LIMITS.burst {
            drop(enter(&door, address(1), now));
        }
        assert!(matches!(door.knock(address(1), true, now), Decision::Refuse));
        let later = now + LIMITS.refill * 2;
        drop(enter(&door, address(1), later));
        drop(enter(&door, address(1), later));
        assert!(matches!(door.knock(address(1), true, later), Decision::Refuse));
        let rested = later + LIMITS.refill * 1000;
        for _ in 0..LIMITS.burst {
            drop(enter(&door, address(1), rested));
        }
        assert!(matches!(door.knock(address(1), true, rested), Decision::Refuse));
    }

    #[test]
    fn a_forged_sender_does_not_use_up_the_allowance_of_the_real_one() {
        let door = Door::new(LIMITS);
        let now = Instant::now();
        for _ in 0..100 {
            drop(door.knock(address(1), false, now));
        }
        drop(enter(&door, address(1), now));
    }

    #[test]
    fn a_completed_handshake_is_charged_once() {
        let door = Door::new(LIMITS);
        let now = Instant::now();
        for _ in 0..LIMITS.burst {
            match door.knock(address(1), false, now) {
                Decision::Enter(mut place) => {
                    place.address_proved();
                    place.address_proved();
                }
                other @ (Decision::Retry | Decision::Refuse) => panic!("{other:?}"),
            }
        }
        assert!(matches!(door.knock(address(1), true, now), Decision::Refuse));
    }

    #[test]
    fn memory_of_visitors_is_bounded_and_rested_ones_are_forgotten() {
        let door = Door::new(LIMITS);
        let now = Instant::now();
        for last in 1..=3 {
            drop(enter(&door, address(last), now));
        }
        assert!(matches!(door.knock(address(4), true, now), Decision::Refuse));
        drop(enter(&door, address(4), now + LIMITS.refill));
        assert!(door.lock().visitors.len() <= LIMITS.remembered);
    }

    #[test]
    fn a_whole_ipv6_network_is_one_visitor_and_mapped_ipv4_is_ipv4() {
        let first: IpAddr = "2001:db8::1".parse().unwrap();
        let second: IpAddr = "2001:db8::ffff:2".parse().unwrap();
        assert_eq!(network_of(first), network_of(second));
        assert_ne!(network_of(first), network_of("2001:db8:0:1::1".parse().unwrap()));
        assert_eq!(network_of("::ffff:192.0.2.1".parse().unwrap()), address(1));
    }
}
