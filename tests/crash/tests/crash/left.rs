//! What a cell leaves behind, and what of that must be so.

use std::collections::{BTreeMap, BTreeSet};

use darkroom_exports::{TaskState, WebhookEvent};
use serde_json::{Value, json};

use crate::cell::{Cell, Flow, GRANTED_MICROS, QUOTA_SECONDS};
use crate::lane::Told;
use crate::prepared::LEAKED;

/// Active tasks that an account may have.
const LIMIT: usize = 2;

/// Every item of a user, by sort key.
#[derive(Debug, Clone, PartialEq)]
pub struct Left(BTreeMap<String, Value>);

fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name]["S"].as_str().unwrap_or_default()
}

fn number(item: &Value, name: &str) -> Option<i64> {
    item[name]["N"].as_str()?.parse().ok()
}

fn state(task: &Value) -> TaskState {
    TaskState::parse(text(task, "state")).expect("a state")
}

impl Left {
    fn account(&self) -> &Value {
        &self.0["ACCOUNT"]
    }

    /// Tasks, by id.
    fn tasks(&self) -> Vec<(&str, &Value)> {
        self.0
            .iter()
            .filter_map(|(sk, item)| Some((sk.strip_prefix("T#")?, item)))
            .collect()
    }

    /// The account's set.
    pub fn active(&self) -> BTreeSet<&str> {
        let set = self.account()["active"]["SS"].as_array();
        let ids = set.into_iter().flatten();
        ids.filter_map(Value::as_str).collect()
    }

    /// Where the file of an asset lies in the bucket, and whether the asset is deleted.
    pub fn file(&self, asset: &str) -> (&str, bool) {
        let item = &self.0[&format!("A#{asset}")];
        (text(item, "fileKey"), item.get("deletedAt").is_some())
    }

    /// States of the deliveries of a task: that it started, and how it ended.
    fn deliveries(&self, task: &str) -> [Option<&str>; 2] {
        [1, 2].map(|step| {
            let item = self.0.get(&format!("W#{task}#{step}"))?;
            Some(text(item, "state"))
        })
    }

    /// What holds at every moment; a slot may be leaked until the sweep has found it.
    fn faults(&self, may_leak: bool) -> Vec<String> {
        let mut faults = Vec::new();
        let mut active = self.active();
        if may_leak {
            active.remove(LEAKED);
        }
        let tasks = self.tasks().into_iter();
        let alive = tasks.filter(|(_, task)| state(task).is_active());
        let alive: BTreeSet<&str> = alive.map(|(id, _)| id).collect();
        if active != alive {
            faults.push(format!("`active` is {active:?}, active are {alive:?}"));
        }
        if active.len() > LIMIT {
            faults.push(format!("{} are active", active.len()));
        }
        faults
    }
}

impl Cell {
    pub async fn left(&self) -> Left {
        Left(self.lane.stack.items(&self.user).await)
    }

    pub async fn look_in_between(&self) {
        let may_leak = self.flow == Flow::Abandoned;
        for fault in self.left().await.faults(may_leak) {
            self.complain(fault);
        }
    }

    /// Looks at everything once it is at rest.
    pub async fn judge(&self) {
        let left = self.left().await;
        for fault in left.faults(false) {
            self.complain(fault);
        }
        let tasks = left.tasks();
        self.judge_answers(&tasks);
        match tasks.as_slice() {
            [] => self.judge_money(&left, None).await,
            [(id, task)] => {
                self.judge_task(&left, id, task).await;
                self.judge_money(&left, Some(task)).await;
            }
            _ => self.complain(format!("{} tasks are left", tasks.len())),
        }
        for (sk, item) in &left.0 {
            if item.get("dueShard").is_some() || item.get("leaseUntil").is_some() {
                self.complain(format!("{sk} is due still"));
            }
        }
        self.judge_repetition(&left).await;
    }

    /// What the client was told is so.
    fn judge_answers(&self, tasks: &[(&str, &Value)]) {
        let answers = self.answers.lock().unwrap();
        let made: BTreeSet<&str> = tasks.iter().map(|(id, _)| *id).collect();
        let told: BTreeSet<&str> = answers.created.iter().map(String::as_str).collect();
        if !told.is_subset(&made) || (answers.refused && told.is_empty() && !made.is_empty()) {
            self.complain(format!("{answers:?}, made are {made:?}"));
        }
    }

    /// The one terminal state that is right, with its output and its webhooks.
    async fn judge_task(&self, left: &Left, id: &str, task: &Value) {
        let state = state(task);
        let canceled = self.answers.lock().unwrap().canceled.clone();
        let right: &[TaskState] = match (self.flow, canceled.as_slice()) {
            (flow, []) if flow.ends_failed() => &[TaskState::Failed],
            (Flow::Canceled, []) => &[TaskState::Canceled, TaskState::Completed],
            (_, [200, ..]) => &[TaskState::Canceled],
            (_, []) => &[TaskState::Completed],
            // Told that it has ended: in its own way, or by a cancel without an answer.
            (_, _) => &[TaskState::Completed, TaskState::Failed],
        };
        if !right.contains(&state) {
            self.complain(format!("{id} is {state:?}: {}", text(task, "error")));
        }
        let folder = format!("outputs/{}/", hex::encode(&self.user));
        let output = text(task, "outputKey");
        let there = self.lane.stack.objects(&folder).await.contains(output);
        if there != (state == TaskState::Completed) {
            self.complain(format!("the output {output:?} is there: {there}"));
        }
        self.judge_webhooks(left, id, state);
    }

    fn judge_webhooks(&self, left: &Left, id: &str, state: TaskState) {
        let deliveries = left.deliveries(id);
        let told = self.lane.told(&self.user);
        let right = match (state, deliveries) {
            _ if !self.flow.is_told() => deliveries == [None; 2],
            // Of the end it is not even told.
            _ if self.flow == Flow::Unwanted => deliveries == [Some("FAILED"); 2],
            (TaskState::Canceled, [started, None]) => {
                matches!(started, None | Some("DELIVERED" | "DROPPED"))
            }
            (TaskState::Canceled, _) => false,
            // Given up, or tried again where the sweep could not do that.
            (_, [started, ended]) if self.flow == Flow::Abandoned => {
                matches!(started, Some("FAILED" | "DELIVERED")) && ended == Some("DELIVERED")
            }
            (_, states) => states == [Some("DELIVERED"); 2],
        };
        if !right {
            self.complain(format!("{state:?} with deliveries {deliveries:?}"));
        }
        let started = (format!("{id}-started"), WebhookEvent::Started);
        let ended = WebhookEvent::of_end(state).map(|event| (format!("{id}-ended"), event));
        let ended = ended.filter(|_| self.flow != Flow::Unwanted);
        let possible: Vec<_> = std::iter::once(started).chain(ended).collect();
        let is_possible = |one: &Told| {
            let mut all = possible.iter();
            all.any(|(id, event)| one.id == *id && one.event == event.as_str())
        };
        let taken = told.iter().filter(|one| one.status == 200);
        let taken: BTreeSet<&str> = taken.map(|one| one.id.as_str()).collect();
        let delivered = deliveries.iter().flatten();
        let delivered = delivered.filter(|state| **state == "DELIVERED").count();
        let times: BTreeMap<&str, &str> = told.iter().map(Told::moment).collect();
        let has_one_time = |one: &Told| times[one.id.as_str()] == one.occurred_at;
        let is_right = |one: &Told| is_possible(one) && has_one_time(one);
        if taken.len() < delivered || !told.iter().all(is_right) {
            self.complain(format!("{state:?}, and told was {told:?}"));
        }
    }

    /// Only a completed export costs anything.
    async fn judge_money(&self, left: &Left, task: Option<&Value>) {
        let paid = task.filter(|task| state(task) == TaskState::Completed);
        let paid = |name| paid.and_then(|task| number(task, name)).unwrap_or_default();
        let get = json!({
            "TableName": self.lane.stack.made.table, "ConsistentRead": true,
            "Key": { "pk": { "S": format!("K#{}", self.key.hash) }, "sk": { "S": "KEY" } },
        });
        let target = "DynamoDB_20120810.GetItem";
        let key = self.lane.stack.aws(target, &get).await;
        let balance = number(left.account(), "balanceMicros");
        let quota = number(&key["Item"], "quotaLeft");
        let right = (
            Some(GRANTED_MICROS - paid("creditsMicros")),
            Some(i64::from(QUOTA_SECONDS) - paid("standardSeconds")),
        );
        if (balance, quota) != right {
            self.complain(format!(
                "balance and quota: {balance:?} {quota:?}, {right:?}"
            ));
        }
    }

    /// No message that there ever was does anything any more.
    async fn judge_repetition(&self, left: &Left) {
        let told = self.lane.told(&self.user);
        self.repeat_all().await;
        if self.left().await != *left {
            self.complain("a message that came again has changed something");
        }
        if self.lane.told(&self.user) != told {
            self.complain("a message that came again was told");
        }
    }
}
