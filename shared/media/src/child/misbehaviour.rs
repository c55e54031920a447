//! Children that misbehave, one in each way: each is ended within a bound, with a
//! sentence, and leaves nothing behind.

use std::time::Instant;

use nix::libc;

use super::*;
use crate::limits::running_processes;

/// A user that has nothing, and is not root, which no limit of processes holds.
const NOBODY: u32 = 65534;
/// Nothing here waits this long unless a limit does not hold.
const SOON: Duration = Duration::from_secs(30);

/// A shell that runs `script` once it is let go, when its limits are set.
fn held(script: &str, allowance: Allowance) -> (Running, Input) {
    held_in(View::default(), script, allowance)
}

/// One that reaches more than the system's files.
fn held_in(view: View, script: &str, allowance: Allowance) -> (Running, Input) {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("read -r go; {script}")])
        .stdin(Stdio::piped());
    let tools = Tools::discover().unwrap();
    let mut running = Running::start(command, &tools, allowance, view).unwrap();
    let input = running.input().unwrap();
    (running, input)
}

/// Lets it go, and waits for its end.
fn ended(script: &str, allowance: Allowance) -> Result<Ended, MediaError> {
    ended_in(View::default(), script, allowance)
}

fn ended_in(view: View, script: &str, allowance: Allowance) -> Result<Ended, MediaError> {
    let (running, mut input) = held_in(view, script, allowance);
    input.write_all(b"go\n").unwrap();
    running.end_within(SOON)
}

/// What proc(5) tells of a process that still runs: its name, and the fields behind it from
/// its state on. Whom nobody waited for yet has ended all the same.
fn runs(process: &Path) -> Option<(String, Vec<String>)> {
    // Gone meanwhile, or no process.
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    let (name, fields) = stat.rsplit_once(") ")?;
    let fields: Vec<String> = fields.split(' ').map(str::to_owned).collect();
    let ended = ["Z", "X"].contains(&&*fields[0]);
    (!ended).then(|| (name.to_owned(), fields))
}

/// Processes of a group that still run: name and state.
fn alive(group: Pid) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let running = entries.filter_map(|entry| runs(&entry.path()));
    let group = group.as_raw_pid().to_string();
    let of_it = running.filter(|(_, fields)| fields[2] == group);
    of_it
        .map(|(name, fields)| format!("{name}) {}", fields[0]))
        .collect()
}

fn assert_all_end(group: Pid) {
    assert_soon(|| alive(group).is_empty(), || format!("{:?}", alive(group)));
}

fn assert_soon(ended: impl Fn() -> bool, left: impl Fn() -> String) {
    let began = Instant::now();
    while !ended() {
        assert!(began.elapsed() < SOON, "left over: {}", left());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn one_that_wants_all_memory_is_refused_it() {
    let allowance = Allowance {
        memory_bytes: 1 << 30,
        ..Allowance::PROBE
    };
    // Asked for at once, and never touched.
    let greedy = "exec dd if=/dev/null bs=2G";
    let ended = ended(greedy, allowance).unwrap();
    assert!(!ended.well());
    let cause = cause(&ended.words);
    assert!(cause.contains("memory"), "{cause}");
}

#[test]
fn one_that_computes_for_ever_is_ended() {
    let allowance = Allowance {
        processor_seconds: 1,
        ..Allowance::PROBE
    };
    let error = ended("while :; do :; done", allowance).err().unwrap();
    assert_eq!(
        error.to_string(),
        "the file takes too much to decode: more than 1 s of processor time"
    );
    assert!(error.is_callers_fault());
}

#[test]
fn one_that_fills_the_disk_is_ended() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("much");
    let allowance = Allowance {
        file_bytes: 1 << 16,
        ..Allowance::PROBE
    };
    let script = format!("exec cat /dev/zero >'{}'", file.display());
    std::fs::File::create(&file).unwrap();
    let view = View::writing(&file).unwrap();
    let error = ended_in(view, &script, allowance).err().unwrap();
    assert_eq!(
        error.to_string(),
        "the file takes too much to decode: a file of more than 65536 bytes"
    );
    assert_eq!(file.metadata().unwrap().len(), 1 << 16);
}

/// Soft and hard limit that a child is held to, by the name that proc(5) has for it.
fn limit(running: &Running, name: &str) -> [u64; 2] {
    let pid = pid_of(&running.child).unwrap().as_raw_nonzero();
    let limits = Path::new("/proc").join(pid.to_string()).join("limits");
    let limits = std::fs::read_to_string(limits).unwrap();
    let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
    let mut values = line[name.len()..].split_whitespace();
    [(); 2].map(|()| values.next().unwrap().parse().unwrap())
}

#[test]
fn one_that_starts_more_than_it_may_is_refused_them() {
    // The limit holds for no root: who is one gives that up first. As many as it is told,
    // unless it is refused one before.
    let starts = format!(
        "exec perl -MPOSIX= -e '$< or POSIX::setuid({NOBODY}) or die $!; \
         while ($n < $ARGV[0] && defined($child = fork)) \
         {{ if (!$child) {{ sleep 1000; exit }} $n++ }} \
         $| = 1; printf \"%08d %-40.40s\\n\", $n, $!; sleep 1000' \"$go\""
    );
    let allowance = Allowance {
        more_processes: 16,
        ..Allowance::PROBE
    };
    let (mut running, mut input) = held(&starts, allowance);
    let group = running.group.id();
    let [permitted, _] = limit(&running, "Max processes");
    assert!(
        permitted < 10_000,
        "{permitted}: the machine itself would run out"
    );
    input
        .write_all(format!("{permitted}\n").as_bytes())
        .unwrap();
    let mut told = [0; 50];
    running.output().unwrap().fill(&mut told).unwrap();
    let (begun, cause) = std::str::from_utf8(&told).unwrap().split_once(' ').unwrap();
    assert_eq!(cause.trim(), "Resource temporarily unavailable", "{begun}");
    let begun: usize = begun.parse().unwrap();
    assert!(begun > 0, "none of {permitted}");
    assert!(alive(group).len() > begun, "{:?}", alive(group));
    drop(running);
    assert_all_end(group);
}

#[test]
fn one_that_starts_others_takes_them_with_it() {
    let many = "n=0; while [ $n -lt 64 ]; do sleep 1000 & n=$((n+1)); done; echo begun; wait";
    let (mut running, mut input) = held(many, Allowance::PROBE);
    let group = running.group.id();
    input.write_all(b"go\n").unwrap();
    let mut begun = [0; 6];
    running.output().unwrap().fill(&mut begun).unwrap();
    assert_eq!(&begun, b"begun\n");
    assert!(alive(group).len() > 32);
    drop(running);
    assert_all_end(group);
}

#[test]
fn what_one_leaves_behind_ends_with_it() {
    let (running, mut input) = held("sleep 1000 & echo done", Allowance::PROBE);
    let group = running.group.id();
    input.write_all(b"go\n").unwrap();
    assert!(running.end_within(SOON).unwrap().well());
    assert_all_end(group);
}

#[test]
fn one_that_hides_another_takes_it_along() {
    // Out of its session, out of its group, and out of its parent's sight, as far as it is
    // let; then it tells its number.
    let hides = format!(
        "(perl -e 'syscall({setsid}); syscall({setpgid}, 0, 0); syscall({setpgid}, $$ + 0, $$ + 0); \
         $| = 1; printf \"%09d\\n\", $$; sleep 1000' &) ; read -r end",
        setsid = libc::SYS_setsid,
        setpgid = libc::SYS_setpgid,
    );
    for dropped in [false, true] {
        let (mut running, mut input) = held(&hides, Allowance::PROBE);
        input.write_all(b"go\n").unwrap();
        let mut hidden = [0; 10];
        running.output().unwrap().fill(&mut hidden).unwrap();
        let hidden: u32 = std::str::from_utf8(&hidden)
            .unwrap()
            .trim()
            .parse()
            .unwrap();
        let hidden = Path::new("/proc").join(hidden.to_string());
        assert!(runs(&hidden).is_some());
        let began = Instant::now();
        if dropped {
            drop(running);
        } else {
            input.write_all(b"end\n").unwrap();
            assert!(running.end_within(SOON).unwrap().well());
        }
        assert!(began.elapsed() < SOON / 2, "it was waited for");
        let ended = || runs(&hidden).is_none();
        assert_soon(ended, || format!("{}", hidden.display()));
    }
}

#[test]
fn one_that_crashes_is_told_of() {
    let error = ended("kill -SEGV $$", Allowance::PROBE).err().unwrap();
    assert!(error.to_string().contains("crashed (signal 11)"), "{error}");
    assert!(error.is_callers_fault());
    let error = ended("kill -KILL $$", Allowance::PROBE).err().unwrap();
    assert!(matches!(error, MediaError::Killed(9)), "{error}");
    assert!(!error.is_callers_fault());
}

#[test]
fn every_limit_is_in_force() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let memory = Allowance::memory_of(4 << 30);
    for allowance in [
        Allowance::DECODER.within(memory),
        Allowance::encoder(file.path()),
    ] {
        assert_in_force(allowance);
    }
}

fn assert_in_force(allowance: Allowance) {
    let (running, _input) = held("exit", allowance);
    // Others come and go meanwhile.
    let processes = running_processes() + 2 * allowance.more_processes;
    let Allowance {
        memory_bytes,
        processor_seconds,
        file_bytes,
        ..
    } = allowance;
    for (name, most) in [
        ("Max address space", memory_bytes),
        ("Max cpu time", processor_seconds),
        ("Max file size", file_bytes),
        ("Max processes", processes),
        ("Max core file size", 0),
    ] {
        let [soft, hard] = limit(&running, name);
        assert!(soft == hard && hard <= most, "{name}: {soft} {hard}");
    }
    assert!(limit(&running, "Max processes")[0] > 0);
}
