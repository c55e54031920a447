//! Children that reach for what is not theirs. Each does so once where nothing holds it,
//! as far as any machine lets it, and once in the sandbox.
//!
//! The files need a kernel with Landlock, and the signals Linux 6.12.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use nix::libc;
use rustix::process::dumpable_behavior;

use super::*;

const REFUSED: &str = "Operation not permitted";
const DENIED: &str = "Permission denied";

fn program(name: &str, flag: &str, script: &str) -> Command {
    let mut command = Command::new(name);
    command
        .args([flag, script])
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}

fn sh(script: &str) -> Command {
    program("sh", "-c", &format!("exec 2>&1; {script}"))
}

/// Tells what became of one system call.
fn call(number: libc::c_long, arguments: &str) -> Command {
    let call = format!("syscall({number}, {arguments})");
    let script = format!("$room = \"\\0\" x 256; print {call} < 0 ? $! : 'done'");
    program("perl", "-e", &script)
}

fn free(mut command: Command) -> String {
    let output = command.env("LC_ALL", "C").output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn held(mut command: Command, view: &View) -> String {
    let (child, _group) = spawn(&mut command, view).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A folder with a file that may be read, one that may be written, and a secret.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        for name in ["input", "output", "secret"] {
            std::fs::write(files.path(name), name).unwrap();
        }
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn reader(&self) -> View {
        View::reading(File::open(self.path("input")).unwrap())
    }

    fn writer(&self) -> View {
        File::create(self.path("output")).unwrap();
        View::writing(&self.path("output")).unwrap()
    }

    /// In that folder, with the input as its standard input.
    fn sh(&self, script: &str) -> Command {
        let mut command = sh(script);
        let input = File::open(self.path("input")).unwrap();
        command.current_dir(self.0.path()).stdin(input);
        command
    }

    /// Name, rights and content of everything.
    fn all(&self) -> Vec<(PathBuf, u32, Vec<u8>)> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut all: Vec<_> = entries
            .map(|entry| {
                let path = entry.unwrap().path();
                let rights = path.symlink_metadata().unwrap().permissions().mode();
                let content = std::fs::read(&path).unwrap_or_default();
                (path, rights, content)
            })
            .collect();
        all.sort();
        all
    }
}

#[test]
fn there_is_no_network() {
    let files = Files::new();
    for (kind, family, sort) in [
        ("TCP", libc::AF_INET, libc::SOCK_STREAM),
        ("UDP", libc::AF_INET, libc::SOCK_DGRAM),
        ("Unix", libc::AF_UNIX, libc::SOCK_STREAM),
        ("netlink", libc::AF_NETLINK, libc::SOCK_RAW),
    ] {
        let script = format!("print socket($s, {family}, {sort}, 0) ? 'made' : $!");
        let socket = || program("perl", "-e", &script);
        assert_eq!(free(socket()), "made", "{kind}");
        assert_eq!(held(socket(), &files.reader()), REFUSED, "{kind}");
        assert_eq!(held(socket(), &files.writer()), REFUSED, "{kind}");
    }
    // What a pair of sockets could be sent to has a name elsewhere.
    let pair = |sort: i32| call(libc::SYS_socketpair, &format!("1, {sort}, 0, $room"));
    let datagrams = libc::SOCK_DGRAM | libc::SOCK_CLOEXEC;
    assert_eq!(free(pair(datagrams)), "done");
    assert_eq!(held(pair(datagrams), &View::default()), REFUSED);
}

#[test]
fn calls_that_reach_out_are_refused() {
    // A sandbox around the test may refuse the others, too.
    for (number, arguments) in [
        (libc::SYS_ptrace, "0, 0, 0, 0"),
        (libc::SYS_prlimit64, "getppid(), 7, 0, 0"),
        (libc::SYS_setpgid, "0, 0"),
        (libc::SYS_setsid, "0"),
    ] {
        assert_eq!(free(call(number, arguments)), "done", "{number}");
        let said = held(call(number, arguments), &View::default());
        assert_eq!(said, REFUSED, "{number}");
    }
    // `CLONE_NEWUSER`, and with `SIGCHLD`.
    let (unshared, cloned) = ("0x10000000", "0x10000011, 0, 0, 0, 0");
    for (number, arguments) in [
        (libc::SYS_sendto, "1, 0, 0, 0, 0, 0"),
        (libc::SYS_sendmsg, "1, 0, 0"),
        (libc::SYS_sendmmsg, "1, 0, 0, 0"),
        (libc::SYS_setsockopt, "1, 1, 2, 0, 0"),
        (libc::SYS_io_uring_setup, "1, $room"),
        (libc::SYS_process_vm_readv, "getppid(), 0, 0, 0, 0, 0"),
        (libc::SYS_unshare, unshared),
        (libc::SYS_clone, cloned),
        (libc::SYS_mount, "0, 0, 0, 0, 0"),
        (libc::SYS_bpf, "0, 0, 0"),
        (libc::SYS_keyctl, "0, 0, 0, 0, 0"),
    ] {
        let said = held(call(number, arguments), &View::default());
        assert_eq!(said, REFUSED, "{number}");
    }
    for number in [libc::SYS_clone3, libc::SYS_openat2] {
        let said = held(call(number, "0, 0, 0, 0"), &View::default());
        assert_eq!(said, "Function not implemented", "{number}");
    }
    let own = held(call(libc::SYS_prlimit64, "0, 7, 0, 0"), &View::default());
    assert_eq!(own, "done");
}

#[cfg(target_arch = "x86_64")]
#[test]
fn calls_under_other_numbers_are_refused() {
    let number = 0x4000_0000 | libc::SYS_getpid;
    assert_ne!(free(call(number, "0")), REFUSED);
    assert_eq!(held(call(number, "0"), &View::default()), REFUSED);
    assert_eq!(held(call(libc::SYS_getpid, "0"), &View::default()), "done");
}

#[test]
fn only_its_own_files_are_read() {
    let files = Files::new();
    let ours = PathBuf::from(format!("/proc/{}/environ", std::process::id()));
    for path in [
        files.path("secret"),
        PathBuf::from("secret"),
        PathBuf::from("/etc/passwd"),
        PathBuf::from("/proc/self/environ"),
        ours,
    ] {
        let script = format!("cat '{}'", path.display());
        assert!(!free(files.sh(&script)).contains(DENIED), "{script}");
        // Whatever it starts is held, too.
        for script in [&script, &format!("sh -c \"{script}\"")] {
            let said = held(files.sh(script), &files.reader());
            assert!(said.trim_end().ends_with(DENIED), "{script}: {said}");
        }
    }
    let list = held(files.sh("ls ."), &files.reader());
    assert!(list.contains(DENIED), "{list}");
    assert_eq!(held(files.sh("cat"), &View::default()), "input");
    let again = "cat /proc/self/fd/0";
    assert_eq!(held(files.sh(again), &files.reader()), "input");
    let said = held(files.sh(again), &View::default());
    assert!(said.contains(DENIED), "{said}");
}

#[test]
fn a_reader_writes_nothing() {
    let files = Files::new();
    let before = files.all();
    let elsewhere = files.path("new");
    for script in [
        "echo x >new",
        &format!("echo x >'{}'", elsewhere.display()),
        "echo x >>input",
        "echo x >>/proc/self/fd/0",
        "echo x >/dev/null",
        "rm input",
        "mv input new",
        "ln input new",
        "ln -s input new",
        "mkdir new",
        "mkfifo new",
        "chmod 777 input",
        "touch input",
    ] {
        let said = held(files.sh(script), &files.reader());
        assert!(said.contains(REFUSED), "{script}: {said}");
        assert_eq!(files.all(), before, "{script}");
    }
}

#[test]
fn a_writer_writes_its_own_file() {
    let files = Files::new();
    let view = files.writer();
    assert!(std::fs::read(files.path("output")).unwrap().is_empty());
    let before = files.all();
    for (script, error) in [
        ("echo x >new", DENIED),
        ("echo x >>input", DENIED),
        ("echo x >>/proc/self/fd/0", DENIED),
        ("cat secret", DENIED),
        ("rm output", REFUSED),
        ("mv output new", REFUSED),
        ("chmod 777 output", REFUSED),
    ] {
        let said = held(files.sh(script), &view);
        assert!(said.contains(error), "{script}: {said}");
        assert_eq!(files.all(), before, "{script}");
    }
    let own = "echo some >output; echo more >>output; cat output; echo x >/dev/null";
    assert_eq!(held(files.sh(own), &view), "some\nmore\n");
}

#[test]
fn stand_ins_write_to_their_scratch() {
    let files = Files::new();
    let view = View {
        scratch: Some(files.0.path().to_owned()),
        ..View::default()
    };
    let said = held(files.sh("echo new >new; cat secret"), &view);
    assert!(said.contains(DENIED), "{said}");
    assert_eq!(std::fs::read(files.path("new")).unwrap(), b"new\n");
}

#[test]
fn nothing_of_our_environment_is_passed_on() {
    let names = || program("perl", "-e", r#"print join("\n", keys %ENV), "\n""#);
    let ours = free(names());
    assert!(ours.contains("CARGO_MANIFEST_DIR\n"), "{ours}");
    let told = held(names(), &View::default());
    let heap = HEAP.map(|(name, _)| name);
    let known = |name| KEPT.contains(&name) || heap.contains(&name);
    assert!(told.lines().all(known), "{told}");
    assert!(told.contains("PATH\n"), "{told}");
}

#[test]
fn others_get_no_signal() {
    let signal = || sh("kill -0 $PPID && echo done");
    assert_eq!(free(signal()), "done\n");
    let said = held(signal(), &View::default());
    assert!(said.contains(REFUSED), "{said}");
    let own = held(sh("sleep 1000 & kill $! && echo done"), &View::default());
    assert_eq!(own, "done\n");
}

/// What the kernel says of how a process or thread is held.
fn walls(of: &str) -> Vec<String> {
    let status = std::fs::read_to_string(format!("/proc/{of}/status")).unwrap();
    let lines = status.lines();
    let walls = lines.filter(|line| line.starts_with("NoNewPrivs") || line.starts_with("Seccomp"));
    walls.map(|line| line.replace('\t', " ")).collect()
}

#[test]
fn the_child_is_held_and_we_are_not() {
    let before = walls("thread-self");
    let mut command = sh("read -r end");
    command.stdin(Stdio::piped());
    let (mut child, _group) = spawn(&mut command, &View::default()).unwrap();
    let theirs = walls(&child.id().to_string());
    for wall in ["NoNewPrivs: 1", "Seccomp: 2"] {
        assert!(theirs.iter().any(|line| line == wall), "{theirs:?}");
    }
    drop(child.stdin.take());
    child.wait().unwrap();
    assert_eq!(walls("thread-self"), before);
    std::net::TcpListener::bind("127.0.0.1:0").unwrap();
}

#[test]
fn a_process_is_closed_to_its_children() {
    close_to_children().unwrap();
    assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    set_dumpable_behavior(DumpableBehavior::Dumpable).unwrap();
}
