//! A UDP relay on the loopback interface that can delay, lose and cut, and be as slow as a link with a queue in front.
//! It forwards datagrams, in their order unless told otherwise, and understands none of them; losses follow a fixed
//! sequence, not chance.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

/// How much later an overtaken datagram arrives.
const OVERTAKEN: Duration = Duration::from_millis(5);

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
    /// 0 means endless.
    bytes_per_second: AtomicU64,
    queue_us: AtomicU64,
    reorder_percent: AtomicU32,
    sequence: AtomicU32,
    forwarded: AtomicU64,
    lost: AtomicU64,
    /// How long each datagram towards whoever connects waited for the link.
    waits: Mutex<Vec<Duration>>,
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
            bytes_per_second: AtomicU64::new(0),
            queue_us: AtomicU64::new(0),
            reorder_percent: AtomicU32::new(0),
            sequence: AtomicU32::new(0x9e37_79b9),
            forwarded: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            waits: Mutex::default(),
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

    /// Lets so much through, each way, and holds up to `queue` of it back before it drops what comes.
    pub fn limit(&self, bytes_per_second: u64, queue: Duration) {
        let micros = u64::try_from(queue.as_micros()).unwrap_or(u64::MAX);
        self.path.queue_us.store(micros, Ordering::SeqCst);
        self.path.bytes_per_second.store(bytes_per_second, Ordering::SeqCst);
    }

    /// Lets this share of all datagrams be overtaken by those of the next 5 ms, each way. Units: percent.
    pub fn reorder(&self, percent: u32) {
        self.path.reorder_percent.store(percent, Ordering::SeqCst);
    }

    /// Forgets how long datagrams waited until now.
    pub fn forget_waits(&self) {
        self.path.waits.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// How long this share of the datagrams towards whoever connects waited for the link at most. Units: percent.
    pub fn waited(&self, percent: usize) -> Duration {
        let mut waits = self.path.waits.lock().unwrap_or_else(PoisonError::into_inner).clone();
        waits.sort_unstable();
        let last = waits.len().saturating_sub(1);
        waits.get(last * percent / 100).copied().unwrap_or_default()
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
    /// Decides by chance, for this share of all questions. A linear congruential sequence: the same in every run.
    fn happens(&self, percent: u32) -> bool {
        let step = |value: u32| Some(value.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let value = self.sequence.fetch_update(Ordering::SeqCst, Ordering::SeqCst, step).unwrap_or(0);
        (value >> 16) % 100 < percent
    }

    /// When one datagram arrives on the other side, if it does; `free_at` is when its link has sent all before it.
    fn passes(&self, bytes: usize, free_at: &mut Instant) -> Option<Instant> {
        let is_lost = self.happens(self.loss_percent.load(Ordering::SeqCst));
        let now = Instant::now();
        let rate = self.bytes_per_second.load(Ordering::SeqCst);
        let waits = free_at.saturating_duration_since(now);
        let is_full = rate > 0 && waits > Duration::from_micros(self.queue_us.load(Ordering::SeqCst));
        if is_lost || is_full || self.is_cut.load(Ordering::SeqCst) {
            self.lost.fetch_add(1, Ordering::SeqCst);
            return None;
        }
        let sending = (bytes as u64 * 1_000_000).checked_div(rate).unwrap_or(0);
        *free_at = now + waits + Duration::from_micros(sending);
        self.forwarded.fetch_add(1, Ordering::SeqCst);
        Some(*free_at + Duration::from_micros(self.delay_us.load(Ordering::SeqCst)))
    }
}

/// One direction: what passes comes out in its order.
struct Lane {
    path: Arc<Path>,
    socket: Arc<UdpSocket>,
    to: Option<SocketAddr>,
    free_at: Instant,
    under_way: mpsc::UnboundedSender<(Instant, Vec<u8>)>,
}

impl Lane {
    fn new(path: Arc<Path>, socket: Arc<UdpSocket>, to: Option<SocketAddr>) -> Self {
        let (under_way, mut arriving) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
        let out = socket.clone();
        tokio::spawn(async move {
            while let Some((at, datagram)) = arriving.recv().await {
                put(&out, to, at, &datagram).await;
            }
        });
        Self { path, socket, to, free_at: Instant::now(), under_way }
    }

    fn take(&mut self, datagram: &[u8]) {
        let waits = self.free_at.saturating_duration_since(Instant::now());
        let Some(at) = self.path.passes(datagram.len(), &mut self.free_at) else { return };
        if self.to.is_some() {
            self.path.waits.lock().unwrap_or_else(PoisonError::into_inner).push(waits);
        }
        let reordered = self.path.reorder_percent.load(Ordering::SeqCst);
        // Where nothing is overtaken, the sequence of losses stays what it was.
        if reordered > 0 && self.path.happens(reordered) {
            let (socket, to, datagram) = (self.socket.clone(), self.to, datagram.to_vec());
            tokio::spawn(async move { put(&socket, to, at + OVERTAKEN, &datagram).await });
        } else {
            let _ = self.under_way.send((at, datagram.to_vec()));
        }
    }
}

async fn put(socket: &UdpSocket, to: Option<SocketAddr>, at: Instant, datagram: &[u8]) {
    if at > Instant::now() {
        sleep_until(at).await;
    }
    let _ = match to {
        Some(to) => socket.send_to(datagram, to).await,
        None => socket.send(datagram).await,
    };
}

async fn forward(front: Arc<UdpSocket>, target: SocketAddr, path: Arc<Path>) {
    let mut lanes: HashMap<SocketAddr, Lane> = HashMap::new();
    let mut answers = JoinSet::new();
    let mut buffer = vec![0; DATAGRAM_BYTES];
    loop {
        // Loopback reports closed ports of the other side here; they are of no interest.
        let Ok((length, from)) = front.recv_from(&mut buffer).await else { continue };
        let lane = match lanes.entry(from) {
            Entry::Occupied(lane) => lane.into_mut(),
            Entry::Vacant(place) => {
                let Ok(back) = connected(target).await else { continue };
                answers.spawn(answer(front.clone(), back.clone(), from, path.clone()));
                place.insert(Lane::new(path.clone(), back, None))
            }
        };
        lane.take(buffer.get(..length).unwrap_or_default());
    }
}

async fn answer(front: Arc<UdpSocket>, back: Arc<UdpSocket>, to: SocketAddr, path: Arc<Path>) {
    let mut lane = Lane::new(path, front, Some(to));
    let mut buffer = vec![0; DATAGRAM_BYTES];
    loop {
        let Ok(length) = back.recv(&mut buffer).await else { continue };
        lane.take(buffer.get(..length).unwrap_or_default());
    }
}

async fn connected(target: SocketAddr) -> io::Result<Arc<UdpSocket>> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    socket.connect(target).await?;
    Ok(Arc::new(socket))
}
