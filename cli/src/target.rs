//! The deployment a client command talks to, over HTTP alone.

use std::time::Duration;

use anyhow::{Context as _, bail};
use axum::body::Bytes;
use serde_json::{Map, Value};
use url::Url;

use crate::deployment::LocalService;
use crate::output::Ending;
use crate::serve::data_dir;

/// Which deployment, and as whom.
#[derive(Debug, clap::Args)]
pub(crate) struct Target {
    /// Base URL of the deployment. Without it: the service running on --data.
    #[arg(long, env = "DARKROOM_URL", global = true, help_heading = "Deployment")]
    url: Option<String>,
    /// API key (sk_...). Without it: the key of the service on --data.
    #[arg(
        long,
        env = "DARKROOM_API_KEY",
        global = true,
        hide_env_values = true,
        help_heading = "Deployment"
    )]
    key: Option<String>,
    #[command(flatten)]
    local: LocalService,
}

/// Connecting to a deployment takes at most this long.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// The server may be silent for so long, in a download too.
const SILENCE_LIMIT: Duration = Duration::from_secs(30);
/// One request, answer included, takes at most this long.
const REQUEST_LIMIT: Duration = Duration::from_mins(1);
/// A file, or a part of one, is sent within this time: 8 MiB at 14 KiB a second.
const SENDING_LIMIT: Duration = Duration::from_mins(10);

/// Most bytes read of an error of the bucket's, and of its code.
const MOST_ERROR_BYTES: usize = 4096;
const MOST_CODE_BYTES: usize = 64;

/// An HTTP client bound to one deployment and key.
#[derive(Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    /// For sending files, while which the server is silent.
    files: reqwest::Client,
    base: String,
    key: String,
}

/// What the service answered to one request: its `data`, or its problem as one sentence. API
/// Gateway, which may refuse a request before the service, says a `message` and no code.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) problem: Value,
}

impl Refusal {
    /// What the answer says of itself, or else what its status is called.
    fn words(&self) -> &str {
        let status = reqwest::StatusCode::from_u16(self.status).ok();
        self.said("detail")
            .or_else(|| self.said("message"))
            .or_else(|| status?.canonical_reason())
            .unwrap_or("no reason is given")
    }

    fn said(&self, name: &str) -> Option<&str> {
        let text = self.problem.get(name)?.as_str()?;
        (!text.is_empty()).then_some(text)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = self.words();
        match self.said("errorCode") {
            Some(code) => write!(f, "{} {code}: {words}", self.status)?,
            None => write!(f, "{} {words}", self.status)?,
        }
        let faults = self.problem.get("errors").and_then(Value::as_array);
        for fault in faults.into_iter().flatten() {
            let text = |name: &str| fault.get(name).and_then(Value::as_str).unwrap_or_default();
            write!(
                f,
                "\n  {} at {}: {}",
                text("code"),
                text("path"),
                text("message")
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

/// What the bucket answered to bytes that were sent to it.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) status: u16,
    /// S3's code of an error, where it says one.
    pub(crate) code: Option<String>,
}

/// The beginning of an answer's text, as far as it can be read.
async fn beginning(mut answer: reqwest::Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < MOST_ERROR_BYTES
        && let Ok(Some(more)) = answer.chunk().await
    {
        bytes.extend_from_slice(&more);
    }
    bytes.truncate(MOST_ERROR_BYTES);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `BadDigest` of `<Error><Code>BadDigest</Code>...`: a few letters and digits.
fn s3_code(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    let is_code = !code.is_empty()
        && code.len() <= MOST_CODE_BYTES
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_code.then(|| code.to_owned())
}

/// Whether asking again may help: no answer, or one of the service's own faults.
pub(crate) fn passes(error: &anyhow::Error) -> bool {
    match error.downcast_ref::<Refusal>() {
        Some(refusal) => refusal.status == 429 || refusal.status >= 500,
        None => true,
    }
}

/// A document or file that the service refuses is the caller's fault: exit 1, not 3.
pub(crate) fn refused(error: anyhow::Error, json: bool) -> anyhow::Result<Ending> {
    match error.downcast_ref::<Refusal>() {
        Some(refusal) if refusal.status == 422 => {
            if json {
                println!("{}", refusal.problem);
            } else {
                eprintln!("error: {refusal}");
            }
            Ok(Ending::Refused)
        }
        _ => Err(error),
    }
}

impl Target {
    pub(crate) fn client(&self) -> anyhow::Result<Client> {
        let local = data_dir::read_endpoint(&self.local.data)?;
        let base = match (&self.url, &local) {
            (Some(url), _) => url.clone(),
            (None, Some(local)) => local.url.clone(),
            (None, None) => bail!(
                "no deployment given and no service is running on {}: start one with \
                 `darkroom serve`, or give --url (or DARKROOM_URL)",
                self.local.data.display()
            ),
        };
        if !Url::parse(&base).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
            bail!(
                "`{base}` is no base URL; it must read like https://host or http://127.0.0.1:8787"
            );
        }
        let key = match (&self.key, &self.url) {
            (Some(key), _) => key.trim().to_owned(),
            (None, None) => std::fs::read_to_string(self.local.data.join("api-key"))
                .context("no API key: give --key (or DARKROOM_API_KEY)")?
                .trim()
                .to_owned(),
            (None, Some(_)) => bail!("no API key: give --key (or DARKROOM_API_KEY)"),
        };
        let cannot = "cannot make an HTTP client";
        let builder = || darkroom_media::http_client().context(cannot);
        let http = builder()?
            .connect_timeout(CONNECT_LIMIT)
            .read_timeout(SILENCE_LIMIT)
            .build()
            .context(cannot)?;
        let files = builder()?
            .connect_timeout(CONNECT_LIMIT)
            .timeout(SENDING_LIMIT)
            .build()
            .context(cannot)?;
        Ok(Client {
            http,
            files,
            base: base.trim_end_matches('/').to_owned(),
            key,
        })
    }
}

impl Client {
    /// Sends one request; `Err` holds a [`Refusal`] when the service said no.
    pub(crate) async fn call(
        &self,
        method: reqwest::Method,
        path: &str,
        body: Option<&Value>,
        idempotency_key: Option<&str>,
    ) -> anyhow::Result<Value> {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .timeout(REQUEST_LIMIT)
            .bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(key) = idempotency_key {
            request = request.header("Idempotency-Key", key);
        }
        self.answer_to(request).await
    }

    async fn answer_to(&self, request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
        let answer = request
            .send()
            .await
            .map_err(|error| self.unreachable(error))?;
        let status = answer.status();
        let text = answer
            .text()
            .await
            .map_err(|error| self.unreachable(error))?;
        let value: Value = serde_json::from_str(&text).with_context(|| {
            format!("{} answered {status} with something that is not JSON: is this a Darkroom base URL?", self.base)
        })?;
        if status.is_success() {
            Ok(value)
        } else {
            Err(Refusal {
                status: status.as_u16(),
                problem: value,
            }
            .into())
        }
    }

    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.call(reqwest::Method::GET, path, None, None).await
    }

    /// Sends a file in one request.
    pub(crate) async fn send_file(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        bytes: Bytes,
    ) -> anyhow::Result<Value> {
        let url = format!("{}{path}", self.base);
        let mut request = self.files.post(url).bearer_auth(&self.key).body(bytes);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer_to(request).await
    }

    /// PUTs bytes to an absolute URL (presigned: the key is not sent).
    pub(crate) async fn put(
        &self,
        url: &str,
        headers: &Map<String, Value>,
        bytes: Bytes,
    ) -> anyhow::Result<Stored> {
        let mut request = self.files.put(url).body(bytes);
        for (name, value) in headers {
            request = request.header(name, value.as_str().unwrap_or_default());
        }
        let answer = request.send().await;
        // The address is a secret as long as it is good.
        let answer = answer.map_err(reqwest::Error::without_url);
        let answer = answer.context("the bucket does not answer")?;
        let status = answer.status();
        let code = if status.is_success() {
            None
        } else {
            s3_code(&beginning(answer).await)
        };
        Ok(Stored {
            status: status.as_u16(),
            code,
        })
    }

    /// Starts a download from an absolute URL (presigned: the key is not sent).
    pub(crate) async fn download(&self, url: &str) -> anyhow::Result<reqwest::Response> {
        let answer = self
            .http
            .get(url)
            .send()
            .await
            .context("cannot download the output")?;
        answer
            .error_for_status()
            .context("the output's URL was refused; read the export again for a new one")
    }

    fn unreachable(&self, error: reqwest::Error) -> anyhow::Error {
        anyhow::Error::new(error.without_url()).context(format!(
            "{} does not answer; is the service running?",
            self.base
        ))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refusal_is_never_without_words() {
        let fault = json!({ "code": "A", "path": "/a", "message": "is bad" });
        for (status, problem, wanted) in [
            (
                422,
                json!({ "errorCode": "CODE", "detail": "it is bad", "errors": [fault] }),
                "422 CODE: it is bad\n  A at /a: is bad",
            ),
            (
                429,
                json!({ "message": "Too Many Requests" }),
                "429 Too Many Requests",
            ),
            (403, json!({ "message": null }), "403 Forbidden"),
            (503, json!("down"), "503 Service Unavailable"),
            (
                500,
                json!({ "errorCode": "CODE" }),
                "500 CODE: Internal Server Error",
            ),
            (599, json!({}), "599 no reason is given"),
        ] {
            assert_eq!(Refusal { status, problem }.to_string(), wanted);
        }
    }

    #[test]
    fn the_code_of_an_error_is_found_where_it_is_one() {
        let told =
            "<?xml version=\"1.0\"?>\n<Error><Code>RequestTimeout</Code><Message>x</Message>";
        assert_eq!(s3_code(told).as_deref(), Some("RequestTimeout"));
        let long = format!("<Code>{}</Code>", "x".repeat(MOST_CODE_BYTES + 1));
        for none in [
            "",
            "<Code>BadDig",
            "<Code></Code>",
            "<Code>a b</Code>",
            long.as_str(),
        ] {
            assert_eq!(s3_code(none), None, "{none}");
        }
    }
}
