//! Deploys the built bootstraps into MiniStack as Lambda functions, as
//! `template.yaml` describes them: time-outs, environment, event sources, schedule, and
//! roles, which MiniStack enforces. A call that a policy lacks fails here too.
//!
//! Spoken as plain HTTP rather than through the SDK's Lambda, IAM, EventBridge and API
//! Gateway crates: eleven calls, on a local stack that takes the root user
//! unsigned, are not worth four more crates of generated code in every build.
//! It therefore works on the local stack only; AWS is deployed to with SAM.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use reqwest::{Method, RequestBuilder, StatusCode, Url};
use serde_json::{Map, Value, json};

use super::ministack::REGION;
use super::template::{Function, Role, Template};

const FUNCTIONS: &str = "/2015-03-31/functions";
const MAPPINGS: &str = "/2015-03-31/event-source-mappings/";
/// Services, as a signature names them.
const LAMBDA: &str = "lambda";
const GATEWAY: &str = "apigateway";
/// Names of the deployed functions.
const API_FUNCTION: &str = "darkroom-api";
const RENDER_FUNCTION: &str = "darkroom-render";
const WEBHOOK_FUNCTION: &str = "darkroom-webhook";
/// Also the name of the rule that calls it.
const SWEEP_FUNCTION: &str = "darkroom-sweep";
const FUNCTION_NAMES: [&str; 4] = [
    API_FUNCTION,
    RENDER_FUNCTION,
    WEBHOOK_FUNCTION,
    SWEEP_FUNCTION,
];

/// What is deployed and how the functions find their parts.
pub(crate) struct Deployment<'a> {
    pub(crate) endpoint: &'a str,
    /// Holds `api/bootstrap`, `render/bootstrap`, `webhook/bootstrap` and `sweep/bootstrap`.
    pub(crate) bootstraps: &'a Path,
    pub(crate) template: Template,
    /// Variables that take the place of the template's.
    pub(crate) environment: Map<String, Value>,
}

impl Deployment<'_> {
    /// Deploys every function, replacing those of an earlier start, and
    /// answers the base URL of the HTTP API.
    pub(crate) async fn deploy(&self) -> anyhow::Result<String> {
        let http = Http::new(self.endpoint)?;
        http.remove_earlier().await?;
        let api = self.template.function("ApiFunction")?;
        let api = self.function(&http, API_FUNCTION, "api", &api).await?;
        for (resource, name, folder) in [
            ("RenderFunction", RENDER_FUNCTION, "render"),
            ("WebhookFunction", WEBHOOK_FUNCTION, "webhook"),
        ] {
            let function = self.template.function(resource)?;
            let arn = self.function(&http, name, folder, &function).await?;
            feed(&http, &function, &arn)
                .await
                .with_context(|| format!("{resource} cannot be fed"))?;
        }
        let sweep = self.template.function("SweepFunction")?;
        let arn = self
            .function(&http, SWEEP_FUNCTION, "sweep", &sweep)
            .await?;
        schedule(&http, &sweep, &arn)
            .await
            .context("SweepFunction cannot be scheduled")?;
        self.http_api(&http, &api).await
    }

    async fn function(
        &self,
        http: &Http,
        name: &str,
        folder: &str,
        function: &Function,
    ) -> anyhow::Result<String> {
        let path = self.bootstraps.join(folder).join("bootstrap");
        let content = tokio::fs::read(&path).await.with_context(|| {
            format!(
                "cannot read {}: build it with `cargo xtask lambda`, or name the folder that \
                 holds api/bootstrap and the others with --bootstraps DIR",
                path.display()
            )
        })?;
        let zip = super::zip::bootstrap(&content)
            .with_context(|| format!("{} cannot be packed", path.display()))?;
        self.role(http, &function.role).await?;
        let mut environment = function.environment.variables.clone();
        environment.extend(self.environment.clone());
        let answer = http
            .call(
                LAMBDA,
                Method::POST,
                FUNCTIONS,
                Some(json!({
                    "FunctionName": name,
                    "Runtime": "provided.al2023",
                    "Handler": "bootstrap",
                    "Role": function.role,
                    "Timeout": function.timeout,
                    "MemorySize": function.memory_size,
                    "Code": { "ZipFile": base64::engine::general_purpose::STANDARD.encode(zip) },
                    "Environment": { "Variables": environment },
                })),
            )
            .await?;
        text(&answer, "FunctionArn")
    }

    async fn role(&self, http: &Http, arn: &str) -> anyhow::Result<()> {
        let name = arn.rsplit('/').next().unwrap_or_default();
        let role: Role = self.template.properties(name)?;
        let trust = role.assume_role_policy_document.to_string();
        http.iam(
            "CreateRole",
            &[("RoleName", name), ("AssumeRolePolicyDocument", &trust)],
        )
        .await?;
        for policy in &role.policies {
            let document = policy.policy_document.to_string();
            let parameters = [
                ("RoleName", name),
                ("PolicyName", &policy.policy_name),
                ("PolicyDocument", &document),
            ];
            http.iam("PutRolePolicy", &parameters).await?;
        }
        Ok(())
    }

    async fn http_api(&self, http: &Http, function: &str) -> anyhow::Result<String> {
        let api = http
            .call(
                GATEWAY,
                Method::POST,
                "/v2/apis",
                Some(json!({"name": API_FUNCTION, "protocolType": "HTTP"})),
            )
            .await?;
        let id = text(&api, "apiId")?;
        let integration = http
            .call(
                GATEWAY,
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
            GATEWAY,
            Method::POST,
            &routes,
            Some(json!({"routeKey": "$default", "target": target})),
        )
        .await?;
        let stages = format!("/v2/apis/{id}/stages");
        http.call(
            GATEWAY,
            Method::POST,
            &stages,
            Some(json!({"stageName": "$default", "autoDeploy": true})),
        )
        .await?;
        Ok(format!("{}/_aws/execute-api/{id}/$default", self.endpoint))
    }
}

/// Connects a function to the queue that its event names.
async fn feed(http: &Http, function: &Function, arn: &str) -> anyhow::Result<()> {
    let mut mapping = function.queue().cloned().context("it has no queue")?;
    let queue = mapping.remove("Queue").context("it has no queue")?;
    mapping.insert("EventSourceArn".to_owned(), queue);
    mapping.insert("FunctionName".to_owned(), arn.into());
    http.call(LAMBDA, Method::POST, MAPPINGS, Some(mapping.into()))
        .await?;
    Ok(())
}

/// Has a function called as often as its event says.
async fn schedule(http: &Http, function: &Function, arn: &str) -> anyhow::Result<()> {
    let rate = function.schedule().context("it has no schedule")?;
    let rule = json!({ "Name": SWEEP_FUNCTION, "ScheduleExpression": rate });
    http.events("PutRule", rule).await?;
    let target = json!({ "Id": SWEEP_FUNCTION, "Arn": arn });
    http.events(
        "PutTargets",
        json!({ "Rule": SWEEP_FUNCTION, "Targets": [target] }),
    )
    .await
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

    async fn call(
        &self,
        service: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> anyhow::Result<Value> {
        let url = Url::parse(&format!("{}{path}", self.endpoint)).context("not an address")?;
        let mut request = self.request(service, method.clone(), url);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let (status, text) = answered(request).await?;
        if !status.is_success() {
            bail!("the local AWS stack refused {method} {path} with {status}: {text}");
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    /// EventBridge tells its actions apart by a header.
    async fn events(&self, action: &str, body: Value) -> anyhow::Result<()> {
        let url = Url::parse(&self.endpoint).context("not an address")?;
        let request = self
            .request("events", Method::POST, url)
            .header("x-amz-target", format!("AWSEvents.{action}"))
            .json(&body);
        let (status, text) = answered(request).await?;
        if !status.is_success() {
            bail!("the local AWS stack refused {action} with {status}: {text}");
        }
        Ok(())
    }

    /// IAM takes parameters and answers XML, of which nothing is needed. What is there already stays.
    async fn iam(&self, action: &str, parameters: &[(&str, &str)]) -> anyhow::Result<()> {
        let always = [("Action", action), ("Version", "2010-05-08")];
        let url = Url::parse_with_params(&self.endpoint, always.iter().chain(parameters))
            .context("not an address")?;
        let (status, text) = answered(self.request("iam", Method::POST, url)).await?;
        if !status.is_success() && status != StatusCode::CONFLICT {
            bail!("the local AWS stack refused {action} with {status}: {text}");
        }
        Ok(())
    }

    fn request(&self, service: &str, method: Method, url: Url) -> RequestBuilder {
        // The root user's signature is not checked; the scope says which service is meant.
        let root = format!(
            "AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/{service}/aws4_request, \
             SignedHeaders=host, Signature=0"
        );
        let request = self.client.request(method, url);
        request.header("authorization", root)
    }

    /// Functions, mappings, the rule and HTTP APIs of an earlier start would run old code.
    async fn remove_earlier(&self) -> anyhow::Result<()> {
        // There may be none, which is no error.
        self.events("DeleteRule", json!({ "Name": SWEEP_FUNCTION }))
            .await?;
        let mappings = self.call(LAMBDA, Method::GET, MAPPINGS, None).await?;
        for mapping in list(&mappings, "EventSourceMappings") {
            let id = text(mapping, "UUID")?;
            self.call(LAMBDA, Method::DELETE, &format!("{MAPPINGS}{id}"), None)
                .await?;
        }
        let apis = self.call(GATEWAY, Method::GET, "/v2/apis", None).await?;
        for api in
            list(&apis, "items").filter(|api| api.get("name").is_some_and(|n| n == API_FUNCTION))
        {
            let id = text(api, "apiId")?;
            self.call(GATEWAY, Method::DELETE, &format!("/v2/apis/{id}"), None)
                .await?;
        }
        let functions = self
            .call(LAMBDA, Method::GET, &format!("{FUNCTIONS}/"), None)
            .await?;
        for function in list(&functions, "Functions") {
            let name = text(function, "FunctionName")?;
            if FUNCTION_NAMES.contains(&name.as_str()) {
                self.call(LAMBDA, Method::DELETE, &format!("{FUNCTIONS}/{name}"), None)
                    .await?;
            }
        }
        Ok(())
    }
}

async fn answered(request: RequestBuilder) -> anyhow::Result<(StatusCode, String)> {
    let answer = request
        .send()
        .await
        .context("the local AWS stack does not answer")?;
    let status = answer.status();
    let text = answer
        .text()
        .await
        .context("the local AWS stack does not answer")?;
    Ok((status, text))
}

/// Takes mapping and rule away, so that what runs in process is not raced by deployed
/// functions.
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
