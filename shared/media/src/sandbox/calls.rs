//! The system calls that a child may not make, as seccomp filters.
//!
//! They name what is refused, not what is allowed: what ffmpeg and its hundred libraries
//! call differs between versions and processors, and a call that an allowing list forgot
//! would break files in ways that no test of ours sees. Refused is what reaches out of
//! the process: to the network, to other processes, to the kernel's own settings, to the
//! names and rights of files. Calls by way of another architecture (32 bits, x32) are
//! refused as a whole, since their numbers differ.

use std::collections::BTreeMap;

use nix::libc::{self, c_int, c_long};
use rustix::process::Pid;
use seccompiler::{
    BackendError, BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp,
    SeccompCondition, SeccompFilter, SeccompRule, TargetArch, apply_filter,
};

/// Calls that were added to all architectures under one number, and have no name in libc
/// on each.
const FCHMODAT2: c_long = 452;
const SETXATTRAT: c_long = 463;
const REMOVEXATTRAT: c_long = 466;
const OPEN_TREE_ATTR: c_long = 467;
const FILE_SETATTR: c_long = 469;

/// Sockets, what can be done by the one that is a child's output beside writing to it (open
/// files can be sent along a message), and what opens files and sockets by itself.
const NETWORK: &[c_long] = &[
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_sendmmsg,
    libc::SYS_setsockopt,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
];

/// Other processes, what is shared with them without a file, and leaving those that end
/// together.
const PROCESSES: &[c_long] = &[
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_setsid,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_perf_event_open,
    libc::SYS_shmget,
    libc::SYS_semget,
    libc::SYS_msgget,
    libc::SYS_mq_open,
];

/// The machine, its mounts and namespaces, and parts of the kernel that flaws were often
/// found in.
const MACHINE: &[c_long] = &[
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_move_mount,
    libc::SYS_mount_setattr,
    libc::SYS_open_tree,
    OPEN_TREE_ATTR,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_bpf,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_fanotify_init,
    libc::SYS_open_by_handle_at,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
];

/// Names, rights and attributes of files: Landlock sees names alone.
const FILES: &[c_long] = &[
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    FCHMODAT2,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    SETXATTRAT,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    REMOVEXATTRAT,
    FILE_SETATTR,
    libc::SYS_utimensat,
    libc::SYS_truncate,
    libc::SYS_unlinkat,
    libc::SYS_renameat2,
    libc::SYS_linkat,
    libc::SYS_symlinkat,
    libc::SYS_mkdirat,
    libc::SYS_mknodat,
];

/// The same by its older calls, which newer architectures have not.
#[cfg(target_arch = "x86_64")]
const OLD: &[c_long] = &[
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_futimesat,
    libc::SYS_unlink,
    libc::SYS_rename,
    libc::SYS_renameat,
    libc::SYS_link,
    libc::SYS_symlink,
    libc::SYS_mkdir,
    libc::SYS_rmdir,
    libc::SYS_mknod,
    libc::SYS_iopl,
    libc::SYS_ioperm,
    libc::SYS_modify_ldt,
];
/// `renameat`, the only one of them here, and without a name in libc.
#[cfg(target_arch = "aarch64")]
const OLD: &[c_long] = &[38];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const OLD: &[c_long] = &[];

/// Their flags lie in memory, where a filter does not see them. Whoever is told that a
/// kernel has them not makes do with the older `clone` and `openat`.
const UNSEEN: &[c_long] = &[libc::SYS_clone3, libc::SYS_openat2];

/// Flags of `clone` that make a namespace.
const NAMESPACES: [c_int; 7] = [
    libc::CLONE_NEWNS,
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
];
/// Flags of `open` that change something.
const CHANGES: [c_int; 4] = [libc::O_WRONLY, libc::O_RDWR, libc::O_CREAT, libc::O_TRUNC];

/// What is refused: a call, or a call where one of these rules fits its arguments.
type Refused = BTreeMap<c_long, Vec<SeccompRule>>;

/// Takes from this thread, and from what it starts, what reaches out of it or of `group`,
/// and writing to files that it opens itself unless it `writes`.
pub(super) fn confine(writes: bool, group: Pid) -> Result<(), Error> {
    for program in programs(writes, group)? {
        apply_filter(&program)?;
    }
    Ok(())
}

fn programs(writes: bool, group: Pid) -> Result<Vec<BpfProgram>, BackendError> {
    let unseen = UNSEEN.iter().map(|call| (*call, Vec::new())).collect();
    let mut programs = vec![
        program(refused(writes, group)?, libc::EPERM)?,
        program(unseen, libc::ENOSYS)?,
    ];
    programs.extend(x32());
    Ok(programs)
}

fn program(refused: Refused, error: c_int) -> Result<BpfProgram, BackendError> {
    SeccompFilter::new(
        refused,
        SeccompAction::Allow,
        SeccompAction::Errno(error.cast_unsigned()),
        TargetArch::try_from(std::env::consts::ARCH)?,
    )?
    .try_into()
}

fn refused(writes: bool, group: Pid) -> Result<Refused, BackendError> {
    use SeccompCmpOp::Ne;

    let all = [NETWORK, PROCESSES, MACHINE, FILES, OLD].concat();
    let mut refused: Refused = all.into_iter().map(|call| (call, Vec::new())).collect();
    refused.insert(libc::SYS_clone, any_of(0, &NAMESPACES)?);
    // Its own limits may be looked at and lowered, ours not.
    refused.insert(libc::SYS_prlimit64, vec![rule(0, Ne, 0)?]);
    // It joins its group as it is started, by that very call, and makes none.
    refused.insert(
        libc::SYS_setpgid,
        vec![rule(0, Ne, 0)?, rule(1, Ne, group.as_raw_pid())?],
    );
    // By such a pair the standard library learns how exec went. It leads nowhere else.
    let pair = libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC;
    refused.insert(
        libc::SYS_socketpair,
        vec![rule(0, Ne, libc::AF_UNIX)?, rule(1, Ne, pair)?],
    );
    if !writes {
        refused.insert(libc::SYS_openat, any_of(2, &CHANGES)?);
        #[cfg(target_arch = "x86_64")]
        {
            refused.insert(libc::SYS_open, any_of(1, &CHANGES)?);
            refused.insert(libc::SYS_creat, Vec::new());
        }
    }
    Ok(refused)
}

/// Rules of which one fits where an argument has any of these flags.
fn any_of(argument: u8, flags: &[c_int]) -> Result<Vec<SeccompRule>, BackendError> {
    let has = |flag: &c_int| {
        let mask = u64::from(flag.cast_unsigned());
        rule(argument, SeccompCmpOp::MaskedEq(mask), *flag)
    };
    flags.iter().map(has).collect()
}

/// A rule for the lower half of one argument: no more of an `int` is looked at.
fn rule(argument: u8, is: SeccompCmpOp, value: c_int) -> Result<SeccompRule, BackendError> {
    let value = u64::from(value.cast_unsigned());
    let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, is, value)?;
    SeccompRule::new(vec![condition])
}

/// Refuses every call of the x32 ABI: it has the name of the 64-bit architecture, and
/// numbers of its own above this bit.
#[cfg(target_arch = "x86_64")]
fn x32() -> Vec<BpfProgram> {
    use nix::libc::{BPF_ABS, BPF_JGE, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W};
    use seccompiler::sock_filter;

    const BIT: u32 = 0x4000_0000;
    let step = |code: u32, k: u32, jf: u8| sock_filter {
        code: code as u16,
        jt: 0,
        jf,
        k,
    };
    let refuse = SeccompAction::Errno(libc::EPERM.cast_unsigned());
    vec![vec![
        // The number of the call is the first that a filter is told.
        step(BPF_LD | BPF_W | BPF_ABS, 0, 0),
        step(BPF_JMP | BPF_JGE | BPF_K, BIT, 1),
        step(BPF_RET | BPF_K, refuse.into(), 0),
        step(BPF_RET | BPF_K, SeccompAction::Allow.into(), 0),
    ]]
}

#[cfg(not(target_arch = "x86_64"))]
fn x32() -> Vec<BpfProgram> {
    Vec::new()
}
