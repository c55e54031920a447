//! The program as a person sees it: on a terminal.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};

fn start_on_terminal(args: &[&str], environment: &[(&str, &str)]) -> Child {
    let quoted: Vec<String> = std::iter::once(env!("CARGO_BIN_EXE_darkroom"))
        .chain(args.iter().copied())
        .map(|arg| format!("'{arg}'"))
        .collect();
    let mut command = Command::new("script");
    command
        .args([
            "-qefc",
            &format!("stty cols 100; exec {}", quoted.join(" ")),
        ])
        .arg("/dev/null")
        .env("TERM", "xterm")
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command.spawn().unwrap()
}

/// What a person sees on a terminal of 100 columns; it must end well.
pub fn on_terminal(args: &[&str], environment: &[(&str, &str)]) -> String {
    on_terminal_then(args, environment, "", || {})
}

/// The same; as soon as it shows a word something is done.
pub fn on_terminal_then(
    args: &[&str],
    environment: &[(&str, &str)],
    word: &str,
    then: impl FnOnce(),
) -> String {
    let mut child = start_on_terminal(args, environment);
    let mut output = child.stdout.take().unwrap();
    let (mut shown, mut then) = (Vec::new(), Some(then));
    let mut some = [0; 4096];
    loop {
        let length = output.read(&mut some).unwrap();
        if length == 0 {
            break;
        }
        shown.extend_from_slice(&some[..length]);
        if String::from_utf8_lossy(&shown).contains(word)
            && let Some(then) = then.take()
        {
            then();
        }
    }
    let shown = String::from_utf8_lossy(&shown).into_owned();
    assert!(
        child.wait().unwrap().success(),
        "darkroom {args:?}: {shown}"
    );
    assert!(then.is_none(), "no {word:?} in {shown}");
    shown
}
