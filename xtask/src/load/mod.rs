//! `cargo xtask load`: many clients at once, and whether the service kept its word.
//!
//! ```text
//! accounts: a key each ──> clients: threads, each with one export at a time
//!        create ─> replay ─> get ─> list ─> cancel ─> the next one ...
//! then: every account's whole list against the ledger of what was accepted,
//!       bare reads of the table for comparison, memory over time
//! ```
//!
//! It measures one machine with everything on it: clients, service (as `cargo build` makes
//! it), renders and the local AWS stack, which writes one at a time. What counts is that
//! nothing is lost and how far the service is from its store, not the figures themselves.

mod client;
mod ledger;
mod report;

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use crate::service::Service;
use crate::setup;
use crate::shell::{build_program, memory_bytes, output, root};
use client::{Account, Client, Reader, Store, Tally};

/// Clients, and for how long.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Clients at once.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=1000))]
    clients: u16,
    /// Seconds that they begin new exports for.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u16).range(5..=600))]
    seconds: u16,
}

/// Clients of one account: they share its slots and its list.
const CLIENTS_OF_ACCOUNT: u16 = 10;
/// Seconds of bare reads.
const READING: Duration = Duration::from_secs(10);
/// Memory is looked at this often.
const LOOK: Duration = Duration::from_millis(250);
/// Enough for a client: it keeps one small document.
const STACK_BYTES: usize = 512 * 1024;
/// What the service may be asked for: more than all clients can.
const SETTINGS: [(&str, &str); 2] = [
    ("DARKROOM_ACTIVE_LIMIT", "1000"),
    ("DARKROOM_REQUESTS_PER_MINUTE", "6000"),
];

pub(crate) fn run_load(args: &Args) -> anyhow::Result<()> {
    setup::for_demo()?;
    let folder = root().join("target/load");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    println!("load: building darkroom (the first build takes some minutes)");
    let program = build_program()?;
    let service = Service::start(&program, &folder, &["--workers", "1"], &SETTINGS)?;
    let held = put_under_load(args, &program, &service);
    service.stop(held)
}

fn put_under_load(args: &Args, program: &Path, service: &Service) -> anyhow::Result<()> {
    let accounts = accounts(program, service, args.clients.div_ceil(CLIENTS_OF_ACCOUNT))?;
    println!(
        "load: {} clients of {} accounts for {} s",
        args.clients,
        accounts.len(),
        args.seconds
    );
    let began = Instant::now();
    let (tally, memory) = asked(args, service, &accounts)?;
    let took = began.elapsed();
    let mut problems = tally.problems();
    println!("load: comparing the lists of all accounts with what was accepted");
    problems.extend(compared(service, &accounts, &tally)?);
    problems.extend(report::growth(&memory));

    let reads = bare_reads(args, service, &accounts, &tally)?;
    problems.extend(reads.problems());
    println!("\n{}", report::table(&tally, took, &reads, READING));
    println!("{}", report::memory_line(&memory));
    println!("tasks: {} accepted", tally.accepted.len());
    if problems.is_empty() {
        println!("load: nothing is lost, doubled, answered 5xx or growing");
        return Ok(());
    }
    for problem in &problems {
        println!("load: {problem}");
    }
    bail!("{} things are not as they must be", problems.len())
}

/// Makes accounts with a key each.
fn accounts(program: &Path, service: &Service, count: u16) -> anyhow::Result<Vec<Account>> {
    let make = |number: u16| {
        let user = format!("load-{number}");
        let printed = output(
            Command::new(program)
                .args(["keys", "create", "--json", "--user", &user, "--data"])
                .arg(service.data())
                // Whatever this shell is set up for, it is not meant.
                .env_remove("DARKROOM_TABLE"),
        )?;
        let made: Value = serde_json::from_str(&printed).context("`darkroom keys` printed")?;
        let key = made.get("apiKey").and_then(Value::as_str);
        let key = key.context("`darkroom keys` made no key")?.to_owned();
        Ok(Account { user, key })
    };
    (0..count).map(make).collect()
}

/// Does the work of many threads, one for each number below `count`; what they came to.
fn at_once(count: u16, work: impl Fn(u16) -> Tally + Sync) -> anyhow::Result<Tally> {
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for number in 0..count {
            let work = &work;
            let thread = thread::Builder::new().stack_size(STACK_BYTES);
            threads.push(thread.spawn_scoped(scope, move || work(number))?);
        }
        let mut all = Tally::default();
        for thread in threads {
            let Ok(tally) = thread.join() else {
                bail!("a client has panicked");
            };
            all.add(tally);
        }
        Ok(all)
    })
}

/// The load itself; what its clients saw, and the service's memory meanwhile.
fn asked(
    args: &Args,
    service: &Service,
    accounts: &[Account],
) -> anyhow::Result<(Tally, Vec<u64>)> {
    let body = body().to_string();
    let until = Instant::now() + Duration::from_secs(args.seconds.into());
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let looking = scope.spawn(|| watched(service.pid(), &over));
        let tally = at_once(args.clients, |number| {
            let account = accounts.get(usize::from(number) % accounts.len());
            account.map_or_else(Tally::default, |account| {
                Client::new(&service.url, account, number, &body).ask(until)
            })
        });
        over.store(true, Ordering::Relaxed);
        let Ok(memory) = looking.join() else {
            bail!("whoever looks at the memory has panicked");
        };
        Ok((tally?, memory))
    })
}

/// Resident bytes of a process until the load is over.
fn watched(pid: u32, over: &AtomicBool) -> Vec<u64> {
    let mut seen = Vec::new();
    while !over.load(Ordering::Relaxed) {
        seen.extend(memory_bytes(pid, "VmRSS"));
        thread::sleep(LOOK);
    }
    seen
}

/// What the service's lists say against the ledger of the clients.
fn compared(service: &Service, accounts: &[Account], tally: &Tally) -> anyhow::Result<Vec<String>> {
    let mut listed = Vec::new();
    for (number, account) in accounts.iter().enumerate() {
        let client = Client::new(&service.url, account, number as u16, "");
        listed.extend(client.whole_list()?);
    }
    let accepted: Vec<&str> = tally.accepted.iter().map(|(_, task)| &**task).collect();
    Ok(ledger::compare(&accepted, &listed))
}

/// As many readers as there were clients, each of one item of the table, past the service.
fn bare_reads(
    args: &Args,
    service: &Service,
    accounts: &[Account],
    tally: &Tally,
) -> anyhow::Result<Tally> {
    let store = Store::of(service.data())?;
    if tally.accepted.is_empty() {
        bail!("nothing was accepted, so that there is nothing to read");
    }
    let until = Instant::now() + READING;
    at_once(args.clients, |number| {
        let index = usize::from(number) % tally.accepted.len();
        let read = tally.accepted.get(index).and_then(|(client, task)| {
            let account = accounts.get(usize::from(*client) % accounts.len())?;
            Some(Reader::new(&store, &account.user, task).read(until))
        });
        read.unwrap_or_default()
    })
}

/// A second of a small red square.
fn body() -> Value {
    let number = |value: u32| json!({ "value": value, "keyframes": [] });
    json!({
        "stateSchemaVersion": "v1", "ratio": "custom", "scale": 1, "fps": 30, "format": "mp4",
        "editorState": {
            "stateSchemaVersion": "v1", "timebaseTicksPerSecond": 240_000,
            "compositionWidth": 64, "compositionHeight": 64,
            "tracks": [{ "id": "t", "items": ["square"], "hidden": false, "muted": false }],
            "assets": {}, "transitions": {},
            "items": { "square": {
                "id": "square", "type": "solid", "startTicks": 0, "durationTicks": 240_000,
                "isDraggingInTimeline": false, "color": "#ff0000", "shape": "rectangle",
                "keepAspectRatio": false, "borderRadius": number(0), "rotation": number(0),
                "top": number(0), "left": number(0), "width": number(32), "height": number(32),
                "scaleX": number(1), "scaleY": number(1), "opacity": number(1),
            }},
        },
    })
}
