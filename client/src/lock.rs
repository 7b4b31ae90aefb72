//! Whether the screen is locked, as the desktop's screen saver and the login manager say it over D-Bus.
//! Only reports; where no D-Bus is there, or a locker that says nothing, nothing is reported.
//!
//! # Reference
//! freedesktop.org `org.freedesktop.ScreenSaver` (signal `ActiveChanged`) and its namesakes; logind
//! `org.freedesktop.login1.Session` (signals `Lock`, `Unlock`).

use std::future::poll_fn;
use std::pin::Pin;

use zbus::export::futures_core::Stream;
use zbus::message::Type;
use zbus::zvariant::OwnedObjectPath;
use zbus::{Connection, MatchRule, Message, MessageStream};

const SAVER_SIGNAL: &str = "ActiveChanged";
const LOGIN: &str = "org.freedesktop.login1";
const LOGIN_SESSION: &str = "org.freedesktop.login1.Session";

/// Watches as long as the runtime lives, and calls `report` with each change. To be called within a runtime.
pub fn watch(report: impl Fn(bool) + Send + Clone + 'static) {
    let of_saver = report.clone();
    tokio::spawn(async move {
        let followed = async { follow_savers(&Connection::session().await?, of_saver).await };
        if let Err(error) = followed.await {
            tracing::debug!(%error, "the screen saver is not followed");
        }
    });
    tokio::spawn(async move {
        let followed = async { follow_login(&Connection::system().await?, report).await };
        if let Err(error) = followed.await {
            tracing::debug!(%error, "the login manager is not followed");
        }
    });
}

/// Every desktop has a screen saver interface of its own name; the signal is the same.
async fn follow_savers(bus: &Connection, report: impl Fn(bool) + Send) -> zbus::Result<()> {
    let rule = MatchRule::builder().msg_type(Type::Signal).member(SAVER_SIGNAL)?.build();
    let mut signals = MessageStream::for_match_rule(rule, bus, None).await?;
    while let Some(signal) = next(&mut signals).await {
        if let Some(locked) = saver_said(&signal?) {
            report(locked);
        }
    }
    Ok(())
}

fn saver_said(signal: &Message) -> Option<bool> {
    let header = signal.header();
    let is_saver = header.interface().is_some_and(|interface| interface.ends_with(".ScreenSaver"));
    if !is_saver {
        return None;
    }
    signal.body().deserialize().ok()
}

async fn follow_login(bus: &Connection, report: impl Fn(bool) + Send) -> zbus::Result<()> {
    let manager = "/org/freedesktop/login1";
    let interface = Some("org.freedesktop.login1.Manager");
    let own = std::process::id();
    let reply = bus.call_method(Some(LOGIN), manager, interface, "GetSessionByPID", &(own,)).await?;
    let session: OwnedObjectPath = reply.body().deserialize()?;
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender(LOGIN)?
        .interface(LOGIN_SESSION)?
        .path(&session)?
        .build();
    let mut signals = MessageStream::for_match_rule(rule, bus, None).await?;
    while let Some(signal) = next(&mut signals).await {
        match signal?.header().member().map(|member| member.as_str()) {
            Some("Lock") => report(true),
            Some("Unlock") => report(false),
            Some(_) | None => {}
        }
    }
    Ok(())
}

async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(interface: &str, active: bool) -> Message {
        Message::signal("/org/freedesktop/ScreenSaver", interface, SAVER_SIGNAL)
            .unwrap()
            .build(&active)
            .unwrap()
    }

    #[test]
    fn screen_savers_of_all_desktops_are_understood_and_nothing_else() {
        for interface in ["org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.mate.ScreenSaver"] {
            assert_eq!(saver_said(&signal(interface, true)), Some(true));
            assert_eq!(saver_said(&signal(interface, false)), Some(false));
        }
        assert_eq!(saver_said(&signal("org.example.Player", true)), None);
        let odd =
            Message::signal("/x", "org.gnome.ScreenSaver", SAVER_SIGNAL).unwrap().build(&"yes").unwrap();
        assert_eq!(saver_said(&odd), None);
    }

    #[tokio::test]
    async fn a_lock_on_a_real_bus_is_reported() {
        let daemon = deskside_testkit::x11::SessionBus::start(":0").unwrap();
        let connect =
            || async { zbus::connection::Builder::address(daemon.address()).unwrap().build().await.unwrap() };
        let (ours, saver) = (connect().await, connect().await);
        let (sender, mut heard) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            let report = move |locked| {
                let _ = sender.send(locked);
            };
            follow_savers(&ours, report).await.unwrap();
        });
        // The signal is repeated, because nobody says when the first one would be heard.
        let mut every = tokio::time::interval(std::time::Duration::from_millis(50));
        let locked = loop {
            tokio::select! {
                locked = heard.recv() => break locked,
                _ = every.tick() => {
                    let (path, interface) = ("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver");
                    saver.emit_signal(None::<()>, path, interface, SAVER_SIGNAL, &true).await.unwrap();
                }
            }
        };
        assert_eq!(locked, Some(true));
    }
}
