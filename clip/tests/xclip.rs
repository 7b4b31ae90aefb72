//! Text, HTML, pictures and files between two real X servers, copied and pasted with a program of others.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a failing test ends here")]

mod common;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use common::*;
use deskside_clip::share::{Failure, Report};
use deskside_clip::{Format, NoPiece};

#[test]
fn text_is_fetched_only_when_somebody_pastes_and_only_once() {
    let shared = shared(false);
    let text = "Grüße aus dem Büro \u{1f600}\nzweite Zeile";
    let _owner = copy(&shared.here, "UTF8_STRING", "clipboard", text.as_bytes());
    wait_for_target(&shared.there, "clipboard", "UTF8_STRING");
    assert_eq!(shared.way.asked.load(Ordering::SeqCst), 0, "nobody pasted yet");
    for target in ["UTF8_STRING", "text/plain;charset=utf-8", "text/plain"] {
        assert_eq!(String::from_utf8(paste(&shared.there, target, "clipboard")).unwrap(), text, "{target}");
    }
    assert_eq!(shared.way.asked.load(Ordering::SeqCst), 1);
    assert_eq!(paste(&shared.there, "STRING", "clipboard"), b"Gr\xfc\xdfe aus dem B\xfcro ?\nzweite Zeile");
    assert_eq!(paste(&shared.there, "text/html", "clipboard"), b"", "nobody copied that");
    assert_eq!(
        shared.reports.lock().unwrap().as_slice(),
        [Report::Arrived { format: Format::Text, items: 1, total: text.len() as u64 }]
    );
}

#[test]
fn html_and_pictures_of_many_parts_arrive_as_they_are() {
    let shared = shared(false);
    let html = format!("<b>{}</b>", "fett ".repeat(200_000));
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    picture.extend((0..9_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8));
    for (target, content) in [("text/html", html.as_bytes()), ("image/png", picture.as_slice())] {
        let _owner = copy(&shared.here, target, "clipboard", content);
        wait_for_target(&shared.there, "clipboard", target);
        assert!(paste(&shared.there, target, "clipboard") == content, "{target}");
    }
}

#[test]
fn what_came_from_the_other_side_is_never_offered_back_and_a_secret_not_at_all() {
    let shared = shared(false);
    let back = shared_back(&shared);
    let _owner = copy(&shared.here, "UTF8_STRING", "clipboard", b"there");
    wait_for_target(&shared.there, "clipboard", "UTF8_STRING");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(back.lock().unwrap().len(), 0, "an echo");
    // A password manager's mark; xclip has one target only, so the mark alone stands for the whole.
    let _secret = copy(&shared.here, "x-kde-passwordManagerHint", "clipboard", b"secret");
    eventually("the offer is taken back", || paste(&shared.there, "TARGETS", "clipboard").is_empty());
}

/// What is told of changes on the far desktop.
fn shared_back(shared: &Shared) -> std::sync::Arc<std::sync::Mutex<Vec<deskside_clip::watch::Copied>>> {
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let tell = told.clone();
    let options = deskside_clip::watch::WatchOptions { primary: false, present: false };
    let watch = deskside_clip::watch::open(
        Some(shared.there.display()),
        options,
        Box::new(move |copied| {
            if !copied.formats.is_empty() {
                tell.lock().unwrap().push(copied);
            }
        }),
    );
    // It watches to the end of the test.
    std::mem::forget(watch.unwrap());
    told
}

#[test]
fn the_primary_selection_passes_only_where_it_is_wanted() {
    for primary in [false, true] {
        let shared = shared(primary);
        let _owner = copy(&shared.here, "UTF8_STRING", "primary", b"marked");
        if primary {
            wait_for_target(&shared.there, "primary", "UTF8_STRING");
            assert_eq!(paste(&shared.there, "UTF8_STRING", "primary"), b"marked");
        } else {
            std::thread::sleep(Duration::from_millis(500));
            assert_eq!(paste(&shared.there, "TARGETS", "primary"), b"");
        }
    }
}

#[test]
fn an_owner_that_dies_is_a_refusal_and_the_next_copy_works() {
    let mut shared = shared(false);
    let owner = copy(&shared.here, "UTF8_STRING", "clipboard", b"gone");
    wait_for_target(&shared.there, "clipboard", "UTF8_STRING");
    drop(owner);
    eventually("the offer is taken back", || paste(&shared.there, "TARGETS", "clipboard").is_empty());
    let _owner = copy(&shared.here, "UTF8_STRING", "clipboard", b"next");
    wait_for_target(&shared.there, "clipboard", "UTF8_STRING");
    assert_eq!(paste(&shared.there, "UTF8_STRING", "clipboard"), b"next");
    shared.pasting.take();
    shared.offering.take();
}

#[test]
fn files_arrive_whole_after_the_network_was_cut_in_the_middle() {
    let shared = shared(false);
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("Ein Ordner");
    std::fs::create_dir(&folder).unwrap();
    let large: Vec<u8> = (0..40_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 23) as u8).collect();
    std::fs::write(folder.join("groß.bin"), &large).unwrap();
    std::fs::write(home.path().join("leer"), b"").unwrap();
    let uri = |path: &std::path::Path| format!("file://{}", path.display()).replace(' ', "%20");
    let uris = format!("{}\r\n{}\r\n", uri(&folder), uri(&home.path().join("leer")));
    let _owner = copy(&shared.here, "text/uri-list", "clipboard", uris.as_bytes());
    wait_for_target(&shared.there, "clipboard", "text/uri-list");
    shared.way.cut_at.store(40, Ordering::SeqCst);
    let pasting = pasting(&shared.there, "text/uri-list");
    eventually("the cut", || shared.way.is_cut.load(Ordering::SeqCst));
    std::thread::sleep(Duration::from_millis(1200));
    let asked = shared.way.asked.load(Ordering::SeqCst);
    shared.way.is_cut.store(false, Ordering::SeqCst);
    let output = pasting.wait_with_output().unwrap().stdout;
    let pieces = large.len().div_ceil(128 * 1024) as u64;
    let all = shared.way.asked.load(Ordering::SeqCst);
    assert!(asked < pieces, "the cut came in the middle: {asked} of {pieces}");
    assert!(all < pieces + 20, "what had come was asked for again: {all} for {pieces}");
    let lines = String::from_utf8(output).unwrap();
    let paths: Vec<String> =
        lines.lines().map(|line| line.trim_start_matches("file://").replace("%20", " ")).collect();
    assert_eq!(paths.len(), 2, "{lines}");
    assert!(std::fs::read(format!("{}/groß.bin", paths[0])).unwrap() == large);
    assert_eq!(std::fs::read(&paths[1]).unwrap(), b"");
    let gnome = String::from_utf8(paste(&shared.there, "x-special/gnome-copied-files", "clipboard")).unwrap();
    assert_eq!(gnome.lines().next(), Some("copy"));
    assert_eq!(gnome.lines().skip(1).collect::<Vec<_>>(), lines.lines().collect::<Vec<_>>());
}

#[test]
fn a_paste_that_is_taken_back_ends_at_once_and_can_be_repeated() {
    let shared = shared(false);
    let text = "x".repeat(3_000_000);
    let _owner = copy(&shared.here, "UTF8_STRING", "clipboard", text.as_bytes());
    wait_for_target(&shared.there, "clipboard", "UTF8_STRING");
    shared.way.is_cut.store(true, Ordering::SeqCst);
    // Of this target xclip does not try another when it is refused.
    let waiting = pasting(&shared.there, "text/plain");
    eventually("a piece", || shared.way.asked.load(Ordering::SeqCst) > 0);
    let begin = Instant::now();
    shared.pasting.as_ref().unwrap().cancel();
    assert_eq!(waiting.wait_with_output().unwrap().stdout, b"");
    assert!(begin.elapsed() < Duration::from_secs(2));
    let failed = Report::Failed { format: Format::Text, why: Failure::Cancelled };
    assert_eq!(shared.reports.lock().unwrap().last(), Some(&failed));
    shared.way.is_cut.store(false, Ordering::SeqCst);
    assert!(paste(&shared.there, "UTF8_STRING", "clipboard") == text.as_bytes());
}

#[test]
fn a_text_that_is_too_long_is_refused() {
    let shared = shared(false);
    let _owner = copy(&shared.here, "UTF8_STRING", "clipboard", &vec![b'x'; (16 << 20) + 1]);
    wait_for_target(&shared.there, "clipboard", "UTF8_STRING");
    assert_eq!(paste(&shared.there, "UTF8_STRING", "clipboard"), b"");
    let failed = Report::Failed { format: Format::Text, why: Failure::Refused(NoPiece::TooLong) };
    assert_eq!(shared.reports.lock().unwrap().last(), Some(&failed));
}

#[test]
fn files_of_a_paste_that_is_taken_back_do_not_stay() {
    let shared = shared(false);
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("large");
    std::fs::write(&file, vec![7; 20_000_000]).unwrap();
    let _owner =
        copy(&shared.here, "text/uri-list", "clipboard", format!("file://{}\n", file.display()).as_bytes());
    wait_for_target(&shared.there, "clipboard", "text/uri-list");
    shared.way.cut_at.store(10, Ordering::SeqCst);
    let waiting = pasting(&shared.there, "text/uri-list");
    eventually("the cut", || shared.way.is_cut.load(Ordering::SeqCst));
    let pasted = shared.folder.path().join("pasted");
    assert_eq!(std::fs::read_dir(&pasted).unwrap().count(), 1);
    shared.pasting.as_ref().unwrap().cancel();
    assert_eq!(waiting.wait_with_output().unwrap().stdout, b"");
    eventually("an empty folder", || std::fs::read_dir(&pasted).unwrap().count() == 0);
}

#[test]
fn what_leaves_is_counted_and_what_is_under_way_can_be_ended_by_whoever_copied_it() {
    let shared = shared(false);
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("large"), vec![7; 60_000_000]).unwrap();
    std::fs::write(home.path().join("empty"), b"").unwrap();
    let text = "x".repeat(300_000);
    {
        let _owner = copy(&shared.here, "UTF8_STRING", "clipboard", text.as_bytes());
        wait_for_target(&shared.there, "clipboard", "UTF8_STRING");
        assert_eq!(paste(&shared.there, "UTF8_STRING", "clipboard").len(), text.len());
    }
    let counted = |format| {
        let given = shared.given.lock().unwrap();
        let of = given.iter().filter(|given| given.format == format);
        of.fold((0, 0), |(begun, bytes), given| (begun + given.begun, bytes + given.bytes))
    };
    assert_eq!(counted(Format::Text), (1, 300_000));
    let last = *shared.given.lock().unwrap().last().unwrap();
    assert_eq!((last.done, last.total), (300_000, 300_000));

    let uri = |name: &str| format!("file://{}\r\n", home.path().join(name).display());
    let uris = uri("empty") + &uri("large");
    let _owner = copy(&shared.here, "text/uri-list", "clipboard", uris.as_bytes());
    wait_for_target(&shared.there, "clipboard", "text/uri-list");
    // Nothing arrives from here on, so that it cannot be over before it is ended.
    shared.way.cut_at.store(shared.way.asked.load(Ordering::SeqCst) + 50, Ordering::SeqCst);
    std::thread::scope(|scope| {
        let pasting = scope.spawn(|| paste(&shared.there, "text/uri-list", "clipboard"));
        eventually("a part of it", || shared.way.is_cut.load(Ordering::SeqCst));
        let (begun, bytes) = counted(Format::Files);
        assert_eq!(begun, 2, "the large one, and the empty one");
        assert!(bytes > 1_000_000 && bytes < 60_000_000, "{bytes}");
        let last = *shared.given.lock().unwrap().last().unwrap();
        assert!(last.total == 60_000_000 && last.done < last.total, "{last:?}");
        shared.offering.as_ref().unwrap().cancel();
        assert_eq!(pasting.join().unwrap(), b"", "whoever pastes gets nothing");
    });
    shared.way.is_cut.store(false, Ordering::SeqCst);
    assert!(paste(&shared.there, "TARGETS", "clipboard").is_empty(), "it is not offered any more");
    let _next = copy(&shared.here, "UTF8_STRING", "clipboard", b"next");
    wait_for_target(&shared.there, "clipboard", "UTF8_STRING");
    assert_eq!(paste(&shared.there, "UTF8_STRING", "clipboard"), b"next");
}
