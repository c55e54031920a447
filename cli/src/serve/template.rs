//! Reads the functions out of `template.yaml`, its references replaced by what
//! the same things are called on the local stack: what runs here has the
//! time-outs, environment, event sources and permissions that are deployed.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use serde_yaml_ng::Value as Yaml;

use super::ministack::{ACCOUNT, REGION};

/// The template, and what `!Ref` gives for the resources that exist here.
pub(crate) struct Template {
    root: Yaml,
    refs: BTreeMap<&'static str, String>,
}

/// A function's properties, as far as the local stack knows them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Function {
    /// Seconds.
    pub(crate) timeout: u64,
    /// Megabytes.
    pub(crate) memory_size: u64,
    /// ARN of the role; its resource has the same name.
    pub(crate) role: String,
    #[serde(default)]
    pub(crate) environment: Environment,
    events: BTreeMap<String, Event>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Environment {
    pub(crate) variables: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    r#type: String,
    properties: Map<String, Value>,
}

/// What a function may do.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Role {
    pub(crate) assume_role_policy_document: Value,
    pub(crate) policies: Vec<Policy>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Policy {
    pub(crate) policy_name: String,
    pub(crate) policy_document: Value,
}

impl Function {
    /// Properties of the queue that feeds it, if one does.
    pub(crate) fn queue(&self) -> Option<&Map<String, Value>> {
        let queue = self.events.values().find(|event| event.r#type == "SQS");
        queue.map(|event| &event.properties)
    }

    /// How often it runs by itself, if it does.
    pub(crate) fn schedule(&self) -> Option<&str> {
        let mut events = self.events.values();
        let schedule = events.find(|event| event.r#type == "Schedule")?;
        schedule.properties.get("Schedule")?.as_str()
    }
}

impl Template {
    /// `refs` names the resources that exist, and overrides parameters.
    pub(crate) fn read(
        text: &str,
        refs: impl IntoIterator<Item = (&'static str, String)>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            root: serde_yaml_ng::from_str(text).context("template.yaml cannot be read")?,
            refs: refs.into_iter().collect(),
        })
    }

    /// A function, with the environment that all functions share.
    pub(crate) fn function(&self, name: &str) -> anyhow::Result<Function> {
        let mut function: Function = self.properties(name)?;
        let shared = at(&self.root, &["Globals", "Function", "Environment"])?;
        let mut shared: Environment = serde_json::from_value(self.resolve(shared)?)?;
        shared.variables.append(&mut function.environment.variables);
        for value in shared.variables.values_mut() {
            if !value.is_string() {
                *value = Value::from(value.to_string());
            }
        }
        function.environment = shared;
        Ok(function)
    }

    /// The properties of a resource.
    pub(crate) fn properties<T: DeserializeOwned>(&self, resource: &str) -> anyhow::Result<T> {
        let properties = at(&self.root, &["Resources", resource, "Properties"])?;
        serde_json::from_value(self.resolve(properties)?)
            .with_context(|| format!("template.yaml: {resource}"))
    }

    fn resolve(&self, value: &Yaml) -> anyhow::Result<Value> {
        Ok(match value {
            Yaml::Tagged(tagged) => {
                let argument = tagged.value.as_str().unwrap_or_default();
                match tagged.tag.to_string().as_str() {
                    "!Ref" => self.reference(argument)?,
                    "!GetAtt" => self.attribute(argument)?.into(),
                    "!Sub" => self.substitute(argument)?.into(),
                    other => bail!("template.yaml: {other} is not understood here"),
                }
            }
            Yaml::Mapping(mapping) => {
                let mut object = Map::new();
                for (key, value) in mapping {
                    let key = key.as_str().context("template.yaml: a key is no string")?;
                    object.insert(key.to_owned(), self.resolve(value)?);
                }
                object.into()
            }
            Yaml::Sequence(values) => values
                .iter()
                .map(|value| self.resolve(value))
                .collect::<anyhow::Result<Vec<_>>>()?
                .into(),
            plain => json!(plain),
        })
    }

    /// A resource's name, or a parameter's value.
    fn reference(&self, name: &str) -> anyhow::Result<Value> {
        if let Some(local) = self.refs.get(name) {
            let kind = at(&self.root, &["Parameters", name, "Type"]);
            return match kind.ok().and_then(Yaml::as_str) {
                Some("Number") => Ok(serde_json::from_str(local)?),
                _ => Ok(local.clone().into()),
            };
        }
        if let Ok(default) = at(&self.root, &["Parameters", name, "Default"]) {
            return Ok(json!(default));
        }
        at(&self.root, &["Resources", name])?;
        Ok(name.into())
    }

    fn attribute(&self, path: &str) -> anyhow::Result<String> {
        let Some((resource, "Arn")) = path.split_once('.') else {
            bail!("template.yaml: !GetAtt {path} is not understood here");
        };
        let kind = at(&self.root, &["Resources", resource, "Type"])?;
        let name = self.reference(resource)?;
        let name = name.as_str().unwrap_or_default();
        Ok(match kind.as_str().unwrap_or_default() {
            "AWS::DynamoDB::Table" => format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"),
            "AWS::S3::Bucket" => format!("arn:aws:s3:::{name}"),
            // The reference is the queue's address, which ends in its name.
            "AWS::SQS::Queue" => {
                let name = name.rsplit('/').next().unwrap_or_default();
                format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
            }
            "AWS::IAM::Role" => format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
            "AWS::Logs::LogGroup" => {
                format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}:*")
            }
            other => bail!("template.yaml: the ARN of {other} is not known here"),
        })
    }

    fn substitute(&self, text: &str) -> anyhow::Result<String> {
        let mut parts = text.split("${");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part
                .split_once('}')
                .with_context(|| format!("template.yaml: {text:?} lacks a closing brace"))?;
            if name.contains('.') {
                out.push_str(&self.attribute(name)?);
            } else {
                let value = self.reference(name)?;
                out.push_str(
                    value
                        .as_str()
                        .context("template.yaml: a !Sub of a number")?,
                );
            }
            out.push_str(rest);
        }
        Ok(out)
    }
}

fn at<'a>(root: &'a Yaml, path: &[&str]) -> anyhow::Result<&'a Yaml> {
    path.iter()
        .try_fold(root, |value, name| value.get(name))
        .with_context(|| format!("template.yaml has no {}", path.join(".")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use darkroom_exports::{CallbackPolicy, Limits, PriceTable};

    fn template() -> Template {
        let refs = [
            ("Table", "table".to_owned()),
            ("Bucket", "bucket".to_owned()),
            ("RenderQueue", "http://localhost/0/queue".to_owned()),
            (
                "RenderDeadLetterQueue",
                "http://localhost/0/dead".to_owned(),
            ),
            ("RenderConcurrency", "3".to_owned()),
            ("WebhookQueue", "http://localhost/0/webhooks".to_owned()),
            (
                "WebhookDeadLetterQueue",
                "http://localhost/0/gone".to_owned(),
            ),
        ];
        Template::read(include_str!("../../../template.yaml"), refs).unwrap()
    }

    #[test]
    fn references_become_local_names() {
        let api = template().function("ApiFunction").unwrap();
        let variables = &api.environment.variables;
        assert_eq!(variables["DARKROOM_TABLE"], "table");
        assert_eq!(
            variables["DARKROOM_RENDER_QUEUE_URL"],
            "http://localhost/0/queue"
        );
        assert_eq!(variables["DARKROOM_ACTIVE_LIMIT"], "2");
        assert_eq!(api.role, "arn:aws:iam::000000000000:role/ApiRole");
        assert!(api.queue().is_none());
        let render = template().function("RenderFunction").unwrap();
        assert_eq!(render.environment.variables["DARKROOM_BUCKET"], "bucket");
        let queue = render.queue().unwrap();
        assert_eq!(queue["Queue"], "arn:aws:sqs:us-east-1:000000000000:queue");
        assert_eq!(queue["ScalingConfig"]["MaximumConcurrency"], 3);
        let role: Role = template().properties("ApiRole").unwrap();
        let document = role.policies[0].policy_document.to_string();
        assert!(document.contains("arn:aws:s3:::bucket/documents/*"));
    }

    /// The limits and prices of a deployment and of the program are one set of numbers.
    #[test]
    fn limits_are_the_code_s_own() {
        let api = template().function("ApiFunction").unwrap();
        let of = |name: &str| api.environment.variables[name].as_str().unwrap().to_owned();
        let limits = Limits::default();
        assert_eq!(of("DARKROOM_ACTIVE_LIMIT"), limits.active_tasks.to_string());
        assert_eq!(
            of("DARKROOM_MAX_OUTPUT_PIXELS"),
            limits.output_pixels.to_string()
        );
        assert_eq!(of("DARKROOM_PIXEL_BUDGET"), limits.pixel_budget.to_string());
        assert_eq!(
            of("DARKROOM_REQUESTS_PER_MINUTE"),
            limits.requests_per_minute.to_string()
        );
        let prices = PriceTable::default();
        for (name, value) in [
            (
                "DARKROOM_CREDITS_PER_STANDARD_SECOND",
                prices.per_standard_second.to_string(),
            ),
            ("DARKROOM_FPS60_PERCENT", prices.fps60_percent.to_string()),
            (
                "DARKROOM_STANDARD_PIXELS",
                prices.standard_pixels.to_string(),
            ),
        ] {
            assert_eq!(of(name), value, "{name}");
        }
    }

    /// AWS asks for six times the function's time-out, so that a message is not
    /// seen twice while one worker has it.
    #[test]
    fn a_message_stays_hidden_for_six_time_outs() {
        let template = template();
        for name in ["Render", "Webhook"] {
            let queue: Map<String, Value> = template.properties(&format!("{name}Queue")).unwrap();
            let hidden = queue["VisibilityTimeout"].as_u64().unwrap();
            let function = template.function(&format!("{name}Function")).unwrap();
            assert!(hidden >= 6 * function.timeout, "{name}");
        }
    }

    /// A sender that dies keeps its delivery no longer than its message stays hidden,
    /// and one that lives is done before its lease is over.
    #[test]
    fn a_webhooks_lease_lies_between_the_function_and_its_message() {
        let template = template();
        let queue: Map<String, Value> = template.properties("WebhookQueue").unwrap();
        let lease = darkroom_store::DELIVERY_LEASE.as_secs();
        assert!(lease < queue["VisibilityTimeout"].as_u64().unwrap());
        assert!(lease > template.function("WebhookFunction").unwrap().timeout);
    }

    /// Outputs go when tasks name no address of them any more, and after a day parts of
    /// uploads whose worker died. Nothing else in the bucket goes by itself.
    #[test]
    fn only_outputs_and_abandoned_uploads_are_removed_by_rule() {
        let bucket: Map<String, Value> = template().properties("Bucket").unwrap();
        let rules = &bucket["LifecycleConfiguration"]["Rules"];
        let wanted = json!([
            {
                "Id": "outputs", "Status": "Enabled", "Prefix": "outputs/",
                "ExpirationInDays": darkroom_store::OUTPUT_DAYS,
            },
            {
                "Id": "abandoned-uploads", "Status": "Enabled",
                "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": 1 },
            },
        ]);
        assert_eq!(*rules, wanted);
    }

    /// A run ends by itself, before the function's time-out, and that before the next
    /// run begins.
    #[test]
    fn a_sweep_is_over_before_the_next_one_begins() {
        let sweep = template().function("SweepFunction").unwrap();
        assert_eq!(sweep.schedule(), Some("rate(1 minute)"));
        assert!(sweep.timeout < 60);
        assert!(darkroom_sweep::BUDGET.as_secs() + 5 <= sweep.timeout);
        let variables = &sweep.environment.variables;
        let of = |name: &str| variables[name].as_str().unwrap();
        assert_eq!(
            of("DARKROOM_RENDER_DEAD_LETTER_QUEUE_URL"),
            "http://localhost/0/dead"
        );
        assert_eq!(
            of("DARKROOM_WEBHOOK_DEAD_LETTER_QUEUE_URL"),
            "http://localhost/0/gone"
        );
    }

    /// The template and the program have one word for a policy.
    #[test]
    fn callbacks_are_https_unless_a_parameter_says_otherwise() {
        for name in ["ApiFunction", "WebhookFunction"] {
            let function = template().function(name).unwrap();
            let policy = function.environment.variables["DARKROOM_CALLBACKS"].as_str();
            assert_eq!(CallbackPolicy::parse(policy), Ok(CallbackPolicy::Https));
        }
    }

    #[test]
    fn what_is_not_there_is_named() {
        let template = template();
        let error = template.function("Nope").unwrap_err().to_string();
        assert!(error.contains("Resources.Nope"), "{error}");
        let error = template.attribute("Table.StreamArn").unwrap_err();
        assert!(error.to_string().contains("StreamArn"), "{error}");
    }
}
