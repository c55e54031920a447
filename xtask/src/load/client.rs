//! A client under load, and a reader past the service. Both keep what they saw.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Response;

/// One request, answer included. Longer than the service's own limit of a call to AWS.
const LIMIT: Duration = Duration::from_secs(90);
/// Times that a client asks where it is not answered, or 5xx, as the contract says.
const ASKS: u32 = 4;
/// Problems that are told; the others are counted.
const TOLD: usize = 10;
/// Pages of a list after which it has no end.
const PAGES: usize = 10_000;

/// Whose exports they are.
pub(crate) struct Account {
    pub(crate) user: String,
    pub(crate) key: String,
}

/// What is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    Create,
    Replay,
    Get,
    List,
    Cancel,
    BareRead,
}

/// What clients saw.
#[derive(Default)]
pub(crate) struct Tally {
    /// Microseconds of each answered request, in no order.
    pub(crate) times: BTreeMap<Operation, Vec<u32>>,
    /// The ledger: which client was given which task.
    pub(crate) accepted: Vec<(u16, String)>,
    told: Vec<String>,
    wrong: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        for (operation, times) in other.times {
            self.times.entry(operation).or_default().extend(times);
        }
        self.accepted.extend(other.accepted);
        self.told.extend(other.told);
        self.told.truncate(TOLD);
        self.wrong += other.wrong;
    }

    fn timed(&mut self, operation: Operation, began: Instant) {
        let micros = u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX);
        self.times.entry(operation).or_default().push(micros);
    }

    fn wrong(&mut self, what: String) {
        self.wrong += 1;
        if self.told.len() < TOLD {
            self.told.push(what);
        }
    }

    /// Answers that must not be: the first in words, then how many in all.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = self.told.clone();
        if self.wrong > problems.len() as u64 {
            problems.push(format!("{} wrong answers in all", self.wrong));
        }
        problems
    }
}

fn agent() -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(LIMIT))
        .http_status_as_error(false)
        .proxy(None)
        .build();
    Agent::new_with_config(config)
}

/// Status and body; an error where there was no answer.
fn answer(sent: Result<Response<ureq::Body>, ureq::Error>) -> anyhow::Result<(u16, Value)> {
    let mut answer = sent?;
    let status = answer.status().as_u16();
    // Read to the end in any case, so that the connection can be used again.
    let text = answer.body_mut().read_to_string()?;
    Ok((
        status,
        serde_json::from_str(&text).unwrap_or(Value::String(text)),
    ))
}

/// A request: the idempotency key of a create, or what follows the path of exports.
enum Ask<'a> {
    Create(&'a str),
    Get(&'a str),
    Delete(&'a str),
}

/// One client.
pub(crate) struct Client<'a> {
    agent: Agent,
    url: String,
    authorization: String,
    number: u16,
    body: &'a str,
    tally: Tally,
}

impl<'a> Client<'a> {
    /// A client of an account; `body` is what it creates.
    pub(crate) fn new(url: &str, account: &Account, number: u16, body: &'a str) -> Self {
        Self {
            agent: agent(),
            url: format!("{url}/v1/exports"),
            authorization: format!("Bearer {}", account.key),
            number,
            body,
            tally: Tally::default(),
        }
    }

    /// One export after the other until it is time; the last one is ended, too.
    pub(crate) fn ask(mut self, until: Instant) -> Tally {
        let mut exports = 0_u32;
        while Instant::now() < until {
            let key = format!("load-{}-{exports}", self.number);
            exports += 1;
            self.one_export(&key);
        }
        self.tally
    }

    fn one_export(&mut self, key: &str) {
        let create = Ask::Create(key);
        let Some(created) = self.want(Operation::Create, &create, &[201]) else {
            return;
        };
        let Some(task) = task_id(&created) else {
            return self
                .tally
                .wrong(format!("a create's answer has no id: {created}"));
        };
        let number = self.number;
        self.tally.accepted.push((number, task.clone()));
        if let Some(again) = self.want(Operation::Replay, &create, &[201])
            && task_id(&again).as_ref() != Some(&task)
        {
            self.tally.wrong(format!("{key} is {task}, then {again}"));
        }
        let path = format!("/{task}");
        if let Some(read) = self.want(Operation::Get, &Ask::Get(&path), &[200])
            && task_id(&read).as_ref() != Some(&task)
        {
            self.tally.wrong(format!("{task} reads {read}"));
        }
        self.want(Operation::List, &Ask::Get("?pageSize=20"), &[200]);
        // 409: it was rendered meanwhile.
        self.want(Operation::Cancel, &Ask::Delete(&path), &[200, 409]);
    }

    /// Asks until it is answered; the answer, if it is one of those wanted.
    fn want(&mut self, what: Operation, ask: &Ask<'_>, wanted: &[u16]) -> Option<Value> {
        for _ in 0..ASKS {
            let began = Instant::now();
            match self.send(ask) {
                Ok((status, body)) => {
                    self.tally.timed(what, began);
                    if wanted.contains(&status) {
                        return Some(body);
                    }
                    self.tally
                        .wrong(format!("{what:?} is answered {status} {body}"));
                    if status < 500 {
                        return None;
                    }
                }
                Err(error) => self
                    .tally
                    .wrong(format!("{what:?} is not answered: {error}")),
            }
        }
        None
    }

    fn send(&self, ask: &Ask<'_>) -> anyhow::Result<(u16, Value)> {
        let url = |path: &str| format!("{}{path}", self.url);
        let authorization = ("authorization", &self.authorization);
        answer(match ask {
            Ask::Create(key) => self
                .agent
                .post(&self.url)
                .header(authorization.0, authorization.1)
                .header("content-type", "application/json")
                .header("idempotency-key", *key)
                .send(self.body),
            Ask::Get(path) => self
                .agent
                .get(url(path))
                .header(authorization.0, authorization.1)
                .call(),
            Ask::Delete(path) => self
                .agent
                .delete(url(path))
                .header(authorization.0, authorization.1)
                .call(),
        })
    }

    /// Every task of the account, page by page: id and status.
    pub(crate) fn whole_list(&self) -> anyhow::Result<Vec<(String, String)>> {
        let mut tasks = Vec::new();
        let mut cursor = String::new();
        for _ in 0..PAGES {
            let path = format!("?pageSize=50{cursor}");
            let (status, page) = self.send(&Ask::Get(&path))?;
            if status != 200 {
                bail!("a list is answered {status} {page}");
            }
            let listed = page.get("data").and_then(Value::as_array);
            for task in listed.context("a list has no data")? {
                let text = |name: &str| task.get(name).and_then(Value::as_str).map(str::to_owned);
                let named = text("taskId").zip(text("status"));
                tasks.push(named.context("a listed task has no id or status")?);
            }
            let next = page.pointer("/meta/nextPageCursor").and_then(Value::as_str);
            match next {
                Some(next) => cursor = format!("&pageCursor={next}"),
                None => return Ok(tasks),
            }
        }
        bail!("a list has no end")
    }
}

fn task_id(answer: &Value) -> Option<String> {
    let id = answer.pointer("/data/taskId")?.as_str()?;
    Some(id.to_owned())
}

/// Where the table is.
pub(crate) struct Store {
    url: String,
    table: String,
}

impl Store {
    /// That of the service with its state in `data`.
    pub(crate) fn of(data: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(data.join("service.json"));
        let text = text.context("the service does not say where its table is")?;
        let told: Value = serde_json::from_str(&text)?;
        let field = |name: &str| {
            let value = told.get(name).and_then(Value::as_str).map(str::to_owned);
            value.with_context(|| format!("the service does not tell {name}"))
        };
        Ok(Self {
            url: field("aws_url")?,
            table: field("table")?,
        })
    }
}

/// Reads one task's item of the table, as the service does for a get.
pub(crate) struct Reader<'a> {
    agent: Agent,
    store: &'a Store,
    request: String,
    tally: Tally,
}

/// The local stack reads the region and the service off this, and checks nothing.
const UNSIGNED: &str = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, \
                        SignedHeaders=host, Signature=0";

impl<'a> Reader<'a> {
    pub(crate) fn new(store: &'a Store, user: &str, task: &str) -> Self {
        let key = json!({
            "pk": { "S": format!("U#{user}") }, "sk": { "S": format!("T#{task}") },
        });
        let request = json!({ "TableName": store.table, "Key": key, "ConsistentRead": true });
        Self {
            agent: agent(),
            store,
            request: request.to_string(),
            tally: Tally::default(),
        }
    }

    pub(crate) fn read(mut self, until: Instant) -> Tally {
        while Instant::now() < until {
            let began = Instant::now();
            let sent = self
                .agent
                .post(&self.store.url)
                .header("x-amz-target", "DynamoDB_20120810.GetItem")
                .header("content-type", "application/x-amz-json-1.0")
                .header("authorization", UNSIGNED)
                .send(&self.request);
            match answer(sent) {
                Ok((200, item)) if item.get("Item").is_some() => {
                    self.tally.timed(Operation::BareRead, began);
                }
                Ok((status, body)) => self.tally.wrong(format!("a read: {status} {body}")),
                Err(error) => self.tally.wrong(format!("a read is not answered: {error}")),
            }
        }
        self.tally
    }
}
