//! The files that a child may open, as a Landlock ruleset.
//!
//! What is not named is refused with `EACCES`; whether a name exists can still be asked.
//! Files that are open already, our pipes and sockets, are not touched by it, but to open
//! one of them anew (`/proc/self/fd/0`) takes the right to that file, whatever name it has
//! or had.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, PathBeneath, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

use super::{LIBRARIES, View};

/// The newest rights that this was written for. An older kernel holds to those it knows.
const KNOWN: ABI = ABI::V6;
/// What any program reads: programs and libraries, where distributions put them, how many
/// processors there are and what they can, and chance.
const SYSTEM: [&str; 13] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/nix/store",
    "/gnu/store",
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
    "/sys/devices/system",
    "/proc/cpuinfo",
    "/dev/zero",
    "/dev/urandom",
];
/// Read and written by whoever wants neither.
const NOTHING: &str = "/dev/null";

/// Holds this thread, and what it starts, to the files of a view and of the system, and
/// says how far the kernel goes along.
pub(super) fn confine(program: &OsStr, view: &View) -> Result<RulesetStatus, RulesetError> {
    let read = AccessFs::from_read(KNOWN);
    let write = AccessFs::WriteFile | AccessFs::Truncate;
    // A bare name is looked for where programs are, which may be read anyway.
    let program = Some(Path::new(program)).filter(|path| path.is_absolute());
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(KNOWN))?
        // Denied by the filter of calls, too, wherever there is one.
        .handle_access(AccessNet::from_all(KNOWN))?
        .scope(Scope::from_all(KNOWN))?
        .create()?
        .add_rules(path_beneath_rules(SYSTEM, read))?
        .add_rules(path_beneath_rules(libraries(), read))?
        .add_rules(path_beneath_rules(program, read))?
        .add_rules(path_beneath_rules([NOTHING], write | AccessFs::ReadFile))?
        .add_rules(path_beneath_rules(&view.scratch, write | AccessFs::MakeReg))?;
    if let Some(input) = &view.input {
        rules = rules.add_rule(PathBeneath::new(input, AccessFs::ReadFile))?;
    }
    if let Some(output) = &view.output {
        rules = rules.add_rule(PathBeneath::new(output, write | AccessFs::ReadFile))?;
    }
    Ok(rules.restrict_self()?.ruleset)
}

/// Where libraries are that are not the system's. An empty name, or one that depends on
/// where we are, says nothing of that.
fn libraries() -> Vec<PathBuf> {
    let folders = std::env::var_os(LIBRARIES).unwrap_or_default();
    let folders = std::env::split_paths(&folders);
    folders.filter(|folder| folder.is_absolute()).collect()
}
