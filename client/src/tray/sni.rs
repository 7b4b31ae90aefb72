//! StatusNotifierItem over D-Bus: the icon and its menu, and whether anybody shows them.
//!
//! Reference: freedesktop.org StatusNotifierItem, interface `org.kde.StatusNotifierWatcher`.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

use deskside_words::t;
use ksni::menu::StandardItem;
use ksni::{MenuItem, ToolTip, Tray, TrayMethods};
use tokio::sync::Notify;
use zbus::Proxy;
use zbus::export::futures_core::Stream;
use zbus::fdo::DBusProxy;
use zbus::proxy::CacheProperties;

use super::{TrayPresence, icon};
use crate::app::view::{Activity, TicketState};
use crate::app::{CommandSender, UserCommand, ViewPublisher};
use crate::windows::words;

/// Shows the icon as long as the runtime lives; without D-Bus or a tray nothing happens, and no error is due.
///
/// To be called within a runtime.
#[must_use]
pub fn start(publisher: &ViewPublisher, commands: CommandSender) -> TrayPresence {
    let presence = TrayPresence::none();
    let changed = Arc::new(Notify::new());
    let wake = Arc::clone(&changed);
    publisher.on_change(move || wake.notify_one());
    let item = Item { publisher: publisher.clone(), commands, presence: presence.clone() };
    let following = presence.clone();
    tokio::spawn(async move {
        // Registered even while nobody shows it: a tray that starts later finds it.
        match item.assume_sni_available(true).spawn().await {
            Ok(handle) => {
                tokio::spawn(async move {
                    if let Err(error) = follow_host(&following).await {
                        tracing::debug!(%error, "the tray is no longer followed");
                    }
                    following.set_present(false);
                });
                loop {
                    changed.notified().await;
                    if handle.update(|_| ()).await.is_none() {
                        break;
                    }
                }
            }
            Err(error) => tracing::debug!(%error, "no tray icon"),
        }
    });
    presence
}

const WATCHER: &str = "org.kde.StatusNotifierWatcher";

/// Says whether a host shows icons, now and whenever that changes.
async fn follow_host(presence: &TrayPresence) -> zbus::Result<()> {
    let connection = zbus::Connection::session().await?;
    let watcher: Proxy<'_> = zbus::proxy::Builder::new(&connection)
        .destination(WATCHER)?
        .path("/StatusNotifierWatcher")?
        .interface(WATCHER)?
        .cache_properties(CacheProperties::No)
        .build()
        .await?;
    let bus = DBusProxy::new(&connection).await?;
    let mut owner = bus.receive_name_owner_changed_with_args(&[(0, WATCHER)]).await?;
    let mut came = watcher.receive_signal("StatusNotifierHostRegistered").await?;
    let mut went = watcher.receive_signal("StatusNotifierHostUnregistered").await?;
    loop {
        let shown = watcher.get_property("IsStatusNotifierHostRegistered").await.unwrap_or(false);
        presence.set_present(shown);
        let alive = tokio::select! {
            change = next(&mut owner) => change.is_some(),
            change = next(&mut came) => change.is_some(),
            change = next(&mut went) => change.is_some(),
        };
        if !alive {
            return Ok(());
        }
    }
}

async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await
}

struct Item {
    publisher: ViewPublisher,
    commands: CommandSender,
    presence: TrayPresence,
}

impl Item {
    fn activity(&self) -> Activity {
        self.publisher.latest().activity()
    }

    fn wish(&self, command: UserCommand) {
        self.commands.send(command);
    }
}

impl Tray for Item {
    fn id(&self) -> String {
        "deskside".to_owned()
    }

    fn title(&self) -> String {
        words::APP.to_owned()
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        icon::pictures(self.activity())
    }

    fn tool_tip(&self) -> ToolTip {
        let state = words::tray_state(self.activity()).to_owned();
        ToolTip { title: words::APP.to_owned(), description: state, ..ToolTip::default() }
    }

    fn status(&self) -> ksni::Status {
        match self.activity() {
            Activity::Asked | Activity::Controlled => ksni::Status::NeedsAttention,
            Activity::Idle | Activity::Waiting | Activity::Watched => ksni::Status::Active,
        }
    }

    fn attention_icon_pixmap(&self) -> Vec<ksni::Icon> {
        self.icon_pixmap()
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.wish(UserCommand::ShowWindow);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        let view = self.publisher.latest();
        let activity = view.activity();
        let open = view.tickets.iter().filter(|ticket| ticket.state == TicketState::Open).count();
        let state = match (activity, open) {
            (Activity::Waiting, 2..) => t!("client-tray-tickets", count = open),
            (Activity::Watched | Activity::Controlled, _) => words::presence(&view.sessions),
            _ => words::tray_state(activity).to_owned(),
        };
        vec![
            StandardItem { label: literal(&state), enabled: false, ..StandardItem::default() }.into(),
            MenuItem::Separator,
            item(t!("client-tray-invite"), true, |item| item.presence.want_invitation()),
            item(t!("client-tray-show"), true, |item| item.wish(UserCommand::ShowWindow)),
            MenuItem::Separator,
            item(t!("client-tray-stop"), view.can_be_stopped(), |item| item.wish(UserCommand::StopControl)),
            item(t!("client-tray-end"), !view.sessions.is_empty(), |item| {
                item.wish(UserCommand::EndSession(None))
            }),
            MenuItem::Separator,
            item(t!("client-tray-quit"), true, |item| item.wish(UserCommand::Quit)),
        ]
    }
}

fn item(label: &str, enabled: bool, press: fn(&mut Item)) -> MenuItem<Item> {
    StandardItem { label: literal(label), enabled, activate: Box::new(press), ..StandardItem::default() }
        .into()
}

/// In a menu's label an underscore marks a mnemonic; a name may contain some.
fn literal(label: &str) -> String {
    label.replace('_', "__")
}
