//! From here to the far side: what is copied is announced, and given piece by piece to whoever pastes there.
//! A content is read from its owner once, when the first piece of it is asked for, and forgotten when something else is copied.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use deskside_proto::ids::OfferId;
use deskside_proto::wire::clipboard::{Format, Formats, NoPiece, Piece, Selection};
use tokio::runtime::Handle;

use super::files::Listing;
use super::given::{Begun, Given};
use super::{Fetched, OfferNumbers};
use crate::ClipError;
use crate::watch::{self, Copied, Watch, WatchOptions};

/// Announcements of a program that copies without pause are this far apart.
const APART: Duration = Duration::from_millis(100);
/// Pieces that may wait for the same content.
const MOST_WAITING: usize = 8;

/// Takes the piece that was asked for, or why there is none; whether it takes it. Must not wait.
pub type Give = Box<dyn FnOnce(Result<Fetched, NoPiece>) -> bool + Send>;

/// Tells the far side what can be fetched. Must not wait.
type Announce = Box<dyn Fn(OfferId, Selection, Formats) + Send + Sync>;

/// How something is offered.
pub struct OfferingOptions {
    /// The X display; `None` for that of the surroundings.
    pub display: Option<String>,
    /// Marked text as well, and what was copied before.
    pub watch: WatchOptions,
    /// The numbers of this link.
    pub numbers: Arc<OfferNumbers>,
    /// Tells the far side.
    pub announce: Announce,
    /// Told of every piece that is given; must not wait.
    pub tell: Arc<dyn Fn(Given) + Send + Sync>,
    /// Where what may take a while is done.
    pub runtime: Handle,
}

/// Offers what is copied here; dropping it ends that at once.
pub struct Offering {
    shared: Arc<Shared>,
    watch: Box<dyn Watch>,
}

struct Shared {
    state: Mutex<State>,
    numbers: Arc<OfferNumbers>,
    announce: Announce,
    tell: Arc<dyn Fn(Given) + Send + Sync>,
    /// Held while a piece is given and told of: else the next one, which is asked for at once, may be told of before it.
    giving: Mutex<()>,
    runtime: Handle,
}

#[derive(Default)]
struct State {
    /// What was copied and not announced yet.
    news: HashMap<Selection, Copied>,
    is_announcing: bool,
    offers: HashMap<Selection, Offer>,
    /// Nothing is offered any more.
    is_over: bool,
}

struct Offer {
    number: OfferId,
    version: u64,
    formats: Formats,
    contents: HashMap<Format, Content>,
    begun: Begun,
}

enum Content {
    /// It is being read; these wait for it.
    Reading(Vec<(Piece, Give)>),
    Ready(Bytes),
    Files(Arc<Listing>),
}

impl Offering {
    /// Begins to offer what is copied.
    ///
    /// # Errors
    /// The clipboard cannot be watched.
    pub fn begin(options: OfferingOptions) -> Result<Self, ClipError> {
        let OfferingOptions { display, watch, numbers, announce, tell, runtime } = options;
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            numbers,
            announce,
            tell,
            giving: Mutex::default(),
            runtime,
        });
        let told = shared.clone();
        let watch = watch::open(display.as_deref(), watch, Box::new(move |copied| told.copied(copied)))?;
        Ok(Self { shared, watch })
    }

    /// Somebody pastes on the far side and asks for a piece. Does not wait.
    pub fn asked(&self, piece: Piece, give: Give) {
        let mut state = self.shared.state();
        let offer = state.offers.iter_mut().find(|(_, offer)| offer.number == piece.offer);
        let Some((&selection, offer)) = offer else { return refuse_one(give, NoPiece::Stale) };
        if !offer.formats.contains(piece.format) {
            return refuse_one(give, NoPiece::Unavailable);
        }
        match offer.contents.get_mut(&piece.format) {
            Some(Content::Ready(content)) => {
                let found = piece_of(content, &piece);
                drop(state);
                self.shared.hand(&piece, give, Ok(found));
            }
            Some(Content::Files(listing)) => {
                let listing = listing.clone();
                drop(state);
                let shared = self.shared.clone();
                self.shared.runtime.spawn_blocking(move || shared.hand(&piece, give, listing.piece(&piece)));
            }
            Some(Content::Reading(waiting)) if waiting.len() < MOST_WAITING => waiting.push((piece, give)),
            Some(Content::Reading(_)) => refuse_one(give, NoPiece::Unavailable),
            None => {
                offer.contents.insert(piece.format, Content::Reading(vec![(piece, give)]));
                let (version, number) = (offer.version, offer.number);
                drop(state);
                let shared = self.shared.clone();
                let format = piece.format;
                let done = Box::new(move |result| Shared::read(&shared, number, format, result));
                self.watch.read(selection, version, format, done);
            }
        }
    }

    /// Takes back every offer of which something has left: what is under way ends, and until something is copied again
    /// nothing more of it can be had.
    pub fn cancel(&self) {
        self.shared.cancel();
    }
}

impl Drop for Offering {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.is_over = true;
        let offers = std::mem::take(&mut state.offers);
        drop(state);
        refuse(offers.into_values().flat_map(|offer| offer.contents.into_values()), NoPiece::NotAllowed);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn copied(self: &Arc<Self>, copied: Copied) {
        let mut state = self.state();
        state.news.insert(copied.selection, copied);
        if !std::mem::replace(&mut state.is_announcing, true) {
            drop(state);
            self.runtime.spawn(self.clone().tell_news());
        }
    }

    /// Announces the newest of each selection, and what comes while it does, not without pause.
    async fn tell_news(self: Arc<Self>) {
        loop {
            let news: Vec<Copied> = {
                let mut state = self.state();
                if state.news.is_empty() || state.is_over {
                    state.is_announcing = false;
                    return;
                }
                state.news.drain().map(|(_, copied)| copied).collect()
            };
            for copied in news {
                self.offer(copied);
            }
            tokio::time::sleep(APART).await;
        }
    }

    fn offer(&self, copied: Copied) {
        let Copied { selection, version, formats } = copied;
        let mut state = self.state();
        let before = state.offers.remove(&selection);
        if state.is_over || (formats.is_empty() && before.is_none()) {
            return;
        }
        let Some(number) = self.numbers.next() else { return };
        if !formats.is_empty() {
            let (contents, begun) = (HashMap::new(), Begun::default());
            state.offers.insert(selection, Offer { number, version, formats, contents, begun });
        }
        // Under the lock, so that offers leave in the order of their numbers.
        (self.announce)(number, selection, formats);
        drop(state);
        refuse(before.into_iter().flat_map(|offer| offer.contents.into_values()), NoPiece::Stale);
    }

    /// The owner has answered. On the watch's thread.
    fn read(shared: &Arc<Self>, number: OfferId, format: Format, result: Result<Vec<u8>, NoPiece>) {
        match result {
            Ok(uris) if format == Format::Files => {
                let shared = shared.clone();
                // Looking at a disk takes a while.
                shared.runtime.clone().spawn_blocking(move || {
                    let listed = Listing::of(&uris).map(|listing| Content::Files(Arc::new(listing)));
                    shared.settle(number, format, listed);
                });
            }
            Ok(content) => shared.settle(number, format, Ok(Content::Ready(content.into()))),
            Err(why) => shared.settle(number, format, Err(why)),
        }
    }

    fn settle(&self, number: OfferId, format: Format, result: Result<Content, NoPiece>) {
        let mut state = self.state();
        let Some(offer) = state.offers.values_mut().find(|offer| offer.number == number) else { return };
        let Some(Content::Reading(waiting)) = offer.contents.remove(&format) else { return };
        let answers: Vec<(Piece, Give, _)> = match result {
            // Not kept: the next one who pastes may be luckier.
            Err(why) => waiting.into_iter().map(|(piece, give)| (piece, give, Err(why))).collect(),
            Ok(content) => {
                let answer = |piece: &Piece| match &content {
                    Content::Ready(bytes) => Ok(piece_of(bytes, piece)),
                    Content::Files(listing) => listing.piece(piece),
                    Content::Reading(_) => Err(NoPiece::Unavailable),
                };
                let answers: Vec<_> =
                    waiting.into_iter().map(|(piece, give)| (piece, give, answer(&piece))).collect();
                offer.contents.insert(format, content);
                answers
            }
        };
        drop(state);
        for (piece, give, answer) in answers {
            self.hand(&piece, give, answer);
        }
    }

    /// Gives a piece, and tells of it when it is taken.
    fn hand(&self, piece: &Piece, give: Give, answer: Result<Fetched, NoPiece>) {
        let bytes = answer.as_ref().map_or(0, |(_, bytes)| bytes.len() as u64);
        let _in_turn = self.giving.lock().unwrap_or_else(PoisonError::into_inner);
        let stands = self.state().offers.values().any(|offer| offer.number == piece.offer);
        // Something else was copied while it was read, or the person has ended it: then nothing leaves any more.
        let answer = if stands { answer } else { answer.and(Err(NoPiece::Stale)) };
        let is_given = answer.is_ok();
        if !give(answer) || !is_given {
            return;
        }
        let mut state = self.state();
        let offer = state.offers.values_mut().find(|offer| offer.number == piece.offer);
        let (begun, (done, total)) = match offer {
            Some(offer) => {
                let (empty, progress) = match offer.contents.get(&piece.format) {
                    Some(Content::Files(listing)) => (listing.empty(), listing.progress(piece, bytes)),
                    Some(Content::Ready(content)) => {
                        (0, (piece.offset.saturating_add(bytes), content.len() as u64))
                    }
                    Some(Content::Reading(_)) | None => (0, (0, 0)),
                };
                (offer.begun.begin(piece, empty), progress)
            }
            // It was on its way already.
            None => (0, (0, 0)),
        };
        drop(state);
        (self.tell)(Given { format: piece.format, begun, bytes, done, total });
    }

    fn cancel(&self) {
        let mut state = self.state();
        let mut ended = Vec::new();
        for selection in [Selection::Clipboard, Selection::Primary] {
            let is_begun = state.offers.get(&selection).is_some_and(|offer| !offer.contents.is_empty());
            if let (true, Some(number)) = (is_begun, self.numbers.next()) {
                ended.extend(state.offers.remove(&selection));
                (self.announce)(number, selection, Formats::NONE);
            }
        }
        drop(state);
        refuse(ended.into_iter().flat_map(|offer| offer.contents.into_values()), NoPiece::Stale);
    }
}

fn refuse_one(give: Give, why: NoPiece) {
    give(Err(why));
}

fn refuse(contents: impl Iterator<Item = Content>, why: NoPiece) {
    for content in contents {
        if let Content::Reading(waiting) = content {
            waiting.into_iter().for_each(|(_, give)| refuse_one(give, why));
        }
    }
}

/// What a content has from an offset on.
pub(super) fn piece_of(content: &Bytes, piece: &Piece) -> Fetched {
    let from = usize::try_from(piece.offset).unwrap_or(usize::MAX).min(content.len());
    let to = from.saturating_add(piece.length as usize).min(content.len());
    (content.len() as u64, content.slice(from..to))
}
