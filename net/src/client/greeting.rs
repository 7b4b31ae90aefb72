//! From a connection attempt to an admitted expert or a refusal that tells nothing.
//! Every way out of here but admission ends with the same close code; only holders of a valid proof hear more.

use std::sync::Arc;
use std::time::Duration;

use deskside_crypto::identity::PublicIdentity;
use deskside_proto::ids::SessionId;
use deskside_proto::name::PersonName;
use deskside_proto::wire::control::{FromClient, FromExpert, Hello, RefusedReason};
use deskside_proto::wire::{CloseCode, Message, REVISION, StreamKind};
use tokio::io::AsyncRead;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::door::Place;
use super::link::ClientLink;
use super::listener::ListenLimits;
use super::{Admission, Arrival, Knock, Verdict};
use crate::link::{FrameSource, close, read_kind, write_last};
use crate::{tls, transport};

/// What all greetings of one listener share.
pub(super) struct Greeter {
    pub(super) admission: Arc<dyn Admission>,
    pub(super) name: PersonName,
    pub(super) limits: ListenLimits,
    pub(super) arrivals: mpsc::Sender<Arrival>,
}

/// A connection whose peer has proved nothing. However it is dropped, the peer sees the same code.
struct Stranger {
    connection: quinn::Connection,
    admitted: bool,
}

impl Drop for Stranger {
    fn drop(&mut self) {
        if !self.admitted {
            close(&self.connection, CloseCode::Refused);
        }
    }
}

/// Whoever may come in.
#[derive(Debug)]
struct Admitted {
    hello: Hello,
    expert: PublicIdentity,
    session: SessionId,
}

/// What became of a greeting.
type Judgement = Result<Admitted, RefusedReason>;

/// Deals with one attempt from its first packet to its end or admission.
pub(super) async fn greet(greeter: Arc<Greeter>, incoming: quinn::Incoming, mut place: Place) {
    let deadline = Instant::now() + greeter.limits.proof_deadline;
    let Ok(connecting) = incoming.accept() else { return };
    let Ok(Ok(connection)) = timeout_at(deadline, connecting).await else { return };
    place.address_proved();
    let mut stranger = Stranger { connection: connection.clone(), admitted: false };
    let shunning = tokio::spawn(shun_datagrams(connection.clone()));
    let Ok(Ok((mut answers, words))) = timeout_at(deadline, connection.accept_bi()).await else { return };

    let judge = |hello| judge(greeter.admission.clone(), connection.clone(), hello);
    let after = greeter.limits.refusal_after;
    let Some((words, judgement)) = listen_and_judge(words, deadline, after, judge).await else {
        tracing::debug!("a stranger was silent until the deadline");
        return;
    };
    match judgement {
        Err(reason) => {
            tracing::info!(?reason, "refused");
            let mut bytes = Vec::new();
            FromClient::Refused { reason }.encode(&mut bytes);
            write_last(&mut answers, &bytes).await;
        }
        Ok(Admitted { hello, expert, session }) => {
            stranger.admitted = true;
            shunning.abort();
            drop(place);
            transport::admit(&connection);
            let welcome = FromClient::Welcome {
                version: REVISION.min(hello.version),
                client_name: greeter.name.clone(),
                session,
            };
            let remote = connection.remote_address();
            let link = ClientLink::begin(connection, answers, words, welcome);
            let Hello { name, ticket, .. } = hello;
            // The listener may be gone by now; then the link closes as it is dropped.
            let _ = greeter.arrivals.send(Arrival { link, session, expert, name, ticket, remote }).await;
        }
    }
}

/// Ends a connection that brings a datagram before its greeting was judged: nobody who keeps the protocol does that, and
/// whatever was kept of it would hold on to the packet that brought it.
async fn shun_datagrams(connection: quinn::Connection) {
    if connection.read_datagram().await.is_ok() {
        tracing::debug!("a datagram from a stranger");
        close(&connection, CloseCode::Refused);
    }
}

/// Hears one greeting and returns when its answer is due; `None` when none came by the deadline.
///
/// A greeting that cannot be read is answered like a wrong proof, and as late.
async fn listen_and_judge<R, J, F>(
    mut words: R,
    deadline: Instant,
    refusal_after: Duration,
    judge: J,
) -> Option<(FrameSource<FromExpert, R>, Judgement)>
where
    R: AsyncRead + Unpin,
    J: FnOnce(Hello) -> F,
    F: Future<Output = Judgement>,
{
    let kind = timeout_at(deadline, read_kind(&mut words)).await.ok()?;
    let mut words = FrameSource::new(words);
    let hello = match kind {
        Ok(StreamKind::Control) => timeout_at(deadline, words.next()).await.ok()?,
        Ok(_) | Err(_) => Ok(None),
    };
    let heard_at = Instant::now();
    let judgement = match hello {
        Ok(Some(FromExpert::Hello(hello))) => judge(hello).await,
        Ok(_) | Err(_) => Err(RefusedReason::NotAccepted),
    };
    if judgement.is_err() {
        sleep_until(heard_at + answer_delay(heard_at.elapsed(), refusal_after)).await;
    }
    Some((words, judgement))
}

/// The first multiple of `step` that is not over yet: how long judging took does not show.
fn answer_delay(taken: Duration, step: Duration) -> Duration {
    let steps = taken.as_nanos().div_ceil(step.as_nanos().max(1)).max(1);
    step.saturating_mul(u32::try_from(steps).unwrap_or(u32::MAX))
}

/// Puts the greeting before [`Admission`], with what TLS says about this connection.
async fn judge(admission: Arc<dyn Admission>, connection: quinn::Connection, hello: Hello) -> Judgement {
    let stranger = RefusedReason::NotAccepted;
    let verifying = tls::proven_key(&connection).ok_or(stranger)?;
    let expert = PublicIdentity::from_parts(verifying, hello.sealing_key).map_err(|_| stranger)?;
    let exporter = tls::exporter(&connection).map_err(|_| stranger)?;
    let remote = connection.remote_address().ip().to_canonical();
    let judging = tokio::task::spawn_blocking(move || {
        let knock = Knock { hello: &hello, expert: &expert, exporter: &exporter, remote };
        match admission.admit(&knock) {
            Verdict::Admit(session) => Ok(Admitted { hello, expert, session }),
            Verdict::Refuse(reason) => Err(reason),
        }
    });
    // A judge that breaks lets nobody in.
    judging.await.unwrap_or(Err(stranger))
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskside_proto::ids::TicketId;
    use deskside_proto::wire::control::SealedPassword;
    use tokio::io::AsyncWriteExt;

    const STEP: Duration = Duration::from_millis(300);

    fn greeting() -> Vec<u8> {
        let hello = Hello {
            version: 1,
            name: PersonName::parse("Erika").unwrap(),
            sealing_key: [1; 32],
            ticket: TicketId([2; 16]),
            sealed_password: SealedPassword::new(vec![3; 80]).unwrap(),
            proof: [4; 32],
        };
        let mut bytes = vec![StreamKind::Control.code()];
        FromExpert::Hello(hello).encode(&mut bytes);
        bytes
    }

    /// How long a stranger waits who sends `bytes` and whose judge takes `thinking`. Virtual time.
    async fn wait_of(bytes: &[u8], thinking: Duration) -> Option<Duration> {
        let (mut far, near) = tokio::io::duplex(4096);
        far.write_all(bytes).await.unwrap();
        let start = Instant::now();
        let judge = |_hello| async move {
            tokio::time::sleep(thinking).await;
            Err(RefusedReason::NotAccepted)
        };
        let (_, judgement) = listen_and_judge(near, start + Duration::from_secs(10), STEP, judge).await?;
        assert_eq!(judgement.err(), Some(RefusedReason::NotAccepted));
        Some(start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn every_stranger_waits_equally_long_whatever_is_wrong() {
        let unknown_ticket = wait_of(&greeting(), Duration::ZERO).await;
        let wrong_proof = wait_of(&greeting(), Duration::from_millis(170)).await;
        let mut oversized = vec![StreamKind::Control.code(), 0x01];
        oversized.extend_from_slice(&u32::MAX.to_be_bytes());
        let oversized = wait_of(&oversized, Duration::ZERO).await;
        let wrong_stream = wait_of(&[StreamKind::Input.code()], Duration::ZERO).await;
        let no_greeting = wait_of(&[StreamKind::Control.code(), 0x05, 0, 0, 0, 0], Duration::ZERO).await;
        for waited in [unknown_ticket, wrong_proof, oversized, wrong_stream, no_greeting] {
            assert_eq!(waited, Some(STEP));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_judge_answers_at_the_next_step() {
        assert_eq!(wait_of(&greeting(), Duration::from_millis(301)).await, Some(STEP * 2));
        assert_eq!(wait_of(&greeting(), Duration::from_millis(899)).await, Some(STEP * 3));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_silent_or_stops_half_way_gets_no_answer_at_all() {
        let (far, near) = tokio::io::duplex(4096);
        let start = Instant::now();
        let never = |_hello| std::future::pending();
        assert!(listen_and_judge(near, start + Duration::from_secs(10), STEP, never).await.is_none());
        assert_eq!(start.elapsed(), Duration::from_secs(10));
        drop(far);

        let (mut far, near) = tokio::io::duplex(4096);
        far.write_all(&greeting()[..40]).await.unwrap();
        let start = Instant::now();
        assert!(listen_and_judge(near, start + Duration::from_secs(10), STEP, never).await.is_none());
        assert_eq!(start.elapsed(), Duration::from_secs(10));
    }

    #[test]
    fn an_answer_is_never_early_and_always_on_a_step() {
        for taken in [0, 1, 299, 300, 301, 599, 600, 5_000] {
            let taken = Duration::from_millis(taken);
            let delay = answer_delay(taken, STEP);
            assert!(delay >= taken && delay >= STEP);
            assert_eq!(delay.as_nanos() % STEP.as_nanos(), 0);
        }
    }
}
