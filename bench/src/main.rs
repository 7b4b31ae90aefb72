//! The measuring program behind `cargo xtask bench`: its command line. A tool of developers; it is in no package.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what this program measures goes to the terminal, and other programs read its lines"
)]

mod barcode;
mod bed;
mod clicks;
mod clock;
mod digest;
mod keys;
mod link;
mod machine;
mod pictures;
mod play;
mod probe;
mod process;
mod products;
mod quality;
mod record;
mod scene;
mod screen;
mod session;
mod side;
mod soak;
mod stage;
mod table;
mod targets;

use std::process::ExitCode;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use session::Plan;

const HELP: &str = "\
deskside-bench peers --programs DIR --pictures DIR --results DIR
               [--products deskside,tigervnc,..] [--nets clean,wan] [--scenes idle,flip,..] [--reps 3] [--seconds 10]
               [--clicks 40] [--displays 41,42] [--clip FILE] [--write FILE.md]
               measures products side by side, prints one table, and writes it into FILE.md between its marks
deskside-bench soak --programs DIR --pictures DIR --results DIR [--minutes 60] [--products deskside] [--nets clean]
               plays every scene in turn on one session; fails if a picture was not exact, memory grew or it became slower
deskside-bench keys --programs DIR --results DIR [--nets clean,steady,lossy] [--presses 500] [--displays 41,42] [--write FILE.md]
               presses keys in the viewer and times them where they are injected; fails if one is late, lost or overtaken
deskside-bench report --results DIR [--write FILE.md]
               prints the table again
Used by itself:
deskside-bench backdrop --display :41 --pictures DIR
deskside-bench link --one NAMESPACE --other NAMESPACE --delay-ms 25 --rate-mbit 10 --loss-percent 1 --queue-ms 200
deskside-bench person --programs DIR --home DIR --address HOST --port PORT
               shares this display as a person who says yes to everything would: starts `deskside --terminal`, invites
deskside-bench expert --programs DIR --home DIR --ticket DIR
               opens that person's ticket full-screen on this display and asks for control";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("deskside-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let Some((command, rest)) = arguments.split_first() else { bail!("{HELP}") };
    let options = Options::parse(rest)?;
    match command.as_str() {
        "peers" => peers(&options),
        "soak" => soak(&options),
        "keys" => keys(&options),
        "report" => report(&options),
        "backdrop" => play::backdrop(options.need("display")?, Path::new(options.need("pictures")?)),
        "link" => link::run(&options),
        "person" => side::person(&options),
        "expert" => side::expert(&options),
        _ => bail!("{HELP}"),
    }
}

fn peers(options: &Options) -> Result<()> {
    let scenes = scenes_without(&["typing-late"]);
    let plan =
        plan(options, "deskside,tigervnc,tigervnc-lossless,x11vnc,freerdp,xpra,h264", "clean,wan", &scenes)?;
    plan.carry_out()?;
    report(options)
}

fn soak(options: &Options) -> Result<()> {
    let minutes = options.find("minutes").unwrap_or("60").parse()?;
    plan(options, "deskside", "clean", &scenes_without(&["idle"]))?.soak(minutes)
}

fn keys(options: &Options) -> Result<()> {
    let measured = keys::Keys {
        nets: options.list("nets", "clean,steady,lossy"),
        presses: options.find("presses").unwrap_or("500").parse()?,
        displays: displays(options)?,
        programs: PathBuf::from(options.need("programs")?),
        results: PathBuf::from(options.need("results")?),
    };
    std::fs::create_dir_all(&measured.results)?;
    let table = measured.carry_out()?;
    let table = format!("Measured {}.\n\n{table}", machine::described());
    options.find("write").map_or(Ok(()), |file| write_between_marks(Path::new(file), "keys", &table))
}

/// What is to be measured, from the options or else from what is given here; makes the pictures for it.
fn plan(options: &Options, products: &str, nets: &str, scenes: &str) -> Result<Plan> {
    let plan = Plan {
        products: options.list("products", products),
        scenes: options.list("scenes", scenes),
        nets: options.list("nets", nets),
        repetitions: options.find("reps").unwrap_or("3").parse()?,
        seconds: options.find("seconds").unwrap_or("10").parse()?,
        clicks: options.find("clicks").unwrap_or("40").parse()?,
        displays: displays(options)?,
        pictures: PathBuf::from(options.need("pictures")?),
        programs: PathBuf::from(options.need("programs")?),
        results: PathBuf::from(options.need("results")?),
    };
    pictures::make(&plan.pictures, options.find("clip").map(Path::new))?;
    std::fs::create_dir_all(&plan.results)?;
    machine::note(&plan.results, plan.seconds, plan.repetitions)?;
    Ok(plan)
}

/// The numbers of two displays.
fn displays(options: &Options) -> Result<[u32; 2]> {
    let numbers = options
        .list("displays", "41,42")
        .iter()
        .map(|number| number.parse())
        .collect::<Result<Vec<u32>, _>>()?;
    numbers.try_into().ok().context("--displays takes two numbers, such as 41,42")
}

/// The names of all scenes but these, as a list with commas.
fn scenes_without(left_out: &[&str]) -> String {
    let names = scene::ALL.iter().map(|(name, _)| *name).filter(|name| !left_out.contains(name));
    names.collect::<Vec<_>>().join(",")
}

fn report(options: &Options) -> Result<()> {
    let results = Path::new(options.need("results")?);
    let table = format!("{}\n{}", machine::noted(results), table::Results::read(results)?.markdown());
    std::fs::write(results.join("table.md"), &table)?;
    println!("\n{table}");
    options.find("write").map_or(Ok(()), |file| write_between_marks(Path::new(file), "peers", &table))
}

/// Replaces what stands between the marks of that measurement in a document.
fn write_between_marks(file: &Path, which: &str, table: &str) -> Result<()> {
    const END: &str = "<!-- end of figures -->";
    let begin = format!("<!-- figures: made by `cargo xtask bench {which} --write`, do not edit -->");
    let text = std::fs::read_to_string(file)?;
    let marks = text.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) =
        marks.with_context(|| format!("{} has no marks for the figures", file.display()))?;
    Ok(std::fs::write(file, format!("{before}{begin}\n\n{table}\n{END}{after}"))?)
}

/// `--name value` pairs.
pub struct Options(Vec<(String, String)>);

impl Options {
    fn parse(arguments: &[String]) -> Result<Self> {
        let mut pairs = Vec::new();
        let mut rest = arguments.iter();
        while let Some(name) = rest.next() {
            let Some(name) = name.strip_prefix("--") else { bail!("{name:?} is no option\n{HELP}") };
            let Some(value) = rest.next() else { bail!("--{name} needs a value\n{HELP}") };
            pairs.push((name.to_owned(), value.clone()));
        }
        Ok(Self(pairs))
    }

    /// The value of an option that may be left out.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The words of an option, as a list with commas, or else of `default`.
    fn list(&self, name: &str, default: &str) -> Vec<String> {
        self.find(name).unwrap_or(default).split(',').map(str::to_owned).collect()
    }

    /// The value of an option that must be there.
    ///
    /// # Errors
    /// It is not.
    pub fn need(&self, name: &str) -> Result<&str> {
        self.find(name).ok_or_else(|| anyhow::anyhow!("--{name} is needed\n{HELP}"))
    }
}
