//! Deploys the built bootstraps into MiniStack as Lambda functions.
//!
//! Spoken as plain HTTP rather than through the SDK's Lambda and API Gateway
//! crates: six calls, on a local stack that asks for no signature, are not
//! worth two more crates of generated code in every build. It therefore
//! works on the local stack only; AWS is deployed to with `template.yaml`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::ministack::REGION;

/// The account every local resource belongs to.
const ACCOUNT: &str = "000000000000";
const FUNCTIONS: &str = "/2015-03-31/functions";
const MAPPINGS: &str = "/2015-03-31/event-source-mappings/";
/// Names of the deployed functions.
pub(crate) const API_FUNCTION: &str = "darkroom-api";
pub(crate) const RENDER_FUNCTION: &str = "darkroom-render";
/// Seconds one render may take; the queue's visibility time-out is six times that.
const RENDER_LIMIT_S: u64 = 900;

/// What is deployed and how the functions find their parts.
pub(crate) struct Deployment<'a> {
    pub(crate) endpoint: &'a str,
    /// Holds `api/bootstrap` and `render/bootstrap`.
    pub(crate) bootstraps: &'a Path,
    pub(crate) environment: Map<String, Value>,
    pub(crate) queue_name: &'a str,
}

impl Deployment<'_> {
    /// Deploys both functions, replacing those of an earlier start, and
    /// answers the base URL of the HTTP API.
    pub(crate) async fn deploy(&self) -> anyhow::Result<String> {
        let http = Http::new(self.endpoint)?;
        http.remove_earlier().await?;
        let api = self.function(&http, API_FUNCTION, "api", 30).await?;
        let render = self
            .function(&http, RENDER_FUNCTION, "render", RENDER_LIMIT_S)
            .await?;
        let queue = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{}", self.queue_name);
        http.call(
            Method::POST,
            MAPPINGS,
            Some(json!({
                "FunctionName": render,
                "EventSourceArn": queue,
                "BatchSize": 1,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "ScalingConfig": { "MaximumConcurrency": 2 },
            })),
        )
        .await?;
        self.http_api(&http, &api).await
    }

    async fn function(
        &self,
        http: &Http,
        name: &str,
        folder: &str,
        limit_s: u64,
    ) -> anyhow::Result<String> {
        let path = self.bootstraps.join(folder).join("bootstrap");
        let content = tokio::fs::read(&path).await.with_context(|| {
            format!(
                "cannot read {}: build it with `cargo xtask lambda`, or name the folder that \
                 holds api/bootstrap and render/bootstrap with --bootstraps DIR",
                path.display()
            )
        })?;
        let zip = super::zip::bootstrap(&content)
            .with_context(|| format!("{} cannot be packed", path.display()))?;
        let answer = http
            .call(
                Method::POST,
                FUNCTIONS,
                Some(json!({
                    "FunctionName": name,
                    "Runtime": "provided.al2023",
                    "Handler": "bootstrap",
                    "Role": format!("arn:aws:iam::{ACCOUNT}:role/darkroom-local"),
                    "Timeout": limit_s,
                    "MemorySize": 2048,
                    "Code": { "ZipFile": base64::engine::general_purpose::STANDARD.encode(zip) },
                    "Environment": { "Variables": self.environment },
                })),
            )
            .await?;
        text(&answer, "FunctionArn")
    }

    async fn http_api(&self, http: &Http, function: &str) -> anyhow::Result<String> {
        let api = http
            .call(
                Method::POST,
                "/v2/apis",
                Some(json!({"name": API_FUNCTION, "protocolType": "HTTP"})),
            )
            .await?;
        let id = text(&api, "apiId")?;
        let integration = http
            .call(
                Method::POST,
                &format!("/v2/apis/{id}/integrations"),
                Some(json!({
                    "integrationType": "AWS_PROXY",
                    "integrationUri": function,
                    "payloadFormatVersion": "2.0",
                })),
            )
            .await?;
        let target = format!("integrations/{}", text(&integration, "integrationId")?);
        let routes = format!("/v2/apis/{id}/routes");
        http.call(
            Method::POST,
            &routes,
            Some(json!({"routeKey": "$default", "target": target})),
        )
        .await?;
        let stages = format!("/v2/apis/{id}/stages");
        http.call(
            Method::POST,
            &stages,
            Some(json!({"stageName": "$default", "autoDeploy": true})),
        )
        .await?;
        Ok(format!("{}/_aws/execute-api/{id}/$default", self.endpoint))
    }
}

/// Where the bootstraps lie unless --bootstraps says otherwise: `target/lambda`
/// beside the build that this program comes from, else below the working directory.
pub(crate) fn default_bootstraps() -> PathBuf {
    let beside = std::env::current_exe().ok().and_then(|exe| {
        exe.ancestors()
            .map(|dir| dir.join("lambda"))
            .find(|dir| dir.join("api/bootstrap").is_file())
    });
    beside.unwrap_or_else(|| PathBuf::from("target/lambda"))
}

struct Http {
    client: reqwest::Client,
    endpoint: String,
}

impl Http {
    fn new(endpoint: &str) -> anyhow::Result<Self> {
        let client = darkroom_media::http_client()
            .context("cannot make an HTTP client")?
            .no_proxy()
            .timeout(Duration::from_mins(1))
            .build()
            .context("cannot make an HTTP client")?;
        Ok(Self {
            client,
            endpoint: endpoint.to_owned(),
        })
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let mut request = self
            .client
            .request(method.clone(), format!("{}{path}", self.endpoint));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request
            .send()
            .await
            .context("the local AWS stack does not answer")?;
        let status = answer.status();
        let text = answer
            .text()
            .await
            .context("the local AWS stack does not answer")?;
        if !status.is_success() {
            bail!("the local AWS stack refused {method} {path} with {status}: {text}");
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    /// Functions, mappings and HTTP APIs of an earlier start would run old code.
    async fn remove_earlier(&self) -> anyhow::Result<()> {
        let mappings = self.call(Method::GET, MAPPINGS, None).await?;
        for mapping in list(&mappings, "EventSourceMappings") {
            let id = text(mapping, "UUID")?;
            self.call(Method::DELETE, &format!("{MAPPINGS}{id}"), None)
                .await?;
        }
        let apis = self.call(Method::GET, "/v2/apis", None).await?;
        for api in
            list(&apis, "items").filter(|api| api.get("name").is_some_and(|n| n == API_FUNCTION))
        {
            let id = text(api, "apiId")?;
            self.call(Method::DELETE, &format!("/v2/apis/{id}"), None)
                .await?;
        }
        let functions = self
            .call(Method::GET, &format!("{FUNCTIONS}/"), None)
            .await?;
        for function in list(&functions, "Functions") {
            let name = text(function, "FunctionName")?;
            if name == API_FUNCTION || name == RENDER_FUNCTION {
                self.call(Method::DELETE, &format!("{FUNCTIONS}/{name}"), None)
                    .await?;
            }
        }
        Ok(())
    }
}

/// Takes the mapping away, so that in-process polling is not raced by deployed functions.
pub(crate) async fn undeploy(endpoint: &str) -> anyhow::Result<()> {
    Http::new(endpoint)?.remove_earlier().await
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text(value: &Value, name: &str) -> anyhow::Result<String> {
    value
        .get(name)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .with_context(|| format!("the local AWS stack answered without `{name}`: {value}"))
}
