//! Looks into every byte that is sent.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::channel;
use std::time::Duration;

use deskside_client::pipeline::{Pipeline, PipelineConfig};
use deskside_client::sharing::{Hidden, Share, Sharing, SharingCell};
use deskside_media::mask::NEUTRAL;
use deskside_media::tile::lossless::LosslessDecoder;
use deskside_media::update::Header;
use deskside_media::update::op::Operation;
use deskside_media::{Area, PictureMode, Surface, UpdateDecoder};
use deskside_proto::geometry::{Rect, Size};
use deskside_proto::wire::codec::Reader;
use deskside_testkit::x11::Xvfb;
use x11rb::wrapper::ConnectionExt as _;

use crate::scene::{Scene, while_it_moves};
use crate::stage::{Painter, Sent, Sink, budget, permit};
use crate::witness::{assert_no_secret, is_secret};
use crate::{SCREEN, hide};

/// Reads every update as a curious expert would: each operation, each decompressed pixel, and the picture after it.
struct Curious {
    lossless: LosslessDecoder,
    scratch: Surface,
    viewer: UpdateDecoder,
    updates: usize,
    bytes: usize,
    exact: usize,
    has_film: bool,
}

impl Curious {
    fn read(&mut self, update: &[u8]) {
        self.updates += 1;
        self.bytes += update.len();
        let mut reader = Reader::new(update);
        let header = Header::read(&mut reader).unwrap();
        if header.keyframe {
            self.lossless.reset().unwrap();
            self.scratch = Surface::new(header.size).unwrap();
        }
        while reader.remaining() > 0 {
            match Operation::read(&mut reader, header.size).unwrap() {
                Operation::Solid { colour, .. } => assert!(!is_secret(&colour), "a colour: {colour:?}"),
                Operation::Lossless { form, areas, compressed } => {
                    self.lossless.decode(form, compressed, &areas, &mut self.scratch).unwrap();
                    self.exact += areas.iter().map(|area| area.pixels()).sum::<usize>();
                    assert_no_secret(&self.scratch, "decompressed");
                }
                Operation::Copy(_) | Operation::Cache(_) | Operation::Store { .. } => {}
                // A coarse film of harmless noise has colours of its own.
                Operation::Video { .. } => self.has_film = true,
            }
        }
        self.viewer.apply(update).unwrap();
        if !self.has_film {
            assert_no_secret(self.viewer.surface(), "decoded");
        }
    }
}

/// Plays the scene before a pipeline that shares as told, and reads all that it sends.
fn read_all_that_is_sent(display: &str, mode: PictureMode, sharing: Sharing, scene: &mut Scene) -> Curious {
    let cell = SharingCell::default();
    cell.set(sharing);
    let (sender, sent) = channel();
    let sink = Sink { ready: Arc::new(AtomicBool::new(true)), sent: sender };
    let config = PipelineConfig { display: Some(display.to_owned()), mode, budget: budget(), sharing: cell };
    let pipeline = Pipeline::start(permit(), config, sink).unwrap();
    let mut curious = Curious {
        lossless: LosslessDecoder::new().unwrap(),
        scratch: Surface::new(Size::new(1, 1)).unwrap(),
        viewer: UpdateDecoder::new().unwrap(),
        updates: 0,
        bytes: 0,
        exact: 0,
        has_film: false,
    };
    let mut take = |limit: Duration| match sent.recv_timeout(limit) {
        Ok(Sent::Update(update)) => {
            curious.read(&update.bytes);
            true
        }
        Ok(Sent::Cursor) => true,
        Ok(Sent::Failed(error)) => panic!("{error}"),
        Err(_) => false,
    };
    let mut taken = 0;
    while_it_moves(scene, 2_000, || {
        taken += u32::from(take(Duration::from_millis(5)));
        taken > 100
    });
    scene.draw_everything();
    while take(Duration::from_millis(700)) {}
    println!("{} updates, {} bytes, {} exact pixels", curious.updates, curious.bytes, curious.exact);
    assert!(curious.updates > 50 && curious.bytes > 100_000);
    drop(pipeline);
    curious
}

#[track_caller]
fn assert_neutral(surface: &Surface, area: Area) {
    let near = |pixel: &[u8]| (0..3).all(|n| pixel[n].abs_diff(NEUTRAL[n]) < 24);
    assert!(surface.rows(area).flat_map(|row| row.chunks_exact(4)).all(near), "the area is a neutral block");
}

#[test]
fn no_byte_that_is_sent_holds_a_pixel_of_what_is_hidden() {
    for (seed, mode) in [(31, PictureMode::Auto), (32, PictureMode::Video), (33, PictureMode::Auto)] {
        let xvfb = Xvfb::start(SCREEN.0, SCREEN.1).unwrap();
        let mut scene = Scene::new(xvfb.display(), seed, true);
        let mut sharing = hide(scene.windows[0][0]);
        sharing.hide(Hidden::Area(Rect::new(0, 0, 100, 600)));
        let curious = read_all_that_is_sent(xvfb.display(), mode, sharing, &mut scene);
        assert_neutral(curious.viewer.surface(), Area::from_edges(0, 0, 100, 600).unwrap());
    }
}

/// Everything red stays within the area, and draws, comes and goes there; harmless windows go through it.
#[test]
fn no_byte_that_is_sent_holds_a_pixel_of_a_hidden_area() {
    for (seed, mode) in [(41, PictureMode::Auto), (42, PictureMode::Video), (43, PictureMode::Auto)] {
        let xvfb = Xvfb::start(SCREEN.0, SCREEN.1).unwrap();
        let mut scene = Scene::new(xvfb.display(), seed, true);
        let hidden = Rect::new(150, 100, 400, 350);
        scene.red_within = Some(hidden);
        scene.windows[0] =
            (0..3).map(|n| scene.red.window((150 + n * 120, 100 + n * 90), (160, 170), true, true)).collect();
        // One without a background would carry along what was on the screen, as it does for whoever sits there.
        scene.windows[1] = (0..5)
            .map(|_| scene.harmless.window(scene.dice.place(), scene.dice.size(), true, true))
            .collect();
        for (which, window) in
            scene.windows.iter().enumerate().flat_map(|(which, all)| all.iter().map(move |one| (which, *one)))
        {
            scene.program(which).map(window, true);
            scene.program(which).connection.sync().unwrap();
        }
        scene.draw_everything();
        assert!(Painter::new(xvfb.display()).truth().bytes().chunks_exact(4).any(is_secret), "it is there");
        let sharing = Sharing { share: Share::Everything, hidden: vec![Hidden::Area(hidden)] };
        let curious = read_all_that_is_sent(xvfb.display(), mode, sharing, &mut scene);
        // A film's colours reach a little across an edge.
        let edge = if mode == PictureMode::Video { 16 } else { 0 };
        let inside = Area::from_edges(150 + edge, 100 + edge, 550 - edge, 450 - edge).unwrap();
        assert_neutral(curious.viewer.surface(), inside);
    }
}
