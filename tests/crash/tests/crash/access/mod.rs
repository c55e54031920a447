//! Who may do what, and who learns what: the calls that the functions make against the
//! policies of `template.yaml`, both ways, and their logs against every secret that they
//! were given.

pub mod caller;
mod policy;
mod walk;

use std::collections::BTreeSet;

use darkroom_test_crash::Need;
use darkroom_test_stack::telemetry::KeptLog;
use serde_json::json;
use tracing::Level;

use crate::lane::Lane;
use policy::Template;
use walk::Walk;

/// Each function, and the processes of the flows that are one. They delete their own
/// messages as Lambda does it in their name.
const FUNCTIONS: [(&str, &[&str]); 4] = [
    ("ApiFunction", &["api", "create", "cancel"]),
    ("RenderFunction", &["worker", "early"]),
    ("WebhookFunction", &["sender"]),
    ("SweepFunction", &["sweep"]),
];

/// What a role may do that no code of ours calls.
const NOT_OURS: [(&str, &str); 4] = [
    (
        "sqs:ReceiveMessage",
        "Lambda polls the function's queue with the function's role",
    ),
    (
        "sqs:GetQueueAttributes",
        "Lambda looks how long the function's queue is, with the function's role",
    ),
    (
        "logs:CreateLogStream",
        "Lambda writes what the function prints, with the function's role",
    ),
    (
        "logs:PutLogEvents",
        "Lambda writes what the function prints, with the function's role",
    ),
];

fn not_ours(action: &str) -> bool {
    NOT_OURS.iter().any(|(one, _)| *one == action)
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_allow_the_calls_that_are_made_and_no_others() {
    let template = Template::read();
    let mut functions = template.all("AWS::Serverless::Function");
    functions.sort_unstable();
    let mut known = FUNCTIONS.map(|(name, _)| name);
    known.sort_unstable();
    assert_eq!(functions, known);

    let lane = Lane::start_many(1).await.remove(0);
    let walk = Walk::walked(&lane).await;
    let mut wrong = Vec::new();
    let mut excused = BTreeSet::new();
    for (function, processes) in FUNCTIONS {
        let needs: BTreeSet<&Need> = processes
            .iter()
            .flat_map(|process| &walk.needs[process])
            .collect();
        let grants = template.grants(function, &lane.stack.made);
        for need in &needs {
            if !grants.iter().any(|grant| grant.allows(need)) {
                wrong.push(format!("{function} may not, but does: {need}"));
            }
        }
        for grant in &grants {
            if needs.iter().any(|need| grant.allows(need)) {
                continue;
            }
            if not_ours(&grant.action) {
                excused.insert(grant.action.clone());
            } else {
                let grant = format!("{} on {}", grant.action, grant.resource);
                wrong.push(format!("{function} may, but never does: {grant}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let all: BTreeSet<String> = NOT_OURS.iter().map(|(one, _)| (*one).to_owned()).collect();
    assert_eq!(excused, all, "an excuse that nothing needs any more");
}

/// The local stack answers anybody who asks for an object, so that only the template can
/// show that S3 does not: without a policy that allows it and without access lists, no
/// request without a signature of a role of ours reads anything.
#[test]
fn nobody_reads_the_bucket_without_a_signature() {
    let template = Template::read();
    assert_eq!(template.all("AWS::S3::Bucket"), ["Bucket"]);
    let bucket = template.properties("Bucket");
    for block in [
        "BlockPublicAcls",
        "BlockPublicPolicy",
        "IgnorePublicAcls",
        "RestrictPublicBuckets",
    ] {
        let set = &bucket["PublicAccessBlockConfiguration"][block];
        assert_eq!(set.as_bool(), Some(true), "{block}");
    }
    let rules = bucket["OwnershipControls"]["Rules"].as_sequence().unwrap();
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0]["ObjectOwnership"], "BucketOwnerEnforced");
    for opens in ["AccessControl", "WebsiteConfiguration"] {
        assert!(bucket[opens].is_null(), "{opens}");
    }
    for policy in template.all("AWS::S3::BucketPolicy") {
        let document = &template.properties(policy)["PolicyDocument"];
        for statement in document["Statement"].as_sequence().unwrap() {
            assert_eq!(statement["Effect"], "Deny", "{policy}");
        }
    }
}

/// The log is a function's own, at the level that tells most.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_logged_and_no_key_is_stored() {
    let log = KeptLog::default();
    let subscriber = log.subscriber_at(Level::TRACE);
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let lane = Lane::start_many(1).await.remove(0);
    let walk = Walk::walked(&lane).await;
    let logged = log.text();
    // Of a render, of a webhook, of a sweep, and of what callers gave.
    for line in [
        "claimed",
        "tried",
        "given up",
        "refused; ",
        "cannot be reached",
    ] {
        assert!(logged.contains(line), "nothing says {line:?}:\n{logged}");
    }
    for (secret, what) in &walk.secrets {
        let line = logged.lines().find(|line| line.contains(secret.as_str()));
        let line = line.map(|line| line.replace(secret.as_str(), "(the secret)"));
        assert_eq!(line, None, "{what} is logged");
    }

    let all = json!({ "TableName": lane.stack.made.table, "ConsistentRead": true });
    let items = lane.stack.aws("DynamoDB_20120810.Scan", &all).await;
    assert!(items["LastEvaluatedKey"].is_null(), "one page");
    let items = items.to_string();
    assert!(items.contains("whs_"), "what has to be stored is");
    let keys = walk
        .secrets
        .iter()
        .filter(|(_, what)| **what == "an API key");
    for (key, _) in keys {
        assert!(!items.contains(key.as_str()), "an API key is stored");
    }
}
