//! What AWS asks a role's policy about a call: actions, each on a resource.
//!
//! Which action a call needs is in AWS's Service Authorization Reference; of the parts of
//! multipart uploads, in the S3 User Guide ("Multipart upload API and permissions"): they
//! are begun, sent and put together with `s3:PutObject`. A transaction of DynamoDB needs
//! the action of each of its parts.

use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde_json::Value;
use url::Url;

/// One action on one resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// For example `s3:GetObject`.
    pub action: String,
    /// `table/NAME`, `table/NAME/index/INDEX`, `bucket/NAME`, `bucket/NAME/KEY` or
    /// `queue/NAME`.
    pub resource: String,
    /// What a listing of a bucket is narrowed to.
    pub prefix: Option<String>,
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.action, self.resource)?;
        match &self.prefix {
            Some(prefix) => write!(f, ", prefix {prefix:?}"),
            None => Ok(()),
        }
    }
}

fn need(action: &str, resource: String) -> Need {
    Need {
        action: action.to_owned(),
        resource,
        prefix: None,
    }
}

/// What a request of the SDK to the local stack needs.
pub fn needs(request: &HttpRequest) -> Vec<Need> {
    let Some(target) = request.headers().get("x-amz-target") else {
        let url = Url::parse(request.uri()).expect("the SDK's own address");
        return vec![object(request.method(), &url)];
    };
    let body = request.body().bytes().unwrap_or_default();
    let body = serde_json::from_slice(body).unwrap_or_default();
    match target.split_once('.') {
        Some(("AmazonSQS", operation)) => vec![message(operation, &body)],
        Some((_, operation)) => items(operation, &body),
        None => panic!("{target} names no operation"),
    }
}

/// What following a signed address needs of whoever signed it.
pub fn signed(url: &str) -> Need {
    let url = Url::parse(url).expect("a signed address");
    let is_part = url.query_pairs().any(|(name, _)| name == "partNumber");
    object(if is_part { "PUT" } else { "GET" }, &url)
}

/// A call of SQS: those on many messages need what those on one do.
fn message(operation: &str, body: &Value) -> Need {
    let url = body["QueueUrl"].as_str().expect("a queue");
    let name = url.rsplit('/').next().unwrap_or_default();
    let action = operation.trim_end_matches("Batch");
    need(&format!("sqs:{action}"), format!("queue/{name}"))
}

/// A call of DynamoDB.
fn items(operation: &str, body: &Value) -> Vec<Need> {
    let on = |action: &str, table: &str| need(&format!("dynamodb:{action}"), table.to_owned());
    let table = |body: &Value| format!("table/{}", body["TableName"].as_str().expect("a table"));
    if let Some(parts) = body["TransactItems"].as_array() {
        let parts = parts.iter().filter_map(Value::as_object).flatten();
        let part = |(verb, what): (&String, &Value)| {
            let action = match verb.as_str() {
                "ConditionCheck" => "ConditionCheckItem".to_owned(),
                verb => format!("{verb}Item"),
            };
            on(&action, &table(what))
        };
        return parts.map(part).collect();
    }
    if let Some(tables) = body["RequestItems"].as_object() {
        let one = |name: &String| on(operation, &format!("table/{name}"));
        return tables.keys().map(one).collect();
    }
    let table = table(body);
    vec![match body["IndexName"].as_str() {
        Some(index) => on(operation, &format!("{table}/index/{index}")),
        None => on(operation, &table),
    }]
}

/// A call of S3, its bucket in the path.
fn object(method: &str, url: &Url) -> Need {
    let value = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
    };
    let path = url.path().trim_matches('/');
    let resource = format!("bucket/{path}");
    let whole_bucket = !path.contains('/');
    let in_parts = value("uploadId").is_some() || value("uploads").is_some();
    let action = match (method, whole_bucket, in_parts) {
        ("GET" | "HEAD", true, _) => "s3:ListBucket",
        ("GET", false, true) => "s3:ListMultipartUploadParts",
        ("GET" | "HEAD", false, false) => "s3:GetObject",
        ("PUT", false, _) | ("POST", false, true) => "s3:PutObject",
        ("DELETE", false, true) => "s3:AbortMultipartUpload",
        ("DELETE", false, false) => "s3:DeleteObject",
        _ => panic!("{method} {path}: nobody has said what this needs"),
    };
    Need {
        prefix: value("prefix").filter(|_| whole_bucket),
        ..need(action, resource)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use url::Url;

    use super::{items, message, object, signed};

    fn said(method: &str, rest: &str) -> String {
        let url = Url::parse(&format!("http://127.0.0.1:1/films{rest}")).unwrap();
        object(method, &url).to_string()
    }

    #[test]
    fn each_call_needs_its_actions() {
        let part = |verb: &str| json!({ verb: { "TableName": "t" } });
        let parts = ["Put", "Update", "Delete", "ConditionCheck"].map(part);
        let needed = items("TransactWriteItems", &json!({ "TransactItems": parts }));
        let needed: Vec<String> = needed.iter().map(ToString::to_string).collect();
        let right = ["Put", "Update", "Delete", "ConditionCheck"];
        assert_eq!(
            needed,
            right.map(|verb| format!("dynamodb:{verb}Item on table/t"))
        );
        let due = json!({ "TableName": "t", "IndexName": "due" });
        let needed = items("Query", &due)[0].to_string();
        assert_eq!(needed, "dynamodb:Query on table/t/index/due");
        let batch = items("BatchGetItem", &json!({ "RequestItems": { "t": {} } }));
        assert_eq!(batch[0].to_string(), "dynamodb:BatchGetItem on table/t");
        let queue = json!({ "QueueUrl": "http://localhost:1/0/render" });
        let needed = message("SendMessageBatch", &queue).to_string();
        assert_eq!(needed, "sqs:SendMessage on queue/render");
    }

    #[test]
    fn parts_of_an_upload_are_put_and_have_their_own_list() {
        assert_eq!(said("POST", "/a?uploads"), "s3:PutObject on bucket/films/a");
        assert_eq!(
            said("POST", "/a?uploadId=1"),
            "s3:PutObject on bucket/films/a"
        );
        assert_eq!(
            said("GET", "/a?x-id=ListParts&uploadId=1"),
            "s3:ListMultipartUploadParts on bucket/films/a"
        );
        assert_eq!(
            said("DELETE", "/a?uploadId=1"),
            "s3:AbortMultipartUpload on bucket/films/a"
        );
        assert_eq!(said("DELETE", "/a"), "s3:DeleteObject on bucket/films/a");
        assert_eq!(
            said("GET", "/?list-type=2&prefix=fonts%2F"),
            "s3:ListBucket on bucket/films, prefix \"fonts/\""
        );
        let put = "http://127.0.0.1:1/films/a?partNumber=1&uploadId=1&X-Amz-Signature=0";
        assert_eq!(signed(put).to_string(), "s3:PutObject on bucket/films/a");
        let get = "http://127.0.0.1:1/films/a?X-Amz-Signature=0&x-id=GetObject";
        assert_eq!(signed(get).to_string(), "s3:GetObject on bucket/films/a");
    }
}
