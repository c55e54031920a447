//! Output that nobody reads any more, as in `darkroom exports list | head -1`.
//!
//! Rust ignores SIGPIPE, so that printing to such a pipe panics.

use std::panic::{PanicHookInfo, set_hook, take_hook};
use std::sync::atomic::{AtomicBool, Ordering};

static UNREAD: AtomicBool = AtomicBool::new(false);

/// Lets the panic of a print that nobody reads say nothing; any other says what it said.
pub(crate) fn end_quietly() {
    let told = take_hook();
    set_hook(Box::new(move |panic| {
        if is_of_print(panic) {
            UNREAD.store(true, Ordering::Relaxed);
        } else {
            told(panic);
        }
    }));
}

/// Whether a print found nobody to read it.
pub(crate) fn is_so() -> bool {
    UNREAD.load(Ordering::Relaxed)
}

fn is_of_print(panic: &PanicHookInfo<'_>) -> bool {
    let text = panic.payload().downcast_ref::<String>();
    text.is_some_and(|text| is_of_broken_pipe(text))
}

/// The standard library's words, of which a test with a real pipe tells when they change.
fn is_of_broken_pipe(text: &str) -> bool {
    text.starts_with("failed printing to std") && text.contains("Broken pipe")
}
