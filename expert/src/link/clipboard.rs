//! The clipboard of the expert's desktop in a session: what is copied on the other side can be pasted here, and the other
//! way round, each as long as its grant runs.

use std::path::PathBuf;
use std::sync::Arc;

use deskside_clip::ClipError;
use deskside_clip::share::{
    Fetch, Fetching, Miss, OfferNumbers, Offering, OfferingOptions, Pasting, PastingOptions, Report,
};
use deskside_clip::watch::WatchOptions;
use deskside_net::expert::ExpertSender;
use deskside_net::{Asked, FetchError};
use deskside_proto::ids::GrantId;
use deskside_proto::session::Way;
use deskside_proto::wire::clipboard::{NoPiece, Offer, Piece, PieceRequest};
use deskside_proto::wire::control::FromExpert;
use tokio::runtime::Handle;

/// What this desktop is, as far as its clipboard matters.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// Where pasted files are put; without one no files are pasted.
    pub files_in: Option<PathBuf>,
    /// Marked text passes as well.
    pub primary: bool,
}

/// Both ways of one session.
pub(super) struct SessionClipboard {
    sender: ExpertSender,
    place: Place,
    tell: Arc<dyn Fn(Report) + Send + Sync>,
    numbers: Arc<OfferNumbers>,
    to_expert: Option<(GrantId, Pasting)>,
    to_person: Option<(GrantId, Offering)>,
}

impl SessionClipboard {
    pub(super) fn new(sender: ExpertSender, place: Place, tell: Arc<dyn Fn(Report) + Send + Sync>) -> Self {
        Self { sender, place, tell, numbers: Arc::default(), to_expert: None, to_person: None }
    }

    pub(super) fn open(&mut self, way: Way, grant: GrantId) -> Result<(), ClipError> {
        match way {
            Way::ToExpert => self.to_expert = Some((grant, self.pasting(grant)?)),
            Way::ToPerson => self.to_person = Some((grant, self.offering(grant)?)),
        }
        Ok(())
    }

    /// Nothing passes when this returns; what it takes to clear up is done elsewhere.
    pub(super) fn close(&mut self, way: Way) {
        let closed = match way {
            Way::ToExpert => (self.to_expert.take(), None),
            Way::ToPerson => (None, self.to_person.take()),
        };
        if closed.0.is_some() || closed.1.is_some() {
            // Their threads are waited for, and a desktop may be slow.
            tokio::task::spawn_blocking(move || drop(closed));
        }
    }

    /// The person pastes.
    pub(super) fn asked(&self, asked: Asked) {
        let request = *asked.request();
        let open = self.to_person.as_ref().filter(|(grant, _)| *grant == request.grant);
        let Some((_, offering)) = open else { return asked.refuse(NoPiece::NotAllowed) };
        offering.asked(request.piece, Box::new(move |result| asked.answer(result)));
    }

    /// The person copied something.
    pub(super) fn offered(&self, offer: Offer) {
        let Offer { grant, offer, selection, formats } = offer;
        if let Some((_, pasting)) = self.to_expert.as_ref().filter(|(number, _)| *number == grant) {
            pasting.offered(offer, selection, formats);
        }
    }

    /// Fetches nothing more of what is under way.
    pub(super) fn cancel(&self) {
        if let Some((_, pasting)) = &self.to_expert {
            pasting.cancel();
        }
    }

    /// Also what was copied before: the expert asked for this a moment ago, to give just that.
    fn offering(&self, grant: GrantId) -> Result<Offering, ClipError> {
        let sender = self.sender.clone();
        Offering::begin(OfferingOptions {
            display: None,
            watch: WatchOptions { primary: self.place.primary, present: true },
            numbers: self.numbers.clone(),
            announce: Box::new(move |offer, selection, formats| {
                // A failure to send shows as the end of the connection.
                let _ = sender.send_control(FromExpert::Offer(Offer { grant, offer, selection, formats }));
            }),
            // What has left is counted on the person's side, in their receipt.
            tell: Arc::new(|_| {}),
            runtime: Handle::current(),
        })
    }

    fn pasting(&self, grant: GrantId) -> Result<Pasting, ClipError> {
        Pasting::begin(PastingOptions {
            display: None,
            fetch: Arc::new(Fetcher { sender: self.sender.clone(), grant }),
            tell: self.tell.clone(),
            files_in: self.place.files_in.clone(),
            primary: self.place.primary,
            runtime: Handle::current(),
        })
    }
}

/// Gets pieces from the client, under one grant and no other.
struct Fetcher {
    sender: ExpertSender,
    grant: GrantId,
}

impl Fetch for Fetcher {
    fn fetch(&self, piece: Piece) -> Fetching {
        let (sender, grant) = (self.sender.clone(), self.grant);
        Box::pin(async move {
            match sender.fetch(PieceRequest { grant, piece }).await {
                Ok(piece) => Ok((piece.total, piece.bytes)),
                Err(FetchError::Refused(why)) => Err(Miss::Refused(why)),
                Err(FetchError::Broken | FetchError::TimedOut) => Err(Miss::Again),
                Err(FetchError::Closed) => Err(Miss::Over),
            }
        })
    }
}
