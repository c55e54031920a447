//! Table, queues and bucket of the local stack, made from `template.yaml`, so
//! that it and the deployment cannot drift apart.
//!
//! Read from the template: the table's keys, index and TTL, the queues' times and
//! redrive. Encryption, recovery and lifecycle rules mean nothing locally and are
//! left out.

use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TimeToLiveSpecification,
};
use aws_sdk_sqs::types::QueueAttributeName;
use serde_yaml_ng::Value;

use crate::config::{DeadLetterQueues, Queues, Store, StoreConfig};
use crate::error::StoreError;
use crate::transact::built;

const TABLE: &str = "darkroom";
const BUCKET: &str = "darkroom";
/// Each queue with the queue of its dead letters: name here, resource of the template.
const RENDER: [(&str, &str); 2] = [
    ("darkroom-render", "RenderQueue"),
    ("darkroom-render-dead-letters", "RenderDeadLetterQueue"),
];
const WEBHOOK: [(&str, &str); 2] = [
    ("darkroom-webhook", "WebhookQueue"),
    ("darkroom-webhook-dead-letters", "WebhookDeadLetterQueue"),
];

/// What a local stack holds once it is provisioned.
#[derive(Debug, Clone)]
pub struct Provisioned {
    /// The store on it.
    pub store: Store,
    /// Table name.
    pub table: String,
    /// Bucket name.
    pub bucket: String,
    /// Address of the render queue.
    pub render_queue_url: String,
    /// Address of the webhook queue.
    pub webhook_queue_url: String,
    /// Addresses of the queues of their dead letters.
    pub dead_letters: DeadLetterQueues,
}

impl Provisioned {
    /// Addresses of all queues.
    pub fn queues(&self) -> Queues {
        Queues {
            render: self.render_queue_url.clone(),
            webhook: self.webhook_queue_url.clone(),
            dead_letters: Some(self.dead_letters.clone()),
        }
    }
}

/// Makes what is missing on the local stack at `endpoint`; what is there stays
/// as it is.
pub async fn provision(
    endpoint: &str,
    region: &str,
    template: &str,
) -> Result<Provisioned, StoreError> {
    let template: Value = serde_yaml_ng::from_str(template)
        .map_err(|error| StoreError::Config(format!("template.yaml: {error}")))?;
    let store = |queues| StoreConfig::local(endpoint, region, TABLE, BUCKET, queues);
    let setup = Store::new(store(Queues::default())).await?;
    setup.ensure_table(properties(&template, "Table")?).await?;
    setup.ensure_bucket().await?;
    let [render, dead_renders] = setup.ensure_pair(endpoint, &template, RENDER).await?;
    let [webhook, dead_webhooks] = setup.ensure_pair(endpoint, &template, WEBHOOK).await?;
    let dead_letters = DeadLetterQueues {
        render: dead_renders,
        webhook: dead_webhooks,
    };
    let queues = Queues {
        render: render.clone(),
        webhook: webhook.clone(),
        dead_letters: Some(dead_letters.clone()),
    };
    Ok(Provisioned {
        store: Store::new(store(queues)).await?,
        table: TABLE.to_owned(),
        bucket: BUCKET.to_owned(),
        render_queue_url: render,
        webhook_queue_url: webhook,
        dead_letters,
    })
}

/// The stack names itself `localhost`, which may be another address than the one it
/// listens on.
fn reachable(endpoint: &str, url: String) -> String {
    match url.find("/000000000000/") {
        Some(path) => format!("{endpoint}{}", url.get(path..).unwrap_or_default()),
        None => url,
    }
}

fn missing(what: &str) -> StoreError {
    StoreError::Config(format!("template.yaml has no {what}"))
}

fn properties<'a>(template: &'a Value, resource: &str) -> Result<&'a Value, StoreError> {
    template
        .get("Resources")
        .and_then(|resources| resources.get(resource)?.get("Properties"))
        .ok_or_else(|| missing(resource))
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str, StoreError> {
    value
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| missing(name))
}

fn list<'a>(value: &'a Value, name: &str) -> Result<&'a [Value], StoreError> {
    value
        .get(name)
        .and_then(Value::as_sequence)
        .map(Vec::as_slice)
        .ok_or_else(|| missing(name))
}

fn key_schema(value: &Value) -> Result<Vec<KeySchemaElement>, StoreError> {
    list(value, "KeySchema")?
        .iter()
        .map(|element| {
            built(
                KeySchemaElement::builder()
                    .attribute_name(text(element, "AttributeName")?)
                    .key_type(KeyType::from(text(element, "KeyType")?))
                    .build(),
            )
        })
        .collect()
}

impl Store {
    async fn ensure_table(&self, properties: &Value) -> Result<(), StoreError> {
        let db = &self.0.db;
        let mut create = db
            .create_table()
            .table_name(TABLE)
            .billing_mode(BillingMode::PayPerRequest)
            .set_key_schema(Some(key_schema(properties)?));
        for attribute in list(properties, "AttributeDefinitions")? {
            create = create.attribute_definitions(built(
                AttributeDefinition::builder()
                    .attribute_name(text(attribute, "AttributeName")?)
                    .attribute_type(ScalarAttributeType::from(text(attribute, "AttributeType")?))
                    .build(),
            )?);
        }
        for index in list(properties, "GlobalSecondaryIndexes")? {
            let projection = index
                .get("Projection")
                .ok_or_else(|| missing("Projection"))?;
            let kind = ProjectionType::from(text(projection, "ProjectionType")?);
            create = create.global_secondary_indexes(built(
                GlobalSecondaryIndex::builder()
                    .index_name(text(index, "IndexName")?)
                    .set_key_schema(Some(key_schema(index)?))
                    .projection(Projection::builder().projection_type(kind).build())
                    .build(),
            )?);
        }
        match create.send().await {
            Ok(_) => {}
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(CreateTableError::is_resource_in_use_exception) =>
            {
                return Ok(());
            }
            Err(error) => return Err(StoreError::sdk("CreateTable", &error)),
        }
        let ttl = properties
            .get("TimeToLiveSpecification")
            .ok_or_else(|| missing("TimeToLiveSpecification"))?;
        let ttl = built(
            TimeToLiveSpecification::builder()
                .attribute_name(text(ttl, "AttributeName")?)
                .enabled(true)
                .build(),
        )?;
        db.update_time_to_live()
            .table_name(TABLE)
            .time_to_live_specification(ttl)
            .send()
            .await
            .map_err(|error| StoreError::sdk("UpdateTimeToLive", &error))?;
        Ok(())
    }

    async fn ensure_bucket(&self) -> Result<(), StoreError> {
        let s3 = &self.0.s3;
        if s3.head_bucket().bucket(BUCKET).send().await.is_ok() {
            return Ok(());
        }
        s3.create_bucket()
            .bucket(BUCKET)
            .send()
            .await
            .map_err(|error| StoreError::sdk("CreateBucket", &error))?;
        Ok(())
    }

    /// Makes a queue and the queue of its dead letters; answers their addresses.
    async fn ensure_pair(
        &self,
        endpoint: &str,
        template: &Value,
        [queue, dead_letters]: [(&str, &str); 2],
    ) -> Result<[String; 2], StoreError> {
        let dead = properties(template, dead_letters.1)?;
        let dead_url = self.ensure_queue(dead_letters.0, dead, None).await?;
        let dead_arn = self.queue_arn(&dead_url).await?;
        let properties = properties(template, queue.1)?;
        let url = self
            .ensure_queue(queue.0, properties, Some(&dead_arn))
            .await?;
        Ok([url, dead_url].map(|url| reachable(endpoint, url)))
    }

    async fn ensure_queue(
        &self,
        name: &str,
        properties: &Value,
        dead_letters: Option<&str>,
    ) -> Result<String, StoreError> {
        let mut create = self.0.sqs.create_queue().queue_name(name);
        let times = [
            ("VisibilityTimeout", QueueAttributeName::VisibilityTimeout),
            (
                "MessageRetentionPeriod",
                QueueAttributeName::MessageRetentionPeriod,
            ),
        ];
        for (property, attribute) in times {
            if let Some(seconds) = properties.get(property).and_then(Value::as_u64) {
                create = create.attributes(attribute, seconds.to_string());
            }
        }
        if let Some(arn) = dead_letters {
            let most = properties
                .get("RedrivePolicy")
                .and_then(|redrive| redrive.get("maxReceiveCount")?.as_u64())
                .ok_or_else(|| missing("maxReceiveCount"))?;
            let redrive =
                serde_json::json!({ "deadLetterTargetArn": arn, "maxReceiveCount": most });
            create = create.attributes(QueueAttributeName::RedrivePolicy, redrive.to_string());
        }
        let made = create
            .send()
            .await
            .map_err(|error| StoreError::sdk("CreateQueue", &error))?;
        made.queue_url.ok_or(StoreError::Corrupt("queue address"))
    }

    async fn queue_arn(&self, url: &str) -> Result<String, StoreError> {
        let found = self
            .0
            .sqs
            .get_queue_attributes()
            .queue_url(url)
            .attribute_names(QueueAttributeName::QueueArn)
            .send()
            .await
            .map_err(|error| StoreError::sdk("GetQueueAttributes", &error))?;
        found
            .attributes
            .and_then(|mut attributes| attributes.remove(&QueueAttributeName::QueueArn))
            .ok_or(StoreError::Corrupt("queue ARN"))
    }
}
