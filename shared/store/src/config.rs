//! Clients and settings.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::tls;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use darkroom_editor_state::{GraphicName, MotionGraphic};

use crate::accounts::Standing;
use crate::error::StoreError;
use crate::files::KnownFiles;
use crate::keys::ApiKey;
use crate::recorder::CallRecorder;

/// Addresses of the queues.
#[derive(Debug, Clone, Default)]
pub struct Queues {
    /// Tasks for the render function.
    pub render: String,
    /// Deliveries for the webhook function.
    pub webhook: String,
    /// Where their dead letters are, which only the sweep needs.
    pub dead_letters: Option<DeadLetterQueues>,
}

/// Addresses of the queues of dead letters.
#[derive(Debug, Clone)]
pub struct DeadLetterQueues {
    /// Those of the render queue.
    pub render: String,
    /// Those of the webhook queue.
    pub webhook: String,
}

const RENDER_DEAD_LETTERS: &str = "DARKROOM_RENDER_DEAD_LETTER_QUEUE_URL";
const WEBHOOK_DEAD_LETTERS: &str = "DARKROOM_WEBHOOK_DEAD_LETTER_QUEUE_URL";

impl Queues {
    /// Where the dead letters are; an error where this process was not told.
    pub fn dead_letters(&self) -> Result<&DeadLetterQueues, StoreError> {
        self.dead_letters.as_ref().ok_or_else(|| {
            StoreError::Config(format!(
                "{RENDER_DEAD_LETTERS} and {WEBHOOK_DEAD_LETTERS} are not both set"
            ))
        })
    }
}

/// Where the service keeps its state.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// DynamoDB table.
    pub table: String,
    /// S3 bucket.
    pub bucket: String,
    /// SQS queues.
    pub queues: Queues,
    /// Another endpoint than AWS's: then credentials are dummies and S3 is
    /// addressed by path.
    pub local: Option<(String, String)>,
    /// How long its calls may take.
    pub timeouts: Timeouts,
}

impl StoreConfig {
    /// State on a local stack at `endpoint`.
    pub fn local(endpoint: &str, region: &str, table: &str, bucket: &str, queues: Queues) -> Self {
        Self {
            table: table.to_owned(),
            bucket: bucket.to_owned(),
            queues,
            local: Some((endpoint.to_owned(), region.to_owned())),
            timeouts: Timeouts::PATIENT,
        }
    }

    /// The same state for whoever must answer before long.
    #[must_use]
    pub fn prompt(self) -> Self {
        Self {
            timeouts: Timeouts::PROMPT,
            ..self
        }
    }

    /// Settings from `DARKROOM_TABLE`, `DARKROOM_BUCKET`, `DARKROOM_RENDER_QUEUE_URL`
    /// and `DARKROOM_WEBHOOK_QUEUE_URL`, and where they are set
    /// `DARKROOM_RENDER_DEAD_LETTER_QUEUE_URL` and `DARKROOM_WEBHOOK_DEAD_LETTER_QUEUE_URL`;
    /// credentials, region and `AWS_ENDPOINT_URL` as the SDK reads them.
    pub fn from_env() -> Result<Self, StoreError> {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let var =
            |name: &str| set(name).ok_or_else(|| StoreError::Config(format!("{name} is not set")));
        let dead_letters = set(RENDER_DEAD_LETTERS)
            .zip(set(WEBHOOK_DEAD_LETTERS))
            .map(|(render, webhook)| DeadLetterQueues { render, webhook });
        Ok(Self {
            table: var("DARKROOM_TABLE")?,
            bucket: var("DARKROOM_BUCKET")?,
            queues: Queues {
                render: var("DARKROOM_RENDER_QUEUE_URL")?,
                webhook: var("DARKROOM_WEBHOOK_QUEUE_URL")?,
                dead_letters,
            },
            local: None,
            timeouts: Timeouts::PATIENT,
        })
    }
}

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(3);

/// Longest waits of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallTimeouts {
    /// For the answer to one try.
    pub attempt: Duration,
    /// For that of the whole call, with further tries and the pauses between them.
    pub whole: Duration,
}

/// Longest waits of a store's calls, past which whatever they call is taken for silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Calls to the table and the queues, which are of some kilobytes.
    pub items: CallTimeouts,
    /// Calls to the bucket: those that send a file take their time. What an answer streams is
    /// not counted.
    pub objects: CallTimeouts,
}

impl Timeouts {
    /// Of whoever works for minutes: a long poll of a queue, 20 s, is one try.
    pub const PATIENT: Self = {
        let wait = CallTimeouts {
            attempt: Duration::from_secs(25),
            whole: Duration::from_secs(60),
        };
        Self {
            items: wait,
            objects: wait,
        }
    };
    /// Of functions that are ended after 29 s or a little later (`Timeout` in template.yaml):
    /// after a silent call they still say so. A file has as much of that as there is.
    pub const PROMPT: Self = Self {
        items: CallTimeouts {
            attempt: Duration::from_secs(3),
            whole: Duration::from_secs(6),
        },
        objects: CallTimeouts {
            attempt: Duration::from_secs(20),
            whole: Duration::from_secs(20),
        },
    };
}

impl CallTimeouts {
    fn to_sdk(self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(self.attempt)
            .operation_timeout(self.whole)
            .build()
    }
}

/// How calls are carried to AWS, and tried again.
#[derive(Debug, Clone)]
pub struct Transport {
    /// What sends requests.
    pub http: SharedHttpClient,
    /// Longest pause before a call's second try; it doubles with each further one.
    pub first_backoff: Duration,
}

impl Default for Transport {
    /// HTTPS, and a second.
    fn default() -> Self {
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(tls::Provider::Rustls(
                tls::rustls_provider::CryptoMode::Ring,
            ))
            .build_https();
        Self {
            http,
            first_backoff: Duration::from_secs(1),
        }
    }
}

/// SDK settings with time-outs and bounded retries.
async fn sdk_config(
    local: Option<&(String, String)>,
    transport: Transport,
    timeouts: CallTimeouts,
) -> SdkConfig {
    let retries = RetryConfig::standard()
        .with_max_attempts(4)
        .with_initial_backoff(transport.first_backoff);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(transport.http)
        .retry_config(retries)
        .timeout_config(timeouts.to_sdk());
    if let Some((endpoint, region)) = local {
        let dummy = Credentials::new("test", "test", None, None, "local");
        loader = loader
            .endpoint_url(endpoint)
            .region(Region::new(region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(dummy));
    }
    loader.load().await
}

/// The service's state. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) table: String,
    pub(crate) bucket: String,
    pub(crate) queues: Queues,
    pub(crate) db: aws_sdk_dynamodb::Client,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) recorder: CallRecorder,
    /// API keys looked up within the last minute, by hash.
    pub(crate) keys: Mutex<HashMap<String, (Instant, ApiKey)>>,
    /// Documents known to be in the bucket, by hash.
    pub(crate) documents: Mutex<HashSet<String>>,
    /// Motion graphics of the operator that were found; they never change.
    pub(crate) graphics: Mutex<HashMap<GraphicName, Arc<MotionGraphic>>>,
    /// How accounts stood when last seen, where that is not as they begin.
    pub(crate) standings: Mutex<HashMap<String, Standing>>,
    /// Files that were there when last looked at, by user.
    pub(crate) files: Mutex<HashMap<String, KnownFiles>>,
}

impl Store {
    /// Connects lazily: nothing is called yet.
    pub async fn new(config: StoreConfig) -> Result<Self, StoreError> {
        Self::over(config, Transport::default()).await
    }

    /// The same, over a transport of the caller's own, such as one that fails on purpose.
    pub async fn over(config: StoreConfig, transport: Transport) -> Result<Self, StoreError> {
        let Timeouts { items, objects } = config.timeouts;
        let sdk = sdk_config(config.local.as_ref(), transport, items).await;
        let recorder = CallRecorder::default();
        let by_path = config.local.is_some() || sdk.endpoint_url().is_some();
        let db = aws_sdk_dynamodb::config::Builder::from(&sdk)
            .interceptor(recorder.clone())
            .build();
        let s3 = aws_sdk_s3::config::Builder::from(&sdk)
            .timeout_config(objects.to_sdk())
            .force_path_style(by_path)
            .interceptor(recorder.clone())
            .build();
        let sqs = aws_sdk_sqs::config::Builder::from(&sdk)
            .interceptor(recorder.clone())
            .build();
        Ok(Self(Arc::new(Inner {
            table: config.table,
            bucket: config.bucket,
            queues: config.queues,
            db: aws_sdk_dynamodb::Client::from_conf(db),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sqs: aws_sdk_sqs::Client::from_conf(sqs),
            recorder,
            keys: Mutex::default(),
            documents: Mutex::default(),
            graphics: Mutex::default(),
            standings: Mutex::default(),
            files: Mutex::default(),
        })))
    }

    /// The store that the environment names.
    pub async fn from_env() -> Result<Self, StoreError> {
        Self::new(StoreConfig::from_env()?).await
    }

    /// The same for a function that must answer before long.
    pub async fn prompt_from_env() -> Result<Self, StoreError> {
        Self::new(StoreConfig::from_env()?.prompt()).await
    }

    /// The AWS calls this store has made.
    pub fn recorder(&self) -> &CallRecorder {
        &self.0.recorder
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// The system takes connections to it, and nobody ever reads one.
    fn silent() -> (TcpListener, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        (listener, url)
    }

    #[tokio::test]
    async fn what_is_silent_is_given_up_in_the_stores_own_time() {
        let (_listener, url) = silent();
        let mut config = StoreConfig::local(&url, "us-east-1", "t", "b", Queues::default());
        let wait = |milliseconds| CallTimeouts {
            attempt: Duration::from_millis(milliseconds),
            whole: Duration::from_millis(2 * milliseconds),
        };
        config.timeouts = Timeouts {
            items: wait(50),
            objects: wait(500),
        };
        let store = Store::new(config).await.unwrap();
        let began = Instant::now();
        let error = store.account("ann").await.unwrap_err();
        assert!(error.may_retry(), "{error}");
        let items = began.elapsed();
        let error = store.get_document("x").await.unwrap_err();
        assert!(error.may_retry(), "{error}");
        let objects = began.elapsed().saturating_sub(items);
        assert!(objects >= Duration::from_millis(500), "{objects:?}");
        assert!(began.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_function_that_must_answer_outlives_a_silent_call() {
        let ended = Duration::from_secs(29);
        let Timeouts { items, objects } = Timeouts::PROMPT;
        // A read of the table before, and one after the longest wait of a client.
        assert!(items.whole + objects.whole < ended);
        assert!(items.whole + Duration::from_secs(20) < ended);
        let config = StoreConfig::local("http://x", "r", "t", "b", Queues::default());
        assert_eq!(config.timeouts, Timeouts::PATIENT);
        assert_eq!(config.prompt().timeouts, Timeouts::PROMPT);
    }
}
