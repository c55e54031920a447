//! `cargo xtask test --only fuzz`: the targets of `tests/fuzz`, each for a few seconds.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::available_parallelism;

use anyhow::{Context as _, bail};

use crate::shell::{root, run, tools};

/// Seconds that each target is run if nobody says otherwise.
pub(crate) const SECONDS: u32 = 8;
/// Most bytes of an input.
const INPUT_BYTES: u32 = 64 * 1024;
/// Seconds after which one input has taken too long. Targets are hardly optimised, and
/// share the processor.
const INPUT_SECONDS: u32 = 30;
/// Most memory of a target, in MiB.
const MEMORY_MIB: u32 = 2048;
/// Lines of a target's log that are shown when it failed.
const SHOWN_LINES: usize = 40;
/// Before the file of what was found, in libFuzzer's log.
const WRITTEN: &str = "Test unit written to ";
/// Before the number of inputs tried, in libFuzzer's log.
const TRIED: &str = "stat::number_of_executed_units:";

/// Builds all targets and runs each for so many seconds, as many at once as there are
/// processors.
///
/// New inputs that take new branches are kept in `target/fuzz/grown`, never in the
/// corpus; the next run goes on from them.
///
/// # Errors
/// Which targets tripped; by what and how to see it again is printed.
pub(crate) fn run_targets(seconds: u32) -> anyhow::Result<()> {
    build()?;
    let mut failed = Vec::new();
    for names in targets()?.chunks(available_parallelism().map_or(1, usize::from)) {
        let started = names.iter().map(|name| Target::start(name, seconds));
        let started: Vec<Target> = started.collect::<anyhow::Result<_>>()?;
        for target in started {
            let name = target.name.clone();
            if !target.end(seconds)? {
                failed.push(name);
            }
        }
    }
    if !failed.is_empty() {
        bail!("tripped: {}", failed.join(", "));
    }
    Ok(())
}

/// The platform whose programs are built: cargo-fuzz names it to cargo, so that flags of
/// the targets do not hold for what runs while building.
fn platform() -> String {
    format!("{}-unknown-linux-gnu", std::env::consts::ARCH)
}

fn folder() -> PathBuf {
    root().join("target/fuzz")
}

/// The stable compiler does: only a sanitizer would need another. The profile is that of
/// all tests, with its checks of overflows, less what tests/fuzz/.cargo takes from it.
fn build() -> anyhow::Result<()> {
    run(Command::new(tools().join("cargo-fuzz/bin/cargo-fuzz"))
        .current_dir(root().join("tests/fuzz"))
        .args(["build", "--fuzz-dir", ".", "--dev"])
        .args(["--sanitizer", "none", "--features", "libfuzzer"])
        .args(["--target", &platform(), "--target-dir"])
        .arg(folder()))
}

/// Names of the targets, in their order.
fn targets() -> anyhow::Result<Vec<String>> {
    let place = root().join("tests/fuzz/fuzz_targets");
    let entries = fs::read_dir(&place).with_context(|| place.display().to_string())?;
    let mut names = Vec::new();
    for entry in entries {
        let path = entry?.path();
        names.extend(path.file_stem().map(|stem| stem.display().to_string()));
    }
    names.sort();
    Ok(names)
}

/// A target that is running.
struct Target {
    name: String,
    program: PathBuf,
    log: PathBuf,
    child: Child,
}

impl Target {
    fn start(name: &str, seconds: u32) -> anyhow::Result<Self> {
        let program = folder().join(platform()).join("debug").join(name);
        let grown = folder().join("grown").join(name);
        let found = folder().join("found");
        fs::create_dir_all(&grown)?;
        fs::create_dir_all(&found)?;
        let log = folder().join(format!("{name}.log"));
        let output = File::create(&log)?;
        let kept = root().join("tests/fuzz");
        let mut command = Command::new(&program);
        // What is new is written to the first folder.
        command
            .current_dir(root())
            .arg(grown)
            .arg(kept.join("corpus").join(name))
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-max_len={INPUT_BYTES}"))
            .arg(format!("-timeout={INPUT_SECONDS}"))
            .arg(format!("-rss_limit_mb={MEMORY_MIB}"))
            .arg("-print_final_stats=1")
            .arg(format!(
                "-artifact_prefix={}",
                found.join(format!("{name}-")).display()
            ));
        let words = kept.join(format!("dictionaries/{name}.dict"));
        if words.exists() {
            command.arg(format!("-dict={}", words.display()));
        }
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("{} cannot be started", program.display()))?;
        Ok(Self {
            name: name.to_owned(),
            program,
            log,
            child,
        })
    }

    /// Waits for its end, and prints what came of it; whether it held.
    fn end(mut self, seconds: u32) -> anyhow::Result<bool> {
        let status = self.child.wait()?;
        let log = String::from_utf8_lossy(&fs::read(&self.log)?).into_owned();
        let name = &self.name;
        if status.success() {
            let tried = after(&log, TRIED).unwrap_or("no");
            println!("fuzz: {name}: {tried} inputs in {seconds} s");
            return Ok(true);
        }
        let lines: Vec<&str> = log.lines().collect();
        let shown = lines.len().saturating_sub(SHOWN_LINES);
        println!("{}", lines.get(shown..).unwrap_or_default().join("\n"));
        println!(
            "fuzz: {name} failed ({status}); all of it is in {}",
            self.log.display()
        );
        if let Some(input) = after(&log, WRITTEN) {
            println!("{}", advice(name, &self.program, input));
        }
        Ok(false)
    }
}

/// What to do with an input that a target tripped over.
fn advice(name: &str, program: &Path, input: &str) -> String {
    let program = program.display();
    format!(
        "fuzz: {name} tripped over {input}\n\
         see it again: {program} {input}\n\
         make it smaller: {program} -minimize_crash=1 -max_total_time=60 {input}\n\
         then mend what tripped, and put the input into tests/fuzz/corpus/{name}"
    )
}

/// What follows a phrase on the line it stands on.
fn after<'a>(log: &'a str, phrase: &str) -> Option<&'a str> {
    let (_, rest) = log.rsplit_once(phrase)?;
    rest.lines().next().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_tells_what_was_tried_and_found() {
        let log = "INFO: Seed: 1\nartifact_prefix='/t/'; Test unit written to /t/key-crash-0f\n\
                   stat::number_of_executed_units: 1234\nstat::peak_rss_mb: 9\n";
        assert_eq!(after(log, TRIED), Some("1234"));
        assert_eq!(after(log, WRITTEN), Some("/t/key-crash-0f"));
        assert_eq!(after("INFO: Seed: 1\n", WRITTEN), None);
        let advice = advice("key", Path::new("/t/key"), "/t/key-crash-0f");
        assert!(advice.contains("see it again: /t/key /t/key-crash-0f"));
        assert!(advice.ends_with("tests/fuzz/corpus/key"));
    }
}
