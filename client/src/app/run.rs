//! The running program: puts controller, network, desktop and surface together, and waits for the end.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use thiserror::Error;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

use super::shell::{Shell, Sources};
use super::{CommandSender, UserCommand, ViewPublisher, words};
use crate::consent::TerminalLines;
use crate::control_socket::{Instance, InstanceError};
use crate::physical::PhysicalWatch;
use crate::pipeline::CpuLimit;
use crate::profile::Profile;
use crate::terminal::Terminal;
use crate::windows::{self, Confirm, Start, Surroundings, WindowError};

/// How long the last messages and files may take at the end.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// Why the program cannot run.
#[derive(Debug, Error)]
pub enum RunError {
    /// The system gives no threads.
    #[error("Deskside cannot start: {0}")]
    System(#[from] io::Error),
    /// The control socket cannot be made.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// There are no windows.
    #[error(transparent)]
    Window(#[from] WindowError),
}

/// What every surface stands on.
struct Running {
    runtime: Runtime,
    view: ViewPublisher,
    commands: CommandSender,
    confirm: Confirm,
    watch: Option<Arc<dyn PhysicalWatch>>,
    shell: JoinHandle<()>,
    instance: Instance,
}

fn start(
    profile: Profile,
    instance: Instance,
    terminal: bool,
    cpu_limit: Option<CpuLimit>,
) -> Result<Running, RunError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (commands, received) = CommandSender::channel();
    let inside = runtime.enter();
    let socket = instance.listen()?;
    let (requests_in, requests) = tokio::sync::mpsc::channel(8);
    runtime.spawn(crate::control_socket::serve(socket, requests_in));
    let sources = Sources { commands: received, requests, terminal, cpu_limit };
    let shell = Shell::new(Arc::new(profile), sources)?;
    let (view, confirm, watch) = (shell.publisher(), shell.confirm(), shell.watch());
    for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
        let (mut signal, commands) = (signal(kind)?, commands.clone());
        runtime.spawn(async move {
            while signal.recv().await.is_some() {
                commands.send(UserCommand::Quit);
            }
        });
    }
    let shell = runtime.spawn(shell.run());
    drop(inside);
    Ok(Running { runtime, view, commands, confirm, watch, shell, instance })
}

impl Running {
    /// Ends everything that is not ended yet, and waits for the last messages.
    fn finish(self) {
        self.commands.send(UserCommand::Quit);
        let _ = self.runtime.block_on(async { tokio::time::timeout(LAST_WAIT, self.shell).await });
        self.runtime.shutdown_timeout(LAST_WAIT);
        drop(self.instance);
    }
}

/// Asks and answers on the terminal until the end; `cpu_limit` goes before that of the settings.
///
/// # Errors
/// [`RunError`].
pub fn on_terminal(
    profile: Profile,
    instance: Instance,
    cpu_limit: Option<CpuLimit>,
) -> Result<(), RunError> {
    let running = start(profile, instance, true, cpu_limit)?;
    let lines = TerminalLines::of_standard_input(running.watch.clone())?;
    let terminal = Terminal::open(running.view.clone(), running.commands.clone());
    // Never joined: a blocked read of standard input ends with the program.
    thread::Builder::new().name("terminal".into()).spawn(move || terminal.read(&lines))?;
    running.runtime.block_on(running.commands.closed());
    running.finish();
    Ok(())
}

/// Shows tray icon and windows until the end; to be called on the program's first thread. `ready` is called once the
/// program can be reached.
///
/// # Errors
/// [`RunError`].
pub fn in_windows(
    profile: Profile,
    instance: Instance,
    cpu_limit: Option<CpuLimit>,
    ready: impl FnOnce(),
) -> Result<(), RunError> {
    let running = start(profile, instance, false, cpu_limit)?;
    let inside = running.runtime.enter();
    let tray = crate::tray::start(&running.view, running.commands.clone());
    drop(inside);
    ready();
    let surroundings = Surroundings {
        publisher: running.view.clone(),
        commands: running.commands.clone(),
        confirm: running.confirm.clone(),
        tray,
        local_offset: words::learn_local_time(),
        start: Start::Shown,
    };
    let shown = windows::run(surroundings);
    running.finish();
    Ok(shown?)
}
