//! Preference of the threads between the person's hotkey and the desktop. Only ever a wish: everything works without.

/// How much these threads are preferred where the system allows it ("nice" units): the hotkey must not wait for busy
/// programs, and neither must the one event that it has to wait for.
const PREFERENCE: i32 = -11;

/// Asks the system to prefer the calling thread. Ordinary accounts may not; such a thread still wakes early, because it
/// sleeps most of the time.
pub(crate) fn prefer_this_thread() {
    match rustix::process::setpriority_process(Some(rustix::thread::gettid()), PREFERENCE) {
        Ok(()) => tracing::debug!("this thread is preferred"),
        Err(error) => tracing::debug!(%error, "this thread is not preferred"),
    }
}
