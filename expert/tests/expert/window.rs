//! The program's own window on a real display, against a client that is written out step by step: which presenter it
//! chooses, that its pixels are the desktop's, and that controls over the picture are seen and work.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use deskside_crypto::ticket::{Invitation, Recipient, issue, new_id};
use deskside_media::surface::{Area, Surface};
use deskside_media::{DesktopFrame, Need, Patch, PictureMode, UpdateEncoder};
use deskside_net::client::{
    Admission, ClientLinkEvent, ClientSender, Knock, ListenConfig, ListenLimits, Listener, Verdict,
};
use deskside_proto::geometry::{Rect, Size};
use deskside_proto::ids::{GrantId, SessionId};
use deskside_proto::session::Scopes;
use deskside_proto::ticket_file::{Address, Addresses, Host, Validity};
use deskside_proto::time::Millis;
use deskside_proto::wire::control::{FromClient, FromExpert};
use deskside_proto::wire::input::InputEvent;
use deskside_testkit::x11::{Program, Screenshot, Wanted, Window, Xvfb, keysym};
use tokio::runtime::Runtime;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use crate::samples;

const PATIENCE: Duration = Duration::from_secs(60);
const DESKTOP: Size = Size::new(400, 300);

struct Door;

impl Admission for Door {
    fn admit(&self, _: &Knock<'_>) -> Verdict {
        Verdict::Admit(SessionId(1))
    }
}

/// The viewer and the client that it looks at.
struct Scene {
    xvfb: Xvfb,
    _manager: Program,
    viewer: Child,
    commands: ChildStdin,
    lines: mpsc::Receiver<String>,
    log: Arc<Mutex<String>>,
    window: Window,
    client: Client,
    _home: tempfile::TempDir,
}

struct Client {
    sender: ClientSender,
    heard: mpsc::Receiver<ClientLinkEvent>,
    encoder: UpdateEncoder,
    surface: Surface,
    sequence: u32,
    _runtime: Runtime,
}

impl Client {
    /// Changes pixels of the desktop and sends them.
    fn fill(&mut self, rect: Rect, colour: [u8; 4]) {
        let area = Area::within(rect, self.surface.size()).unwrap();
        for row in self.surface.rows_mut(area) {
            row.as_chunks_mut::<4>().0.fill(colour);
        }
        self.send(rect, if self.sequence == 0 { Need::Keyframe } else { Need::Change });
    }

    fn send(&mut self, rect: Rect, need: Need) {
        let start = rect.y as usize * self.surface.stride() + rect.x as usize * 4;
        let patch = Patch::new(rect, self.surface.stride(), &self.surface.bytes()[start..]).unwrap();
        let patches = [patch];
        let frame = DesktopFrame { size: self.surface.size(), patches: &patches };
        let now = Millis(u64::from(self.sequence) * 40);
        let Some(update) = self.encoder.encode(&frame, need, now).unwrap() else { return };
        // The report of a short one may be kept back for seconds.
        let is_reported = update.bytes.len() > 1_200 || self.sequence == 0;
        self.sender.send_update(self.sequence, update.class, update.bytes.into()).unwrap();
        self.sequence += 1;
        if is_reported {
            // One at a time, as a client with little credit would.
            self.hears(|event| matches!(event, ClientLinkEvent::Feedback(_)));
        }
    }

    fn hears(&mut self, wanted: impl Fn(&ClientLinkEvent) -> bool) -> ClientLinkEvent {
        let limit = Instant::now() + PATIENCE;
        loop {
            let left = limit.saturating_duration_since(Instant::now());
            let event = self.heard.recv_timeout(left).expect("the viewer said nothing");
            if wanted(&event) {
                return event;
            }
        }
    }

    /// Does something again and again until such input comes of it: control counts from the viewer's next frame on.
    fn hears_input(&mut self, act: impl Fn(), wanted: impl Fn(&InputEvent) -> bool) {
        let limit = Instant::now() + PATIENCE;
        while Instant::now() < limit {
            act();
            while let Ok(event) = self.heard.recv_timeout(Duration::from_millis(300)) {
                if matches!(event, ClientLinkEvent::Input(frame) if wanted(&frame.event)) {
                    return;
                }
            }
        }
        panic!("no such input came");
    }
}

fn listen(runtime: &Runtime) -> Listener {
    let config = ListenConfig {
        identity: &samples::client(),
        name: samples::name("Anna Berg"),
        port: 0,
        address: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        limits: ListenLimits::default(),
    };
    let _entered = runtime.enter();
    Listener::open(&config, Arc::new(Door)).unwrap()
}

fn ticket(port: u16) -> String {
    let rng = &mut rand_core::UnwrapErr(getrandom::SysRng);
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let invitation = Invitation {
        id: new_id(rng),
        from: samples::name("Anna Berg"),
        validity: Validity::new(unix - 60, unix + 3_600).unwrap(),
        addresses: Addresses::new(vec![Address::new(Host::V4(Ipv4Addr::LOCALHOST), port).unwrap()]).unwrap(),
    };
    let expert = samples::expert();
    issue(&samples::client(), &invitation, Recipient::Expert(expert.public()), rng).unwrap().file.to_text()
}

impl Scene {
    fn new(options: &[&str]) -> Self {
        Self::of(DESKTOP, options)
    }

    fn of(desktop: Size, options: &[&str]) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut listener = listen(&runtime);
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join(".local/share/deskside-expert");
        std::fs::create_dir_all(&data).unwrap();
        std::fs::write(data.join("identity"), [7; 32]).unwrap();
        let file = home.path().join("anna.deskside");
        std::fs::write(&file, ticket(listener.local_port())).unwrap();
        let xvfb = Xvfb::start(1000, 800).unwrap();
        let manager = xvfb.start_window_manager().unwrap();
        let mut command = xvfb.command(env!("CARGO_BIN_EXE_deskside-expert"));
        command.args(["open", "--terminal", "--log", "info,deskside_expert=debug"]).args(options).arg(file);
        for folder in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"] {
            command.env_remove(folder);
        }
        command.env("HOME", home.path()).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut viewer = command.spawn().unwrap();
        let (tell, lines) = mpsc::channel();
        let output = BufReader::new(viewer.stdout.take().unwrap());
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        let log = Arc::new(Mutex::new(String::new()));
        let (errors, kept) = (BufReader::new(viewer.stderr.take().unwrap()), Arc::clone(&log));
        std::thread::spawn(move || {
            errors.lines().map_while(Result::ok).for_each(|line| *kept.lock().unwrap() += &(line + "\n"));
        });
        let commands = viewer.stdin.take().unwrap();
        let arrival = runtime
            .block_on(async { tokio::time::timeout(PATIENCE, listener.accept()).await })
            .unwrap()
            .expect("the viewer came");
        let _entered = runtime.enter();
        let (sender, mut events) = arrival.link.split();
        let (tell, heard) = mpsc::channel();
        runtime.spawn(async move {
            let _listener = listener;
            while let Some(event) = events.recv().await {
                let _ = tell.send(event);
            }
        });
        drop(_entered);
        let client = Client {
            sender,
            heard,
            encoder: UpdateEncoder::new(PictureMode::Auto).unwrap(),
            surface: Surface::new(desktop).unwrap(),
            sequence: 0,
            _runtime: runtime,
        };
        let window = xvfb.wait_for_window(&Wanted::title("Deskside"), PATIENCE).unwrap();
        let mut scene =
            Self { xvfb, _manager: manager, viewer, commands, lines, log, window, client, _home: home };
        scene
            .client
            .sender
            .send_control(FromClient::ViewAllowed { scopes: Scopes::VIEW, screen: desktop })
            .unwrap();
        scene.stage(&format!("stage viewing {}x{}", desktop.width, desktop.height));
        scene.client.fill(desktop.rect(), [40, 120, 200, 255]);
        scene
    }

    fn stage(&self, wanted: &str) {
        let limit = Instant::now() + PATIENCE;
        loop {
            let left = limit.saturating_duration_since(Instant::now());
            let line =
                self.lines.recv_timeout(left).unwrap_or_else(|_| panic!("no {wanted}: {}", self.log()));
            if line == wanted {
                return;
            }
        }
    }

    fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    fn control(&mut self) {
        writeln!(self.commands, "control").unwrap();
        let asked = |event: &ClientLinkEvent| {
            matches!(event, ClientLinkEvent::Control(FromExpert::RequestControl { .. }))
        };
        let ClientLinkEvent::Control(FromExpert::RequestControl { request, scopes }) =
            self.client.hears(asked)
        else {
            unreachable!()
        };
        let allowed = FromClient::ControlAllowed { request, grant: GrantId::FIRST, scopes };
        self.client.sender.send_control(allowed).unwrap();
        self.stage("stage controlling");
    }

    /// Looks at the screen until it is as wanted.
    fn sees<T>(&self, what: &str, look: impl Fn(&Screenshot) -> Option<T>) -> T {
        let limit = Instant::now() + PATIENCE;
        loop {
            let screen = self.xvfb.screenshot().unwrap();
            if let Some(found) = look(&screen) {
                return found;
            }
            if Instant::now() > limit {
                let path = std::env::temp_dir().join("deskside-window.png");
                screen.save(&path).unwrap();
                panic!("{what} ({}): {}", path.display(), self.log());
            }
        }
    }

    /// Waits until the desktop is shown 1:1 somewhere, to the pixel, and tells where.
    fn sees_desktop(&self, what: &str) -> (u16, u16) {
        self.sees(what, |screen| {
            let corner = |x: u16, y: u16| self.is_at(screen, x, y, 1);
            (0..screen.height - 300)
                .flat_map(|y| (0..screen.width - 400).map(move |x| (x, y)))
                .find(|(x, y)| corner(*x, *y))
        })
    }

    fn is_at(&self, screen: &Screenshot, left: u16, top: u16, step: usize) -> bool {
        let bytes = self.client.surface.bytes();
        let same = |x: u16, y: u16| {
            let at = (usize::from(y) * 400 + usize::from(x)) * 4;
            screen.pixel(left + x, top + y) == [bytes[at + 2], bytes[at + 1], bytes[at]]
        };
        // Corners first: most places are wrong there already.
        same(0, 0)
            && same(399, 299)
            && same(200, 150)
            && (0..300_u16).step_by(step).all(|y| (0..400_u16).step_by(step).all(|x| same(x, y)))
    }

    /// How many windows the viewer's has inside that are shown.
    fn shown_children(&self) -> usize {
        let (connection, screen) = RustConnection::connect(Some(self.xvfb.display())).unwrap();
        let root = connection.setup().roots[screen].root;
        let mut found = 0;
        let mut waiting = vec![root];
        while let Some(window) = waiting.pop() {
            let Ok(tree) = connection.query_tree(window).unwrap().reply() else { continue };
            if window == self.window.id {
                let is_shown = |child: &u32| {
                    let attributes = connection.get_window_attributes(*child).unwrap().reply();
                    attributes.is_ok_and(|found| u8::from(found.map_state) == 2)
                };
                found = tree.children.iter().filter(|child| is_shown(child)).count();
            }
            waiting.extend(tree.children);
        }
        found
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = self.viewer.kill();
        let _ = self.viewer.wait();
    }
}

#[test]
fn on_software_opengl_the_processor_puts_the_picture_by_itself() {
    let mut scene = Scene::new(&[]);
    scene.sees_desktop("the first picture");
    assert!(scene.log().contains("put by the processor"), "{}", scene.log());
    assert_eq!(scene.shown_children(), 1);
    for step in 0..20_i32 {
        let colour = [step as u8 * 10, 255 - step as u8, 7, 255];
        scene.client.fill(Rect::new(step * 17, step * 11, 40, 30), colour);
    }
    let (x, y) = scene.sees_desktop("after changes");
    assert!(x > 0 && y > 0);
}

#[test]
fn asked_for_the_gpu_it_uses_opengl_even_here() {
    let scene = Scene::new(&["--presenter", "gpu"]);
    scene.sees_desktop("the first picture");
    assert_eq!(scene.shown_children(), 0);
    assert!(scene.log().contains("put by OpenGL"), "{}", scene.log());
}

#[test]
fn pointer_wheel_and_keys_over_the_picture_reach_the_client() {
    let mut scene = Scene::new(&[]);
    scene.sees_desktop("the first picture");
    scene.control();
    let hands = scene.xvfb.injected().unwrap();
    let limit = Instant::now() + PATIENCE;
    let mut is_heard = false;
    while !is_heard {
        assert!(Instant::now() < limit, "no click came from where the picture lies");
        // Control may bring something above the picture, which moves it: where it lies is asked each time.
        let (x, y) = scene.sees_desktop("the picture under control");
        hands.move_to(x as i16 + 95, y as i16 + 60).unwrap();
        hands.move_to(x as i16 + 100, y as i16 + 60).unwrap();
        hands.click(1).unwrap();
        while let Ok(event) = scene.client.heard.recv_timeout(Duration::from_millis(300)) {
            is_heard |= matches!(event, ClientLinkEvent::Input(frame) if matches!(frame.event,
                InputEvent::PointerButton { pressed: true, at, .. } if (at.x, at.y) == (100, 60)));
        }
    }
    let turn = || hands.click(5).unwrap();
    scene.client.hears_input(turn, |event| matches!(event, InputEvent::Wheel { dy: 120, .. }));
    scene.xvfb.wait_for_focus(&scene.window, PATIENCE).unwrap();
    let press = || hands.tap(u32::from('a')).unwrap();
    scene.client.hears_input(press, |event| matches!(event, InputEvent::Key(key) if key.pressed));
}

#[test]
fn over_the_full_screen_the_toolbar_is_seen_whole_and_the_picture_comes_back() {
    let mut scene = Scene::new(&["--full-screen", "--scale", "3x"]);
    let centre = |screen: &Screenshot| screen.pixel(500, 30);
    let blue = [200, 120, 40];
    scene.sees("the picture up to the upper edge", |screen| {
        (screen.pixel(500, 0) == blue && screen.pixel(900, 700) == blue).then_some(())
    });
    let plain = scene.xvfb.screenshot().unwrap();
    let hands = scene.xvfb.injected().unwrap();
    hands.move_to(500, 300).unwrap();
    hands.move_to(500, 0).unwrap();
    scene.sees("the toolbar", |screen| (centre(screen) != centre(&plain)).then_some(()));
    scene.client.fill(Rect::new(0, 0, 400, 300), [10, 200, 30, 255]);
    hands.move_to(500, 600).unwrap();
    let green = [30, 200, 10];
    scene.sees("the picture again", |screen| {
        let all = (0..780).step_by(9).all(|y| (0..980).step_by(9).all(|x| screen.pixel(x, y) == green));
        all.then_some(())
    });
    hands.move_to(500, 300).unwrap();
    scene.control();
    hands.chord(&[keysym::CONTROL, keysym::ALT]).unwrap();
    scene.sees("the toolbar, called by keys", |screen| (centre(screen) != green).then_some(()));
}

#[test]
fn at_a_broken_scale_both_presenters_show_the_same_pixels() {
    let shown = |how: &str| {
        // With the toolbar it does not fit the display of 1000x800 at 1:1.
        let mut scene = Scene::of(Size::new(900, 700), &["--presenter", how]);
        for step in 0..30_i32 {
            let colour = [step as u8 * 8, 255 - step as u8, 7, 255];
            scene.client.fill(Rect::new(step * 27, step * 21, 33, 25), colour);
        }
        scene
    };
    let (software, gpu) = (shown("software"), shown("gpu"));
    let last = [7, 255 - 29, 29 * 8];
    gpu.sees("the same as by the processor", |screen| {
        let other = software.xvfb.screenshot().unwrap();
        let is_there = screen.rgb.chunks_exact(3).filter(|pixel| *pixel == last).count() > 300;
        (is_there && *screen == other).then_some(())
    });
    assert_eq!((software.shown_children(), gpu.shown_children()), (1, 0));
}
