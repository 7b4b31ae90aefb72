//! The only way to a grant, for tests of what needs one: a session in which the person says yes.

use deskside_proto::geometry::Size;
use deskside_proto::ids::{RequestId, SessionId};
use deskside_proto::session::{ClientEffect, ClientEvent, ClientSession, Desk, Grant, Policy, Scopes};
use deskside_proto::time::Millis;

/// A grant for these scopes, which the person of that session has given while they share a screen of that size.
///
/// # Panics
/// Those scopes cannot be asked for.
pub fn granted(session: SessionId, screen: Size, scopes: Scopes) -> Grant {
    let (mut machine, _) = ClientSession::open(session, Policy::STANDARD, Millis(0));
    let request = RequestId(1);
    for event in [
        ClientEvent::LocalAllowView { screen },
        ClientEvent::ExpertRequestsControl { request, scopes, desk: Desk::Free },
        ClientEvent::LocalAllowControl { request },
    ] {
        let (next, effects) = machine.handle(event, Millis(1));
        machine = next;
        for effect in effects {
            if let ClientEffect::EnableInput(grant) | ClientEffect::OpenClipboard(grant) = effect {
                return grant;
            }
        }
    }
    panic!("the session gave no grant for {scopes:?}")
}
