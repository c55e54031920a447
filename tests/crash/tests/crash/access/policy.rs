//! The policies of `template.yaml`: what each function's role may do.

use std::collections::BTreeMap;

use darkroom_store::Provisioned;
use darkroom_test_crash::Need;
use serde_yaml_ng::{Mapping, Value};

/// The deployment's template.
pub struct Template(Value);

/// One action that a role may do on what matches a pattern.
#[derive(Debug, PartialEq, Eq)]
pub struct Grant {
    pub action: String,
    /// As [`Need::resource`]; `*` at its end stands for anything.
    pub resource: String,
    /// The only prefix that a listing may have.
    prefix: Option<String>,
}

impl Grant {
    pub fn allows(&self, need: &Need) -> bool {
        let on = match self.resource.strip_suffix('*') {
            Some(start) => need.resource.starts_with(start),
            None => need.resource == self.resource,
        };
        self.action == need.action
            && on
            && self
                .prefix
                .as_ref()
                .is_none_or(|prefix| need.prefix.as_ref() == Some(prefix))
    }
}

impl Template {
    pub fn read() -> Self {
        let text = include_str!("../../../../../template.yaml");
        Self(serde_yaml_ng::from_str(text).unwrap())
    }

    /// Properties of a resource.
    pub fn properties(&self, resource: &str) -> &Value {
        let properties = &self.0["Resources"][resource]["Properties"];
        assert!(!properties.is_null(), "template.yaml has no {resource}");
        properties
    }

    /// Resources of a type.
    pub fn all(&self, kind: &str) -> Vec<&str> {
        let resources = self.0["Resources"].as_mapping().unwrap();
        let of_kind = resources.iter().filter(|(_, one)| one["Type"] == kind);
        of_kind.filter_map(|(name, _)| name.as_str()).collect()
    }

    /// What a function may do by its role, on the local stack.
    pub fn grants(&self, function: &str, made: &Provisioned) -> Vec<Grant> {
        let function = self.properties(function);
        assert!(function["Policies"].is_null(), "SAM adds none of its own");
        let role = self.properties(argument(&function["Role"]).trim_end_matches(".Arn"));
        assert!(role["ManagedPolicyArns"].is_null(), "nothing of others");
        let policies = role["Policies"].as_sequence().unwrap().iter();
        let statements = policies.flat_map(|policy| {
            let statements = &policy["PolicyDocument"]["Statement"];
            statements.as_sequence().unwrap()
        });
        let names = names(made);
        statements.flat_map(|one| granted(one, &names)).collect()
    }
}

/// What the resources are called in a [`Need`].
fn names(made: &Provisioned) -> BTreeMap<&'static str, String> {
    let queue = |url: &str| format!("queue/{}", url.rsplit('/').next().unwrap());
    let mut names = BTreeMap::from([
        ("Table", format!("table/{}", made.table)),
        ("Bucket", format!("bucket/{}", made.bucket)),
        ("RenderQueue", queue(&made.render_queue_url)),
        ("WebhookQueue", queue(&made.webhook_queue_url)),
        ("RenderDeadLetterQueue", queue(&made.dead_letters.render)),
        ("WebhookDeadLetterQueue", queue(&made.dead_letters.webhook)),
    ]);
    for logs in ["ApiLogs", "RenderLogs", "WebhookLogs", "SweepLogs"] {
        names.insert(logs, format!("logs/{logs}"));
    }
    names
}

/// What is behind `!GetAtt` or `!Sub`.
fn argument(value: &Value) -> &str {
    match value {
        Value::Tagged(tagged) => tagged.value.as_str().unwrap(),
        value => value.as_str().unwrap(),
    }
}

/// One value, or a list of them.
fn several(value: &Value) -> Vec<&Value> {
    match value {
        Value::Sequence(values) => values.iter().collect(),
        value => vec![value],
    }
}

fn granted(statement: &Value, names: &BTreeMap<&str, String>) -> Vec<Grant> {
    let known = ["Effect", "Action", "Resource", "Condition"];
    let fields = statement.as_mapping().unwrap().keys();
    for field in fields.filter_map(Value::as_str) {
        assert!(known.contains(&field), "{field} of a statement");
    }
    assert_eq!(statement["Effect"], "Allow");
    let prefix = statement["Condition"].as_mapping().map(only_prefix);
    let mut grants = Vec::new();
    for action in several(&statement["Action"]) {
        for resource in several(&statement["Resource"]) {
            grants.push(Grant {
                action: action.as_str().unwrap().to_owned(),
                resource: resolved(argument(resource), names),
                prefix: prefix.clone(),
            });
        }
    }
    grants
}

/// The one condition that is known here.
fn only_prefix(condition: &Mapping) -> String {
    let equals = &condition["StringEquals"];
    assert_eq!(
        (condition.len(), equals.as_mapping().unwrap().len()),
        (1, 1)
    );
    equals["s3:prefix"].as_str().unwrap().to_owned()
}

/// `Table.Arn` or `${Table.Arn}/...`, by the names here.
fn resolved(text: &str, names: &BTreeMap<&str, String>) -> String {
    let (arn, rest) = match text.strip_prefix("${") {
        Some(text) => text.split_once('}').unwrap(),
        None => (text, ""),
    };
    let resource = arn.strip_suffix(".Arn").expect("an ARN");
    let name = names.get(resource);
    let name = name.unwrap_or_else(|| panic!("{resource} has no name here"));
    format!("{name}{rest}")
}
