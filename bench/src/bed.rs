//! Two machines in one: a display and a network namespace for each of the two people, joined by a wire or by a link of a
//! given shape. Everything ends when it is dropped.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use crate::clock::pause;
use crate::link::{DEVICE, Shape};
use crate::process::Process;
use crate::screen::Screen;

/// The namespaces of the person and of the expert.
const NAMESPACES: [&str; 2] = ["deskside-bench-a", "deskside-bench-b"];
/// The wire between them.
const WIRE: &str = "lan0";
/// How long anything may take to come up.
const PATIENCE: Duration = Duration::from_secs(20);

/// Networks by name; the first is a plain wire.
pub const NETS: [(&str, Option<Shape>); 6] = [
    ("clean", None),
    ("wan", Some(Shape { delay_ms: 25.0, rate_mbit: 10.0, loss_percent: 1.0, queue_ms: 200.0 })),
    ("slow", Some(Shape { delay_ms: 25.0, rate_mbit: 2.0, loss_percent: 0.0, queue_ms: 200.0 })),
    ("steady", Some(Shape { delay_ms: 25.0, rate_mbit: 10.0, loss_percent: 0.0, queue_ms: 200.0 })),
    ("lossy", Some(Shape { delay_ms: 25.0, rate_mbit: 10.0, loss_percent: 2.0, queue_ms: 200.0 })),
    ("far", Some(Shape { delay_ms: 50.0, rate_mbit: 20.0, loss_percent: 0.0, queue_ms: 200.0 })),
];

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Who is helped.
    Person,
    /// Who helps.
    Expert,
}

/// The two machines.
pub struct Bed {
    /// What was started later ends first.
    processes: Vec<Process>,
    /// The programs of the person and of the expert.
    products: [Vec<Process>; 2],
    servers: [u32; 2],
    device: &'static str,
    /// The addresses of both.
    pub addresses: [&'static str; 2],
    /// Their displays, such as `:41`.
    pub displays: [String; 2],
    /// What TCP does about losses here.
    pub tcp: &'static str,
    folder: PathBuf,
}

impl Bed {
    /// Sets both up; logs go to `folder`.
    ///
    /// # Errors
    /// A program is missing, or this process may not make namespaces.
    pub fn new(net: &str, displays: [u32; 2], folder: &Path) -> Result<Self> {
        let shape =
            NETS.iter().find(|(name, _)| *name == net).with_context(|| format!("no network {net:?}"))?.1;
        std::fs::create_dir_all(folder)?;
        remove_namespaces();
        let mut bed = Self {
            processes: Vec::new(),
            products: [Vec::new(), Vec::new()],
            servers: [0; 2],
            device: WIRE,
            addresses: ["10.88.1.1", "10.88.1.2"],
            displays: displays.map(|number| format!(":{number}")),
            tcp: "cubic",
            folder: folder.to_owned(),
        };
        bed.lay_wire()?;
        if let Some(shape) = shape {
            bed.lay_link(shape)?;
        }
        bed.start_displays()?;
        Ok(bed)
    }

    fn lay_wire(&mut self) -> Result<()> {
        let [one, other] = NAMESPACES;
        for namespace in NAMESPACES {
            run(&["ip", "netns", "add", namespace])
                .context("network namespaces need root; see docs/BENCHMARKS.md")?;
            // A kernel that looks for routers on a new device would count as the products' bytes.
            let no_ipv6 = "[ ! -d /proc/sys/net/ipv6 ] || for of in all default; do \
                           echo 1 > /proc/sys/net/ipv6/conf/$of/disable_ipv6 || exit 1; done";
            run(&["ip", "netns", "exec", namespace, "sh", "-c", no_ipv6])?;
        }
        run(&[
            "ip", "link", "add", WIRE, "netns", one, "type", "veth", "peer", "name", WIRE, "netns", other,
        ])?;
        for (namespace, address) in NAMESPACES.iter().zip(self.addresses) {
            run(&["ip", "-n", namespace, "link", "set", "lo", "up"])?;
            run(&["ip", "-n", namespace, "addr", "add", &format!("{address}/24"), "dev", WIRE])?;
            run(&["ip", "-n", namespace, "link", "set", WIRE, "up"])?;
        }
        self.introduce()
    }

    /// Each end of the wire knows the other's address for good: to be asked for it now and then would count as well.
    fn introduce(&self) -> Result<()> {
        let [one, other] = NAMESPACES;
        for (namespace, peer, address) in [(one, other, self.addresses[1]), (other, one, self.addresses[0])] {
            let read = format!("cat /sys/class/net/{WIRE}/address");
            let hardware = run(&["ip", "netns", "exec", peer, "sh", "-c", &read])?;
            let known = ["ip", "-n", namespace, "neigh", "replace", address, "lladdr", hardware.trim()];
            run(&[&known[..], &["dev", WIRE, "nud", "permanent"]].concat())?;
        }
        Ok(())
    }

    fn lay_link(&mut self, shape: Shape) -> Result<()> {
        let [one, other] = NAMESPACES;
        let this = std::env::current_exe()?.to_string_lossy().into_owned();
        let Shape { delay_ms, rate_mbit, loss_percent, queue_ms } = shape;
        let words = format!(
            "{this} link --one {one} --other {other} --delay-ms {delay_ms} --rate-mbit {rate_mbit} \
             --loss-percent {loss_percent} --queue-ms {queue_ms}"
        );
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        self.spawn("link", &words, &[], None)?;
        (self.device, self.addresses) = (DEVICE, ["10.88.2.1", "10.88.2.2"]);
        let algorithm = if may_use_bbr() { "bbr" } else { "cubic" };
        for (namespace, address) in NAMESPACES.iter().zip(self.addresses) {
            until(
                "the link's devices",
                || Ok(run(&["ip", "-n", namespace, "link", "show", DEVICE]).is_ok()),
            )?;
            run(&["ip", "-n", namespace, "addr", "add", &format!("{address}/24"), "dev", DEVICE])?;
            run(&["ip", "-n", namespace, "link", "set", DEVICE, "up"])?;
            run(&["ip", "-n", namespace, "link", "set", WIRE, "down"])?;
            let choose = format!("echo {algorithm} > /proc/sys/net/ipv4/tcp_congestion_control");
            run(&["ip", "netns", "exec", namespace, "sh", "-c", &choose])?;
        }
        self.tcp = algorithm;
        Ok(())
    }

    fn start_displays(&mut self) -> Result<()> {
        for (place, display) in self.displays.clone().into_iter().enumerate() {
            let socket = display.replace(':', "/tmp/.X11-unix/X");
            ensure!(
                !Path::new(&socket).exists() || Screen::open(&display).is_err(),
                "display {display} is in use"
            );
            let words = format!("Xvfb {display} -screen 0 1920x1080x24 -nolisten tcp -ac -noreset");
            let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
            let server = self.spawn(&format!("xvfb{place}"), &words, &[], None)?;
            if let Some(known) = self.servers.get_mut(place) {
                *known = server;
            }
            until("an X server", || Ok(Screen::open(&display).is_ok()))?;
        }
        let settings = self.folder.join("openbox.xml");
        std::fs::write(&settings, FULL_SCREEN)?;
        let words = ["openbox".to_owned(), "--config-file".to_owned(), settings.display().to_string()];
        let [_, expert] = self.displays.clone();
        self.spawn("openbox", &words, &[("DISPLAY", expert)], None)?;
        pause(0.5);
        Ok(())
    }

    fn spawn(
        &mut self,
        name: &str,
        words: &[String],
        environment: &[(&str, String)],
        namespace: Option<&str>,
    ) -> Result<u32> {
        let process =
            Process::start(words, environment, namespace, &self.folder.join(format!("{name}.log")))?;
        let id = process.id();
        self.processes.push(process);
        Ok(id)
    }

    /// Starts a part of a product on one side, in its network and on its display.
    ///
    /// # Errors
    /// It is missing.
    pub fn start(&mut self, side: Side, words: &[String], environment: &[(&str, String)]) -> Result<()> {
        let ([person, expert], [here, there]) = (NAMESPACES, &self.displays);
        let (namespace, display, name) = match side {
            Side::Person => (person, here, "person"),
            Side::Expert => (expert, there, "expert"),
        };
        let mut all = vec![("DISPLAY", display.clone())];
        all.extend(environment.iter().cloned());
        let log = self.folder.join(format!("{name}.log"));
        let process = Process::start(words, &all, Some(namespace), &log)?;
        let [persons, experts] = &mut self.products;
        if side == Side::Person { persons } else { experts }.push(process);
        Ok(())
    }

    /// Waits until something on the person's side listens on that port.
    ///
    /// # Errors
    /// Nothing did in time.
    pub fn wait_for_port(&self, port: u16, is_udp: bool) -> Result<()> {
        let [namespace, _] = NAMESPACES;
        let (files, state) = if is_udp { ("udp*", "07") } else { ("tcp*", "0A") };
        let read = format!("cat /proc/net/{files}");
        let (port, state) = (format!(":{port:04X} "), format!(":0000 {state}"));
        until("the product's port", || {
            let open = run(&["ip", "netns", "exec", namespace, "sh", "-c", &read])?;
            Ok(open.lines().any(|line| line.contains(&port) && line.contains(&state)))
        })
    }

    /// The roots of what is measured: the person's programs, the expert's, the person's X server, the expert's.
    pub fn roots(&self) -> [Vec<u32>; 4] {
        let [persons, experts] = &self.products;
        let ids = |processes: &[Process]| processes.iter().map(Process::id).collect();
        let [here, there] = self.servers;
        [ids(persons), ids(experts), vec![here], vec![there]]
    }

    /// Whether all parts of the product still run.
    pub fn runs(&mut self) -> bool {
        self.products.iter_mut().flatten().all(|process| !process.has_ended())
    }

    /// Bytes from the person to the expert and back so far, at the person's device.
    ///
    /// # Errors
    /// The namespace is gone.
    pub fn bytes(&self) -> Result<(u64, u64)> {
        let [namespace, _] = NAMESPACES;
        let text = run(&["ip", "netns", "exec", namespace, "cat", "/proc/net/dev"])?;
        let beginning = format!("{}:", self.device);
        let line = text.lines().find_map(|line| line.trim().strip_prefix(&beginning));
        let fields: Vec<u64> =
            line.context("no device")?.split_whitespace().filter_map(|field| field.parse().ok()).collect();
        let field = |place: usize| fields.get(place).copied().context("a short line");
        Ok((field(8)?, field(0)?))
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        let [persons, experts] = &mut self.products;
        experts.clear();
        persons.clear();
        while self.processes.pop().is_some() {}
        remove_namespaces();
    }
}

/// Every normal window fills the screen, without decoration: so a viewer shows the scene from the upper left corner.
const FULL_SCREEN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <focus><focusNew>yes</focusNew><followMouse>no</followMouse></focus>
  <desktops><number>1</number></desktops>
  <applications>
    <application type="normal"><decor>no</decor><fullscreen>yes</fullscreen><focus>yes</focus></application>
  </applications>
</openbox_config>
"#;

fn remove_namespaces() {
    for namespace in NAMESPACES {
        let _ = run(&["ip", "netns", "del", namespace]);
    }
}

/// TCP's bbr suffers far less from random loss than cubic: peers get it where the kernel has it.
fn may_use_bbr() -> bool {
    let allowed = std::fs::read_to_string("/proc/sys/net/ipv4/tcp_allowed_congestion_control");
    allowed.is_ok_and(|names| names.split_whitespace().any(|name| name == "bbr"))
}

/// Runs a command and gives what it printed.
///
/// # Errors
/// It is missing or failed.
pub fn run(words: &[&str]) -> Result<String> {
    let Some((program, arguments)) = words.split_first() else { bail!("no command") };
    let output =
        Command::new(program).args(arguments).output().with_context(|| format!("{program} is needed"))?;
    let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    ensure!(output.status.success(), "`{}`: {reason}", words.join(" "));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn until(what: &str, mut is_so: impl FnMut() -> Result<bool>) -> Result<()> {
    let begun = Instant::now();
    while !is_so()? {
        ensure!(begun.elapsed() < PATIENCE, "{what} did not come up");
        pause(0.05);
    }
    Ok(())
}
