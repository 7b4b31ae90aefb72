//! A UDP relay on the loopback interface that can delay, lose and cut.
//! It forwards datagrams and understands none of them; losses follow a fixed sequence, not chance.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::task::{AbortHandle, JoinSet};

/// Largest UDP payload.
const DATAGRAM_BYTES: usize = 65_536;

/// Stands between an expert and a client. Dropping it cuts the network for good.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    path: Arc<Path>,
    task: AbortHandle,
}

/// What the network does to datagrams, in both directions alike.
#[derive(Debug)]
struct Path {
    is_cut: AtomicBool,
    delay_us: AtomicU64,
    loss_percent: AtomicU32,
    sequence: AtomicU32,
    forwarded: AtomicU64,
    lost: AtomicU64,
}

impl Relay {
    /// Begins to forward between `target` and whoever sends to [`Relay::address`].
    pub async fn to(target: SocketAddr) -> io::Result<Self> {
        let front = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?);
        let address = front.local_addr()?;
        let path = Arc::new(Path {
            is_cut: AtomicBool::new(false),
            delay_us: AtomicU64::new(0),
            loss_percent: AtomicU32::new(0),
            sequence: AtomicU32::new(0x9e37_79b9),
            forwarded: AtomicU64::new(0),
            lost: AtomicU64::new(0),
        });
        let task = tokio::spawn(forward(front, target, path.clone())).abort_handle();
        Ok(Self { address, path, task })
    }

    /// Where to send instead of to the target.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets nothing through any more, in either direction.
    pub fn cut(&self) {
        self.path.is_cut.store(true, Ordering::SeqCst);
    }

    /// Undoes [`Relay::cut`].
    pub fn mend(&self) {
        self.path.is_cut.store(false, Ordering::SeqCst);
    }

    /// Holds every datagram back for this long, each way.
    pub fn delay(&self, one_way: Duration) {
        let micros = u64::try_from(one_way.as_micros()).unwrap_or(u64::MAX);
        self.path.delay_us.store(micros, Ordering::SeqCst);
    }

    /// Loses this share of all datagrams, each way. Units: percent.
    pub fn lose(&self, percent: u32) {
        self.path.loss_percent.store(percent, Ordering::SeqCst);
    }

    /// Datagrams that passed.
    pub fn forwarded(&self) -> u64 {
        self.path.forwarded.load(Ordering::SeqCst)
    }

    /// Datagrams that were lost or cut off.
    pub fn lost(&self) -> u64 {
        self.path.lost.load(Ordering::SeqCst)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Path {
    /// Whether one datagram passes, and after how long.
    fn passes(&self) -> Option<Duration> {
        // A linear congruential sequence: the same losses in every run.
        let step = |value: u32| Some(value.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let value = self.sequence.fetch_update(Ordering::SeqCst, Ordering::SeqCst, step).unwrap_or(0);
        let is_lost = (value >> 16) % 100 < self.loss_percent.load(Ordering::SeqCst);
        if is_lost || self.is_cut.load(Ordering::SeqCst) {
            self.lost.fetch_add(1, Ordering::SeqCst);
            return None;
        }
        self.forwarded.fetch_add(1, Ordering::SeqCst);
        Some(Duration::from_micros(self.delay_us.load(Ordering::SeqCst)))
    }
}

async fn forward(front: Arc<UdpSocket>, target: SocketAddr, path: Arc<Path>) {
    let mut backs: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
    let mut answers = JoinSet::new();
    let mut buffer = vec![0; DATAGRAM_BYTES];
    loop {
        // Loopback reports closed ports of the other side here; they are of no interest.
        let Ok((length, from)) = front.recv_from(&mut buffer).await else { continue };
        let back = match backs.get(&from) {
            Some(back) => back.clone(),
            None => {
                let Ok(back) = connected(target).await else { continue };
                backs.insert(from, back.clone());
                answers.spawn(answer(front.clone(), back.clone(), from, path.clone()));
                back
            }
        };
        if let Some(delay) = path.passes() {
            let datagram = buffer.get(..length).unwrap_or_default().to_vec();
            send_later(delay, async move { drop(back.send(&datagram).await) }).await;
        }
    }
}

async fn answer(front: Arc<UdpSocket>, back: Arc<UdpSocket>, to: SocketAddr, path: Arc<Path>) {
    let mut buffer = vec![0; DATAGRAM_BYTES];
    loop {
        let Ok(length) = back.recv(&mut buffer).await else { continue };
        if let Some(delay) = path.passes() {
            let front = front.clone();
            let datagram = buffer.get(..length).unwrap_or_default().to_vec();
            send_later(delay, async move { drop(front.send_to(&datagram, to).await) }).await;
        }
    }
}

async fn connected(target: SocketAddr) -> io::Result<Arc<UdpSocket>> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    socket.connect(target).await?;
    Ok(Arc::new(socket))
}

async fn send_later(delay: Duration, send: impl Future<Output = ()> + Send + 'static) {
    if delay.is_zero() {
        send.await;
    } else {
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            send.await;
        });
    }
}
