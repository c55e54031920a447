//! Hostile documents over HTTP: each is answered in under a second. What it is answered is
//! held by a test (`functions/api/tests/http/hostile.rs`), of the same documents.
//!
//! The service is the one that is built for use, on the local stack of one machine. Its
//! account is paused, so that nothing which is taken is drawn meanwhile.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use darkroom_test_hostile::{Answer as Wanted, GROUPS, Group, Hostile};
use serde_json::{Value, json};

use super::darkroom;
use super::measure::median;
use crate::service::Service;
use crate::shell::output;

/// What an answer may take, in seconds (the issue of hostile input).
const LIMIT_SECONDS: f64 = 1.0;
/// After which no answer comes.
const PATIENCE: Duration = Duration::from_secs(60);
/// More than are asked, and the limits that the documents were made for.
const SETTINGS: [(&str, &str); 2] = [
    ("DARKROOM_REQUESTS_PER_MINUTE", "6000"),
    ("DARKROOM_PIXEL_BUDGET", "18662400000"),
];

/// How long a document's answer took: the median of its repetitions.
struct Taken {
    name: String,
    seconds: f64,
}

/// Measures every group and prints a row each; fails when a document takes too long.
pub(crate) fn run_all(folder: &Path, repeat: usize, as_json: bool) -> anyhow::Result<()> {
    let service = Service::start(&darkroom(), folder, &[], &SETTINGS)?;
    let measured = measured(&service, repeat, as_json);
    service.stop(measured)
}

fn measured(service: &Service, repeat: usize, as_json: bool) -> anyhow::Result<()> {
    let pause = ["accounts", "pause", "--json", "--data"];
    let mut pause_account = Command::new(darkroom());
    pause_account.args(pause).arg(service.data());
    // Whatever this shell is set up for, it is not meant.
    output(pause_account.env_remove("DARKROOM_TABLE"))?;
    if !as_json {
        println!("hostile documents     count  median ms  slowest ms  the slowest");
    }
    let mut slow = Vec::new();
    for group in GROUPS {
        eprintln!("bench: hostile documents, {}", group.name);
        let mut taken = Vec::new();
        for one in (group.make)() {
            taken.push(one_document(service, &one, repeat)?);
        }
        print(group, &taken, as_json);
        slow.extend(taken.into_iter().filter(|one| one.seconds >= LIMIT_SECONDS));
    }
    for one in &slow {
        println!("FAIL: {} is answered after {:.2} s", one.name, one.seconds);
    }
    if !slow.is_empty() {
        let count = slow.len();
        bail!("{count} hostile documents are not answered in under {LIMIT_SECONDS} s");
    }
    Ok(())
}

fn one_document(service: &Service, one: &Hostile, repeat: usize) -> anyhow::Result<Taken> {
    let mut seconds = Vec::new();
    for _ in 0..repeat.max(1) {
        let asked = ask(service, "POST", "/v1/exports", &one.body);
        let answer = asked.with_context(|| one.name.clone())?;
        seconds.push(answer.seconds);
        let wanted = match one.answer {
            Wanted::Refused { status, .. } => status,
            Wanted::Taken => 201,
        };
        if answer.status != wanted {
            bail!("{} is answered {}, not {wanted}", one.name, answer.status);
        }
        if let Some(task) = answer.body.pointer("/data/taskId").and_then(Value::as_str) {
            // Its slot is the next one's.
            let canceled = ask(service, "DELETE", &format!("/v1/exports/{task}"), "")?;
            if canceled.status != 200 {
                bail!("{} is not canceled: {}", one.name, canceled.body);
            }
        }
    }
    Ok(Taken {
        name: one.name.clone(),
        seconds: median(&mut seconds),
    })
}

/// What a request was answered, and after how long.
#[derive(Debug)]
struct Answer {
    status: u16,
    /// Null where it is no JSON.
    body: Value,
    seconds: f64,
}

/// Sends a request on a connection of its own.
///
/// It reads while it sends: a body that is too large is refused before it is read whole,
/// upon which a client that has to send all of it first sees a broken connection.
fn ask(service: &Service, method: &str, path: &str, body: &str) -> anyhow::Result<Answer> {
    let address = service.url.trim_start_matches("http://");
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        service.api_key,
        body.len()
    );
    let began = Instant::now();
    let mut from = TcpStream::connect(address)?;
    from.set_read_timeout(Some(PATIENCE))?;
    from.set_write_timeout(Some(PATIENCE))?;
    let mut to = from.try_clone()?;
    let mut answer = Vec::new();
    let seconds = thread::scope(|scope| {
        scope.spawn(move || to.write_all(request.as_bytes()));
        // One that breaks off behind its answer has been answered.
        let _ = from.read_to_end(&mut answer);
        began.elapsed().as_secs_f64()
    });
    let (status, body) = read_answer(&String::from_utf8_lossy(&answer))?;
    Ok(Answer {
        status,
        body,
        seconds,
    })
}

/// Status and body of an HTTP answer; null for a body that is no JSON.
fn read_answer(text: &str) -> anyhow::Result<(u16, Value)> {
    let status = text.split(' ').nth(1).and_then(|code| code.parse().ok());
    let (_, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    let body = serde_json::from_str(body).unwrap_or_default();
    Ok((status.context("it is not answered")?, body))
}

fn print(group: Group, taken: &[Taken], as_json: bool) {
    let mut seconds: Vec<f64> = taken.iter().map(|one| one.seconds).collect();
    let median = median(&mut seconds);
    let slowest = taken
        .iter()
        .max_by(|one, other| one.seconds.total_cmp(&other.seconds));
    let (name, slowest) = slowest.map_or(("", f64::NAN), |one| (one.name.as_str(), one.seconds));
    let count = taken.len();
    if as_json {
        let line = json!({
            "hostile": group.name, "documents": count, "medianSeconds": median,
            "slowestSeconds": slowest, "slowest": name,
        });
        println!("{line}");
    } else {
        let (median, slowest) = (median * 1000.0, slowest * 1000.0);
        println!(
            "{:<20}  {count:>5}  {median:>9.0}  {slowest:>10.0}  {name}",
            group.name
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_with_and_without_json() {
        let refused = "HTTP/1.1 413 Payload Too Large\r\nconnection: close\r\n\r\n{\"a\":1}";
        let (status, body) = read_answer(refused).unwrap();
        assert_eq!((status, body), (413, json!({ "a": 1 })));
        let (status, body) = read_answer("HTTP/1.1 502 Bad Gateway\r\n\r\nno").unwrap();
        assert_eq!((status, body), (502, Value::Null));
        assert!(read_answer("").is_err());
    }
}
