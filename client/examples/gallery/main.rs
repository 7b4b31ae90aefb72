//! Shows one window of the client with made-up data, or takes pictures of all.
//!
//! `cargo run -p deskside --example gallery -- --theme dark --window consent-view`
//! `cargo run -p deskside --example gallery -- --pictures docs/pictures`
//! `cargo run -p deskside --example gallery -- --only consent --pictures docs/pictures`
//! `cargo run -p deskside --example gallery -- --language de --pictures /tmp`

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    reason = "a tool for developers that speaks on the terminal"
)]

mod pictures;
mod samples;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use deskside_client::app::view::{HiddenView, SessionState};
use deskside_client::app::{AppView, CommandSender, UserCommand, ViewPublisher};
use deskside_client::config::Theme;
use deskside_client::tray::TrayPresence;
use deskside_client::windows::main_window::Page;
use deskside_client::windows::{Confirm, Start, Surroundings, run};
use deskside_proto::name::PersonName;
use deskside_words::Language;
use samples::view;
use time::UtcOffset;

/// The names of the windows.
const WINDOWS: [&str; 27] = [
    "introduction",
    "introduction-warning",
    "home",
    "make-ticket",
    "waiting",
    "closing",
    "notice",
    "invitation",
    "invitation-sent",
    "invitation-sealed",
    "tickets",
    "receipt",
    "settings",
    "sessions",
    "sharing",
    "sharing-hide-area",
    "sharing-less",
    "consent-view",
    "consent-join",
    "consent-control",
    "consent-read",
    "consent-give",
    "banner-watching",
    "banner-controlling",
    "banner-sharing",
    "banner-copying",
    "sessions-copying",
];

fn main() -> ExitCode {
    let mut words: VecDeque<String> = std::env::args().skip(1).collect();
    let (mut theme, mut window, mut name) = (Theme::System, "home".to_owned(), "Martin Berg".to_owned());
    let (mut later, mut real_tray, mut only) = (None, false, String::new());
    while let (Some(option), Some(value)) = (words.pop_front(), words.pop_front()) {
        match (option.as_str(), value.as_str()) {
            ("--theme", "light") => theme = Theme::Light,
            ("--theme", "dark") => theme = Theme::Dark,
            ("--window", _) if WINDOWS.contains(&value.as_str()) => window = value,
            ("--name", _) => name = value,
            ("--only", _) => only = value,
            ("--language", _) if Language::from_locale(&value).is_some() => {
                deskside_words::choose(Language::from_locale(&value).unwrap_or(Language::English));
            }
            ("--pictures", _) => return pictures::take(&PathBuf::from(value), &only),
            ("--tray", "real") => real_tray = true,
            ("--later", _) => later = value.parse().ok().map(Duration::from_secs),
            _ => {
                eprintln!(
                    "gallery [--language en|de] [--theme light|dark] [--name NAME] [--later SECONDS] [--tray real]\n    \
                     [--only WINDOWS] [--pictures FOLDER] [--window {}]",
                    WINDOWS.join("|")
                );
                return ExitCode::from(2);
            }
        }
    }
    let Ok(name) = PersonName::parse(&name) else {
        eprintln!("that is not a name");
        return ExitCode::from(2);
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let (commands, mut wishes) = CommandSender::channel();
    let first = if later.is_some() { "home" } else { window.as_str() };
    let publisher = ViewPublisher::new(view(first, theme, &name));
    if let Some(later) = later {
        let (publisher, wanted) = (publisher.clone(), view(&window, theme, &name));
        runtime.spawn(async move {
            tokio::time::sleep(later).await;
            publisher.publish(wanted);
        });
    }
    let answering = publisher.clone();
    runtime.spawn(async move {
        while let Some(command) = wishes.next().await {
            println!("{command:?}");
            answer(&answering, command);
        }
    });
    let start = start_with(&window, later.is_some());
    let tray = if real_tray {
        let _inside = runtime.enter();
        deskside_client::tray::start(&publisher, commands.clone())
    } else {
        let tray = TrayPresence::none();
        tray.set_present(start == Start::Hidden);
        tray
    };
    let surroundings = Surroundings {
        publisher,
        commands,
        confirm: Confirm::blind(),
        tray,
        local_offset: UtcOffset::UTC,
        start,
    };
    match run(surroundings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// How the main window begins.
fn start_with(window: &str, is_later: bool) -> Start {
    match window {
        "tickets" => Start::OnPage(Page::Tickets),
        "receipt" => Start::OnPage(Page::Receipt),
        "settings" => Start::OnPage(Page::Settings),
        _ if is_later => Start::Shown,
        _ if window.starts_with("banner") || window.starts_with("consent") => Start::Hidden,
        _ => Start::Shown,
    }
}

/// Just enough of a controller to click through the windows.
fn answer(publisher: &ViewPublisher, command: UserCommand) {
    let mut view = AppView::clone(&publisher.latest());
    match command {
        UserCommand::Quit => view.ended = true,
        UserCommand::SeenIntroduction => view.introduction_needed = false,
        UserCommand::Invite(_) => view.invitation = Some(samples::invitation()),
        UserCommand::DismissInvitation => view.invitation = None,
        UserCommand::AnswerView { .. } | UserCommand::AnswerControl { .. } => view.question = None,
        UserCommand::EndSession(_) => view.sessions.clear(),
        UserCommand::DismissNotice => view.notice = None,
        UserCommand::ShowWindow => view.window_requests += 1,
        UserCommand::Share(share) => view.sharing.share = share,
        UserCommand::Hide(what) => view.sharing.hidden.push(HiddenView { what, title: None }),
        UserCommand::Unhide(what) => view.sharing.hidden.retain(|hidden| hidden.what != what),
        UserCommand::ShowSharing => {
            view.window_requests += 1;
            view.sharing.requests += 1;
        }
        UserCommand::CancelCopying(..) => {
            view.sessions.iter_mut().for_each(|session| session.moving = [None; 2]);
        }
        UserCommand::StopControl => {
            for session in &mut view.sessions {
                session.state = SessionState::Watching;
            }
        }
        UserCommand::SaveTicket { .. }
        | UserCommand::EmailTicket { .. }
        | UserCommand::CancelTicket(_)
        | UserCommand::ListChoices
        | UserCommand::ChangeSettings(_) => {}
    }
    publisher.publish(view);
}
