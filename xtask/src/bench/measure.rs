//! What one run of a program costs, its children included.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::bail;
use nix::sys::resource::{UsageWho, getrusage};

use crate::shell::memory_bytes;

/// Cost of one run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// User and system time of the program and all its children.
    pub(crate) cpu_seconds: f64,
    /// Elapsed time.
    pub(crate) wall_seconds: f64,
    /// Highest resident memory of the program itself, its children left out.
    pub(crate) peak_bytes: u64,
}

/// How often the peak is read; the kernel keeps the mark in between.
const LOOK: Duration = Duration::from_millis(10);

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<Cost> {
    let before = children_cpu()?;
    let began = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
    let mut peak_bytes = 0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        peak_bytes = memory_bytes(child.id(), "VmHWM")
            .unwrap_or(0)
            .max(peak_bytes);
        std::thread::sleep(LOOK);
    };
    let wall_seconds = began.elapsed().as_secs_f64();
    if !status.success() {
        bail!("{} failed: {status}", command.get_program().display());
    }
    Ok(Cost {
        cpu_seconds: children_cpu()? - before,
        wall_seconds,
        peak_bytes,
    })
}

/// Processor time of every child that has ended and been waited for.
fn children_cpu() -> anyhow::Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds =
        |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}

/// The middle value; of two, their mean.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
    if values.len() % 2 == 1 {
        at(middle)
    } else {
        f64::midpoint(at(middle.wrapping_sub(1)), at(middle))
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_in_the_middle() {
        assert!((median(&mut [3.0, 1.0, 2.0]) - 2.0).abs() < 1e-12);
        assert!((median(&mut [4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-12);
    }
}
