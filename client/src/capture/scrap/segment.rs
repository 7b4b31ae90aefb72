//! Narrows the shared memory that the `scrap` crate makes on X11. It makes it accessible to everybody on the machine,
//! who could then watch the screen too.

/// Takes the rights of everybody but the owner from every segment that this process has created.
///
/// # Errors
/// The segments cannot be listed, or one stays open to others.
pub fn narrow_own() -> std::io::Result<()> {
    let list = std::fs::read_to_string("/proc/sysvipc/shm")?;
    for id in open_to_others(&list, std::process::id()) {
        narrow(id)?;
    }
    Ok(())
}

/// Of the kernel's list (key, id, mode in octal, size, creator's process and so on): those of one process that others may use.
fn open_to_others(list: &str, process: u32) -> Vec<i32> {
    let segment = |line: &str| {
        let mut fields = line.split_whitespace().skip(1);
        let id = fields.next()?.parse().ok()?;
        let mode = u32::from_str_radix(fields.next()?, 8).ok()?;
        let creator: u32 = fields.nth(1)?.parse().ok()?;
        (creator == process && mode & 0o077 != 0).then_some(id)
    };
    list.lines().filter_map(segment).collect()
}

fn narrow(id: i32) -> std::io::Result<()> {
    // SAFETY: `shmid_ds` is a plain record of the kernel; it is filled in before it is read, and only its mode is
    // changed. Who is attached already stays attached.
    #[expect(unsafe_code, reason = "the rights of a segment can be changed in no other way")]
    let result = unsafe {
        let mut record: libc::shmid_ds = std::mem::zeroed();
        match libc::shmctl(id, libc::IPC_STAT, &raw mut record) {
            0 => {
                record.shm_perm.mode &= 0o600;
                libc::shmctl(id, libc::IPC_SET, &raw mut record)
            }
            failed => failed,
        }
    };
    if result == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_open_segments_of_the_process_are_listed() {
        let list = "       key      shmid perms                  size  cpid  lpid nattch   uid   gid\n\
                    0          3   777               6291456   500   501      2  1000  1000\n\
                    0          4   600               6291456   500   501      2  1000  1000\n\
                    0          5  1640               6291456   500   501      2  1000  1000\n\
                    0          6   777               6291456   777   501      2  1000  1000\n";
        assert_eq!(open_to_others(list, 500), [3, 5]);
    }
}
