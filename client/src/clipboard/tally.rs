//! What has passed in one session, each way: how much for the receipt, and how far for the person who waits.
//! It holds counts and lengths, and neither content nor names. Nothing here waits.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use deskside_clip::Format;
use deskside_clip::share::{Given, Report};
use deskside_proto::session::Way;

use crate::app::view::{Carried, Moving};

/// What is over sooner is not worth showing, and it is shown anew this often.
const STEP: Duration = Duration::from_millis(250);
/// What does not move for so long is not under way any more: whoever pasted took it back, or is gone.
const STILL: Duration = Duration::from_secs(10);

/// What has passed, and what passes now; clones are the same.
#[derive(Clone, Default)]
pub struct Tally(Arc<Mutex<State>>);

/// Both ways, in the order of [`Way::ALL`].
pub type Copying = [(Carried, Option<Moving>); 2];

#[derive(Default)]
struct State {
    ways: [OneWay; 2],
    is_ticking: bool,
    told: Copying,
}

#[derive(Default)]
struct OneWay {
    carried: Carried,
    moving: Option<(Moving, Instant, Instant)>,
}

impl Tally {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A piece has left for the expert. Calls `wake` now and then as long as something is under way, and is to be called
    /// within `runtime`'s reach only.
    pub(super) fn given(
        &self,
        given: Given,
        runtime: &tokio::runtime::Handle,
        wake: &Arc<dyn Fn() + Send + Sync>,
    ) {
        let Given { format, begun, bytes, done, total } = given;
        let mut state = self.state();
        let way = state.way(Way::ToExpert);
        way.carried.add(format, begun, bytes);
        way.moves(Moving { format, done, total });
        drop(state);
        self.tick(runtime, wake);
    }

    /// Something becomes of a paste on the person's side.
    pub(super) fn pasted(
        &self,
        report: Report,
        runtime: &tokio::runtime::Handle,
        wake: &Arc<dyn Fn() + Send + Sync>,
    ) {
        let mut state = self.state();
        let way = state.way(Way::ToPerson);
        match report {
            Report::Underway { format, done, total } => way.moves(Moving { format, done, total }),
            Report::Arrived { format, items, total } => {
                way.carried.add(format, items, total);
                way.moving = None;
            }
            Report::Failed { .. } => way.moving = None,
        }
        drop(state);
        self.tick(runtime, wake);
    }

    /// Nothing is under way any more this way.
    pub(super) fn still(&self, way: Way) {
        self.state().way(way).moving = None;
    }

    /// What is to be shown and counted, if that is other than when this was called last.
    pub(crate) fn news(&self) -> Option<Copying> {
        let mut state = self.state();
        let now = Instant::now();
        let seen = |way: &OneWay| (way.carried, way.shown(now));
        let copying = [seen(&state.ways[0]), seen(&state.ways[1])];
        (std::mem::replace(&mut state.told, copying) != copying).then_some(copying)
    }

    /// Wakes whoever shows this until there is nothing to show.
    fn tick(&self, runtime: &tokio::runtime::Handle, wake: &Arc<dyn Fn() + Send + Sync>) {
        if std::mem::replace(&mut self.state().is_ticking, true) {
            return;
        }
        let (tally, wake) = (self.clone(), wake.clone());
        runtime.spawn(async move {
            loop {
                tokio::time::sleep(STEP).await;
                let is_over = {
                    let mut state = tally.state();
                    let now = Instant::now();
                    let is_over = state.ways.iter().all(|way| !way.is_moving(now));
                    state.is_ticking = !is_over;
                    is_over
                };
                wake();
                if is_over {
                    return;
                }
            }
        });
    }
}

impl State {
    fn way(&mut self, way: Way) -> &mut OneWay {
        let [to_expert, to_person] = &mut self.ways;
        match way {
            Way::ToExpert => to_expert,
            Way::ToPerson => to_person,
        }
    }
}

impl OneWay {
    /// The last piece ends it; pieces that are asked for out of turn do not make it go back.
    fn moves(&mut self, moving: Moving) {
        let now = Instant::now();
        if moving.done >= moving.total {
            self.moving = None;
            return;
        }
        let begun = match self.moving.filter(|(before, _, _)| before.total == moving.total) {
            Some((before, begun, _)) if before.done > moving.done => {
                self.moving = Some((before, begun, now));
                return;
            }
            Some((_, begun, _)) => begun,
            None => now,
        };
        self.moving = Some((moving, begun, now));
    }

    fn is_moving(&self, now: Instant) -> bool {
        self.moving.is_some_and(|(_, _, last)| now.saturating_duration_since(last) < STILL)
    }

    fn shown(&self, now: Instant) -> Option<Moving> {
        let (moving, begun, _) = self.moving.filter(|_| self.is_moving(now))?;
        (now.saturating_duration_since(begun) >= STEP * 2).then_some(moving)
    }
}

impl Carried {
    fn add(&mut self, format: Format, items: u32, bytes: u64) {
        let count = match format {
            Format::Text | Format::Html => &mut self.texts,
            Format::Png => &mut self.pictures,
            Format::Files => &mut self.files,
        };
        *count = count.saturating_add(items.into());
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(format: Format, begun: u32, bytes: u64, done: u64, total: u64) -> Given {
        Given { format, begun, bytes, done, total }
    }

    #[tokio::test]
    async fn what_passes_is_counted_each_way_and_shown_only_while_it_takes_a_while() {
        let (tally, runtime) = (Tally::default(), tokio::runtime::Handle::current());
        let woken = Arc::new(std::sync::atomic::AtomicU32::new(0));
        let count = woken.clone();
        let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(move || {
            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        });
        assert_eq!(tally.news(), None);
        tally.given(piece(Format::Text, 1, 5, 5, 5), &runtime, &wake);
        let [(to_expert, shown), (to_person, _)] = tally.news().unwrap();
        assert_eq!((to_expert.texts, to_expert.bytes, shown), (1, 5, None));
        assert_eq!(to_person, Carried::default());
        tally.given(piece(Format::Files, 1, 100, 100, 1000), &runtime, &wake);
        assert_eq!(tally.news().unwrap()[0].1, None, "it has only begun");
        tokio::time::sleep(STEP * 3).await;
        tally.given(piece(Format::Files, 0, 100, 200, 1000), &runtime, &wake);
        let shown = Moving { format: Format::Files, done: 200, total: 1000 };
        assert_eq!(tally.news().unwrap()[0].1, Some(shown));
        tally.given(piece(Format::Files, 0, 100, 100, 1000), &runtime, &wake);
        assert_eq!(tally.news().unwrap()[0].1, Some(shown), "it does not go back");
        assert!(woken.load(std::sync::atomic::Ordering::SeqCst) >= 2);
        tally.given(piece(Format::Files, 0, 800, 1000, 1000), &runtime, &wake);
        let [(to_expert, shown), _] = tally.news().unwrap();
        assert_eq!((to_expert.files, to_expert.bytes, shown), (1, 1105, None));
        tally.pasted(Report::Arrived { format: Format::Png, items: 1, total: 70 }, &runtime, &wake);
        assert_eq!(tally.news().unwrap()[1].0, Carried { pictures: 1, bytes: 70, ..Carried::default() });
        tokio::time::sleep(STEP * 3).await;
        let ended = woken.load(std::sync::atomic::Ordering::SeqCst);
        tokio::time::sleep(STEP * 3).await;
        assert_eq!(woken.load(std::sync::atomic::Ordering::SeqCst), ended, "nothing moves, nothing wakes");
    }
}
