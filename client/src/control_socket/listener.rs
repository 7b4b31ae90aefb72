//! The end of the program that runs: one instance per person, requests as lines.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use deskside_host::private_file::{self, FileError, Lock};
use deskside_words::t;
use thiserror::Error;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};

use super::{Answer, LONGEST_LINE_BYTES, Request};

/// How long a caller may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why this cannot be the one instance.
#[derive(Debug, Error)]
pub enum InstanceError {
    /// Another one runs.
    #[error("Deskside runs already")]
    Running,
    /// A file cannot be made.
    #[error(transparent)]
    File(#[from] FileError),
    /// The socket cannot be made.
    #[error("the control socket {} cannot be made: {source}", path.display())]
    Socket {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// The right to be the one instance of this person; given back when dropped or when the process dies.
#[derive(Debug)]
pub struct Instance {
    _lock: Lock,
    socket: PathBuf,
}

impl Instance {
    /// Takes the right if nobody has it.
    ///
    /// # Errors
    /// [`InstanceError::Running`] where somebody has it.
    pub fn claim(runtime: &Path) -> Result<Self, InstanceError> {
        private_file::create_directory(runtime)?;
        let lock = Lock::attempt(&runtime.join("instance.lock"))?.ok_or(InstanceError::Running)?;
        Ok(Self { _lock: lock, socket: super::path(runtime) })
    }

    /// Opens the socket. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`InstanceError::Socket`].
    pub fn listen(&self) -> Result<UnixListener, InstanceError> {
        let failed = |source| InstanceError::Socket { path: self.socket.clone(), source };
        // A socket left by a process that died: the lock proves that nobody listens there.
        match fs::remove_file(&self.socket) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            Ok(()) | Err(_) => {}
        }
        let listener = UnixListener::bind(&self.socket).map_err(failed)?;
        fs::set_permissions(&self.socket, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        Ok(listener)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.socket);
    }
}

/// A request with the place for its answer.
#[derive(Debug)]
pub struct Incoming {
    /// What is wanted.
    pub request: Request,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Answer>,
}

/// Takes requests for ever and hands them to `requests`; ends when nobody receives them any more.
pub async fn serve(listener: UnixListener, requests: mpsc::Sender<Incoming>) {
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted.map(|(stream, _)| stream),
            () = requests.closed() => return,
        };
        match stream {
            Ok(stream) if is_same_person(&stream) => {
                let requests = requests.clone();
                tokio::spawn(async move {
                    let talk = talk(stream, requests);
                    if let Ok(Err(error)) = tokio::time::timeout(PATIENCE, talk).await {
                        tracing::debug!(%error, "a caller of the control socket went away");
                    }
                });
            }
            Ok(_) => tracing::warn!("another account tried the control socket"),
            Err(error) => {
                tracing::warn!(%error, "the control socket failed");
                return;
            }
        }
    }
}

fn is_same_person(stream: &UnixStream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream.peer_cred().is_ok_and(|peer| peer.uid() == own)
}

async fn talk(stream: UnixStream, requests: mpsc::Sender<Incoming>) -> io::Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut line = String::new();
    BufReader::new(reading.take(LONGEST_LINE_BYTES as u64)).read_line(&mut line).await?;
    let answer = match line.trim_end_matches('\n').parse() {
        Ok(request) => {
            let (answer, answered) = oneshot::channel();
            let ended = || Answer::Failed { reason: t!("client-is-ending").to_owned() };
            match requests.send(Incoming { request, answer }).await {
                Ok(()) => answered.await.unwrap_or_else(|_| ended()),
                Err(_) => ended(),
            }
        }
        Err(error) => Answer::Failed { reason: format!("{error}") },
    };
    let mut text = serde_json::to_string(&answer)?;
    text.push('\n');
    writing.write_all(text.as_bytes()).await
}
