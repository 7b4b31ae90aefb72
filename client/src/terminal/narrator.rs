//! From one view to the next as lines: only what is new, each thing once, in a form that programs can read too.

use std::collections::BTreeMap;

use deskside_proto::ids::{QuestionId, SessionId, TicketId};
use deskside_proto::session::Way;
use deskside_words::t;

use crate::app::view::{
    AppView, Delivery, InvitationView, Moving, QuestionKind, QuestionView, SeenBefore, SessionState,
    SessionView,
};
use crate::app::words::{self, rfc3339};
use crate::receipt::Thing;
use crate::windows::words as sentences;

/// What has been said already.
#[derive(Debug, Default)]
pub(super) struct Narrator {
    introduced: bool,
    invitation: Option<Told>,
    question: Option<QuestionId>,
    sessions: BTreeMap<SessionId, (SessionState, [bool; 2])>,
    /// What was on its way through the clipboard.
    moving: BTreeMap<SessionId, [Option<Moving>; 2]>,
    notice: Option<(String, String)>,
    /// What can be seen, and how much of it is hidden.
    seen: Option<(String, usize)>,
    ended: bool,
}

#[derive(Debug)]
struct Told {
    id: TicketId,
    saved: bool,
    delivery: Delivery,
}

/// The first lines.
pub(super) fn greeting(view: &AppView) -> Vec<String> {
    let version = env!("CARGO_PKG_VERSION");
    let (me, fingerprint) = (view.me.as_str(), &view.settings.fingerprint);
    let text = t!("client-line-ready", version = version, name = me, fingerprint = fingerprint);
    vec![for_programs!("ready: {text}")]
}

/// The tickets, a line each.
pub(super) fn tickets(view: &AppView) -> Vec<String> {
    let mut lines: Vec<String> = view
        .tickets
        .iter()
        .map(|ticket| {
            let to = ticket.to.as_ref().map(|to| for_programs!(" to {to}")).unwrap_or_default();
            for_programs!(
                "ticket {} {} until {} uses {}{to}",
                ticket.id.short(),
                ticket.state.word(),
                rfc3339(ticket.valid_until),
                ticket.uses_left
            )
        })
        .collect();
    lines.push(for_programs!("tickets: {}", view.tickets.len()));
    lines
}

/// What can be seen, what is hidden, and what there is to choose from. Titles stand here because this terminal is the
/// person's own.
pub(super) fn windows(view: &AppView) -> Vec<String> {
    let (sharing, choices) = (&view.sharing, &view.sharing.choices);
    let numbered =
        |what: &'static str| move |(at, text): (usize, String)| format!("{what} {} {text}", at + 1);
    let screens = (0..choices.screens.len()).map(|at| sentences::screen(choices, at)).enumerate();
    let windows = choices.windows.iter().map(|window| window.title.0.to_string()).enumerate();
    let hidden = sharing.hidden.iter().map(sentences::hidden).enumerate();
    let mut lines: Vec<String> = screens.map(numbered("screen")).collect();
    lines.extend(windows.map(numbered("window")));
    lines.extend(hidden.map(numbered("hidden")));
    lines.push(for_programs!("seen: {}", sentences::share(sharing)));
    lines
}

/// Who is here.
pub(super) fn status(view: &AppView) -> Vec<String> {
    let mut lines: Vec<String> = view.sessions.iter().map(session).collect();
    lines.extend(view.question.as_ref().map(question));
    lines.push(for_programs!("status: {:?}", view.activity()).to_ascii_lowercase());
    lines
}

impl Narrator {
    /// The lines that lead from what was said to `view`.
    pub(super) fn tell(&mut self, view: &AppView) -> Vec<String> {
        let mut lines = Vec::new();
        if view.introduction_needed && !self.introduced {
            self.introduced = true;
            let sentences = words::introduction(&view.settings.hotkey);
            lines.extend(sentences.map(|sentence| for_programs!("introduction: {sentence}")));
            lines.push(for_programs!("introduction: {}", t!("client-line-understood")));
        }
        self.tell_invitation(view.invitation.as_ref(), &mut lines);
        let open = view.question.as_ref().map(|question| question.id);
        if let Some(before) = self.question.filter(|before| Some(*before) != open) {
            lines.push(for_programs!("answered {}", before.0));
        }
        let seen = (sentences::share(&view.sharing), view.sharing.hidden.len());
        if self.seen.replace(seen.clone()).is_some_and(|before| before != seen) {
            lines.push(for_programs!("seen: {}", t!("client-line-seen", what = &seen.0, count = seen.1)));
        }
        self.tell_sessions(&view.sessions, &mut lines);
        if let Some(asked) = view.question.as_ref().filter(|asked| Some(asked.id) != self.question) {
            lines.push(question(asked));
        }
        self.question = open;
        let notice = view.notice.as_ref().map(|notice| (notice.title.clone(), notice.text.clone()));
        if let Some((title, text)) = notice.as_ref().filter(|new| Some(*new) != self.notice.as_ref()) {
            lines.push(for_programs!("notice: {title}. {}", text.replace('\n', " ")));
        }
        self.notice = notice;
        if view.ended && !self.ended {
            self.ended = true;
            lines.push("bye".to_owned());
        }
        lines
    }

    fn tell_invitation(&mut self, shown: Option<&InvitationView>, lines: &mut Vec<String>) {
        let Some(shown) = shown else {
            self.invitation = None;
            return;
        };
        let told = self.invitation.take().filter(|told| told.id == shown.id).unwrap_or_else(|| {
            let to = shown.sealed_to.as_ref().map(|to| for_programs!(" to {to}")).unwrap_or_default();
            let until = rfc3339(shown.valid_until);
            lines.push(for_programs!(
                "ticket {} open until {until} uses {}{to}",
                shown.id.short(),
                shown.uses
            ));
            if let Some(passphrase) = &shown.passphrase {
                lines.push(for_programs!("passphrase {} {}", shown.id.short(), passphrase.reveal()));
            }
            Told { id: shown.id, saved: false, delivery: Delivery::Nothing }
        });
        if let Some(path) = shown.saved_to.as_ref().filter(|_| !told.saved) {
            lines.push(for_programs!("saved {} {}", shown.id.short(), path.display()));
        }
        if shown.delivery != told.delivery {
            match &shown.delivery {
                Delivery::Done(done) => lines.push(for_programs!("emailed {} {done}", shown.id.short())),
                Delivery::Failed(reason) => lines.push(for_programs!("error: {reason}").replace('\n', " ")),
                Delivery::Nothing | Delivery::Busy(_) => {}
            }
        }
        self.invitation =
            Some(Told { id: shown.id, saved: shown.saved_to.is_some(), delivery: shown.delivery.clone() });
    }

    fn tell_sessions(&mut self, sessions: &[SessionView], lines: &mut Vec<String>) {
        for now in sessions {
            let before = self.sessions.get(&now.id);
            let before_moving = self.moving.get(&now.id).copied().unwrap_or_default();
            if before.map(|(state, _)| *state) != Some(now.state) {
                lines.push(session(now));
            }
            if before.map_or([false; 2], |(_, clipboard)| *clipboard) != now.clipboard {
                lines.push(clipboard(now));
            }
            for (way, (before, moving)) in Way::ALL.into_iter().zip(before_moving.into_iter().zip(now.moving))
            {
                lines.extend(copying(now, way, before, moving));
            }
        }
        for gone in self.sessions.keys().filter(|id| sessions.iter().all(|now| now.id != **id)) {
            lines.push(for_programs!("session {} ended", gone.0));
        }
        self.sessions = sessions.iter().map(|now| (now.id, (now.state, now.clipboard))).collect();
        self.moving = sessions.iter().map(|now| (now.id, now.moving)).collect();
    }
}

fn session(session: &SessionView) -> String {
    let state = match session.state {
        SessionState::Watching => "watching",
        SessionState::Asking => "asking",
        SessionState::Controlling { paused: false } => "controlling",
        SessionState::Controlling { paused: true } => "paused",
    };
    for_programs!("session {} {state}: {} ({})", session.id.0, session.expert_name, session.fingerprint)
}

fn clipboard(session: &SessionView) -> String {
    let open = Way::ALL.into_iter().zip(session.clipboard).filter(|(_, open)| *open);
    let may = match open.map(|(way, _)| way).collect::<Vec<_>>().as_slice() {
        [] => t!("client-line-may-nothing"),
        [Way::ToExpert] => t!("client-line-may-read"),
        [Way::ToPerson] => t!("client-line-may-give"),
        [_, ..] => t!("client-line-may-both"),
    };
    for_programs!("session {} clipboard: {may}", session.id.0)
}

/// That copying takes a while, and its end; how far it is would be a line every moment.
fn copying(session: &SessionView, way: Way, before: Option<Moving>, now: Option<Moving>) -> Option<String> {
    let id = session.id.0;
    match (before, now) {
        (None, Some(moving)) => {
            let said = words::moving(moving, way, &session.expert_name);
            Some(for_programs!("session {id} copying: {}", t!("client-line-copying", said = said)))
        }
        (Some(_), None) => Some(for_programs!("session {id} copying: over")),
        (None, None) | (Some(_), Some(_)) => None,
    }
}

fn question(question: &QuestionView) -> String {
    let number = question.id.0;
    let (kind, wish) = match &question.kind {
        QuestionKind::View => ("view", t!("client-line-asks-view").to_owned()),
        QuestionKind::JoinView { others } => {
            let names = others.iter().map(|name| name.as_str().to_owned());
            let names = names.reduce(|one, other| t!("client-and", one = one, other = other));
            ("join", t!("client-line-asks-join", names = names.unwrap_or_default()))
        }
        QuestionKind::Control { scopes } => {
            let things = Thing::said(&Thing::all(*scopes));
            ("control", t!("client-line-asks-control", things = things))
        }
        QuestionKind::Clipboard { way: Way::ToExpert } => {
            ("clipboard", t!("client-line-asks-read").to_owned())
        }
        QuestionKind::Clipboard { way: Way::ToPerson } => {
            ("clipboard", t!("client-line-asks-give").to_owned())
        }
    };
    let seen = match &question.seen {
        SeenBefore::New => t!("client-line-new").to_owned(),
        SeenBefore::Before { count, last, other_name } => {
            let last = rfc3339(*last);
            match other_name {
                None => t!("client-line-before", count = *count, last = last),
                Some(name) => {
                    t!("client-line-before-as", count = *count, last = last, name = name.as_str())
                }
            }
        }
    };
    let (name, fingerprint) = (&question.expert_name, &question.fingerprint);
    let answer = t!("client-line-answer", number = number);
    for_programs!("question {number} {kind}: {name} ({fingerprint}), {seen}, {wish}. {answer}")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant, UNIX_EPOCH};

    use deskside_crypto::passphrase::Passphrase;
    use deskside_proto::name::PersonName;
    use deskside_proto::session::Scopes;

    use super::*;
    use crate::app::view::{SettingsView, TicketText};
    use crate::config::{PictureChoice, Theme};

    fn name(text: &str) -> PersonName {
        PersonName::parse(text).unwrap()
    }

    fn view() -> AppView {
        let settings = SettingsView {
            hotkey: "Ctrl+Alt+Shift+Esc".into(),
            valid_for: Duration::from_secs(3600),
            uses: 1,
            picture: PictureChoice::Auto,
            theme: Theme::System,
            language: deskside_words::Choice::System,
            mail_server: None,
            file: "config.toml".into(),
            fingerprint: "AAAA-BBBB-CCCC-DDDD-EEEE".into(),
        };
        AppView::empty(name("Anna"), settings)
    }

    fn asked(number: u64, kind: QuestionKind, seen: SeenBefore) -> QuestionView {
        QuestionView {
            id: QuestionId(number),
            kind,
            expert_name: name("Erika Expert"),
            fingerprint: "K7QM-2XPA-AAAA-BBBB-CCCC".into(),
            seen,
            deadline: Instant::now(),
        }
    }

    fn watched(state: SessionState) -> SessionView {
        SessionView {
            id: SessionId(1),
            expert_name: name("Erika Expert"),
            fingerprint: "K7QM-2XPA-AAAA-BBBB-CCCC".into(),
            state,
            clipboard: [false; 2],
            moving: [None; 2],
            since: Instant::now(),
        }
    }

    #[test]
    fn a_whole_session_is_told_line_by_line_and_nothing_twice() {
        let mut narrator = Narrator::default();
        let mut view = view();
        assert!(narrator.tell(&view).is_empty());

        view.question = Some(asked(3, QuestionKind::View, SeenBefore::New));
        assert_eq!(
            narrator.tell(&view),
            [
                "question 3 view: Erika Expert (K7QM-2XPA-AAAA-BBBB-CCCC), new, asks to see your screen. Type \"allow 3\" or \"deny 3\"."
            ]
        );
        assert!(narrator.tell(&view).is_empty());

        view.question = None;
        view.sessions = vec![watched(SessionState::Watching)];
        let who = "Erika Expert (K7QM-2XPA-AAAA-BBBB-CCCC)";
        assert_eq!(narrator.tell(&view), ["answered 3".to_owned(), format!("session 1 watching: {who}")]);

        let seen = SeenBefore::Before { count: 1, last: UNIX_EPOCH, other_name: Some(name("The Bank")) };
        view.question = Some(asked(4, QuestionKind::Control { scopes: Scopes::CONTROL }, seen));
        view.sessions = vec![watched(SessionState::Asking)];
        assert_eq!(
            narrator.tell(&view),
            [
                format!("session 1 asking: {who}"),
                format!(
                    "question 4 control: {who}, here once before as The Bank, last 1970-01-01T00:00:00Z, asks to use your pointer and keyboard. Type \"allow 4\" or \"deny 4\"."
                ),
            ]
        );

        view.question = None;
        view.sessions = vec![watched(SessionState::Controlling { paused: true })];
        assert_eq!(narrator.tell(&view), ["answered 4".to_owned(), format!("session 1 paused: {who}")]);
        view.sessions = Vec::new();
        view.ended = true;
        assert_eq!(narrator.tell(&view), ["session 1 ended", "bye"]);
    }

    #[test]
    fn a_second_expert_is_asked_about_with_the_names_of_those_who_are_here() {
        let kind = QuestionKind::JoinView { others: vec![name("Bert")] };
        let line = question(&asked(5, kind, SeenBefore::New));
        assert!(line.starts_with("question 5 join: ") && line.contains("besides Bert"), "{line}");
    }

    #[test]
    fn a_ticket_is_told_with_its_words_and_then_where_it_went() {
        let mut narrator = Narrator::default();
        let mut view = view();
        let id = TicketId([1; 16]);
        view.invitation = Some(InvitationView {
            id,
            passphrase: Some(Arc::new(Passphrase::parse("abandon ability able about").unwrap())),
            sealed_to: None,
            valid_until: UNIX_EPOCH,
            uses: 2,
            file_name: "help.deskside".into(),
            text: TicketText("x".into()),
            delivery: Delivery::Nothing,
            saved_to: None,
        });
        let short = id.short();
        assert_eq!(
            narrator.tell(&view),
            [
                format!("ticket {short} open until 1970-01-01T00:00:00Z uses 2"),
                format!("passphrase {short} abandon-ability-able-about"),
            ]
        );
        view.invitation.as_mut().unwrap().saved_to = Some("/home/anna/help.deskside".into());
        assert_eq!(narrator.tell(&view), [format!("saved {short} /home/anna/help.deskside")]);
        view.invitation.as_mut().unwrap().delivery = Delivery::Failed("no server\nthere".into());
        assert_eq!(narrator.tell(&view), ["error: no server there"]);
        assert!(narrator.tell(&view).is_empty());
    }

    #[test]
    fn the_first_start_is_introduced_once() {
        let mut narrator = Narrator::default();
        let view = AppView { introduction_needed: true, ..view() };
        let lines = narrator.tell(&view);
        assert!(lines.iter().all(|line| line.starts_with("introduction: ")));
        assert!(lines.iter().any(|line| line.contains("Did they contact you first?")));
        assert!(narrator.tell(&view).is_empty());
    }
}
