use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::*;

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

fn running(script: &str, patience: Duration) -> (Running, Arc<AtomicBool>) {
    let stop = Arc::new(AtomicBool::new(false));
    let tools = Tools::discover().unwrap().stopped_by(Arc::clone(&stop));
    let mut running =
        Running::start(shell(script), &tools, Allowance::PROBE, View::default()).unwrap();
    running.wait = running.wait.with_patience(patience);
    (running, stop)
}

#[test]
fn a_cause_names_no_local_path() {
    assert_eq!(
        cause("[mov @ 0x5] moov atom not found\nfile:/tmp/x/asset-0: Invalid data found\n"),
        "Invalid data found"
    );
    assert_eq!(cause("[h264 @ 0x1] no frame!"), "no frame!");
    assert_eq!(cause(""), "no reason given");
}

#[test]
fn a_dropped_child_is_dead() {
    let (running, _) = running("exec sleep 1000", PATIENCE);
    let pid = pid_of(&running.child).unwrap();
    drop(running);
    assert!(rustix::process::test_kill_process(pid).is_err());
}

#[test]
fn a_child_that_gives_nothing_or_does_not_end_is_stuck() {
    let short = Duration::from_millis(50);
    let (mut child, _) = running("echo begun; exec sleep 1000", short);
    let mut output = child.output().unwrap();
    let mut buffer = [0; 64];
    let stuck = output.fill(&mut buffer);
    assert!(matches!(stuck, Err(MediaError::Stuck { .. })), "{stuck:?}");
    let stuck = child.end_within(short).err();
    assert!(matches!(stuck, Some(MediaError::Stuck { .. })), "{stuck:?}");
}

#[test]
fn a_child_that_takes_nothing_is_stuck() {
    let stop = Arc::new(AtomicBool::new(false));
    let tools = Tools::discover().unwrap().stopped_by(stop);
    let mut command = shell("exec sleep 1000");
    command.stdin(Stdio::piped());
    let mut child = Running::start(command, &tools, Allowance::PROBE, View::default()).unwrap();
    child.wait = child.wait.with_patience(Duration::from_millis(50));
    let mut input = child.input().unwrap();
    let stuck = input.write_all(&vec![0; 4 << 20]);
    assert!(matches!(stuck, Err(MediaError::Stuck { .. })), "{stuck:?}");
}

#[test]
fn waiting_ends_when_the_work_is_stopped() {
    let (mut child, stop) = running("exec sleep 1000", PATIENCE);
    let mut output = child.output().unwrap();
    let began = Instant::now();
    let reading = std::thread::spawn(move || output.fill(&mut [0; 64]));
    stop.store(true, Ordering::Relaxed);
    let stopped = reading.join().unwrap();
    assert!(matches!(stopped, Err(MediaError::Stopped)), "{stopped:?}");
    assert!(began.elapsed() < PATIENCE / 2);
    assert!(matches!(child.end().err(), Some(MediaError::Stopped)));
}

#[test]
fn output_comes_whole_and_ends() {
    let (mut child, _) = running("printf abc; printf def", PATIENCE);
    let mut output = child.output().unwrap();
    let mut buffer = [0; 4];
    assert_eq!(output.fill(&mut buffer).unwrap(), 4);
    assert_eq!(&buffer, b"abcd");
    assert_eq!(output.fill(&mut buffer).unwrap(), 2);
    assert!(child.end().unwrap().well());
}
