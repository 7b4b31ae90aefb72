//! The curtain against a model of a display server whose pixels remember who drew them, with windows that draw late.

use super::*;
use deskside_proto::geometry::DesktopPoint;
use proptest::prelude::*;

const SIZE: Size = Size::new(24, 16);

/// A display server whose every pixel says which window's picture it is (0 for the desktop).
#[derive(Clone)]
struct Model {
    windows: Vec<Shown>,
    /// Windows that have a background of their own, which the server draws at once.
    has_background: Vec<bool>,
    pixels: Vec<u32>,
}

#[derive(Debug, Clone)]
enum Step {
    Create(Rect, Kind, bool),
    Destroy(usize),
    Map(usize, bool),
    Place(usize, Rect, Option<usize>),
    Draw(usize, Rect),
    /// Pixels are asked for, and the frame goes on with these steps before the last are there.
    Frame(Vec<Step>),
}

impl Model {
    fn new() -> Self {
        Self {
            windows: Vec::new(),
            has_background: Vec::new(),
            pixels: vec![0; (SIZE.width * SIZE.height) as usize],
        }
    }

    fn top_at(&self, at: DesktopPoint) -> Option<usize> {
        (0..self.windows.len()).rev().find(|n| {
            let window = &self.windows[*n];
            // A window that is transparent shows what is below in every second column.
            let is_solid = window.kind != Kind::Other || at.x % 2 == 0;
            window.mapped && window.place.contains(at) && is_solid
        })
    }

    fn owners(&self) -> Vec<Option<usize>> {
        points().map(|at| self.top_at(at)).collect()
    }

    /// The server takes the pixels of a window that moves along, as far as they could be seen.
    fn copy(&mut self, before: &Self, window: u32, told: &mut Vec<(u32, Rect)>) -> Vec<bool> {
        let place = |model: &Self| {
            model.windows.iter().find(|it| it.number == window && it.mapped).map(|it| it.place)
        };
        let mut copied = vec![false; self.pixels.len()];
        let (Some(old), Some(new)) = (place(before), place(self)) else { return copied };
        if old == new {
            return copied;
        }
        let (owned, owns) = (before.numbers(), self.numbers());
        for (n, at) in points().enumerate() {
            let from = DesktopPoint::new(at.x - new.x + old.x, at.y - new.y + old.y);
            if owns[n] == Some(window) && SIZE.rect().contains(from) && old.contains(from) {
                let from = (from.y * SIZE.width as i32 + from.x) as usize;
                if owned[from] == Some(window) {
                    self.paint(n, at, before.pixels[from], window, told);
                    copied[n] = true;
                }
            }
        }
        copied
    }

    /// What the server does with the screen when geometry changes: backgrounds at once, everything else later.
    fn repaint(&mut self, before: &[Option<u32>], copied: &[bool], told: &mut Vec<(u32, Rect)>) {
        for (n, at) in points().enumerate() {
            let owner = self.top_at(at);
            let number = owner.map(|owner| self.windows[owner].number);
            if number != before[n] && !copied[n] {
                match owner {
                    None => self.paint(n, at, 0, 0, told),
                    Some(owner) if self.has_background[owner] => {
                        let number = self.windows[owner].number;
                        self.paint(n, at, number, number, told);
                    }
                    // Hidden windows may draw before anybody hears of it.
                    Some(owner) if self.windows[owner].kind == Kind::Hidden => {
                        self.pixels[n] = self.windows[owner].number;
                    }
                    Some(_) => {}
                }
            }
        }
    }

    /// `by` whom it is drawn; what it looks like may be somebody else's, where it is copied.
    fn paint(&mut self, n: usize, at: DesktopPoint, colour: u32, by: u32, told: &mut Vec<(u32, Rect)>) {
        self.pixels[n] = colour;
        told.push((by, Rect::new(at.x, at.y, 1, 1)));
    }

    fn numbers(&self) -> Vec<Option<u32>> {
        self.owners().into_iter().map(|owner| owner.map(|owner| self.windows[owner].number)).collect()
    }

    fn hidden_pixels(&self) -> Vec<DesktopPoint> {
        let hidden = |colour: u32| {
            // Windows that are gone keep their number and their kind's low bit.
            colour % 4 == 1
        };
        points().zip(&self.pixels).filter(|(_, colour)| hidden(**colour)).map(|(at, _)| at).collect()
    }
}

fn points() -> impl Iterator<Item = DesktopPoint> {
    let (width, height) = (SIZE.width as i32, SIZE.height as i32);
    (0..height).flat_map(move |y| (0..width).map(move |x| DesktopPoint::new(x, y)))
}

struct Run {
    model: Model,
    curtain: Curtain,
    now: Instant,
    made: u32,
    /// Which windows the curtain was not told the kind of yet.
    slow: bool,
}

impl Run {
    fn step(&mut self, step: &Step) {
        let (model_before, before) = (self.model.clone(), self.model.numbers());
        let mut told = Vec::new();
        let count = self.model.windows.len();
        let pick = |n: usize| (count > 0).then(|| n % count);
        let happened = match step {
            Step::Create(place, kind, has_background) => {
                self.made += 1;
                // The number's low bits say for ever what it was.
                let number = self.made * 4 + if *kind == Kind::Hidden { 1 } else { 2 };
                let window = Shown { kind: *kind, ..Shown::new(number, *place, false) };
                self.model.windows.push(window);
                self.model.has_background.push(*has_background);
                Some(Happened::Created(number, *place))
            }
            Step::Destroy(n) => pick(*n).map(|n| {
                self.model.has_background.remove(n);
                Happened::Gone(self.model.windows.remove(n).number)
            }),
            Step::Map(n, mapped) => pick(*n).map(|n| {
                self.model.windows[n].mapped = *mapped;
                Happened::Mapped(self.model.windows[n].number, *mapped)
            }),
            Step::Place(n, place, above) => pick(*n).map(|n| {
                let mut window = self.model.windows.remove(n);
                let background = self.model.has_background.remove(n);
                window.place = *place;
                let number = window.number;
                let at = above.map_or(0, |above| if count > 1 { above % (count - 1) + 1 } else { 0 });
                let below = at.checked_sub(1).map(|below| self.model.windows[below].number);
                self.model.windows.insert(at, window);
                self.model.has_background.insert(at, background);
                Happened::Placed(number, *place, below)
            }),
            Step::Draw(n, rect) => {
                if let Some(n) = pick(*n) {
                    let owners = self.model.owners();
                    for (at, point) in points().enumerate() {
                        if owners[at] == Some(n) && rect.contains(point) {
                            let number = self.model.windows[n].number;
                            self.model.paint(at, point, number, number, &mut told);
                        }
                    }
                }
                None
            }
            Step::Frame(_) => None,
        };
        let moved = happened.map(Happened::window).unwrap_or_default();
        let copied = self.model.copy(&model_before, moved, &mut told);
        self.model.repaint(&before, &copied, &mut told);
        if let Some(happened) = happened {
            assert!(self.curtain.happened(happened, self.now));
        }
        for (number, rect) in told {
            match number {
                0 => self.curtain.drawn_below(SIZE.rect()),
                _ => self.curtain.drawn(number, rect),
            }
        }
        if !self.slow {
            self.settle();
        }
    }

    fn settle(&mut self) {
        if self.curtain.begin_fence() {
            self.curtain.end_fence(self.now);
        }
        for number in self.curtain.unclassified() {
            if let Some(window) = self.model.windows.iter().find(|window| window.number == number) {
                self.curtain.classify(number, window.kind, false, self.now);
            }
        }
    }

    /// Pixels are fetched at every moment of the frame; none of them may be shown.
    fn frame(&mut self, steps: &[Step]) -> Result<(), TestCaseError> {
        self.curtain.begin_frame();
        let mut fetched = self.model.hidden_pixels();
        for step in steps {
            self.step(step);
            fetched.extend(self.model.hidden_pixels());
        }
        self.settle();
        let hidden = self.curtain.end_frame();
        for at in fetched {
            prop_assert!(covers(&hidden, at), "{at:?} would be seen");
        }
        Ok(())
    }
}

fn rects() -> impl Strategy<Value = Rect> {
    (-6..22_i32, -6..14_i32, 1..16_u32, 1..12_u32).prop_map(|(x, y, w, h)| Rect::new(x, y, w, h))
}

fn one_step() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![2 => Just(Kind::Hidden), 3 => Just(Kind::Cover), 1 => Just(Kind::Other)];
    prop_oneof![
        3 => (rects(), kind, any::<bool>()).prop_map(|(rect, kind, bg)| Step::Create(rect, kind, bg)),
        1 => (0..20_usize).prop_map(Step::Destroy),
        6 => (0..20_usize, prop::bool::weighted(0.7)).prop_map(|(n, mapped)| Step::Map(n, mapped)),
        6 => (0..20_usize, rects(), prop::option::weighted(0.8, 0..20_usize))
            .prop_map(|(n, rect, above)| Step::Place(n, rect, above)),
        5 => (0..20_usize, rects()).prop_map(|(n, rect)| Step::Draw(n, rect)),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let frame = prop::collection::vec(one_step(), 0..5).prop_map(Step::Frame);
    prop::collection::vec(prop_oneof![2 => one_step(), 1 => frame], 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn no_pixel_of_a_hidden_window_is_ever_shown(steps in steps(), slow in any::<bool>()) {
        let curtain = Curtain::new(SIZE, Vec::new(), false);
        let mut run = Run { model: Model::new(), curtain, now: Instant::now(), made: 0, slow };
        for step in &steps {
            match step {
                Step::Frame(inner) => run.frame(inner)?,
                Step::Create(..) | Step::Destroy(_) | Step::Map(..) | Step::Place(..) | Step::Draw(..) => {
                    run.step(step);
                }
            }
        }
        run.frame(&[])?;
    }
}

fn at(x: i32, y: i32) -> DesktopPoint {
    DesktopPoint::new(x, y)
}

fn covers(cover: &Cover, at: DesktopPoint) -> bool {
    cover.as_slice().iter().any(|rect| rect.contains(at))
}

fn one_hidden(effects: bool, now: Instant) -> Curtain {
    let windows =
        vec![Shown::new(1, Rect::new(0, 0, 10, 10), true), Shown::new(2, Rect::new(0, 0, 24, 16), false)];
    let mut curtain = Curtain::new(SIZE, windows, effects);
    assert_eq!(curtain.unclassified(), [1]);
    curtain.classify(1, Kind::Hidden, false, now);
    curtain.classify(2, Kind::Cover, false, now);
    curtain.pass_time(now + EFFECTS_LAST);
    curtain.take_changed();
    curtain
}

#[test]
fn what_a_window_left_behind_is_free_only_when_it_is_drawn_over() {
    let now = Instant::now();
    let mut curtain = one_hidden(false, now);
    assert!(curtain.happened(Happened::Moved(1, 10, 0), now));
    curtain.begin_frame();
    assert!(covers(&curtain.end_frame(), at(5, 5)) && covers(&curtain.end_frame(), at(15, 5)));
    // What is drawn below somebody's window is not seen, but reported.
    curtain.drawn_below(Rect::new(0, 0, 10, 5));
    // The pixels of this frame may have been fetched before.
    assert!(covers(&curtain.end_frame(), at(5, 2)));
    curtain.begin_frame();
    assert!(!covers(&curtain.end_frame(), at(5, 2)) && covers(&curtain.end_frame(), at(5, 7)));
    assert!(covers(&curtain.take_changed(), at(5, 2)), "it has to be captured now");
}

#[test]
fn a_window_in_front_frees_what_it_has_drawn_itself() {
    let now = Instant::now();
    let mut curtain = one_hidden(false, now);
    assert!(curtain.happened(Happened::Mapped(2, true), now));
    curtain.begin_frame();
    assert!(covers(&curtain.end_frame(), at(5, 5)));
    curtain.drawn_below(Rect::new(0, 0, 24, 16));
    curtain.begin_frame();
    assert!(covers(&curtain.end_frame(), at(5, 5)), "below it much may be drawn");
    curtain.drawn(2, Rect::new(0, 0, 24, 16));
    curtain.begin_frame();
    assert!(curtain.end_frame().as_slice().is_empty());
    assert!(curtain.happened(Happened::Mapped(2, false), now));
    assert!(covers(&curtain.end_frame(), at(5, 5)), "it can be seen again");
}

#[test]
fn a_new_window_is_hidden_until_it_is_known_and_leaves_nothing_behind_then() {
    let now = Instant::now();
    let mut curtain = one_hidden(false, now);
    assert!(curtain.happened(Happened::Created(3, Rect::new(12, 0, 6, 6)), now));
    assert!(curtain.happened(Happened::Mapped(3, true), now));
    assert!(covers(&curtain.end_frame(), at(14, 2)));
    curtain.classify(3, Kind::Cover, false, now);
    assert!(!covers(&curtain.end_frame(), at(14, 2)));
}

#[test]
fn a_window_over_a_hidden_one_that_drew_before_it_was_known_frees_what_it_drew() {
    let now = Instant::now();
    let mut curtain = one_hidden(false, now);
    assert!(curtain.happened(Happened::Created(3, Rect::new(0, 0, 10, 10)), now));
    assert!(curtain.happened(Happened::Mapped(3, true), now));
    curtain.drawn(3, Rect::new(0, 0, 10, 5));
    curtain.classify(3, Kind::Cover, false, now);
    curtain.begin_frame();
    assert!(!covers(&curtain.end_frame(), at(5, 2)) && covers(&curtain.end_frame(), at(5, 7)));
}

#[test]
fn where_another_program_draws_the_windows_nothing_covers_and_time_frees() {
    let now = Instant::now();
    let mut curtain = one_hidden(true, now);
    assert!(curtain.happened(Happened::Mapped(2, true), now));
    curtain.begin_frame();
    assert!(covers(&curtain.end_frame(), at(5, 5)), "what is in front may be transparent");
    assert!(curtain.happened(Happened::Mapped(1, false), now));
    curtain.drawn(2, Rect::new(0, 0, 24, 16));
    curtain.begin_frame();
    assert!(covers(&curtain.end_frame(), at(20, 15)), "it may fly");
    assert_eq!(curtain.due(), Some(now + EFFECTS_LAST));
    curtain.pass_time(now + EFFECTS_LAST);
    curtain.begin_frame();
    assert!(curtain.end_frame().as_slice().is_empty());
    assert!(covers(&curtain.take_changed(), at(20, 15)));
}

#[test]
fn a_window_nobody_spoke_of_is_noticed() {
    let now = Instant::now();
    let mut curtain = one_hidden(false, now);
    assert!(!curtain.happened(Happened::Mapped(99, true), now));
    assert!(!curtain.happened(Happened::Placed(1, Rect::new(0, 0, 1, 1), Some(99)), now));
    assert!(curtain.happened(Happened::Gone(99), now));
}

#[test]
fn what_went_away_below_a_new_window_is_still_its_picture_until_that_is_drawn() {
    let now = Instant::now();
    let mut curtain = one_hidden(false, now);
    assert!(curtain.happened(Happened::Created(3, Rect::new(0, 0, 10, 10)), now));
    assert!(curtain.happened(Happened::Mapped(3, true), now));
    assert!(curtain.happened(Happened::Moved(1, 12, 0), now));
    curtain.classify(3, Kind::Cover, false, now);
    curtain.begin_frame();
    assert!(covers(&curtain.end_frame(), at(5, 5)));
    curtain.drawn(3, Rect::new(0, 0, 10, 10));
    curtain.begin_frame();
    assert!(!covers(&curtain.end_frame(), at(5, 5)));
}

#[test]
fn what_came_and_went_before_anybody_looked_is_hidden_whoever_is_in_front_now() {
    let now = Instant::now();
    let mut curtain = one_hidden(false, now);
    for (window, mapped) in [(3, true), (4, true), (3, false)] {
        if mapped {
            assert!(curtain.happened(Happened::Created(window, Rect::new(12, 0, 6, 6)), now));
        }
        assert!(curtain.happened(Happened::Mapped(window, mapped), now));
    }
    // The other one is harmless, and has drawn nothing yet.
    curtain.classify(4, Kind::Other, false, now);
    curtain.begin_frame();
    assert!(covers(&curtain.end_frame(), at(14, 2)));
    curtain.drawn(4, Rect::new(12, 0, 6, 6));
    curtain.begin_frame();
    assert!(!covers(&curtain.end_frame(), at(14, 2)));
}
