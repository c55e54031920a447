//! The deployed sweep, under its role of the template.

use darkroom_exports::repair::UNCLAIMED_SENDS;
use serde_json::{Value, json};

use crate::common::{LIMIT, moving_square, receiver, request};
use crate::{DEAD_LETTERS, Deployed, Fill, QUEUE};

impl Deployed {
    /// Stops the schedule, so that a test alone says when there is a run.
    pub async fn only_swept_by_hand(&self) {
        let rule = json!({ "Name": "darkroom-sweep" });
        self.call("events", "AWSEvents.DisableRule", &rule).await;
    }

    /// One run, in which nothing failed.
    pub async fn sweep(&self) -> Value {
        let event = Fill::default().read("sweep/scheduled");
        let report = self.invoke("darkroom-sweep", event).await;
        assert_eq!(report["errors"], 0, "{report}\n{}", self.log());
        report
    }

    /// Makes an item of the user of this machine due.
    async fn make_due(&self, sk: &str) {
        let update = json!({
            "TableName": "darkroom",
            "Key": { "pk": { "S": "U#dev" }, "sk": { "S": sk } },
            "UpdateExpression": "SET dueAt = :past",
            "ConditionExpression": "attribute_exists(dueShard)",
            "ExpressionAttributeValues": { ":past": { "N": "1" } },
        });
        self.call("dynamodb", "DynamoDB_20120810.UpdateItem", &update)
            .await;
    }

    /// A task of the user of this machine that nobody could claim for a day.
    async fn sent_for_a_day(&self, task: &str) {
        let update = json!({
            "TableName": "darkroom",
            "Key": { "pk": { "S": "U#dev" }, "sk": { "S": format!("T#{task}") } },
            "UpdateExpression": "SET resends = :many",
            "ConditionExpression": "attribute_exists(dueShard)",
            "ExpressionAttributeValues": { ":many": { "N": UNCLAIMED_SENDS.to_string() } },
        });
        self.call("dynamodb", "DynamoDB_20120810.UpdateItem", &update)
            .await;
    }
}

#[tokio::test]
async fn the_deployed_sweep_repairs_and_tells_of_it() {
    let deployed = Deployed::start();
    deployed.only_swept_by_hand().await;
    deployed.feed(false).await;
    let service = &deployed.service;
    service.keeps("sesame");
    let (url, mut received) = receiver().await;
    let mut body = request(&moving_square(64, 0.5));
    body["callbackUrl"] = url.into();
    body["callbackHeaders"] = json!({ "X-Token": "sesame" });
    let poisonous = service.post(&service.key, None, &body).await.task();
    let lost = service.created(&moving_square(64, 0.5)).await;
    assert_eq!(deployed.messages(QUEUE).await, (2, 0));

    // Its message came too often; the other one's is sent again, and slots are looked at.
    deployed.sent_for_a_day(&poisonous).await;
    let letter = json!({ "user": "dev", "task": poisonous }).to_string();
    let letter = json!({ "MessageBody": letter });
    deployed.sqs("SendMessage", DEAD_LETTERS, letter).await;
    deployed.make_due(&format!("T#{lost}")).await;
    deployed.make_due("ACCOUNT").await;
    let report = deployed.sweep().await;
    let counted = ["found", "resent", "failed", "dlqDrained", "mismatches"];
    let counts = counted.map(|name| report[name].as_u64().unwrap());
    assert_eq!(counts, [2, 1, 1, 1, 0], "{report}");
    assert_eq!(deployed.messages(QUEUE).await, (3, 0));
    assert_eq!(deployed.messages(DEAD_LETTERS).await, (0, 0));

    let got = tokio::time::timeout(LIMIT, received.recv()).await;
    let (headers, got) = got.unwrap().unwrap();
    assert_eq!(got["eventType"], "EXPORT_FAILED", "{got}");
    assert_eq!(got["task"]["taskId"], poisonous.as_str());
    assert_eq!(headers["x-token"], "sesame");

    // The schedule is there, and it calls what was called here.
    let rule = json!({ "Name": "darkroom-sweep" });
    let found = deployed
        .call("events", "AWSEvents.DescribeRule", &rule)
        .await;
    assert_eq!(found["ScheduleExpression"], "rate(1 minute)");
    let rule = json!({ "Rule": "darkroom-sweep" });
    let targets = deployed
        .call("events", "AWSEvents.ListTargetsByRule", &rule)
        .await;
    let arn = targets["Targets"][0]["Arn"].as_str().unwrap();
    assert!(arn.ends_with(":function:darkroom-sweep"), "{arn}");

    // That the second one has two messages does no harm.
    deployed.feed(true).await;
    assert_eq!(service.ended(&lost).await["status"], "COMPLETED");
}
