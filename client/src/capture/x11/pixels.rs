//! Fetching rectangles of the screen with as few requests, round trips and copies as may be. Which rectangles are
//! worth fetching, and when, it does not know.

use super::lost;
use super::memory::Memory;
use super::sources::Piece;
use crate::capture::CaptureError;
use deskside_media::surface::few_areas;
use deskside_media::{Area, Patch, mask};
use deskside_proto::geometry::{Rect, Region, Size};
use x11rb::errors::ReplyError;
use x11rb::protocol::ErrorKind;
use x11rb::protocol::shm::ConnectionExt as _;
use x11rb::protocol::xproto::{ConnectionExt as _, Drawable, ImageFormat, Rectangle, Window};
use x11rb::rust_connection::RustConnection;

/// All planes of a pixel.
const ALL_PLANES: u32 = u32::MAX;

/// Bytes of a pixel as the server stores it.
const PIXEL_BYTES: usize = 4;

/// So many rectangles are fetched one by one.
const MOST_RECTS: usize = 32;

/// A request costs as much as fetching and comparing about so many pixels that have not changed.
const REQUEST_PX: u64 = 16 * 1024;

/// Rectangles of the screen and their pixels, one after the other.
pub struct Pixels {
    /// None where the server cannot share memory; pixels come through the connection then.
    memory: Option<Memory>,
    through_connection: Vec<u8>,
    rects: Vec<Rect>,
    /// Bytes of all rectangles.
    used: usize,
}

impl Pixels {
    /// No pixels, and no place for any.
    pub const fn none() -> Self {
        Self { memory: None, through_connection: Vec::new(), rects: Vec::new(), used: 0 }
    }

    /// Makes room for the pixels of a whole screen.
    ///
    /// # Errors
    /// `Lost` when the server went away, `Unreachable` when the system has no memory.
    pub fn resize(&mut self, connection: &RustConnection, size: Size) -> Result<(), CaptureError> {
        self.clear();
        if let Some(memory) = self.memory.take() {
            memory.release(connection);
        }
        let bytes = size.width as usize * size.height as usize * PIXEL_BYTES;
        self.memory = Memory::share(connection, bytes)?;
        if self.memory.is_none() {
            tracing::info!("the X server shares no memory; pixels come through the connection");
        }
        Ok(())
    }

    /// Forgets what was fetched; the memory stays.
    pub fn clear(&mut self) {
        self.through_connection.clear();
        self.rects.clear();
        self.used = 0;
    }

    /// Whether this much more can be fetched.
    pub fn have_room_for(&self, region: &Region) -> bool {
        let bytes: usize = region.iter().map(|rect| byte_length(*rect)).sum();
        self.memory.as_ref().is_none_or(|memory| self.used + bytes <= memory.length())
    }

    /// Fetches pieces of windows' pictures in one round trip, and puts the neutral block where nothing may be seen; false
    /// when a picture is not what it was.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn fetch_pieces(
        &mut self,
        connection: &RustConnection,
        pieces: &[Piece],
    ) -> Result<bool, CaptureError> {
        let mut shots = Vec::with_capacity(pieces.len());
        let mut at = self.used;
        for piece in pieces {
            if let Some((pixmap, x, y)) = piece.from {
                let rect = Rect { x: piece.rect.x - x, y: piece.rect.y - y, ..piece.rect };
                shots.push(Shot { drawable: pixmap, rect, at });
            }
            at += byte_length(piece.rect);
        }
        let outcome = match &self.memory {
            Some(memory) => fetch_shared(connection, &shots, memory),
            None => {
                self.through_connection.resize(at, 0);
                fetch_through(connection, &shots, &mut self.through_connection)
            }
        };
        if !took(outcome)? {
            return Ok(false);
        }
        for piece in pieces {
            let bytes = byte_length(piece.rect);
            let used = self.used;
            if piece.from.is_none()
                && let Some(pixels) = self.bytes_mut().get_mut(used..used + bytes)
            {
                mask::blank(pixels);
            }
            self.rects.push(piece.rect);
            self.used += bytes;
        }
        Ok(true)
    }

    /// Puts the neutral block over these pixels of all that was fetched.
    pub fn cover(&mut self, hidden: &[Rect]) {
        let mut at = 0;
        for rect in std::mem::take(&mut self.rects) {
            let end = at + byte_length(rect);
            if let Some(pixels) = self.bytes_mut().get_mut(at..end) {
                mask::cover(pixels, rect, hidden);
                // INVARIANT: a rectangle that could not be covered is forgotten with its pixels.
                self.rects.push(rect);
            }
            at = end;
        }
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        match &mut self.memory {
            Some(memory) => memory.bytes_mut(),
            None => &mut self.through_connection,
        }
    }

    /// Fetches the rectangles of a region in one round trip; false when they are no longer inside the screen.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn fetch(
        &mut self,
        connection: &RustConnection,
        root: Window,
        region: &Region,
    ) -> Result<bool, CaptureError> {
        let mut at = self.used;
        let shots: Vec<Shot> = region
            .iter()
            .map(|rect| {
                let shot = Shot { drawable: root, rect: *rect, at };
                at += byte_length(*rect);
                shot
            })
            .collect();
        let outcome = match &self.memory {
            Some(memory) => fetch_shared(connection, &shots, memory),
            None => {
                self.through_connection.resize(at, 0);
                fetch_through(connection, &shots, &mut self.through_connection)
            }
        };
        let is_there = took(outcome)?;
        if is_there {
            self.rects.extend(region.iter());
            self.used = at;
        }
        Ok(is_there)
    }

    /// What was fetched, in the order of fetching.
    pub fn patches(&self) -> Vec<Patch<'_>> {
        let mut rest = self.memory.as_ref().map_or(self.through_connection.as_slice(), Memory::bytes);
        let mut patches = Vec::with_capacity(self.rects.len());
        for rect in &self.rects {
            let Some((pixels, after)) = rest.split_at_checked(byte_length(*rect)) else { break };
            rest = after;
            patches.extend(Patch::new(*rect, rect.width as usize * PIXEL_BYTES, pixels));
        }
        patches
    }
}

/// A rectangle of a drawable, and where its pixels shall be.
struct Shot {
    drawable: Drawable,
    rect: Rect,
    at: usize,
}

/// False when the rectangles are not there any more.
fn took(outcome: Result<(), ReplyError>) -> Result<bool, CaptureError> {
    match outcome {
        Ok(()) => Ok(true),
        // The screen became smaller a moment ago; the report of it is on its way.
        Err(ReplyError::X11Error(error)) if error.error_kind == ErrorKind::Match => Ok(false),
        Err(error) => Err(lost(error)),
    }
}

fn fetch_shared(connection: &RustConnection, shots: &[Shot], memory: &Memory) -> Result<(), ReplyError> {
    let mut cookies = Vec::with_capacity(shots.len());
    for shot in shots {
        let (x, y, width, height) = wire(shot.rect);
        cookies.push(connection.shm_get_image(
            shot.drawable,
            x,
            y,
            width,
            height,
            ALL_PLANES,
            ImageFormat::Z_PIXMAP.into(),
            memory.segment(),
            // A screen has at most 128 MiB.
            u32::try_from(shot.at).unwrap_or(u32::MAX),
        )?);
    }
    // All answers are awaited, also after an error: only then does the server not write any more.
    let replies: Vec<_> = cookies.into_iter().map(|cookie| cookie.reply()).collect();
    replies.into_iter().try_for_each(|reply| reply.map(|_| ()))
}

fn fetch_through(connection: &RustConnection, shots: &[Shot], pixels: &mut [u8]) -> Result<(), ReplyError> {
    let mut cookies = Vec::with_capacity(shots.len());
    for shot in shots {
        let (x, y, width, height) = wire(shot.rect);
        let format = ImageFormat::Z_PIXMAP;
        cookies.push(connection.get_image(format, shot.drawable, x, y, width, height, ALL_PLANES)?);
    }
    for (cookie, shot) in cookies.into_iter().zip(shots) {
        let data = cookie.reply()?.data;
        let there = pixels.get_mut(shot.at..).unwrap_or_default();
        let length = data.len().min(byte_length(shot.rect)).min(there.len());
        for (pixel, fetched) in there.iter_mut().zip(data.iter().take(length)) {
            *pixel = *fetched;
        }
    }
    Ok(())
}

/// Damage as the rectangles to ask for. Windows may reach over the edge of the screen, and their damage does too. A
/// shaped window may be damaged in hundreds of slivers; each would be a request, so then a few that cover them are
/// taken, and neighbours that cost less in one.
pub fn requested(damage: &[Rectangle], size: Size) -> Vec<Rect> {
    let visible = damage.iter().filter_map(|rect| {
        let rect = Rect::new(rect.x.into(), rect.y.into(), rect.width.into(), rect.height.into());
        Area::clipped(rect, size)
    });
    let mut areas: Vec<Area> = visible.collect();
    if areas.len() > MOST_RECTS {
        areas = few_areas(&areas, size, MOST_RECTS);
    }
    let mut rects: Vec<Rect> = areas.into_iter().map(Area::to_rect).collect();
    while let Some((first, second, both)) = cheaper_in_one(&rects) {
        // The second is behind the first, so that the first keeps its place.
        rects.swap_remove(second);
        if let Some(rect) = rects.get_mut(first) {
            *rect = both;
        }
    }
    rects
}

/// Two rectangles whose common cover costs less than both, and that cover.
fn cheaper_in_one(rects: &[Rect]) -> Option<(usize, usize, Rect)> {
    rects.iter().enumerate().find_map(|(first, a)| {
        let later = rects.iter().enumerate().skip(first + 1);
        later
            .map(|(second, b)| (first, second, a.union(b)))
            .zip(rects.iter().skip(first + 1))
            .find(|((_, _, both), b)| both.area() <= a.area() + b.area() + REQUEST_PX)
            .map(|(pair, _)| pair)
    })
}

/// A rectangle inside the screen in the numbers of the protocol, where no screen passes 32,767.
fn wire(rect: Rect) -> (i16, i16, u16, u16) {
    (
        i16::try_from(rect.x).unwrap_or(i16::MAX),
        i16::try_from(rect.y).unwrap_or(i16::MAX),
        u16::try_from(rect.width).unwrap_or(u16::MAX),
        u16::try_from(rect.height).unwrap_or(u16::MAX),
    )
}

/// Length of a rectangle's pixels.
fn byte_length(rect: Rect) -> usize {
    rect.width as usize * rect.height as usize * PIXEL_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Size = Size::new(1_920, 1_080);

    fn damage(rects: &[(i16, i16, u16, u16)]) -> Vec<Rectangle> {
        rects.iter().map(|&(x, y, width, height)| Rectangle { x, y, width, height }).collect()
    }

    #[test]
    fn letters_of_a_line_are_one_request_and_far_corners_are_two() {
        let letters: Vec<_> = (0..20).map(|n| (300 + n * 9, 500, 8, 18)).collect();
        assert_eq!(requested(&damage(&letters), SCREEN), [Rect::new(300, 500, 179, 18)]);
        let corners = damage(&[(0, 0, 384, 16), (1_536, 1_064, 384, 16)]);
        assert_eq!(requested(&corners, SCREEN).len(), 2);
    }

    #[test]
    fn damage_over_the_edges_is_cut_and_outside_is_none() {
        let over = damage(&[(-50, -50, 60, 60), (1_915, 1_000, 50, 200), (-20, 0, 20, 5), (0, 2_000, 5, 5)]);
        let rects = requested(&over, SCREEN);
        assert_eq!(rects, [Rect::new(0, 0, 10, 10), Rect::new(1_915, 1_000, 5, 80)]);
    }

    #[test]
    fn every_damaged_pixel_is_asked_for_with_few_requests() {
        for step in [1, 7, 40] {
            let slivers: Vec<_> =
                (0..700_i16).map(|n| (n % 50 * 38, (n / 50 * step) % 1_000, 3, 2)).collect();
            let slivers = damage(&slivers);
            let rects = requested(&slivers, SCREEN);
            assert!(rects.len() <= MOST_RECTS, "{}", rects.len());
            for sliver in &slivers {
                let sliver =
                    Rect::new(sliver.x.into(), sliver.y.into(), sliver.width.into(), sliver.height.into());
                assert!(rects.iter().any(|rect| rect.union(&sliver) == *rect), "{sliver:?}");
            }
        }
    }
}
