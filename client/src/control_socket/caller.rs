//! The end of the second `deskside`: says one thing and reads one answer.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use thiserror::Error;

use super::{Answer, LONGEST_LINE_BYTES, Request};

/// How long the running program may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why the running program did not answer.
#[derive(Debug, Error)]
pub enum CallError {
    /// None runs.
    #[error("Deskside is not running")]
    NotRunning,
    /// It runs but does not answer sensibly.
    #[error("the Deskside that runs does not answer: {0}")]
    NoAnswer(#[from] io::Error),
    /// Its answer cannot be read.
    #[error("the answer of the Deskside that runs cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

/// Sends `request` to the program that runs.
///
/// # Errors
/// [`CallError`]; [`CallError::NotRunning`] where none runs.
pub fn call(runtime: &Path, request: Request) -> Result<Answer, CallError> {
    let mut stream = UnixStream::connect(super::path(runtime)).map_err(|error| {
        let nobody = [io::ErrorKind::NotFound, io::ErrorKind::ConnectionRefused];
        if nobody.contains(&error.kind()) { CallError::NotRunning } else { CallError::NoAnswer(error) }
    })?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(format!("{}\n", request.word()).as_bytes())?;
    let mut line = String::new();
    BufReader::new(stream.take(LONGEST_LINE_BYTES as u64)).read_line(&mut line)?;
    Ok(serde_json::from_str(&line)?)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tokio::sync::mpsc;

    use super::super::{Instance, InstanceError, Status, serve};
    use super::*;

    #[tokio::test]
    async fn a_request_reaches_the_running_program_and_its_answer_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let runtime = folder.path().to_owned();
        let instance = Instance::claim(&runtime).unwrap();
        let listener = instance.listen().unwrap();
        let mode = std::fs::metadata(super::super::path(&runtime)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let (sender, mut receiver) = mpsc::channel(1);
        tokio::spawn(serve(listener, sender));
        let status = Status {
            process: 7,
            terminal: true,
            port: Some(47470),
            open_tickets: 1,
            sessions: 0,
            controlled: false,
        };
        let expected = Answer::Status(status);
        let call = tokio::task::spawn_blocking(move || call(&runtime, Request::Status).unwrap());
        let incoming = receiver.recv().await.unwrap();
        assert_eq!(incoming.request, Request::Status);
        incoming.answer.send(expected.clone()).unwrap();
        assert_eq!(call.await.unwrap(), expected);
    }

    #[test]
    fn without_a_running_program_the_caller_hears_that() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(call(folder.path(), Request::ShowWindow), Err(CallError::NotRunning)));
    }

    #[tokio::test]
    async fn only_one_instance_runs_and_a_dead_one_leaves_the_way_free() {
        let folder = tempfile::tempdir().unwrap();
        let first = Instance::claim(folder.path()).unwrap();
        let listener = first.listen().unwrap();
        assert!(matches!(Instance::claim(folder.path()), Err(InstanceError::Running)));
        // As if the process had died: the lock is freed by the system, the socket file stays.
        std::fs::hard_link(super::super::path(folder.path()), folder.path().join("kept")).unwrap();
        drop((first, listener));
        std::fs::rename(folder.path().join("kept"), super::super::path(folder.path())).unwrap();
        assert!(matches!(call(folder.path(), Request::Status), Err(CallError::NotRunning)));
        Instance::claim(folder.path()).unwrap().listen().unwrap();
    }
}
