//! Who may come in: the check of ticket, password and proof, before anybody is asked anything.
//! Works on a copy of the records in memory, does the same work for a ticket that does not exist, and tells strangers
//! nothing. It counts failures; it changes no record itself.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use deskside_crypto::identity::{Identity, Seed};
use deskside_crypto::proof::{self, ProofInput};
use deskside_crypto::secret::{AccessSecret, Password};
use deskside_crypto::ticket::open_password;
use deskside_net::client::{Admission, Knock, Verdict, network_of};
use deskside_proto::ids::{SessionId, TicketId};
use deskside_proto::ticket_record::{TicketRecord, TicketRefusal};
use deskside_proto::wire::control::RefusedReason;

use crate::tickets::record::{Record, SecretBytes, unix_seconds};

/// Failures of one address that cost nothing.
const FREE_FAILURES: u32 = 3;
/// The wait after the first failure that costs something; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(64);
/// Addresses that are remembered; the one whose wait ends first is forgotten for another.
const REMEMBERED: usize = 1024;

/// The check at the door.
pub struct Doorkeeper {
    identity: Identity,
    known: Mutex<Known>,
    sessions: AtomicU64,
    /// Called once for a ticket that got too many wrong proofs.
    close: Box<dyn Fn(TicketId) + Send + Sync>,
}

#[derive(Default)]
struct Known {
    records: HashMap<TicketId, Record>,
    failures: HashMap<TicketId, u32>,
    addresses: HashMap<IpAddr, Failures>,
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    /// Until then whoever comes from there is a stranger, whatever they bring.
    wait_until: Instant,
}

impl Doorkeeper {
    /// A door that lets nobody in yet. `close` is told of tickets that got too many wrong proofs; it must not wait.
    pub fn new(identity: &Identity, close: impl Fn(TicketId) + Send + Sync + 'static) -> Self {
        Self {
            identity: Identity::from_seed(&Seed::from_bytes(*identity.seed().reveal())),
            known: Mutex::default(),
            sessions: AtomicU64::new(1),
            close: Box::new(close),
        }
    }

    /// From now on these are the tickets. Wrong proofs that were counted here stay counted.
    pub fn replace(&self, records: Vec<Record>) {
        let mut known = self.known();
        let Known { failures, records: present, .. } = &mut *known;
        *present = records.into_iter().map(|record| (record.id, record)).collect();
        failures.retain(|id, _| present.contains_key(id));
        for (id, record) in present {
            let counted = failures.get(id).copied().unwrap_or_default();
            // The records may be older than the count: a ticket that is closed does not open again by that.
            if counted >= TicketRecord::MAX_FAILED_PROOFS {
                record.failed_proofs = record.failed_proofs.max(counted);
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn judge(&self, knock: &Knock<'_>, wall: u64, now: Instant) -> Verdict {
        let (ticket, address) = (knock.hello.ticket, network_of(knock.remote));
        let (record, waits) = {
            let known = self.known();
            let waits = known.addresses.get(&address).is_some_and(|past| past.wait_until > now);
            (known.records.get(&ticket).cloned(), waits)
        };
        let is_holder = self.holds(knock, record.as_ref());
        if !is_holder {
            self.note_failure(ticket, address, now);
        }
        // A holder who must wait for what others did at this address hears the same, but has guessed nothing:
        // it counts neither against the ticket nor for a longer wait.
        let Some(record) = record.filter(|_| is_holder && !waits) else {
            return Verdict::Refuse(RefusedReason::NotAccepted);
        };
        match record.check_use(wall) {
            Ok(()) => Verdict::Admit(SessionId(self.sessions.fetch_add(1, Ordering::Relaxed))),
            Err(refusal) => Verdict::Refuse(match refusal {
                TicketRefusal::Cancelled | TicketRefusal::TooManyFailures => RefusedReason::Cancelled,
                TicketRefusal::Used => RefusedReason::Used,
                TicketRefusal::Expired => RefusedReason::Expired,
                TicketRefusal::NotYetValid => RefusedReason::NotYetValid,
            }),
        }
    }

    /// Whether the proof is right and the sealed password is the one of the ticket. Does all of the work in every case.
    fn holds(&self, knock: &Knock<'_>, record: Option<&Record>) -> bool {
        let nothing = SecretBytes::new([0; 32]);
        let (secret, password) =
            record.map_or((&nothing, &nothing), |record| (&record.access_secret, &record.password));
        let secret = AccessSecret::from_bytes(*secret.reveal());
        let password = Password::from_bytes(*password.reveal());
        let sealed = knock.hello.sealed_password.as_bytes();
        let input = ProofInput {
            ticket: &knock.hello.ticket,
            exporter: knock.exporter,
            expert: knock.expert,
            sealed_password: sealed,
        };
        let is_proved = proof::verify(&secret, &input, &knock.hello.proof);
        let opened = open_password(&self.identity, &knock.hello.ticket, sealed);
        let is_opened = opened.is_ok();
        let same = opened.unwrap_or_else(|_| Password::from_bytes([0xff; 32])).matches(&password);
        record.is_some() & is_proved & is_opened & same
    }

    fn note_failure(&self, ticket: TicketId, address: IpAddr, now: Instant) {
        let mut known = self.known();
        known.note_address(address, now);
        if !known.records.contains_key(&ticket) {
            return;
        }
        let failures = known.failures.entry(ticket).or_default();
        *failures = failures.saturating_add(1);
        let is_closed = *failures == TicketRecord::MAX_FAILED_PROOFS;
        if let Some(record) = known.records.get_mut(&ticket).filter(|_| is_closed) {
            // At once, not only when the record is written: the eleventh may be under way.
            record.failed_proofs = TicketRecord::MAX_FAILED_PROOFS;
        }
        drop(known);
        if is_closed {
            (self.close)(ticket);
        }
    }
}

impl Known {
    fn note_address(&mut self, address: IpAddr, now: Instant) {
        if self.addresses.len() >= REMEMBERED && !self.addresses.contains_key(&address) {
            let first =
                self.addresses.iter().min_by_key(|(_, past)| past.wait_until).map(|(address, _)| *address);
            first.and_then(|first| self.addresses.remove(&first));
        }
        let past = self.addresses.entry(address).or_insert(Failures { count: 0, wait_until: now });
        past.count = past.count.saturating_add(1);
        let paid = past.count.saturating_sub(FREE_FAILURES);
        if let Some(doublings) = paid.checked_sub(1) {
            let wait = FIRST_WAIT.saturating_mul(1 << doublings.min(16)).min(LONGEST_WAIT);
            past.wait_until = now.checked_add(wait).unwrap_or(now);
        }
    }
}

impl Admission for Doorkeeper {
    fn admit(&self, knock: &Knock<'_>) -> Verdict {
        self.judge(knock, unix_seconds(SystemTime::now()), Instant::now())
    }
}

impl fmt::Debug for Doorkeeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doorkeeper").field("tickets", &self.known().records.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicU32;

    use deskside_crypto::ticket::{self, Access, Invitation, Key, Recipient};
    use deskside_proto::name::PersonName;
    use deskside_proto::ticket_file::{Address, Addresses, Host, Validity};
    use deskside_proto::wire::control::{Hello, SealedPassword};

    use super::*;
    use crate::tickets::record::NewRecord;

    const NOW: u64 = 1500;
    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    struct Scene {
        door: Doorkeeper,
        expert: Identity,
        access: Access,
        record: Record,
        closed: Arc<AtomicU32>,
        start: Instant,
    }

    fn scene() -> Scene {
        let mut rng = crate::randomness();
        let (client, expert) = (Identity::generate(&mut rng), Identity::generate(&mut rng));
        let address = Address::new(Host::V4([192, 0, 2, 1].into()), 47470).unwrap();
        let invitation = Invitation {
            id: ticket::new_id(&mut rng),
            from: PersonName::parse("Anna").unwrap(),
            validity: Validity::new(1000, 2000).unwrap(),
            addresses: Addresses::new(vec![address]).unwrap(),
        };
        let recipient = Recipient::Expert(expert.public());
        let issued = ticket::issue(&client, &invitation, recipient, &mut rng).unwrap();
        let access = ticket::verify(&issued.file).unwrap().open(Key::Expert(&expert)).unwrap();
        let record = Record::new(NewRecord {
            id: invitation.id,
            not_before: 1000,
            not_after: 2000,
            uses: 1,
            port: 47470,
            to: None,
            access_secret: SecretBytes::new(*issued.secrets.access_secret.reveal()),
            password: SecretBytes::new(*issued.secrets.password.reveal()),
            text: issued.file.to_text(),
        });
        let closed = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&closed);
        let door = Doorkeeper::new(&client, move |_| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        door.replace(vec![record.clone()]);
        Scene { door, expert, access, record, closed, start: Instant::now() }
    }

    impl Scene {
        fn hello(&self, exporter: &[u8; 32]) -> Hello {
            let ticket = self.record.id;
            let input = ProofInput {
                ticket: &ticket,
                exporter,
                expert: self.expert.public(),
                sealed_password: &self.access.sealed_password,
            };
            Hello {
                version: 1,
                name: PersonName::parse("Erika").unwrap(),
                sealing_key: *self.expert.public().sealing(),
                ticket,
                sealed_password: SealedPassword::new(self.access.sealed_password.to_vec()).unwrap(),
                proof: proof::prove(&self.access.access_secret, &input),
            }
        }

        fn judge(&self, hello: &Hello, exporter: &[u8; 32], address: IpAddr, after: Duration) -> Verdict {
            let knock = Knock { hello, expert: self.expert.public(), exporter, remote: address };
            self.door.judge(&knock, NOW, self.start + after)
        }

        fn judge_now(&self, hello: &Hello) -> Verdict {
            self.judge(hello, &[7; 32], HOME, Duration::ZERO)
        }
    }

    const STRANGER: Verdict = Verdict::Refuse(RefusedReason::NotAccepted);

    #[test]
    fn whoever_holds_the_ticket_comes_in_and_every_session_has_its_own_number() {
        let scene = scene();
        let hello = scene.hello(&[7; 32]);
        assert_eq!(scene.judge_now(&hello), Verdict::Admit(SessionId(1)));
        assert_eq!(scene.judge_now(&hello), Verdict::Admit(SessionId(2)));
    }

    #[test]
    fn whoever_lacks_any_part_is_a_stranger() {
        let scene = scene();
        let good = scene.hello(&[7; 32]);
        let mut wrong_proof = good.clone();
        wrong_proof.proof[31] ^= 1;
        let mut other_ticket = good.clone();
        other_ticket.ticket.0[0] ^= 1;
        let mut other_password = good.clone();
        let mut sealed = scene.access.sealed_password.to_vec();
        sealed[40] ^= 1;
        other_password.sealed_password = SealedPassword::new(sealed).unwrap();
        for (number, hello) in [wrong_proof, other_ticket, other_password].iter().enumerate() {
            assert_eq!(scene.judge_now(hello), STRANGER, "{number}");
        }
        let elsewhere = IpAddr::from([192, 0, 2, 9]);
        assert_eq!(scene.judge(&good, &[8; 32], elsewhere, Duration::ZERO), STRANGER, "another connection");
    }

    #[test]
    fn a_proof_over_another_sealed_password_does_not_replace_the_password() {
        // Somebody who knows the access secret but not the sealed password makes a proof over one of their own.
        let scene = scene();
        let mut hello = scene.hello(&[7; 32]);
        let forged = [1_u8; 80];
        let input = ProofInput {
            ticket: &hello.ticket,
            exporter: &[7; 32],
            expert: scene.expert.public(),
            sealed_password: &forged,
        };
        hello.proof = proof::prove(&scene.access.access_secret, &input);
        hello.sealed_password = SealedPassword::new(forged.to_vec()).unwrap();
        assert_eq!(scene.judge_now(&hello), STRANGER);
    }

    #[test]
    fn only_holders_hear_why_a_ticket_is_not_open() {
        let scene = scene();
        let hello = scene.hello(&[7; 32]);
        let mut stranger = hello.clone();
        stranger.proof[0] ^= 1;
        type Change = fn(&mut Record);
        let changes: [(Change, RefusedReason); 4] = [
            (|record| record.spent = 1, RefusedReason::Used),
            (|record| record.cancelled = true, RefusedReason::Cancelled),
            (|record| (record.not_before, record.not_after) = (1, 2), RefusedReason::Expired),
            (|record| record.not_before = 1600, RefusedReason::NotYetValid),
        ];
        for (change, reason) in changes {
            let mut record = scene.record.clone();
            change(&mut record);
            scene.door.replace(vec![record]);
            assert_eq!(scene.judge_now(&hello), Verdict::Refuse(reason));
        }
        assert_eq!(scene.judge_now(&stranger), STRANGER);
    }

    #[test]
    fn ten_wrong_proofs_close_a_ticket_once() {
        let scene = scene();
        let mut wrong = scene.hello(&[7; 32]);
        wrong.proof[0] ^= 1;
        for number in 0..12_u8 {
            assert_eq!(scene.closed.load(Ordering::Relaxed), u32::from(number >= 10));
            let address = IpAddr::from([192, 0, 2, number]);
            assert_eq!(scene.judge(&wrong, &[7; 32], address, Duration::ZERO), STRANGER);
        }
        let good = scene.hello(&[7; 32]);
        assert_eq!(scene.judge_now(&good), Verdict::Refuse(RefusedReason::Cancelled));
    }

    #[test]
    fn an_address_that_fails_waits_longer_and_longer() {
        let scene = scene();
        let good = scene.hello(&[7; 32]);
        let mut wrong = good.clone();
        wrong.ticket.0[0] ^= 1;
        let at = |hello, millis| scene.judge(hello, &[7; 32], HOME, Duration::from_millis(millis));
        for _ in 0..4 {
            assert_eq!(at(&wrong, 0), STRANGER);
        }
        assert_eq!(at(&good, 999), STRANGER, "the fourth failure costs a second");
        assert!(matches!(at(&good, 1_000), Verdict::Admit(_)));
        assert_eq!(at(&wrong, 1_000), STRANGER);
        assert_eq!(at(&good, 2_999), STRANGER, "the fifth costs two");
        assert!(matches!(at(&good, 3_000), Verdict::Admit(_)));
        let elsewhere = IpAddr::from([192, 0, 2, 9]);
        assert!(matches!(scene.judge(&good, &[7; 32], elsewhere, Duration::ZERO), Verdict::Admit(_)));
    }

    #[test]
    fn an_ipv6_network_waits_as_a_whole() {
        let scene = scene();
        let good = scene.hello(&[7; 32]);
        let mut wrong = good.clone();
        wrong.ticket.0[0] ^= 1;
        let from = |text: &str, hello| scene.judge(hello, &[7; 32], text.parse().unwrap(), Duration::ZERO);
        for last in 1..=4 {
            assert_eq!(from(&format!("2001:db8::{last}"), &wrong), STRANGER);
        }
        assert_eq!(from("2001:db8::ffff", &good), STRANGER);
        assert!(matches!(from("2001:db8:0:1::1", &good), Verdict::Admit(_)));
    }

    #[test]
    fn a_holder_who_keeps_trying_while_the_address_must_wait_closes_nothing() {
        let scene = scene();
        let good = scene.hello(&[7; 32]);
        let mut wrong = good.clone();
        wrong.proof[0] ^= 1;
        for _ in 0..4 {
            assert_eq!(scene.judge_now(&wrong), STRANGER);
        }
        for _ in 0..20 {
            assert_eq!(scene.judge_now(&good), STRANGER, "the address waits for a second");
        }
        assert_eq!(scene.closed.load(Ordering::Relaxed), 0);
        let later = scene.judge(&good, &[7; 32], HOME, Duration::from_secs(1));
        assert!(matches!(later, Verdict::Admit(_)), "nor did the wait become longer");
        for _ in 0..6 {
            assert_eq!(scene.judge_now(&wrong), STRANGER);
        }
        assert_eq!(
            scene.closed.load(Ordering::Relaxed),
            1,
            "wrong proofs count whether the address waits or not"
        );
    }

    #[test]
    fn a_ticket_closed_by_wrong_proofs_is_not_opened_by_an_older_list() {
        let scene = scene();
        let mut wrong = scene.hello(&[7; 32]);
        wrong.proof[0] ^= 1;
        for number in 0..10_u8 {
            scene.judge(&wrong, &[7; 32], IpAddr::from([192, 0, 2, number]), Duration::ZERO);
        }
        scene.door.replace(vec![scene.record.clone()]);
        let good = scene.hello(&[7; 32]);
        assert_eq!(scene.judge_now(&good), Verdict::Refuse(RefusedReason::Cancelled));
    }

    #[test]
    fn addresses_are_remembered_up_to_a_limit() {
        let mut known = Known::default();
        let now = Instant::now();
        for number in 0..5000_u32 {
            known.note_address(IpAddr::from(number.to_be_bytes()), now);
        }
        assert_eq!(known.addresses.len(), REMEMBERED);
    }
}
