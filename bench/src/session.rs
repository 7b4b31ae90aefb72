//! The order of a whole measurement: for each network and repetition every product in turn, for each of those every
//! scene, with the meters read at the scene's moments. Keeps each outcome in a file of its own.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::bed::Bed;
use crate::clock::{now, pause};
use crate::digest::Digest;
use crate::play::{Moment, Play, play, scene_named};
use crate::process::{Process, cpu_seconds, machine_seconds, memory_mib};
use crate::products::{Place, Product, named};
use crate::quality;
use crate::record::{Meters, Outcome, Record, What};
use crate::screen::Rect;

/// What is to be measured.
pub struct Plan {
    /// Names of products.
    pub products: Vec<String>,
    /// Names of scenes.
    pub scenes: Vec<String>,
    /// Names of networks.
    pub nets: Vec<String>,
    /// How often.
    pub repetitions: u32,
    /// How long each scene is played.
    pub seconds: f64,
    /// Clicks of the flip scene.
    pub clicks: u32,
    /// Numbers of two free displays.
    pub displays: [u32; 2],
    /// Where the pictures are.
    pub pictures: PathBuf,
    /// Where Deskside's programs are.
    pub programs: PathBuf,
    /// Where the outcomes go.
    pub results: PathBuf,
}

impl Plan {
    /// Measures everything.
    ///
    /// # Errors
    /// There is no such product, scene or network, or the outcomes cannot be written. A product that fails is an
    /// outcome, not an error.
    pub fn carry_out(&self) -> Result<()> {
        std::fs::create_dir_all(self.results.join("runs"))?;
        for scene in &self.scenes {
            scene_named(scene)?;
        }
        for net in &self.nets {
            for repetition in 0..self.repetitions {
                // All products in every repetition: the machine's pace drifts, and ratios should not.
                for name in &self.products {
                    self.session(named(name)?, net, repetition)?;
                }
            }
        }
        Ok(())
    }

    fn session(&self, product: &Product, net: &str, repetition: u32) -> Result<()> {
        let title = format!("{}-{net}-{repetition}", product.name);
        let scratch = std::path::absolute(self.results.join("logs").join(&title))?;
        let mut bed = Bed::new(net, self.displays, &scratch)?;
        let started = self.start(product, &mut bed, &scratch);
        for scene in self.scenes.iter().filter(|scene| !product.skips.contains(&scene.as_str())) {
            let what =
                What { product: product.name.into(), net: net.into(), scene: scene.clone(), repetition };
            let measured = match &started {
                Ok(()) if !bed.runs() => Err(anyhow::anyhow!("it has ended; see {}", scratch.display())),
                Ok(()) => self.measure(&bed, &what),
                Err(error) => Err(anyhow::anyhow!("it did not start: {error:#}")),
            };
            let outcome = match measured {
                Ok(record) => {
                    println!("{title} {scene}: {}", Digest::of(&record).line());
                    Outcome::Measured(Box::new(record))
                }
                Err(error) => {
                    println!("{title} {scene}: FAILED: {error:#}");
                    Outcome::Failed { what, error: format!("{error:#}") }
                }
            };
            let file = self.results.join("runs").join(format!("{title}-{scene}.json"));
            std::fs::write(&file, serde_json::to_string(&outcome)?)
                .with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(())
    }

    /// Starts a product on a desktop that shows something.
    ///
    /// # Errors
    /// It is not installed or does not come up.
    pub fn start(&self, product: &Product, bed: &mut Bed, scratch: &Path) -> Result<()> {
        let this = std::env::current_exe()?.display().to_string();
        let [person, _] = bed.displays.clone();
        let pictures = self.pictures.display().to_string();
        let words = [&this, "backdrop", "--display", &person, "--pictures", &pictures].map(str::to_owned);
        // A product should find a picture, and one that is there when it starts.
        let _backdrop = Process::start(&words, &[], None, &scratch.join("backdrop.log"))?;
        pause(0.7);
        product.start(bed, &Place { programs: &self.programs, scratch })
    }

    /// Plays one scene on what runs.
    ///
    /// # Errors
    /// A display went away, or the viewer never showed the scene.
    pub fn measure(&self, bed: &Bed, what: &What) -> Result<Record> {
        let [person, expert] = &bed.displays;
        let scene = scene_named(&what.scene)?;
        let (seconds, clicks) = (scene.lasting(self.seconds), self.clicks);
        let plan = Play { scene, seconds, clicks, displays: [person, expert], pictures: &self.pictures };
        let work_ms = pace();
        let mut readings = Vec::new();
        let (times, pictures) = play(&plan, &mut |moment| readings.push((moment, Reading::take(bed))))?;
        let [(Moment::Begin, begin), (Moment::End, end), (Moment::Judged, judged)] = readings.as_slice()
        else {
            bail!("the meters were not read in order");
        };
        let meters = Reading::between(begin, end, judged, work_ms);
        Ok(Record { what: what.clone(), seconds, times, pictures, meters })
    }
}

/// All meters at one moment.
struct Reading {
    at: u64,
    cpu: [f64; 4],
    own: f64,
    machine: (f64, f64),
    memory: [f64; 2],
    bytes: (u64, u64),
}

impl Reading {
    fn take(bed: &Bed) -> Self {
        let roots = bed.roots();
        let [person, expert, ..] = &roots;
        Self {
            at: now(),
            cpu: [0, 1, 2, 3].map(|place| roots.get(place).map_or(0.0, |roots| cpu_seconds(roots))),
            own: cpu_seconds(&[std::process::id()]),
            machine: machine_seconds(),
            memory: [memory_mib(person), memory_mib(expert)],
            // Only a namespace that is gone has no meter; then the scene has failed anyway.
            bytes: bed.bytes().unwrap_or_default(),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "seconds and bytes of one run")]
    fn between(begin: &Self, end: &Self, judged: &Self, work_ms: f64) -> Meters {
        let seconds = (end.at - begin.at) as f64 / 1e9;
        let percent = |used: f64| used / seconds * 100.0;
        let mut cpu = [0.0; 4];
        for ((percents, before), after) in cpu.iter_mut().zip(begin.cpu).zip(end.cpu) {
            *percents = percent(after - before);
        }
        let busy = (end.machine.0 - begin.machine.0) - (end.own - begin.own);
        let (there, back) = (end.bytes.0 - begin.bytes.0, end.bytes.1 - begin.bytes.1);
        Meters {
            cpu,
            memory: end.memory,
            bytes_per_second: there as f64 / seconds,
            back_per_second: back as f64 / seconds,
            bytes_in_all: judged.bytes.0 - begin.bytes.0,
            others: [percent(busy), percent(end.machine.1 - begin.machine.1)],
            work_ms,
        }
    }
}

/// Milliseconds that a fixed piece of work takes now, the best of five.
#[expect(clippy::cast_precision_loss, reason = "milliseconds in nanoseconds")]
fn pace() -> f64 {
    let one: Vec<u8> = (0..512 * 512 * 4_u32).map(|i| (i * 7 % 251).to_le_bytes()[0]).collect();
    let other: Vec<u8> = one.iter().map(|part| part ^ 3).collect();
    let once = |_| {
        let begun = now();
        std::hint::black_box(quality::compare(&one, &other, 2048, Rect::new(0, 0, 512, 512)));
        (now() - begun) as f64 / 1e6
    };
    (0..5).map(once).fold(f64::MAX, f64::min)
}
