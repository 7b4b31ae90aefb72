//! The watch over the keyboard's locks on a real X server.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use deskside_host::locks;
use deskside_proto::wire::input::Locks;
use deskside_testkit::x11::{Xvfb, keysym};

const SOON: Duration = Duration::from_secs(10);

#[test]
fn each_press_of_a_lock_is_told_once_and_nothing_else_is() {
    let x = Xvfb::start(800, 600).unwrap();
    let hands = x.injected().unwrap();
    let (tell, told) = mpsc::channel();
    let watch = locks::watch(Some(x.display()), move |locks| {
        let _ = tell.send(locks);
    });
    let (off, caps) = (Locks::default(), Locks { caps: true, ..Locks::default() });
    let both = Locks { num: true, ..caps };
    assert_eq!(told.recv_timeout(SOON), Ok(Some(off)), "how they are at first");
    for (key, locks) in [
        (keysym::CAPS_LOCK, caps),
        (keysym::NUM_LOCK, both),
        (keysym::CAPS_LOCK, Locks { num: true, ..off }),
        (keysym::NUM_LOCK, off),
    ] {
        hands.tap(key).unwrap();
        assert_eq!(told.recv_timeout(SOON), Ok(Some(locks)));
        assert_eq!(watch.now(), Some(locks));
    }
    hands.type_text("locks stay").unwrap();
    assert_eq!(told.recv_timeout(Duration::from_millis(300)), Err(RecvTimeoutError::Timeout));
    drop(x);
    assert_eq!(told.recv_timeout(SOON), Ok(None), "the desktop is gone");
    assert_eq!(watch.now(), None);
    assert_eq!(told.recv_timeout(SOON), Err(RecvTimeoutError::Disconnected), "and so is the thread");
}

#[test]
fn without_a_desktop_nothing_is_told() {
    let (tell, told) = mpsc::channel();
    let watch = locks::watch(Some("127.0.0.1:63"), move |locks| {
        let _ = tell.send(locks);
    });
    assert_eq!(watch.now(), None);
    assert_eq!(told.recv_timeout(SOON), Err(RecvTimeoutError::Disconnected));
}
