//! Plays the whole story with the real programs and shows it: each step with its time, pictures of both desktops.
#![expect(clippy::print_stdout, reason = "showing is its purpose")]

use std::io::BufRead as _;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use deskside_e2e::story::{STEPS, Story};

struct Options {
    keep: bool,
    pictures: PathBuf,
}

fn main() -> Result<()> {
    let options = options()?;
    std::fs::create_dir_all(&options.pictures)?;
    let watched = std::env::var_os("DISPLAY").is_some();
    let mut story = if watched { Story::in_windows()? } else { Story::new()? };
    println!(
        "{}",
        if watched {
            "Both desktops are shown in windows on this display."
        } else {
            "There is no display here, so both desktops have displays of their own that nobody sees."
        }
    );
    let (anna, erika) = (story.person.desk.screen.display(), story.expert.desk.screen.display());
    println!(
        "Anna's desktop is display {anna}, Erika's is {erika}; pictures go to {}",
        options.pictures.display()
    );
    let begin = Instant::now();
    for (number, (name, act)) in STEPS.iter().enumerate() {
        if options.keep && number + 1 == STEPS.len() {
            break;
        }
        let start = Instant::now();
        print!("{:2}. {name} ... ", number + 1);
        std::io::Write::flush(&mut std::io::stdout())?;
        let outcome = act(&mut story);
        println!(
            "{} in {:.2} s",
            if outcome.is_ok() { "done" } else { "FAILED" },
            start.elapsed().as_secs_f64()
        );
        for (desk, who) in [(&story.person.desk, "anna"), (&story.expert.desk, "erika")] {
            desk.photograph(&options.pictures.join(format!("{:02}-{who}.png", number + 1)))?;
        }
        outcome.with_context(|| format!("step {}: {name}", number + 1))?;
    }
    println!("The whole story took {:.1} s.", begin.elapsed().as_secs_f64());
    if options.keep {
        keep(&story)?;
    }
    Ok(())
}

fn options() -> Result<Options> {
    let mut options = Options { keep: false, pictures: PathBuf::from("target/demo") };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--keep" => options.keep = true,
            "--pictures" => options.pictures = arguments.next().context("--pictures needs a folder")?.into(),
            other => bail!("the demo does not know {other:?}; it takes --keep and --pictures DIR"),
        }
    }
    Ok(options)
}

/// Leaves everything running until Enter is pressed or the terminal goes away.
fn keep(story: &Story) -> Result<()> {
    for (desk, who) in [(&story.person.desk, "Anna"), (&story.expert.desk, "Erika")] {
        println!("{who}: DISPLAY={} HOME={}", desk.screen.display(), desk.home().display());
    }
    println!(
        "To look and click: x11vnc -display {} & vncviewer localhost",
        story.person.desk.screen.display()
    );
    println!("Press Enter to end.");
    std::io::stdin().lock().lines().next().transpose()?;
    Ok(())
}
