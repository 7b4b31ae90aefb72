//! A whole content out of its pieces: asked for again where one is lost, so that a cut network goes on where it stopped.
//! What the far side says about lengths is believed only as far as it keeps to it.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use deskside_proto::ids::OfferId;
use deskside_proto::wire::clipboard::{Format, NoPiece, Piece, PieceRequest};
use deskside_proto::wire::files::{EntryKind, FileList};
use tokio::task::spawn_blocking;

use super::super::files::uri_of_path;
use super::super::{Failure, Fetch, Fetched, Miss, Report};

/// A paste that is done sooner is not worth showing.
const MOMENT: Duration = Duration::from_millis(700);
/// How often progress is told.
const PROGRESS_EVERY: Duration = Duration::from_millis(250);
/// How often a lost piece is asked for again, and how long after it was lost.
const TRIES: u32 = 6;
const PAUSE: Duration = Duration::from_millis(500);
/// How long pasted files are kept; whoever pasted them has copied them by then.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// A content that has come.
pub(super) struct Pasted {
    /// What programs are given.
    pub(super) content: Bytes,
    /// So many files; 1 for what is no file.
    pub(super) items: u32,
    /// The length of all of it. Units: bytes.
    pub(super) total: u64,
}

/// A content that is being fetched.
pub(super) struct Whole {
    fetch: Arc<dyn Fetch>,
    tell: Arc<dyn Fn(Report) + Send + Sync>,
    offer: OfferId,
    format: Format,
    next_report: Instant,
}

impl Whole {
    pub(super) fn new(
        fetch: Arc<dyn Fetch>,
        tell: Arc<dyn Fn(Report) + Send + Sync>,
        offer: OfferId,
        format: Format,
    ) -> Self {
        Self { fetch, tell, offer, format, next_report: Instant::now() + MOMENT }
    }

    /// A content that fits into memory.
    pub(super) async fn content(mut self) -> Result<Pasted, Failure> {
        let content = self.gather().await?;
        let total = content.len() as u64;
        Ok(Pasted { content: content.into(), items: 1, total })
    }

    async fn gather(&mut self) -> Result<Vec<u8>, Failure> {
        let (total, first) = self.piece(0, 0).await?;
        if total > self.format.limit() {
            return Err(Failure::Refused(NoPiece::TooLong));
        }
        let mut content = first.to_vec();
        while (content.len() as u64) < total {
            let more = self.pieces(0, content.len() as u64, total).await?;
            more.iter().for_each(|piece| content.extend_from_slice(piece));
            self.progress(content.len() as u64, total);
        }
        Ok(content)
    }

    /// Files, written below `folder`; the content is then the list of their URIs, and the length that of all files.
    pub(super) async fn files(mut self, folder: Option<&Path>) -> Result<Pasted, Failure> {
        let folder = folder.ok_or(Failure::NotWritten)?;
        let list = FileList::decode(&self.gather().await?).map_err(|_| Failure::Wrong)?;
        let place = new_folder(folder.to_owned()).await?;
        let unfinished = Unfinished(Some(place.clone()));
        let total = list.total_bytes();
        let mut done = 0;
        for (number, entry) in (1_u32..).zip(list.entries()) {
            // INVARIANT: a relative path has no way up and nothing absolute, so this lies below `place`.
            let path = entry.path.names().fold(place.clone(), |path, name| path.join(name));
            match entry.kind {
                EntryKind::Folder => on_disk(move || private_folder(&path)).await?,
                EntryKind::File => {
                    let mut file =
                        on_disk(move || File::options().write(true).create_new(true).mode(0o600).open(&path))
                            .await?;
                    let mut offset = 0;
                    while offset < entry.bytes {
                        let pieces = self.pieces(number, offset, entry.bytes).await?;
                        let length: usize = pieces.iter().map(Bytes::len).sum();
                        file = on_disk(move || {
                            pieces.iter().try_for_each(|piece| file.write_all(piece)).map(|()| file)
                        })
                        .await?;
                        offset += length as u64;
                        self.progress(done + offset, total);
                    }
                }
            }
            done += entry.bytes;
        }
        unfinished.keep();
        let items = list.entries().iter().filter(|entry| entry.kind == EntryKind::File).count();
        let items = u32::try_from(items).unwrap_or(u32::MAX);
        let top = list.entries().iter().filter(|entry| entry.path.parent().is_none());
        let lines = top.map(|entry| format!("{}\r\n", uri_of_path(&place.join(entry.path.as_str()))));
        Ok(Pasted { content: lines.collect::<String>().into_bytes().into(), items, total })
    }

    /// The next one or two pieces from `offset` on, of a content of `total` bytes.
    async fn pieces(&self, item: u32, offset: u64, total: u64) -> Result<Vec<Bytes>, Failure> {
        let second = offset + u64::from(PieceRequest::MAX_LENGTH);
        let fetched = if second < total {
            let (first, second) = tokio::try_join!(self.piece(item, offset), self.piece(item, second))?;
            vec![first, second]
        } else {
            vec![self.piece(item, offset).await?]
        };
        let mut pieces = Vec::with_capacity(2);
        for (said, bytes) in fetched {
            // Another length than before, or nothing where something must be.
            if said != total || bytes.is_empty() {
                return Err(Failure::Wrong);
            }
            pieces.push(bytes);
        }
        Ok(pieces)
    }

    async fn piece(&self, item: u32, offset: u64) -> Result<Fetched, Failure> {
        let (offer, format) = (self.offer, self.format);
        let piece = Piece { offer, format, item, offset, length: PieceRequest::MAX_LENGTH };
        for _ in 0..TRIES {
            match self.fetch.fetch(piece).await {
                Ok((total, bytes)) => {
                    let expected = total.saturating_sub(offset).min(u64::from(piece.length));
                    return if bytes.len() as u64 == expected {
                        Ok((total, bytes))
                    } else {
                        Err(Failure::Wrong)
                    };
                }
                Err(Miss::Refused(why)) => return Err(Failure::Refused(why)),
                Err(Miss::Over) => return Err(Failure::Lost),
                Err(Miss::Again) => tokio::time::sleep(PAUSE).await,
            }
        }
        Err(Failure::Lost)
    }

    fn progress(&mut self, done: u64, total: u64) {
        let now = Instant::now();
        if now >= self.next_report {
            self.next_report = now + PROGRESS_EVERY;
            (self.tell)(Report::Underway { format: self.format, done, total });
        }
    }
}

/// A folder whose files are not all there: it goes when the paste ends that way, also when it is taken back.
struct Unfinished(Option<PathBuf>);

impl Unfinished {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(folder) = self.0.take() {
            // Whoever drops it must not wait for a disk.
            std::thread::spawn(move || fs::remove_dir_all(folder));
        }
    }
}

/// Removes what was pasted longer ago than a program takes to copy it to where it belongs.
pub(super) fn tidy(folder: &Path) {
    let is_old = |entry: &fs::DirEntry| {
        let age = entry.metadata().and_then(|metadata| metadata.modified()).ok()?.elapsed().ok()?;
        Some(age > KEPT)
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.parse::<u32>().is_ok());
        if is_ours && is_old(&entry) == Some(true) && fs::remove_dir_all(entry.path()).is_err() {
            tracing::debug!("an old pasted folder was not removed");
        }
    }
}

/// A new, empty, private folder.
async fn new_folder(inside: PathBuf) -> Result<PathBuf, Failure> {
    on_disk(move || {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&inside)?;
        for number in 1..100_000 {
            let folder = inside.join(number.to_string());
            match private_folder(&folder) {
                Ok(()) => return Ok(folder),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(std::io::ErrorKind::AlreadyExists.into())
    })
    .await
}

fn private_folder(path: &Path) -> std::io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(path)
}

async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    match spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => {
            // Without the path, which is a file's name.
            tracing::warn!(kind = %error.kind(), "a pasted file was not written");
            Err(Failure::NotWritten)
        }
        Err(_) => Err(Failure::NotWritten),
    }
}
