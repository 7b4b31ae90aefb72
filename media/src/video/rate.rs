//! Which quantiser a picture gets: as fine as the eye needs, as coarse as the link demands. It holds no codec and
//! decides nothing about regions.
//!
//! A picture's bytes halve with every [`HALVING`] steps of the quantiser. From the last pictures' bytes follows what
//! the next would take at any other quantiser; what was spent too much is saved on the pictures after it: within a
//! quarter of a second where it made the link wait, and over seconds where it only was more than a film should take.
//!
//! The last picture alone would mislead: one that is finer than the picture before it also mends what that left out, and
//! leaves little to the next, so that fine and coarse ones would follow each other for ever.

use deskside_proto::link::LinkEstimate;
use deskside_proto::time::Millis;
use std::time::Duration;

use super::KeyKind;

/// The finest quantiser of moving pictures: finer is not seen in motion, and still pictures are refined exactly.
const FINEST: u8 = 18;

/// The finest quantiser of a key picture, and of one that fills a screen: the pictures after it get better by
/// themselves, and a still one is refined soon, so the time that bits take counts more.
const FINEST_KEY: u8 = 24;
const FINEST_SCREEN_KEY: u8 = 28;

/// The coarsest: beyond it a picture saves little and shows nothing.
const COARSEST: u8 = 46;

/// By so many steps of the quantiser the bytes halve.
const HALVING: f64 = 7.0;

/// A picture is finer than the one before by at most one step, or this part of the way: a quiet moment does not cost a
/// burst, and what a cut has made coarse is fine again soon.
const FINER_AT_ONCE: f64 = 0.25;

/// A picture's weight is what it takes at this quantiser. Unit: bytes.
const WEIGHED_AT: f64 = 24.0;

/// A picture's share in what is expected of the next one; of what the link carries at once, the heavier counts.
const SHARE_OF_LAST: f64 = 0.25;

/// What a video of [`REFERENCE_PX`] may take on any link; others in proportion to this power of their pixels, because
/// large pictures have less in each pixel. Unit: bytes per second.
const REFERENCE_BYTES_PER_SECOND: f64 = 265_000.0;
const REFERENCE_PX: f64 = 640.0 * 360.0;
const POWER_OF_PX: f64 = 0.38;

/// The share of the link that all video together may take: the rest is for text, audio and what comes unexpectedly.
const LINK_SHARE: f64 = 0.6;

/// How much of the link's time a key picture may take: of one that a film begins with, and of one that fills a
/// screen, which a person waits for.
const KEY_TIME: Duration = Duration::from_millis(80);
const SCREEN_KEY_TIME: Duration = Duration::from_millis(160);
const SCREEN_PX: f64 = 1_920.0 * 1_080.0;

/// The share of that for one that replaces what was lost: everything waits for it, and the next pictures make it better.
const KEY_SHARE_AGAIN: f64 = 0.4;

/// On a slow link a key picture may take this long if it stays below [`SLOW_KEY_BYTES`].
const SLOW_KEY_TIME: Duration = Duration::from_millis(320);
const SLOW_KEY_BYTES: usize = 40_000;

/// What makes the link wait, and what was left of it, is remembered up to so much of its time, and given back within
/// about [`LINK_BACK`].
const LINK_MEMORY: Duration = Duration::from_secs(1);
const LINK_SAVED: Duration = Duration::from_millis(250);
const LINK_BACK: Duration = Duration::from_millis(250);

/// What was spent beyond the aim, and what was saved, is remembered up to so much of the aim, and evened out over about
/// [`AIM_BACK`]: a cut or a gust of motion need not be paid by the second after it on a link that has room.
const AIM_MEMORY: Duration = Duration::from_secs(4);
const AIM_SAVED: Duration = Duration::from_millis(500);
const AIM_BACK: Duration = Duration::from_secs(2);

/// A picture of so many times the usual weight is large: a cut, or a film that has become harder, or one whose pictures
/// are large and small in turn. How many pictures ago the last such one was tells which.
const LARGE: f64 = 2.0;

/// A large picture says nothing of the link's next one if the link sends it within this time. On a slower link a second one
/// of that kind would make a person wait.
const LARGE_TIME: f64 = 0.1;

/// So many pictures ago is as good as never.
const LONG_AGO: u32 = 1_000;

/// What the pictures of a stream may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoSettings {
    /// Aim for a running video, in the mean of seconds.
    pub bytes_per_second: u32,
    /// What the link carries of it at any time; at least the aim. Unit: bytes per second.
    pub link_bytes_per_second: u32,
    /// Aim for a key picture. Unit: bytes.
    pub key_bytes: usize,
}

impl VideoSettings {
    /// For a picture of so many pixels, when `all_pixels` are video at the same time.
    pub fn new(pixels: usize, all_pixels: usize, link: LinkEstimate) -> Self {
        let wanted = REFERENCE_BYTES_PER_SECOND * (pixels.max(1) as f64 / REFERENCE_PX).powf(POWER_OF_PX);
        let part = pixels as f64 / all_pixels.max(pixels).max(1) as f64;
        let affordable = link.bytes_per_second as f64 * LINK_SHARE * part;
        let whole_screen = (pixels as f64 / SCREEN_PX).min(1.0);
        let key_time = KEY_TIME + (SCREEN_KEY_TIME - KEY_TIME).mul_f64(whole_screen);
        let patient = link.bytes_in(SLOW_KEY_TIME).min(SLOW_KEY_BYTES);
        let key_bytes = (link.bytes_in(key_time).max(patient) as f64 * part) as usize;
        Self {
            bytes_per_second: wanted.min(affordable) as u32,
            link_bytes_per_second: affordable as u32,
            key_bytes: key_bytes.max(MIN_KEY_BYTES),
        }
    }

    /// Aim for a key picture of this kind. Unit: bytes.
    fn key_bytes_of(&self, kind: KeyKind) -> f64 {
        let share = match kind {
            KeyKind::First => 1.0,
            KeyKind::Again => KEY_SHARE_AGAIN,
        };
        (self.key_bytes as f64 * share).max(MIN_KEY_BYTES as f64)
    }

    /// For a picture of so many pixels on a fast link.
    pub fn for_pixels(pixels: usize) -> Self {
        Self::new(pixels, pixels, LinkEstimate::LOCAL)
    }
}

/// No link is so slow that a key picture should have fewer bytes.
const MIN_KEY_BYTES: usize = 2_000;

/// What a picture said about the next one.
#[derive(Clone, Copy, Debug)]
struct Told {
    quantiser: u8,
    weight: f64,
}

/// Chooses the quantisers of one stream.
#[derive(Debug)]
pub(super) struct Rate {
    settings: VideoSettings,
    /// The last picture since a key picture.
    last: Option<Told>,
    /// What pictures weigh of late; none before the first.
    usual: Option<f64>,
    /// When the last picture was made, and the smoothed time between two. Unit: seconds.
    at: Option<Millis>,
    beat: f64,
    /// What was spent beyond the aim; less than 0 when something was saved. Unit: bytes.
    debt: f64,
    /// What was spent beyond what the link carries; less than 0 when it had nothing to do. Unit: bytes.
    waiting: f64,
    /// How many pictures there were since the last [`LARGE`] one.
    since_large: u32,
}

impl Rate {
    pub(super) const fn new(settings: VideoSettings) -> Self {
        Self {
            settings,
            last: None,
            usual: None,
            at: None,
            beat: 1.0 / 30.0,
            debt: 0.0,
            waiting: 0.0,
            since_large: LONG_AGO,
        }
    }

    pub(super) const fn set(&mut self, settings: VideoSettings) {
        self.settings = settings;
    }

    /// The quantiser for a key picture of so many pixels and this much detail ([`detail`]).
    pub(super) fn key_quantiser(&self, pixels: usize, detail: f64, kind: KeyKind) -> u8 {
        // At quantiser 24 a picture takes about this; measured on film and photographs.
        let at_24 = pixels as f64 * KEY_BYTES_PER_PIXEL * detail.max(0.1);
        let finest = if pixels as f64 * 2.0 > SCREEN_PX { FINEST_SCREEN_KEY } else { FINEST_KEY };
        quantiser_for(24.0, at_24, self.settings.key_bytes_of(kind)).clamp(finest, COARSEST)
    }

    /// The quantiser for a key picture when one at `quantiser` came out too long; none when it did not, or when
    /// coarser would not help.
    pub(super) fn shorter_key(&self, quantiser: u8, bytes: usize, kind: KeyKind) -> Option<u8> {
        let aim = self.settings.key_bytes_of(kind);
        let coarser = quantiser_for(f64::from(quantiser), bytes as f64, aim).clamp(quantiser, COARSEST);
        (bytes as f64 > aim * 1.4 && coarser > quantiser).then_some(coarser)
    }

    /// The quantiser for the next picture.
    pub(super) fn next_quantiser(&mut self, now: Millis, key: u8) -> u8 {
        self.pay(now);
        let (Some(last), Some(usual)) = (self.last, self.usual) else {
            // The first picture after a key picture mends what that left out.
            return key.clamp(FINEST, COARSEST);
        };
        let aim = part(self.settings.bytes_per_second, self.beat, self.debt, AIM_BACK);
        let room = part(self.settings.link_bytes_per_second, self.beat, self.waiting, LINK_BACK);
        let for_film = quantiser_for(WEIGHED_AT, usual, aim);
        let for_link = quantiser_for(WEIGHED_AT, usual.max(last.weight), room);
        let wanted = for_film.max(for_link);
        let way = f64::from(last.quantiser.saturating_sub(wanted));
        let step = (way * FINER_AT_ONCE).max(1.0) as u8;
        wanted.max(last.quantiser.saturating_sub(step)).clamp(FINEST, COARSEST)
    }

    /// A picture was made.
    pub(super) fn made(&mut self, quantiser: u8, bytes: usize, is_key: bool, now: Millis) {
        let bytes = bytes as f64;
        if is_key {
            // It has a budget of its own; only what is beyond it must be saved.
            let beyond = (bytes - self.settings.key_bytes as f64).max(0.0);
            self.debt += beyond;
            self.waiting += beyond;
            self.last = None;
        } else {
            let weight = self.telling(bytes, quantiser);
            self.last = Some(Told { quantiser, weight });
            self.debt += bytes;
            self.waiting += bytes;
        }
        self.at = Some(now);
    }

    /// What a picture says about the link's next one, as a weight. What is usual follows.
    fn telling(&mut self, bytes: f64, quantiser: u8) -> f64 {
        let weight = bytes * 2_f64.powf((f64::from(quantiser) - WEIGHED_AT) / HALVING);
        let (Some(last), Some(usual)) = (self.last, self.usual) else {
            self.usual.get_or_insert(weight);
            return weight;
        };
        self.since_large = self.since_large.saturating_add(1).min(LONG_AGO);
        if weight > usual.max(last.weight) * LARGE {
            // One in so many pictures: after a long while next to nothing, twice in a row all of it.
            let mean = usual + (weight - usual) / f64::from(std::mem::take(&mut self.since_large));
            self.usual = Some(mean);
            let has_room = bytes <= f64::from(self.settings.link_bytes_per_second) * LARGE_TIME;
            return if has_room { last.weight } else { weight };
        }
        // A picture of nothing new says nothing about the next one.
        self.usual = Some(usual + (weight.max(usual * 0.5) - usual) * SHARE_OF_LAST);
        weight.max(last.weight * 0.5)
    }

    /// Time has passed, and with it budget came in.
    fn pay(&mut self, now: Millis) {
        let aim = f64::from(self.settings.bytes_per_second);
        let link = f64::from(self.settings.link_bytes_per_second);
        let Some(at) = self.at else { return };
        let passed = now.since(at).as_secs_f64();
        if passed > 0.0 && passed < 0.5 {
            self.beat += (passed - self.beat) * 0.2;
        }
        self.debt =
            (self.debt - aim * passed).clamp(-aim * AIM_SAVED.as_secs_f64(), aim * AIM_MEMORY.as_secs_f64());
        self.waiting = (self.waiting - link * passed)
            .clamp(-link * LINK_SAVED.as_secs_f64(), link * LINK_MEMORY.as_secs_f64());
    }
}

/// What the next picture of a rate may take, one `beat` after the last, when that much was spent too much and is to be
/// saved within about the time `back`.
fn part(bytes_per_second: u32, beat: f64, debt: f64, back: Duration) -> f64 {
    let budget = f64::from(bytes_per_second) * beat;
    (budget - debt * (beat / back.as_secs_f64()).min(0.5)).max(budget / 4.0)
}

/// Bytes of a key picture at quantiser 24 for each pixel and unit of [`detail`].
const KEY_BYTES_PER_PIXEL: f64 = 0.012;

/// The quantiser at which a picture takes `aim` bytes, when it takes `bytes` at `quantiser`.
fn quantiser_for(quantiser: f64, bytes: f64, aim: f64) -> u8 {
    let steps = (bytes.max(1.0) / aim.max(1.0)).log2() * HALVING;
    (quantiser + steps).round().clamp(0.0, 51.0) as u8
}

/// How much detail a luma plane has: the mean difference between neighbours in every fourth row. 0 for one colour, 3 to
/// 8 for photographs, above 20 for text.
pub(super) fn detail(luma: &[u8], width: usize) -> f64 {
    let (mut sum, mut count) = (0_u64, 0_u64);
    for rows in luma.chunks_exact((width * 4).max(1)) {
        let Some((row, below)) = rows.get(..width * 2).map(|two| two.split_at(width)) else { continue };
        let across = row.iter().zip(row.iter().skip(1)).map(|(a, b)| u32::from(a.abs_diff(*b)));
        let down = row.iter().zip(below).map(|(a, b)| u32::from(a.abs_diff(*b)));
        sum += u64::from(across.sum::<u32>() + down.sum::<u32>());
        count += (width * 2) as u64;
    }
    sum as f64 / count.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(bytes_per_second: u64) -> LinkEstimate {
        LinkEstimate { bytes_per_second, round_trip: Duration::from_millis(50) }
    }

    /// The link is what limits.
    const fn slow(bytes_per_second: u32, key_bytes: usize) -> VideoSettings {
        VideoSettings { bytes_per_second, link_bytes_per_second: bytes_per_second, key_bytes }
    }

    /// A codec whose pictures take `bytes` at quantiser 24 and halve every 7 steps.
    fn run(rate: &mut Rate, bytes: f64, pictures: u64, gap: u64, from: u64) -> (Vec<u8>, f64) {
        let (mut quantisers, mut sum) = (Vec::new(), 0.0);
        for picture in 0..pictures {
            let now = Millis(from + picture * gap);
            let quantiser = rate.next_quantiser(now, 30);
            let size = bytes * 2_f64.powf((24.0 - f64::from(quantiser)) / 7.0);
            rate.made(quantiser, size as usize, false, now);
            quantisers.push(quantiser);
            sum += size;
        }
        (quantisers, sum / (pictures * gap) as f64 * 1_000.0)
    }

    #[test]
    fn a_running_video_keeps_to_its_rate_at_any_rhythm() {
        for gap in [17, 33, 66, 100, 200] {
            for bytes in [2_000.0, 8_000.0, 30_000.0] {
                let mut rate = Rate::new(slow(200_000, 40_000));
                run(&mut rate, bytes, 60, gap, 0);
                let (quantisers, spent) = run(&mut rate, bytes, 120, gap, 60 * gap);
                let coarsest = quantisers.iter().max().unwrap();
                let finest = quantisers.iter().min().unwrap();
                assert!(spent <= 215_000.0, "{spent} bytes a second at {gap} ms, {bytes}");
                assert!(
                    spent >= 180_000.0 || *finest == FINEST,
                    "{spent} at {gap} ms, {bytes}: {quantisers:?}"
                );
                assert!(coarsest - finest <= 3, "{quantisers:?}");
            }
        }
    }

    #[test]
    fn pictures_that_mend_what_the_one_before_left_out_do_not_make_it_pulse() {
        for link in [200_000, 5_000_000] {
            let settings = VideoSettings { link_bytes_per_second: link, ..slow(200_000, 40_000) };
            let (mut rate, mut quantisers, mut spent, mut before) = (Rate::new(settings), vec![], 0.0, 24);
            for picture in 0..240 {
                let now = Millis(picture * 33);
                let quantiser = rate.next_quantiser(now, 30);
                // Measured on film: two steps finer than the last picture takes twice the bytes, four coarser half.
                let finer = f64::from(before) - f64::from(quantiser);
                let mended = 2_f64.powf(if finer > 0.0 { finer / 2.0 } else { finer / 4.0 });
                let size = 8_000.0 * 2_f64.powf((24.0 - f64::from(quantiser)) / 7.0) * mended;
                rate.made(quantiser, size as usize, false, now);
                before = quantiser;
                if picture >= 90 {
                    quantisers.push(quantiser);
                    spent += size;
                }
            }
            let a_second = spent * 1_000.0 / (150.0 * 33.0);
            assert!((180_000.0..=215_000.0).contains(&a_second), "{a_second} a second: {quantisers:?}");
            let steps = quantisers.windows(2).map(|two| two[0].abs_diff(two[1]));
            assert!(steps.max() <= Some(2), "link {link}: {quantisers:?}");
        }
    }

    #[test]
    fn an_easy_video_takes_no_more_bits_than_it_needs() {
        let mut rate = Rate::new(slow(200_000, 40_000));
        let (quantisers, spent) = run(&mut rate, 200.0, 120, 33, 0);
        assert_eq!(quantisers.last(), Some(&FINEST));
        assert!(spent < 20_000.0);
    }

    #[test]
    fn a_burst_is_paid_back_and_a_new_rate_counts_at_once() {
        let mut rate = Rate::new(slow(200_000, 40_000));
        run(&mut rate, 8_000.0, 60, 33, 0);
        run(&mut rate, 60_000.0, 10, 33, 2_000);
        let (_, spent) = run(&mut rate, 8_000.0, 60, 33, 2_333);
        assert!(spent <= 210_000.0, "{spent}");
        rate.set(slow(50_000, 10_000));
        run(&mut rate, 8_000.0, 10, 33, 4_400);
        let (_, spent) = run(&mut rate, 8_000.0, 60, 33, 4_733);
        assert!(spent <= 55_000.0, "{spent}");
    }

    #[test]
    fn a_cut_is_shown_sharp_soon_where_the_link_has_room_and_costs_no_more_in_the_end() {
        let settings = VideoSettings { link_bytes_per_second: 5_000_000, ..slow(200_000, 40_000) };
        for (settings, steps) in [(settings, 0..=3), (slow(200_000, 40_000), 16..=24)] {
            let mut rate = Rate::new(settings);
            let (before, _) = run(&mut rate, 8_000.0, 60, 33, 0);
            run(&mut rate, 60_000.0, 1, 33, 2_000);
            let (after, spent) = run(&mut rate, 8_000.0, 150, 33, 2_033);
            let coarser = after.iter().max().unwrap() - before.last().unwrap();
            assert!(steps.contains(&coarser), "{coarser} steps: {after:?}");
            assert!(spent <= 200_000.0, "{spent}");
        }
    }

    #[test]
    fn a_film_of_quick_cuts_is_as_sharp_between_them_as_its_rate_allows() {
        let settings = VideoSettings { link_bytes_per_second: 5_000_000, ..slow(200_000, 40_000) };
        let (mut rate, mut quantisers, mut spent) = (Rate::new(settings), vec![], 0.0);
        for picture in 0..300_u64 {
            let now = Millis(picture * 33);
            let bytes = if picture % 24 == 0 { 60_000.0 } else { 8_000.0 };
            let quantiser = rate.next_quantiser(now, 30);
            let size = bytes * 2_f64.powf((24.0 - f64::from(quantiser)) / 7.0);
            rate.made(quantiser, size as usize, false, now);
            if picture >= 90 {
                quantisers.push(quantiser);
                spent += size;
            }
        }
        let a_second = spent * 1_000.0 / (210.0 * 33.0);
        assert!((170_000.0..=210_000.0).contains(&a_second), "{a_second} a second: {quantisers:?}");
        let (coarsest, finest) = (quantisers.iter().max().unwrap(), quantisers.iter().min().unwrap());
        assert!(coarsest - finest <= 4, "{quantisers:?}");
    }

    #[test]
    fn on_a_slow_link_a_cut_is_sharp_again_within_half_a_second() {
        let mut rate = Rate::new(slow(200_000, 40_000));
        let (before, _) = run(&mut rate, 8_000.0, 60, 33, 0);
        run(&mut rate, 60_000.0, 1, 33, 2_000);
        let (after, _) = run(&mut rate, 8_000.0, 60, 33, 2_033);
        let steps: Vec<_> = after.iter().map(|quantiser| quantiser.saturating_sub(before[59])).collect();
        assert!(steps[15..].iter().all(|steps| *steps <= 3), "{steps:?}");
    }

    #[test]
    fn pictures_that_are_large_and_small_in_turn_keep_to_the_rate() {
        for (link, gap, small, every) in [
            (600_000, 20, 200.0, 2),
            (225_000, 20, 1_500.0, 2),
            (7_500_000, 33, 200.0, 3),
            (600_000, 33, 200.0, 5),
        ] {
            let settings = VideoSettings { link_bytes_per_second: link, ..slow(200_000, 40_000) };
            let (mut rate, mut spent) = (Rate::new(settings), 0.0);
            for picture in 0..300_u64 {
                let (now, before) = (Millis(picture * gap), spent);
                let bytes = if picture % every == 0 { 20_000.0 } else { small };
                let quantiser = rate.next_quantiser(now, 30);
                let size = bytes * 2_f64.powf((24.0 - f64::from(quantiser)) / 7.0);
                rate.made(quantiser, size as usize, false, now);
                // The first second is for learning.
                spent = if picture * gap < 1_000 { before } else { before + size };
            }
            let a_second = spent * 1_000.0 / (300 * gap - 1_000) as f64;
            assert!(
                (150_000.0..=215_000.0).contains(&a_second),
                "{a_second} a second: link {link}, {small} of {every}"
            );
        }
    }

    #[test]
    fn a_film_that_becomes_hard_for_good_keeps_to_its_rate() {
        let settings = VideoSettings { link_bytes_per_second: 5_000_000, ..slow(200_000, 40_000) };
        let mut rate = Rate::new(settings);
        run(&mut rate, 8_000.0, 60, 33, 0);
        let (_, spent) = run(&mut rate, 60_000.0, 90, 33, 2_000);
        assert!(spent <= 240_000.0, "{spent} in the three seconds after it");
        let (_, spent) = run(&mut rate, 60_000.0, 90, 33, 5_000);
        assert!(spent <= 210_000.0, "{spent}");
    }

    #[test]
    fn a_key_picture_is_as_coarse_as_the_link_is_slow() {
        let pixels = 1_920 * 1_080;
        let mut last = 0;
        for bytes_per_second in [125_000_000, 1_250_000, 250_000, 125_000, 37_500] {
            let settings = VideoSettings::new(pixels, pixels, link(bytes_per_second));
            let quantiser = Rate::new(settings).key_quantiser(pixels, 6.0, KeyKind::First);
            assert!(quantiser >= last, "{quantiser} after {last}");
            last = quantiser;
            // Whatever the link, a screen is on its way within a third of a second.
            let time = link(bytes_per_second).time_to_send(settings.key_bytes);
            assert!(time <= SLOW_KEY_TIME, "{time:?}");
        }
        assert!(last >= 38, "{last}");
    }

    #[test]
    fn a_key_picture_that_came_out_too_long_is_made_coarser_and_only_then() {
        let rate = Rate::new(slow(100_000, 20_000));
        assert_eq!(rate.shorter_key(24, 25_000, KeyKind::First), None);
        assert_eq!(rate.shorter_key(24, 40_000, KeyKind::First), Some(31));
        assert_eq!(rate.shorter_key(COARSEST, 400_000, KeyKind::First), None);
    }

    #[test]
    fn a_key_picture_that_replaces_a_lost_one_is_shorter() {
        let settings = VideoSettings::new(921_600, 921_600, link(400_000));
        let rate = Rate::new(settings);
        let [first, again] =
            [KeyKind::First, KeyKind::Again].map(|kind| rate.key_quantiser(921_600, 6.0, kind));
        // By 7 steps the bytes halve.
        assert!((8..=10).contains(&(again - first)), "{first} {again}");
        assert_eq!(rate.shorter_key(again, settings.key_bytes, KeyKind::First), None);
        assert!(rate.shorter_key(again, settings.key_bytes, KeyKind::Again).is_some());
    }

    #[test]
    fn two_videos_share_what_one_may_have() {
        let both = VideoSettings::new(230_400, 460_800, link(250_000));
        let alone = VideoSettings::new(230_400, 230_400, link(250_000));
        assert_eq!(both.bytes_per_second * 2, alone.bytes_per_second);
        let fast = VideoSettings::new(921_600, 921_600, link(100_000_000));
        assert!(fast.bytes_per_second <= 500_000, "{fast:?}");
    }
}
