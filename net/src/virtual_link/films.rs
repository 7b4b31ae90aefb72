//! A film over a network that loses packets: pictures are given up and begun anew, the film does not stand still, and in
//! the end the last picture is there.

use super::*;

use deskside_proto::wire::feedback::Feedback;
use tokio::task::JoinHandle;

use crate::client::ClientLinkEvent;
use crate::expert::ExpertLinkEvent;

const KEY: u8 = b'k';
const NEXT: u8 = b'n';
const TEXT: u8 = b't';

/// Time between two pictures.
const FRAME: Duration = Duration::from_millis(33);
/// What encoding takes on one side, and decoding on the other.
const WORK: Duration = Duration::from_millis(4);

/// What is shown while somebody works.
#[derive(Clone, Copy)]
struct Film {
    key_bytes: usize,
    picture_bytes: usize,
    /// A short text comes with every picture whose number this divides.
    text_every: u32,
}

/// A film of 640x360 beside which somebody types: 240 kB/s.
const BESIDE_TEXT: Film = Film { key_bytes: 24_000, picture_bytes: 8_000, text_every: 5 };

/// What was seen.
#[derive(Debug, Default)]
struct Seen {
    /// When each picture was shown.
    shown: Vec<Instant>,
    newest: Option<u32>,
    texts: u32,
}

impl Seen {
    fn longest_gap(&self) -> Duration {
        self.shown.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap()
    }
}

/// Shows what comes, as a viewer does: a picture that does not build upon the one before must never come.
async fn view(mut events: ExpertEvents, expert: ExpertSender) -> Seen {
    let mut seen = Seen::default();
    while let Some(event) = events.recv().await {
        let ExpertLinkEvent::Update { sequence, payload } = event else { continue };
        sleep(WORK).await;
        let (kind, number) = parsed(&payload);
        match kind {
            TEXT => {
                assert_eq!(number, seen.texts, "no text is left out");
                seen.texts += 1;
            }
            NEXT => assert_eq!(Some(number - 1), seen.newest, "builds upon what is not there"),
            _ => assert_eq!(kind, KEY),
        }
        if kind != TEXT {
            seen.newest = Some(number);
            seen.shown.push(Instant::now());
        }
        if expert.send_feedback(Feedback::UpdateApplied { sequence, backlog: events.backlog() }).is_err() {
            break;
        }
    }
    seen
}

/// Sends what is to be seen, as the client's pipeline does: the newest picture whenever there is room.
struct Projector {
    client: ClientSender,
    film: Film,
    sequence: u32,
    /// The number of the newest picture that was sent.
    picture: u32,
    texts: u32,
    begins_anew: bool,
    abandoned: u32,
}

impl Projector {
    fn new(client: ClientSender, film: Film) -> Self {
        let (sequence, picture, texts, abandoned) = (0, 0, 0, 0);
        Self { client, film, sequence, picture, texts, begins_anew: true, abandoned }
    }

    fn send(&mut self, class: UpdateClass, payload: Bytes) {
        self.client.send_update(self.sequence, class, payload).unwrap();
        self.sequence += 1;
    }

    fn hear_of_abandoned(&mut self) -> bool {
        let is_abandoned = self.client.take_abandoned();
        self.begins_anew |= is_abandoned;
        self.abandoned += u32::from(is_abandoned);
        is_abandoned
    }

    fn send_picture(&mut self) {
        self.hear_of_abandoned();
        self.picture += 1;
        // Quality is lost before pictures are. As the picture engine has it: a film's first picture may take 80 ms of the
        // link, one that begins it anew 32.
        let link = self.client.link();
        let (kind, bytes) = match (std::mem::take(&mut self.begins_anew), self.picture) {
            (true, 1) => (KEY, self.film.key_bytes.min(link.bytes_in(ms(80)))),
            (true, _) => (KEY, self.film.key_bytes.min(link.bytes_in(ms(32)))),
            (false, _) => (NEXT, self.film.picture_bytes.min(link.bytes_in(FRAME) * 3 / 4)),
        };
        self.send(UpdateClass::Video, update(kind, self.picture, bytes));
    }

    fn send_text(&mut self) {
        let text = update(TEXT, self.texts, 400);
        self.texts += 1;
        self.send(UpdateClass::Interactive, text);
    }

    async fn play(&mut self, time: Duration, events: &mut ClientEvents) {
        let end = Instant::now() + time;
        let mut ticks = tokio::time::interval(FRAME);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        let mut frame = 0_u32;
        while Instant::now() < end {
            tokio::select! {
                _ = ticks.tick() => {}
                event = events.recv() => match event.unwrap() {
                    // The region is shown again at once, whether or not it has changed.
                    ClientLinkEvent::Abandoned if self.hear_of_abandoned() => {}
                    ClientLinkEvent::Closed(reason) => panic!("{reason:?}"),
                    ClientLinkEvent::Control(_)
                    | ClientLinkEvent::Input(_)
                    | ClientLinkEvent::Feedback(_)
                    | ClientLinkEvent::Asked(_)
                    | ClientLinkEvent::Abandoned
                    | ClientLinkEvent::Silent => continue,
                },
            }
            frame += 1;
            let is_typed = frame.is_multiple_of(self.film.text_every);
            loop {
                tokio::select! {
                    ready = self.client.ready() => break ready.unwrap(),
                    event = events.recv() => assert!(event.is_some()),
                }
            }
            sleep(WORK).await;
            if is_typed {
                self.send_text();
            }
            if !is_typed || self.client.has_room_for(UpdateClass::Video) {
                self.send_picture();
            }
        }
    }

    /// The film has ended: what was given up of its end is sent until it is there.
    async fn come_to_rest(&mut self, events: &mut ClientEvents) {
        loop {
            let event = tokio::time::timeout(secs(2), events.recv()).await;
            if self.hear_of_abandoned() {
                self.client.ready().await.unwrap();
                self.send_picture();
            }
            match event {
                Ok(Some(ClientLinkEvent::Closed(reason))) => panic!("{reason:?}"),
                Ok(Some(_)) => {}
                Ok(None) => panic!("over"),
                Err(_) => break,
            }
        }
        assert_eq!(self.client.unconfirmed_bytes(), 0);
    }
}

/// How a film was seen, and how often it was begun anew.
async fn play(
    link: Link,
    seed: u64,
    film: Film,
    time: Duration,
    meanwhile: impl AsyncFnOnce(&Way),
) -> (Seen, u32) {
    let Pair { client, mut client_events, expert, expert_events, down, _listener, .. } =
        Pair::settled(link, seed).await;
    let viewing: JoinHandle<Seen> = tokio::spawn(view(expert_events, expert.clone()));
    let mut projector = Projector::new(client, film);
    let playing = async {
        projector.play(time, &mut client_events).await;
        projector.come_to_rest(&mut client_events).await;
    };
    tokio::join!(playing, meanwhile(&down));
    let (picture, texts, abandoned) = (projector.picture, projector.texts, projector.abandoned);
    drop((projector, client_events));
    let seen = viewing.await.unwrap();
    assert_eq!((seen.newest, seen.texts), (Some(picture), texts), "in the end all is there");
    (seen, abandoned)
}

/// The wide area network of the benchmarks.
fn wan(loss_per_mille: u32) -> Link {
    Link::new(10_000, 25.0).losing(loss_per_mille)
}

const ROUND_TRIP: Duration = Duration::from_millis(50);

/// A film of 1280x720: 900 kB/s, three quarters of what the link carries.
const LARGE: Film = Film { key_bytes: 90_000, picture_bytes: 30_000, text_every: 8 };

#[tokio::test(start_paused = true)]
async fn a_film_over_a_network_that_loses_packets_does_not_stand_still() {
    let mut given_up = 0;
    // A large picture that lost the same packet twice is given up, and what begins anew takes its time on the wire. The
    // bounds are what was reached.
    for (film, most) in [(BESIDE_TEXT, ms(75)), (LARGE, ms(280))] {
        for (loss, seed) in [(10, 1), (20, 2), (20, 3), (20, 4)] {
            let (seen, abandoned) = play(wan(loss), seed, film, secs(60), async |_| {}).await;
            let gap = seen.longest_gap();
            println!("{loss}: gap {gap:?}, {} shown, {abandoned} given up", seen.shown.len());
            assert!(gap <= ROUND_TRIP + most, "{loss} of 1000 lost, {seed}: {gap:?}, {abandoned} given up");
            given_up += abandoned;
        }
    }
    assert!(given_up >= 10, "the test shows nothing: {given_up} were given up");
}

/// A way of being bad, and what does it.
type Bad = (&'static str, fn(&mut Link));

/// For how long the network is bad at once, and how often.
const HICCUP: Duration = Duration::from_millis(200);
const EVERY: Duration = Duration::from_secs(2);

#[tokio::test(start_paused = true)]
async fn after_a_hiccup_of_the_network_a_film_goes_on() {
    let bad: [Bad; 3] = [
        ("slow", |link| link.rate /= 10),
        ("gone", |link| link.loss_per_mille = 1000),
        ("lossy", |link| link.loss_per_mille = 400),
    ];
    for (film, most) in [(BESIDE_TEXT, ms(150)), (LARGE, ms(460))] {
        for (name, make_bad) in bad {
            for seed in 1..=2 {
                let hiccups = async |down: &Way| {
                    for _ in 0..28 {
                        sleep(EVERY - HICCUP).await;
                        down.change(make_bad);
                        sleep(HICCUP).await;
                        down.change(|link| *link = wan(10));
                    }
                };
                let (seen, abandoned) = play(wan(10), seed, film, secs(60), hiccups).await;
                let gap = seen.longest_gap();
                println!("{name}: gap {gap:?}, {} shown, {abandoned} given up", seen.shown.len());
                assert!(gap <= HICCUP + ROUND_TRIP + most, "{name}, {seed}: {gap:?}, {abandoned} given up");
                assert!(abandoned >= 5, "{name}: {abandoned}");
            }
        }
    }
}
