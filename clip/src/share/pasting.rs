//! From the far side to here: what it offers is owned here, and fetched piece by piece when somebody pastes.
//! What has come is kept until something else is offered, so that pasting twice fetches once.

mod whole;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use deskside_proto::ids::OfferId;
use deskside_proto::wire::clipboard::{Format, Formats, NoPiece, Selection};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use self::whole::{Pasted, Whole};
use super::{Failure, Fetch, Report};
use crate::ClipError;
use crate::own::{self, Answer, Own, Wanted};

/// Programs that may wait for the same content.
const MOST_WAITING: usize = 16;

/// How what is offered becomes pasted.
pub struct PastingOptions {
    /// The X display; `None` for that of the surroundings.
    pub display: Option<String>,
    /// Where pieces come from.
    pub fetch: Arc<dyn Fetch>,
    /// Told of every paste; must not wait.
    pub tell: Arc<dyn Fn(Report) + Send + Sync>,
    /// A folder of this program's own in which pasted files are put; without one no files are pasted.
    pub files_in: Option<PathBuf>,
    /// The middle button pastes what is marked on the far side.
    pub primary: bool,
    /// Where what takes a while is done.
    pub runtime: Handle,
}

/// Lets what the far side offers be pasted here; dropping it ends that at once.
pub struct Pasting {
    shared: Arc<Shared>,
    own: Box<dyn Own>,
    primary: bool,
}

struct Shared {
    state: Mutex<HashMap<Selection, Offered>>,
    fetch: Arc<dyn Fetch>,
    tell: Arc<dyn Fn(Report) + Send + Sync>,
    files_in: Option<PathBuf>,
    runtime: Handle,
}

struct Offered {
    number: OfferId,
    contents: HashMap<Format, Content>,
}

enum Content {
    Coming { waiting: Vec<Answer>, task: AbortHandle },
    Here(Bytes),
}

impl Pasting {
    /// Gets ready for offers.
    ///
    /// # Errors
    /// There is no clipboard.
    pub fn begin(options: PastingOptions) -> Result<Self, ClipError> {
        let PastingOptions { display, fetch, tell, files_in, primary, runtime } = options;
        if let Some(folder) = files_in.clone() {
            runtime.spawn_blocking(move || whole::tidy(&folder));
        }
        let shared = Arc::new(Shared { state: Mutex::default(), fetch, tell, files_in, runtime });
        let wanted = shared.clone();
        let own = own::open(display.as_deref(), Arc::new(move |want| wanted.wanted(want)))?;
        Ok(Self { shared, own, primary })
    }

    /// The far side offers something, or nothing any more. Does not wait.
    pub fn offered(&self, number: OfferId, selection: Selection, formats: Formats) {
        if selection == Selection::Primary && !self.primary {
            return;
        }
        let can_be_pasted = |format: &Format| *format != Format::Files || self.shared.files_in.is_some();
        let formats: Formats = formats.iter().filter(can_be_pasted).collect();
        let offered = Offered { number, contents: HashMap::new() };
        let before = self.shared.state().insert(selection, offered);
        self.own.own(selection, number.0, formats);
        self.shared.end(before, Failure::Refused(NoPiece::Stale));
    }

    /// Fetches nothing more of what is under way.
    pub fn cancel(&self) {
        self.shared.cancel();
    }
}

impl Drop for Pasting {
    fn drop(&mut self) {
        self.shared.cancel();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, HashMap<Selection, Offered>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody pastes. On the owner's thread.
    fn wanted(self: &Arc<Self>, wanted: Wanted) {
        let Wanted { selection, number, format, answer } = wanted;
        let mut state = self.state();
        let Some(offered) = state.get_mut(&selection).filter(|offered| offered.number.0 == number) else {
            return;
        };
        match offered.contents.get_mut(&format) {
            Some(Content::Here(content)) => answer.give(content.clone()),
            Some(Content::Coming { waiting, .. }) if waiting.len() < MOST_WAITING => waiting.push(answer),
            Some(Content::Coming { .. }) => drop(answer),
            None => {
                let shared = self.clone();
                let number = offered.number;
                let task = self.runtime.spawn(async move {
                    let whole = Whole::new(shared.fetch.clone(), shared.tell.clone(), number, format);
                    let result = match format {
                        Format::Text | Format::Html | Format::Png => whole.content().await,
                        Format::Files => whole.files(shared.files_in.as_deref()).await,
                    };
                    shared.settle(selection, number, format, result);
                });
                let coming = Content::Coming { waiting: vec![answer], task: task.abort_handle() };
                offered.contents.insert(format, coming);
            }
        }
    }

    fn settle(&self, selection: Selection, number: OfferId, format: Format, result: Result<Pasted, Failure>) {
        let mut state = self.state();
        let Some(offered) = state.get_mut(&selection).filter(|offered| offered.number == number) else {
            return;
        };
        let Some(Content::Coming { waiting, .. }) = offered.contents.remove(&format) else { return };
        match result {
            Ok(Pasted { content, items, total }) => {
                offered.contents.insert(format, Content::Here(content.clone()));
                drop(state);
                waiting.into_iter().for_each(|answer| answer.give(content.clone()));
                (self.tell)(Report::Arrived { format, items, total });
            }
            Err(why) => {
                drop(state);
                drop(waiting);
                (self.tell)(Report::Failed { format, why });
            }
        }
    }

    fn cancel(&self) {
        let mut state = self.state();
        let mut over = Vec::new();
        for offered in state.values_mut() {
            let is_coming = |content: &mut Content| matches!(content, Content::Coming { .. });
            let contents = offered.contents.extract_if(|_, content| is_coming(content)).collect();
            over.push(Offered { number: offered.number, contents });
        }
        drop(state);
        over.into_iter().for_each(|offered| self.end(Some(offered), Failure::Cancelled));
    }

    /// What is under way is stopped, and whoever waits for it gets nothing.
    fn end(&self, offered: Option<Offered>, why: Failure) {
        for (format, content) in offered.into_iter().flat_map(|offered| offered.contents) {
            if let Content::Coming { waiting, task } = content {
                task.abort();
                drop(waiting);
                (self.tell)(Report::Failed { format, why });
            }
        }
    }
}
