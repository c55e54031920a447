//! `darkroom`: the whole service on one machine, and its renderer and client
//! on the command line.
//!
//! One file a command under `commands/`; what `serve` is made of (the local
//! stack, its lock, the queue poller) lies under `serve/`.

mod commands;
mod deployment;
mod document;
mod graphics;
mod local_assets;
mod locate;
mod output;
mod progress;
mod serve;
mod signals;
mod still;
mod target;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::output::{Ending, report_error, unread};

const AFTER_HELP: &str = "\
Exit codes: 0 done · 1 the document has faults, the export ended FAILED or CANCELED, or the
            service refused what was asked: account full, balance too small, bad media (HTTP 422)
            2 wrong usage · 3 anything else went wrong (the message says what to do)
            130 interrupted · 141 who read the output went away

Environment: DARKROOM_URL and DARKROOM_API_KEY (exports, upload), DARKROOM_LOG (log filter, as in
`darkroom=debug`), DARKROOM_FFMPEG, DARKROOM_FFPROBE, DARKROOM_FONTS, DARKROOM_MINISTACK.";

/// Turns timeline documents into finished videos.
#[derive(Debug, Parser)]
#[command(name = "darkroom", version, about, after_help = AFTER_HELP, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(commands::serve::Args),
    Render(commands::render::Args),
    Frame(commands::frame::Args),
    Validate(commands::validate::Args),
    Accounts(commands::accounts::Args),
    Queue(commands::queue::Args),
    Keys(commands::keys::Args),
    Fonts(commands::fonts::Args),
    MotionGraphics(commands::motion_graphics::Args),
    Exports(commands::exports::Args),
    Upload(commands::upload::Args),
    Webhooks(commands::webhooks::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let serving = matches!(cli.command, Command::Serve(_));
    start_log(serving);
    let json = cli.command.json();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            report_error(&anyhow::Error::new(error), json);
            return Ending::Failed.code();
        }
    };
    unread::end_quietly();
    // Unwound and not ended in the hook: temporary files and child processes go too.
    let result = catch_unwind(AssertUnwindSafe(|| runtime.block_on(cli.command.run())));
    // A stuck background task must not keep the program from ending.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    if unread::is_so() {
        return Ending::Unread.code();
    }
    match result {
        Ok(Ok(ending)) => ending.code(),
        Ok(Err(error)) => {
            report_error(&error, json);
            Ending::Failed.code()
        }
        Err(panic) => resume_unwind(panic),
    }
}

impl Command {
    fn json(&self) -> bool {
        match self {
            Self::Serve(args) => args.json,
            Self::Render(args) => args.json,
            Self::Frame(args) => args.json,
            Self::Validate(args) => args.json,
            Self::Accounts(args) => args.json,
            Self::Queue(args) => args.json,
            Self::Keys(args) => args.json(),
            Self::Fonts(args) => args.json(),
            Self::MotionGraphics(args) => args.json(),
            Self::Exports(args) => args.json(),
            Self::Upload(args) => args.json,
            Self::Webhooks(args) => args.json(),
        }
    }

    async fn run(self) -> anyhow::Result<Ending> {
        match self {
            Self::Serve(args) => commands::serve::run(args).await,
            Self::Render(args) => commands::render::run(args).await,
            Self::Frame(args) => commands::frame::run(args).await,
            Self::Validate(args) => commands::validate::run(&args),
            Self::Accounts(args) => commands::accounts::run(args).await,
            Self::Queue(args) => commands::queue::run(args).await,
            Self::Keys(args) => commands::keys::run(args).await,
            Self::Fonts(args) => commands::fonts::run(args).await,
            Self::MotionGraphics(args) => commands::motion_graphics::run(args).await,
            Self::Exports(args) => commands::exports::run(args).await,
            Self::Upload(args) => commands::upload::run(args).await,
            Self::Webhooks(args) => commands::webhooks::run(args).await,
        }
    }
}

/// Logs go to standard error, so that standard output stays machine-readable.
fn start_log(serving: bool) {
    let fallback = if serving {
        "warn,darkroom=info,darkroom_worker=info,darkroom_webhook=info"
    } else {
        "warn"
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("DARKROOM_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(fallback));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .compact()
        .init();
}
