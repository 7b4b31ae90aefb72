//! The clipboard of the person's desktop in a session: one way in, one way out, each opened by a grant of its own.
//! It knows neither questions nor windows; what is copied and pasted passes through `deskside-clip`.
//!
//! INVARIANT: a way is made from a [`Grant`] for exactly that way, and its number is compared again for every piece at
//! the last moment, so that a piece that was under way at a revocation stays here.

mod passes;
mod tally;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use deskside_clip::ClipError;
use deskside_clip::share::{
    Failure, Fetch, Fetching, Miss, OfferNumbers, Offering, OfferingOptions, Pasting, PastingOptions, Report,
};
use deskside_clip::watch::WatchOptions;
use deskside_net::client::ClientSender;
use deskside_net::{Asked, FetchError};
use deskside_proto::ids::GrantId;
use deskside_proto::session::{Grant, Way};
use deskside_proto::wire::clipboard::{NoPiece, Offer, Piece, PieceRequest};
use deskside_proto::wire::control::FromClient;
use tokio::runtime::Handle;

pub use passes::Passes;
pub use tally::{Copying, Tally};

/// Lets whoever shows the session look again. Must not wait.
type Wake = Arc<dyn Fn() + Send + Sync>;

/// What the desktop of this program is, as far as its clipboard matters.
#[derive(Debug, Clone)]
pub struct Place {
    /// The numbers that are in force, for all sessions.
    pub passes: Passes,
    /// Where pasted files are put.
    pub files_in: Option<PathBuf>,
    /// Marked text passes as well.
    pub primary: bool,
}

/// The clipboard in one session; clones are the same.
#[derive(Clone)]
pub struct SessionClipboard {
    sender: ClientSender,
    place: Place,
    numbers: Arc<OfferNumbers>,
    tally: Tally,
    wake: Wake,
    ways: Arc<Mutex<Ways>>,
}

#[derive(Default)]
struct Ways {
    to_expert: Option<(GrantId, Arc<Offering>)>,
    to_person: Option<(GrantId, Arc<Pasting>)>,
}

impl std::fmt::Debug for SessionClipboard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionClipboard").field("place", &self.place).finish_non_exhaustive()
    }
}

impl SessionClipboard {
    /// Both ways closed. `wake` is called while something is under way; it must not wait.
    #[must_use]
    pub fn new(sender: ClientSender, place: Place, wake: Wake) -> Self {
        let (numbers, tally, ways) = (Arc::default(), Tally::default(), Arc::default());
        Self { sender, place, numbers, tally, wake, ways }
    }

    /// What has passed and what passes, if that is other than when this was called last.
    #[must_use]
    pub fn news(&self) -> Option<Copying> {
        self.tally.news()
    }

    /// Ends what is under way; both ways stay open.
    pub fn cancel(&self, way: Way) {
        let ways = self.ways();
        let (offering, pasting) = (
            ways.to_expert.as_ref().map(|(_, offering)| offering.clone()),
            ways.to_person.as_ref().map(|(_, pasting)| pasting.clone()),
        );
        drop(ways);
        match way {
            Way::ToExpert => offering.iter().for_each(|offering| offering.cancel()),
            Way::ToPerson => pasting.iter().for_each(|pasting| pasting.cancel()),
        }
        self.tally.still(way);
        (self.wake)();
    }

    /// Opens the way that the grant is for, to which the person said yes at that moment. To be called within a runtime.
    ///
    /// # Errors
    /// The desktop's clipboard cannot be used; the way stays closed.
    pub fn open(&self, grant: Grant, said_at: Instant) -> Result<(), ClipError> {
        let Some(way) = Way::of(grant.scopes()) else { return Ok(()) };
        let number = grant.number();
        match way {
            Way::ToExpert => {
                let offering = Arc::new(self.offering(number)?);
                self.place.passes.open(&grant, said_at);
                self.ways().to_expert = Some((number, offering));
            }
            Way::ToPerson => {
                let pasting = Arc::new(self.pasting(number)?);
                self.place.passes.open(&grant, said_at);
                self.ways().to_person = Some((number, pasting));
            }
        }
        Ok(())
    }

    /// Closes a way. Nothing passes when this returns; what it takes to clear up is done elsewhere.
    pub fn close(&self, way: Way) {
        self.place.passes.close(way);
        self.tally.still(way);
        let mut ways = self.ways();
        let (mut offering, mut pasting) = (None, None);
        match way {
            Way::ToExpert => offering = ways.to_expert.take(),
            Way::ToPerson => pasting = ways.to_person.take(),
        }
        drop(ways);
        if offering.is_some() || pasting.is_some() {
            // Their threads are waited for, and a desktop may be slow.
            tokio::task::spawn_blocking(move || drop((offering, pasting)));
        }
    }

    /// The expert pastes.
    pub fn asked(&self, asked: Asked) {
        let request = *asked.request();
        let open = self.ways().to_expert.as_ref().filter(|(grant, _)| *grant == request.grant).cloned();
        let Some((grant, offering)) = open else { return asked.refuse(NoPiece::NotAllowed) };
        let passes = self.place.passes.clone();
        offering.asked(
            request.piece,
            Box::new(move |result| {
                let is_allowed = passes.permits(Way::ToExpert, grant);
                asked.answer(if is_allowed { result } else { Err(NoPiece::NotAllowed) })
            }),
        );
    }

    /// The expert copied something.
    pub fn offered(&self, offer: Offer) {
        let Offer { grant, offer, selection, formats } = offer;
        let open = self.ways().to_person.as_ref().filter(|(number, _)| *number == grant).cloned();
        if let Some((_, pasting)) = open {
            pasting.offered(offer, selection, formats);
        }
    }

    fn ways(&self) -> MutexGuard<'_, Ways> {
        self.ways.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the person copies from now on; what was copied before the yes was not meant by it.
    fn offering(&self, grant: GrantId) -> Result<Offering, ClipError> {
        let (sender, passes) = (self.sender.clone(), self.place.passes.clone());
        let (tally, wake, runtime) = (self.tally.clone(), self.wake.clone(), Handle::current());
        Offering::begin(OfferingOptions {
            display: None,
            watch: WatchOptions { primary: self.place.primary, present: false },
            numbers: self.numbers.clone(),
            announce: Box::new(move |offer, selection, formats| {
                if passes.permits(Way::ToExpert, grant) {
                    // A failure to send shows as the end of the link.
                    let _ =
                        sender.send_control(FromClient::Offer(Offer { grant, offer, selection, formats }));
                }
            }),
            tell: Arc::new(move |given| tally.given(given, &runtime, &wake)),
            runtime: Handle::current(),
        })
    }

    fn pasting(&self, grant: GrantId) -> Result<Pasting, ClipError> {
        let fetch = Fetcher { sender: self.sender.clone(), passes: self.place.passes.clone(), grant };
        let (tally, wake, runtime) = (self.tally.clone(), self.wake.clone(), Handle::current());
        Pasting::begin(PastingOptions {
            display: None,
            fetch: Arc::new(fetch),
            tell: Arc::new(move |report| {
                note(report);
                tally.pasted(report, &runtime, &wake);
            }),
            files_in: self.place.files_in.clone(),
            primary: self.place.primary,
            runtime: Handle::current(),
        })
    }
}

/// Gets pieces from the expert, under one grant and no other.
struct Fetcher {
    sender: ClientSender,
    passes: Passes,
    grant: GrantId,
}

impl Fetch for Fetcher {
    fn fetch(&self, piece: Piece) -> Fetching {
        let (sender, passes, grant) = (self.sender.clone(), self.passes.clone(), self.grant);
        Box::pin(async move {
            let is_allowed = || passes.permits(Way::ToPerson, grant);
            if !is_allowed() {
                return Err(Miss::Refused(NoPiece::NotAllowed));
            }
            let fetched = sender.fetch(PieceRequest { grant, piece }).await;
            if !is_allowed() {
                return Err(Miss::Refused(NoPiece::NotAllowed));
            }
            match fetched {
                Ok(piece) => Ok((piece.total, piece.bytes)),
                Err(FetchError::Refused(why)) => Err(Miss::Refused(why)),
                Err(FetchError::Broken | FetchError::TimedOut) => Err(Miss::Again),
                Err(FetchError::Closed) => Err(Miss::Over),
            }
        })
    }
}

/// Format and length, and nothing else, go to the log.
fn note(report: Report) {
    match report {
        Report::Underway { .. } | Report::Failed { why: Failure::Cancelled, .. } => {}
        Report::Arrived { format, items, total } => {
            tracing::info!(?format, items, total, "something of the expert was pasted")
        }
        Report::Failed { format, why } => {
            tracing::info!(?format, ?why, "something of the expert was not pasted")
        }
    }
}
