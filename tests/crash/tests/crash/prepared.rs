//! What a flow has beside its create: another export, and what was lost before the sweep.

use darkroom_editor_state::MotionGraphic;
use darkroom_exports::repair::MAX_ATTEMPTS;
use darkroom_exports::{DeliveryId, Step, TaskId, Timestamp};
use darkroom_store::{
    Added, ClaimOutcome, Created, DELIVERY_LEASE, DeliveryClaim, Finish, RenderMessage,
    WebhookMessage,
};
use darkroom_test_stack::export::{ask_for, square};
use darkroom_test_stack::font;
use serde_json::{Value, json};

use crate::access::caller::Caller;
use crate::cell::Cell;
use crate::lane::Lane;
use crate::queue::{only_the_item, without_the_item};

/// A slot that no task has.
pub const LEAKED: &str = "00000000-0000-7000-8000-000000000000";

impl Cell {
    /// Has the export show an uploaded picture, under a motion graphic of the operator's.
    pub async fn enrich(&mut self) {
        furnish(&self.lane).await;
        let picture = {
            let mut uploader = Caller::new(self).await;
            uploader.event("upload-asset", 201).await
        };
        let asset = picture["assetId"].as_str().unwrap();
        asset.clone_into(&mut self.asset);
        self.body = rich(&self.body, &picture);
    }

    /// Another active export of the user, whose message nobody has sent: one slot is left.
    pub async fn another_export(&self) -> TaskId {
        let state = square(64, 1);
        let nothing_more = json!({});
        let asked = ask_for(&self.store, &self.key, &state, &nothing_more);
        let (task, created) = asked.await;
        assert_eq!(created, Created::New);
        task
    }

    /// The other export has ended, and is so old that it is gone.
    pub async fn forget(&self, other: TaskId) {
        let found = self.store.find_task(&self.user, other).await.unwrap();
        let found = found.expect("it was created");
        let ended = self.store.fail_abandoned(&found, "it is in the way").await;
        assert_eq!(ended.unwrap(), Finish::Done);
        let key = json!({
            "pk": { "S": format!("U#{}", self.user) }, "sk": { "S": format!("T#{other}") },
        });
        self.delete_item(&key).await;
    }

    async fn delete_item(&self, key: &Value) {
        let stack = &self.lane.stack;
        let delete = json!({ "TableName": stack.made.table, "Key": key });
        stack.aws("DynamoDB_20120810.DeleteItem", &delete).await;
    }

    /// A worker died in the last attempt, and a sender in telling of the start: their
    /// messages are dead letters. Beside that an account has a slot too many, and the due
    /// index names what this version does not know.
    pub async fn abandon(&self) {
        let id = self.answers.lock().unwrap().created[0].clone();
        let render = RenderMessage {
            user: self.user.clone(),
            task: id.clone(),
        };
        let claimed = self.store.claim(&render, "worker", DELIVERY_LEASE).await;
        assert!(matches!(claimed.unwrap(), ClaimOutcome::Claimed(_)));
        let started = DeliveryId {
            task: TaskId::parse(&id).unwrap(),
            step: Step::Started,
        };
        let telling = WebhookMessage {
            user: self.user.clone(),
            delivery: started.to_string(),
            generation: 0,
            not_before: 0,
        };
        let claimed = self
            .store
            .claim_delivery(&telling, Timestamp::now(), DELIVERY_LEASE)
            .await;
        assert!(matches!(claimed.unwrap(), DeliveryClaim::Claimed(_)));

        let stack = &self.lane.stack;
        let used_up = json!({ ":most": { "N": MAX_ATTEMPTS.to_string() } });
        let set = "SET attempts = :most";
        stack
            .update(&self.user, &format!("T#{id}"), set, &used_up)
            .await;
        let leaked = json!({ ":slots": { "SS": [LEAKED] } });
        let add = "ADD active :slots";
        stack.update(&self.user, "ACCOUNT", add, &leaked).await;
        let mut odd = self.odd();
        odd["dueShard"] = json!({ "S": "D#0" });
        odd["dueAt"] = json!({ "N": "0" });
        let put = json!({ "TableName": stack.made.table, "Item": odd });
        stack.aws("DynamoDB_20120810.PutItem", &put).await;
        let urls = &stack.made.dead_letters;
        for (url, letter) in [
            (&urls.render, serde_json::to_string(&render)),
            (&urls.webhook, serde_json::to_string(&telling)),
        ] {
            let letter = json!({ "QueueUrl": url, "MessageBody": letter.unwrap() });
            stack.aws("AmazonSQS.SendMessage", &letter).await;
        }
    }

    /// Key of what this version does not know.
    fn odd(&self) -> Value {
        json!({ "pk": { "S": format!("X#{}", self.user) }, "sk": { "S": "ODD" } })
    }

    /// The queue is paused and goes on, and neither comes further than its item: a sweep in
    /// between holds the export, and the next one is to send it.
    pub async fn hold_by_sweep(&self) {
        only_the_item(&self.lane.stack).await;
        self.pass_time().await;
        self.sweep(&mut None).await;
        without_the_item(&self.lane.stack).await;
    }

    /// Takes away what is not the next cell's: what is held back, or was left by mistake.
    pub async fn clear(&self) {
        let stack = &self.lane.stack;
        let dead = &stack.made.dead_letters;
        for url in [
            &stack.made.render_queue_url,
            &stack.made.webhook_queue_url,
            &dead.render,
            &dead.webhook,
        ] {
            let purge = json!({ "QueueUrl": url });
            stack.aws("AmazonSQS.PurgeQueue", &purge).await;
        }
        self.delete_item(&self.odd()).await;
    }
}

/// The same export, showing a motion graphic that nobody has added.
pub fn unheard(body: &Value) -> Value {
    let mut body = body.clone();
    let square = body["editorState"]["items"]["square"].clone();
    let mut card = square.as_object().unwrap().clone();
    card.remove("color");
    card.remove("shape");
    card.insert("type".to_owned(), json!("motion-graphic"));
    card.insert("motionGraphicId".to_owned(), json!("nowhere"));
    card.insert("motionGraphicVersion".to_owned(), json!(1));
    card.insert("props".to_owned(), json!({}));
    card.insert("slots".to_owned(), json!({}));
    body["editorState"]["items"]["square"] = Value::Object(card);
    body
}

/// What the operator adds once: a font, and a motion graphic.
pub async fn furnish(lane: &Lane) {
    let store = lane.stack.store();
    store.put_font("Own.otf", font::renamed()).await.unwrap();
    let file = json!({
        "id": "panel", "version": 1, "label": "Panel", "width": 100, "height": 100,
        "props": { "title": { "type": "string" } }, "slots": {},
        "items": [{
            "type": "solid", "width": 100, "height": 100, "shape": "rectangle",
            "color": "#00ff00",
        }],
    });
    let graphic = MotionGraphic::from_json(&file.to_string()).unwrap();
    let added = store.add_motion_graphic(&graphic).await.unwrap();
    assert_ne!(added, Added::Differs);
}

/// A create whose square is an uploaded picture, under a motion graphic of the operator's.
pub fn rich(body: &Value, picture: &Value) -> Value {
    let mut body = body.clone();
    let state = &mut body["editorState"];
    state["assets"]["file"]["remoteKey"] = picture["fileKey"].clone();
    let mut card = state["items"]["square"].clone();
    let own = json!({
        "id": "card", "type": "motion-graphic", "motionGraphicId": "panel",
        "motionGraphicVersion": 1, "props": { "title": "Hi" }, "slots": {},
    });
    card.as_object_mut()
        .unwrap()
        .extend(own.as_object().unwrap().clone());
    state["items"]["card"] = card;
    let square = state["items"]["square"].as_object_mut().unwrap();
    square.remove("color");
    square.remove("shape");
    square.insert("type".to_owned(), json!("image"));
    square.insert("assetId".to_owned(), json!("file"));
    let over = json!({ "id": "u", "items": ["card"], "hidden": false, "muted": false });
    state["tracks"].as_array_mut().unwrap().push(over);
    body
}
