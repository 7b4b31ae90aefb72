//! One request of whoever pastes: what it wants in which properties, and what is still missing.
//! It counts; whether a content comes, and from where, is not known here.

use x11rb::protocol::xproto::{Atom, SelectionRequestEvent, Timestamp, Window};

/// One form wanted in one property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) target: Atom,
    pub(super) property: Atom,
    pub(super) fate: Fate,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Waiting,
    Given,
    Refused,
}

/// A request with all that it wants.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) requestor: Window,
    pub(super) selection: Atom,
    pub(super) target: Atom,
    pub(super) time: Timestamp,
    /// Where the answer, or for several the list of pairs, stands.
    pub(super) property: Atom,
    pub(super) pairs: Vec<Pair>,
    pub(super) is_multiple: bool,
}

impl Request {
    /// Pairs in one request.
    pub(super) const MOST_PAIRS: usize = 16;

    pub(super) fn new(event: &SelectionRequestEvent) -> Self {
        // An old client names no property and means the one called like the target.
        let property = if event.property == x11rb::NONE { event.target } else { event.property };
        let pair = Pair { target: event.target, property, fate: Fate::Waiting };
        Self {
            requestor: event.requestor,
            selection: event.selection,
            target: event.target,
            time: event.time,
            property,
            pairs: vec![pair],
            is_multiple: false,
        }
    }

    /// Makes it a request for several, out of the numbers in its property.
    pub(super) fn of_several(mut self, numbers: &[u32]) -> Self {
        let (pairs, _) = numbers.as_chunks::<2>();
        self.pairs = pairs
            .iter()
            .take(Self::MOST_PAIRS)
            .map(|[target, property]| Pair { target: *target, property: *property, fate: Fate::Waiting })
            .collect();
        self.is_multiple = true;
        self
    }

    /// Notes what became of one of the pairs.
    pub(super) fn settle(&mut self, place: usize, fate: Fate) {
        if let Some(pair) = self.pairs.get_mut(place) {
            pair.fate = fate;
        }
    }

    /// Nothing is waited for.
    pub(super) fn is_settled(&self) -> bool {
        self.pairs.iter().all(|pair| pair.fate != Fate::Waiting)
    }

    /// The property to be named in the notice: none where nothing was given.
    pub(super) fn answer(&self) -> Atom {
        let is_given = self.is_multiple || self.pairs.iter().all(|pair| pair.fate == Fate::Given);
        if is_given { self.property } else { x11rb::NONE }
    }

    /// The list of pairs as it is written back: no property where nothing was given.
    pub(super) fn pairs_written(&self) -> Vec<u32> {
        let written = |pair: &Pair| {
            let property = if pair.fate == Fate::Given { pair.property } else { x11rb::NONE };
            [pair.target, property]
        };
        self.pairs.iter().flat_map(written).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(target: Atom, property: Atom) -> SelectionRequestEvent {
        SelectionRequestEvent { requestor: 7, selection: 1, target, property, ..Default::default() }
    }

    #[test]
    fn a_refused_request_names_no_property() {
        let mut request = Request::new(&event(5, 0));
        assert_eq!((request.property, request.is_settled()), (5, false));
        request.settle(0, Fate::Refused);
        assert_eq!((request.is_settled(), request.answer()), (true, x11rb::NONE));
    }

    #[test]
    fn of_several_only_those_that_were_given_are_named() {
        let mut request = Request::new(&event(9, 8)).of_several(&[1, 11, 2, 12, 3]);
        assert_eq!(request.pairs.len(), 2, "half a pair is none");
        request.settle(0, Fate::Given);
        assert!(!request.is_settled());
        request.settle(1, Fate::Refused);
        assert_eq!((request.answer(), request.pairs_written()), (8, vec![1, 11, 2, 0]));
    }
}
